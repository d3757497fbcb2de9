"""NumPy's functions that write, on dual arrays: each does with every direction what it does with the value.

``ufunc.at`` and ``where=`` compute one element after the other, with dual numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .duals import Dual, DualArray, ReferenceGap, make, plain, tangent_of

VALUES: dict[Callable[..., Any], int] = {np.put: 2, np.putmask: 2, np.place: 2, np.put_along_axis: 2, np.fill_diagonal: 1,
                                         np.copyto: 1}
"""Functions that put values into an array, with the position of the values: they are linear in both together."""


def put_values(fn: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> None:
    """Call a function of ``VALUES`` on the value of an array and on each of its directions."""
    target, *rest = args
    place = VALUES[fn] - 1
    if not isinstance(target, DualArray):
        raise ReferenceGap("a dual number is written into a plain array")
    named = {key: plain(v) for key, v in kwargs.items()}
    tangents = tangent_of(rest[place], target.tangent.shape[-1])
    fixed = [plain(a) for a in rest]
    fn(target.value, *fixed, **named)
    for j in range(target.tangent.shape[-1]):
        direction = np.array(target.tangent[..., j], copy=True, order="C")
        fn(direction, *fixed[:place], tangents[..., j], *fixed[place + 1:], **named)
        target.tangent[..., j] = direction


def apply_at(ufunc: np.ufunc, target: Any, index: Any, *values: Any) -> None:
    """``ufunc.at``: the elements that are named, one by one."""
    if not isinstance(target, DualArray):
        raise ReferenceGap("a dual number is written into a plain array")
    named = np.arange(target.value.size).reshape(target.value.shape)[plain(index)]
    others = [_spread(v, np.shape(named), target.tangent.shape[-1]) for v in values]
    for k in np.ndindex(np.shape(named)):
        place = tuple(int(n) for n in np.unravel_index(named[k] if np.ndim(named) else named, target.value.shape))
        target[place] = ufunc(target[place], *(other[k] for other in others))


def apply_where(ufunc: np.ufunc, inputs: tuple[Any, ...], out: Any, where: Any) -> Any:
    """``ufunc(…, out=a, where=mask)``."""
    if not isinstance(out, DualArray):
        raise ReferenceGap("a dual number is written into a plain array")
    shape = out.value.shape
    mask = np.broadcast_to(plain(where), shape)
    copies = [_spread(x, shape, out.tangent.shape[-1]) for x in inputs]
    for place in np.ndindex(shape):
        if mask[place]:
            out[place] = ufunc(*(x[place] for x in copies))
    return out


def _spread(x: Any, shape: tuple[int, ...], k: int) -> DualArray:
    """A copy of ``x`` in a shape."""
    if not isinstance(x, Dual):
        x = np.asarray(plain(x), float)
    tangent = np.broadcast_to(tangent_of(x, k).reshape((*np.shape(plain(x)), k)), (*shape, k))
    return DualArray(np.broadcast_to(plain(x), shape).copy(), tangent.copy())


def partitioned(x: Any, kth: Any, axis: int = -1) -> Any:
    """``np.partition`` of a vector: where an element went, its rank tells."""
    if x.value.ndim != 1:
        raise ReferenceGap("np.partition of a matrix")
    value, tangent = np.partition(x.value, kth), np.empty_like(x.tangent)
    tangent[np.argsort(value, kind="stable")] = x.tangent[np.argsort(x.value, kind="stable")]
    return make(value, tangent)


class DualFlat:
    """The attribute ``flat`` of a dual array."""

    def __init__(self, array: DualArray) -> None:
        self.array = array

    def __iter__(self) -> Iterator[Any]:
        return (self.array[place] for place in np.ndindex(self.array.value.shape))

    def __len__(self) -> int:
        return int(self.array.value.size)

    def __getitem__(self, index: Any) -> Any:
        index = plain(index)
        k = self.array.tangent.shape[-1]
        return make(self.array.value.flat[index], np.stack([self.array.tangent[..., j].flat[index] for j in range(k)], axis=-1))

    def __setitem__(self, index: Any, value: Any) -> None:
        index = plain(index)
        tangents = tangent_of(value, self.array.tangent.shape[-1]).copy()
        self.array.value.flat[index] = plain(value)
        for j in range(self.array.tangent.shape[-1]):
            self.array.tangent[..., j].flat[index] = tangents[..., j]


def numbered(x: Any) -> Iterator[tuple[tuple[int, ...], Any]]:
    """``np.ndenumerate``."""
    return ((place, x[place]) for place in np.ndindex(np.shape(plain(x))))
