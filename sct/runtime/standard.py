"""Functions of the standard library as plain Python, for arguments whose length only run time knows: they are looked into.

What they return where an item is not a number, which item comes first among equal ones and what an empty argument raises is
what the functions they stand for do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .helpers import first_max, first_min, sorting_order


def in_order(items: Any, key: Callable[[Any], Any] | None, reverse: bool) -> list[Any]:
    """``sorted(items, key=key, reverse=reverse)``.

    >>> in_order([1.0, -3.0, 2.0], abs, False)
    [1.0, 2.0, -3.0]
    """
    keys = items if key is None else [key(item) for item in items]
    order = sorting_order(keys, reverse)
    return [items[k] for k in order]


def largest(items: Any, key: Callable[[Any], Any] | None) -> Any:
    """``max(items, key=key)``.

    >>> largest([1.0, -3.0, 2.0], abs)
    -3.0
    """
    if len(items) == 0:
        raise ValueError("max() arg is an empty sequence")
    keys = items if key is None else [key(item) for item in items]
    return items[first_max(keys)]


def smallest(items: Any, key: Callable[[Any], Any] | None) -> Any:
    """``min(items, key=key)``.

    >>> smallest([1.0, -3.0, 2.0], abs)
    1.0
    """
    if len(items) == 0:
        raise ValueError("min() arg is an empty sequence")
    keys = items if key is None else [key(item) for item in items]
    return items[first_min(keys)]
