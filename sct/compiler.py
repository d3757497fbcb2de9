"""The compiler read aloud: a function and the types of its arguments in, the text and the code of its gradient out."""

from __future__ import annotations

import builtins
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

# Importing the handlers fills the tables of the specialiser; importing the rules fills the registry.
from . import rules as _rules
from .ad.calls import Pairs
from .ad.results import finish_gradients
from .ad.reverse import Reverser, differentiate
from .ad.saving import save
from .analysis import attributes, builtin_calls, callees, loops, primitives, stores, subscripts, writers  # noqa: F401
from .analysis import data as data_handlers
from .analysis.abstract import NEVER, POISON, Abstract, DataPath, Mapping, Seq, read
from .analysis.activity import masking
from .analysis.bound import settle_bound
from .analysis.effects import settle_effects
from .analysis.infer import Context, Frame, Refusal, Specializer
from .analysis.writes import settle_writes
from .codegen.emit import Emitted, emit
from .codegen.load import filename_of, load
from .errors import NonScalarOutputError, SctError
from .ir.build import Builder
from .ir.core import Block, Function, Op, Value, walk
from .ir.rewrite import clone_function
from .ir.types import Array, Object, Scalar, Type, strip_const
from .ir.verify import verify
from .passes.pipeline import optimise, tidy
from .passes.returns import unify_returns
from .passes.sink import sink_returned
from .room import room
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
    written: dict[int, str] = field(default_factory=dict)
    """Arguments that the function writes to (it works on copies of them): they must share memory with nothing else."""


STRICT = False
"""Verify after every pass (set by the tests)."""


def compile_gradient(fun: Any, names: Sequence[str], arguments: Sequence[Any], request: Request) -> Compiled:
    """Capture, specialise, differentiate, optimise, print and load: the gradient of ``fun`` for arguments like these."""
    session = CompilationSession()
    context = Context(session)
    with room():
        typed = specialise(context, fun, names, arguments)
        pairs = Pairs(context, tidy)
        gradient = adjoint(context, pairs, typed, request)
        functions = _callees_first(gradient, pairs)
        plain = {r.function for r in getattr(session, "_records", {}).values()}
        for function in (*(f for f in functions if f not in plain), gradient):
            optimise(function, verify=STRICT)
            verify(function)
        compiled = _emit_and_load(request, context, typed.function, gradient, functions)
        compiled.written = {names.index(name): name for name in typed.written}
        return compiled


# ------------------------------------------------------------------------------------------------------------ specialise

@dataclass
class Typed:
    """A specialised function and the structure of what it returns."""

    function: Function
    result: Abstract
    primal_results: int = 0
    written: list[str] = field(default_factory=list)
    """Names of the parameters that the function writes to (it works on copies of them)."""


def specialise(context: Context, fun: Any, names: Sequence[str], arguments: Sequence[Any]) -> Typed:
    """The typed IR of ``fun`` for arguments like ``arguments`` (one per parameter, in order)."""
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
    context.check()
    result = exit.values[0] if exit.kind == "return" else NEVER
    if result is POISON:
        raise SctError("nothing could be specialised", loc=lowered.loc, code="SCT900")
    typed = Typed(function, result)
    _return(sp, typed)
    functions = [function, *(r.function for r in getattr(context.session, "_records", {}).values())]
    settle_bound(functions)
    settle_effects(functions)
    _alias_checks(context, typed)
    return typed


def _plain_function(fun: Any) -> tuple[Any, Any]:
    if inspect.ismethod(fun):
        return fun.__self__, fun.__func__
    if hasattr(fun, "py_func"):
        return None, fun.py_func
    return None, fun


def _return(sp: Specializer, typed: Typed) -> None:
    """End the body: the items of a tuple are returned one by one."""
    if typed.result is NEVER:
        return
    items = typed.result.items if isinstance(typed.result, Seq) and typed.result.kind is tuple else [typed.result]
    try:
        values = [_result(sp, item) for item in items]
    except Refusal as refusal:
        sp.context.refuse(refusal, sp.builder.loc)
        sp.context.check()
    typed.primal_results = len(values)
    sp.builder.emit("return", values, single=False)


def _result(sp: Specializer, a: Abstract) -> Value:
    """What is returned as one run-time value; a dict can only be returned (as it is, or as auxiliary data)."""
    if isinstance(a, Mapping) and a.runtime is None:
        return sp.builder.value("dict", [_result(sp, v) for v in a.items.values()], Object(dict), keys=tuple(a.items))
    if isinstance(a, Seq) and a.runtime is None and any(isinstance(item, Mapping | Seq) for item in a.items):
        return sp.builder.value("tuple", [_result(sp, v) for v in a.items], Object(a.kind), cls=a.kind)
    return sp.lift(a)


def _alias_checks(context: Context, typed: Typed) -> None:
    records = [r.function for r in getattr(context.session, "_records", {}).values()]
    for function in (typed.function, *records):
        written = settle_writes(context, function, entry=function is typed.function)
        if function is typed.function:
            typed.written = written
    context.check()


# ---------------------------------------------------------------------------------------------------------- differentiate

def adjoint(context: Context, pairs: Pairs, typed: Typed, request: Request) -> Function:
    """Forward and reverse sweep in one function that returns what the request asks for."""
    function = typed.function
    if typed.result is NEVER:
        return clone_function(function)  # it raises on every path: so does its gradient
    end = function.body.ops[-1]
    check_output(function, typed.result, end, request)

    records = [r.function for r in getattr(context.session, "_records", {}).values()]
    for one in (function, *records):
        sink_returned(one)
        unify_returns(one)
    context.masked = max(map(masking, [function, *records]))
    joint = differentiate(function, request.wrt, _seed_one, context, pairs, [0])
    context.check()
    finish_gradients(joint, request)
    context.check()
    tidy(joint.function)
    save(joint)
    return joint.function


def _seed_one(rev: Reverser, results: list[Value]) -> None:
    rev.accumulate(results[0], rev.constant(1.0))


def check_output(function: Function, result: Abstract, end: Op, request: Request) -> None:
    """Refuse a result that is not one differentiable number."""
    if request.has_aux:
        if not (isinstance(result, Seq) and result.kind is tuple and len(result.items) == 2):
            raise NonScalarOutputError(f"with has_aux=True `{function.name}` must return (value, aux)", loc=end.loc,
                                       hint="return a tuple of two", code="SCT504")
    elif isinstance(result, Seq):
        raise _not_scalar(function, f"a {result.kind.__name__} of {len(result.items)} items", end, "SCT500")
    t: Type = strip_const(end.operands[0].type)
    if not isinstance(t, Scalar):
        raise _not_scalar(function, str(t), end, "SCT501" if isinstance(t, Array) else "SCT502")
    if not t.differentiable:
        raise NonScalarOutputError(f"`{function.name}` returns {t}, which has no derivative", loc=end.loc,
                                   hint="return a float: multiply by 1.0 if the number is meant to be real", code="SCT503")
    if t.dtype.startswith("complex"):
        raise NonScalarOutputError(f"`{function.name}` returns a complex number", loc=end.loc,
                                   hint="return its real part or its absolute value", code="SCT505")


def _not_scalar(function: Function, what: str, end: Op, code: str) -> NonScalarOutputError:
    return NonScalarOutputError(
        f"`{function.name}` returns {what}, but grad needs one number", loc=end.loc,
        hint="sum it up, or use sct.vjp (one cotangent) or sct.jacrev (the whole Jacobian)", code=code)


def adjoint_before_passes(fun: Any, compiled: Compiled) -> Function:
    """Forward and reverse sweep of a specialisation as differentiation left them."""
    if compiled.typed.body.ops[-1].name == "raise":
        return compiled.typed
    context = Context(CompilationSession())
    joint = differentiate(compiled.typed, compiled.request.wrt, _seed_one, context, Pairs(context, tidy), [0])
    finish_gradients(joint, compiled.request)
    return joint.function


# ------------------------------------------------------------------------------------------------------------ print, load

def _emit_and_load(request: Request, context: Context, typed: Function, joint: Function, made: list[Function]) -> Compiled:
    joint.name = f"{_identifier(typed.name)}_{'value_and_grad' if request.value else 'grad'}"
    pairs = _distinct_names(_still_called(joint, made), joint.name)
    printed = [(f, emit(f)) for f in pairs]
    main = emit(joint, header=_header(joint, typed))
    loaded: dict[Function, Callable[..., Any]] = {}
    spaces: list[tuple[dict[str, Any], Emitted]] = []
    for function, emitted in [*printed, (joint, main)]:
        space: dict[str, Any] = {"__builtins__": builtins}
        spaces.append((space, emitted))
        loaded[function] = _load_one(emitted, space)
    live = []
    for space, emitted in spaces:
        for name, value in emitted.imports.items():
            if isinstance(value, Function):
                space[name] = loaded[value]
        for name, place in emitted.data.items():
            path = DataPath(place.scope, place.root, (), place.owner)
            space[name] = read(path)
            live.append((space, name, path))
    text = "\n\n".join(e.text for _, e in spaces)
    guards = [(key[0], path, expected) for key, (path, expected) in context.guards.items()]
    return Compiled(request, text, loaded[joint], live, guards, typed, joint,
                    [Printed.of(e) for _, e in spaces], pairs)


def _load_one(emitted: Emitted, space: dict[str, Any]) -> Callable[..., Any]:
    space.update({name: value for name, value in emitted.imports.items() if not isinstance(value, Function)})
    return load(emitted, space)


def _identifier(name: str) -> str:
    return name if name.isidentifier() else "fn"


def _distinct_names(functions: list[Function], taken: str) -> list[Function]:
    """Give callees that were specialised twice numbered names."""
    seen = {taken}
    for function in functions:
        base, k = _identifier(function.name), 2
        function.name = base
        while function.name in seen:
            function.name, k = f"{base}_{k}", k + 1
        seen.add(function.name)
    return functions


def _still_called(root: Function, made: list[Function]) -> list[Function]:
    called = _called(root)
    return [f for f in made if f in called]


def _called(root: Function) -> set[Function]:
    """The functions that ``root`` calls, directly or not."""
    found: set[Function] = set()
    work = [root]
    while work:
        for op in walk(work.pop().body):
            if op.name == "invoke" and op.attrs["callee"] not in found:
                found.add(op.attrs["callee"])
                work.append(op.attrs["callee"])
    return found


def _callees_first(root: Function, pairs: Pairs) -> list[Function]:
    """The functions that ``root`` calls, directly or not, each after those that it calls (but for recursion)."""
    found: dict[Function, None] = {}
    entered = {root}

    def visit(function: Function) -> None:
        pairs.complete(function)
        for op in walk(function.body):
            if op.name == "invoke" and op.attrs["callee"] not in entered:
                entered.add(op.attrs["callee"])
                visit(op.attrs["callee"])
                found[op.attrs["callee"]] = None
    visit(root)
    return list(found)


def _header(joint: Function, typed: Function) -> list[str]:
    params = ", ".join(f"{v.hint}: {strip_const(v.type)}" for v in typed.params if str(v.type) != "dyn")
    return [f"{joint.name}, specialised for {params or 'no arguments'}"]
