"""Element types: float32 stays float32 in mixed programs, complex numbers on the way from real to real are right or refused.

Each gradient is compared with central differences of the same function on float64 copies of its arguments.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sct
from sct import grad, value_and_grad
from sct.errors import SctError
from sct.trees import leaves, with_leaves

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 3))
X32 = X.astype(np.float32)
W32 = RNG.normal(size=3).astype(np.float32)
S32, S64 = np.float32(0.7), np.float64(1.3)
POINTS = np.array([0.3, 0.7])


def wide(a: Any) -> Any:
    """The argument with double precision."""
    if isinstance(a, np.ndarray):
        return a.astype(np.float64)
    return float(a) if isinstance(a, np.floating | float) else a


def differences(f: Callable[..., Any], args: tuple[Any, ...], k: int, h: float = 1e-6) -> Any:
    """The derivative with respect to argument ``k`` by central differences in float64."""
    fixed = [wide(a) for a in args]

    def at(a: Any) -> float:
        return float(f(*fixed[:k], a, *fixed[k + 1:]))

    if not isinstance(fixed[k], np.ndarray):
        return (at(fixed[k] + h) - at(fixed[k] - h)) / (2 * h)
    found = np.zeros(fixed[k].shape)
    for place in np.ndindex(*found.shape):
        step = np.zeros(found.shape)
        step[place] = h
        found[place] = (at(fixed[k] + step) - at(fixed[k] - step)) / (2 * h)
    return found


def kind_of(a: Any) -> tuple[Any, ...]:
    return (type(a), a.dtype, a.shape) if isinstance(a, np.ndarray) else (type(a),)


def check(f: Callable[..., Any], *args: Any) -> None:
    """Every gradient has the type of its argument and the value that differences give; the value is the function's own."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value, gradients = value_and_grad(f, tuple(range(len(args))))(*args)
    expected = f(*args)
    assert value == expected and type(value) is type(expected)
    for k, gradient in enumerate(gradients):
        single = any(getattr(a, "dtype", None) == np.float32 for a in args)
        tolerance = 2e-4 if single else 1e-6
        np.testing.assert_allclose(gradient, differences(f, args, k), rtol=tolerance, atol=tolerance)
        assert kind_of(gradient) == kind_of(args[k])


# ---- float32

def element_loop(w, c):
    total = 0.0
    for i in range(len(w)):
        total += w[i] * c
    return total


def rows(w, x):
    total = np.zeros(3)
    for row in x:
        total = total + row * w
    return total.sum()


def doubling(s):
    while s < 100:
        s = s * s + 1.5
    return s


def polynomial(s, x):
    total = s
    for _ in range(3):
        total = total * s + x
    return total


def two_calls(s, c):
    return polynomial(s, c) * polynomial(c, s)


def power_by_recursion(s, n=3):
    return s if n == 0 else s * power_by_recursion(s, n - 1)


def carried_array(w, x):
    v = w
    for i in range(len(x)):
        v = np.tanh(v * 0.5) + w * np.sum(v)
    return np.sum(v) + np.sum(v * x)


def carried_in_branches(w, x):
    v, k = w, 0
    while k < len(x):
        if k % 2 == 0:
            v = v * v
        else:
            v = v + np.mean(v)
        k += 1
        if k == 3:
            break
    return np.sum(v) + np.sum(np.outer(v, v))


def carried_number(s, x):
    t = s
    for row in x:
        t = t * s + row[0]
    return t + np.sum(x * t)


def from_none(w, x):
    total = None
    for _ in x:
        total = w * 2 if total is None else total + w
    return np.sum(total * x) + np.sum(total)


def lists(w, x):
    items = [w * row for row in x]
    return np.sum(items[0]) + np.sum(items[1] * w) + sum(np.sum(v) for v in items)


def known_list(w, x):
    items = [w * k for k in range(3)]
    return np.sum(items[0] + items[2] * x) + np.sum(np.stack(items))


def callee(v, x):
    total = 0.0
    for row in x:
        total = total + np.sum(v * row)
    return total + np.sum(v)


MIXED: dict[str, tuple[Any, ...]] = {
    "one array": (lambda w: np.sum(w * w), W32),
    "matrix of float64": (lambda w, x: np.sum(np.tanh(x @ w)), W32, X),
    "matrix of float32": (lambda w, x: np.mean((x @ w) ** 2), W32, X32),
    "broadcast against float64": (lambda w, x: np.sum(np.tanh(x * w)), W32, X),
    "Python float": (lambda w, c: np.sum(w * c), W32, 2.0),
    "float64 scalar": (lambda w, c: np.sum(w * c), W32, S64),
    "scalars": (lambda s, c: s * c + c / s, S32, 2.0),
    "scalars of both kinds": (lambda s, c: s * c + c / s, S32, S64),
    "scalar and float64 array": (lambda s, x: np.sum(np.exp(s * x)), S32, X),
    "scalar and float32 array": (lambda s, x: np.sum(np.exp(s * x)), S32, X32),
    "math": (lambda s: math.sin(s) * s, S32),
    "ufunc of a scalar": (lambda s: np.sin(s) * 2.0, S32),
    "power": (lambda s: s ** 2.5, S32),
    "array power": (lambda w: np.sum(np.abs(w) ** 2.5), W32),
    "float()": (lambda s: float(s) * s, S32),
    "element loop": (element_loop, W32, 2.0),
    "element loop, float32 factor": (element_loop, W32, S32),
    "element loop, float64 factor": (element_loop, W32, S64),
    "accumulated rows": (rows, W32, X),
    "accumulated rows of float32": (rows, W32, X32),
    "while": (doubling, S32),
    "calls": (two_calls, S32, 0.5),
    "recursion": (power_by_recursion, S32),
    "branch": (lambda s, c: s * c if s > 0 else c, S32, 2.0),
    "max": (lambda s, c: max(s, c) * s, S32, 0.5),
    "astype": (lambda w: np.sum(w.astype(np.float64) ** 2), W32),
    "array of numbers": (lambda s, c: np.sum(np.array([s, c, 1.0]) ** 2), S32, 2.0),
    "concatenate": (lambda w, x: np.sum(np.concatenate([w, x[0]]) ** 2), W32, X),
    "stack": (lambda w, x: np.sum(np.stack([w, x[0]]) ** 2), W32, X),
    "where": (lambda w, x: np.sum(np.where(x > 0, w, x)), W32, X),
    "maximum": (lambda w, x: np.sum(np.maximum(w, x)), W32, X),
    "dot": (lambda w, x: np.dot(w, x[0]), W32, X),
    "einsum": (lambda x, w: np.einsum("ij,j->", x, w), X, W32),
    "norm": (lambda w: np.linalg.norm(w), W32),
    "solve": (lambda a, b: np.sum(np.linalg.solve(a @ a.T + np.eye(4, dtype=a.dtype), b)), X32, np.ones(4, np.float32)),
    "elements": (lambda w: w[0] * w[1] + w[2], W32),
    "slices": (lambda w, x: np.sum(w[1:] * x[0, :2]), W32, X),
    "repeated indices": (lambda w: np.sum(w[[0, 0, 1]] ** 2), W32),
    "mean over an axis": (lambda x: np.mean(x, axis=0).sum(), X32),
    "variance": (lambda x: np.var(x), X32),
    "cumsum": (lambda w: np.sum(np.cumsum(w) ** 2), W32),
    "builtin sum": (lambda w: sum(w), W32),
    "comprehension": (lambda w: sum([v * v for v in w]), W32),
    "array around a loop": (carried_array, W32, np.abs(X)),
    "array around a while loop": (carried_in_branches, W32, X),
    "number around a loop, float32": (carried_number, S32, X32),
    "number around a loop, float64": (carried_number, S32, X),
    "accumulator from None": (from_none, W32, X),
    "run-time list": (lists, W32, X),
    "run-time list of float32": (lists, W32, X32),
    "list of known length": (known_list, W32, X),
    "callee": (lambda w, x: callee(w * w, x) * callee(w, x), W32, X),
    "spread twice": (lambda w, x: np.sum(x * w) + np.sum(w) + np.sum(w[1:]), W32, X),
    "clip": (lambda w, x: np.sum(np.clip(w * 2, 0, 1)) + np.sum(np.clip(x * w, 0, 1)), W32, X),
    "masks": (lambda w: np.sum(np.where(w > 0, w, 0.0)) + np.sum(np.abs(w)) + np.sum(w[w > 0]), W32),
    "0-d": (lambda w: np.sum(w) * w, np.array(0.5, np.float32)),
    "empty": (lambda w: np.sum(w * w), np.zeros(0, np.float32)),
    "einsum of one": (lambda w: np.einsum("i,i", w, w), W32),
    "einsum of two sums": (lambda w: np.einsum("i,j->", w, w), W32),
    "einsum with a number": (lambda c, w: np.sum(np.einsum("...,...->...", c, w)), 2.0, W32),
    "dot with a number": (lambda c, w: np.sum(np.dot(c, w)), 2.0, W32),
    "0-d and float32, spread": (lambda x, s: np.sum(np.expand_dims(x, 0) * s), np.array(1.7), S32),
    "0-d and float32, summed": (lambda x, s: np.sum(np.cumsum(x) * s), np.array(1.7), S32),
    "sorted column": (lambda x, s: np.sum(np.sort(np.ravel(x)) * s), np.array([[1.7], [0.6]]), S32),
    "filled": (lambda x, s: np.sum(np.full((2,), x) * s), np.array(1.7), S32),
    "where a number is not zero": (lambda s, w: np.sum(np.where(w, s, 0) * 1), S32, W32),
    "without NaN": (lambda x, s: np.sum(np.nan_to_num(x) * s), np.array([[1.7], [0.6]]), S32),
}


@pytest.mark.parametrize("name", MIXED)
def test_gradients_have_the_type_of_their_arguments(name):
    f, *args = MIXED[name]
    check(f, *args)


def test_in_place_sums_keep_the_element_type():
    def f(w, x):
        total = np.zeros(3, dtype=np.float32)
        total += w
        total += w * w
        return np.sum(total) + np.sum(x * w)

    w_bar, x_bar = grad(f, (0, 1))(W32, X)
    assert w_bar.dtype == np.float32 and x_bar.dtype == np.float64
    np.testing.assert_allclose(w_bar, 1 + 2 * W32 + X.sum(axis=0), rtol=1e-5)


def test_rounding_to_float32_inside_is_the_identity_to_the_derivative():
    x_bar = grad(lambda x: np.sum(x.astype(np.float32) ** 2))(X)
    assert x_bar.dtype == np.float64
    np.testing.assert_allclose(x_bar, 2 * X, rtol=1e-6)
    assert grad(lambda c: np.float32(c) * c)(2.0) == 4.0


def loop_of_products(x, y):
    total = 0.0
    for i in range(len(x)):
        total += x[i] * y[i] * 1e39
    return total


TWO, ONES32 = np.array([1.0, 2.0]), np.ones(2, np.float32)


@pytest.mark.parametrize("f, x, y, expected", [
    (lambda x, y: np.sum(x * y) * 1e40, TWO, np.float32(1), 1e40), (lambda x, y: (x @ y) * 1e40, TWO, ONES32, 1e40),
    (lambda x, y: np.dot(x, y) * 1e40, TWO, ONES32, 1e40), (loop_of_products, TWO, ONES32, 1e39),
    (lambda x, y: np.sum(x * y) * 1e5, np.float64(1.5), np.float16(3), 3e5),
    (lambda x, y: (x * y) * np.pi, np.float64(1.5), np.float32(3.3), np.pi * float(np.float32(3.3))),
    (lambda x, y: x / y, np.float64(1.5), np.float32(3.3), 1 / float(np.float32(3.3))),
    (lambda x, y: np.sum(np.exp(y) * x) * 1e40, TWO, np.zeros(2, np.float32), 1e40),
    (lambda x, y: np.sum(np.outer(x, y)) * 1e40, TWO, ONES32, 2e40),
])
def test_a_number_times_a_narrower_partial_keeps_the_precision(f, x, y, expected):
    x_bar = grad(f)(x, y)
    assert kind_of(x_bar) == kind_of(x)
    np.testing.assert_allclose(x_bar, np.full(np.shape(x), expected), rtol=1e-15)


def test_logarithm_of_small_integers():
    x_bar = grad(lambda x, n: np.sum(n ** x))(np.array(1.7), np.array([2, 1], np.uint8))
    np.testing.assert_allclose(x_bar, 2 ** 1.7 * math.log(2), rtol=1e-14)


# ---- real to complex to real

def iterate(x):
    z = 0
    for _ in range(3):
        z = z * z + x * 1j
    return abs(z)


def iterate_arrays(x):
    z = np.zeros(2, dtype=complex)
    for _ in range(3):
        z = z * z + x * 1j + x
    return np.sum(np.abs(z))


COMPLEX: dict[str, tuple[Any, ...]] = {
    "abs of exp": (lambda x: np.abs(np.exp(1j * x) * x), 0.7),
    "abs of exp, array": (lambda x: np.sum(np.abs(np.exp(1j * x) + 2 * x)), POINTS),
    "abs of exp, float32": (lambda x: np.sum(np.abs(np.exp(1j * x) + 2 * x)), W32),
    "complex() of two numbers": (lambda x: abs(complex(x, 2 * x)), 0.7),
    "np.real": (lambda x: np.real(np.exp(1j * x)), 0.7),
    "imag attribute": (lambda x: np.sum(np.exp((1j + 0.5) * x).imag), POINTS),
    "builtin abs": (lambda x: abs((x + 2j) * (x * 1j + 3)), 0.7),
    "both parts": (lambda x: (x * (2 + 1j)).real * (x * 1j).imag, 0.7),
    "angle": (lambda x: np.angle(np.exp(1j * x)), 0.7),
    "conj": (lambda x: np.sum((np.conj(x * (1 + 2j)) * (x * 1j + 1)).real), POINTS),
    "real and complex factors": (lambda x, y: np.sum(np.abs(x[:, None] * 1j + y)), POINTS, np.array([0.1, 0.2, 0.4])),
    "number and array": (lambda x, y: np.abs(np.sum(x * 1j + y)), 0.7, np.array([0.1, 0.2, 0.4])),
    "array of numbers": (lambda x, y: np.sum(np.abs(np.array([x * 1j, y, x + y * 2j])) ** 2), 0.7, 0.2),
    "dot": (lambda x: np.abs(np.dot(x * (1 + 2j), x * 1j + 1)) ** 2, POINTS),
    "vdot with real": (lambda x: np.abs(np.vdot(x * 1j + 1, x)), POINTS),
    "einsum with real": (lambda x: np.abs(np.einsum("i,i->", x * 1j, x + 2)), POINTS),
    "concatenate": (lambda x: np.abs(np.sum(np.concatenate([x * 1j, x]) ** 2)), POINTS),
    "where": (lambda x: np.sum(np.abs(np.where(x > 0.5, x * 1j + 1, x))), POINTS),
    "astype": (lambda x: np.abs(x.astype(complex) * (1 + 2j)).sum(), POINTS),
    "literal power": (lambda x: abs((1j * x + 1) ** 3), 0.7),
    "real power": (lambda x: abs((1j * x + 1) ** 2.5), 0.7),
    "complex power": (lambda x: abs((1j * x + 1) ** (x + 2j)), 0.7),
    "real to a complex power": (lambda x: abs(x ** (1 + 2j) * x), 0.7),
    "np.power": (lambda x: np.abs(np.power(x + 1j, x)).sum(), POINTS),
    "quotient": (lambda x: abs(1 / (1j * x + 1)), 0.7),
    "sqrt": (lambda x: np.abs(np.sqrt(x + 1j)), 0.7),
    "tanh": (lambda x: np.abs(np.tanh(x * (1 + 1j))).sum(), POINTS),
    "prod": (lambda x: np.abs(np.prod(x + 1j)), POINTS),
    "mean": (lambda x: np.abs(np.mean(x * np.exp(1j * x))), POINTS),
    "element": (lambda x: np.abs((x * np.exp(1j * x))[0] * 2j), POINTS),
    "norm": (lambda x: np.linalg.norm(x + 2j * x ** 2), POINTS),
    "solve": (lambda x: np.abs(np.linalg.solve(np.array([[1j, 2.0], [3.0, 1.0]]) * x, x + 0j)).sum(), POINTS),
    "det": (lambda x: np.abs(np.linalg.det(np.outer(x, x) * 1j + np.eye(2))), POINTS),
    "loop from an int": (iterate, 0.7),
    "loop over arrays": (iterate_arrays, POINTS),
}


@pytest.mark.parametrize("name", COMPLEX)
def test_real_gradients_through_complex_numbers(name):
    f, *args = COMPLEX[name]
    check(f, *args)


@pytest.mark.parametrize("f, x, match", [
    (lambda x: np.sum(np.real(np.poly(x + 1j * x ** 2))), POINTS, "np.poly"),
    (lambda x: np.exp(1j * x), 0.7, "returns a complex number"),
    (lambda x: x * 2.0, 1j, "complex"),
])
def test_what_is_not_supported_is_refused(f, x, match):
    with pytest.raises(SctError, match=match):
        grad(f)(x)


@pytest.mark.parametrize("kind", [float, np.float64, np.float32, np.float16])
def test_lists_of_numbers(kind: Any) -> None:
    """The gradient by a list holds numbers of the class that the list holds, literal contributions included."""
    xs = [kind(1.0), kind(2.0)]
    by_item = grad(lambda xs: 2 * xs[0] + 3 * xs[1])(xs)
    by_loop = grad(lambda xs: sum(x * x for x in xs))(xs)
    assert by_item == [2.0, 3.0] and by_loop == [2.0, 4.0]
    assert {type(bar) for bar in (*by_item, *by_loop)} == {kind}


def product_and_rest(xs):
    return xs[0] * xs[1] + xs[-1]


def squares(held):
    return held["a"][0] ** 2 * held["b"][1] + sum(x * p for x, p in held["pairs"])


SINGLE, DOUBLE = np.float32, np.float64


@pytest.mark.parametrize(("fun", "given"), [
    (product_and_rest, [SINGLE(1.0), 2.0, SINGLE(3.0)]),
    (product_and_rest, [2.0, SINGLE(1.5)]),
    (product_and_rest, [1.0, DOUBLE(2.0), 3.0]),
    (squares, {"a": [SINGLE(1.5), 2.0], "b": (1.0, SINGLE(2.0)), "pairs": [(1.0, SINGLE(2.0)), (SINGLE(3.0), 1.0)]}),
])
def test_lists_that_hold_python_s_and_numpy_s_numbers(fun, given, tmp_path):
    """Each number of the gradient has the type of the one that it belongs to."""
    gradient = sct.grad(fun)
    found = gradient(given)
    assert structure(found) == structure(given)
    assert np.allclose(flat(found), flat(sct.grad(fun)(floats(given))), rtol=1e-6)
    assert structure(sct.vjp(fun, given)[1](1.0)[0]) == structure(given)
    gradient.save(tmp_path / "saved.py")
    space = {}
    exec((tmp_path / "saved.py").read_text(), space)
    assert structure(space[f"{fun.__name__}_grad"](given)) == structure(given)


def structure(held):
    return with_leaves(held, map(type, leaves(held)))


def floats(held):
    return with_leaves(held, map(float, leaves(held)))


def flat(held):
    return [float(x) for x in leaves(held)]
