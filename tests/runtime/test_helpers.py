"""The helpers of generated code: shapes, element types, exact zeros, and special functions against known values."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from sct.runtime import helpers
from sct.runtime.helpers import (
    digamma,
    index_add,
    log_or_zero,
    polygamma,
    power_dx,
    sinc_dx,
    strong_product,
    strong_quotient,
    unbroadcast,
)

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize("shape", [(), (1,), (3,), (1, 3), (2, 1), (2, 3), (1, 1)])
def test_unbroadcast_is_the_transpose_of_broadcasting(shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    x, x_bar = rng.normal(size=shape), rng.normal(size=(4, 2, 3))
    x = np.asarray(x)
    found = unbroadcast(x_bar, x)
    assert found.shape == shape
    assert np.sum(found * x) == pytest.approx(np.sum(x_bar * np.broadcast_to(x, x_bar.shape)))


@pytest.mark.parametrize(("x", "kind"), [(1.0, float), (np.float64(1), np.float64), (np.float32(1), np.float32)])
def test_unbroadcast_to_a_number(x: Any, kind: type) -> None:
    assert type(unbroadcast(np.ones((2, 3), np.asarray(x).dtype), x)) is kind
    assert unbroadcast(2.5, x) == 2.5


def test_unbroadcast_of_an_empty_array() -> None:
    assert unbroadcast(np.ones((0, 3)), np.zeros(3)).tolist() == [0.0, 0.0, 0.0]
    assert unbroadcast(np.ones((0, 3)), np.zeros((1, 3))).shape == (1, 3)


@pytest.mark.parametrize("bad", [math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("kind", [float, np.float64, np.float32, np.asarray])
def test_exact_zero_wins(bad: float, kind: Any) -> None:
    for strong in (strong_product, strong_quotient):
        found = strong(kind(0.0), kind(bad))
        assert found == 0.0 and np.asarray(found).dtype == np.asarray(kind(0.0)).dtype
    assert strong_quotient(kind(0.0), kind(0.0)) == 0.0


def test_strong_products_of_arrays_keep_shape_and_element_type() -> None:
    a, b = np.array([[0.0], [2.0]], "float32"), np.array([np.inf, 3.0], "float32")
    assert strong_product(a, b).tolist() == [[0.0, 0.0], [math.inf, 6.0]]
    assert strong_product(a, b).dtype == strong_quotient(a, 3.0).dtype == np.float32
    assert strong_product(0.0, np.array([np.nan, 1.0])).tolist() == [0.0, 0.0]
    assert strong_quotient(np.array([0.0, 1.0, -2.0]), np.zeros(3)).tolist() == [0.0, math.inf, -math.inf]
    assert strong_quotient(np.ones(2), np.zeros(2)).tolist() == [math.inf, math.inf]


def test_a_nan_cotangent_is_kept() -> None:
    assert math.isnan(strong_product(math.nan, 2.0)) and np.isnan(strong_quotient(np.array([math.nan]), 2.0)).all()


def test_index_add_counts_repeats() -> None:
    buffer = np.zeros((2, 2))
    index_add(buffer, (np.array([0, 0]), slice(None)), np.ones((2, 2)))
    assert buffer.tolist() == [[2.0, 2.0], [0.0, 0.0]]


@pytest.mark.parametrize(("x", "y", "expected"), [
    (3.0, 2, 6.0), (0.0, 0, 0.0), (0.0, 1, 1.0), (0.0, 2, 0.0), (0.0, 0.5, math.inf), (0.0, -1.0, -math.inf), (-2.0, -1, -0.25),
    (1e-200, -1, -math.inf), (math.inf, 0, 0.0), (2.0, 0.5, 0.5 / math.sqrt(2))])
def test_power_dx(x: float, y: float, expected: float) -> None:
    assert power_dx(x, y) == pytest.approx(expected) and type(power_dx(x, y)) is float
    assert power_dx(np.array([x]), y) == pytest.approx(expected)
    assert power_dx(np.array([x], "float32"), y).dtype == np.float32


def test_log_or_zero() -> None:
    assert log_or_zero(0.0) == 0.0 and math.isnan(log_or_zero(-1.0)) and log_or_zero(2.0) == math.log(2)
    assert log_or_zero(np.array([0.0, 1.0], "float32")).dtype == np.float32
    assert type(log_or_zero(np.float64(2.0))) is np.float64


@pytest.mark.parametrize("x", [1e-12, 1e-4, 0.09, 0.0954, 0.0956, 0.5, 2.5])
def test_sinc_dx_is_odd_and_smooth_where_its_series_ends(x: float) -> None:
    t = math.pi * x
    series = sum((-1) ** k * 2 * k * t ** (2 * k - 1) / math.factorial(2 * k + 1) for k in range(1, 25))
    assert sinc_dx(x) == pytest.approx(math.pi * series, rel=1e-12)
    assert sinc_dx(-x) == -sinc_dx(x)


def test_digamma_and_polygamma() -> None:
    euler = 0.5772156649015329
    known = {1.0: -euler, 0.5: -euler - 2 * math.log(2), 2.0: 1 - euler, -0.5: 2 - euler - 2 * math.log(2),
             10.0: 2.251752589066721}
    for x, value in known.items():
        assert digamma(x) == pytest.approx(value, rel=1e-14)
    assert math.isnan(digamma(0.0)) and math.isnan(digamma(-3.0)) and math.isnan(polygamma(1, -3.0))
    assert polygamma(1, 0.5) == pytest.approx(math.pi**2 / 2, rel=1e-14)
    assert polygamma(2, 1.0) == pytest.approx(-2.404113806319188571, rel=1e-14)
    assert polygamma(1, -0.5) == pytest.approx(math.pi**2 / 2 + 4, rel=1e-13)


def test_every_helper_is_offered_by_name() -> None:
    assert set(helpers.HELPERS) == set(helpers.__all__)
