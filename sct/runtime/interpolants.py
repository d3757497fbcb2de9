"""Interpolants of SciPy as functions of where they are evaluated and of the values that they go through."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np


def spline_at(spline: Any, x: Any, nu: int) -> Any:
    """The derivative of order ``nu`` of a spline of SciPy.

    >>> from scipy.interpolate import CubicSpline
    >>> float(spline_at(CubicSpline([0.0, 1.0, 2.0], [0.0, 1.0, 4.0]), 0.5, 1))
    1.0
    """
    return spline(x, nu)


def cubic_spline_at(x: Any, y: Any, bc_type: str, at: Any, nu: int) -> Any:
    """The derivative of order ``nu`` of the cubic spline through ``y`` at ``x``.

    >>> import numpy as np
    >>> float(cubic_spline_at(np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 4.0]), "not-a-knot", 0.5, 1))
    1.0
    """
    return importlib.import_module("scipy.interpolate").CubicSpline(x, y, bc_type=bc_type)(at, nu)


def line_at(x: Any, y: Any, extrapolates: bool, at: Any) -> Any:
    """The broken line through ``y`` at ``x``, which increases, as ``scipy.interpolate.interp1d`` evaluates it.

    >>> float(line_at(np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 4.0]), False, 1.5))
    2.5
    """
    if not extrapolates and (np.any(at < x[0]) or np.any(at > x[-1])):
        raise ValueError("a value in x_new is outside the interpolation range.")
    above = np.clip(np.searchsorted(x, at), 1, x.shape[0] - 1)
    below = above - 1
    return (y[above] - y[below]) / (x[above] - x[below]) * (at - x[below]) + y[below]


def sorted_line_at(x: Any, y: Any, extrapolates: bool, at: Any) -> Any:
    """The same where ``x`` may be in any order.

    >>> float(sorted_line_at(np.array([2.0, 0.0, 1.0]), np.array([4.0, 0.0, 1.0]), False, 1.5))
    2.5
    """
    order = np.argsort(x)
    return line_at(x[order], y[order], extrapolates, at)
