"""What built-in functions decide or combine: which item is the greatest, how items are ordered, put together or multiplied."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np


def first_max(items: Sequence[Any]) -> int:
    """The index of the item that the builtin ``max`` returns: the first largest, NaNs compared as Python compares them.

    >>> first_max([1.0, 3.0, 3.0])
    1
    """
    best = 0
    for k in range(1, len(items)):
        if items[k] > items[best]:
            best = k
    return best


def first_min(items: Sequence[Any]) -> int:
    """The index of the item that the builtin ``min`` returns: the first smallest.

    >>> first_min([2.0, 1.0, 1.0])
    1
    """
    best = 0
    for k in range(1, len(items)):
        if items[k] < items[best]:
            best = k
    return best


def sorting_order(keys: Sequence[Any], reverse: bool = False) -> list[int]:
    """The permutation that ``sorted`` applies: equal keys keep their order, also in reverse.

    >>> sorting_order([2.0, 1.0, 2.0]), sorting_order([2.0, 1.0, 2.0], True)
    ([1, 0, 2], [0, 2, 1])
    """
    return sorted(range(len(keys)), key=keys.__getitem__, reverse=reverse)


def arranged_places(kind: str, count: int, *sizes: int) -> np.ndarray[Any, Any]:
    """Which items ``itertools`` puts together, a row of places for each tuple: ``count`` of one pool, or each of a product.

    >>> arranged_places("combinations", 2, 3).tolist(), arranged_places("product", 1, 1, 2).tolist()
    ([[0, 1], [0, 2], [1, 2]], [[0, 0], [0, 1]])
    """
    fn = getattr(itertools, kind)
    pools = [range(size) for size in sizes]
    rows = list(fn(*pools, repeat=count) if kind == "product" else fn(*pools, count))
    return np.array(rows, dtype=int).reshape(len(rows), count * len(sizes))


def products_of_others(items: Sequence[Any], start: Any = 1) -> list[Any]:
    """For each item the product of ``start`` and all other items: two running products, no division, so zeros are exact.

    >>> products_of_others([2.0, 0.0, 5.0])
    [0.0, 10.0, 0.0]
    """
    results: list[Any] = []
    before = start
    for item in items:
        results.append(before)
        before = before * item
    after = 1
    for k in range(len(results) - 1, -1, -1):
        results[k] = results[k] * after
        after = after * items[k]
    return results
