"""Lets products and quotients be plain again where the cotangent in them cannot be exactly zero after all.

A value that is used in a branch only has a cotangent of zero behind the other, and what that is multiplied by or divided by may
be infinite there.  Where the other branch has gone on to the next iteration, nothing is left to guard against.

Before:

    function f(%n: int, %c: bool, %y: np.float64):
      %0: int = const 0
      %1: int = const 1
      %one: float = const 1.0
      %x_bar: float = for %i: int in range(%0, %n, %1) with %x_bar.1: float = %one:
        if %c {tail}:
          continue %x_bar.1
        else:
          %2: float = strong_quotient(%x_bar.1, %y) {adjoint, guards}
          continue %2
      return %x_bar {single}

After:

    function f(%n: int, %c: bool, %y: np.float64):
      %0: int = const 0
      %1: int = const 1
      %one: float = const 1.0
      %x_bar: float = for %i: int in range(%0, %n, %1) with %x_bar.1: float = %one:
        if %c {tail}:
          continue %x_bar.1
        else:
          %2: float = %x_bar.1 / %y {adjoint, guards}
          continue %2
      return %x_bar {single}

It pays twice: the plain quotient is what one would write, and costs no call.
"""

from __future__ import annotations

import operator

from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import IMPLICIT, LOOPS
from ..ir.rewrite import incoming, item_count
from ..ir.types import Scalar, strip_const
from ..runtime import helpers

_PLAIN = {helpers.strong_product: operator.mul, helpers.strong_quotient: operator.truediv}
_FACTORS = frozenset({operator.mul, operator.neg, helpers.strong_product})
"""Operations that are zero if an operand is."""
_OVER = frozenset({operator.truediv, helpers.strong_quotient})
"""Those that are if the first is."""


def weaken(fn: Function) -> int:
    """Make plain what strong operations of ``fn`` need not be strong, in place; how many."""
    changed = 0
    for op in walk(fn.body):
        if op.name == "call" and op.attrs.get("guards") and op.attrs["fn"] in _PLAIN and not _may_vanish(op.operands[0], set()):
            op.attrs["fn"] = _PLAIN[op.attrs["fn"]]
            changed += 1
    return changed


def _may_vanish(value: Value, seen: set[Value]) -> bool:
    """Whether a cotangent may be a zero that stands for no influence at all."""
    if value in seen:
        return False
    seen.add(value)
    if not isinstance(strip_const(value.type), Scalar):
        return True
    op = value.owner
    if isinstance(op, Block):
        loop, k = op.parent, op.args.index(value)
        if loop is None or loop.name not in LOOPS:
            return True
        k -= item_count(loop) if op is loop.blocks[-1] else 0
        return k < 0 or any(_may_vanish(v, seen) for v in incoming(loop, k))
    if op is None:
        return True
    if op.name == "const":
        return bool(op.attrs["value"] == 0)
    if op.name in IMPLICIT or op.name == "call" and op.attrs["fn"] in _OVER:
        return _may_vanish(op.operands[0], seen)
    if op.name == "call" and op.attrs["fn"] in _FACTORS and len(op.operands) == len(op.attrs["args"]):
        return any(_may_vanish(v, seen) for v in op.operands if _is_adjoint(v))
    if op.blocks:
        return any(_may_vanish(v, seen) for v in incoming(op, op.results.index(value)))
    return True


def _is_adjoint(value: Value) -> bool:
    """Whether a factor is a cotangent, rather than a number of the program, which may be anything."""
    op = value.owner
    region = op if isinstance(op, Op) else op.parent if op is not None else None
    return region is not None and (region.name == "const" or bool(region.attrs.get("adjoint")) or bool(region.blocks))
