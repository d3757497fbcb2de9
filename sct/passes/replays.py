"""Drops replays whose values the reverse sweep does not ask for.

Before:

    function f(%x: float, %n: int):
      %0: int = const 0
      %1: int = const 1
      mark {text='reverse sweep'}
      %s: float = for %i: int in range(%0, %n, %1) with %s.1: float = %x {replay}:
        %s.2: float = %s.1 + %x
        continue %s.2
      return %x {single}

After (and dead code elimination):

    function f(%x: float, %n: int):
      mark {text='reverse sweep'}
      return %x {single}

It pays because a loop that is linear in what it carries need not be run twice.
"""

from __future__ import annotations

from ..ir.core import Block, Function, Op, Value, walk
from ..ir.rewrite import erase_all
from .memory import Memory
from .undo import contents, stored_roots


def drop_idle_replays(fn: Function) -> int:
    """Erase the replays of ``fn`` whose values and memory nothing reads, and the undoing of their stores; how many."""
    total = 0
    while gone := _first_idle(fn):
        erase_all(fn.body, gone.__contains__)
        total += 1
    return total


def _first_idle(fn: Function) -> set[Op]:
    """A replay that is idle, with the stores that undo what it wrote; nothing if there is none."""
    candidates = [op for op in walk(fn.body) if op.attrs.get("replay")]
    if not candidates:
        return set()
    memory, sweep = Memory(fn), _after_mark(fn.body)
    for op in candidates:
        inside = {op, *(inner for block in op.blocks for inner in walk(block))}
        defined = {v for one in inside for v in one.results} | {v for one in inside for b in one.blocks for v in b.args}
        undo = {one for one in sweep if one not in inside and one.attrs.get("undo") and not defined.isdisjoint(one.operands)}
        roots = stored_roots(op, memory)
        others = [one for one in sweep if one not in inside and one not in undo]
        if any(_needs(one, defined, roots, memory) for one in others) or op.name == "invoke":
            continue
        return {op, *undo}
    return set()


def _needs(op: Op, defined: set[Value], roots: set[Value], memory: Memory) -> bool:
    if not defined.isdisjoint(op.operands):
        return True
    return bool(roots) and any(memory.root(v) in roots for v in contents(op))


def _after_mark(body: Block) -> list[Op]:
    found: list[Op] = []
    late = False
    for top in body.ops:
        late = late or top.name == "mark"
        if late:
            found.append(top)
            found += [inner for block in top.blocks for inner in walk(block)]
    return found
