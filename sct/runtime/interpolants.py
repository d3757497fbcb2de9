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


def other_line_at(x: Any, y: Any, kind: Any, below: Any, above: Any, at: Any) -> Any:
    """``scipy.interpolate.interp1d`` of another kind than the broken line, or with values beyond its ends.

    Without such values (None) it raises an error there, with ``"extrapolate"`` it goes on.

    >>> float(other_line_at(np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 4.0]), "previous", 0.0, 7.0, 1.5))
    1.0
    """
    goes_on = isinstance(below, str)
    if below is None and (np.any(at < x[0]) or np.any(at > x[-1])):
        raise ValueError("a value in x_new is outside the interpolation range.")
    inside = at if goes_on else np.clip(at, x[0], x[-1])
    if kind == "linear" or kind == "slinear" or kind == 1:
        found = line_at(x, y, True, inside)
    elif kind == "nearest":
        found = y[np.searchsorted(0.5 * (x[1:] + x[:-1]), inside, side="left")] + 0.0 * inside
    elif kind == "nearest-up":
        found = y[np.searchsorted(0.5 * (x[1:] + x[:-1]), inside, side="right")] + 0.0 * inside
    elif kind == "previous" or kind == "zero" or kind == 0:
        found = y[np.clip(np.searchsorted(x, inside, side="right") - 1, 0, x.shape[0] - 1)] + 0.0 * inside
    elif kind == "next":
        found = y[np.clip(np.searchsorted(x, inside, side="left"), 0, x.shape[0] - 1)] + 0.0 * inside
    else:
        found = interp_spline_at(x, y, 2 if kind == "quadratic" or kind == 2 else 3, inside, 0)
    if goes_on or below is None:
        return found
    return np.where(at < x[0], below, np.where(at > x[-1], above, found))[()]


def sorted_other_line_at(x: Any, y: Any, kind: Any, below: Any, above: Any, at: Any) -> Any:
    """The same where ``x`` may be in any order.

    >>> float(sorted_other_line_at(np.array([2.0, 0.0, 1.0]), np.array([4.0, 0.0, 1.0]), "next", None, None, 1.5))
    4.0
    """
    order = np.argsort(x)
    return other_line_at(x[order], y[order], kind, below, above, at)


def interp_spline_at(x: Any, y: Any, k: int, at: Any, nu: int) -> Any:
    """The derivative of order ``nu`` of the spline of degree ``k`` through ``y`` of ``scipy.interpolate.make_interp_spline``.

    >>> float(interp_spline_at(np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.0, 1.0, 4.0, 9.0]), 3, 0.5, 1))
    1.0
    """
    return importlib.import_module("scipy.interpolate").make_interp_spline(x, y, k)(at, nu)


def hermite_at(x: Any, y: Any, dydx: Any, at: Any, nu: int) -> Any:
    """The derivative of order ``nu`` of the cubic polynomials with the values ``y`` and the slopes ``dydx`` at ``x``.

    >>> float(hermite_at(np.array([0.0, 1.0]), np.array([0.0, 1.0]), np.array([0.0, 2.0]), 0.5, 1))
    1.0
    """
    i = np.clip(np.searchsorted(x, at, side="right") - 1, 0, x.shape[0] - 2)
    width, rest = x[i + 1] - x[i], at - x[i]
    mean = (y[i + 1] - y[i]) / width
    second = (3.0 * mean - 2.0 * dydx[i] - dydx[i + 1]) / width
    third = (dydx[i] + dydx[i + 1] - 2.0 * mean) / (width * width)
    if nu == 0:
        return y[i] + rest * (dydx[i] + rest * (second + rest * third))
    if nu == 1:
        return dydx[i] + rest * (2.0 * second + 3.0 * rest * third)
    return 2.0 * second + 6.0 * rest * third if nu == 2 else 6.0 * third if nu == 3 else 0.0 * third


def monotone_at(x: Any, y: Any, at: Any, nu: int) -> Any:
    """The same of ``scipy.interpolate.PchipInterpolator`` (Fritsch and Butland 1984).

    >>> float(monotone_at(np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 1.0]), 1.0, 1))
    0.0
    """
    return hermite_at(x, y, monotone_slopes(x, y), at, nu)


def akima_at(x: Any, y: Any, method: str, extrapolates: bool, at: Any, nu: int) -> Any:
    """The same of ``scipy.interpolate.Akima1DInterpolator`` (Akima 1970), which ends at the last points.

    >>> float(akima_at(np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.0, 1.0, 2.0, 3.0]), "akima", False, 1.5, 1))
    1.0
    """
    found = hermite_at(x, y, akima_slopes(x, y, method), at, nu)
    return found if extrapolates else np.where((at < x[0]) | (at > x[-1]), np.nan, found)[()]


def akima_slopes(x: Any, y: Any, method: str) -> Any:
    """The slopes beside a point, weighted with how these differ from those beyond them.

    >>> akima_slopes(np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 2.0]), "makima").tolist()
    [1.0, 1.0, 1.0]
    """
    m = np.diff(y) / np.diff(x)
    if x.shape[0] == 2:
        return np.concatenate([m, m])
    first, last = 2.0 * m[0] - m[1], 2.0 * m[-1] - m[-2]
    m = np.concatenate([np.stack([2.0 * first - m[0], first]), m, np.stack([last, 2.0 * last - m[-1]])])
    apart = np.abs(np.diff(m))
    behind, before = apart[2:], apart[:-2]
    if method == "makima":
        size = np.abs(m[1:] + m[:-1])
        behind, before = behind + 0.5 * size[2:], before + 0.5 * size[:-2]
    whole = behind + before
    known = whole > 1e-9 * np.max(whole)
    weighted = m[1:-2] + before / np.where(known, whole, 1.0) * (m[2:-1] - m[1:-2])
    return np.where(known, weighted, 0.5 * (m[3:] + m[:-3]))


def monotone_slopes(x: Any, y: Any) -> Any:
    """Weighted harmonic means of the slopes beside a point, 0 where these have different signs.

    >>> monotone_slopes(np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 2.0])).tolist()
    [1.0, 1.0, 1.0]
    """
    h = np.diff(x)
    m = np.diff(y) / h
    if x.shape[0] == 2:
        return np.concatenate([m, m])
    before, behind = 2.0 * h[1:] + h[:-1], h[1:] + 2.0 * h[:-1]
    turns = m[1:] * m[:-1] <= 0.0
    left, right = np.where(turns, 1.0, m[:-1]), np.where(turns, 1.0, m[1:])
    inner = np.where(turns, 0.0, (before + behind) / (before / left + behind / right))
    return np.concatenate([end_slope(h[:2], m[:2]), inner, end_slope(h[:-3:-1], m[:-3:-1])])


def end_slope(h: Any, m: Any) -> Any:
    """That at an end, of the parabola through three points but for its sign and its size (Moler 2004, section 3.6).

    >>> end_slope(np.ones(2), np.array([1.0, 1.0])).tolist()
    [1.0]
    """
    d = ((2.0 * h[:1] + h[1:]) * m[:1] - h[:1] * m[1:]) / (h[:1] + h[1:])
    steep = np.abs(d) > 3.0 * np.abs(m[:1])  # only where the slopes beside have different signs, or ``d`` another than both
    return np.where(np.sign(d) != np.sign(m[:1]), 0.0, np.where(steep, 3.0 * m[:1], d))


def polynomial_at(xi: Any, yi: Any, x: Any) -> Any:
    """The polynomial through ``yi`` at ``xi``, in Newton's form, as ``scipy.interpolate.krogh_interpolate`` evaluates it.

    >>> float(polynomial_at(np.array([0.0, 1.0, 3.0]), np.array([0.0, 1.0, 9.0]), 2.0))
    4.0
    """
    c = 1.0 * yi
    for k in range(1, xi.shape[0]):
        c = np.concatenate([c[:k], (c[k:] - c[k - 1 : -1]) / (xi[k:] - xi[:-k])])
    found = c[-1] + 0.0 * x
    for k in range(2, xi.shape[0] + 1):
        found = found * (x - xi[-k]) + c[-k]
    return found
