"""Descriptive statistics as ``scipy.stats`` computes them, as plain Python: they are looked into."""

from __future__ import annotations

from typing import Any

import numpy as np


def zscore(a: Any, axis: Any = 0, ddof: int = 0) -> Any:
    """``scipy.stats.zscore``.

    >>> zscore(np.array([1.0, 2.0, 3.0])).round(6).tolist()
    [-1.224745, 0.0, 1.224745]
    """
    return (a - np.mean(a, axis=axis, keepdims=True)) / np.std(a, axis=axis, ddof=ddof, keepdims=True)


def zmap(scores: Any, compare: Any, axis: Any = 0, ddof: int = 0) -> Any:
    """``scipy.stats.zmap``.

    >>> zmap(np.array([2.0, 4.0]), np.array([1.0, 3.0])).tolist()
    [0.0, 2.0]
    """
    return (scores - np.mean(compare, axis=axis, keepdims=True)) / np.std(compare, axis=axis, ddof=ddof, keepdims=True)


def gzscore(a: Any, axis: Any = 0, ddof: int = 0) -> Any:
    """``scipy.stats.gzscore``.

    >>> gzscore(np.array([1.0, 2.0, 4.0])).round(6).tolist()
    [-1.224745, 0.0, 1.224745]
    """
    return zscore(np.log(a), axis, ddof)


def gstd(a: Any, axis: Any = 0, ddof: int = 1) -> Any:
    """``scipy.stats.gstd``.

    >>> round(float(gstd(np.array([1.0, 2.0, 4.0]))), 12)
    2.0
    """
    return np.exp(np.std(np.log(a), axis=axis, ddof=ddof))


def gmean(a: Any, axis: Any = 0, weights: Any = None) -> Any:
    """``scipy.stats.gmean``.

    >>> round(float(gmean(np.array([1.0, 8.0]))), 12)
    2.828427124746
    """
    return np.exp(np.average(np.log(a), axis=axis, weights=weights))


def hmean(a: Any, axis: Any = 0, weights: Any = None) -> Any:
    """``scipy.stats.hmean``.

    >>> round(float(hmean(np.array([1.0, 3.0]))), 12)
    1.5
    """
    return 1.0 / np.average(1.0 / a, axis=axis, weights=weights)


def pmean(a: Any, p: Any, axis: Any = 0, weights: Any = None) -> Any:
    """``scipy.stats.pmean`` of a power that is not 0.

    >>> round(float(pmean(np.array([1.0, 7.0]), 2)), 12)
    5.0
    """
    return np.average(a**p, axis=axis, weights=weights) ** (1.0 / p)


def sem(a: Any, axis: Any = 0, ddof: int = 1) -> Any:
    """``scipy.stats.sem``.

    >>> round(float(sem(np.array([1.0, 2.0, 3.0]))), 12)
    0.57735026919
    """
    count = a.size if axis is None else a.shape[axis]
    return np.std(a, axis=axis, ddof=ddof) / count**0.5


def variation(a: Any, axis: Any = 0, ddof: int = 0) -> Any:
    """``scipy.stats.variation``.

    >>> round(float(variation(np.array([1.0, 3.0]))), 12)
    0.5
    """
    return np.std(a, axis=axis, ddof=ddof) / np.mean(a, axis=axis)


def moment(a: Any, order: int = 1, axis: Any = 0, center: Any = None) -> Any:
    """``scipy.stats.moment`` of one order.

    >>> float(moment(np.array([1.0, 3.0]), 2))
    1.0
    """
    if center is None:
        return np.mean((a - np.mean(a, axis=axis, keepdims=True)) ** order, axis=axis)
    return np.mean((a - center) ** order, axis=axis)


def skew(a: Any, axis: Any = 0) -> Any:
    """``scipy.stats.skew``.

    >>> float(skew(np.array([1.0, 2.0, 3.0])))
    0.0
    """
    return moment(a, 3, axis) / moment(a, 2, axis) ** 1.5


def kurtosis(a: Any, axis: Any = 0, fisher: bool = True) -> Any:
    """``scipy.stats.kurtosis``.

    >>> float(kurtosis(np.array([1.0, 3.0])))
    -2.0
    """
    found = moment(a, 4, axis) / moment(a, 2, axis) ** 2
    return found - 3.0 if fisher else found


def iqr(x: Any, axis: Any = None) -> Any:
    """``scipy.stats.iqr``.

    >>> float(iqr(np.array([1.0, 2.0, 3.0, 4.0, 5.0])))
    2.0
    """
    return np.percentile(x, 75.0, axis=axis) - np.percentile(x, 25.0, axis=axis)


def median_abs_deviation(x: Any, axis: Any = 0) -> Any:
    """``scipy.stats.median_abs_deviation``.

    >>> float(median_abs_deviation(np.array([1.0, 2.0, 6.0])))
    1.0
    """
    return np.median(np.abs(x - np.median(x, axis=axis, keepdims=True)), axis=axis)


def rosen(x: Any) -> Any:
    """``scipy.optimize.rosen``, the function of Rosenbrock.

    >>> float(rosen(np.array([1.0, 2.0])))
    100.0
    """
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2.0) ** 2.0 + (1 - x[:-1]) ** 2.0, axis=0)
