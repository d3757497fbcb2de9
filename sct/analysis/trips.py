"""How often a loop runs in this call, fixed by guards: for loops that cannot be said as one body for all iterations.

What is computed from lengths of arguments and from their integers is known before the function runs: a list of objects, one for
each row of an argument, has so many items in this specialisation, and another specialisation is made for another length.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..ir.core import Function, Loc, Op, Value
from ..ir.ops import Lit, SliceOf, Slot
from ..ir.types import Array, List, strip_const
from ..rules import registry
from .abstract import Abstract, DataPath, Static
from .context import UNROLL_LIMIT, Refusal
from .infer import Specializer
from .plans import Counted, Each, range_length
from .subscripts import row

_ARITHMETIC = (operator.add, operator.sub, operator.mul, operator.floordiv, operator.neg)
_COMPUTED: tuple[Callable[..., Any], ...] = (*_ARITHMETIC, min, max, range_length)

Guard = tuple[str, DataPath, Any]


FAILURES = frozenset({"SCT701", "SCT702", "SCT703"})
"""A variable is two things, a list of objects has no one type, something must be known before the function runs."""


class NeedsTrips(Exception):
    """Raised where a loop has to be unrolled: its counter has to be known, or how many items it makes.

    What a callee is given is known where it is part of its caller, so the functions around the loop are opened first.
    """

    def __init__(self, loc: Loc, around: frozenset[Function]) -> None:
        super().__init__(loc)
        self.loc = loc
        self.around = around


@contextmanager
def counted_on_failure(sp: Specializer, op: Op, plan: Counted | Each) -> Iterator[None]:
    """Ask for a loop to be unrolled if it cannot be specialised otherwise, and if this call tells how often it runs."""
    before = set(sp.context.obstacles)
    try:
        yield
    except Refusal as refusal:
        if refusal.code in FAILURES:
            _ask(sp, op, plan)
        raise
    if any(found.code in FAILURES for key, found in sp.context.obstacles.items() if key not in before):
        _ask(sp, op, plan)


def _ask(sp: Specializer, op: Op, plan: Counted | Each) -> None:
    context = sp.context
    if not context.counting or isinstance(plan, Each):
        return
    if _counters(sp, plan) is None:
        open_around(sp)
    elif op.loc not in context.trips:
        raise NeedsTrips(op.loc, frozenset())


def open_around(sp: Specializer) -> None:
    """Ask for the callees that are being visited to become part of their callers, if they are not: more is known there."""
    context = sp.context
    around = frozenset(context.stack[1:])
    if not around <= context.opened | context.lent and len(around) == len(context.stack) - 1:
        raise NeedsTrips(sp.builder.loc, around)


def known_trips(sp: Specializer, op: Op, plan: Counted | Each) -> list[Abstract] | None:
    """The items of a loop that has to be unrolled; None for all others."""
    counters = _counters(sp, plan) if op.loc in sp.context.trips else None
    return [plan.item(Static(k)) for k in counters] if counters is not None and isinstance(plan, Counted) else None


def _counters(sp: Specializer, plan: Counted | Each) -> range | None:
    """The counter's values in this call, which guards fix; None if the arguments do not tell them, or if they are many."""
    guards: list[Guard] = []
    bounds = [_now(sp, a, guards) for a in (plan.lo, plan.hi, plan.step)] if isinstance(plan, Counted) else [None]
    if any(bound is None for bound in bounds) or len(counters := range(*bounds)) > UNROLL_LIMIT:
        return None
    for guard in guards:
        sp.context.guard(*guard)
    return counters


def computed(sp: Specializer, a: Abstract) -> int | None:
    """An integer that is computed from the arguments of the function, in this call, which guards fix."""
    guards: list[Guard] = []
    found = _now(sp, a, guards)
    if found is not None:
        for guard in guards:
            sp.context.guard(*guard)
    return found


def _now(sp: Specializer, a: Abstract, guards: list[Guard]) -> int | None:
    """An integer that is computed from the arguments of the function, in this call."""
    if isinstance(a, Static):
        return a.value if type(a.value) is int else None
    if not isinstance(a, Value):
        return None
    known = sp.known(a)
    if known is not None:
        return _fixed(known[0], ("value", known[1], known[0]), guards) if type(known[0]) is int else None
    op = a.owner
    if not isinstance(op, Op):
        return None
    if op.attrs.get("fn") is len:
        return _length(sp, op.operands[0], 0, guards)
    if op.name == "item" and isinstance(shape := op.operands[0].owner, Op) and shape.attrs.get("fn") is np.shape:
        return _length(sp, shape.operands[0], op.attrs["key"], guards)
    if op.attrs.get("fn") not in _COMPUTED:
        return None
    operands = [_now(sp, op.operands[t.index] if isinstance(t, Slot) else Static(getattr(t, "value", None)), guards)
                for t in op.attrs["args"]]
    return None if None in operands else op.attrs["fn"](*operands)


def _fixed(number: int, guard: Guard, guards: list[Guard]) -> int:
    guards.append(guard)
    return number


def _length(sp: Specializer, value: Value, axis: int, guards: list[Guard]) -> int | None:
    """The length in this call of an argument, or of what is computed from arguments element by element or is a slice."""
    known = sp.known(value)
    if known is not None:
        held, path = known
        if isinstance(held, np.ndarray):
            return _fixed(held.shape[axis], ("value", path.attr("shape").item(axis), held.shape[axis]), guards)
        return _fixed(len(held), ("sequence", path, (list, len(held))), guards) if type(held) is list else None
    op, t = value.owner, strip_const(value.type)
    if not isinstance(op, Op) or not isinstance(t, Array) or t.ndim != 1:
        return None
    fn = op.attrs.get("fn")
    if fn is operator.getitem and isinstance(key := op.attrs["args"][1], SliceOf):
        whole = _length(sp, op.operands[0], 0, guards)
        parts = (key.lo, key.hi, key.step)
        if whole is None or not all(isinstance(part, Lit) for part in parts):
            return None
        return len(range(whole)[slice(*(part.value for part in parts))])
    entry = registry.lookup(fn) if fn is not None else None
    if op.name in ("broadcast", "convert") or entry is not None and entry.elementwise:
        lengths = [_length(sp, v, 0, guards) for v in op.operands if isinstance(strip_const(v.type), Array)]
        return None if None in lengths or not lengths else max(n for n in lengths if n is not None)
    return None


def items_of_array(sp: Specializer, a: Abstract) -> list[Abstract] | None:
    """The items of an array whose length follows from the arguments of this call, which guards fix."""
    if not isinstance(a, Value) or not isinstance(strip_const(a.type), Array | List):
        return None
    guards: list[Guard] = []
    length = _length(sp, a, 0, guards)
    if length is None or length > UNROLL_LIMIT:
        return None
    for guard in guards:
        sp.context.guard(*guard)
    return [row(sp, a, Static(k)) for k in range(length)]
