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
