"""Rules of the distribution functions of ``scipy.special``, and of its functions of counts and of inverses.

Densities are those of Abramowitz and Stegun 1964, chapter 26; Lambert's function is that of Corless, Gonnet, Hare, Jeffrey and
Knuth 1996, the profile of Voigt that of DLMF 7.19.
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import re

import numpy as np
from scipy import special

from ...runtime.helpers import product_or_zero
from ..notation import NAMES, declare, partials, vjp
from .incomplete import beta_density, betainc_rate
from .special import POSITIVE, SOME, UNIT, of_order, on

NO_CLOSED_FORM = "that derivative has no closed form"


def distribution_function(name, density, complement="", inverse="", **rates):
    """Declare the rules of a distribution function, of what it leaves of 1, and of the inverse of that.

    ``density`` is the derivative of the first by ``x``, ``rates`` are those by its parameters over the density.
    """
    parameters = list(rates)
    given = ", ".join([*parameters, "x"])
    tests = on(**dict.fromkeys(parameters, (0.6, 3.0)), x=POSITIVE)
    for made, sign in ((name, ""), (complement, "-")):
        moved = {p: f"{sign}({text}) * {density}" for p, text in rates.items()}
        partials(f"z = special.{made}({given})", x=f"{sign}{density}", **moved, singular=True, tests=tests)
    made, sign = inverse
    moved = {p: "-" + re.sub(r"\bx\b", "z", f"({text})") for p, text in rates.items()}
    there = re.sub(r"\bx\b", "z", density)
    partials(f"z = special.{made}({given})", x=f"{sign}1 / {there}", **moved, singular=True, tests=tests | on(
        **dict.fromkeys(parameters, (0.6, 3.0)), x=UNIT))


def f_rate(dfn, dfd, x, sign):
    """The derivative of Fisher's distribution function by ``dfn``, or by ``dfd`` with the other ``sign``, over its density."""
    whole = dfn * x + dfd
    if sign == 1:
        return 0.5 * betainc_rate(0.5 * dfn, 0.5 * dfd, dfn * x / whole, dfd / whole) * whole * whole / (dfn * dfd) + x / dfn
    return -0.5 * betainc_rate(0.5 * dfd, 0.5 * dfn, dfd / whole, dfn * x / whole) * whole * whole / (dfn * dfd) - x / dfd


def f_density(dfn, dfd, x):
    """The density of Fisher's distribution (Abramowitz and Stegun 1964, 26.6.2)."""
    whole = dfn * x + dfd
    return beta_density(0.5 * dfn, 0.5 * dfd, dfn * x / whole, dfd / whole) * dfn * dfd / (whole * whole)


NAMES.update(f_rate=f_rate, f_density=f_density)
distribution_function("fdtr", "f_density(dfn, dfd, x)", "fdtrc", ("fdtri", ""), dfn="f_rate(dfn, dfd, x, 1)",
                      dfd="f_rate(dfn, dfd, x, -1)")
distribution_function("chdtr", "(0.5 * gamma_density(0.5 * v, 0.5 * x))", "chdtrc", ("chdtri", "-"),
                      v="gammainc_rate(0.5 * v, 0.5 * x)")
partials("z = special.stdtr(df, x)", df="student_rate(df, x) * t_density(df, x)", x="t_density(df, x)",
         tests=on(df=(0.6, 3.0), x=SOME))
partials("z = special.stdtrit(df, p)", df="-student_rate(df, z)", p="1 / t_density(df, z)", tests=on(df=(0.6, 3.0), p=UNIT))
for name, sign in (("gdtr", ""), ("gdtrc", "-")):
    partials(f"z = special.{name}(a, b, x)", a=f"{sign}x * gamma_density(b, a * x)", b=f"{sign}gammainc_slope(b, a * x)",
             x=f"{sign}a * gamma_density(b, a * x)", singular=True, tests=on(a=POSITIVE, b=(0.6, 3.0), x=POSITIVE))

# Counts, whose parameter is the only one with a derivative ----------------------------------------------------------------

POISSON = "np.exp(special.xlogy(np.floor(k), m) - m - special.gammaln(np.floor(k) + 1.0))"
BINOMIAL = "np.exp(special.xlogy(np.floor(k), p) + special.xlog1py(n - np.floor(k) - 1.0, -p)" \
           " - special.betaln(n - np.floor(k), np.floor(k) + 1.0))"
NEGATIVE = "np.exp(special.xlogy(n - 1.0, p) + special.xlog1py(np.floor(k), -p) - special.betaln(n, np.floor(k) + 1.0))"
TRIED = (np.array([0.3, 0.6]), 0.4)
for name, sign in (("pdtr", "-"), ("pdtrc", "")):
    partials(f"z = special.{name}(k, m)", m=sign + POISSON, tests={"args": [(2.0, x) for x in TRIED], "wrt": ["m"]})
for name, sign in (("bdtr", "-"), ("bdtrc", "")):
    partials(f"z = special.{name}(k, n, p)", p=sign + BINOMIAL, tests={"args": [(1.0, 4, x) for x in TRIED], "wrt": ["p"]})
for name, sign in (("nbdtr", ""), ("nbdtrc", "-")):
    partials(f"z = special.{name}(k, n, p)", p=sign + NEGATIVE, tests={"args": [(1.0, 4.0, x) for x in TRIED], "wrt": ["p"]})


BETWEEN = on(N=(5.1, 7.0), k=(0.3, 3.7))
partials("z = special.comb(N, k)", N="z * (special.psi(N + 1.0) - special.psi(N - k + 1.0))",
         k="z * (special.psi(N - k + 1.0) - special.psi(k + 1.0))", tests=BETWEEN)
partials("z = special.perm(N, k)", N="z * (special.psi(N + 1.0) - special.psi(N - k + 1.0))", k="z * special.psi(N - k + 1.0)",
         tests=BETWEEN)


# Inverses ---------------------------------------------------------------------------------------------------------------


@vjp(special.lambertw)
def lambertw_vjp(x, k=0, tol=1e-8, *, z, z_bar):
    x_bar = z_bar / (x + np.exp(z))


partials("z = special.wrightomega(x)", x="z / (1.0 + z)", tests={"args": [(np.array([0.3 + 0.4j, -0.5 + 1.2j]),)]})


def log1p_ratio_slope(c, u):
    """The slope of ``log(1 + c u) / c`` by ``c``, by its power series where the terms would cancel."""
    w = c * u
    small = np.abs(w) < 0.02
    v = np.where(small, w, 0.0)
    inner = -0.5 + v * (2 / 3 - v * (3 / 4 - v * (4 / 5 - v * (5 / 6 - v * (6 / 7 - v * (7 / 8 - v * 8 / 9))))))
    away = np.where(small, 1.0, w)
    return u * u * np.where(small, inner, (away / (1.0 + away) - np.log1p(away)) / (away * away))


NAMES["log1p_ratio_slope"] = log1p_ratio_slope
for name, power in (("inv_boxcox", "z"), ("inv_boxcox1p", "(1.0 + z)")):
    partials(f"z = special.{name}(y, lmbda)", y=f"{power} / (1.0 + lmbda * y)", lmbda=f"{power} * log1p_ratio_slope(lmbda, y)",
             tests=on(y=UNIT, lmbda=(-0.8, 1.9)) | {"args": [(np.array([0.3, 0.7]), np.array([0.0, -1e-3]))]})

# Others -----------------------------------------------------------------------------------------------------------------

partials("z = special.softplus(x)", x="special.expit(x)")
partials("z = special.hyperu(a, b, x)", x="-a * special.hyperu(a + 1.0, b + 1.0, x)",
         tests=of_order({"a": POSITIVE, "b": (0.3, 0.8)}, POSITIVE))
partials("z = special.wright_bessel(a, b, x)", x="special.wright_bessel(a, a + b, x)",
         tests=of_order({"a": POSITIVE, "b": POSITIVE}, POSITIVE))
partials("z = special.log_wright_bessel(a, b, x)", x="np.exp(special.log_wright_bessel(a, a + b, x) - z)",
         tests=of_order({"a": POSITIVE, "b": POSITIVE}, POSITIVE))
MEAN = "special.hyp2f1(1.5, 1.5, 2.0, 1.0 - np.divide({1} * {1}, {0} * {0})) * 0.5 * {1} * z * z / ({0} * {0} * {0})"
partials("z = special.agm(a, b)", a=MEAN.format("b", "a"), b=MEAN.format("a", "b"),
         tests={"args": [(np.array([0.8, 1.5]), np.array([1.1, 0.9])), (1.0, 1.0)], "rtol": 2e-7})


def ellipkm1_slope(p, z):
    """The slope of ``ellipk(1 - p)``: DLMF 19.4.1, and near ``p = 1``, where that cancels, 19.5.1."""
    far = p > 0.5
    near_zero = np.where(far, 0.25, p)
    small = (special.ellipe(1.0 - near_zero) - product_or_zero(near_zero, z)) / (2.0 * near_zero * (1.0 - near_zero))
    large = 0.39269908169872414 * special.hyp2f1(1.5, 1.5, 2.0, np.where(far, 1.0 - p, 0.0))
    return -np.where(far, large, small)


def voigt_slope(x, sigma, gamma):
    """The derivative of Faddeeva's function where that of Voigt is its real part: DLMF 7.10.2."""
    place = (x + 1j * gamma) / (1.4142135623730951 * sigma)
    return 1.1283791670955126j - 2.0 * place * special.wofz(place)


NAMES.update(ellipkm1_slope=ellipkm1_slope, voigt_slope=voigt_slope)
partials("z = special.ellipkm1(p)", p="ellipkm1_slope(p, z)", tests={"args": [(np.array([0.1, 0.4, 1.0, 1.4]),)]})
SHARE = "0.28209479177387814 / (sigma * sigma)"
partials("z = special.voigt_profile(x, sigma, gamma)", x=f"np.real(voigt_slope(x, sigma, gamma)) * {SHARE}",
         gamma=f"-np.imag(voigt_slope(x, sigma, gamma)) * {SHARE}",
         sigma=f"-(z + (x * np.real(voigt_slope(x, sigma, gamma)) - gamma * np.imag(voigt_slope(x, sigma, gamma))) * {SHARE})"
               " / sigma", tests=on(x=SOME, sigma=(0.5, 1.5), gamma=(0.3, 1.2)))

for fn in (special.hyp1f1, special.hyp0f1, special.hyp2f1, special.hyperu, special.wright_bessel, special.log_wright_bessel,
           special.zeta):
    declare(fn, unsaid=NO_CLOSED_FORM)
for fn in (special.pdtr, special.pdtrc, special.bdtr, special.bdtrc, special.nbdtr, special.nbdtrc, special.polygamma,
           special.expn):
    declare(fn, unsaid="it is defined at whole numbers")
