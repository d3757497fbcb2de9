"""The reference itself: dual numbers against finite differences, and its semantics of views, writes and types."""

import functools
import math
import warnings

import numpy as np
import pytest

from sct.testing.check import difference_and_error, same_bits
from sct.testing.duals import ReferenceGap
from sct.testing.original import value_and_gradient
from sct.testing.programs import function_of, generate, loaded
from sct.testing.trial import captured, copies
from sct.trees import leaves, with_leaves

WEIGHTS = np.array([1.0, 2.0, 3.0])


@pytest.mark.parametrize("array_writes", [False, True])
def test_random_programs_against_finite_differences(array_writes: bool) -> None:
    """Where the differences do not depend on the step (no kink nearby), they are the derivative."""
    compared = 0
    for seed in range(80):
        program = generate(seed, array_writes=array_writes)
        with warnings.catch_warnings(), loaded(program.source) as module:
            warnings.simplefilter("ignore")
            f = functools.partial(of_leaves, function_of(module), program.args)
            value, _, failure = captured(lambda f=module.f, args=program.args: f(*copies(args)))
            if failure is not None:
                continue
            judged, _, failure = captured(
                lambda f=module.f, p=program: value_and_gradient(f, p.args, p.argnums))
            assert failure is None, f"seed {seed}: {failure!r}"
            dual_value, grads = judged
            assert same_bits(dual_value, value), f"seed {seed}"
            numbers = leaves(program.args)
            for argnum, grad in enumerate(leaves(grads)):
                (found, error), _, _ = captured(lambda n=argnum, f=f, given=numbers: difference_and_error(f, given, n))
                for d, e, g in zip(np.ravel(found), np.ravel(error), np.ravel(grad), strict=True):
                    if e < 1e-6 * max(1.0, abs(d)) and abs(g) < 1e4:
                        assert g == pytest.approx(d, rel=1e-4, abs=1e-4), f"seed {seed}, number {argnum}"
                        compared += 1
    assert compared > 800


def of_leaves(f, args, *numbers):
    """``f`` as a function of the numbers and arrays in its arguments; NaN where it raises."""
    try:
        return f(*copies(with_leaves(args, iter(numbers))))
    except Exception:
        return float("nan")


def gradient(f, *args):
    argnums = tuple(i for i, a in enumerate(args) if isinstance(a, float | np.ndarray))
    return value_and_gradient(f, args, argnums)[1]


def check(f, *args):
    """Against finite differences."""
    argnums = [i for i, a in enumerate(args) if isinstance(a, float | np.ndarray)]
    for argnum, grad in zip(argnums, gradient(f, *args), strict=True):
        np.testing.assert_allclose(grad, difference_and_error(f, args, argnum)[0], rtol=1e-7, atol=1e-8)


V, W = np.array([0.3, -0.7, 1.2]), np.array([1.1, 0.4, -0.5])
M, S = np.array([[0.3, -0.7, 1.2], [0.9, 0.2, -1.4]]), np.array([[2.0, 0.3], [0.1, 1.5]])


@pytest.mark.parametrize("name", ["asin", "acos", "atanh", "erf", "erfc", "gamma", "lgamma", "cbrt", "exp2", "log10", "log2",
                                  "sinh", "degrees", "tan"])
def test_math(name: str) -> None:
    if hasattr(math, name):
        check(lambda x: getattr(math, name)(x) * x, 0.37)


@pytest.mark.parametrize("name", ["arcsin", "arccos", "arctanh", "arcsinh", "cbrt", "exp2", "log10", "log2", "sinh", "cosh",
                                  "tan", "reciprocal", "square", "sinc", "deg2rad", "sqrt"])
def test_ufuncs(name: str) -> None:
    check(lambda x, v: getattr(np, name)(v * 0.3 + x).sum(), 0.5, V)


@pytest.mark.parametrize("name", ["hypot", "arctan2", "logaddexp", "logaddexp2", "maximum", "minimum", "fmod", "remainder",
                                  "copysign", "float_power"])
def test_binary_ufuncs(name: str) -> None:
    check(lambda v, w: (getattr(np, name)(abs(v), abs(w)) * v).sum(), V, W)


@pytest.mark.parametrize("f", [
    lambda m: np.prod(m, axis=1).sum(), lambda m: np.prod(m), lambda m: (np.var(m, axis=0, ddof=1) * W).sum(),
    lambda m: np.std(m, axis=1, keepdims=True).sum(), lambda m: np.linalg.norm(m, axis=1) @ V[:2],
    lambda m: np.max(m, axis=1).sum(),
    lambda m: np.cumsum(m, axis=0).var(), lambda m: np.einsum("ij,kj->ik", m, m).std(), lambda m: np.tensordot(m, m, 2),
    lambda m: np.sort(m, axis=0)[0] @ V, lambda m: np.roll(m, 1, axis=1)[0] @ V, lambda m: np.diff(m).var(),
    lambda m: np.swapaxes(m, 0, 1).reshape(2, 3)[0] @ V, lambda m: np.moveaxis(m, 0, 1)[1] @ V[:2],
    lambda m: np.broadcast_to(m[0], (4, 3)).var(), lambda m: np.repeat(m, 2, axis=0).std(),
    lambda m: np.where(m > 0, m, m * m).sum(),
    lambda m: np.vstack((m, m[::-1] * m)).var(), lambda m: m[np.array([0, 1, 1]), [2, 2, 0]] @ V, lambda m: m[m > 0.1].var(),
    lambda m: m[..., 1].sum() * m[None, 0, :].sum(), lambda m: np.clip(m, -0.5, 1.0).var(),
    lambda m: np.linspace(m[0, 0], m[1, 1], 4).var(),
    lambda m: sum(sum(row) for row in m.tolist()) ** 2, lambda m: np.kron(m[0], m[1]).std(), lambda m: np.trace(m @ m.T),
    lambda m: m.astype(float).flatten().dot(m.ravel()), lambda m: np.full((2, 2), m[0, 1]).sum(),
    lambda m: math.hypot(*m[0]) * math.fsum(m[1]),
    lambda m: math.dist(m[0], m[1]), lambda m: math.prod(m[0]), lambda m: np.add.reduce(m).var(),
    lambda m: np.squeeze(m[:1]) @ V,
])
def test_array_functions(f) -> None:
    check(f, M)


@pytest.mark.parametrize("f", [
    lambda a: np.linalg.det(a), lambda a: np.linalg.inv(a)[0, 1], lambda a: np.linalg.solve(a, a[0])[1]])
def test_linear_algebra(f) -> None:
    check(f, S)


def test_writes_through_views_and_in_place_operators() -> None:
    def f(x, v):
        a = np.zeros(3)
        b = a[1:]
        a += v * x
        b *= v[:2]
        a[a > 0.1] = x
        a[:2] += a[1:]
        m = np.zeros((2, 3))
        m.T[0] = a[0] * x
        m.reshape(-1)[4] = v[1] ** 2
        np.add.at(a, [0, 0, 1], x)
        return (a * v).sum() + m.sum() * x

    check(f, 0.4, V)


def test_globals_closures_defaults_partials_and_methods() -> None:
    scale = np.array([0.5, 1.0, 2.0])

    class Model:
        def __init__(self, w):
            self.w = w

        def apply(self, x):
            return math.sin(self.w * x)

    model = Model(0.8)

    def inner(x, y=3.0, *, fn=math.tanh):
        return fn(x * y) + np.sum(scale * WEIGHTS * x)

    check(lambda x: inner(x) * functools.partial(inner, y=x)(0.2) + model.apply(x), 0.6)


def test_values_keep_their_types() -> None:
    def f(x, v):
        assert isinstance(x, float) and isinstance(v, np.ndarray) and isinstance(v[0], np.float64)
        assert type(int(x)) is int and len(v) == 3 and f"{x:.2f} {v[1]}" == "0.50 -0.7"
        return float(v[0]) * x

    value, grads = value_and_gradient(f, (0.5, V), (0, 1))
    assert type(value) is float and grads[0] == 0.3 and grads[1].tolist() == [0.5, 0.0, 0.0]


def test_conventions_at_kinks() -> None:
    assert gradient(lambda x: abs(x), 0.0) == (0.0,)
    assert gradient(lambda x: max(x, 0.0), 0.0) == (1.0,)
    assert gradient(lambda x: np.maximum(x, 0.0), 0.0) == (1.0,)
    assert gradient(lambda v: np.max(v), np.array([2.0, 2.0]))[0].tolist() == [0.5, 0.5]
    assert gradient(lambda v: np.linalg.norm(v), np.zeros(2))[0].tolist() == [0.0, 0.0]
    assert gradient(lambda x: x ** 0, 0.0) == (0.0,)
    assert gradient(lambda x: np.where(x > 0, np.sqrt(x), 0.0) * 1.0, 0.0) == (0.0,)


def test_an_unknown_operation_is_a_gap_not_a_number() -> None:
    with pytest.raises(ReferenceGap):
        gradient(lambda v: np.unwrap(v)[0], V)
    with pytest.raises(ReferenceGap):
        gradient(lambda x: math.nextafter(x, 2.0), 0.5)


def test_arguments_are_left_alone() -> None:
    v = V.copy()

    def f(v):
        v[0] = 3.0
        return v.sum()

    assert value_and_gradient(f, (v,))[1][0].tolist() == [0.0, 1.0, 1.0] and v.tolist() == V.tolist()
