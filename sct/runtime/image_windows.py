"""Filters of ``scipy.ndimage`` that pick elements, as plain Python: they are looked into."""

from __future__ import annotations

from typing import Any

import numpy as np

from .checks import NoRuleError
from .images import continued


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
