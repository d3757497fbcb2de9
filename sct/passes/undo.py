"""Drops the undoing of stores where the reverse sweep does not read what it would restore.

Before:

    function f(%x: float64[:], %c: float):
      %a: float64[:] = np.zeros_like(%x) {effect='fresh'}
      %old: np.float64 = %a[0] {effect='reads'}
      store %a[0], %c
      mark {text='reverse sweep'}
      store %a[0], %old {undo, adjoint}
      return %c {single}

After (and dead code elimination):

    function f(%x: float64[:], %c: float):
      mark {text='reverse sweep'}
      return %c {single}

It pays because what is linear in the array that it writes needs no old contents: a stencil then saves nothing at all.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator

import numpy as np

from ..analysis.alias import may_alias
from ..ir.core import Function, Op, Value, enclosing, walk
from ..ir.ops import IMPLICIT, LOOPS, STORES, stores_beside_primal
from ..ir.rewrite import erase_all
from ..ir.types import Array, List
from ..runtime import helpers
from .memory import Memory, has_memory

_PASS_ON = frozenset({"item", "tuple", "dict", "push", "if", "for", "while", "with", "yield", "continue", "break", "mark",
                      "cache", "fill", "return"}) | IMPLICIT
"""Ops that hand references on, or look at no contents."""
_MEASURE = (len, np.shape, np.size, np.ndim, np.zeros_like)
"""Functions that look at the shape of their argument only."""


def drop_idle_undo(fn: Function) -> int:
    """Erase the stores of ``fn`` that restore what nothing reads, in place; how many."""
    total = 0
    while undo := [op for op in walk(fn.body) if op.name in STORES and op.attrs.get("undo")]:
        memory, order = Memory(fn), {op: k for k, op in enumerate(walk(fn.body))}
        reads: dict[Value, list[Op]] = {}
        for op in _reverse_sweep(fn):
            lent = [fn.params[k] for k in fn.lent.params] if op.name == "return" and fn.lent.restored else []
            for value in (*contents(op), *lent):
                reads.setdefault(memory.root(value), []).append(op)
        idle = {op for op in undo
                if not any(_sees(read, op, order, memory) for read in reads.get(memory.root(op.operands[0]), ()))}
        erase_all(fn.body, idle.__contains__)
        total += len(idle)
        if not idle:
            break
    return total


def reads_lent(fn: Function) -> bool:
    """Whether the reverse sweep of ``fn`` reads memory that it is lent, or that it has lent to a callee: as it was before."""
    memory, order = Memory(fn), {op: k for k, op in enumerate(walk(fn.body))}
    given = {memory.root(fn.params[k]) for k in fn.lent.params - fn.lent.shadows}
    given |= {memory.root(op.operands[k]) for op in walk(fn.body) if op.attrs.get("stays")
              for k in op.attrs["callee"].lent.params}
    sweep = list(_reverse_sweep(fn))
    calls = [(op, memory.root(op.operands[k])) for op in sweep if op.name == "invoke"
             for k in op.attrs["callee"].lent.params - op.attrs["callee"].lent.shadows]
    reads = [(op, memory.root(value)) for op in sweep for value in contents(op)] if given or calls else []
    return any(root in given or any(root is lent and _comes_after(op, call, order) for call, lent in calls)
               for op, root in reads)


def _sees(read: Op, undo: Op, order: dict[Op, int], memory: Memory) -> bool:
    """Whether ``read`` may come upon what ``undo`` restores: what a replay writes to is put back as a whole before it."""
    root = memory.root(undo.operands[0])
    around = () if undo.attrs.get("restores") else _replays_around(read) - _replays_around(undo)
    return not any(root in stored_roots(one, memory) for one in around) and _comes_after(read, undo, order)


def stored_roots(op: Op, memory: Memory) -> set[Value]:
    """The memory that is stored into inside ``op``, a part of the primal."""
    inside = (inner for block in op.blocks for inner in walk(block))
    return {memory.root(one.operands[0]) for one in inside if stores_beside_primal(one)}


def _replays_around(op: Op) -> set[Op]:
    assert op.parent is not None
    return {block.parent for block in enclosing(op.parent) if block.parent is not None and block.parent.attrs.get("replay")}


def _comes_after(read: Op, store: Op, order: dict[Op, int]) -> bool:
    """Whether ``read`` may run after ``store``: it stands behind it, or a loop around both comes to it again."""
    return order[read] > order[store] or not _loops_around(store).isdisjoint(_loops_around(read))


def _loops_around(op: Op) -> set[Op]:
    assert op.parent is not None
    return {block.parent for block in enclosing(op.parent) if block.parent is not None and block.parent.name in LOOPS}


def _reverse_sweep(fn: Function) -> Iterator[Op]:
    late = False
    for top in fn.body.ops:
        late = late or top.name == "mark"
        if late:
            yield top
            for block in top.blocks:
                yield from walk(block)


def contents(op: Op) -> Iterator[Value]:
    """The operands whose contents an op of the reverse sweep reads."""
    if op.name in _PASS_ON or op.attrs.get("alone") and not op.attrs["callee"].lent.restored:
        return
    if op.name == "call" and op.attrs["fn"] in _MEASURE and not isinstance(op.operands[0].type, List):
        return
    operands = list(op.operands)
    if op.name in ("iadd", "index_add", *STORES) or op.name == "call" and op.attrs["fn"] is helpers.unbroadcast:
        operands = operands[1:] if op.name != "call" else operands[:1]
    elif op.name == "call" and _is_view(op):
        operands = operands[1:]
    yield from (v for v in operands if has_memory(v.type))


def _is_view(op: Op) -> bool:
    reads = op.attrs["fn"] is operator.getitem
    return (reads or op.attrs.get("effect", "pure") == "pure") and len(op.results) == 1 \
        and isinstance(op.results[0].type, Array) and reads and may_alias(op)
