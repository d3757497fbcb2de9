"""What ``ufunc.at`` does where an element may be named several times, as plain Python: it is looked into.

Each element is computed once for each time that it is named, with what the time before left in it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def each(function: Callable[[Any], Any], a: Any, i: Any) -> None:
    """``ufunc.at(a, i)``.

    >>> a = [3.0, 2.0]
    >>> each(lambda x: x * x, a, [0, 0])
    >>> a
    [81.0, 2.0]
    """
    for k in range(len(i)):
        a[i[k]] = function(a[i[k]])


def each_with(function: Callable[[Any, Any], Any], a: Any, i: Any, b: Any) -> None:
    """``ufunc.at(a, i, b)``, where ``b`` has as many items as ``i``, or one.

    >>> a = [3.0, 2.0]
    >>> each_with(lambda x, y: x * y, a, [0, 0], [5.0, 7.0])
    >>> a
    [105.0, 2.0]
    """
    for k in range(len(i)):
        a[i[k]] = function(a[i[k]], b[k % len(b)])


def each_with_one(function: Callable[[Any, Any], Any], a: Any, i: Any, b: Any) -> None:
    """``ufunc.at(a, i, b)``, where all of ``b`` meets each item."""
    for k in range(len(i)):
        a[i[k]] = function(a[i[k]], b)


def each_of_several(function: Callable[[Any], Any], a: Any, indices: Any) -> None:
    """``ufunc.at(a, indices)`` for a tuple of vectors."""
    for k in range(len(indices[0])):
        a[tuple([i[k] for i in indices])] = function(a[tuple([i[k] for i in indices])])


def each_with_of_several(function: Callable[[Any, Any], Any], a: Any, indices: Any, b: Any) -> None:
    """``ufunc.at(a, indices, b)`` for a tuple of vectors."""
    for k in range(len(indices[0])):
        a[tuple([i[k] for i in indices])] = function(a[tuple([i[k] for i in indices])], b[k % len(b)])


def each_with_one_of_several(function: Callable[[Any, Any], Any], a: Any, indices: Any, b: Any) -> None:
    """``ufunc.at(a, indices, b)`` for a tuple of vectors, where all of ``b`` meets each item."""
    for k in range(len(indices[0])):
        a[tuple([i[k] for i in indices])] = function(a[tuple([i[k] for i in indices])], b)
