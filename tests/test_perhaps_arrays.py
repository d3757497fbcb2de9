"""Writes into a variable that is ``None`` or a number before it is an array: decided at run time, as the function does."""

import numpy as np
import pytest

import sct
from tests.oracle import X, check, check_modes, in_other_modes, program, run, tried

PROGRAMS = []


def case(*args):
    return program(PROGRAMS, *args)


@case(X)
def made_in_the_first_iteration(a):
    b = None
    for i in range(3):
        if b is None:
            b = a * a
        else:
            b[i] *= a[0]
    return np.sum(b)


@case(X)
def made_and_written(a):
    b = None
    for i in range(3):
        if b is None:
            b = a * a
        b[i] *= a[0]
    return np.sum(b)


@case(X)
def sums_and_items(a):
    b = None
    for _ in range(3):
        if b is not None:
            b += a
            b[0] = a[1] * b[1]
        else:
            b = a * a
    if b is None:
        return 0.0
    b[2] *= a[2]
    return np.sum(b * b)


@case(X)
def starts_as_an_integer(a):
    acc = 0
    for i in range(3):
        acc = acc + a * a[i]
    acc[0] *= 2
    return np.sum(acc)


@case(X)
def starts_as_a_float(a):
    acc = 0.0
    for i in range(3):
        acc = acc + a * a[i]
    acc[1:] += acc[:-1] * a[0]
    return np.sum(acc)


@case(X)
def starts_as_a_number_and_is_added_to(a):
    acc = 1.0
    for i in range(3):
        acc += a * a[i]
    acc[1:] += acc[:-1] * a[0]
    return np.sum(acc)


@case(X)
def multiplied_in_place(a):
    acc = 1
    for i in range(3):
        acc *= a + i
        if i:
            acc[0] += acc[1] * acc[2]
    return np.sum(acc)


@case(X, None)
def default_none(a, w):
    if w is None:
        w = np.ones(4)
    w[0] *= a[0]
    w *= a
    return np.sum(w * a)


@case(X, X.copy())
def default_given(a, w):
    if w is None:
        w = np.ones(4)
    w[0] *= a[0]
    w *= a
    return np.sum(w * a)


@case(X)
def optional_result(a):
    def fill(x, out=None):
        if out is None:
            out = np.empty_like(x)
        out[:] = x * x
        out[0] *= 2
        return out
    b = fill(a)
    fill(b * a, out=b)
    return np.sum(b)


@case(X, 3)
def previous(a, n):
    before, s = None, 0.0
    for i in range(n):
        now = a * a[i]
        if before is not None:
            before[0] += now[1]
            s += np.sum(before * now)
        before = now
    return s


@case(X, 3)
def best_so_far(a, n):
    best = None
    for i in range(n):
        c = a * a[i]
        if best is None or np.sum(c) > np.sum(best):
            best = c
            best[1] *= 2
    best[0] = 1.5 * best[1]
    return np.sum(best * best)


@case(X, 3)
def array_or_number(a, n):
    x = a * a if n > 2 else 0.5
    if isinstance(x, np.ndarray):
        x[0] *= 3
        x += 1
    return np.sum(x) * a[0]


@case(X, 2)
def number_after_all(a, n):
    x = a * a if n > 2 else 0.5
    if isinstance(x, np.ndarray):
        x[0] *= 3
        x += 1
    return np.sum(x) * a[0]


@case(X, 1.5)
def array_or_active_number(a, t):
    x = a * a if a[0] > 0.5 else t
    if isinstance(x, np.ndarray):
        x[0] *= 3
        x += 1
    else:
        x *= 2
    return np.sum(x) * a[0]


@case(X, 3)
def mean_of_gradients(a, n):
    g = None
    for i in range(n):
        d = a * a[i]
        if g is None:
            g = d
        else:
            g += d
    g /= n
    g[0] = 0
    return np.sum(g * a)


@case(X)
def condition_of_while(a):
    b, k = None, 0
    while b is None or b[0] < 5:
        if b is None:
            b = a * a
        b[0] += a[1]
        b[1] *= b[0]
        k += 1
    return np.sum(b) * k


def _until_negative(a, n):
    b = None
    for i in range(n):
        if a[i] < 0:
            break
        if b is None:
            b = np.zeros(4)
        b[i] += a[i] ** 2
    return a[0] * 2 if b is None else np.sum(b * a)


case(X, 3)(_until_negative)
case(-X, 3)(_until_negative)
case(X, 0)(_until_negative)


@case(X, 3)
def kept_in_a_dict(a, n):
    cache, s = {"m": None}, 0.0
    for i in range(n):
        if cache["m"] is None:
            cache["m"] = a * a
        cache["m"][i] *= 2
        s += np.sum(cache["m"])
    return s


@case(X)
def views_of_what_may_be_none(a):
    b = None
    for i in range(3):
        if b is None:
            b = a * 2
            v = b[1:]
        v[i] *= a[i]
        b[0] += v[0]
    return np.sum(b * b)


test_gradient = tried(run, PROGRAMS)
test_other_modes = tried(in_other_modes, PROGRAMS)


def never_an_array(x, n):
    acc = 0.0
    for i in range(n):
        acc = acc + x * i
    acc[0] = 1.0
    return np.sum(acc)


def still_none(x, n):
    acc = None
    for i in range(n):
        acc = x * i
    acc[0] = 1.0
    acc += 1.0
    return np.sum(acc)


@pytest.mark.parametrize("fun", [never_an_array, still_none])
def test_raises(fun):
    """Without an iteration the array was never made, and Python raises."""
    gradient = sct.grad(fun)
    check(fun, X, 2)
    for f in (fun, gradient):
        with pytest.raises(TypeError, match="does not support item assignment"):
            f(X, 0)


def _made_in_a_callee(x):
    z = np.tanh(np.ones(2) * x)
    w = None
    for _ in range(2):
        if w is None:
            w = 1.0 * z
        w -= np.sin(w[::-1])
    if w is not None:
        w[0] = np.sin(x * 0.21)
        x = np.sum(np.sin(w))
    return x


def test_two_saved_lists_of_the_same_arrays():
    """A backward half that may run again takes them from copies of the lists, which hold the same arrays."""
    def f(x):
        return _made_in_a_callee(x) * x
    check(f, 1.3)
    check_modes(f, 1.3)
