"""``.save``: the written module runs where this package cannot be imported, and gives the same numbers to the last bit."""

import collections
import doctest
import functools
import math
import os
import pickle
import subprocess
import sys
import types

import numpy as np
import pytest

import sct
from sct import ArgumentError
from sct.export import Module, literal, renamed, type_test
from sct.ir.types import type_of
from sct.runtime.helpers import HELPERS

RUNNER = """
import pickle, sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("sct", "gast"):
            raise ImportError(name + " is blocked")
sys.meta_path.insert(0, Blocked())
import {module}
args, kwargs = pickle.load(open("args.pickle", "rb"))
pickle.dump({module}.{name}(*args, **kwargs), open("result.pickle", "wb"))
"""


def run_saved(tmp_path, gradient, *args, **kwargs):
    """What the saved module gives in a process without this package."""
    gradient.save(tmp_path / "saved.py", *args, **kwargs)
    (tmp_path / "args.pickle").write_bytes(pickle.dumps((args, kwargs)))
    name = gradient._example(args, kwargs).adjoint.name
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run([sys.executable, "-W", "error", "-c", RUNNER.format(module="saved", name=name)], cwd=tmp_path,
                          capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr + (tmp_path / "saved.py").read_text()
    return pickle.loads((tmp_path / "result.pickle").read_bytes())


def same(a, b):
    if isinstance(a, tuple | list):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    return type(a) is type(b) and np.array_equal(a, b, equal_nan=isinstance(a, float | np.ndarray))


WEIGHTS = np.array([[0.1, 1 / 3], [np.inf, -0.0]])
OFFSET = np.float32(0.1)
SETTINGS = {"rate": 0.3, "names": ["a", "b"], "nested": (1, {"k": 2.5})}


class Config:
    scale = 1.0

    def __init__(self):
        self.rate = 2.0
        self.handle = print  # something that no file can hold


CONFIG = Config()


def huber(r, delta=1.5):
    return 0.5 * r * r if abs(r) <= delta else delta * (abs(r) - 0.5 * delta)


def robust(w, x, y):
    total = 0.0
    for i in range(len(y)):
        total += huber(w[0] * x[i] + w[1] - y[i])
    return total


def frozen(x):
    return np.sum(np.where(np.isinf(WEIGHTS), 0.0, WEIGHTS) * x) * OFFSET + SETTINGS["rate"] * SETTINGS["nested"][1]["k"] * x[0]


def settings(x):
    return CONFIG.rate * x + CONFIG.scale * math.sin(x)


def power(x, n):
    return 1.0 if n == 0 else x * power(x, n - 1)


def looped(x, n):
    s = x
    for _ in range(n):
        s = math.sin(s) * x
        if s > 2.0:
            break
    return s


def calls(x, n=3):
    return power(x, n) * looped(x, n) + looped(x * x, 2)


def helpers(x, y):
    return np.sum(x / y) + np.prod(x) + np.linalg.norm(x) + np.sum(x ** y) + math.lgamma(x[0]) + np.sum(np.sinc(x))


def outputs(x, *rest, k=2.0, **more):
    return x * k * rest[0] * more["m"], {"n": 3, "x": x}


def raises(x):
    if x < 0.0:
        raise ValueError(f"negative: {x}")
    return x * x


Pair = collections.namedtuple("Pair", "a b")


@pytest.mark.parametrize("gradient, args, kwargs", [
    (sct.grad(robust), (np.array([0.3, 0.7]), np.arange(4.0), np.arange(4.0) * 3), {}),
    (sct.value_and_grad(robust, (0, "y")), (np.array([0.3, 0.7]), np.arange(4.0), np.arange(4.0)), {}),
    (sct.value_and_grad(frozen), (np.array([0.5, 0.25]),), {}),
    (sct.grad(settings), (0.5,), {}),
    (sct.value_and_grad(calls), (0.7,), {}),
    (sct.grad(calls), (0.7,), {"n": 5}),
    (sct.value_and_grad(helpers, (0, 1)), (np.array([0.5, 2.0, 1.5]), np.array([1.0, 3.0, -1.0])), {}),
    (sct.grad(helpers, (0, 1)), (np.array([0.5, 2.0, 0.0]), 2.0), {}),
    (sct.value_and_grad(outputs, ("x", "k"), has_aux=True), (2.0, 3.0), {"m": 5.0}),
    (sct.grad(raises), (2.0,), {}),
    (sct.grad(lambda p: p["a"] * p["b"][0]), ({"a": 2.0, "b": (3.0, "s")},), {}),
    (sct.grad(functools.partial(huber, delta=0.5)), (2.0,), {}),
    (sct.grad(lambda x: np.sum(np.sort(x)[::2]) + np.max(x)), (np.array([3.0, 1.0, 2.0]),), {}),
])
def test_saved_modules_run_alone(tmp_path, gradient, args, kwargs):
    assert same(run_saved(tmp_path, gradient, *args, **kwargs), gradient(*args, **kwargs))


def load(path):
    module = types.ModuleType("saved")
    exec(compile(path.read_text(), str(path), "exec"), module.__dict__)
    return module


def test_input_checks_and_defaults(tmp_path):
    sct.grad(calls).save(tmp_path / "saved.py", 0.5)
    saved = load(tmp_path / "saved.py")
    assert saved.calls_grad(0.7) == saved.calls_grad(x=0.7, n=3) == sct.grad(calls)(0.7)
    for wrong in (1, np.float64(1.0), np.ones(2), "a"):
        with pytest.raises(AssertionError, match="x must be float"):
            saved.calls_grad(wrong)
    sct.grad(lambda x, axis: np.sum(np.sum(x, axis=axis) ** 2)).save(tmp_path / "flag.py", np.ones((2, 3)), 1)
    saved = load(tmp_path / "flag.py")
    with pytest.raises(AssertionError, match="axis must be 1"):
        saved.fn_grad(np.ones((2, 3)), 0)
    with pytest.raises(AssertionError, match=r"x must be float64\[:, :\]"):
        saved.fn_grad(np.ones((2, 1)), 1)


def test_data_is_frozen(tmp_path, monkeypatch):
    gradient = sct.grad(settings)
    gradient.save(tmp_path / "saved.py", 0.5)
    before = gradient(0.5)
    monkeypatch.setattr(CONFIG, "rate", 100.0)
    assert load(tmp_path / "saved.py").settings_grad(0.5) == before != gradient(0.5)
    text = (tmp_path / "saved.py").read_text()
    assert "CONFIG = SimpleNamespace(rate=2.0, scale=1.0)" in text and "frozen" in text and "sct." not in text


def test_a_name_with_two_meanings(tmp_path):
    one, two = types.ModuleType("one"), types.ModuleType("two")
    sources = {"one": "K = 2.0\ndef g(x):\n    s = x\n    for _ in range(3):\n        s = s * x * K\n    return s\n",
               "two": "K = 5.0\ndef g(x):\n    s = x\n    for _ in range(2):\n        s = s * K * x\n    return s\n"}
    for module in (one, two):
        path = tmp_path / f"{module.__name__}.py"
        path.write_text(sources[module.__name__])
        exec(compile(path.read_text(), str(path), "exec"), module.__dict__)
    K = np.array([1.0, 2.0])
    first, second = one.g, two.g

    def both(x):
        return first(x) * second(x) * np.sum(K)
    gradient = sct.grad(both)
    assert run_saved(tmp_path, gradient, 0.5) == gradient(0.5)


def test_a_helper_keeps_its_name(tmp_path):
    def unbroadcast(x):
        s = x
        for _ in range(2):
            s = s * s
        return np.sum(s)
    f = lambda x, y: unbroadcast(x / y)
    gradient = sct.grad(f, (0, 1))
    args = np.ones((2, 3)), np.full(3, 2.0)
    assert same(run_saved(tmp_path, gradient, *args), gradient(*args))


@pytest.mark.parametrize("name", sorted(HELPERS))
def test_every_helper_can_be_carried_along(name):
    module = Module(types.SimpleNamespace(callees=[], adjoint=None))
    module.write_helper(name, HELPERS[name])
    parts = (module.imports, module.data, module.helpers)
    text = "\n".join(["from __future__ import annotations", *(line for part in parts for line in part.values())])
    assert "sct" not in text
    space = {}
    exec(text, space)
    examples = doctest.DocTestParser().get_doctest(HELPERS[name].__doc__, {"math": math, "np": np, **space}, name, None, 0)
    assert examples.examples and doctest.DocTestRunner().run(examples).failed == 0


def test_methods(tmp_path):
    class Line:
        def __init__(self, slope):
            self.slope = slope

        def at(self, x):
            return self.slope * x * x
    gradient = sct.grad(Line(3.0).at)
    assert run_saved(tmp_path, gradient, 2.0) == 12.0


class Own(Exception):
    pass


def raises_own(x):
    if x < 0.0:
        raise Own("negative")
    return x * x


rng = np.random.default_rng(0)


def test_what_cannot_be_written_is_refused_and_no_file_made(tmp_path):
    def draws(x):
        return x * rng.normal()

    def applies(f, x):
        return f(x)
    Own.__module__ = "__main__"
    for gradient, args in ((sct.grad(draws), (1.0,)), (sct.grad(raises_own), (1.0,)), (sct.grad(applies, 1), (math.sin, 1.0)),
                           (sct.grad(applies, 1), (lambda x: x * x, 1.0))):
        gradient(*args)
        with pytest.raises(ArgumentError) as caught:
            gradient.save(tmp_path / "saved.py", *args)
        assert caught.value.hint and not list(tmp_path.iterdir())


@pytest.mark.parametrize("value", [
    0.1, -0.0, 1e-320, math.inf, -math.inf, math.nan, 3, True, None, "a\n'\"", 2 - 1j, complex(math.nan, -0.0), (1.0,), [], {},
    np.float64(0.1), np.float32(0.1), np.int32(3), np.bool(True), np.complex64(1j), np.array(0.1), np.zeros((0, 3)),
    np.array([1 / 3, np.nan, np.inf]), np.arange(6, dtype=np.int8).reshape(2, 3), np.array([True, False]),
    np.asfortranarray(np.ones((2, 3))), np.linspace(0, 1, 101, dtype=np.float32), np.array([1j, complex(0, -0.0)]),
    {"a": [1, (2.0, None)], 3: np.ones(2)},
])
def test_literals_are_exact(value):
    def check(a, b):
        assert type(a) is type(b)
        if isinstance(a, np.ndarray):
            assert a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
            assert a.flags.f_contiguous == b.flags.f_contiguous
        elif isinstance(a, tuple | list):
            assert len(a) == len(b)
            list(map(check, a, b))
        elif isinstance(a, dict):
            assert list(a) == list(b)
            list(map(check, a.values(), b.values()))
        else:
            assert repr(a) == repr(b)
    check(eval(literal(value, "v"), {"np": np}), value)


def test_renaming_touches_names_only():
    text = "def f(k, x):\n    # k in a comment\n    y = g(a.b, b=b) + a.b.b\n    return {'b': b, b: 1}\n"
    assert renamed(text, {"b": "b_2"}) == text.replace("b=b)", "b=b_2)").replace("'b': b, b:", "'b': b_2, b_2:")
    with pytest.raises(ArgumentError, match="f-string"):
        renamed("def f():\n    return f'{b}'\n", {"b": "b_2"})


@pytest.mark.parametrize("value, others", [
    (1.0, (1, np.float64(1.0))), (np.float32(1.0), (1.0, np.float64(1.0))), (np.ones(2), (np.ones(1), [1.0, 1.0])),
    (np.ones((2, 1)), (np.ones((1, 2)), np.ones((2, 2)), np.ones(2))), ((1.0, "a"), ((1.0, 2), (1.0,), [1.0, "a"])),
    ({"a": 1.0}, ({"b": 1.0}, {"a": 1})), ([1.0, 2.0], ([1], (1.0, 2.0))), (None, (0,)), ("a", (b"a",)), (True, (1,)),
    (Pair(1.0, 2.0), ((1.0, 2.0),)),
])
def test_type_tests(value, others):
    test = compile(type_test("v", type_of(value)), "test", "eval")
    assert eval(test, {"np": np, "v": value}) is True
    assert not any(eval(test, {"np": np, "v": other}) for other in others)
