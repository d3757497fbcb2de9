"""Linear filters of ``scipy.ndimage`` as plain Python: they are looked into."""

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
