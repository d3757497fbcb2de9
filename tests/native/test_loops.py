"""Loops instead of array statements: the lowered text, run by Python itself, gives what the text on arrays gives."""

import builtins
import copy
import inspect

import numpy as np
import pytest

from sct.codegen.emit import emit
from sct.codegen.load import load
from sct.compiler import compile_gradient
from sct.ir.core import Function
from sct.ir.verify import verify
from sct.native.loops import lower_arrays
from sct.passes.dce import eliminate_dead_code
from sct.passes.pipeline import settle
from sct.request import Request
from tests.programs import PROGRAMS


def lowered(compiled):
    """The functions of a specialisation with loops, their texts, and the main one."""
    functions = [*compiled.callees, compiled.adjoint]
    for function in functions:
        for one in (lower_arrays, eliminate_dead_code, settle):
            one(function)
            verify(function)
    emitted = {function: emit(function) for function in functions}
    spaces = {function: {"__builtins__": builtins} for function in functions}
    for function, one in emitted.items():
        spaces[function].update({k: v for k, v in one.imports.items() if not isinstance(v, Function)})
    loaded = {function: load(one, spaces[function]) for function, one in emitted.items()}
    for function, one in emitted.items():
        spaces[function].update({k: loaded[v] for k, v in one.imports.items() if isinstance(v, Function)})
    return loaded[compiled.adjoint], "\n".join(one.text for one in emitted.values())


def compiled_for(fun, args):
    names = list(inspect.signature(fun).parameters)
    wrt = tuple(k for k, a in enumerate(args) if isinstance(a, float | dict) or getattr(a, "dtype", None) == np.float64)
    return compile_gradient(fun, names, list(args), Request(wrt, True, value=True))


def leaves(x):
    if isinstance(x, tuple | list | dict):
        return [leaf for item in (x.values() if isinstance(x, dict) else x) for leaf in leaves(item)]
    return [] if x is None else [np.asarray(x, float)]


def agrees(fun, *args):
    """Runs both; gives the lowered text."""
    compiled = compiled_for(fun, args)
    wanted = compiled.function(*copy.deepcopy(args))
    function, text = lowered(compiled)
    found = function(*copy.deepcopy(args))
    for a, b in zip(leaves(found), leaves(wanted), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-13)
    return text


@pytest.mark.parametrize("p", [p for p in PROGRAMS if not p.refused], ids=lambda p: p.name)
def test_whole_programs(p):
    args = p.arguments(p.size)
    if any(isinstance(a, float | dict) or getattr(a, "dtype", None) == np.float64 for a in args):
        agrees(p.fun, *args)


def softened(x, y):
    return np.sum(np.tanh(x) * np.exp(-y) + np.where(x > y, x, 0.0) / (1.0 + y * y))


def blended(x, y):
    return np.sum(2.0 * x - (y - 0.5) * 4.0 + 3.0 * (x + y))


def test_an_expression_becomes_one_loop():
    rng = np.random.default_rng(0)
    agrees(softened, rng.random(7), rng.random(7))
    text = agrees(blended, rng.random(7), rng.random(7))
    forward = text.partition("# reverse sweep")[0]
    assert forward.count("for i in range(") == 1 and "np.empty" not in forward


def spread(x, b, c):
    return np.sum(np.sin(x + b) * c)


def test_rows_and_columns_are_spread():
    rng = np.random.default_rng(0)
    text = agrees(spread, rng.random((4, 3)), rng.random(3), rng.random((4, 1)))
    assert "same_extent(" in text


def test_operands_that_do_not_fit_raise():
    rng = np.random.default_rng(0)
    function, _ = lowered(compiled_for(spread, (rng.random((4, 3)), rng.random(3), rng.random((4, 1)))))
    with pytest.raises(ValueError, match="shapes"):
        function(rng.random((4, 3)), rng.random(2), rng.random((4, 1)))


def overlapping(u):
    u[1:-1] = 0.5 * (u[:-2] + u[2:]) * u[1:-1]
    u[1:] += np.sin(u[:-1])
    u[:] *= np.cos(u)
    return np.sum(u * u)


def test_what_overlaps_the_target_is_computed_first():
    agrees(overlapping, np.linspace(0.1, 0.9, 8))


def read_before(u, v):
    t = u * v
    u[:] = 2.0 * v
    return np.sum(t * u)


def test_an_expression_is_not_moved_behind_a_write():
    agrees(read_before, np.linspace(0.1, 0.9, 5), np.linspace(0.3, 0.5, 5))


def cut_at_run_time(a):
    total = 0.0
    for k in range(a.shape[1]):
        total += np.sum(a[:, k:k + 1] * a)
    return total


def test_slices_that_are_meant_to_be_spread_stay_statements():
    agrees(cut_at_run_time, np.linspace(0.1, 0.9, 12).reshape(3, 4))


def single_precision(x):
    return float(np.sum(np.exp(x) * x))


def test_element_types_stay():
    compiled = compile_gradient(single_precision, ["x"], [np.ones(3, np.float32)], Request((0,), False))
    wanted = compiled.function(np.ones(3, np.float32))
    function, _ = lowered(compiled)
    found = function(np.ones(3, np.float32))
    assert found.dtype == wanted.dtype == np.float32
    np.testing.assert_allclose(found, wanted, rtol=1e-6)
