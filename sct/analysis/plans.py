"""Iteration plans: the counter of a loop and the item that belongs to its value, or the items that are known."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..ir.core import Block, Op, Value
from ..ir.ops import Slot
from ..ir.types import BOTTOM, INT, STR, Array, Dict, List, Object, Table, Tuple, Type, strip_const
from . import shapes as sh
from .abstract import Abstract, Iteration, Mapping, Range, Seq, Static, View
from .branches import emit_guard, not_iterable, opened
from .context import UNROLL_LIMIT, Refusal
from .displays import is_own_set, items_in_order
from .infer import Specializer
from .primitives import apply, construct
from .references import borrowed, content
from .subscripts import row
from .tables import items_of, size

BY_INDEX = ("flat", "ndindex", "ndenumerate")
"""Iterations over the elements of an array in order."""


@dataclass
class Counted:
    """Iteration by a counter: ``range(lo, hi, step)`` and the item that belongs to a counter value."""

    lo: Abstract
    hi: Abstract
    step: Abstract
    item: Callable[[Abstract], Abstract]
    sources: tuple[Value, ...] = ()
    """The run-time sequences that are walked, for the printer."""


@dataclass
class Each:
    """Iteration over an opaque inactive iterable, whose items have one type."""

    iterable: Value
    item: Any


def count_of(sp: Specializer, part: Abstract) -> Abstract:
    return count_of(sp, part.parts[0]) if isinstance(part, Iteration) and part.kind != "strict zip" else length(sp, part)


def known_items(sp: Specializer, a: Abstract) -> list[Abstract] | None:
    """The items of an iterable of known length that is worth unrolling; None for the rest."""
    a = opened(sp, content(sp, a), not_iterable)
    if _is_empty(sp, a):
        return []
    if isinstance(a, Value) and isinstance(a.type, Tuple):
        a = sp.as_abstract(a)
    if isinstance(a, Seq):
        if len(a.items) > UNROLL_LIMIT and isinstance(sh.leaf_type(sh.shape_of(a)), List | Tuple):
            return None
        if a.runtime is not None and len(a.items) > (UNROLL_LIMIT if _are_objects(a.runtime.type) else 8):
            return None
        return a.items
    if isinstance(a, Mapping):
        return [Static(k) for k in a.items]
    if isinstance(a, Static) and isinstance(a.value, str | tuple | list):
        return [Static(v) for v in a.value]
    if isinstance(a, Static) and is_own_set(a):
        return items_in_order(a.value)
    if isinstance(a, Range) and sp.context.splicing and all(isinstance(x, Static) for x in (a.lo, a.hi, a.step)):
        return [Static(v) for v in range(a.lo.value, a.hi.value, a.step.value)]  # type: ignore[union-attr]
    if isinstance(a, Iteration):
        return _known_composite(sp, a)
    return None


def _are_objects(t: Type) -> bool:
    """Whether the items are objects, whose attributes are found at places of their own."""
    return isinstance(t, Tuple) and all(isinstance(item, Object) for item in t.items)


def _is_empty(sp: Specializer, a: Abstract) -> bool:
    """Whether nothing has been put into a run-time list or dict, as far as is known now."""
    held = content(sp, a.base) if isinstance(a, View) else a
    return isinstance(held, Value) and isinstance(held.type, List | Table) and held.type.item == BOTTOM


def short_range(a: Abstract) -> list[Abstract] | None:
    """The numbers of a short literal range: a loop over it can be unrolled when its variables change their kind."""
    items = _literal_range(a, UNROLL_LIMIT + 1)
    return items if items is not None and len(items) <= UNROLL_LIMIT else None


def _literal_range(a: Abstract, most: int) -> list[Abstract] | None:
    """At most so many numbers of a literal range."""
    if not isinstance(a, Range) or not all(isinstance(x, Static) for x in (a.lo, a.hi, a.step)):
        return None
    return [Static(k) for k in range(a.lo.value, a.hi.value, a.step.value)[:most]]  # type: ignore[union-attr]


def is_endless(a: Abstract) -> bool:
    """Whether ``a`` has an item for every number: ``itertools.repeat``, ``count`` or ``cycle``."""
    return isinstance(a, Iteration) and a.kind == "endless"


def item_at(sp: Specializer, a: Abstract, k: Abstract) -> Abstract:
    """The item of something endless at a place."""
    from .callees import call
    assert isinstance(a, Iteration)
    return call(sp, a.parts[0], [*a.parts[1:], k], {})


def _first_items(sp: Specializer, a: Abstract, most: int) -> list[Abstract] | None:
    """At most so many items of a literal range or of something endless."""
    if is_endless(a):
        return [item_at(sp, a, Static(k)) for k in range(most)]
    return _literal_range(a, most)


def _known_composite(sp: Specializer, a: Iteration) -> list[Abstract] | None:
    if a.kind in ("endless", "computed") or a.kind in BY_INDEX:
        return None
    parts = [known_items(sp, p) for p in (a.parts if a.kind.endswith("zip") else a.parts[:1])]
    if a.kind.endswith("zip") and not all(p is None for p in parts):  # a range beside items that are known one by one
        most = 1 + max(len(p) for p in parts if p is not None)
        parts = [p if p is not None else _first_items(sp, x, most) for p, x in zip(parts, a.parts, strict=True)]
    if any(p is None for p in parts):
        return None
    if a.kind == "strict zip":
        for items in parts:
            raise_if_different(sp, Static(len(parts[0])), Static(len(items)))  # type: ignore[arg-type]
    if a.kind.endswith("zip"):
        return [Seq(tuple, list(items)) for items in zip(*parts, strict=False)]
    (items,) = parts
    assert items is not None
    if a.kind == "enumerate":
        start = sp.static(a.parts[1], "the start of enumerate")
        return [Seq(tuple, [Static(start + k), v]) for k, v in enumerate(items)]
    return items[::-1] if a.kind == "reversed" else items


def plan_for(sp: Specializer, a: Abstract) -> Counted | Each:
    """How to iterate over something whose length is known at run time only."""
    given, a = a, content(sp, a)
    if isinstance(a, Range):
        return Counted(a.lo, a.hi, a.step, lambda k: k)
    if isinstance(a, Iteration):
        return _plan_composite(sp, a)
    if isinstance(a, Seq):
        from .subscripts import _as_list
        a = a.runtime if a.runtime is not None and isinstance(a.runtime.type, List) else _as_list(sp, a)
    if isinstance(a, View) or isinstance(a, Value) and isinstance(a.type, Table):
        names, item = items_of(sp, a)
        return Counted(Static(0), length(sp, names), Static(1), item)
    if isinstance(a, Value):
        t = strip_const(a.type)
        if isinstance(t, Array) and t.ndim == 0:
            raise Refusal("SCT709", "this always raises TypeError: iteration over a 0-d array")
        if isinstance(t, Array | List):
            value = a
            return Counted(Static(0), length(sp, value), Static(1),
                           lambda k: borrowed(sp, given, sp.as_abstract(_row(sp, value, k))), (value,))
        if t is STR:
            return Each(a, STR)
        if isinstance(t, Dict | Object):
            return _plan_opaque(sp, a)
    raise Refusal("SCT711", "this cannot be iterated over", "iterate over a range, an array, a list or a tuple")


def _row(sp: Specializer, value: Value, k: Abstract) -> Value:
    item = row(sp, value, k)
    assert isinstance(item, Value) or isinstance(item, Seq)
    return item if isinstance(item, Value) else item.runtime  # type: ignore[return-value]


def _plan_opaque(sp: Specializer, a: Value) -> Each:
    op = a.owner
    item = op.attrs.get("item_type") if isinstance(op, Op) else None
    if item is None:
        raise Refusal("SCT711", f"the items of a {a.type} have no known type",
                      "iterate over a range, an array, a list or a tuple")
    return Each(a, item)


def length(sp: Specializer, value: Abstract) -> Abstract:
    """``len(value)``."""
    value = content(sp, value)
    if isinstance(value, View):
        value = content(sp, value.base)
    if isinstance(value, Value) and isinstance(value.type, List | Table):
        return size(sp, value)
    if isinstance(value, Seq | Mapping):
        return Static(len(value.items))
    if isinstance(value, Range):
        if all(isinstance(x, Static) for x in (value.lo, value.hi, value.step)):
            return Static(range_length(value.lo.value, value.hi.value, value.step.value))  # type: ignore[union-attr]
        bounds = [sp.lift(x) for x in (value.lo, value.hi, value.step)]
        if isinstance(value.lo, Static) and value.lo.value == 0 and isinstance(value.step, Static) and value.step.value == 1 \
                and isinstance(bounds[1].owner, Op) and bounds[1].owner.attrs.get("fn") is len:
            return bounds[1]
        return sp.builder.value("call", bounds, INT, fn=range_length, args=tuple(map(Slot, range(3))), kwargs={})
    return apply(sp, len, [value])


def range_length(lo: int, hi: int, step: int) -> int:
    """``len(range(lo, hi, step))``."""
    return len(range(lo, hi, step))


def _plan_composite(sp: Specializer, a: Iteration) -> Counted | Each:
    if a.kind in BY_INDEX:
        from .flat import plan
        return plan(sp, a)
    if a.kind == "strict zip":
        raise Refusal("SCT204", "zip(strict=True) is supported as what a loop goes over, not here", "leave `strict` out")
    if a.kind == "endless":
        raise Refusal("SCT711", "this never ends by itself", "put it into a zip with a sequence, or write a `while` loop")
    if a.kind == "computed":
        handler, count, *data = a.parts
        return Counted(Static(0), count, Static(1), lambda k: item_at(sp, Iteration("endless", [handler, *data]), k))
    if a.kind not in ("enumerate", "zip", "reversed"):
        raise Refusal("SCT711", f"a {a.kind} of run-time length is not supported here", "use a comprehension")
    if a.kind == "reversed":
        return _plan_reversed(sp, a.parts[0])
    if a.kind == "enumerate":
        inner = plan_for(sp, a.parts[0])
        start = a.parts[1]
        if isinstance(inner, Each):
            raise Refusal("SCT711", "enumerate over this is not supported", "count yourself")
        inner = from_zero(sp, a.parts[0], inner)

        def numbered(k: Abstract) -> Abstract:
            zero = isinstance(start, Static) and start.value == 0
            return Seq(tuple, [k if zero else apply(sp, operator.add, [start, k]), inner.item(k)])
        return Counted(inner.lo, inner.hi, inner.step, numbered, inner.sources)
    plans = [part_plan(sp, p) for p in a.parts]
    counts = [plan.hi for plan, part in zip(plans, a.parts, strict=True) if not is_endless(part)]
    if not counts:
        return _plan_composite(sp, Iteration("endless", []))
    count = counts[0]
    if len(counts) > 1:
        count = counts[0] if all(c is counts[0] for c in counts) else apply(sp, min, counts)
    sources = tuple(s for p in plans for s in p.sources)
    return Counted(Static(0), count, Static(1), lambda k: Seq(tuple, [p.item(k) for p in plans]), sources)


def part_plan(sp: Specializer, part: Abstract) -> Counted:
    """How to find the items of one of several sequences that are gone through together, counted from 0."""
    if is_endless(part):
        return Counted(Static(0), Static(None), Static(1), lambda k: item_at(sp, part, k))
    items = known_items(sp, part)
    if items is not None and not isinstance(part, Range | Iteration):
        try:
            part = sp.lift(Seq(list, items))
        except Refusal as refusal:
            return Counted(Static(0), Static(len(items)), Static(1), _literally(items, refusal))
    plan = plan_for(sp, part)
    if isinstance(plan, Each):
        raise Refusal("SCT711", "zip over this is not supported", "index it instead")
    return from_zero(sp, part, plan)


def _literally(items: list[Abstract], refusal: Refusal) -> Callable[[Abstract], Abstract]:
    """How to find an item of several that have no one type: by a literal position."""
    def item(k: Abstract) -> Abstract:
        if not isinstance(k, Static):
            raise refusal
        return items[k.value]  # type: ignore[no-any-return]
    return item


def from_zero(sp: Specializer, source: Abstract, plan: Counted) -> Counted:
    """The same plan with a counter that runs 0, 1, 2, …"""
    if isinstance(plan.lo, Static) and plan.lo.value == 0 and isinstance(plan.step, Static) and plan.step.value == 1:
        return plan
    lo, step = plan.lo, plan.step

    def item(k: Abstract) -> Abstract:
        return plan.item(apply(sp, operator.add, [lo, apply(sp, operator.mul, [k, step])]))
    return Counted(Static(0), length(sp, Range(plan.lo, plan.hi, plan.step)), Static(1), item, plan.sources)


def _plan_reversed(sp: Specializer, part: Abstract) -> Counted:
    plan = plan_for(sp, part)
    if isinstance(plan, Each):
        raise Refusal("SCT711", "reversed over this is not supported", "index it instead")
    plan = from_zero(sp, part, plan)
    last = apply(sp, operator.sub, [plan.hi, Static(1)])

    def item(k: Abstract) -> Abstract:
        return plan.item(apply(sp, operator.sub, [last, k]))
    return Counted(Static(0), plan.hi, Static(1), item, plan.sources)


def raise_if_different(sp: Specializer, first: Abstract, count: Abstract) -> None:
    if isinstance(first, Static) and isinstance(count, Static):
        if first.value != count.value:
            raise Refusal("SCT709", "this always raises ValueError: the arguments of zip have different lengths")
        return
    differs, raising = apply(sp, operator.ne, [first, count]), Block()
    assert isinstance(differs, Value)
    with sp.builder.at(raising):
        error = construct(sp, ValueError, [Static("zip() arguments have different lengths")], {})
        sp.builder.emit("raise", [error])
    emit_guard(sp, differs, raising, 0, sp.builder.loc)
