"""Containers and objects under Numba: taken apart before the compiled function is called, put together again behind it."""

import copy
import math
from collections import namedtuple
from dataclasses import dataclass, field

import numpy as np
import pytest

import sct
from sct import trees

numba = pytest.importorskip("numba")

import sct.native.helpers  # noqa: E402 - needs Numba; registers what is compiled
from sct.runtime import packing  # noqa: E402


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCT_CACHE_DIR", str(tmp_path_factory.mktemp("native")))
        yield


Layer = namedtuple("Layer", "w b")


@dataclass
class Body:
    mass: float
    at: np.ndarray
    name: str = "earth"


@dataclass
class World:
    bodies: list[Body]
    law: dict = field(default_factory=dict)


class Settings:
    def __init__(self, dt, steps):
        self.dt, self.steps = dt, steps


def of_dict(p, n):
    h = p["b"]
    for _ in range(n):
        h = np.tanh(p["w"] @ h + p["b"] * p["inner"]["scale"][0])
    return np.sum(h) * p["inner"]["scale"][1]


def of_named_tuples(layers, x):
    for layer in layers:
        x = np.tanh(layer.w @ x + layer.b)
    return np.sum(x * x)


def of_dataclasses(world, settings):
    total = 0.0
    for _ in range(settings.steps):
        for body in world.bodies:
            total += body.mass * np.sum(body.at**2) * settings.dt + world.law["g"] * body.mass
    return total


def of_dataclass_that_changes(body, n):
    body.at[0] = body.mass
    for _ in range(n):
        body.mass = body.mass * 1.1
        body.at += body.mass
    return body.mass * body.at.sum()


def of_list_of_numbers(xs, scale):
    total = 0.0
    for k, x in enumerate(xs):
        total += math.sin(x) * k * scale
    return total


def of_list_of_arrays(ws, x):
    for w in ws:
        x = np.tanh(w @ x)
    return np.sum(x)


def of_list_of_tuples(pairs):
    total = 0.0
    for weight, v in pairs:
        total += weight * v[0] * v[1]
    return total


def of_list_of_lists(rows):
    total = 0.0
    for row in rows:
        for x in row:
            total += x * x * len(row)
    return total


def of_tuple_in_tuple(t):
    (a, v), k = t
    total = 0.0
    for j in range(k):
        total += a * v[j]
    return total


def of_tuple_by_index(t):
    total = 0.0
    for k in range(len(t)):
        total += t[k] ** (k + 1)
    return total


def world():
    return World([Body(2.0, np.array([1.0, 2.0])), Body(3.0, np.array([0.5, -1.0]), "moon")], {"g": 9.81})


def random(*shape):
    return np.random.default_rng(sum(shape)).random(shape)


CASES = [
    (of_dict, {"w": random(3, 3), "b": random(3), "inner": {"scale": (1.5, 2.0)}}, 3),
    (of_named_tuples, [Layer(random(3, 3), random(3)), Layer(random(2, 3), random(2))], random(3)),
    (of_dataclasses, world(), Settings(0.1, 2)),
    (of_dataclass_that_changes, Body(2.0, random(3)), 3),
    (of_list_of_numbers, [0.5, 1.5, -2.0], 2.0),
    (of_list_of_arrays, [random(3, 2), random(2, 3), random(2, 2)], random(2)),
    (of_list_of_tuples, [(2.0, random(2)), (3.0, random(3))]),
    (of_list_of_lists, [[1.0, 2.0], [3.0], [4.0, 5.0, 6.0]]),
    (of_tuple_in_tuple, ((2.0, random(3)), 2)),
    (of_tuple_by_index, (2.0, 3.0, 0.5)),
]


def differences(fun, args, step=1e-6):
    """Central differences by every element of the first argument, leaf by leaf."""
    found = []
    for k, leaf in enumerate(trees.leaves(args[0])):
        slopes = np.zeros(np.shape(leaf))
        for index in np.ndindex(slopes.shape):
            ends = []
            for h in (step, -step):
                leaves = [np.array(x, float) if isinstance(x, np.ndarray) else x for x in trees.leaves(args[0])]
                if slopes.shape:
                    leaves[k][index] += h
                else:
                    leaves[k] += h
                ends.append(fun(trees.with_leaves(args[0], iter(leaves)), *args[1:]))
            slopes[index] = (ends[0] - ends[1]) / (2 * step)
        found.append(slopes)
    return found


def structure(x):
    return trees.rebuilt(x, iter([None] * len(trees.leaves(x))))


@pytest.mark.parametrize(("fun", "args"), [(case[0], case[1:]) for case in CASES], ids=lambda x: getattr(x, "__name__", ""))
def test_the_gradient_has_the_structure_of_the_argument(fun, args):
    given = copy.deepcopy(args)
    compiled = sct.value_and_grad(fun, backend="numba")
    value, bars = compiled(*given)
    assert repr(given) == repr(args) or fun is of_dataclasses
    assert value == pytest.approx(fun(*copy.deepcopy(args)), rel=1e-12)
    assert repr(structure(bars)) == repr(structure(sct.grad(fun)(*copy.deepcopy(args))))
    assert [type(x) for x in trees.leaves(bars)] == [type(x) for x in trees.leaves(args[0])]
    for bar, want in zip(trees.leaves(bars), differences(fun, copy.deepcopy(args)), strict=True):
        np.testing.assert_allclose(bar, want, rtol=1e-6, atol=1e-8)
    assert "_compiled(" in compiled.source or fun in (of_tuple_by_index, of_tuple_in_tuple)


def test_what_runs_is_what_is_shown():
    compiled = sct.grad(of_dict, backend="numba")
    compiled(*CASES[0][1:])
    around = compiled.source.split("\n\n\n")[-1]
    assert around.splitlines()[0] == "def of_dict_grad(p, n):"
    assert "@njit" not in around and "of_dict_grad_compiled(" in around
    assert "return {'w': w_bar, 'b': b_bar, 'inner': {'scale': (" in around


def test_results_share_no_memory_and_may_be_written_to():
    p = copy.deepcopy(CASES[0][1])
    bars = sct.grad(of_dict, backend="numba")(p, 2)
    again = sct.grad(of_dict, backend="numba")(p, 2)
    for bar in trees.leaves(bars):
        if isinstance(bar, np.ndarray):
            bar[...] = 7.0
    assert not any(np.any(np.asarray(x) == 7.0) for x in trees.leaves(again))


def several(p, x):
    return p["a"] * x, {"twice": 2.0 * x, "given": p}


def test_auxiliary_containers():
    p = {"a": 2.0}
    (value, aux), (bar, x_bar) = sct.value_and_grad(several, (0, 1), has_aux=True, backend="numba")(p, 3.0)
    assert (value, aux, bar, x_bar) == (6.0, {"twice": 6.0, "given": {"a": 2.0}}, {"a": 3.0}, 2.0)
    assert aux["given"] is not p


def counted(p):
    return p["x"] * p["n"] * p["k"][1]


def test_integers_in_containers():
    p = {"x": 2.0, "n": 3, "k": np.array([1, 2])}
    assert sct.grad(counted, backend="numba")(p) == {"x": 6.0, "n": None, "k": None}
    zeros = sct.grad(counted, allow_int=True, backend="numba")(p)
    assert zeros["n"] == 0 and zeros["k"].tolist() == [0.0, 0.0]


def single(p, x):
    return p["w"] * x * x


def test_float32_in_containers_and_alone():
    value, (bars, x_bar) = sct.value_and_grad(single, (0, 1), backend="numba")({"w": np.float32(0.1)}, np.float32(3.0))
    assert type(value) is type(bars["w"]) is type(x_bar) is np.float32
    assert (value, bars["w"], x_bar) == (np.float32(0.1) * np.float32(9.0), np.float32(9.0), np.float32(0.6))


def keyed(table, key):
    return table[key] * 2.0


def test_other_keys_and_lengths_are_compiled_anew():
    gradient = sct.grad(of_list_of_numbers, backend="numba")
    assert gradient([1.0], 2.0) == [0.0]
    assert gradient([1.0, 2.0], 2.0) == pytest.approx([0.0, 2.0 * math.cos(2.0)])
    by_key = sct.grad(keyed, backend="numba")
    assert by_key({"a": 1.0, "b": 2.0}, "b") == {"a": 0.0, "b": 2.0}
    assert by_key({"b": 2.0}, "b") == {"b": 2.0}


class Unknown:
    """Nothing that Numba knows."""


def handed_on(x, thing):
    return x * x if helper(thing) else x


def helper(thing):
    return isinstance(thing, Unknown)


def test_objects_that_are_only_looked_at():
    assert sct.grad(handed_on, backend="numba")(3.0, Unknown()) == 6.0


WEIGHTS = {"a": np.array([1.0, 2.0])}


def reads_data(p):
    return np.sum(p["v"] * WEIGHTS["a"]) * SCALE


SCALE = 2.0


def test_data_of_the_module_is_read_at_each_call(monkeypatch):
    gradient = sct.grad(reads_data, backend="numba")
    assert gradient({"v": np.ones(2)})["v"].tolist() == [2.0, 4.0]
    monkeypatch.setitem(globals(), "SCALE", 3.0)
    monkeypatch.setitem(WEIGHTS, "a", np.array([5.0, 1.0]))
    assert gradient({"v": np.ones(2)})["v"].tolist() == [15.0, 3.0]


def divides(p):
    return p["x"] / p["y"]


def test_exceptions_are_those_of_the_function():
    with pytest.raises(ZeroDivisionError):
        sct.grad(divides, backend="numba")({"x": 1.0, "y": 0.0})


LISTS = [[np.arange(6.0).reshape(2, 3), np.ones((1, 1))], [np.zeros(2), np.arange(3.0)], [np.zeros((0, 2))]]


@pytest.mark.parametrize("arrays", LISTS)
def test_lists_of_arrays_travel(arrays):
    sent = packing.elements(arrays), packing.extents(arrays)

    @numba.njit
    def received(data, extents):
        return packing.as_arrays(data, extents)

    for found in (packing.as_arrays(*sent), received(*sent)):
        assert [a.shape for a in found] == [a.shape for a in arrays]
        assert all(np.array_equal(a, b) for a, b in zip(found, arrays, strict=True))


def test_lists_of_lists_and_tuples_travel():
    lists = [[1.0, 2.0], [], [3.0]]

    @numba.njit
    def received(items, lengths):
        return packing.as_lists([x for x in items], lengths)

    assert received(np.array(packing.flat(lists)), packing.lengths(lists)) == lists
    assert packing.as_tuples(packing.column([(1, 2.0)], 0), packing.column([(1, 2.0)], 1)) == [(1, 2.0)]



def of_layers(pairs, rows):
    total = 0.0
    for scale, layer in pairs:
        total += scale * layer.w * layer.b.b
    for row in rows:
        for layer in row:
            total += layer.w * layer.b
    return total


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_named_tuples_at_any_depth_of_a_list_come_back_as_such(backend):
    pairs, rows = [(2.0, Layer(3.0, Layer(5.0, 7.0)))], [[Layer(1.0, 2.0)], []]
    found = sct.grad(of_layers, (0, 1), backend=backend)(pairs, rows)
    expected = [(21.0, Layer(14.0, Layer(0.0, 6.0)))], [[Layer(2.0, 1.0)], []]
    assert repr(found) == repr(expected)
