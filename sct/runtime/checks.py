"""What generated code tests while it runs: that extents agree, that a remembered value is of the kind that its source says."""

from __future__ import annotations

from typing import Any

import numpy as np


class NoRuleError(ValueError):
    """What a function that is looked into raises where it knows, before it runs, that it cannot say the call: it is refused."""


def same_extent(a: int, b: int) -> None:
    """Raises ``ValueError`` where arrays are combined whose dimensions differ, in code that spreads none of length 1.

    >>> same_extent(3, 3)
    """
    if a != b:
        raise ValueError("operands have different shapes; compiled code spreads no dimension of length 1 here")


def within(lo: int, hi: int, extent: int, *rounds: int) -> None:
    """Raises ``IndexError`` unless all integers from ``lo`` to before ``hi`` are indices of a dimension with this extent.

    ``rounds`` are those of the loops between this test and the elements: nothing is read or written where one has none.

    >>> within(-2, 3, 3), within(0, 9, 3, 5, 0), within(4, 4, 3)
    (None, None, None)
    >>> within(0, 4, 3)
    Traceback (most recent call last):
    IndexError: index is out of bounds
    """
    if lo < hi and (lo < -extent or hi > extent):
        for count in rounds:
            if count <= 0:
                return
        raise IndexError("index is out of bounds")


def inside(index: int, extent: int) -> int:
    """``index``, if it is one of a dimension with this extent; raises ``IndexError`` otherwise.

    >>> inside(-3, 3)
    -3
    """
    if index < -extent or index >= extent:
        raise IndexError("index is out of bounds")
    return index


def divided(a: Any, b: Any) -> Any:
    """``a / b`` as Python divides numbers, in compiled code whose other divisions are NumPy's.

    >>> divided(1.0, 0.0)
    Traceback (most recent call last):
    ZeroDivisionError: float division by zero
    """
    return a / b


def floor_divided(a: Any, b: Any) -> Any:
    """``a // b`` as Python divides numbers."""
    return a // b


def remainder(a: Any, b: Any) -> Any:
    """``a % b`` as Python divides numbers."""
    return a % b


def power(a: Any, b: Any) -> Any:
    """``a ** b`` as Python raises numbers to a power."""
    return a ** b


def expected(value: Any, kind: Any) -> Any:
    """``value``, which a function remembered from an earlier call, if it is what the function returns today.

    ``kind`` is a class, ``[dtype, ndim]`` for an array, ``None``, or a tuple of kinds for a tuple.

    >>> expected((2.0, np.ones(3)), (float, ["float64", 1]))[0]
    2.0
    """
    if isinstance(kind, tuple) and type(value) is tuple and len(value) == len(kind):
        return tuple(map(expected, value, kind))
    if isinstance(kind, list):
        fits = type(value) is np.ndarray and [value.dtype.name, value.ndim] == kind
    else:
        fits = value is None if kind is None else type(value) is kind
    if not fits:
        found = f"an array of {value.dtype}[{value.ndim}]" if isinstance(value, np.ndarray) else f"a {type(value).__name__}"
        raise TypeError(f"a cached function returned {found} where its source says {kind}: clear its cache (cache_clear())")
    return value
