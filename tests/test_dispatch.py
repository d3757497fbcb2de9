"""The generated dispatcher: which specialisation runs, what the guards look at, and what it costs."""

import functools
import math
import sys

import numpy as np
import pytest

import sct
from sct import ArgumentError, grad
from sct.dispatch import dispatcher_text, holds


def square(x):
    return np.sum(x * x)


def count(gradient):
    return len(gradient._dispatcher.specialisations)


@pytest.mark.parametrize("values", [
    [2.0, np.float64(2.0), np.float32(2.0), np.array(2.0)],
    [np.ones(1), np.ones(2), np.ones((1, 1)), np.ones((1, 2)), np.ones((2, 1)), np.ones((2, 2)), np.ones(2, np.float32)],
    [np.ones((1, 2, 3)), np.ones((2, 2, 3)), np.ones((2, 1, 1))],
])
def test_each_type_has_its_own_specialisation(values):
    gradient = grad(square)
    for _ in range(3):
        for value in values:
            result = gradient(value)
            assert type(result) is type(value) and np.all(result == 2 * value)
    assert count(gradient) == len(values)


def test_shapes_of_one_kind_share():
    gradient = grad(square)
    for n in (2, 3, 50):
        gradient(np.ones(n))
    assert count(gradient) == 1


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("shapes", [((0,), (3,), (1,)), ((3, 2), (0, 2), (3, 0), (0, 0), (1, 0), (2, 2))])
def test_empty_arrays_have_a_specialisation_of_their_own(shapes):
    """Only there does anybody ask whether there is something to divide by."""
    gradient = grad(lambda x: np.mean(x * x))
    for order in (shapes, shapes[::-1]):
        for shape in order:
            x = np.ones(shape)
            np.testing.assert_array_equal(gradient(x), 2 * x / max(x.size, 1))
    assert count(gradient) == len({tuple(min(n, 2) for n in shape) for shape in shapes})


def test_more_specialisations_than_the_dispatcher_tests():
    gradient = grad(lambda x, axis: np.sum(np.sum(x, axis=axis) ** 2))
    x = np.ones((1,) * 3 + (2,) * 5)
    for _ in range(2):
        for axis in range(8):
            np.testing.assert_array_equal(gradient(x, axis), np.full(x.shape, 2.0 * x.shape[axis]))
    assert count(gradient) == 8


@pytest.mark.parametrize("first, second", [
    ((2.0, 3.0), (2.0, 3)), ((2.0, 3.0), (2.0, 3.0, 4.0)), ([2.0], [np.ones(2)]), ({"a": 2.0}, {"b": 2.0, "a": 2.0}),
    ({"a": 1.0, "b": 2.0}, {"b": 2.0, "a": 1.0}),
])
def test_containers(first, second):
    def total(p):
        s = 0.0
        for v in p.values() if isinstance(p, dict) else p:
            s = s + np.sum(v)
        return s
    gradient = grad(total)
    for _ in range(2):
        for value in (first, second):
            result = gradient(value)
            assert type(result) is type(value) and len(result) == len(value)
    assert count(gradient) == 2


class Config:
    rate = 2.0
    shape = (2,)


config = Config()
table = {"rate": 2.0, "names": ["a", "b"]}


def test_attributes_and_items_of_globals_are_live(monkeypatch):
    gradient = grad(lambda x: config.rate * x * table["rate"] * len(table["names"]))
    assert gradient(1.0) == 8.0
    monkeypatch.setattr(config, "rate", 5.0, raising=False)
    assert gradient(1.0) == 20.0
    monkeypatch.setitem(table, "rate", np.float64(1.0))
    assert gradient(1.0) == 10.0
    monkeypatch.setitem(table, "names", ["a"])
    assert gradient(1.0) == 5.0
    monkeypatch.setitem(globals(), "config", type("Other", (), {"rate": 1.0})())
    assert gradient(1.0) == 1.0
    monkeypatch.setitem(globals(), "table", {"rate": 3.0, "names": ["c"] * 4, "more": 1})
    assert gradient(1.0) == 12.0
    monkeypatch.undo()
    assert gradient(1.0) == 8.0


def make_class():
    class Scaled:
        def __init__(self, k):
            self.k = k

        def helper(self, x):
            return self.k * x

        @property
        def double(self):
            return 2.0 * self.k

        @staticmethod
        def plain(x):
            return x

        @classmethod
        def of_class(cls, x):
            return 2.0 * x

        def __call__(self, x):
            return self.k * x

        def loss(self, x):
            return self.helper(x) * self.double + self.plain(x) + self.of_class(x) + self(x)
    return Scaled


@pytest.mark.parametrize("name, new", [
    ("helper", lambda self, x: self.k * x * x), ("double", property(lambda self: 4.0 * self.k)),
    ("plain", staticmethod(lambda x: 5.0 * x)), ("of_class", classmethod(lambda cls, x: 5.0 * x)),
    ("__call__", lambda self, x: 5.0 * x),
])
@pytest.mark.parametrize("bound", [True, False])
def test_redefined_methods_are_noticed(name, new, bound):
    Scaled = make_class()
    instance = Scaled(3.0)
    gradient = grad(instance.loss) if bound else functools.partial(grad(Scaled.loss, 1), instance)
    before = gradient(3.0)
    assert before == 24.0
    setattr(Scaled, name, new)
    direct = (instance.loss(3.0 + 1e-6) - instance.loss(3.0 - 1e-6)) / 2e-6
    assert gradient(3.0) == pytest.approx(direct) != before


def test_a_method_hidden_by_the_instance_is_noticed():
    for bound in (True, False):
        Scaled = make_class()
        instance = Scaled(3.0)
        gradient = grad(instance.loss) if bound else functools.partial(grad(Scaled.loss, 1), instance)
        assert gradient(3.0) == 24.0
        instance.helper = lambda x: 5.0 * x
        assert gradient(3.0) == 36.0
        del instance.helper
        assert gradient(3.0) == 24.0


def test_code_replaced_in_place_is_noticed():
    def helper(x):
        return x * x

    def f(x):
        return helper(x)
    gradient = grad(f)
    assert gradient(3.0) == 6.0
    helper.__code__ = (lambda x: 7.0 * x).__code__
    assert gradient(3.0) == 7.0
    f.__code__ = eval("lambda helper: lambda x: helper(x) * 2.0", {})(1).__code__
    with pytest.raises(sct.SctError):
        gradient(3.0)


def test_parameters_named_like_everything_the_dispatcher_uses():
    def f(type, float, tuple, str, Exception, sct_error, sct_fits, np):
        return type * float * np if str == "s" and len(tuple) == 1 else sct_error
    gradient = grad(f, ("type", "sct_error"))
    for _ in range(2):
        assert gradient(2.0, 3.0, (1,), "s", None, 1.0, None, 5.0) == (15.0, 0.0)
    assert count(gradient) == 1


def test_functions_as_arguments():
    def apply(f, x):
        return f(x)
    gradient = grad(apply, 1)
    assert gradient(math.sin, 0.0) == 1.0 and gradient(math.cos, 0.0) == 0.0 and gradient(square, 1.0) == 2.0
    for k in (1.0, 2.0):
        assert gradient(lambda x, k=k: k * x, 1.0) == k  # defaults differ, so the functions do
        assert gradient(lambda x: k * x, 1.0) == k
        assert gradient(functools.partial(lambda a, x: a * x, k), 1.0) == k
    array = np.ones(2)
    for _ in range(2):
        assert gradient(lambda x, a=array: np.sum(a) * x, 1.0) == 2.0


def test_a_nan_is_not_compiled_for_again():
    gradient = grad(lambda x, fill: np.sum(np.where(x > 0, x, fill)))
    for _ in range(3):
        gradient(np.ones(2), math.nan)
    assert count(gradient) == 1


def test_specialize():
    gradient = grad(lambda x, y=2.0: x * x * y)
    checked, unchecked = gradient.specialize(3.0), gradient.specialize(3.0, unchecked=True)
    assert checked(3.0) == checked(3.0, y=2.0) == unchecked(3.0, 2.0) == 12.0
    for wrong in (3, np.float64(3.0), np.ones(2), "a"):
        with pytest.raises(ArgumentError) as caught:
            checked(wrong)
        assert caught.value.code == "SCT404"
    assert count(gradient) == 1


def test_the_text_of_a_dispatcher():
    gradient = grad(square)
    compiled = [gradient._example((np.ones(2),), {}), gradient._example((1.0,), {})]
    text, space = dispatcher_text(gradient._parameters, square, compiled, print)
    assert text.startswith("def sct_dispatch(x):\n    try:\n        sct_fits = type(x) is sct_ndarray_")
    assert "type(x) is float" in text and print in space.values()
    assert all(holds(c, {"x": v}) for c, v in zip(compiled, (np.ones(3), 2.0))) and not holds(compiled[0], {"x": 2.0})


def test_what_rules_are_made_of_is_not_looked_at():
    """Their modules are this package's own; the user's globals are looked at."""
    def ratio(x, y):
        return (x - y) ** 2 / y

    gradient = grad(ratio)
    text, space = dispatcher_text(gradient._parameters, ratio, [gradient._example((1.0, 2.0), {})], print)
    names = [value.get("__name__") for value in space.values() if isinstance(value, dict)]
    assert "strong_quotient" not in text and all(name is None or not name.startswith("sct.") for name in names)


def calls_made(call, *args):
    """The names of the functions that one call runs, Python's and C's."""
    made = []
    sys.setprofile(lambda frame, event, arg: made.append(
        frame.f_code.co_name if event == "call" else arg.__name__) if event in ("call", "c_call") else None)
    try:
        call(*args)
    finally:
        sys.setprofile(None)
    return made[:-1]


def test_dispatch_costs_little():
    """Between the call and the gradient function stands one generated function, which looks at types and calls nothing else."""
    for f, args in ((lambda x: x * x, (2.0,)), (square, (np.ones(3),)), (lambda x, y=1.0, *, k=2.0: x * y * k, (2.0,))):
        gradient = sct.grad(f)
        gradient(*args)
        full = gradient._dispatcher.values(*args)
        generated = gradient._specialisation(full).function
        assert calls_made(gradient, *args) == ["sct_dispatch", *calls_made(generated, *full)]


def test_a_specialisation_keeps_defaults():
    def f(x, y=2.0, *, k=3.0):
        return x * y * k
    for unchecked in (False, True):
        direct = sct.grad(f).specialize(1.0, unchecked=unchecked)
        assert direct(1.0) == 6.0 and direct(1.0, k=1.0) == 2.0


MISFITS = {
    "product": (lambda a, b: (a * b).sum(), (np.ones(4), np.ones(3)), (0, 1)),
    "one of two": (lambda a, b: (a + b).sum(), (np.ones(4), np.ones(3)), 1),
    "matrix": (lambda m, v: np.sum(m @ v), (np.ones((4, 3)), np.ones(2)), "v"),
}


@pytest.mark.parametrize("fun, args, argnums", MISFITS.values(), ids=MISFITS)
def test_operands_that_do_not_fit_are_rejected_as_by_the_function(fun, args, argnums):
    """The gradient needs no product of the operands, but the function raises."""
    gradient = sct.grad(fun, argnums)
    for _ in range(2):
        with pytest.raises(ValueError) as expected:
            fun(*args)
        with pytest.raises(ValueError) as found:
            gradient(*args)
        assert str(found.value) == str(expected.value)


def test_fresh_lambdas_of_one_place_share_a_specialisation():
    def applied(fun, x):
        return fun(x)

    gradient = grad(applied, "x")
    assert [gradient(lambda v, k=k: k * v * v, 1.0) for k in (1.0, 2.0, 3.0)] == [2.0, 4.0, 6.0]
    assert count(gradient) == 1
    assert [gradient(functools.partial(lambda k, v: k * v * v, k), 1.0) for k in (1.0, 2.0, 3.0)] == [2.0, 4.0, 6.0]
    assert count(gradient) == 2
    assert [gradient(lambda v, *, k=k: k * v * v, 1.0) for k in (1.0, 2, np.float32(3.0))] == [2.0, 4.0, 6.0]
    assert [gradient(lambda v, k=k: k(v) * v, 1.0) for k in (lambda v: 2.0 * v, lambda v: 3.0 * v)] == [4.0, 6.0]
