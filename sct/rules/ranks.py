"""Rules of the order statistics: a quantile is a mean of two neighbours by rank, with weights that the values do not change.

With ``t`` as the rank of the quantile (Hyndman and Fan, Sample Quantiles in Statistical Packages, The American Statistician 50,
1996), the element of rank ``r`` has the weight ``max(0, 1 - |r - t|)``.  Of equal elements the sort tells which has which rank.
At a rank of its own a quantile has the slope by ``q`` on the right.
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from ..errors import RuleError
from .indexing import flat, like, normal_axes, other_axes, static, total
from .notation import vjp
from .reductions import extremal
from .selecting import ranks

PLOTTING = {
    "linear": (1.0, 1.0), "weibull": (0.0, 0.0), "hazen": (0.5, 0.5), "median_unbiased": (1 / 3, 1 / 3),
    "normal_unbiased": (3 / 8, 3 / 8), "interpolated_inverted_cdf": (0.0, 1.0),
}
"""The continuous methods by their two parameters."""


@static
def plotting(method):
    """The parameters of a method; those of the ones that round are the parameters of ``linear``."""
    return PLOTTING.get(method, (1.0, 1.0))


def rank_of(q, n, method):
    """The rank, counted from 0, of the quantile ``q`` of ``n`` elements: it may lie between those of two elements."""
    if method == "inverted_cdf":
        return np.maximum(np.ceil(n * q) - 1.0, 0.0)
    alpha, beta = plotting(method)
    t = (n - 1) * q if alpha == beta == 1.0 else np.clip(n * q + (alpha + q * (1.0 - alpha - beta)) - 1.0, 0.0, n - 1.0)
    if method == "lower":
        return np.floor(t)
    if method == "higher":
        return np.ceil(t)
    if method == "nearest":
        return np.rint(t)
    if method == "midpoint":
        return 0.5 * (np.floor(t) + np.ceil(t))
    return t


@static
def is_continuous(method):
    """Whether a quantile moves with its level; else it stands still but for jumps."""
    return method in PLOTTING


@static
def has_rank(method):
    """Whether ``rank_of`` knows the method."""
    return method in (*PLOTTING, "inverted_cdf", "lower", "higher", "nearest", "midpoint")


def in_rows(a, axis):
    """The elements among which quantiles are taken as the last axis of an array."""
    if len(normal_axes(axis, a.ndim)) == a.ndim:
        return flat(a)
    kept = other_axes(axis, a.ndim)
    moved = a if kept == tuple(range(len(kept))) else np.transpose(a, kept + normal_axes(axis, a.ndim))
    return moved if len(kept) == a.ndim - 1 else moved.reshape(moved.shape[: len(kept)] + (-1,))


def out_of_rows(v, a, axis):
    """Undo ``in_rows`` for an array ``v`` of its shape."""
    if len(normal_axes(axis, a.ndim)) == a.ndim:
        return like(v, a)
    order = other_axes(axis, a.ndim) + normal_axes(axis, a.ndim)
    whole = v if v.ndim == a.ndim else v.reshape(tuple([a.shape[k] for k in order]))
    return whole if order == tuple(range(a.ndim)) else np.moveaxis(whole, tuple(range(a.ndim)), order)


def without_kept(v, a, axis, keepdims, extra):
    """``v``, a result of the reduction, without the axes that ``keepdims`` has kept behind ``extra`` others."""
    if not keepdims or np.ndim(v) == extra:
        return v
    return np.squeeze(v, tuple([k + extra for k in normal_axes(axis, np.ndim(a))]))


def weights_of(order, t):
    """The weight of each element by its rank."""
    return np.maximum(1.0 - np.abs(order - t), 0.0)


def each(v):
    """``v`` with an axis for the elements of its row."""
    return np.expand_dims(v, -1) if np.ndim(v) > 0 else v


def quantile_bar(a, q, axis, keepdims, method, size, z_bar):
    """The cotangent of the elements, of which each row has ``size`` to be counted."""
    rows = in_rows(a, axis)
    order = ranks(rows, rows.ndim - 1)
    if np.ndim(q) == 0:
        bar = without_kept(z_bar, a, axis, keepdims, 0)
        return out_of_rows(each(bar) * weights_of(order, each(rank_of(q, size, method))), a, axis)
    bars = in_a_row(without_kept(z_bar, a, axis, keepdims, np.ndim(q)), q)
    levels = np.reshape(q, (-1,) + (1,) * (rows.ndim - 1))
    return out_of_rows(np.sum(each(bars) * weights_of(order, each(rank_of(levels, size, method))), axis=0), a, axis)


def level_bar(a, q, axis, keepdims, method, z_bar):
    """The cotangent of the level ``q``: how far apart the two neighbours are, times how fast the rank moves."""
    rows = np.sort(in_rows(a, axis))
    n = rows.shape[-1]
    lower = np.maximum(np.minimum(np.floor(rank_of(q, n, method)), n - 2), 0).astype(int)
    upper = np.minimum(lower + 1, n - 1)
    speed = speed_of_rank(q, n, method)
    if np.ndim(q) == 0:
        return total(without_kept(z_bar, a, axis, keepdims, 0) * (rows[..., upper] - rows[..., lower])) * speed
    gaps = rows[..., flat(upper)] - rows[..., flat(lower)]
    bars = in_a_row(without_kept(z_bar, a, axis, keepdims, np.ndim(q)), q) * np.moveaxis(gaps, -1, 0)
    return like(bars if bars.ndim == 1 else np.sum(bars, axis=tuple(range(1, bars.ndim))), q) * speed


def speed_of_rank(q, n, method):
    """The derivative of ``rank_of`` by ``q``, for the continuous methods."""
    alpha, beta = plotting(method)
    if alpha == beta == 1.0:
        return n - 1
    t = n * q + (alpha + q * (1.0 - alpha - beta)) - 1.0
    return np.where((t >= 0.0) & (t < n - 1), n + (1.0 - alpha - beta), 0.0)


def in_a_row(bars, q):
    """The cotangents of the quantiles with one axis for the levels ``q``."""
    return bars if np.ndim(q) == 1 else np.reshape(bars, (-1,) + bars.shape[np.ndim(q) :])


def size_of(a, axis):
    """How many elements each row has."""
    return in_rows(a, axis).shape[-1]


def check_method(method):
    """Refuse the methods that are not here."""
    if not has_rank(method):
        raise RuleError(f"quantiles have no rule for method={method!r}")


def chosen_bar(a, q, axis, keepdims, z, z_bar):
    """The cotangent of the elements where weights choose one of them: equal ones share it."""
    if np.ndim(q) > 0:
        raise RuleError("quantiles with weights have a rule for one level")
    return extremal(a, axis, keepdims, None, True, z, z_bar)


def elements_bar(a, q, axis, keepdims, method, weights, z, z_bar):
    """The cotangent of the elements of a quantile, with weights or without."""
    check_method(method)
    if weights is not None:
        return chosen_bar(a, q, axis, keepdims, z, z_bar)
    return quantile_bar(a, q, axis, keepdims, method, size_of(a, axis), z_bar)


def fraction(q):
    """Per cent as the levels of quantiles."""
    return q / 100 if np.ndim(q) == 0 else np.divide(q, 100)


@vjp(np.median)
def median_vjp(a, axis=None, *, keepdims=False, z, z_bar):
    a_bar = quantile_bar(a, 0.5, axis, keepdims, "linear", size_of(a, axis), z_bar)


@vjp(np.quantile)
def quantile_vjp(a, q, axis=None, *, method="linear", keepdims=False, weights=None, z, z_bar):
    """By the elements see the module; by ``q`` the slope is how far apart the two neighbours are."""
    a_bar, q_bar, weights_bar = elements_bar(a, q, axis, keepdims, method, weights, z, z_bar), None, None
    if is_continuous(method):
        q_bar = level_bar(a, q, axis, keepdims, method, z_bar)


@vjp(np.percentile)
def percentile_vjp(a, q, axis=None, *, method="linear", keepdims=False, weights=None, z, z_bar):
    """The quantile of ``q / 100``."""
    level = fraction(q)
    a_bar, q_bar, weights_bar = elements_bar(a, level, axis, keepdims, method, weights, z, z_bar), None, None
    if is_continuous(method):
        q_bar = level_bar(a, level, axis, keepdims, method, z_bar) / 100.0


def size_without_missing(a, axis):
    """How many elements of each row are not NaN; a sort puts those behind the others."""
    return np.sum(~np.isnan(in_rows(a, axis)), axis=-1)


@vjp(np.nanmedian)
def nanmedian_vjp(a, axis=None, *, keepdims=False, z, z_bar):
    a_bar = quantile_bar(a, 0.5, axis, keepdims, "linear", size_without_missing(a, axis), z_bar)


@vjp(np.nanquantile)
def nanquantile_vjp(a, q, axis=None, *, method="linear", keepdims=False, z, z_bar):
    check_method(method)
    a_bar = quantile_bar(a, q, axis, keepdims, method, size_without_missing(a, axis), z_bar)


@vjp(np.nanpercentile)
def nanpercentile_vjp(a, q, axis=None, *, method="linear", keepdims=False, z, z_bar):
    check_method(method)
    a_bar = quantile_bar(a, fraction(q), axis, keepdims, method, size_without_missing(a, axis), z_bar)
