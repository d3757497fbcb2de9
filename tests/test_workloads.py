"""The workloads of the benchmarks at small sizes: right by differences, by hand, in C and for JAX, and as short as by hand."""

import ast

import numpy as np
import pytest

import sct
from benchmarks import c_code
from benchmarks.workloads import WORKLOADS, rewritten_lines

SMALL = {"branching": 40, "kepler": 5, "lotka_volterra": 12, "lorenz": 40, "jacobi": 6, "burgers": 12, "gauss_seidel": 5,
         "bratu": 7, "mlp": 5, "linear_regression": 6, "logistic_regression": 6, "mixture": 9, "asian_vectorised": 8,
         "asian_scalar": 4, "lstm": 4}
every_workload = pytest.mark.parametrize("workload", WORKLOADS, ids=lambda w: w.name)


def small(workload):
    return workload.arguments(SMALL[workload.name])


def agree(bars, expected):
    for bar, want in zip(bars, expected, strict=True):
        np.testing.assert_allclose(bar, want, rtol=1e-9, atol=1e-11 * np.max(np.abs(want)))


def slope(fun, argnums, args, directions, step=1e-5):
    """The derivative along a direction by a stencil of four points."""
    def at(t):
        moved = list(args)
        for k, d in zip(argnums, directions, strict=True):
            moved[k] = args[k] + t * d
        return fun(*moved)
    return (8.0 * (at(step) - at(-step)) - (at(2.0 * step) - at(-2.0 * step))) / (12.0 * step)


@every_workload
def test_the_adjoint_by_hand_agrees_with_differences(workload):
    args, rng = small(workload), np.random.default_rng(3)
    value, bars = workload.by_hand(*args)
    np.testing.assert_allclose(value, workload.fun(*args), rtol=1e-12)
    for k, bar in zip(workload.argnums, bars, strict=True):
        direction = rng.normal(size=np.shape(args[k])) if np.ndim(args[k]) else 1.0
        wanted = slope(workload.fun, (k,), args, (direction,))
        assert np.sum(bar * direction) == pytest.approx(wanted, rel=1e-7, abs=1e-9)


@every_workload
def test_the_generated_adjoint_agrees_with_the_one_by_hand(workload):
    args = small(workload)
    value, bars = sct.value_and_grad(workload.fun, workload.argnums)(*args)
    by_hand = workload.by_hand(*args)
    np.testing.assert_allclose(value, by_hand[0], rtol=1e-12)
    agree(bars, by_hand[1])


@every_workload
def test_under_numba_the_generated_adjoint_agrees_with_the_one_by_hand(workload, tmp_path, monkeypatch):
    pytest.importorskip("numba")
    monkeypatch.setenv("SCT_CACHE_DIR", str(tmp_path))
    args = small(workload)
    compiled = sct.value_and_grad(workload.fun, workload.argnums, backend="numba")
    value, bars = compiled(*args)
    by_hand = workload.by_hand(*args)
    np.testing.assert_allclose(value, by_hand[0], rtol=1e-12)
    agree(bars, by_hand[1])


@pytest.mark.skipif(c_code.compiler() is None, reason="needs gcc")
@pytest.mark.parametrize("workload", [w for w in WORKLOADS if w.c_file], ids=lambda w: w.name)
def test_the_adjoint_in_c_agrees_with_the_one_by_hand(workload, tmp_path):
    args = small(workload)
    gradient = c_code.bound(c_code.compiled(workload.c_file, tmp_path), workload.argnums, args)
    agree(gradient(), workload.by_hand(*args)[1])


@pytest.mark.parametrize("workload", [w for w in WORKLOADS if w.for_jax], ids=lambda w: w.name)
def test_the_rewriting_for_jax_agrees_with_the_adjoint_by_hand(workload):
    jax = pytest.importorskip("jax")
    args = small(workload)
    fixed = tuple(k for k, a in enumerate(args) if isinstance(a, int))
    with jax.enable_x64(True):
        bars = jax.jit(jax.grad(workload.for_jax(), workload.argnums), static_argnums=fixed)(*args)
        agree(bars, workload.by_hand(*args)[1])
    assert rewritten_lines(workload) > 0


# ---- the shape of the generated text

SHAPE = {
    "branching": (1, 22, 0),
    "kepler": (2, 47, 0),
    "lotka_volterra": (1, 91, 0),
    "lorenz": (1, 64, 0),
    "jacobi": (0, 16, 1),
    "burgers": (1, 31, 0),
    "gauss_seidel": (0, 33, 0),
    "bratu": (1, 27, 0),
    "mlp": (0, 12, 0),
    "linear_regression": (1, 29, 0),
    "logistic_regression": (1, 30, 0),
    "mixture": (0, 32, 1),
    "asian_vectorised": (1, 30, 0),
    "asian_scalar": (2, 42, 0),
    "lstm": (5, 75, 5),  # two save, three collect factors of outer products
}
"""For each workload: appends in the text, the most statements, calls of helpers that code by hand would not have."""


def measures(workload):
    gradient = sct.value_and_grad(workload.fun, workload.argnums)
    gradient(*small(workload))
    tree = ast.parse(gradient.source)
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    appends = sum(isinstance(f, ast.Attribute) and f.attr == "append" for f in calls)
    helpers = sum(isinstance(f, ast.Name) and hasattr(sct.runtime.helpers, f.id) for f in calls)
    return appends, sum(isinstance(node, ast.stmt) for node in ast.walk(tree)), helpers


@every_workload
def test_the_generated_adjoint_is_no_longer_than_it_was(workload):
    appends, statements, helpers = measures(workload)
    allowed = SHAPE[workload.name]
    assert appends == allowed[0] and statements <= allowed[1] and helpers <= allowed[2], (appends, statements, helpers)
