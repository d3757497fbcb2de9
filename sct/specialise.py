"""From a function and the types of its arguments to typed IR: specialisation, begun anew until it stands."""

from __future__ import annotations

import collections
import inspect
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

# Importing the handlers fills the tables of the specialiser; importing the rules fills the registry.
from . import rules as _rules
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
from .analysis.abstract import NEVER, POISON, Abstract, DataPath, Instance, Mapping, Seq, Static
from .analysis.bound import given_unbound, settle_bound
from .analysis.checkpoints import refuse_idle_marks
from .analysis.context import Context, Frame, Refusal
from .analysis.effects import settle_effects
from .analysis.exceptions import settle_handled
from .analysis.infer import Specializer
from .analysis.inlining import TooLong
from .analysis.kept import settle_kept
from .analysis.linear import settle_lists
from .analysis.mixed import settle_mixed
from .analysis.opening import lend_all, settle_accompanied, settle_callees, settle_sharing
from .analysis.parameters import unite_parameters
from .analysis.records import returned, returned_instance
from .analysis.references import NeedsItems, NeedsPlaces, references
from .analysis.references import plain as plain_value
from .analysis.shapes import run_time_leaves
from .analysis.trips import FAILURES, NeedsTrips
from .analysis.writes import settle_writes
from .analysis.written import Written
from .arguments import calling
from .dispatchers import compiled_from
from .errors import SctError
from .ir.build import Builder
from .ir.core import Block, Function, Op, Value
from .ir.types import Object, Scalar, strip_const
from .outputs import check_pair
from .request import Request
from .rules import registry

assert _rules


@dataclass
class Typed:
    """A specialised function and the structure of what it returns."""

    function: Function
    result: Abstract
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
    before, failure = dict(context.examples), None
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
        except NeedsTrips as needed:
            if needed.around:
                context.opened |= needed.around
            else:
                context.trips.add(needed.loc)
                context.tables.clear()  # keys that a counter makes are known now
            context.forget()
        except SctError as error:
            if context.counting or not any(found.code in FAILURES for found in context.obstacles.values()):
                raise (error if context.trips else failure or error) from None
            failure, context.counting = error, True
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
        try:
            bound.append(data_handlers.parameter(context, sp, value, argument, DataPath("param", name, (), value)))
        except Refusal as refusal:
            context.refuse(refusal, lowered.loc)
            bound.append(POISON)
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
    functions = [function, *context.session.specialised()]
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


def _open_callees(context: Context, typed: Typed) -> bool:
    """Have the callees copied in, or lent memory, that write to memory of their callers; False if there are no further ones.

    Those that read what may not be bound where they are called are copied in, too.
    """
    lowered = context.session.sources()
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
    sp.builder.emit("return", values, single=False)


def _auxiliary(sp: Specializer, typed: Typed) -> Abstract:
    """What is returned beside the result, which is all that is left as such."""
    check_pair(typed.function, typed.result, sp.builder.loc)
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
    records = context.session.specialised()
    for function in (typed.function, *records):
        written = settle_writes(context, function, entry=function is typed.function)
        if function is typed.function:
            typed.written = written
            typed.changed = sorted(context.changed)
    context.check()
    settle_accompanied(records)
