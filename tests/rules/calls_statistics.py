"""Reductions that leave out NaN, order statistics, covariances, histograms."""

from __future__ import annotations

import numpy as np

from .arrays import F32, HOLES, MASK, M, T, V, W
from .calls import Call

LONG = np.sort(np.random.default_rng(5).normal(size=(3, 7)), axis=0)[:, [4, 0, 6, 2, 5, 1, 3]]
WAYS = ({}, {"axis": 0}, {"axis": 1}, {"axis": 1, "keepdims": True})
LEFT_OUT = np.array([True, True, False, True])
INDEX = np.array([0, 2, 2, 1])
EDGES = np.array([-2.0, -0.4, 0.3, 2.5])

CALLS = [Call(fn, HOLES, **way) for fn in (np.nansum, np.nanprod, np.nanmean, np.nanvar, np.nanstd, np.nanmax, np.nanmin,
                                           np.nanmedian) for way in WAYS]
CALLS += [Call(fn, a, **way) for fn in (np.nansum, np.nanprod, np.nanmean, np.nanmax, np.nanmin) for a, way in (
    (1.5, {}), (T, {"axis": (0, 2)}), (T, {"axis": (1, 2), "keepdims": True}))]
CALLS += [Call(fn, F32) for fn in (np.nansum, np.nanmean, np.nanstd, np.nanmax, np.median, np.cov)]
CALLS += [Call(fn, HOLES, **way) for fn in (np.nancumsum, np.nancumprod) for way in WAYS[:3]]
CALLS += [Call(fn, HOLES, where=LEFT_OUT, axis=1) for fn in (np.nansum, np.nanprod, np.nanmean, np.nanvar, np.nanstd)]
CALLS += [Call(fn, HOLES, initial=start, **way) for fn in (np.nansum, np.nanprod, np.nanmax, np.nanmin)
          for start in (0.3, -9.0, 9.0) for way in ({}, {"where": MASK, "axis": 1})]
CALLS += [
    Call(np.nanvar, HOLES, ddof=1), Call(np.nanstd, HOLES, axis=1, ddof=1), Call(np.nanvar, HOLES, correction=1),
    Call(np.nanstd, HOLES, correction=1, axis=1), Call(np.nanvar, HOLES, axis=1, mean=np.array([[0.3], [0.1], [-0.4]])),
    Call(np.nanstd, HOLES, axis=0, mean=np.array([[0.3, 0.1, -0.4, 0.7]])),
]
CALLS += [Call(np.median, a, **way) for a, way in (
    (V, {}), (M, {}), (LONG, {"axis": 1}), (M, {"axis": 0}), (T, {"axis": (0, 2)}), (T, {"axis": 1, "keepdims": True}),
    (T, {"axis": (0, 1), "keepdims": True}))]
LEVELS = np.array([0.2, 0.55, 0.9])
CALLS += [Call(np.quantile, a, q, **way) for a, q, way in (
    (V, 0.4, {}), (LONG, 0.35, {"axis": 1}), (LONG, 0.7, {"axis": 0}), (V, LEVELS, {}), (LONG, LEVELS, {"axis": 1}),
    (LONG, LEVELS, {"axis": 0, "keepdims": True}), (T, 0.3, {"axis": (0, 2)}), (T, LEVELS, {"axis": (2, 0), "keepdims": True}),
    (T, 0.8, {"axis": 1, "keepdims": True}), (M, np.array([[0.21, 0.77], [0.13, 0.44]]), {"axis": -1}),
    (LONG, np.array([[0.22, 0.72]]), {"axis": (0, 1), "keepdims": True}))]
CALLS += [Call(np.percentile, V, 40.0), Call(np.percentile, LONG, 100 * LEVELS, axis=1), Call(np.percentile, V, 25)]
METHODS = ("inverted_cdf", "interpolated_inverted_cdf", "hazen", "weibull", "median_unbiased", "normal_unbiased", "lower",
           "higher", "midpoint", "nearest")
CALLS += [Call(np.percentile, LONG, level, axis=1, method=method) for method in METHODS for level in (37, 62)]
CALLS += [Call(fn, V, level, weights=W, method="inverted_cdf") for fn, level in ((np.quantile, 0.6), (np.percentile, 30))]
CALLS += [Call(np.percentile, LONG, 40, axis=0, weights=np.array([2, 1, 3]), method="inverted_cdf", keepdims=True)]
CALLS += [Call(np.quantile, LONG, 1, axis=1, method=method) for method in METHODS]
CALLS += [Call(fn, a, *level, axis=1) for fn, a, level in ((np.nanquantile, HOLES, (1,)), (np.nanpercentile, HOLES, (37,)),
                                                             (np.nanpercentile, HOLES, ([20, 55],)))]
CALLS += [
    Call(np.cov, M), Call(np.cov, V), Call(np.cov, V, W), Call(np.cov, M, M[:, ::-1] ** 2), Call(np.cov, M, rowvar=False),
    Call(np.cov, M, bias=True), Call(np.cov, M, ddof=0), Call(np.cov, M, fweights=np.array([1, 2, 1, 3])),
    Call(np.cov, M.T, M.T ** 2, False), Call(np.cov, V, fweights=np.array([1, 2, 1, 3]), ddof=0),
    Call(np.cov, M, aweights=np.array([1, 2, 1, 3])), Call(np.cov, M, None, True, False, 2, None, np.array([1, 2, 1, 3])),
    Call(np.cov, M, fweights=np.array([1, 2, 1, 3]), aweights=np.array([3, 1, 2, 1])),
    Call(np.corrcoef, M), Call(np.corrcoef, V, W), Call(np.corrcoef, M.T, rowvar=False), Call(np.corrcoef, M, V ** 2),
    Call(np.bincount, INDEX, W), Call(np.bincount, INDEX, weights=V, minlength=6),
    Call(np.histogram, V, 3), Call(np.histogram, V, bins=EDGES), Call(np.histogram, V, 3, weights=W),
    Call(np.histogram, V, EDGES, weights=W), Call(np.histogram, V, 3, density=True), Call(np.histogram, V, 3, (-1.5, 2.5)),
    Call(np.histogram, V, EDGES, density=True, weights=W), Call(np.histogram, V, 3, weights=W, density=True),
    Call(np.histogram, V, 3, density=True).alone(0), Call(np.histogram, V, 3, weights=W).alone(0),
    Call(np.histogram, V, 3, (-0.1, 0.3), weights=W), Call(np.histogram, V, 3, (-0.1, 0.3), True, W),
    Call(np.histogram_bin_edges, V[:1], 3), Call(np.histogram, V[:1], 2),
    Call(np.histogram_bin_edges, V, 3), Call(np.histogram_bin_edges, V, EDGES), Call(np.histogram_bin_edges, V, 3, (-1.5, 2.5)),
]
