"""Callbacks that keep something between their calls, taken by maps, filters, orderings and loops of run-time length."""

import functools
import itertools

import numpy as np
import pytest

from tests.oracle import judged, parameters, program

PROGRAMS = []
X = np.array([0.31, 0.71, 1.1, 0.55])


def case(*args, **options):
    return program(PROGRAMS, *args, **options)


class Acc:
    def __init__(self):
        self.t = 0.0

    def add(self, v):
        self.t += v * v
        return self.t




@case(X)
def list_map(x):
    t = 0.0

    def add(v):
        nonlocal t
        t += v * v
        return t
    return sum(list(map(add, x))) + t


@case(X)
def comp(x):
    t = 0.0

    def add(v):
        nonlocal t
        t += v * v
        return t
    return sum([add(v) for v in x]) + t


@case(X)
def gen(x):
    t = 0.0

    def add(v):
        nonlocal t
        t += v * v
        return t
    return sum(add(v) for v in x) + t


@case(X)
def sum_map(x):
    t = 0.0

    def add(v):
        nonlocal t
        t += v * v
        return t
    return sum(map(add, x)) + t


@case(X)
def sorted_key(x):
    t = 0.0

    def add(v):
        nonlocal t
        t += v * v
        return t
    return sorted(x, key=add)[1] * t


@case(X)
def max_key(x):
    t = 0.0

    def add(v):
        nonlocal t
        t += v * v
        return t
    return max(x, key=add) * t


@case(X)
def filt(x):
    t = 0.0

    def add(v):
        nonlocal t
        t += v * v
        return t > 0.3
    return sum(filter(add, x)) * t


@case(X)
def red(x):
    t = 0.0

    def add(a, v):
        nonlocal t
        t += v * v
        return a + t
    return functools.reduce(add, x) * t


@case(X)
def accum(x):
    t = 0.0

    def add(a, v):
        nonlocal t
        t += v * v
        return a + t
    return sum(itertools.accumulate(x, add)) * t


@case(X, refused=("UnsupportedTypeError", "SCT711"))
def anyall(x):
    t = 0.0

    def add(v):
        nonlocal t
        t += v * v
        return t > 0.5
    return (2.0 if any(add(v) for v in x) else 1.0) * t + (3.0 if all(map(add, x)) else 1.0) * t  # refused


@case(X)
def obj_map(x):
    o = Acc()
    return sum(list(map(o.add, x))) + o.t


@case(X)
def obj_sorted(x):
    o = Acc()
    return sorted(x, key=o.add)[1] * o.t


@case(X)
def obj_comp(x):
    o = Acc()
    return sum([o.add(v) for v in x]) + o.t


@case(X)
def obj_filter(x):
    o = Acc()
    return sum(filter(lambda v: o.add(v) > 0.3, x)) * o.t


@case(X)
def obj_reduce(x):
    o = Acc()
    return functools.reduce(lambda a, v: a + o.add(v), x) * o.t


@case(X)
def obj_max(x):
    o = Acc()
    return max(x, key=o.add) * o.t


@case(X)
def list_log(x):
    log = [0.0]

    def add(v):
        log.append(log[-1] + v * v)
        return log[-1]
    return sum(map(add, x)) + sum(log)


@case(X)
def dict_log(x):
    d = {"t": 0.0}

    def add(v):
        d["t"] += v * v
        return d["t"]
    return sum(list(map(add, x))) + d["t"]


@case(X)
def dict_sorted(x):
    d = {"t": 0.0}

    def add(v):
        d["t"] += v * v
        return d["t"]
    return sorted(x, key=add)[0] * d["t"]


@case(X)
def array_log(x):
    a = np.zeros(1)

    def add(v):
        a[0] += v * v
        return a[0]
    return sum(list(map(add, x))) + sorted(x, key=add)[1] * a[0] + sum(filter(lambda v: add(v) > 1.0, x))


@case(X, refused=("UnsupportedTypeError", "SCT705"))
def starred_map(x):
    t = 0.0

    def add(v):
        nonlocal t
        t += v * v
        return t
    a, *r = map(add, x)  # refused
    return a * t + sum(r)


@case(X)
def for_map(x):
    t = 0.0

    def add(v):
        nonlocal t
        t += v * v
        return t
    s = 0.0
    for q in map(add, x):
        s += q * t
    return s


@case(X)
def np_array_map(x):
    t = 0.0

    def add(v):
        nonlocal t
        t += v * v
        return t
    return np.sum(np.array(list(map(add, x))) * x) * t


@case(X, refused=("UnsupportedTypeError", "SCT711"))
def extend_map(x):
    t = 0.0

    def add(v):
        nonlocal t
        t += v * v
        return t
    p = [1.0]
    p.extend(map(add, x))
    p += map(add, x)  # refused
    return sum(p) * t


@case(X)
def zip_map(x):
    t = 0.0

    def add(v):
        nonlocal t
        t += v * v
        return t
    return sum(a * b for a, b in zip(map(add, x), x)) + t


@case(X)
def dictcomp(x):
    t = 0.0

    def add(v):
        nonlocal t
        t += v * v
        return t
    d = {k: add(v) for k, v in enumerate(x)}
    return sum(d.values()) * t


@case(X)
def two_maps(x):
    t = 0.0

    def add(v):
        nonlocal t
        t += v * v
        return t
    m = map(add, x)
    s = next(m)
    t = 5.0 * s
    s += next(m)
    return s * t + sum(m)


@case(X)
def walrus_comp(x):
    t = 0.0
    return sum([t := t + v * v for v in x]) + t


# ---------------------------------------------------------------------------------------------------------------- harness

@pytest.mark.parametrize(("fun", "args", "options"), parameters(PROGRAMS))
def test_program(fun, args, options):
    judged(fun, args, options)
