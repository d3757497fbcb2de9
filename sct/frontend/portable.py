"""Takes a captured function, gives a text in which it stands alone, and from such a text its code, here or in another process.

The lines are those of the user, with their indentation, so that texts of several lines in it stay what they are.  What is
indented stands in a function around it, whose parameters are the captured variables.
"""

from __future__ import annotations

import functools
import types
from dataclasses import dataclass

from ..errors import SourceUnavailableError
from .capture import Captured, register_text
from .matching import compile_text


@dataclass(frozen=True)
class Portable:
    """The text of a function and what it takes to compile it again."""

    text: str
    name: str
    is_inner: bool
    """Whether a function stands around it."""
    flags: int


def portable(captured: Captured) -> Portable:
    """The text of a function, found by ``capture``, that ``code_of`` compiles to the same code."""
    text, free = captured.lines, captured.code.co_freevars
    indent = text[:len(text) - len(text.lstrip())]
    around = f"def captured({', '.join(free)}):\n"
    if captured.is_lambda:
        text, indent = f" return ({captured.source}\n )\n", " "
    elif indent and captured.name not in free:  # it would be a captured variable of itself
        around += f"{indent}global {captured.name}\n"
    return Portable((around if indent else "") + text, captured.name, bool(indent), captured.code.co_flags)


@functools.lru_cache(256)
def code_of(function: Portable) -> types.CodeType:
    """The code of a function that was made portable; its text is known to ``capture`` and ``linecache`` from then on."""
    compiled = compile_text(function.text, register_text(function.text), function.flags)
    if compiled is None:
        raise SourceUnavailableError(f"the text of `{function.name}` is not valid in this version of Python", code="SCT307",
                                     hint="run the same version of Python on both sides")
    around = compiled.module
    if function.is_inner:
        around = _last_code(around, "captured")
    return _last_code(around, function.name)


def _last_code(code: types.CodeType, name: str) -> types.CodeType:
    """Functions in the defaults of a function come before it."""
    return [inner for inner in code.co_consts if isinstance(inner, types.CodeType) and inner.co_name == name][-1]
