"""Dual numbers and arrays of them: forward-mode derivatives by running a function's original source, to judge the compiler.

A :class:`Dual` pairs the very value that the original program would hold (a ``float``, an ``np.float64``, an array) with its
derivatives in ``k`` directions at once, in an array of shape ``value.shape + (k,)``.  Values are computed by the same
operations as in the original, so branches, exceptions and rounding agree with it to the last bit.  Views of a dual array are
views of both parts, which makes writes through aliases come out right without any analysis.
"""

from __future__ import annotations

import copy
import math
import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .dual_rules import UFUNC_ALIASES, Partial, partials_of

ARRAY_METHODS = frozenset({
    "sum", "mean", "prod", "max", "min", "var", "std", "dot", "reshape", "ravel", "transpose", "copy", "argmax", "argmin",
    "argsort", "cumsum", "clip", "squeeze", "take", "repeat", "swapaxes", "trace", "diagonal", "any", "all", "round", "nonzero",
    "put",
})
"""Methods of arrays (and NumPy scalars) that are the NumPy function of that name."""


class ReferenceGap(Exception):
    """The reference cannot judge this program: an operation that dual numbers do not know."""


class Dual:
    """A scalar (``float`` or NumPy scalar) and its derivatives in ``k`` directions."""

    __slots__ = ("value", "tangent")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, value: Any, tangent: np.ndarray) -> None:
        self.value = value
        self.tangent = tangent

    def __repr__(self) -> str:
        return repr(self.value)

    def __deepcopy__(self, memo: Any) -> Dual:
        return type(self)(copy.deepcopy(self.value, memo), self.tangent.copy())

    def __str__(self) -> str:
        return str(self.value)

    def __format__(self, spec: str) -> str:
        return format(self.value, spec)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __float__(self) -> float:
        raise ReferenceGap("a C function asked a dual number for its float: the derivative would be lost")

    def __array__(self, *args: Any, **kwargs: Any) -> np.ndarray:
        raise ReferenceGap("NumPy asked a dual number for a plain array: the derivative would be lost")

    def __round__(self, ndigits: int | None = None) -> Any:
        return round(self.value) if ndigits is None else round(self.value, ndigits)

    def __trunc__(self) -> Any:
        return math.trunc(self.value)

    def __floor__(self) -> Any:
        return math.floor(self.value)

    def __ceil__(self) -> Any:
        return math.ceil(self.value)

    def __divmod__(self, other: Any) -> tuple[Any, Any]:
        return self // other, self % other

    def __matmul__(self, other: Any) -> Any:
        return np.matmul(self, other)

    def __rmatmul__(self, other: Any) -> Any:
        return np.matmul(other, self)

    def __rdivmod__(self, other: Any) -> tuple[Any, Any]:
        return other // self, other % self

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **kwargs: Any) -> Any:
        from .dual_arrays import call_ufunc

        return call_ufunc(ufunc, method, inputs, out[0] if out else None, kwargs)

    def __array_function__(self, func: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
        from .dual_arrays import call_function

        return call_function(func, args, kwargs)

    def item(self) -> Any:
        """The Python number, derivatives kept."""
        return Dual(self.value.item(), self.tangent.reshape(-1))

    @property
    def T(self) -> Any:
        return np.transpose(self)

    def __getattr__(self, name: str) -> Any:
        if name in ("shape", "ndim", "size", "dtype", "nbytes", "is_integer"):
            return getattr(self.value, name)
        if name in ARRAY_METHODS and hasattr(self.value, name):
            return lambda *args, **kwargs: getattr(np, name)(self, *args, **kwargs)
        if hasattr(self.value, name):
            raise ReferenceGap(f"dual numbers do not know the attribute {name!r}")
        raise AttributeError(name)


class DualArray(Dual):
    """A mutable array and its derivatives; a view of it is a view of both."""

    __slots__ = ()
    __hash__ = None

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self.value)))

    def __getitem__(self, index: Any) -> Any:
        value = self.value[index]
        tangent = self.tangent[directions_too(index)]
        return DualArray(value, tangent) if isinstance(value, np.ndarray) else Dual(value, tangent.copy())

    def __setitem__(self, index: Any, value: Any) -> None:
        tangent = tangent_of(value, self.tangent.shape[-1])
        self.value[index] = plain(value)
        self.tangent[directions_too(index)] = tangent

    def assign(self, other: Any) -> DualArray:
        """``self[...] = other``, the last step of every write in place."""
        self.value[...] = plain(other)
        self.tangent[...] = tangent_of(other, self.tangent.shape[-1])
        return self

    def astype(self, dtype: Any, *args: Any, copy: bool = True) -> Any:
        """Another floating type keeps the derivatives, an integer type drops them."""
        value = self.value.astype(real_type(dtype), *args, copy=copy)
        if not is_float(value):
            return value
        return self if value is self.value else DualArray(value, self.tangent.copy())

    def flatten(self) -> Any:
        """A copy without dimensions but one."""
        return np.reshape(np.copy(self), -1)

    def fill(self, value: Any) -> None:
        """Writes one number to every element."""
        self.assign(value)

    def sort(self) -> None:
        """Puts the elements of a vector in order."""
        order = np.argsort(self.value, kind="stable")
        self.value[...], self.tangent[...] = self.value[order], self.tangent[order]

    def partition(self, kth: Any) -> None:
        """Puts the elements of a vector in order around one of them."""
        self.assign(np.partition(self, kth))

    @property
    def flat(self) -> Any:
        """The elements in order."""
        from .dual_writes import DualFlat
        return DualFlat(self)

    def view(self) -> DualArray:
        """Another array of the same memory."""
        return self[...]  # type: ignore[no-any-return]

    def tolist(self) -> Any:
        """Nested lists of Python numbers."""
        return [x.item() if x.value.ndim == 0 else x.tolist() for x in self]


def directions_too(index: Any) -> Any:
    """An index of the value, completed to an index of its derivatives (whose last axis counts directions)."""
    index = plain(index)
    if isinstance(index, tuple):
        return (*index, slice(None)) if any(i is Ellipsis for i in index) else index
    return (..., slice(None)) if index is Ellipsis else index


def plain(x: Any) -> Any:
    """The value without derivatives; lists and tuples are searched for dual numbers."""
    if isinstance(x, Dual):
        return x.value
    if type(x) is PlainArray:
        return np.asarray(x)
    if type(x) in (list, tuple):
        return type(x)(plain(i) for i in x)
    return x


def dual_float(x: Any = 0.0) -> Any:
    """The builtin ``float`` for code that runs on dual numbers."""
    if isinstance(x, Dual):
        return Dual(float(x.value), x.tangent.reshape(-1))
    return float(x)


def dual_float64(x: Any = 0.0) -> Any:
    """``np.float64`` for code that runs on dual numbers."""
    if isinstance(x, Dual):
        return make(np.float64(x.value), x.tangent)
    return np.float64(x)


def real_type(x: Any) -> Any:
    """The argument, or the type meant by it where code that says ``float`` or ``np.float64`` has named our versions."""
    return float if x is dual_float else np.float64 if x is dual_float64 else x


def contains_dual(x: Any) -> bool:
    """Whether a value, list or tuple has derivatives anywhere."""
    return isinstance(x, Dual) or (type(x) in (list, tuple) and any(map(contains_dual, x)))


def is_float(x: Any) -> bool:
    """Whether ``x`` can carry a derivative."""
    return isinstance(x, float) or (isinstance(x, np.ndarray | np.generic) and x.dtype.kind == "f")


def tangent_of(x: Any, k: int) -> np.ndarray:
    """The derivatives of a value in ``k`` directions: zeros where it is a constant."""
    if isinstance(x, Dual):
        return x.tangent
    if type(x) in (list, tuple) and len(x):
        return np.stack([tangent_of(i, k) for i in x])
    return np.zeros((*np.shape(x), k))


def make(value: Any, tangent: Any) -> Any:
    """The dual of a value; derivatives are broadcast to it, and dropped if it cannot have any."""
    if isinstance(value, Dual):
        raise ReferenceGap("a plain computation gave a dual number")
    if not is_float(value):
        return value
    if not isinstance(value, np.ndarray):
        return Dual(value, np.reshape(tangent, -1))
    shape = (*value.shape, np.shape(tangent)[-1])
    return DualArray(value, tangent if tangent.shape == shape else np.broadcast_to(tangent, shape).copy())


class PlainArray(np.ndarray):
    """An array of ints or bools among dual numbers: what is computed from it in floats is a dual array again."""

    directions: int

    def __array_finalize__(self, source: Any) -> None:
        self.directions = getattr(source, "directions", 0)

    def __array_wrap__(self, array: np.ndarray, context: Any = None, return_scalar: bool = False) -> Any:
        """Without dimensions, results are scalars, as those of an ``ndarray`` are."""
        return array[()] if return_scalar else constant(np.asarray(array), self.directions)

    def __setitem__(self, index: Any, value: Any) -> None:
        super().__setitem__(index, plain(value))

    def dot(self, other: Any, out: Any = None) -> Any:
        """As ``np.dot``, which dispatches on its arguments where the method of ``ndarray`` does not."""
        return np.dot(self, other)

    def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Any:
        """As for any array; ``float`` may arrive in its dual version."""
        return constant(np.asarray(self).astype(real_type(dtype), *args, **kwargs), self.directions)


def _plain_method(name: str) -> Callable[..., Any]:
    def method(self: PlainArray, *args: Any, **kwargs: Any) -> Any:
        return constant(getattr(np.asarray(self), name)(*plain(args), **kwargs), self.directions)

    return method


for _name in ARRAY_METHODS - {"dot"} | {"flatten"}:
    setattr(PlainArray, _name, _plain_method(_name))


def constant(value: Any, k: int) -> Any:
    """A floating array as a dual array without derivatives, ready to be written to; other arrays as ``PlainArray``."""
    if not isinstance(value, np.ndarray):
        return value
    if is_float(value):
        return DualArray(np.asarray(value), np.zeros((*value.shape, k)))
    if value.ndim:
        value = value.view(PlainArray)
        value.directions = k
    return value


def scaled(partial: Any, tangent: np.ndarray) -> np.ndarray:
    """``partial * tangent`` where a zero derivative stays zero even if the partial is infinite."""
    if isinstance(partial, np.ndarray):
        partial = partial[..., None]
    product = partial * tangent
    return product if np.isfinite(product).all() else np.where(tangent == 0, 0.0, product)


def differentiate(fn: Callable[..., Any], partials: tuple[Partial, ...] | None, args: tuple[Any, ...], **kwargs: Any) -> Any:
    """``fn(*args)`` on the plain values, with the derivatives that the partials give."""
    values = [plain(a) for a in args]
    z = fn(*values, **kwargs)
    if not is_float(z):
        return z
    if partials is None:
        raise ReferenceGap(f"dual numbers do not know {getattr(fn, '__name__', fn)!r}")
    tangent: Any = 0.0
    with np.errstate(all="ignore"):
        for arg, partial in zip(args, partials, strict=True):
            if isinstance(arg, Dual):
                tangent = tangent + scaled(partial(z, *values), arg.tangent)
    return make(z, tangent) if np.ndim(tangent) else z


def _binary(op: Callable[..., Any], rule: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    partials = partials_of(rule, UFUNC_ALIASES)

    def forward(self: Dual, other: Any) -> Any:
        if isinstance(other, Dual | int | float | np.ndarray | np.generic):
            return differentiate(op, partials, (self, other))
        return NotImplemented

    def reflected(self: Dual, other: Any) -> Any:
        if isinstance(other, int | float | np.ndarray | np.generic):
            return differentiate(op, partials, (other, self))
        return NotImplemented

    return forward, reflected


def _in_place(op: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: DualArray, other: Any) -> DualArray:
        return self.assign(op(self, other))

    return method


def _unary(op: Callable[..., Any], rule: str) -> Callable[..., Any]:
    partials = partials_of(rule, UFUNC_ALIASES)
    return lambda self: differentiate(op, partials, (self,))


def _comparison(op: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Dual, other: Any) -> Any:
        return op(self.value, plain(other))

    return method


_BINARY = {"add": (operator.add, "add"), "sub": (operator.sub, "subtract"), "mul": (operator.mul, "multiply"),
           "truediv": (operator.truediv, "divide"), "floordiv": (operator.floordiv, "floor_divide"),
           "mod": (operator.mod, "remainder"), "pow": (operator.pow, "power")}
for _name, (_op, _rule) in _BINARY.items():
    _forward, _reflected = _binary(_op, _rule)
    setattr(Dual, f"__{_name}__", _forward)
    setattr(Dual, f"__r{_name}__", _reflected)
    setattr(DualArray, f"__i{_name}__", _in_place(_op))
_UNARY: tuple[tuple[str, Callable[..., Any], str], ...] = (
    ("neg", operator.neg, "negative"), ("pos", operator.pos, "positive"), ("abs", abs, "absolute"))
for _name, _op, _rule in _UNARY:
    setattr(Dual, f"__{_name}__", _unary(_op, _rule))
for _op in (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne):
    setattr(Dual, f"__{_op.__name__}__", _comparison(_op))
