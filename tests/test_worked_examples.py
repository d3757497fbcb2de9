"""Worked examples from courses on automatic differentiation, each with its published derivative."""

import math
import random

import numpy as np
import pytest

import sct


def polynomial(x):
    return x**2 + 4 * x + 3


def composition(x):
    return math.sin((x + 2) + (1 + math.exp(x**2)))


def composition_numpy(x):
    return np.sin((x + 2) + (1 + np.exp(x**2)))


def through_a_variable(x):
    y = x**2
    z = 2 * y + 3
    return z


def plane(a, b, c):
    return 2 * a + 3 * b + 4 * c


def total(A):
    return np.sum(A)


def quadratic_form(x):
    return x @ np.array([[1.0, 2.0], [2.0, 1.0]]) @ x


def rational(x, y):
    return x**2 * y + 1 / (x**2 + y**2 + 1)


def two_paths(u, v):
    x = u + v
    y = u - v
    z = x * y
    return z


def twice_square_norm(x):
    return 2 * np.dot(x, x)


def squared_errors(pred, y):
    err = 0
    for i in range(len(y)):
        err += (y[i] - pred[i]) ** 2
    return err


def surface(x, y):
    return x**2 + x * y


def slopes(x, y):
    return 2 * x + 4 * y


def square(x):
    return x**2 + 2 * x + 1


def sum_of_squares(x):
    return sum(v**2 for v in x)


def sum_of_squares_numpy(x):
    return (x**2).sum()


def parabola(x):
    return 3 * x**2


def wengert(x):
    v1 = x
    v2 = 1 + v1
    v3 = v1 * v1
    v4 = 2 * v3
    v5 = v2 / v4
    return v5


def product(x, y):
    return x * (x + y)


def wave(x):
    return np.sin(x.sum() + 2)


def regression(coef, x=(1, 2, 3), y=(2, 4, 6)):
    error = 0
    for i in range(len(x)):
        pred = coef * x[i]
        error += (y[i] - pred) ** 2
    return error


def regression_arrays(coef):
    x, y = np.array([1, 2, 3]), np.array([2, 4, 6])
    return np.sum((y - coef * x) ** 2)


def bowl(x):
    return x**2 + math.exp(-x)


def valley(x):
    return -math.log(1 / (1 + math.exp(-x)) + 1) / (x**2 + 1)


def elementary(x):
    return (math.log(x**2) * math.sin(x)) + 1 / x


THREE = np.array([1.0, 2.0, 3.0])
EXPECTED = [
    (polynomial, (2.0,), 8.0),
    (composition, (2.0,), -218.46255913),
    (composition_numpy, (2.0,), -218.46255913),
    (through_a_variable, (2.0,), 8.0),
    (plane, (1.0, 5.0, -2.0), (2.0, 3.0, 4.0)),
    (total, (np.arange(6.0).reshape(2, 3),), np.ones((2, 3))),
    (quadratic_form, (np.array([1.0, 2.0]),), np.array([10.0, 8.0])),
    (rational, (0.5, -0.5), (-17 / 18, 25 / 36)),
    (two_paths, (3.0, 2.0), (6.0, -4.0)),
    (twice_square_norm, (np.arange(4.0),), 4 * np.arange(4.0)),
    (surface, (1.0, 2.0), (4.0, 1.0)),
    (slopes, (1.0, 2.0), (2.0, 4.0)),
    (square, (3.0,), 8.0),
    (sum_of_squares, (THREE,), np.array([2.0, 4.0, 6.0])),
    (sum_of_squares_numpy, (THREE,), np.array([2.0, 4.0, 6.0])),
    (parabola, (1.0,), 6.0),
    (wengert, (2.0,), -0.25),
    (product, (3.0, 2.0), (8.0, 3.0)),
    (wave, (np.array([1.0, 2.0]),), np.full(2, math.cos(5.0))),
    (regression, (1.0,), -28.0),
    (regression_arrays, (1.0,), -28.0),
    (bowl, (0.351734,), 0.0),
    (valley, (0.190009,), 0.0),
    (elementary, (2.0,), math.sin(2.0) + math.log(4.0) * math.cos(2.0) - 0.25),
]


@pytest.mark.parametrize(("fun", "args", "expected"), EXPECTED, ids=lambda value: getattr(value, "__name__", ""))
def test_value_in_the_text(fun, args, expected):
    gradient = sct.grad(fun, tuple(range(len(expected))) if isinstance(expected, tuple) else 0)(*args)
    np.testing.assert_allclose(gradient, expected, rtol=1e-10, atol=2e-6 if fun in (bowl, valley) else 1e-14)
    assert type(gradient) is type(expected)


@pytest.mark.parametrize(("fun", "args", "expected"), EXPECTED, ids=lambda value: getattr(value, "__name__", ""))
def test_value_and_type_of_the_result(fun, args, expected):
    value, _ = sct.value_and_grad(fun)(*args)
    assert value == fun(*args) and type(value) is type(fun(*args))


def doubling(a):
    b = 2 * a
    while np.linalg.norm(b) < 1000:
        b = 2 * b
    return b if np.sum(b) > 0 else 100 * b


def total_of_doubling(a):
    return np.sum(doubling(a))


@pytest.mark.parametrize("a", [0.37, -0.37, 2000.0, -3.5])
def test_doubling_until_large_scalar(a):
    assert sct.grad(doubling)(a) == pytest.approx(doubling(a) / a, rel=1e-14)


@pytest.mark.parametrize("shape", [(4,), (2, 3), (1, 1)])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_doubling_until_large_array(shape, sign):
    a = sign * np.random.default_rng(1).uniform(0.1, 2.0, shape)
    np.testing.assert_allclose(sct.grad(total_of_doubling)(a), doubling(a) / a, rtol=1e-14)


def test_element_loop_over_squared_errors():
    pred, y = np.array([1.0, 2.0, 4.0]), np.array([1.5, 1.0, 4.0])
    np.testing.assert_array_equal(sct.grad(squared_errors)(pred, y), -2 * (y - pred))


def random_branch(x, y):
    return x + y if random.random() < 0.5 else x - y


def test_random_branch_is_drawn_once():
    gradient, drawn = sct.grad(random_branch, (0, 1)), set()
    for seed in range(20):
        random.seed(seed)
        slope = gradient(1.0, 2.0)
        after = random.random()
        random.seed(seed)
        expected = (1.0, 1.0) if random.random() < 0.5 else (1.0, -1.0)
        assert slope == expected and after == random.random()
        drawn.add(slope)
    assert len(drawn) == 2


@pytest.mark.parametrize(("fun", "start", "rate", "steps", "x", "value"), [
    (bowl, 0.0, 0.2, 100, 0.351734, None),
    (valley, 1.0, 0.5, 300, 0.190009, -0.421338),
])
def test_gradient_descent_finds_the_minimum(fun, start, rate, steps, x, value):
    slope, here = sct.grad(fun), start
    for _ in range(steps):
        here -= rate * slope(here)
    assert here == pytest.approx(x, abs=1e-6)
    assert value is None or fun(here) == pytest.approx(value, abs=1e-6)


def frozen_factor(x):
    u = sct.stop_gradient(x * x)
    z = u * x
    return z


def test_stop_gradient_is_a_constant():
    assert sct.grad(frozen_factor)(3.0) == 9.0
    x = np.array([1.0, -2.0])
    np.testing.assert_array_equal(sct.grad(lambda x: np.sum(frozen_factor(x)))(x), x * x)


def test_nothing_flows_through_stop_gradient_alone():
    assert sct.grad(lambda x: sct.stop_gradient(x) ** 2)(3.0) == 0.0


def times_itself(x):
    return x * x + 3


def eighth_power(x):
    x2 = x * x
    x4 = x2 * x2
    return x4 * x4


def sixty_fourth_power(x):
    x2 = x * x
    x4 = x2 * x2
    x8 = x4 * x4
    x16 = x8 * x8
    x32 = x16 * x16
    return x32 * x32


def _statements(fun):
    lines = (line.strip() for line in sct.source(fun, 1.5).splitlines())
    return [line for line in lines if line and not line.startswith(("#", '"""'))]


def test_simplified_as_by_hand():
    assert _statements(times_itself)[1:] in (["return 2.0 * x"], ["x_bar = 2.0 * x", "return x_bar"])


def test_no_expression_swell():
    assert sct.grad(eighth_power)(1.5) == pytest.approx(8 * 1.5**7, rel=1e-14)
    assert sct.grad(sixty_fourth_power)(1.5) == pytest.approx(64 * 1.5**63, rel=1e-14)
    per_square = (len(_statements(sixty_fourth_power)) - len(_statements(eighth_power))) / 3
    assert per_square <= 3
