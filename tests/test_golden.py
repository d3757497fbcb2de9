"""Holds the generated adjoints of varied functions to adjoints of the same functions that were written by hand.

Each ``golden/NAME.py`` holds a function or imports it from the benchmarks or ``programs``, and has its adjoint by hand and
arguments; ``golden/NAME.golden.py`` holds what the compiler generates for it.  ``SCT_UPDATE_GOLDEN=1`` rewrites these files:
read the difference.
"""

import ast
import importlib.util
import inspect
import os
import sys
from pathlib import Path

import astunparse
import numpy as np
import pytest

import sct

FOLDER = Path(__file__).parent / "golden"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.endswith(".golden"))
MOST = 1.3
"""Generated statements for each one written by hand."""


def module(name):
    spec = importlib.util.spec_from_file_location(f"golden_{name}", FOLDER / f"{name}.py")
    made = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = made
    spec.loader.exec_module(made)
    return made


@pytest.fixture(params=NAMES)
def case(request):
    made = module(request.param)
    gradient = sct.value_and_grad(getattr(made, request.param), argnums=made.ARGNUMS)
    return request.param, made, gradient


def generated(gradient, made):
    return ast.parse(sct.source(gradient, *made.arguments()))


def by_hand(name, made):
    """The hand-written functions, helpers of theirs and of the function included."""
    wanted, found = [getattr(made, f"{name}_adjoint_by_hand")], {}
    while wanted:
        function = wanted.pop()
        if function not in found:
            [found[function]] = ast.parse(inspect.getsource(function)).body
            called = (function.__globals__.get(node.id) for node in ast.walk(found[function]) if isinstance(node, ast.Name))
            wanted += filter(inspect.isfunction, called)
    return list(found.values())


def statements(functions):
    """How many statements there are; comments are none."""
    inside = [node for function in functions for node in ast.walk(function) if node is not function]
    return sum(isinstance(node, ast.stmt) and not isinstance(node, ast.FunctionDef) for node in inside)


def test_text_is_the_golden_file(case):
    name, made, gradient = case
    path, text = FOLDER / f"{name}.golden.py", sct.source(gradient, *made.arguments())
    if os.environ.get("SCT_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_generated_and_hand_written_adjoint_agree(case):
    name, made, gradient = case
    value, gradients = gradient(*made.arguments())
    expected, others = getattr(made, f"{name}_adjoint_by_hand")(*made.arguments())
    np.testing.assert_allclose(value, expected, rtol=1e-12)
    assert value == getattr(made, name)(*made.arguments())
    for got, want in zip(gradients, others, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12 * np.max(np.abs(want)))
        assert type(got) is type(want)


def test_generated_adjoint_is_hardly_longer(case):
    name, made, gradient = case
    theirs = statements(by_hand(name, made))
    ours = statements([f for f in generated(gradient, made).body if isinstance(f, ast.FunctionDef)])
    assert ours <= MOST * theirs, f"{ours} statements, {theirs} by hand"


def test_no_line_is_dead(case):
    _, made, gradient = case
    for function in generated(gradient, made).body:
        names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
        read = {n.id for n in names if isinstance(n.ctx, ast.Load)}
        places = [n.target for n in ast.walk(function) if isinstance(n, ast.AugAssign)]
        read |= {place.value.id for place in places if isinstance(place, ast.Subscript) and isinstance(place.value, ast.Name)}
        assert {n.id for n in names if isinstance(n.ctx, ast.Store)} - read <= {"_"}


def test_no_arithmetic_that_does_nothing(case):
    _, made, gradient = case
    for node in ast.walk(generated(gradient, made)):
        if isinstance(node, ast.BinOp):
            ends = [side.value for side in (node.left, node.right) if isinstance(side, ast.Constant)]
            nothing = 0 if isinstance(node.op, ast.Add | ast.Sub) else 1 if isinstance(node.op, ast.Mult) else None
            assert nothing not in ends, ast.unparse(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            assert not isinstance(node.operand, ast.UnaryOp), ast.unparse(node)


def saves(functions):
    """How many values are appended to lists, those in tuples one by one."""
    calls = [n for f in functions for n in ast.walk(f) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    saved = [call.args[0] for call in calls if call.func.attr == "append"]
    return sum(len(one.elts) if isinstance(one, ast.Tuple) else 1 for one in saved)


def test_nothing_is_saved_that_is_not_saved_by_hand(case):
    name, made, gradient = case
    assert saves(generated(gradient, made).body) <= saves(by_hand(name, made))


def test_each_group_says_once_to_which_line_it_belongs(case):
    _, made, gradient = case
    comments = [line.strip() for line in sct.source(gradient, *made.arguments()).splitlines() if line.strip().startswith("#")]
    assert all(a != b for a, b in zip(comments, comments[1:], strict=False))


def test_another_printer_prints_the_same(case):
    """``astunparse`` is the second opinion on the syntax trees that the text is printed from."""
    _, made, gradient = case
    tree = generated(gradient, made)
    if any(isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple)
           and any(isinstance(part, ast.Slice) for part in node.slice.elts) for node in ast.walk(tree)):
        pytest.xfail("astunparse puts slices in a tuple into parentheses: x[(:, 0)]")
    assert ast.dump(ast.parse(astunparse.unparse(tree))) == ast.dump(tree)


@pytest.mark.parametrize("text", [
    pytest.param("y = x[:, 0]", marks=pytest.mark.xfail(strict=True, raises=SyntaxError, reason="prints x[(:, 0)]")),
    pytest.param("match x:\n    case 1:\n        y = 2", marks=pytest.mark.xfail(
        strict=True, raises=AttributeError, reason="knows no match statements")),
])
def test_what_the_other_printer_cannot_print(text):
    tree = ast.parse(text)
    assert ast.dump(ast.parse(astunparse.unparse(tree))) == ast.dump(tree)
