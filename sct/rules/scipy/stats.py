"""Rules of the distributions of ``scipy.stats``, from one line each: the slope of the logarithm of the standard density.

``u`` stands for ``(x - loc) / scale``.  Densities, cumulative functions, their logarithms and quantiles follow by the chain
rule.  Where a density is zero, so is its derivative, and that of its logarithm is taken for zero.  Shape parameters of
cumulative functions have a derivative where it has a closed form, and are refused elsewhere.
"""


# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import re

import numpy as np
from scipy import special, stats

from ...errors import RuleError
from ...ir.types import Array, Scalar
from ...runtime.helpers import unbroadcast
from ..indexing import like
from ..notation import NAMES, area, partials, vjp
from ..solving import on_lower
from . import special as _special

assert _special
area("stats", stats)


def standard(x, loc, scale):
    """The argument of the standard distribution."""
    moved = x if isinstance(loc, int) and loc == 0 else x - loc
    return moved if isinstance(scale, int) and scale == 1 else moved / scale


def within(u, inside):
    """``u``, where the density is zero some number at which its slopes are numbers."""
    return np.where(inside, u, 0.5)


NAMES.update(standard=standard, within=within)


def inside_of(text):
    """A formula in ``u`` where the support is to the right of ``loc``."""
    return re.sub(r"\bu\b", "within(standard(x, loc, scale), x > loc)", text)


def distribution(name, slope, *, everywhere=False, cumulative=None, domain=(0.2, 0.8), **of_shape):
    """Declare the rules of a continuous distribution.

    ``slope`` is the derivative of the logarithm of the standard density by ``u``, ``of_shape`` are those by the shape
    parameters, ``cumulative`` those of the cumulative function divided by the density; ``everywhere`` says that none is zero.
    """
    given = ", ".join(["x", *of_shape, "loc=0", "scale=1"])
    passed = ", ".join(["x", *of_shape, "loc", "scale"])
    density = f"stats.{name}.pdf({passed})"
    tests = {"domain": {"x": domain, **dict.fromkeys(of_shape, (1.5, 3.0))}, "rtol": 1e-6}
    tests["wrt"] = ["x", "loc", "scale", *(cumulative or {})]

    def term(text, inside):
        u = "standard(x, loc, scale)" if everywhere else f"within(standard(x, loc, scale), {inside})"
        text = re.sub(r"\bu\b", u, text)
        return f"({text})" if everywhere else f"np.where({inside}, {text}, 0.0)"

    for method, factor, inside in (("pdf", "z * ", "z > 0.0"), ("logpdf", "", "z > -np.inf")):
        along = f"{factor}{term(slope, inside)} / scale"
        partials(f"z = stats.{name}.{method}({given})", x=along, loc=f"-{along}",
                 tests=tests | {"wrt": ["x", "loc", "scale", *of_shape]},
                 scale=f"-{factor}{term(f'1.0 + u * ({slope})', inside)} / scale",
                 **{s: factor + term(text, inside) for s, text in of_shape.items()})
    ratio = f"np.exp(stats.{name}.logpdf({passed}) - z)"
    for method, rate in (("cdf", density), ("sf", f"-{density}"), ("logcdf", ratio), ("logsf", f"-{ratio}")):
        sign = "" if rate.startswith("-") else "-"
        bare = rate.lstrip("-")
        partials(f"z = stats.{name}.{method}({given})", x=rate, loc=f"{sign}{bare}", tests=tests,
                 scale=f"{sign}{bare} * standard(x, loc, scale)",
                 **{s: f"{rate} * scale * ({inside_of(text)})" for s, text in (cumulative or {}).items()})
    at = passed.replace("x", "z", 1)
    for method, sign in (("ppf", ""), ("isf", "-")):
        partials(f"z = stats.{name}.{method}({given})", x=f"{sign}1 / stats.{name}.pdf({at})", loc="1",
                 scale="standard(z, loc, scale)",
                 tests=tests | {"domain": tests["domain"] | {"x": (0.2, 0.8)}, "wrt": ["x", "loc", "scale"]})


distribution("norm", "-u", everywhere=True)
distribution("t", "-(df + 1.0) * u / (df + u * u)", everywhere=True,
             df="0.5 * (special.psi(0.5 * df + 0.5) - special.psi(0.5 * df) - 1.0 / df - np.log1p(u * u / df)"
                " + (df + 1.0) * u * u / (df * (df + u * u)))")
distribution("laplace", "-np.sign(u)", everywhere=True)
distribution("cauchy", "-2.0 * u / (1.0 + u * u)", everywhere=True)
distribution("logistic", "-np.tanh(0.5 * u)", everywhere=True)
distribution("gumbel_r", "np.exp(-u) - 1.0", everywhere=True)
distribution("uniform", "0.0 * u")
distribution("expon", "0.0 * u - 1.0")
distribution("halfnorm", "-u")
distribution("rayleigh", "1.0 / u - u")
distribution("gamma", "(a - 1.0) / u - 1.0", a="np.log(u) - special.psi(a)")
distribution("invgamma", "(1.0 / u - a - 1.0) / u", a="-np.log(u) - special.psi(a)")
distribution("chi2", "(0.5 * df - 1.0) / u - 0.5", df="0.5 * (np.log(0.5 * u) - special.psi(0.5 * df))")
distribution("beta", "(a - 1.0) / u - (b - 1.0) / (1.0 - u)", a="np.log(u) - special.psi(a) + special.psi(a + b)",
             b="np.log1p(-u) - special.psi(b) + special.psi(a + b)")
distribution("lognorm", "-(1.0 + np.log(u) / (s * s)) / u", s="(np.log(u) ** 2 / (s * s) - 1.0) / s",
             cumulative={"s": "-u * np.log(u) / s"})
distribution("weibull_min", "(c - 1.0 - c * u ** c) / u", c="1.0 / c + np.log(u) * (1.0 - u ** c)",
             cumulative={"c": "u * np.log(u) / c"})
distribution("pareto", "-(b + 1.0) / u", b="1.0 / b - np.log(u)", cumulative={"b": "u * np.log(u) / b"}, domain=(2.0, 3.0))


# Discrete distributions: derivatives by their parameters --------------------------------------------------------------

COUNTS = {"args": [(np.array([0.0, 2.0, 3.0]), np.array([0.7, 1.5, 2.2])),
                   (np.array([2.0, -1.0]), 1.3, 1)], "wrt": ["mu"]}
partials("z = stats.poisson.pmf(k, mu, loc=0)", mu="z * ((k - loc) / mu - 1.0)", tests=COUNTS)
partials("z = stats.poisson.logpmf(k, mu, loc=0)", mu="np.where(z > -np.inf, (k - loc) / mu - 1.0, 0.0)", tests=COUNTS)
partials("z = stats.poisson.cdf(k, mu, loc=0)", mu="-stats.poisson.pmf(np.floor(k), mu, loc)", tests=COUNTS)
partials("z = stats.poisson.sf(k, mu, loc=0)", mu="stats.poisson.pmf(np.floor(k), mu, loc)", tests=COUNTS)
CHANCES = {"args": [(np.array([0.0, 1.0]), np.array([0.3, 0.6])), (np.array([1.0, 2.0, -1.0]), 0.4, 1)], "wrt": ["p"]}
partials("z = stats.bernoulli.pmf(k, p, loc=0)", p="z * (k - loc - p) / (p * (1.0 - p))", tests=CHANCES)
partials("z = stats.bernoulli.logpmf(k, p, loc=0)", p="np.where(z > -np.inf, (k - loc - p) / (p * (1.0 - p)), 0.0)",
         tests=CHANCES)
DRAWN = {"args": [(np.array([0.0, 2.0, 4.0]), 4, np.array([0.3, 0.6, 0.2])),
                  (np.array([1.0, 3.0, 7.0]), 4, 0.4, 1)], "wrt": ["p"]}
partials("z = stats.binom.pmf(k, n, p, loc=0)", p="z * (k - loc - n * p) / (p * (1.0 - p))", tests=DRAWN)
partials("z = stats.binom.logpmf(k, n, p, loc=0)", p="np.where(z > -np.inf, (k - loc - n * p) / (p * (1.0 - p)), 0.0)",
         tests=DRAWN)


# Distributions of vectors ---------------------------------------------------------------------------------------------


def normal_bars(x, mean, cov, allow_singular, weight):
    """The cotangents of a multivariate normal density, whose logarithm has the cotangent ``weight``; ``cov`` is read below."""
    if mean is None or np.ndim(cov) != 2 or np.ndim(x) == 0 or np.ndim(mean) == 0 or allow_singular:
        raise RuleError("a multivariate normal density has a rule for vectors with a given mean and a regular covariance")
    precision = np.linalg.inv(cov)
    force = (x - mean) @ precision
    each = np.expand_dims(weight, -1) * force
    outer = force.T @ each if x.ndim == 2 else np.outer(force, each)
    cov_bar = on_lower(0.5 * (outer - np.sum(weight) * precision))
    return -each, unbroadcast(each, mean), cov_bar


@vjp(stats.multivariate_normal.logpdf, "stats.multivariate_normal.logpdf")
def normal_logpdf_vjp(x, mean=None, cov=1, allow_singular=False, *, z, z_bar):
    x_bar, mean_bar, cov_bar = normal_bars(x, mean, cov, allow_singular, z_bar)


@vjp(stats.multivariate_normal.pdf, "stats.multivariate_normal.pdf")
def normal_pdf_vjp(x, mean=None, cov=1, allow_singular=False, *, z, z_bar):
    x_bar, mean_bar, cov_bar = normal_bars(x, mean, cov, allow_singular, z_bar * z)


def density_type(args, kwargs):
    """``infer``: stand-ins do not sum up to one."""
    return Scalar("float64", False) if isinstance(args[0], Array) and len(args[0].dims) == 1 else None


def dirichlet_bars(x, alpha, weight):
    return like(weight * (alpha - 1.0) / x, x), weight * (np.log(x) - special.psi(alpha) + special.psi(np.sum(alpha)))


@vjp(stats.dirichlet.logpdf, "stats.dirichlet.logpdf", infer=density_type)
def dirichlet_logpdf_vjp(x, alpha, *, z, z_bar):
    if x.ndim != 1:
        raise RuleError("the density of a Dirichlet distribution has a rule for one vector at a time")
    x_bar, alpha_bar = dirichlet_bars(x, alpha, z_bar)


@vjp(stats.dirichlet.pdf, "stats.dirichlet.pdf", infer=density_type)
def dirichlet_pdf_vjp(x, alpha, *, z, z_bar):
    if x.ndim != 1:
        raise RuleError("the density of a Dirichlet distribution has a rule for one vector at a time")
    x_bar, alpha_bar = dirichlet_bars(x, alpha, z_bar * z)
