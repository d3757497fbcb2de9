"""Powers of Python numbers: a negative number to a fractional power is complex, which types cannot tell.

The power is typed as real, and a test before it raises where it would not be:

    if x < 0:                             if x < 0 and y % 1 != 0:
        raise TypeError(...)                  raise TypeError(...)
    z = x ** 1.5                          z = x ** y
"""

from __future__ import annotations

import math
import operator
from typing import Any

from ..ir.core import Block, Op, Value
from ..ir.ops import Lit, Slot
from ..ir.types import BOOL, Scalar, strip_const
from .abstract import Abstract, Static, is_number
from .branches import emit_guard, merge
from .infer import Specializer
from .shapes import leaf_shape

_MESSAGE = "a negative number to a fractional power is complex: this derivative is for a power that is real"
_NONNEGATIVE = frozenset({abs, math.fabs, math.sqrt, math.exp, math.exp2, math.cosh, math.hypot, math.dist, len})
_KEEP_SIGN = frozenset({operator.add, operator.mul, operator.truediv, operator.pow, min, float, int})


def require_real(sp: Specializer, base: Abstract, exponent: Abstract) -> None:
    """Emit the test that ``base ** exponent`` is real, unless that is certain."""
    if not _is_python(base) or not _is_python(exponent) or nonnegative(base) or _is_whole(exponent):
        return
    conditions = []
    if isinstance(base, Value):
        conditions.append((operator.lt, [base, Static(0)]))
    if isinstance(exponent, Value):
        conditions.append((operator.ne, [_apply(sp, operator.mod, [exponent, Static(1)]), Static(0)]))
    if not conditions or any(_tested(op, base) for op in sp.builder.block.ops):
        return  # without a condition it is complex whatever happens, and has that type
    raising = Block()
    with sp.builder.at(raising):
        from .primitives import construct
        sp.builder.emit("raise", [construct(sp, TypeError, [Static(_MESSAGE)], {})])
    emit_guard(sp, _all(sp, conditions), raising, 0, sp.builder.loc)


def _tested(op: Op, base: Abstract) -> bool:
    """Whether an op raises wherever ``base`` is negative."""
    test = op.operands[0].owner if op.name == "if" and not op.results and op.blocks[0].ops[-1].name == "raise" else None
    return isinstance(test, Op) and test.name == "call" and test.attrs["fn"] is operator.lt and test.operands == [base] \
        and test.attrs["args"] == (Slot(0), Lit(0))


def _apply(sp: Specializer, fn: Any, args: list[Abstract]) -> Value:
    from .primitives import apply
    result = apply(sp, fn, args)
    assert isinstance(result, Value)
    return result


def _all(sp: Specializer, conditions: list[Any]) -> Value:
    """``a``, or ``a and b``."""
    first = _apply(sp, *conditions[0])
    if len(conditions) == 1:
        return first
    blocks = [Block(), Block()]
    with sp.builder.at(blocks[0]):
        second = _apply(sp, *conditions[1])
    joined = merge(sp, first, blocks, [(second, first)], [leaf_shape(BOOL)], [""])[0]
    assert isinstance(joined, Value)
    return joined


def _is_python(a: Abstract) -> bool:
    """Whether this may be one of Python's real numbers (NumPy's powers of negative numbers are NaN)."""
    if isinstance(a, Static):
        return is_number(a.value) and not isinstance(a.value, complex)
    t = strip_const(a.type) if isinstance(a, Value) else None
    return isinstance(t, Scalar) and t.python is not False and not t.dtype.startswith("complex")


def _is_whole(exponent: Abstract) -> bool:
    if isinstance(exponent, Static):
        return not math.isfinite(exponent.value) or exponent.value == int(exponent.value)
    t = strip_const(exponent.type) if isinstance(exponent, Value) else None
    return isinstance(t, Scalar) and not t.differentiable


def nonnegative(a: Any) -> bool:
    """Whether a number is certainly not negative: by its value, or by how it is computed."""
    if isinstance(a, Static | Lit):
        return is_number(a.value) and not a.value < 0
    op = a.owner if isinstance(a, Value) else None
    if not isinstance(op, Op):
        return False
    if op.name in ("convert", "narrow"):
        return nonnegative(op.operands[0])
    if op.name == "const":
        return is_number(op.attrs["value"]) and not op.attrs["value"] < 0
    if op.name != "call" or op.attrs["kwargs"]:
        return False
    if not all(isinstance(arg, Lit | Slot) for arg in op.attrs["args"]):
        return False
    fn, args = op.attrs["fn"], [arg if isinstance(arg, Lit) else op.operands[arg.index] for arg in op.attrs["args"]]
    if fn in _NONNEGATIVE or fn is operator.mul and len(args) == 2 and args[0] is args[1]:
        return True
    if fn is operator.pow and isinstance(args[1], Lit) and args[1].value % 2 == 0:
        return True
    if fn is max:
        return len(args) > 1 and any(map(nonnegative, args))
    return fn in _KEEP_SIGN and all(map(nonnegative, args[:1] if fn is operator.pow else args))
