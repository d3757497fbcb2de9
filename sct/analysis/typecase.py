"""Values that are one thing on one path and another on the next: what follows is specialised once for each.

Where the branches of an ``if`` leave a variable with two types that have no join (a number or an array), the ops after the
``if`` move into both branches.  To differentiation this is an ordinary ``if``.  A loop whose first iteration settles the types
of what it carries is peeled: the first iteration stands before the loop.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..ir.core import Block, Op, Value
from ..ir.ops import Lit, Slot
from ..ir.types import BOOL, Array, OrConst, Scalar
from . import abstract as ab
from . import shapes as sh
from .abstract import Abstract
from .positions import meet, snapshot
from .references import adopt

if TYPE_CHECKING:
    from .context import Exit, Frame
    from .infer import Specializer

MOST_SPLITS = 6
"""How many such joins one function may have inside each other: the code doubles with each."""


class Split(Exception):
    """Raised where the two branches of an ``if`` have no join, for the block around it to take up."""

    def __init__(self, op: Op, condition: Value, branches: list[tuple[Block, Exit]], refusal: Exception) -> None:
        super().__init__("split")
        self.op, self.condition, self.branches, self.refusal = op, condition, branches, refusal


def split_by_kind(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> Split | None:
    """The two cases of a variable that is a number before a loop and an array after its first iteration, where they differ."""
    from .branches import narrow
    from .context import Exit, Refusal
    from .infer import SIMPLE
    choices = [a for a in args if isinstance(a, Value) and isinstance(a.type, OrConst)
               and isinstance(a.type.base, Array) and isinstance(a.type.const, Scalar)]
    if not choices or sp.context.splicing or sp.splits >= MOST_SPLITS:
        return None
    condition = sp.builder.value("call", [choices[0]], BOOL, fn=isinstance, args=(Slot(0), Lit(np.ndarray)), kwargs={})
    branches = []
    narrowed = sp.narrowed
    for k in (0, 1):
        block, sp.narrowed = Block(), dict(narrowed)
        try:
            with sp.builder.at(block):
                narrow(sp, condition, k == 0)
                results = SIMPLE[op.name](sp, frame, op, [sp.get(frame, v) for v in op.operands])
        except Refusal:
            return None
        finally:
            sp.narrowed = narrowed
        branches.append((block, Exit("yield", results, op)))
    return Split(op, condition, branches, Refusal("SCT708", "a variable is a number on one path and an array on another",
                                                  "start an accumulator with np.zeros"))


def split_rest(sp: Specializer, frame: Frame, rest: list[Op], split: Split) -> Exit:
    """Visit the ops after an ``if`` once in each of its branches; says how the enclosing block ends."""
    from .branches import narrow
    if sp.splits >= MOST_SPLITS:
        raise split.refusal
    sp.splits += 1
    exits = []
    narrowed, cells, positions = sp.narrowed, frame.cells, sp.positions
    try:
        for k, (block, exit) in enumerate(split.branches):
            sp.narrowed, frame.cells = dict(narrowed), dict(cells)
            sp.positions = dict(exit.positions or positions)
            with sp.builder.at(block):
                narrow(sp, split.condition, k == 0)
                sp.bind(frame, split.op, exit.values)
                exits.append(sp.run_ops(frame, rest))
                exits[-1].positions = sp.positions
    finally:
        sp.narrowed, frame.cells, sp.positions = narrowed, cells, positions
        sp.splits -= 1
    return _combine(sp, split, [block for block, _ in split.branches], exits)


def _combine(sp: Specializer, split: Split, blocks: list[Block], exits: list[Exit]) -> Exit:
    from .branches import arrive, emit_guard, merge
    from .context import Exit, Pending
    kinds = [e.kind for e in exits]
    if "poison" in kinds:
        return Exit("poison", [], split.op)
    for k in (0, 1):
        if kinds[k] == "raise":
            emit_guard(sp, split.condition, blocks[k], k, sp.builder.loc)
            move_into(blocks[1 - k], sp.builder.block)
            sp.positions = exits[1 - k].positions or sp.positions
            return exits[1 - k]
    if kinds[0] == kinds[1] and kinds[0] in ("yield", "return", "continue"):
        columns = list(zip(*([snapshot(a, e.positions or sp.positions) for a in e.values] for e in exits), strict=True))
        names = [v.hint for v in exits[0].op.operands]
        known, moved = meet(sp.positions, [e.positions or sp.positions for e in exits])
        columns, count = [*columns, *moved.values()], len(names)
        names += [p.name for p in moved]
        shapes = [sp.join([sh.shape_of(a) for a in column], name, "here") for column, name in zip(columns, names, strict=True)]
        joined = merge(sp, split.condition, blocks, columns, sp.settled(shapes), names)
        sp.positions = arrive(sp, known, list(moved), joined[count:])
        return Exit(kinds[0], [adopt(sp, a) for a in joined[:count]], exits[0].op)
    for block, e in zip(blocks, exits, strict=True):
        if e.kind in ("continue", "break"):
            sp.pending.append(Pending(block, e.kind, e.values, sp.place(e.op), e.positions or sp.positions))
        elif e.kind != "tail":
            raise split.refusal
    sp.builder.emit("if", [split.condition], blocks=blocks, tail=True)
    return Exit("tail", [], split.op)


def move_into(block: Block, target: Block) -> None:
    for op in block.ops:
        op.parent = target
    target.ops.extend(block.ops)


def peel(sp: Specializer, frame: Frame, op: Op, plan: Any, inits: list[Abstract], loop: Any) -> list[Abstract] | None:
    """The first iteration of a counted loop on its own, then the loop; None where the first iteration may leave it.

    ``loop(plan, inits)`` visits the remaining iterations and gives what the loop carries in the end.
    """
    from dataclasses import replace

    from .context import Exit
    from .loops import enter_body
    from .operators import binary
    lo, step = plan.lo, plan.step
    if not isinstance(step, ab.Static) or step.value == 0:
        return None
    nonempty = binary(sp, operator.lt if step.value > 0 else operator.gt, lo, plan.hi)
    block = Block()
    narrowed, cells, positions = sp.narrowed, dict(frame.cells), sp.positions
    sp.positions = dict(positions)
    with sp.builder.at(block), sp.pending_of() as pending:
        first = sp.lift(lo)
        enter_body(sp, frame, op, plan.item(first), inits)
        exit = sp.run_block(frame, op.blocks[0])
        if exit.kind != "continue" or pending:
            sp.positions = positions
            return None
        values = loop(replace(plan, lo=binary(sp, operator.add, lo, step)), exit.values)
    after, sp.positions = sp.positions, positions
    sp.narrowed, frame.cells = narrowed, cells
    if isinstance(nonempty, ab.Static):
        if not nonempty.value:
            return inits
        move_into(block, sp.builder.block)
        sp.positions = after
        return list(values)
    assert isinstance(nonempty, Value)
    from .branches import join_branches
    other = Block()
    join_branches(sp, frame, op, nonempty, [(block, Exit("yield", values, op, after)), (other, Exit("yield", inits, op))])
    return [frame.env[r] for r in op.results]
