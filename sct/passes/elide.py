"""Reads adjoint memory itself instead of a copy of it, where the copy is used up before the memory is written to again.

Before:

    function f(%x: float64[:], %c: float):
      %a_bar: float64[:] = np.zeros_like(%x) {effect='fresh', adjoint}
      %x_bar: float64[:] = np.zeros_like(%x) {effect='fresh', adjoint}
      iadd %a_bar, %x
      %0: float64[?] = %a_bar[1:] {effect='reads', adjoint}
      %1: float64[?] = np.copy(%0) {effect='fresh', adjoint}
      %2: float64[?] = %1 * %c {adjoint}
      store %a_bar[1:], %2 {adjoint}
      iadd %x_bar, %a_bar
      return %x_bar {single}

After (and dead code elimination):

    function f(%x: float64[:], %c: float):
      %a_bar: float64[:] = np.zeros_like(%x) {effect='fresh', adjoint}
      %x_bar: float64[:] = np.zeros_like(%x) {effect='fresh', adjoint}
      iadd %a_bar, %x
      %0: float64[?] = %a_bar[1:] {effect='reads', adjoint}
      %1: float64[?] = %0 * %c {adjoint}
      store %a_bar[1:], %1 {adjoint}
      iadd %x_bar, %a_bar
      return %x_bar {single}

It pays because what is taken out of a shadow is copied to be safe, and most of it is consumed at once.
"""

from __future__ import annotations

import operator

import numpy as np

from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import STORES, may_write
from ..ir.rewrite import replace_uses, use_map
from ..ir.types import Array
from .memory import Memory
from .places import cleared_place, touches
from .shapes import is_elementwise

_WRITES_FIRST = frozenset({"iadd", "index_add", "fill", *STORES, "iaddv", "append"})


def elide_copies(fn: Function) -> int:
    """Replace copies in ``fn`` that nothing could tell from the original, in place; how many."""
    candidates = [op for op in walk(fn.body) if _original(op) is not None]
    if not candidates:
        return 0
    memory, users = Memory(fn), use_map(fn.body)
    same: dict[Value, Value] = {}
    for op in candidates:
        source = _original(op)
        assert source is not None
        if memory.written(source) and _used_up(op, source, users.get(op.result, []), memory):
            same[op.result] = source
            _clear_later(op, source, users[op.result], memory)
    return replace_uses(fn.body, same) if same else 0


def _original(op: Op) -> Value | None:
    """The array that an adjoint op copies: ``np.copy(a)`` or ``1.0 * a``."""
    if op.name != "call" or not op.attrs.get("adjoint") or op.attrs.get("kwargs") or not isinstance(op.results[0].type, Array):
        return None
    found = None
    if op.attrs["fn"] is np.copy and len(op.operands) == 1:
        found = op.operands[0]
    elif op.attrs["fn"] is operator.mul and len(op.operands) == 2:
        found = next((b for a, b in (op.operands, op.operands[::-1]) if _is_one(a)), None)
    return found if found is not None and found.type == op.results[0].type else None


def _is_one(value: Value) -> bool:
    owner = value.owner
    return isinstance(owner, Op) and owner.name == "const" and owner.attrs["value"] == 1


def _used_up(copy: Op, source: Value, users: list[Op], memory: Memory) -> bool:
    """Whether everything that uses the copy does so in its block, at once, before the original is written to."""
    block = copy.parent
    assert block is not None
    if not users or any(user.parent is not block or not _consumes(user, copy.result, source, memory) for user in users):
        return False
    position = {op: k for k, op in enumerate(block.ops)}
    last = max(position[user] for user in users)
    between = block.ops[position[copy] + 1:last]
    root = memory.root(source)
    first = next((k for k, op in enumerate(between) if _clears(op, root, memory)), len(between))
    clearing = any(any(touches(op, root, memory)) for op in (*between[first + 1:], *block.ops[last:last + 1])) \
        if first < len(between) else False
    return not clearing and not any(_writes_to(inner, root, memory) for k, op in enumerate(between) if k != first
                                    for inner in (op, *_inside(op.blocks)))


def _clear_later(copy: Op, source: Value, users: list[Op], memory: Memory) -> None:
    """Let the place be set to zero only after all that uses the copy, and the statement that the last use is in."""
    block, root = copy.parent, memory.root(source)
    assert block is not None
    last = max(map(block.ops.index, users))
    while last + 1 < len(block.ops) and _goes_on(block.ops[last], block.ops[last + 1], root, memory):
        last += 1
    early = [op for op in block.ops[block.ops.index(copy):last] if _clears(op, root, memory)]
    for op in early:
        block.ops.remove(op)
        block.ops.insert(last, op)


def _goes_on(op: Op, following: Op, root: Value, memory: Memory) -> bool:
    """Whether ``following`` continues the sum or product that ``op`` makes, elsewhere than in the memory."""
    continues = following.name in ("iadd", "index_add") or is_elementwise(following)
    return continues and any(v in op.results for v in following.operands) and not any(touches(following, root, memory))


def _clears(op: Op, root: Value, memory: Memory) -> bool:
    """Whether all that ``op`` does is to set a place in the memory to zero."""
    place = cleared_place(op)
    return place is not None and memory.root(place[0]) is root


def _inside(blocks: list[Block]) -> list[Op]:
    return [op for block in blocks for op in walk(block)]


def _consumes(user: Op, value: Value, source: Value, memory: Memory) -> bool:
    """Whether ``user`` keeps no reference to what it reads."""
    if user.name in ("iadd", "index_add", "store"):
        elsewhere = memory.root(user.operands[0]) is not memory.root(source)
        return user.operands[1] is value and user.operands.count(value) == 1 and elsewhere
    return is_elementwise(user) and all(isinstance(r.type, Array) for r in user.results) and not any(
        memory.root(r) is memory.root(source) for r in user.results)


def _writes_to(op: Op, root: Value, memory: Memory) -> bool:
    if op.name in _WRITES_FIRST:
        return memory.root(op.operands[0]) is root
    return op.name in ("call", "invoke") and may_write(op)
