"""Leaves cotangents where they are that would be taken out of a place and put back: ``a[i] = a[i] + …`` in the primal.

Before:

    function f(%a_bar: float64[:], %x_bar: float64[:], %i: int, %c: float):
      %0: np.float64 = %a_bar[%i] {effect='reads', adjoint}
      %1: float = const 0.0
      store %a_bar[%i], %1 {adjoint}
      index_add %a_bar[%i], %0 {unique}
      %2: float = %0 * %c {adjoint}
      index_add %x_bar[%i], %2 {unique}
      return %a_bar, %x_bar

After (and dead code elimination):

    function f(%a_bar: float64[:], %x_bar: float64[:], %i: int, %c: float):
      %0: np.float64 = %a_bar[%i] {effect='reads', adjoint}
      %2: float = %0 * %c {adjoint}
      index_add %x_bar[%i], %2 {unique}
      return %a_bar, %x_bar

It pays two writes to each element: an update in place has the identity in its adjoint.
"""

from __future__ import annotations

from ..ir.core import Block, Function, Op, walk
from ..ir.ops import STORES
from ..ir.rewrite import erase_all
from .memory import Memory
from .places import added_place, cleared_place, only_adds, read_place, touches


def leave_in_place(fn: Function) -> int:
    """Drop clearings of ``fn`` that are made good by adding what was there, in place; how many."""
    if not any(cleared_place(op) for op in walk(fn.body)):
        return 0
    memory, gone = Memory(fn), set[Op]()
    for block in (fn.body, *(b for op in walk(fn.body) for b in op.blocks)):
        for at, op in enumerate(block.ops):
            back = _put_back(block, at, memory)
            if back is not None and back not in gone:
                gone |= {op, back}
    erase_all(fn.body, gone.__contains__)
    return len(gone) // 2


def _put_back(block: Block, at: int, memory: Memory) -> Op | None:
    """What adds to the place that the op at ``at`` clears exactly what was there; in between nothing may look at it."""
    place = cleared_place(block.ops[at])
    if place is None:
        return None
    root = memory.root(place[0])
    taken = {r for op in _just_before(block, at, root, memory) for r in op.results if read_place(r) == place}
    for op in block.ops[at + 1:]:
        if taken and op.name in ("iadd", "index_add") and op.operands[1] in taken and added_place(op) == place:
            return op
        if any(not only_adds(touch, root, memory) for touch in touches(op, root, memory)):
            return None
    return None


def _just_before(block: Block, at: int, root: object, memory: Memory) -> list[Op]:
    """The ops before the one at ``at`` since which the memory has not changed."""
    found: list[Op] = []
    for op in reversed(block.ops[:at]):
        if op.blocks or op.name in (*STORES, "iadd", "index_add", "fill", "invoke") and any(
                memory.root(v) is root for v in op.operands):
            break
        found.append(op)
    return found
