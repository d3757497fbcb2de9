"""Indices are tested before loops: what raises in Python raises under Numba, and nothing else does."""

import itertools
import math

import numpy as np
import pytest

import sct

pytest.importorskip("numba")

DATA = np.random.default_rng(5).normal(size=64)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SCT_CACHE_DIR", str(tmp_path))


def several_loops(x, y, n, m):
    total = 0.0
    for i in range(n):
        for j in range(m):
            total += x[i] * y[j + 1]
    for i in range(1, n - 1):
        total += math.sin(x[i - 1] * y[i + 1])
    for k in range(m, 0, -1):
        total += x[-k] * y[k]
    return total


def triangles(x, y, n, m):
    total = 0.0
    for i in range(n):
        for j in range(i, m):
            total += x[j] * y[i]
        for j in range(i, 2 * i - m):
            total += x[j + i]
        for j in range(m - i):
            total += x[i + j] * y[m - j - 1]
    return total


def left_early(x, y, n, m):
    total = 0.0
    for i in range(n):
        total += x[i] * 1.5
        if i == m:
            break
        total += y[i] * x[0]
    k = 0
    while k < m:
        total += y[k] * y[k]
        k += 2
    return total


def under_conditions(x, y, n, m):
    total = 0.0
    for i in range(n):
        if i + 1 < len(x):
            total += x[i] * x[i + 1]
        if i > m:
            total += y[i]
        else:
            y[i] = x[i % len(x)] * total
    return total


def with_divisions(x, y, n, m):
    total = 0.0
    for i in range(n):
        total += x[i] * (3.0 / (m - i)) + 1.0 / total if m > 1 else y[i]
    return total * y[0]


PROGRAMS = [several_loops, triangles, left_early, under_conditions, with_divisions]
LENGTHS = [1, 2, 3, 5]
ROUNDS = [-2, 0, 1, 2, 3, 4, 6]


def outcome(gradient, *args):
    try:
        return gradient(*args)
    except (IndexError, ZeroDivisionError) as error:
        return type(error)


@pytest.mark.parametrize("fun", PROGRAMS)
def test_the_same_raises_as_in_python(fun):
    compiled = sct.grad(fun, (0, 1), backend="numba")
    plain = sct.grad(fun, (0, 1))
    kinds = set()
    for a, b, n, m in itertools.product(LENGTHS, LENGTHS, ROUNDS, ROUNDS):
        args = DATA[:a], DATA[40:40 + b], n, m
        expected, found = outcome(plain, *args), outcome(compiled, *args)
        if isinstance(expected, type):
            assert found is expected, (a, b, n, m)
        else:
            np.testing.assert_allclose(np.concatenate(found), np.concatenate(expected), rtol=1e-12, err_msg=str((a, b, n, m)))
        kinds.add(expected if isinstance(expected, type) else "right")
    assert IndexError in kinds and "right" in kinds
    assert "boundscheck=False" in compiled.source


def regression(w, b, X, y):
    n, m = X.shape
    error = 0.0
    for i in range(n):
        p = b
        for j in range(m):
            p += X[i, j] * w[j]
        error += (p - y[i]) ** 2
    return error


def gather(x, where):
    total = 0.0
    for i in range(len(where)):
        total += x[where[i]] * x[i]
    return total


def chosen(x, where):
    total = 0.0
    for i in range(3):
        total += np.sum(x[where] * x[i])
    return total


def test_one_test_for_each_array_that_the_loops_do_not_come_from():
    compiled = sct.grad(regression, backend="numba")
    with pytest.raises(IndexError):
        compiled(np.ones(2), 0.5, np.ones((4, 3)), np.ones(4))
    with pytest.raises(IndexError):
        compiled(np.ones(3), 0.5, np.ones((4, 3)), np.ones(3))
    tests = [line.strip() for line in compiled.source.splitlines() if "within(" in line]
    assert tests == ["within(0, m, len(w), n)", "within(0, n, len(y))"]


def test_an_index_that_is_read_is_tested_where_it_is_used():
    compiled = sct.grad(gather, backend="numba")
    x, where = np.array([1.0, 2.0, 3.0]), np.array([2, -3, 2])
    assert compiled(x, where).tolist() == [5.0, 1.0, 7.0]  # of x[2] x[0] + x[0] x[1] + x[2] x[2]
    for wrong in (3, -4):
        with pytest.raises(IndexError):
            compiled(x, np.array([0, wrong]))
    assert "inside(" in compiled.source and "within(0, " in compiled.source


def test_numba_tests_what_is_not_understood():
    compiled = sct.grad(chosen, backend="numba")
    with pytest.raises(IndexError):
        compiled(np.ones(3), np.array([0, 7]))
    assert "boundscheck=True" in compiled.source
