"""The lists of functions without derivative, and random draws: effects, result types, pathwise derivatives."""

from __future__ import annotations

import random
import time
from typing import Any

import numpy as np
import pytest

import sct.rules.draws
import sct.rules.inactive  # noqa: F401
from sct.ir.types import ANY, FLOAT, MANY, Array, Object, Scalar, Type, type_of
from sct.rules.registry import Primitive, lookup

from .harness import Case, cotangents, runnable


def entry_of(fn: Any) -> Primitive:
    entry = lookup(fn)
    assert entry is not None, fn
    return entry


@pytest.mark.parametrize("fn", [len, int, round, np.argmax, np.floor, np.sign, np.isnan, np.shape, str.join, np.int64])
def test_functions_without_derivative(fn: Any) -> None:
    assert entry_of(fn).zero and entry_of(fn).effect == "pure"


@pytest.mark.parametrize("fn", [print, time.perf_counter, time.sleep])
def test_output_and_clocks_run_once(fn: Any) -> None:
    assert entry_of(fn).effect == "io" and entry_of(fn).zero


def test_shuffling_writes() -> None:
    assert entry_of(np.random.Generator.shuffle).effect == entry_of(random.shuffle).effect == "writes"


DRAWS: list[tuple[Any, tuple[Any, ...], dict[str, Any]]] = [
    (np.random.rand, (), {}), (np.random.rand, (3, 2), {}), (np.random.randn, (2, 1), {}), (np.random.random, (4,), {}),
    (np.random.normal, (), {}), (np.random.normal, (0.0, np.ones(3)), {}), (np.random.normal, (), {"size": (2, 3)}),
    (np.random.uniform, (0.0, 1.0, 5), {}), (np.random.randint, (3,), {}), (np.random.randint, (0, 3), {"size": 4}),
    (np.random.choice, (3,), {}), (np.random.choice, (np.ones(4),), {"size": 2}), (np.random.poisson, (2.0,), {}),
    (np.random.permutation, (3,), {}), (random.random, (), {}), (random.uniform, (0.0, 1.0), {}),
    (random.randint, (1, 3), {}),
    (np.random.gamma, (2.0,), {"size": 3}), (np.random.exponential, (), {}), (random.gauss, (0.0, 1.0), {}),
]


@pytest.mark.parametrize(("fn", "args", "kwargs"), DRAWS, ids=lambda v: str(v)[:30])
def test_type_of_a_draw(fn: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    entry = entry_of(fn)
    assert entry.effect == "random" and entry.infer is not None
    assert_covers(entry.infer(seen(args), {k: seen(v) for k, v in kwargs.items()}), type_of(fn(*args, **kwargs)))


@pytest.mark.parametrize(("name", "args", "kwargs"), [
    ("random", (), {}), ("random", (3,), {}), ("normal", (0.0, 1.0, 3), {}), ("integers", (3,), {}),
    ("integers", (3,), {"size": 2}),
    ("standard_normal", ((2, 3),), {}), ("choice", (np.ones(3),), {}), ("permutation", (np.ones((3, 2)),), {}),
    ("permuted", (np.ones((3, 2)),), {}), ("beta", (1.0, 2.0), {}), ("binomial", (3, 0.5), {"size": 2})])
def test_type_of_a_generators_draw(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    entry = entry_of(getattr(np.random.Generator, name))
    assert entry.effect == "random" and entry.infer is not None
    found = entry.infer((Object(np.random.Generator), *seen(args)), kwargs)
    assert_covers(found, type_of(getattr(np.random.default_rng(0), name)(*args, **kwargs)))


def seen(value: Any) -> Any:
    """An argument as inference passes it: types for data, plain values for what is known when the rule is applied."""
    if isinstance(value, tuple):
        return tuple(seen(v) for v in value)
    return value if isinstance(value, int) else type_of(value)


def assert_covers(found: Type, actual: Type) -> None:
    if isinstance(actual, Array):
        assert isinstance(found, Array) and found.dtype == actual.dtype and found.ndim == actual.ndim
        assert all(a in (b, ANY) for a, b in zip(found.dims, actual.dims, strict=True)), (found, actual)
    else:
        assert found == actual


def test_unknown_size_leaves_the_dimension_open() -> None:
    infer = entry_of(np.random.normal).infer
    assert infer is not None
    assert infer((FLOAT, FLOAT), {"size": Scalar("int64")}) == Array("float64", (ANY,))
    assert infer((Array("float64", (MANY,)), FLOAT), {}) == Array("float64", (MANY,))


def pathwise_cases() -> list[tuple[Any, tuple[Any, ...], tuple[Any, ...]]]:
    """Draws with a pathwise derivative: function, what precedes the parameters, the parameters."""
    listed = [("normal", (0.3, 1.2)), ("normal", (np.array([0.3, -1.0]), 1.2)), ("laplace", (0.3, 1.2)),
              ("logistic", (0.3, 1.2)),
              ("gumbel", (0.3, 1.2)), ("uniform", (-0.5, 1.2)), ("exponential", (1.3,)),
              ("rayleigh", (1.3,)), ("lognormal", (0.3, 0.7))]
    owned = [(getattr(owner, name), (), args) for owner in (np.random,) for name, args in listed]
    owned += [(getattr(np.random.Generator, name), ("rng",), args) for name, args in listed]
    owned += [(random.uniform, (), (0.2, 1.5)), (random.gauss, (), (0.2, 1.5)), (random.normalvariate, (), (0.2, 1.5))]
    return owned


@pytest.mark.parametrize(("fn", "first", "args"), pathwise_cases(), ids=lambda v: str(getattr(v, "__name__", v))[:30])
def test_pathwise_derivative(fn: Any, first: tuple[Any, ...], args: tuple[Any, ...]) -> None:
    def draw(*parameters: Any) -> Any:
        np.random.seed(3)
        random.seed(3)
        return fn(*(np.random.default_rng(3) for _ in first), *parameters)

    entry = entry_of(fn)
    z = draw(*args)
    bars = cotangents(entry, runnable(entry), Case((*first, *args)), z, np.ones_like(z) if np.ndim(z) else 1.0)
    found = [bar for name, bar in bars.items() if name != "self"]
    for k, (bar, value) in enumerate(zip(found, args, strict=True)):
        ahead, back = (draw(*(v + step if j == k else v for j, v in enumerate(args))) for step in (1e-6, -1e-6))
        slope = (ahead - back) / 2e-6
        np.testing.assert_allclose(bar, slope if np.ndim(value) else np.sum(slope), rtol=1e-5)


@pytest.mark.parametrize("fn", [np.random.Generator.gamma, np.random.poisson, np.random.Generator.choice, random.expovariate])
def test_other_distributions_have_no_rule_for_their_parameters(fn: Any) -> None:
    assert entry_of(fn).vjp is None and not entry_of(fn).zero
