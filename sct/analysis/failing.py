"""Which calls may raise for some values of the right types, or meet what NumPy's error state decides about."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ..ir.core import Op, Value
from ..ir.ops import INFIX, PREFIX
from ..ir.types import BOTTOM, COMPLEX, NONE, Array, OrConst, Scalar, Type, strip_const
from .abstract import Abstract, Static

_TOTAL_MATH = {math.tanh, math.atan, math.asinh, math.erf, math.erfc, math.fabs, math.copysign, math.atan2,
               math.hypot, math.degrees, math.radians, math.isnan, math.isinf, math.isfinite}


_KNOWN = ("math", "numpy", "builtins", "operator", "_operator", "sct", "functools", "itertools", "random")


_NEVER_RAISE = ("scipy.special", "scipy.stats._distn")
"""Where functions return NaN instead."""


def may_raise(fn: Callable[..., Any], args: list[Abstract]) -> bool:
    """Whether a primal call may raise for some values of the right type, so that it must not be dropped when unused."""
    if fn not in _OF_ANYTHING and any(map(_perhaps_none, args)):
        return True
    if fn in (operator.truediv, operator.floordiv, operator.mod, divmod):
        return not _is_numpy(args[0]) and not _is_numpy(args[1]) and not _nonzero_literal(args[1])
    if fn is operator.getitem or fn in (int, float, round):
        return True
    if fn in _OF_SOME:
        return len(args) == 1 or fn not in (max, min)
    if fn in (operator.lshift, operator.rshift):
        return not (isinstance(args[1], Static) and args[1].value >= 0)
    if fn is abs:
        return isinstance(args[0], Value) and strip_const(args[0].type) == COMPLEX
    if fn is operator.pow:
        return not _is_numpy(args[0]) and not _is_numpy(args[1]) and not _never_overflows(*args)
    module = getattr(fn, "__module__", None) or "numpy"
    if module.startswith(_NEVER_RAISE):
        return False
    if module.split(".")[0] not in _KNOWN:
        return True  # a function of the user's that has a rule of its own
    return (module == "math" and fn not in _TOTAL_MATH) or module == "numpy.linalg"


_OF_ANYTHING = (operator.is_, operator.is_not, operator.eq, operator.ne, operator.not_, bool, isinstance, type)
"""What takes None like everything else."""


def _perhaps_none(a: Abstract) -> bool:
    """Whether a variable may be None, or an array that nobody has asked for may be a number instead."""
    if not isinstance(a, Value):
        return False
    if isinstance(a.type, OrConst):
        return a.type.base is not BOTTOM and a.type.const is NONE
    return isinstance(a.owner, Op) and a.owner.name == "narrow" and bool(a.owner.attrs.get("untested"))


_OF_SOME = (max, min, np.max, np.min, np.argmax, np.argmin, np.ptp)
"""What raises where there is nothing to choose from."""


def may_signal(fn: Callable[..., Any], t: Type) -> bool:
    """Whether a call may meet a division by zero, an overflow or the like: NumPy's error state decides what happens then."""
    t = strip_const(t)
    module = getattr(fn, "__module__", None) or ""
    computes = fn in INFIX or fn in PREFIX or isinstance(fn, np.ufunc) or module.startswith("numpy")
    return computes and t.differentiable and (isinstance(t, Array) or isinstance(t, Scalar) and t.python is not True)


def _is_numpy(a: Abstract) -> bool:
    t = strip_const(a.type) if isinstance(a, Value) else None
    return isinstance(t, Array) or (isinstance(t, Scalar) and t.python is False)


def _nonzero_literal(a: Abstract) -> bool:
    return isinstance(a, Static) and a.value != 0


def _never_overflows(base: Abstract, exponent: Abstract) -> bool:
    """Whether a power of Python numbers gives a number whatever the base: an integer, or nothing larger than the base."""
    if not isinstance(exponent, Static) or not isinstance(exponent.value, int | float):
        return False
    whole = isinstance(base, Value) and isinstance(t := strip_const(base.type), Scalar) and t.dtype in ("int64", "bool")
    return 0 <= exponent.value <= 1 or whole and type(exponent.value) is int and exponent.value >= 0
