"""Takes samples of calls, gives what becomes of each: right, in both modes, or refused with these words, or else what is wrong.

The calls are made in one function, which returns their results; it is differentiated by each inexact number and
array in them, and compared with five-point differences of itself.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

import sct

from . import harness
from .calls import OPTIONS
from .keyword_samples import PACKAGES, Sample
from .keyword_scipy import NAMES
from .keyword_values import CONSTANTS, RESULTS, TO_A_TOLERANCE, Out, Text
from .whole import direction, five_point

IMPORTS = "import math\nimport random\n\nimport numpy as np\nfrom scipy import {}\n\n\n"
FIRST = IMPORTS.count("\n") + 2
"""The line of a module on which the body of its function begins."""


class Written:
    """The calls as a function of a user."""

    def __init__(self, samples: Iterable[Sample]) -> None:
        self.values: list[Any] = []
        self.names: dict[str, Any] = dict(NAMES)
        """What the function reads besides its arguments: functions that are handed on, arrays that are constant."""
        self.lines: list[tuple[str, Sample]] = []
        self.results: list[tuple[str, Sample]] = []
        for k, sample in enumerate(samples):
            self.add(k, sample)
        if not self.values:  # calls of constants, whose results something is multiplied with
            self.values, self.results = [1.7], [(f"{part} * p0", sample) for part, sample in self.results]

    @property
    def text(self) -> str:
        parameters = ", ".join(f"p{k}" for k in range(len(self.values)))
        body = "".join(f"    {line}\n" for line, _ in self.lines)
        return f"def f({parameters}):\n{body}    return ({''.join(f'{part}, ' for part, _ in self.results)})\n"

    @property
    def narrow(self) -> bool:
        """Whether something is computed in single precision."""
        return any("32" in line or "complex64" in line for line, _ in self.lines) or \
            any(np.asarray(v).dtype in (np.float32, np.complex64) for v in self.values)

    @property
    def tolerances(self) -> tuple[float, float]:
        """Those of values and of slopes."""
        if any(sample.function.name in TO_A_TOLERANCE for _, sample in self.lines):
            return 1e-6, 1e-4
        return (1e-5, 2e-4) if self.narrow else (1e-12, 1e-6)

    def add(self, k: int, sample: Sample) -> None:
        self.function, outs = sample.function, dict[str, Out]()
        keys = [p.name for p in self.function.parameters] + [""] * len(sample.args)
        args = [self.written(a, key, k, outs) for a, key in zip(sample.args, keys, strict=False)]
        named = [f"{key}={self.written(v, key, k, outs)}" for key, v in sample.kwargs.items()]
        module = self.function.name.rpartition(".")[0]
        lines = [f"{module}.seed({k})"] if module in ("random", "np.random") else []
        lines += [f"{name} = np.zeros({out.shape}, np.{out.dtype})" for name, out in outs.items()]
        lines += [f"z{k} = {self.function.name}({', '.join(args + named)})"]
        self.lines += [(line, sample) for line in lines]
        written_to = [name for name, out in outs.items() if np.dtype(out.dtype).kind in "fc"]
        self.results += [(part, sample) for part in self.parts(k, sample) + written_to]

    def parts(self, k: int, sample: Sample) -> list[str]:
        """The parts of a result that carry a derivative."""
        try:
            result = sample.run()
        except Exception:
            return [f"z{k}"]  # it is refused before it is run
        found = []
        for form in RESULTS.get(self.function.name, ("{}",)):
            value, name = eval(form.format("z"), {"z": result, **NAMES}), form.format(f"z{k}")
            items = enumerate(value) if isinstance(value, tuple | list) else [(None, value)]
            found += [name if j is None else f"{name}[{j}]" for j, item in items
                      if not isinstance(item, tuple | list) and np.asarray(item).dtype.kind in "fc"]
        return found

    def written(self, value: Any, key: str, k: int, outs: dict[str, Out]) -> str:
        """An argument as text; inexact numbers and arrays that are no options become parameters."""
        if isinstance(value, Text):
            return str(value)
        if isinstance(value, tuple | list):
            items = ", ".join(self.written(v, key, k, outs) for v in value)
            return f"[{items}]" if isinstance(value, list) else f"({items},)" if value else "()"
        if isinstance(value, dict):
            return "{" + ", ".join(f"{name!r}: {self.written(v, key, k, outs)}" for name, v in value.items()) + "}"
        if isinstance(value, Out):
            name = f"o{k}_{len(outs)}"
            outs[name] = value
            return name
        if isinstance(value, type):
            return f"np.{value.__name__}" if value.__module__ == "numpy" else value.__name__
        if callable(value):
            return str(value.__name__)
        if np.asarray(value).dtype.kind not in "fc":
            return f"np.array({value.tolist()})" if isinstance(value, np.ndarray) else repr(value)
        if self.is_constant(key, value):
            return self.global_of(value, k) if isinstance(value, np.ndarray) else repr(value).replace("inf", "np.inf")
        return self.parameter(value)

    def is_constant(self, key: str, value: Any) -> bool:
        """Whether a number or array says how to compute, or has no derivative by what the rule's metadata say."""
        entry, names = self.function.entry, [p.name for p in self.function.parameters]
        tests, params = (entry.tests, entry.params) if entry is not None else ({}, ())
        inner = params[names.index(key)] if key in names and names.index(key) < len(params) else key
        aside = "wrt" in tests and inner in params and inner not in tests["wrt"] or key in tests.get("constant", ())
        option = (key in OPTIONS or key in CONSTANTS) and not isinstance(value, np.ndarray)
        return aside or option or (self.function.name, key) in CONSTANTS

    def global_of(self, value: Any, k: int) -> str:
        name = f"c{k}_{len(self.names)}"
        self.names[name] = value
        return name

    def parameter(self, value: Any) -> str:
        for j, known in enumerate(self.values):
            if known is value:
                return f"p{j}"
        self.values.append(value)
        return f"p{len(self.values) - 1}"


class Loaded:
    """Writes functions to modules of a folder and loads them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.count = folder, 0

    def __call__(self, written: Written, wide: bool = False) -> Callable[..., Any]:
        """The function, or the same in double precision."""
        self.count += 1
        name, body = f"keyword_calls_{self.count}", written.text
        for narrow, wider in (("float32", "float64"), ("complex64", "complex128")) if wide else ():
            body = body.replace(f"np.{narrow}", f"np.{wider}").replace(f"'{narrow}'", f"'{wider}'")
        path = self.folder / f"{name}.py"
        path.write_text(IMPORTS.format(", ".join(p for p in PACKAGES if "." not in p)) + body)
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        vars(module).update(written.names)
        found: Callable[..., Any] = module.f
        return found


def outcomes(samples: Iterable[Sample], load: Loaded, forward: bool = True) -> dict[int, str]:
    """What becomes of each sample, by its number: nothing where all is right, else ``refused: ...`` or what is wrong."""
    left = dict(enumerate(samples))
    found: dict[int, str] = {}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        while left:
            written = Written(left.values())
            f = load(written)
            try:
                refused = check(f, load(written, True) if written.narrow else f, written, forward)
            except Exception as error:
                if len(left) == 1:
                    return found | {next(iter(left)): f"wrong: {type(error).__name__}: {error}\n{written.text}"}
                each = {k: outcomes([sample], load, forward).get(0) for k, sample in left.items()}
                return found | {k: what for k, what in each.items() if what is not None}
            for k in [k for k, sample in left.items() if id(sample) in refused]:
                found[k] = f"refused: {refused[id(left.pop(k))]}"
            if not refused:
                break
    return found


def check(f: Callable[..., Any], wide: Callable[..., Any], written: Written, forward: bool) -> dict[int, str]:
    """What is said of the samples that are refused, by identity; if none is, assert that results and derivatives are right."""
    values = written.values
    if not values or not written.results:
        return {}
    try:
        found, pull = sct.vjp(f, *values)
    except sct.SctError as error:
        places = [(o.loc.line - FIRST, o) for o in error.obstacles]
        return {id(written.lines[at][1]): f"{o.code} {o.message} ({o.hint})" for at, o in places}
    expected = f(*values)
    assert all(np.all(np.isfinite(z)) for z in expected), "not finite"
    of_values, tolerance = written.tolerances
    agree(found, expected, of_values, "value")
    rng = np.random.default_rng(3)
    along = tuple(unless_zero(v, direction(v, rng)) for v in values)
    wider = [np.asarray(v, np.result_type(v, np.float64)) if isinstance(v, np.ndarray) else v for v in values]
    slopes = [five_point(lambda *a, k=k: wide(*a)[k], wider, along, 1e-3) for k in range(len(expected))] if forward else []
    if forward:
        agree(sct.jvp(f, tuple(values), along)[1], slopes, tolerance, "tangent")
    weights = tuple(harness.random_cotangent(z, rng) for z in found)
    bars = pull(weights)
    for bar, v in zip(bars, values, strict=True):
        assert np.shape(bar) == np.shape(v) and np.asarray(bar).dtype == np.asarray(v).dtype
    slope = five_point(lambda *a: paired(weights, wide(*a)), wider, along, 1e-3)
    agree([paired(bars, along)], [slope], tolerance, "gradient")
    return {}


def unless_zero(value: Any, change: Any) -> Any:
    """A change that leaves zeros as they are: some functions ask which elements are zero."""
    return np.where(value == 0.0, 0.0, change) if isinstance(value, np.ndarray) else change


def paired(bars: Iterable[Any], values: Iterable[Any]) -> float:
    return float(sum(np.sum(np.real(bar * v)) for bar, v in zip(bars, values, strict=True)))


def agree(got: Iterable[Any], expected: Iterable[Any], tolerance: float, what: str) -> None:
    for a, b in zip(got, expected, strict=True):
        scale = max(1.0, float(np.max(np.abs(b), initial=0.0)))
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * scale, err_msg=what)
