"""Loops over iterators whose length only run time knows: a counter goes through the rounds that are left.

``for u, v in zip(it, it)`` is a loop of ``len // 2`` rounds, each of which moves ``it`` on by its *stride* of two.  Maps and
filters are *stages* that an item goes through before it gets to the loop's body.
"""

from __future__ import annotations

import operator
from collections import Counter
from dataclasses import dataclass
from typing import Any

from ..ir.core import Block, Op, Value
from ..ir.types import INT, List, strip_const
from ..runtime import standard
from .abstract import LOST, Abstract, Iteration, Place, Static, StoredIterator
from .branches import truth
from .checkpoints import MARK, is_marked
from .context import Exit, Frame, Pending, Refusal
from .fixpoint import finish_loop, iterate, mirrored
from .infer import Specializer
from .iterators import AGAIN, Pulled, TakesMore, counted, is_lazy, known, matched, position, pull, sources
from .loops import enter_body
from .operators import binary
from .plans import Counted, from_zero
from .positions import NAME
from .primitives import apply
from .typecase import move_into
from .unrolling import refill_cells, unroll


@dataclass
class Rounds:
    """A counted loop over an iterator: in each round every place under it moves on by its stride."""

    plan: Counted
    stages: list[tuple[Abstract, Abstract, bool]]
    """What happens to an item: (function, structure of its argument, whether it is a test)."""
    strides: Counter[Place]
    exact: bool
    """Whether after the last round nothing is left and nothing more was taken."""


def rounds(sp: Specializer, a: Abstract) -> Rounds:
    """How a loop goes through what is left of ``a``."""
    stages, source = _staged(a)
    outer: list[StoredIterator] = []
    while isinstance(source, StoredIterator) and isinstance(source.source, Iteration) and is_lazy(source.source):
        outer.append(source)
        more, source = _staged(source.source)
        stages = [*more, *stages]
    leaves = _leaves(source)
    strides = Counter(leaf.place for leaf in leaves)
    for leaf in leaves:
        if is_lazy(leaf.source):
            raise Refusal("SCT711", "this combination of iterators is not supported", AGAIN)
    strides.update(o.place for o in outer if o.place not in strides)
    start = {place: sp.positions.get(place, LOST) for place in strides}
    if any(p is LOST for p in start.values()):
        raise Refusal("SCT711", "how far this iterator has come is not known here", AGAIN)
    first = start[outer[-1].place] if outer and outer[-1] is not source else Static(0)
    return Rounds(_plan(sp, source, start, first, strides, outer), stages, strides,
                  exact=len(leaves) <= 1 and all(c == 1 for c in strides.values()))


def _staged(a: Abstract) -> tuple[list[tuple[Abstract, Abstract, bool]], Abstract]:
    """The maps and filters around an iterable, innermost first, and that iterable."""
    stages: list[tuple[Abstract, Abstract, bool]] = []
    one = Static("")
    while isinstance(a, Iteration) and a.kind in ("map", "filter"):
        if a.kind == "filter":
            stages.insert(0, (a.parts[0], a.parts[1], True))
            a = a.parts[2]
        else:
            inner = a.parts[1]
            assert isinstance(inner, Iteration)
            if inner.kind == "zip" and len(inner.parts) > 1:
                stages.insert(0, (a.parts[0], Static(("",) * len(inner.parts)), False))
                return stages, inner
            stages.insert(0, (a.parts[0], one if inner.kind == "zip" else inner.parts[0], False))
            a = inner.parts[-1]
    return stages, a


def _leaves(a: Abstract) -> list[StoredIterator]:
    """The iterators that one round takes items from, once for each."""
    if isinstance(a, StoredIterator):
        return [a]
    if isinstance(a, Iteration) and is_lazy(a):
        if a.kind in ("filter", "strict zip"):
            raise Refusal("SCT711", f"a {a.kind} inside another iterator is not supported here", "use a comprehension")
        return [leaf for part in sources(a) for leaf in _leaves(part)]
    return []


def _plan(sp: Specializer, source: Abstract, start: dict[Place, Abstract], first: Abstract, strides: Counter[Place],
          outer: list[StoredIterator]) -> Counted:
    """The loop over the rounds that are left."""
    def at(place: Place, k: Abstract, done: int) -> Abstract:
        count = binary(sp, operator.mul, Static(strides[place]), k) if strides[place] > 1 else k
        found = _plus(sp, _plus(sp, start[place], count), Static(done))
        if isinstance(found, Value) and not found.hint and found is not k:
            found.hint = NAME
        return found

    if isinstance(source, StoredIterator):
        inner, place = from_zero(sp, source.source, counted(sp, source.source)), source.place

        def absolute(k: Abstract) -> Abstract:
            for o in strides:
                sp.positions[o] = _plus(sp, k, Static(1)) if o is place else at(o, _minus(sp, k, start[place]), 1)
            return inner.item(k)
        return Counted(start[place], inner.hi, Static(1), absolute, inner.sources if _is_zero(start[place]) else ())

    def item(k: Abstract) -> Abstract:
        for place in strides:
            sp.positions[place] = at(place, k, 0)
        result = pull(sp, source, _plus(sp, first, k), guarded=False)
        for place in strides:
            sp.positions[place] = at(place, k, strides[place])
        return result
    return Counted(Static(0), _round_count(sp, source, start, first, strides), Static(1), item)


def _plus(sp: Specializer, a: Abstract, b: Abstract) -> Abstract:
    return a if _is_zero(b) else b if _is_zero(a) else binary(sp, operator.add, a, b)


def _minus(sp: Specializer, a: Abstract, b: Abstract) -> Abstract:
    return a if _is_zero(b) else binary(sp, operator.sub, a, b)


def _is_zero(a: Abstract) -> bool:
    return isinstance(a, Static) and a.value == 0


def _round_count(sp: Specializer, a: Abstract, start: dict[Place, Abstract], first: Abstract,
                 strides: Counter[Place]) -> Abstract:
    """How many rounds are left: the fewest that any part has."""
    counts: dict[Any, Abstract] = {}

    def visit(part: Abstract) -> None:
        if isinstance(part, StoredIterator) and part.place not in counts:
            left = _minus(sp, _count(sp, part.source), start[part.place])
            stride = strides[part.place]
            counts[part.place] = binary(sp, operator.floordiv, left, Static(stride)) if stride > 1 else left
        elif isinstance(part, Iteration) and is_lazy(part):
            for inner in sources(part):
                visit(inner)
        elif not isinstance(part, StoredIterator) and part not in counts:
            counts[part] = _minus(sp, _count(sp, part), first)
    visit(a)
    found = list(counts.values())
    return found[0] if len(found) == 1 else apply(sp, min, found)


def _count(sp: Specializer, a: Abstract) -> Abstract:
    return from_zero(sp, a, counted(sp, a)).hi


def settle(sp: Specializer, plan: Rounds) -> None:
    """After the last round: positions are where the rounds left them, or not known."""
    if not plan.exact:
        sp.positions.update(dict.fromkeys(plan.strides, LOST))


def collect(sp: Specializer, a: Abstract) -> Abstract:
    """What is left of an iterator of run-time length, as a list that a loop fills."""
    plan = rounds(sp, a)
    block, positions, changes = Block(), dict(sp.positions), len(sp.changes)
    k = block.add_arg("", INT)
    bounds = [sp.lift(b) for b in (plan.plan.lo, plan.plan.hi, plan.plan.step)]
    with sp.builder.at(block):
        found: list[Value] = []
        grown = _append_if(sp, plan.plan.item(k), plan.stages, block, found)
        sp.builder.emit("continue", [grown])
    changed = any(sp.positions.get(place) is not held for place, held in positions.items() if place not in plan.strides)
    sp.positions = positions
    if changed:  # an item is not taken without an effect: as the loop that this is in Python
        from .callees import call_standard
        del sp.changes[changes:]
        listed = call_standard(sp, standard.collected, [a])
        return sp.lift(listed)
    (acc,) = found
    start = sp.builder.value("tuple", (), acc.type, cls=list)
    result = sp.builder.emit("for", [*bounds, start], [acc.type], [""], [block], kind="range").result
    for place in plan.strides:
        left = _minus(sp, plan.plan.hi, plan.plan.lo)
        sp.positions[place] = _plus(sp, sp.positions[place], left) if plan.exact else LOST
    return result


def _append_if(sp: Specializer, item: Abstract, stages: list[Any], block: Block, found: list[Value]) -> Value:
    """The list after one item has gone through ``stages``; the list before is the last argument of ``block``."""
    for k, (fn, structure, tests) in enumerate(stages):
        outcome = _apply_stage(sp, fn, structure, item)
        if not tests:
            item = outcome
            continue
        condition = truth(sp, outcome)
        if isinstance(condition, bool):
            raise Refusal("SCT711", "this test does not depend on the items", "leave it out, or write the loop")
        blocks = [Block(), Block()]
        with sp.builder.at(blocks[0]):
            grown = _append_if(sp, item, stages[k + 1:], block, found)
            sp.builder.emit("yield", [grown])
        with sp.builder.at(blocks[1]):
            sp.builder.emit("yield", [found[0]])
        return sp.builder.emit("if", [condition], [found[0].type], [""], blocks).result
    value = sp.lift(item)
    kind = List(strip_const(value.type))
    found.append(block.add_arg("", kind))
    return sp.builder.value("append", [found[0], value], kind)


def _apply_stage(sp: Specializer, fn: Abstract, structure: Abstract, item: Abstract) -> Abstract:
    from .callees import call
    if isinstance(fn, Static) and fn.value is None:
        return item
    return call(sp, fn, matched(sp, structure, item), {})


# ----------------------------------------------------------------------------------------------------------------- loops

def run_lazily(sp: Specializer, frame: Frame, op: Op, iterable: Abstract) -> None:
    """A ``for`` loop over what is left of an iterator."""
    cells, obstacles, known_shapes = dict(frame.cells), dict(sp.context.obstacles), dict(sp.loop_shapes)
    before, attempt = dict(sp.positions), Block()
    try:
        with sp.builder.at(attempt):
            if known(sp, iterable):
                unroll(sp, frame, op, Pulled(sp, iterable))
            else:
                _run_rounds(sp, frame, op, rounds(sp, iterable))
        move_into(attempt, sp.builder.block)
    except TakesMore:
        frame.cells, sp.context.obstacles, sp.positions, sp.loop_shapes = cells, obstacles, before, known_shapes
        if not isinstance(iterable, StoredIterator) or is_lazy(iterable.source):
            raise Refusal("SCT711", "this loop takes items from the iterator that it goes through",
                          "count with a range") from None
        _run_while_more(sp, frame, op, iterable)


def _run_rounds(sp: Specializer, frame: Frame, op: Op, way: Rounds) -> None:
    plan, hint = way.plan, op.blocks[0].args[0].hint
    operands = [sp.lift(a) for a in (plan.lo, plan.hi, plan.step)]
    inits = [sp.get(frame, v) for v in op.operands[1:]]

    def body(block: Block, carried: list[Abstract], moving: list[Place]) -> Exit:
        block.args.insert(0, Value("", INT, block))
        variables = carried[:len(inits)]
        refill_cells(frame, op.blocks[0], variables)
        item = plan.item(block.args[0])
        after = {place: sp.positions[place] for place in way.strides}
        exit = _staged_body(sp, frame, op, item, way.stages, variables, hint)
        ends = [p.positions for p in sp.pending if p.kind == "continue"] + ([sp.positions] if exit.kind == "continue" else [])
        if any(end.get(place) is not at for end in ends for place, at in after.items()):
            raise TakesMore
        return exit

    carried = iterate(sp, frame, op, inits, body)
    attrs: dict[str, Any] = {"kind": "range"}
    if plan.sources:
        attrs["seqs"] = len(plan.sources)
    if is_marked(sp, frame, op.operands[0]):
        attrs[MARK] = True
    finish_loop(sp, frame, op, "for", operands, carried, [carried.block], attrs)
    settle(sp, way)


def _staged_body(sp: Specializer, frame: Frame, op: Op, item: Abstract, stages: list[Any], variables: list[Abstract],
                 hint: str) -> Exit:
    """The loop's body for an item that has still to go through ``stages``."""
    for k, (fn, structure, tests) in enumerate(stages):
        outcome = _apply_stage(sp, fn, structure, item)
        if not tests:
            item = outcome
            continue
        condition = truth(sp, outcome)
        if condition is True:
            continue
        if not isinstance(condition, Value):
            return Exit("continue" if condition is False else "poison", variables, op)
        return _if_kept(sp, frame, op, condition, item, stages[k + 1:], variables, hint)
    if isinstance(item, Value) and not item.hint:
        item.hint = hint
    enter_body(sp, frame, op, item, variables)
    return sp.run_block(frame, op.blocks[0])


def _if_kept(sp: Specializer, frame: Frame, op: Op, condition: Value, item: Abstract, stages: list[Any],
             variables: list[Abstract], hint: str) -> Exit:
    then, other = Block(), Block()
    cells, positions = dict(frame.cells), sp.positions
    sp.positions = dict(positions)
    with sp.builder.at(then):
        exit = _staged_body(sp, frame, op, item, stages, variables, hint)
    if exit.kind in ("continue", "break"):
        sp.pending.append(Pending(then, exit.kind, exit.values, sp.place(exit.op), sp.positions))
    frame.cells, sp.positions = cells, positions
    sp.pending.append(Pending(other, "continue", list(variables), sp.place(op), dict(positions)))
    sp.builder.emit("if", [condition], blocks=[then, other], tail=True)
    return exit if exit.kind == "poison" else Exit("tail", [], op)


def _run_while_more(sp: Specializer, frame: Frame, op: Op, it: StoredIterator) -> None:
    """``for v in it`` whose body takes items too: ``while position < n``."""
    plan = from_zero(sp, it.source, counted(sp, it.source))
    inits = [sp.get(frame, v) for v in op.operands[1:]]
    test = Block()

    def body(block: Block, carried: list[Abstract], moving: list[Place]) -> Exit:
        nonlocal test
        test = Block()
        entered = sp.positions
        mirrored(sp, test, op, carried, moving)
        with sp.builder.at(test):
            more = binary(sp, operator.lt, position(sp, it), plan.hi)
            sp.builder.emit("test", [sp.lift(more)])
        sp.positions = entered
        taken = position(sp, it)
        refill_cells(frame, op.blocks[0], carried[:len(inits)])
        item = plan.item(sp.lift(taken))
        sp.positions[it.place] = binary(sp, operator.add, taken, Static(1))
        return _staged_body(sp, frame, op, item, [], carried[:len(inits)], op.blocks[0].args[0].hint)

    carried = iterate(sp, frame, op, inits, body)
    attrs = {MARK: True} if is_marked(sp, frame, op.operands[0]) else {}
    finish_loop(sp, frame, op, "while", [], carried, [test, carried.block], attrs)
