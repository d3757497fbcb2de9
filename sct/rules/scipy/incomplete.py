"""Rules of the incomplete gamma and beta functions of ``scipy.special``, and how these and their inverses depend on parameters.

The density of each is its slope (DLMF 8.8.13, 8.17.7).  The derivative by a parameter is a tail times the difference between
the mean of a logarithm over the tail and that over all; of the two tails that is taken of which nothing cancels.
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np
from scipy import special

from ...runtime.helpers import product_or_zero, quotient_or_zero, unbroadcast
from ...runtime.incomplete import beta_mean, gamma_mean
from ..notation import NAMES, partials, vjp
from .special import POSITIVE, UNIT, on


def gamma_density(a, x):
    """The slope of ``gammainc`` by ``x``."""
    return np.exp(special.xlogy(a - 1.0, x) - x - special.gammaln(a))


def beta_density(a, b, x, y):
    """The slope of ``betainc`` by ``x``, where ``y`` is ``1 - x``."""
    return np.exp(special.xlogy(a - 1.0, x) + special.xlogy(b - 1.0, y) - special.betaln(a, b))


def gammainc_slope(a, x):
    """The derivative of ``gammainc`` by ``a``."""
    further = np.log(x) - special.psi(a)
    above = further > 0.0
    tail = np.where(above, special.gammaincc(a, x), special.gammainc(a, x))
    return -product_or_zero(tail, gamma_mean(1, a, x, above) + np.where(above, further, -further))


def beta_tail(a, b, x, y, above):
    """What a beta distribution has above or below ``x``, by that one of ``x`` and ``y = 1 - x`` which keeps its digits."""
    upper = np.where(y < 0.5, special.betainc(b, a, y), special.betaincc(a, b, x))
    return np.where(above, upper, np.where(y < 0.5, special.betaincc(b, a, y), special.betainc(a, b, x)))


def betainc_slope(a, b, x, y):
    """The derivative of ``betainc`` by ``a``, where ``y`` is ``1 - x``; that by ``b`` is ``-betainc_slope(b, a, y, x)``."""
    near = y < 0.5
    further = np.where(near, np.log1p(-np.where(near, y, 0.0)), np.log(x)) - special.psi(a) + special.psi(a + b)
    above = further > 0.0
    return -product_or_zero(beta_tail(a, b, x, y, above), beta_mean(1, 0, a, b, x, y, above) + np.where(above, further,
        -further))


def gammainc_rate(a, x):
    """``gammainc_slope`` over the density."""
    return quotient_or_zero(gammainc_slope(a, x), gamma_density(a, x))


def betainc_rate(a, b, x, y):
    """``betainc_slope`` over the density."""
    return quotient_or_zero(betainc_slope(a, b, x, y), beta_density(a, b, x, y))


def student_rate(df, u):
    """The derivative of the cumulative function of Student's distribution by ``df``,
        over its density; a line near its middle."""
    small = np.abs(u) < 1e-5
    away = np.where(small, 1.0, u)
    square = df + away * away
    slope = betainc_slope(0.5 * df, 0.5, df / square, away * away / square)
    found = -0.25 * np.sign(away) * quotient_or_zero(slope, t_density(df, away)) - 0.5 * away / df
    return np.where(small, 0.5 * u * (special.psi(0.5 * df + 0.5) - special.psi(0.5 * df) - 1.0 / df), found)


def t_density(df, x):
    """The density of Student's distribution (Abramowitz and Stegun 1964, 26.7.1)."""
    logarithm = special.gammaln(0.5 * df + 0.5) - special.gammaln(0.5 * df) - (0.5 * df + 0.5) * np.log1p(x * x / df)
    return np.exp(logarithm) / np.sqrt(np.pi * df)


def side(above):
    """The sign of the logarithm of what is above or below, over the place."""
    return np.where(above, 1.0, -1.0)


def gamma_hazard(a, x, above):
    """The density over the tail."""
    return gamma_density(a, x) / np.where(above, special.gammaincc(a, x), special.gammainc(a, x))


def beta_hazard(a, b, x, y, above):
    """The density over the tail."""
    return beta_density(a, b, x, y) / beta_tail(a, b, x, y, above)


NAMES.update({fn.__name__: fn for fn in (
    gamma_density, beta_density, beta_tail, gammainc_slope, betainc_slope, gammainc_rate, betainc_rate, student_rate,
        t_density, side,
        gamma_hazard,
    beta_hazard, gamma_mean, beta_mean)})

SHAPE = (0.4, 3.0)
partials("z = special.gammainc(a, x)", a="gammainc_slope(a, x)", x="gamma_density(a, x)", singular=True,
         tests=on(a=SHAPE, x=POSITIVE))
partials("z = special.gammaincc(a, x)", a="-gammainc_slope(a, x)", x="-gamma_density(a, x)", singular=True,
         tests=on(a=SHAPE, x=POSITIVE))
partials("z = special.gammaincinv(a, x)", a="-gammainc_rate(a, z)", x="1 / gamma_density(a, z)", singular=True,
         tests=on(a=(0.6, 3.0), x=UNIT))
partials("z = special.gammainccinv(a, x)", a="-gammainc_rate(a, z)", x="-1 / gamma_density(a, z)", singular=True,
         tests=on(a=(0.6, 3.0), x=UNIT))
BETA = on(a=(0.6, 3.0), b=(0.6, 3.0), x=UNIT)
partials("z = special.betainc(a, b, x)", a="betainc_slope(a, b, x, 1.0 - x)", b="-betainc_slope(b, a, 1.0 - x, x)",
         x="beta_density(a, b, x, 1.0 - x)", singular=True, tests=BETA)
partials("z = special.betaincc(a, b, x)", a="-betainc_slope(a, b, x, 1.0 - x)", b="betainc_slope(b, a, 1.0 - x, x)",
         x="-beta_density(a, b, x, 1.0 - x)", singular=True, tests=BETA)
partials("z = special.betaincinv(a, b, x)", a="-betainc_rate(a, b, z, 1.0 - z)", b="betainc_rate(b, a, 1.0 - z, z)",
         x="1 / beta_density(a, b, z, 1.0 - z)", singular=True, tests=BETA)
partials("z = special.betainccinv(a, b, x)", a="-betainc_rate(a, b, z, 1.0 - z)", b="betainc_rate(b, a, 1.0 - z, z)",
         x="-1 / beta_density(a, b, z, 1.0 - z)", singular=True, tests=BETA)

# Means over tails: the covariance with a logarithm, and what moves when the tail begins elsewhere ---------------------------


def begins(power):
    """Whether a mean changes with where the tail begins: that of no power is 1."""
    return np.minimum(power, 1)


@vjp(gamma_mean, unsaid="it is a whole number")
def gamma_mean_vjp(k, a, x, above, *, z, z_bar):
    """A mean moves with a shape by the covariance with the logarithm."""
    signed = side(above) * z_bar
    a_bar = unbroadcast(signed * (gamma_mean(k + 1, a, x, above) - z * gamma_mean(1, a, x, above)), a)
    x_bar = unbroadcast(signed * (z * begins(k) * gamma_hazard(a, x, above) - k / x * gamma_mean(np.maximum(k - 1, 0), a, x,
        above)), x)


@vjp(beta_mean, unsaid="it is a whole number")
def beta_mean_vjp(j, k, a, b, x, y, above, *, z, z_bar):
    """``y`` is ``1 - x`` and does not vary of its own."""
    signed = side(above) * z_bar
    a_bar = unbroadcast(signed * (beta_mean(j + 1, k, a, b, x, y, above) - z * beta_mean(1, 0, a, b, x, y, above)), a)
    b_bar = unbroadcast(-signed * (beta_mean(j, k + 1, a, b, x, y, above) - z * beta_mean(0, 1, a, b, x, y, above)), b)
    inside = j / x * beta_mean(np.maximum(j - 1, 0), k, a, b, x, y, above)
    inside = inside + k / y * beta_mean(j, np.maximum(k - 1, 0), a, b, x, y, above)
    x_bar = unbroadcast(signed * (z * begins(j + k) * beta_hazard(a, b, x, y, above) - inside), x)
    y_bar = None
