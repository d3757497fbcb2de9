"""Rules of ``scipy.special`` for Legendre functions, spherical harmonics, and integrals of Airy's and Bessel functions.

Formulas are those of the Digital Library of Mathematical Functions: 14.10.5 and 18.9.15 for Legendre functions, 14.30.3 for
spherical harmonics; of an integral the slope is the integrand (9.10, 10.43).
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np
from scipy import special

from ...runtime.helpers import unbroadcast
from ..notation import declare, partials, vjp
from .bessel import BY_ORDER, both

DEGREES = "degrees and orders are whole numbers"
AT = (np.array([-0.6, 0.35]), 0.7)
partials("z = special.lpmv(m, v, x)", x="(v * x * z - (v + m) * special.lpmv(m, v - 1.0, x)) / (x * x - 1.0)",
         tests={"args": [(m, v, x) for m, v in ((0.0, 2.0), (1.0, 3.0), (2.0, 2.0), (0.0, 0.0)) for x in AT],
                "wrt": ["x"], "rtol": 2e-7})
partials("z = special.eval_sh_jacobi(n, p, q, x)",
         x="np.where(np.greater(n, 0), (n + p) * special.eval_jacobi(np.maximum(n - 1, 0), p - q + 1.0, q, 2.0 * x - 1.0)"
           " / special.binom(2 * n + p - 1.0, n), 0.0)",
         tests={"args": [(n, 2.3, 0.8, x) for n in (0, 1, 3) for x in (np.array([0.2, 0.65]), 0.7)], "wrt": ["x"]})

for polynomial in (special.lpmv, special.eval_sh_jacobi):
    declare(polynomial, unsaid=DEGREES)


@vjp(special.assoc_laguerre, unsaid=DEGREES)
def assoc_laguerre_vjp(x, n, k=0.0, *, z, z_bar):
    """DLMF 18.9.23."""
    x_bar = unbroadcast(-z_bar * special.eval_genlaguerre(n - 1, k + 1.0, x), x)


def diric_slope(x, n, z):
    """The slope of ``sin(n x / 2) / (n sin(x / 2))``, near multiples of a turn by its series."""
    turns = np.round(x / (2.0 * np.pi))
    rest = x - 2.0 * np.pi * turns
    small = np.abs(rest) * n < 1e-3
    half = 0.5 * np.where(small, 1.0, x)
    sign = np.cos(np.pi * turns * (n - 1))
    line = sign * (1.0 - n * n) * rest / 12.0 * (1.0 - (3.0 * n * n - 7.0) * rest * rest / 120.0)
    return np.where(small, line, 0.5 * (np.cos(n * half) - z * np.cos(half)) / np.sin(half))


@vjp(special.diric, unsaid="it is a whole number")
def diric_vjp(x, n, *, z, z_bar):
    x_bar = z_bar * diric_slope(x, n, z)


@vjp(special.h1vp, unsaid=BY_ORDER)
def h1vp_vjp(v, x, n=1, *, z, z_bar):
    x_bar = unbroadcast(z_bar * special.h1vp(v, x, n + 1), x)


@vjp(special.h2vp, unsaid=BY_ORDER)
def h2vp_vjp(v, x, n=1, *, z, z_bar):
    x_bar = unbroadcast(z_bar * special.h2vp(v, x, n + 1), x)


# Integrals ---------------------------------------------------------------------------------------------------------------


@vjp(special.itairy)
def itairy_vjp(x, *, z, z_bar):
    """Integrals from 0 of both functions, and of both turned around."""
    ai, _, bi, _ = special.airy(x)
    turned_ai, _, turned_bi, _ = special.airy(-x)
    first, second = both(z_bar[:2], ai, bi), both(z_bar[2:], turned_ai, turned_bi)
    x_bar = first + second


def beyond_one(x, function, sign):
    """``(i0(x) - 1) / x``, or with the other ``sign`` of ``j0``; by the power series where that would cancel (DLMF 10.25.2)."""
    small = np.abs(x) < 1.0
    s = sign * 0.25 * np.where(small, x, 0.0) ** 2
    series = 1.0 + s / 4 * (1.0 + s / 9 * (1.0 + s / 16 * (1.0 + s / 25 * (1.0 + s / 36 * (1.0 + s / 49 * (1.0 + s / 64))))))
    return np.where(small, sign * 0.25 * x * series, (function(x) - 1.0) / np.where(small, 1.0, x))


@vjp(special.it2i0k0)
def it2i0k0_vjp(x, *, z, z_bar):
    x_bar = both(z_bar, beyond_one(x, special.i0, 1.0), -special.k0(x) / x)


@vjp(special.it2j0y0)
def it2j0y0_vjp(x, *, z, z_bar):
    x_bar = both(z_bar, -beyond_one(x, special.j0, -1.0), -special.y0(x) / x)


partials("z = special.it2struve0(x)", tests={"args": [(np.array([0.7, 1.9]),), (0.8,)]},
         x="np.where(x == 0.0, -0.6366197723675814, -special.struve(0.0, x) / np.where(x == 0.0, 1.0, x))")


# Spherical harmonics: raised and lowered orders ---------------------------------------------------------------------------


def raising(n, m):
    """The factor of the next order."""
    return 0.5 * np.sqrt((n - m) * (n + m + 1.0))


if hasattr(special, "sph_harm_y"):
    @vjp(special.sph_harm_y, name="special.sph_harm_y", unsaid=DEGREES)
    def sph_harm_y_vjp(n, m, theta, phi, *, z, z_bar):
        """Without the tangent of the angle, which is infinite at the poles."""
        along = z_bar * np.exp(-1j * phi) * raising(n, m) * special.sph_harm_y(n, m + 1, theta, phi)
        against = z_bar * np.exp(1j * phi) * raising(n, -m) * special.sph_harm_y(n, m - 1, theta, phi)
        theta_bar = unbroadcast(along - against, theta)
        phi_bar = unbroadcast(1j * m * z_bar * z, phi)

    @vjp(special.sph_legendre_p, name="special.sph_legendre_p", unsaid=DEGREES)
    def sph_legendre_p_vjp(n, m, theta, *, z, z_bar):
        after, before = special.sph_legendre_p(n, m + 1, theta), special.sph_legendre_p(n, m - 1, theta)
        theta_bar = unbroadcast(z_bar * (raising(n, m) * after - raising(n, -m) * before), theta)

    @vjp(special.legendre_p, name="special.legendre_p", unsaid=DEGREES)
    def legendre_p_vjp(n, x, *, z, z_bar):
        x_bar = unbroadcast(z_bar * special.eval_gegenbauer(n - 1, 1.5, x), x)
