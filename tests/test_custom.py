"""Functions with a derivative of their author's: values against finite differences, texts, refusals."""

import ctypes
import ctypes.util
import functools
import math
import pickle

import numpy as np
import pytest

import sct
from sct import custom_jvp, custom_vjp, grad, hessian, jvp, source, vjp
from sct.testing.differences import finite_difference


def agrees(f, x):
    """Whether grad and vjp, called twice, agree with differences; the argument stays as it is."""
    wanted, before = finite_difference(f, (x,)), x.copy()
    assert np.allclose(grad(f)(x), wanted, rtol=1e-5, atol=1e-7)
    out, pull = vjp(f, x)
    first, second = pull(1.0)[0], pull(1.0)[0]
    assert np.allclose(first, wanted, rtol=1e-5, atol=1e-7) and np.array_equal(first, second)
    assert np.array_equal(x, before)
    return True


X = np.array([1.0, 2.0, 3.0])


@custom_vjp
def log1pexp(x):
    """The softplus."""
    return math.log(1.0 + math.exp(x))


def log1pexp_fwd(x):
    return log1pexp(x), x


def log1pexp_bwd(x, z_bar):
    return (z_bar / (1.0 + math.exp(-x)),)


log1pexp.defvjp(log1pexp_fwd, log1pexp_bwd)


@custom_vjp
def energy(x):
    return np.sum(x * x)


energy.defvjp(lambda x: (np.sum(x * x), x), lambda x, z_bar: (2.0 * x * z_bar,))


@custom_vjp
def squares(x):
    return x * x


squares.defvjp(lambda x: (x * x, x), lambda x, z_bar: (2.0 * x * z_bar,))


@custom_vjp
def exponential(x):
    return np.exp(x)


def exponential_fwd(x):
    z = np.exp(x)
    return z, z


exponential.defvjp(exponential_fwd, lambda z, z_bar: (z * z_bar,))


@custom_vjp
def same(x):
    return x


same.defvjp(lambda x: (x, None), lambda res, z_bar: (z_bar,))


@custom_vjp
def product_and_sum(x, y):
    return x * y, x + y


product_and_sum.defvjp(lambda x, y: ((x * y, x + y), (x, y)),
                       lambda res, bars: (bars[0] * res[1] + bars[1], bars[0] * res[0] + bars[1]))


# --------------------------------------------------------------------------------------------------------- custom_vjp

def test_text_shows_the_calls():
    text = source(lambda x: 3.0 * log1pexp(x * 2.0), 1.0)
    assert "_, res = log1pexp_fwd(x * 2.0)" in text
    assert "x_bar, = log1pexp_bwd(res, 3.0)" in text
    assert abs(grad(lambda x: 3.0 * log1pexp(x * 2.0))(0.5) - 6 / (1 + math.exp(-1.0))) < 1e-12


def test_plain_use():
    assert log1pexp(0.0) == math.log(2.0)
    assert log1pexp.__name__ == "log1pexp" and log1pexp.__doc__ == "The softplus."
    assert repr(log1pexp) == "<custom_vjp of log1pexp>"
    assert grad(log1pexp)(0.0) == 0.5
    assert sct.value_and_grad(log1pexp)(0.0) == (math.log(2.0), 0.5)


def in_a_loop(x):
    s = x
    for _ in range(4):
        s = log1pexp(s) * 0.9 if s > 1.0 else s * s + 1.1
    return s


def after_a_write(x):
    a = x * 1.0
    y = energy(a)
    a[0] = 7.0
    return y + a.sum()


def after_a_write_of_arrays(x):
    a = x * 1.0
    y = squares(a)
    a[0] = 7.0
    return y.sum() + a.sum()


def in_a_writing_loop(x):
    a = x * 1.0
    s = 0.0
    for i in range(3):
        s = s + energy(a)
        a[i] = a[i] * s
    return s


def into_itself(x):
    a = x * 1.0
    for _ in range(3):
        a[:] = squares(a) * 0.1
    return a.sum()


def result_written(x):
    z = exponential(x)
    z[0] = 3.0
    return (z * z).sum()


def of_a_view(x):
    a = x * 1.0
    y = energy(a[1:])
    a[2] = 10.0
    return y * a.sum()


def argument_written(x):
    s = energy(x)
    x[0] = s
    return s + energy(x)


def identity_twice(x):
    y = same(x)
    return (y * y).sum() + (same(y) * x).sum()


def sums(a):
    s = 0.0
    for _ in range(3):
        s = s + energy(a)
    return s


def in_a_callee(x):
    a = x * 1.0
    y = sums(a)
    a[0] = 9.0
    return y * a.sum()


def writes(a):
    s = 0.0
    for i in range(3):
        s = s + energy(a)
        a[i] = s * 0.1
    return s


def in_a_writing_callee(x):
    a = x * 1.0
    return writes(a) + writes(a) + a.sum()


def recursive(a, n):
    if n == 0:
        return energy(a)
    y = recursive(a, n - 1)
    a[n] = y
    return y + energy(a) + recursive(a, n - 1)


def in_a_recursion(x):
    a = x * 0.1
    return recursive(a, 2)


def two_results(x):
    s, y = 0.0, x[0]
    for i in range(3):
        a, b = product_and_sum(y, x[i])
        s = s + a * b
        y = a * 0.1
    return s


def in_a_comprehension(x):
    return sum([energy(x * k) for k in (1.0, 2.0)])


def in_a_list(x):
    found = []
    for k in range(3):
        found.append(energy(x * float(k)))
    return found[0] + found[1] * found[2]


def in_a_handler(x):
    try:
        return math.log(x[0] - 5.0)
    except ValueError:
        return log1pexp(x[0]) * x[1]


@pytest.mark.parametrize("f", [after_a_write, after_a_write_of_arrays, in_a_writing_loop, into_itself, result_written,
                               of_a_view, argument_written, identity_twice, in_a_callee, in_a_writing_callee, in_a_recursion,
                               two_results,
                               in_a_comprehension, in_a_list, in_a_handler], ids=lambda f: f.__name__)
def test_programs(f):
    if f is argument_written:
        assert np.allclose(grad(f)(X.copy()), finite_difference(f, (X,)), rtol=1e-5)
    else:
        assert agrees(f, X)


def test_loop():
    for x in (0.3, 0.5, 1.2):
        slope = (in_a_loop(x + 1e-6) - in_a_loop(x - 1e-6)) / 2e-6
        assert abs(grad(in_a_loop)(x) - slope) < 1e-6


def test_the_same_residual_serves_twice():
    out, pull = vjp(lambda x: energy(x) * 2.0, X)
    assert np.array_equal(pull(1.0)[0], pull(1.0)[0]) and np.array_equal(pull(2.0)[0], 8.0 * X)


def test_values_on_entry():
    x = X.copy()
    out, pull = vjp(lambda x: energy(x) * 2.0, x)
    x[:] = 0.0
    assert np.array_equal(pull(1.0)[0], 4.0 * X)


def test_gradients_are_fresh():
    x = X.copy()
    found = grad(lambda x: energy(x))(x)
    assert not np.shares_memory(found, x) and found.flags.writeable

    @custom_vjp
    def half(x):
        return 0.5 * np.sum(x * x)

    half.defvjp(lambda x: (0.5 * np.sum(x * x), x), lambda x, z_bar: (x,))
    found = grad(lambda x: half(x))(x)
    assert np.array_equal(found, x) and not np.shares_memory(found, x)


def test_result_that_may_be_the_argument_and_is_written_to():
    def f(x):
        a = x * 1.0
        b = same(a)
        b[0] = 5.0
        return (a * a).sum()

    with pytest.raises(sct.AliasingError, match="SCT601"):
        grad(f)(X)


def test_second_derivatives():
    s = 1.0 / (1.0 + math.exp(-1.0))
    assert abs(grad(grad(lambda x: 3.0 * log1pexp(2.0 * x)))(0.5) - 12.0 * s * (1.0 - s)) < 1e-12
    third = 24.0 * s * (1 - s) * (1 - 2 * s)
    assert abs(grad(grad(grad(lambda x: 3.0 * log1pexp(2.0 * x))))(0.5) - third) < 1e-10
    assert np.allclose(hessian(lambda x: np.sum(squares(np.sin(x)) ** 2))(X),
                       np.diag([12 * math.sin(v) ** 2 * math.cos(v) ** 2 - 4 * math.sin(v) ** 4 for v in X]))
    sct.check_grads(two_results, (X,), order=2, modes=("rev",))


def test_inside_a_nested_gradient():
    def f(x):
        return grad(lambda y: x * log1pexp(x * y))(1.5)

    def slope(x):
        return x * x / (1.0 + math.exp(-1.5 * x))

    assert abs(f(0.7) - slope(0.7)) < 1e-12
    assert abs(grad(f)(0.7) - (slope(0.7 + 1e-6) - slope(0.7 - 1e-6)) / 2e-6) < 1e-8


def test_forward_mode_is_refused():
    with pytest.raises(sct.MissingRuleError, match="SCT205: forward mode through `log1pexp`, a custom_vjp"):
        jvp(lambda x: log1pexp(x), (1.0,), (1.0,))
    with pytest.raises(sct.MissingRuleError, match="SCT205"):
        sct.jacfwd(lambda x: squares(x))(X)


def test_nondiff_arguments():
    @functools.partial(custom_vjp, nondiff_argnums=(0, 2))
    def apply(f, x, n):
        return f(x) * n

    def apply_fwd(f, x, n):
        return f(x) * n, x

    def apply_bwd(f, n, x, z_bar):
        return (math.cos(x) * n * z_bar,)

    apply.defvjp(apply_fwd, apply_bwd)
    assert abs(grad(lambda x: apply(math.sin, x, 3))(0.5) - 3 * math.cos(0.5)) < 1e-12
    with pytest.raises(sct.MissingRuleError, match="SCT208: argument 2 of `apply` is among its nondiff_argnums"):
        grad(lambda x: apply(math.sin, x, x))(0.5)
    assert abs(grad(lambda x: apply(math.sin, x, sct.stop_gradient(x)))(0.5) - 0.5 * math.cos(0.5)) < 1e-12


def test_nondiff_by_name_and_defaults():
    @custom_vjp(nondiff_argnames="power")
    def raised(x, power=2):
        return x**power

    raised.defvjp(lambda x, power: (x**power, x), lambda power, x, z_bar: (power * x ** (power - 1) * z_bar,))
    assert grad(lambda x: raised(x))(3.0) == 6.0
    assert grad(lambda x: raised(x, power=3))(2.0) == 12.0
    for wrong in ({"nondiff_argnums": 2}, {"nondiff_argnums": -3}, {"nondiff_argnames": "n"}):
        with pytest.raises(sct.ArgumentError, match="SCT408"):
            custom_vjp(lambda x, power: x, **wrong)


def test_zero_cotangents():
    @custom_vjp
    def first(x, y):
        return x * y

    first.defvjp(lambda x, y: (x * y, y), lambda y, z_bar: (y * z_bar, None))
    assert grad(lambda x, y: first(x, y), (0, 1))(2.0, 3.0) == (3.0, 0.0)
    a, b = grad(lambda x, y: first(x, y).sum(), (0, 1))(X, 2.0 * X)
    assert np.array_equal(a, 2.0 * X) and np.array_equal(b, np.zeros(3))


def defined(fwd, bwd, f=lambda x: np.sum(x)):
    made = custom_vjp(f)
    made.defvjp(fwd, bwd)
    return made


def wrong_shape(z_bar, n=1):
    return np.ones(n)


@pytest.mark.parametrize(("fwd", "bwd", "message"), [
    (lambda x: np.sum(x), lambda res, g: (g,), "return a tuple of two"),
    (lambda x: (np.sum(x), x), lambda x, g: g * x, "not a tuple of cotangents"),
    (lambda x: (np.sum(x), x), lambda x, g: (g * x, g), "returns 2 cotangents, but"),
    (lambda x: (np.sum(x), x), lambda x, g: (g,), "as cotangent 0 for an argument"),
    (lambda x: (x, x), lambda x, g: (x,), "returns float64\\[:\\] as the result"),
    (lambda x: (np.sum(x), x), lambda x, g: (1j * x,), "as cotangent 0"),
])
def test_what_does_not_fit_is_refused_before_anything_runs(fwd, bwd, message):
    made = defined(fwd, bwd)
    with pytest.raises(sct.MissingRuleError, match="SCT222") as caught:
        grad(lambda x: made(x))(X)
    assert pytest.raises is not None and __import__("re").search(message, str(caught.value))


def opaque(value):
    """Something that cannot be looked into."""
    return eval("value")


def test_what_does_not_fit_is_refused_at_run_time():
    cases = [(lambda x, g: opaque(np.ones(1)), TypeError, "tuple of 1 cotangents"),
             (lambda x, g: opaque((g, g)), ValueError, "2 cotangents were returned for 1"),
             (lambda x, g: opaque((np.ones(1),)), ValueError, r"shape \(1,\) was returned for a value of shape \(3,\)"),
             (lambda x, g: (x[:2],), ValueError, r"shape \(2,\) was returned"),
             (lambda x, g: opaque((1j * x,)), TypeError, "complex128")]
    for bwd, error, message in cases:
        made = defined(lambda x: (np.sum(x), x), bwd)
        with pytest.raises(error, match=message):
            grad(lambda x, made=made: made(x))(X)


def test_functions_that_write_to_what_they_are_given():
    def doubling(x, g):
        g *= 2.0
        return (g * x,)

    def storing(x, g):
        x[0] = 1.0
        return (g * x,)

    for bwd in (storing, doubling):
        made = custom_vjp(lambda x: x * 1.0)
        made.defvjp(lambda x: (x * 1.0, x), bwd)
        with pytest.raises(sct.MissingRuleError, match="SCT222.*writes to an array that it is given"):
            grad(lambda x, made=made: np.sum(made(x)))(X)

    @custom_vjp
    def clears(x):
        x[0] = 0.0
        return np.sum(x)

    clears.defvjp(lambda x: (np.sum(x), None), lambda res, g: (None,))
    with pytest.raises(sct.MissingRuleError, match="SCT222"):
        grad(lambda x: clears(x))(X)


def test_an_opaque_bwd_may_write_to_its_cotangent():
    def bwd(x, g):
        opaque(np.multiply)(g, 3.0, out=g)
        return (g,)

    made = custom_vjp(lambda x: x * 3.0)
    made.defvjp(lambda x: (x * 3.0, None), bwd)

    def f(x):
        y = made(x)
        return np.sum(y) + np.sum(y * x)

    assert agrees(f, X)


def test_without_a_derivative():
    bare = custom_vjp(lambda x: x)
    with pytest.raises(sct.MissingRuleError, match="SCT220"):
        grad(lambda x: bare(x))(1.0)
    with pytest.raises(sct.ArgumentError, match="SCT408"):
        bare.defvjp(lambda x: (x, None), None)
    with pytest.raises(sct.ArgumentError, match="takes a function"):
        custom_vjp(3)


def test_declared_again():
    made = custom_vjp(lambda x: x * x)
    made.defvjp(lambda x: (x * x, x), lambda x, g: (2.0 * x * g,))
    f = grad(lambda x: made(x))
    assert f(3.0) == 6.0
    made.defvjp(lambda x: (x * x, x), lambda x, g: (100.0 * g,))
    assert f(3.0) == 100.0


def test_c_functions():
    name = ctypes.util.find_library("m")
    if name is None:
        pytest.skip("no C mathematics library")
    c = ctypes.CDLL(name)
    c.erf.restype, c.erf.argtypes = ctypes.c_double, [ctypes.c_double]

    @custom_vjp
    def erf(x) -> float:
        return c.erf(x)

    erf.defvjp(lambda x: (c.erf(x), x), lambda x, g: (2.0 / math.sqrt(math.pi) * math.exp(-x * x) * g,))

    def f(x):
        s = 0.0
        for k in range(3):
            s += erf(x * k) * x
        return s

    def like(x):
        return sum(math.erf(x * k) * x for k in range(3))

    assert abs(grad(f)(0.4) - (like(0.4 + 1e-6) - like(0.4 - 1e-6)) / 2e-6) < 1e-8
    slope = (grad(like_f)(0.4 + 1e-6) - grad(like_f)(0.4 - 1e-6)) / 2e-6
    assert abs(grad(grad(f))(0.4) - slope) < 1e-8

    @custom_vjp
    def inverse(x) -> float:
        return c.erf(x)

    inverse.defvjp(lambda x: (c.erf(x), c.erf(x)), lambda z, g: (g * z,))
    assert abs(grad(inverse)(0.4) - math.erf(0.4)) < 1e-12
    with pytest.raises(sct.MissingRuleError, match="SCT201: no derivative rule for"):
        grad(grad(inverse))(0.4)


def like_f(x):
    return sum(math.erf(x * k) * x for k in range(3))


def test_functions_of_arrays_that_cannot_be_looked_into_are_tried_out():
    @custom_vjp
    def cumulated(x):
        return opaque(np.add).accumulate(x)

    cumulated.defvjp(lambda x: (opaque(np.add).accumulate(x), None), lambda res, g: (opaque(np.flip)(np.cumsum(np.flip(g))),))
    assert agrees(lambda x: np.sum(cumulated(x * x) ** 2), X)
    assert "cotangents(" in source(lambda x: np.sum(cumulated(x * x) ** 2), X)


def test_sequences_of_arguments():
    @custom_vjp
    def weighted(pair, factors):
        return pair[0] * factors[0] + pair[1] * factors[1]

    weighted.defvjp(lambda p, f: (p[0] * f[0] + p[1] * f[1], (p, f)),
                    lambda res, g: ((g * res[1][0], g * res[1][1]), [g * res[0][0], g * res[0][1]]))
    sct.check_grads(lambda x, y: weighted((x, 2.0), [y, x * y]) * x, (1.5, 2.5), modes=("rev",), order=2)
    with pytest.raises(sct.MissingRuleError, match="SCT221.*is given a dict"):
        grad(lambda x: weighted({0: x, 1: x}, [1.0, 1.0]))(1.0)


def test_methods():
    class Model:
        def __init__(self, w):
            self.w = w

        @functools.partial(custom_vjp, nondiff_argnums=(0,))
        def loss(self, x):
            return self.w * x

        loss.defvjp(lambda self, x: (self.w * x, self.w), lambda self, w, g: (10.0 * w * g,))

    m = Model(2.0)
    assert m.loss(3.0) == 6.0
    assert grad(lambda x: m.loss(x))(3.0) == 20.0


def test_pickles():
    assert pickle.loads(pickle.dumps(log1pexp)) is log1pexp
    k = 3.0

    @custom_vjp
    def inner(x):
        return x * k

    inner.defvjp(lambda x: (x * k, None), lambda res, g: (g * k * 2.0,))
    again = pickle.loads(pickle.dumps(inner))
    assert again(2.0) == 6.0 and grad(again)(2.0) == 6.0
    assert pickle.loads(pickle.dumps(grad(inner)))(2.0) == 6.0


# --------------------------------------------------------------------------------------------------------- custom_jvp

@custom_jvp
def scaled_sine(x, y):
    return np.sin(x) * y


@scaled_sine.defjvp
def scaled_sine_jvp(primals, tangents):
    x, y = primals
    x_dot, y_dot = tangents
    return scaled_sine(x, y), np.cos(x) * x_dot * y + np.sin(x) * y_dot


def test_jvp_in_all_modes():
    y = np.array([0.5, 1.5, 2.5])

    def f(x, y):
        return np.sum(scaled_sine(x * x, y) ** 2)

    sct.check_grads(f, (X, y), order=2)
    assert "= scaled_sine_jvp((x * x, y)," in source(f, X, y, mode="forward")
    sct.check_grads(lambda x, y: scaled_sine(x, 2.0) * scaled_sine(3.0, y) * x, (0.5, 1.5), order=2)
    assert abs(grad(grad(grad(lambda x: scaled_sine(x, 2.0))))(0.5) + 2.0 * math.cos(0.5)) < 1e-12


def test_jvp_broadcasts_tangents():
    def f(x, y):
        return np.sum(scaled_sine(x + np.ones(3), y * np.ones(3)))

    sct.check_grads(f, (0.5, 1.5), order=2)
    assert np.allclose(jvp(f, (0.5, 1.5), (1.0, 0.0))[1], 3 * 1.5 * math.cos(1.5))


def test_jvp_of_several_results_in_loops():
    @custom_jvp
    def both(x, y):
        return x * y, x + y

    @both.defjvp
    def both_jvp(primals, tangents):
        (x, y), (a, b) = primals, tangents
        return both(x, y), (a * y + x * b, a + b)

    def f(x, y):
        s = 0.0
        for _ in range(3):
            p, q = both(x, y * y)
            s = s + p * q
            x = q * 0.3
        return s

    sct.check_grads(f, (2.0, 0.7), order=2)


def test_defjvps():
    @custom_jvp
    def times(x, y):
        return x * y

    times.defjvps(lambda x_dot, z, x, y: x_dot * y, lambda y_dot, z, x, y: y_dot * x)
    sct.check_grads(lambda x, y: times(x, y) * times(y, 3.0), (2.0, 0.7), order=2)

    @custom_jvp
    def constant_in_y(x, y):
        return x * y

    constant_in_y.defjvps(lambda x_dot, z, x, y: x_dot * y, None)
    assert grad(lambda x, y: constant_in_y(x, y), (0, 1))(2.0, 3.0) == (3.0, 0.0)
    assert jvp(constant_in_y, (2.0, 3.0), (1.0, 1.0))[1] == 3.0


def test_wrong_jvps():
    bad = custom_jvp(lambda x: x * x)
    bad.defjvp(lambda primals, tangents: (primals[0] ** 2, tangents[0] ** 2))
    with pytest.raises(sct.MissingRuleError, match="SCT222.*not linear in the tangents"):
        grad(lambda x: bad(x))(2.0)
    bad.defjvp(lambda primals, tangents: tangents[0])
    with pytest.raises(sct.MissingRuleError, match="SCT222"):
        grad(lambda x: bad(x))(2.0)
    bad.defjvps(lambda t, z, x: t, lambda t, z, x: t)
    with pytest.raises(sct.MissingRuleError, match="SCT222.*2 functions for 1 arguments"):
        grad(lambda x: bad(x))(2.0)
    bad.defjvp(lambda primals, tangents: (primals[0] * 2.0, opaque(tangents[0])))
    assert jvp(lambda x: bad(x), (2.0,), (3.0,))[1] == 3.0
    with pytest.raises(sct.MissingRuleError, match="SCT223.*reverse mode through"):
        grad(lambda x: bad(x))(2.0)


def test_jvp_of_the_wrong_shape():
    bad = custom_jvp(lambda x: x * x)
    bad.defjvp(lambda primals, tangents: (primals[0] ** 2, np.sum(tangents[0]) * np.ones(1)))
    with pytest.raises((ValueError, sct.SctError), match="shape"):
        jvp(lambda x: np.sum(bad(x)), (X,), (X,))


# ---------------------------------------------------------------------------------------------------------- on_gradient

def clip(g):
    return np.clip(g, -1.0, 1.0)


seen = []


def show(g):
    seen.append(float(np.sum(g)))


def test_hooks_replace():
    assert np.array_equal(grad(lambda x: (sct.on_gradient(x, clip) ** 2).sum())(X * 0.25), np.array([0.5, 1.0, 1.0]))
    text = source(lambda x: (sct.on_gradient(x, clip) ** 2).sum(), X)
    assert "hooked(clip(x_bar), x_bar)" in text and "on_gradient" not in text.replace("sct.on_gradient", "")


def test_hooks_in_text():
    def halved(g):
        return 0.5 * g

    def f(x):
        y = sct.on_gradient(x * x, halved)
        return y * 3.0 + sct.on_gradient(x, lambda g: g * 10.0)

    assert abs(grad(f)(2.0) - (6.0 + 10.0)) < 1e-12
    assert "halved(3.0)" in source(f, 2.0)


def test_hooks_see_adjoints_in_the_order_of_the_reverse_sweep():
    def f(x):
        for _ in range(3):
            x = sct.on_gradient(x * 2.0, show)
        return x

    seen.clear()
    assert grad(f)(1.0) == 8.0
    assert seen == [1.0, 2.0, 4.0]
    assert "show(x_bar)" in source(f, 1.0)
    seen.clear()
    assert jvp(f, (1.0,), (1.0,)) == (8.0, 8.0) and seen == []
    out, pull = vjp(f, 1.0)
    assert pull(1.0) == pull(1.0) == (8.0,) and seen == [1.0, 2.0, 4.0] * 2


def test_hooks_that_write():
    def scaled(g):
        opaque(np.multiply)(g, 3.0, out=g)

    def f(x):
        y = x * 1.0
        return np.sum(sct.on_gradient(y, scaled)) + np.sum(y)

    assert np.array_equal(grad(f)(X), np.full(3, 4.0))


def test_hooks_with_captured_values():
    def f(x, bound):
        return sct.on_gradient(x, lambda g: min(g, bound * 2.0)) * 10.0

    assert grad(f)(1.0, 3.0) == 6.0 and grad(f)(1.0, 30.0) == 10.0


def test_hooks_are_for_adjoints_only():
    def f(x):
        seen.append("never")
        return x

    seen.clear()
    assert grad(lambda x: x * sct.on_gradient(3.0, show))(2.0) == 3.0
    assert grad(lambda x, n: x * sct.on_gradient(n, show))(2.0, 5) == 5.0
    assert grad(lambda x: x + 0.0 * int(sct.on_gradient(x, show)))(2.0) == 1.0
    assert seen == []
    with pytest.raises(sct.MissingRuleError, match="SCT221"):
        grad(lambda x: sct.on_gradient((x, x), show)[0])(2.0)


def test_hooks_at_second_order():
    def f(x):
        return sct.on_gradient(x, lambda g: 2.0 * g) ** 3

    assert grad(grad(f))(2.0) == 24.0
    assert abs(grad(grad(lambda x: (sct.on_gradient(x, lambda g: np.tanh(g)) ** 2)))(0.3) - 2 / math.cosh(0.6) ** 2) < 1e-12


def test_hooks_of_the_wrong_shape():
    with pytest.raises(ValueError, match="a new adjoint of shape"):
        grad(lambda x: np.sum(sct.on_gradient(x, np.sum)))(X)


# -------------------------------------------------------------------------------------------------------- stop_gradient

def test_stop_gradient_in_all_modes():
    def f(x):
        return np.sum(sct.stop_gradient(x * x) * x)

    assert np.array_equal(grad(f)(X), X * X)
    assert jvp(f, (X,), (np.ones(3),))[1] == np.sum(X * X)
    assert np.array_equal(hessian(f)(X), np.zeros((3, 3)))
    assert grad(grad(lambda x: sct.stop_gradient(x) * x * x))(3.0) == 6.0
    assert grad(lambda x: grad(lambda y: sct.stop_gradient(x * y) * y)(2.0))(3.0) == 0.0


def test_stop_gradient_of_containers():
    def f(x):
        a, b = sct.stop_gradient((x * x, x))
        return a * x + b * x

    assert grad(f)(3.0) == 12.0
    assert grad(lambda x: sct.stop_gradient([x, 2.0 * x])[1] * x)(3.0) == 6.0
    assert grad(lambda x: sct.stop_gradient({"a": x})["a"] * x)(3.0) == 3.0


def test_stop_gradient_of_what_is_written():
    def f(x):
        a = x * 1.0
        b = sct.stop_gradient(a)
        a[0] = x[1] * 2.0
        return np.sum(a * b)

    def constant(x, b):
        a = x * 1.0
        a[0] = x[1] * 2.0
        return np.sum(a * b)

    try:
        found = grad(f)(X)
    except sct.SctError:
        return
    b = X.copy()
    b[0] = X[1] * 2.0
    assert np.allclose(found, finite_difference(constant, (X, b)))
