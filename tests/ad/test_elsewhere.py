"""What stands in an array to the end is read there again; what may have been stored to since is saved."""

import ast
import math

import numpy as np
import pytest

import sct
from tests.oracle import check
from tests.programs import PROGRAMS

X = np.array([0.7, -1.2, 0.4, 1.6, 0.9, -0.5])
M = np.array([[3.0, 0.4, -0.6, 0.2], [0.3, 2.5, 0.7, -0.4], [-0.2, 0.6, 2.8, 0.5], [0.1, -0.3, 0.8, 3.1]])


def recurrence(x):
    a = np.ones(len(x))
    for i in range(1, len(x)):
        a[i] = a[i - 1] * a[i - 1] * x[i] + a[i - 1]
    return a[len(x) - 1]


def filled_from_behind(x):
    a = np.ones(len(x) + 1)
    for i in range(len(x) - 1, -1, -1):
        a[i] = a[i + 1] * a[i + 1] * x[i]
    return a[0]


def rows_below(m):
    a = m.copy()
    n = len(a)
    for k in range(n):
        for i in range(k + 1, n):
            for j in range(k, n):
                a[i, j] -= a[k, j] * a[k, k]
    return np.sum(a * a)


LASTING = [(recurrence, X), (filled_from_behind, X), (rows_below, M)]


def two_sweeps(x):
    a = np.ones(len(x))
    for _ in range(2):
        for i in range(1, len(x)):
            a[i] = math.sin(a[i - 1]) * x[i] + a[i - 1]
    return a[len(x) - 1]


def read_ahead(x):
    a = x.copy()
    for i in range(len(x) - 1):
        a[i] = a[i + 1] * a[i + 1]
        a[i + 1] = a[i] * 1.5
    return np.sum(a)


def from_the_end(x):
    a = np.ones(len(x))
    for i in range(1, len(x)):
        a[i] = a[i - 2] * a[i - 2] * x[i]  # in the first round the last element, which the last one stores to
    return np.sum(a)


def downwards(x):
    a = x.copy()
    for i in range(len(x) - 1, 0, -1):
        a[i - 1] += a[i] * a[i]
        a[i] = a[i - 1] * a[i]
    return np.sum(a)


def carried(x):
    a = np.ones(len(x))
    for i in range(1, len(x)):
        a[i] = a[i - 1] * a[i - 1] * x[i]
        a = a[::-1].copy() if i == 3 else a * 1.0
    return np.sum(a)


def under_another_name(x):
    a = np.ones(len(x))
    b = a[::-1]
    for i in range(1, len(x)):
        a[i] = a[i - 1] * a[i - 1] * x[i]
        b[i] = a[i] * 0.5
    return np.sum(a)


def by_a_table(x):
    where = [1, 2, 1, 4, 1, 5]
    a = np.ones(len(x))
    for i in range(1, len(x)):
        a[where[i]] = a[where[i - 1]] * a[where[i - 1]] * x[i]
    return np.sum(a)


def as_long_as(x):
    a = x.copy()
    i = 0
    while i < 2 * len(x) - 2:
        k = i % len(x)
        a[k] = a[(i + 1) % len(x)] * a[k]
        i += 1
    return np.sum(a)


def shrinking(x):
    a = x.copy()
    for k in range(len(x)):
        for i in range(len(x) - k):
            a[i] = a[i] * a[len(x) - k - 1] * 0.5
    return np.sum(a)


def slices(m):
    a = m.copy()
    for k in range(len(a)):
        p = a[k, k]
        a[k:, k] = a[k:, k] * p
        a[k, k + 1:] += a[k, k] * p
    return np.sum(a)


STORED_TO = [two_sweeps, read_ahead, from_the_end, downwards, carried, under_another_name, by_a_table, as_long_as, shrinking]


@pytest.mark.parametrize("fun, x", LASTING, ids=lambda v: getattr(v, "__name__", ""))
def test_nothing_is_saved_of_what_stands_there_to_the_end(fun, x):
    check(fun, x)
    gradient = sct.grad(fun)
    gradient(x)
    assert "append" not in gradient.source and "pop" not in gradient.source


@pytest.mark.parametrize("fun", STORED_TO)
def test_what_is_stored_to_later_is_saved(fun):
    check(fun, X)


def test_slices_store_behind_their_beginning():
    check(slices, M)


def returned(x):
    a = np.ones(len(x))
    for i in range(1, len(x)):
        a[i] = math.sin(a[i - 1]) * x[i]
    return a


def caller(x):
    a = returned(x)
    a[1:3] *= 2.0
    a[2] = a[1] * a[4]
    return np.sum(returned(a) * a)


def test_what_a_callee_returns_others_may_store_to():
    check(caller, X)
    out, pullback = sct.vjp(returned, X)
    expected = pullback(np.ones(len(X)))[0]
    out[:] = 7.0
    np.testing.assert_array_equal(pullback(np.ones(len(X)))[0], expected)


@pytest.mark.parametrize("name, lists", [("lu_in_place", 1), ("cholesky_by_elements", 2)])
def test_factorisations_save_one_number_for_each_element_of_the_result(name, lists):
    program = next(p for p in PROGRAMS if p.name == name)
    gradient = sct.grad(program.fun)
    gradient(*program.arguments(5))
    assert gradient.source.count(".append(") == lists
    assert not [line for loop in innermost(ast.parse(gradient.source), 3) for line in ast.unparse(loop).splitlines()
                if "append" in line or "pop" in line]


def innermost(node, depth):
    """The loops that lie in ``depth - 1`` others."""
    for inner in ast.iter_child_nodes(node):
        below = depth - isinstance(inner, ast.For)
        if below == 0:
            yield inner
        else:
            yield from innermost(inner, below)
