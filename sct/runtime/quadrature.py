"""Integrals of samples as SciPy computes them, as plain Python: they are looked into."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np


def simpson(y: Any, x: Any, dx: Any, axis: int) -> Any:
    """``scipy.integrate.simpson``: parabolas through three samples each; for an even number of samples the last interval gets
    the correction of Cartwright 2017, equation 8.

    >>> round(float(simpson(np.array([0.0, 1.0, 4.0, 9.0]), None, 1.0, -1)), 12)
    9.0
    """
    v = along_last(y, axis)
    count = v.shape[-1]
    h = np.full(count - 1, dx) if x is None else np.diff(along_last(x, axis))
    if count == 2:
        return 0.5 * h[..., 0] * (v[..., 0] + v[..., 1])
    if count % 2 == 1:
        return parabolas(v, h)
    before, last = h[..., -2], h[..., -1]
    both = 6.0 * (before + last)
    end = (2.0 * last**2 + 3.0 * before * last) / both * v[..., -1]
    middle = (last**2 + 3.0 * before * last) / (6.0 * before) * v[..., -2]
    return parabolas(v[..., :-1], h[..., :-1]) + end + middle - last**3 / (before * both) * v[..., -3]


def along_last(v: Any, axis: int) -> Any:
    """The samples, or their places, with the axis at the end; places may be a vector for samples of any shape.

    >>> along_last(np.array([[1.0, 2.0]]), 0).tolist(), along_last(np.array([1.0, 2.0]), 1).tolist()
    ([[1.0], [2.0]], [1.0, 2.0])
    """
    return v if axis == -1 or v.ndim == 1 else np.moveaxis(v, axis, -1)


def parabolas(v: Any, h: Any) -> Any:
    """The integrals of parabolas through an odd number of samples along the last axis, ``h`` apart.

    >>> float(parabolas(np.array([0.0, 1.0, 4.0]), np.ones(2)))
    2.6666666666666665
    """
    left, right = h[..., ::2], h[..., 1::2]
    width = left + right
    first = v[..., :-2:2] * (2.0 - right / left)
    inner = v[..., 1:-1:2] * (width * (width / (left * right)))
    return np.sum(width / 6.0 * (first + inner + v[..., 2::2] * (2.0 - left / right)), axis=-1)


def trapezoid(y: Any, x: Any, dx: Any, axis: int) -> Any:
    """``scipy.integrate.trapezoid``.

    >>> float(trapezoid(np.array([0.0, 1.0, 4.0]), None, 1.0, -1))
    3.0
    """
    return np.trapezoid(y, dx=dx, axis=axis) if x is None else np.trapezoid(y, x, axis=axis)


def cumulative_trapezoid(y: Any, x: Any, dx: Any, axis: int, initial: Any) -> Any:
    """``scipy.integrate.cumulative_trapezoid``; ``initial`` is None or 0.

    >>> cumulative_trapezoid(np.array([0.0, 1.0, 4.0]), None, 1.0, -1, 0).tolist()
    [0.0, 0.5, 3.0]
    """
    v = along_last(y, axis)
    h = dx if x is None else np.diff(along_last(x, axis))
    areas = np.cumsum(h * (v[..., 1:] + v[..., :-1]) / 2.0, axis=-1)
    if initial is not None:
        areas = np.concatenate([np.zeros_like(areas[..., :1]), areas], axis=-1)
    return np.moveaxis(areas, -1, axis) if axis != -1 else areas


def cumulative_simpson(y: Any, x: Any, dx: Any, axis: int, initial: Any) -> Any:
    """``scipy.integrate.cumulative_simpson``: intervals by the parabola through a sample after them, every other one and the
    last by that through one before it (Cartwright 2017); ``initial`` is None or 0.

    >>> cumulative_simpson(np.array([0.0, 1.0, 4.0]), None, 1.0, -1, None).round(12).tolist()
    [0.333333333333, 2.666666666667]
    """
    v = along_last(y, axis)
    count = v.shape[-1]
    if count < 3:
        return cumulative_trapezoid(y, x, dx, axis, initial)
    h = np.full(count - 1, dx) if x is None else np.diff(along_last(x, axis))
    ahead, back = first_parts(v, h), first_parts(v[..., ::-1], h[..., ::-1])[..., ::-1]
    even = np.concatenate([ahead, back[..., -1:]], axis=-1)
    odd = np.concatenate([back[..., :1], back], axis=-1)
    areas = np.cumsum(np.where(np.arange(count - 1) % 2 == 0, even, odd), axis=-1)
    if initial is not None:
        areas = np.concatenate([np.zeros_like(areas[..., :1]), areas], axis=-1)
    return np.moveaxis(areas, -1, axis) if axis != -1 else areas


def first_parts(v: Any, h: Any) -> Any:
    """The integrals of parabolas through three samples each, over the first of both intervals.

    >>> first_parts(np.array([0.0, 1.0, 4.0]), np.ones(2)).round(12).tolist()
    [0.333333333333]
    """
    here, after = h[..., :-1], h[..., 1:]
    share, ratio = here / (here + after), here / after
    bend = share * ratio
    return here / 6.0 * ((3.0 - share) * v[..., :-2] + (3.0 + bend + share) * v[..., 1:-1] - bend * v[..., 2:])


def romb(y: Any, dx: Any = 1.0, axis: int = -1) -> Any:
    """``scipy.integrate.romb``: a sum with weights that the number of samples tells.

    >>> round(float(romb(np.array([0.0, 1.0, 4.0]))), 12)
    2.666666666667
    """
    return dx * np.sum(np.moveaxis(y, axis, -1) * romberg_weights(y.shape[axis]), axis=-1)


def romberg_weights(count: int) -> Any:
    """What Romberg's rule multiplies so many samples by.

    >>> (3.0 * romberg_weights(3)).tolist()
    [1.0, 4.0, 1.0]
    """
    return importlib.import_module("scipy.integrate").romb(np.eye(count), axis=0)
