"""Runs the documentation: every Python block of README.md and docs/*.md, with the results and outputs it claims.

* ``expression  # -> value`` must have that value; ``statement  # raises Name`` must raise that exception.
* A block after ``<!-- prints: expression -->`` is what printing the expression shows; ``SCT_UPDATE_DOCS=1`` rewrites it.
"""

import ast
import math
import os
import re
import sys
import types
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"(?:<!-- prints: (?P<shown>.+?) -->\n)?^```(?P<language>\w*)\n(?P<body>.*?)^```$", re.M | re.S)
CLAIM = re.compile(r"# (?P<kind>->|raises) (?P<claim>.+)$")


def blocks(text):
    """(line number of the body, language, expression whose output the body is or None, body)."""
    for match in FENCE.finditer(text):
        yield text.count("\n", 0, match.start("body")) + 1, match["language"], match["shown"], match["body"]


def as_module(page, text, folder):
    """The page's Python as one module file in which every line keeps its number, and the module to run it in."""
    lines = [""] * (text.count("\n") + 1)
    for start, language, shown, body in blocks(text):
        if language == "python" and shown is None:
            lines[start - 1:start - 1 + body.count("\n")] = body.splitlines()
    source = "\n".join(lines) + "\n"
    module = types.ModuleType(f"page_{page.stem.replace('-', '_')}")
    path = folder / f"{page.stem}.py"
    path.write_text(source, encoding="utf-8")
    module.__file__ = str(path)
    return source, module


def run(statement, lines, module):
    """Execute one top-level statement and hold it to its claim, if it makes one."""
    claim = CLAIM.search(lines[statement.end_lineno - 1])
    code = compile(ast.Module([statement], []), module.__file__, "exec")
    if claim is None:
        exec(code, vars(module))
    elif claim["kind"] == "raises":
        with pytest.raises(Exception) as raised:
            exec(code, vars(module))
        assert claim["claim"].split()[0] in [cls.__name__ for cls in type(raised.value).__mro__]
    else:
        value = eval(compile(ast.Expression(statement.value), module.__file__, "eval"), vars(module))
        check_value(value, claim["claim"], f"{module.__file__}:{statement.lineno}")


def check_value(value, claim, where):
    expected = eval(claim, {"array": np.array, "inf": np.inf, "nan": np.nan, "math": math})
    assert type(value) is type(expected), f"{where}: {value!r}"
    if isinstance(value, str | bool | dict | type(None)):
        assert value == expected, where
    else:
        pairs = zip(value, expected, strict=True) if isinstance(value, tuple) else [(value, expected)]
        for got, want in pairs:
            np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-12, err_msg=where, strict=isinstance(want, np.ndarray))


def rewrite(page, expression, output):
    """Put ``output`` into the block that claims to be what ``expression`` prints."""
    text = page.read_text(encoding="utf-8")
    match = next(match for match in FENCE.finditer(text) if match["shown"] == expression)
    page.write_text(text[:match.start("body")] + output + text[match.end("body"):], encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_tells_the_truth(page, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # pages may save files
    text = page.read_text(encoding="utf-8")
    if re.search(r"^from scipy", text, re.M):
        pytest.importorskip("scipy")
    source, module = as_module(page, text, tmp_path)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    statements = ast.parse(source, module.__file__).body
    shown = [(start, expression, body) for start, _, expression, body in blocks(text) if expression is not None]
    events = sorted([*((s.lineno, s) for s in statements), *((start, (e, b)) for start, e, b in shown)], key=lambda e: e[0])
    for _, event in events:
        if isinstance(event, ast.stmt):
            run(event, source.splitlines(), module)
            continue
        expression, body = event
        output = f"{eval(expression, vars(module))}".rstrip() + "\n"
        if os.environ.get("SCT_UPDATE_DOCS"):
            rewrite(page, expression, output)
        else:
            assert body == output, f"{page.name}: run with SCT_UPDATE_DOCS=1 and read the difference"


def test_readme_has_exactly_two_commands():
    commands = [body.strip() for _, language, _, body in blocks(PAGES[0].read_text(encoding="utf-8")) if language == "sh"]
    assert commands == ["python -m pip install . && python -m sct demo",
                        "python -m pip install '.[test]' && python -m pytest -n auto --dist loadfile"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []
