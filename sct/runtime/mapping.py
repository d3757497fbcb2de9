"""What NumPy's functions that call a function do, as plain Python: they are looked into."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def of_rows(function: Callable[..., Any], rows: Any, rest: tuple[Any, ...]) -> Any:
    """``np.apply_along_axis(function, 1, rows, *rest)``.

    >>> of_rows(np.sum, np.ones((2, 3)), ()).tolist()
    [3.0, 3.0]
    """
    return np.array([function(row, *rest) for row in rows])


def of_numbers(function: Callable[..., Any], numbers: list[Any]) -> Any:
    """``np.vectorize(function)(numbers)``.

    >>> of_numbers(lambda x: x + 1.0, [1.0, 2.0]).tolist()
    [2.0, 3.0]
    """
    return np.array([function(number) for number in numbers])


def of_tuples(function: Callable[..., Any], columns: list[list[Any]]) -> Any:
    """``np.vectorize(function)(*columns)``.

    >>> of_tuples(lambda x, y: x + y, [[1.0, 2.0], [3.0, 4.0]]).tolist()
    [4.0, 6.0]
    """
    return np.array([function(*[column[k] for column in columns]) for k in range(len(columns[0]))])


def all_so_far(function: Callable[[Any, Any], Any], items: Any) -> Any:
    """``function.accumulate(items)``.

    >>> all_so_far(np.subtract, np.array([5.0, 1.0, 2.0])).tolist()
    [5.0, 4.0, 2.0]
    """
    total = items[0]
    totals = [total]
    for k in range(1, len(items)):
        total = function(total, items[k])
        totals.append(total)
    return np.array(totals)
