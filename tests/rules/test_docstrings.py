"""A rule that is longer than its formula says in a sentence what the formula is, or where it comes from."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import sct

PACKAGE = Path(sct.__file__).parent
FILES = sorted(path.relative_to(PACKAGE).as_posix() for part in ("rules", "runtime") for path in (PACKAGE / part).rglob("*.py"))
RULE, OTHER = 4, 7
"""Functions with more lines need a docstring: rules, and whatever helps them."""


def undocumented(tree: ast.Module) -> Iterator[str]:
    """The functions that need a docstring and have none."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is None:
            is_rule = any(arg.arg.endswith(("_bar", "_dot")) for arg in node.args.kwonlyargs)
            if node.body[-1].end_lineno - node.lineno + 1 > (RULE if is_rule else OTHER):  # type: ignore[operator]
                yield node.name


@pytest.mark.parametrize("name", FILES)
def test_long_functions_have_docstrings(name: str) -> None:
    assert not list(undocumented(ast.parse((PACKAGE / name).read_text(encoding="utf-8"))))


def test_what_is_asked_of_a_rule() -> None:
    rule = "def f(x, *, z, z_bar):\n    a = 1\n    b = 2\n    c = 3\n    x_bar = z_bar\n"
    assert list(undocumented(ast.parse(rule))) == ["f"]
    assert not list(undocumented(ast.parse(rule.replace("    c = 3\n", ""))))
    assert not list(undocumented(ast.parse(rule.replace("*, z, z_bar", "z"))))
    assert not list(undocumented(ast.parse(rule.replace("a = 1", '"""Why."""'))))
