"""Errors: what they say, where they point, what they can be caught as, and that every code is documented."""

from __future__ import annotations

import linecache
import pickle
import re
import traceback
from pathlib import Path

import pytest

from sct.error_codes import CODES
from sct.errors import (
    CLASSES,
    ArgumentError,
    InternalError,
    MissingRuleError,
    Obstacle,
    SctError,
    UnsupportedSyntaxError,
    builtin_of,
    class_of,
    error_of,
    errors_page,
    explain_code,
    raise_all,
)
from sct.ir.core import Loc

ROOT = Path(__file__).parents[1]

MODEL = """def model(x):
    for i in range(3):
        yield x
    y = (x +
         weird(x))
    return y
"""


@pytest.fixture
def model(tmp_path, monkeypatch):
    (tmp_path / "model.py").write_text(MODEL)
    monkeypatch.chdir(tmp_path)
    yield str(tmp_path / "model.py")
    linecache.cache.pop(str(tmp_path / "model.py"), None)


def yield_obstacle(file):
    return Obstacle(Loc(file, 3, 8, 3, 15, "yield x", "model"), "SCT101", "`yield` is not supported", "return a list instead")


def call_obstacle(file):
    return Obstacle(Loc(file, 5, 9, 5, 17, "y = (x + weird(x))", "model"), "SCT200", "no rule for `weird`", "declare one")


def test_one_obstacle_shows_place_statement_caret_and_hint(model):
    assert yield_obstacle(model).render() == """\
model.py:3: SCT101: `yield` is not supported
    yield x
    ^^^^^^^
  hint: return a list instead"""


def test_caret_points_into_the_line_of_the_expression_in_a_long_statement(model):
    assert call_obstacle(model).render().splitlines()[1:3] == ["    weird(x))", "    ^^^^^^^^"]


def test_construct_of_several_lines_is_marked_on_its_first(model):
    obstacle = Obstacle(Loc(model, 4, 4, 5, 18, "y = (x + weird(x))"), "SCT700", "odd")
    assert obstacle.render().splitlines()[1:] == ["    y = (x +", "    ^^^^^^^^"]


def test_without_location_there_is_no_excerpt():
    assert Obstacle(None, "SCT402", "no parameter `q`", "the parameters are x, y").render() == (
        "SCT402: no parameter `q`\n  hint: the parameters are x, y")


def test_a_bare_line_number_quotes_nothing(model):
    assert Obstacle(Loc(model, 3), "SCT320", "changed").render() == "model.py:3: SCT320: changed"


def test_a_file_that_changed_gets_no_caret(model):
    loc = Loc(model, 3, 8, 3, 15, "yield other", "model")
    assert Obstacle(loc, "SCT101", "no").render() == "model.py:3: SCT101: no\n    yield other"


def test_files_elsewhere_keep_their_whole_path():
    assert Obstacle(Loc("/nowhere/deep/model.py", 7), "SCT100", "no").render().startswith("/nowhere/deep/model.py:7: ")


def test_all_obstacles_are_reported_at_once_in_source_order(model):
    with pytest.raises(UnsupportedSyntaxError) as caught:
        raise_all([call_obstacle(model), yield_obstacle(model), call_obstacle(model)])
    assert [o.code for o in caught.value.obstacles] == ["SCT101", "SCT200"]
    assert str(caught.value).startswith("2 obstacles in `model`:\nmodel.py:3: SCT101:")
    assert "model.py:5: SCT200: no rule for `weird`" in str(caught.value)
    assert caught.value.code == "SCT101" and caught.value.loc.line == 3 and caught.value.hint == "return a list instead"


def test_no_obstacles_no_error():
    raise_all([])


def test_class_follows_from_the_first_code(model):
    assert type(error_of([call_obstacle(model)])) is MissingRuleError
    assert class_of("SCT501").__name__ == "NonScalarOutputError"
    assert class_of("SCT320").__name__ == "StaleSourceError"


def test_each_class_can_be_caught_as_its_builtin():
    expected = {
        "UnsupportedSyntaxError": SyntaxError, "MissingRuleError": NotImplementedError, "RuleError": ValueError,
        "SourceUnavailableError": OSError, "StaleSourceError": RuntimeError, "ArgumentError": TypeError,
        "NonScalarOutputError": TypeError, "NonFiniteGradientError": FloatingPointError, "AliasingError": ValueError,
        "UnsupportedTypeError": TypeError, "InternalError": RuntimeError,
    }
    assert {name: builtin_of(cls) for name, cls in CLASSES.items()} == expected
    assert all(issubclass(cls, SctError) and issubclass(cls, expected[name]) for name, cls in CLASSES.items())


@pytest.mark.parametrize("cls", CLASSES.values(), ids=CLASSES)
def test_errors_pickle(cls, model):
    error = cls("message", loc=Loc(model, 3, 8, 3, 15, "yield x"), hint="do this")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is cls and str(copy) == str(error) and copy.obstacles == error.obstacles
    assert copy.code == cls.code and copy.hint == error.hint and copy.__notes__ == error.__notes__
    assert "message" in str(error) and "yield x" in str(error)


def test_pickled_error_needs_no_source_file(model):
    data = pickle.dumps(error_of([yield_obstacle(model)]))
    Path(model).unlink()
    linecache.cache.pop(model, None)
    assert "^^^^^^^" in str(pickle.loads(data))


def test_traceback_of_a_syntax_error_shows_the_place_once(model):
    shown = "".join(traceback.format_exception_only(error_of([yield_obstacle(model)])))
    assert shown == f"""\
  File "{model}", line 3
    yield x
    ^^^^^^^
sct.errors.UnsupportedSyntaxError: SCT101: `yield` is not supported
  hint: return a list instead
  more: python -m sct error SCT101
"""


def test_traceback_of_several_obstacles_lists_them(model):
    shown = "".join(traceback.format_exception_only(error_of([yield_obstacle(model), call_obstacle(model)])))
    assert shown.count("model.py:") == 2 and "SCT101" in shown and "SCT200" in shown


def test_internal_errors_say_whose_fault_it_is_and_how_to_reproduce():
    error = InternalError("block without terminator", reproduce="import sct\nsct.grad(f)(1.0)")
    assert str(error).startswith("SCT900: this is a bug in sct: block without terminator")
    assert "to reproduce:\n    import sct\n    sct.grad(f)(1.0)" in "\n".join(error.__notes__)


def test_explain_code_accepts_any_spelling():
    assert explain_code("101") == explain_code("sct101") == explain_code("SCT101")
    assert "a SyntaxError" in explain_code("SCT101").splitlines()[0]
    with pytest.raises(ArgumentError, match="there is no error code 'SCT999'"):
        explain_code("SCT999")


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_documented(code):
    entry = CODES[code]
    assert re.fullmatch(r"SCT\d{3}", code) and entry.error in CLASSES and entry.title
    assert len(entry.paragraph) > 40 and entry.paragraph.endswith(".")


def test_default_codes_and_all_codes_in_the_sources_are_in_the_table():
    assert {cls.code for cls in CLASSES.values()} <= set(CODES)
    used = {code for path in (ROOT / "sct").rglob("*.py") for code in re.findall(r"\bSCT\d{3}\b", path.read_text())}
    assert used - {SctError.code} <= set(CODES)


def test_codes_are_sorted_within_their_hundreds():
    assert list(CODES) == sorted(CODES)


def test_page_is_up_to_date():
    """After a change: python -c "import sct.errors as e; open('docs/errors.md', 'w').write(e.errors_page())"."""
    assert (ROOT / "docs" / "errors.md").read_text() == errors_page()
