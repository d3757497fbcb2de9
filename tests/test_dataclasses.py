"""Dataclasses as differentiated arguments and as results: against differences in all modes, and what is refused."""

from __future__ import annotations

import copy
import dataclasses
import enum
import functools
import math
import pickle
from collections.abc import Callable
from dataclasses import KW_ONLY, InitVar, dataclass, field, replace
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pytest

import sct
from sct.runtime.records import instance
from sct.trees import leaves, with_leaves


@dataclass(frozen=True)
class Layer:
    w: np.ndarray
    b: float
    name: str = "tanh"
    units: int = 3

    def __call__(self, x):
        return np.tanh(self.w * x + self.b) if self.name == "tanh" else self.w * x

    @functools.cached_property
    def energy(self):
        return np.sum(self.w ** 2)


@dataclass
class Net:
    layers: list
    scale: float = 2.0

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.scale * x

    @property
    def penalty(self):
        return sum(layer.energy for layer in self.layers)


@dataclass
class State:
    v: np.ndarray
    k: float

    def grow(self, by):
        self.k *= by
        self.v += by
        return self


@dataclass(slots=True)
class Slotted:
    w: np.ndarray
    b: float = 0.0

    def __call__(self, x):
        return self.b * x


@dataclass
class Base:
    w: float
    factor: ClassVar[float] = 2.0


@dataclass
class Derived(Base):
    _: KW_ONLY
    z: float = 1.0
    items: list = field(default_factory=lambda: [1.0, 2.0])
    times: InitVar[int] = 3
    first: float = field(init=False)
    n: int = field(init=False, default=5)
    act: Any = math.sin

    def __post_init__(self, times):
        self.first = self.w * times
        self.count = len(self.items)
        self.square = self.w ** 2


@dataclass
class Checked:
    low: float

    def __post_init__(self):
        if self.low <= 0.0:
            raise ValueError("low must be positive")


class Pair(NamedTuple):
    layer: Layer
    q: float


class Kind(enum.Enum):
    SQUARE = 1
    LINE = 2


@dataclass
class Loose:
    w: Any
    kind: Any = None


X = np.array([0.1, -0.4, 0.7])


def layer(k=0.0):
    return Layer(np.array([1.0, 2.0, -0.5]) + k, 0.5 - k)


def state(k=0.0):
    return State(np.array([1.0, 2.0, 3.0]) + k, 1.5 + k)


# ------------------------------------------------------------------------------------------------ against differences

def linear(p, x):
    return np.sum(p.w * x) * p.b


def network(net, x):
    return np.sum(net(x) ** 2) + net.penalty


def assigned(s, x):
    s.v += x
    s.k = s.k * 2.0
    for i in range(3):
        s.v[i] *= s.k
    return np.sum(s.v ** 2)


def by_method(s, x):
    return np.sum(s.grow(2.0).grow(x[0]).v ** 2) * s.k


def rebound(s, x):
    s.v = x
    s.v += 1.0  # x changes as well, for the function
    return np.sum(s.v * x) * s.k


def replaced(p, x):
    for _ in range(3):
        p = replace(p, w=p.w * x, b=p.b * p.w[0])
    return np.sum(p.w) * p.b


def chosen(p, q, x):
    r = p if x[0] > 0.0 else q
    return np.sum(r.w * x) + r.b * q.b


def in_loop(layers, x):
    for k, one in enumerate(layers):
        if k > 0:
            x = x + one.b
        x = np.tanh(one.w * x)
    return np.sum(x)


def long(p, x):
    total = 0.0
    for i in range(4):
        for j in range(3):
            total += p.w[j] * x ** i
            if total > 100.0:
                return total
    return total * p.b


def callees(p, x):
    return long(p, x[0]) * long(p, x[0] + 1.0)


def mixed(t, d):
    return np.sum(t.layer.w ** 2) * t.q * d["x"][0].w[1] * d["y"][0]


def slotted(m, x):
    m.b += 1.0
    m.w[0] = x * m.b
    return np.sum(m.w ** 2) * m(x)


def by_name(p):
    total = 0.0
    for f in dataclasses.fields(p):
        total += np.sum(getattr(p, f.name) ** 2)
    return total


def derived(p):
    return p.act(p.w) * p.factor * p.z * p.items[1] + p.first * p.n * p.count


def list_in_it(p):
    p.w.append(p.kind * 2.0)
    p.w[0] *= p.kind
    return sum(p.w)


def dict_in_it(p):
    p.w["x"]["y"] = p.kind
    p.w["x"]["y"] *= p.kind
    p.w["n"] = p.w["z"][0] ** 2
    return p.w["x"]["y"] * p.w["n"]


def list_of_them(p):
    held = p.w
    held.append(Loose(p.kind, 2.0))
    held[0].w = held[1].w * held[0].w
    return held[0].w * held[-1].w * len(p.w)


def views(p):
    v = p.w.v[1:]
    v *= p.kind
    p.w.v[0] += v[1]
    return np.sum(p.w.v ** 2)


def exchanged(p):
    a, b = p.w, p.kind
    p.w, p.kind = b, a
    p.w *= 2.0
    return np.sum(p.w * b * a)


def put_elsewhere(p):
    q = p.w
    q.k = q.k * 2.0
    p.w = State(q.v * p.kind, 1.0)
    q.v = q.v + 1.0
    return np.sum(p.w.v * q.v) * q.k


NUMBERS: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (linear, (layer(), X)),
    (network, (Net([layer(), layer(0.3), Layer(X, 0.1, "line")]), X)),
    (network, (Net([layer()] * 2), X)),
    (assigned, (state(), X)),
    (by_method, (state(), X)),
    (rebound, (state(), X)),
    (replaced, (layer(), X)),
    (chosen, (layer(), layer(1.0), X)),
    (chosen, (layer(), layer(1.0), -X)),
    (in_loop, ([layer(), layer(0.5), layer(-0.5)], X)),
    (in_loop, ((layer(),), X)),
    (callees, (layer(), X)),
    (mixed, (Pair(layer(), 2.0), {"x": [layer(0.2), 3], "y": (2.0,)})),
    (slotted, (Slotted(np.array([1.0, 2.0]), 3.0), 2.0)),
    (by_name, (state(),)),
    (derived, (Derived(2.0, z=3.0),)),
    (lambda p: p.w ** 2 if p.kind is Kind.SQUARE else p.w, (Loose(3.0, Kind.SQUARE),)),
    (lambda p: p.w ** 2 if p.kind is None else p.w, (Loose(3.0),)),
    (lambda p: p.kind(p.w), (Loose(0.3, math.sin),)),
    (list_in_it, (Loose([1.0, 2.0], 3.0),)),
    (dict_in_it, (Loose({"x": {"y": 1.0}, "z": (2.0,)}, 3.0),)),
    (list_of_them, (Loose([Loose(2.0), Loose(5.0)], 3.0),)),
    (views, (Loose(state(), 2.0),)),
    (exchanged, (Loose(X.copy(), X + 1.0),)),
    (put_elsewhere, (Loose(state(), 2.0),)),
    (lambda p: sct.stop_gradient(p.w) * 0.0 + p.kind.w ** 2 * p.w, (Loose(3.0, Loose(2.0)),)),
]


def deep(x):
    return copy.deepcopy(x)


@pytest.mark.parametrize(("fun", "args"), NUMBERS, ids=lambda v: getattr(v, "__name__", ""))
def test_derivatives_of_numbers(fun, args):
    before = deep(leaves(args))
    sct.check_grads(fun, args, order=2)
    value, gradients = sct.value_and_grad(fun, tuple(range(len(args))))(*args)
    assert value == fun(*deep(args))
    assert list(map(type, gradients)) == list(map(type, args))
    assert all(np.array_equal(a, b) for a, b in zip(before, leaves(args), strict=True))


def stepped(p, x):
    y = np.sum(p.w * x)
    return replace(p, w=p.w * y, b=p.b * y)


def changed(s, x):
    s.v[1:] *= x[0]
    s.k = s.k * s.v[2]
    return s


def made(p, x):
    return {"net": Net([p, Layer(x * p.b, p.w[0])], x[0]), "again": (p.energy, 3)}


def made_in_branches(p, x):
    if x[0] > 0.0:
        return Loose(p.w * x, 1.0 * p.b)
    return Loose(p.w, p.b * 2.0)


STRUCTURES: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (stepped, (layer(), X)), (changed, (state(), X)), (made, (layer(), X)), (made_in_branches, (layer(), X)),
    (made_in_branches, (layer(), -X)), (lambda p: p, (layer(),)), (lambda p, q: (p.k * 2.0, q), (state(), layer())),
]


@pytest.mark.parametrize(("fun", "args"), STRUCTURES, ids=lambda v: getattr(v, "__name__", ""))
def test_derivatives_of_structures(fun, args):
    sct.check_grads(fun, args)
    every = tuple(range(len(args)))
    by_rows, by_columns = leaves(sct.jacrev(fun, every)(*args)), leaves(sct.jacfwd(fun, every)(*args))
    wanted = differences(fun, args)
    assert len(by_rows) == len(by_columns) == len(wanted)
    for row, column, w in zip(by_rows, by_columns, wanted, strict=True):
        np.testing.assert_allclose(row, w, rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(column, w, rtol=1e-6, atol=1e-7)


def differences(fun, args, h=1e-5):
    """The Jacobian of each leaf of the result by each leaf of the arguments."""
    given = leaves(args)
    shapes = [np.shape(r) for r in leaves(fun(*deep(args)))]
    found = [[np.zeros((*shape, *np.shape(leaf))) for leaf in given] for shape in shapes]
    for n, leaf in enumerate(given):
        for index in np.ndindex(np.shape(leaf)):
            ends = []
            for step in (h, -h):
                moved = [np.array(one, float) for one in given]
                moved[n][index] += step
                parts = [m if isinstance(one, np.ndarray) else float(m) for m, one in zip(moved, given, strict=True)]
                ends.append(leaves(fun(*with_leaves(deep(args), iter(parts)))))
            for row, up, down in zip(found, *ends, strict=True):
                row[n][(..., *index)] = (np.asarray(up) - np.asarray(down)) / (2.0 * h)
    return [entry for row in found for entry in row]


# --------------------------------------------------------------------------------------------------------- structure

def test_what_has_no_derivative_is_none_in_an_instance_of_the_same_class():
    found = sct.grad(linear)(layer(), X)
    assert type(found) is Layer and found.name is None and found.units is None
    assert sct.grad(lambda p: p.w * 2.0, allow_int=True)(Loose(1.0, 3)) == Loose(2.0, 0)


def test_gradients_are_made_without_init():
    assert sct.grad(lambda p: -p.low ** 2)(Checked(2.0)).low == -4.0


def test_fields_of_one_array_have_gradients_of_their_own():
    a = np.array([1.0, 2.0])
    found = sct.grad(lambda p: np.sum(p.w + 2.0 * p.kind))(Loose(a, a))
    assert found.w is not found.kind and found.w.tolist() == [1.0, 1.0] and found.kind.tolist() == [2.0, 2.0]
    found = sct.grad(lambda p: np.sum(p.w * p.kind))(Loose(a, a[::-1]))
    assert found.w.tolist() == [2.0, 1.0] and found.kind.tolist() == [1.0, 2.0]


def test_one_instance_given_twice_is_two_arguments():
    s = state()
    first, second = sct.grad(lambda p, q: p.k * q.k ** 2, (0, 1))(s, s)
    assert (first.k, second.k) == (1.5 ** 2, 2.0 * 1.5 ** 2)


def test_results_share_no_memory_with_arguments():
    s = state()
    for found in (sct.vjp(lambda p: p, s)[0], sct.jvp(lambda p: p, (s,), (s,))[0], sct.jvp(lambda p: p, (s,), (s,))[1],
                  sct.grad(lambda p: (p.k, p), has_aux=True)(s)[1]):
        assert found is not s and not np.shares_memory(found.v, s.v)
        assert np.array_equal(found.v, s.v) and found.k == s.k


def test_auxiliary_results():
    def loss(p, x):
        p.k += x
        return p.k * x, {"p": p, "made": State(p.v * 2.0, x)}
    s = state()
    found, aux = sct.grad(loss, has_aux=True)(s, 2.0)
    assert found.k == 2.0 and aux["p"].k == 3.5 and aux["made"].v.tolist() == [2.0, 4.0, 6.0] and s.k == 1.5
    found, aux = sct.grad(lambda x, p: loss(p, x), has_aux=True)(2.0, s)
    assert found == 1.5 + 2.0 * 2.0 and aux["p"].k == 3.5 and s.k == 1.5


def test_a_dataclass_that_is_not_differentiated_may_be_returned():
    out, dot = sct.jvp(lambda x, p: (x * p.k, p), (2.0, state()), (1.0, None))
    assert dot[0] == 1.5 and dot[1].k == 0.0 and dot[1].v.tolist() == [0.0, 0.0, 0.0] and out[1].k == 1.5


@dataclass
class Sized:
    w: np.ndarray
    times: InitVar[float] = 3.0
    first: float = field(init=False)

    def __post_init__(self, times):
        self.first = self.w[0] * times
        self.count = len(self.w)


def test_attributes_beside_the_fields():
    def f(p, x):
        return replace(p, w=p.w * p.count * x, times=4.0 * x)
    p = Sized(np.array([1.0, 2.0]))
    sct.check_grads(f, (p, 0.5))
    out, pull = sct.vjp(f, p, 0.5)
    assert out.count == 2 and out.first == 2.0
    p_bar, x_bar = pull(instance(Sized, w=np.zeros(2), first=1.0))
    assert p_bar.w.tolist() == [2.0, 0.0] and p_bar.first == 0.0 and x_bar == 8.0  # first = 8 w[0] x², computed anew
    with pytest.raises(sct.SctError, match="`square` of the Derived that is returned is no field"):
        sct.vjp(lambda p: replace(p, w=2.0 * p.w), Derived(2.0))


def test_a_cached_property_is_computed_anew():
    p = layer()
    assert p.energy == 5.25
    assert sct.grad(lambda p: p.energy)(p).w.tolist() == [2.0, 4.0, -1.0]


def test_complex_and_single_precision():
    assert sct.grad(lambda p: abs(p.w) ** 2)(Base(2.0 + 1j)).w == pytest.approx(4.0 - 2j)
    assert sct.grad(lambda p: p.w ** 2, holomorphic=True)(Base(2.0 + 1j)).w == pytest.approx(4.0 + 2j)
    assert sct.grad(lambda p: np.sum(p.w ** 2))(Loose(np.ones(2, np.float32))).w.dtype == np.float32


def test_hessians_are_nested_as_jax_nests_them():
    found = sct.hessian(lambda p: p.k ** 2 * np.sum(p.v ** 2))(State(np.array([1.0, 2.0]), 3.0))
    assert np.allclose(found.v.v, 18.0 * np.eye(2)) and np.allclose(found.v.k, [12.0, 24.0])
    assert np.allclose(found.k.v, [12.0, 24.0]) and found.k.k == pytest.approx(10.0)


def test_stop_gradient_makes_a_new_one():
    def f(p):
        q = sct.stop_gradient(p)
        q.k = 5.0 * p.k
        return p.k * q.k
    value, found = sct.value_and_grad(f)(state())
    assert value == f(state()) == 11.25 and found.k == 15.0


# ---------------------------------------------------------------------------------------------------------- dispatch

def test_fields_of_other_types_are_another_specialisation():
    g = sct.grad(lambda p: np.sum(p.w * p.w))
    for w, wanted in ((2.0, 4.0), (np.array([1.0, 2.0]), [2.0, 4.0]), (np.array([3.0]), [6.0]), (5.0, 10.0)):
        assert np.array_equal(g(Loose(w)).w, wanted)
    assert len(g._dispatcher.specialisations) == 3


def test_a_class_defined_anew_is_another_one():
    def define(factor):
        @dataclass
        class Point:
            x: float

            def scaled(self):
                return factor * self.x
        return Point
    g = sct.grad(lambda p: p.scaled() ** 2)
    one, other = define(2.0), define(3.0)
    first, second = g(one(1.0)), g(other(1.0))
    assert (type(first), first.x) == (one, 8.0) and (type(second), second.x) == (other, 18.0)


def test_a_method_defined_anew_is_noticed(monkeypatch):
    g = sct.grad(lambda s: s.grow(2.0).k)
    assert g(state()).k == 2.0
    monkeypatch.setattr(State, "grow", lambda self, by: replace(self, k=self.k * by * 10.0))
    assert g(state()).k == 20.0


def test_gradient_functions_are_pickled():
    assert np.array_equal(pickle.loads(pickle.dumps(sct.grad(linear)))(layer(), X).w, 0.5 * X)


def test_generated_code_reads_like_written_by_hand():
    g = sct.grad(linear)
    g(layer(), X)
    assert "w = p.w" in g.source and "p_bar = instance(Layer, w=w_bar, b=b_bar, name=None, units=None)" in g.source


# ----------------------------------------------------------------------------------------------------------- refused

def test_what_shares_memory_with_what_is_written_is_refused():
    def written(p):
        p.w *= 2.0
        return np.sum(p.w * p.kind)
    a = np.array([1.0, 2.0])
    for other in (a, a[::-1]):
        with pytest.raises(sct.AliasingError, match=r"`p\.w` is written to"):
            sct.grad(written)(Loose(a, other))
    assert sct.grad(written)(Loose(a, a.copy())).w.tolist() == [2.0, 4.0]


@pytest.mark.parametrize("one", [Loose(1.0, 2.0), Slotted(X.copy(), 2.0)], ids=["dict", "slots"])
def test_one_instance_given_twice_that_changes_is_refused(one):
    def f(p, q, x):
        p.w = x
        return np.sum(q.w * p.w)
    for argnums in (0, 1, (0, 2)):
        with pytest.raises(sct.AliasingError, match="or what else is read, holds it"):
            sct.grad(f, argnums)(one, one, 2.0)


SHARED = Loose(2.0)


def test_an_instance_that_changes_and_is_read_by_another_name_is_refused():
    def by_global(p):
        p.w = 3.0 * p.w
        return p.w * SHARED.w

    def captured(q):
        def f(p):
            p.w = 3.0 * p.w
            return p.w * q.w
        return f
    for f in (by_global, captured(SHARED)):
        with pytest.raises(sct.AliasingError, match="or what else is read, holds it"):
            sct.grad(f)(SHARED)
        assert sct.grad(f)(Loose(2.0)).w == 6.0
    shared = [2.0, 5.0]
    with pytest.raises(sct.AliasingError, match="is in it twice"):
        sct.grad(lambda p: (p.w.append(1.0), p.w[0] * p.kind[-1])[1])(Loose(shared, shared))
    given = {"w": 2.0}

    def of_dict(p):
        p["w"] = 3.0 * p["w"]
        return p["w"] * given["w"]
    with pytest.raises(sct.AliasingError, match="or what else is read, holds it"):
        sct.grad(of_dict)(given)


def test_one_callable_instance_given_twice_that_changes_is_refused():
    def f(p, q, x):
        p.b = x
        return q(x) * p(x)
    one = Slotted(X.copy(), 2.0)
    with pytest.raises(sct.AliasingError):
        sct.grad(f, 2)(one, one, 2.0)
    with pytest.raises(sct.AliasingError):
        sct.grad(lambda t, x: f(t[0], t[1], x), 0)((one, one), 2.0)


class Plain:
    def __init__(self):
        self.w = 1.0


class Array(np.ndarray):
    pass


@dataclass
class Hooked:
    w: float

    def __setattr__(self, name, value):
        super().__setattr__(name, value)


@pytest.mark.parametrize("given", [Plain(), X.view(Array), Hooked(1.0), Base], ids=["plain", "subclass", "hook", "class"])
def test_other_objects_are_refused(given):
    with pytest.raises(sct.ArgumentError, match="is differentiated with respect to `p`") as caught:
        sct.grad(lambda p: p.w)(given)
    assert "dataclass" in caught.value.hint


def test_refusals_name_the_way_out():
    s = state()
    with pytest.raises(sct.ArgumentError, match="without a float in it"):
        sct.grad(lambda p: 1.0 * p.w)(Loose(1, "a"))
    with pytest.raises(sct.ArgumentError, match="the cotangent is an array"):
        sct.vjp(lambda p: replace(p, k=p.k * 2.0), s)[1](s.v)
    with pytest.raises(sct.ArgumentError, match="the tangent of `p` is a dict"):
        sct.jvp(lambda p: p.k, (s,), ({"v": s.v, "k": 1.0},))
    with pytest.raises(sct.SctError, match="`square` is no field of the Derived"):
        sct.grad(lambda p: p.square)(Derived(2.0))
    with pytest.raises(sct.SctError, match="reads a State"):
        sct.grad(lambda p: sct.grad(lambda q: q.k ** 2)(p).k)(s)
    with pytest.raises(sct.SctError, match="reads a State"):
        sct.grad(lambda p, x: sct.grad(lambda t: t ** 2 * p.k)(x))(s, 2.0)
    with pytest.raises(sct.SctError, match="FrozenInstanceError"):
        sct.grad(slotted)(layer(), 1.0)


def test_saving_needs_a_class_that_a_file_can_import():
    @dataclass
    class Local:
        w: float
    g = sct.grad(lambda p: p.w ** 2)
    g(Local(2.0))
    with pytest.raises(sct.ArgumentError, match="Local"):
        g.save("unused.py")
