"""Callees, containers, objects and the rest of the language: right in every mode, and next to it what must be refused."""

import collections
import dataclasses
import functools
import itertools
import math
import operator

import numpy as np

from tests.oracle import judged, program, tried
from tests.points import M, X, Y

PROGRAMS = []
FACTORS, NAMES, SCALE = [1.0, 2.0], {"a": 0.5}, 3.0
case = functools.partial(program, PROGRAMS)


# ------------------------------------------------------------------------------------------------------------------ callees

def _scaled(v, c):
    v *= c
    return v[1:]


def _twice(v, c):
    w = _scaled(v, c)
    _scaled(w, v[0])
    return w


def _either(v, c):
    if c > 0.5:
        return v
    return v * 2.0


def _search(v, limit):
    for k in range(len(v)):
        v[k] *= v[0]
        if v[k] > limit:
            return v[k:]
    return v.copy()


def _halves(v):
    if len(v) < 2:
        v *= v[0]
        return v
    middle = len(v) // 2
    left, right = _halves(v[:middle]), _halves(v[middle:])
    left += right[-1]
    return v


@case(X, Y)
def callee_writes_and_returns_a_view(x, y):
    a = x * 1.0
    w = _twice(a, y[2])
    w[0] += a[3] * y[0]
    return np.sum(a * a) * w[1]


@case(X, 0.9)
@case(X, 0.1)
def callee_returns_argument_or_fresh(x, c):
    a = x * 1.0
    b = _either(a, c)
    b[0] = a[1] * a[2]
    return np.sum(a * a) * c


@case(X, 0.6)
@case(X, 9.0)
def callee_with_early_return(x, limit):
    a = x * 1.0
    b = _search(a, limit)
    b[-1] *= a[0]
    return np.sum(a * a) + np.sum(b)


@case(X)
def recursion_that_writes(x):
    a = x * 1.0
    v = _halves(a)
    v[0] *= v[1]
    return np.sum(a * a)


def _names(v):
    if len(v) == 1:
        w = v * 2.0
        return w, w
    return _names(v[1:])


@case(X, refused=("AliasingError", "SCT601"))
def refused_two_names_from_a_recursion(x):
    a, b = _names(x)
    a[0] = 3.0 * x[0]  # refused
    return b[0] * a[0]


# -------------------------------------------------------------------------------------------------------------------- lists

@case(X)
def lists(x):
    t = [x[0], x[1]]
    t.append(t[0] * t[1])
    t.extend([x[2], x[3]])
    t.insert(1, t[-1] * 2.0)
    t[2] = t.pop() * t[0]
    t[1:3] = [v * v for v in t[1:3]]
    u = t + [t[0]]
    u[0] *= 2.0
    t.reverse()
    del t[0]
    return sum(t) * u[0] + u[-1]


@case(X, 5)
def lists_of_run_time_length(x, n):
    t = [x[0] * k for k in range(n)]
    for k in range(n):
        t[k] = t[k - 1] * 0.5 + x[k % 4]
    t.append(t.pop(0) * t[-1])
    t.insert(2, t[1] * x[1])
    t.sort()
    return sum(v * v * (k + 1) for k, v in enumerate(t))


@case(X, 3)
def lists_of_arrays(x, n):
    rows = [x * (k + 1) for k in range(n)]
    for k in range(n):
        rows[k][1:] *= rows[k - 1][:-1]
    rows.append(rows[0] * rows[1])
    rows[-1][0] = x[3]
    return sum(np.sum(r * r) for r in rows)


@case(X, 3, refused=("AliasingError", "SCT602"))
def refused_one_array_many_times(x, n):
    rows = [x * 1.0] * n  # refused
    rows[0][1] = 5.0 * x[0]
    return sum(np.sum(r * r) for r in rows)


@case(X, 3, refused=("AliasingError", "SCT602"))
def refused_one_array_put_in_by_each_round(x, n):
    r, rows = x * 1.0, []
    for _ in range(n):
        rows.append(r)  # refused
    rows[0][1] = 5.0 * x[0]
    return sum(np.sum(q * q) for q in rows)


@case(X, 4, refused=("AliasingError", "SCT602"))
def refused_loop_over_a_list_that_grows(x, n):
    t = [x[0], x[1]]
    s = 0.0
    for v in t:  # refused
        s += v
        if len(t) < n:
            t.append(v * s)
    return s


@case(X, refused=("AliasingError", "SCT602"))
def refused_list_of_a_module_changed(x):
    FACTORS[0] = x[0]  # refused
    return FACTORS[0] * 2.0


# ------------------------------------------------------------------------------------------------- tuples, dicts, iterators



Named = collections.namedtuple("Named", "u v")


@case(Named(0.7, X), (1.5, [0.3, 2]))
def tuples(p, q):
    (a, v), (b, (c, n)) = p, q
    v[0] = a * b
    p = p._replace(u=c * v[0])
    return p.u * np.sum(v) + (a, b, c)[n] ** n


@case({"w": X, "c": 0.7, "n": 3}, 4)
def dicts(p, n):
    d = {"a": p["c"], **p}
    d["w"][1] *= d["a"]
    d.update(b=d["w"][1] ** 2)
    d.setdefault("e", 2.0)
    memo = {}
    for k in range(n):
        memo[k] = memo.get(k - 1, d["b"]) * d["w"][k % 4]
    s = sum(memo.values()) + d.pop("a")
    for key, value in d.items():
        if key in ("b", "c"):
            s += value * value
    return s * d["e"] * p["n"]


@case(X, refused=("AliasingError", "SCT602"))
def refused_dict_of_a_module_changed(x):
    NAMES["a"] = x[0]  # refused
    return NAMES["a"] * 2.0


@case(X)
def deque(x):
    d = collections.deque([x[0], x[1]])
    d.append(x[2])
    return d[0] * d[1] * d[2]


@case(X)
def stored_generator_advanced_elsewhere(x):
    def taken(it):
        return next(it) ** 2
    a = x * 1.0
    it = (v * a[0] for v in a)
    s = taken(it)
    a[1] = 2.0 * s
    return s + taken(it) * a[1] + sum(it)


@case(X, refused=("UnsupportedSyntaxError", "SCT101"))
def refused_generator_function(x):
    def squares():
        for v in x:
            yield v * v  # refused
    return sum(squares())


# ------------------------------------------------------------------------------------------------------------------ objects

@dataclasses.dataclass
class State:
    v: np.ndarray
    t: float = 1.0

    def advanced(self, dt):
        self.v += dt * self.v[::-1]
        self.t *= 0.5 + dt
        return self


class Layer:
    scale = 2.0

    def __init__(self, w):
        self.w, self.calls = w, 0

    def __call__(self, v):
        self.calls += 1
        return self.scale * self.w * v

    @property
    def first(self):
        return self.w[:2]

    @first.setter
    def first(self, value):
        self.w[:2] = value

    @staticmethod
    def squared(v):
        return v * v

    @classmethod
    def of(cls, w):
        return cls(w * cls.scale)


class Shifted(Layer):
    def __call__(self, v):
        return super().__call__(v) + self.w[0]


@case(X)
def objects(x):
    state, layer = State(x * 1.0), Shifted.of(x)
    for _ in range(2):
        state = state.advanced(0.1)
        layer.first = state.v[2:] * layer.first
    layer.w[3] = state.t
    return np.sum(layer.squared(layer(state.v))) * layer.calls


@case(X, 2, refused=("AliasingError", "SCT602"))
def refused_one_of_two_objects(x, c):
    a, b = State(x * 1.0, x[0]), State(x * 2.0, x[1])
    s = a if c > 1 else b
    s.t *= 3.0
    return a.t * b.t  # refused


@case(X, refused=("AliasingError", "SCT609"))
def refused_class_attribute_assigned(x):
    Layer.scale = x[0]  # refused
    return Layer.scale * 2.0


# ------------------------------------------------------------------------------------------------ the rest of the language

@case(M @ M.T + np.eye(3), M[0])
@case(-M @ M.T, M[0])
def fallback_of_linear_algebra(a, b):
    try:
        z = np.linalg.cholesky(0.5 * (a + a.T)) @ b
    except np.linalg.LinAlgError:
        z = b * 2.0
    finally:
        b[0] *= 3.0
    return np.sum(z * b)


@case(X, refused=("UnsupportedSyntaxError", "SCT103"))
def refused_half_done_try(x):
    y = 1.0
    try:  # refused
        y = x[0] * x[0]
        z = math.log(x[1])
    except ValueError:
        z = y
    return z


@case(X, 2)
def matches_withs_and_deletions(x, mode):
    match mode, len(x):
        case (2, n) if n > 3:
            y = x * n
        case _:
            y = x
    with np.errstate(all="ignore"):
        y = y / x[::-1]
    z = y
    del y
    return np.sum(z) * SCALE


@case(X, refused=("UnsupportedSyntaxError", "SCT105"))
def refused_global_statement(x):
    global SCALE
    SCALE = x[0]  # refused
    return SCALE


@case(X)
def nonlocals_and_builtins(x):
    total = 0.0

    def add(v):
        nonlocal total
        total += v * v
        return total
    parts = list(map(add, x)) + sorted(x, key=lambda v: -v)[:2]
    parts += [functools.reduce(operator.mul, filter(lambda v: v > 0.5, x))]
    parts += list(itertools.accumulate(x)) + [a * b for a, b in itertools.product(x[:2], x[2:])]
    parts += [v * v for v in itertools.chain(x[:1], [x[3]])]
    known = isinstance(total, float) and hasattr(x, "shape") and type(parts) is list
    assert known and all(v > -9 for v in parts) and any(v > 0 for v in parts), f"{total:.3f}"
    return sum(parts) * len({1, 2, 2})


@case(X, 0.5)
@case(X, 5.0)
def search_that_ends_early(x, limit):
    a = x * 1.0
    for k in range(1, len(a)):
        a[k] += a[k - 1]
        if a[k] > limit:
            found = a[k:]
            break
    else:
        found = a[:1]
    found *= 2.0
    return np.sum(a * a)


@case(X, refused=("UnsupportedSyntaxError", "SCT112"))
def refused_exec(x):
    a = x * 1.0
    exec("a[0] = 5.0")  # refused
    return np.sum(a)


# ------------------------------------------------------------------------------------------------------------------ harness

test_program = tried(judged, PROGRAMS)
