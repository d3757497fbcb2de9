"""Exponential and hyperbolic tangent as plain arithmetic, of which LLVM makes vector instructions in loops over elements.

The mathematical library is called for one number at a time.  These are within 2 units in the last place of NumPy's, which
computes several at once, too, for all arguments: results that are denormal, infinite or zero, and NaN, as well.

Both reduce the argument as Cody and Waite do (Software Manual for the Elementary Functions, 1980, chapter 6):
x = n ln 2 + r with |r| ≤ ½ ln 2, where ln 2 is the sum of two numbers, of which the first has so few bits that its product
with n is exact.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

njit: Any = numba.njit

_INVERSE = 1.0 / math.log(2.0)
_HIGH, _LOW = float.fromhex("0x1.62e42feep-1"), float.fromhex("0x1.a39ef35793c76p-33")
"""ln 2 as a number of 32 bits and the rest."""
_SHIFT = 1.5 * 2.0 ** 52
"""What rounds a number of moderate size to an integer by being added, and leaves that integer in the lowest bits."""
_2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13 = (1.0 / math.factorial(k) for k in range(2, 14))
_LARGEST, _SMALLEST = 709.782712893384, -745.1332191019412
"""What the exponential is finite up to, and not zero from."""


@njit(error_model="numpy")
def _of_reduced(r: Any) -> Any:
    """exp(r) - 1 by its Taylor series, whose remainder is below 5e-18 r; summed in pairs (Estrin 1960)."""
    r2 = r * r
    r4 = r2 * r2
    low = (_2 + r * _3) + r2 * (_4 + r * _5)
    high = r4 * ((_6 + r * _7) + r2 * (_8 + r * _9)) + r4 * r4 * ((_10 + r * _11) + r2 * (_12 + r * _13))
    return r + r2 * (low + high)


@njit(error_model="numpy")
def _power_of_two(bits: Any) -> Any:
    """2 to the power of the integer in the lowest bits: it becomes the exponent."""
    return np.int64((bits + 1023) << 52).view(np.float64)


@njit(error_model="numpy")
def quick_exp(x: Any) -> Any:
    """``np.exp`` of a ``float64``.

    Two powers of two are multiplied, since one alone need not be a number where the result is denormal or close to the largest.
    """
    y = x if x < _LARGEST else _LARGEST
    y = y if y > _SMALLEST else _SMALLEST
    shifted = np.float64(y * _INVERSE + _SHIFT)
    n = shifted - _SHIFT
    half = np.float64(n * 0.5 + _SHIFT)
    first = half.view(np.int64)
    z = (1.0 + _of_reduced((y - n * _HIGH) - n * _LOW)) * _power_of_two(first) * _power_of_two(shifted.view(np.int64) - first)
    z = np.inf if x > _LARGEST else z
    z = 0.0 if x < _SMALLEST else z
    return z if x == x else x


@njit(error_model="numpy")
def quick_tanh(x: Any) -> Any:
    """``np.tanh`` of a ``float64``: 1 - 2 / (exp(2|x|) + 1), and for |x| < 0.625 x + x³ P(x²) / Q(x²).

    P and Q are those of Cephes (Moshier, Methods and Programs for Mathematical Functions, 1989).
    """
    size = abs(x)
    y = 2.0 * (size if size < 22.0 else 22.0)
    shifted = np.float64(y * _INVERSE + _SHIFT)
    n = shifted - _SHIFT
    grown = (1.0 + _of_reduced((y - n * _HIGH) - n * _LOW)) * _power_of_two(shifted.view(np.int64))
    s = size * size
    p = (-9.64399179425052238628e-1 * s - 9.92877231001918586564e1) * s - 1.61468768441708447952e3
    q = ((s + 1.12811678491632931402e2) * s + 2.23548839060100448583e3) * s + 4.84406305325125486048e3
    near = size < 0.625
    z = (size if near else 1.0) + (p * s * size if near else -2.0) / (q if near else grown + 1.0)
    return math.copysign(z, x) if x == x else x
