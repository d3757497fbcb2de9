"""What is written to memory under a second name is there afterwards: Numba removes stores that nobody seems to read."""

import math

import numpy as np
import pytest

import sct
from tests.oracle import check

pytest.importorskip("numba")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SCT_CACHE_DIR", str(tmp_path))


def lists_in_a_list(x, k):
    a, b = [x * i for i in range(3)], [x + i for i in range(3)]
    row = [a, b][k]
    row[1] *= math.sin(x)
    return a[1] + b[2] * b[1]


def arrays_in_a_list(x, k):
    a, b = np.array([x, 2.0 * x]), np.array([3.0, x])
    [a, b][k][0] *= x
    weights = [2.0 * i for i in range(3)]
    return a[0] * weights[1] + b[0] * b[1]


def arrays_in_turn(x, k):
    a, b = np.array([x, 2.0 * x]), np.array([3.0, x])
    for one in (a, b):
        one[k] *= x
    weights = np.array([2.0 * i for i in range(3)])
    return a[0] * weights[1] + b[0] * b[1]


@pytest.mark.parametrize("k", [0, 1])
@pytest.mark.parametrize("fun", [lists_in_a_list, arrays_in_a_list, arrays_in_turn])
def test_stores_under_a_second_name(fun, k):
    expected = check(fun, 0.7, k)
    value, slope = sct.value_and_grad(fun, backend="numba")(0.7, k)
    assert value == pytest.approx(fun(0.7, k), rel=1e-13) and slope == pytest.approx(expected, rel=1e-12)


def by_numbers(x, pack):
    for i in range(len(pack)):
        for j in range(len(pack[i])):
            x = math.tanh(0.5 * x + pack[i][j] * pack[0][j - 1])
    return x + pack[1][0]


def test_adjoints_of_lists_chosen_by_number():
    pack = ([0.9, 0.8], [0.3, 1.8], [1.3, 1.1])
    expected = check(by_numbers, -1.7, pack)
    found = sct.grad(by_numbers, (0, 1), backend="numba")(-1.7, pack)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-12)


def sorted_again_and_again(x, u):
    pairs = [(0.0, 2)]
    for k in range(3):
        pairs.append((math.sin(x * u), k))
        pairs.sort(key=lambda pair: pair[0])
    return math.tanh(pairs[0][1] * pairs[-1][0])


def test_lists_that_are_saved_while_they_change():
    slope = 0.3 * math.cos(0.21) * 2.0 * (1.0 - math.tanh(2.0 * math.sin(0.21)) ** 2)
    assert sct.grad(sorted_again_and_again, 1)(0.3, 0.7) == pytest.approx(slope, rel=1e-13)
    assert sct.grad(sorted_again_and_again, 1, backend="numba")(0.3, 0.7) == pytest.approx(slope, rel=1e-13)


def test_what_was_made_here_is_not_named_again():
    def f(x, n):
        a = np.zeros(n)
        for i in range(n):
            a[i] = math.sin(x * i)
        return np.sum(a * a)
    gradient = sct.grad(f, backend="numba")
    assert gradient(0.3, 4) == pytest.approx(sct.grad(f)(0.3, 4), rel=1e-13)
    assert "keep(" not in gradient.source
