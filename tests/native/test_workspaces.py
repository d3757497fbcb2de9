"""Arrays that rounds of a loop make anew are rows of one array, or one array for all rounds, where nothing else sees them."""

import numpy as np
import pytest

import sct
from benchmarks.workloads import burgers
from tests.oracle import check

pytest.importorskip("numba")

X = np.array([0.7, -1.2, 0.4, 1.6, 0.9])


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SCT_CACHE_DIR", str(tmp_path))


def compiled(fun, *args):
    """The text of the compiled gradient, which agrees with differences and with Python."""
    expected = check(fun, *args)
    gradient = sct.grad(fun, backend="numba")
    found = gradient(*args)
    np.testing.assert_allclose(found, expected[0] if isinstance(expected, tuple) else expected, rtol=1e-12)
    return gradient.source


def test_a_loop_over_slices_allocates_nothing():
    args = burgers.arguments(12)
    gradient = sct.grad(burgers.burgers, burgers.ARGNUMS, backend="numba")
    for bar, expected in zip(gradient(*args), burgers.by_hand(*args)[1], strict=True):
        np.testing.assert_allclose(bar, expected, rtol=1e-10)
    np.testing.assert_array_equal(gradient(args[0], 0.1, 0.2, 0)[0], 2.0 * args[0])
    inside = [line for line in gradient.source.splitlines() if line.startswith(" " * 8) and line.strip()[0] != "#"]
    assert not [line for line in inside if "np.empty" in line or "zeros" in line or "copy" in line]
    assert ".append(" not in gradient.source and "same_extent(" not in gradient.source


def carried(x, n):
    v = x.copy()
    for k in range(n):
        w = np.zeros(len(x))
        w[1:] += v[:-1] * x[1:]
        w[0] = k * v[2]
        v = w
    return np.sum(v * x)


def both_of_two(x, n):
    last = x.copy()
    total = 0.0
    for k in range(n):
        new = np.zeros(len(x))
        new[1:] = last[:-1] * x[1:] + k
        new[0] = np.sum(last * last)
        total += np.sum(new * last)
        last = new
    return total


def of_growing_length(x, n):
    total = 0.0
    for k in range(1, n):
        part = np.zeros(k)
        part[:] = x[:k] * x[:k]
        part[0] *= x[1]
        total += np.sum(part * part)
    return total


def changed_after_it_was_used(x, n):
    total = 0.0
    u = x.copy()
    for _ in range(n):
        old = np.copy(u)
        u[1:] = old[1:] * old[:-1]
        total += np.sum(old * old)
        old[1:] *= u[:-1]
        u[0] = np.sum(old)
    return total + np.sum(u)


def under_a_condition(x, n):
    u = x.copy()
    for k in range(n):
        if k % 2 == 0:
            old = np.copy(u)
            u[1:] = old[1:] * old[:-1] * 0.5
        else:
            u[0] = u[1] * u[2]
    return np.sum(u)


def put_into_a_list(x, n):
    kept = []
    for k in range(n):
        w = np.zeros(len(x))
        w[1:] = x[1:] * x[:-1] * (k + 1.0)
        kept.append(w)
    return np.sum(kept[0] * kept[n - 1])


@pytest.mark.parametrize("fun", [carried, both_of_two, of_growing_length, changed_after_it_was_used, under_a_condition,
                                 put_into_a_list])
def test_names_that_outlast_a_round(fun):
    compiled(fun, X, 4)
