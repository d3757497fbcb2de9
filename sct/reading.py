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
from .frontend.capture import capture

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
    names = dict.fromkeys(i.argval for code in codes(fun.__code__) for i in dis.get_instructions(code)
                          if i.opname.endswith(("_GLOBAL", "_NAME")))
    return {name: fun.__globals__[name] for name in names if name in fun.__globals__}


def cells_of(fun: types.FunctionType) -> dict[str, Any]:
    """The captured variables of a function, but for those that have no value yet."""
    cells = zip(fun.__code__.co_freevars, fun.__closure__ or (), strict=True)
    return {name: cell.cell_contents for name, cell in cells if cell != types.CellType()}


def binds_outside(fun: types.FunctionType) -> bool:
    """Whether a function, or one nested in it, binds or deletes globals or captured variables."""
    free = fun.__code__.co_freevars
    return any(i.opname in ("STORE_GLOBAL", "DELETE_GLOBAL") or i.opname in ("STORE_DEREF", "DELETE_DEREF") and i.argval in free
               for code in codes(fun.__code__) for i in dis.get_instructions(code))


def texts_of_classes(value: Any) -> dict[str, str]:
    """The texts, by file name, of the classes of ``__main__`` that a value leads to.

    Picklers that carry such classes by value carry their code, but not its source.
    """
    texts: dict[str, str] = {}
    for cls in dict.fromkeys(_classes(value, set())):
        for member in vars(cls).values():
            method = getattr(member, "__func__", getattr(member, "fget", getattr(member, "fun", member)))
            if isinstance(method, types.FunctionType):
                with contextlib.suppress(SctError):  # methods that a decorator of the class has made have no source
                    captured = capture(method)
                    texts[captured.filename] = captured.text
    return texts


def _classes(value: Any, seen: set[int]) -> Iterator[type]:
    if id(value) in seen:
        return
    seen.add(id(value))
    cls = value if isinstance(value, type) else type(value)
    parts: list[Any] = []
    if isinstance(value, types.FunctionType) and not is_importable(value):
        parts = [*globals_of(value).values(), *cells_of(value).values(), *(value.__defaults__ or ())]
    elif cls.__module__ in MAIN:
        yield cls
        parts = [] if value is cls else list(getattr(value, "__dict__", {}).values())
    elif isinstance(value, types.MethodType):
        parts = [value.__self__]
    elif isinstance(value, functools.partial):
        parts = [value.func, *value.args, *value.keywords.values()]
    elif isinstance(value, list | tuple | dict):
        parts = list(value.values() if isinstance(value, dict) else value)
    for part in parts:
        yield from _classes(part, seen)


def codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """The code of a function and of those nested in it."""
    yield code
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield from codes(inner)
