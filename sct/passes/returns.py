"""Lets a value that is returned out of a loop be the loop's own variable, where that holds it anyway.

Runs before differentiation: ``while …: if …: return x`` and ``return x`` after the loop are one result with one adjoint.

Before:

    function f(%x: float, %n: int):
      %0: int = const 0
      %1: int = const 1
      %u: float = undef
      %e: int, %r: float, %y: float = for %i: int in range(%0, %n, %1) with %e.1: int = %0, %r.1: float = %u, %y.1: float = %x:
        %y.2: float = math.sin(%y.1)
        %2: bool = %y.2 < 0.5
        if %2 {tail}:
          break %1, %y.2, %y.2 {exit=1}
        else:
          continue %e.1, %r.1, %y.2
      %3: bool = %e == 0
      %4: float = if %3:
        yield %y
      else:
        yield %r
      return %4 {single}

After (and dead code elimination):

    function f(%x: float, %n: int):
      %0: int = const 0
      %1: int = const 1
      %y: float = for %i: int in range(%0, %n, %1) with %y.1: float = %x:
        %y.2: float = math.sin(%y.1)
        %2: bool = %y.2 < 0.5
        if %2 {tail}:
          break %y.2 {exit=1}
        else:
          continue %y.2
      return %y {single}
"""

from __future__ import annotations

import operator

from ..ir.core import Function, Op, Value, walk
from ..ir.ops import LOOPS, Lit
from ..ir.rewrite import carried_inits, exits, item_count, resolve


def unify_returns(fn: Function) -> int:
    """Replace results of branches on "was the loop left early" that are the loop's own variable on both sides; how many."""
    replaced: dict[Value, Value] = {}
    for op in walk(fn.body):
        op.operands[:] = [resolve(replaced, v) if v in replaced else v for v in op.operands]
        loop = _early(op) if op.name == "if" and op.results else None
        if loop is not None:
            replaced.update(_same_on_both_sides(op, loop))
    if replaced:
        for op in walk(fn.body):
            op.operands[:] = [resolve(replaced, v) if v in replaced else v for v in op.operands]
    return len(replaced)


def _same_on_both_sides(op: Op, loop: Op) -> dict[Value, Value]:
    """Results of the branch ``op`` that are one variable of ``loop``, however it ended."""
    found: dict[Value, Value] = {}
    breaks = [end.operands for end in exits(loop.blocks[-1]) if end.name == "break"]
    for result, normal, early in zip(op.results, *(block.ops[-1].operands for block in op.blocks), strict=True):
        if normal in loop.results and early in loop.results and normal.type == result.type:
            i, j = loop.results.index(normal), loop.results.index(early)
            if all(values[i] is values[j] for values in breaks):
                found[result] = normal
    return found


def _early(op: Op) -> Op | None:
    """The loop, if ``op`` is ``if exit == 0: … else: …`` on the number of that loop's exit, and yields values only."""
    condition = op.operands[0].owner
    if not isinstance(condition, Op) or condition.name != "call" or condition.attrs["fn"] is not operator.eq:
        return None
    exit, compared = condition.operands[0], condition.attrs["args"][-1]
    loop = exit.owner
    against_zero = known_int(condition.operands[1]) == 0 if len(condition.operands) == 2 else compared == Lit(0)
    if not against_zero or not isinstance(loop, Op) or loop.name not in LOOPS:
        return None
    yields = all(block.ops[-1].name == "yield" for block in op.blocks)
    return loop if yields and tells_exits(loop, loop.results.index(exit)) else None


def tells_exits(loop: Op, k: int) -> bool:
    """Whether the ``k``-th carried variable is 0 until a ``break`` sets it to something else."""
    arg = loop.blocks[-1].args[item_count(loop) + k]
    return known_int(carried_inits(loop)[k]) == 0 and all(
        end.operands[k] is arg if end.name == "continue" else bool(known_int(end.operands[k]))
        for end in exits(loop.blocks[-1]))


def known_int(value: Value) -> int | None:
    """The whole number that a value is known to be."""
    owner = value.owner
    number = owner.attrs["value"] if isinstance(owner, Op) and owner.name == "const" else None
    return number if type(number) is int else None
