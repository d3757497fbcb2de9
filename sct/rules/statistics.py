"""Rules of covariances, correlations and histograms.

A covariance does not see a shift: the cotangent of the deviations from the mean is that of the data.
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from ..ir.types import ANY, Array, Type
from .indexing import like
from .linalg import mirrored
from .notation import vjp
from .reductions import extremal
from .shapes import from_call

# ------------------------------------------------------------------------------------------------ covariance


def variables(m, rowvar):
    """The variables as rows of a matrix."""
    if np.ndim(m) < 2:
        return np.reshape(m, (1, -1))
    return m if rowvar else m.T


def rows_back(v, m, rowvar):
    """Undo ``variables``."""
    if np.ndim(m) < 2:
        return like(v, m)
    return v if rowvar else v.T


def observations(fweights, aweights):
    """How much each observation counts; None where all count once."""
    if aweights is None:
        return fweights
    return aweights if fweights is None else fweights * aweights


def deviations(x, w):
    """What the variables deviate from their means."""
    if w is None:
        return x - np.mean(x, axis=1, keepdims=True)
    return x - np.average(x, axis=1, weights=w, keepdims=True)


def divisor(n, w, aweights, bias, ddof):
    """What the sums of products are divided by."""
    ddof = (0 if bias else 1) if ddof is None else ddof
    if w is None:
        return n - ddof
    weight = np.sum(w)
    if ddof == 0:
        return weight
    return weight - (ddof if aweights is None else ddof * np.sum(w * aweights) / weight)


@vjp(np.cov)
def cov_vjp(m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, *, dtype=None, z, z_bar):
    """``z = d @ (w * d^H) / f`` with the deviations ``d``; the weights ``w`` of observations are taken as constants.

    The bar of ``d`` is ``(z_bar + z_bar^H) @ conj(d) * w / f``, where that of complex numbers is the plain transpose's.
    """
    rows = variables(m, rowvar)
    x = rows if y is None else np.concatenate([rows, variables(y, rowvar)])
    w = observations(fweights, aweights)
    both = with_adjoint(z_bar)
    scaled = mirrored(deviations(x, w)) / divisor(x.shape[1], w, aweights, bias, ddof)
    weighted = scaled if w is None else scaled * w
    x_bar = both * weighted if np.ndim(z) == 0 else both @ weighted
    m_bar = rows_back(x_bar if y is None else x_bar[: rows.shape[0]], m, rowvar)
    y_bar = None if y is None else rows_back(x_bar[rows.shape[0] :], y, rowvar)


def with_adjoint(v):
    """A number or a matrix plus its conjugate transpose."""
    if np.ndim(v) == 0:
        return v + mirrored(v)
    return v + mirrored(v.T)


@vjp(np.corrcoef)
def corrcoef_vjp(x, y=None, rowvar=True, *, dtype=None, z, z_bar):
    """Correlations are the products of the deviations of length 1; where there are none they are NaN, as the value is."""
    rows = variables(x, rowvar)
    away = deviations(rows if y is None else np.concatenate([rows, variables(y, rowvar)]), None)
    length = np.linalg.norm(away, axis=1, keepdims=True)
    unit = away / length
    if np.ndim(z) == 0:
        data_bar = z_bar * np.where(np.isnan(unit), unit, 0.0)
    else:
        unit_bar = with_adjoint(z_bar) @ mirrored(unit)
        along = np.sum(np.real(unit_bar * unit), axis=1, keepdims=True)
        data_bar = (unit_bar - mirrored(unit) * along) / length
    x_bar = rows_back(data_bar if y is None else data_bar[: rows.shape[0]], x, rowvar)
    y_bar = None if y is None else rows_back(data_bar[rows.shape[0] :], y, rowvar)


# ------------------------------------------------------------------------------------------------- histograms


@from_call
def counts(x, weights=None, minlength=0) -> Type:
    """``np.bincount``"""
    return Array("int64" if weights is None else "float64", (ANY,))


@vjp(np.bincount, infer=counts)
def bincount_vjp(x, weights=None, minlength=0, *, z, z_bar):
    weights_bar = np.asarray(z_bar)[x]


def edges_back(a, bins, range, edges, edges_bar):
    """The cotangents of the data, the bins and the range from that of the edges of the bins."""
    if edges_bar is None:
        return None, None, None
    if np.ndim(bins) > 0:
        return None, edges_bar, None
    t = np.linspace(0.0, 1.0, len(edges))
    low_bar, high_bar = (1.0 - t) @ edges_bar, t @ edges_bar
    if range is not None:
        return None, None, (low_bar, high_bar)
    low, high = np.min(a, initial=np.inf), np.max(a, initial=-np.inf)  # where all are equal NumPy moves the edges apart
    low_bar = extremal(a, None, False, None, True, low, low_bar)
    return low_bar + extremal(a, None, False, None, True, high, high_bar), None, None


@vjp(np.histogram, as_given=("range",))
def histogram_vjp(a, bins=10, range=None, density=None, weights=None, *, z, z_bar):
    """Which bin an element falls into is constant; edges that NumPy chooses lie evenly between the least and the greatest."""
    heights, edges = z
    heights_bar, edges_bar = z_bar
    width_bar = None
    if heights_bar is not None:
        place = np.searchsorted(edges[1:-1], a, "right")
        inside = (a >= edges[0]) & (a <= edges[-1])
        if density:
            width = np.diff(edges)
            width_bar = -heights_bar * heights / width
            count = np.sum(inside) if weights is None else np.sum(np.where(inside, weights, 0.0))
            heights_bar = (heights_bar / width - np.sum(heights_bar * heights)) / count
        weights_bar = np.where(inside, heights_bar[place], 0.0)
    else:
        weights_bar = None
    if width_bar is not None:
        moved_bar = -np.diff(width_bar, prepend=0.0, append=0.0)
        edges_bar = moved_bar if edges_bar is None else edges_bar + moved_bar
    a_bar, bins_bar, range_bar = edges_back(a, bins, range, edges, edges_bar)


@vjp(np.histogram_bin_edges, as_given=("range",))
def histogram_bin_edges_vjp(a, bins=10, range=None, *, weights=None, z, z_bar):
    weights_bar = None
    a_bar, bins_bar, range_bar = edges_back(a, bins, range, z, z_bar)
