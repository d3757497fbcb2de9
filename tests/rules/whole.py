"""Takes calls of primitives, checks their derivatives as users get them: compiled, both modes, second order, float32.

Each call becomes a function of a module of its own, whose result is weighted and summed up to a real number.  Along a random
direction (complex where an argument is) the gradient, the tangent and the change of the gradient must agree with five-point
differences of the function itself, of which only the values are used.
"""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

import sct

from . import harness
from .calls import OPTIONS, Call

IMPORTS = "import numpy as np\nfrom scipy import {}\nfrom sct.runtime.arrays import fitted\n\n"
SCIPY = ("fft", "integrate", "interpolate", "linalg", "optimize", "signal", "sparse", "spatial", "special", "stats")


class Whole:
    """A call as a function of its inexact numbers and arrays, and the values that these have."""

    def __init__(self, call: Call, name: str) -> None:
        self.call = call
        self.values: list[Any] = []
        names = [*call.entry.params, *("" for _ in call.args)]
        args = [self.written(a, name) for a, name in zip(call.args, names)]
        named = [f"{k}={self.written(v, k)}" for k, v in call.kwargs.items()]
        called = f"{call.entry.name}({', '.join(args + named)})"
        only = "" if call.only is None else f"[{call.only}]"
        self.text = f"def {name}({', '.join(f'p{k}' for k in range(len(self.values)))}):\n    return {called}{only}\n"

    def written(self, value: Any, key: str) -> str:
        if isinstance(value, tuple | list):
            items = ", ".join(self.written(v, key) for v in value)
            return f"[{items}]" if isinstance(value, list) else f"({items},)" if value else "()"
        if isinstance(value, np.ndarray | np.generic) and np.asarray(value).dtype.kind not in "fc":
            return f"np.array({value.tolist()})"
        inexact = isinstance(value, float | complex | np.ndarray | np.generic)
        option = key in OPTIONS and not isinstance(value, np.ndarray)
        if inexact and not option and key not in self.call.entry.tests.get("constant", ()):
            self.values.append(value)
            return f"p{len(self.values) - 1}"
        return repr(value).replace("inf", "np.inf")


def build(calls: Iterable[Call], folder: Path) -> list[tuple[Callable[..., Any], list[Any]]]:
    """All the calls as functions of one module, with the values of their parameters."""
    wholes = [Whole(call, f"f{k}") for k, call in enumerate(calls)]
    path = folder / "whole_calls.py"
    path.write_text(IMPORTS.format(", ".join(SCIPY)) + "\n\n".join(w.text for w in wholes))
    spec = importlib.util.spec_from_file_location(f"whole_calls_{id(wholes)}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return [(getattr(module, f"f{k}"), whole.values) for k, whole in enumerate(wholes)]


def weighted(fun: Callable[..., Any], count: int, several: bool, ws: tuple[Any, ...]) -> Callable[..., Any]:
    """The weighted sum of all that ``fun`` returns, a real number, as a function of ``count`` arguments."""
    def one(z: Any) -> Any:
        return np.sum(np.real(z * ws[0]))

    def all_of_them(z: Any) -> Any:
        found = 0.0
        for part, w in zip(z, ws):
            if w is not None:
                found += np.sum(np.real(part * w))
        return found

    total = all_of_them if several else one
    return (
        lambda a: total(fun(a)),
        lambda a, b: total(fun(a, b)),
        lambda a, b, c: total(fun(a, b, c)),
        lambda a, b, c, d: total(fun(a, b, c, d)),
        lambda a, b, c, d, e: total(fun(a, b, c, d, e)),
        lambda a, b, c, d, e, f: total(fun(a, b, c, d, e, f)),
    )[count - 1]


def check_whole(fun: Callable[..., Any], values: list[Any], rtol: float = 1e-6, order: int = 2, h: float = 1e-3) -> None:
    """Assert that gradient, tangent and second derivative of ``fun`` agree with differences along two directions."""
    result = fun(*values)
    several = isinstance(result, tuple)
    weights = harness.random_cotangent(tuple(result) if several else (result,), np.random.default_rng(1))
    value, argnums = weighted(fun, len(values), several, weights), tuple(range(len(values)))
    gradient = sct.grad(value, argnums)
    found = gradient(*values)
    for got, given in zip(found, values, strict=True):
        assert np.shape(got) == np.shape(given), f"{np.shape(got)}, expected {np.shape(given)}"
        assert np.asarray(got).dtype == np.asarray(given).dtype
    for seed in (2, 3):
        along = tuple(direction(v, np.random.default_rng(seed)) for v in values)
        slope = five_point(value, values, along, h)
        close(pairing(found, along), slope, rtol, "gradient")
        close(sct.jvp(value, tuple(values), along)[1], slope, rtol, "tangent")
    if order == 2:
        change = sct.hvp(value, tuple(values), along)
        change = change if isinstance(change, tuple) else (change,)
        for k, got in enumerate(change):
            expected = five_point(lambda *args: gradient(*args)[k], values, along, h)
            close(got, expected, 10 * rtol, "second derivative")


def check_single(fun: Callable[..., Any], values: list[Any], rtol: float = 2e-3) -> None:
    """Assert that the gradient of single precision numbers is that of double precision, in single precision."""
    single = [np.asarray(v, np.complex64 if np.iscomplexobj(v) else np.float32) for v in values]
    result = fun(*single)
    several = isinstance(result, tuple)
    weights = harness.random_cotangent(tuple(result) if several else (result,), np.random.default_rng(1))
    wide = [None if w is None else np.asarray(w, np.result_type(w.dtype, np.float64)) for w in weights]
    argnums = tuple(range(len(values)))
    found = sct.grad(weighted(fun, len(values), several, weights), argnums)(*single)
    double = [np.asarray(v, np.result_type(v, 1.0)) for v in single]
    expected = sct.grad(weighted(fun, len(values), several, tuple(wide)), argnums)(*double)
    for got, want, given in zip(found, expected, single, strict=True):
        assert np.asarray(got).dtype == given.dtype
        np.testing.assert_allclose(got, want, rtol=rtol, atol=rtol * (1 + np.max(np.abs(want), initial=0)))


def direction(value: Any, rng: np.random.Generator) -> Any:
    """A random change of a number or an array, of its type."""
    shape = np.shape(value)
    step = rng.uniform(-1, 1, shape) + (1j * rng.uniform(-1, 1, shape) if np.iscomplexobj(value) else 0.0)
    return np.asarray(step, value.dtype) if isinstance(value, np.ndarray) else type(value)(step)


def five_point(fun: Callable[..., Any], values: list[Any], along: tuple[Any, ...], h: float) -> Any:
    """The derivative of ``fun`` at ``values`` along a direction, with an error of order ``h**4``."""
    def at(t: float) -> Any:
        return fun(*(v + t * d for v, d in zip(values, along, strict=True)))
    return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)


def pairing(bars: Iterable[Any], dots: Iterable[Any]) -> float:
    return float(sum(np.sum(np.real(b * d)) for b, d in zip(bars, dots, strict=True)))


def close(got: Any, expected: Any, rtol: float, what: str) -> None:
    np.testing.assert_allclose(got, expected, rtol=rtol, atol=rtol * max(1.0, float(np.max(np.abs(expected), initial=0))),
                               err_msg=what)


def differentiable(call: Call) -> bool:
    """Whether a call has arguments to differentiate."""
    return bool(Whole(call, "f").values)


def arguments_of(rule: Callable[..., Any]) -> list[str]:
    return list(inspect.signature(rule).parameters)
