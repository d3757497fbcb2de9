"""Takes the printed functions of a specialisation, gives the text of one module that Numba compiles."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from ..codegen.emit import Emitted
from ..export import Module
from ..ir.core import Function
from ..loaded import Compiled
from .spelling import spelled_for_numba


class NativeModule(Module):
    """The one namespace of the file, in which helpers are imported: their compiled counterparts are registered for them."""

    def write_object(self, name: str, value: Any) -> None:
        if inspect.isfunction(value) and value.__module__.startswith("sct.runtime."):
            self.imports[name] = f"from {value.__module__} import {value.__name__}" + (
                f" as {name}" if name != value.__name__ else "")
            return
        super().write_object(name, value)


def module_text(compiled: Compiled, functions: list[tuple[Function, Emitted]], flags: dict[Function, dict[str, Any]]) -> str:
    """The text of the module: every function decorated with what Numba is told for it, callees first."""
    module = NativeModule(compiled)
    module.gather(functions)
    texts = [_decorated(spelled_for_numba(text), _decorator(flags[function]))
             for (function, _), text in zip(functions, module.texts, strict=True)]
    extra = ["from numba import njit", "import sct.native.helpers  # registers the compiled helpers"]
    if any("backwards(" in text for text in texts):
        extra.append("from sct.native.helpers import backwards")
    if any("items_of(" in text for text in texts):
        extra.append("from sct.native.helpers import items_of")
    if any("np." in text for text in texts):
        module.define("np", ("object", id(np)), lambda name: module.write_object(name, np))
    imports = sorted({*module.imports.values(), *extra}, key=lambda line: (line.startswith("from"), line))
    parts = ["\n".join(imports), "\n".join(module.data.values()), *(text.strip("\n") for text in texts)]
    return "\n\n\n".join(part for part in parts if part) + "\n"


def _decorator(flags: dict[str, Any]) -> str:
    return f"@njit({', '.join(f'{key}={value!r}' for key, value in sorted(flags.items()))})"


def _decorated(text: str, decorator: str) -> str:
    lines = text.splitlines(keepends=True)
    k = next(k for k, line in enumerate(lines) if line.startswith("def "))
    return "".join([*lines[:k], decorator + "\n", *lines[k:]])
