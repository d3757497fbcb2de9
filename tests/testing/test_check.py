"""``check_grads`` and its differences: wrong gradients of every kind are found, right ones near kinks and in noise pass."""

import math

import numpy as np
import pytest

import sct
from sct.testing import check
from sct.testing.differences import (
    complex_step,
    difference_and_error,
    nth_derivative,
    one_sided,
    stencil,
    taylor_order,
    taylor_remainders,
)

V = np.array([0.3, -1.2, 2.0])


# ------------------------------------------------------------------------------------------------------------ differences

@pytest.mark.parametrize("side", ["central", "forward", "backward"])
@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_stencils_are_exact_for_polynomials(side, order):
    for points in (order + 1, order + 2, order + 4, order + 5):
        if side == "central" and points % 2 == 0:
            continue
        offsets, weights = stencil(points, order, side)
        for power in range(points):
            expected = math.factorial(order) if power == order else 0.0
            assert weights @ offsets**power == pytest.approx(expected, abs=1e-6)


def test_known_stencils():
    assert stencil(3, 2)[1].tolist() == [1.0, -2.0, 1.0]
    np.testing.assert_allclose(stencil(5)[1], np.array([1, -8, 8, -1]) / 12)
    np.testing.assert_allclose(stencil(3, 1, "forward")[1], [-1.5, 2.0, -0.5])
    for wrong in ((4, 1, "central"), (3, 3, "forward"), (3, 1, "sideways"), (2, 0, "forward")):
        with pytest.raises(ValueError):
            stencil(*wrong)


@pytest.mark.parametrize("order, tolerance", [(1, 1e-11), (2, 1e-9), (3, 1e-8), (4, 1e-6)])
def test_derivatives_of_any_order(order, tolerance):
    value, error = nth_derivative(math.sin, 0.7, order)
    assert value == pytest.approx(math.sin(0.7 + order * math.pi / 2), abs=tolerance) and error < 100 * tolerance


def test_complex_step_is_exact_to_rounding():
    assert complex_step(lambda x: np.exp(x) / np.sin(x) ** 3, (1.5,)) == pytest.approx(
        math.exp(1.5) * (math.sin(1.5) - 3 * math.cos(1.5)) / math.sin(1.5) ** 4, rel=1e-14)
    assert complex_step(lambda v, k: np.sum(v**3) * k, (V, 2), 0, (1,)) == pytest.approx(6 * V[1] ** 2, rel=1e-15)
    with pytest.raises(TypeError):
        complex_step(lambda x: math.sin(x), (1.0,))


def test_slopes_on_two_sides():
    left, right = one_sided(lambda x: max(x, 0.0), (0.0,), 0, (), [1e-3, 1e-6])
    assert left.tolist() == [0.0, 0.0] and right.tolist() == [1.0, 1.0]


def test_taylor_remainders_tell_right_from_wrong():
    for derivatives, power in (((1.0,), 2.0), ((1.0, 1.0), 3.0), ((1.1,), 1.0), ((1.0, 1.5), 2.0)):
        assert taylor_order(taylor_remainders(lambda h: math.exp(h), *derivatives)) == pytest.approx(power, abs=0.1)


# ------------------------------------------------------------------------------------------------------ right ones pass

def branches(x):
    return x * x if x > 1.0 else 3.0 * x


def tree(p, scale):
    return {"sum": (p["w"] @ p["w"]) * p["b"][0], "scaled": [np.sin(p["w"]) * scale, 3]}


def loops(v, k):
    s = 0.0
    for x in v:
        s = math.tanh(s + k * x * x)
    return s


RIGHT = [
    (lambda x, y: x * x * y, (2.0, 3.0), 3), (lambda v: np.sum(v**4) * v[0], (V,), 3), (loops, (V, 0.7), 3),
    (lambda v: np.outer(v, v) * v, (V,), 3), (lambda v: np.cumsum(v * v), (V,), 2), (tree, ({"w": V, "b": (2.0, 3)}, 0.5), 1),
    (lambda p: p["a"] ** 3 * p["b"], ({"a": 2.0, "b": 3.0},), 2), (lambda x: x * x * x, (np.float64(2.0),), 3),
    (lambda v, n: np.sum(v[:n] ** 2), (V, 2), 3), (lambda v: np.sum(v * v), (V.astype(np.float32),), 2),
    (lambda v: np.sum(np.sin(v)) * np.float32(2), (V.astype(np.float32),), 1),
    (lambda v: np.sum(np.sin(v) ** 2), (np.ones(100),), 1), (lambda m, v: m @ v * v[0], (np.outer(V, V), V), 3),
    (lambda x: abs(x), (0.0,), 1), (lambda x: abs(x) + x * x, (1e-6,), 1), (lambda x: max(x, 0.0), (0.0,), 1),
    (lambda x: max(x, 0.0) * x, (1e-9,), 1), (lambda v: np.sum(np.maximum(v, 0.0)), (np.array([0.0, 1e-5, -1e-7]),), 1),
    (branches, (1.0000001,), 1), (lambda x: math.sin(300 * x), (0.1,), 2), (lambda x: x * 1e-9, (1e9,), 1),
    (lambda v: np.sum(np.copysign(v**2, v[::-1]) * v), (V,), 3),
    (lambda x: 1e12 + x * x, (1.0,), 1), (lambda x: np.sqrt(x), (1e-4,), 1), (lambda x: math.exp(x), (30.0,), 2),
]


@pytest.mark.parametrize("fun, args, order", RIGHT, ids=[str(k) for k in range(len(RIGHT))])
def test_right_derivatives_pass(fun, args, order):
    sct.check_grads(fun, args, order=order)


# -------------------------------------------------------------------------------------------------------- wrong ones fail

def wrong(monkeypatch, **replaced):
    """Let ``check_grads`` see other transforms."""
    monkeypatch.setattr(check, "public", lambda name: replaced.get(name, getattr(sct, name)))


def off_by(change):
    """``vjp`` with a mistake in what it gives back."""
    def vjp(fun, *args):
        out, pull_back = sct.vjp(fun, *args)
        return out, lambda bar: change(*pull_back(bar))

    return vjp


def square(v):
    return np.sum(v * v)


@pytest.mark.parametrize("change, message", [
    (lambda g: (g + np.array([0.0, 1e-2, 0.0]),),
     r"argument 0, element \[1\]: the gradient is -2.39, finite differences give -2\.[34].* \(1 of 3 elements differ\); "
     r"the Taylor remainder falls like h\*\*1.0, not h\*\*2"),
    (lambda g: (-g,), "3 of 3 elements differ"), (lambda g: (g * 1.00001,), "elements differ"),
    (lambda g: (g * np.nan,), "nan"), (lambda g: (np.zeros(3),), "finite differences give"),
    (lambda g: (g[:2],), r"has shape \(2,\), the argument \(3,\)"), (lambda g: (g.astype(np.float32),), "of type float32"),
])
def test_wrong_gradients_fail(monkeypatch, change, message):
    wrong(monkeypatch, vjp=off_by(change))
    with pytest.raises(AssertionError, match=message):
        sct.check_grads(square, (V,), modes=("rev",))


def test_wrong_slopes_at_kinks_fail(monkeypatch):
    for slope in (1.5, -1.5):
        wrong(monkeypatch, vjp=off_by(lambda g, slope=slope: (slope,)))
        with pytest.raises(AssertionError, match="argument 0: the gradient is"):
            sct.check_grads(lambda x: abs(x), (0.0,), modes=("rev",))
    for slope in (0.03, -1.0, 1.001):
        wrong(monkeypatch, vjp=off_by(lambda g, slope=slope: (slope,)))
        with pytest.raises(AssertionError):
            sct.check_grads(lambda x: abs(x) + x * x, (1e-2,), modes=("rev",))


def test_a_gradient_that_differs_when_asked_again_fails(monkeypatch):
    def vjp(fun, *args):
        out, pull_back = sct.vjp(fun, *args)
        calls = []
        return out, lambda bar: (calls.append(1), (pull_back(bar)[0] * len(calls),))[1]

    wrong(monkeypatch, vjp=vjp)
    with pytest.raises(AssertionError, match="when called again"):
        sct.check_grads(square, (V,))


def test_changed_arguments_fail(monkeypatch):
    def vjp(fun, p):
        out = sct.vjp(fun, p)
        p["list"].append(1)
        return out

    wrong(monkeypatch, vjp=vjp)
    with pytest.raises(AssertionError, match=r"the gradient changed argument 0\['list'\]"):
        sct.check_grads(lambda p: p["x"] * 2.0, ({"x": 1.0, "list": [2]},))


def test_another_value_fails(monkeypatch):
    wrong(monkeypatch, vjp=lambda fun, *args: (fun(*args) + 1e-15, sct.vjp(fun, *args)[1]))
    with pytest.raises(AssertionError, match="returns the value"):
        sct.check_grads(lambda x: x * x, (0.5,))


def test_wrong_forward_mode_fails(monkeypatch):
    def jvp(fun, args, tangents):
        out, change = sct.jvp(fun, args, tangents)
        return out, change * (1.0 + 1e-4)

    wrong(monkeypatch, jvp=jvp)
    with pytest.raises(AssertionError, match="the derivative by forward mode"):
        sct.check_grads(square, (V,))
    with pytest.raises(AssertionError, match="along random directions, element .*: the derivative by forward mode"):
        sct.check_grads(square, (np.linspace(-1.0, 1.0, 100),), modes=("fwd",))

    def slightly(fun, args, tangents):
        out, change = sct.jvp(fun, args, tangents)
        return out, change + 1e-8

    wrong(monkeypatch, jvp=slightly)
    with pytest.raises(AssertionError, match="reverse mode gives"):
        sct.check_grads(square, (V,))


def test_wrong_higher_orders_fail(monkeypatch):
    def quartic(v):
        return np.sum(v**4)

    def too_large(third_only):
        def hvp(fun, args, tangents):
            found = sct.hvp(fun, args, tangents)
            if fun is quartic:
                return found if third_only else found * 1.001
            return tuple(part * 1.001 for part in found)

        return hvp

    wrong(monkeypatch, hvp=too_large(third_only=False))
    with pytest.raises(AssertionError, match="the Hessian times a vector is .* differences of gradients give"):
        sct.check_grads(quartic, (V,), order=2)
    wrong(monkeypatch, hvp=too_large(third_only=True))
    sct.check_grads(quartic, (V,), order=2)
    with pytest.raises(AssertionError, match="the third derivative times two vectors is .* differences of Hessians give"):
        sct.check_grads(quartic, (V,), order=3)


def test_a_wrong_rule_is_found(monkeypatch):
    """A rule of the package itself with a sign that is wrong."""
    from sct.rules import registry

    entry = registry.lookup(np.cosh)
    right = registry.lookup(np.cos)
    assert entry is not None and right is not None
    monkeypatch.setattr(entry, "vjp", right.vjp)
    monkeypatch.setattr(entry, "jvp", right.jvp)
    with pytest.raises(AssertionError, match="argument 0, element"):
        sct.check_grads(lambda v: np.sum(np.cosh(v)), (V,))


def test_noise_does_not_hide_a_mistake(monkeypatch):
    """Differences of a noisy function are unsure; the complex step is not."""
    def noisy(v):
        return np.sum(v * v) + 1e9 - 1e9

    sct.check_grads(noisy, (V,))
    wrong(monkeypatch, vjp=off_by(lambda g: (g + 1e-3,)))
    with pytest.raises(AssertionError):
        sct.check_grads(noisy, (V,), modes=("rev",))


@pytest.mark.parametrize("call, message", [
    (lambda: sct.check_grads(square, (V,), order=4), "order 1, 2 and 3"),
    (lambda: sct.check_grads(square, (V,), modes=()), "modes"),
    (lambda: sct.check_grads(square, (np.arange(3),)), "no argument is a float"),
    (lambda: sct.check_grads(square, (V + 1j,)), "is complex"),
    (lambda: sct.check_grads(lambda p: p[0] * p[1], ((1.0, 2.0),), order=3), "numbers or arrays"),
])
def test_what_cannot_be_checked(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_tolerances_and_steps_can_be_chosen(monkeypatch):
    wrong(monkeypatch, vjp=off_by(lambda g: (g * 1.01,)))
    sct.check_grads(square, (V,), modes=("rev",), rtol=0.05)
    sct.check_grads(square, (V,), modes=("rev",), atol=0.1, rtol=0.0)
    monkeypatch.undo()
    sct.check_grads(square, (V,), eps=1e-3)
    assert difference_and_error(square, (V,), eps=1e-3)[0] == pytest.approx(2 * V)
