"""Outer products that are added up behind the loop: where, and that gradients stay what differences say."""

import numpy as np
import pytest

import sct
from sct.ir.parsing import from_text
from sct.ir.printing import to_text
from sct.passes import collect, pipeline

from .listings import listing

RNG = np.random.default_rng(5)
W, U, B = RNG.normal(size=(3, 2)), 0.4 * RNG.normal(size=(3, 3)), RNG.normal(size=3)
XS = RNG.normal(size=(6, 2))
WEIGHTS = (0, 1, 2)


def recurrent(w, u, b, xs):
    h = np.zeros(len(b))
    loss = 0.0
    for t in range(len(xs)):
        h = np.tanh(w @ xs[t] + u @ h + b)
        loss += np.sum(h * h)
    return loss


def each_item(w, u, b, xs):
    h = np.zeros(len(b))
    for x in xs:
        h = np.tanh(w @ x + u @ h + b)
    return h[0] * h[1]


def some_rounds(w, u, b, xs):
    h = np.ones(len(b))
    for x in xs:
        if x[0] > 0.0:
            h = np.tanh(w @ x + u @ h + b)
        else:
            h = h * np.sin(u @ h)
    return np.sum(h)


def until_large(w, u, b, xs):
    h = np.zeros(len(b))
    k = 0
    while np.sum(h * h) < 1.2 and k < 6:
        h = np.tanh(w @ xs[k] + u @ h + b)
        k += 1
    return h[0] - h[1] * h[2]


def one_in_another(w, u, b, xs):
    total = 0.0
    for x in xs:
        h = np.zeros(len(b))
        for _ in range(3):
            h = np.tanh(w @ x + u @ h + b)
        total += h[0] * h[1]
    return total


def written_afterwards(w, u, b, xs):
    h = np.ones(len(b))
    total = 0.0
    for x in xs:
        z = w @ x
        h = np.tanh(u @ h + z)
        z[0] = 2.0
        h[1] = z[1] * h[2]
        total += np.sum(h * z)
    return total + b[0]


def decaying(w, u, b, xs):
    h = np.ones(len(b))
    for x in xs:
        h = np.tanh(w @ x + u @ h + b)
        u = 0.9 * u
    return np.sum(h)


def with_the_weight(w, u, b, xs):
    h = np.ones(len(b))
    for x in xs:
        h = np.tanh(w @ x + u @ h + b) + u[0]
    return np.sum(h)


def linear(w, u, b, xs):
    total = 0.0
    for x in xs:
        total += np.sum(w @ x)
    return total + np.sum(u @ b)


def elements_of_products(w, u, b, xs):
    total = 0.0
    for x in xs:
        total += (w @ x)[0] * b[0]
    return total


def by_rows(w, u, b, xs):
    h = b * 1.0
    for x in xs:
        h = np.tanh(h @ u + x @ w.T)
    return np.sum(h * h)


PROGRAMS = [recurrent, each_item, some_rounds, until_large, one_in_another, written_afterwards, decaying, with_the_weight,
            linear, by_rows, elements_of_products]


def slope(f, args, directions, step=1e-3):
    """The derivative in a direction by a stencil of six points."""
    def at(t):
        return f(*(a + t * d for a, d in zip(args, directions, strict=True)), XS)
    pairs = [(k * step, at(k * step) - at(-k * step)) for k in (1, 2, 3)]
    return (45.0 * pairs[0][1] - 9.0 * pairs[1][1] + pairs[2][1]) / (60.0 * step)


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_gradients_are_right(f):
    value, bars = sct.value_and_grad(f, WEIGHTS)(W, U, B, XS)
    assert value == f(W, U, B, XS)
    directions = [RNG.normal(size=a.shape) for a in (W, U, B)]
    expected = slope(f, (W, U, B), directions)
    assert sum(np.sum(bar * d) for bar, d in zip(bars, directions, strict=True)) == pytest.approx(expected, rel=1e-9, abs=1e-10)


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_only_the_order_of_sums_differs(f):
    bars = sct.grad(f, WEIGHTS)(W, U, B, XS)
    with pipeline.without("collect_outer_products"):
        others = sct.grad(f, WEIGHTS)(W, U, B, XS)
    for bar, other in zip(bars, others, strict=True):
        np.testing.assert_allclose(bar, other, rtol=1e-13, atol=1e-14)


def test_factors_are_collected_and_multiplied_once():
    text = sct.source(sct.grad(recurrent, WEIGHTS), W, U, B, XS)
    assert "outer" not in text
    assert text.count(".append(xs[t])") == 1
    assert [line.split(" = ")[-1] for line in text.splitlines() if "@ np.array" in line] == [
        "    u_bar += transpose @ np.array(hs)", "    w_bar += transpose @ np.array(xs_rows)"]


@pytest.mark.parametrize(("f", "left"), [(recurrent, 0), (each_item, 0), (until_large, 0), (some_rounds, 3), (decaying, 2),
                                         (with_the_weight, 1), (linear, 1)])
def test_where_products_are_left_in_the_loop(f, left):
    """Under branches, for what the loop reads or hands on, and where no array is given up in exchange."""
    assert sct.source(sct.grad(f, WEIGHTS), W, U, B, XS).count("np.outer(") == left


@pytest.mark.parametrize("f", [recurrent, each_item])
def test_no_round(f):
    bars = sct.grad(lambda w, u, b, xs: f(w, u, b, xs) + np.sum(w), WEIGHTS)(W, U, B, XS[:0])
    np.testing.assert_array_equal(bars[0], np.ones_like(W))
    np.testing.assert_array_equal(bars[1], np.zeros_like(U))


def test_widths_of_one():
    w, u, b = W[:1], U[:1, :1], B[:1]
    value, (w_bar, u_bar, _) = sct.value_and_grad(recurrent, WEIGHTS)(w, u, b, XS)
    assert w_bar.shape == w.shape
    assert u_bar.shape == u.shape
    plus, minus = recurrent(w, u + 1e-6, b, XS), recurrent(w, u - 1e-6, b, XS)
    assert u_bar[0, 0] == pytest.approx((plus - minus) / 2e-6, rel=1e-8)


def test_second_derivatives():
    direction = RNG.normal(size=U.shape)
    product = sct.hvp(lambda u: recurrent(W, u, B, XS), (U,), (direction,))
    gradient = sct.grad(lambda u: recurrent(W, u, B, XS))
    expected = (gradient(U + 1e-5 * direction) - gradient(U - 1e-5 * direction)) / 2e-5
    np.testing.assert_allclose(product, expected, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(("old", "new"), [
    ("%h: float64[:] = pop %hs", "%h: float64[:] = np.cos(%z_bar.1) {adjoint}"),           # nothing is given up
    ("continue %z_bar.2", "fill %z_bar.2\n    continue %z_bar.2"),                         # overwritten afterwards
    ("continue %z_bar.2", "%s: np.float64 = np.sum(%W_bar) {adjoint}\n    continue %z_bar.2"),  # read meanwhile
    ("%W_bar: float64[:, :] = np.zeros_like(%W) {effect='fresh', adjoint}", "%W_bar: float64[:, :] = %W[:] {effect='reads'}"),
])
def test_what_keeps_a_product_in_the_loop(old, new):
    before = listing(collect, "Before")
    assert old in before
    fn = from_text(before.replace(old, new))
    text = to_text(fn)
    assert collect.collect_outer_products(fn) == 0
    assert to_text(fn) == text


def test_single_precision_is_left_alone():
    """Its sums differ more than anyone expects of another order."""
    args = tuple(a.astype(np.float32) for a in (W, U, B, XS))
    assert "outer" in sct.source(sct.grad(recurrent, WEIGHTS), *args)
