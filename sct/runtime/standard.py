"""Functions of the standard library as plain Python, for arguments whose length only run time knows: they are looked into.

What they return where an item is not a number, which item comes first among equal ones and what an empty argument raises is
what the functions they stand for do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .helpers import first_max, first_min, sorting_order


def in_order(items: Any, key: Callable[[Any], Any] | None, reverse: bool) -> list[Any]:
    """``sorted(items, key=key, reverse=reverse)``.

    >>> in_order([1.0, -3.0, 2.0], abs, False)
    [1.0, 2.0, -3.0]
    """
    keys = items if key is None else [key(item) for item in items]
    order = sorting_order(keys, True) if reverse else sorting_order(keys)
    ordered = [items[k] for k in order]
    return ordered


def collected(items: Any) -> list[Any]:
    """``list(items)``.

    >>> collected(map(abs, [1.0, -3.0]))
    [1.0, 3.0]
    """
    return [item for item in items]  # noqa: C416


def paired(items: Any) -> dict[Any, Any]:
    """``dict(items)``.

    >>> paired(enumerate([2.0, 5.0]))
    {0: 2.0, 1: 5.0}
    """
    return {key: value for key, value in items}  # noqa: C416


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


def reduced(function: Callable[[Any, Any], Any], items: Any) -> Any:
    """``functools.reduce(function, items)``.

    >>> reduced(lambda a, b: a * b, [2.0, 3.0, 4.0])
    24.0
    """
    if len(items) == 0:
        raise TypeError("reduce() of empty iterable with no initial value")
    total = items[0]
    for k in range(1, len(items)):
        total = function(total, items[k])
    return total


def reduced_from(function: Callable[[Any, Any], Any], items: Any, total: Any) -> Any:
    """``functools.reduce(function, items, total)``.

    >>> reduced_from(lambda a, b: a * b, [2.0, 3.0], 4.0)
    24.0
    """
    for item in items:
        total = function(total, item)
    return total


def running(items: Any, function: Callable[[Any, Any], Any]) -> list[Any]:
    """``list(itertools.accumulate(items, function))``.

    >>> running([1.0, 2.0, 3.0], lambda a, b: a + b)
    [1.0, 3.0, 6.0]
    """
    if len(items) == 0:
        return []
    total = items[0]
    return [total] + [total := function(total, items[k]) for k in range(1, len(items))]


def running_from(items: Any, function: Callable[[Any, Any], Any], total: Any) -> list[Any]:
    """``list(itertools.accumulate(items, function, initial=total))``.

    >>> running_from([1.0, 2.0], lambda a, b: a + b, 5.0)
    [5.0, 6.0, 8.0]
    """
    totals = [total] + [total := function(total, item) for item in items]
    return totals


def taken_while(test: Callable[[Any], Any], items: Any) -> list[Any]:
    """``list(itertools.takewhile(test, items))``.

    >>> taken_while(lambda v: v < 3, [1, 2, 3, 1])
    [1, 2]
    """
    count = 0
    while count < len(items) and test(items[count]):
        count += 1
    taken = [items[k] for k in range(count)]
    return taken


def dropped_while(test: Callable[[Any], Any], items: Any) -> list[Any]:
    """``list(itertools.dropwhile(test, items))``.

    >>> dropped_while(lambda v: v < 3, [1, 2, 3, 1])
    [3, 1]
    """
    count = 0
    while count < len(items) and test(items[count]):
        count += 1
    rest = [items[k] for k in range(count, len(items))]
    return rest


def last_of(items: Any, limit: int) -> Any:
    """What a deque with ``maxlen=limit`` keeps of ``items``.

    >>> last_of([1.0, 2.0, 3.0], 2)
    [2.0, 3.0]
    """
    return [items[k] for k in range(max(len(items) - limit, 0), len(items))]


def put_last(items: Any, item: Any, limit: int) -> None:
    """``append`` of a deque with ``maxlen=limit``.

    >>> items = [1.0, 2.0]
    >>> put_last(items, 3.0, 2)
    >>> items
    [2.0, 3.0]
    """
    list.append(items, item)
    if len(items) > limit:
        list.pop(items, 0)


def put_first(items: Any, item: Any, limit: int) -> None:
    """``appendleft`` of a deque with ``maxlen=limit``.

    >>> items = [1.0, 2.0]
    >>> put_first(items, 3.0, 2)
    >>> items
    [3.0, 1.0]
    """
    list.insert(items, 0, item)
    if len(items) > limit:
        list.pop(items)


def turn_right(items: Any) -> None:
    """``rotate(1)`` of a deque.

    >>> items = [1.0, 2.0, 3.0]
    >>> turn_right(items)
    >>> items
    [3.0, 1.0, 2.0]
    """
    if len(items) > 1:
        list.insert(items, 0, list.pop(items))


def turn_left(items: Any) -> None:
    """``rotate(-1)`` of a deque.

    >>> items = [1.0, 2.0, 3.0]
    >>> turn_left(items)
    >>> items
    [2.0, 3.0, 1.0]
    """
    if len(items) > 1:
        list.append(items, list.pop(items, 0))


def applied(function: Callable[..., Any], *args: Any) -> Any:
    """``function(*args)``: what is no Python function as one.

    >>> applied(abs, -2.0)
    2.0
    """
    return function(*args)


def at_one(x: Any, before: Any, function: Callable[..., Any], behind: Any, args: Any) -> Any:
    """``function(x, *args)``, of all that it depends on.

    >>> at_one(2.0, (), pow, (), (3.0,))
    8.0
    """
    return function(x, *args)


def at_two(x: Any, y: Any, before: Any, function: Callable[..., Any], behind: Any, args: Any) -> Any:
    """``function(x, y, *args)``, likewise.

    >>> at_two(2.0, 3.0, (), pow, (), ())
    8.0
    """
    return function(x, y, *args)


def first_of_pair(function: Callable[..., Any], *args: Any) -> Any:
    """The value, where ``function`` returns that and its derivative.

    >>> first_of_pair(divmod, 7, 2)
    3
    """
    return function(*args)[0]


def second_of_pair(function: Callable[..., Any], *args: Any) -> Any:
    """The derivative, likewise.

    >>> second_of_pair(divmod, 7, 2)
    1
    """
    return function(*args)[1]


def of_shape(x: Any, like: Any) -> Any:
    """``x``, a tangent or cotangent of ``like``.

    >>> import numpy as np
    >>> of_shape(np.array([1.0, 2.0]), np.zeros(2))
    array([1., 2.])
    """
    if x.shape != like.shape:
        raise ValueError("a tangent or cotangent has another shape than what it belongs to")
    return x


def at_place(function: Callable[..., Any], before: tuple[Any, ...], after: tuple[Any, ...], x: Any) -> Any:
    """``function`` of one of its arguments.

    >>> at_place(pow, (2.0,), (), 3.0)
    8.0
    """
    return function(*before, x, *after)


def jacobian_by_rows(pull_back: Callable[[Any], tuple[Any, ...]], out: Any, x: Any) -> Any:
    """The Jacobian of the array ``out`` by ``x``, of which ``pull_back`` gives the gradient for a cotangent.

    >>> jacobian_by_rows(lambda bar: (3.0 * bar,), np.ones(2), np.ones(2)).tolist()
    [[3.0, 0.0], [0.0, 3.0]]
    """
    rows = [pull_back(row.reshape(out.shape))[0] for row in np.eye(out.size)]
    return np.array(rows).reshape(out.shape + np.shape(x))


def jacobian_by_columns(change: Callable[[Any], Any], out: Any, x: Any) -> Any:
    """The Jacobian of ``out`` by the array ``x``, along whose tangents ``change`` gives the change of ``out``.

    >>> jacobian_by_columns(lambda dot: 3.0 * dot, np.ones(2), np.ones(2)).tolist()
    [[3.0, 0.0], [0.0, 3.0]]
    """
    columns = [change(dot.reshape(x.shape)) for dot in np.eye(x.size)]
    return np.moveaxis(np.array(columns), 0, -1).reshape(np.shape(out) + x.shape)
