"""Takes the argument types of a call, gives its result type, where running NumPy on small dummies could not tell it.

Each function here is the ``infer`` field of a primitive: ``infer(args, kwargs)``, where run-time values stand as ``Type``,
values known when the call is specialised as themselves, and tuples or lists of these nest.  A dimension of 1 is ``UNIT``,
another known one ``MANY``, the rest ``ANY``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from ..errors import RuleError
from ..ir.types import ANY, BOTTOM, MANY, UNIT, Array, List, OrConst, Scalar, Tuple, Type, strip_const, type_of
from .indexing import explicit, other_axes, pair

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
    infer.takes_options = any(p.kind is p.VAR_KEYWORD for p in inspect.signature(fn).parameters.values())  # type: ignore[attr-defined]
    return infer


# -------------------------------------------------------------------------------------------------------- pieces


def dim(size: Any) -> str:
    """The dimension fact of one entry of a shape argument."""
    if isinstance(size, Type) or int(size) < 1:
        return size.dim if isinstance(size, SizeOf) else ANY
    return UNIT if int(size) == 1 else MANY


def dims_of(shape: Any) -> tuple[str, ...]:
    """The dimension facts of a shape argument.

    >>> from sct.ir.types import INT
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

    >>> from sct.ir.types import FLOAT
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
    """The element type and the dimensions that items of one shape share."""
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


def items_of(arrays: Any) -> list[Any]:
    """The items of an argument that is a sequence of arrays of known length."""
    if isinstance(arrays, Tuple):
        return list(arrays.items)
    if isinstance(arrays, tuple | list):
        return list(arrays)
    raise ValueError("the number of arrays must be known: a tuple or list display")


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
    kind = promoted("int64", *(facts(b)[0] for b in bounds))
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
def linspace(start: Any, stop: Any, num: Any = 50, endpoint: Any = True, retstep: Any = False, dtype: Any = None,
             axis: int = 0) -> Type:
    """``np.linspace``"""
    dims = broadcast(facts(start)[1], facts(stop)[1])
    where = axis % (len(dims) + 1)
    kind = common(start, stop, 0.0)
    samples = Array(dtype_name(dtype, kind), (*dims[:where], dim(num), *dims[where:]))
    if isinstance(retstep, Type):
        raise ValueError("whether there is a step must be known")
    return Tuple((samples, computed(kind, dims))) if retstep else samples


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
def require(a: Any, dtype: Any = None, requirements: Any = None) -> Type:
    kind, dims = facts(a)
    return Array(dtype_name(dtype, kind), dims)


@from_call
def astype(a: Any, dtype: Any, order: str = "K", casting: str = "unsafe", subok: bool = True, copy: Any = True) -> Type:
    return array_or_scalar(a, dtype_name(dtype, "float64"), facts(a)[1])


@from_call
def astype_function(x: Any, dtype: Any, *, copy: Any = True) -> Type:
    return array_or_scalar(x, dtype_name(dtype, "float64"), facts(x)[1])


def array_or_scalar(a: Any, dtype: str, dims: tuple[str, ...]) -> Type:
    """A method's result: a NumPy scalar stays one."""
    return Array(dtype, dims) if dims or isinstance(a, Array) else Scalar(dtype, False)


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
    """``np.einsum``"""
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
