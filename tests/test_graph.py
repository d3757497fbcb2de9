"""``graph``: the DOT text holds every operation once, its edges, and marks the path that the chain rule follows."""

import math
import re
import shutil

import numpy as np
import pytest

import sct
from sct import ArgumentError

ACTIVE = "#b03060"


def nodes(dot):
    """Label and whether it is marked, by node name."""
    found = re.findall(r'^ *(\w+) \[label="((?:[^"\\]|\\.)*)"(.*)\]$', dot, re.MULTILINE)
    return {name: (label.replace('\\"', '"'), ACTIVE in rest) for name, label, rest in found}


def edges(dot):
    """(label, label, marked) of every edge."""
    named = nodes(dot)
    for start, goal, rest in re.findall(r"^ *(\w+) -> (\w+)(.*)$", dot, re.MULTILINE):
        yield named[start][0], named[goal][0], ACTIVE in rest


def test_a_product():
    dot = sct.graph(lambda x, y: x * (x + y), 3.0, 2.0)
    assert set(edges(dot)) == {
        ("x: float", "x + y", True), ("y: float", "x + y", False), ("x: float", "x * (x + y)", True),
        ("x + y", "x * (x + y)", True), ("x * (x + y)", "result", True)}
    both = sct.graph(sct.grad(lambda x, y: x * (x + y), (0, 1)), 3.0, 2.0)
    assert all(marked for *_, marked in edges(both))


def test_a_wave():
    dot = sct.graph(lambda x: np.sin(np.sum(x) + 2), np.ones(2))
    assert list(edges(dot)) == [
        ("x: float64[:]", "np.sum(x)", True), ("np.sum(x)", "np.sum(x) + 2", True),
        ("np.sum(x) + 2", "np.sin(np.sum(x) + 2)", True), ("np.sin(np.sum(x) + 2)", "result", True)]


def test_what_has_no_adjoint_is_not_marked():
    def f(x, n):
        k = n * 2
        unused = math.sin(x)
        c = np.floor(x)
        return x * c * k
    dot = sct.graph(f, 2.0, 3)
    marked = {label for label, active in nodes(dot).values() if active}
    assert marked == {"x: float", "x * c", "x * c * k", "result"}
    assert {"k = n * 2", "unused = math.sin(x)", "c = np.floor(x)"} <= {label for label, _ in nodes(dot).values()}


def test_loops_and_branches_are_clusters():
    def f(x, n):
        s = x
        for i in range(n):
            if s > 1.0:
                s = s * x
            else:
                s = math.sin(s)
        while s > 0.1:
            s = s * 0.5
        return s
    dot = sct.graph(f, 2.0, 3)
    assert [m for m in re.findall(r'label="([^"]*)"; labeljust', dot)] == ["for i in range(n)", "if s > 1.0", "while s > 0.1"]
    assert dot.count("{") == dot.count("}") == 4
    expected = {("n: int", "i", False), ("s = math.sin(s)", "s", True), ("x: float", "s = s * x", True)}
    assert expected <= set(edges(dot))


def test_calls_and_names():
    def g(x):
        s = x
        for _ in range(2):
            s = s * s
        return s

    def f(x):
        y = g(x)
        return y + g(y)
    dot = sct.graph(f, 2.0)
    assert ("x: float", "y = g(x)", True) in set(edges(dot))


def test_has_aux_marks_the_value_only():
    dot = sct.graph(sct.grad(lambda x: (x * x, x * 3.0), has_aux=True), 2.0)
    assert ("x * 3.0", "result[1]", False) in set(edges(dot)) and ("x * x", "result[0]", True) in set(edges(dot))


def test_quotes_are_escaped():
    dot = sct.graph(lambda x, s: x * len(s + 'a"b\\'), 2.0, "c")
    assert r'\"' in dot or r"\\" in dot


def test_formats():
    with pytest.raises(ArgumentError):
        sct.graph(lambda x: x * x, 1.0, format="png")
    if shutil.which("dot") is None:
        with pytest.raises(ArgumentError, match="Graphviz"):
            sct.graph(lambda x: x * x, 1.0, format="svg")
    else:
        assert "<svg" in sct.graph(lambda x: x * x, 1.0, format="svg")
