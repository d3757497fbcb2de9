"""Values between the elements of an array, as ``scipy.ndimage`` finds them, as plain Python: they are looked into."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
from scipy import special

from .checks import NoRuleError
from .images import like


def map_coordinates(input: Any, coordinates: Any, order: int = 3, mode: str = "constant", cval: Any = 0.0) -> Any:
    """``scipy.ndimage.map_coordinates`` of the orders 0, 1 and 3, of arrays of up to three axes.

    >>> map_coordinates(np.array([1.0, 2.0, 4.0]), np.array([[0.5, 1.5, 3.0]]), 1).tolist()
    [1.5, 3.0, 0.0]
    """
    if order not in (0, 1, 3) or mode not in ("constant", "nearest", "mirror") or input.ndim > 3:
        raise NoRuleError("values between the elements of an array have a rule for order=0, 1 and 3, with mode='constant', "
                         "'mirror' or 'nearest', along up to three axes")
    if order == 3 and mode == "nearest":
        raise NoRuleError("splines through the elements of an array have a rule for mode='constant' and mode='mirror'; "
                         "np.pad goes on with the elements at the ends")
    if input.dtype.kind not in "fc":
        raise NoRuleError("values between the elements of an array have a rule for floats: of integers SciPy gives integers")
    inside = True
    places = []
    for axis in range(input.ndim):
        last = input.shape[axis] - 1
        at = mirrored_in(coordinates[axis], last) if mode == "mirror" else coordinates[axis]
        inside = inside & (at >= 0.0) & (at <= last)
        places.append(np.clip(at, 0.0, last))
    if order == 0:
        found = element(input, [np.floor(x + 0.5).astype(int) for x in places])
    elif order == 1:
        low = [np.clip(np.floor(places[k]).astype(int), 0, max(input.shape[k] - 2, 0)) for k in range(input.ndim)]
        found = between(input, low, [places[k] - low[k] for k in range(input.ndim)])
    else:
        held = input
        for axis in range(input.ndim):
            held = coefficients(held, axis)
        found = spline_between(held, places)
    return like(found if mode == "nearest" else np.where(inside, found, cval), input)


def mirrored_in(at: Any, last: int) -> Any:
    """Places between 0 and ``last``, as if there were mirrors at the ends.

    >>> mirrored_in(np.array([-1.0, 2.5]), 2).tolist()
    [1.0, 1.5]
    """
    turn = np.mod(np.abs(at), 2.0 * max(last, 1))
    return np.where(turn > last, 2.0 * last - turn, turn) if last > 0 else 0.0 * at


def coefficients(x: Any, axis: int) -> Any:
    """Those of the cubic spline through the elements along an axis, with mirrors at its ends.

    >>> coefficients(np.ones(3), 0).round(12).tolist()
    [1.0, 1.0, 1.0]
    """
    filtered = importlib.import_module("scipy.ndimage").spline_filter1d
    return filtered(x, 3, axis, output=np.result_type(x.dtype, np.float64), mode="mirror")


def half_ends(x: Any, axis: int, factor: float) -> Any:
    """An array, the ends of which along an axis are multiplied.

    >>> half_ends(np.ones(3), 0, 0.5).tolist()
    [0.5, 1.0, 0.5]
    """
    count = x.shape[axis]
    weights = np.where((np.arange(count) == 0) | (np.arange(count) == count - 1), factor, 1.0)
    return x * np.reshape(weights, [count if k == axis % x.ndim else 1 for k in range(x.ndim)])


def spline_between(held: Any, places: Any) -> Any:
    """A spline with these coefficients at some places, which are given by axis.

    >>> spline_between(np.ones(3), [np.array([0.25])]).round(12).tolist()
    [1.0]
    """
    at, w = [], []
    for k in range(held.ndim):
        low = np.clip(np.floor(places[k]).astype(int), 0, max(held.shape[k] - 2, 0))
        at.append(around(low, held.shape[k]))
        w.append(weights_of(places[k] - low))
    if held.ndim == 1:
        return np.sum(w[0] * held[at[0]], axis=0)
    if held.ndim == 2:
        return np.sum(w[0][:, None] * w[1] * held[at[0][:, None], at[1]], axis=(0, 1))
    whole = w[0][:, None, None] * w[1][:, None] * w[2] * held[at[0][:, None, None], at[1][:, None], at[2]]
    return np.sum(whole, axis=(0, 1, 2))


def around(low: Any, count: int) -> Any:
    """The four elements around a place, a row for each; beyond the ends there are mirrors.

    >>> around(np.array([0]), 4)[:, 0].tolist()
    [1, 0, 1, 2]
    """
    near = np.abs(np.stack([low - 1, low, low + 1, low + 2]))
    return np.clip(np.abs(np.where(near > count - 1, 2 * (count - 1) - near, near)), 0, count - 1)


def weights_of(t: Any) -> Any:
    """Those of the four cubic splines that are not 0 between two elements (de Boor 1978, chapter IX).

    >>> weights_of(np.array([0.0])).round(6)[:, 0].tolist()
    [0.166667, 0.666667, 0.166667, 0.0]
    """
    s = 1.0 - t
    return np.stack([s * s * s, 4.0 - 3.0 * t * t * (1.0 + s), 4.0 - 3.0 * s * s * (1.0 + t), t * t * t]) / 6.0


def shift(input: Any, shift: Any, order: int = 3, mode: str = "constant", cval: Any = 0.0) -> Any:
    """``scipy.ndimage.shift``.

    >>> shift(np.array([1.0, 2.0, 4.0]), 0.5, 1).tolist()
    [0.0, 1.5, 3.0]
    """
    places = [along(input.shape[k], k, input.ndim) - (shift if np.ndim(shift) == 0 else shift[k]) for k in range(input.ndim)]
    return map_coordinates(input, places, order, mode, cval)


OTHER_AXES = {2: ((1,), (0,)), 3: ((1, 2), (0, 2), (0, 1))}
"""The axes beside each axis of a matrix, and of a block."""


def along(count: int, axis: int, ndim: int) -> Any:
    """The numbers of the elements along an axis, as an array of so many.

    >>> along(2, 0, 2).tolist()
    [[0.0], [1.0]]
    """
    places = np.arange(float(count))
    return np.expand_dims(places, OTHER_AXES[ndim][axis]) if ndim > 1 else places


def zoom(input: Any, zoom: Any, order: int = 3, mode: str = "constant", cval: Any = 0.0) -> Any:
    """``scipy.ndimage.zoom``.

    >>> zoom(np.array([1.0, 2.0]), 1.5, 1).tolist()
    [1.0, 1.5, 2.0]
    """
    places = []
    for k in range(input.ndim):
        count = round(input.shape[k] * (zoom if np.ndim(zoom) == 0 else zoom[k]))
        places.append(along(count, k, input.ndim) * ((input.shape[k] - 1) / max(count - 1, 1)))
    return map_coordinates(input, places, order, mode, cval)


def affine_transform(input: Any, matrix: Any, offset: Any = 0.0, output_shape: Any = None, order: int = 3,
                     mode: str = "constant", cval: Any = 0.0) -> Any:
    """``scipy.ndimage.affine_transform`` by a square matrix, or the diagonal of one.

    >>> affine_transform(np.array([1.0, 2.0, 4.0]), np.array([[0.5]]), order=1).tolist()
    [1.0, 1.5, 2.0]
    """
    if matrix.ndim == 2 and matrix.shape[1] != input.ndim:
        raise ValueError("an affine transform in homogeneous coordinates has no rule: give the matrix and the offset")
    shape = input.shape if output_shape is None else output_shape
    places = []
    for k in range(input.ndim):
        place = offset if np.ndim(offset) == 0 else offset[k]
        if matrix.ndim == 1:
            place = place + matrix[k] * along(shape[k], k, input.ndim)
        else:
            for j in range(input.ndim):
                place = place + matrix[k, j] * along(shape[j], j, input.ndim)
        places.append(place)
    return map_coordinates(input, places, order, mode, cval)


def rotate(input: Any, angle: Any, axes: Any = (1, 0), reshape: bool = True, order: int = 3, mode: str = "constant",
           cval: Any = 0.0) -> Any:
    """``scipy.ndimage.rotate`` of a matrix.

    >>> rotate(np.array([[1.0, 2.0], [3.0, 4.0]]), 90.0, order=1).round(12).tolist()
    [[2.0, 4.0], [1.0, 3.0]]
    """
    if input.ndim != 2:
        raise NoRuleError("scipy.ndimage.rotate has a rule for matrices: rotate one plane after the other")
    c, s = special.cosdg(angle), special.sindg(angle)
    height, width = input.shape
    if reshape:
        rows = int(np.abs(c) * height + np.abs(s) * width + 0.5)
        columns = int(np.abs(s) * height + np.abs(c) * width + 0.5)
    else:
        rows, columns = height, width
    down, across = along(rows, 0, 2) - 0.5 * (rows - 1), along(columns, 1, 2) - 0.5 * (columns - 1)
    places = [c * down + s * across + 0.5 * (height - 1), c * across - s * down + 0.5 * (width - 1)]
    return map_coordinates(input, places, order, mode, cval)


def element(input: Any, places: Any) -> Any:
    """The elements of an array at some places, which are given by axis.

    >>> element(np.array([[1.0, 3.0]]), [np.array([0]), np.array([1])]).tolist()
    [3.0]
    """
    if input.ndim == 1:
        return input[places[0]]
    return input[places[0], places[1]] if input.ndim == 2 else input[places[0], places[1], places[2]]


def between(input: Any, low: Any, part: Any) -> Any:
    """The sum of the elements around each place, weighted with the parts of the way to them.

    >>> between(np.array([1.0, 3.0]), [np.array([0])], [np.array([0.25])]).tolist()
    [1.5]
    """
    high = [np.minimum(low[k] + 1, input.shape[k] - 1) for k in range(input.ndim)]
    if input.ndim == 1:
        return (1.0 - part[0]) * input[low[0]] + part[0] * input[high[0]]
    if input.ndim == 2:
        first = (1.0 - part[1]) * input[low[0], low[1]] + part[1] * input[low[0], high[1]]
        second = (1.0 - part[1]) * input[high[0], low[1]] + part[1] * input[high[0], high[1]]
        return (1.0 - part[0]) * first + part[0] * second
    found = 0.0
    for i, w in ((low[0], 1.0 - part[0]), (high[0], part[0])):
        first = (1.0 - part[2]) * input[i, low[1], low[2]] + part[2] * input[i, low[1], high[2]]
        second = (1.0 - part[2]) * input[i, high[1], low[2]] + part[2] * input[i, high[1], high[2]]
        found = found + w * ((1.0 - part[1]) * first + part[1] * second)
    return found


# Filters that pick elements ---------------------------------------------------------------------------------------------
