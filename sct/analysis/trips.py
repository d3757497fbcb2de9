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

from ..ir.core import Loc, Op, Value
from ..ir.ops import Slot
from .abstract import Abstract, DataPath, Static
from .context import Refusal
from .infer import Specializer
from .plans import UNROLL_LIMIT, Counted, Each, range_length

_ARITHMETIC = (operator.add, operator.sub, operator.mul, operator.floordiv)
_COMPUTED: tuple[Callable[..., Any], ...] = (*_ARITHMETIC, min, max, range_length)

Guard = tuple[str, DataPath, Any]


FAILURES = frozenset({"SCT701", "SCT702", "SCT703"})
"""A variable is two things, a list of objects has no one type, something must be known before the function runs."""


class NeedsTrips(Exception):
    """Raised where a loop has to be unrolled: its counter has to be known, or how many items it makes."""

    def __init__(self, loc: Loc) -> None:
        super().__init__(loc)
        self.loc = loc


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
    if sp.context.counting and op.loc not in sp.context.trips and _counters(sp, plan) is not None:
        raise NeedsTrips(op.loc)


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


def _now(sp: Specializer, a: Abstract, guards: list[Guard]) -> int | None:
    """An integer that is computed from the arguments of the function, in this call."""
    if isinstance(a, Static):
        return a.value if type(a.value) is int else None
    if not isinstance(a, Value):
        return None
    found = _held(sp, a)
    if found is not None:
        number, guard = found
        guards.append(guard)
        return number
    op = a.owner
    if not isinstance(op, Op) or op.attrs.get("fn") not in _COMPUTED:
        return None
    operands = [_now(sp, op.operands[t.index] if isinstance(t, Slot) else Static(getattr(t, "value", None)), guards)
                for t in op.attrs["args"]]
    return None if None in operands else op.attrs["fn"](*operands)


def _held(sp: Specializer, value: Value) -> tuple[int, Guard] | None:
    """An integer among the arguments, or the length of one of them, and the guard under which it is that."""
    known = sp.known(value)
    if known is not None:
        return (known[0], ("value", known[1], known[0])) if type(known[0]) is int else None
    op = value.owner
    if not isinstance(op, Op) or not op.operands:
        return None
    source, axis = op, 0
    if op.name == "item" and isinstance(op.operands[0].owner, Op):
        source, axis = op.operands[0].owner, op.attrs["key"]
    measured = sp.known(source.operands[0]) if source.attrs.get("fn") is (len if source is op else np.shape) else None
    if measured is None:
        return None
    held, path = measured
    if isinstance(held, np.ndarray):
        return held.shape[axis], ("value", path.attr("shape").item(axis), held.shape[axis])
    return (len(held), ("sequence", path, (list, len(held)))) if type(held) is list else None
