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
from ..solving import completed, on_lower
from . import stats as _stats

assert _stats


def dimension(mean, cov):
    """How many numbers a vector has: as SciPy takes it from its parameters."""
    if mean is not None:
        return np.size(mean)
    return cov.shape[0] if np.ndim(cov) == 2 else 1


def matrix_of(cov, size):
    """The covariance as a matrix: it is read below, or given as the diagonal, or as a number in all of this."""
    if np.ndim(cov) == 2:
        return completed(cov)
    return np.diag(cov) if np.ndim(cov) == 1 else cov * np.eye(size)


def given_part(bar, cov):
    """The cotangent of what ``matrix_of`` has made a matrix."""
    if np.ndim(cov) == 2:
        return on_lower(bar)
    return np.diagonal(bar) if np.ndim(cov) == 1 else np.trace(bar)


def refuse_singular(allow_singular):
    if allow_singular:
        raise RuleError("a multivariate normal distribution with `allow_singular` has no rule")


def normal_bars(x, mean, cov, weight):
    """The cotangents of a multivariate normal density, whose logarithm has the cotangent ``weight``."""
    size = dimension(mean, cov)
    precision = np.linalg.inv(matrix_of(cov, size))
    places = x if np.ndim(x) > 1 else np.reshape(x, (-1, size))
    force = (places if mean is None else places - mean) @ precision
    each = np.reshape(weight, (*force.shape[:-1], 1)) * force
    outer = np.reshape(force, (-1, size)).T @ np.reshape(each, (-1, size))
    cov_bar = given_part(0.5 * (outer - np.sum(weight) * precision), cov)
    x_bar = unbroadcast(each, x) if np.ndim(x) > 1 else like(each, x)
    return -x_bar, None if mean is None else unbroadcast(each, mean), cov_bar


@vjp(stats.multivariate_normal.logpdf, "stats.multivariate_normal.logpdf")
def normal_logpdf_vjp(x, mean=None, cov=1, allow_singular=False, *, z, z_bar):
    refuse_singular(allow_singular)
    x_bar, mean_bar, cov_bar = normal_bars(x, mean, cov, z_bar)


@vjp(stats.multivariate_normal.pdf, "stats.multivariate_normal.pdf")
def normal_pdf_vjp(x, mean=None, cov=1, allow_singular=False, *, z, z_bar):
    refuse_singular(allow_singular)
    x_bar, mean_bar, cov_bar = normal_bars(x, mean, cov, z_bar * z)


@vjp(stats.multivariate_normal.entropy, "stats.multivariate_normal.entropy")
def normal_entropy_vjp(mean=None, cov=1, *, z, z_bar):
    """Half the logarithm of ``det(2 pi e cov)``, wherever the mean is."""
    mean_bar = None
    cov_bar = given_part(0.5 * z_bar * np.linalg.inv(matrix_of(cov, dimension(mean, cov))), cov)


def density_type(args, kwargs):
    """``infer``: stand-ins do not sum up to one."""
    if not isinstance(args[0], Array) or len(args[0].dims) != 1:
        return None
    single = all(isinstance(a, Array) and a.dtype == "float32" for a in args)
    return Scalar("float32" if single else "float64", False)


def densities_type(args, kwargs):
    """``infer``: one for each column, where there are several."""
    x = args[0]
    one = density_type([Array(x.dtype, x.dims[:1]), *args[1:]], kwargs) if isinstance(x, Array) else None
    return Array(one.dtype, x.dims[1:]) if one is not None and len(x.dims) == 2 else density_type(args, kwargs)


def dirichlet_bars(x, alpha, weight):
    """``weight`` times ``(alpha - 1) / x`` and ``log(x) - psi(alpha) + psi(sum(alpha))``, the slopes of the logarithm.

    The last row of ``x``, whose columns are the places, may be left out: it is what the others leave of one.
    """
    missing = np.size(alpha) - np.shape(x)[0]
    whole = np.concatenate([x, 1.0 - np.sum(x, axis=0, keepdims=True)])[:np.size(alpha)]
    powers, shapes = alpha - 1.0, special.psi(np.sum(alpha)) - special.psi(alpha)
    if x.ndim == 2:
        powers, shapes = np.expand_dims(powers, 1), np.expand_dims(shapes, 1)
    slopes = weight * powers / whole
    alpha_bar = weight * (np.log(whole) + shapes)
    return slopes[:np.shape(x)[0]] - missing * slopes[-1], alpha_bar if x.ndim == 1 else np.sum(alpha_bar, axis=1)


@vjp(stats.dirichlet.logpdf, "stats.dirichlet.logpdf", infer=densities_type)
def dirichlet_logpdf_vjp(x, alpha, *, z, z_bar):
    """See ``dirichlet_bars``."""
    x_bar, alpha_bar = dirichlet_bars(x, alpha, z_bar)


@vjp(stats.dirichlet.pdf, "stats.dirichlet.pdf", infer=densities_type)
def dirichlet_pdf_vjp(x, alpha, *, z, z_bar):
    """The slope of the logarithm times the density."""
    x_bar, alpha_bar = dirichlet_bars(x, alpha, z_bar * z)


@vjp(stats.dirichlet.entropy, "stats.dirichlet.entropy")
def dirichlet_entropy_vjp(alpha, *, z, z_bar):
    """The slopes of ``log(B(alpha)) + (sum(alpha) - n) psi(sum(alpha)) - sum((alpha - 1) psi(alpha))``."""
    total = np.sum(alpha)
    alpha_bar = z_bar * ((total - np.size(alpha)) * special.polygamma(1, total) - (alpha - 1.0) * special.polygamma(1, alpha))


@vjp(stats.dirichlet.mean, "stats.dirichlet.mean")
def dirichlet_mean_vjp(alpha, *, z, z_bar):
    """``alpha / sum(alpha)``"""
    alpha_bar = (z_bar - np.sum(z_bar * z)) / np.sum(alpha)


@vjp(stats.dirichlet.var, "stats.dirichlet.var")
def dirichlet_var_vjp(alpha, *, z, z_bar):
    """``mean * (1 - mean) / (1 + sum(alpha))``"""
    total = np.sum(alpha)
    mean = alpha / total
    mean_bar = z_bar * (1.0 - 2.0 * mean) / (1.0 + total)
    alpha_bar = (mean_bar - np.sum(mean_bar * mean)) / total - np.sum(z_bar * z) / (1.0 + total)


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
