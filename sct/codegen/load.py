"""Takes printed text, gives the function it defines; the text stays visible to ``inspect``, tracebacks and the debugger."""

from __future__ import annotations

import linecache
from collections.abc import Callable
from typing import Any

from .emit import Emitted


def filename_of(emitted: Emitted) -> str:
    """The name under which the text is known."""
    return emitted.filename


def load(emitted: Emitted, namespace: dict[str, Any] | None = None) -> Callable[..., Any]:
    """Compile the text and run its definition in ``namespace``, which gets what the text imports (a new one if omitted).

    >>> f = load(Emitted("def f(x):\\n    return 2 * x\\n", "f", {}))
    >>> f(3), __import__("inspect").getsource(f).splitlines()[1]
    (6, '    return 2 * x')
    """
    space = {} if namespace is None else namespace
    for name, value in emitted.imports.items():
        space.setdefault(name, value)
    filename = emitted.filename
    remember(filename, emitted.text)
    definitions: dict[str, Any] = {}
    exec(compile(emitted.text, filename, "exec", dont_inherit=True), space, definitions)
    function: Callable[..., Any] = definitions[emitted.name]
    space.setdefault(emitted.name, function)
    return function


def remember(filename: str, text: str) -> None:
    """Let ``linecache`` show the text: an entry without a modification time is never dropped as stale."""
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)


def import_lines(emitted: Emitted) -> list[str]:
    """The import statements that a file with this text needs, sorted; what cannot be imported is left to the caller.

    >>> import math
    >>> import_lines(Emitted("", "f", {"math": math, "np_2": __import__("numpy")}))
    ['import math', 'import numpy as np_2']
    """
    lines = []
    for name, value in emitted.imports.items():
        if type(value) is type(linecache):
            module = value.__name__
            lines.append(f"import {module}" if module == name else f"import {module} as {name}")
        elif getattr(value, "__module__", None) and getattr(value, "__qualname__", None) == getattr(value, "__name__", ""):
            alias = "" if value.__name__ == name else f" as {name}"
            lines.append(f"from {value.__module__} import {value.__name__}{alias}")
    return sorted(lines)
