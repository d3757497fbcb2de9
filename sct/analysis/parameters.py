"""Takes specialised callees, lets captured variables be one parameter that are one value at every call.

A nested function that becomes a function of its own takes what it captures as further parameters, and so do the functions that
it captures: one variable comes in several times.  What the user wrote as parameters stays.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Sequence

from ..ir.core import Function, Op, Value, walk
from ..ir.rewrite import replace_uses

Classes = dict[Function, list[int]]
"""For each callee and each of its parameters the first of those that are given the same value, as far as is known."""


def unite_parameters(functions: Sequence[Function], kept: Collection[Function]) -> None:
    """Drop parameters of the callees among ``functions`` that repeat another one, but for those in ``kept``."""
    calls = [(function, op) for function in functions for op in walk(function.body) if op.name == "invoke"]
    captured = {op.attrs["callee"]: _captured(op.attrs["callee"]) for _, op in calls}
    classes = {callee: _begin(callee) for callee, found in captured.items() if found and callee not in kept}
    changed = bool(classes)
    while changed:
        changed = False
        for function, op in calls:
            callee = op.attrs["callee"]
            if callee in classes:
                found = list(_split(op, function, classes))
                changed = changed or found != classes[callee]
                classes[callee] = found
    dropped = {callee: {k for k, first in enumerate(found) if k != first and k in captured[callee]}
               for callee, found in classes.items()}
    for callee, places in dropped.items():
        replace_uses(callee.body, {callee.params[k]: callee.params[classes[callee][k]] for k in places})
        callee.body.args = [v for k, v in enumerate(callee.params) if k not in places]
    for _, op in calls:
        op.operands = [v for k, v in enumerate(op.operands) if k not in dropped.get(op.attrs["callee"], ())]


def _captured(callee: Function) -> set[int]:
    """The positions of the parameters that the user did not write as such."""
    extra = getattr(callee.info, "extra", {})
    return set(range(len(callee.params))) - extra["written"] if "written" in extra else set()


def _begin(callee: Function) -> list[int]:
    types = [v.type for v in callee.params]
    return [types.index(t) for t in types]


def _split(call: Op, function: Function, classes: Classes) -> Iterator[int]:
    """The classes of the callee's parameters that are left when the arguments of this call are compared."""
    first: dict[Hashable, int] = {}
    known = dict(zip(function.params, classes.get(function, ()), strict=False))
    for k, (value, before) in enumerate(zip(call.operands, classes[call.attrs["callee"]], strict=True)):
        what: Value | int = known.get(value, value)
        yield first.setdefault((before, what), k)
