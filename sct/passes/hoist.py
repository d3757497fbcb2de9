"""Moves adjoint factors that are the same at every iteration in front of the loop.

Only ops of the adjoint that cannot raise move: they run once even where the loop runs not at all.  The user's own lines stay
where the user wrote them.

Before:

    function f(%x: float, %n: int):
      %0: int = const 0
      %1: int = const 1
      %zero: float = const 0.0
      %s: float = for %i: int in range(%0, %n, %1) with %s.1: float = %zero:
        %2: float = 2.0 * %x {adjoint}
        %s.2: float = %s.1 + %2 {adjoint}
        continue %s.2
      return %s {single}

After:

    function f(%x: float, %n: int):
      %0: int = const 0
      %1: int = const 1
      %zero: float = const 0.0
      %2: float = 2.0 * %x {adjoint}
      %s: float = for %i: int in range(%0, %n, %1) with %s.1: float = %zero:
        %s.2: float = %s.1 + %2 {adjoint}
        continue %s.2
      return %s {single}

It pays once per iteration; transposes and products with constants are what rules leave in loop bodies most often.
"""

from __future__ import annotations

import math
import operator

import numpy as np

from ..analysis.presence import Presence
from ..ir.core import Block, Function, Op, Value
from ..ir.ops import IMPLICIT, LOOPS, Lit, Slot
from ..ir.types import Array, Scalar
from .memory import ESCAPES, WRITTEN, Memory

_TOTAL_ON_SCALARS = frozenset({operator.add, operator.sub, operator.mul})
_TOTAL = frozenset({
    operator.neg, operator.pos, np.transpose, np.negative, np.sin, np.cos, np.tanh, np.sign, np.absolute, np.square,
    math.tanh, math.atan, math.erf, math.erfc, math.fabs, math.copysign,
})
"""Never raise on numbers of the types inferred, whatever their values (``math.sin`` does, at infinity)."""
_CHEAP = frozenset({operator.neg, operator.pos})
"""Not worth a variable of their own; they move only together with what uses them."""


def hoist_invariants(fn: Function) -> int:
    """Move loop-invariant adjoint ops of ``fn`` out of their loops, in place; how many moves."""
    return _hoist(fn.body, Memory(fn), Presence(fn))


def _hoist(block: Block, memory: Memory, presence: Presence) -> int:
    moved, ops = 0, []
    for op in block.ops:
        for inner in op.blocks:
            moved += _hoist(inner, memory, presence)
        if op.name in LOOPS:
            leaving = _invariants(op.blocks[-1], memory, presence)
            for one in leaving:
                one.parent, one.loc = block, op.loc
                if one.attrs.get("recomputed"):
                    one.attrs["hoisted"] = True  # it belongs to the loop now
            ops += leaving
            moved += len(leaving)
        ops.append(op)
    block.ops[:] = ops
    return moved


def _invariants(body: Block, memory: Memory, presence: Presence) -> list[Op]:
    """Take out of ``body`` the ops that may and should run before the loop."""
    varying: set[Value] = set(body.args)
    candidates = []
    for op in body.ops:
        if may_move(op, memory) and varying.isdisjoint(op.operands) and not any(map(presence.may_be_missing, op.operands)):
            candidates.append(op)
        else:
            varying.update(op.results)
    wanted: set[Op] = set()
    for op in reversed(candidates):
        if op in wanted or is_worth_a_variable(op):
            wanted.add(op)
            wanted.update(v.owner for v in op.operands if isinstance(v.owner, Op) and v.owner.parent is body)
    body.ops[:] = [op for op in body.ops if op not in wanted]
    return [op for op in candidates if op in wanted]


def may_move(op: Op, memory: Memory) -> bool:
    """Whether ``op`` is pure, total and its result one that all iterations may share."""
    if op.name == "const":
        return True
    if not (op.attrs.get("adjoint") or op.attrs.get("recomputed")):
        return False
    if any(memory.fact(v) & (WRITTEN | ESCAPES) for v in op.results):
        return False
    if op.name in IMPLICIT:
        return True
    if op.name != "call" or op.attrs.get("effect", "pure") != "pure" or op.attrs.get("kwargs"):
        return False
    fn = op.attrs["fn"]
    numbers = all(isinstance(v.type, Scalar | Array) and not memory.written(v) for v in op.operands)
    arrays = sum(isinstance(v.type, Array) for v in op.operands)
    return numbers and (fn in _TOTAL or (fn in _TOTAL_ON_SCALARS or _divides_by_literal(op)) and arrays <= 1)


def _divides_by_literal(op: Op) -> bool:
    divisor = op.attrs["args"][-1] if op.attrs["fn"] is operator.truediv else None
    if isinstance(divisor, Slot):
        owner = op.operands[divisor.index].owner
        return isinstance(owner, Op) and owner.name == "const" and owner.attrs["value"] != 0
    return isinstance(divisor, Lit) and divisor.value != 0


def is_worth_a_variable(op: Op) -> bool:
    """Whether computing it once beats reading a variable at each iteration."""
    return op.name == "call" and op.attrs["fn"] not in _CHEAP
