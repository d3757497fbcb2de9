"""Gradients taken inside differentiated functions, and gradients of gradients.

The oracles are closed forms, and central differences of functions that contain gradients (the inner gradient then stands on
both sides, but the outer derivative does not).
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sct import grad, hvp, value_and_grad
from sct.errors import SctError
from sct.testing.differences import finite_difference


def agrees(fn: Callable[..., Any], x: Any, *rest: Any) -> None:
    """The gradient is that of central differences, and the arguments stay as they are."""
    before = np.copy(x)
    found = grad(fn)(x, *rest)
    assert type(found) is type(x) and np.shape(found) == np.shape(x)
    assert np.array_equal(x, before)
    np.testing.assert_allclose(found, finite_difference(fn, (x, *rest)), rtol=1e-5, atol=1e-6)


# ------------------------------------------------------------------------------------------------ closed forms and orders


def test_closure_over_the_outer_variable() -> None:
    def f(x: float) -> float:
        slope: float = grad(lambda y: x * y * y)(1.0)
        return slope * x  # 2 x x

    assert f(3.0) == 18.0
    assert grad(f)(3.0) == 12.0
    assert value_and_grad(f)(3.0) == (18.0, 12.0)


def damped(x: float) -> float:
    return math.sin(x) * x


@pytest.mark.parametrize("x", [0.7, -2.0])
def test_orders_one_to_four(x: float) -> None:
    s, c = math.sin(x), math.cos(x)
    expected = [s + x * c, 2 * c - x * s, -3 * s - x * c, -4 * c + x * s]
    fn: Any = damped
    for want in expected:
        fn = grad(fn)
        assert fn(x) == pytest.approx(want, rel=1e-13)


def test_other_arguments_by_name_and_value() -> None:
    def area(a: float, b: float) -> float:
        return a * a * b

    def f(x: float) -> float:
        value, (by_a, by_b) = value_and_grad(area, argnums=(0, "b"))(x, b=3.0)
        return value * by_a + by_b  # 3x² · 6x + x²

    assert grad(f)(2.0) == pytest.approx(54.0 * 4.0 + 4.0)


def test_auxiliary_result() -> None:
    def f(x: float) -> float:
        slope, aux = grad(lambda a: (a * a * x, "kept"), has_aux=True)(x)
        return slope * len(aux)  # 2x² · 4

    assert grad(f)(2.0) == 32.0


class Spring:
    def __init__(self, stiffness: float) -> None:
        self.stiffness = stiffness

    @grad
    def force(self, x: float) -> float:
        return self.stiffness * x ** 3


def test_method() -> None:
    assert grad(Spring(2.0).force)(1.5) == 18.0


# --------------------------------------------------------------------------------------------- programs inside and around


def branching(y: float, n: int) -> float:
    s = 0.0
    for i in range(n):
        s = s + math.sin(y * i) * y if y > i else s * y
    return s


d_branching = grad(branching)


def test_loop_inside() -> None:
    agrees(lambda x: d_branching(x, 4) ** 2, 1.3)


def test_loop_around() -> None:
    def f(x: float) -> float:
        s = 0.0
        for k in range(3):
            s += d_branching(x * k, 4) * x
        return s

    agrees(f, 1.1)


def test_newton_with_a_gradient_in_the_loop() -> None:
    def root(x: float) -> float:
        t = 1.0
        residual = lambda t: t ** 3 - x * t
        for _ in range(9):
            t = t - residual(t) / grad(residual)(t)
        return t

    assert grad(root)(2.3) == pytest.approx(0.5 / math.sqrt(2.3), rel=1e-9)
    agrees(root, 2.3)


def test_three_levels_with_captured_variables() -> None:
    def f(x: float) -> float:
        def inner(y: float) -> float:
            slope: float = grad(lambda z: x * y * z ** 3)(y)
            return slope  # 3 x y³

        slope: float = grad(inner)(2.0 * x)
        return slope  # 9 x (2x)²

    assert grad(f)(1.2) == pytest.approx(108.0 * 1.44)


def climbing(w: np.ndarray) -> float:
    s = 0.0
    for i in range(len(w)):
        t = w[i]
        while t < 2.0:
            t = t * t + 0.5
        s += t * w[i - 1]
    return s


def repeated(x: float, n: int) -> float:
    return x if n == 0 else math.sin(repeated(x, n - 1)) * x


def helper(a: float, b: float) -> float:
    s = 0.0
    for k in range(3):
        s += a * b ** k
    return s


def calling(a: float) -> float:
    return helper(a, a * 2.0) * helper(a * a, 1.5)


def test_saved_values_recursion_and_callees() -> None:
    agrees(lambda w: np.sum(grad(climbing)(w) ** 2), np.array([0.3, 0.7, 1.1]))
    agrees(lambda x: grad(repeated)(x, 4), 0.8)
    agrees(grad(calling), 0.7)


def mixture(v: np.ndarray) -> float:
    smooth = np.sum(np.where(v > 0.5, np.sqrt(v), v ** 2)) + np.sum(np.maximum(v, 0.4) ** 3)
    return smooth + abs(v[0]) + np.sum(v / (1 + v)) + np.sum(v ** v[1])


def reductions(v: np.ndarray) -> float:
    return np.prod(v) + np.max(v) * np.linalg.norm(v) + np.std(v)


def of_lists(v: np.ndarray) -> float:
    squares = [x * x for x in v]
    return squares[0] * squares[1] + max(squares) + sum(a * a * a for a in v)


def of_matrices(m: np.ndarray) -> float:
    return np.linalg.det(m) + np.linalg.slogdet(m)[1] + np.sum(np.linalg.inv(m))


@pytest.mark.parametrize("fn", [mixture, reductions, of_lists])
def test_vectors(fn: Callable[..., Any]) -> None:
    agrees(lambda v: np.sum(grad(fn)(v) * v), np.array([0.3, 0.9, 0.6]))


def test_matrices() -> None:
    agrees(lambda v: np.sum(grad(of_matrices)(np.outer(v, v) + 2 * np.eye(3))), np.array([0.3, 0.9, 0.6]))


def test_value_and_gradient_by_an_array_together() -> None:
    def loss(w: np.ndarray, x: np.ndarray) -> float:
        return np.sum(np.tanh(x @ w) ** 2) + w[0] * w[1]

    def f(w: np.ndarray, x: np.ndarray) -> float:
        value, slope = value_and_grad(loss)(w, x)
        return value + slope @ slope

    agrees(f, np.array([0.3, 0.7]), np.arange(6.0).reshape(3, 2) / 5)


# ----------------------------------------------------------------------------------------------- literals have no tangent


@pytest.mark.parametrize("fn", [
    lambda x: np.sum(np.array([0.54, x, x * x * x])[:-1] * 2.0) * x,
    lambda x: np.sum(np.linspace(0.25, x, 4) ** 3),
    lambda x: np.sum(np.where(np.arange(3) > 1, x * x, 5.0) * x),
    lambda x: np.sum(np.stack([np.ones(2), x * x * np.ones(2)]) * x),
    lambda x: np.sum(np.pad(x * np.ones(2), 1, constant_values=3.0) * x),
    lambda x: sum([x * x, 4.0, x] + [2.0]) * x,
    lambda x: np.sum(np.full(3, x) * np.array([1.0, x, 2.0])) + max(1.0, x) * x,
])
def test_literals_beside_variables(fn: Callable[..., Any]) -> None:
    agrees(grad(fn), 1.7)


@pytest.mark.parametrize("fn", [
    lambda x: np.sum((np.arange(3.0) - x)[1:] ** 3),
    lambda x: np.max(np.arange(3.0) + x) ** 3,
    lambda x: np.sum(np.cumsum(np.ones((2, 3)) * x * x, axis=1)[:, 1:] * x),
])
def test_numbers_spread_over_arrays(fn: Callable[..., Any]) -> None:
    agrees(grad(fn), 1.7)


# ------------------------------------------------------------------------------------------------------------- refusals


def test_printing_function_runs_once_and_is_not_differentiated_twice(capsys: pytest.CaptureFixture[str]) -> None:
    def noisy(y: float) -> float:
        print("once")
        return y * y

    assert grad(lambda x: grad(noisy)(2.0) * x)(3.0) == 4.0
    assert capsys.readouterr().out == "once\n"
    with pytest.raises(SctError, match="prints or draws random numbers"):
        grad(lambda x: grad(noisy)(x) * x)(3.0)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("fn", "message"), [
    (lambda x: grad(lambda y: y)(3) * x, "argument that is int"),
    (lambda x: grad(lambda y: y, argnums=1)(x) * x, "argnums"),
    (lambda x: grad(lambda v: v * 2.0)(np.ones(2) * x)[0], "needs one number"),
    (lambda x: grad(lambda y: y)(*[]) * x, "misses the argument"),
])
def test_bad_use_inside_names_the_line(fn: Callable[..., Any], message: str) -> None:
    with pytest.raises(SctError, match=message) as caught:
        grad(fn)(2.0)
    assert caught.value.obstacles[0].loc.line > 0


def gradient_of_itself(x: float, n: int) -> float:
    return x if n == 0 else grad(gradient_of_itself)(x, n - 1)


def test_gradient_of_itself() -> None:
    with pytest.raises(SctError, match="takes the gradient of itself"):
        grad(gradient_of_itself)(3.0, 2)


# ------------------------------------------------------------------------------------------------------------ the text


def test_second_derivative_is_forward_over_reverse() -> None:
    second = grad(grad(damped))
    second(0.7)
    assert "damped_grad_dot" in second.source
    assert "x_bar_dot" in second.source
    compile(second.source, "<text>", "exec")


def _returned_out_of_a_loop(x: Any, v: Any) -> Any:
    for scale in (0.5, 2.0):
        if x > scale:
            out = [x]
            for _ in range(2):
                out.append(np.cos(v @ v))
            last = ([0.5] + out)[1]
            return last / sum([v.sum() for _ in v])
    return x * v.sum()


@pytest.mark.parametrize("x", [0.2, 0.7, 3.0])
def test_product_with_the_hessian_where_a_list_is_not_made(x: float) -> None:
    v, by = np.array([0.3, -1.2, 0.4]), np.array([1.0, 2.0, -0.5])
    gradient = grad(_returned_out_of_a_loop, argnums=1)
    differences = (gradient(x, v + 1e-6 * by) - gradient(x, v - 1e-6 * by)) / 2e-6
    assert np.allclose(hvp(_returned_out_of_a_loop, (x, v), (None, by)), differences, rtol=1e-6, atol=1e-7)
