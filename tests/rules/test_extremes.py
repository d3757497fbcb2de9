"""First and second derivatives of functions of one number where they are hard to compute, against those with sixty digits.

At infinity, at zeros of both signs, at numbers whose squares underflow or overflow, and at the ends of domains.  Infinite
arguments are stood for by ``10**700``: where a function has a limit there, its derivatives are as close to theirs.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sct

from ..sampling import a_part

special = pytest.importorskip("scipy.special")
mp = pytest.importorskip("mpmath").mp
pytestmark = [pytest.mark.filterwarnings("ignore")]

INFINITE = 700
POINTS = [0.0, -0.0, math.inf, -math.inf, 1e-300, -1e-300, 1e-160, 1e-20, -1e-9, 0.5, -0.5, 1.0, -1.0, 2.0, -2.0, 30.0, -30.0,
          800.0, -800.0, 1e9, 1e160, -1e160, 1e300, -1e300]
Slope = Callable[[Any], Any]


def above(low: float, f: Slope) -> Slope:
    return lambda x: f(x) if x >= low else mp.nan


def within(low: float, high: float, f: Slope) -> Slope:
    return lambda x: f(x) if low <= x <= high else mp.nan


def turning(f: Slope) -> Slope:
    """A function that has no limit at infinity."""
    return lambda x: f(x) if abs(x) < mp.mpf(10) ** 400 else mp.nan


def to_base(base: int) -> tuple[Slope, Slope]:
    return lambda x: mp.log(base) * mp.mpf(base) ** x, lambda x: mp.log(base) ** 2 * mp.mpf(base) ** x


def log_of_base(base: Any) -> tuple[Slope, Slope]:
    return above(0.0, lambda x: 1 / (x * mp.log(base))), above(0.0, lambda x: -1 / (x * x * mp.log(base)))


def bell(scale: Any, width: Any) -> tuple[Slope, Slope]:
    """``scale exp(-width x**2)`` and its slope."""
    return lambda x: scale * mp.exp(-width * x * x), lambda x: -2 * width * x * scale * mp.exp(-width * x * x)


def logistic(x: Any) -> Any:
    return 1 / (mp.exp(x) + 2 + mp.exp(-x))


def inside(sign: int) -> tuple[Slope, Slope]:
    return (within(-1.0, 1.0, lambda x: sign / mp.sqrt((1 - x) * (1 + x))),
            within(-1.0, 1.0, lambda x: sign * x / mp.sqrt((1 - x) * (1 + x)) ** 3))


TWO_OVER_ROOT = 2 / mp.sqrt(mp.pi)
SLOPES: dict[str, tuple[Slope, Slope]] = {
    "square": (lambda x: 2 * x, lambda x: 2), "reciprocal": (lambda x: -1 / x**2, lambda x: 2 / x**3),
    "abs": (mp.sign, lambda x: 0), "sqrt": (above(0.0, lambda x: 1 / (2 * mp.sqrt(x))), above(0.0, lambda x: -x**-1.5 / 4)),
    "cbrt": (lambda x: 1 / (3 * mp.cbrt(x * x)), lambda x: -2 * mp.sign(x) / (9 * mp.cbrt(abs(x)) ** 5)),
    "exp": (mp.exp, mp.exp), "expm1": (mp.exp, mp.exp), "exp2": to_base(2), "exp10": to_base(10),
    "log": log_of_base(mp.e), "log2": log_of_base(2), "log10": log_of_base(10),
    "log1p": (above(-1.0, lambda x: 1 / (1 + x)), above(-1.0, lambda x: -1 / (1 + x) ** 2)),
    "sin": (turning(mp.cos), turning(lambda x: -mp.sin(x))),
    "cos": (turning(lambda x: -mp.sin(x)), turning(lambda x: -mp.cos(x))),
    "tan": (turning(lambda x: mp.sec(x) ** 2), turning(lambda x: 2 * mp.tan(x) * mp.sec(x) ** 2)),
    "arcsin": inside(1), "arccos": inside(-1),
    "arctan": (lambda x: 1 / (1 + x * x), lambda x: -2 * x / (1 + x * x) ** 2),
    "sinh": (mp.cosh, mp.sinh), "cosh": (mp.sinh, mp.cosh),
    "tanh": (lambda x: mp.sech(x) ** 2, lambda x: -2 * mp.tanh(x) * mp.sech(x) ** 2),
    "arcsinh": (lambda x: 1 / mp.sqrt(1 + x * x), lambda x: -x / mp.sqrt(1 + x * x) ** 3),
    "arccosh": (above(1.0, lambda x: 1 / mp.sqrt((x - 1) * (x + 1))),
                above(1.0, lambda x: -x / mp.sqrt((x - 1) * (x + 1)) ** 3)),
    "arctanh": (within(-1.0, 1.0, lambda x: 1 / ((1 - x) * (1 + x))),
                within(-1.0, 1.0, lambda x: 2 * x / ((1 - x) * (1 + x)) ** 2)),
    "erf": bell(TWO_OVER_ROOT, 1), "erfc": bell(-TWO_OVER_ROOT, 1), "ndtr": bell(1 / mp.sqrt(2 * mp.pi), mp.mpf(0.5)),
    "erfi": bell(TWO_OVER_ROOT, -1),
    "expit": (logistic, lambda x: -mp.tanh(x / 2) * logistic(x)),
    "log_expit": (lambda x: 1 / (1 + mp.exp(x)), lambda x: -logistic(x)),
    "softplus": (lambda x: 1 / (1 + mp.exp(-x)), logistic),
    "logit": (within(0.0, 1.0, lambda x: 1 / (x * (1 - x))), within(0.0, 1.0, lambda x: (2 * x - 1) / (x * (1 - x)) ** 2)),
    "entr": (above(0.0, lambda x: -1 - mp.log(x)), above(0.0, lambda x: -1 / x)),
    "cosm1": (turning(lambda x: -mp.sin(x)), turning(lambda x: -mp.cos(x))),
}
SPELLED = {"abs": "fabs", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arccosh": "acosh",
           "arctanh": "atanh"}
FUNCTIONS = [(f"{area}.{name}", slopes) for area, module in (("np", np), ("special", special), ("math", math))
             for key, slopes in SLOPES.items() for name in (SPELLED.get(key, key) if area == "math" else key,)
             if hasattr(module, name)]
FIRST = ("np.cbrt", "np.arcsinh", "np.arctan", "math.acosh", "special.erf")  # each was wrong at one of the points


def expected(slope: Slope, x: float) -> float | None:
    """The value as a number of double precision, None where the function has none, or none that is unique."""
    try:
        value = slope(mp.mpf(10) ** INFINITE * mp.sign(x) if math.isinf(x) else mp.mpf(x))
    except ZeroDivisionError:
        return None
    if mp.isnan(value) or abs(mp.im(value)) > 0 or math.isinf(x) and abs(value) > 1 and abs(value) < mp.mpf(10) ** 400:
        return None
    return float(value) if abs(value) < mp.mpf(2) ** 1024 else math.copysign(math.inf, float(mp.sign(value)))


def at_each(derivative: Callable[[float], float], fn: Callable[[float], float]) -> list[float | None]:
    """A derivative at each of the points at which the function has a value."""
    found: list[float | None] = []
    for x in POINTS:
        try:
            fn(x)
        except (ValueError, OverflowError):
            found.append(None)
        else:
            found.append(derivative(x))
    return found


def derivatives(name: str) -> dict[str, tuple[Any, Any]]:
    """First and second derivatives at the points, in all modes."""
    fn = eval(name, {"np": np, "special": special, "math": math})
    gradient = sct.grad(lambda x: fn(x))
    one_by_one = (at_each(gradient, fn), at_each(lambda x: sct.hvp(lambda x: fn(x), (x,), (1.0,)), fn))
    if name.startswith("math."):
        twice = sct.grad(lambda x: gradient(x))
        ahead = at_each(lambda x: sct.jvp(lambda x: fn(x), (x,), (1.0,))[1], fn)
        return {"numbers": one_by_one, "others": (ahead, at_each(twice, fn))}
    points, ones = np.array(POINTS), np.ones(len(POINTS))
    of_sum = sct.grad(lambda x: np.sum(fn(x)))
    return {"numbers": one_by_one,
            "arrays": (of_sum(points), sct.hvp(lambda x: np.sum(fn(x)), (points,), (ones,))),
            "others": (sct.jvp(lambda x: fn(x), (points,), (ones,))[1], sct.grad(lambda x: np.sum(of_sum(x)))(points))}


@pytest.mark.parametrize(("name", "slopes"), [case for n, part in ((1, [f for f in FUNCTIONS if f[0] in FIRST]),
                                                                  (15, [f for f in FUNCTIONS if f[0] not in FIRST]))
                                             for case in a_part(n, part)])
def test_derivatives(name: str, slopes: tuple[Slope, Slope]) -> None:
    """To ten digits, or one rounding error of the largest slope: that of ``tanh`` is made of its value."""
    with mp.workdps(60), np.errstate(all="ignore"):
        for mode, found in derivatives(name).items():
            for order, (values, slope) in enumerate(zip(found, slopes, strict=True), start=1):
                for x, value in zip(POINTS, values, strict=True):
                    want = None if value is None else expected(slope, x)
                    if want is not None:
                        np.testing.assert_allclose(value, want, rtol=1e-10, atol=2e-16 if abs(want) <= 1.0 else 0.0,
                                                   err_msg=f"{name} at {x}, order {order}, {mode}")
