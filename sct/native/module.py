"""Takes the printed functions of a specialisation, gives the text of one module that Numba compiles."""

from __future__ import annotations

import inspect
import sys
import types
from typing import Any

import numpy as np
from numba.core.dispatcher import Dispatcher

from ..codegen.emit import Emitted
from ..export import Module, import_line
from ..ir.core import Function
from ..loaded import Compiled
from .reads import is_library
from .spelling import spelled_for_numba


class NativeModule(Module):
    """The one namespace of the file, in which helpers are imported: their compiled counterparts are registered for them."""

    def __init__(self, compiled: Compiled) -> None:
        super().__init__(compiled)
        self.foreign: dict[str, Any] = {}
        """What the texts name and no library has: the module is given these objects, whatever their name means elsewhere."""

    def write_object(self, name: str, value: Any) -> None:
        own = value.py_func if isinstance(value, Dispatcher) else value
        if inspect.isfunction(own) and own.__module__.startswith(("sct.runtime.", "sct.native.")):
            self.imports[name] = f"from {own.__module__} import {own.__name__}" + (
                f" as {name}" if name != own.__name__ else "")
            return
        if is_of_library(value):
            super().write_object(name, value)
        else:
            self.foreign[name] = value
            self.imports[name] = import_line(name, value) or f"# {name} is what the function knows by this name"


def is_of_library(value: Any) -> bool:
    """Whether an object is what a library has under its name, so that its name says all of it."""
    if isinstance(value, types.ModuleType):
        return is_library(value)
    if isinstance(value, np.ufunc):
        return any(vars(home).get(value.__name__) is value for home in (np, sys.modules.get("scipy.special")) if home)
    home = sys.modules.get(getattr(value, "__module__", None) or "")
    return home is not None and is_library(home) and getattr(home, getattr(value, "__name__", ""), None) is value


def module_text(module: NativeModule, functions: list[tuple[Function, Emitted]], flags: dict[Function, dict[str, Any]]) -> str:
    """The text of the module: every function decorated with what Numba is told for it, callees first."""
    texts = [_decorated(spelled_for_numba(text), _decorator(flags[function]))
             for (function, _), text in zip(functions, module.texts, strict=True)]
    extra = ["from numba import njit", "import sct.native.helpers  # registers the compiled helpers"]
    if any("backwards(" in text for text in texts):
        extra.append("from sct.native.helpers import backwards")
    if any("items_of(" in text for text in texts):
        extra.append("from sct.native.helpers import items_of")
    if any("np." in text for text in texts):
        module.define("np", ("object", id(np)), lambda name: module.write_object(name, np))
    imports = sorted({*module.imports.values(), *extra}, key=lambda line: (line.startswith("#"), line.startswith("from"), line))
    parts = ["\n".join(imports), "\n".join(module.data.values()), *(text.strip("\n") for text in texts)]
    return "\n\n\n".join(part for part in parts if part) + "\n"


def _decorator(flags: dict[str, Any]) -> str:
    return f"@njit({', '.join(f'{key}={_spelled(value)}' for key, value in sorted(flags.items()))})"


def _spelled(flag: Any) -> str:
    """A flag as Numba is told it: several names are a set.

    >>> _spelled(("arcp", "contract")), _spelled(True)
    ("{'arcp', 'contract'}", 'True')
    """
    return f"{{{', '.join(map(repr, flag))}}}" if isinstance(flag, tuple) else repr(flag)


def _decorated(text: str, decorator: str) -> str:
    lines = text.splitlines(keepends=True)
    k = next(k for k, line in enumerate(lines) if line.startswith("def "))
    return "".join([*lines[:k], decorator + "\n", *lines[k:]])
