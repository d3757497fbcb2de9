"""Takes functions in IR, makes arrays before loops that each round makes anew, and forgets at its end.

    for k in range(steps):                    old_bar = np.empty(len(u))
        old_bar = np.zeros_like(old)    →     for k in range(steps):
        old_bar[2:] += …                          old_bar[...] = 0.0
        …                                         old_bar[2:] += …

An allocation and a release take as long as a loop over a hundred elements.  The shape must be known before the loop, and no
name of the array may outlast the round.  What loops over the elements test of extents goes where these are the same number.
"""

from __future__ import annotations

import operator

import numpy as np

from ..analysis.sums import is_nonnegative
from ..ir.build import Builder
from ..ir.core import Block, Function, Op, Value, defining_block, enclosing, walk
from ..ir.ops import LOOPS, Lit, SeqOf, Slot
from ..ir.rewrite import erase, insert_before, use_map
from ..ir.types import FLOAT, Array
from ..passes.memory import ESCAPES, EXTERNAL, Memory
from ..passes.shapes import ndim
from ..runtime import helpers, masks
from .sizes import Sizes

_MADE = (np.empty, np.zeros, np.zeros_like, np.copy)
_USES = frozenset({"store", "index_add", "iadd", "fill"})


def share_workspaces(function: Function) -> int:
    """Move what can be of the allocations in ``function`` in front of loops; how many."""
    memory, sizes, users = Memory(function), Sizes(function), use_map(function.body)
    members: dict[Value, list[Value]] = {}
    for op in walk(function.body):
        for value in (*op.results, *(arg for block in op.blocks for arg in block.args)):
            if isinstance(value.type, Array):
                members.setdefault(memory.root(value), []).append(value)
    moved = 0
    for op in [op for op in walk(function.body) if _makes(op)]:
        value = op.result
        names = members[memory.root(value)]
        lent = memory.fact(value) & (ESCAPES | EXTERNAL)
        kept = any(not _only_looks(user) for name in names for user in users.get(name, ()))
        loop = None if lent or kept else _outermost(op, names, sizes)
        if loop is not None:
            _make_before(op, loop, sizes)
            moved += 1
    return moved


def drop_equal_extents(function: Function) -> int:
    """Drop tests of extents that are the same number anyway; how many."""
    sizes = Sizes(function)
    tests = [op for op in walk(function.body) if op.name == "call" and op.attrs["fn"] is helpers.same_extent]
    equal = [op for op in tests if sizes.form(op.operands[0]).key() == sizes.form(op.operands[1]).key()]
    for op in equal:
        erase(op)
    return len(equal)


def _makes(op: Op) -> bool:
    """Whether an op makes an array whose contents are nothing, zeros, or a vector's."""
    if op.name != "call" or not any(op.attrs["fn"] is fn for fn in _MADE) or op.attrs["kwargs"]:
        return False
    t = op.result.type
    by_shape = op.attrs["fn"] in (np.empty, np.zeros)
    return isinstance(t, Array) and t.dtype == "float64" and (by_shape or t.ndim == 1 and op.operands[0].type == t)


def _only_looks(user: Op) -> bool:
    """Whether an op only reads or writes elements of an array that it is given, or makes a view or something new of it."""
    if user.name in _USES:
        return True
    if user.name != "call":
        return False
    fn = user.attrs["fn"]
    return isinstance(fn, np.ufunc) or any(fn is one for one in (
        operator.getitem, len, np.shape, np.sum, np.copy, np.dot, np.zeros_like, operator.matmul, operator.add, operator.sub,
        operator.mul, operator.truediv, operator.neg, helpers.same_extent, masks.keep))


def _outermost(op: Op, names: list[Value], sizes: Sizes) -> Op | None:
    """The outermost loop in front of which an array may be made."""
    found, block = None, op.parent
    while block is not None and (around := block.parent) is not None:
        if around.name not in LOOPS or not all(block in enclosing(defining_block(name)) for name in names):
            break
        if any(name in block.args for name in names):
            break
        extents = [sizes.extent(op.result, dim) for dim in range(ndim(op.result))]
        if not sizes.can_be_written(extents, around) or not all(is_nonnegative(extent, ()) for extent in extents):
            break
        found, block = around, around.parent
    return found


def _make_before(op: Op, loop: Op, sizes: Sizes) -> None:
    """Make the array before a loop, and only give it its contents where it was made."""
    value, fn = op.result, op.attrs["fn"]
    head = Block()
    builder = Builder(head, op.loc)
    extents = [sizes.number(sizes.extent(value, dim), builder, loop) for dim in range(ndim(value))]
    size = Slot(0) if len(extents) == 1 else SeqOf(tuple, tuple(map(Slot, range(len(extents)))))
    made = builder.emit("call", extents, fn=np.empty, args=(size, Lit(np.float64)), kwargs={}, effect="fresh")
    contents = Block()
    if fn is np.copy:
        Builder(contents, op.loc).emit("store", [value, op.operands[0]], args=(Slot(0), Lit(...)))
    elif fn is not np.empty:
        at = Builder(contents, op.loc)
        at.emit("store", [value, at.value("const", (), FLOAT, value=0.0)], args=(Slot(0), Lit(...)))
    insert_before(loop, head.ops)
    if contents.ops:
        insert_before(op, contents.ops)
    erase(op)
    made.results, value.owner = [value], made
