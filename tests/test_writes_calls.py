"""Callees that write to their arguments or return views of them: however they are written, the adjoint follows the memory."""

from functools import partial

import numpy as np
import pytest

import sct
from tests.oracle import parameters, program, refusal, run, tried

PROGRAMS, REFUSED = [], []
X = np.array([0.31, 0.71, 1.1])
M = np.array([[1.0, 2.0, 0.5], [0.3, -1.0, 2.0], [0.7, 0.1, 0.2]])
case = partial(program, PROGRAMS)
refused = partial(program, REFUSED)


# -------------------------------------------------------------------------------------------------------------- the callees

def scaled(v, c):
    for _ in range(2):
        v *= c
    return v[0]


def until_large(v, c):
    for i in range(len(v)):
        if v[i] > 1.0:
            return v[1:]
        v[i] = v[i] * c + np.sin(v[i])
    return v


def both(v, w, c):
    s = scaled(v, c)
    until_large(w, s)
    return v


def step(u, out, k):
    for i in range(1, len(u) - 1):
        out[i] = u[i] + k * (u[i + 1] * u[i - 1] - u[i])
    out[0], out[-1] = u[0], u[-1]


def filled(n, x):
    r = np.zeros(n)
    for i in range(n):
        r[i] = x[i] * x[0]
    return r


def tail(v):
    for _ in range(2):
        v = v[:]
    return v[1:]


def chosen(v, w, c):
    for _ in range(1):
        c = c * c
    return v if c > 0.2 else w


def two_names(x):
    r = x * 2.0
    for i in range(2):
        r[i] += x[2]
    return r, r[1:]


def prefix_sums(a, i):
    while i < len(a):
        a[i] += a[i - 1] * a[i]
        i += 1
    return i


def norm(a):
    s = 0.0
    for i in range(len(a)):
        s += a[i] * a[i]
    return s


def smoothed(a):
    for _ in range(2):
        a = 0.5 * (a + np.sin(a))
    return a * a


# ----------------------------------------------------------------------------------------------------------------- programs

@case(X)
def loop_in_the_callee(x):
    y = x * 1.0
    return scaled(y, x[0]) * np.sum(y)


@case(X)
def early_return_of_a_view(x):
    y = x * 1.0
    w = until_large(y, x[1])
    w[0] *= x[2]
    return np.sum(y * y) + np.sum(w)


@case(X)
def overlapping_slices(x):
    y = np.concatenate((x, x))
    r = both(y[1:5], y[:3], x[0])
    r += x[1]
    return np.sum(y * y * x[0])


@case(X)
def the_same_array_twice(x):
    y = x * x
    both(y, y, x[0])
    return np.sum(y * y)


@case(X, 0.3)
def argument_of_the_function(x, k):
    y = np.zeros(3)
    step(x, y, k)
    step(y, x, k)
    return np.sum(x * y)


@case(np.linspace(0.2, 0.9, 5), 0.3, 3)
def buffers_that_change_places(u, k, n):
    v = np.zeros_like(u)
    for _ in range(n):
        step(u, v, k)
        u, v = v, u
    return np.sum(u * u)


@case(X)
def new_array_that_is_written_to(x):
    y = filled(3, x)
    y[0] = x[1] * y[2] * y[0]
    y *= y
    return np.sum(y * y)


@case(X)
def new_array_in_a_loop(x):
    s = 0.0
    for k in range(2):
        y = filled(3, x)
        y[k] *= y[2] * s + x[1]
        s += np.sum(y * y)
    return s


@case(X)
def new_array_that_is_carried(x):
    y = np.zeros(3)
    for _ in range(2):
        y[1] += y[0] * x[1]
        y = filled(3, x + y)
        y[0] *= y[2]
    return np.sum(y * y)


@case(X)
def view_of_a_view(x):
    y = x * 2.0
    z = tail(y)
    z[0] = x[0] * z[1] * y[1]
    return np.sum(y * y)


@case(X)
def one_of_two_arguments(x):
    a, b = x * 2.0, x * 3.0
    r = chosen(a, b, x[1])
    r[0] *= a[0] * b[0]
    return np.sum(a * a) + np.sum(b * b * b)


@case(X)
def two_names_of_one_result(x):
    r, t = two_names(x)
    t[0] *= r[0]
    r[2] = t[0] * x[1]
    return np.sum(r * r) + np.sum(t)


@case(X)
def in_branches_and_loops(x):
    a = x * 1.0
    for k in range(3):
        if x[k] > 0.5:
            scaled(a[k:], x[0])
        else:
            prefix_sums(a, 1 + k)
    return np.sum(a * a)


@case(X)
def callees_that_read_what_is_written(x):
    a = x * 1.0
    s = norm(a)
    a[1] = s * a[0]
    b = smoothed(a)
    a[:2] *= norm(a) + b[:2]
    s += norm(a[1:])
    b[0] = s
    return s * norm(b)


@case(X)
def callees_that_read_in_a_loop(x):
    a = x * 1.0
    s = 0.0
    for k in range(3):
        b = smoothed(a)
        b[k] *= norm(a)
        a[k] = norm(b) * 0.1
        s += a[0] * b[1]
    return s


class Smoother:
    def __init__(self, weight):
        self.weight = weight

    def sweep(self, a):
        for i in range(1, len(a)):
            a[i] = self.weight * a[i] + a[i - 1] * a[i]
        return a


@case(X)
def method_of_a_global(x):
    a = x * 1.0
    r = SMOOTHER.sweep(a)
    r[0] = r[1] * r[2]
    return np.sum(a * a)


SMOOTHER = Smoother(0.4)


@case(X)
def nested_functions(x):
    a = x * x

    def push(k, v):
        for _ in range(2):
            a[k] = a[k] * v + a[k - 1]

    def twice(k):
        push(k, x[0])
        push(k - 1, x[k])
    for k in range(1, 3):
        twice(k)
    return np.sum(a * a)


@case(X)
def lambdas(x):
    a = x * x
    view = lambda n: a[n:]
    write = lambda v, c: scaled(v, c)
    write(view(1), x[0])
    return np.sum(a * a)


def into(a, b, out):
    for _ in range(2):
        np.multiply(a, b, out=out)
        np.add(out, a, out=out)
    return out


@case(X)
def out_passed_down(x):
    buffer = np.empty(3)
    s = 0.0
    for k in range(2):
        r = into(x, x * k, buffer)
        s += np.sum(np.sin(r)) * buffer[1]
    return s


@case(M, X)
def gauss_elimination(m, b):
    def eliminate(a, y, j):
        for i in range(j + 1, len(y)):
            f = a[i, j] / a[j, j]
            a[i, j:] -= f * a[j, j:]
            y[i] -= f * y[j]

    for j in range(2):
        eliminate(m, b, j)
    x = np.zeros(3)
    for i in range(2, -1, -1):
        x[i] = (b[i] - m[i, i + 1:] @ x[i + 1:]) / m[i, i]
    return np.sum(x * x)


@case(M)
def rows_of_a_matrix(m):
    def mix(r, q, c):
        for _ in range(2):
            r += c * q
            q *= r

    for i in range(2):
        mix(m[i], m[i + 1], m[0, i])
    return np.sum(m * m)


@case(X)
def in_place_sum_of_a_result(x):
    b = smoothed(x)
    b += x
    return np.sum(b * b * x)


@case(X)
def keyword_and_default(x):
    def put(a, *, at=0, value=None, buffer=None):
        for k in range(2):
            a[at] = (a[at + 1] if value is None else value) * a[k]
        return a

    y = x * 2.0
    put(y)
    put(y, at=1, value=x[0])
    return np.sum(put(a=y) * y)


def countdown(v, c, n):
    if n > 0:
        v *= c
        countdown(v, c, n - 1)


@case(X, 3)
def recursive_writer(x, n):
    y = x * 1.0
    countdown(y, x[0], n)
    return np.sum(y)


def last_part(v, n):
    return v if n == 0 else last_part(v[1:], n - 1)


@case(X, 2)
def recursive_view(x, n):
    y = x * 1.0
    last_part(y, n)[0] *= x[0]
    return np.sum(y)


def level(v, n):
    for _ in range(1):
        v *= 1.01


for _ in range(14):
    def level(v, n, below=level):
        for _ in range(1):
            below(v, n)
            below(v[1:], n)


@case(X, 1)
def called_very_often(x, n):
    y = x * 1.0
    level(y, n)
    return np.sum(y)


test_program = tried(run, PROGRAMS)


# ----------------------------------------------------------------------------------------------------------------- refusals

G = np.ones(3)


def scale_global(c):
    for i in range(3):
        G[i] *= c


@refused(X, code="SCT608")
def writer_of_a_global(x):
    scale_global(x[0])
    return np.sum(x * G)


@pytest.mark.parametrize(("fun", "args", "options"), parameters(REFUSED))
def test_refused(fun, args, options):
    assert refusal(fun, *args).code == options["code"]


def test_a_callee_that_only_reads_stays_a_function():
    gradient = sct.grad(callees_that_read_what_is_written)
    gradient(X)
    assert "norm_backward(" in gradient.source
