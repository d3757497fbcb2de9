"""The functions of ``sct.runtime.masks`` as Numba compiles them: loops over all elements."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.core.errors import TypingError
from numba.extending import overload

from ..runtime import masks


def _check(a: Any, mask: Any) -> None:
    known = isinstance(a, types.Array) and isinstance(mask, types.Array) and isinstance(mask.dtype, types.Boolean)
    if not known or a.ndim != mask.ndim:
        raise TypingError("only masks with the dimensions of the array choose elements")


@overload(masks.chosen, strict=False)
def _chosen(a: Any, mask: Any) -> Any:
    _check(a, mask)

    def impl(a: Any, mask: Any) -> Any:
        if a.shape != mask.shape:
            raise IndexError("boolean index did not match indexed array")
        count = 0
        for hit in mask.flat:
            count += hit
        result = np.empty(count, a.dtype)
        k = 0
        for index, hit in np.ndenumerate(mask):
            if hit:
                result[k] = a[index]
                k += 1
        return result
    return impl


@overload(masks.put_chosen, strict=False)
def _put_chosen(a: Any, mask: Any, value: Any) -> Any:
    _check(a, mask)
    if not isinstance(value, types.Array) or value.ndim == 0:
        def put_one(a: Any, mask: Any, value: Any) -> None:
            if a.shape != mask.shape:
                raise IndexError("boolean index did not match indexed array")
            number = np.asarray(value).item()
            for index, hit in np.ndenumerate(mask):
                if hit:
                    a[index] = number
        return put_one
    if value.ndim != 1:
        raise TypingError("a vector is put where a mask is true")

    def put_each(a: Any, mask: Any, value: Any) -> None:
        if a.shape != mask.shape:
            raise IndexError("boolean index did not match indexed array")
        count = 0
        for hit in mask.flat:
            count += hit
        if len(value) != 1 and len(value) != count:
            raise ValueError("cannot assign so many values to the elements that a mask chooses")
        values, step, k = value.copy(), len(value) != 1, 0
        for index, hit in np.ndenumerate(mask):
            if hit:
                a[index] = values[k]
                k += step
    return put_each


@overload(masks.keep, strict=False)
def _keep(x: Any) -> Any:
    return lambda x: None


@overload(masks.rolled, strict=False)
def _rolled(a: Any, shift: Any, axis: Any) -> Any:
    known = getattr(axis, "literal_value", None)
    if not isinstance(a, types.Array) or known is None or not isinstance(shift, types.Integer):
        raise TypingError("only arrays are rolled, by an integer along a literal axis")
    space: dict[str, Any] = {"np": np}
    exec(_rolling(a.ndim, known % a.ndim), space)
    return space["impl"]


def _rolling(ndim: int, axis: int) -> str:
    """The two parts, exchanged.

    >>> print(_rolling(2, 1))
    def impl(a, shift, axis):
        n = a.shape[1]
        cut = shift % n if n else 0
        result = np.empty(a.shape, a.dtype)
        result[:, cut:] = a[:, :n - cut]
        result[:, :cut] = a[:, n - cut:]
        return result
    """
    def part(cut: str) -> str:
        return ", ".join(cut if k == axis else ":" for k in range(ndim))
    return "\n".join([
        "def impl(a, shift, axis):",
        f"    n = a.shape[{axis}]",
        "    cut = shift % n if n else 0",
        "    result = np.empty(a.shape, a.dtype)",
        f"    result[{part('cut:')}] = a[{part(':n - cut')}]",
        f"    result[{part(':cut')}] = a[{part('n - cut:')}]",
        "    return result"])
