"""The partial derivatives of every elementwise function that dual numbers know, as one table to be read against a textbook.

The table is written independently of the compiler's own rules on purpose: a slip in one of them must show as a difference.
Each entry maps a name to one function per argument, ``(z, x, …) -> partial``, where ``z`` is the result.  At kinks: ties of
``maximum``/``minimum`` belong to the first argument, ``abs`` has derivative 0 at 0, steps have derivative 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

Partial = Callable[..., Any]

_LN2, _LN10, _DEG = math.log(2.0), math.log(10.0), math.pi / 180.0


def _power_base(z: Any, x: Any, y: Any) -> Any:
    safe = np.where(np.equal(y, 0), 1.0, y)
    return np.where(np.equal(y, 0), 0.0, y * np.power(np.asarray(x, float), safe - 1.0))


def _power_exponent(z: Any, x: Any, y: Any) -> Any:
    x = np.asarray(x, float)
    return np.where(x > 0, z * np.log(np.where(x > 0, x, 1.0)), np.where(x == 0, 0.0, np.nan))


def _digamma(x: float) -> float:
    """By recurrence up to x ≥ 12, then the asymptotic series (Abramowitz & Stegun 6.3.5, 6.3.18)."""
    if x < 0.5:
        return _digamma(1.0 - x) - math.pi / math.tan(math.pi * x)
    shift = 0.0
    while x < 12.0:
        shift -= 1.0 / x
        x += 1.0
    w = 1.0 / (x * x)
    series = w * (1 / 12 - w * (1 / 120 - w * (1 / 252 - w * (1 / 240 - w * (5 / 660 - w * 691 / 32760)))))
    return shift + math.log(x) - 0.5 / x - series


def _sinc(z: Any, x: Any) -> Any:
    safe = np.where(np.equal(x, 0), 1.0, x)
    return np.where(np.equal(x, 0), 0.0, (np.cos(np.pi * safe) - np.sinc(safe)) / safe)


def _hypot(index: int) -> Partial:
    return lambda z, *xs: np.divide(xs[index], z) if np.ndim(z) or z else 0.0


def _zero(z: Any, *xs: Any) -> Any:
    return 0.0


PARTIALS: dict[str, tuple[Partial, ...]] = {
    "add": (lambda z, x, y: 1.0, lambda z, x, y: 1.0),
    "subtract": (lambda z, x, y: 1.0, lambda z, x, y: -1.0),
    "multiply": (lambda z, x, y: y, lambda z, x, y: x),
    "divide": (lambda z, x, y: np.divide(1.0, y), lambda z, x, y: -np.divide(z, y)),
    "floor_divide": (_zero, _zero),
    "remainder": (lambda z, x, y: 1.0, lambda z, x, y: -np.floor_divide(x, y)),
    "fmod": (lambda z, x, y: 1.0, lambda z, x, y: -np.trunc(np.divide(x, y))),
    "ieee_remainder": (lambda z, x, y: 1.0, lambda z, x, y: -np.rint((x - z) / y)),
    "power": (_power_base, _power_exponent),
    "negative": (lambda z, x: -1.0,),
    "positive": (lambda z, x: 1.0,),
    "absolute": (lambda z, x: np.sign(x),),
    "sign": (_zero,), "floor": (_zero,), "ceil": (_zero,), "trunc": (_zero,), "rint": (_zero,),
    "exp": (lambda z, x: z,),
    "exp2": (lambda z, x: z * _LN2,),
    "expm1": (lambda z, x: z + 1.0,),
    "log": (lambda z, x: np.divide(1.0, x),),
    "log2": (lambda z, x: np.divide(1.0, _LN2 * x),),
    "log10": (lambda z, x: np.divide(1.0, _LN10 * x),),
    "log1p": (lambda z, x: np.divide(1.0, 1.0 + x),),
    "sqrt": (lambda z, x: np.divide(0.5, z),),
    "cbrt": (lambda z, x: np.divide(1.0, 3.0 * z * z),),
    "square": (lambda z, x: 2.0 * x,),
    "reciprocal": (lambda z, x: -z * z,),
    "sin": (lambda z, x: np.cos(x),),
    "cos": (lambda z, x: -np.sin(x),),
    "tan": (lambda z, x: 1.0 + z * z,),
    "arcsin": (lambda z, x: np.divide(1.0, np.sqrt(1.0 - x * x)),),
    "arccos": (lambda z, x: -np.divide(1.0, np.sqrt(1.0 - x * x)),),
    "arctan": (lambda z, x: 1.0 / (1.0 + x * x),),
    "arctan2": (lambda z, y, x: np.divide(x, x * x + y * y), lambda z, y, x: -np.divide(y, x * x + y * y)),
    "sinh": (lambda z, x: np.cosh(x),),
    "cosh": (lambda z, x: np.sinh(x),),
    "tanh": (lambda z, x: 1.0 / np.cosh(x) ** 2,),
    "arcsinh": (lambda z, x: 1.0 / np.sqrt(x * x + 1.0),),
    "arccosh": (lambda z, x: np.divide(1.0, np.sqrt(x * x - 1.0)),),
    "arctanh": (lambda z, x: np.divide(1.0, 1.0 - x * x),),
    "hypot": (_hypot(0), _hypot(1)),
    "logaddexp": (lambda z, x, y: np.exp(x - z), lambda z, x, y: np.exp(y - z)),
    "logaddexp2": (lambda z, x, y: np.exp2(x - z), lambda z, x, y: np.exp2(y - z)),
    "maximum": (lambda z, x, y: np.greater_equal(x, y), lambda z, x, y: np.less(x, y)),
    "minimum": (lambda z, x, y: np.less_equal(x, y), lambda z, x, y: np.greater(x, y)),
    "deg2rad": (lambda z, x: _DEG,),
    "rad2deg": (lambda z, x: 1.0 / _DEG,),
    "copysign": (lambda z, x, y: np.sign(x) * np.copysign(1.0, y), _zero),
    "heaviside": (_zero, lambda z, x, y: np.equal(x, 0)),
    "sinc": (_sinc,),
    "erf": (lambda z, x: 2.0 / math.sqrt(math.pi) * math.exp(-x * x),),
    "erfc": (lambda z, x: -2.0 / math.sqrt(math.pi) * math.exp(-x * x),),
    "gamma": (lambda z, x: z * _digamma(x),),
    "lgamma": (lambda z, x: _digamma(x),),
}

UFUNC_ALIASES = {"fabs": "absolute", "float_power": "power", "true_divide": "divide", "fmax": "maximum", "fmin": "minimum",
                 "mod": "remainder", "degrees": "rad2deg", "radians": "deg2rad", "conjugate": "positive"}
"""NumPy spellings of the entries above."""

MATH_ALIASES = {"fabs": "absolute", "pow": "power", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2",
                "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh", "degrees": "rad2deg", "radians": "deg2rad",
                "remainder": "ieee_remainder"}
"""Spellings of the ``math`` module."""

MATH_INACTIVE = frozenset({"floor", "ceil", "trunc", "isnan", "isinf", "isfinite", "isclose", "gcd", "lcm", "comb", "perm",
                           "factorial", "isqrt", "frexp", "ulp"})
"""Functions of ``math`` without a derivative: they run on the plain values."""


def partials_of(name: str, aliases: dict[str, str]) -> tuple[Partial, ...] | None:
    """The table's entry for a function of that name, or None.

    >>> partials_of("asin", MATH_ALIASES) is PARTIALS["arcsin"]
    True
    """
    return PARTIALS.get(aliases.get(name, name))
