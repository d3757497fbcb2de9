"""Reductions of arrays along named axes, as compiled code calls them: whether dimensions stay, then the axes, all literals."""

from __future__ import annotations

from typing import Any

import numpy as np


def sum_along(a: Any, keepdims: bool, *axes: int) -> Any:
    """The sums along ``axes``.

    >>> sum_along(np.ones((2, 3)), True, 1).tolist()
    [[3.0], [3.0]]
    """
    return np.sum(a, axis=axes, keepdims=keepdims)


def mean_along(a: Any, keepdims: bool, *axes: int) -> Any:
    """The means along ``axes``.

    >>> mean_along(np.ones((2, 3)), False, 0).tolist()
    [1.0, 1.0, 1.0]
    """
    return np.mean(a, axis=axes, keepdims=keepdims)


def prod_along(a: Any, keepdims: bool, *axes: int) -> Any:
    """The products along ``axes``.

    >>> prod_along(np.full((2, 3), 2.0), False, 1).tolist()
    [8.0, 8.0]
    """
    return np.prod(a, axis=axes, keepdims=keepdims)


def max_along(a: Any, keepdims: bool, *axes: int) -> Any:
    """The largest elements along ``axes``.

    >>> max_along(np.array([[1.0, 2.0], [4.0, 3.0]]), True, 1).tolist()
    [[2.0], [4.0]]
    """
    return np.max(a, axis=axes, keepdims=keepdims)


def min_along(a: Any, keepdims: bool, *axes: int) -> Any:
    """The smallest elements along ``axes``.

    >>> min_along(np.array([[1.0, 2.0], [4.0, 3.0]]), False, 0).tolist()
    [1.0, 2.0]
    """
    return np.min(a, axis=axes, keepdims=keepdims)
