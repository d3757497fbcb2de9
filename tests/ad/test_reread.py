"""Elements read in deeper loops than any that stores into their array: read again where that is the same, else saved."""

import math

import numpy as np
import pytest

import sct
from sct.ad import reverse
from sct.testing.differences import finite_difference

A = np.array([[2.0, 0.3, -0.4], [0.5, 1.7, 0.6], [-0.2, 0.9, 1.4]])
X = np.array([0.7, -0.4, 1.1, 0.3])


def saves(fun, *args):
    """How many values the innermost loops of the forward sweep put into lists."""
    forward = sct.source(sct.grad(fun), *args).partition("# reverse sweep")[0]
    deepest = max(len(line) - len(line.lstrip()) for line in forward.splitlines() if "for " in line)
    return sum(".append" in line for line in forward.splitlines() if len(line) - len(line.lstrip()) > deepest)


def solve(a):
    x = np.ones(len(a))
    for i in range(len(a)):
        s = x[i]
        for k in range(i):
            s -= a[i, k] * x[k]
        x[i] = s / a[i, i]
    return np.sum(x ** 2)


def recursive_filter(b):
    y = np.zeros(12)
    for n in range(len(y)):
        acc = math.sin(n)
        for k in range(min(n, len(b))):
            acc += b[k] * y[n - 1 - k]
        y[n] = acc
    return y @ y


def by_rows(w):
    table = np.ones((5, 4))
    for t in range(1, 5):
        for i in range(4):
            before = table[t - 1]
            total = 0.0
            for j in range(4):
                total += before[j] * w[(i - j) % 4]
            table[t, i] = math.tanh(total)
    return np.sum(table[4])


def a_slice_is_stored(w):
    u = np.ones(4)
    for _ in range(3):
        total = 0.0
        for j in range(4):
            for k in range(4):
                total += u[j] * u[k] * w[k]
        u[1:] = total * w[1:] + u[:-1]
    return np.sum(u)


@pytest.mark.parametrize("fun, x", [(solve, A), (recursive_filter, X), (by_rows, X), (a_slice_is_stored, X)],
                         ids=lambda f: getattr(f, "__name__", ""))
def test_the_innermost_loop_saves_nothing(fun, x):
    assert saves(fun, x) == 0
    np.testing.assert_allclose(sct.grad(fun)(x), finite_difference(fun, (x,)), rtol=1e-6, atol=1e-8)


def used_after_the_store(x):
    u, s = np.ones(4), 0.0
    for i in range(4):
        for j in range(3):
            held = u[j]
            for k in range(2):
                s += held * u[k] * x[i]
        u[i] = s * x[i]
        s += held * x[i]
    return s + np.sum(u)


def stored_in_between(x):
    u, s = np.ones(4), 0.0
    for i in range(4):
        held = u[i]
        u[i] = held * x[i]
        for k in range(4):
            s += u[k] * held * x[k]
    return s


def index_that_must_be_saved(x):
    u, s, at = np.ones(4), 0.0, 0
    for i in range(4):
        for k in range(3):
            at = (at * 3 + k + i) % 4
            s += u[at] ** 2 * x[k]
        u[i] = s
    return s


def arrays_that_change_places(x):
    u, v, s = np.ones(4), np.zeros(4), 0.0
    for i in range(3):
        for j in range(4):
            s = 0.0
            for k in range(4):
                s += u[k] * x[(j + k) % 4]
            v[j] = math.sin(s)
        u, v = v, u
    return np.sum(u * v)


def through_a_view(x):
    u, s = np.ones(5), 0.0
    window = u[1:]
    for i in range(4):
        for k in range(3):
            s += window[k] * u[k] * x[k]
        window[i] = s * 0.1
    return s


def of_two_rows_one_stored(x):
    m, s = np.ones((3, 4)), 0.0
    for i in range(1, 3):
        row = m[i]
        for j in range(4):
            total = 0.0
            for k in range(4):
                total += m[i - 1, k] * row[k] * x[k]
            row[j] = math.cos(total)
    return np.sum(m * x)


def while_loops(x):
    u, i = np.ones(4), 0
    while i < 4:
        s, k = 0.0, 0
        while k < 4:
            s += u[k] * x[k] * u[i]
            k += 1
        u[i] = math.atan(s)
        i += 1
    return np.sum(u ** 3)


def early_exits(x):
    u = np.ones(4)
    for i in range(4):
        s = 0.0
        for k in range(4):
            if k > i:
                break
            if k == 1:
                continue
            s += u[k] ** 2 * x[k]
        u[i] = math.exp(-s)
        if u[i] < 1e-3:
            return np.sum(u)
    return np.sum(u * x)


def a_callee_stores(x):
    def put(u, i, v):
        u[i] = v

    u = np.ones(4)
    for i in range(4):
        s = 0.0
        for k in range(4):
            s += u[k] ** 2 * x[k]
        put(u, i, math.sin(s))
    return np.sum(u)


def branches_store(x):
    u = np.ones(4)
    for i in range(4):
        s = 0.0
        for k in range(i + 1):
            s += u[k] ** 2 * x[k]
        if s > 0.5:
            u[i] = s
        else:
            u[0] -= s * s
    return np.sum(u * u)


def an_exception_is_handled(x):
    u = np.ones(4)
    for i in range(4):
        try:
            s = 0.0
            for k in range(i + 2):
                s += u[k] ** 2 * x[k % 4]
            u[i] = s
        except IndexError:
            u[0] = x[0] * 2.0
    return np.sum(u)


def stored_twice(x):
    u = np.ones(4)
    for i in range(4):
        s = 0.0
        u[i] *= x[i]
        for k in range(4):
            s += u[k] * u[i] * x[k]
        u[i] = s
        u[3 - i] += 0.1 * s * s
    return np.sum(u)


@pytest.mark.parametrize("fun", [used_after_the_store, stored_in_between, index_that_must_be_saved, arrays_that_change_places,
                                 through_a_view, of_two_rows_one_stored, while_loops, early_exits, a_callee_stores,
                                 branches_store, an_exception_is_handled, stored_twice], ids=lambda f: f.__name__)
def test_it_is_what_was_read(fun):
    slope = finite_difference(fun, (X,))
    np.testing.assert_allclose(sct.grad(fun)(X), slope, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(sct.jacfwd(fun)(X), slope, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(sct.grad(fun, checkpoint="loops")(X), slope, rtol=1e-6, atol=1e-8)
    _, pull_back = sct.vjp(fun, X)
    np.testing.assert_allclose([pull_back(2.0)[0], pull_back(2.0)[0]], [2.0 * slope, 2.0 * slope], rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("fun", [solve, by_rows, recursive_filter, a_slice_is_stored, stored_twice], ids=lambda f: f.__name__)
def test_second_derivatives(fun):
    x = A if fun is solve else X
    v = np.cos(np.arange(x.size)).reshape(x.shape)
    slope = sct.grad(fun)
    wanted = (slope(x + 1e-5 * v) - slope(x - 1e-5 * v)) / 2e-5
    np.testing.assert_allclose(sct.hvp(fun, (x,), (v,)), wanted, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(sct.grad(lambda x: np.sum(sct.grad(fun)(x) * v))(x), wanted, rtol=1e-6, atol=1e-7)


def test_without_it_the_same_gradient(monkeypatch):
    found = sct.grad(by_rows)(X)
    monkeypatch.setattr(reverse, "read_again", lambda *_: 0)
    np.testing.assert_array_equal(sct.grad(lambda w: by_rows(w))(X), found)
