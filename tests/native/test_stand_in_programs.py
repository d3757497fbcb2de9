"""What Numba lacks, or infers no type for, and compiled code has all the same: lists, dicts, parts of ranges, loops."""

import math

import numpy as np
import pytest

import sct

pytest.importorskip("numba")


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCT_CACHE_DIR", str(tmp_path_factory.mktemp("native")))
        yield


def empty_on_one_path(x, n):
    """n >= 2: sin(x) + x²; else 0.5 x"""
    items = [math.sin(x)] if n > 1 else []
    if n > 1:
        items.append(x * x)
    return sum(items) + 0.5 * x * (n <= 1)


def exchanged(x, n):
    """n rounds that multiply the only item of one list by x, and exchange it with a list that is empty at first: x ** n"""
    first, second = [1.0], []
    for _ in range(n):
        second = [first[-1] * x]
        first, second = second, first
    return first[0]


def filled_dict(x, n):
    """x¹ + … + xⁿ"""
    powers = {0: 1.0}
    for k in range(n):
        powers[k + 1] = powers[k] * x
    total = 0.0
    for k in powers:
        total += powers[k]
    return total


def left_after_counting(x, n):
    """(n + 1) x"""
    rounds = 0
    while True:
        n -= 1
        if n < 0:
            rounds += 1
            break
        x = math.sin(x) / math.sin(x) * x
        rounds += 1
    return rounds * x


def added_at_a_part(x, n):
    """a tail of a list, backwards: Σ k x for k from 1, weighted"""
    items = [x * k for k in range(n)]
    tail = items[1:]
    back = tail[::-1]
    return sum(back) + 2.0 * sum(tail[:])


@pytest.mark.parametrize(("fun", "n", "slope"), [
    (empty_on_one_path, 3, math.cos(0.7) + 1.4), (empty_on_one_path, 1, 0.5), (exchanged, 1, 1.0), (exchanged, 3, 3 * 0.7 ** 2),
    (filled_dict, 3, 1 + 2 * 0.7 + 3 * 0.7 ** 2), (filled_dict, 0, 0.0),
    (left_after_counting, 4, 5.0), (left_after_counting, 0, 1.0), (added_at_a_part, 4, 18.0), (added_at_a_part, 1, 0.0)])
def test_slopes(fun, n, slope):
    for backend in ("python", "numba"):
        assert sct.grad(fun, backend=backend)(0.7, n) == pytest.approx(slope, rel=1e-13, abs=1e-15), backend


def whole(x):
    y = np.sin(x)[...]
    return np.dot(y, y)


def test_all_of_a_vector():
    x = np.linspace(0.1, 1.0, 4)
    np.testing.assert_allclose(sct.grad(whole, backend="numba")(x), np.sin(2.0 * x), rtol=1e-13)


def not_in_numba(x):
    return math.fsum([x, x * x])


def test_a_refusal_says_what_is_missing():
    with pytest.raises(sct.MissingRuleError) as caught:
        sct.grad(not_in_numba, backend="numba")(1.0)
    assert "Failed in nopython" not in str(caught.value) and 'backend="python"' in str(caught.value)
