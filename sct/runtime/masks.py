"""What compiled code has in the place of some of NumPy's indexing and shifting: masks of several dimensions, rolled axes."""

from __future__ import annotations

from typing import Any

import numpy as np


def chosen(a: Any, mask: Any) -> Any:
    """The elements of ``a`` where a mask of the same shape is true.

    >>> chosen(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[True, False], [True, True]])).tolist()
    [1.0, 3.0, 4.0]
    """
    return a[mask]


def put_chosen(a: Any, mask: Any, value: Any) -> None:
    """Writes to the elements of ``a`` where a mask of the same shape is true, one value each or one for all.

    >>> a = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> put_chosen(a, a > 2.0, np.array([5.0, 6.0]))
    >>> a.tolist()
    [[1.0, 2.0], [5.0, 6.0]]
    """
    a[mask] = value


def rolled(a: Any, shift: int, axis: int) -> Any:
    """The array shifted along one axis; what leaves it at one end comes in at the other.

    >>> rolled(np.array([[1.0, 2.0, 3.0]]), 1, 1).tolist()
    [[3.0, 1.0, 2.0]]
    """
    return np.roll(a, shift, axis=axis)


def keep(x: Any) -> None:
    """Does nothing: a compiler that sees the call leaves what is stored into ``x`` alone."""
