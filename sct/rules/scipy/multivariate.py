"""Rules of the distributions of vectors of ``scipy.stats``."""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np
from scipy import special, stats

from ...errors import RuleError
from ...ir.types import Array, Scalar
from ...runtime.helpers import unbroadcast
from ..indexing import like
from ..notation import vjp
from ..solving import on_lower
from . import stats as _stats

assert _stats


def normal_bars(x, mean, cov, allow_singular, weight):
    """The cotangents of a multivariate normal density, whose logarithm has the cotangent ``weight``; ``cov`` is read below."""
    if mean is None or np.ndim(cov) != 2 or np.ndim(x) == 0 or np.ndim(mean) == 0 or allow_singular:
        raise RuleError("a multivariate normal density has a rule for vectors with a given `mean`, a matrix `cov` "
                        "and no `allow_singular`")
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
    if not isinstance(args[0], Array) or len(args[0].dims) != 1:
        return None
    single = all(isinstance(a, Array) and a.dtype == "float32" for a in args)
    return Scalar("float32" if single else "float64", False)


def dirichlet_bars(x, alpha, weight):
    """``weight`` times ``(alpha - 1) / x`` and ``log(x) - psi(alpha) + psi(sum(alpha))``, the slopes of the logarithm."""
    return like(weight * (alpha - 1.0) / x, x), weight * (np.log(x) - special.psi(alpha) + special.psi(np.sum(alpha)))


@vjp(stats.dirichlet.logpdf, "stats.dirichlet.logpdf", infer=density_type)
def dirichlet_logpdf_vjp(x, alpha, *, z, z_bar):
    """See ``dirichlet_bars``."""
    if x.ndim != 1:
        raise RuleError("the density of a Dirichlet distribution has a rule for one vector at a time")
    x_bar, alpha_bar = dirichlet_bars(x, alpha, z_bar)


@vjp(stats.dirichlet.pdf, "stats.dirichlet.pdf", infer=density_type)
def dirichlet_pdf_vjp(x, alpha, *, z, z_bar):
    """The slope of the logarithm times the density."""
    if x.ndim != 1:
        raise RuleError("the density of a Dirichlet distribution has a rule for one vector at a time")
    x_bar, alpha_bar = dirichlet_bars(x, alpha, z_bar * z)


def multinomial_bars(x, p, weight):
    """The last probability is what the others leave, whatever is given for it."""
    counts = np.asarray(x)
    if counts.ndim != 1 or p.ndim != 1:
        raise RuleError("the probabilities of a multinomial distribution have a rule for one vector at a time")
    ratio = counts / np.where(counts == 0, 1.0, p)
    return weight * (ratio - ratio[-1])


@vjp(stats.multinomial.logpmf, "stats.multinomial.logpmf", infer=density_type)
def multinomial_logpmf_vjp(x, n, p, *, z, z_bar):
    p_bar = multinomial_bars(x, p, z_bar)


@vjp(stats.multinomial.pmf, "stats.multinomial.pmf", infer=density_type)
def multinomial_pmf_vjp(x, n, p, *, z, z_bar):
    p_bar = multinomial_bars(x, p, z_bar * z)
