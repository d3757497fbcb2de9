"""Writes into arrays that arguments hold: the derivative is with respect to what they hold on entry, and callers' stay."""

import copy
import dataclasses
from typing import NamedTuple

import numpy as np
import pytest

import sct
from tests.oracle import in_other_modes, parameters, program, run, same, tried

PROGRAMS = []
X = np.array([0.7, 1.3, -0.4, 2.1])
M = np.arange(1.0, 13.0).reshape(3, 4) / 7


def case(*args, **options):
    return program(PROGRAMS, *map(copy.deepcopy, args), **options)


class Pair(NamedTuple):
    u: float
    v: object


@dataclasses.dataclass
class State:
    u: float
    v: object
    w: object = None

    def scale(self, k):
        self.v[k] *= self.u
        return self

    def norm(self):
        return np.sum(self.v * self.v)

    @property
    def first(self):
        return self.v[:2]


class Layer:
    def __init__(self, w, b):
        self.w, self.b, self.inner = w, b, State(2.0, w * 3)

    def step(self, x):
        self.w[0] += x[0]
        self.b *= x[1]
        return self.w @ x + np.sum(self.b)


class Slotted:
    __slots__ = ("v", "u")

    def __init__(self, v, u):
        self.v, self.u = v, u


def square_next(t):
    t.v[1] = t.v[0] ** 2


def scale_rest(d):
    d["a"][1:] *= d["a"][0]
    return d["b"]


@case(Pair(2.0, X))
def named_tuple(t):
    t.v[0] *= t.u
    t.v[1:] += t.v[:-1] * t.u
    return np.sum(t.v**2)


@case({"w": X, "b": [1.0, (2.0, X[:2].copy())]})
def nested(t):
    t["w"][0] = t["b"][0]
    t["b"][1][1][0] *= 2
    return np.sum(t["w"] ** 2) * t["b"][1][0] + np.sum(t["b"][1][1])


@case((X, [M, 2.0, {"q": X + 1}]))
def arrays_in_three_levels(t):
    t[1][2]["q"][0] *= t[1][1]
    t[1][0][0] = t[0]
    t[0][1] = t[1][2]["q"][0] ** 2
    return np.sum(t[0]) * np.sum(t[1][0] ** 2) * np.sum(t[1][2]["q"])


@case((X, [M, 2.0]))
def containers_and_arrays_change(t):
    t[1][1] *= 3
    t[1][0] *= 2
    t[1].append(t[0])
    t[1][-1][0] = t[1][1]
    return np.sum(t[0]) * np.sum(t[1][0] ** 2) * t[1][1]


@case(State(2.0, X), X)
def dataclass(t, x):
    t.v[0] *= t.u * x[1]
    x[0] = t.v[0]
    return np.sum(t.v**2) * x[0] + x[3]


@case(State(2.0, X), X)
def helper_that_writes(t, x):
    square_next(t)
    t.v[:] *= x
    return t.norm()


@case(State(2.0, X), X)
def method_that_writes(t, x):
    for k in range(3):
        t.scale(k)
        t.v[k] += x[k] ** 2
    return t.norm()


@case(State(2.0, X), X)
def property_that_is_a_view(t, x):
    f = t.first
    f[0] = x[0]
    t.first[1] = x[1] ** 2
    return t.norm()


@case(State(2.0, X, M), X)
def two_arrays_of_an_object(t, x):
    if x[0] > 0:
        t.w[0] *= x
    t.w[:, 1] = t.v[:3] * x[0]
    t.v[0] = t.w[0, 0]
    return t.norm() * np.sum(t.w)


@case(Layer(X, X + 1), X)
def method_called_twice(n, x):
    return n.step(x) * n.step(x**2)


@case(Layer(X, X + 1), X)
def objects_in_objects(n, x):
    n.inner.v[0] = x[0] ** 2
    n.w[1] = x[1] * n.w[2]
    return n.inner.norm() * np.sum(n.w)


@case(Layer(X, X + 1), X)
def attributes_assigned_and_written(n, x):
    n.w = n.w * x
    n.w[0] *= 2
    n.b[0] = x[0]
    n.b = n.b * n.w
    n.b[1] *= x[1]
    return np.sum(n.w) * np.sum(n.b)


@case(Layer(X, X + 1), X)
def attribute_kept_under_another_name(n, x):
    w = n.w
    n.w = x * 2
    w[0] = x[0] ** 2
    n.w[1] = w[0]
    return np.sum(w) * np.sum(n.w)


@case(Layer(X, X + 1), X)
def attribute_changed_in_place(n, x):
    n.w *= x
    n.w += x
    w = n.w
    n.w[0] = 1.0
    return np.sum(w) * np.sum(n.w)


@case(Slotted(X, 2.0), X)
def slots(t, x):
    t.v[0] = x[0] * t.u
    return np.sum(t.v * x)


@case(State(State(1.0, X), X + 1), X)
def dataclass_in_a_dataclass(t, x):
    t.u.v[0] = x[0] ** 2
    t.v[1] = t.u.v[1] * t.u.v[0]
    return np.sum(t.v * t.u.v * x)


@case(State(2.0, {"k": X}), X)
def dict_in_a_dataclass(t, x):
    t.v["k"][0] = x[0] ** 2
    return np.sum(t.v["k"] * x)


@case(State(2.0, [X, X + 1]), X)
def list_in_a_dataclass(t, x):
    t.v[0][0] = x[0] ** 2
    return np.sum(t.v[0] * t.v[1] * x)


@case({"a": X, "b": M})
def dict_of_arrays(d):
    d["a"][0] = d["b"][0, 0]
    d["b"][:, 0] *= 2
    return np.sum(d["a"] ** 2) * np.sum(d["b"])


@case({"a": X, "b": M})
def helper_that_gives_back(d):
    b = scale_rest(d)
    b[0] = d["a"]
    return np.sum(d["a"] ** 2) * np.sum(d["b"] ** 2)


@case({"a": X, "b": M})
def loop_over_items(d):
    for _, v in d.items():
        v *= 2
        v[0] = v[1] ** 2
    return np.sum(d["a"]) * np.sum(d["b"] ** 2)


@case({"a": X, "b": M})
def dict_that_changes(d):
    d["a"] *= 2
    d["c"] = d["a"]
    d["c"][0] = d["b"][0, 0] ** 2
    d["a"] = d["a"] * d["c"]
    return np.sum(d["a"]) * np.sum(d["b"] ** 2)


@case({"a": X, "b": X * 2}, 2.0)
def one_of_two(d, s):
    a = d["a"] if s > 1 else d["b"]
    a[0] = s**2
    a[1:] *= s
    return np.sum(d["a"] * d["b"])


@case({"a": X, "b": X * 2}, 2.0)
def exchanged_in_a_loop(d, s):
    a, b = d["a"], d["b"]
    for i in range(3):
        a[i + 1] = b[i] * s
        a, b = b, a
    return np.sum(d["a"] * d["b"]) + a[0]


@case({"a": M}, 2.0)
def views_of_an_item(d, s):
    r = d["a"].T
    r[0] = s * r[1]
    d["a"].reshape(-1)[3] *= s
    return np.sum(d["a"] ** 2)


@case([X, X * 2])
def list_of_arrays(xs):
    xs[0][1] = xs[1][0] ** 2
    xs[1][:] *= 3
    return np.sum(xs[0] * xs[1])


@case([X, X * 2, X - 1])
def loop_over_a_list(xs):
    for x in xs:
        x[0] *= x[1]
    return np.sum(xs[0] * xs[1] * xs[2])


@case([{"w": X, "b": 2.0}, {"w": X * 2, "b": 3.0}])
def list_of_dicts(layers):
    total = 0.0
    for layer in layers:
        layer["w"][0] *= layer["b"]
        total += np.sum(layer["w"] ** 2)
    return total


test_gradient = tried(run, PROGRAMS)
test_other_modes = tried(in_other_modes, PROGRAMS)


def test_text():
    """An array of an argument that is written to is read and copied at the head, once."""
    gradient = sct.grad(dataclass, 1)
    gradient(State(2.0, X.copy()), X)
    text = gradient.source
    assert "v = t.v.copy()" in text and text.count(".copy()") == 2


# ---------------------------------------------------------------------------------------------------- shared memory is refused

SHARED = []


def shared(*args):
    return program(SHARED, *args)


@shared({"a": X, "b": X})
def two_keys(d):
    d["a"][0] = 2.0
    return np.sum(d["a"] * d["b"])


_both = State(2.0, X, X[1:])


@shared(_both, 2.0)
def two_attributes(t, s):
    t.v[0] = s
    return np.sum(t.v) * np.sum(t.w)


@shared(State(2.0, X), X)
def attribute_and_argument(t, x):
    t.v[0] = x[0]
    return np.sum(t.v * x)


_inner = State(2.0, X)


@shared(State(_inner, _inner), 2.0)
def object_in_two_places(t, s):
    t.u.v[0] = s
    return np.sum(t.u.v * t.v.v)


def captures(array):
    return lambda x: np.sum(x * array)


@shared(X, captures(X))
def captured_by_an_argument(x, g):
    x[0] = x[1]
    return g(x)


@shared([X, X])
def twice_in_a_list(xs):
    xs[0][0] = 2.0
    return np.sum(xs[0] * xs[1])


@pytest.mark.parametrize(("fun", "args", "options"), parameters(SHARED))
def test_refused(fun, args, options):
    """The arguments are given as they are: a deep copy would keep what they share, but not what functions capture."""
    wrt = tuple(k for k, a in enumerate(args) if isinstance(a, float | list | dict | np.ndarray))
    before = X.copy()
    with pytest.raises(sct.AliasingError, match="SCT607") as error:
        sct.grad(fun, argnums=wrt)(*args)
    assert error.value.code == "SCT607" and np.array_equal(X, before)


def test_what_is_not_read_may_be_shared():
    def f(t, s):
        t.v[0] = s**2
        return np.sum(t.v)
    assert sct.grad(f, 1)(State(2.0, X, X), 3.0) == 6.0


def test_read_only():
    frozen = X.copy()
    frozen.flags.writeable = False
    with pytest.raises(sct.AliasingError, match=r"d\['a'\]"):
        sct.grad(dict_of_arrays)({"a": frozen, "b": M.copy()})


def test_auxiliary_result_that_holds_what_was_written():
    def f(d):
        d["a"][0] = d["b"][0]
        return np.sum(d["a"]), (d, d["b"])
    given = {"a": X.copy(), "b": [2.0]}
    bars, aux = sct.grad(f, has_aux=True)(given)
    assert same(bars, {"a": np.array([0.0, 1.0, 1.0, 1.0]), "b": [1.0]})
    assert same(aux, f(copy.deepcopy(given))[1]) and same(given, {"a": X, "b": [2.0]})


def test_whole_object_is_used():
    """What else is done with an object whose arrays are written to is not followed."""
    def f(t, s):
        t.v[0] = s
        return np.sum(t.v), t
    with pytest.raises(sct.AliasingError, match="used as a whole"):
        sct.grad(f, 1, has_aux=True)(State(2.0, X.copy()), 3.0)


# ------------------------------------------------------------------------------------------------- the object itself changes

def test_an_object_from_outside_is_refused():
    layer = Layer(X.copy(), X.copy())
    with pytest.raises(sct.AliasingError):
        sct.grad(layer.step)(X)
    assert np.array_equal(layer.w, X)
