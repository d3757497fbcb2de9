"""Derivative rules of NumPy's elementwise functions.

Conventions at kinks and singular points: ``abs`` has derivative 0 at 0; where two arguments of ``maximum``, ``minimum``,
``fmax`` or ``fmin`` are equal the first one gets everything (so ``np.maximum(x, 0)`` has derivative 1 at 0), and ``clip``
passes everything to its argument on the bounds; ``hypot`` and ``arctan2`` have derivative 0 at the origin; functions with an
infinite slope give an infinity there, except where the cotangent is exactly 0, as where ``np.where`` has masked the element:
there the product is 0.
"""

# A rule says what it has found by assigning x_bar, and its body is specialised for each type it meets.
# ruff: noqa: F841
# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs

from __future__ import annotations

import math

import numpy as np

from . import scalar
from .facts import is_static
from .notation import linear, partials, vjp
from .scalar import ABOVE_ONE, ARRAY_POWERS, AWAY, COMPLEX, DIVISION, INSIDE, POSITIVE, or_infinite


def masked(z_bar, mask):
    """``z_bar`` where ``mask`` holds, else 0; a product would turn an infinite ``z_bar`` into NaN."""
    return np.where(mask, z_bar, 0.0) if isinstance(z_bar, np.ndarray) else z_bar if mask else 0.0


def unmasked(z_bar, mask):
    """``z_bar`` except where ``mask`` holds."""
    return np.where(mask, 0.0, z_bar) if isinstance(z_bar, np.ndarray) else 0.0 if mask else z_bar


# Arithmetic -----------------------------------------------------------------------------------------------------------

partials("z = np.add(x, y)", x="1", y="1")
partials("z = np.subtract(x, y)", x="1", y="-1")
partials("z = np.multiply(x, y)", x="y", y="x")
partials("z = np.remainder(x, y)", x="1", y="-(x // y)", singular=True, tests=DIVISION)
partials("z = np.fmod(x, y)", x="1", y="(z - x) / y", singular=True, tests=DIVISION)
partials("z = np.negative(x)", x="-1")
partials("z = np.positive(x)", x="1")
partials("z = np.square(x)", x="2 * x")
partials("z = np.reciprocal(x)", x="-z * z", singular=True, tests=POSITIVE)
partials("z = np.fabs(x)", x="np.sign(x)")

vjp(np.divide, elementwise=True, tests=AWAY)(scalar.truediv_vjp)
vjp(np.power, elementwise=True, tests=ARRAY_POWERS)(scalar.pow_vjp)
vjp(np.float_power, elementwise=True, tests=ARRAY_POWERS)(scalar.pow_vjp)
vjp(np.absolute, elementwise=True, tests=COMPLEX)(scalar.abs_vjp)
vjp(np.divmod, elementwise=True, tests=DIVISION)(scalar.divmod_vjp)

# Powers, exponentials, logarithms -------------------------------------------------------------------------------------

partials("z = np.sqrt(x)", x="1 / (2 * z)", singular=True, tests=POSITIVE)
partials("z = np.cbrt(x)", x="1 / (3 * z) / z", singular=True, tests=POSITIVE)
partials("z = np.exp(x)", x="z")
partials("z = np.exp2(x)", x="math.log(2) * z")
partials("z = np.expm1(x)", x="np.exp(x)")
partials("z = np.log(x)", x="1 / x", singular=True, tests=POSITIVE)
partials("z = np.log2(x)", x="1 / (math.log(2) * x)", singular=True, tests=POSITIVE)
partials("z = np.log10(x)", x="1 / (math.log(10) * x)", singular=True, tests=POSITIVE)
partials("z = np.log1p(x)", x="1 / (1 + x)", singular=True, tests=POSITIVE)


@vjp(np.logaddexp, elementwise=True)
def logaddexp_vjp(x, y, *, z, z_bar):
    """The share ``exp(x - z)`` of each, which no exponential of a large number is part of."""
    x_bar = z_bar * np.exp(excess(x, y, z, -math.log(2)))
    y_bar = z_bar * np.exp(excess(y, x, z, -math.log(2)))


@vjp(np.logaddexp2, elementwise=True)
def logaddexp2_vjp(x, y, *, z, z_bar):
    """The share ``2 ** (x - z)`` of each."""
    x_bar = z_bar * np.exp2(excess(x, y, z, -1.0))
    y_bar = z_bar * np.exp2(excess(y, x, z, -1.0))


def excess(x, other, z, half):
    """``x - z``, the logarithm of the share of ``x``: 0 where ``x`` alone is infinite.

    Where both are the same infinity, or so large that ``z`` is rounded to them, it is ``half``.
    """
    if is_static(other) and -math.inf < other < math.inf:
        return np.where(z == x, 0.0, x - z)
    return np.where((z == x) & (x == other), half, np.where(z == x, 0.0, x - z))


# Trigonometric and hyperbolic functions -------------------------------------------------------------------------------

partials("z = np.sin(x)", x="np.cos(x)")
partials("z = np.cos(x)", x="-np.sin(x)")
partials("z = np.tan(x)", x="1 + z * z", tests=INSIDE)
partials("z = np.arcsin(x)", x="1 / np.sqrt(one_minus_square(x))", singular=True, tests=INSIDE)
partials("z = np.arccos(x)", x="-1 / np.sqrt(one_minus_square(x))", singular=True, tests=INSIDE)
partials("z = np.arctan(x)", x="lorentzian(x)")
partials("z = np.sinh(x)", x="np.cosh(x)")
partials("z = np.cosh(x)", x="np.sinh(x)")
partials("z = np.tanh(x)", x="1 - z * z")
partials("z = np.arcsinh(x)", x="inverse_radius(x)")
partials("z = np.arccosh(x)", x="1 / np.sqrt(x - 1) / np.sqrt(x + 1)", singular=True, tests=ABOVE_ONE)
partials("z = np.arctanh(x)", x="1 / one_minus_square(x)", singular=True, tests=INSIDE)
partials("z = np.deg2rad(x)", x="math.pi / 180")
partials("z = np.radians(x)", x="math.pi / 180")
partials("z = np.rad2deg(x)", x="180 / math.pi")
partials("z = np.degrees(x)", x="180 / math.pi")
partials("z = np.sinc(x)", x="sinc_dx(x)")
partials("z = np.i0(x)", x="bessel_i(1, x)")


@vjp(np.hypot, elementwise=True)
def hypot_vjp(x, y, *, z, z_bar):
    """By each coordinate its share of the length, 0 at the origin."""
    radius = or_infinite(z)
    x_bar = z_bar * (x / radius)
    y_bar = z_bar * (y / radius)


@vjp(np.arctan2, elementwise=True, tests={"domain": {"y": (-2.0, 2.0), "x": (0.2, 2.0)}})
def arctan2_vjp(y, x, *, z, z_bar):
    """``x / r**2`` and ``-y / r**2``: divided twice by the radius, as its square would underflow or overflow first."""
    radius = or_infinite(np.hypot(x, y))
    y_bar = z_bar * (x / radius / radius)
    x_bar = -z_bar * (y / radius / radius)


# Selection ------------------------------------------------------------------------------------------------------------


@vjp(np.maximum, elementwise=True)
def maximum_vjp(x, y, *, z, z_bar):
    """The first argument unless it is less; NaN is returned wherever it is, and a literal is none."""
    if is_static(y):
        x_bar = unmasked(z_bar, x < y)
        y_bar = masked(z_bar, x < y)
    else:
        first = x >= y if is_static(x) else (x >= y) | np.isnan(x)
        x_bar = masked(z_bar, first)
        y_bar = unmasked(z_bar, first)


@vjp(np.minimum, elementwise=True)
def minimum_vjp(x, y, *, z, z_bar):
    """As ``maximum``, the other way round."""
    if is_static(y):
        x_bar = unmasked(z_bar, x > y)
        y_bar = masked(z_bar, x > y)
    else:
        first = x <= y if is_static(x) else (x <= y) | np.isnan(x)
        x_bar = masked(z_bar, first)
        y_bar = unmasked(z_bar, first)


@vjp(np.fmax, elementwise=True, tests={"args": [(np.array([1.0, np.nan, -1.0]), np.array([np.nan, 2.0, 0.5]))]})
def fmax_vjp(x, y, *, z, z_bar):
    x_bar = masked(z_bar, (x >= y) | np.isnan(y))
    y_bar = masked(z_bar, (x < y) | np.isnan(x))


@vjp(np.fmin, elementwise=True, tests={"args": [(np.array([1.0, np.nan, -1.0]), np.array([np.nan, 2.0, 0.5]))]})
def fmin_vjp(x, y, *, z, z_bar):
    x_bar = masked(z_bar, (x <= y) | np.isnan(y))
    y_bar = masked(z_bar, (x > y) | np.isnan(x))


@vjp(np.where, elementwise=True, tests={"args": [
    (np.array([True, False]), np.array([1.0, 2.0]), np.array([3.0, 4.0])), (True, 1.5, np.array([1.0, 2.0])),
    (np.array([[True], [False]]), np.array([1.0, 2.0]), 0.5)]})
def where_vjp(condition, x=None, y=None, *, z, z_bar):
    """Each side takes back what came to the places where it was chosen."""
    if x is not None:
        x_bar = np.where(condition, z_bar, 0.0)
        y_bar = np.where(condition, 0.0, z_bar)
    condition_bar = None


LEVELS = np.array([-1.0, 0.2, 3.0])


@vjp(np.clip, elementwise=True, tests={"args": [
    (LEVELS, -0.5, 0.7), (LEVELS, None, 0.7), (LEVELS, -0.5, None), (LEVELS, None, None), (0.9, -0.5, 0.7),
    (0.3, 0.5, 0.7), (0.9, 0.7, 0.5),
    (LEVELS, np.array([-0.5, 0.6, 1.0]), np.array([1.0, 0.4, 2.0]))]})
def clip_vjp(a, a_min=None, a_max=None, *, min=None, max=None, z, z_bar):
    """``minimum(maximum(a, low), high)``: an upper bound below the lower one wins everywhere."""
    low, high = a_min if min is None else min, a_max if max is None else max
    low_bar = high_bar = None
    if low is None and high is None:
        a_bar = z_bar
    elif low is None:
        a_bar = unmasked(z_bar, a > high)
        high_bar = masked(z_bar, a > high)
    elif high is None:
        a_bar = unmasked(z_bar, a < low)
        low_bar = masked(z_bar, a < low)
    else:
        a_bar = unmasked(z_bar, (a < low) | (a > high))
        low_bar = masked(z_bar, (a < low) & (low <= high))
        high_bar = masked(z_bar, np.maximum(a, low) > high)
    a_min_bar = min_bar = low_bar
    a_max_bar = max_bar = high_bar


@vjp(np.nan_to_num, elementwise=True, tests={"args": [(np.array([1.0, np.nan, -2.0]),), (
    np.array([1.0 - 0.5j, complex(np.nan, 2.0), complex(-2.0, np.nan)]),)]})
def nan_to_num_vjp(x, *, nan=0.0, posinf=None, neginf=None, z, z_bar):
    """What is finite stays as it is, real and imaginary parts apart; what takes the place of the rest is a constant."""
    if np.iscomplexobj(x):
        x_bar = masked(np.real(z_bar), np.isfinite(np.real(x))) + 1j * masked(np.imag(z_bar), np.isfinite(np.imag(x)))
    else:
        x_bar = masked(z_bar, np.isfinite(x))


partials("z = np.copysign(x, y)", x="np.sign(x) * np.copysign(1.0, y)", y="0")
partials("z = np.heaviside(x, y)", x="0", y="x == 0", tests={"args": [(np.array([-1.0, 0.0, 2.0]), 0.5)], "wrt": ["y"]})
partials("z = np.nextafter(x, y)", x="1", y="0", tests={"args": [(np.array([0.5, -0.3]), math.inf)]})
partials("z = np.ldexp(x, n)", x="np.ldexp(1.0, n)", tests={"args": [(np.array([1.5, -0.7]), np.array([3, -2]))]})


@vjp(np.modf, elementwise=True, tests={"args": [(np.array([1.5, -0.3]),)]})
def modf_vjp(x, *, z, z_bar):
    """The fractional part moves as ``x`` does, the whole part is constant between the jumps."""
    if z_bar[0] is not None:
        x_bar = z_bar[0]
    else:
        x_bar = None


@vjp(np.frexp, elementwise=True, tests={"args": [(np.array([5.0, -0.3]),)]})
def frexp_vjp(x, *, z, z_bar):
    """The mantissa is ``x * 2 ** -exponent``; the exponent is constant between the jumps."""
    if z_bar[0] is not None:
        x_bar = np.ldexp(z_bar[0], -z[1])
    else:
        x_bar = None


# Complex parts: the cotangent of z = u + iv is du - i dv, so that holomorphic functions need no conjugates. -----------


@vjp(np.real, elementwise=True, alias="maybe", tests=COMPLEX)
def real_vjp(val, *, z, z_bar):
    val_bar = z_bar


@vjp(np.imag, elementwise=True, alias="maybe", tests=COMPLEX)
def imag_vjp(val, *, z, z_bar):
    val_bar = -1j * z_bar if np.iscomplexobj(val) else None


@vjp(np.conjugate, elementwise=True, tests=COMPLEX)
def conjugate_vjp(x, *, z, z_bar):
    x_bar = np.conjugate(z_bar) if np.iscomplexobj(x) else z_bar


@vjp(np.angle, elementwise=True, tests={**COMPLEX, "domain": (0.5, 2.0), "kwargs": [{}, {"deg": True}]})
def angle_vjp(x, deg=False, *, z, z_bar):
    """``d arg(x) = Im(dx / x)``; at 0 it is taken for 0, as that of ``arctan2``."""
    x_bar = (180 / math.pi if deg else 1) * z_bar * (-1j / or_infinite(x)) if np.iscomplexobj(x) else None


# Conversions that the program writes out ------------------------------------------------------------------------------

partials("z = np.float64(x)", x="1")
partials("z = np.float32(x)", x="1", tests={"args": [(0.5,)], "domain": (0.4, 0.5), "rtol": 1e-2})


def complex_number_vjp(real, imag=None, *, z, z_bar):
    real_bar = z_bar if np.iscomplexobj(real) else np.real(z_bar)
    imag_bar = None if imag is None else -np.imag(z_bar)


NUMBERS = [(0.5, -1.2), (0.3,), (0.5 + 0.2j,)]
vjp(np.complex128, tests={"args": [*NUMBERS, (np.array([0.5, -1.2]),)]})(complex_number_vjp)
vjp(np.complex64, tests={"args": NUMBERS, "rtol": 1e-2})(complex_number_vjp)

linear(np.complex128, "real", "imag")
linear(np.complex64, "real", "imag")
linear(np.where, "x", "y")
linear(np.real, "val")
linear(np.imag, "val")
linear(np.conjugate, "x")
