"""Where single and double precision meet: tangents have the type of their result, adjoints of branches are joined."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

import sct

KNOTS = np.array([-1.2, -0.1, 0.4, 1.7], np.float32)
DOUBLE = np.array([1.0, -2.0, 0.5, 3.0])


@pytest.mark.parametrize(("f", "slope"), [
    (lambda a: np.maximum(a, DOUBLE), KNOTS > DOUBLE), (lambda a: np.where(DOUBLE > 0.0, a, DOUBLE), DOUBLE > 0.0),
    (lambda a: np.heaviside(np.array([0.0, 1.0, 0.0, -1.0]), a), [1.0, 0.0, 1.0, 0.0]), (lambda a: a - DOUBLE, np.ones(4)),
])
def test_tangent_has_the_type_of_the_result(f: Any, slope: Any) -> None:
    value, tangent = sct.jvp(f, (KNOTS,), (np.ones(4, np.float32),))
    assert value.dtype == tangent.dtype == np.float64
    np.testing.assert_array_equal(tangent, slope)


def test_tangent_of_a_number_of_single_precision_that_branches_choose() -> None:
    value, tangent = sct.jvp(lambda x: np.interp(x, KNOTS, DOUBLE), (np.float32(0.1),), (np.float32(1.0),))
    assert type(value) is type(tangent) is np.float64
    assert tangent == pytest.approx((0.5 + 2.0) / 0.5)


def test_repeated_differences_of_single_precision() -> None:
    gradient = sct.grad(lambda a, b: np.sum(np.diff(a, 3, prepend=b) * np.arange(1.0, 3.0)), (0, 1))(KNOTS, np.float32(0.4))
    assert gradient[0].dtype == gradient[1].dtype == np.float32
    np.testing.assert_array_equal(gradient[0], [3.0 - 2.0, -3.0 + 6.0, 1.0 - 6.0, 2.0])
    assert gradient[1] == -1.0


def test_conversions_to_complex_numbers() -> None:
    assert sct.grad(lambda x: np.real(np.complex128(x) ** 2 * (1.0 - 2.0j)))(1.5) == 3.0
    value, tangent = sct.jvp(lambda a: np.complex64(a) * 2.0j, (KNOTS,), (KNOTS,))
    assert value.dtype == tangent.dtype == np.complex64
    np.testing.assert_array_equal(tangent, 2.0j * KNOTS)


SINGLE = np.array([0.3, 0.5, 0.2], np.float32)


@pytest.mark.parametrize("f", [
    lambda a: np.hypot.accumulate(a), lambda a: np.arctan2.accumulate(a), lambda a: np.logaddexp2.accumulate(a),
    lambda a: np.hypot(a[0], a[1]), lambda a: np.float_power.reduce(1.0 + a), lambda a: np.std(a, ddof=1),
    lambda a: random.Random(3).gauss(a[0], a[1]), lambda a: random.Random(3).gauss(sigma=a[1]) * 2.0,
])
def test_tangents_of_single_precision_have_the_type_of_what_numpy_returns(f: Any) -> None:
    value, tangent = sct.jvp(f, (SINGLE,), (SINGLE,))
    expected, slope = sct.jvp(f, (SINGLE.astype(float),), (SINGLE.astype(float),))
    assert type(value) is type(tangent) is type(f(SINGLE)) and value.dtype == tangent.dtype == f(SINGLE).dtype
    np.testing.assert_allclose(value, expected, rtol=1e-5)
    np.testing.assert_allclose(tangent, slope, rtol=1e-5, atol=1e-7)
    gradient = sct.grad(lambda a: np.sum(f(a)))(SINGLE)
    assert gradient.dtype == np.float32
    np.testing.assert_allclose(gradient @ SINGLE, np.sum(slope), rtol=1e-5)


def test_densities_of_single_precision_are_computed_in_double() -> None:
    stats = pytest.importorskip("scipy.stats")
    for f, kind in ((lambda a: stats.chi2.logpdf(a, np.float32(1.5)), np.float64),
                    (lambda a: stats.chi2.logpdf(a[0], a[1]), np.float64),
                    (lambda a: stats.dirichlet.logpdf(a, 2.0 * a), np.float32)):
        value, tangent = sct.jvp(f, (SINGLE,), (SINGLE,))
        assert value.dtype == tangent.dtype == f(SINGLE).dtype == kind
        assert sct.grad(lambda a: np.sum(f(a)))(SINGLE).dtype == np.float32


def test_matrices_and_filters_of_single_precision() -> None:
    signal, linalg = pytest.importorskip("scipy.signal"), pytest.importorskip("scipy.linalg")
    for f in (lambda a: linalg.companion(a), lambda a: linalg.leslie(a, a[1:]), lambda a: linalg.convolution_matrix(a, 2),
              lambda a: linalg.expm_frechet(np.outer(a, a), np.outer(a, a), compute_expm=False), lambda a: signal.hilbert(a),
              lambda a: signal.sosfilt([[0.2, 0.3, 0.1, 1.0, -0.4, 0.1]], a), lambda a: signal.resample(a, 5)):
        value, tangent = sct.jvp(f, (SINGLE,), (SINGLE,))
        assert value.dtype == tangent.dtype == f(SINGLE).dtype
        np.testing.assert_allclose(value, f(SINGLE), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("numbers", [
    [np.float64(2.0), np.float32(3.0)], [np.float32(2.0), np.float16(3.0), np.float64(1.0)], [2.0, np.float32(3.0)],
    [np.float64(2.0), np.float32(3.0)] * 20, [2.0, 3.0 + 1.0j], [np.float64(2.0), np.complex128(1.0 - 1.0j)],
], ids=str)
def test_numbers_in_a_list_have_gradients_of_their_own_types(numbers: Any) -> None:
    found = sct.grad(lambda items: np.real(sum([item * item for item in items])))(numbers)
    assert list(map(type, found)) == list(map(type, numbers))
    np.testing.assert_allclose(found, [2 * item for item in numbers], rtol=1e-3)
