"""``scipy.integrate``: integrals and differential equations against differences and closed forms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

integrate = pytest.importorskip("scipy.integrate")

import sct  # noqa: E402

from .whole import check_whole  # noqa: E402


def wave(x, w, phase):
    return math.sin(w * x + phase) * math.exp(-x * x)


def polynomial(x, c, n):
    return c[0] + c[1] * x + c[2] * x**n


def decay(x, rate):
    return math.exp(-rate * x)


def between(a, b, w, phase):
    return integrate.quad(wave, a, b, args=(w, phase))[0] ** 2


def of_array(c):
    return integrate.quad(polynomial, 0.0, 2.0, args=(c, 2))[0]


@pytest.mark.parametrize(("f", "values", "order"), [(between, [0.2, 1.5, 2.0, 0.4], 2),
                                                    (of_array, [np.array([1.0, 2.0, -1.0])], 1)])
def test_integrals(f: Any, values: list[Any], order: int) -> None:
    check_whole(f, values, order=order)


def test_infinite_limit() -> None:
    def f(rate: float) -> float:
        value, error = integrate.quad(decay, 0.0, np.inf, args=(rate,), epsabs=1e-12)
        return value
    assert np.isclose(sct.grad(f)(2.0), -0.25) and np.isclose(sct.grad(sct.grad(f))(2.0), 0.25)


def spring(y, t, stiffness, damping):
    return np.array([y[1], -stiffness * y[0] - damping * y[1]])


def hunting(t, y, rates, scale):
    return [scale * (rates[0] * y[0] - rates[1] * y[0] * y[1]), scale * (rates[1] * y[0] * y[1] - rates[2] * y[1])]


MOMENTS = np.linspace(0.0, 2.0, 5)
TIGHT = {"rtol": 1e-11, "atol": 1e-11}


def swinging(y0, stiffness, damping):
    return integrate.odeint(spring, y0, MOMENTS, args=(stiffness, damping), rtol=1e-11, atol=1e-11)


def chasing(y0, rates):
    return integrate.odeint(hunting, y0, MOMENTS, (rates, 1), tfirst=True, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize(("f", "values"), [(swinging, [np.array([1.0, 0.3]), 2.0, 0.2]),
                                           (chasing, [np.array([1.0, 0.7]), np.array([1.1, 0.8, 0.6])])])
def test_differential_equations(f: Any, values: list[Any]) -> None:
    check_whole(f, values, rtol=2e-6, order=1)


def growth(y, t, rate):
    return rate * y


def test_closed_form() -> None:
    def f(y0: np.ndarray, rate: float) -> float:
        return integrate.odeint(growth, y0, np.array([0.0, 1.5]), args=(rate,))[-1, 0]
    start, rate = sct.grad(f, (0, 1))(np.array([2.0]), 0.7)
    np.testing.assert_allclose([start[0], rate], [math.exp(1.05), 3.0 * math.exp(1.05)], rtol=1e-6)


def in_a_tuple(y, t, rates):
    return rates[0] * y + rates[1]


def test_numbers_in_a_tuple() -> None:
    def f(rate: float) -> float:
        return integrate.odeint(in_a_tuple, np.ones(1), np.array([0.0, 1.5]), args=((rate, 0.0),))[-1, 0]
    assert np.isclose(sct.grad(f)(0.7), 1.5 * math.exp(1.05), rtol=1e-6)


@pytest.mark.parametrize("f", [
    lambda w: integrate.quad(lambda x: x * w, 0.0, 1.0)[0], lambda w: integrate.quad(decay, 0.0, 1.0, args=(w,))[1],
    lambda w: integrate.quad(decay, 0.0, 1.0, args=(w,), weight="cos", wvar=1.0)[0],
    lambda w: integrate.quad(decay, 0.0, 1.0, w)[0],
    lambda w: integrate.quad(polynomial, 0.0, 1.0, args=((w, 1.0, 2.0), 2))[0],
    lambda w: integrate.quad(polynomial, 0.0, 1.0, args=([w, 1.0, 2.0], 2))[0],
    lambda w: integrate.odeint(growth, np.ones(1), np.array([0.0, w]), args=(0.1,))[1, 0],
    lambda w: integrate.odeint(growth, 1.0, np.array([0.0, 1.0]), args=(w,))[1, 0],
    lambda w: integrate.odeint(growth, np.ones(1), MOMENTS, args=(w,), full_output=True)[0][1, 0],
    lambda w: integrate.solve_ivp(growth, (0.0, 1.0), np.ones(1), args=(w,)).y[0, -1],
    lambda w: sct.grad(lambda v: integrate.odeint(growth, np.ones(1), MOMENTS, args=(v,))[1, 0])(w),
])
def test_what_has_no_rule_is_refused(f: Any) -> None:
    with pytest.raises(sct.SctError):
        sct.grad(f)(0.5)
