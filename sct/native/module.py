"""Takes the printed functions of a specialisation, gives the text of one module that Numba compiles, and the module itself.

The module lies in a directory of its own under a name made of its content, so that Numba finds its compiled code again in the
next process, and a changed function never meets the code of the old one.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import os
import sys
import tempfile
import types
from pathlib import Path
from typing import Any

import numba
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
    if any("to_fixed_tuple(" in text for text in texts):
        extra += ["from numba.np.unsafe.ndarray import to_fixed_tuple", "from sct.native.helpers import of_length"]
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


def cache_directory() -> Path:
    """Where modules and their compiled code are kept: ``SCT_CACHE_DIR``, else the user's cache directory."""
    given = os.environ.get("SCT_CACHE_DIR")
    if given:
        return Path(given)
    home = os.environ.get("LOCALAPPDATA") if sys.platform == "win32" else os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "sct" / "native"


def imported(text: str, name: str) -> types.ModuleType:
    """The module with this text; what was compiled for an equal text, here or in another process, is found again."""
    versions = f"{sys.version_info[:2]} {numba.__version__} {np.__version__}"
    digest = hashlib.sha256(f"{versions}\n{text}".encode()).hexdigest()[:20]
    full_name = f"sct_native_{name}_{digest}"
    if full_name in sys.modules:
        return sys.modules[full_name]
    path = _written(text, full_name)
    spec = importlib.util.spec_from_file_location(full_name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[full_name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[full_name]
        raise
    return module


def _written(text: str, name: str) -> Path:
    """The file of the module; written under another name first, since another process may be about to read or write it."""
    directory = cache_directory()
    path = directory / f"{name}.py"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            with tempfile.NamedTemporaryFile("w", dir=directory, suffix=".tmp", delete=False, encoding="utf-8") as file:
                file.write(text)
            os.replace(file.name, path)
        return path
    except OSError:  # a home that cannot be written to: compiled code lasts as long as the process
        path = Path(tempfile.mkdtemp(prefix="sct_native_")) / f"{name}.py"
        path.write_text(text, encoding="utf-8")
        return path
