"""Runs the before/after listings in the docstrings of passes."""

import re
import textwrap
from types import ModuleType

import numpy as np

from sct.ir.parsing import from_text
from sct.ir.printing import to_text
from sct.ir.verify import verify
from sct.runtime.helpers import strong_quotient

NAMES = {"tolist": np.ndarray.tolist, "strong_quotient": strong_quotient}
"""Callables that texts name without a module."""


def listing(module: ModuleType, title: str) -> str:
    """The indented text under ``title:`` in the module's docstring."""
    text = module.__doc__ or ""
    rest = "".join(re.split(rf"\n{title}[^\n]*:\n\n", text)[1:])
    assert rest, f"{module.__name__} has no listing {title!r}"
    lines = []
    for line in rest.splitlines():
        if line.strip() and not line.startswith("    "):
            break
        lines.append(line)
    return textwrap.dedent("\n".join(lines)).strip() + "\n"


def transformed(before: str, run) -> str:
    """The text after ``run``, verified on both sides."""
    fn = from_text(before, NAMES)
    verify(fn)
    run(fn)
    verify(fn, after=run.__name__)
    return to_text(fn)


def renamed(text: str) -> str:
    """The same IR with its values numbered as ``to_text`` does."""
    return to_text(from_text(text, NAMES))


def check(before: str, after: str, run) -> None:
    """``run`` turns ``before`` into ``after``, up to the numbers of temporaries."""
    assert transformed(textwrap.dedent(before), run) == renamed(textwrap.dedent(after))
