"""What compiled code would do otherwise than Python without a word is refused."""

import math

import pytest

import sct

pytest.importorskip("numba")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SCT_CACHE_DIR", str(tmp_path))


def logarithm(x):
    return math.log(x)


def directly(x):
    try:
        return math.log(x)
    except Exception:
        return 2.0 * x


def in_a_callee(x):
    try:
        y = logarithm(x) * x
    except Exception:
        y = 2.0 * x
    return y


def an_index(x, k):
    items = [x, 3.0 * x]
    try:
        y = items[k]
    except Exception:
        y = 2.0 * x
    return y


@pytest.mark.parametrize("fun", [directly, in_a_callee])
def test_domain_errors_are_not_waited_for(fun):
    assert sct.grad(fun)(-1.0) == 2.0
    with pytest.raises(sct.MissingRuleError, match=r"SCT210: under Numba `math.log` raises nothing"):
        sct.grad(fun, backend="numba")(-1.0)


@pytest.mark.parametrize(("k", "slope"), [(1, 3.0), (2, 2.0)])
def test_exceptions_that_compiled_code_raises_are_caught(k, slope):
    assert sct.grad(an_index, backend="numba")(0.5, k) == slope


def sorted_again_and_again(x, u):
    pairs = [(0.0, 2)]
    for k in range(3):
        pairs.append((math.sin(x * u), k))
        pairs.sort(key=lambda pair: pair[0])
    return math.tanh(pairs[0][1] * pairs[-1][0])


def test_lists_that_are_kept_while_they_change():
    slope = 0.3 * math.cos(0.21) * 2.0 * (1.0 - math.tanh(2.0 * math.sin(0.21)) ** 2)
    assert sct.grad(sorted_again_and_again, 1)(0.3, 0.7) == pytest.approx(slope, rel=1e-13)
    with pytest.raises(sct.MissingRuleError, match="SCT210: under Numba a list that changes cannot be kept"):
        sct.grad(sorted_again_and_again, 1, backend="numba")(0.3, 0.7)
