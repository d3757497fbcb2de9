"""Takes calls of primitives, gives functions that make them, compiled into gradients, and what the gradients must be.

Every inexact number and array of a call is a parameter of its function, and so is the cotangent of its result.
"""

from __future__ import annotations

import importlib.util
import inspect
import operator
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import sct
from sct.compiler import compile_gradient
from sct.request import Request
from sct.rules import selecting, shaping

from . import harness
from .calls import OPTIONS, Call

METHODS = {
    shaping.reshape_method: "reshape", shaping.transpose_method: "transpose", shaping.astype_method: "astype",
    shaping.item_method: "item", np.ndarray.flatten: "flatten", np.ndarray.copy: "copy",
    selecting.compress_method: "compress",
}


def can_be_written(call: Call) -> bool:
    """Whether a call can be written as the source of a function."""
    named = call.entry.name.startswith("np.") or call.fn in METHODS or call.fn is operator.matmul
    return named and not any(a is complex for a in call.args)


class Source:
    """A call as a function of a user: every inexact number and array becomes a parameter."""

    def __init__(self, call: Call, name: str) -> None:
        self.values: list[Any] = []
        result = call.fn(*call.args, **call.kwargs)
        seeds = harness.random_cotangent(tuple(result) if isinstance(result, tuple) else result, np.random.default_rng(1))
        self.seeds = list(seeds) if isinstance(seeds, tuple | list) else [seeds]
        body = f"    z = {self.called(call)}\n    return {self.paired(call, result)}\n"
        weights = [f"w{k}" for k in range(len(self.seeds))]
        self.text = f"def {name}({', '.join([f'p{k}' for k in range(len(self.values))] + weights)}):\n{body}"

    @property
    def arguments(self) -> list[Any]:
        return [*self.values, *(0.0 if s is None else s for s in self.seeds)]

    def called(self, call: Call) -> str:
        args = [self.written(a) for a in call.args]
        named = [f"{k}={option(v) if k in OPTIONS else self.written(v)}" for k, v in call.kwargs.items()]
        if call.fn is operator.matmul:
            return f"{args[0]} @ {args[1]}"
        if call.fn in METHODS:
            return f"{args[0]}.{METHODS[call.fn]}({', '.join(args[1:] + named)})"
        return f"{call.entry.name}({', '.join(args + named)})"

    def written(self, value: Any) -> str:
        if isinstance(value, tuple | list):
            items = ", ".join(map(self.written, value))
            return f"[{items}]" if isinstance(value, list) else f"({items},)" if value else "()"
        if isinstance(value, type):
            return f"np.{value.__name__}" if value.__module__ == "numpy" else value.__name__
        if isinstance(value, float | np.ndarray | np.generic):
            self.values.append(value)
            return f"p{len(self.values) - 1}"
        return repr(value)

    def paired(self, call: Call, result: Any) -> str:
        if not isinstance(result, tuple | list):
            return "np.sum(z * w0)" if np.ndim(result) else "z * w0"
        kept = [k for k in range(len(self.seeds)) if call.only in (None, k) and self.seeds[k] is not None]
        return " + ".join(f"np.sum(z[{k}] * w{k})" for k in kept)


def option(value: Any) -> str:
    return repr(value).replace("inf", "np.inf")


def functions_of(calls: list[Call], folder: Path) -> list[tuple[Callable[..., Any], Source]]:
    """All the calls as functions of one module."""
    sources = [Source(call, f"f{k}") for k, call in enumerate(calls)]
    path = folder / "compiled_calls.py"
    path.write_text("import numpy as np\n\n\n" + "\n\n".join(s.text for s in sources))
    spec = importlib.util.spec_from_file_location("compiled_calls", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return [(getattr(module, f"f{k}"), source) for k, source in enumerate(sources)]


def check_gradient(fun: Callable[..., Any], source: Source) -> None:
    """Assert that the compiled gradient has the shapes and types of the arguments and agrees with finite differences."""
    arguments = source.arguments
    wrt = tuple(i for i, v in enumerate(source.values) if np.asarray(v).dtype.kind == "f")
    compiled = compile_gradient(fun, list(inspect.signature(fun).parameters), arguments, Request(wrt, sequence=True))
    for i, got in zip(wrt, compiled.function(*arguments), strict=True):
        value = arguments[i]
        assert np.shape(got) == np.shape(value), compiled.text
        assert np.asarray(got).dtype == np.asarray(value).dtype, compiled.text
        tolerance = 1e-3 if np.asarray(value).dtype == np.float32 else 1e-5
        np.testing.assert_allclose(got, differences(fun, arguments, i), rtol=tolerance, atol=tolerance, err_msg=compiled.text)


def check_modes(fun: Callable[..., Any], source: Source, second: bool = True) -> None:
    """Assert that forward mode agrees with reverse mode, and the second derivative with differences of the first one."""
    rng = np.random.default_rng(2)
    arguments = [np.asarray(a, np.float64)[()] if np.asarray(a).dtype == np.float32 else a for a in source.arguments]
    free = [k for k, v in enumerate(source.values) if np.asarray(v).dtype.kind == "f"]
    dots = [harness.random_cotangent(a, rng) if k in free else None for k, a in enumerate(arguments)]
    gradient = sct.grad(fun, tuple(free))
    slopes = gradient(*arguments)
    _, ahead = sct.jvp(fun, tuple(arguments), tuple(dots))
    back = sum(np.sum(slope * dots[k]) for k, slope in zip(free, slopes, strict=True))
    np.testing.assert_allclose(ahead, back, rtol=1e-9, atol=1e-9)
    if not second:
        return
    h = 1e-5
    moved = [[a + s * h * d if k in free else a for k, (a, d) in enumerate(zip(arguments, dots, strict=True))] for s in (1, -1)]
    expected = [(up - down) / (2 * h) for up, down in zip(gradient(*moved[0]), gradient(*moved[1]), strict=True)]
    found = sct.hvp(fun, tuple(arguments), tuple(dots))
    for got, want in zip(found if len(free) > 1 else [found], expected, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-5)


def differences(fun: Callable[..., Any], arguments: list[Any], i: int) -> Any:
    """Five-point differences of ``fun`` in its ``i``-th argument, in float64."""
    wide = [harness.widened(a) for a in arguments]
    slope = np.zeros(np.shape(wide[i]))
    for index in np.ndindex(slope.shape):
        def at(step: float, index: Any = index) -> float:
            return float(fun(*wide[:i], harness.displaced(wide[i], index, step), *wide[i + 1 :]))
        h = 1e-4
        slope[index] = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)
    return slope
