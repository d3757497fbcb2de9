"""Takes axes, widths and arrays, gives the index arithmetic that rule bodies share, so that a rule reads as its formula.

Functions marked ``static`` see only facts known when a rule is applied (numbers of dimensions, axes, subscripts) and are
run at that time; the others are inlined into the rule that calls them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from .facts import may_be_empty

F = TypeVar("F", bound=Callable[..., Any])


def static(fn: F) -> F:
    """Mark a helper whose arguments are all known when a rule is applied: it is run then, and its result is a constant."""
    fn.is_static = True  # type: ignore[attr-defined]
    return fn


# ------------------------------------------------------------------------------------------------ static facts


@static
def normal_axis(axis: int, ndim: int) -> int:
    """The axis counted from the front.

    >>> normal_axis(-1, 3)
    2
    """
    return axis % ndim


@static
def normal_axes(axis: int | tuple[int, ...] | list[int] | None, ndim: int) -> tuple[int, ...]:
    """The axes an ``axis`` argument means, counted from the front, ascending.

    >>> normal_axes(None, 2), normal_axes(-1, 3), normal_axes((-1, 0), 3)
    ((0, 1), (2,), (0, 2))
    """
    if axis is None:
        return tuple(range(ndim))
    axes = (axis,) if isinstance(axis, int) else axis
    return tuple(sorted(k % ndim for k in axes)) if ndim > 0 else ()


@static
def leading(axis: int | tuple[int, ...] | None, ndim: int) -> bool:
    """Whether the reduced axes come first, so that the reduced array broadcasts against the full one as it is.

    >>> leading(0, 2), leading(1, 2), leading(None, 3)
    (True, False, True)
    """
    axes = normal_axes(axis, ndim)
    return axes == tuple(range(len(axes)))


@static
def other_axes(axes: int | tuple[int, ...] | None, ndim: int) -> tuple[int, ...]:
    """The axes that ``axes`` leaves out.

    >>> other_axes((0, -1), 4)
    (1, 2)
    """
    named = normal_axes(axes, ndim)
    return tuple(k for k in range(ndim) if k not in named)


@static
def inverse_permutation(axes: tuple[int, ...]) -> tuple[int, ...]:
    """The permutation that undoes ``axes``.

    >>> inverse_permutation((2, 0, 1))
    (1, 2, 0)
    """
    return tuple(sorted(range(len(axes)), key=lambda k: axes[k] % len(axes)))


@static
def pair(axes: Any, a_ndim: int, b_ndim: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The contracted axes of both arguments of ``tensordot``, from its ``axes``, counted from the front.

    >>> pair(1, 2, 2), pair((0, 1), 2, 2), pair(([0, -1], [1, 0]), 2, 2)
    (((1,), (0,)), ((0,), (1,)), ((0, 1), (1, 0)))
    """
    if isinstance(axes, int):
        return tuple(range(a_ndim - axes, a_ndim)), tuple(range(axes))
    left, right = ((side,) if isinstance(side, int) else tuple(side) for side in axes)
    return tuple(k % a_ndim for k in left), tuple(k % b_ndim for k in right)


@static
def explicit(subscripts: str, ndims: tuple[int, ...]) -> tuple[tuple[str, ...], str]:
    """The subscripts of every operand and of the result of an ``einsum``, ellipses and an implicit result spelled out.

    >>> explicit("ij,jk", (2, 2)), explicit("...i->...", (2,))
    ((('ij', 'jk'), 'ik'), (('Ai',), 'A'))
    """
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    parts = inputs.split(",")
    free = [c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in subscripts]
    hidden = [n - len(p.replace("...", "")) if "..." in p else 0 for p, n in zip(parts, ndims, strict=True)]
    batch = "".join(free[: max(hidden)])
    if not arrow:
        letters = "".join(parts).replace(".", "")
        output = ("..." if batch else "") + "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    spelled = tuple(p.replace("...", batch[len(batch) - h :]) for p, h in zip(parts, hidden, strict=True))
    return spelled, output.replace("...", batch)


# ------------------------------------------------------------------------------------------- parts of an array


def slab(v: Any, axis: int, lo: Any, hi: Any) -> Any:
    """``v[lo:hi]`` along ``axis``."""
    if lo is None and hi is None:
        return v
    where = normal_axis(axis, v.ndim)
    if where == 0:
        return v[lo:hi]
    if where == v.ndim - 1:
        return v[..., lo:hi]
    if where == 1:
        return v[:, lo:hi]
    return v[(slice(None),) * where + (slice(lo, hi),)]


def pick(v: Any, axis: int, index: Any) -> Any:
    """``v[index]`` along ``axis``, which disappears."""
    where = normal_axis(axis, v.ndim)
    if where == 0:
        return v[index]
    if where == v.ndim - 1:
        return v[..., index]
    if where == 1:
        return v[:, index]
    return v[(slice(None),) * where + (index,)]


def backwards(v: Any, axis: int) -> Any:
    """``v`` with the order along ``axis`` reversed."""
    if normal_axis(axis, v.ndim) == 0:
        return v[::-1]
    return np.flip(v, axis)


def flat(v: Any) -> Any:
    """The elements as a vector."""
    return v if np.ndim(v) == 1 else np.reshape(v, -1)


def like(v: Any, a: Any) -> Any:
    """``v``, which has as many elements as ``a``, in the shape of ``a``."""
    if np.ndim(a) == 1 and np.ndim(v) == 1:
        return v
    if np.ndim(a) > 0:
        return np.reshape(v, a.shape)
    if np.ndim(v) == 0:
        return v
    return v[(0,) * v.ndim] if v.ndim > 1 else v[0]


# ---------------------------------------------------------------------------------------------- reduced arrays


def reduced(fn: Any, v: Any, axis: Any, keepdims: bool) -> Any:
    """``fn(v, axis, keepdims=keepdims)`` spelled without the defaults."""
    if keepdims:
        return fn(v, axis=axis, keepdims=True)
    if axis is None:
        return fn(v)
    return fn(v, axis=axis)


def beside(fn: Any, a: Any, axis: Any) -> Any:
    """``fn`` reduced over ``axis``, in a shape that broadcasts against ``a``."""
    return reduced(fn, a, axis, not leading(axis, np.ndim(a)))


def spread(v: Any, a: Any, axis: Any, keepdims: bool) -> Any:
    """``v``, the result of reducing ``a`` over ``axis``, in a shape that broadcasts against ``a``."""
    if keepdims or leading(axis, np.ndim(a)):
        return v
    return np.expand_dims(v, axis)


def spread_to(v: Any, a: Any, axis: Any, keepdims: bool) -> Any:
    """``v``, the result of reducing ``a`` over ``axis``, repeated to the shape of ``a``."""
    if np.ndim(a) == 0:
        return v
    return np.broadcast_to(spread(v, a, axis, keepdims), a.shape)


def count(a: Any, axis: Any) -> Any:
    """How many elements of ``a`` go into each element of a reduction over ``axis``; 1 where there are none to divide for."""
    if np.ndim(a) == 0:
        return 1
    if may_be_empty(a):
        return max(size(a, axis), 1)
    return size(a, axis)


def size(a: Any, axis: Any) -> Any:
    """The product of the sizes along ``axis``."""
    if len(normal_axes(axis, a.ndim)) == a.ndim:
        return a.size
    if isinstance(axis, int):
        return a.shape[axis]
    return math.prod([a.shape[k] for k in axis])


def total(v: Any) -> Any:
    """The sum of all elements; a scalar is its own."""
    return v if np.ndim(v) == 0 else np.sum(v)
