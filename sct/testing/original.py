"""The exact derivative of a function without the compiler: runs the original source on dual numbers.

The function, and every function it reaches through globals, closures and defaults, is copied with ``math``, ``np`` and a few
builtins replaced by versions that accept dual numbers.  Nothing is parsed or transformed, which is what makes the result a fair
judge of the compiler.
"""

from __future__ import annotations

import builtins
import copy
import functools
import math
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from ..custom import CustomFunction
from ..trees import leaves, rebuilt, with_leaves
from .dual_rules import MATH_ALIASES, MATH_INACTIVE, partials_of
from .dual_writes import numbered
from .duals import (
    Dual,
    DualArray,
    ReferenceGap,
    constant,
    contains_dual,
    differentiate,
    dual_float,
    dual_float64,
    is_float,
    make,
    plain,
    real_type,
    tangent_of,
)


def value_and_gradient(fn: Callable[..., Any], args: Sequence[Any],
                       argnums: Sequence[int] = (0,)) -> tuple[Any, tuple[Any, ...]]:
    """The value of ``fn(*args)`` and its derivatives by the arguments ``argnums``: floats, arrays, containers of them.

    >>> def f(x, y):
    ...     while x < 5.0:
    ...         x = x * y
    ...     return math.sin(x)
    >>> value_and_gradient(f, (1.0, 2.0), (0, 1)) == (math.sin(8.0), (8 * math.cos(8.0), 12 * math.cos(8.0)))
    True
    """
    parts = leaves([args[n] for n in argnums])
    offsets = np.cumsum([0, *map(np.size, parts)]).tolist()
    k = offsets.pop()
    swap = Swap(k)
    seeds = (_seed(part, offset, k) for part, offset in zip(parts, offsets, strict=True))
    moved = {n: with_leaves(args[n], seeds) for n in argnums}
    duals = [moved[n] if n in moved else swap(a) for n, a in enumerate(args)]
    result = swap(fn)(*duals)
    if np.ndim(plain(result)):
        raise ReferenceGap("the result is not a scalar")
    tangent = tangent_of(result, k).reshape(-1)
    found = (_unpack(part, tangent[offset:offset + int(np.size(part))]) for part, offset in zip(parts, offsets, strict=True))
    return plain(result), tuple(rebuilt(args[n], found) for n in argnums)


def _seed(value: Any, offset: int, k: int) -> Any:
    """The argument as a dual number whose elements vary in the directions ``offset, offset + 1, …``."""
    size = int(np.size(value))
    tangent = np.zeros((size, k))
    tangent[np.arange(size), offset + np.arange(size)] = 1.0
    value = np.array(value) if isinstance(value, np.ndarray) else value
    return make(value, tangent.reshape((*np.shape(value), k)))


def _unpack(value: Any, derivative: np.ndarray) -> Any:
    return derivative.reshape(value.shape) if isinstance(value, np.ndarray) else type(value)(derivative[0])


class Swap:
    """Copies objects so that code which uses them works on dual numbers with ``k`` directions."""

    def __init__(self, k: int) -> None:
        self.k = k
        self.numpy = SwappedNumpy(k)
        self.math = SwappedMath()
        self.done: dict[int, Any] = {}
        self.alive: list[Any] = []
        """The originals, kept so that no ``id`` in ``done`` is reused."""

    def __call__(self, x: Any) -> Any:
        if id(x) not in self.done:
            self.alive.append(x)
            self.done[id(x)] = self._swap(x)
        return self.done[id(x)]

    def _swap(self, x: Any) -> Any:
        if x is math:
            return self.math
        if x is np:
            return self.numpy
        if isinstance(x, np.ndarray):
            return constant(np.array(x), self.k)
        if isinstance(x, list | tuple | dict):
            return self._container(x)
        if isinstance(x, functools.partial):
            return functools.partial(self(x.func), *map(self, x.args), **{n: self(v) for n, v in x.keywords.items()})
        if isinstance(x, CustomFunction):
            return self(x.fun)
        if isinstance(x, types.MethodType):
            return types.MethodType(self(x.__func__), self(x.__self__))
        if isinstance(x, types.FunctionType):
            return self._function(x)
        if isinstance(x, np.ufunc) or getattr(x, "__module__", None) in ("numpy", "numpy.linalg", "math"):
            return self._library(x)
        if hasattr(x, "__dict__") and type(type(x)) is type and type(x).__module__ not in ("builtins", "numpy"):
            return self._instance(x)
        return x

    def _container(self, x: Any) -> Any:
        if isinstance(x, dict):
            return {key: self(v) for key, v in x.items()}
        items = map(self, x)
        return type(x)(*items) if hasattr(x, "_fields") else type(x)(items)

    def _library(self, x: Any) -> Any:
        module = self.math if getattr(x, "__module__", "") == "math" else self.numpy
        if getattr(x, "__module__", "") == "numpy.linalg":
            module = self.numpy.linalg
        return getattr(module, x.__name__)

    def _instance(self, x: Any) -> Any:
        clone = copy.copy(x)
        methods = {n: self(v) for n, v in vars(type(x)).items() if isinstance(v, types.FunctionType)}
        if methods and not isinstance(x, type | types.ModuleType):
            clone.__class__ = type(type(x).__name__, (type(x),), methods)
        if not isinstance(x, type | types.ModuleType):
            vars(clone).update({n: self(v) for n, v in vars(x).items()})
        return clone

    def _function(self, fn: types.FunctionType) -> types.FunctionType:
        namespace: dict[str, Any] = {"__builtins__": builtins, "__name__": fn.__module__, **SWAPPED_BUILTINS}
        cells = tuple(types.CellType() for _ in fn.__closure__ or ())
        twin = types.FunctionType(fn.__code__, namespace, fn.__name__, None, cells)
        self.done[id(fn)] = twin
        for name in names_used(fn.__code__):
            if name in fn.__globals__:
                namespace[name] = self(fn.__globals__[name])
        for cell, original in zip(cells, fn.__closure__ or (), strict=True):
            cell.cell_contents = self(original.cell_contents)
        twin.__defaults__ = self(fn.__defaults__)
        twin.__kwdefaults__ = self(fn.__kwdefaults__)
        return twin


def names_used(code: types.CodeType) -> Iterator[str]:
    """Every global name that a code object, or one nested in it, may read."""
    yield from code.co_names
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from names_used(const)


class SwappedMath:
    """The ``math`` module for dual numbers."""

    def __getattr__(self, name: str) -> Any:
        fn = getattr(math, name)
        if not callable(fn):
            return fn
        if name in MATH_INACTIVE:
            return lambda *args, **kwargs: fn(*map(plain, args), **kwargs)
        partials = partials_of(name, MATH_ALIASES)

        def call(*args: Any) -> Any:
            if not any(map(contains_dual, args)):
                return fn(*args)
            return differentiate(fn, partials, args)

        return call

    def log(self, x: Any, base: Any = None) -> Any:
        """With a base, the quotient of two natural logarithms."""
        if base is None:
            return differentiate(math.log, partials_of("log", {}), (x,))
        formula = self.log(x) / self.log(base)
        return Dual(math.log(plain(x), plain(base)), formula.tangent) if isinstance(formula, Dual) else math.log(x, base)

    def hypot(self, *xs: Any) -> Any:
        """Of any number of arguments."""
        return self._sum_like(math.hypot(*map(plain, xs)), xs, lambda z, i: plain(xs[i]) / z if z else 0.0)

    def fsum(self, xs: Iterable[Any]) -> Any:
        """The exact sum."""
        xs = list(xs)
        return self._sum_like(math.fsum(map(plain, xs)), xs, lambda z, i: 1.0)

    def prod(self, xs: Iterable[Any], *, start: Any = 1) -> Any:
        """The product, by repeated multiplication as in CPython."""
        return functools.reduce(lambda a, b: a * b, xs, start)

    def dist(self, p: Sequence[Any], q: Sequence[Any]) -> Any:
        """The distance of two points."""
        return self._retag(self.hypot(*(a - b for a, b in zip(p, q, strict=True))), math.dist(plain(list(p)), plain(list(q))))

    @staticmethod
    def _retag(dual: Any, value: float) -> Any:
        return Dual(value, dual.tangent) if isinstance(dual, Dual) else value

    @staticmethod
    def _sum_like(value: float, xs: Sequence[Any], partial: Callable[[float, int], float]) -> Any:
        terms = [partial(value, i) * x.tangent for i, x in enumerate(xs) if isinstance(x, Dual)]
        return Dual(value, np.sum(terms, axis=0)) if terms else value


class SwappedNumpy:
    """The ``numpy`` module for dual numbers: floating arrays that it creates are dual arrays, ready to be written to."""

    def __init__(self, k: int, module: types.ModuleType = np) -> None:
        self._k = k
        self._module = module
        self.float64 = dual_float64
        self.ndenumerate = numbered

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._module, name)
        if isinstance(found, types.ModuleType):
            found = SwappedNumpy(self._k, found)
        elif callable(found) and not isinstance(found, type):
            found = self._wrap(found)
        setattr(self, name, found)
        return found

    def _wrap(self, fn: Callable[..., Any]) -> Callable[..., Any]:
        joins = getattr(fn, "__name__", "") in ("concatenate", "stack", "hstack", "vstack", "column_stack", "dstack")

        def call(*args: Any, **kwargs: Any) -> Any:
            if not joins:
                args = tuple(self.array(a) if type(a) in (list, tuple) and contains_dual(a) else a for a in args)
            if not any(map(contains_dual, (*args, *kwargs.values()))):
                args = plain(args)
            return constant(fn(*map(real_type, args), **{n: real_type(v) for n, v in kwargs.items()}), self._k)

        functools.update_wrapper(call, fn, assigned=("__name__",), updated=())
        if isinstance(fn, np.ufunc):
            for method in ("reduce", "accumulate", "outer", "at"):
                setattr(call, method, getattr(fn, method))
        return call

    def array(self, x: Any, dtype: Any = None) -> Any:
        """Copies nested sequences of dual numbers into a dual array."""
        x = list(x) if isinstance(x, Iterator) else x
        value = np.array(plain(x), dtype=real_type(dtype))
        if not is_float(value):
            return constant(value, self._k)
        return DualArray(value, np.array(tangent_of(x, self._k)).reshape((*value.shape, self._k)))

    def asarray(self, x: Any, dtype: Any = None) -> Any:
        """As ``array``, but an array of the right type is returned itself."""
        same = isinstance(x, DualArray | np.ndarray) and (dtype is None or x.dtype == np.dtype(real_type(dtype)))
        return x if same else self.array(x, dtype)

    def full(self, shape: Any, fill: Any, dtype: Any = None) -> Any:
        """A new array of equal elements."""
        return self._make(np.full(shape, plain(fill), real_type(dtype)), fill)

    def linspace(self, start: Any, stop: Any, num: int = 50, endpoint: bool = True) -> Any:
        """Equidistant numbers; a linear function of both ends."""
        weights = np.linspace(0.0, 1.0, num, endpoint)[:, None]
        tangent = (1.0 - weights) * tangent_of(start, self._k) + weights * tangent_of(stop, self._k)
        return DualArray(np.linspace(plain(start), plain(stop), num, endpoint), tangent)

    def _make(self, value: np.ndarray, source: Any) -> Any:
        return make(value, np.broadcast_to(tangent_of(source, self._k), (*value.shape, self._k)).copy())


def _sum(items: Iterable[Any], start: Any = 0) -> Any:
    """Scalars go through the real ``sum``, which is compensated from Python 3.12 on."""
    items = list(items)
    scalar = all(not isinstance(plain(x), np.ndarray) for x in (start, *items))
    duals = [x for x in (start, *items) if isinstance(x, Dual)]
    if not scalar or not duals:
        return functools.reduce(lambda a, b: a + b, items, start) if duals else sum(items, start)
    return make(sum(map(plain, items), plain(start)), np.sum([d.tangent for d in duals], axis=0))


def _isinstance(x: Any, classes: Any) -> bool:
    classes = classes if isinstance(classes, tuple) else (classes,)
    return isinstance(plain(x), tuple(map(real_type, classes)))


def _print(*args: Any, **kwargs: Any) -> None:
    """Formats its arguments, as ``print`` does, but prints nothing."""
    " ".join(map(str, args))


SWAPPED_BUILTINS: dict[str, Any] = {"float": dual_float, "sum": _sum, "isinstance": _isinstance, "print": _print}
"""Builtins that would lose derivatives, or print twice."""
