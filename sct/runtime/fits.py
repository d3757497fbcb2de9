"""Curves that are fitted as ``scipy.optimize`` does it, as plain Python: it is looked into."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import optimize

from .implicit import paired, slope


def misfit(p: Any, f: Callable[..., Any], xdata: Any, ydata: Any, sigma: Any, count: int) -> Any:
    """How far a curve with ``count`` parameters is from what was measured, in units of the errors ``sigma``.

    >>> misfit(np.array([2.0]), lambda x, a: a * x, np.array([1.0, 2.0]), np.array([2.0, 5.0]), None, 1).tolist()
    [0.0, -1.0]
    """
    left = f(xdata, *[p[k] for k in range(count)]) - ydata
    return left if sigma is None else left / sigma


def curve_fit(f: Callable[..., Any], xdata: Any, ydata: Any, p0: Any, sigma: Any, absolute_sigma: bool,
              count: int) -> Any:
    """``scipy.optimize.curve_fit``: parameters, and their covariances by the Jacobian (Press et al. 2007, section 15.4.2)."""
    def residuals(p: Any) -> Any:
        return misfit(p, f, xdata, ydata, sigma, count)
    p = optimize.least_squares(residuals, p0, method="lm", xtol=1e-13, ftol=1e-13, gtol=1e-13).x
    left = residuals(p)
    rows = np.stack([slope(paired, p, row, residuals) for row in np.eye(left.shape[0])])
    covariance = np.linalg.inv(rows.T @ rows)
    if not absolute_sigma:
        covariance = covariance * (np.sum(left * left) / (left.shape[0] - count))
    return p, covariance
