"""Elements of arrays and items of lists by their places: added to, put in, found again."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .copies import copied


def index_add(buffer: np.ndarray[Any, Any], index: Any, value: Any) -> None:
    """``buffer[index] += value`` where an element that ``index`` names several times receives every contribution.

    >>> b = np.zeros(3)
    >>> index_add(b, np.array([0, 0, 2]), 1.0)
    >>> b.tolist()
    [2.0, 0.0, 1.0]
    """
    np.add.at(buffer, index, value)


def added_at(array: Any, index: Any, value: Any) -> Any:
    """A copy of ``array`` to which ``index_add`` has added ``value``.

    >>> added_at(np.zeros(3), np.array([0, 0, 2]), 1.0).tolist()
    [2.0, 0.0, 1.0]
    """
    result = array.copy()
    np.add.at(result, index, value)
    return result


def last_written(bar: np.ndarray[Any, Any], index: Any) -> np.ndarray[Any, Any]:
    """The cotangent of ``v`` in ``x[index] = v``: where an element is named several times, the last value stays.

    >>> last_written(np.array([1.0, 2.0]), np.array([0, 0, 1]))
    array([0., 1., 2.])
    """
    taken: np.ndarray[Any, Any] = bar[index]
    number = np.arange(taken.size).reshape(taken.shape)
    last = np.zeros(bar.shape, dtype=int)
    last[index] = number
    taken[last[index] != number] = 0.0
    return taken


def flat_index(positions: Any, shape: tuple[int, ...]) -> tuple[Any, ...]:
    """The index of the elements at ``positions`` in C order, counted from the end where they are negative.

    Beyond the last one it is an IndexError, which NumPy raises where it is given such positions.

    >>> [int(k) for k in flat_index(-1, (2, 3))]
    [1, 2]
    """
    try:
        return np.unravel_index(np.where(np.less(positions, 0), np.add(positions, math.prod(shape)), positions), shape)
    except ValueError as error:
        raise IndexError(str(error)) from None


def diagonal(a: np.ndarray[Any, Any], offset: int = 0) -> np.ndarray[Any, Any]:
    """The diagonal of a matrix as a view that can be written through, which ``np.diagonal`` forbids.

    >>> a = np.zeros((2, 2))
    >>> diagonal(a)[:] = 1.0
    >>> a.tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    view = np.diagonal(a, offset)
    view.flags.writeable = True
    return view


def one_hot(items: Any, index: int, value: Any) -> Any:
    """Zeros like the array, or as many as in the sequence ``items``, with ``value`` at ``index``.

    >>> one_hot((4.0, 5.0, 6.0), 1, 7.0), one_hot(np.array([4.0, 5.0]), 0, 7.0).tolist()
    ((0.0, 7.0, 0.0), [7.0, 0.0])
    """
    if isinstance(items, np.ndarray):
        result = np.zeros_like(items)
        result[index] = value
        return result
    zeros = [0.0] * len(items)
    zeros[index] = value
    return tuple(zeros) if isinstance(items, tuple) else zeros


def replaced(items: list[Any], index: int, value: Any) -> list[Any]:
    """The list with another value at one place.

    >>> replaced([1.0, 2.0, 3.0], -1, 5.0)
    [1.0, 2.0, 5.0]
    """
    result = items[:]
    result[index] = value
    return result


def inserted_at(items: list[Any], index: int) -> int:
    """Where ``items.insert(index, x)`` has put ``x``.

    >>> [inserted_at([7, 8, 9], index) for index in (1, 5, -1, -9)]
    [1, 2, 1, 0]
    """
    before = len(items) - 1
    return min(index, before) if index >= 0 else max(before + index, 0)


def taken_from(items: list[Any], index: int) -> int:
    """Where ``items.pop(index)`` has taken an item from, as the place to insert it again.

    >>> [taken_from([7, 8], index) for index in (1, -1, -3)]
    [1, 2, 0]
    """
    return index if index >= 0 else len(items) + 1 + index


def folded(items: list[Any], count: int) -> list[Any]:
    """The sums of every ``count``-th item: what repeating a list of ``count`` items gives back to each of them.

    >>> folded([1.0, 2.0, 10.0, 20.0], 2)
    [11.0, 22.0]
    """
    result: list[Any] = copied(items[:count])
    for k in range(count, len(items)):
        result[k % count] = result[k % count] + items[k]
    return result
