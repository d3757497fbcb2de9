"""Unrolling: loops over items that are known one by one, whose bodies are visited for each of them."""

from __future__ import annotations

from typing import Any

from ..ir.core import Block, Op, Value
from . import shapes as sh
from .abstract import NEVER, POISON, Abstract, Iteration, Mapping, Static
from .branches import arrive
from .context import Frame, Pending, Refusal
from .infer import Specializer
from .plans import known_items
from .positions import meet, snapshot
from .references import adopt, bare, references
from .shapes import Shape


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
            enter(frame, body, [item, *values])
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
    shapes = sp.settled([sp.join([sh.generalise(sh.shape_of(a)) for a in column], n, "after this iteration")
                         for column, n in zip(columns, names, strict=True)])
    has_break = any(p.kind == "break" for p in pending)
    tail = sp.builder.block.ops[-1]
    by_block = {id(p.block): p for p in pending}
    results = _close_blocks(sp, tail, by_block, shapes, names)
    left = results[0] if has_break else None
    rest = iter(results[1:])
    values = [sh.rebuild(s, lambda t: next(rest)) for s in shapes]
    count = len(op.results)
    sp.positions = arrive(sp, known, list(moving), values[count:])
    return left, [adopt(sp, a) for a in values[:count]]


def _close_blocks(sp: Specializer, tail: Op, pending: dict[int, Pending], shapes: list[Shape], names: list[str]) -> list[Value]:
    from ..ir.types import BOOL
    types = [BOOL, *(t for s in shapes for t in sh.leaf_types(s))]
    hints = ["left", *sp.hints(shapes, names)]
    for block in tail.blocks:
        found = pending.get(id(block))
        with sp.builder.at(block):
            if found is not None:
                flag = sp.lift(Static(found.kind == "break"))
                flat = [v for a, s, n in zip(found.values, shapes, names, strict=True) for v in sh.leaves(a, s, sp.builder, n)]
                sp.builder.emit("yield", [flag, *flat])
            elif block.ops and block.ops[-1].name == "if" and block.ops[-1].attrs.get("tail"):
                sp.builder.emit("yield", _close_blocks(sp, block.ops[-1], pending, shapes, names))
    tail.attrs.pop("tail")
    tail.results = [Value(h, t, tail) for h, t in zip(hints, types, strict=True)]
    return tail.results


def _guarded_rest(sp: Specializer, frame: Frame, op: Op, items: Items, left: Value, values: list[Abstract]) -> list[Abstract]:
    from .branches import merge
    stay, go = Block(), Block()
    before, sp.positions = sp.positions, dict(sp.positions)
    with sp.builder.at(go):
        after = _unroll_from(sp, frame, op, items, values)
    known, moving = meet(before, [before, sp.positions])
    names = [v.hint for v in op.results] + [p.name for p in moving]
    ends = [[snapshot(a, before) for a in values], [snapshot(a, sp.positions) for a in after]]
    columns = [*zip(*ends, strict=True), *moving.values()]
    shapes = [sp.join([sh.shape_of(a) for a in column], n, "after this loop") for column, n in zip(columns, names, strict=True)]
    sp.positions = known
    joined = merge(sp, left, [stay, go], columns, sp.settled(shapes), names)
    sp.positions = arrive(sp, known, list(moving), joined[len(values):])
    return [adopt(sp, a) for a in joined[:len(values)]]


def enter(frame: Frame, block: Block, values: list[Abstract]) -> None:
    """Bind the arguments of a block; what a container holds is kept at its place, and changes there."""
    for arg, value in zip(block.args, values, strict=True):
        frame.env[arg] = bare(value)
