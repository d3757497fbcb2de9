"""Lists as arrays and back: how compiled code is handed a list, whose items Python would have to hand over one by one.

A list of numbers is an array; a list of arrays is one array of all elements beside the extents; a list of lists is one flat
list beside the lengths; a list of tuples is a list for each place in the tuple.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np


def elements(arrays: list[Any]) -> Any:
    """The elements of all arrays, one after the other.

    >>> elements([np.zeros((1, 2)), np.ones((1, 1))]).tolist()
    [0.0, 0.0, 1.0]
    """
    return np.concatenate([a.ravel() for a in arrays])


def extents(arrays: list[Any]) -> tuple[Any, ...]:
    """For each dimension the extents of all arrays.

    >>> [n.tolist() for n in extents([np.zeros((1, 2)), np.ones((1, 1))])]
    [[1, 1], [2, 1]]
    """
    return tuple(np.array(sizes) for sizes in zip(*(a.shape for a in arrays), strict=True))


def column(tuples: list[tuple[Any, ...]], k: int) -> list[Any]:
    """What stands at place ``k`` of each tuple.

    >>> column([(1, 2.0), (3, 4.0)], 1)
    [2.0, 4.0]
    """
    return [t[k] for t in tuples]


def flat(lists: list[list[Any]]) -> list[Any]:
    """The items of all lists, one after the other.

    >>> flat([[1.0], [2.0, 3.0]])
    [1.0, 2.0, 3.0]
    """
    return list(itertools.chain.from_iterable(lists))


def lengths(lists: list[list[Any]]) -> Any:
    """The lengths of all lists, as an array.

    >>> lengths([[1.0], [2.0, 3.0]]).tolist()
    [1, 2]
    """
    return np.array([len(items) for items in lists])


# ------------------------------------------------------------------------------------- and back, in the compiled function

def as_arrays(data: Any, extents: tuple[Any, ...]) -> list[Any]:
    """The list of arrays that ``elements`` and ``extents`` describe.

    >>> [a.tolist() for a in as_arrays(np.arange(3.0), (np.array([1, 1]), np.array([2, 1])))]
    [[[0.0, 1.0]], [[2.0]]]
    """
    made, start = [], 0
    for shape in zip(*extents, strict=True):
        stop = start + int(np.prod(shape))
        made.append(data[start:stop].reshape(shape))
        start = stop
    return made


def as_tuples(*columns: list[Any]) -> list[tuple[Any, ...]]:
    """The list of tuples that has these columns.

    >>> as_tuples([1, 3], [2.0, 4.0])
    [(1, 2.0), (3, 4.0)]
    """
    return list(zip(*columns, strict=True))


def as_lists(items: list[Any], lengths: Any) -> list[list[Any]]:
    """The lists of these lengths.

    >>> as_lists([1.0, 2.0, 3.0], np.array([1, 2]))
    [[1.0], [2.0, 3.0]]
    """
    made, start = [], 0
    for n in lengths:
        made.append(items[start:start + n])
        start += n
    return made


def empty_list(example: Any) -> list[Any]:
    """An empty list for items like ``example``: Numba must know their type.

    >>> empty_list(0.0)
    []
    """
    return [example][:0]
