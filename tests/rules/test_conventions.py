"""What a gradient is where it is easily lost: beside zeros and NaN, in empty reductions, along flat directions."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from numpy import inf, nan

import sct

A = np.array
X = A([0.0, 4.0])
M = A([[1.0, 2.0, 3.0], [4.0, -5.0, 7.0]])


def gradient(f, *args):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return sct.grad(f, tuple(range(len(args))))(*args)


@pytest.mark.parametrize(("f", "expected"), [
    (lambda x: np.sum(np.log(x), where=x > 0), [0.0, 0.25]),
    (lambda x: np.sum(np.sqrt(x), where=x > 0), [0.0, 0.25]),
    (lambda x: np.mean(np.sqrt(x), where=x > 0), [0.0, 0.25]),
    (lambda x: np.var(np.sqrt(x), where=x > 0), [0.0, 0.0]),
    (lambda x: np.nansum(np.log(x) * 0 + x), [0.0, 1.0]),
    (lambda x: ((x > 0) * np.sqrt(x)).sum(), [0.0, 0.25]),
    (lambda x: np.multiply(np.sqrt(x), x > 0).sum(), [0.0, 0.25]),
    (lambda x: (0.0 * np.sqrt(x) + x).sum(), [1.0, 1.0]),
])
def test_what_is_left_out_has_derivative_zero(f, expected):
    np.testing.assert_array_equal(gradient(f, X)[0], expected)


@pytest.mark.parametrize(("f", "x", "expected"), [
    (lambda x: x.max(), A([1.0, nan]), [0.0, 1.0]), (lambda x: np.min(x), A([nan, 1.0, nan]), [0.5, 0.0, 0.5]),
    (lambda x: x.max(axis=1).sum(), A([[1.0, nan], [3.0, 3.0]]), [[0.0, 1.0], [0.5, 0.5]]),
    (lambda x: np.nanmax(x), A([1.0, nan, 1.0]), [0.5, 0.0, 0.5]),
    (lambda x: np.maximum(x, 0.0).sum(), A([1.0, nan, -1.0, 0.0]), [1.0, 1.0, 0.0, 1.0]),
    (lambda x: np.maximum(0.0, x).sum(), A([1.0, nan, -1.0, 0.0]), [1.0, 1.0, 0.0, 0.0]),
    (lambda x: np.minimum(x, 0.0).sum(), A([1.0, nan, -1.0, 0.0]), [0.0, 1.0, 1.0, 1.0]),
    (lambda x: np.clip(x, 0.0, 1.0).sum(), A([nan, 0.5, 2.0]), [1.0, 1.0, 0.0]),
    (lambda x: np.clip(x, None, 1.0).sum(), A([nan, 0.5, 2.0]), [1.0, 1.0, 0.0]),
])
def test_nan_is_what_is_returned(f, x, expected):
    np.testing.assert_array_equal(gradient(f, x)[0], expected)


@pytest.mark.parametrize("f", [np.maximum, np.minimum])
def test_of_two_the_one_that_is_nan_is_returned(f):
    x_bar, y_bar = gradient(lambda x, y: f(x, y).sum(), A([nan, 1.0, nan]), A([1.0, nan, nan]))
    assert x_bar.tolist() == [1.0, 0.0, 1.0] and y_bar.tolist() == [0.0, 1.0, 0.0]


@pytest.mark.parametrize(("f", "expected"), [
    (lambda x, y: math.copysign(x, y) * y, (2.0, -3.0)), (lambda x, y: np.copysign(x, y) * y, (2.0, -3.0)),
    (lambda x, y: math.nextafter(x, y) * y, (-2.0, 3.0)), (lambda x, y: np.nextafter(x, y) * y, (-2.0, 3.0)),
    (lambda x, y: np.heaviside(x, 0.5) * y, (0.0, 1.0)), (lambda x, y: np.sum(np.where(x, y, 0.0)), (0.0, 1.0)),
])
def test_flat_directions(f, expected):
    np.testing.assert_allclose(gradient(f, 3.0, -2.0), expected)


@pytest.mark.parametrize("f", [divmod, np.divmod])
def test_remainders_are_summed_over_what_was_repeated(f):
    x_bar, y_bar = gradient(lambda x, y: np.sum(f(x, y)[1] * x), A([[5.0], [3.5]]), A([2.0, 1.5]))
    np.testing.assert_allclose(x_bar, [[11.5], [9.0]])
    np.testing.assert_allclose(y_bar, [-2 * 5 - 1 * 3.5, -3 * 5 - 2 * 3.5])
    x_bar, y_bar = gradient(lambda x, y: np.sum(f(x, y)[1]), A([5.0, 3.5]), 2.0)
    assert x_bar.tolist() == [1.0, 1.0] and y_bar == -3.0


@pytest.mark.parametrize("x", [M, M.T])
def test_singular_values_of_any_matrix(x):
    u, _, vh = np.linalg.svd(x, full_matrices=False)
    for f in (lambda x: np.linalg.svd(x)[1].sum(), lambda x: np.linalg.svd(x, full_matrices=False)[1].sum()):
        np.testing.assert_allclose(gradient(f, x)[0], u @ vh, rtol=1e-12)


@pytest.mark.parametrize(("f", "expected"), [
    (lambda m: np.linalg.norm(m, inf), [[0, 0, 0], [1, -1, 1]]), (lambda m: np.linalg.norm(m, -inf), [[1, 1, 1], [0, 0, 0]]),
    (lambda m: np.linalg.norm(m[0], inf), [[0, 0, 1], [0, 0, 0]]),
    (lambda m: np.linalg.norm(m, ord=inf, axis=1).sum(), [[0, 0, 1], [0, 0, 1]]),
])
def test_infinity_by_its_own_name(f, expected):
    np.testing.assert_array_equal(gradient(f, M)[0], expected)


def test_norm_of_a_number():
    assert gradient(lambda x: np.linalg.norm(x), -3.0) == (-1.0,)
    assert gradient(lambda x: np.linalg.norm(x), 0.0) == (0.0,)


def test_variance_without_freedom_is_nan_as_the_value_is():
    assert np.isnan(gradient(lambda x: np.var(x, ddof=1), np.ones(1))[0]).all()
    assert not np.isfinite(gradient(lambda x: x.var(ddof=3), np.arange(3.0))[0]).any()


@pytest.mark.parametrize("f", [np.mean, np.average, np.var, np.std, lambda x: x.mean(axis=0).sum()])
def test_reductions_of_nothing(f):
    for shape in ((0,), (0, 2), (2, 0)):
        assert gradient(lambda x: np.sum(f(x)), np.zeros(shape))[0].shape == shape
    np.testing.assert_array_equal(gradient(lambda x: np.sum(f(x[x > 5])), np.zeros(3))[0], np.zeros(3))
