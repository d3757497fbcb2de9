"""``any`` and ``all`` of a generator expression over items that are known one by one: ``a or b or c``.

Each item is looked at only if those before it have not decided; where an item does more than to be tested (it binds a variable,
it is left out by a condition), the loop is unrolled like any other.
"""

from __future__ import annotations

from ..ir.core import Block, Op, Value
from ..ir.ops import Slot
from ..ir.types import BOOL, strip_const
from . import shapes as sh
from .abstract import NEVER, Abstract, Static
from .branches import emit_guard, merge
from .context import Frame
from .infer import Specializer
from .positions import moved
from .typecase import move_into


def decide(sp: Specializer, frame: Frame, op: Op, items: list[Abstract]) -> Abstract | None:
    """What the loop ``op`` finds; None, and nothing is changed, where it is not as simple as that."""
    cells, obstacles, positions = dict(frame.cells), dict(sp.context.obstacles), dict(sp.positions)
    attempt = Block()
    with sp.builder.at(attempt):
        found = _decide(sp, frame, op, items)
    if found is None or found is NEVER or moved(positions, [sp.positions], list(positions)):
        frame.cells, sp.context.obstacles, sp.positions = cells, obstacles, positions
        return None
    move_into(attempt, sp.builder.block)
    return found


def _decide(sp: Specializer, frame: Frame, op: Op, items: list[Abstract]) -> Abstract | None:
    """The answer of these items and those behind them; NEVER if looking at the first one raises."""
    body, answer = op.blocks[0], op.attrs["decides"] == "any"
    if not items:
        return Static(not answer)
    frame.env.update(zip(body.args, [items[0], Static(not answer)], strict=True))
    with sp.pending_of() as pending:
        exit = sp.run_block(frame, body)
    if exit.kind == "continue":
        return _decide(sp, frame, op, items[1:])
    if exit.kind in ("break", "raise"):
        return Static(answer) if exit.kind == "break" else NEVER
    if exit.kind != "tail":
        return None
    test, ends = sp.builder.block.ops[-1], [p.kind for p in pending]
    if [p.block for p in pending] != test.blocks or any(block.ops for block in test.blocks):
        return None
    if ends != (["break", "continue"] if answer else ["continue", "break"]):
        return None  # it is not the item that was tested: a condition leaves out one that is known
    sp.builder.block.ops.pop()
    return _or_later(sp, frame, op, test.operands[0], items[1:])


def _or_later(sp: Specializer, frame: Frame, op: Op, condition: Value, items: list[Abstract]) -> Abstract | None:
    """``condition or …``, ``condition and …``."""
    is_any, rest = op.attrs["decides"] == "any", Block()
    with sp.builder.at(rest):
        later = _decide(sp, frame, op, items)
    if later is None:
        return None
    if later is NEVER:
        emit_guard(sp, condition, rest, int(is_any), sp.builder.loc)
        return Static(is_any)
    first = condition
    if strip_const(condition.type) != BOOL:
        first = sp.builder.value("call", [condition], BOOL, fn=bool, args=(Slot(0),), kwargs={})
    if isinstance(later, Static) and not rest.ops:
        return first if later.value is not is_any else later
    blocks, column = ([Block(), rest], (first, later)) if is_any else ([rest, Block()], (later, first))
    return merge(sp, condition, blocks, [column], [sh.leaf_shape(BOOL)], [""])[0]
