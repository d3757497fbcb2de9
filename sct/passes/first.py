"""Makes an adjoint array of the first thing that is added to it, instead of zeros.

Before:

    function f(%x: float64[:], %c: float):
      %x_bar: float64[:] = np.zeros_like(%x) {effect='fresh', adjoint}
      %0: float64[:] = %x * %c {adjoint}
      iadd %x_bar, %0
      store %x_bar[0], %c {adjoint}
      return %x_bar {single}

After:

    function f(%x: float64[:], %c: float):
      %x_bar: float64[:] = %x * %c {adjoint}
      store %x_bar[0], %c {adjoint}
      return %x_bar {single}

It pays because zeros are neither written nor read again.
"""

from __future__ import annotations

import numpy as np

from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import Slot
from ..ir.rewrite import replace_uses, use_map
from ..ir.types import Array
from ..rules import registry
from .memory import Memory
from .places import touches
from .shapes import Shapes, is_elementwise

_RESHAPING = (np.reshape, np.ravel, registry.method("reshape"), registry.method("ravel"))
"""Calls that give a view depending on how an array lies in memory, which another maker may decide otherwise."""


def assign_first(fn: Function) -> int:
    """Begin adjoint arrays of ``fn`` with the first contribution, in place; how many."""
    if not any(_is_zeros(op) for op in walk(fn.body)):
        return 0
    memory, shapes, users = Memory(fn), Shapes(), use_map(fn.body)
    shapes.learn(fn.body)
    reshaped = {memory.root(op.operands[0]) for op in walk(fn.body) if op.name == "call" and op.operands
                and (op.attrs["fn"] in _RESHAPING or op.attrs.get("undecided"))}
    count = 0
    for block in [fn.body, *(b for op in walk(fn.body) for b in op.blocks)]:
        for op in [op for op in block.ops if _is_zeros(op)]:
            if memory.root(op.results[0]) not in reshaped:
                count += _begin(fn, block, op, memory, shapes, users)
    return count


def _is_zeros(op: Op) -> bool:
    makes = op.name == "call" and op.attrs["fn"] in (np.zeros_like, np.zeros) and op.attrs.get("adjoint")
    t = op.results[0].type if makes else None
    return isinstance(t, Array) and t.ndim > 0 and not op.attrs["kwargs"]


def _begin(fn: Function, block: Block, zeros: Op, memory: Memory, shapes: Shapes, users: dict[Value, list[Op]]) -> int:
    shadow = zeros.results[0]
    root = memory.root(shadow)
    at = block.ops.index(zeros)
    add = next((op for op in block.ops[at + 1:] if shadow in op.operands or any(touches(op, root, memory))), None)
    if add is None or add.name != "iadd" or add.operands[0] is not shadow or memory.root(add.operands[1]) is root:
        return 0
    value = add.operands[1]
    if value.type != shadow.type or shapes.of(value) is not shapes.of(shadow):
        return 0
    block.ops.remove(zeros)
    where, made = block.ops.index(add), value.owner
    if isinstance(made, Op) and users[value] == [add] and made.parent is block and is_elementwise(made) \
            and made.attrs.get("adjoint"):
        value.hint = shadow.hint
        block.ops.remove(add)
        replace_uses(fn.body, {shadow: value})
        users[value] = users.pop(shadow, [])
        memory.merge(shadow, value)
        return 1
    attrs = {"fn": np.copy, "args": (Slot(0),), "kwargs": {}, "effect": "fresh", "adjoint": True, "spelled": "method",
             "spelled_name": "copy"}
    copy = Op("call", [value], [shadow], attrs, [], block, add.loc)
    shadow.owner = copy
    block.ops[where] = copy
    return 1

