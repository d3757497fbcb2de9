"""What a function raises its gradient raises too, whether the gradient needs what was being computed or not.

The oracle is the function itself: called with the same arguments, it says which exception is due.
"""

import math
from collections import namedtuple

import numpy as np
import pytest

import sct


def outcome(fun, *args):
    try:
        return fun(*args)
    except (ArithmeticError, NameError, NotImplementedError, RecursionError, ValueError) as error:
        return error


def same_outcome(fun, *args):
    """The gradient raises exactly where the function does; gives the text of the gradient."""
    gradient = sct.grad(fun)
    expected, found = outcome(fun, *args), outcome(gradient, *args)
    if isinstance(expected, RecursionError):
        assert isinstance(found, RecursionError)
    elif isinstance(expected, Exception):
        assert (type(found), str(found)) == (type(expected), str(expected))
    else:
        step = 1e-6
        slope = (fun(args[0] + step, *args[1:]) - fun(args[0] - step, *args[1:])) / (2 * step)
        assert found == pytest.approx(slope, rel=1e-5, abs=1e-7)
    return gradient.source


def after_loop(x, n):
    for _ in range(n):
        y = x * x
    return y


def copied(x, n):
    if n > 3:
        y = x * x
    z = y
    return x * x


def bare(x, n):
    while n > 0:
        n -= 1
        if n == 2:
            y = x
            break
    y
    return x * x


def in_first_iteration(x, n):
    for _ in range(n):
        before = before + x  # noqa: F821
    return x


def in_some_iteration(x, n):
    for i in range(n):
        if i > 1:
            y = x * i
    return x + 0.0 * y


def in_another_iteration(x, n):
    for i in range(n):
        if i == 2:
            w = y  # noqa: F821
        if i > 2:
            y = x
    return x * x


def in_a_tuple(x, n):
    if n > 0:
        pair = (x, 2.0 * x)
    pair
    return x * x


def captured(x, n):
    scale = lambda t: t * factor
    if n > 0:
        factor = 2.0 * x
    return scale(x)


def in_a_generator(x, n):
    if n > 0:
        y = x
    w = sum(y for _ in range(3))
    return x * x


def a_function(x, n):
    if n > 0:
        g = math.sin
    return g(x)


def under_errstate(x, n):
    with np.errstate(all="ignore"):
        for _ in range(n):
            y = x
    y
    return x * x


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 7])
@pytest.mark.parametrize("fun", [after_loop, copied, bare, in_first_iteration, in_some_iteration, in_another_iteration,
                                 in_a_tuple, captured, in_a_generator, a_function, under_errstate])
def test_unbound(fun, n):
    same_outcome(fun, 0.7, n)


def test_the_test_of_a_loop_that_may_not_run_names_its_bound():
    assert "    if n <= 0:\n        raise UnboundLocalError(" in same_outcome(after_loop, 0.7, 2)


def always_bound(x, n):
    for _ in range(3):
        y = x * x
    while True:
        z = y
        break
    if n < 1:
        raise ValueError(n)
    for i in range(n):
        if i == 0:
            w = z
        else:
            w = w * x
    return w


def python_tests(x, n):
    for i in range(n):
        y = x * i
    return y * y


@pytest.mark.parametrize("fun", [always_bound, python_tests])
@pytest.mark.parametrize("n", [0, 3])
def test_no_test_where_none_is_needed(fun, n):
    assert "Unbound" not in same_outcome(fun, 0.7, n)


def unused_power(x, y):
    z = y**2
    return x * x


def unused_sine(x, y):
    z = math.sin(y)
    return x * x


def used_sine(x, y):
    return x * math.sin(y)


def sine_of_what_is_differentiated(y, x):
    return x * math.sin(y)


@pytest.mark.parametrize("fun", [unused_power, unused_sine, used_sine])
@pytest.mark.parametrize("y", [1e200, math.inf, 0.5])
def test_unused_operations_of_python_numbers(fun, y):
    same_outcome(fun, 0.7, y)


def test_the_derivative_raises_for_the_function():
    gradient = sct.grad(sine_of_what_is_differentiated)
    assert gradient(0.5, 2.0) == pytest.approx(2.0 * math.cos(0.5))
    with pytest.raises(ValueError):
        gradient(math.inf, 2.0)
    assert not any(line.lstrip().startswith("math.sin") for line in gradient.source.splitlines())


def numpy_raises(x, y):
    with np.errstate(all="raise"):
        z = np.float64(1.0) / np.float64(y)
    return x * x


def numpy_raises_in_a_callee(x, y):
    def overflow(t):
        for _ in range(2):
            w = np.exp(t * 1000.0)
        return t
    with np.errstate(over="raise"):
        z = overflow(y)
    return x * x


def numpy_is_silent(x, y):
    with np.errstate(all="raise"), np.errstate(all="ignore"):
        z = np.float64(1.0) / np.float64(y)
    return x * x


@pytest.mark.parametrize("fun", [numpy_raises, numpy_raises_in_a_callee, numpy_is_silent])
@pytest.mark.parametrize("y", [0.0, 2.0])
def test_error_state_of_numpy(fun, y):
    same_outcome(fun, 0.7, y)


def endless(x, n):
    return endless(x, n)


def mutual(x, n):
    return x * mutual_too(x + 1.0, n)


def mutual_too(x, n):
    return mutual(x - 1.0, n) if x > 0.0 else mutual(x, n)


def endless_on_one_branch(x, n):
    if n > 5:
        return endless(x, n)
    return x * x


def without_base_beyond_five(x, n):
    if n > 5:
        return without_base_beyond_five(x, n + 1)
    return x * x


@pytest.mark.parametrize("fun", [endless, mutual, endless_on_one_branch, without_base_beyond_five])
@pytest.mark.parametrize("n", [3, 7])
def test_endless_recursion(fun, n):
    same_outcome(fun, 0.7, n)


def to_be_done(x):
    raise NotImplementedError("later")


def with_that_always_raises(x):
    with np.errstate(over="raise"):
        raise ValueError("no")


@pytest.mark.parametrize("fun", [to_be_done, with_that_always_raises])
def test_functions_that_only_raise(fun):
    same_outcome(fun, 0.7)


def divides_last(x, y):
    z = x * 2.0
    return z / y


def test_the_note_names_the_line_of_the_division():
    with pytest.raises(ZeroDivisionError) as caught:
        sct.grad(divides_last)(1.0, 0.0)
    assert "return z / y" in caught.value.__notes__[0]


def names_three(u):
    x, y, z = u
    return 2.0 * np.sum(u)


def uses_one_of_three(u):
    x, y, z = u
    return 2.0 * x


@pytest.mark.parametrize("fun", [names_three, uses_one_of_three])
@pytest.mark.parametrize("u", [np.ones(4), np.ones(2), [1.0, 2.0], [1.0, 2.0, 3.0, 4.0]], ids=repr)
def test_names_without_a_use_count_where_items_are_unpacked(fun, u):
    with pytest.raises(ValueError) as expected:
        fun(u)
    with pytest.raises(ValueError) as found:
        sct.grad(fun)(u)
    assert str(found.value) == str(expected.value)


@pytest.mark.parametrize("u", [np.arange(3.0), np.arange(9.0).reshape(3, 3), [1.0, 2.0, 3.0]], ids=repr)
def test_rows_of_a_matrix_and_items_of_a_list_are_unpacked_under_numba(u):
    pytest.importorskip("numba")
    gradient = sct.grad(names_three, backend="numba")
    np.testing.assert_array_equal(gradient(u), np.full(np.shape(u), 2.0))
    with pytest.raises(ValueError, match="not as many items"):
        gradient(u[:2])


Hit = namedtuple("Hit", "time place")


def calls(x, n):
    y = None
    if n:
        y = lambda t: t * x
    return y(2.0)


def calls_what_is_never_a_function(x, n):
    y = None
    return y(x)


def reads_a_key(x, n):
    y = None
    if n:
        y = {"a": x * x}
    return y["a"]


def reads_an_attribute(x, n):
    best = None
    for k in range(n):
        best = Hit(x * x, k)
    return best.time * x


def reads_an_item_that_no_derivative_needs(x, n):
    y = None
    for k in range(n):
        y = (x * x, k)
    return y[0]


def unpacks(x, n):
    y = None
    for _ in range(n):
        y = (x, x * x)
    a, b = y
    return b


def goes_through(x, n):
    y = None
    if n:
        y = (x, x * x)
    s = 0.0
    for v in y:
        s += v
    return s


def multiplies(x, n):
    y = None
    for _ in range(n):
        y = x * x
    return 2.0 * y


def sums(x, n):
    y = None
    for _ in range(n):
        y = np.full(2, x)
    return y.sum()


def sums_a_tuple(x, n):
    y = None
    if n:
        y = (x, 3.0 * x)
    return sum(y, x)


def indexes_a_number(x, n):
    y = 0
    for k in range(n):
        y = (x * x, k)
    return y[0]


@pytest.mark.parametrize("fun", [calls, reads_a_key, reads_an_attribute, reads_an_item_that_no_derivative_needs, unpacks,
                                 goes_through, multiplies, sums, sums_a_tuple, indexes_a_number,
                                 calls_what_is_never_a_function])
def test_what_is_perhaps_none_raises_where_it_is(fun):
    raised = {}
    for what, called in (("function", fun), ("gradient", sct.grad(fun)), ("curvature", sct.grad(sct.grad(fun)))):
        with pytest.raises((TypeError, AttributeError)) as caught:
            called(1.5, 0)
        raised[what] = type(caught.value)
    assert len(set(raised.values())) == 1
    if fun is not calls_what_is_never_a_function:
        assert sct.grad(fun)(1.5, 2) == pytest.approx((fun(1.5 + 1e-6, 2) - fun(1.5 - 1e-6, 2)) / 2e-6)


def nearest_hit(x, times):
    best = None
    for k, time in enumerate(times):
        hit = Hit(time * x, k)
        if best is None or hit.time < best.time:
            best = hit
    if best is None:
        return x
    return best.time**2 + best.place * x


def test_a_named_tuple_that_is_perhaps_none_keeps_its_names():
    times = [3.0, 1.0, 2.0]
    assert sct.grad(nearest_hit)(0.5, times) == pytest.approx(2 * 0.5 + 1)
    assert sct.jvp(nearest_hit, (0.5, times), (1.0, None))[1] == pytest.approx(2 * 0.5 + 1)
    assert sct.grad(nearest_hit)(0.5, []) == 1.0


def raises_with_a_number(x):
    if x < 0.0:
        raise ValueError("negative", x, [x])
    if x > 5.0:
        raise ArithmeticError((x, x * x))
    try:
        if x > 2.0:
            raise KeyError(2.0 * x)
        y = x**3
    except KeyError:
        y = x * x
    return y


def test_exceptions_that_hold_a_number_have_no_tangent():
    for x, slope, curvature in ((1.5, 3 * 1.5**2, 6 * 1.5), (3.0, 6.0, 2.0)):
        assert sct.jvp(raises_with_a_number, (x,), (1.0,))[1] == pytest.approx(slope)
        assert sct.hvp(raises_with_a_number, (x,), (1.0,)) == pytest.approx(curvature)
    for x in (-1.0, 6.0):
        with pytest.raises((ValueError, ArithmeticError)) as expected:
            raises_with_a_number(x)
        with pytest.raises((ValueError, ArithmeticError)) as found:
            sct.jvp(raises_with_a_number, (x,), (1.0,))
        assert type(found.value) is type(expected.value) and found.value.args == expected.value.args
