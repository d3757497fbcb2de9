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
from .places import is_view, touches

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
    for op in made:
        root = memory.root(op.results[0])
        if len(homes[root]) == 1 and op.parent is not None:
            gone.update(_after_last_read(op.parent, root, memory))
    erase_all(fn.body, gone.__contains__)
    return len(gone)


def _after_last_read(block: Block, root: Value, memory: Memory) -> list[Op]:
    found: list[Op] = []
    for op in reversed(block.ops):
        touching = list(touches(op, root, memory))
        if not touching or is_view(op):
            continue
        if op.name not in _WRITES or memory.root(op.operands[0]) is not root or any(
                memory.root(v) is root for v in op.operands[1:]) or op.attrs.get("may_raise"):
            break
        found.append(op)
    return found
