"""Writes into arrays and containers inside ``try``: right where a handler finds nothing half done, else refused."""

import math

import numpy as np
import pytest

from tests.oracle import check, check_modes, in_other_modes, parameters, program, refusal, run, tried

PROGRAMS, REFUSED = [], []
X = np.array([0.7, 1.3, -0.4, 2.1])


def case(fun):
    """At a point where the body comes to its end, and at one where it fails."""
    program(PROGRAMS, X.copy())(fun)
    return program(PROGRAMS, -X)(fun)


def refused(fun):
    return program(REFUSED, X.copy())(fun)


@case
def element(a):
    b = a * 2
    try:
        b[0] = math.sqrt(a[2])
    except ValueError:
        b[0] = a[1]
    return np.sum(b * b)


@case
def finally_alone(a):
    b = a * 2
    try:
        b[0] = a[2] ** 2
    finally:
        b[1] *= a[0]
    return np.sum(b * b)


@case
def several_writes_behind_the_root(a):
    b = a * 2
    try:
        s = math.sqrt(a[0])
        b[0] *= s
        b[1:] += s
        b[1] = b[2] * b[3]
    except ValueError:
        b *= a
        b[1] = a[0]
    return np.sum(b * b)


@case
def in_a_loop(a):
    b = a * 2
    for i in range(4):
        try:
            b[i] = b[i - 1] * math.log(a[i])
        except ValueError:
            b[i] *= a[0]
    return np.sum(b * b)


@case
def array_made_on_each_way(a):
    try:
        s = math.sqrt(a[0])
    except ValueError:
        b = a * 3
        b[0] = 2.0 * b[1]
        s = np.sum(b)
    else:
        b = a * 1
        b[1] *= s
    return np.sum(b * b) * s


@case
def factorisation(a):
    b = a * 2
    try:
        c = np.linalg.cholesky(np.diag(a[:2]))
        b[:2] = c @ b[:2]
        b[2] = c[0, 0]
    except np.linalg.LinAlgError:
        b[0] = b[1] * b[2]
        b[2:] = 0.0
    return np.sum(b * b * a)


@case
def helper_that_writes(a):
    b = a * 2

    def put(i, v):
        b[i] = v
    try:
        v = math.sqrt(a[0])
        put(1, v)
    except ValueError:
        put(2, a[1] ** 2)
    return np.sum(b * b * a)


@case
def whole_array(a):
    b = a * 2
    try:
        b += a * math.sqrt(a[0])
    except ValueError:
        b -= a * a
    return np.sum(b * b * a)


@case
def loop_before_the_write(a):
    b, s = a * 2, 0.0
    try:
        for i in range(4):
            s += math.sqrt(a[1] + i)
        b[:] = b * s
    except ValueError:
        b[0] = a[0] * a[1]
    return np.sum(b * b * a)


@case
def leaves_the_loop(a):
    b = a * 2
    for i in range(4):
        try:
            s = math.sqrt(a[i])
            if s > 1:
                continue
            b[i] *= s
        except ValueError:
            b[i] = 7 * a[0]
            break
    return np.sum(b * b * a)


@case
def what_is_raised_later_is_not_caught(a):
    b = a * 2
    try:
        b[1] *= a[0]
        s = b[1] / a[2]
        b[1] -= s
    except ZeroDivisionError:
        b[0] = 0
    return np.sum(b * b * a)


@case
def out_of_range(a):
    b = np.zeros(6)
    for i in range(8):
        try:
            b[i] = a[i % 4] * i
        except IndexError:
            b[-1] += a[0] * i
    return np.sum(b * b)


@case
def handler_that_raises(a):
    b = a * 2
    try:
        b[0] = 3.0
        b[1] = math.exp(a[1]) * b[0]
    except OverflowError as error:
        b[2] = 0.0
        raise ValueError("too large") from error
    return np.sum(b * b * a)


@case
def dict_item(a):
    d = {"x": a[0]}
    try:
        d["x"] = math.sqrt(a[1])
    except ValueError:
        d["x"] *= a[2]
    return d["x"] * a[3]


@case
def list_that_grows(a):
    xs = [a[0]]
    for i in range(4):
        try:
            xs.append(math.log(a[i]) * xs[-1])
        except ValueError:
            xs.append(a[0] * xs[-1])
    return sum(xs)


class Scaled:
    def __init__(self, v):
        self.v, self.n = v, 0

    def step(self, x):
        self.v = self.v * math.sqrt(x)
        self.n += 1


@case
def object_that_changes(a):
    c, bad = Scaled(a[0]), 0
    for i in range(4):
        try:
            c.step(a[i])
        except ValueError:
            bad += 1
            c.v = c.v * a[3]
    return c.v * bad + c.n * a[0]


@case
def variable_of_the_function_around(a):
    t = a[0]

    def scale(x):
        nonlocal t
        t = t * math.sqrt(x)
    try:
        scale(a[1])
    except ValueError:
        t = t * t
    return t


@case
def dict_of_arrays(a):
    d = {"v": a * 2}
    try:
        d["v"][0] = math.sqrt(a[1])
        d["k"] = a[1]
    except ValueError:
        d["v"][1] = a[0]
        d["k"] = a[2]
    return np.sum(d["v"]) * d["k"]


@case
def changed_in_finally(a):
    xs = [1.0]
    try:
        xs.append(a[0])
    finally:
        xs.append(a[1])
    return xs[1] * xs[2]


test_gradient = tried(run, PROGRAMS)
test_other_modes = tried(in_other_modes, PROGRAMS)


@refused
def fails_behind_the_write(a):
    b = a * 2
    try:
        b[0] = a[1]
        b[1] = math.sqrt(a[2])
    except ValueError:
        b[2] = 0.0
    return np.sum(b * b)


@refused
def fails_in_the_next_iteration(a):
    b = a * 2
    try:
        for i in range(4):
            b[i] = math.sqrt(a[i])
    except ValueError:
        b[2] = 0.0
    return np.sum(b * b)


@refused
def everything_is_caught(a):
    b = a * 2
    try:
        b[0] = a[1]
        b[1] = a[2]
    except Exception:
        b[2] = 0.0
    return np.sum(b * b)


@refused
def finally_inside_of_a_try(a):
    b = a * 2
    try:
        try:
            b[0] = math.sqrt(a[0])
        finally:
            b[1] *= a[1]
    except ValueError:
        b[2] = b[1]
    return np.sum(b * b * a)


@refused
def two_items(a):
    d = {"x": a[0], "y": a[1]}
    try:
        d["x"] = a[2]
        d["y"] = math.sqrt(a[1])
    except ValueError:
        d["x"] *= a[2]
    return d["x"] * d["y"]


@pytest.mark.parametrize(("fun", "args", "options"), parameters(REFUSED))
def test_refused(fun, args, options):
    assert refusal(fun, *args).code in ("SCT103", "SCT602")


def test_saved_lists_of_a_way_that_was_not_taken():
    def f(x, y):
        v = np.ones(2) * x
        for _ in range(2):
            try:
                u = math.sin(y)
                for _ in range(2):
                    u = 0.5 * u * u + math.sqrt(x + 0.5)
                x = math.tanh(u)
            except ValueError:
                v[0] += x
                x = x * 2 + 4
        return 0.35 * x - 1.53 * y + np.sum(v)
    for args in ((-3.0, 1.0), (1.0, 1.0)):
        check(f, *args)
        check_modes(f, *args)


def test_handler_of_everything_beside_a_walrus():
    def f(x):
        if (y := x * 2) > 1:
            x = y
        try:
            z = math.log(x)
        except:
            z = x
        return z * x
    check(f, 1.5)
    check(f, -1.5)
