"""New arrays and containers like given ones: zeros, copies, copies that share memory with each other as the originals do."""

from __future__ import annotations

from typing import Any

import numpy as np


def zeros_like(x: Any, *path: int) -> Any:
    """A zero cotangent for a container, or for its item at ``path``: 0.0 for each number, an array of zeros for each array.

    None instead of a container has no items, and its cotangent is never used.

    >>> zeros_like([1.0, 2.0]), zeros_like((1.0, np.ones(2)), 1), zeros_like(None, 1)
    ([0.0, 0.0], array([0., 0.]), 0.0)
    """
    for key in path:
        x = None if x is None else x[key]
    if isinstance(x, list | tuple):
        kind = list if isinstance(x, list) else tuple
        return kind([0.0]) * len(x) if set(map(type, x)) <= {float, np.float64} else kind(map(zeros_like, x))
    if isinstance(x, dict):
        return {key: zeros_like(item) for key, item in x.items()}
    if not isinstance(x, np.ndarray):
        return 0.0
    return np.zeros_like(x, dtype=None if x.dtype.kind in "fc" else float)


def list_of_zeros(x: Any) -> list[Any]:
    """A zero cotangent for what is a list on some paths; empty where it is None or a number.

    >>> list_of_zeros([1.0, 2.0]), list_of_zeros(None), list_of_zeros(1.0)
    ([0.0, 0.0], [], [])
    """
    return list(zeros_like(x)) if isinstance(x, list | tuple) else []


def dict_of_zeros(x: Any) -> dict[Any, Any]:
    """A zero cotangent for what is a dict on some paths; empty where it is None or a number.

    >>> dict_of_zeros({"a": 1.0}), dict_of_zeros(None)
    ({'a': 0.0}, {})
    """
    return dict(zeros_like(x)) if isinstance(x, dict) else {}


def copied(x: Any) -> Any:
    """A container, the containers and the arrays in it, all new.

    >>> copied([[1.0], (2.0, {"a": 3.0})])
    [[1.0], (2.0, {'a': 3.0})]
    """
    if isinstance(x, np.ndarray):
        return x.copy()
    if isinstance(x, dict):
        return {key: copied(item) for key, item in x.items()}
    if not isinstance(x, list | tuple):
        return x
    items = [copied(item) for item in x]
    return items if isinstance(x, list) else type(x)(*items) if hasattr(x, "_fields") else tuple(items)


def with_floats(x_bar: Any) -> Any:
    """A new container in which Python's floats stand for NumPy's: the gradient by one that holds Python's.

    >>> with_floats([(np.float64(1.0), np.ones(1)), (2.0, np.ones(1))])
    [(1.0, array([1.])), (2.0, array([1.]))]
    """
    if isinstance(x_bar, list | tuple):
        items = np.array(x_bar).tolist() if set(map(type, x_bar)) <= {float, np.float64} else list(map(with_floats, x_bar))
        return items if isinstance(x_bar, list) else type(x_bar)(*items) if hasattr(x_bar, "_fields") else tuple(items)
    return float(x_bar) if isinstance(x_bar, np.float64) else copied(x_bar)


def in_types_of(x_bar: Any, x: Any) -> Any:
    """The gradient by a container in which Python's numbers stand beside NumPy's, each number in the type of the one in ``x``.

    >>> in_types_of([1.0, np.float64(2.0)], [np.float32(3.0), 4.0])
    [np.float32(1.0), 2.0]
    """
    if isinstance(x_bar, dict):
        return {key: in_types_of(item, x[key]) for key, item in x_bar.items()}
    if isinstance(x_bar, list | tuple):
        items = [in_types_of(item, one) for item, one in zip(x_bar, x, strict=True)]
        return items if isinstance(x_bar, list) else type(x_bar)(*items) if hasattr(x_bar, "_fields") else tuple(items)
    is_number = isinstance(x, float | complex | np.inexact)
    return type(x)(x_bar) if is_number and type(x_bar) is not type(x) else x_bar


def of_class(items: list[Any], cls: Any) -> list[Any]:
    """The tuples of a list as named tuples; for tuples in these, the classes stand behind that of the outer one.

    >>> from collections import namedtuple
    >>> Point = namedtuple("Point", "x y")
    >>> of_class([(1.0, 2.0)], Point)
    [Point(x=1.0, y=2.0)]
    >>> of_class([((1.0, 2.0), [(3.0, 4.0)])], (tuple, Point, [Point]))
    [(Point(x=1.0, y=2.0), [Point(x=3.0, y=4.0)])]
    """
    if cls is None or not items:
        return items
    if isinstance(cls, list):
        return [of_class(item, cls[0]) for item in items]
    if not isinstance(cls, tuple):
        return [cls(*item) for item in items]
    made, *inner = cls
    columns = [of_class(list(column), one) for column, one in zip(zip(*items, strict=True), inner, strict=True)]
    return [made(row) if made is tuple else made(*row) for row in zip(*columns, strict=True)]


def replicated(held: Any, made: dict[int, Any] | None = None) -> Any:
    """Copies of the arrays in nested tuples, lists and dicts that share memory with each other as the originals do.

    >>> a = np.zeros(3)
    >>> b, view = replicated((a, a[1:]))
    >>> b[2] = 5.0
    >>> view.tolist(), a.tolist()
    ([0.0, 5.0], [0.0, 0.0, 0.0])
    """
    made = {} if made is None else made
    if isinstance(held, np.ndarray):
        owner = held
        while isinstance(owner.base, np.ndarray):
            owner = owner.base
        if id(owner) not in made:
            made[id(owner)] = owner.copy(order="K").ravel(order="K")
        offset = held.ctypes.data - owner.ctypes.data if held.size else 0
        return np.ndarray(held.shape, held.dtype, made[id(owner)], offset, held.strides)
    if type(held) is list:
        if id(held) not in made:
            made[id(held)] = [replicated(item, made) for item in held]
        return made[id(held)]
    if type(held) is dict:
        if id(held) not in made:
            made[id(held)] = {key: replicated(item, made) for key, item in held.items()}
        return made[id(held)]
    if isinstance(held, tuple):
        items = [replicated(item, made) for item in held]
        return type(held)(*items) if hasattr(held, "_fields") else tuple(items)
    return held


def twin(a: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A copy that lies in memory as ``a`` does.

    >>> a = np.zeros((4, 6))[::2, ::3]
    >>> twin(a).strides == a.strides
    True
    """
    copy: np.ndarray[Any, Any] = replicated(a)
    return copy
