"""Rules of the user's: spliced as source, in both modes, and refused where they would be ambiguous."""

# A rule says what it has found by assigning x_bar; names of C functions are set by the tests.
# ruff: noqa: F821

import ctypes
import ctypes.util
import functools
import math

import numpy as np
import pytest

import sct
from sct import grad, source, vjp

X = np.array([0.5, 1.5, 2.5])


def cube_of(x, n=2):
    s = x
    for _ in range(n):
        s = s * x
    return s


@sct.rule(cube_of)
def cube_of_vjp(x, n=2, *, z, z_bar):
    x_bar = (n + 1) * z / x * z_bar


@sct.rule(cube_of)
def cube_of_jvp(x, n=2, *, z, x_dot=None):
    z_dot = (n + 1) * z / x * x_dot


def test_bodies_are_spliced():
    def f(x):
        return cube_of(x, n=3) + cube_of(x * 2.0)

    sct.check_grads(f, (1.5,), order=2)
    text = source(f, 1.5)
    assert "_vjp" not in text and "cube_of(x, n=3)" in text and "for" not in text.split("specialised for")[1]
    assert grad(cube_of)(2.0) == 12.0 and vjp(cube_of, 2.0)[1](1.0) == (12.0,)
    assert "cube_of(x" in source(cube_of, 2.0)


def c_function(name):
    """A function of one number of the C library, which nobody has given a rule."""
    path = ctypes.util.find_library("m")
    if path is None:
        pytest.skip("no C mathematics library")
    function = ctypes.CDLL(path)[name]
    function.restype, function.argtypes = ctypes.c_double, [ctypes.c_double]
    return function


def bessel_0(x) -> float:
    return c_j0(x)


def test_partials_of_c_functions(monkeypatch):
    monkeypatch.setitem(globals(), "c_j0", c_function("j0"))
    monkeypatch.setitem(globals(), "c_j1", c_function("j1"))
    sct.rule(bessel_0, x="-c_j1(x)")
    slope = (bessel_0(0.49 + 1e-6) - bessel_0(0.49 - 1e-6)) / 2e-6 * 1.4
    assert abs(grad(lambda x: bessel_0(x * x))(0.7) - slope) < 1e-8
    with pytest.raises(sct.RuleError, match="SCT252.*not hashable"):
        sct.rule(c_function("j0"), x="1")
    with pytest.raises(sct.MissingRuleError, match="SCT201"):
        grad(grad(lambda x: bessel_0(x * x)))(0.7)


def test_partials():
    def softplus(x, scale):
        return np.log(1 + np.exp(x)) * scale

    sct.rule(softplus, x="scale / (1 + np.exp(-x))", scale="z / scale")
    sct.check_grads(lambda x, s: np.sum(softplus(x, s) ** 2), (X, 2.0), order=2)
    sct.check_grads(lambda x, s: softplus(x, s), (0.3, 2.0), order=2)

    def root(x):
        return np.sqrt(x)

    sct.rule(root, x="0.5 / z", singular=True)
    assert np.array_equal(grad(lambda x: np.sum(np.where(x > 0, root(x), 0.0)))(np.array([0.0, 4.0])), np.array([0.0, 0.25]))


def test_a_missing_partial_is_refused():
    def scaled(x, y):
        return x * y

    sct.rule(scaled, y="x")
    assert grad(lambda y: scaled(2.0, y))(3.0) == 2.0
    with pytest.raises(sct.MissingRuleError, match="SCT208"):
        grad(lambda x: scaled(x, 3.0))(2.0)


def test_registering_later_is_noticed():
    def plain(x):
        return x**3

    def f(x):
        return plain(x) * 1.0

    slope = grad(f)
    assert slope(2.0) == 12.0 and vjp(f, 2.0)[1](1.0) == (12.0,)

    @sct.rule(plain)
    def plain_vjp(x, *, z, z_bar):
        x_bar = 100.0 * z_bar

    assert slope(2.0) == 100.0 and vjp(f, 2.0)[1](1.0) == (100.0,) and grad(plain)(2.0) == 100.0


def declared(plain, factor):
    @sct.rule(plain)
    def again(x, *, z, z_bar):
        x_bar = factor * z_bar


def test_a_cell_that_is_run_again_replaces_its_rule():
    def plain(x):
        return x**3

    slope = grad(lambda x: plain(x))
    declared(plain, 3.0)
    assert slope(2.0) == 3.0
    declared(plain, 5.0)
    assert slope(2.0) == 5.0
    with pytest.raises(sct.RuleError, match="SCT251.*has a vjp rule already, `declared.<locals>.again`"):
        sct.rule(plain)(lambda x, *, z, z_bar: None)
    with pytest.raises(sct.RuleError, match="SCT251"):
        sct.rule(plain, x="1")


class Unhashable:
    __hash__ = None

    def __call__(self, x):
        return x


class Model:
    def f(self, x):
        return x


@pytest.mark.parametrize(("fun", "code"), [(np.sin, "SCT251"), (math.exp, "SCT251"), ([].append, "SCT252"),
                                           (Model().f, "SCT252"),
                                           (functools.partial(math.pow, 2.0), "SCT252"), (dict, "SCT252"), (3.0, "SCT252"),
                                           (Unhashable(), "SCT252")], ids=lambda v: getattr(v, "__name__", type(v).__name__))
def test_what_cannot_have_a_rule(fun, code):
    with pytest.raises(sct.RuleError, match=code):
        sct.rule(fun, x="1")


def test_wrong_rules():
    def f(x, y):
        return x * y

    with pytest.raises(sct.RuleError, match="SCT250.*no result and cotangent"):
        sct.rule(f)(lambda x, y: 1.0)
    with pytest.raises(sct.RuleError, match="SCT250.*takes `y` as argument 0"):
        sct.rule(f)(lambda y, x, *, z, z_bar: None)
    with pytest.raises(sct.RuleError, match="SCT250.*has no argument `w`"):
        sct.rule(f, x="y", w="x")

    @sct.rule(f)
    def f_vjp(x, y, *, z, z_bar):
        x_bar = y * z_bar

    with pytest.raises(sct.MissingRuleError, match="SCT208"):
        grad(lambda y: f(2.0, y))(3.0)


def test_what_the_function_writes_to_is_refused():
    def filled(x):
        x[0] = 1.0
        return x.sum()

    @sct.rule(filled)
    def filled_vjp(x, *, z, z_bar):
        x_bar = np.full(x.shape, z_bar)

    with pytest.raises(sct.MissingRuleError, match="SCT222"):
        grad(lambda x: filled(x))(X)


def test_results_and_arguments_that_are_written_later():
    def squares(x):
        return x * x

    @sct.rule(squares)
    def squares_vjp(x, *, z, z_bar):
        x_bar = 2.0 * x * z_bar

    def f(x):
        a = x * 1.0
        for i in range(3):
            y = squares(a)
            a[i] = 7.0
            y[0] = 3.0
            a[:] = squares(a) * 0.1 + y
        return a.sum()

    up, down = (np.array([f(X + s * e) for e in 1e-6 * np.eye(3)]) for s in (1, -1))
    assert np.allclose(grad(f)(X), (up - down) / 2e-6, rtol=1e-5)


def test_a_partial_that_reads_an_argument_with_a_default():
    def power(x, n=2):
        return x**n

    with pytest.raises(sct.RuleError, match="SCT250.*reads `n`, which has a default"):
        sct.rule(power, x="n * x ** (n - 1)")
