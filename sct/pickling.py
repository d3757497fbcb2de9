"""Takes a function, gives what ``pickle`` needs to make it again elsewhere: its qualified name, else its source and data."""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

from .frontend.capture import Captured, capture, capture_text

Restore = Callable[[Any], Any]


def is_importable(obj: Any) -> bool:
    """Whether an object is what its module has under its qualified name."""
    found: Any = sys.modules.get(obj.__module__)
    for part in obj.__qualname__.split("."):
        found = getattr(found, part, None)
    return found is obj


def pickled(fun: Any) -> tuple[Restore, Any]:
    """A function of this module and the data from which it makes ``fun`` again."""
    if isinstance(fun, types.FunctionType) and not is_importable(fun):
        return from_source, _by_value(capture(fun))
    return itself, fun


def itself(fun: Any) -> Any:
    """Functions that ``pickle`` can handle alone need nothing."""
    return fun


def _by_value(captured: Captured) -> dict[str, Any]:
    """The source, the globals and captured variables that it reads (functions by name or by value, too), and the defaults."""
    names = set(_names(captured.code)) | set(_names(compile(captured.source, "<pickled>", "exec", dont_inherit=True)))
    space = {name: value for name, value in captured.globals.items() if name in names and value is not captured.fun}
    space.update({name: cell.cell_contents for name, cell in captured.closure.items()})
    fun = captured.fun
    return {
        "text": captured.source, "name": None if captured.is_lambda else captured.name,
        "space": {name: _part(value) for name, value in space.items()},
        "defaults": fun.__defaults__, "kwdefaults": fun.__kwdefaults__, "qualname": fun.__qualname__, "module": fun.__module__,
    }


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield from _names(inner)


def _part(value: Any) -> tuple[Restore, Any]:
    if isinstance(value, types.ModuleType):
        return importlib.import_module, value.__name__
    return pickled(value)


def from_source(data: dict[str, Any]) -> types.FunctionType:
    """The function that was pickled by value, in a module of its own."""
    space = {name: restore(value) for name, (restore, value) in data["space"].items()}
    fun: types.FunctionType = capture_text(data["text"], data["name"], space).fun
    fun.__defaults__, fun.__kwdefaults__ = data["defaults"], data["kwdefaults"]
    fun.__qualname__, fun.__module__ = data["qualname"], data["module"]
    return fun
