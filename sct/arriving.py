"""Takes functions that were pickled elsewhere, gives one object for all that are the same, so that it is compiled once.

A pool of processes sends the function again with every task.  Two functions are the same if they have the same code and all
that they read is the same and cannot change.
"""

from __future__ import annotations

import threading
import types
from typing import Any

from .reading import binds_outside, cells_of, globals_of, is_importable

RECENT = 64
"""How many objects are remembered."""

_known: dict[Any, Any] = {}
_lock = threading.RLock()


def arrived(cls: type, fun: Any, options: dict[str, Any]) -> Any:
    """``cls(fun, **options)``, or what that was for the same function and options."""
    with _lock:
        try:
            key = cls, _identity(fun, {}), _identity(_flat(options), {})
        except _CanChange:
            return cls(fun, **options)
        found = _known.pop(key, None)
        if found is None or _identity(found.fun, {}) != key[1]:  # somebody changed its globals
            found = cls(fun, **options)
        _known[key] = found
        if len(_known) > RECENT:
            del _known[next(iter(_known))]
        return found


def _flat(options: dict[str, Any]) -> tuple[Any, ...]:
    return tuple((name, _flat(value) if isinstance(value, dict) else value) for name, value in options.items())


class _CanChange(Exception):
    """Two objects of this kind are never the same."""


def _identity(value: Any, seen: dict[int, int]) -> Any:
    """Equal for two values if nothing tells them apart, now or later."""
    if value is None or isinstance(value, bool | int | float | complex | str | bytes):
        return type(value), repr(value)
    if isinstance(value, tuple):
        return (type(value), *(_identity(item, seen) for item in value))
    if isinstance(value, types.FunctionType) and not is_importable(value):
        return _identity_of_function(value, seen)
    stable = isinstance(value, types.FunctionType | types.BuiltinFunctionType | types.ModuleType | type) \
        or any(value is known for known in _known.values())
    if not stable and not _is_ufunc(value):
        raise _CanChange
    return "object", id(value)


def _is_ufunc(value: Any) -> bool:
    return type(value).__module__ == "numpy" and type(value).__name__ == "ufunc"


def _identity_of_function(fun: types.FunctionType, seen: dict[int, int]) -> Any:
    if id(fun) in seen:
        return "again", seen[id(fun)]
    seen[id(fun)] = len(seen)
    if binds_outside(fun.__code__):
        raise _CanChange
    reads = (*globals_of(fun).items(), "captured", *cells_of(fun).items(), "attributes", *vars(fun).items(), "keywords",
             *(fun.__kwdefaults__ or {}).items(), "annotations", *fun.__annotations__.items())
    return fun.__code__, fun.__module__, fun.__qualname__, _identity((fun.__defaults__, *reads), seen)
