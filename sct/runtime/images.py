"""Filters of ``scipy.ndimage`` and values between the elements of an array, as plain Python: they are looked into."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import signal

from .checks import NoRuleError

AS_NUMPY_PADS = {"reflect": "symmetric", "grid-mirror": "symmetric", "mirror": "reflect", "nearest": "edge", "wrap": "wrap",
                 "grid-wrap": "wrap"}
"""How an array goes on beyond its ends: the name that NumPy has for it."""


def continued(x: Any, widths: Any, mode: str, cval: Any) -> Any:
    """An array with so many elements before and behind it along each axis.

    >>> continued(np.array([1.0, 2.0]), [(1, 1)], "reflect", 0.0).tolist()
    [1.0, 1.0, 2.0, 2.0]
    """
    if x.dtype.kind not in "fc":
        raise ValueError("filters of scipy.ndimage have rules for floats: of integers they give integers")
    if mode in ("constant", "grid-constant"):
        return np.pad(x, widths, mode="constant", constant_values=cval)
    goes_on: Any = AS_NUMPY_PADS.get(mode, mode)
    return np.pad(x, widths, mode=goes_on)


def correlate1d(input: Any, weights: Any, axis: int = -1, mode: str = "reflect", cval: Any = 0.0, origin: int = 0) -> Any:
    """``scipy.ndimage.correlate1d``.

    >>> correlate1d(np.array([1.0, 2.0, 4.0]), np.array([0.0, 1.0, 1.0])).tolist()
    [3.0, 6.0, 8.0]
    """
    count = weights.shape[0]
    v = np.moveaxis(input, axis, -1)
    before = count // 2 + origin
    widths = [(0, 0)] * (v.ndim - 1) + [(before, count - 1 - before)]
    found = signal.lfilter(weights[::-1], np.ones(1), continued(v, widths, mode, cval), -1)
    return like(np.moveaxis(found[..., count - 1 :], -1, axis), input)


def like(found: Any, input: Any) -> Any:
    """A result in the precision of the array, in which SciPy gives it.

    >>> like(np.ones(1), np.ones(1, np.float32)).dtype.name
    'float32'
    """
    return found if found.dtype == input.dtype else found.astype(input.dtype)


def convolve1d(input: Any, weights: Any, axis: int = -1, mode: str = "reflect", cval: Any = 0.0, origin: int = 0) -> Any:
    """``scipy.ndimage.convolve1d``.

    >>> convolve1d(np.array([1.0, 2.0, 4.0]), np.array([0.0, 1.0, 1.0])).tolist()
    [2.0, 3.0, 6.0]
    """
    even = 1 - weights.shape[0] % 2
    return correlate1d(input, weights[::-1], axis, mode, cval, -origin - even)


def uniform_filter1d(input: Any, size: int, axis: int = -1, mode: str = "reflect", cval: Any = 0.0, origin: int = 0) -> Any:
    """``scipy.ndimage.uniform_filter1d``.

    >>> uniform_filter1d(np.array([1.0, 2.0, 6.0]), 3).round(12).tolist()
    [1.333333333333, 3.0, 4.666666666667]
    """
    return correlate1d(input, np.full(size, 1.0 / size), axis, mode, cval, origin)


def uniform_filter(input: Any, size: Any = 3, mode: str = "reflect", cval: Any = 0.0) -> Any:
    """``scipy.ndimage.uniform_filter`` along all axes.

    >>> uniform_filter(np.ones((2, 2))).round(12).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    for axis in range(input.ndim):
        input = uniform_filter1d(input, size if np.ndim(size) == 0 else size[axis], axis, mode, cval)
    return input


def gaussian_filter1d(input: Any, sigma: Any, axis: int = -1, mode: str = "reflect", cval: Any = 0.0, truncate: Any = 4.0,
                      radius: Any = None) -> Any:
    """``scipy.ndimage.gaussian_filter1d`` of the order 0.

    >>> gaussian_filter1d(np.array([0.0, 1.0, 0.0]), 0.5).round(6).tolist()
    [0.106715, 0.786571, 0.106715]
    """
    reach = int(truncate * sigma + 0.5) if radius is None else radius
    places = np.arange(-reach, reach + 1)
    bell = np.exp(-0.5 / (sigma * sigma) * (places * places))
    return correlate1d(input, bell / np.sum(bell), axis, mode, cval)


def gaussian_filter(input: Any, sigma: Any, mode: str = "reflect", cval: Any = 0.0, truncate: Any = 4.0,
                    radius: Any = None) -> Any:
    """``scipy.ndimage.gaussian_filter`` of the order 0 along all axes.

    >>> gaussian_filter(np.ones((2, 2)), 0.5).round(12).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    for axis in range(input.ndim):
        width = sigma if np.ndim(sigma) == 0 else sigma[axis]
        input = gaussian_filter1d(input, width, axis, mode, cval, truncate, radius)
    return input


def correlate(input: Any, weights: Any, mode: str = "reflect", cval: Any = 0.0) -> Any:
    """``scipy.ndimage.correlate``.

    >>> correlate(np.array([1.0, 2.0, 4.0]), np.array([0.0, 1.0, 1.0])).tolist()
    [3.0, 6.0, 8.0]
    """
    widths = [(n // 2, n - 1 - n // 2) for n in weights.shape]
    return like(signal.correlate(continued(input, widths, mode, cval), weights, "valid"), input)


def convolve(input: Any, weights: Any, mode: str = "reflect", cval: Any = 0.0) -> Any:
    """``scipy.ndimage.convolve``.

    >>> convolve(np.array([1.0, 2.0, 4.0]), np.array([0.0, 1.0, 1.0])).tolist()
    [2.0, 3.0, 6.0]
    """
    widths = [(n - 1 - n // 2, n // 2) for n in weights.shape]
    return like(signal.convolve(continued(input, widths, mode, cval), weights, "valid"), input)


def sobel(input: Any, axis: int = -1, mode: str = "reflect", cval: Any = 0.0) -> Any:
    """``scipy.ndimage.sobel``.

    >>> sobel(np.array([1.0, 2.0, 4.0])).tolist()
    [1.0, 3.0, 2.0]
    """
    return edges(input, np.array([1.0, 2.0, 1.0]), axis, mode, cval)


def prewitt(input: Any, axis: int = -1, mode: str = "reflect", cval: Any = 0.0) -> Any:
    """``scipy.ndimage.prewitt``.

    >>> prewitt(np.array([1.0, 2.0, 4.0])).tolist()
    [1.0, 3.0, 2.0]
    """
    return edges(input, np.ones(3), axis, mode, cval)


def edges(input: Any, beside: Any, axis: int, mode: str, cval: Any) -> Any:
    """Differences along one axis, and sums weighted with ``beside`` along the others.

    >>> edges(np.array([1.0, 2.0, 4.0]), np.ones(3), -1, "reflect", 0.0).tolist()
    [1.0, 3.0, 2.0]
    """
    found = correlate1d(input, np.array([-1.0, 0.0, 1.0]), axis, mode, cval)
    for other in range(input.ndim):
        if other != axis % input.ndim:
            found = correlate1d(found, beside, other, mode, cval)
    return found


def laplace(input: Any, mode: str = "reflect", cval: Any = 0.0) -> Any:
    """``scipy.ndimage.laplace``.

    >>> laplace(np.array([1.0, 2.0, 4.0])).tolist()
    [1.0, 1.0, -2.0]
    """
    found = correlate1d(input, np.array([1.0, -2.0, 1.0]), 0, mode, cval)
    for axis in range(1, input.ndim):
        found = found + correlate1d(input, np.array([1.0, -2.0, 1.0]), axis, mode, cval)
    return found


def map_coordinates(input: Any, coordinates: Any, order: int = 3, mode: str = "constant", cval: Any = 0.0) -> Any:
    """``scipy.ndimage.map_coordinates`` of the orders 0 and 1, of arrays of up to three axes.

    >>> map_coordinates(np.array([1.0, 2.0, 4.0]), np.array([[0.5, 1.5, 3.0]]), 1).tolist()
    [1.5, 3.0, 0.0]
    """
    if order not in (0, 1) or mode not in ("constant", "nearest") or input.ndim > 3:
        raise NoRuleError("scipy.ndimage.map_coordinates has a rule for order=0 and order=1, mode='constant' or 'nearest'")
    if input.dtype.kind not in "fc":
        raise NoRuleError("scipy.ndimage.map_coordinates has a rule for floats: of integers it gives integers")
    inside = True
    places = []
    for axis in range(input.ndim):
        last = input.shape[axis] - 1
        inside = inside & (coordinates[axis] >= 0.0) & (coordinates[axis] <= last)
        places.append(np.clip(coordinates[axis], 0.0, last))
    if order == 0:
        found = element(input, [np.floor(x + 0.5).astype(int) for x in places])
    else:
        low = [np.clip(np.floor(places[k]).astype(int), 0, max(input.shape[k] - 2, 0)) for k in range(input.ndim)]
        found = between(input, low, [places[k] - low[k] for k in range(input.ndim)])
    return like(found if mode == "nearest" else np.where(inside, found, cval), input)


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
