"""Takes functions in IR, adds up what goes to one place of an adjoint array before it is added there: one loop for all of it.

    old_bar[1:-1] += p                    old_bar[:-2] += q
    old_bar[:-2] += q             →       old_bar[1:-1] += p + s
    old_bar[1:-1] += s

Sums of adjoints may be made in any order; nothing in between may read the array, or write to what is moved past it.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence

from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import Slot
from ..ir.rewrite import erase, index_template, insert_before
from ..ir.types import ANY, Array
from ..passes.memory import Memory
from ..passes.shapes import ndim, spread_number
from .elementwise import is_basic, may_change


def gather_additions(function: Function) -> int:
    """Merge what can be of the additions to adjoint arrays in ``function``; how many are saved."""
    memory = Memory(function)
    blocks = [function.body, *(block for op in walk(function.body) for block in op.blocks)]
    return sum(_gather(block, memory) for block in blocks)


def _gather(block: Block, memory: Memory) -> int:
    count = 0
    for op in [op for op in block.ops if _is_addition(op)]:
        later = _next_to_same_place(op, block.ops[block.ops.index(op) + 1:], memory)
        if later is not None:
            _merge(op, later)
            count += 1
    return count


def _is_addition(op: Op) -> bool:
    """Whether an op adds an array, element by element, to the part of an adjoint array that slices name."""
    if op.name == "index_add" and not is_basic(index_template(op)) or op.name not in ("index_add", "iadd"):
        return False
    target, value = op.operands[:2]
    arrays = all(isinstance(v.type, Array) and v.type.dtype == "float64" for v in (target, value))
    return arrays and ndim(value) > 0 and spread_number(value) is None


def _next_to_same_place(op: Op, after: Sequence[Op], memory: Memory) -> Op | None:
    """The next addition to the same place, if the one that is ``op`` may as well be made there."""
    target, value = op.operands[:2]
    for one in after:
        if _is_same_place(op, one):
            return one
        only_adds = one.name in ("index_add", "iadd") and one.operands[0] is target \
            and not any(memory.root(v) is memory.root(target) for v in one.operands[1:])
        if not only_adds and _touches(one, target, memory) or may_change(one, [value], memory):
            return None
    return None


def _is_same_place(op: Op, other: Op) -> bool:
    return other.name == op.name and other.operands[0] is op.operands[0] and other.operands[2:] == op.operands[2:] \
        and _is_addition(other) and (op.name == "iadd" or index_template(op) == index_template(other)) \
        and ndim(op.operands[1]) == ndim(other.operands[1])


def _touches(op: Op, target: Value, memory: Memory) -> bool:
    """Whether an op reads or writes the memory of an array, or may do so."""
    inside = [op, *(inner for block in op.blocks for inner in walk(block))]
    return any(memory.root(v) is memory.root(target) for one in inside for v in one.operands)


def _merge(op: Op, later: Op) -> None:
    """Add what ``op`` adds together with what ``later`` does."""
    first, second = op.operands[1], later.operands[1]
    attrs = {"fn": operator.add, "args": (Slot(0), Slot(1)), "kwargs": {}, "adjoint": True}
    both = Op("call", [first, second], [], attrs, [], None, later.loc)
    both.results = [Value("", Array("float64", (ANY,) * ndim(first)), both)]
    insert_before(later, [both])
    later.operands[1] = both.results[0]
    erase(op)
