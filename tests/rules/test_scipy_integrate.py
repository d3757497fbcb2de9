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


def of_captured(a, b, w):
    return integrate.quad(lambda x: math.sin(w * x) * math.exp(-x), a, b)[0] ** 2


def of_captured_array(a, c):
    return a * integrate.quad(lambda x: np.sum(np.sin(c * x)) ** 2, a, 2.0)[0]


def of_items(a, b):
    return integrate.quad(lambda x, c: c[0] * np.exp(c[1] * x), 0.0, 1.0, args=((a, b),))[0]


def over_a_triangle(a, b):
    return integrate.quad(lambda x: integrate.quad(lambda y: math.exp(-a * x * y) * b, 0.0, x)[0], 0.0, 1.5)[0]


@pytest.mark.parametrize(("f", "values"), [
    (between, [0.2, 1.5, 2.0, 0.4]), (of_array, [np.array([1.0, 2.0, -1.0])]), (of_captured, [0.2, 1.5, 2.0]),
    (of_captured_array, [0.3, np.array([1.0, 2.0])]), (of_items, [0.7, 1.2]), (over_a_triangle, [2.0, 0.5])],
    ids=lambda x: getattr(x, "__name__", ""))
def test_integrals(f: Any, values: list[Any]) -> None:
    check_whole(f, values)


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


def oscillating(y0, stiffness, damping):
    def motion(t, y):
        return [y[1], -stiffness * np.sin(y[0]) - damping * y[1]]
    return integrate.solve_ivp(motion, (0.0, 2.0), y0, t_eval=MOMENTS, rtol=1e-11, atol=1e-12).y


def at_the_end(a, rates):
    found = integrate.solve_ivp(hunting, (0.0, 2.0), [1.0, a], method="DOP853", args=(rates, 1), rtol=1e-11, atol=1e-12)
    return found.y[:, -1] if found.success else np.zeros(2)


def backwards_in_time(y0, rate):
    return integrate.solve_ivp(lambda t, y: -rate * y * t, (2.0, 0.5), y0, t_eval=[1.5, 1.0], rtol=1e-11, atol=1e-12).y


def stiffly(y0, rate):
    found = integrate.solve_ivp(lambda t, y: -rate * (y - np.cos(t)), (0.0, 1.0), y0, method="Radau", rtol=1e-9, atol=1e-11)
    return found.y[:, -1]


def captured(y0, stiffness):
    return integrate.odeint(lambda y, t: np.array([y[1], -stiffness[0] * y[0] - stiffness[1] * t]), y0, MOMENTS, rtol=1e-11,
                            atol=1e-11)


@pytest.mark.parametrize(("f", "values"), [
    (swinging, [np.array([1.0, 0.3]), 2.0, 0.2]), (chasing, [np.array([1.0, 0.7]), np.array([1.1, 0.8, 0.6])]),
    (oscillating, [np.array([1.0, 0.3]), 2.0, 0.2]), (at_the_end, [0.7, np.array([1.1, 0.8, 0.6])]),
    (backwards_in_time, [np.array([1.0, 0.3]), 0.7]), (stiffly, [np.array([0.5]), 200.0]),
    (captured, [np.array([1.0, 0.3]), np.array([2.0, 0.2])])], ids=lambda x: getattr(x, "__name__", ""))
def test_differential_equations(f: Any, values: list[Any]) -> None:
    check_whole(f, values, rtol=2e-6)


def growth(y, t, rate):
    return rate * y


def test_closed_form() -> None:
    def f(y0: np.ndarray, rate: float) -> float:
        return integrate.odeint(growth, y0, np.array([0.0, 1.5]), args=(rate,))[-1, 0]
    start, rate = sct.grad(f, (0, 1))(np.array([2.0]), 0.7)
    np.testing.assert_allclose([start[0], rate], [math.exp(1.05), 3.0 * math.exp(1.05)], rtol=1e-6)
    np.testing.assert_allclose(sct.hessian(f, 1)(np.array([2.0]), 0.7), 2.0 * 1.5**2 * math.exp(1.05), rtol=1e-6)


@pytest.mark.parametrize("rtol", [1e-4, 1e-7, 1e-10])
@pytest.mark.parametrize("method", ["RK45", "RK23", "DOP853", "Radau", "BDF", "LSODA"])
def test_derivatives_are_as_exact_as_the_solution(method: str, rtol: float) -> None:
    """The exact solution is ``y0 exp(-rate t)``; solved backwards from its end it would be 20,000 times as wrong as there."""
    if (method, rtol) in {("RK23", 1e-10), ("BDF", 1e-10)}:
        pytest.skip("a method of low order takes too long")

    def f(y0: np.ndarray, rate: float) -> float:
        options = {"method": method, "rtol": rtol, "atol": 1e-6 * rtol}
        return 1e4 * integrate.solve_ivp(lambda t, y: -rate * y, (0.0, 1.0), y0, **options).y[0, -1]
    start, rate = sct.grad(f, (0, 1))(np.array([2.0]), 10.0)
    end = 1e4 * math.exp(-10.0)
    np.testing.assert_allclose([start[0], rate], [end, -2.0 * end], rtol=300 * rtol)


def test_numbers_in_a_tuple() -> None:
    def f(rate: float) -> float:
        return integrate.odeint(lambda y, t, rates: rates[0] * y + rates[1], np.ones(1), np.array([0.0, 1.5]),
                                args=((rate, 0.0),))[-1, 0]
    assert np.isclose(sct.grad(f)(0.7), 1.5 * math.exp(1.05), rtol=1e-6)


def test_small_cotangents_are_not_lost_in_the_tolerance() -> None:
    def f(rate: float) -> float:
        return 1e-20 * integrate.solve_ivp(lambda t, y: rate * y, (0.0, 1.5), np.ones(1), rtol=1e-8, atol=1e-8).y[0, -1]
    assert np.isclose(sct.grad(f)(0.7), 1.5e-20 * math.exp(1.05), rtol=1e-6, atol=0.0)


def test_no_moment_but_the_first() -> None:
    def f(y0: np.ndarray, rate: float) -> float:
        return np.sum(integrate.solve_ivp(lambda t, y: rate * y, (0.0, 1.5), y0, t_eval=[0.0]).y)
    start, rate = sct.grad(f, (0, 1))(np.array([2.0, 3.0]), 0.7)
    assert start.tolist() == [1.0, 1.0] and rate == 0.0


def until(T, a):
    return integrate.solve_ivp(pushed, (0.2, T), [1.0, 0.5], args=(a,), **TIGHT).y[:, -1]


def pushed(t, y, a):
    return [y[1] * a, -np.sin(y[0]) + 0.3 * t * a]


def since(T, a):
    return integrate.solve_ivp(pushed, np.array([T, 2.0]), [1.0, 0.5], t_eval=np.linspace(T, 2.0, 4), args=(a,), **TIGHT).y


def at_two_moments(T, a):
    found = integrate.solve_ivp(pushed, [0, 4.0], [T, 0.5], t_eval=[T, 2 * T], args=(a,), **TIGHT)
    return np.sum(found.y * found.t)


def whole_span(T, a):
    found = integrate.solve_ivp(pushed, (0.1 * T, 2.0 * T), [1.0, a], args=(a * T,), **TIGHT)
    return found.t[-1] ** 2 * found.y[0, -1] + found.y[1, 0] * found.t[0]


def table_of(T, a):
    return integrate.odeint(pushed, [1.0, a], [0.1 * T, 0.3, 0.5 * T, 2.0 * T], args=(0.7 * T,), tfirst=True, **TIGHT)


def table_from(moments, a):
    return integrate.odeint(spring, np.array([a, 1.0]), moments, args=(a, 0.3), **TIGHT)


@pytest.mark.parametrize(("f", "values"), [
    (until, [1.1, 0.7]), (since, [0.6, 0.7]), (at_two_moments, [0.9, 0.7]), (whole_span, [1.1, 0.7]), (table_of, [1.1, 0.4]),
    (table_from, [np.array([0.2, 0.5, 1.7]), 0.8])], ids=lambda x: getattr(x, "__name__", ""))
def test_moments(f: Any, values: list[Any]) -> None:
    check_whole(f, values, rtol=1e-6)


def exploding(t, y, rate):
    return rate * y**2


def test_a_solution_that_does_not_reach_the_end_says_so() -> None:
    def f(rate: float) -> float:
        return integrate.solve_ivp(exploding, (0.0, 2.0), np.ones(1), args=(rate,)).y[0, -1]
    with pytest.warns(RuntimeWarning, match="not come to the end"):
        sct.grad(f)(1.0)


@pytest.mark.parametrize("f", [
    lambda w: integrate.quad(decay, 0.0, 1.0, args=(w,))[1],
    lambda w: integrate.quad(decay, 0.0, 1.0, args=(w,), weight="cos", wvar=1.0)[0],
    lambda w: integrate.odeint(growth, 1.0, np.array([0.0, 1.0]), args=(w,))[1, 0],
    lambda w: integrate.odeint(growth, np.ones(1), MOMENTS, args=(w,), full_output=True)[0][1, 0],
    lambda w: integrate.solve_ivp(exploding, (0.0, 1.0), np.ones(1), args=(w,), dense_output=True).y[0, -1],
    lambda w: integrate.solve_ivp(exploding, (0.0, 1.0), np.ones(1), args=(w,), events=exploding).y[0, -1],
    lambda w: integrate.solve_ivp(exploding, (0.0, 1.0), np.ones(1), args=(w,)).sol,
    lambda w: integrate.solve_ivp(exploding, (0.0, 1.0), np.ones(1), args=(w,)).nfev * w,
    lambda w: np.real(integrate.solve_ivp(exploding, (0.0, 1.0), np.array([1.0 + w * 1j])).y[0, -1]),
])
@pytest.mark.parametrize("derivative", [sct.grad, lambda f: lambda x: sct.jvp(f, (x,), (1.0,))], ids=["reverse", "forward"])
def test_what_has_no_rule_is_refused(f: Any, derivative: Any) -> None:
    with pytest.raises(sct.SctError):
        derivative(f)(0.5)


# Jumps and kinks of what is integrated ----------------------------------------------------------------------------------


def with_a_buffer(t, x):
    both = np.zeros(2)
    both[0], both[1] = t, x
    return 1.0 if both[0] < both[1] else 0.0


def with_a_loop(t, x):
    total = 0.0
    for k in range(3):
        total += t if t * k < x else 0.0
    return total


def with_a_handler(t, x):
    try:
        return math.log(1.0 + t - 2.0 * x)
    except ValueError:
        return t


def distance(t, x):
    return abs(t - x)


def by_itself(t, x, n=3):
    return t if n == 0 else math.cos(by_itself(t, x, n - 1) * x)


def jumps_by_itself(t, x, n=3):
    return t if n == 0 or t < x else math.cos(jumps_by_itself(t, x, n - 1) * x)


def least(t, x):
    best = None
    for k in range(3):
        found = (0.1 * k + t * x, k)
        if best is None:
            best = found
    return best[0] * x


JUMPING = [lambda t, x: 1.0 if t < x else 0.0, lambda t, x: float(np.where(t < x, t, 0.0)), lambda t, x: np.sign(t - x) * t,
           lambda t, x: np.floor(t / x), lambda t, x: (t / x) % 1.0, with_a_buffer, with_a_loop,
           with_a_handler, jumps_by_itself]
KINKED = [distance, lambda t, x: np.maximum(t - x, 0.0) * math.exp(-t), lambda t, x: max(t, x) * x, lambda t, x: min(t, x, 0.8),
          lambda t, x: np.clip(t, 0.1, x), lambda t, x: distance(t, x) * (t - x), lambda t, x: math.sqrt((t - x)**2),
          lambda t, x: np.sqrt(np.square(t - x)), lambda t, x: ((t - x) * (t - x)) ** 0.5]
STEADY = [lambda t, x: x * t if t < 0.5 else t * x**2, lambda t, x: x * t if x < 0.5 else t * x**2,
          lambda t, x: abs(t - 0.4) * x**3, lambda t, x: math.sqrt(1.0 + (t - x)**2),
          lambda t, x: math.sqrt(2.0 * (t + x)), by_itself, least,
          lambda t, x: integrate.quad(lambda s: abs(s - t) * x**2, 0.0, 1.0)[0]]


def integral(f: Any) -> Any:
    return lambda x: integrate.quad(f, 0.0, 1.0, args=(x,), points=[0.4, 0.5])[0]


@pytest.mark.parametrize("f", JUMPING)
def test_jumps_at_a_place_that_moves_are_refused(f: Any) -> None:
    """The integral has a derivative there, which is not the integral of the derivative."""
    for derivative in (sct.grad(integral(f)), lambda x: sct.jvp(integral(f), (x,), (1.0,))):
        with pytest.raises(sct.SctError, match="may jump at a place that moves") as refused:
            derivative(0.3)
        assert refused.value.code == "SCT209"


@pytest.mark.parametrize("f", KINKED)
@pytest.mark.filterwarnings("ignore")
def test_kinks_at_a_place_that_moves_have_a_first_derivative(f: Any) -> None:
    h, whole = 1e-3, lambda x: integrate.quad(f, 0.0, x, args=(x,))[0] + integrate.quad(f, x, 1.0, args=(x,))[0]
    assert sct.grad(integral(f))(0.3) == pytest.approx((whole(0.3 + h) - whole(0.3 - h)) / (2 * h), abs=1e-5)
    for second in (sct.grad(sct.grad(integral(f))), lambda x: sct.hvp(integral(f), (x,), (1.0,))):
        with pytest.raises(sct.SctError, match="may jump at a place that moves"):
            second(0.3)


@pytest.mark.parametrize("f", STEADY)
@pytest.mark.filterwarnings("ignore")
def test_jumps_and_kinks_that_stay_where_they_are(f: Any) -> None:
    check_whole(integral(f), [0.3])


def test_what_is_not_differentiated_may_move_a_jump() -> None:
    def f(x: float, edge: float) -> float:
        return integrate.quad(lambda t, x, edge: x * x * t if t < edge else 0.0, 0.0, 1.0, args=(x, edge), points=[0.5])[0]
    assert sct.grad(f)(2.0, 0.5) == pytest.approx(0.5) and sct.hvp(f, (2.0, 0.5), (1.0, None)) == pytest.approx(0.25)
    with pytest.raises(sct.SctError, match="may jump"):
        sct.grad(f, 1)(2.0, 0.5)


def over_a_square(a, c):
    return integrate.dblquad(lambda y, x: np.exp(-c * x * y), 0.0, 1.0, a, 2.0)[0]


def over_a_corner(a, c):
    return integrate.dblquad(lambda y, x, c: np.exp(-c * x * y), 0.0, a, 0.0, lambda x: c * x, args=(c,))[0]


def by_gauss(a, c):
    return integrate.fixed_quad(lambda t, c: np.exp(c * t), 0.2, a, args=(c,), n=7)[0]


@pytest.mark.parametrize("f", [over_a_square, over_a_corner, by_gauss])
def test_integrals_of_integrals_and_by_nodes(f: Any) -> None:
    check_whole(f, [1.2, 0.7])
    assert sct.value_and_grad(f)(1.2, 0.7)[0] == pytest.approx(f(1.2, 0.7), rel=1e-12)


def only_fails(t, x):
    try:
        math.log(t - 0.5)
    except ValueError:
        return t * x * x
    return t * x


def asserts(t, x):
    try:
        assert t > 0.5
    except AssertionError:
        return t * x * x
    return t * x


@pytest.mark.parametrize("f", [only_fails, asserts])
def test_a_handler_in_what_is_integrated_runs_where_the_derivative_needs_nothing_of_the_body(f: Any) -> None:
    """The integral is 0.125 x² + 0.375 x."""
    assert sct.grad(integral(f))(0.8) == pytest.approx(0.25 * 0.8 + 0.375)
    assert sct.grad(sct.grad(integral(f)))(0.8) == pytest.approx(0.25)
