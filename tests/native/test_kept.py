"""Saved numbers lie in arrays where the rounds are counted, in lists elsewhere; loops without order count upwards."""

import math

import numpy as np
import pytest

import sct

pytest.importorskip("numba")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SCT_CACHE_DIR", str(tmp_path))


def one_loop(x, n):
    for _ in range(n):
        x = math.sin(x) * 1.1
    return x


def from_one(x, n):
    total = 0.0
    for k in range(1, n):
        y = math.sin(x * k)
        total += y * y * math.exp(y) * x
        x = math.cos(y * x)
    return total * x


def in_a_branch(x, n):
    for k in range(n):
        if x > 0.6 or k == 2:
            y = math.exp(-x * x)
            x = y * math.sin(y * x)
        else:
            x = math.cos(x) * 1.3
    return x


def nested(x, n, m):
    s = x
    for i in range(n):
        s = math.sin(s) * x
        for j in range(m):
            s = math.cos(s * x) + 0.1 * i * s * s * j
            for _ in range(2):
                s = math.tanh(s) * x
    return s


def triangle(x, n):
    s = x
    for i in range(n):
        for j in range(i):
            s = math.cos(s * x) * s + 0.1 * j
    return s


def ends_inside(x, n):
    for k in range(2):
        m = n - 1
        for i in range(m - 1, k, -1):
            x = math.sin(x * i) * 1.1
        for i in range(k, m + 1):
            x = math.cos(x + 0.1 * i)
    return x


def from_below_zero(x, n):
    for k in range(-2, n):
        x = math.sin(x + k) * 1.1
    return x


def tetrahedron(x, n):
    for i in range(n):
        for j in range(i):
            for k in range(j + 1):
                x = math.sin(x + k) * 1.1
    return x


def left_early(x, n):
    s = x
    for _ in range(n):
        s = math.cos(s) * x + s
        if s > 2.0:
            break
        s = math.sin(s) * s + x
    return s


def downwards(x, n):
    for k in range(n, 0, -1):
        x = math.sin(x * k) * 1.1
    return x


def as_long_as(x):
    while x < 50.0:
        x = x * x * math.exp(0.01 * x) + 0.5
    return x


def inner_under_a_condition(x, n, m):
    for i in range(n):
        if i % 2 == 1:
            for _ in range(m):
                x = math.sin(x) * 1.1
    return x


def by_complex_step(fun, x, *rest):
    """The derivative of ``fun`` with the functions of ``math`` exchanged for those of NumPy, which take complex numbers."""
    space = {**fun.__globals__, "math": np}
    copy = type(fun)(fun.__code__, space)
    return copy(x + 1e-30j, *rest).imag / 1e-30


IN_ARRAYS = [(one_loop, (0.7, 9), 1), (from_one, (0.7, 6), 1), (in_a_branch, (0.9, 7), 1), (nested, (0.8, 3, 4), 3),
             (triangle, (0.8, 5), 1), (downwards, (0.8, 5), 1), (ends_inside, (0.6, 6), 1)]


@pytest.mark.parametrize(("fun", "args", "loops"), IN_ARRAYS)
def test_counted_rounds(fun, args, loops):
    compiled = sct.grad(fun, backend="numba")
    assert compiled(*args) == pytest.approx(sct.grad(fun)(*args), rel=1e-12)
    assert compiled.source.count("np.empty(") >= loops and ".append(" not in compiled.source


@pytest.mark.parametrize(("fun", "args"), [(one_loop, (0.7, 9)), (nested, (0.8, 3, 4))])
def test_counted_rounds_by_complex_step(fun, args):
    assert sct.grad(fun, backend="numba")(*args) == pytest.approx(by_complex_step(fun, *args), rel=1e-12)


@pytest.mark.parametrize("n", [0, -3])
def test_loops_that_are_not_run(n):
    assert sct.grad(one_loop, backend="numba")(0.7, n) == sct.grad(downwards, backend="numba")(0.7, n) == 1.0
    assert sct.grad(nested, backend="numba")(0.7, 2, n) == pytest.approx(sct.grad(nested)(0.7, 2, n), rel=1e-12)


@pytest.mark.parametrize(("fun", "args"), [
    (left_early, (0.8, 9)), (left_early, (0.3, 3)), (as_long_as, (1.2,)), (inner_under_a_condition, (0.8, 5, 3)),
    (from_below_zero, (0.8, 3)), (tetrahedron, (0.8, 4)),
])
def test_lists_stay_elsewhere(fun, args):
    compiled = sct.grad(fun, backend="numba")
    assert compiled(*args) == pytest.approx(sct.grad(fun)(*args), rel=1e-12)
    assert ".append(" in compiled.source


def over_rows(x, rows):
    total = 0.0
    for row in rows:
        s = x
        for e in row:
            s *= math.exp(e * s)
            total += s
        total *= math.cos(s)
    return total


def test_loops_over_the_rows_of_an_array():
    rows = np.linspace(-0.5, 0.4, 6).reshape(2, 3)
    compiled = sct.grad(over_rows, backend="numba")
    h = 1e-6
    difference = (over_rows(0.7 + h, rows) - over_rows(0.7 - h, rows)) / (2 * h)
    assert compiled(0.7, rows) == pytest.approx(difference, rel=1e-7) and ".append(" not in compiled.source
    assert sct.grad(over_rows, backend="numba")(0.7, np.zeros((0, 3))) == 0.0


def linear(w, X):
    total = 0.0
    for i in range(X.shape[0]):
        p = 0.0
        for j in range(X.shape[1]):
            p += X[i, j] * w[j]
        total += p * p
    return total


def to_one_place(w, places):
    total = 0.0
    for j in range(len(places)):
        total += w[places[j]] * (j + 1.0)
    return total * total


def shifted(w):
    total = 0.0
    for j in range(len(w) - 1):
        total += w[j] * w[j + 1] * 3.0
    return total


def test_loops_without_order_count_upwards():
    rng = np.random.default_rng(1)
    w, X = rng.random(3), rng.random((4, 3))
    compiled = sct.grad(linear, backend="numba")
    np.testing.assert_allclose(compiled(w, X), 2 * X.T @ (X @ w), rtol=1e-13)
    assert "for j in range(X.shape[1] - 1, -1, -1):" not in compiled.source and ", -1)" in compiled.source


@pytest.mark.parametrize(("fun", "args", "expected"), [
    (to_one_place, (np.array([0.5, 2.0]), np.array([0, 1, 0])), [2 * 6.0 * 4.0, 2 * 6.0 * 2.0]),
    (shifted, (np.array([1.0, 2.0, 5.0]),), [6.0, 18.0, 6.0]),
])
def test_elements_that_several_rounds_touch(fun, args, expected):
    np.testing.assert_allclose(sct.grad(fun, backend="numba")(*args), expected, rtol=1e-13)
