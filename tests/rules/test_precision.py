"""Where single and double precision meet: tangents have the type of their result, adjoints of branches are joined."""

from __future__ import annotations

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
