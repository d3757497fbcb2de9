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
