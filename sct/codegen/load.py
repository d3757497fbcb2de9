"""Takes printed text, gives the function it defines; the text stays visible to ``inspect``, tracebacks and the debugger."""

from __future__ import annotations

import hashlib
import linecache
from collections.abc import Callable
from typing import Any, Protocol


class Text(Protocol):
    """A printed function."""

    @property
    def text(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def imports(self) -> dict[str, Any]: ...

    @property
    def filename(self) -> str: ...


def filename(name: str, text: str) -> str:
    """The name under which a text is known to tracebacks: the same for the same text in every run.

    >>> filename("f", "def f(x):\\n    return x\\n")
    '<sct f#72d3d5>'
    """
    return f"<sct {name}#{hashlib.sha256(text.encode()).hexdigest()[:6]}>"


def load(emitted: Text, namespace: dict[str, Any] | None = None) -> Callable[..., Any]:
    """Compile the text and run its definition in ``namespace``, which gets what the text imports (a new one if omitted).

    >>> from sct.codegen.emit import Emitted
    >>> f = load(Emitted("def f(x):\\n    return 2 * x\\n", "f", {}))
    >>> f(3), __import__("inspect").getsource(f).splitlines()[1]
    (6, '    return 2 * x')
    """
    space = {} if namespace is None else namespace
    for name, value in emitted.imports.items():
        space.setdefault(name, value)
    remember(emitted.filename, emitted.text)
    definitions: dict[str, Any] = {}
    exec(compile(emitted.text, emitted.filename, "exec", dont_inherit=True), space, definitions)
    function: Callable[..., Any] = definitions[emitted.name]
    space.setdefault(emitted.name, function)
    return function


def remember(filename: str, text: str) -> None:
    """Let ``linecache`` show the text: an entry without a modification time is never dropped as stale."""
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
