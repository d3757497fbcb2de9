"""Reads saved results instead of computing them again: the derivative of a sine needs the cosine that was saved beside it.

Before:

    function f(%x: float, %n: int):
      %0: int = const 0
      %1: int = const 1
      %one: float = const 1.0
      %saved_s: saved(float) = cache
      %saved_c: saved(float) = cache
      %s: float = for %i: int in range(%0, %n, %1) with %s.1: float = %x:
        push %saved_s, %s.1
        %c: float = math.cos(%s.1)
        push %saved_c, %c
        %s.2: float = %s.1 * %c
        continue %s.2
      mark {text='reverse sweep'}
      %s_bar: float = for %j: int in range(%0, %n, %1) with %s_bar.1: float = %one {reverse}:
        %s.3: float = pop %saved_s
        %c.1: float = pop %saved_c
        %2: float = math.cos(%s.3) {adjoint}
        %3: float = %2 * %c.1 {adjoint}
        %s_bar.2: float = %s_bar.1 * %3 {adjoint}
        continue %s_bar.2
      return %s_bar {single}

After:

    function f(%x: float, %n: int):
      %0: int = const 0
      %1: int = const 1
      %one: float = const 1.0
      %saved_c: saved(float) = cache
      %s: float = for %i: int in range(%0, %n, %1) with %s.1: float = %x:
        %c: float = math.cos(%s.1)
        push %saved_c, %c
        %s.2: float = %s.1 * %c
        continue %s.2
      mark {text='reverse sweep'}
      %s_bar: float = for %j: int in range(%0, %n, %1) with %s_bar.1: float = %one {reverse}:
        %c.1: float = pop %saved_c
        %2: float = %c.1 * %c.1 {adjoint}
        %s_bar.2: float = %s_bar.1 * %2 {adjoint}
        continue %s_bar.2
      return %s_bar {single}

Both pops belong to one iteration, so what held between the saved values there holds between them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable

from ..ir.core import Block, Function, Op, Value, walk
from ..ir.types import Cache
from .cse import identity
from .dce import eliminate_dead_code
from .memory import Memory


def reuse_saved(fn: Function) -> int:
    """Replace calls of the reverse sweep of ``fn`` whose result was saved, in place; how many."""
    pushes = [op for op in walk(fn.body) if op.name == "push" and isinstance(op.operands[0].type, Cache)]
    pushed = {op.operands[0]: op.operands[1] for op in pushes}
    made: dict[Hashable, Value] = {}
    for value in pushed.values():
        owner = value.owner
        if isinstance(owner, Op) and owner.name == "call" and len(owner.results) == 1 and (what := identity(owner)) is not None:
            made[what, tuple(owner.operands)] = value
    count = _take_literals(fn, pushes) + (_Reuse(fn, pushed, made).block(fn.body, {}) if made else 0)
    if count:
        eliminate_dead_code(fn)
    return count


def _take_literals(fn: Function, pushes: list[Op]) -> int:
    """Write the number where one is saved that turned out to be known, as tangents of what is constant do; how many."""
    times = Counter(push.operands[0] for push in pushes)
    known = {push.operands[0]: push.operands[1].owner for push in pushes
             if times[push.operands[0]] == 1 and _is_literal(push.operands[1].owner)}
    taken = [op for op in walk(fn.body) if op.name == "pop" and op.operands[0] in known] if known else []
    for op in taken:
        made = known[op.operands[0]]
        assert isinstance(made, Op)
        op.name, op.operands, op.attrs = "const", [], {"value": made.attrs["value"], "adjoint": True}
    return len(taken)


def _is_literal(made: Op | Block | None) -> bool:
    return isinstance(made, Op) and made.name == "const" and type(made.attrs["value"]) in (bool, int, float)


class _Reuse:
    def __init__(self, fn: Function, pushed: dict[Value, Value], made: dict[Hashable, Value]) -> None:
        self.pushed, self.made = pushed, made
        self.memory = Memory(fn)
        self.original: dict[Value, Value] = {}
        """For what was taken back, the value that was saved."""
        self.replaced: dict[Value, Value] = {}

    def block(self, block: Block, outer: dict[Value, Value]) -> int:
        """``outer`` holds, for saved values, what was taken back and is visible here."""
        visible, kept, count = dict(outer) if outer else {}, [], 0
        for op in block.ops:
            op.operands[:] = [self.replaced.get(v, v) for v in op.operands]
            if op.name == "pop" and op.operands[0] in self.pushed:
                self.original[op.results[0]] = saved = self.pushed[op.operands[0]]
                visible[saved] = op.results[0]
            known = self.known(op) if visible and op.name == "call" else None
            if known in visible and known is not None and visible[known].type == op.results[0].type:
                self.replaced[op.results[0]] = visible[known]
                count += 1
                continue
            kept.append(op)
            count += sum(self.block(inner, visible) for inner in op.blocks)
        block.ops[:] = kept
        return count

    def known(self, op: Op) -> Value | None:
        """The saved value that is the result of a call of the reverse sweep."""
        again = (op.attrs.get("adjoint") or op.attrs.get("recomputed")) and not any(map(self.memory.written, op.operands))
        what = identity(op) if again and len(op.results) == 1 else None
        return self.made.get((what, tuple(self.original.get(v, v) for v in op.operands))) if what is not None else None
