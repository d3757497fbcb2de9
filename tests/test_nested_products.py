"""``jvp``, ``vjp``, ``hvp`` and Jacobians inside of differentiated functions.

The oracles are closed forms, central differences of the function itself (which Python runs: the inner derivative then stands on
both sides, but the outer one does not) and autograd's derivatives of the same formula.
"""

import math
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import sct
from sct import grad, hessian, hvp, jacfwd, jacobian, jacrev, jvp, value_and_grad, vjp
from sct.errors import SctError
from tests.sampling import a_part

from .test_nested import agrees

X = np.array([0.7, 1.4, 2.1])
W = np.arange(12.0).reshape(3, 4) / 6


def powers(x: float) -> tuple[float, float]:
    """Both are ``3 x⁵``: the change of ``x y³`` at ``y = x`` along ``x²``, and its gradient times ``x²``."""
    cubic = lambda y: x * y ** 3
    return jvp(cubic, (x,), (x * x,))[1], vjp(cubic, x)[1](x * x)[0]


@pytest.mark.parametrize("k", [0, 1])
def test_orders_one_to_four_with_a_captured_variable(k: int) -> None:
    fn: Any = lambda x: powers(x)[k]
    for factor, power in ((15.0, 4), (60.0, 3), (180.0, 2), (360.0, 1)):
        fn = grad(fn)
        assert fn(1.3) == pytest.approx(factor * 1.3 ** power, rel=1e-12)


def test_all_outer_modes() -> None:
    x = np.array([0.5, 2.0])
    for k in (0, 1):
        fn = lambda x: jvp(lambda y: x * y ** 3, (x,), (x * x,))[1] if k == 0 else vjp(lambda y: x * y ** 3, x)[1](x * x)[0]
        want = np.diag(15 * x ** 4)
        np.testing.assert_allclose(jacrev(fn)(x), want, rtol=1e-12)
        np.testing.assert_allclose(jacfwd(fn)(x), want, rtol=1e-12)
        out, change = jvp(fn, (x,), (np.array([1.0, -1.0]),))
        np.testing.assert_allclose(out, 3 * x ** 5, rtol=1e-12)
        np.testing.assert_allclose(change, 15 * x ** 4 * [1, -1], rtol=1e-12)
        np.testing.assert_allclose(hvp(lambda x: fn(x).sum(), (x,), (x,)), 60 * x ** 4, rtol=1e-12)
        np.testing.assert_allclose(hessian(lambda x: fn(x).sum())(x), np.diag(60 * x ** 3), rtol=1e-12)


def test_several_pullbacks_by_two_primals() -> None:
    def f(x: float) -> float:
        (product, _), pull = vjp(lambda y, z: (x * y * z, y * y), x, 2.0)
        a, b = pull((1.0, x))  # 2x + 2x², x²
        c, d = pull(cotangent=(x, 0.0))  # 2x², x³
        return product * a + b * c + d  # 4x³ + 4x⁴ + 2x⁴ + x³

    assert f(1.2) == pytest.approx(5 * 1.2 ** 3 + 6 * 1.2 ** 4)
    assert grad(f)(1.2) == pytest.approx(15 * 1.2 ** 2 + 24 * 1.2 ** 3, rel=1e-12)


def test_against_autograd() -> None:
    autograd = pytest.importorskip("autograd")
    anp = autograd.numpy

    def inner(np_: Any, y: Any, x: Any) -> Any:
        return np_.sin(y * x) * np_.sum(y ** 2) + np_.tanh(y)[0] * x

    def theirs(x: Any) -> Any:
        pull, out = autograd.core.make_vjp(lambda y: inner(anp, y, x), x)
        change = autograd.make_jvp(lambda y: inner(anp, y, x))(x)(x * x)[1]
        return anp.sum(pull(x) * change * out)

    def ours(x: np.ndarray) -> float:
        out, pull = vjp(lambda y: inner(np, y, x), x)
        change = jvp(lambda y: inner(np, y, x), (x,), (x * x,))[1]
        total: float = np.sum(pull(x)[0] * change * out)
        return total

    np.testing.assert_allclose(grad(ours)(X), autograd.grad(theirs)(X), rtol=1e-10)
    np.testing.assert_allclose(hvp(ours, (X,), (X[::-1].copy(),)),
                               autograd.hessian_vector_product(theirs)(X, X[::-1].copy()), rtol=1e-9)


# -------------------------------------------------------------------------------------------------- programs inside and around


def recurrence(y: np.ndarray) -> np.ndarray:
    z = np.zeros(4)
    z[0] = y[0] * y[1]
    for i in range(1, 4):
        z[i] = z[i - 1] * y[1] + y[2]
    return z


def branching(y: np.ndarray, n: int) -> float:
    s = 0.0
    for i in range(n):
        s = s + np.sin(y * i).sum() * y[0] if y[0] > i else s * y[1]
    return s


def steps(x: np.ndarray) -> float:
    t = x * 1.0
    for i in range(3):
        out, pull = vjp(lambda u: np.sin(u) * x[i], t)
        t = t - 0.1 * pull(out)[0]
    return np.sum(t * t)


def unit_cotangents(x: np.ndarray) -> float:
    out, pull = vjp(recurrence, x)
    s = 0.0
    for i in range(4):
        e = np.zeros(4)
        e[i] = x[0]
        s = s + np.sum(pull(e)[0] * pull(out)[0])
    return s


def root(x: float) -> float:
    t = 1.0
    residual = lambda t: t ** 3 - x * t
    for _ in range(9):
        value, slope = jvp(residual, (t,), (1.0,))
        t = t - value / slope
    return t


def itself(y: float, n: int) -> float:
    return y if n == 0 else itself(math.sin(y) * y, n - 1)


class Spring:
    def __init__(self, stiffness: float) -> None:
        self.stiffness = stiffness

    def energy(self, x: float) -> float:
        return self.stiffness * x ** 4


SPRING = Spring(2.0)


def with_aux(x: np.ndarray) -> float:
    out, pull, total = vjp(lambda u: (u * u, u.sum()), x, has_aux=True)
    _, change, first = jvp(lambda u: (u * u, u.sum() * u[0]), (x,), (x * x,), has_aux=True)
    return np.sum(pull(out)[0] * total * change * first)


@pytest.mark.parametrize(("fn", "x"), a_part(2, [
    (lambda x: np.sum(jvp(recurrence, (x,), (x * x,))[1] * jvp(recurrence, (x,), (x,))[0]), X),
    (lambda x: np.sum(vjp(recurrence, x)[1](recurrence(x))[0] * x), X),
    (unit_cotangents, X),
    (steps, X),
    (root, 2.3),
    (lambda x: hvp(lambda y: branching(y, 4), (x,), (x * x,)).sum(), X),
    (lambda x: sum(a.sum() for a in hvp(lambda u, v: (u * v * v * u).sum(), (x, x * 2), (x, x * 3))), X),
    (lambda x: hvp(lambda u, v: (u * v * v * u).sum(), (x, x * 2), (None, x * 3)).sum(), X),
    (lambda x: jvp(lambda y: itself(y, 3), (x,), (x,))[1] * vjp(lambda y: itself(y, 3), x)[1](x)[0], 1.3),
    (lambda x: jvp(SPRING.energy, (x,), (x,))[1] * vjp(SPRING.energy, x)[1](x)[0], 1.3),
    (with_aux, X),
    (lambda x: jvp(lambda u, v, n: u * v ** n * x, (x, x * x, 3), (None, x, None))[1].sum(), X),
    (lambda x: jvp(lambda u: (u[0] * u[1], u[1]), ((x, x[0]),), ((x * x, x[1]),))[1][0].sum(), X),
    (lambda x: vjp(lambda u: (u[0] * u[1], u[1]), (x, x[0]))[1]((x, x[2]))[0][1], X),
    (lambda x: (vjp(lambda y: y ** 3, x)[1](x)[0] if x[0] > 0 else jvp(lambda y: y * x, (x,), (x,))[1]).sum(), X),
    (lambda x: jvp(lambda *xs: xs[0] * xs[1] ** 2, (x, x[0]), (x[1] * x, x[2]))[1].sum(), X),
]))
def test_programs(fn: Callable[..., Any], x: Any) -> None:
    agrees(fn, x)


@pytest.mark.parametrize("fn", a_part(2, [
    lambda x: jvp(grad(lambda y: (y ** 3 * x).sum()), (x,), (x,))[1].sum(),
    lambda x: jvp(lambda y: jvp(lambda z: z ** 4 * x, (y,), (x,))[1], (x,), (x,))[1].sum(),
    lambda x: jvp(lambda y: vjp(lambda z: z ** 4 * x, y)[1](y)[0], (x,), (x * x,))[1].sum(),
    lambda x: vjp(lambda y, x: vjp(lambda z: z ** 4 * x, y)[1](x)[0], x, x)[1](x)[0].sum(),
    lambda x: vjp(lambda y, x: jvp(lambda z: z ** 4 * x, (y,), (x,))[1], x, x)[1](x)[0].sum(),
    lambda x: vjp(grad(lambda y: (y ** 5).sum()), x)[1](x)[0].sum(),
    lambda x: grad(grad(lambda y: x[0] * y ** 3))(x[1]),
]))
def test_derivatives_of_derivatives_inside(fn: Callable[..., Any]) -> None:
    agrees(fn, X)


# ------------------------------------------------------------------------------------------ what changes after vjp was called


def test_primals_and_results_are_written_to_later() -> None:
    def f(x: np.ndarray) -> float:
        y = x * 1.0
        out, pull = vjp(lambda u: np.sin(u) * u[0], y)
        y[0] = 7.0
        y[1] = x[1] ** 2
        kept = out.copy()
        out[0] = 3.0
        return np.sum(pull(kept * y)[0])

    agrees(f, X)


def test_tangents_and_results_are_written_to_later() -> None:
    def f(x: np.ndarray) -> float:
        e = x * 2.0
        value, change = jvp(lambda u: u, (e,), (x,))
        value[0] = x[1]
        e[1] = x[2]
        change[0] = x[2]
        return np.sum(value * e * change * x)

    agrees(f, X)


def test_captured_variable_is_bound_anew() -> None:
    def f(x: np.ndarray) -> float:
        k = x[0]
        scaled = lambda u: u * u * k
        pull = vjp(scaled, x[1])[1]
        k = x[2]
        return pull(k)[0] * k

    agrees(f, X)  # 2 x₀ x₁ x₂²


def test_nothing_is_copied_where_nothing_is_written() -> None:
    def f(x: np.ndarray) -> float:
        out, pull = vjp(lambda y: np.sin(y) * x, x)
        return np.sum(pull(out)[0])

    derivative = grad(f)
    derivative(X)
    assert "copy" not in sct.source(derivative)


# --------------------------------------------------------------------------------------------------- Jacobians and Hessians


@pytest.mark.parametrize("jac", [jacrev, jacfwd, jacobian])
@pytest.mark.parametrize(("fn", "x"), [
    (lambda jac, x: np.sum(jac(lambda y: np.sin(y) * y[0] * x)(x) @ x), X),
    (lambda jac, x: np.sum(jac(lambda y: np.sin(y)[:, None] * y[0] * W)(x) * x) ** 2, X),
    (lambda jac, x: np.sum(jac(lambda y: np.sin(y) @ y.T)(W * x[:, None]) * x[0]), X),
    (lambda jac, x: np.sum(jac(lambda y: (y ** 3).sum())(x) * x) ** 2, X),
    (lambda jac, x: np.sum(jac(lambda y: np.sin(X * y))(x) * x) ** 2, 1.3),
    (lambda jac, x: jac(lambda y: y ** 3)(x) * x, 1.3),
    (lambda jac, x: np.sum(jac(lambda z, y, n: z * y ** n, argnums=1)(x, x * x, 2) * x), X),
    (lambda jac, x: np.sum(jac(lambda z, y: z * y ** 3, argnums=(0, 1))(x, x * x)[1] * x), X),
])
def test_jacobians(jac: Any, fn: Callable[..., Any], x: Any) -> None:
    agrees(lambda x: fn(jac, x), x)


MADE_BEFORE = hessian(lambda y: (y ** 3).sum() * y[0])


@pytest.mark.parametrize(("fn", "x"), [
    (lambda x: np.sum(hessian(lambda y: (y ** 3 * x).sum() * y[0])(x) @ x), X),
    (lambda x: hessian(lambda y: y ** 3 * x)(x) * x, 1.3),
    (lambda x: np.sum(hessian(lambda z, y: (y ** 3 * x * z).sum() * y[0], argnums=1)(x, x) @ x), X),
    (lambda x: np.sum(jacfwd(jacrev(lambda y: (y ** 3 * x).sum() * y[0]))(x) @ x), X),
    (lambda x: np.sum(MADE_BEFORE(x) @ x), X),
    (lambda x: np.sum(np.linalg.solve(jacrev(lambda y: np.sin(y) * y[0] + y)(x), x)), X),
])
def test_hessians_and_solves(fn: Callable[..., Any], x: Any) -> None:
    agrees(fn, x)


def test_jacobians_of_jacobians() -> None:
    f = lambda y: (y ** 3).sum() * y[0]
    want = np.diag(6 * X * X[0]) + 0.0
    want[0] += 3 * X ** 2
    want[:, 0] += 3 * X ** 2
    for outer in (jacrev, jacfwd):
        for inner in (jacrev, jacfwd, grad):
            np.testing.assert_allclose(outer(inner(f))(X), want, rtol=1e-12)


# ------------------------------------------------------------------------------------------------------------- refusals


def writer(a: np.ndarray) -> np.ndarray:
    a[0] = a[0] * a[1]
    return a * a


def doubled(g: np.ndarray) -> np.ndarray:
    return g * np.sqrt((g * g).sum())


@pytest.mark.parametrize(("fn", "message"), [
    (lambda x: vjp(np.sin, x)[1], "cannot be a value at run time"),
    (lambda x: vjp(writer, x)[1](x)[0].sum(), "belongs to the caller"),
    (lambda x: jvp(writer, (x,), (x,))[1].sum(), "belongs to the caller"),
    (lambda x: jvp(np.sin, (x,), (1.0,))[1].sum(), "a tangent is float"),
    (lambda x: jvp(np.sin, (x,), (x, x))[1].sum(), "tuples of one length"),
    (lambda x: vjp(lambda y: (y, y), x)[1](x)[0].sum(), "structure"),
    (lambda x: vjp(lambda y: (y, y), x)[1]((x, None))[0].sum(), "is None"),
    (lambda x: vjp(lambda y: y * x, 3)[1](x)[0], "none of the primals"),
    (lambda x: vjp(lambda y: [y, y], x)[1]([x, x])[0].sum(), "tuple of them"),
    (lambda x: jvp(lambda y: (y * (1 + 1j)) ** 2, (x,), (x,))[1].real.sum(), "complex"),
    (lambda x: hvp(lambda y: y.sum(), (x,), (None,)).sum(), "no primal has a tangent"),
    (lambda x: jacrev(lambda y: (y, y))(x)[0].sum(), "several values"),
    (lambda x: jacrev(lambda y: y, has_aux=True)(x)[0].sum(), "has_aux"),
    (lambda x: jacrev(lambda y: y)(y=x).sum(), "by position"),
    (lambda x: (grad(lambda y: (sct.on_gradient(y, doubled) ** 3).sum())(x) * W[:, 1]).sum(), "on_gradient"),
    (lambda x: (vjp(lambda y: sct.on_gradient(y, doubled) ** 3, x)[1](x)[0] * W[:, 1]).sum(), "on_gradient"),
])
def test_refusals(fn: Callable[..., Any], message: str) -> None:
    with pytest.raises(SctError, match=message) as caught:
        grad(fn)(X)
    assert caught.value.obstacles[0].loc.line > 0


def test_a_shape_that_only_run_time_knows_is_refused_there() -> None:
    for fn in (lambda x: jvp(lambda y: y * 2.0, (x,), (x[:1],))[1].sum(), lambda x: vjp(lambda y: y * x, x)[1](x[:1])[0].sum()):
        with pytest.raises(ValueError, match="another shape"):
            grad(fn)(X)


def test_printing_function_is_not_pulled_back(capsys: pytest.CaptureFixture[str]) -> None:
    def noisy(y: float) -> float:
        print("once")
        return y * y

    assert value_and_grad(lambda x: jvp(noisy, (2.0,), (1.0,))[1] * x)(3.0) == (12.0, 4.0)
    assert capsys.readouterr().out == "once\n"
    for fn in (lambda x: vjp(noisy, 2.0)[1](1.0)[0] * x, lambda x: jvp(noisy, (x,), (x,))[1]):
        with pytest.raises(SctError, match="prints"):
            grad(fn)(3.0)
    assert capsys.readouterr().out == ""


# --------------------------------------------------------------------------------------------------------------- threads


def running(x: np.ndarray, n: int) -> np.ndarray:
    s = x * 1.0
    history = np.zeros((n, x.size))
    for i in range(n):
        s = np.sin(s) * x + 0.5 * s
        history[i] = s * s
    return history


def test_one_pullback_in_many_threads() -> None:
    """Saved values are not used up: each result is what one thread alone gets, for cotangents of its own."""
    _, pull = vjp(lambda x: running(x, 40), X)
    cotangents = [np.cos(np.arange(120.0) * k).reshape(40, 3) for k in range(8)]
    alone = [pull(c)[0] for c in cotangents]
    start = threading.Barrier(8)

    def work(k: int) -> list[np.ndarray]:
        start.wait()
        return [pull(cotangents[k])[0] for _ in range(30)]

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(work, range(8)))
    finally:
        sys.setswitchinterval(interval)
    for results, want in zip(found, alone, strict=True):
        assert all(np.array_equal(result, want) for result in results)
    direction = np.array([0.3, -0.2, 0.5])
    change = (running(X + 1e-6 * direction, 40) - running(X - 1e-6 * direction, 40)) / 2e-6
    np.testing.assert_allclose(alone[3] @ direction, np.sum(change * cotangents[3]), rtol=1e-5)
