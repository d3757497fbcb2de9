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
