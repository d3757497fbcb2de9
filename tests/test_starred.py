"""Calls and displays with `*` of arrays, whose length the call or the function that is called tells."""

import numpy as np
import pytest

import sct
from tests.oracle import check

THETA = np.array([0.5, -1.5, 0.75])
XS, YS = np.array([0.5, 1.25, 2.5]), np.array([1.125, -0.5, 0.25])


def parabola(x, a, b, c):
    return a * x ** 2 + b * x + c


def sum_of_squares(theta, xs, ys):
    total = 0.0
    for x, y in zip(xs, ys):
        total += (parabola(x, *theta) - y) ** 2
    return total


def vectorised(theta, xs, ys):
    return np.sum((parabola(xs, *theta) - ys) ** 2)


def by_keyword(theta, xs, ys):
    return np.sum(parabola(xs, *theta[:2], c=theta[-1]) * ys)


def nested(theta, xs, ys):
    def curve(a, b, c):
        return np.sum(np.sin(a * xs) * b + c * ys)
    shown = curve(*theta) + curve(*-theta) * curve(*(theta * xs)) + curve(*np.sin(theta[::-1]))
    return shown + np.sum(np.array([*theta, 1.0, *xs[1:]]) ** 2)


def residuals(theta, xs, ys):
    total = 0.0
    for k in range(3):
        while total > 4.1:
            total -= 0.5 * parabola(0.25, *theta)
        for x, y in zip(xs, ys):
            total += abs(parabola(x, *theta) - y) if x > k else 0.1 * y
    return total


def in_a_callee(theta, xs, ys):
    return residuals(np.cumsum(theta), xs, ys) + residuals(theta[theta != 0.0], ys, xs)


@pytest.mark.parametrize("fun", [sum_of_squares, vectorised, by_keyword, nested, in_a_callee])
def test_as_many_items_as_there_are(fun):
    check(fun, THETA.copy(), XS.copy(), YS.copy())


def test_another_length_is_another_specialisation():
    def polynomial(x, *coefficients):
        return sum(c * x ** k for k, c in enumerate(coefficients))

    def loss(theta):
        return np.sum(polynomial(XS, *theta))

    gradient = sct.grad(loss)
    for n in (3, 2, 5, 3):
        assert np.allclose(gradient(np.ones(n)), [np.sum(XS ** k) for k in range(n)])


def test_too_many_items_raise_what_python_raises():
    for theta in (np.ones(4), np.ones(2)):
        with pytest.raises(TypeError):
            in_a_callee(theta, XS, YS)
        with pytest.raises(TypeError):
            sct.grad(in_a_callee)(theta, XS, YS)


def takes_what_it_gets(*values):
    total = 1.0
    for k in range(3):
        for v in values:
            total = np.sin(total * v) + k
    return total


def any_number(theta, xs):
    return takes_what_it_gets(*theta[xs > 1.0])


def test_a_length_that_nothing_tells_is_refused():
    with pytest.raises(sct.errors.SctError, match="whose length is known") as refused:
        sct.grad(any_number)(THETA.copy(), XS.copy())
    assert refused.value.hint


def draws_of_its_own(mean, spread):
    generator = np.random.default_rng(7)
    state = np.random.RandomState(3)
    total = 0.0
    for _ in range(3):
        z = generator.standard_normal((2, 4))
        total += np.mean(np.maximum(mean + spread * z, 0.0)) + mean * generator.normal(spread, mean) * state.rand()
    return total


def test_generators_made_in_the_function():
    check(draws_of_its_own, 0.5, 0.25)
