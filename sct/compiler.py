"""The compiler read aloud: a function and the types of its arguments in, the text and the code of its gradient out."""

from __future__ import annotations

import builtins
import collections
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

# Importing the handlers fills the tables of the specialiser; importing the rules fills the registry.
from . import rules as _rules
from .ad import checkpoints
from .ad.calls import Pairs
from .ad.hooks import drop_hooks
from .ad.products import curvature, halves, pushforward
from .ad.results import finish_gradients
from .ad.reverse import differentiate, seed_one
from .ad.saving import save
from .analysis import (  # noqa: F401
    attributes,
    branches,
    builders,
    builtin_calls,
    callees,
    changes,
    copies,
    custom_calls,
    deques,
    displays,
    exceptions,
    flat,
    loops,
    mapped,
    operators,
    ordering,
    raising,
    raw_memory,
    scatters,
    sets,
    standard_calls,
    stops,
    stores,
    subscripts,
    withs,
    writers,
)
from .analysis import data as data_handlers
from .analysis.abstract import NEVER, POISON, Abstract, DataPath, Instance, Mapping, Seq, Static, read, run_time_leaves
from .analysis.activity import masking
from .analysis.bound import given_unbound, settle_bound
from .analysis.checkpoints import refuse_idle_marks
from .analysis.context import Context, Frame, Refusal
from .analysis.effects import effects_once, settle_effects
from .analysis.entry import Steps, Written, parts_read
from .analysis.exceptions import settle_handled
from .analysis.infer import Specializer
from .analysis.inlining import TooLong
from .analysis.kept import settle_kept
from .analysis.keys import refuse_active_keys
from .analysis.linear import settle_lists
from .analysis.mixed import settle_mixed
from .analysis.opening import lend_all, settle_accompanied, settle_callees, settle_sharing
from .analysis.parameters import unite_parameters
from .analysis.records import returned, returned_instance
from .analysis.references import NeedsItems, NeedsPlaces, references
from .analysis.references import plain as plain_value
from .analysis.truncation import warn_of_truncation
from .analysis.writes import settle_writes
from .arguments import calling
from .codegen.callees import merge_equal, named_apart, printed_name, still_called
from .codegen.emit import Emitted, emit
from .codegen.load import filename_of, load
from .dispatchers import compiled_from
from .errors import NonScalarOutputError, SctError
from .ir.build import Builder
from .ir.core import Block, Function, Loc, Op, Value, called_by, walk
from .ir.rewrite import clone_function
from .ir.types import BOTTOM, NONE, Array, Object, OrConst, Scalar, Type, strip_const
from .ir.verify import verify
from .passes.pipeline import optimise, tidy
from .passes.returns import unify_returns
from .passes.sink import sink_returned
from .passes.undo import reads_lent
from .passes.watch import require_defined, watch
from .room import room
from .rules import registry
from .session import CompilationSession

assert _rules


@dataclass(frozen=True)
class Request:
    """What is to be differentiated and how the result is to be returned."""

    wrt: tuple[int, ...]
    """Positions of the differentiated parameters in the signature."""
    sequence: bool
    """Whether the gradient is a tuple (``argnums`` was a sequence)."""
    value: bool = False
    """Whether the value comes with the gradient."""
    has_aux: bool = False
    allow_int: bool = False
    kind: str = "grad"
    """``grad``; ``jvp`` and ``vjp``, of a result of any structure; ``hvp``, the change of a gradient."""
    directions: tuple[int, ...] = ()
    """Positions of the parameters that have tangents, which are passed after all parameters (``jvp`` and ``hvp``)."""
    checkpoint: str | None = None
    """``loops``: all loops are cut into segments, whether they are marked or not."""
    repeated: bool = False
    """Whether one answer takes several calls: then nothing may be printed or drawn."""
    holomorphic: bool = False
    """Whether the result is complex, and so is the derivative."""
    debug_nans: bool = False
    """Whether the derivative raises at its first statement that gives a NaN or an infinity."""

    @property
    def structured(self) -> bool:
        """Whether the parts of the result have derivatives of their own, rather than being one number."""
        return self.kind in ("jvp", "vjp")


@dataclass
class Printed:
    """One generated function as text, and what exceptions in it need to be explained."""

    emitted: Emitted
    filename: str
    reverse_line: int
    """The line at which its reverse sweep begins; 0 if it has none."""

    @classmethod
    def of(cls, emitted: Emitted) -> Printed:
        lines = [line.strip() for line in emitted.text.splitlines()]
        return cls(emitted, filename_of(emitted), lines.index("# reverse sweep") + 1 if "# reverse sweep" in lines else 0)


@dataclass
class Compiled:
    """One specialisation: everything that was made on the way, for dispatch and for inspection."""

    request: Request
    text: str
    """The generated functions, callees first."""
    function: Callable[..., Any]
    """The generated gradient, without dispatch."""
    live: list[tuple[dict[str, Any], str, DataPath]]
    """Data of the user's module that the text names: (namespace, name, where it is read from at each call)."""
    guards: list[tuple[str, DataPath, Any]]
    typed: Function
    adjoint: Function
    emitted: list[Printed]
    callees: list[Function]
    backward: Callable[..., Any] | None = None
    """The backward half, where ``function`` is a forward half."""
    written: list[tuple[int, Written]] = field(default_factory=list)
    """Arrays in its arguments that the function writes to (it works on copies): they must share memory with nothing else."""
    read: list[tuple[int, Steps]] = field(default_factory=list)
    """Where in its arguments the function finds anything that may refer to memory, if it writes to some."""
    changed: dict[int, str] = field(default_factory=dict)
    """Arguments in which a list, dict or object changes (but not for the caller)."""
    defaults: dict[int, Any] = field(default_factory=dict)
    """What they are by default, which the function would change for all calls to come."""


STRICT = False
"""Verify after every pass (set by the tests)."""


def compile_gradient(fun: Any, names: Sequence[str], arguments: Sequence[Any], request: Request) -> Compiled:
    """Capture, specialise, differentiate, optimise, print and load: the gradient of ``fun`` for arguments like these.

    What else may be asked for instead of the gradient, ``request.kind`` says.
    """
    session = CompilationSession()
    context = Context(session, directional=request.kind == "jvp", twice=request.kind == "hvp",
                      differentiated=frozenset(names[k] for k in (*request.wrt, *request.directions)))
    with room():
        typed = specialise(context, fun, names, arguments, request if request.structured else None)
        made, pairs = _differentiate(context, typed, request)
        functions = _callees_first(made, pairs)
        drop_hooks([*functions, *made])
        plain = {r.function for r in getattr(session, "_records", {}).values()}
        for function in (*(f for f in functions if f not in plain), *made):
            optimise(function, verify=STRICT)
            if request.debug_nans:
                watch(function)
            verify(function)
        compiled = _emit_and_load(request, context, typed.function, made, functions)
        compiled.written = [(names.index(written.param), written) for written in typed.written]
        compiled.read = [(typed.function.params.index(param), steps) for param, steps in parts_read(typed.function)] \
            if typed.written else []
        compiled.changed = {names.index(name): name for name in typed.changed}
        compiled.defaults = {position: default for position, written in compiled.written
                             if (default := _default_of(fun, written.param)) is not None}
        return compiled


# ------------------------------------------------------------------------------------------------------------ specialise

@dataclass
class Typed:
    """A specialised function and the structure of what it returns."""

    function: Function
    result: Abstract
    primal_results: int = 0
    written: list[Written] = field(default_factory=list)
    """The arrays in its arguments that the function writes to."""
    given_unbound: dict[Function, Op] = field(default_factory=dict)
    """Callees that read a variable which may not be bound where they are called."""
    changed: list[str] = field(default_factory=list)
    """Names of the parameters in which a list, dict or object changes."""


def specialise(context: Context, fun: Any, names: Sequence[str], arguments: Sequence[Any],
               structured: Request | None = None) -> Typed:
    """The typed IR of ``fun`` for arguments like ``arguments`` (one per parameter, in order).

    It returns what ``fun`` returns, or where that is asked for the run-time values in it, one by one.  That a callee writes to
    memory of its caller is seen when both are typed: then this begins anew with the callee as part of its callers.
    """
    registry.load_families()
    before = dict(context.examples)
    while True:
        try:
            typed = _specialise(context, fun, names, arguments, structured)
            if not _open_callees(context, typed):
                _alias_checks(context, typed)
                return typed
            context.session.forget_since(0)
        except NeedsPlaces as needed:
            context.begin_again(needed.attribute, needed.inside, needed.tables)
        except TooLong:
            lend_all(context)
        except NeedsItems:
            context.apart = True
            context.forget()
        context.copied_in, context.examples = 0, dict(before)


def _specialise(context: Context, fun: Any, names: Sequence[str], arguments: Sequence[Any],
                structured: Request | None) -> Typed:
    receiver, plain = _plain_function(fun)
    lowered = context.session.lowered(plain)
    body = Block()
    function = Function(lowered.name, body, lowered.loc)
    sp = Specializer(context, Builder(body, lowered.loc))
    frame = Frame(lowered, owner=plain, path=DataPath("self", lowered.name, (), plain))
    bound: list[Abstract] = []
    if receiver is not None:
        bound.append(data_handlers.from_data(sp, receiver, DataPath("const", "self", (), receiver)))
    for name, argument in zip(names, arguments, strict=True):
        value = body.add_arg(name)
        bound.append(data_handlers.parameter(context, sp, value, argument, DataPath("param", name, (), value)))
    for arg, a in zip(lowered.body.args, bound, strict=True):
        frame.env[arg] = a
    context.stack.append(lowered)
    exit = sp.run_block(frame, lowered.body)
    context.stack.pop()
    refuse_idle_marks(context)
    context.check()
    result = exit.values[0] if exit.kind == "return" else NEVER
    if result is POISON:
        raise SctError("nothing could be specialised", loc=lowered.loc, code="SCT900")
    for kept in references(result, sp.positions):
        if kept.place.factory is not None:
            context.refuse(Refusal("SCT702", "a `defaultdict` is returned", "return `dict(d)`"), lowered.loc)
        if kept.kind is collections.deque:
            context.refuse(Refusal("SCT702", "a `deque` is returned", "return `list(q)`"), lowered.loc)
    typed = Typed(function, plain_value(sp, result))
    _return(sp, typed, structured)
    functions = [function, *(r.function for r in getattr(context.session, "_records", {}).values())]
    typed.given_unbound = given_unbound(functions)
    settle_kept(functions)
    unite_parameters(functions, {f.info.function for f in context.standing.values()})
    settle_lists(functions)
    settle_bound(functions)
    settle_effects(functions)
    settle_handled(functions)
    settle_mixed(functions)
    settle_sharing(functions)
    return typed


def _lowered(context: Context) -> dict[Function, Function]:
    """For each specialised callee the function that it is a specialisation of."""
    return {record.function: key[0] for key, record in getattr(context.session, "_records", {}).items()}


def _default_of(fun: Any, name: str) -> Any:
    """The array that a parameter is by default."""
    parameter = inspect.signature(fun).parameters.get(name)
    return parameter.default if parameter is not None and isinstance(parameter.default, np.ndarray) else None


def _open_callees(context: Context, typed: Typed) -> bool:
    """Have the callees copied in, or lent memory, that write to memory of their callers; False if there are no further ones.

    Those that read what may not be bound where they are called are copied in, too.
    """
    lowered = _lowered(context)
    unbound = set()
    for function, call in typed.given_unbound.items():
        if lowered[function] in context.opened | context.lent:
            message = f"`{function.name}`, which calls itself, reads a variable that may not be bound here"
            context.refuse(Refusal("SCT704", message, "bind it before the call on every path"), call.loc)
        else:
            unbound.add(lowered[function])
    context.opened |= unbound
    return settle_callees(context, typed.function, lowered) or bool(unbound)


def _plain_function(fun: Any) -> tuple[Any, Any]:
    """The object that is bound as first argument, and the function; one that calls it if it has a rule of its own."""
    receiver, plain = (fun.__self__, fun.__func__) if inspect.ismethod(fun) else (None, compiled_from(fun) or fun)
    entry = registry.lookup(plain)
    return receiver, calling(plain) if entry is not None and entry.user else plain


def _return(sp: Specializer, typed: Typed, structured: Request | None) -> None:
    """End the body: the items of a tuple are returned one by one."""
    if typed.result is NEVER:
        return
    items = typed.result.items if isinstance(typed.result, Seq) and typed.result.kind is tuple else [typed.result]
    try:
        if structured is not None:
            aux = [_result(sp, _auxiliary(sp, typed))] if structured.has_aux else []
            typed.result = _with_numbers(sp, typed.result)
            values = [*run_time_leaves(typed.result), *aux]
        else:
            values = [_result(sp, item) for item in items]
    except Refusal as refusal:
        sp.context.refuse(refusal, sp.builder.loc)
        sp.context.check()
    typed.primal_results = len(values)
    sp.builder.emit("return", values, single=False)


def _auxiliary(sp: Specializer, typed: Typed) -> Abstract:
    """What is returned beside the result, which is all that is left as such."""
    _check_pair(typed.function, typed.result, sp.builder.loc)
    assert isinstance(typed.result, Seq)
    typed.result, aux = typed.result.items
    return aux


def _with_numbers(sp: Specializer, a: Abstract) -> Abstract:
    """The result with literal numbers as run-time values: their derivative is zero."""
    if isinstance(a, Seq):
        return Seq(a.kind, [_with_numbers(sp, item) for item in a.items])
    if isinstance(a, Mapping):
        return Mapping({key: _with_numbers(sp, item) for key, item in a.items.items()})
    if isinstance(a, Instance):
        held = returned_instance(sp, a, structured=True).attrs
        return Instance(a.cls, {name: _with_numbers(sp, item) for name, item in held.items()})
    lifted = returned(sp, a, structured=True)
    return a if isinstance(a, Static) and not isinstance(strip_const(lifted.type), Scalar | Object) else lifted


def _result(sp: Specializer, a: Abstract) -> Value:
    """What is returned as one run-time value; a dict can only be returned (as it is, or as auxiliary data)."""
    if isinstance(a, Mapping) and a.runtime is None:
        return sp.builder.value("dict", [_result(sp, v) for v in a.items.values()], Object(dict), keys=tuple(a.items))
    if isinstance(a, Instance):
        attrs = returned_instance(sp, a).attrs
        return sp.builder.value("dict", [_result(sp, v) for v in attrs.values()], Object(a.cls), keys=tuple(attrs), cls=a.cls)
    if isinstance(a, Seq) and a.runtime is None and any(isinstance(item, Mapping | Seq | Instance) for item in a.items):
        return sp.builder.value("tuple", [_result(sp, v) for v in a.items], Object(a.kind), cls=a.kind)
    return returned(sp, a)


def _alias_checks(context: Context, typed: Typed) -> None:
    records = [r.function for r in getattr(context.session, "_records", {}).values()]
    for function in (typed.function, *records):
        written = settle_writes(context, function, entry=function is typed.function)
        if function is typed.function:
            typed.written = written
            typed.changed = sorted(context.changed)
    context.check()
    settle_accompanied(records)


# ---------------------------------------------------------------------------------------------------------- differentiate

def _differentiate(context: Context, typed: Typed, request: Request) -> tuple[list[Function], Pairs]:
    """The functions that answer the request; what callees are lent is restored by them only where a derivative reads it."""
    lent = [r.function for r in getattr(context.session, "_records", {}).values() if r.function.lent.params]
    if request.kind != "jvp":
        _checkpoint(context, typed, request)
    for restored in (False, True) if lent else (True,):
        for function in lent:
            function.lent = replace(function.lent, restored=restored)
        for standing in context.standing.values():
            standing.info.written = False
        read: list[Function] = []
        pairs = Pairs(context, tidy if restored else partial(_tidy, read), repeatable=request.kind == "vjp")
        made = derivative(context, pairs, typed, request)
        if not read:
            break
    return made, pairs


def _checkpoint(context: Context, typed: Typed, request: Request) -> None:
    """Cut into segments what loops are to be checkpointed, if their iterations save anything."""
    functions = [typed.function, *(r.function for r in getattr(context.session, "_records", {}).values())]
    chosen = checkpoints.candidates(typed.function, request.checkpoint == "loops")
    if chosen:
        pairs = Pairs(context, tidy, repeatable=request.kind == "vjp")
        made = derivative(context, pairs, typed, request)
        chosen = checkpoints.that_save(chosen, [*_callees_first(made, pairs), *made])
    checkpoints.cut_loops(context, functions, chosen)
    checkpoints.check(context, functions)


def _tidy(read: list[Function], function: Function) -> None:
    """Tidy a function, and note with those ``read`` if its reverse sweep reads memory that is lent."""
    tidy(function)
    if reads_lent(function):
        read.append(function)


def derivative(context: Context, pairs: Pairs, typed: Typed, request: Request) -> list[Function]:
    """The functions that answer the request, the one that is called first."""
    function = typed.function
    if typed.result is NEVER:
        return [_raising(function, request)]
    if request.repeated:
        _refuse_repetition(context, function)
    check_output(function, typed.result, function.body.ops[-1], request)
    records = [r.function for r in getattr(context.session, "_records", {}).values()]
    for one in (function, *records):
        sink_returned(one)
        unify_returns(one)
    inputs = [function.params[k] for k in {*request.wrt, *request.directions}]
    refuse_active_keys(context, function, inputs, records)
    warn_of_truncation(function, inputs, records)
    context.masked = max(map(masking, [function, *records]))
    return DERIVATIVES[request.kind](context, pairs, typed, request)


def _raising(function: Function, request: Request) -> Function:
    """The derivative of what raises on every path: it raises, too."""
    raises = clone_function(function)
    for k in request.directions:
        raises.body.add_arg(f"{function.params[k].hint}_dot")
    return raises


def _refuse_repetition(context: Context, function: Function) -> None:
    """Refuse what would print or draw anew for each direction."""
    for op in effects_once(function):
        message = "this prints, draws random numbers or changes something, which must happen once"
        context.refuse(Refusal("SCT207", message, "use sct.jacrev, or move it out of the function"), op.loc)
    context.check()


def _gradient(context: Context, pairs: Pairs, typed: Typed, request: Request) -> list[Function]:
    """Forward and reverse sweep in one function."""
    joint = differentiate(typed.function, request.wrt, seed_one, context, pairs, [0])
    context.check()
    if request.debug_nans:
        require_defined(joint.results[0], joint.mark)
    finish_gradients(joint, request)
    context.check()
    pairs.tidy(joint.function)
    save(joint)
    return [joint.function]


def _pushforward(context: Context, pairs: Pairs, typed: Typed, request: Request) -> list[Function]:
    return [pushforward(context, pairs, typed.function, typed.result, request.directions, request.has_aux)]


def _halves(context: Context, pairs: Pairs, typed: Typed, request: Request) -> list[Function]:
    return list(halves(context, pairs, typed.function, typed.result, request.wrt, request.has_aux))


def _curvature(context: Context, pairs: Pairs, typed: Typed, request: Request) -> list[Function]:
    return [curvature(context, pairs, typed.function, request.wrt, request.directions, request.sequence, request.has_aux)]


DERIVATIVES = {"grad": _gradient, "jvp": _pushforward, "vjp": _halves, "hvp": _curvature}
"""How each kind of request is answered, given the typed function."""


def check_output(function: Function, result: Abstract, end: Op, request: Request) -> None:
    """Refuse a result that is not differentiable, or not the one number that a gradient needs."""
    if request.structured:
        _check_structured(function, result, end)
        return
    if request.has_aux:
        _check_pair(function, result, end.loc)
    elif isinstance(result, Seq):
        raise _not_scalar(function, f"a {result.kind.__name__} of {len(result.items)} items", end, "SCT500")
    t: Type = strip_const(end.operands[0].type)
    if not isinstance(t, Scalar):
        raise _not_scalar(function, str(t), end, "SCT501" if isinstance(t, Array) else "SCT502")
    if not t.differentiable:
        raise NonScalarOutputError(f"`{function.name}` returns {t}, which has no derivative", loc=end.loc,
                                   hint="return a float: multiply by 1.0 if the number is meant to be real", code="SCT503")
    if t.dtype.startswith("complex") and not request.holomorphic:
        raise NonScalarOutputError(f"`{function.name}` returns a complex number", loc=end.loc,
                                   hint="return its real part or its absolute value, or set holomorphic=True", code="SCT505")
    if request.holomorphic and not t.dtype.startswith("complex"):
        raise NonScalarOutputError(f"`{function.name}` returns a real number, with holomorphic=True", loc=end.loc,
                                   hint="leave holomorphic=True out", code="SCT505")


def _check_pair(function: Function, result: Abstract, loc: Loc) -> None:
    if not (isinstance(result, Seq) and result.kind is tuple and len(result.items) == 2):
        raise NonScalarOutputError(f"with has_aux=True `{function.name}` must return (value, aux)", loc=loc,
                                   hint="return a tuple of two", code="SCT504")


def _check_structured(function: Function, result: Abstract, end: Op) -> None:
    """Refuse a result in which nothing can be differentiated, or of which only run time tells what can."""
    types = [v.type for v in run_time_leaves(result)]
    if not any(strip_const(t).differentiable for t in types):
        what = ", ".join(str(strip_const(t)) for t in types) or "nothing that depends on its arguments"
        raise NonScalarOutputError(f"`{function.name}` returns {what}, which has no derivative", loc=end.loc,
                                   hint="return floats or arrays of floats", code="SCT503")
    if any(isinstance(t, OrConst) and t.base is not BOTTOM and t.differentiable and t.const is NONE for t in types):
        raise NonScalarOutputError(f"`{function.name}` returns None on some paths", loc=end.loc,
                                   hint="return a number or an array on every path", code="SCT502")


def _not_scalar(function: Function, what: str, end: Op, code: str) -> NonScalarOutputError:
    return NonScalarOutputError(
        f"`{function.name}` returns {what}, but grad needs one number", loc=end.loc,
        hint="sum it up, or use sct.vjp (one cotangent) or sct.jacrev (the whole Jacobian)", code=code)


def adjoint_before_passes(fun: Any, compiled: Compiled) -> Function:
    """Forward and reverse sweep of a specialisation as differentiation left them."""
    if compiled.typed.body.ops[-1].name == "raise":
        return compiled.typed
    context = Context(CompilationSession())
    joint = differentiate(compiled.typed, compiled.request.wrt, seed_one, context, Pairs(context, tidy), [0])
    finish_gradients(joint, compiled.request)
    return joint.function


# ------------------------------------------------------------------------------------------------------------ print, load

NAMES = {"grad": ("grad",), "jvp": ("jvp",), "vjp": ("forward", "backward"), "hvp": ("hvp",)}
"""What is added to the name of the user's function."""


def _emit_and_load(request: Request, context: Context, typed: Function, made: list[Function],
                   called: list[Function]) -> Compiled:
    for function, suffix in zip(made, NAMES[request.kind], strict=False):
        function.name = f"{printed_name(typed.name)}_{'value_and_' if request.value else ''}{suffix}"
    called = named_apart(merge_equal(still_called(called, made), made), made)
    main, *others = made
    emitted = {function: emit(function) for function in called}
    emitted.update((function, emit(function, header=_header(function, typed))) for function in made)
    spaces: dict[Function, dict[str, Any]] = {function: {"__builtins__": builtins} for function in emitted}
    loaded = {function: _load_one(one, spaces[function]) for function, one in emitted.items()}
    live = []
    for function, one in emitted.items():
        for name, value in one.imports.items():
            if isinstance(value, Function):
                spaces[function][name] = loaded[value]
        for name, place in one.data.items():
            path = DataPath(place.scope, place.root, (), place.owner)
            spaces[function][name] = read(path)
            live.append((spaces[function], name, path))
    text = "\n\n".join(one.text for one in emitted.values())
    guards = [(key[0], path, expected) for key, (path, expected) in context.guards.items()]
    printed = [Printed.of(emitted[function]) for function in (*called, *others, main)]
    return Compiled(request, text, loaded[main], live, guards, typed, main, printed, [*called, *others],
                    loaded[others[0]] if others else None)


def _load_one(emitted: Emitted, space: dict[str, Any]) -> Callable[..., Any]:
    space.update({name: value for name, value in emitted.imports.items() if not isinstance(value, Function)})
    return load(emitted, space)


def _callees_first(roots: list[Function], pairs: Pairs) -> list[Function]:
    """The functions that ``roots`` call, directly or not, each after those that it calls (but for recursion)."""
    found: dict[Function, None] = {}
    entered = set(roots)

    def visit(function: Function) -> None:
        pairs.complete(function)
        for op in walk(function.body):
            for callee in called_by(op):
                if callee not in entered:
                    entered.add(callee)
                    visit(callee)
                    found[callee] = None
    for root in roots:
        visit(root)
    return list(found)


def _header(joint: Function, typed: Function) -> list[str]:
    params = ", ".join(f"{v.hint}: {strip_const(v.type)}" for v in typed.params if str(v.type) != "dyn")
    return [f"{joint.name}, specialised for {params or 'no arguments'}"]
