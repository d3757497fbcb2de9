"""Arguments and results at run time: numbers, arrays and containers of them, taken apart, checked and put together again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import ArgumentError
from .runtime.records import extras_of, fields_of, instance

NUMBERS = (float, np.floating, complex, np.complexfloating)


@dataclass(frozen=True)
class Shaped:
    """Stands for an array of which only shape and element type matter."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]


def skeleton(x: Any) -> Any:
    """The structure of ``x``, without the memory of its arrays.

    >>> skeleton((1.0, [np.zeros(2)]))
    (1.0, [Shaped(shape=(2,), dtype=dtype('float64'))])
    """
    if isinstance(x, np.ndarray):
        return Shaped(x.shape, x.dtype)
    parts = _parts(x)
    return x if parts is None else _with_parts(x, [skeleton(part) for _, part in parts])


def is_leaf(x: Any) -> bool:
    """Whether ``x`` is a number or an array that has derivatives."""
    return x.dtype.kind in "fc" if isinstance(x, np.ndarray | Shaped) else isinstance(x, NUMBERS)


def leaves(x: Any) -> list[Any]:
    """The differentiable numbers and arrays in ``x``, in order.

    >>> leaves({"a": 1.0, "b": (2, 3.0)})
    [1.0, 3.0]
    """
    if is_leaf(x):
        return [x]
    return [leaf for _, part in _parts(x) or () for leaf in leaves(part)]


def rebuilt(like: Any, found: Iterator[Any]) -> Any:
    """The structure of ``like`` with other leaves, and None for what is not differentiable.

    >>> rebuilt({"a": 1.0, "b": (2, 3.0)}, iter("xy"))
    {'a': 'x', 'b': (None, 'y')}
    """
    if is_leaf(like):
        return next(found)
    parts = _parts(like)
    return None if parts is None else _with_parts(like, [rebuilt(part, found) for _, part in parts])


def with_leaves(like: Any, found: Iterator[Any]) -> Any:
    """The structure of ``like`` with other leaves and everything else as it is."""
    if is_leaf(like):
        return next(found)
    parts = _parts(like)
    if parts is None:
        return like
    made = _with_parts(like, [with_leaves(part, found) for _, part in parts])
    if fields_of(like) is not None:
        for name in extras_of(like):
            object.__setattr__(made, name, getattr(like, name))
    return made


def places(arguments: Sequence[Any]) -> list[str]:
    """What messages call the leaves of a sequence of arguments.

    >>> places([1.0, {"a": (2.0, 3)}])
    ['argument 0', "argument 1['a'][0]"]
    """
    return [f"argument {k}{place}" for k, argument in enumerate(arguments) for place in _places(argument)]


def _places(x: Any) -> list[str]:
    return [""] if is_leaf(x) else [key + place for key, part in _parts(x) or () for place in _places(part)]


def _parts(x: Any) -> list[tuple[str, Any]] | None:
    if isinstance(x, dict):
        return [(f"[{key!r}]", item) for key, item in x.items()]
    if isinstance(x, tuple | list):
        return [(f"[{k}]", item) for k, item in enumerate(x)]
    names = fields_of(x)
    return None if names is None else [(f".{name}", getattr(x, name)) for name in names]


def _with_parts(x: Any, parts: list[Any]) -> Any:
    if isinstance(x, dict):
        return dict(zip(x, parts, strict=True))
    if not isinstance(x, tuple | list):
        return instance(type(x), **dict(zip(fields_of(x) or (), parts, strict=True)))
    return type(x)(*parts) if hasattr(x, "_fields") else type(x)(parts)


# ---------------------------------------------------------------------------------------------------------------- checking

def conformed(given: Any, like: Any, what: str, of: str) -> Any:
    """A tangent or cotangent that fits ``like``: the same structure, types and shapes, None where nothing is differentiable.

    ``what`` and ``of`` say in messages what it is called, and what it belongs to.
    """
    if type(given) is type(like) is float:  # most tangents are numbers, and this is done at each call
        return given
    if not leaves(like) and not _has_parts(given):
        if given is not None:
            raise _mismatch(f"{what} is {_described(given)}, but {of} is {_described(like)}", "it has no derivative: give None")
        return None
    if isinstance(like, np.ndarray | Shaped):
        return _array(given, like, what, of)
    if isinstance(like, NUMBERS):
        return _number(given, like, what, of)
    own, theirs = _parts(like) or [], _parts(given) or []
    if type(given) is not type(like) or [key for key, _ in own] != [key for key, _ in theirs]:
        raise _mismatch(f"{what} is {_described(given)}, but {of} is {_described(like)}", "it needs the same structure")
    return _with_parts(like, [conformed(part, wanted, what + key, of + key)
                              for (key, wanted), (_, part) in zip(own, theirs, strict=True)])


def _has_parts(x: Any) -> bool:
    return _parts(x) is not None


def _array(given: Any, like: Any, what: str, of: str) -> Any:
    if type(given) is np.ndarray and given.shape == like.shape:
        if given.dtype == like.dtype:
            return given
        if given.dtype.kind in "biu" and np.can_cast(given.dtype, like.dtype):  # SciPy probes operators with integers
            return given.astype(like.dtype)
    hint = f"give an array of shape {like.shape} and type {like.dtype}"
    raise _mismatch(f"{what} is {_described(given)}, but {of} is {_described(like)}", hint)


def _number(given: Any, like: Any, what: str, of: str) -> Any:
    allowed = NUMBERS if isinstance(like, complex | np.complexfloating) else (float, np.floating)
    if isinstance(given, allowed):
        return type(like)(given)
    hint = f"give {float(given)!r}" if type(given) is int else "give a number"
    raise _mismatch(f"{what} is {_described(given)}, but {of} is {_described(like)}", hint)


def _described(x: Any) -> str:
    if isinstance(x, np.ndarray | Shaped):
        return f"an array of shape {x.shape} and type {x.dtype}"
    parts = _parts(x)
    if parts is not None:
        return f"a {type(x).__name__} of {len(parts)} items"
    return "None" if x is None else f"{'an' if type(x).__name__[0] in 'aeiou' else 'a'} {type(x).__name__}"


def _mismatch(message: str, hint: str) -> ArgumentError:
    return ArgumentError(message, hint=hint, code="SCT408")


# --------------------------------------------------------------------------------------------------------------- Jacobians

def basis(like: Any) -> Iterator[Iterator[Any]]:
    """For each leaf of ``like`` the structure with one element of that leaf 1 and all others 0, for one element after another.

    >>> [list(directions) for directions in basis((2.0, 3.0))]
    [[(1.0, 0.0)], [(0.0, 1.0)]]
    """
    for k, leaf in enumerate(leaves(like)):
        yield (_with_one(like, k, index) for index in np.ndindex(shape_of(leaf)))


def _with_one(like: Any, k: int, index: tuple[int, ...]) -> Any:
    units = (_unit(leaf, index if n == k else None) for n, leaf in enumerate(leaves(like)))
    return rebuilt(like, units)


def zeros(like: Any) -> Any:
    """The structure of ``like`` with zeros."""
    return rebuilt(like, (_unit(leaf, None) for leaf in leaves(like)))


def is_complex(leaf: Any) -> bool:
    """Whether a number or array is complex."""
    return leaf.dtype.kind == "c" if isinstance(leaf, np.ndarray | Shaped) else isinstance(leaf, complex | np.complexfloating)


def _unit(leaf: Any, index: tuple[int, ...] | None) -> Any:
    """One in one element, or nowhere."""
    if not isinstance(leaf, np.ndarray | Shaped):
        return type(leaf)(index is not None)
    made = np.zeros(leaf.shape, leaf.dtype)
    if index is not None:
        made[index] = 1.0
    return made


def shape_of(leaf: Any) -> tuple[int, ...]:
    """The shape of an array; a number has none."""
    return leaf.shape if isinstance(leaf, np.ndarray | Shaped) else ()


def from_rows(rows: Sequence[Any], out: Any, by: Any) -> Any:
    """The Jacobian of one leaf by another, from the derivative of each element of ``out``."""
    shape = (*shape_of(out), *shape_of(by))
    return _plain(np.array(rows, np.asarray(rows[0]).dtype if rows else float).reshape(shape), out, by)


def from_columns(columns: Sequence[Any], out: Any, by: Any) -> Any:
    """The Jacobian of one leaf by another, from the derivative by each element of ``by``."""
    shape = (*shape_of(out), *shape_of(by))
    return _plain(np.stack(columns, axis=-1).reshape(shape) if columns else np.zeros(shape), out, by)


def _plain(jacobian: np.ndarray[Any, Any], out: Any, by: Any) -> Any:
    """The Jacobian of a number by a number is a number: Python's if both are."""
    if isinstance(out, np.ndarray | Shaped) or isinstance(by, np.ndarray | Shaped):
        return jacobian
    return jacobian.item() if type(out) in (float, complex) and type(by) in (float, complex) else jacobian[()]
