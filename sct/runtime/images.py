"""Filters of ``scipy.ndimage`` and values between the elements of an array, as plain Python: they are looked into."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
from scipy import signal, special

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
        raise NoRuleError("filters of scipy.ndimage have rules for floats: of integers they give integers")
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


def gaussian_filter1d(input: Any, sigma: Any, axis: int = -1, order: int = 0, mode: str = "reflect", cval: Any = 0.0,
                      truncate: Any = 4.0, radius: Any = None) -> Any:
    """``scipy.ndimage.gaussian_filter1d``, up to the third derivative.

    >>> gaussian_filter1d(np.array([0.0, 1.0, 0.0]), 0.5).round(6).tolist()
    [0.106715, 0.786571, 0.106715]
    """
    reach = int(truncate * sigma + 0.5) if radius is None else radius
    places = np.arange(-reach, reach + 1)
    bell = np.exp(-0.5 / (sigma * sigma) * (places * places))
    return correlate1d(input, bell_slope(order, places / sigma, sigma) * bell / np.sum(bell), axis, mode, cval)


def bell_slope(order: int, u: Any, sigma: Any) -> Any:
    """The derivative of that order of a Gaussian, turned around, over the Gaussian: one of Hermite's polynomials.

    >>> float(bell_slope(1, 0.5, 2.0))
    0.25
    """
    if order == 0:
        return 1.0
    if order == 1:
        return u / sigma
    if order == 2:
        return (u * u - 1.0) / (sigma * sigma)
    if order == 3:
        return (u * u - 3.0) * u / (sigma * sigma * sigma)
    raise ValueError("filters by derivatives of a Gaussian have a rule up to order=3")


def gaussian_filter(input: Any, sigma: Any, order: Any = 0, mode: str = "reflect", cval: Any = 0.0, truncate: Any = 4.0,
                    radius: Any = None) -> Any:
    """``scipy.ndimage.gaussian_filter`` along all axes.

    >>> gaussian_filter(np.ones((2, 2)), 0.5).round(12).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    for axis in range(input.ndim):
        width = sigma if np.ndim(sigma) == 0 else sigma[axis]
        degree = order if isinstance(order, int) else order[axis]
        input = gaussian_filter1d(input, width, axis, degree, mode, cval, truncate, radius)
    return input


def twice_at(chosen: int, axis: int, order: int) -> int:
    """The order of a derivative along an axis, where one axis is chosen.

    >>> twice_at(1, 1, 2), twice_at(1, 0, 2)
    (2, 0)
    """
    return order if chosen == axis else 0


def gaussian_along(input: Any, sigma: Any, chosen: int, order: int, mode: str, cval: Any) -> Any:
    """``gaussian_filter`` with a derivative along one axis.

    >>> gaussian_along(np.array([0.0, 1.0, 2.0]), 0.5, 0, 1, "reflect", 0.0).round(6)[1]
    np.float64(0.855828)
    """
    for axis in range(input.ndim):
        width = sigma if np.ndim(sigma) == 0 else sigma[axis]
        input = gaussian_filter1d(input, width, axis, twice_at(chosen, axis, order), mode, cval)
    return input


def gaussian_laplace(input: Any, sigma: Any, mode: str = "reflect", cval: Any = 0.0) -> Any:
    """``scipy.ndimage.gaussian_laplace``.

    >>> gaussian_laplace(np.array([0.0, 1.0, 0.0]), 0.5).round(6)[1]
    np.float64(-3.146283)
    """
    found = gaussian_along(input, sigma, 0, 2, mode, cval)
    for axis in range(1, input.ndim):
        found = found + gaussian_along(input, sigma, axis, 2, mode, cval)
    return found


def gaussian_gradient_magnitude(input: Any, sigma: Any, mode: str = "reflect", cval: Any = 0.0) -> Any:
    """``scipy.ndimage.gaussian_gradient_magnitude``, whose slope where it is 0 is taken for 0.

    >>> gaussian_gradient_magnitude(np.ones((2, 2)), 0.5).round(12).tolist()
    [[0.0, 0.0], [0.0, 0.0]]
    """
    square = gaussian_along(input, sigma, 0, 1, mode, cval) ** 2
    for axis in range(1, input.ndim):
        square = square + gaussian_along(input, sigma, axis, 1, mode, cval) ** 2
    return np.where(square == 0.0, square, np.sqrt(np.where(square == 0.0, 1.0, square)))


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


def windows(input: Any, size: Any, mode: str, cval: Any, origin: int = 0) -> Any:
    """The elements around each element of an array of up to three axes, along a last axis.

    >>> windows(np.array([1.0, 2.0, 4.0]), 3, "nearest", 0.0).tolist()
    [[1.0, 1.0, 2.0], [1.0, 2.0, 4.0], [2.0, 4.0, 4.0]]
    """
    if size is None or input.ndim > 3:
        raise NoRuleError("filters that pick elements have a rule for boxes, given by `size`, of up to three axes")
    sizes = [size if np.ndim(size) == 0 else size[k] for k in range(input.ndim)]
    shape = input.shape
    held = continued(input, [(n // 2 + origin, n - 1 - n // 2 - origin) for n in sizes], mode, cval)
    at = [np.expand_dims(np.arange(shape[k]), 1) + np.arange(sizes[k]) for k in range(input.ndim)]
    if input.ndim == 1:
        return held[at[0]]
    if input.ndim == 2:
        return np.reshape(held[at[0][:, None, :, None], at[1][:, None, :]], (*shape, sizes[0] * sizes[1]))
    found = held[at[0][:, None, None, :, None, None], at[1][:, None, None, :, None], at[2][:, None, None, :]]
    return np.reshape(found, (*shape, sizes[0] * sizes[1] * sizes[2]))


def maximum_filter(input: Any, size: Any = None, mode: str = "reflect", cval: Any = 0.0, origin: int = 0) -> Any:
    """``scipy.ndimage.maximum_filter``.

    >>> maximum_filter(np.array([1.0, 2.0, 4.0]), 3).tolist()
    [2.0, 4.0, 4.0]
    """
    return np.max(windows(input, size, mode, cval, origin), axis=-1)


def minimum_filter(input: Any, size: Any = None, mode: str = "reflect", cval: Any = 0.0, origin: int = 0) -> Any:
    """``scipy.ndimage.minimum_filter``.

    >>> minimum_filter(np.array([1.0, 2.0, 4.0]), 3).tolist()
    [1.0, 1.0, 2.0]
    """
    return np.min(windows(input, size, mode, cval, origin), axis=-1)


def rank_filter(input: Any, rank: int, size: Any = None, mode: str = "reflect", cval: Any = 0.0, origin: int = 0) -> Any:
    """``scipy.ndimage.rank_filter``.

    >>> rank_filter(np.array([1.0, 2.0, 4.0]), -1, 3).tolist()
    [2.0, 4.0, 4.0]
    """
    return np.sort(windows(input, size, mode, cval, origin), axis=-1)[..., rank]


def median_filter(input: Any, size: Any = None, mode: str = "reflect", cval: Any = 0.0, origin: int = 0) -> Any:
    """``scipy.ndimage.median_filter``, which picks the larger one of two in the middle.

    >>> median_filter(np.array([1.0, 2.0, 4.0]), 3).tolist()
    [1.0, 2.0, 4.0]
    """
    around_each = windows(input, size, mode, cval, origin)
    return np.sort(around_each, axis=-1)[..., around_each.shape[-1] // 2]


def percentile_filter(input: Any, percentile: Any, size: Any = None, mode: str = "reflect", cval: Any = 0.0,
                      origin: int = 0) -> Any:
    """``scipy.ndimage.percentile_filter``.

    >>> percentile_filter(np.array([1.0, 2.0, 4.0]), 100, 3).tolist()
    [2.0, 4.0, 4.0]
    """
    around_each = windows(input, size, mode, cval, origin)
    count = around_each.shape[-1]
    share = percentile + 100.0 if percentile < 0.0 else percentile
    return np.sort(around_each, axis=-1)[..., min(int(count * share / 100.0), count - 1)]


def grey_dilation(input: Any, size: Any = None, mode: str = "reflect", cval: Any = 0.0) -> Any:
    """``scipy.ndimage.grey_dilation`` by a box of odd sides."""
    return maximum_filter(input, odd(size), mode, cval)


def grey_erosion(input: Any, size: Any = None, mode: str = "reflect", cval: Any = 0.0) -> Any:
    """``scipy.ndimage.grey_erosion`` by a box of odd sides."""
    return minimum_filter(input, odd(size), mode, cval)


def grey_opening(input: Any, size: Any = None, mode: str = "reflect", cval: Any = 0.0) -> Any:
    """``scipy.ndimage.grey_opening`` by a box of odd sides."""
    return maximum_filter(minimum_filter(input, odd(size), mode, cval), size, mode, cval)


def grey_closing(input: Any, size: Any = None, mode: str = "reflect", cval: Any = 0.0) -> Any:
    """``scipy.ndimage.grey_closing`` by a box of odd sides."""
    return minimum_filter(maximum_filter(input, odd(size), mode, cval), size, mode, cval)


def medfilt(volume: Any, kernel_size: Any = None) -> Any:
    """``scipy.signal.medfilt``, with zeros beyond the ends.

    >>> medfilt(np.array([1.0, 2.0, 4.0])).tolist()
    [1.0, 2.0, 2.0]
    """
    return median_filter(volume, 3 if kernel_size is None else odd(kernel_size), "constant", 0.0)


def medfilt2d(input: Any, kernel_size: Any = 3) -> Any:
    """``scipy.signal.medfilt2d``.

    >>> medfilt2d(np.array([[1.0, 2.0, 4.0]]), (1, 3)).tolist()
    [[1.0, 2.0, 2.0]]
    """
    return median_filter(input, odd(kernel_size), "constant", 0.0)


def odd(size: Any) -> Any:
    """The sides of a box; even ones are put another way round by dilations than by erosions.

    >>> odd(3)
    3
    """
    if np.any(np.asarray(size) % 2 == 0):
        raise ValueError("filters of shapes have a rule for boxes of odd sides")
    return size
