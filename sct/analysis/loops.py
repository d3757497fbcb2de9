"""Loops: iteration plans for everything that can be iterated, unrolling of what has known length, the fixpoint of the rest."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..ir.core import Block, Op, Value
from ..ir.ops import Lit, Slot
from ..ir.types import BOTTOM, INT, STR, UNDEF, Array, Dict, List, Object, Table, Tuple, strip_const
from . import abstract as ab
from .abstract import LOST, NEVER, POISON, Abstract, Iteration, JoinError, Mapping, Place, Range, Seq, Shape, Static, View
from .decisions import decide
from .fixpoint import finish_loop, iterate, mirrored
from .infer import (
    REGIONS,
    Exit,
    Frame,
    Pending,
    Refusal,
    Specializer,
    arrive,
    emit_guard,
    is_own_set,
    items_in_order,
    truth,
)
from .managers import check_exit, check_manager, is_followed
from .positions import meet, moved, snapshot
from .primitives import apply, construct
from .references import NeedsPlaces, adopt, borrowed, content, holds_references, references
from .subscripts import row
from .tables import items_of, size
from .typecase import peel


@dataclass
class Counted:
    """Iteration by a counter: ``range(lo, hi, step)`` and the item that belongs to a counter value."""

    lo: Abstract
    hi: Abstract
    step: Abstract
    item: Callable[[Value], Abstract]
    sources: tuple[Value, ...] = ()
    """The run-time sequences that are walked, for the printer."""


@dataclass
class Each:
    """Iteration over an opaque inactive iterable, whose items have one type."""

    iterable: Value
    item: Any


def run_for(sp: Specializer, frame: Frame, op: Op) -> Exit | None:
    """A ``for`` loop; nothing runs behind one whose unrolled body always raises."""
    _run_for(sp, frame, op)
    return sp.raised(op)


def _run_for(sp: Specializer, frame: Frame, op: Op) -> None:
    """A ``for`` loop: unrolled where the items are known, counted or opaque otherwise."""
    iterable = sp.get(frame, op.operands[0])
    if iterable in (POISON, NEVER):
        _skip(sp, frame, op, iterable)
        return
    from .instances import has_method
    from .iterators import is_lazy, make
    if has_method(iterable, "__iter__"):
        iterable = make(sp, [iterable], {})
    if is_lazy(iterable):
        from .rounds import run_lazily
        run_lazily(sp, frame, op, iterable)
        return
    items = known_items(sp, iterable)
    if items is None and op.attrs.get("known") and op.loc not in sp.context.tables:
        items = short_range(iterable)
        if items is None and isinstance(sp.get(frame, op.operands[1]), Mapping):
            raise NeedsPlaces(table=op.loc)
    if items is not None:
        found = decide(sp, frame, op, items) if op.attrs.get("decides") and len(op.results) == 1 else None
        if found is None:
            unroll(sp, frame, op, LiveItems(sp, iterable) if holds_references(iterable) else Items(items))
        else:
            sp.bind(frame, op, [found])
        return
    if isinstance(iterable, Iteration) and iterable.kind == "strict zip":
        iterable = _of_equal_lengths(sp, op, iterable)
    plan = plan_for(sp, iterable)
    inits = [sp.get(frame, v) for v in op.operands[1:]]
    before, known_shapes = dict(sp.context.obstacles), dict(sp.loop_shapes)
    try:
        _run_planned(sp, frame, op, iterable, plan, inits)
        return
    except Refusal as refusal:
        if refusal.code != "SCT701":
            raise
        failure = refusal
    sp.context.obstacles, sp.loop_shapes = before, known_shapes
    items = short_range(iterable)
    if items is not None:
        unroll(sp, frame, op, Items(items))
        return

    def rest(later: Counted, values: list[Abstract]) -> list[Abstract]:
        _run_planned(sp, frame, op, iterable, later, values)
        return [frame.env[r] for r in op.results]
    if isinstance(plan, Each) or sp.splits or (values := peel(sp, frame, op, plan, inits, rest)) is None:
        raise failure
    sp.bind(frame, op, values)


def enter_body(sp: Specializer, frame: Frame, op: Op, item: Abstract, carried: list[Abstract]) -> None:
    """Bind the arguments of a loop's body."""
    _enter(frame, op.blocks[0], [item, *carried])


def _run_planned(sp: Specializer, frame: Frame, op: Op, iterable: Abstract, plan: Counted | Each,
                 inits: list[Abstract]) -> None:
    """Emit a run-time loop and bind what it carries in the end."""
    if isinstance(plan, Each):
        operands = [plan.iterable]
    else:
        operands = [sp.lift(a) for a in (plan.lo, plan.hi, plan.step)]
    kind = "each" if isinstance(plan, Each) else "range"
    hint = op.blocks[0].args[0].hint

    def body(block: Block, carried: list[Abstract], moving: list[Place]) -> Exit:
        induction = Value(hint, plan.item if isinstance(plan, Each) else INT, block)
        block.args.insert(0, induction)
        item = sp.as_abstract(induction) if isinstance(plan, Each) else plan.item(induction)
        if isinstance(plan, Counted) and item is not induction:
            induction.hint = ""
            if isinstance(item, Value) and not item.hint:
                item.hint = hint
        _enter(frame, op.blocks[0], [item, *carried[:len(inits)]])
        gone_through = [r.place for r in references(iterable, sp.positions)] if sp.context.places else []
        before = [sp.positions.get(place) for place in gone_through]
        exit = sp.run_block(frame, op.blocks[0])
        ends = [p.positions for p in sp.pending] + ([sp.positions] if exit.kind in ("continue", "break") else [])
        if any(end.get(place) is not at for end in ends for place, at in zip(gone_through, before, strict=True)):
            raise Refusal("SCT602", "what this loop goes through changes in it", "go through a copy: `list(...)`")
        return exit

    carried = iterate(sp, frame, op, inits, body)
    attrs: dict[str, Any] = {"kind": kind}
    if isinstance(plan, Counted) and plan.sources:
        attrs["seqs"] = len(plan.sources)
    if op.attrs.get("decides"):
        attrs["decides"] = op.attrs["decides"]
    finish_loop(sp, frame, op, "for", operands, carried, [carried.block], attrs)


def _of_equal_lengths(sp: Specializer, op: Op, a: Iteration) -> Iteration:
    """``zip(strict=True)`` as a ``zip`` behind a test of the lengths; a loop that is left early would not reach its test."""
    if not sp.context.splicing:
        if any(_breaks(block) for block in op.blocks):
            raise Refusal("SCT204", "zip(strict=True) is not supported in a loop that can be left early", "leave `strict` out")
        first, *rest = [_count(sp, part) for part in a.parts]
        for count in rest:
            _raise_if_different(sp, first, count)
    return Iteration("zip", a.parts)


def _breaks(block: Block) -> bool:
    return any(op.name == "break" or (op.name == "if" and any(map(_breaks, op.blocks))) for op in block.ops)


def _count(sp: Specializer, part: Abstract) -> Abstract:
    return _count(sp, part.parts[0]) if isinstance(part, Iteration) and part.kind != "strict zip" else length(sp, part)


def _raise_if_different(sp: Specializer, first: Abstract, count: Abstract) -> None:
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


def _skip(sp: Specializer, frame: Frame, op: Op, marker: Abstract) -> None:
    """Visit the body for its obstacles only."""
    block = Block()
    with sp.builder.at(block), sp.pending_of():
        for body in op.blocks:
            carried = [marker] * (len(body.args) - len(op.operands) + 1)
            _enter(frame, body, [marker, *carried][:len(body.args)] + [marker] * max(0, len(body.args) - len(carried) - 1))
            sp.run_block(frame, body)
    sp.bind(frame, op, [marker] * len(op.results))


def _enter(frame: Frame, block: Block, values: list[Abstract]) -> None:
    for arg, value in zip(block.args, values, strict=True):
        frame.env[arg] = value


# -------------------------------------------------------------------------------------------------------- iteration plans

BY_INDEX = ("flat", "ndindex", "ndenumerate")
"""Iterations over the elements of an array in order."""
UNROLL_LIMIT = 32
"""Longer literal sequences of one type become run-time lists."""


def known_items(sp: Specializer, a: Abstract) -> list[Abstract] | None:
    """The items of an iterable of known length that is worth unrolling; None for the rest."""
    a = content(sp, a)
    if _is_empty(sp, a):
        return []
    if isinstance(a, Seq):
        if len(a.items) > UNROLL_LIMIT and isinstance(ab.leaf_type(ab.shape_of(a)), List | Tuple):
            return None
        if a.runtime is not None and len(a.items) > 8:
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
            _raise_if_different(sp, Static(len(parts[0])), Static(len(items)))  # type: ignore[arg-type]
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


def _row(sp: Specializer, value: Value, k: Value) -> Value:
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

        def numbered(k: Value) -> Abstract:
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
        part = sp.lift(Seq(list, items))
    plan = plan_for(sp, part)
    if isinstance(plan, Each):
        raise Refusal("SCT711", "zip over this is not supported", "index it instead")
    return from_zero(sp, part, plan)


def from_zero(sp: Specializer, source: Abstract, plan: Counted) -> Counted:
    """The same plan with a counter that runs 0, 1, 2, …"""
    if isinstance(plan.lo, Static) and plan.lo.value == 0 and isinstance(plan.step, Static) and plan.step.value == 1:
        return plan
    lo, step = plan.lo, plan.step

    def item(k: Value) -> Abstract:
        shifted = apply(sp, operator.add, [lo, apply(sp, operator.mul, [k, step])])
        assert isinstance(shifted, Value)
        return plan.item(shifted)
    return Counted(Static(0), length(sp, Range(plan.lo, plan.hi, plan.step)), Static(1), item, plan.sources)


def _plan_reversed(sp: Specializer, part: Abstract) -> Counted:
    plan = plan_for(sp, part)
    if isinstance(plan, Each):
        raise Refusal("SCT711", "reversed over this is not supported", "index it instead")
    plan = from_zero(sp, part, plan)
    last = apply(sp, operator.sub, [plan.hi, Static(1)])

    def item(k: Value) -> Abstract:
        index = apply(sp, operator.sub, [last, k])
        assert isinstance(index, Value)
        return plan.item(index)
    return Counted(Static(0), plan.hi, Static(1), item, plan.sources)


# ------------------------------------------------------------------------------------------------------------------ while

def run_while(sp: Specializer, frame: Frame, op: Op) -> Exit | None:
    """A ``while`` loop: test and body see the same carried values."""
    inits = [sp.get(frame, v) for v in op.operands]
    test = Block()

    def body(block: Block, carried: list[Abstract], moving: list[Place]) -> Exit:
        nonlocal test
        test = Block()
        entered = sp.positions
        again = mirrored(sp, test, op, carried, moving)
        before = dict(sp.positions)
        with sp.builder.at(test):
            _enter(frame, op.blocks[0], again)
            exit = sp.run_block(frame, op.blocks[0])
            if exit.kind == "raise":
                raise Refusal("SCT709", "the test of this loop always raises")
            condition = truth(sp, exit.values[0]) if exit.values else POISON
            if isinstance(condition, bool):
                condition = sp.lift(Static(condition))
            if isinstance(condition, Value):
                sp.builder.emit("test", [condition])
        if moved(before, [sp.positions], list(before)):
            raise Refusal("SCT711", "the test of this loop takes items from an iterator, or calls what binds a variable",
                          "do that in its body")
        sp.positions = entered
        _enter(frame, op.blocks[1], carried[:len(inits)])
        return sp.run_block(frame, op.blocks[1])

    result = iterate(sp, frame, op, inits, body)
    finish_loop(sp, frame, op, "while", [], result, [test, result.block], {})
    return None


# ---------------------------------------------------------------------------------------------------------------- unroll

class Items:
    """Items that are known one by one, for an unrolled loop: each is found when its iteration begins."""

    def __init__(self, items: list[Abstract]) -> None:
        self._items = list(items)

    def more(self) -> bool:
        return bool(self._items)

    def take(self) -> Abstract:
        return self._items.pop(0)


class LiveItems(Items):
    """The items of containers that the loop's body may change: each is found when its iteration begins."""

    def __init__(self, sp: Specializer, iterable: Abstract) -> None:
        self.sp, self.iterable, self.taken = sp, iterable, 0
        self.keys = self._keys()
        self.length = len(self._now())
        self.backwards = isinstance(iterable, Iteration) and "reversed" in _kinds(iterable)

    def _now(self) -> list[Abstract]:
        items = known_items(self.sp, self.iterable)
        if items is None:
            raise Refusal("SCT602", "the length of a list that a loop goes through is not known any more in it",
                          "go through a copy of the list")
        return items

    def _keys(self) -> list[list[Any]]:
        found = [self.sp.positions[r.place] for r in references(self.iterable, {}) if r.place in self.sp.positions]
        return [list(a.items) for a in found if isinstance(a, Mapping)]

    def more(self) -> bool:
        now = self._now()
        if self._keys() != self.keys or (self.backwards and len(now) != self.length):
            raise Refusal("SCT602", "what a loop goes through gets other items in it", "go through a copy: `list(...)`")
        return self.taken < len(now)

    def take(self) -> Abstract:
        self.taken += 1
        return self._now()[self.taken - 1]


def _kinds(a: Abstract) -> set[str]:
    """The kinds of the iterations that ``a`` is made of."""
    return {a.kind}.union(*map(_kinds, a.parts)) if isinstance(a, Iteration) else set()


def unroll(sp: Specializer, frame: Frame, op: Op, items: Items) -> None:
    """Visit the body once per item; an exit that is taken at run time nests the remaining items."""
    values = [sp.get(frame, v) for v in op.operands[1:]]
    sp.bind(frame, op, _unroll_from(sp, frame, op, items, values))


def refill_cells(frame: Frame, body: Block, carried: list[Abstract]) -> None:
    """What nested functions see of the variables that a loop carries when an iteration begins: its item may be a call."""
    filled = set[str]()
    for op in body.ops:
        if op.name != "setcell" or op.attrs["cell"] in filled:
            return  # the first assignment of the body itself
        filled.add(op.attrs["cell"])
        if op.operands[0] in body.args[1:]:
            frame.cells[op.attrs["cell"]] = carried[body.args.index(op.operands[0]) - 1]


def _unroll_from(sp: Specializer, frame: Frame, op: Op, items: Items, values: list[Abstract]) -> list[Abstract]:
    body = op.blocks[0]
    while items.more():
        with sp.pending_of() as pending:
            refill_cells(frame, body, values)
            item = items.take()
            _enter(frame, body, [item, *values])
            if isinstance(item, Value) and not item.hint:
                item.hint = body.args[0].hint
            exit = sp.run_block(frame, body)
        if exit.kind in ("continue", "break"):
            values = exit.values
            if exit.kind == "break":
                return values
            continue
        if exit.kind in ("raise", "poison"):
            return [POISON if exit.kind == "poison" else NEVER] * len(values)
        left, values = _close_tail(sp, op, pending)
        if left is not None and items.more():
            return _guarded_rest(sp, frame, op, items, left, values)
    return values


def _close_tail(sp: Specializer, op: Op, pending: list[Pending]) -> tuple[Value | None, list[Abstract]]:
    """Turn the exits of one unrolled iteration into values: whether the loop was left, and what it carries."""
    known, moving = meet(sp.positions, [p.positions for p in pending])
    for p in pending:
        p.values = [snapshot(a, p.positions) for a in (*p.values, *(p.positions[place] for place in moving))]
    names = [v.hint for v in op.results] + [p.name for p in moving]
    columns = zip(*(p.values for p in pending), strict=True)
    shapes = sp.settled([sp.join([ab.generalise(ab.shape_of(a)) for a in column], n, "after this iteration")
                         for column, n in zip(columns, names, strict=True)])
    has_break = any(p.kind == "break" for p in pending)
    tail = sp.builder.block.ops[-1]
    by_block = {id(p.block): p for p in pending}
    results = _close_blocks(sp, tail, by_block, shapes, names)
    left = results[0] if has_break else None
    rest = iter(results[1:])
    values = [ab.rebuild(s, lambda t: next(rest)) for s in shapes]
    count = len(op.results)
    sp.positions = arrive(sp, known, list(moving), values[count:])
    return left, [adopt(sp, a) for a in values[:count]]


def _close_blocks(sp: Specializer, tail: Op, pending: dict[int, Pending], shapes: list[Shape], names: list[str]) -> list[Value]:
    from ..ir.types import BOOL
    types = [BOOL, *(t for s in shapes for t in ab.leaf_types(s))]
    hints = ["left", *sp.hints(shapes, names)]
    for block in tail.blocks:
        found = pending.get(id(block))
        with sp.builder.at(block):
            if found is not None:
                flag = sp.lift(Static(found.kind == "break"))
                flat = [v for a, s, n in zip(found.values, shapes, names, strict=True) for v in ab.leaves(a, s, sp.builder, n)]
                sp.builder.emit("yield", [flag, *flat])
            elif block.ops and block.ops[-1].name == "if" and block.ops[-1].attrs.get("tail"):
                sp.builder.emit("yield", _close_blocks(sp, block.ops[-1], pending, shapes, names))
    tail.attrs.pop("tail")
    tail.results = [Value(h, t, tail) for h, t in zip(hints, types, strict=True)]
    return tail.results


def _guarded_rest(sp: Specializer, frame: Frame, op: Op, items: Items, left: Value, values: list[Abstract]) -> list[Abstract]:
    from .infer import merge
    stay, go = Block(), Block()
    before, sp.positions = sp.positions, dict(sp.positions)
    with sp.builder.at(go):
        after = _unroll_from(sp, frame, op, items, values)
    known, moving = meet(before, [before, sp.positions])
    names = [v.hint for v in op.results] + [p.name for p in moving]
    ends = [[snapshot(a, before) for a in values], [snapshot(a, sp.positions) for a in after]]
    columns = [*zip(*ends, strict=True), *moving.values()]
    shapes = [sp.join([ab.shape_of(a) for a in column], n, "after this loop") for column, n in zip(columns, names, strict=True)]
    sp.positions = known
    joined = merge(sp, left, [stay, go], columns, sp.settled(shapes), names)
    sp.positions = arrive(sp, known, list(moving), joined[len(values):])
    return [adopt(sp, a) for a in joined[:len(values)]]


def run_with(sp: Specializer, frame: Frame, op: Op) -> Exit | None:
    """A ``with`` on inactive context managers; the body is ordinary code."""
    if len(op.operands) == 1 and is_followed(given := sp.get(frame, op.operands[0])):
        return _with_object(sp, frame, op, given)
    managers, refused = [], False
    for v in op.operands:
        a = sp.get(frame, v)
        refused = refused or a is POISON
        if a in (POISON, NEVER):
            managers.append(sp.builder.value("undef", (), UNDEF))
            continue
        check_manager(sp, a)
        managers.append(sp.lift(a) if isinstance(a, Value) or not isinstance(a, Static) else _manager(sp, a))
    block = Block()
    if op.blocks[0].args:
        for arg in op.blocks[0].args:
            seen = block.add_arg(arg.hint, Object(object))
            frame.env[arg] = POISON if refused else seen
    before, count, moving = dict(sp.positions), len(op.results), list[Place]()
    signals = sp.context.signals
    with sp.builder.at(block):
        sp.context.signals = _signals(managers, signals)
        exit = sp.run_block(frame, op.blocks[0])
        sp.context.signals = signals
        if exit.kind == "yield":
            moving = [place for place in moved(before, [sp.positions], list(before)) if sp.positions[place] is not LOST]
            yielded = [snapshot(a, sp.positions) for a in (*exit.values, *(sp.positions[place] for place in moving))]
            shapes = [ab.settled(ab.shape_of(a), before.__contains__) for a in yielded]
            names = [r.hint for r in op.results] + [p.name for p in moving]
            values = [v for a, s, n in zip(yielded, shapes, names, strict=True) for v in ab.leaves(a, s, sp.builder, n)]
            sp.builder.emit("yield", values)
    if exit.kind != "yield":
        sp.bind(frame, op, [POISON if exit.kind == "poison" else NEVER] * len(op.results))
        shapes, names = [], []
    types = [t for s in shapes for t in ab.leaf_types(s)]
    hints = sp.hints(shapes, names)
    typed = sp.builder.emit("with", managers, types, hints, [block], names=op.attrs.get("names", ()))
    results = iter(typed.results)
    if exit.kind == "raise":
        sp.builder.emit("raise", unreachable=True)
        return Exit("raise", [], op)
    if exit.kind == "yield":
        after = [ab.rebuild(s, lambda t: next(results)) for s in shapes]
        inside = {place: a for place, a in sp.positions.items() if isinstance(a, Static) or place in before}
        sp.positions = arrive(sp, inside, moving, after[count:])
        sp.bind(frame, op, after[:count])
    return None


def _with_object(sp: Specializer, frame: Frame, op: Op, manager: Abstract) -> Exit | None:
    """A ``with`` on an object that is followed: its methods are called before and behind the body."""
    from .instances import method_of
    check_exit(sp, manager)
    entered = method_of(sp, manager, "__enter__", [])
    for arg in op.blocks[0].args:
        frame.env[arg] = entered
    exit = sp.run_block(frame, op.blocks[0])
    if exit.kind != "yield":
        sp.bind(frame, op, [POISON if exit.kind == "poison" else NEVER] * len(op.results))
        return Exit("raise", [], op) if exit.kind == "raise" else None
    method_of(sp, manager, "__exit__", [Static(None)] * 3)
    sp.bind(frame, op, exit.values)
    return None


def _signals(managers: list[Value], before: bool) -> bool:
    """Whether NumPy raises inside ``with np.errstate(…)``, for any kind of error."""
    for manager in managers:
        op = manager.owner
        if isinstance(op, Op) and op.attrs.get("fn") is np.errstate:
            kinds = op.attrs["kwargs"]
            if any(not isinstance(how, Lit) or how.value == "raise" for how in kinds.values()):
                return True
            before = before and "all" not in kinds
    return before


def _manager(sp: Specializer, a: Static) -> Value:
    if a.path is None:
        raise Refusal("SCT713", "this context manager cannot be used here")
    return sp.live(a)


REGIONS.update({"for": run_for, "while": run_while, "with": run_with})
_ = (JoinError, Lit)
