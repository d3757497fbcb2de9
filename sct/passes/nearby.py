"""Makes adjoint arrays and views of them where they are first used, not at the head of the block.

Before:

    function f(%x: float64[:], %c: float):
      %x_bar: float64[:] = np.zeros_like(%x) {effect='fresh', adjoint}
      %0: float64[?] = %x_bar[1:] {effect='reads', adjoint}
      %1: float64[:] = %x * %c {adjoint}
      iadd %x_bar, %1
      iadd %0, %c
      return %x_bar {single}

After:

    function f(%x: float64[:], %c: float):
      %1: float64[:] = %x * %c {adjoint}
      %x_bar: float64[:] = np.zeros_like(%x) {effect='fresh', adjoint}
      iadd %x_bar, %1
      %0: float64[?] = %x_bar[1:] {effect='reads', adjoint}
      iadd %0, %c
      return %x_bar {single}

It pays in reading: what belongs together stands together, under the line that it is the adjoint of.
"""

from __future__ import annotations

import numpy as np

from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import uses_in
from .places import is_view


def make_nearby(fn: Function) -> int:
    """Move what makes adjoint arrays and views of ``fn`` down to the first use, in place; how many."""
    return sum(_move_down(block) for block in [fn.body, *(b for op in walk(fn.body) for b in op.blocks)])


def _move_down(block: Block) -> int:
    movable = [op for op in block.ops if op.attrs.get("adjoint") and (_is_zeros(op) or is_view(op))]
    if not movable:
        return 0
    users: dict[Value, list[Op]] = {}
    for op in block.ops:
        for value in uses_in(op):
            users.setdefault(value, []).append(op)
    position = {op: k for k, op in enumerate(block.ops)}
    target: dict[Op, Op] = {}
    for op in reversed(movable):
        if op.results[0] in users:
            target[op] = min((target.get(user, user) for user in users[op.results[0]]), key=position.__getitem__)
            if _is_zeros(op):
                op.loc = target[op].loc
    before: dict[Op, list[Op]] = {}
    for op in movable:
        if op in target:
            before.setdefault(target[op], []).append(op)
    block.ops[:] = [one for op in block.ops if op not in target for one in (*before.get(op, ()), op)]
    return len(target)


def _is_zeros(op: Op) -> bool:
    return op.name == "call" and op.attrs["fn"] in (np.zeros_like, np.zeros) and bool(op.attrs.get("adjoint"))
