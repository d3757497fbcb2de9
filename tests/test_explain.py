"""``explain``: what is saved, kept, recomputed and inactive, per line, in agreement with the generated text."""

import ast
import math
import re

import numpy as np
import pytest

import sct

OFFSET = 3.0


def model(w, x, n, name="a", flag=True):
    s = 0.0
    label = f"{name}"
    dead = math.sin(w[0])
    for i in range(len(x)):
        r = math.exp(w[0] * x[i]) - OFFSET
        for _ in range(n):
            s += math.sin(s * r)
        if s > 10.0:
            break
    c = np.floor(w[1])
    if flag and label == "b":
        s = s + 1.0
    return s * c + np.sum(w * w)


START = model.__code__.co_firstlineno
LOOP = START + 4


def inner(x, n):
    s = x
    for _ in range(n):
        s = math.sin(s) * x
    return s


def outer(x, n):
    a = inner(x, n)
    return a * inner(a, 2)


def vectors(x, n):
    y = x
    for _ in range(n):
        y = np.tanh(y) * x
    return np.sum(y)


def rows(text):
    """(line of the statement, what, value, rest) of every entry."""
    found, line = [], ""
    for row in text.splitlines():
        if (heading := re.match(r" {0,4}\d+  (.*)", row)) is not None:
            line = heading[1]
        elif (entry := re.match(r" {7}(saved|kept|recomputed|inactive) +(.*)", row)) is not None:
            value, *rest = re.split(r"  +", entry[2])
            found.append((line, entry[1], value, "  ".join(rest)))
    return found


def entry(text, what, value):
    (found,) = [(line, rest) for line, kind, name, rest in rows(text) if (kind, name) == (what, value)]
    return found


@pytest.fixture(scope="module")
def report():
    return sct.explain(model, np.array([0.1, 2.2]), np.arange(3.0), 2)


def test_the_heading_says_for_what_and_how(report):
    first, *rest = report.splitlines()
    assert re.match(rf".*test_explain.py:{START}: the gradient of model\(w: float64\[:\], x: float64\[:\], n: int", first)
    assert first.endswith("with respect to w")
    assert "records no operations, builds no graph and creates no closures" in rest[0]


def test_saved_values(report):
    line, rest = entry(report, "saved", "math.exp(w[0] * x[i])")
    assert line == "r = math.exp(w[0] * x[i]) - OFFSET"
    assert rest == f"float  32 bytes  once per iteration of the loop in line {LOOP}"
    _, rest = entry(report, "saved", "s")
    assert rest == f"float  32 bytes  once per iteration of the loop in line {LOOP + 2} inside the loop in line {LOOP}"
    total = f"2 saved values: 32 bytes per iteration of the loop in line {LOOP}, 32 bytes per iteration"
    assert report.splitlines()[-1].startswith(total)


def appended(text):
    """How many values the text appends to lists, those in tuples one by one."""
    calls = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    values = [call.args[0] for call in calls if call.func.attr == "append"]
    return sum(len(value.elts) if isinstance(value, ast.Tuple) else 1 for value in values)


def test_every_value_that_the_text_saves_is_listed_and_no_other(report):
    programs = (model, (np.ones(2), np.ones(2), 2)), (outer, (0.5, 2)), (vectors, (np.ones(2), 2)), (inner, (0.5, 3))
    for f, args in programs:
        gradient = sct.grad(f)
        gradient(*args)
        assert sum(kind == "saved" for _, kind, _, _ in rows(gradient.explain())) == appended(gradient.source) > 0


def test_recomputed_and_kept(report):
    assert entry(report, "recomputed", "r = math.exp(w[0] * x[i]) - OFFSET")
    line, _ = entry(report, "kept", "c")
    assert line == "c = np.floor(w[1])"


@pytest.mark.parametrize("value, reason", [
    ("x", "not asked for by argnums"), ("n", "an integer has no derivative"), ("name", "a string has no derivative"),
    ("flag", "a boolean has no derivative"), ("label", "a string has no derivative"),
    ("dead", "the result does not depend on it"),
    ("c", "the derivative of np.floor is zero"),
])
def test_inactive_values(report, value, reason):
    assert entry(report, "inactive", value)[1].endswith(reason)


def test_an_input_without_a_path_to_the_result():
    text = sct.explain(lambda x, y: y * y, 1.0, 2.0)
    assert entry(text, "inactive", "x")[1].endswith("the result does not depend on it")
    assert text.endswith("Nothing is saved in a list.\n")


def test_callees():
    text = sct.explain(outer, 0.5, 3)
    assert any("(in inner)" in line and kind == "saved" for line, kind, _, _ in rows(text))
    assert any("handed to the backward half" in rest for *_, rest in rows(text)) or "kept" in text


def test_sizes_of_arrays():
    text = sct.explain(vectors, np.ones(2), 3)
    assert "bytes: 112 + 8 per element" in text


def test_the_method_uses_the_latest_specialisation():
    gradient = sct.value_and_grad(inner, "x")
    assert gradient.explain(0.5, 3) == gradient.explain() == sct.explain(gradient)
    assert "x: np.float32" in gradient.explain(np.float32(0.5), 3)
