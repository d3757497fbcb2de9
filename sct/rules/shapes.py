"""Takes the argument types of a call, gives its result type, where running NumPy on small dummies could not tell it.

Each function here is the ``infer`` field of a primitive: ``infer(args, kwargs)``, where run-time values stand as ``Type``,
values known when the call is specialised as themselves, and tuples or lists of these nest.  A dimension of 1 is ``UNIT``,
another known one ``MANY``, the rest ``ANY``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from ..errors import RuleError
from ..ir.types import ANY, BOTTOM, FLOAT, INT, MANY, UNIT, Array, List, OrConst, Scalar, Tuple, Type, strip_const, type_of
from .indexing import explicit, normal_axes, other_axes, pair

Infer = Callable[[Sequence[Any], dict[str, Any]], Type | None]


@dataclass(frozen=True)
class ShapeOf:
    """An argument that is exactly ``x.shape`` of an array of the given type."""

    type: Array


@dataclass(frozen=True)
class SizeOf(Scalar):
    """An argument that is exactly the size of an array along a dimension of which this is known."""

    dim: str = ANY


def from_call(fn: Callable[..., Type]) -> Infer:
    """Turn a function with the signature of the primitive into an ``infer`` field: None where it cannot tell."""
    def infer(args: Sequence[Any], kwargs: dict[str, Any]) -> Type | None:
        try:
            return fn(*args, **kwargs)
        except (TypeError, IndexError, ValueError, RuleError):
            return None
    infer.__doc__ = fn.__doc__
    return infer


# -------------------------------------------------------------------------------------------------------- pieces


def dim(size: Any) -> str:
    """The dimension fact of one entry of a shape argument."""
    if isinstance(size, Type) or int(size) < 1:
        return size.dim if isinstance(size, SizeOf) else ANY
    return UNIT if int(size) == 1 else MANY


def dims_of(shape: Any) -> tuple[str, ...]:
    """The dimension facts of a shape argument.

    >>> dims_of((3, 1, INT)), dims_of(ShapeOf(Array("float64", ("n", "1"))))
    (('n', '1', '?'), ('n', '1'))
    """
    if isinstance(shape, ShapeOf):
        return shape.type.dims
    if isinstance(shape, Tuple):
        return tuple(dim(item) for item in shape.items)
    if isinstance(shape, tuple | list):
        return tuple(dim(item) for item in shape)
    if isinstance(shape, Scalar) or not isinstance(shape, Type):
        return (dim(shape),)
    raise RuleError(f"a shape of type {shape} does not tell the number of dimensions")


def product(dims: Iterable[str]) -> str:
    """The dimension fact of a product of sizes: no multiple of a number other than 1 is 1.

    >>> product(("1", "n")), product(("?", "1")), product(())
    ('n', '?', '1')
    """
    known = set(dims)
    return MANY if MANY in known else ANY if ANY in known else UNIT


def total(dims: Iterable[str]) -> str:
    """The dimension fact of a sum of sizes, empty arrays included.

    >>> total(("n", "n")), total(("n", "1")), total(("1", "1")), total(("1",))
    ('n', '?', 'n', '1')
    """
    known = tuple(dims)
    units = known.count(UNIT)
    if units >= 2 or (units == 0 and ANY not in known):
        return MANY
    return UNIT if units == 1 == len(known) else ANY


def same(a: str, b: str) -> str:
    """The fact of a dimension of which two facts hold."""
    return b if a == ANY else a


def broadcast(*shapes: tuple[str, ...]) -> tuple[str, ...]:
    """The dimensions of arrays broadcast against each other.

    >>> broadcast(("n", "1"), ("?",), ())
    ('n', '?')
    """
    ndim = max(map(len, shapes), default=0)
    columns = zip(*((UNIT,) * (ndim - len(s)) + s for s in shapes), strict=True)
    return tuple(product(column) for column in columns)


def facts(arg: Any) -> tuple[str, tuple[str, ...]]:
    """Element type and dimensions of anything that NumPy takes for an array.

    >>> facts([[FLOAT, 2.0], [1, FLOAT]]), facts(Array("float32", ("n",)))
    (('float64', ('n', 'n')), ('float32', ('n',)))
    """
    if isinstance(arg, OrConst):
        return facts(arg.const if arg.base is BOTTOM else arg.base)
    if isinstance(arg, Scalar):
        return arg.dtype, ()
    if isinstance(arg, Array):
        return arg.dtype, arg.dims
    if isinstance(arg, List):
        dtype, dims = facts(arg.item)
        return dtype, (ANY, *dims)
    if isinstance(arg, Tuple):
        return _stack_facts(arg.items)
    if isinstance(arg, ShapeOf):
        return "int64", (dim(arg.type.ndim),)
    if isinstance(arg, tuple | list):
        return _stack_facts(arg)
    if isinstance(arg, Type) or arg is None or isinstance(arg, str):
        raise RuleError(f"{arg} is not an array of numbers")
    return facts(type_of(arg))


def _stack_facts(items: Iterable[Any]) -> tuple[str, tuple[str, ...]]:
    parts = [facts(item) for item in items]
    if not parts:
        return "float64", (ANY,)
    if len({len(dims) for _, dims in parts}) > 1:
        raise RuleError("the nested sequence is ragged: its items have different numbers of dimensions")
    inner = reduce(lambda a, b: tuple(map(same, a, b)), (dims for _, dims in parts))
    return promoted(*(dtype for dtype, _ in parts)), (dim(len(parts)), *inner)


def promoted(*dtypes: str) -> str:
    """NumPy's common element type."""
    return np.result_type(*map(np.dtype, dtypes)).name


def inexact(dtype: str) -> str:
    """The element type in which linear algebra works on ``dtype``."""
    return dtype if np.dtype(dtype).kind in "fc" else "float64"


def dtype_name(dtype: Any, default: str) -> str:
    """The element type that a ``dtype`` argument asks for."""
    return default if dtype is None else np.dtype(dtype).name


def computed(dtype: str, dims: tuple[str, ...]) -> Type:
    """The result of a computation: NumPy gives a scalar where no dimension is left."""
    return Array(dtype, dims) if dims else Scalar(dtype, False)


def common(*args: Any) -> str:
    """The element type of a computation: Python numbers are weak (NEP 50)."""
    strong = [facts(a)[0] for a in args if not weak(a)]
    loose = [{"b": False, "i": 0, "f": 0.0, "c": 0j}[np.dtype(facts(a)[0]).kind] for a in args if weak(a)]
    return np.result_type(*map(np.dtype, strong), *loose).name


def together(*args: Any) -> str:
    """The element type of a product that is no ufunc: it makes arrays of Python numbers first, and then they count."""
    return promoted(*(facts(a)[0] for a in args))


def weak(arg: Any) -> bool:
    """Whether an argument is a Python number."""
    arg = arg.const if isinstance(arg, OrConst) and arg.base is BOTTOM else strip_const(arg) if isinstance(arg, Type) else arg
    return type(arg) in (bool, int, float, complex) or (isinstance(arg, Scalar) and arg.python is True)


# ------------------------------------------------------------------------------------------------------ creation


@from_call
def filled(shape: Any, dtype: Any = None, order: str = "C") -> Type:
    """zeros, ones, empty"""
    return Array(dtype_name(dtype, "float64"), dims_of(shape))


@from_call
def full(shape: Any, fill_value: Any, dtype: Any = None, order: str = "C") -> Type:
    kind, dims = facts(fill_value)
    return Array(dtype_name(dtype, kind), dims_of(shape))


@from_call
def filled_like(a: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None) -> Type:
    """zeros_like, ones_like, empty_like"""
    kind, dims = facts(a)
    return Array(dtype_name(dtype, kind), dims if shape is None else dims_of(shape))


@from_call
def full_like(a: Any, fill_value: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None) -> Type:
    kind, dims = facts(a)
    return Array(dtype_name(dtype, kind), dims if shape is None else dims_of(shape))


@from_call
def arange(start_or_stop: Any, stop: Any = None, step: Any = 1, *, dtype: Any = None) -> Type:
    bounds = [start_or_stop, step] if stop is None else [start_or_stop, stop, step]
    kind = promoted(*(facts(b)[0] for b in bounds))
    if any(isinstance(b, Type) for b in bounds):
        return Array(dtype_name(dtype, kind), (ANY,))
    return Array(dtype_name(dtype, kind), (dim(np.arange(start_or_stop, stop, step).size),))


@from_call
def eye(N: Any, M: Any = None, k: Any = 0, dtype: Any = float, order: str = "C") -> Type:
    """eye, tri"""
    return Array(dtype_name(dtype, "float64"), (dim(N), dim(N if M is None else M)))


@from_call
def identity(n: Any, dtype: Any = None) -> Type:
    return Array(dtype_name(dtype, "float64"), (dim(n), dim(n)))


@from_call
def linspace(start: Any, stop: Any, num: Any = 50, endpoint: Any = True, *, dtype: Any = None) -> Type:
    dims = broadcast(facts(start)[1], facts(stop)[1])
    return Array(dtype_name(dtype, common(start, stop, 0.0)), (dim(num), *dims))


@from_call
def array(object: Any, dtype: Any = None, *, copy: Any = True, order: Any = "K", ndmin: int = 0) -> Type:
    """array, asarray, ascontiguousarray"""
    kind, dims = facts(object)
    return Array(dtype_name(dtype, kind), (UNIT,) * (ndmin - len(dims)) + dims)


@from_call
def asarray(a: Any, dtype: Any = None, order: Any = None, *, copy: Any = None) -> Type:
    kind, dims = facts(a)
    return Array(dtype_name(dtype, kind), dims)


@from_call
def astype(a: Any, dtype: Any, order: str = "K", casting: str = "unsafe", subok: bool = True, copy: Any = True) -> Type:
    return array_or_scalar(a, dtype_name(dtype, "float64"), facts(a)[1])


def array_or_scalar(a: Any, dtype: str, dims: tuple[str, ...]) -> Type:
    """A method's result: a NumPy scalar stays one."""
    return Array(dtype, dims) if dims or isinstance(a, Array) else Scalar(dtype, False)


# ------------------------------------------------------------------------------------------------------- shaping


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
def concatenate(arrays: Any, axis: Any = 0, *, dtype: Any = None) -> Type:
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


def items_of(arrays: Any) -> list[Any]:
    """The items of an argument that is a sequence of arrays of known length."""
    if isinstance(arrays, Tuple):
        return list(arrays.items)
    if isinstance(arrays, tuple | list):
        return list(arrays)
    raise ValueError("the number of arrays must be known: a tuple or list display")


@from_call
def hstack(tup: Any, *, dtype: Any = None) -> Type:
    parts = items_of(tup)
    kind = dtype_name(dtype, promoted(*(facts(p)[0] for p in parts)))
    shapes = [facts(p)[1] or (UNIT,) for p in parts]
    return Array(kind, joined(shapes, 0 if len(shapes[0]) == 1 else 1))


@from_call
def vstack(tup: Any, *, dtype: Any = None) -> Type:
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
def stack(arrays: Any, axis: int = 0, *, dtype: Any = None) -> Type:
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
def take(a: Any, indices: Any, axis: Any = None) -> Type:
    (kind, dims), (_, chosen) = facts(a), facts(indices)
    if axis is None:
        return computed(kind, chosen)
    where = axis % len(dims)
    return computed(kind, (*dims[:where], *chosen, *dims[where + 1 :]))


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


# ------------------------------------------------------------------------------------------------ linear algebra


@from_call
def matmul(x: Any, y: Any) -> Type:
    a, b = facts(x)[1], facts(y)[1]
    if not a or not b:
        raise ValueError("matmul takes no scalars")
    batch = broadcast(a[:-2], b[:-2])
    return computed(together(x, y), (*batch, *a[:-1][-1:], *(b[-1:] if len(b) > 1 else ())))


@from_call
def dot(a: Any, b: Any) -> Type:
    left, right = facts(a)[1], facts(b)[1]
    if not left or not right:
        return computed(together(a, b), left or right)
    return computed(together(a, b), (*left[:-1], *right[:-2], *(right[-1:] if len(right) > 1 else ())))


@from_call
def inner(a: Any, b: Any) -> Type:
    left, right = facts(a)[1], facts(b)[1]
    if not left or not right:
        return computed(together(a, b), left or right)
    return computed(together(a, b), (*left[:-1], *right[:-1]))


@from_call
def vdot(a: Any, b: Any) -> Type:
    return computed(together(a, b), ())


@from_call
def outer(a: Any, b: Any) -> Type:
    return Array(together(a, b), (product(facts(a)[1]), product(facts(b)[1])))


@from_call
def tensordot(a: Any, b: Any, axes: Any = 2) -> Type:
    left, right = facts(a)[1], facts(b)[1]
    inner_a, inner_b = pair(axes, len(left), len(right))
    kept_a = [left[k] for k in other_axes(inner_a, len(left))]
    return Array(together(a, b), (*kept_a, *(right[k] for k in other_axes(inner_b, len(right)))))


@from_call
def einsum(subscripts: Any, *operands: Any, optimize: Any = False) -> Type:
    if not isinstance(subscripts, str):
        raise ValueError("the subscripts must be a literal string")
    shapes = [facts(x)[1] for x in operands]
    inputs, output = explicit(subscripts, tuple(map(len, shapes)))
    sizes: dict[str, str] = {}
    for letters, dims in zip(inputs, shapes, strict=True):
        for letter, d in zip(letters, dims, strict=True):
            sizes[letter] = product((sizes.get(letter, UNIT), d))
    return computed(together(*operands), tuple(sizes[c] for c in output))


@from_call
def cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Type:
    """Vectors of three components; those of two have another rank of result and are not told apart by types."""
    left, right = facts(a)[1], facts(b)[1]
    at_a, at_b, at_c = (axisa, axisb, axisc) if axis is None else (axis, axis, axis)
    batch = broadcast(*(tuple(s[k] for k in other_axes(at, len(s))) for s, at in ((left, at_a), (right, at_b))))
    where = at_c % (len(batch) + 1)
    return Array(together(a, b), (*batch[:where], MANY, *batch[where:]))


def cross_of_vectors(args: Any, kwargs: Any) -> Any:
    """``np.linalg.cross`` names its axis as ``np.cross`` does."""
    return cross(args, kwargs)


@from_call
def square(a: Any, n: Any = None) -> Type:
    """A matrix function with a matrix of the same shape as its result: inv, cholesky, matrix_power"""
    kind, dims = facts(a)
    return Array(kind if n is not None else inexact(kind), dims)


@from_call
def solve(a: Any, b: Any) -> Type:
    left, right = facts(a)[1], facts(b)[1]
    kind = promoted(inexact(facts(a)[0]), inexact(facts(b)[0]))
    if len(right) == 1:
        return Array(kind, (*left[:-2], same(right[0], left[-1])))
    return Array(kind, (*broadcast(left[:-2], right[:-2]), same(right[-2], left[-1]), right[-1]))


@from_call
def multi_dot(arrays: Any) -> Type:
    parts = items_of(arrays)
    first, last = facts(parts[0])[1], facts(parts[-1])[1]
    return computed(together(*parts), (*first[:-1], *last[1:]))


@from_call
def lstsq(a: Any, b: Any, rcond: Any = None) -> Type:
    """The solution, the residuals (none where the rank is not full), the rank and the singular values."""
    left, right = facts(a)[1], facts(b)[1]
    kind = promoted(inexact(facts(a)[0]), inexact(facts(b)[0]))
    real = {"complex128": "float64", "complex64": "float32"}.get(kind, kind)
    smaller = UNIT if UNIT in left else MANY if left == (MANY, MANY) else ANY
    return Tuple((Array(kind, (left[-1], *right[1:])), Array(real, (ANY,)), Scalar("int32", False), Array(real, (smaller,))))


@from_call
def tensorinv(a: Any, ind: int = 2) -> Type:
    kind, dims = facts(a)
    return Array(inexact(kind), (*dims[ind:], *dims[:ind]))


@from_call
def tensorsolve(a: Any, b: Any, axes: Any = None) -> Type:
    """What is left of the axes of ``a`` behind as many as ``b`` has, once ``axes`` are moved to the end."""
    dims = list(enumerate(facts(a)[1]))
    for k in axes or ():
        moved = next(pair for pair in dims if pair[0] == k)
        dims.remove(moved)
        dims.append(moved)
    kind = promoted(inexact(facts(a)[0]), inexact(facts(b)[0]))
    return Array(kind, tuple(d for _, d in dims[len(facts(b)[1]):]))
