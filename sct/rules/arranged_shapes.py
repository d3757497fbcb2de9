"""Takes the argument types of a call that moves elements, gives its result type (see ``shapes.py``)."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np

from ..ir.types import ANY, FLOAT, INT, UNIT, Array, List, Scalar, Tuple, Type
from .indexing import normal_axes, other_axes
from .shapes import (
    ShapeOf,
    array_or_scalar,
    computed,
    dim,
    dims_of,
    dtype_name,
    facts,
    from_call,
    items_of,
    product,
    promoted,
    same,
    total,
    weak,
)


def reshaped(a: Any, shape: Any) -> Type:
    """The type of ``a`` in another shape."""
    kind, dims = facts(a)
    wanted = dims_of(shape)
    given = shape if isinstance(shape, tuple | list) else (shape,)
    inferred = [k for k, size in enumerate(given) if not isinstance(size, Type | ShapeOf) and size == -1]
    rest = [wanted[k] for k in range(len(wanted)) if k not in inferred]
    if inferred and all(d == UNIT for d in rest):
        return Array(kind, tuple(product(dims) if k in inferred else d for k, d in enumerate(wanted)))
    return Array(kind, wanted)


@from_call
def reshape(a: Any, shape: Any, order: str = "C", *, copy: Any = None) -> Type:
    return reshaped(a, shape)


@from_call
def unravelled(indices: Any, shape: Any, order: str = "C") -> Type:
    """``np.unravel_index``: for each dimension the positions, in their own shape."""
    dims = facts(indices)[1]
    each = Array("int64", dims) if dims else Scalar("int64", False)
    return Tuple((each,) * len(dims_of(shape)))


@from_call
def in_ranks(a: Any, kth: Any, axis: Any = -1, kind: str = "introselect") -> Type:
    """``np.partition``: in the shape of ``a``, or a vector."""
    kind_of, dims = facts(a)
    return Array(kind_of, (product(dims),) if axis is None else dims)


@from_call
def resized(a: Any, new_shape: Any) -> Type:
    """``np.resize``: a new array, its elements repeated."""
    return Array(facts(a)[0], dims_of(new_shape))


@from_call
def reshape_method(a: Any, *shape: Any, order: str = "C", copy: Any = None) -> Type:
    return reshaped(a, shape[0] if len(shape) == 1 else shape)


@from_call
def ravel(a: Any, order: str = "C") -> Type:
    """ravel, flatten"""
    kind, dims = facts(a)
    return Array(kind, (product(dims),))


@from_call
def squeeze(a: Any, axis: Any = None) -> Type:
    kind, dims = facts(a)
    if axis is None and ANY in dims:
        raise ValueError("which dimensions are 1 is known at run time only; name the axis")
    gone = normal_axes(axis, len(dims)) if axis is not None else [k for k, d in enumerate(dims) if d == UNIT]
    return array_or_scalar(a, kind, tuple(d for k, d in enumerate(dims) if k not in gone))


@from_call
def broadcast_to(array: Any, shape: Any, subok: bool = False) -> Type:
    return Array(facts(array)[0], dims_of(shape))


@from_call
def concatenate(arrays: Any, axis: Any = 0, *, dtype: Any = None, casting: str = "same_kind") -> Type:
    parts = items_of(arrays)
    kind = dtype_name(dtype, promoted(*(facts(p)[0] for p in parts)))
    shapes = [facts(p)[1] for p in parts]
    if axis is None:
        return Array(kind, (total(product(s) for s in shapes),))
    return Array(kind, joined(shapes, axis))


def joined(shapes: list[tuple[str, ...]], axis: int) -> tuple[str, ...]:
    """The dimensions of arrays put one behind the other along ``axis``."""
    if len({len(s) for s in shapes}) > 1:
        raise ValueError("the arrays have different numbers of dimensions")
    merged = list(reduce(lambda a, b: tuple(map(same, a, b)), shapes))
    merged[axis] = total(s[axis] for s in shapes)
    return tuple(merged)


@from_call
def hstack(tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Type:
    parts = items_of(tup)
    kind = dtype_name(dtype, promoted(*(facts(p)[0] for p in parts)))
    shapes = [facts(p)[1] or (UNIT,) for p in parts]
    return Array(kind, joined(shapes, 0 if len(shapes[0]) == 1 else 1))


@from_call
def vstack(tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Type:
    parts = items_of(tup)
    kind = dtype_name(dtype, promoted(*(facts(p)[0] for p in parts)))
    shapes = [facts(p)[1] for p in parts]
    return Array(kind, joined([(UNIT,) * (2 - len(s)) + s for s in shapes], 0))


@from_call
def column_stack(tup: Any) -> Type:
    parts = items_of(tup)
    shapes = [facts(p)[1] or (UNIT,) for p in parts]
    return Array(promoted(*(facts(p)[0] for p in parts)), joined([s if len(s) > 1 else (*s, UNIT) for s in shapes], 1))


@from_call
def stack(arrays: Any, axis: int = 0, *, dtype: Any = None, casting: str = "same_kind") -> Type:
    kind, dims = facts(arrays)
    where = axis % len(dims)
    return Array(dtype_name(dtype, kind), (*dims[1 : where + 1], dims[0], *dims[where + 1 :]))


@from_call
def append(arr: Any, values: Any, axis: Any = None) -> Type:
    (left, a), (right, b) = facts(arr), facts(values)
    if axis is None:
        return Array(promoted(left, right), (total((product(a), product(b))),))
    return Array(promoted(left, right), joined([a, b], axis))


@from_call
def repeat(a: Any, repeats: Any, axis: Any = None) -> Type:
    """``np.repeat``"""
    kind, dims = facts(a)
    if axis is None:
        dims, axis = (product(dims),), 0
    times = dim(repeats) if isinstance(repeats, int) else ANY
    changed = list(dims)
    changed[axis] = product((changed[axis], times)) if isinstance(repeats, int) else ANY
    return Array(kind, tuple(changed))


@from_call
def tile(A: Any, reps: Any) -> Type:
    kind, dims = facts(A)
    times = dims_of(reps)
    ndim = max(len(dims), len(times))
    padded = ((UNIT,) * (ndim - len(s)) + s for s in (dims, times))
    return Array(kind, tuple(map(lambda n, r: product((n, r)), *padded)))


@from_call
def pad(array: Any, pad_width: Any, mode: str = "constant", **options: Any) -> Type:
    kind, dims = facts(array)
    return Array(kind, tuple(ANY for _ in dims))


@from_call
def take(a: Any, indices: Any, axis: Any = None, *, mode: str = "raise") -> Type:
    (kind, dims), (_, chosen) = facts(a), facts(indices)
    if axis is None:
        return computed(kind, chosen)
    where = axis % len(dims)
    return computed(kind, (*dims[:where], *chosen, *dims[where + 1 :]))


@from_call
def take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Type:
    (kind, dims), (_, chosen) = facts(arr), facts(indices)
    if axis is None:
        return Array(kind, chosen)
    where = axis % len(dims)
    return Array(kind, tuple(c if k == where else product((d, c)) for k, (d, c) in enumerate(zip(dims, chosen, strict=True))))


@from_call
def compress(condition: Any, a: Any, axis: Any = None) -> Type:
    return some_of(a, axis)


@from_call
def compress_method(a: Any, condition: Any, axis: Any = None) -> Type:
    return some_of(a, axis)


@from_call
def extract(condition: Any, arr: Any) -> Type:
    return some_of(arr, None)


def some_of(a: Any, axis: Any) -> Type:
    """As many elements of ``a`` along ``axis`` as only run time knows."""
    kind, dims = facts(a)
    if axis is None:
        return Array(kind, (ANY,))
    changed = list(dims)
    changed[axis] = ANY
    return Array(kind, tuple(changed))


@from_call
def delete(arr: Any, obj: Any, axis: Any = None) -> Type:
    return some_of(arr, axis)


@from_call
def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Type:
    return some_of(arr, axis)


@from_call
def trim_zeros(filt: Any, trim: str = "fb", axis: Any = None) -> Type:
    kind, dims = facts(filt)
    return Array(kind, (ANY,) * len(dims))


@from_call
def unique(ar: Any, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False, axis: Any = None,
           *, equal_nan: bool = True, sorted: bool = True) -> Type:
    values, positions = some_of(ar, axis), Array("int64", (ANY,))
    inverse = Array("int64", facts(ar)[1] if axis is None else (ANY,))
    found = [t for t, wanted in ((positions, return_index), (inverse, return_inverse), (positions, return_counts)) if wanted]
    return Tuple((values, *found)) if found else values


@from_call
def block(arrays: Any) -> Type:
    """The innermost lists are joined along the last axis, those around them along the axis before, and so on."""
    def depth(x: Any) -> int:
        return 1 + depth(x[0]) if isinstance(x, list) else 0

    def joined_at(x: Any, level: int) -> tuple[str, tuple[str, ...]]:
        if not isinstance(x, list):
            kind, dims = facts(x)
            return kind, (UNIT,) * (ndim - len(dims)) + dims
        parts = [joined_at(item, level - 1) for item in x]
        return promoted(*(kind for kind, _ in parts)), joined([dims for _, dims in parts], -level)

    def leaves(x: Any) -> list[Any]:
        return [leaf for item in x for leaf in leaves(item)] if isinstance(x, list) else [x]
    ndim = max(depth(arrays), *(len(facts(leaf)[1]) for leaf in leaves(arrays)))
    return Array(*joined_at(arrays, depth(arrays)))


@from_call
def dsplit(ary: Any, indices_or_sections: Any) -> Type:
    return pieces(ary, indices_or_sections, 2)


@from_call
def in_parts(array: Any, indices: Any, axis: int = 0, dtype: Any = None) -> Type:
    """``reduceat``: one result for each index."""
    kind, dims = facts(array)
    changed = list(dims)
    (changed[axis],) = facts(indices)[1]
    return Array(dtype_name(dtype, kind), tuple(changed))


@from_call
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> Type:
    return pieces(ary, indices_or_sections, axis)


@from_call
def hsplit(ary: Any, indices_or_sections: Any) -> Type:
    return pieces(ary, indices_or_sections, 0 if len(facts(ary)[1]) == 1 else 1)


@from_call
def vsplit(ary: Any, indices_or_sections: Any) -> Type:
    return pieces(ary, indices_or_sections, 0)


def pieces(ary: Any, where: Any, axis: int) -> Type:
    """The list of parts that ``split`` returns."""
    kind, dims = facts(ary)
    if isinstance(where, Type) and not isinstance(where, Tuple):
        raise ValueError("the number of parts must be known")
    number = where if isinstance(where, int) else len(where.items if isinstance(where, Tuple) else where) + 1
    changed = list(dims)
    changed[axis] = ANY
    return Tuple((Array(kind, tuple(changed)),) * number, list)


@from_call
def diag(v: Any, k: Any = 0) -> Type:
    kind, dims = facts(v)
    if len(dims) == 2:
        return Array(kind, (ANY,))
    side = dims[0] if isinstance(k, int) and k == 0 else ANY
    return Array(kind, (side, side))


@from_call
def diagonal(a: Any, offset: Any = 0, axis1: int = 0, axis2: int = 1) -> Type:
    kind, dims = facts(a)
    square = dims[axis1] == dims[axis2] == UNIT and offset == 0
    return Array(kind, (*(dims[k] for k in other_axes((axis1, axis2), len(dims))), UNIT if square else ANY))


@from_call
def tolist(a: Any) -> Type:
    kind, dims = facts(a)
    result: Type = Scalar(kind if np.dtype(kind).kind != "f" else "float64")
    for _ in dims:
        result = List(result)
    return result


@from_call
def item(a: Any) -> Type:
    kind = np.dtype(facts(a)[0]).kind
    return {"f": FLOAT, "i": INT, "u": INT, "b": Scalar("bool"), "c": Scalar("complex128")}[kind]


@from_call
def diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Type:
    kind, dims = facts(a)
    changed = list(dims)
    changed[axis] = ANY
    return Array(promoted(kind, *(facts(v)[0] for v in (prepend, append) if v is not None and not weak(v))), tuple(changed))
