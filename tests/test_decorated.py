"""What decorators of other tools make of functions: followed, or refused by name with a way out."""

import functools
import math

import numpy as np
import pytest

import sct
from sct import grad, jvp, vjp

FACTOR = 2.0


def refused(call, message, way_out=""):
    with pytest.raises(sct.SctError, match=message) as caught:
        call()
    assert way_out in caught.value.hint


def test_numba_dispatchers():
    numba = pytest.importorskip("numba")

    @numba.njit
    def wave(x):
        return math.sin(x) * FACTOR

    def scaled(c):
        return numba.njit(lambda x: x * c)

    five = scaled(5.0)

    @numba.njit
    def total(x, n):
        s = 0.0
        for i in range(n):
            s += wave(x * i)
        return s

    def slope(x, n):
        return sum(2.0 * i * math.cos(x * i) for i in range(n))

    assert abs(grad(wave)(1.0) - 2.0 * math.cos(1.0)) < 1e-12
    assert abs(grad(total)(1.0, 4) - slope(1.0, 4)) < 1e-12
    assert abs(vjp(total, 1.0, 4)[1](1.0)[0] - slope(1.0, 4)) < 1e-12
    assert abs(jvp(total, (1.0, 4), (1.0, None))[1] - slope(1.0, 4)) < 1e-12
    assert grad(five)(1.0) == 5.0 and grad(lambda x: five(x) * x)(1.0) == 10.0
    assert abs(grad(lambda x, f: f(x))(1.0, wave) - 2.0 * math.cos(1.0)) < 1e-12
    assert abs(grad(grad(wave))(1.0) + 2.0 * math.sin(1.0)) < 1e-12
    assert abs(grad(lambda x: grad(wave)(x))(1.0) + 2.0 * math.sin(1.0)) < 1e-12


def test_what_else_numba_makes():
    numba = pytest.importorskip("numba")
    squares = numba.vectorize(lambda x: x * x)
    refused(lambda: grad(lambda x: squares(x).sum())(np.ones(2)), "SCT201", "sct.rule")
    refused(lambda: grad(numba.cfunc("float64(float64)")(lambda x: x * 2.0))(1.0), "no derivative rule|compiled|SCT304")


def test_an_object_with_a_py_func_is_no_dispatcher():
    class Doubled:
        def __init__(self, f):
            self.py_func = f

        def __call__(self, x):
            return 2.0 * self.py_func(x)

    d = Doubled(lambda x: x * x)
    assert grad(lambda x: d(x))(3.0) == 12.0 and grad(d)(3.0) == 12.0


def test_caches():
    cached = functools.lru_cache(lambda x: x * x)
    refused(lambda: grad(cached)(2.0), "SCT304", "__wrapped__")
    refused(lambda: grad(lambda x: cached(x))(2.0), "remembers its results", "__wrapped__")


def test_single_dispatch():
    @functools.singledispatch
    def f(x):
        return x * 3.0

    @f.register
    def f_float(x: float):
        return x * 7.0

    class Model:
        @functools.singledispatchmethod
        def f(self, x):
            return x

    m = Model()
    refused(lambda: grad(lambda x: f(x))(2.0), "chooses its code by the type of its argument")
    refused(lambda: grad(lambda x: m.f(x))(2.0), "SCT")
    assert grad(f_float)(2.0) == 7.0


def test_vectorize():
    v = np.vectorize(lambda x: x * x)
    refused(lambda: grad(v)(2.0), "SCT304.*numpy.vectorize object", "pyfunc")
    assert grad(lambda x: v(x).sum())(np.ones(2)).tolist() == [2.0, 2.0]
    frompyfunc = np.frompyfunc(lambda x: x * x, 1, 1)
    refused(lambda: grad(lambda x: frompyfunc(x))(2.0), "SCT201", "sct.rule")


def test_wrapping_functions_are_followed():
    def doubled(f):
        @functools.wraps(f)
        def wrapper(*args, **kwargs):
            return 2.0 * f(*args, **kwargs)

        return wrapper

    @doubled
    def square(x):
        return x * x

    assert grad(lambda x: square(x))(3.0) == 12.0
    refused(lambda: grad(square)(3.0), "SCT402", "lambda x: f(x)")


def test_commands():
    click = pytest.importorskip("click")
    command = click.command()(lambda x: x)
    refused(lambda: grad(command)(2.0), "SCT304.*click", "callback")
    refused(lambda: grad(lambda x: command(x))(2.0), "no derivative rule for `click")


def test_other_differentiation_tools():
    autograd = pytest.importorskip("autograd")
    slope = autograd.grad(lambda x: x * x)
    refused(lambda: grad(lambda x: slope(x))(2.0), "SCT201", "custom_vjp")


def test_torch():
    torch = pytest.importorskip("torch")
    refused(lambda: grad(lambda x: torch.sin(x))(2.0), "SCT201", "custom_vjp")
    linear = torch.nn.Linear(1, 1)
    refused(lambda: grad(lambda x: linear(x))(2.0), "SCT201", "custom_vjp")


def test_objects_that_are_called():
    attrs = pytest.importorskip("attrs")

    @attrs.define
    class Parabola:
        w: float

        def __call__(self, x):
            return self.w * x * x

    p = Parabola(3.0)
    assert grad(p)(2.0) == 12.0 and grad(lambda x: p(x))(2.0) == 12.0 and grad(lambda x: Parabola(x)(2.0))(2.0) == 4.0
