"""Arrays that are lists within loops over their elements: where, and that nothing but the time can tell."""

import math
import warnings

import numpy as np
import pytest

import sct
from benchmarks.workloads import WORKLOADS
from sct.passes import pipeline

X = np.array([0.5, -1.0, 2.0, 3.0])
Y = np.array([2.0, 0.25, -1.5, 1.0])
M = np.arange(12.0).reshape(4, 3) / 7.0


def gradient_of(f, *args, argnums=0):
    """The value and gradient, and the text."""
    both = sct.value_and_grad(f, argnums)
    return (*both(*args), both.source)


def assert_same(actual, expected):
    """Equal in type and in every bit."""
    assert type(actual) is type(expected)
    if isinstance(expected, tuple):
        for a, e in zip(actual, expected, strict=True):
            assert_same(a, e)
    else:
        np.testing.assert_array_equal(actual, expected)
        np.testing.assert_array_equal(np.signbit(actual), np.signbit(expected))


def raised(f, *args):
    """The class of the exception."""
    with pytest.raises(Exception) as caught:
        f(*args)
    return caught.type


# --------------------------------------------------------------------------------------------------------------------- where

def dot(x, y):
    s = 0.0
    for a, b in zip(x, y):
        s += a * b
    return s


def squares(x, y):
    s = 0.0
    for i in range(len(x)):
        s += x[i] * x[i] * y[i]
    return s


def of_rows(m):
    s = 0.0
    for row in m:
        for v in row:
            s += math.sin(v)
    return s


def of_matrix(m):
    s = 0.0
    for i in range(m.shape[0]):
        for j in range(m.shape[1]):
            s += m[i, j] * m[i, j]
    return s


def recurrence(x):
    y = np.zeros(len(x))
    y[0] = x[0]
    for t in range(1, len(x)):
        y[t] = 0.5 * y[t - 1] + x[t]
    return y[-1]


def by_neighbours(x):
    u = x.copy()
    for _ in range(3):
        for i in range(1, len(u) - 1):
            u[i] = 0.25 * (u[i - 1] + 2.0 * u[i] + u[i + 1])
    return np.sum(u * u)


COVERED = [
    (dot, (X, Y), lambda x, y: y),
    (squares, (X, Y), lambda x, y: 2.0 * x * y),
    (of_rows, (M,), np.cos),
    (of_matrix, (M,), lambda m: 2.0 * m),
    (recurrence, (X,), lambda x: 0.5 ** np.arange(3.0, -1.0, -1.0)),
]


@pytest.mark.parametrize("f, args, derivative", COVERED, ids=[c[0].__name__ for c in COVERED])
def test_an_array_that_a_loop_goes_over_is_a_list(f, args, derivative):
    value, gradient, text = gradient_of(f, *args)
    assert ".tolist()" in text
    assert_same(value, f(*args))
    np.testing.assert_allclose(gradient, derivative(*args), rtol=1e-15)


def test_a_written_array_is_put_back():
    value, gradient, text = gradient_of(by_neighbours, X)
    assert "u[...] = u_list" in text
    assert_same(value, by_neighbours(X))
    step = 1e-200  # complex step: the function is analytic
    for k, one in enumerate(np.eye(4)):
        assert gradient[k] == pytest.approx(by_neighbours(X + 1j * step * one).imag / step, rel=1e-14)


def few_of_many(x, n):
    s = 0.0
    for i in range(n):
        s += x[3 * i]
    return s + 0.0 * np.sum(x)


def first_above(x, limit):
    for i in range(len(x)):
        if x[i] > limit:
            return x[i] * x[i]
    return 0.0 * x[0]


def in_one_branch(x, wanted):
    s = 0.0 * x[0]
    if wanted:
        for i in range(len(x)):
            s += x[i]
    return s


def not_its_own_size(x, y):
    s = 0.0 * x[0]
    for i in range(len(x)):
        s += x[i] * y[i]
    return s


def test_a_loop_over_a_few_elements_leaves_the_array_alone():
    assert ".tolist()" not in gradient_of(few_of_many, X, 2)[2]


def test_a_loop_that_may_end_early_leaves_the_array_alone():
    value, gradient, text = gradient_of(first_above, X, 1.0)
    assert ".tolist()" not in text
    assert value == 4.0 and gradient.tolist() == [0.0, 0.0, 4.0, 0.0]


def test_the_list_is_made_where_the_loop_is():
    _, _, text = gradient_of(in_one_branch, X, True)
    lines = text.splitlines()
    at = next(k for k, line in enumerate(lines) if ".tolist()" in line)
    assert any(line.strip().startswith("if wanted") and lines.index(line) < at for line in lines)
    assert lines[at].startswith("        ")


def test_of_a_longer_array_only_what_is_read():
    value, gradient, text = gradient_of(not_its_own_size, X, np.arange(1000.0))
    assert "y[:n].tolist()" in text
    assert value == X @ np.arange(4.0) and gradient.tolist() == [0.0, 1.0, 2.0, 3.0]


def test_a_row_is_a_list_as_a_whole_or_not_at_all():
    def f(m):
        s = 0.0
        for k in range(2):
            for row in m:
                s += row[k] * row[k]
                if row[k] > 0.5:
                    for v in row:
                        s += v * row[2]
        return s
    value, gradient, _ = gradient_of(f, M)
    assert_same(value, f(M))
    step = 1e-7
    for k, one in enumerate(np.eye(12)):
        e = step * one.reshape(4, 3)
        assert gradient.flat[k] == pytest.approx((f(M + e) - f(M - e)) / (2.0 * step), rel=1e-6, abs=1e-6)


def test_numba_gets_arrays():
    pytest.importorskip("numba")
    compiled = sct.value_and_grad(dot, backend="numba")
    value, gradient = compiled(X, Y)
    assert value == pytest.approx(X @ Y) and gradient.tolist() == Y.tolist()
    assert "tolist" not in compiled.source


# ------------------------------------------------------------------------------------------ what is computed and raised

def quotients(x, y):
    s = 0.0
    for i in range(len(x)):
        s += x[i] / y[i]
    return s


def powers(x, y):
    s = 0.0
    for i in range(len(x)):
        s += x[i] ** 2 + y[i] ** 3
    return s


def remainders(x, y):
    s = 0.0
    for i in range(len(x)):
        s += x[i] % y[i] + x[i] // y[i] + round(x[i], 1)
    return s


def mean_of_squares(x, y):
    s = 0.0
    for i in range(len(x)):
        s += x[i] * y[i]
    return s * s / len(x)


@pytest.mark.parametrize("f", [quotients, powers, remainders, mean_of_squares, dot, squares])
@pytest.mark.parametrize("x", [X, np.array([0.0, -0.0, 1e200, np.nan]), np.array([-1e308, np.inf, 1e308, 5e-324])],
                         ids=["usual", "zeros", "huge"])
@pytest.mark.parametrize("y", [Y, np.array([0.0, -0.0, 0.0, 1e300])], ids=["usual", "zeros"])
@pytest.mark.filterwarnings("ignore")
def test_the_value_is_that_of_the_function_in_every_bit(f, x, y):
    value, _, _ = gradient_of(f, x, y)
    assert_same(value, f(x, y))


@pytest.mark.filterwarnings("ignore")
def test_a_zero_denominator_is_an_infinity():
    y = np.array([2.0, 0.0, -0.0, 1.0])
    value, (x_bar, y_bar), _ = gradient_of(quotients, np.ones(4), y, argnums=(0, 1))
    assert np.isnan(value)
    np.testing.assert_array_equal(x_bar, 1.0 / y)
    np.testing.assert_array_equal(y_bar, -1.0 / y ** 2)


def test_what_numpy_is_told_to_raise_is_raised():
    def f(x):
        s = 0.0
        with np.errstate(all="raise"):
            for i in range(len(x)):
                s += x[i] * x[i]
        return s
    assert raised(sct.grad(f), np.full(3, 1e200)) is raised(f, np.full(3, 1e200)) is FloatingPointError


def test_so_it_is_in_callees():
    def total(x):
        s = 0.0
        for i in range(len(x)):
            s += x[i] * x[i]
        return s

    def f(x):
        with np.errstate(over="raise"):
            return total(x) + total(2.0 * x)
    assert raised(sct.grad(f), np.full(3, 1e200)) is raised(f, np.full(3, 1e200)) is FloatingPointError


def test_so_it_is_under_seterr():
    with np.errstate(over="raise"):
        gradient = sct.grad(squares)
        assert raised(gradient, np.full(3, 1e200), np.ones(3)) is FloatingPointError


def test_an_index_out_of_range_raises_the_same():
    for f in (squares, quotients):
        assert raised(sct.grad(f), X, Y[:2]) is raised(f, X, Y[:2]) is IndexError


def backwards(x):
    s = 0.0
    for i in range(len(x)):
        s += (i + 1) * x[-i]
    return s


def test_negative_indices_count_from_the_end():
    value, gradient, _ = gradient_of(backwards, X)
    assert_same(value, backwards(X))
    assert gradient.tolist() == [1.0, 4.0, 3.0, 2.0]


# ----------------------------------------------------------------------------------------------------- kinds of numbers

def total(x, n):
    s = 0.0
    for i in range(n):
        s += x[i]
    return s


def largest(x):
    s = x[0]
    for i in range(len(x)):
        s = max(s, x[i])
    return s


def last(x):
    v = 0.0
    for i in range(len(x)):
        v = x[i]
    return v


def by_math(x):
    s = 0.0
    for i in range(len(x)):
        s += math.exp(x[i])
    return s


def perhaps(x, limit):
    s = 0.0
    for i in range(len(x)):
        if x[i] > limit:
            s += x[i]
    return s


KINDS = [(total, (X, 4)), (total, (X, 0)), (largest, (X,)), (last, (X,)), (by_math, (X,)), (perhaps, (X, 0.0)),
         (perhaps, (X, 9.0)), (of_matrix, (M,)),
         (of_matrix, (np.zeros((0, 3)),)), (of_rows, (np.zeros((2, 0)),)), (last, (np.zeros(0),)),
         (dot, (X, Y[:0]))]


@pytest.mark.parametrize("f, args", KINDS, ids=[f"{f.__name__}{k}" for k, (f, _) in enumerate(KINDS)])
def test_numbers_stay_what_they_are(f, args):
    value, _, _ = gradient_of(f, *args)
    assert_same(value, f(*args))


def test_what_is_shown_or_kept_is_what_it_was():
    def f(x):
        s, kinds, found = 0.0, "", []
        for i in range(len(x)):
            s += x[i] * x[i]
            kinds = kinds + f"{x[i]!r} {x[i] > 0.0!r} "
            found.append(x[i])
        return s, (kinds, found, {"last": x[-1]})
    (value, aux), _ = sct.value_and_grad(f, has_aux=True)(X)
    expected, (kinds, found, held) = f(X)
    assert_same(value, expected)
    assert aux[0] == kinds and "np.float64" in kinds and "np.True_" in kinds
    assert list(map(type, aux[1])) == list(map(type, found)) and type(aux[2]["last"]) is type(held["last"])


def test_integers_wrap_around_as_before():
    def f(x, k):
        s = 0.0
        for i in range(len(k)):
            s += x[i] * (k[i] * k[i]) + x[i] * k[i]
        return s
    k = np.array([3, -2, 2 ** 40, 1])
    with warnings.catch_warnings(action="ignore"):
        value, gradient, _ = gradient_of(f, X, k)
        assert_same(value, f(X, k))
        np.testing.assert_array_equal(gradient, (k * k).astype(float) + k)


def test_positions_and_flags_may_be_lists():
    def f(x, places, flags):
        s = 0.0
        for i in range(len(places)):
            s += x[places[i]] * (i + 1)
        for i in range(len(flags)):
            s = s + 1.0 if flags[i] else s - x[i]
        return s
    places, flags = np.array([2, -1, 2, 0, 1]), np.array([True, False, True, False])
    value, gradient, text = gradient_of(f, X, places, flags)
    assert "places.tolist()" in text and "flags.tolist()" in text
    assert_same(value, f(X, places, flags))
    assert gradient.tolist() == [4.0, 5.0 - 1.0, 1.0 + 3.0, 2.0 - 1.0]


def test_arithmetic_of_flags_is_numpys():
    def f(x, flags):
        s = 0.0
        for i in range(len(flags)):
            s += x[i] * (flags[i] + flags[i]) + (~flags[i]) * x[i]
        return s
    flags = np.array([True, False, True, False])
    value, gradient, _ = gradient_of(f, X, flags)
    assert_same(value, f(X, flags))
    assert gradient.tolist() == [1.0, 1.0, 1.0, 1.0]


def test_narrow_floats_stay_narrow():
    x = X.astype(np.float32)
    value, gradient, text = gradient_of(squares, x, x)
    assert ".tolist()" not in text and gradient.dtype == np.float32
    assert_same(value, squares(x, x))


# ---------------------------------------------------------------------------------------------------------------------- memory

def test_one_array_under_two_names():
    value, (a, b), _ = gradient_of(squares, X, X, argnums=(0, 1))
    assert_same(value, squares(X, X))
    np.testing.assert_allclose(a, 2.0 * X * X)
    np.testing.assert_allclose(b, X * X)


def test_what_is_written_through_a_view_is_read():
    def f(x):
        u = x.copy()
        v = u[::-1]
        for i in range(len(u)):
            v[i] = v[i] * u[i]
        return np.sum(u)
    value, gradient, _ = gradient_of(f, X)
    assert_same(value, f(X))
    step = 1e-200
    for k, one in enumerate(np.eye(4)):
        assert gradient[k] == pytest.approx(f(X + 1j * step * one).imag / step, rel=1e-14)


def test_what_is_written_to_an_argument_does_not_reach_its_caller():
    def f(x):
        for i in range(1, len(x)):
            x[i] = x[i] + x[i - 1] * x[i]
        return np.sum(x)
    given = X.copy()
    value, gradient, _ = gradient_of(f, given)
    np.testing.assert_array_equal(given, X)
    assert_same(value, f(X.copy()))
    step = 1e-200
    for k, one in enumerate(np.eye(4)):
        assert gradient[k] == pytest.approx(f(X + 1j * step * one).imag / step, rel=1e-14)


def test_an_array_that_is_read_whole_in_the_loop_stays_an_array():
    def f(x):
        u = x.copy()
        for i in range(len(u)):
            u[i] = u[i] * np.sum(u)
        return np.sum(u)
    value, gradient, text = gradient_of(f, X)
    assert "u.tolist()" not in text
    assert_same(value, f(X))
    step = 1e-200
    for k, one in enumerate(np.eye(4)):
        assert gradient[k] == pytest.approx(f(X + 1j * step * one).imag / step, rel=1e-12)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (1, 1), (2, 3)])
def test_a_matrix_without_elements_has_its_shape(shape):
    def f(m):
        u = np.zeros(m.shape)
        for i in range(m.shape[0]):
            for j in range(m.shape[1]):
                u[i, j] = 2.0 * m[i, j] + u[i, j]
        return np.sum(u)
    value, gradient, _ = gradient_of(f, np.ones(shape))
    assert value == 2.0 * np.ones(shape).size and gradient.tolist() == (2.0 * np.ones(shape)).tolist()
    assert gradient.shape == shape


# ---------------------------------------------------------------------------------------------------------------------- modes

def test_tangents_and_curvature():
    def f(x, y):
        s = 0.0
        for i in range(1, len(x)):
            s += x[i] * x[i - 1] * y[i] + math.sin(x[i])
        return s
    v = np.array([1.0, -0.5, 0.25, 2.0])
    hessian = np.diag(np.r_[0.0, -np.sin(X[1:])]) + np.diag(Y[1:], 1) + np.diag(Y[1:], -1)
    np.testing.assert_allclose(sct.hvp(f, (X, Y), (v, np.zeros(4)))[0], hessian @ v, rtol=1e-14)
    x_bar = np.r_[0.0, X[:-1] * Y[1:] + np.cos(X[1:])] + np.r_[X[1:] * Y[1:], 0.0]
    out, out_dot = sct.jvp(f, (X, Y), (v, np.zeros(4)))
    assert_same(out, f(X, Y))
    assert out_dot == pytest.approx(x_bar @ v, rel=1e-14)


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda w: w.name)
def test_workloads_are_the_same_in_every_bit(workload):
    args = workload.arguments(workload.sizes[0])
    found = sct.value_and_grad(workload.fun, workload.argnums)(*args)
    with pipeline.without("list_elements"):
        assert_same(found, sct.value_and_grad(workload.fun, workload.argnums)(*args))


def greatest_square(x):
    best = None
    for v in x:
        if best is None or v > best:
            best = v * v
    return best


def weighted_by_position(x):
    pairs = enumerate(x)
    s = 0.0
    for i, v in pairs:
        w = i * v
        s += w * w
    return s + sum([i * v for i, v in pairs])


@pytest.mark.parametrize("fun", [greatest_square, weighted_by_position])
def test_none_is_not_converted_and_a_sum_of_nothing_is_an_integer(fun):
    x = np.array([0.5, -1.2, 2.0, 0.7])
    value, _ = sct.value_and_grad(fun)(x)
    assert value == fun(x) and type(value) is type(fun(x)) is np.float64


def filtered(x):
    y = np.zeros(len(x))
    for i in range(1, len(x)):
        y[i] = 0.5 * y[i - 1] + x[i] * x[i]
    return np.sum(y * y)


def test_a_list_is_put_back_only_where_somebody_reads_the_array():
    text = sct.source(sct.grad(filtered), X)
    forward, reverse = text.split("# reverse sweep")
    assert "y[...] = y_list" in forward, text
    assert "] = y_bar_list" not in reverse, text
