"""Rules of ``scipy.special``, one line a function; orders and parameters without a derivative here are refused, never zero.

Formulas are those of the Digital Library of Mathematical Functions (DLMF, section numbers beside them), in the form that keeps
its digits: slopes that would cancel or overflow are said by functions that do not.
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np
from scipy import special

from ...ir.types import Array, Scalar
from ...runtime.entropies import shares
from ...runtime.helpers import product_or_zero, unbroadcast
from ..formulas import gaussian
from ..indexing import spread
from ..notation import NAMES, area, declare, partials, vjp, zero
from ..ufunc_methods import share

area("special", special)


def on(**domain):
    """Test metadata: the domain of each parameter."""
    return {"domain": domain, "rtol": 2e-7}


def of_order(orders, argument):
    """Test metadata of functions that are differentiated with respect to their last argument only."""
    return {"domain": {**orders, "x": argument}, "wrt": ["x"], "rtol": 2e-7}


COMPLEX = {"args": [(np.array([0.3 + 0.4j, -0.5 + 1.2j]),)]}
SOME, POSITIVE, UNIT = (-1.8, 1.9), (0.2, 3.0), (0.1, 0.9)

# Error functions (DLMF 7.2, 7.10) and the normal distribution ---------------------------------------------------------

partials("z = special.erf(x)", x="1.1283791670955126 * gaussian(x)", tests=COMPLEX)
partials("z = special.erfc(x)", x="-1.1283791670955126 * gaussian(x)", tests=COMPLEX)
partials("z = special.erfi(x)", x="1.1283791670955126 * np.exp(x * x)")


def erfcx_slope(x, z):
    """``2 x z - 2 / sqrt(pi)``, and where these cancel the first terms of its asymptotic series (DLMF 7.12.1)."""
    far = x > 100.0
    near = 2.0 * np.where(far, 1.0, x) * z - 1.1283791670955126
    s = np.reciprocal(np.where(far, x, 100.0)) ** 2
    return np.where(far, -0.5641895835477563 * s * (1.0 - 1.5 * s * (1.0 - 2.5 * s * (1.0 - 3.5 * s))), near)


def dawsn_slope(x, z):
    """``1 - 2 x z``, and where these cancel the first terms of its asymptotic series (DLMF 7.12.2)."""
    far = np.abs(x) > 100.0
    near = 1.0 - 2.0 * np.where(far, 1.0, x) * z
    s = np.reciprocal(np.where(far, x, 100.0)) ** 2
    return np.where(far, -0.5 * s * (1.0 + 1.5 * s * (1.0 + 2.5 * s * (1.0 + 3.5 * s))), near)


def inverse_mills(x):
    """The normal density over its cumulative function, each in the form that neither overflows nor cancels (DLMF 7.8.1)."""
    right = x > 0.0
    near = 0.3989422804014327 * gaussian(0.7071067811865476 * np.where(right, x, 0.0)) / special.ndtr(np.where(right, x, 0.0))
    return np.where(right, near, 0.7978845608028654 / special.erfcx(-0.7071067811865476 * np.where(right, 0.0, x)))


def exprel_slope(x, z):
    """``(exp(x) - z) / x``; far from 0, where SciPy's confluent function (DLMF 13.4.1) is slow, without what is lost in it."""
    far, right = np.abs(x) > 100.0, x > 100.0
    away = np.where(far, x, 1.0)
    beyond = np.where(right, z * (1.0 - 1.0 / away), -z / away)
    return np.where(far, beyond, 0.5 * special.hyp1f1(2.0, 3.0, np.where(far, 0.0, x)))


NAMES.update(exprel_slope=exprel_slope, erfcx_slope=erfcx_slope, dawsn_slope=dawsn_slope, inverse_mills=inverse_mills)
partials("z = special.erfcx(x)", x="erfcx_slope(x, z)", tests={"domain": SOME, "args": [(np.array([99.0, 101.0, 300.0]),)]})
partials("z = special.dawsn(x)", x="dawsn_slope(x, z)", tests={"domain": SOME, "args": [(np.array([-300.0, 99.0, 101.0]),)]})
partials("z = special.wofz(x)", x="1.1283791670955126j - 2.0 * x * z", tests=COMPLEX)
partials("z = special.erfinv(x)", singular=True, x="0.886226925452758 * np.exp(z * z)", tests=on(x=(-0.9, 0.9)))
partials("z = special.erfcinv(x)", singular=True, x="-0.886226925452758 * np.exp(z * z)", tests=on(x=(0.2, 1.8)))
partials("z = special.ndtr(x)", x="0.3989422804014327 * gaussian(0.7071067811865476 * x)")
partials("z = special.log_ndtr(x)", x="inverse_mills(x)")
partials("z = special.ndtri(x)", singular=True, x="2.5066282746310002 * np.exp(0.5 * z * z)", tests=on(x=UNIT))
partials("z = special.ndtri_exp(x)", singular=True, x="2.5066282746310002 * np.exp(x + 0.5 * z * z)", tests=on(x=(-3.0, -0.1)))
partials("z = special.owens_t(h, a)", h="-0.19947114020071635 * np.exp(-0.5 * h * h) * special.erf(0.7071067811865476 * a * h)",
         a="0.15915494309189535 * np.exp(-0.5 * h * h * (1.0 + a * a)) / (1.0 + a * a)")

# Logistic, logarithms, entropies (0 log 0 = 0) -----------------------------------------------------------------------

partials("z = special.expit(x)", x="z * special.expit(-x)")
partials("z = special.log_expit(x)", x="special.expit(-x)")
partials("z = special.logit(x)", x="1 / (x * (1.0 - x))", singular=True, tests=on(x=UNIT))

partials("z = special.xlogy(x, y)", x="np.log(y)", y="quotient_or_zero(x, y)", singular=True, tests=on(x=SOME, y=POSITIVE))
partials("z = special.xlog1py(x, y)", x="np.log1p(y)", y="quotient_or_zero(x, 1.0 + y)", singular=True,
         tests=on(x=SOME, y=(-0.8, 2.0)))
partials("z = special.entr(x)", x="-1.0 - np.log(x)", singular=True, tests=on(x=POSITIVE))


def where_finite(x, y, quotient):
    """A quotient of numbers that are not negative, NaN of others, where relative entropy is infinite all around."""
    return np.where((x < 0.0) | (y < 0.0), np.nan, quotient)


NAMES["where_finite"] = where_finite
partials("z = special.rel_entr(x, y)", x="1.0 + np.log(where_finite(x, y, np.divide(x, y)))", singular=True,
         y="-where_finite(x, y, quotient_or_zero(x, y))", tests=on(x=POSITIVE, y=POSITIVE))
partials("z = special.kl_div(x, y)", x="np.log(where_finite(x, y, np.divide(x, y)))", singular=True,
         y="1.0 - where_finite(x, y, quotient_or_zero(x, y))", tests=on(x=POSITIVE, y=POSITIVE))

# Elementary functions -------------------------------------------------------------------------------------------------

partials("z = special.expm1(x)", x="np.exp(x)", tests=COMPLEX)
partials("z = special.log1p(x)", x="1 / (1.0 + x)", singular=True, tests=on(x=(-0.8, 2.0)))
partials("z = special.exprel(x)", x="exprel_slope(x, z)", tests={"domain": SOME, "args": [
    (np.array([-200.0, -101.0, -99.0]),), (99.0,), (101.0,)]})
partials("z = special.cosm1(x)", x="-np.sin(x)")
partials("z = special.exp2(x)", x="0.6931471805599453 * z")
partials("z = special.exp10(x)", x="2.302585092994046 * z")
partials("z = special.cbrt(x)", x="1 / (3.0 * z) / z", singular=True, tests=on(x=POSITIVE))
partials("z = special.powm1(x, y)", x="y * np.power(x, y - 1.0)", y="special.xlogy(np.power(x, y), x)",
         tests=on(x=POSITIVE, y=SOME))
partials("z = special.sindg(x)", x="0.017453292519943295 * special.cosdg(x)", tests=on(x=(-80.0, 80.0)))
partials("z = special.cosdg(x)", x="-0.017453292519943295 * special.sindg(x)", tests=on(x=(-80.0, 80.0)))
partials("z = special.tandg(x)", x="0.017453292519943295 * (1.0 + z * z)", tests=on(x=(-70.0, 70.0)))
partials("z = special.cotdg(x)", x="-0.017453292519943295 * (1.0 + z * z)", tests=on(x=(20.0, 80.0)))
partials("z = special.huber(delta, r)", delta="np.maximum(np.abs(r) - delta, 0.0)", r="np.clip(r, -delta, delta)",
         tests=on(delta=POSITIVE, r=(-3.0, 3.0)))
partials("z = special.pseudo_huber(delta, r)", delta="r**4 / (np.hypot(delta, r) * (delta + np.hypot(delta, r)) ** 2)",
         r="r * delta / np.hypot(delta, r)", tests=on(delta=POSITIVE, r=(-3.0, 3.0)))
partials("z = special.boxcox(x, lmbda)", x="np.power(x, lmbda - 1.0)",
         lmbda="0.5 * np.log(x) ** 2 * special.hyp1f1(2.0, 3.0, lmbda * np.log(x))", tests=on(x=POSITIVE, lmbda=SOME))
partials("z = special.boxcox1p(x, lmbda)", x="np.exp((lmbda - 1.0) * np.log1p(x))",
         lmbda="0.5 * np.log1p(x) ** 2 * special.hyp1f1(2.0, 3.0, lmbda * np.log1p(x))", tests=on(x=POSITIVE, lmbda=SOME))

# Gamma functions (DLMF 5.2, 5.12, 5.15) -------------------------------------------------------------------------------

partials("z = special.gamma(x)", singular=True, x="z * special.psi(x)", tests=on(x=POSITIVE) | COMPLEX)
partials("z = special.gammaln(x)", singular=True, x="special.psi(x)", tests=on(x=POSITIVE))
partials("z = special.loggamma(x)", singular=True, x="special.psi(x)", tests=on(x=POSITIVE) | COMPLEX)
partials("z = special.rgamma(x)", x="rgamma_slope(x, z)", tests=on(x=(-1.8, 3.0)) | {"args": [(-2.0,), (0.0,)]})
partials("z = special.psi(x)", singular=True, x="trigamma(x)", tests=on(x=POSITIVE) | {"args": [(np.array([-0.3, -2.6]),)]})
partials("z = special.polygamma(n, x)", singular=True, x="special.polygamma(n + 1, x)", tests={
    "args": [(k, v) for k in (0, 1, 3) for v in (np.array([0.7, 2.3]), 1.5)]})
partials("z = special.zeta(x, q)", q="-x * special.zeta(x + 1.0, q)",
         tests={"domain": {"x": (1.5, 4.0), "q": POSITIVE}, "wrt": ["q"], "rtol": 2e-7})
partials("z = special.beta(a, b)", a="z * (special.psi(a) - special.psi(a + b))", b="z * (special.psi(b) - special.psi(a + b))",
         tests=on(a=POSITIVE, b=POSITIVE))
partials("z = special.betaln(a, b)", a="special.psi(a) - special.psi(a + b)", b="special.psi(b) - special.psi(a + b)",
         tests=on(a=POSITIVE, b=POSITIVE))
partials("z = special.binom(n, k)", n="binom_by_n(n, k, z)", k="binom_by_k(n, k, z)", tests=on(n=(3.1, 5.0), k=(0.3, 2.7)))
partials("z = special.poch(a, m)", a="poch_slope(a, m, z)", m="z * special.psi(a + m)",
         tests=on(a=POSITIVE, m=POSITIVE))
for function in (special.psi, special.rgamma):
    declare(function, real_only=True)


def trigamma(x):
    """The slope of ``psi``, by reflection where ``x`` is negative (DLMF 5.15.6)."""
    positive = x > 0.0
    there = special.zeta(2.0, np.where(positive, x, 1.0 - x))
    turned = np.where(positive, 0.5, x - np.floor(x))  # so that the sine is 0 at the poles
    return np.where(positive, there, (np.pi / np.sin(np.pi * turned)) ** 2 - there)


def rgamma_slope(x, z):
    """``-z psi(x)``, and by reflection (DLMF 5.5.3) a form without poles where ``x`` is small: the product has none, either."""
    small = x < 0.5
    turned = np.where(small, 1.0 - x, 1.0)
    near = special.gamma(turned) * (np.cos(np.pi * x) - np.sin(np.pi * x) * special.psi(turned) / np.pi)
    return np.where(small, near, -product_or_zero(z, special.psi(np.where(small, 1.0, x))))


def poch_slope(a, m, z):
    """``z (psi(a + m) - psi(a))``; where ``gamma(a)`` has a pole, from the left of it (DLMF 5.5.4) or by ``1 / gamma(a)``."""
    pole, other = (a <= 0.0) & (a == np.floor(a)), (a + m <= 0.0) & (a + m == np.floor(a + m))
    ordinary = z * (special.psi(np.where(pole, 1.0, a) + np.where(pole, 0.0, m)) - special.psi(np.where(pole, 1.0, a)))
    both = z * (special.psi(np.where(other, 1.0 - a - m, 1.0)) - special.psi(np.where(pole, 1.0 - a, 1.0)))
    one = special.gamma(np.where(other, 1.0, a + m)) * rgamma_slope(np.where(pole, a, 1.0), 0.0)
    return np.where(pole, np.where(other, both, one), ordinary)


def binom_by_n(n, k, z):
    """By the gamma functions that it is made of; where it is 0, by the slope of the reciprocal ones, which have no poles."""
    at_zero = special.gamma(n + 1.0) * special.rgamma(k + 1.0) * rgamma_slope(n - k + 1.0, 0.0)
    return np.where(z == 0.0, at_zero, z * (special.psi(n + 1.0) - special.psi(n - k + 1.0)))


def binom_by_k(n, k, z):
    """The same by the lower number."""
    above, below = special.rgamma(n - k + 1.0), special.rgamma(k + 1.0)
    turned = rgamma_slope(k + 1.0, below) * above - below * rgamma_slope(n - k + 1.0, above)
    return np.where(z == 0.0, special.gamma(n + 1.0) * turned, z * (special.psi(n - k + 1.0) - special.psi(k + 1.0)))


NAMES.update(binom_by_k=binom_by_k, binom_by_n=binom_by_n, poch_slope=poch_slope, rgamma_slope=rgamma_slope, trigamma=trigamma)


def elementwise(args, kwargs):
    """``infer``: real numbers in the shape of the first argument, whose domain stand-ins may miss."""
    return Array("float64", args[0].dims) if isinstance(args[0], Array) else Scalar("float64", False)


@vjp(special.multigammaln, infer=elementwise)
def multigammaln_vjp(a, d, *, z, z_bar):
    a_bar = z_bar * np.sum(special.psi(np.expand_dims(a, -1) - 0.5 * np.arange(d)), axis=-1)


@vjp(special.factorial)
def factorial_vjp(n, exact=False, *, z, z_bar):
    n_bar = z_bar * z * special.psi(n + 1.0)


# Bessel functions (DLMF 10.6.1, 10.29.1), with respect to the argument ------------------------------------------------

ORDER = {"v": (0.3, 2.5)}


def second_kind(v, x, slope):
    """The slope of a Bessel function of the second kind, which rises from minus infinity at 0."""
    return np.where((x == 0.0) & (v >= 0), np.inf, slope)


def scaled_below(v, x):
    """``ive(v - 1, x)``, for which SciPy has no value where it is infinite, at 0."""
    return np.where(x == 0.0, special.iv(v - 1.0, 0.0), special.ive(v - 1.0, x))


NAMES.update(scaled_below=scaled_below, second_kind=second_kind)
partials("z = special.j0(x)", x="-special.j1(x)")
partials("z = special.j1(x)", x="0.5 * (special.j0(x) - special.jv(2.0, x))")
partials("z = special.jv(v, x)", singular=True, x="0.5 * (special.jv(v - 1.0, x) - special.jv(v + 1.0, x))",
         tests=of_order(ORDER, POSITIVE))
partials("z = special.y0(x)", singular=True, x="-special.y1(x)", tests=on(x=POSITIVE))
partials("z = special.y1(x)", singular=True, x="np.where(x == 0.0, np.inf, special.y0(x) - z / x)", tests=on(x=POSITIVE))
partials("z = special.yn(v, x)", singular=True, x="second_kind(v, x, 0.5 * (special.yn(v - 1, x) - special.yn(v + 1, x)))",
         tests={"args": [(k, v) for k in (0, 1, 3) for v in (np.array([0.7, 2.3]), 1.5)]})
partials("z = special.yv(v, x)", singular=True, x="second_kind(v, x, 0.5 * (special.yv(v - 1.0, x) - special.yv(v + 1.0, x)))",
         tests=of_order(ORDER, POSITIVE))
partials("z = special.i0(x)", x="special.i1(x)")
partials("z = special.i1(x)", x="0.5 * (special.i0(x) + special.iv(2.0, x))")
partials("z = special.iv(v, x)", singular=True, x="0.5 * (special.iv(v - 1.0, x) + special.iv(v + 1.0, x))",
         tests=of_order(ORDER, POSITIVE))
partials("z = special.i0e(x)", x="special.i1e(x) - np.sign(x) * z")
partials("z = special.i1e(x)", x="np.where(x == 0.0, 0.5, special.i0e(x) - np.sign(x) * z - z / x)", singular=True)
partials("z = special.ive(v, x)", singular=True,
         x="0.5 * (scaled_below(v, x) + special.ive(v + 1.0, x)) - np.sign(x) * z", tests=of_order(ORDER, POSITIVE) | {
             "args": [(2.0, np.array([-1.3, 0.7]))]})
partials("z = special.k0(x)", singular=True, x="-special.k1(x)", tests=on(x=POSITIVE))
partials("z = special.k1(x)", singular=True, x="-special.k0(x) - z / x", tests=on(x=POSITIVE))
partials("z = special.k0e(x)", singular=True, x="np.where(x == 0.0, -np.inf, z - special.k1e(x))", tests=on(x=POSITIVE))
partials("z = special.k1e(x)", singular=True, x="np.where(x == 0.0, -np.inf, z - special.k0e(x) - z / x)", tests=on(x=POSITIVE))
partials("z = special.kn(v, x)", singular=True, x="-0.5 * (special.kn(v - 1, x) + special.kn(v + 1, x))",
         tests={"args": [(k, v) for k in (1, 3) for v in (np.array([0.7, 2.3]), 1.5)]})
partials("z = special.kv(v, x)", singular=True, x="-0.5 * (special.kv(v - 1.0, x) + special.kv(v + 1.0, x))",
         tests=of_order(ORDER, POSITIVE))
partials("z = special.kve(v, x)", singular=True, tests=of_order(ORDER, POSITIVE),
         x="np.where(x == 0.0, -np.inf, z - 0.5 * (special.kve(v - 1.0, x) + special.kve(v + 1.0, x)))")
declare(special.ive, real_only=True)


@vjp(special.airy)
def airy_vjp(x, *, z, z_bar):
    """DLMF 9.2.1: both functions satisfy ``w'' = x w``."""
    parts = [0.0 if z_bar[0] is None else z_bar[0] * z[1], 0.0 if z_bar[1] is None else z_bar[1] * x * z[0],
             0.0 if z_bar[2] is None else z_bar[2] * z[3], 0.0 if z_bar[3] is None else z_bar[3] * x * z[2]]
    x_bar = parts[0] + parts[1] + parts[2] + parts[3]


# Hypergeometric functions (DLMF 13.3.15, 15.5.1), elliptic and exponential integrals (19.4, 19.5, 6.2, 8.19.13) ---------

partials("z = special.hyp1f1(a, b, x)", x="np.divide(a, b) * special.hyp1f1(a + 1.0, b + 1.0, x)",
         tests=of_order({"a": POSITIVE, "b": POSITIVE}, SOME))
partials("z = special.hyp0f1(v, x)", x="special.hyp0f1(v + 1.0, x) / v", tests=of_order({"v": POSITIVE}, SOME))
partials("z = special.hyp2f1(a, b, c, x)", x="np.divide(a * b, c) * special.hyp2f1(a + 1.0, b + 1.0, c + 1.0, x)",
         tests={"args": [(0.5, 1.3, 2.1, np.array([-0.6, 0.4])), (1.5, 0.5, 1.0, 0.3)], "wrt": ["x"], "rtol": 2e-7})
AT = {"args": [(np.array([-0.8, 0.3, 0.6]),), (0.4,)]}
partials("z = special.ellipk(x)", singular=True, x="0.39269908169872414 * special.hyp2f1(1.5, 1.5, 2.0, x)", tests=AT)
partials("z = special.ellipe(x)", singular=True, x="-0.39269908169872414 * special.hyp2f1(0.5, 1.5, 2.0, x)", tests=AT)


def elliptic_difference(phi, m, first, second):
    """``(first - second) / m`` of the integrals of both kinds, for small ``m`` by its series: DLMF 19.2.6, 19.5."""
    small = np.abs(m) < 1e-4
    two, four, six = np.sin(2.0 * phi), np.sin(4.0 * phi), np.sin(6.0 * phi)
    series = (0.5 * phi - 0.25 * two + 0.5 * m * (0.375 * phi - 0.25 * two + four / 32.0)
              + 0.375 * m * m * (0.3125 * phi - 0.234375 * two + 0.046875 * four - six / 192.0))
    return np.where(small, series, (first - second) / np.where(small, 1.0, m))


NAMES["elliptic_difference"] = elliptic_difference
partials("z = special.ellipkinc(phi, m)", phi="1 / np.sqrt(1.0 - m * np.sin(phi) ** 2)",
         m="(z - elliptic_difference(phi, m, z, special.ellipeinc(phi, m))"
           " - 0.5 * np.sin(2.0 * phi) / np.sqrt(1.0 - m * np.sin(phi) ** 2)) / (2.0 * np.subtract(1.0, m))",
         tests=on(phi=(0.2, 1.4), m=(0.2, 0.8)) | {"args": [(np.array([0.3, 1.1]), np.array([0.0, -3e-5]))]})
partials("z = special.ellipeinc(phi, m)", phi="np.sqrt(1.0 - m * np.sin(phi) ** 2)",
         m="-0.5 * elliptic_difference(phi, m, special.ellipkinc(phi, m), z)",
         tests=on(phi=(0.2, 1.4), m=(0.2, 0.8)) | {"args": [(np.array([0.3, 1.1]), np.array([0.0, -3e-5]))]})


def integral_before(n, x, z):
    """The exponential integral of the order before that of ``z`` (DLMF 8.19.13); SciPy has none before 0."""
    return np.where(n == 0, z * (1.0 + np.divide(1.0, x)), special.expn(np.maximum(n - 1, 0), x))


NAMES["integral_before"] = integral_before
partials("z = special.expi(x)", singular=True, x="np.exp(x) / x", tests=on(x=POSITIVE))
partials("z = special.exp1(x)", singular=True, x="-np.exp(-x) / x", tests=on(x=POSITIVE))
partials("z = special.expn(n, x)", singular=True, x="-integral_before(n, x, z)",
         tests={"args": [(k, v) for k in (1, 3) for v in (np.array([0.7, 2.3]), 1.5)]})
partials("z = special.spence(x)", x="-1 / special.exprel(np.log(x))", tests=on(x=POSITIVE))


@vjp(special.sici)
def sici_vjp(x, *, z, z_bar):
    """``sin(x) / x`` and ``cos(x) / x``, which are 0 at infinity."""
    infinite = np.isinf(x)
    x = np.where(infinite, 1.0, x)
    sine_bar = 0.0 if z_bar[0] is None else z_bar[0] * np.where(infinite, 0.0, np.sinc(x / np.pi))
    x_bar = sine_bar if z_bar[1] is None else sine_bar + z_bar[1] * np.where(infinite, 0.0, np.cos(x) / x)


@vjp(special.shichi)
def shichi_vjp(x, *, z, z_bar):
    sine_bar = 0.0 if z_bar[0] is None else z_bar[0] * 0.5 * (special.exprel(x) + special.exprel(-x))
    x_bar = sine_bar if z_bar[1] is None else sine_bar + z_bar[1] * np.cosh(x) / x


# Sums of exponentials -------------------------------------------------------------------------------------------------


@vjp(special.softmax)
def softmax_vjp(x, axis=None, *, z, z_bar):
    x_bar = z * (z_bar - np.sum(z_bar * z, axis=axis, keepdims=True))


@vjp(shares)
def shares_vjp(weights, axis, *, z, z_bar):
    """A share that is 0 adds nothing to what the sum is worth, however steep the result is there."""
    together = np.sum(product_or_zero(z, z_bar), axis=axis, keepdims=True)
    weights_bar = (z_bar - together) / np.sum(weights, axis=axis, keepdims=True)


@vjp(special.log_softmax)
def log_softmax_vjp(x, axis=None, *, z, z_bar):
    x_bar = z_bar - np.exp(z) * np.sum(z_bar, axis=axis, keepdims=True)


@vjp(special.logsumexp)
def logsumexp_vjp(a, axis=None, b=None, keepdims=False, *, z, z_bar):
    """The weight ``b * exp(a - z)``; terms that are zero (``a`` is ``-inf``) have none, infinite ones share it evenly."""
    top = np.where(a == -np.inf, 0.0, spread(z, a, axis, keepdims))
    weight, each_bar = share(a, top, axis, True, np.exp(a - top)), spread(z_bar, a, axis, keepdims)
    if b is None:
        a_bar = each_bar * weight
    else:
        a_bar = unbroadcast(each_bar * product_or_zero(b, weight), a)
        b_bar = unbroadcast(each_bar * weight, b)


zero(special.gammasgn)
