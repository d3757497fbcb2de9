"""Result types of primitives, found by running the real callable on tiny stand-ins for its arguments.

Every dimension known not to be 1 becomes 2 and then 3, an unknown one also becomes 1; what varies in the results is a run-time
dimension.  Only what stand-ins cannot tell (``np.reshape`` to a given shape) is declared by hand: ``infer=`` of the primitive.
"""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np

from ..ir.types import (
    ANY,
    BOTTOM,
    FLOAT,
    MANY,
    NONE,
    STR,
    UNIT,
    Array,
    Dict,
    List,
    OrConst,
    Scalar,
    Tuple,
    Type,
    join_all,
    type_of,
)
from ..rules.shapes import ShapeOf

_SIZES = ((2, 2), (3, 3), (2, 1))
"""Sizes given to MANY and ANY dimensions in each trial run."""


class NoResult(Exception):
    """The callable rejects arguments of these types; the text is its own message."""


def result_type(fn: Callable[..., Any], infer: Callable[..., Any] | None, args: list[Any], kwargs: dict[str, Any]) -> Type:
    """The type of ``fn(*args, **kwargs)``, where run-time arguments are given by their types and static ones by value."""
    try:
        return _result_type_cached(fn, infer, _freeze(args), _freeze(kwargs))
    except TypeError:
        return _result_type(fn, infer, args, kwargs)


class _Frozen(tuple[Any, ...]):
    """A hashable copy of nested arguments that remembers how to undo itself and tells 1, 1.0 and True apart."""


def _freeze(x: Any) -> Any:
    if isinstance(x, list):
        return _Frozen(("list", *map(_freeze, x)))
    if type(x) is tuple:
        return _Frozen(("tuple", *map(_freeze, x)))
    if isinstance(x, dict):
        return _Frozen(("dict", *((k, _freeze(v)) for k, v in x.items())))
    if isinstance(x, slice):
        return _Frozen(("slice", _freeze(x.start), _freeze(x.stop), _freeze(x.step)))
    hash(x)
    return _Frozen(("atom", type(x), repr(x) if isinstance(x, float) else x, x if not isinstance(x, float) else None))


def _thaw(x: Any) -> Any:
    kind = x[0]
    if kind == "list":
        return [_thaw(v) for v in x[1:]]
    if kind == "tuple":
        return tuple(_thaw(v) for v in x[1:])
    if kind == "dict":
        return {k: _thaw(v) for k, v in x[1:]}
    if kind == "slice":
        return slice(*(_thaw(v) for v in x[1:]))
    return float(x[2]) if x[1] is float else x[3]


@lru_cache(maxsize=4096)
def _result_type_cached(fn: Any, infer: Any, args: Any, kwargs: Any) -> Type:
    return _result_type(fn, infer, _thaw(args), _thaw(kwargs))


def _result_type(fn: Callable[..., Any], infer: Callable[..., Any] | None, args: list[Any], kwargs: dict[str, Any]) -> Type:
    first, *others = _alternatives([args, kwargs])
    results = [_one_result(fn, infer, *first)]
    for a, k in others:
        try:
            results.append(_one_result(fn, infer, a, k))
        except NoResult:
            continue  # then the function itself raises for this alternative
    joined = join_all(results) or _array_or_constant(results)
    if joined is None:
        raise NoResult(f"the result may be {' or '.join(map(str, dict.fromkeys(results)))}")
    return joined


def _one_result(fn: Callable[..., Any], infer: Callable[..., Any] | None, args: list[Any], kwargs: dict[str, Any]) -> Type:
    return _declared(infer, args, kwargs) or _by_trial(fn, args, kwargs)


def _array_or_constant(results: list[Type]) -> Type | None:
    """Where an accumulator that starts as a number goes in, the number may be what comes out: ``t / n`` after no iteration."""
    arrays = join_all(t for t in results if isinstance(t, Array) and t.dims)
    numbers = join_all(Scalar(t.dtype, False) if isinstance(t, Array) else t for t in results if not getattr(t, "dims", ()))
    return OrConst(arrays, numbers) if isinstance(arrays, Array) and isinstance(numbers, Scalar) else None


def _declared(infer: Callable[..., Any] | None, args: list[Any], kwargs: dict[str, Any]) -> Type | None:
    """What the primitive's own ``infer`` says; None where it leaves the answer to a trial."""
    return None if infer is None else infer(args, kwargs)


def _alternatives(structure: list[Any]) -> list[list[Any]]:
    """The argument structures to try: a value that may be a constant, or a number that may be NumPy's, is tried as both."""
    count = _count(structure)
    choices = product((False, True), repeat=count) if count <= 4 else ((False,) * count, (True,) * count)
    options = [s for c in choices if (s := _resolve(structure, iter(c))) is not None]
    if _has(structure, _undecided):
        options = [_decide(s, python) for s in options for python in (True, False)]
    return options


def _undecided(t: Any) -> bool:
    if isinstance(t, List):
        return _undecided(t.item)
    if isinstance(t, Tuple):
        return any(map(_undecided, t.items))
    return isinstance(t, Scalar) and t.python is None


def _decide(x: Any, python: bool) -> Any:
    if isinstance(x, list | tuple):
        return type(x)(_decide(v, python) for v in x) if not hasattr(x, "_fields") else x
    if isinstance(x, dict):
        return {k: _decide(v, python) for k, v in x.items()}
    if not _undecided(x):
        return x
    if isinstance(x, List):
        return List(_decide(x.item, python))
    if isinstance(x, Tuple):
        return Tuple(tuple(_decide(t, python) for t in x.items), x.cls)
    return replace(x, python=python)


def _has(x: Any, found: Callable[[Any], bool]) -> bool:
    if isinstance(x, list | tuple):
        return any(_has(v, found) for v in x)
    if isinstance(x, dict):
        return any(_has(v, found) for v in x.values())
    return found(x)


def _is_choice(x: Any) -> bool:
    return isinstance(x, OrConst) and x.base is not BOTTOM


def _count(x: Any) -> int:
    """How many values in the structure may be a constant."""
    if isinstance(x, list | tuple):
        return sum(map(_count, x))
    return sum(map(_count, x.values())) if isinstance(x, dict) else int(_is_choice(x))


def _resolve(x: Any, const: Iterator[bool]) -> Any:
    """The structure with ``a | constant`` types replaced by one side each; None where a side cannot work (``None``)."""
    if isinstance(x, list | tuple):
        parts = [_resolve(v, const) for v in x]
        return None if any(p is None and v is not None for p, v in zip(parts, x, strict=True)) else type(x)(parts)
    if isinstance(x, dict):
        values = _resolve(list(x.values()), const)
        return None if values is None else dict(zip(x, values, strict=True))
    if _is_choice(x):
        if not next(const):
            return x.base
        return None if x.const is NONE else x.const
    return x.const if isinstance(x, OrConst) else x


def _by_trial(fn: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]) -> Type:
    results, failure = _trials(fn, args, kwargs, _SIZES)
    failed = results[0] is _FAILED or results[1] is _FAILED
    for n in sorted(set().union(*map(_lengths, (*args, *kwargs.values()))) if failed else ()):
        again, _ = _trials(fn, args, kwargs, ((n, n), (n, 1)))
        if again[0] is not _FAILED:  # an array whose size is that of a literal sequence beside it
            return _merge([r for r in again if r is not _FAILED])
    if failed and isinstance(failure, _OUT_OF_DOMAIN) and getattr(fn, "__module__", "") == "math":
        return FLOAT
    if fn in (operator.pow, pow) and isinstance(results[0], complex) and _has(args, _is_type) and not _has(args, _is_complex):
        return FLOAT
    if failed:
        raise failure if isinstance(failure, NoResult) else NoResult(f"{type(failure).__name__}: {failure}")
    return _merge([r for r in results if r is not _FAILED] + _larger(fn, args, kwargs))


def _larger(fn: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]) -> list[Any]:
    """What a function of NumPy's gives for other whole numbers, which may be sizes: ``np.tril_indices(n)``."""
    if not (getattr(fn, "__module__", None) or "").startswith("numpy") or not _has((args, kwargs), _is_whole):
        return []
    tried = [_trials(fn, _sized(args, n), _sized(kwargs, n), ((n, n),))[0] for n in (0, 2, 3)]
    return [r for results in tried for r in results if r is not _FAILED]


def _is_whole(x: Any) -> bool:
    """Whether this stands for a whole number, or for a tuple of them, that only run time knows."""
    if isinstance(x, Tuple):
        return bool(x.items) and all(map(_is_whole, x.items))
    return isinstance(x, Scalar) and np.dtype(x.dtype).kind in "iu"


def _sized(x: Any, n: int) -> Any:
    """The arguments with ``n`` for each such number."""
    if isinstance(x, list | tuple):
        return type(x)(_sized(v, n) for v in x) if not hasattr(x, "_fields") else x
    if isinstance(x, dict):
        return {k: _sized(v, n) for k, v in x.items()}
    if isinstance(x, Tuple):
        return tuple(_sized(v, n) for v in x.items) if _is_whole(x) else x
    return x if not _is_whole(x) else n if x.python is not False else np.dtype(x.dtype).type(n)


def _trials(fn: Callable[..., Any], args: list[Any], kwargs: dict[str, Any],
            sizes: Iterable[tuple[int, int]]) -> tuple[list[Any], Exception | None]:
    """What the callable gives for stand-ins of each size, and the first exception that it raised."""
    results: list[Any] = []
    failure = None
    for many, any_ in sizes:
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                results.append(fn(*_stand_in(args, many, any_), **_stand_in(kwargs, many, any_)))
        except Exception as error:
            failure = failure or error
            results.append(_FAILED)
    return results, failure


def _lengths(x: Any) -> set[int]:
    """The lengths, other than 1, of a sequence whose items are written out and of those in it."""
    if not isinstance(x, list | tuple):
        return set()
    return ({len(x)} - {0, 1}).union(*map(_lengths, x))


_FAILED = object()
_OUT_OF_DOMAIN = (ValueError, ZeroDivisionError, OverflowError)
"""What ``math`` raises where a stand-in lies outside of a function's domain: the type of the result is known all the same."""


def _is_type(a: Any) -> bool:
    return isinstance(a, Type)


def _is_complex(a: Any) -> bool:
    return isinstance(a, complex) or (isinstance(a, Scalar) and a.dtype.startswith("complex"))


def _stand_in(x: Any, many: int, any_: int) -> Any:
    if isinstance(x, list | tuple):
        items = [_stand_in(v, many, any_) for v in x]
        return type(x)(*items) if hasattr(x, "_fields") else type(x)(items)
    if isinstance(x, dict):
        return {k: _stand_in(v, many, any_) for k, v in x.items()}
    if isinstance(x, ShapeOf):
        return np.shape(stand_in(x.type, many, any_))
    return stand_in(x, many, any_) if isinstance(x, Type) else x


def stand_in(t: Type, many: int = 2, any_: int = 2) -> Any:
    """A small value of type ``t``."""
    if isinstance(t, Scalar):
        value = np.dtype(t.dtype).type(0.5 if t.differentiable else 1)
        return value if t.python is False else value.item()
    if isinstance(t, Array):
        return _array(t, tuple({UNIT: 1, MANY: many, ANY: any_}[d] for d in t.dims))
    if isinstance(t, Tuple):
        items = [stand_in(i, many, any_) for i in t.items]
        return t.cls(*items) if hasattr(t.cls, "_fields") else t.cls(items)
    if isinstance(t, List):
        return [stand_in(t.item, many, any_) for _ in range(many)]
    if isinstance(t, Dict):
        return {k: stand_in(v, many, any_) for k, v in t.items}
    if isinstance(t, OrConst):
        return stand_in(t.const if t.base is BOTTOM else t.base, many, any_)
    if t is STR:
        return "a"
    if t is NONE:
        return None
    raise NoResult(f"a value of type {t} cannot be used here")


def _array(t: Array, shape: tuple[int, ...]) -> Any:
    """An array of ``shape``; matrices are well conditioned, so that solvers accept them, and all numbers between 0 and 1."""
    value = np.full(shape, 0.5 if t.differentiable else 1)
    if t.differentiable and len(shape) >= 2:
        value = 0.5 * value + 0.5 * np.eye(shape[-2], shape[-1])
    return value.astype(t.dtype)


def _merge(results: list[Any]) -> Type:
    first = results[0]
    if isinstance(first, np.ndarray) and type(first) is np.ndarray:
        if any(np.ndim(r) != first.ndim for r in results):
            raise NoResult("the number of dimensions of the result depends on sizes")
        return Array(first.dtype.name, tuple(_dim([r.shape[k] for r in results]) for k in range(first.ndim)))
    if isinstance(first, tuple) and len(set(map(len, results))) > 1:
        raise NoResult("how many results there are depends on values")
    if isinstance(first, tuple):
        return Tuple(tuple(_merge(list(items)) for items in zip(*results, strict=True)), type(first))
    joined = join_all(type_of(r) for r in results)
    if joined is None:
        raise NoResult("the kind of the result depends on sizes")
    return joined


def _dim(sizes: list[int]) -> str:
    if all(n == 1 for n in sizes):
        return UNIT
    return ANY if 1 in sizes else MANY
