"""Callbacks that keep something between their calls, taken by maps, filters, orderings and loops of run-time length."""

import functools
import itertools
import textwrap

import numpy as np

from tests.oracle import judged, program, tried, written
from tests.points import X

PROGRAMS = []
case = functools.partial(program, PROGRAMS)


class Acc:
    def __init__(self):
        self.t = 0.0

    def add(self, v):
        self.t += v * v
        return self.t



PROGRAM = """
def {name}(x):
    t = 0.0

    def add(v):
        nonlocal t
        t += v * v
        return t
{use}
"""
"""A callback that keeps a sum in a variable of the function around it; what is done with it is in the table."""
USES = {
    "list_map": "return sum(list(map(add, x))) + t",
    "comp": "return sum([add(v) for v in x]) + t",
    "gen": "return sum(add(v) for v in x) + t",
    "sum_map": "return sum(map(add, x)) + t",
    "sorted_key": "return sorted(x, key=add)[1] * t",
    "max_key": "return max(x, key=add) * t",
    "starred_map": """
a, *r = map(add, x)
return a * t + sum(r)""",
    "for_map": """
s = 0.0
for q in map(add, x):
    s += q * t
return s""",
    "np_array_map": "return np.sum(np.array(list(map(add, x))) * x) * t",
    "extend_map": """
p = [1.0]
p.extend(map(add, x))
p += map(add, x)  # refused
return sum(p) * t""",
    "zip_map": "return sum(a * b for a, b in zip(map(add, x), x)) + t",
    "dictcomp": """
d = {k: add(v) for k, v in enumerate(x)}
return sum(d.values()) * t""",
    "two_maps": """
m = map(add, x)
s = next(m)
t = 5.0 * s
s += next(m)
return s * t + sum(m)""",
}
REFUSED = {"extend_map": ("UnsupportedTypeError", "SCT711")}
for _name, _use in USES.items():
    _text = PROGRAM.format(name=_name, use=textwrap.indent(_use.strip(), "    "))
    case(X, **({"refused": REFUSED[_name]} if _name in REFUSED else {}))(written(globals(), _name, _text))


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


@case(X)
def walrus_comp(x):
    t = 0.0
    return sum([t := t + v * v for v in x]) + t


# ---------------------------------------------------------------------------------------------------------------- harness

test_program = tried(judged, PROGRAMS)
