"""What loops would read if they ran: variables that are not bound, None or a number until an iteration makes them something."""

import copy

import numpy as np
import pytest

import sct
from tests.oracle import check, check_modes

V = np.array([1.0, 2.0, 3.0])


def outcome(run):
    """The result of a call, or the exception it raises."""
    try:
        return run()
    except Exception as error:
        return error


def same_outcome(fun, *args, modes=False):
    """Assert that the gradient is right where ``fun`` returns, and raises the very exception that it raises."""
    expected = outcome(lambda: fun(*copy.deepcopy(args)))
    if not isinstance(expected, Exception):
        check(fun, *args)
        if modes:
            check_modes(fun, *args)
        return
    found = outcome(lambda: sct.grad(fun)(*copy.deepcopy(args)))
    assert type(found) is type(expected), repr(found)


# ------------------------------------------------------------------------------------------- arrays that would become lists

def elements_of_unbound(x, v, n, m):
    for _ in range(n):
        b = v
    s = 0.0
    for _ in range(m):
        for j in range(len(b)):
            s += b[j] * x
    return s + x


def elements_of_none(x, v, n, m):
    b = None
    for _ in range(n):
        b = v
    s = 0.0
    for j in range(m):
        s += b[j] * x
    return s + x


def elements_of_number(x, v, n, m):
    b = 0.0
    for _ in range(n):
        b = v
    s = 0.0
    for j in range(m):
        s += b[j] * x
    return s + x


def as_many_as_unbound(x, v, n, m):
    for _ in range(n):
        b = 3
    s = 0.0
    for _ in range(m):
        for j in range(b):
            s += v[j] * x
    return s + x


def writes_to_unbound(x, v, n, m):
    if n > 0:
        b = v * x
        c = 3
    s = 0.0
    for _ in range(m):
        for i in range(c):
            b[i] += x
            s += b[i] * v[i]
    return s + x


def rows_of_unbound(x, v, n, m):
    if n > 0:
        b = np.outer(v, v)
    s = 0.0
    for _ in range(m):
        for i in range(b.shape[0]):
            for k in range(b.shape[1]):
                s += b[i, k] * x
    return s + x


@pytest.mark.parametrize("m", [0, 2])
@pytest.mark.parametrize("n", [0, 1])
@pytest.mark.parametrize("fun", [elements_of_unbound, elements_of_none, elements_of_number, as_many_as_unbound,
                                 writes_to_unbound, rows_of_unbound])
def test_elements(fun, n, m):
    """No list is made in front of a loop out of what would only be missed inside it."""
    same_outcome(fun, 1.3, V, n, m)


def read_by_generator(x, v, n):
    for _ in range(n):
        b = v
    return x * sum(1.0 for _ in range(2) for e in b if e)


@pytest.mark.parametrize("n", [0, 1])
def test_free_variable(n):
    """Python calls what a generator expression reads a free variable: its exception is another one."""
    same_outcome(read_by_generator, 1.3, V, n)


# ------------------------------------------------------------------------------------------- lists that are something else

def list_or_none(x, n):
    xs = None
    for i in range(n):
        xs = [x, x * i]
    return x if xs is None else sum(xs) * x


def list_or_number(x, n):
    xs = 0
    for _ in range(2):
        for i in range(n):
            xs = [x, x * i]
        if n > 0:
            x = x + xs[0]
    return x


def lists_of_each_other(x, n):
    xs = 2.0
    ys = xs
    for j in range(n):
        ys = [x, x * j]
        for _ in range(j):
            xs = ys
            ys = [xs[0] * x, xs[1]]
    return ys[0] * xs[1] if n > 2 else x


def dict_or_none(x, n):
    d = None
    for j in range(n):
        d = {j: x}
        for k in range(j):
            d[k] = x * x
    return x if d is None else sum(d.values()) * x


def rows_or_none(x, n):
    rows = None
    for _ in range(n):
        for i in range(n - 3):
            rows = [np.array([x, x * i]), np.ones(2) * x]
        if n > 3:
            x = x + rows[0][1]
    return x


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5])
@pytest.mark.parametrize("fun", [list_or_none, list_or_number, lists_of_each_other, dict_or_none, rows_or_none])
def test_lists(fun, n):
    """The adjoint of a list that is None or a number on the way is an empty list there."""
    same_outcome(fun, 1.3, n, modes=True)


def replaced_in_a_loop_left_early(x, v, n):
    for _ in range(v.shape[0]):
        for _ in range(n):
            x += sum(a for a, _ in zip(v, v, strict=True))
            if x > 1.0:
                return x
            if x < -5.0:
                xs = 1.0
            for _ in range(n):
                xs = [x]
            r = sum(made for made in xs)
            v *= r
    return x


@pytest.mark.parametrize("n", [0, 1])
def test_unbound_number_or_list(n):
    """All three at once, in a loop that writes to an array."""
    check(replaced_in_a_loop_left_early, -0.8, V - 3.3, n)


def unbound_number(x, v, n):
    for i in range(n):
        t = v[i] * x
    s = x
    for i in range(n - 1):
        s += t * v[i]
    return s


def unbound_in_closure(x, v, n):
    def total(k):
        s = 0.0
        for j in range(k):
            s += b[j] * x
        return s
    for i in range(n):
        b = v * (i + x)
    return total(n) + x


@pytest.mark.parametrize("n", [0, 1, 3])
@pytest.mark.parametrize("fun", [unbound_number, unbound_in_closure])
def test_contexts(fun, n):
    """What a backward half is handed may be unbound: it asks for it inside the loop, as the function does."""
    same_outcome(fun, 1.3, V, n, modes=True)


def never_bound(x, y, n):
    for _ in range(0):
        w = [1.0]
    for _ in range(0):
        for j in range(len(w)):
            y = np.sin(y + w[j])
    rows = [[y * j for j in range(2)] for _ in range(2)]
    for i in range(n):
        rows[i][1] = x
    return rows[0][1] + rows[1][1]


def read_though_never_bound(x, y, n):
    for _ in range(0):
        w = 3
    for _ in range(w):
        y = np.sin(y)
    return x * y


@pytest.mark.parametrize("fun", [never_bound, read_though_never_bound])
def test_never_bound(fun):
    """No iteration can bind it, and Python finds out only where it is read."""
    same_outcome(fun, 1.3, 0.7, 1, modes=True)


def one_of_two_in_a_list(x, y, n):
    w = 0.0
    for _ in range(n):
        w = [x, np.cos(y)]
    for _ in range(n):
        for j in range(len(w)):
            y = np.sin(y + w[j])
    return y


@pytest.mark.parametrize("dots", [(None, 1.0, None), (1.0, None, None)])
def test_one_direction(dots):
    """What a list holds besides has no tangent, though its adjoint is written to."""
    value, change = sct.jvp(one_of_two_in_a_list, (1.3, 0.7, 2), dots)
    x_bar, y_bar = sct.grad(one_of_two_in_a_list, (0, 1))(1.3, 0.7, 2)
    assert value == one_of_two_in_a_list(1.3, 0.7, 2) and np.isclose(change, y_bar if dots[0] is None else x_bar)
    step = 1e-5
    ahead, behind = (sct.grad(one_of_two_in_a_list, (0, 1))(1.3 + h * (dots[0] or 0.0), 0.7 + h * (dots[1] or 0.0), 2)
                     for h in (step, -step))
    k = 1 if dots[0] is None else 0
    found = sct.hvp(one_of_two_in_a_list, (1.3, 0.7, 2), dots)
    assert np.isclose(found, (ahead[k] - behind[k]) / (2 * step), rtol=1e-6)
