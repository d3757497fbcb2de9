"""What a path does not use has no influence on it, be its slope infinite: the cotangent is exactly zero and stays it."""

import math

import numpy as np
import pytest

import sct
from tests.oracle import check, written

ROOTS = np.array([0.0, 1.0, 4.0])
pytestmark = pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")


def slopes(fun, *args):
    """The gradient, which ``vjp`` and ``jvp`` give, too, by the first argument."""
    found = sct.grad(fun)(*args)
    _, pull_back = sct.vjp(fun, *args)
    assert np.array_equal(pull_back(1.0)[0], found)
    still = tuple(None for _ in args[1:])
    if isinstance(found, float):
        assert sct.jvp(fun, args, (1.0, *still))[1] == found
    else:
        along = [sct.jvp(fun, args, (one, *still))[1] for one in np.eye(found.size)]
        assert not np.isnan(found).any() and (np.isnan(along) | np.isclose(along, found)).all()
    return found


def in_a_branch(x):
    d = np.sqrt(x)
    s = x
    if d > 0:
        s += 1 / d
    return s


def power_in_a_branch(x):
    r = x**0.25
    s = x
    if r > 0:
        s += r
    return s


def in_a_loop_body(x):
    r = x**0.5
    s = x
    while s < 10:
        if r > 0:
            s += r
        s += 3
    return s


def in_one_arm(x):
    r = np.sqrt(x)
    return 1 / r if r > 0 else x


def in_a_loop_not_run(x):
    r = np.log(x)
    s = x
    for _ in range(int(x)):
        s += r
    return s


@pytest.mark.parametrize("kind", [float, np.float64])
@pytest.mark.parametrize("fun", [in_a_branch, power_in_a_branch, in_a_loop_body, in_one_arm, in_a_loop_not_run])
def test_numbers(fun, kind):
    assert slopes(fun, kind(0.0)) == 1.0
    check(fun, kind(1.7))


def guarded_distance(v, x):
    def distance(a):
        return np.sqrt(np.sum(a * a))
    d = distance(v)
    s = x
    if d > 0:
        s += x / d
    return s


def test_distance():
    """The formula of a distance stands in a function of its own, the question in its caller."""
    assert slopes(guarded_distance, np.zeros(2), 3.0).tolist() == [0.0, 0.0]
    check(guarded_distance, np.array([0.3, -0.4]), 3.0)


def asked_elsewhere(v):
    def root(a):
        s = 0.0
        for k in range(2):
            s += np.sqrt(a) * k
        return s

    def use(d, y):
        if d > 0:
            for _ in range(3):
                y = y * d
        return y
    s = 0.0
    for i in range(len(v)):
        s += use(root(v[i]), v[i])
    return s


def last_iteration(v):
    for i in range(len(v)):
        r = np.sqrt(v[i])
    return r


def skipped(v):
    s = v[0]
    for i in range(len(v)):
        r = 1 / v[i]
        if np.isinf(r):
            s += v[i]
            continue
        if r < 0.5:
            break
        s += r
    return s


def largest(v):
    return max(np.sqrt(v[0]), np.sqrt(v[1]))


def largest_of_many(v):
    return max([np.sqrt(e) for e in v])


@pytest.mark.parametrize(("fun", "expected"), [
    (asked_elsewhere, [1.0, 2.5, 20.0]), (last_iteration, [0.0, 0.0, 0.25]), (skipped, [2.0, -1.0, 0.0]),
    (largest, [0.0, 0.5, 0.0]), (largest_of_many, [0.0, 0.0, 0.25])])
def test_elements(fun, expected):
    assert np.allclose(slopes(fun, ROOTS), expected)
    check(fun, ROOTS + 0.01)


def test_second_order():
    """The change of a cotangent that is exactly zero is, too."""
    found = sct.hessian(last_iteration)(ROOTS)
    assert np.array_equal(found[:2], np.zeros((2, 3))) and found[2, 2] == -0.25 * 4.0**-1.5


def test_only_where_it_may_be_zero():
    """What always reaches the result is divided by without a question."""
    def always(x):
        d = np.sqrt(x)
        return d * 2.0 if x > 1.0 else math.pi * d
    assert "strong" not in sct.source(always, np.float64(1.0))
    assert "strong" in sct.source(in_a_branch, np.float64(1.0))
    assert sct.grad(always)(np.float64(0.0)) == math.inf


def not_used(slope):
    return written(globals(), "f", f"def f(v, n):\n    a = {slope}\n    return a if n > 2 else v.sum()\n")


@pytest.mark.parametrize("slope", [
    "v[0] % v[0]", "v[1] // v[0]", "np.fmod(v[1], v[0])", "np.divide(v[1], v[0])", "np.reciprocal(v).sum()", "1 / v[0]",
    "np.float64(0.0) ** v[0]", "v[0] ** v[1]", "v[0] ** v[0]", "v[0] ** -1", "v[0] ** -1.5", "v[0] ** 0.3", "np.log(v).mean()",
    "np.arctan2(v[0], v[0])", "math.hypot(v[0], v[0])", "np.arccosh(v[1])", "np.std(v * 0.0)"])
def test_everything_steep(slope):
    """Whatever is infinite or undefined here does not matter, in first and second derivatives."""
    fun = not_used(slope)
    assert slopes(fun, ROOTS, 2).tolist() == [1.0, 1.0, 1.0]
    assert sct.hvp(fun, (ROOTS, 2), (np.ones(3), None)).tolist() == [0.0, 0.0, 0.0]
    check(fun, ROOTS + 0.1, 2)
