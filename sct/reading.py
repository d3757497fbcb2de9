"""Takes a function, gives what it reads from outside of itself, and whether other processes find it under its name."""

from __future__ import annotations

import contextlib
import dis
import functools
import sys
import types
from collections.abc import Iterator
from typing import Any

from .errors import SctError
from .frontend.capture import capture, python_function

MAIN = ("__main__", "__mp_main__")
"""Names of modules that are another one in another process."""


def is_importable(obj: Any) -> bool:
    """Whether an object is what its module has under its qualified name, here and in other processes."""
    if obj.__module__ in MAIN:
        return False
    found: Any = sys.modules.get(obj.__module__)
    for part in obj.__qualname__.split("."):
        found = getattr(found, part, None)
    return found is obj


def globals_of(fun: types.FunctionType) -> dict[str, Any]:
    """The globals that a function and those nested in it read or bind, as far as they exist, in order."""
    return {name: fun.__globals__[name] for name in _global_names(fun.__code__) if name in fun.__globals__}


@functools.lru_cache(1024)
def _global_names(code: types.CodeType) -> tuple[str, ...]:
    return tuple(dict.fromkeys(i.argval for part in codes(code) for i in dis.get_instructions(part)
                               if i.opname.endswith(("_GLOBAL", "_NAME"))))


def cells_of(fun: types.FunctionType) -> dict[str, Any]:
    """The captured variables of a function, but for those that have no value yet."""
    cells = zip(fun.__code__.co_freevars, fun.__closure__ or (), strict=True)
    return {name: cell.cell_contents for name, cell in cells if cell != types.CellType()}


@functools.lru_cache(1024)
def binds_outside(code: types.CodeType) -> bool:
    """Whether a function, or one nested in it, binds or deletes globals or captured variables."""
    return any(i.opname in ("STORE_GLOBAL", "DELETE_GLOBAL")
               or i.opname in ("STORE_DEREF", "DELETE_DEREF") and i.argval in code.co_freevars
               for part in codes(code) for i in dis.get_instructions(part))


def texts_of_objects(value: Any) -> dict[str, str]:
    """The texts, by file name, of functions that a value leads to and that picklers carry as code, without its source.

    These are methods of classes of ``__main__``, functions in attributes of objects, and what Numba has compiled.
    """
    texts: dict[str, str] = {}
    for fun in dict.fromkeys(_carried_as_code(value, set())):
        with contextlib.suppress(SctError):  # methods that a decorator of the class has made have no source
            captured = capture(fun)
            texts[captured.filename] = captured.text
    return texts


def _carried_as_code(value: Any, seen: set[int]) -> Iterator[types.FunctionType]:
    if id(value) in seen:
        return
    seen.add(id(value))
    yield from _own_functions(value)
    for part in _parts(value):
        yield from _carried_as_code(part, seen)


def _own_functions(value: Any) -> Iterator[types.FunctionType]:
    """The functions of which an object itself consists."""
    compiled = python_function(value)
    if compiled is not None:
        members: list[Any] = [] if compiled is value else [compiled]
    elif isinstance(value, type):
        members = list(vars(value).values()) if value.__module__ in MAIN else []
    elif isinstance(value, types.ModuleType):
        members = []
    else:
        members = list(getattr(value, "__dict__", {}).values())
    for member in members:
        fun = getattr(member, "__func__", getattr(member, "fget", getattr(member, "fun", member)))
        if isinstance(fun, types.FunctionType) and not is_importable(fun):
            yield fun


def _parts(value: Any) -> list[Any]:
    """What a function, container or object of ``__main__`` refers to."""
    fun = python_function(value)
    if fun is not None:
        return [] if is_importable(fun) else [*globals_of(fun).values(), *cells_of(fun).values(), *(fun.__defaults__ or ())]
    if isinstance(value, types.MethodType):
        return [value.__self__]
    if isinstance(value, functools.partial):
        return [value.func, *value.args, *value.keywords.values()]
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list | tuple):
        return list(value)
    if isinstance(value, type):
        return list(value.__bases__) if value.__module__ in MAIN else []
    if type(value).__module__ in MAIN:
        return [type(value), *getattr(value, "__dict__", {}).values()]
    return []


def codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """The code of a function and of those nested in it."""
    yield code
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield from codes(inner)
