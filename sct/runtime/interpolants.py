"""Interpolants of SciPy as functions of where they are evaluated and of the values that they go through."""

from __future__ import annotations

import importlib
from typing import Any


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
