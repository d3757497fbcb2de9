"""Regressions and correlations of ``scipy.stats``, and estimates of densities, as plain Python: they are looked into."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy import special

from .checks import NoRuleError


class Line(NamedTuple):
    """What ``scipy.stats.linregress`` returns, but for ``intercept_stderr``."""

    slope: Any
    intercept: Any
    rvalue: Any
    pvalue: Any
    stderr: Any


class Correlation(NamedTuple):
    """What ``scipy.stats.pearsonr`` returns."""

    statistic: Any
    pvalue: Any


def both_sides(r: Any, count: int) -> Any:
    """How probable a correlation of so many pairs is that is at least as far from 0 (Student 1908).

    >>> round(float(both_sides(0.5, 4)), 12)
    0.5
    """
    half = 0.5 * count - 1.0
    return 2.0 * special.betainc(half, half, 0.5 - 0.5 * np.abs(r))


def linregress(x: Any, y: Any) -> Any:
    """``scipy.stats.linregress``.

    >>> found = linregress(np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.5]))
    >>> round(float(found.slope), 12), round(float(found.intercept), 12)
    (2.25, 0.916666666667)
    """
    if x.ndim != 1 or y.ndim != 1:
        raise NoRuleError("scipy.stats.linregress has a rule for vectors")
    x, y = x.astype(np.float64), y.astype(np.float64)
    beside, above = x - np.mean(x), y - np.mean(y)
    xx, xy, yy = np.mean(beside * beside), np.mean(beside * above), np.mean(above * above)
    slope = xy / xx
    r = xy / np.sqrt(xx * yy)
    error = np.sqrt((1.0 - r * r) * yy / xx / (x.shape[0] - 2))
    return Line(slope, np.mean(y) - slope * np.mean(x), r, both_sides(r, x.shape[0]), error)


def pearsonr(x: Any, y: Any) -> Any:
    """``scipy.stats.pearsonr`` of vectors.

    >>> round(float(pearsonr(np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.5])).statistic), 6)
    0.997949
    """
    if x.ndim != 1 or y.ndim != 1:
        raise NoRuleError("scipy.stats.pearsonr has a rule for vectors")
    beside, above = x - np.mean(x), y - np.mean(y)
    r = np.sum(beside * above) / np.sqrt(np.sum(beside * beside) * np.sum(above * above))
    return Correlation(r, both_sides(r, x.shape[0]))


def first_row(a: Any) -> Any:
    """The only row of a data set of numbers.

    >>> first_row(np.array([[1.0, 2.0]])).tolist()
    [1.0, 2.0]
    """
    return a[0]


def density_at(dataset: Any, bw_method: Any, points: Any) -> Any:
    """``scipy.stats.gaussian_kde(dataset, bw_method)(points)`` of numbers (Scott 1992, chapter 6).

    >>> density_at(np.array([0.0, 1.0]), None, np.array([0.5])).round(6).tolist()
    [0.46598]
    """
    count = dataset.shape[0]
    if bw_method is None or bw_method == "scott":
        factor = count ** (-0.2)
    elif bw_method == "silverman":
        factor = (0.75 * count) ** (-0.2)
    else:
        factor = bw_method
    width = factor * np.std(dataset, ddof=1)
    apart = (np.expand_dims(np.atleast_1d(points), 1) - dataset) / width
    return np.mean(np.exp(-0.5 * apart * apart), axis=1) / (width * np.sqrt(2.0 * np.pi))
