"""Functions that derivatives of others need and that neither ``math`` nor NumPy has, with their values at singular points."""

from __future__ import annotations

import cmath
import math
from typing import Any

import numpy as np

from .cotangents import strong_product, strong_quotient


def power_dx(x: Any, y: Any) -> Any:
    """The partial derivative of ``x ** y`` with respect to ``x``: ``y * x ** (y - 1)``, and 0 for ``y == 0`` at any ``x``.

    At ``x == 0`` it is 0 for ``y > 1``, 1 for ``y == 1``, infinite for ``0 < y < 1``; it neither raises nor warns.

    >>> power_dx(3.0, 2), power_dx(0.0, 0), power_dx(0.0, 1.0), power_dx(0.0, 0.5)
    (6.0, 0.0, 1.0, inf)
    """
    if isinstance(x, np.ndarray) or isinstance(y, np.ndarray):
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            return np.where(np.equal(y, 0), 0.0, y * np.power(_inexact(x, y), y - 1))
    if y == 0:
        return 0.0
    if isinstance(y, complex) or y >= 1:
        return y * x ** (y - 1)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        partial = y * np.power(_inexact(x, y), y - 1)
    return partial if isinstance(x, np.generic) or isinstance(y, np.generic) else partial.item()


def _inexact(x: Any, y: Any) -> Any:
    """``x`` in the element type of ``x ** y``; integers would refuse negative exponents."""
    return np.asarray(x, np.result_type(x, y, 0.0))[()]


def log_or_zero(x: Any) -> Any:
    """``log(x)`` for the derivative of ``x ** y`` in ``y``: 0 at ``x == 0``, where ``x ** y`` is constant; NaN below.

    >>> log_or_zero(1.0), log_or_zero(0.0), log_or_zero(np.array([0.0, 1.0])).tolist()
    (0.0, 0.0, [0.0, 0.0])
    """
    if not isinstance(x, np.ndarray | np.generic):
        if isinstance(x, complex):
            return cmath.log(x) if x else 0j
        return math.log(x) if x > 0 else 0.0 if x == 0 else math.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.equal(x, 0), 0.0, np.log(_inexact(x, x)))[()]  # of small integers NumPy takes it in half precision


def power_dy(x: Any, y: Any, power: Any) -> Any:
    """The partial derivative of ``power = x ** y`` with respect to ``y``: ``power * log(x)``, and 0 at ``x == 0``.

    That it is told ``y`` is for its own derivative, which at ``x == 0`` is not that of a product.

    >>> power_dy(1.0, 2.0, 1.0), power_dy(0.0, 0.0, 1.0)
    (0.0, 0.0)
    """
    return power * log_or_zero(x)


def power_dxdy(x: Any, y: Any) -> Any:
    """The mixed second derivative of ``x ** y``: ``x ** (y - 1) * (1 + y * log(x))``, and its limit at ``x == 0``.

    >>> power_dxdy(1.0, 2.0), power_dxdy(0.0, 2.0), power_dxdy(0.0, 1.0), power_dxdy(0.0, 0.5)
    (1.0, 0.0, -inf, -inf)
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        base = _inexact(x, y)
        slope = np.power(base, y - 1) * (1 + strong_product(y, np.log(base)))
        mixed = np.where(np.equal(x, 0) & (np.real(y) > 1), 0.0, slope)[()]
    return mixed if isinstance(x, np.ndarray | np.generic) or isinstance(y, np.ndarray | np.generic) else mixed.item()


def product_or_zero(x: Any, y: Any) -> Any:
    """``x * y``, and 0 wherever ``x`` is 0: the limit where ``x`` goes to 0 faster than ``y`` to infinity.

    >>> product_or_zero(0.0, np.inf), product_or_zero(np.array([0.0, 2.0]), np.array([np.inf, 3.0])).tolist()
    (0.0, [0.0, 6.0])
    """
    return strong_product(x, y)


def quotient_or_zero(x: Any, y: Any) -> Any:
    """``x / y``, and 0 wherever ``x`` is 0; an infinity, without raising or warning, where only ``y`` is.

    >>> quotient_or_zero(0.0, 0.0), quotient_or_zero(np.array([0.0, 2.0]), 4.0).tolist()
    (0.0, [0.0, 0.5])
    """
    return strong_quotient(x, y)


def sinc_dx(x: Any) -> Any:
    """The derivative of ``np.sinc``: ``(cos(pi x) - sinc(x)) / x``, by its Taylor series near 0, where that cancels.

    >>> sinc_dx(0.0), float(round(sinc_dx(0.5), 12))
    (0.0, -1.273239544735)
    """
    t = math.pi * x
    near = np.abs(t) < 0.3
    away = np.where(near, 1.0, t)
    s = t * t
    series = 0.0 - t / 3 * (1 - s / 10 * (1 - s / 28 * (1 - s / 54 * (1 - s / 88))))
    slope = math.pi * np.where(near, series, (np.cos(away) - np.sin(away) / away) / away)
    if isinstance(x, np.ndarray | np.generic):
        return slope[()]
    return complex(slope) if isinstance(x, complex) else float(slope)


def bessel_i(n: int, x: Any) -> Any:
    """The modified Bessel function of the first kind, of the whole order ``n``, by its power series, which has no cancellation.

    >>> round(bessel_i(1, 2.0), 12), bessel_i(0, np.zeros(2)).tolist()
    (1.590636854637, [1.0, 1.0])
    """
    n = abs(n)
    half = np.asarray(x) / 2.0
    term = half**n / math.factorial(n)
    total, k = term, 0
    while np.any(np.abs(term) > 1e-17 * np.abs(total)):
        k += 1
        term = term * (half * half / (k * (k + n)))
        total = total + term
    return total if isinstance(x, np.ndarray) else total[()] if isinstance(x, np.generic) else float(total)


def digamma(x: float) -> float:
    """The logarithmic derivative of the gamma function (Abramowitz and Stegun 1964, 6.3.7, 6.3.5, 6.3.18).

    Reflection for negative ``x``, upward recurrence to ``x >= 10``, then the asymptotic series; about 15 digits.  Poles
    (0, -1, -2 …) give NaN.

    >>> round(digamma(1.0), 14)
    -0.57721566490153
    """
    if x <= 0.0:
        offset = x - round(x)
        return digamma(1.0 - x) - math.pi / math.tan(math.pi * offset) if offset else math.nan
    return digamma_of_positive(x)


def digamma_of_positive(x: float) -> float:
    """``digamma`` where it needs no reflection; compiled code takes this as it is."""
    shift = 0.0
    while x < 10.0:
        shift += 1.0 / x
        x += 1.0
    s = 1.0 / (x * x)
    series = s * (1 / 12 - s * (1 / 120 - s * (1 / 252 - s * (1 / 240 - s * (1 / 132 - s * (691 / 32760 - s / 12))))))
    return math.log(x) - 0.5 / x - series - shift


_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)
"""The Bernoulli numbers B2, B4 … B16."""


def polygamma(n: int, x: float) -> float:
    """The ``n``-th derivative of ``digamma`` (Abramowitz and Stegun 1964, 6.4.6, 6.4.11), for second and higher derivatives.

    >>> round(polygamma(1, 1.0) - math.pi**2 / 6, 14)
    0.0
    """
    if n == 0:
        return digamma(x)
    if x <= 0.0 and x == math.floor(x):
        return math.nan
    if x > 1e16:  # there the first term is all that counts, and powers of x may overflow
        term = float(math.factorial(n - 1))
        for _ in range(n):
            term /= x
        return term if n % 2 else -term
    shift = 0.0
    while x < 10.0 + n:
        shift += x ** -(n + 1)
        x += 1.0
    series = math.factorial(n - 1) / x**n + math.factorial(n) / (2 * x ** (n + 1))
    for k, b in enumerate(_BERNOULLI, start=1):
        series += b * math.factorial(2 * k + n - 1) / (math.factorial(2 * k) * x ** (2 * k + n))
    series += math.factorial(n) * shift
    return series if n % 2 else -series
