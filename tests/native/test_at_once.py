"""Exponentials and tangents of many elements: as exact as NumPy's, in the loops that LLVM makes vector instructions of only."""

import math
import os

import numpy as np
import pytest

import sct

numba = pytest.importorskip("numba")

from sct.native.elementary import quick_exp, quick_tanh  # noqa: E402 - needs Numba


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "SCT_CACHE_DIR", str(tmp_path_factory.mktemp("native")))
        yield


@numba.njit
def exponentials(x, result):
    for i in range(len(x)):
        result[i] = quick_exp(x[i])


@numba.njit
def tangents(x, result):
    for i in range(len(x)):
        result[i] = quick_tanh(x[i])


def applied(fun, x):
    result = np.empty_like(x)
    fun(x, result)
    return result


def points():
    rng = np.random.default_rng(0)
    near = (rng.normal(size=20_000) * 10.0 ** rng.integers(-12, 2, 20_000)).tolist()
    ends = [np.nextafter(x, towards) for x in (709.782712893384, -745.1332191019412, -708.3964185322641, 0.625, -0.625, 22.0)
            for towards in (-np.inf, x, np.inf)]
    return np.array([*rng.uniform(-746.0, 710.0, 20_000), *near, *ends, 0.0, -0.0, 5e-324, -5e-324, 1e308, -1e308])


def units(found, truth):
    """The errors in units in the last place of the truth, which has more digits."""
    last = np.spacing(np.abs(truth).astype(float)).astype(np.longdouble)
    return np.max(np.abs(found.astype(np.longdouble) - truth) / last)


@pytest.mark.parametrize(("fun", "numpy_fun"), [(exponentials, np.exp), (tangents, np.tanh)])
def test_as_exact_as_numpy(fun, numpy_fun):
    x = points()
    with np.errstate(all="ignore"):
        found, of_numpy = applied(fun, x), numpy_fun(x)
        finite = np.isfinite(of_numpy)
        np.testing.assert_array_equal(found[~finite], of_numpy[~finite])
        assert units(found[finite], of_numpy[finite].astype(np.longdouble)) <= 2.0
        assert np.array_equal(np.signbit(found), np.signbit(of_numpy))
        if np.finfo(np.longdouble).nmant > 60:
            assert units(found[finite], numpy_fun(x[finite].astype(np.longdouble))) <= 1.5


@pytest.mark.parametrize(("fun", "wanted"), [(exponentials, [np.inf, 0.0, np.nan]), (tangents, [1.0, -1.0, np.nan])])
def test_what_is_not_finite(fun, wanted):
    np.testing.assert_array_equal(applied(fun, np.array([np.inf, -np.inf, np.nan] * 5)), wanted * 5)


@pytest.mark.parametrize("fun", [exponentials, tangents])
def test_llvm_makes_vector_instructions(fun):
    fun(np.ones(2), np.ones(2))
    assert " x double>" in fun.inspect_llvm(fun.signatures[0])


def layer(w, x):
    h = np.tanh(x @ w)
    y = np.exp(-h * h)
    return np.sum(y * y)


def filled(w, x):
    v, y = x[:, 0].copy(), np.empty(len(x))
    for i in range(len(x)):
        y[i] = math.exp(w[0, 0] * v[i] * i)
    return np.dot(y, y)


def by_differences(fun, w, x, h=1e-6):
    slopes = np.empty_like(w)
    for k in np.ndindex(w.shape):
        step = np.zeros_like(w)
        step[k] = h
        slopes[k] = (fun(w + step, x) - fun(w - step, x)) / (2.0 * h)
    return slopes


@pytest.mark.parametrize(("fun", "options"), [(layer, {}), (layer, {"fastmath": True}), (filled, {})])
def test_gradients(fun, options):
    rng = np.random.default_rng(1)
    w, x = rng.normal(size=(3, 4)) * 0.3, rng.normal(size=(9, 3)) * 0.3
    gradient = sct.grad(fun, backend="numba", **options)
    np.testing.assert_allclose(gradient(w, x), by_differences(fun, w, x), rtol=1e-7, atol=1e-8)
    assert "quick_exp(" in gradient.source


def carried(x):
    s = 0.0
    for i in range(len(x)):
        s = 0.5 * s + math.exp(x[i])
    return s


def of_singles(x):
    return np.exp(2 * x)[0]


@pytest.mark.parametrize(("fun", "x"), [(carried, np.ones(3)), (of_singles, np.ones(3, np.float32))])
def test_what_else_is_left_to_the_library(fun, x, monkeypatch):
    monkeypatch.setattr(numba.config, "DISABLE_JIT", True)
    monkeypatch.setattr("sct.native.compile.compile_linked", lambda linked: None)
    gradient = sct.value_and_grad(fun, backend="numba")
    gradient(x)
    assert ".exp(" in gradient.source and "quick_exp" not in gradient.source
