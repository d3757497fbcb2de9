"""Every script in ``examples/`` runs; each asserts the value that it is about."""

import re
import runpy
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.py"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs(path, monkeypatch, capsys):
    imported = set(re.findall(r"^(?:import|from) (\w+)", path.read_text(encoding="utf-8"), re.M))
    for library in sorted(imported & {"scipy", "distributed"}):
        pytest.importorskip(library)
    monkeypatch.setattr("sys.argv", [str(path)])
    runpy.run_path(str(path), run_name="__main__")
    assert capsys.readouterr().out, "an example shows something"


def test_every_example_is_listed():
    listing = (EXAMPLES[0].parent / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in EXAMPLES if f"({path.name})" not in listing] == []
