"""Drops what is written to arrays that nobody reads again.

Before:

    function f(%x: float64[:], %x_bar: float64[:]):
      %a_bar: float64[:] = np.zeros_like(%x) {effect='fresh', adjoint}
      iadd %a_bar, %x
      %0: np.float64 = %a_bar[0] {effect='reads', adjoint}
      %1: float = const 0.0
      store %a_bar[0], %1 {adjoint}
      index_add %x_bar[0], %0 {unique}
      return %x_bar {single}

After (and dead code elimination):

    function f(%x: float64[:], %x_bar: float64[:]):
      %a_bar: float64[:] = np.zeros_like(%x) {effect='fresh', adjoint}
      iadd %a_bar, %x
      %0: np.float64 = %a_bar[0] {effect='reads', adjoint}
      index_add %x_bar[0], %0 {unique}
      return %x_bar {single}

It pays because the first store to an array is the last that its adjoint clears, and nothing goes further back.
"""

from __future__ import annotations

from ..ir.core import Block, Function, Op, Value, defining_block, walk
from ..ir.rewrite import erase_all
from ..ir.types import Array
from .memory import Memory, aliased
from .places import is_view

_WRITES = ("store", "iadd", "index_add", "fill")


def drop_last_writes(fn: Function) -> int:
    """Erase writes of ``fn`` behind the last read of the array, in place; how many."""
    made = [op for op in walk(fn.body) if op.name == "call" and len(op.results) == 1 and isinstance(op.results[0].type, Array)
            and op.attrs.get("effect", "pure") in ("pure", "fresh") and not aliased(op)]
    if not made:
        return 0
    memory = Memory(fn)
    homes: dict[Value, set[Block]] = {}
    for op in walk(fn.body):
        for value in (*op.results, *(arg for block in op.blocks for arg in block.args)):
            homes.setdefault(memory.root(value), set()).add(defining_block(value))
    for param in fn.params:
        homes.setdefault(memory.root(param), set()).add(fn.body)
        homes[memory.root(param)].add(Block())
    gone: set[Op] = set()
    touching = _touching(fn, memory)
    for root, home in {memory.root(op.results[0]): op.parent for op in made}.items():
        if len(homes[root]) == 1 and home is not None:
            gone.update(_after_last_read(touching.get((home, root), []), root, memory))
    erase_all(fn.body, gone.__contains__)
    return len(gone)


def _touching(fn: Function, memory: Memory) -> dict[tuple[Block, Value], list[Op]]:
    """For each block and class of memory the ops that read or write it, or contain one that does; views are neither."""
    found: dict[tuple[Block, Value], list[Op]] = {}
    for op in walk(fn.body):
        for root in () if is_view(op) else {memory.root(v): None for v in (*op.operands, *op.results)}:
            at: Op | None = op
            while at is not None and at.parent is not None:
                entered = found.setdefault((at.parent, root), [])
                if entered and entered[-1] is at:
                    break  # so are those around it
                entered.append(at)
                at = at.parent.parent
    return found


def _after_last_read(touching: list[Op], root: Value, memory: Memory) -> list[Op]:
    found: list[Op] = []
    for op in reversed(touching):
        if op.name not in _WRITES or memory.root(op.operands[0]) is not root or any(
                memory.root(v) is root for v in op.operands[1:]) or op.attrs.get("may_raise"):
            break
        found.append(op)
    return found
