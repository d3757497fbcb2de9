"""The splines of FITPACK that ``scipy.interpolate`` keeps as knots, coefficients and degrees, and pieces of polynomials."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np


def spline_of(t: Any, c: Any, k: int, x: Any, nu: int) -> Any:
    """The derivative of order ``nu`` of the spline with knots ``t`` and coefficients ``c``, which goes on beyond its ends.

    >>> float(spline_of(np.array([0.0, 0.0, 1.0, 1.0]), np.array([1.0, 3.0]), 1, 0.25, 0))
    1.5
    """
    if nu > k:
        return np.zeros_like(x * 1.0)
    found = importlib.import_module("scipy.interpolate").splev(x, (t, c, k), der=nu)
    return found if np.ndim(x) else np.float64(found)


def basis_of(t: Any, k: int, x: Any, nu: int) -> Any:
    """The derivatives of each of the splines of which ``spline_of`` is a sum: a row for each place.

    >>> basis_of(np.array([0.0, 0.0, 1.0, 1.0]), 1, np.array([0.25]), 0).tolist()
    [[0.75, 0.25]]
    """
    count = t.shape[0] - k - 1
    made = importlib.import_module("scipy.interpolate").BSpline(t, np.eye(count), k)
    return made(x, nu) if nu <= k else np.zeros((*np.shape(x), count))


def evaluated(t: Any, c: Any, k: int, x: Any, nu: int, ext: int) -> Any:
    """``scipy.interpolate.splev(x, (t, c, k), nu, ext)``.

    >>> float(evaluated(np.array([0.0, 0.0, 1.0, 1.0]), np.array([1.0, 3.0]), 1, 2.0, 0, 3))
    3.0
    """
    if ext == 0:
        return spline_of(t, c, k, x, nu)
    low, high = t[k], t[-k - 1]
    if ext == 2 and (np.any(x < low) or np.any(x > high)):
        raise ValueError("Invalid input data")
    found = spline_of(t, c, k, np.clip(x, low, high), nu)
    return np.where((x < low) | (x > high), 0.0, found)[()] if ext == 1 else found


def surface_of(spline: Any, x: Any, y: Any, dx: int, dy: int) -> Any:
    """A derivative of a spline of two variables at places where it is known."""
    kx, ky = spline.degrees
    if dx > kx or dy > ky:
        return np.zeros_like(x + y)
    if (dx < kx or dx == 0) and (dy < ky or dy == 0):
        return np.asarray(spline.ev(x, y, dx, dy))[()]
    tx, ty, c = spline.tck[:3]
    along, across = basis_of(tx, kx, x, dx), basis_of(ty, ky, y, dy)
    return np.einsum("...i,ij,...j->...", along, c.reshape(along.shape[-1], across.shape[-1]), across)[()]


def surface_at(spline: Any, ends: Any, x: Any, y: Any, dx: int, dy: int, grid: bool) -> Any:
    """``spline(x, y, dx, dy, grid)`` of one of SciPy's, which is constant beyond its ends."""
    across = np.clip(y, ends[2], ends[3])
    along = np.clip(x, ends[0], ends[1])
    if grid:
        return surface_of(spline, np.expand_dims(np.atleast_1d(along), 1), np.atleast_1d(across), dx, dy)
    return surface_of(spline, along, across, dx, dy)


def integral_between(spline: Any, a: Any, b: Any) -> Any:
    """The integral of a spline of SciPy, a number."""
    return np.asarray(spline.integrate(a, b))


def integral_of(a: Any, b: Any, t: Any, c: Any, k: int) -> Any:
    """``scipy.interpolate.splint(a, b, (t, c, k))``: at the ends a sum of splines of the next degree (de Boor 1978, chapter X).

    >>> integral_of(0.0, 9.0, np.array([0.0, 0.0, 1.0, 1.0]), np.array([1.0, 3.0]), 1)
    2.0
    """
    count = t.shape[0] - k - 1
    risen = np.cumsum(c[:count] * (t[k + 1 :] - t[:count])) / (k + 1)
    longer = np.concatenate([t[:1], t, t[-1:]])
    high = np.concatenate([np.zeros(1), risen])
    return float(spline_of(longer, high, k + 1, np.clip(b, t[k], t[-k - 1]), 0)
                 - spline_of(longer, high, k + 1, np.clip(a, t[k], t[-k - 1]), 0))


def pieces_at(c: Any, x: Any, at: Any, nu: int) -> Any:
    """The derivative of order ``nu`` of the polynomials with coefficients ``c``, a column for each piece between the ``x``.

    >>> float(pieces_at(np.array([[1.0], [0.0], [3.0]]), np.array([0.0, 2.0]), 1.5, 1))
    3.0
    """
    i = np.clip(np.searchsorted(x, at, side="right") - 1, 0, x.shape[0] - 2)
    rest, found = at - x[i], 0.0 * c[0][i]
    degree = c.shape[0] - 1
    for m in range(degree + 1 - nu):
        factor = 1.0
        for j in range(nu):
            factor = factor * (degree - m - j)
        found = found * rest + factor * c[m][i]
    return found
