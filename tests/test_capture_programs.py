"""What a function finds outside itself (data, captured variables, objects, functions) is what it is at the time of the call."""

import functools
import linecache
import math
import types

import numpy as np
import pytest

import sct
from tests.oracle import differences

SPACE = types.SimpleNamespace()
"""Holds the data that the programs read and the tests replace."""


def follows(fun, changes, *args):
    """The gradient of ``fun`` is right at first and after each of the ``changes``, made one after another."""
    gradient = sct.grad(fun)
    for k, change in enumerate([lambda: None, *changes]):
        change()
        for _ in range(2):
            found, expected = gradient(*args), differences(fun, args, {}, 0, ())
            assert math.isclose(found, expected, rel_tol=1e-6, abs_tol=1e-9), f"after change {k}: {found}, expected {expected}"


def put(name, value):
    return lambda: globals().__setitem__(name, value)


COEFFICIENTS = (1.0, 2.0)


def test_tuple_list_and_array_of_another_length():
    def polynomial(x):
        return sum(c * x**k for k, c in enumerate(COEFFICIENTS))

    follows(
        polynomial,
        [
            put("COEFFICIENTS", c)
            for c in ((1.0, 2.0, 3.0), (5.0,), [1.0, 4.0], [1.0, 4.0, 2], np.array([1.0, 2.0, 7.0]), (1.0, 2.0))
        ],
        1.3,
    )


def weighted(a, b, c=0.5):
    return a * b + c * a * a


PARTIAL = functools.partial(weighted, 2.0)


def test_partial_with_other_arguments():
    def apply_partial(x):
        return PARTIAL(x) * x

    made = [
        functools.partial(weighted, 2.0, c=4.0),
        functools.partial(weighted, b=3.0),
        functools.partial(weighted, c=1.0, b=3.0),
        functools.partial(math.pow, 2.0),
        functools.partial(math.pow, 3),
    ]
    follows(apply_partial, [put("PARTIAL", p) for p in made], 1.3)


class Model:
    weight = 2.0

    def __init__(self):
        self.bias = 1.0

    def apply(self, x):
        return self.weight * x * x + self.bias * x

    @property
    def twice(self):
        return self.bias * 2

    def __call__(self, x):
        return x * self.bias

    def __len__(self):
        return 2

    def __getitem__(self, k):
        return self.bias * k


class Other(Model):
    def apply(self, x):
        return -x * x


MODEL = Model()


def test_objects_and_their_classes(monkeypatch):
    def with_object(x):
        return MODEL.apply(x) * MODEL.twice + MODEL(x) * len(MODEL) + MODEL[2] * x

    def in_class(name, value):
        return lambda: monkeypatch.setattr(Model, name, value)

    follows(
        with_object,
        [
            lambda: setattr(MODEL, "bias", 5.0),
            in_class("weight", 7.0),
            lambda: setattr(MODEL, "weight", 3.0),
            in_class("apply", lambda self, x: x**3),
            in_class("twice", property(lambda self: 11.0)),
            in_class("__call__", lambda self, x: 3 * x),
            in_class("__len__", lambda self: 9),
            in_class("__getitem__", lambda self, k: 0.5),
            lambda: setattr(MODEL, "apply", lambda x: x**4),
            put("MODEL", Model()),
            put("MODEL", Other()),
        ],
        1.3,
    )


def step(x):
    return x * 2


def inner_step(x):
    return x


def test_functions_that_are_redefined():
    def with_function(x):
        return step(x) * x

    follows(
        with_function,
        [
            put("step", lambda x: x * 3),
            put("step", math.sin),
            put("step", lambda x: x * inner_step(x)),
            put("inner_step", lambda x: x * x),
            put("step", functools.partial(math.pow, 2.0)),
            put("step", Other()),
            put("step", np.cos),
        ],
        1.3,
    )


def with_default(x, a=2.0, *, b=1.0):
    return x * a + x * x * b


def test_function_objects_that_are_changed():
    def calls_default(x):
        return with_default(x) * x

    def other(x, a=2.0, *, b=1.0):
        return x * x * a * b

    follows(
        calls_default,
        [
            lambda: setattr(with_default, "__defaults__", (5.0,)),
            lambda: setattr(with_default, "__kwdefaults__", {"b": 7.0}),
            lambda: setattr(with_default, "__code__", other.__code__),
        ],
        1.3,
    )


def test_captured_variables():
    scale = 2.0

    def scaled(x):
        return x * x * scale

    def rescale(value):
        nonlocal scale
        scale = value

    follows(
        scaled,
        [lambda: rescale(5.0), lambda: rescale(5), lambda: rescale(np.float64(3.0)), lambda: rescale(np.array(2.5))],
        1.3,
    )


FLAG = True


def test_truth_of_module_data():
    def flagged(x):
        return x * x if FLAG else x

    follows(flagged, [put("FLAG", value) for value in (False, None, "a", "", [], [1], {}, {1: 2}, 0, 0.5, ())], 1.3)


TABLE = {"a": 2.0, "b": 3.0}


def test_dicts():
    def looked_up(x):
        return x * TABLE["a"] + sum(TABLE[key] * x * x for key in TABLE)

    follows(
        looked_up,
        [lambda: TABLE.update(a=9.0), lambda: TABLE.update(c=1.0), put("TABLE", {"z": 2.0, "a": 1.0}), put("TABLE", {"a": 4})],
        1.3,
    )


MODE = "sin"
FUNCTIONS = {"sin": math.sin, "cos": math.cos}


def test_functions_in_a_dict():
    def chosen(x):
        return FUNCTIONS[MODE](x)

    follows(chosen, [put("MODE", "cos"), lambda: FUNCTIONS.update(cos=math.exp)], 1.3)


AXIS = 0
MATRIX = np.arange(6.0).reshape(2, 3)


def test_values_that_the_derivative_depends_on():
    def along(x):
        return np.sum(np.sum(MATRIX * x * x, axis=AXIS) ** 2)

    follows(
        along,
        [
            put("AXIS", 1),
            put("AXIS", None),
            put("MATRIX", np.ones((4, 1))),
            put("AXIS", 0),
            put("MATRIX", np.ones((1, 1))),
            put("MATRIX", np.ones((2, 3), int)),
        ],
        1.3,
    )


def test_builtin_that_is_hidden_later():
    def absolute(x):
        return abs(x) * x

    follows(absolute, [put("abs", lambda x: x * x), lambda: globals().pop("abs")], 1.3)


def test_module_attributes():
    module = types.ModuleType("module")
    module.factor, module.function = 2.0, lambda x: x * 2

    def with_module(x):
        return module.function(x) * module.factor

    follows(with_module, [lambda: setattr(module, "factor", 4.0), lambda: setattr(module, "function", lambda x: x**3)], 1.3)


ARRAYS = [lambda t, a=np.full(2, v): t * a[0] for v in (1.0, 2.0)]
NUMBERS = [lambda t, a=v: t * a for v in (1.0, 2.0, 3)]
CALLABLES = [
    math.sin,
    np.sin,
    functools.partial(math.pow, 2.0),
    functools.partial(math.pow, 3.0),
    functools.partial(weighted, 2.0),
    functools.partial(weighted, 2.0, c=3.0),
    Model().apply,
    Other().apply,
    Model(),
    *ARRAYS,
    *NUMBERS,
]


def test_functions_as_arguments():
    def passed(x, f):
        return f(x) * x

    gradient = sct.grad(passed)
    for f in CALLABLES * 2:
        assert math.isclose(gradient(1.3, f), differences(passed, (1.3, f), {}, 0, ()), rel_tol=1e-6)
    for q in (1.0, 2.0, 3, np.float64(4.0)):
        assert math.isclose(gradient(1.3, lambda t, q=q: t * q), 2.6 * q)
        assert math.isclose(gradient(1.3, lambda t: t * q), 2.6 * q)


def test_deleted_global_is_an_error():
    globals()["GONE"] = 2.0

    def reads(x):
        return x * GONE  # noqa: F821 - deleted below

    gradient = sct.grad(reads)
    assert gradient(1.0) == 2.0
    del globals()["GONE"]
    with pytest.raises(sct.SctError, match="GONE"):
        gradient(1.0)


def test_a_text_that_was_given_outlives_linecache(monkeypatch):
    gradient = sct.grad_from_source("def cube(x):\n    return x * x * x\n")
    monkeypatch.setattr(linecache, "cache", {})
    assert gradient(2.0) == 12.0
