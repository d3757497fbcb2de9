"""Loops: iteration plans for everything that can be iterated, unrolling of what has known length, the fixpoint of the rest."""

from __future__ import annotations

from typing import Any

from ..ir.core import Block, Op, Value
from ..ir.types import INT
from .abstract import NEVER, POISON, Abstract, Iteration, Mapping, Place, Static
from .branches import truth
from .checkpoints import MARK, is_marked
from .context import Exit, Frame, Refusal
from .decisions import decide
from .fixpoint import finish_loop, iterate, mirrored
from .infer import REGIONS, Specializer
from .plans import Counted, Each, count_of, known_items, plan_for, raise_if_different, short_range
from .positions import moved
from .references import NeedsPlaces, holds_references, references
from .trips import counted_on_failure, known_trips
from .typecase import peel
from .unrolling import Items, LiveItems, enter, unroll


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
    is_marked(sp, frame, op.operands[0])  # what is unrolled has no checkpoint, and needs none
    if _run_known(sp, frame, op, iterable):
        return
    if isinstance(iterable, Iteration) and iterable.kind == "strict zip":
        iterable = _of_equal_lengths(sp, op, iterable)
    plan = plan_for(sp, iterable)
    trips = known_trips(sp, op, plan)
    if trips is not None:
        unroll(sp, frame, op, Items(trips))
        return
    with counted_on_failure(sp, op, plan):
        _run_as_one(sp, frame, op, iterable, plan)


def _run_as_one(sp: Specializer, frame: Frame, op: Op, iterable: Abstract, plan: Counted | Each) -> None:
    """A loop with one body for all iterations; where there is none, unrolled if it is short, or the first one peeled off."""
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


def _run_known(sp: Specializer, frame: Frame, op: Op, iterable: Abstract) -> bool:
    """Unroll a loop over items that are known; False if they are not."""
    items = known_items(sp, iterable)
    if items is None and op.attrs.get("known") and op.loc not in sp.context.tables:
        items = short_range(iterable)
        if items is None and isinstance(sp.get(frame, op.operands[1]), Mapping):
            raise NeedsPlaces(tables=[op.loc])
    if items is None:
        return False
    found = decide(sp, frame, op, items) if op.attrs.get("decides") and len(op.results) == 1 else None
    if found is None:
        unroll(sp, frame, op, LiveItems(sp, iterable) if holds_references(iterable) else Items(items))
    else:
        sp.bind(frame, op, [found])
    return True


def enter_body(sp: Specializer, frame: Frame, op: Op, item: Abstract, carried: list[Abstract]) -> None:
    """Bind the arguments of a loop's body."""
    enter(frame, op.blocks[0], [item, *carried])


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
        enter(frame, op.blocks[0], [item, *carried[:len(inits)]])
        gone_through = [r.place for r in references(iterable, sp.positions)] if sp.context.places else []
        before, since = [sp.positions.get(place) for place in gone_through], len(sp.changes)
        exit = sp.run_block(frame, op.blocks[0])
        ends = [p.positions for p in sp.pending] + ([sp.positions] if exit.kind in ("continue", "break") else [])
        others = {place.group for place, *_ in sp.changes[since:] if place not in gone_through}
        if any(end.get(place) is not at for end in ends for place, at in zip(gone_through, before, strict=True)) or any(
                place.group in others for place in gone_through):
            raise Refusal("SCT602", "what this loop goes through changes in it", "go through a copy: `list(...)`")
        return exit

    carried = iterate(sp, frame, op, inits, body)
    attrs: dict[str, Any] = {"kind": kind}
    if isinstance(plan, Counted) and plan.sources:
        attrs["seqs"] = len(plan.sources)
    if op.attrs.get("decides"):
        attrs["decides"] = op.attrs["decides"]
    if is_marked(sp, frame, op.operands[0]):
        attrs[MARK] = True
    finish_loop(sp, frame, op, "for", operands, carried, [carried.block], attrs)


def _of_equal_lengths(sp: Specializer, op: Op, a: Iteration) -> Iteration:
    """``zip(strict=True)`` as a ``zip`` behind a test of the lengths; a loop that is left early would not reach its test."""
    if not sp.context.splicing:
        if any(_breaks(block) for block in op.blocks):
            raise Refusal("SCT204", "zip(strict=True) is not supported in a loop that can be left early", "leave `strict` out")
        first, *rest = [count_of(sp, part) for part in a.parts]
        for count in rest:
            raise_if_different(sp, first, count)
    return Iteration("zip", a.parts)


def _breaks(block: Block) -> bool:
    return any(op.name == "break" or (op.name == "if" and any(map(_breaks, op.blocks))) for op in block.ops)


def _skip(sp: Specializer, frame: Frame, op: Op, marker: Abstract) -> None:
    """Visit the body for its obstacles only."""
    block = Block()
    with sp.builder.at(block), sp.pending_of():
        for body in op.blocks:
            carried = [marker] * (len(body.args) - len(op.operands) + 1)
            enter(frame, body, [marker, *carried][:len(body.args)] + [marker] * max(0, len(body.args) - len(carried) - 1))
            sp.run_block(frame, body)
    sp.bind(frame, op, [marker] * len(op.results))


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
            enter(frame, op.blocks[0], again)
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
        enter(frame, op.blocks[1], carried[:len(inits)])
        return sp.run_block(frame, op.blocks[1])

    result = iterate(sp, frame, op, inits, body)
    attrs = {MARK: True} if is_marked(sp, frame, op.blocks[0].ops[-1].operands[0]) else {}
    finish_loop(sp, frame, op, "while", [], result, [test, result.block], attrs)
    return None


REGIONS.update({"for": run_for, "while": run_while})
