"""Adds up what goes to one slice of an adjoint array before it is added there: a line for each slice, not for each term.

Before:

    function f(%x_bar: float64[:], %p: float64[:], %q: float64[:], %s: float64[:]):
      index_add %x_bar[1:-1], %p {unique}
      index_add %x_bar[:-2], %q {unique}
      index_add %x_bar[1:-1], %s {unique}
      return

After:

    function f(%x_bar: float64[:], %p: float64[:], %q: float64[:], %s: float64[:]):
      index_add %x_bar[:-2], %q {unique}
      %0: float64[?] = %p + %s {adjoint}
      index_add %x_bar[1:-1], %0 {unique}
      return

It pays because each addition to a slice takes the slice out and puts it back, which for short arrays costs more than the sum.
Sums of adjoints may be made in any order; nothing in between may read the array, or write to what is moved past it.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence

from ..ir.core import Function, Op, Value, walk
from ..ir.ops import Slot
from ..ir.rewrite import erase, index_template, insert_before
from ..ir.types import ANY, Array
from .memory import Memory
from .places import is_basic, may_change, only_adds
from .shapes import ndim, spread_number


def gather_additions(fn: Function) -> int:
    """Merge additions to slices of adjoint arrays in ``fn``, in place; how many are saved."""
    return _gather(fn, ("index_add",))


def gather_all_additions(fn: Function) -> int:
    """The same, and additions to whole arrays, too: it pays where they become loops."""
    return _gather(fn, ("index_add", "iadd"))


def _gather(fn: Function, kinds: Sequence[str]) -> int:
    additions = [op for op in walk(fn.body) if op.name in kinds and _is_addition(op)]
    if len(additions) < 2:
        return 0
    memory, count = Memory(fn), 0
    for op in additions:
        later = _next_to_same_place(op, memory)
        if later is not None:
            _merge(op, later)
            count += 1
    return count


def _is_addition(op: Op) -> bool:
    """Whether an op adds an array, element by element, to an adjoint array, or to the part of it that slices name."""
    if op.name == "index_add" and not is_basic(index_template(op)) or op.name not in ("index_add", "iadd"):
        return False
    target, value = op.operands[:2]
    arrays = all(isinstance(v.type, Array) and v.type.dtype == "float64" for v in (target, value))
    return arrays and ndim(value) > 0 and spread_number(value) is None


def _next_to_same_place(op: Op, memory: Memory) -> Op | None:
    """The next addition to the same place, if the one that is ``op`` may as well be made there."""
    target, value = op.operands[:2]
    assert op.parent is not None
    for one in op.parent.ops[op.parent.ops.index(op) + 1:]:
        adds = one.operands[:1] == [target] and only_adds(one, memory.root(target), memory)
        if adds and _is_same_place(op, one):
            return one
        if not adds and _touches(one, target, memory) or may_change(one, [value], memory):
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
