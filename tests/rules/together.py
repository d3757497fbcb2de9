"""Takes examples of rules, compiles them as one function, gives for each what is wrong with its derivatives.

The examples share nothing, so the derivatives of their sum fall apart into those of each, and one compilation serves all.  What
is asked of an example: results of the values and types that NumPy gives; the tangent of each of them, the gradient of their
weighted sum and its change along a direction as five-point differences have them, for which only values are computed.
"""

from __future__ import annotations

import importlib.util
import itertools
import math
import operator
import random
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import sct
from sct.rules.notation import NAMES

from .harness import at_path, random_cotangent
from .sample import Sample
from .whole import direction, five_point, pairing

MODULES = {"itertools": itertools, "math": math, "operator": operator, "random": random, "np": np}
COUNT = itertools.count()


class Group:
    """Examples as functions of one module: ``results`` of all their values, and the ``total``, weighted, of all results."""

    def __init__(self, samples: list[Sample], folder: Path) -> None:
        self.samples, self.folder = samples, folder
        self.values = tuple(tuple(s.values) for s in samples)
        functions = "\n\n".join(function_of(k, s) for k, s in enumerate(samples))
        names = {key: fn for s in samples for key, fn in s.names.items()}
        alone = load(functions, names, folder)
        self.functions = [getattr(alone, f"f{k}") for k in range(len(samples))]
        self.plain = [f(p) for f, p in zip(self.functions, self.values, strict=True)]
        self.paths = [list(inexact(z)) for z in self.plain]
        rng = np.random.default_rng(1)
        self.weights = tuple(tuple(random_cotangent(at_path(z, path), rng) for path in paths)
                             for z, paths in zip(self.plain, self.paths, strict=True))
        together = load("\n\n".join([functions, *self.sums()]), names, folder)
        self.results, self.total, self.gradient = together.results, together.total, sct.grad(together.total)

    def sums(self) -> Iterator[str]:
        """The text of the functions of all examples."""
        each = range(len(self.samples))
        for k in each:
            terms = [weighted(at_path(self.plain[k], path), path, j) for j, path in enumerate(self.paths[k])]
            yield f"def total{k}(p, w):\n    z = f{k}(p)\n    return {' + '.join(terms)}\n"
        yield f"def results(ps):\n    return ({''.join(f'f{k}(ps[{k}]), ' for k in each)})\n"
        yield f"def total(ps, ws):\n    return {' + '.join(f'total{k}(ps[{k}], ws[{k}])' for k in each)}\n"

    def moved(self, along: Any, t: float) -> Any:
        """The values after a step along a direction."""
        return tuple(tuple(v + t * d for v, d in zip(p, dots, strict=True)) for p, dots in zip(self.values, along, strict=True))


def is_smooth(sample: Sample) -> bool:
    """Whether a function takes these values as they are and gives finite inexact numbers."""
    scope: dict[str, Any] = dict(MODULES | NAMES | sample.names)
    exec(function_of(0, sample), scope)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", np.exceptions.ComplexWarning)
            z = scope["f0"](sample.values)
    except Exception:
        return False
    leaves = [at_path(z, path) for path in inexact(z)]
    return bool(leaves) and all(np.isfinite(leaf).all() for leaf in leaves)


def function_of(k: int, sample: Sample) -> str:
    *before, last = [line for line in sample.text.split("\n") if line.strip()]
    names = "".join(f"p{i}, " for i in range(len(sample.values)))
    return f"def f{k}(p):\n" + "".join(f"    {line}\n" for line in (f"{names.strip()} = p", *before, f"return {last}"))


def weighted(leaf: Any, path: tuple[int, ...], j: int) -> str:
    """The text of a real number: one result times its weight."""
    text = f"z{''.join(f'[{i}]' for i in path)} * w[{j}]"
    text = f"np.sum({text})" if np.ndim(leaf) else text
    return f"np.real({text})" if np.iscomplexobj(leaf) else text


def load(text: str, names: dict[str, Any], folder: Path) -> ModuleType:
    """A module of this text in which these names are known."""
    path = folder / f"group{next(COUNT)}.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    vars(module).update(MODULES | NAMES | names)
    spec.loader.exec_module(module)
    return module


def inexact(z: Any, path: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """Where in a result the numbers and arrays are that have derivatives."""
    if isinstance(z, tuple | list):
        for k, item in enumerate(z):
            yield from inexact(item, (*path, k))
    elif np.asarray(z).dtype.kind in "fc":
        yield path


def faults(samples: list[Sample], check: Callable[[Group], list[str]], folder: Path) -> dict[str, str]:
    """What is wrong, by example: all of them at once, and those that cannot be compiled with others alone."""
    try:
        found = check(Group(samples, folder))
    except Exception as error:
        if len(samples) == 1:
            return {repr(samples[0]): f"{type(error).__name__}: {error}"}
        half = len(samples) // 2
        return faults(samples[:half], check, folder) | faults(samples[half:], check, folder)
    return {repr(s): fault for s, fault in zip(samples, found, strict=True) if fault}


# What is asked ----------------------------------------------------------------------------------------------------------


def check_real(group: Group, h: float = 3e-4) -> list[str]:
    """Values, tangents, gradients and second derivatives in double precision, then what single precision makes of them."""
    found = zip(check_double(group, h), check_single(group), strict=True)
    return ["; ".join(filter(None, both)) for both in found]


def check_double(group: Group, h: float = 3e-4) -> list[str]:
    """Values, tangents, gradients and second derivatives."""
    along = directions(group.values)
    values, tangents = sct.jvp(group.results, (group.values,), (along,))
    bars = group.gradient(group.values, group.weights)
    changes = sct.hvp(lambda ps: group.total(ps, group.weights), (group.values,), (along,))
    near = {t: group.gradient(group.moved(along, t * h), group.weights) for t in (-2, -1, 1, 2)}
    found = []
    for k, dots in enumerate(along):
        wrong = [*right_values(group, k, values[k]), *first_order(group, k, dots, tangents[k], bars[k], h)]
        for i, change in enumerate(changes[k]):
            a, b, c, d = (near[t][k][i] for t in (-2, -1, 1, 2))
            slope = (8 * (c - b) - (d - a)) / (12 * h)
            wrong.append(differs(change, slope, 10 * group.samples[k].rtol, f"second derivative {i}"))
        found.append("; ".join(filter(None, wrong)))
    return found


def check_single(group: Group, rtol: float = 5e-3) -> list[str]:
    """Values, tangents and gradients of single precision: those of double precision, in the types of values and results.

    Of the group, those examples are narrowed that are said to take single precision.
    """
    narrow = Group([s.single() if s.takes_single else s for s in group.samples], group.folder)
    along = directions(narrow.values)
    wide, wide_along = alike(narrow.values, group.values), alike(along, group.values)
    values, tangents = sct.jvp(narrow.results, (narrow.values,), (along,))
    _, expected = sct.jvp(group.results, (wide,), (wide_along,))
    bars = narrow.gradient(narrow.values, narrow.weights)
    wide_bars = group.gradient(wide, alike(narrow.weights, group.weights))
    found = []
    for k, p in enumerate(narrow.values):
        wrong = [*right_values(narrow, k, values[k])]
        for path in narrow.paths[k]:
            got = at_path(tangents[k], path)
            wrong += [differs(got, at_path(expected[k], path), rtol, f"single tangent{list(path)}"),
                      of_its_type(got, at_path(narrow.plain[k], path))]
        for bar, want, value in zip(bars[k], wide_bars[k], p, strict=True):
            wrong += [of_its_type(bar, value), differs(bar, want, rtol, "single gradient")]
        found.append("; ".join(filter(None, wrong)))
    return found


def alike(values: Any, given: Any) -> Any:
    """Numbers and arrays, in tuples, converted to the types of others."""
    if isinstance(given, tuple):
        return tuple(map(alike, values, given))
    return np.asarray(values, given.dtype) if isinstance(given, np.ndarray) else type(given)(values)


def check_first(group: Group, h: float = 3e-4) -> list[str]:
    """Values, tangents and gradients, along complex directions if the values are complex."""
    along = directions(group.values)
    values, tangents = sct.jvp(group.results, (group.values,), (along,))
    bars = group.gradient(group.values, group.weights)
    wrong = ([*right_values(group, k, values[k]), *first_order(group, k, dots, tangents[k], bars[k], h)]
             for k, dots in enumerate(along))
    return ["; ".join(filter(None, each)) for each in wrong]


def first_order(group: Group, k: int, dots: Any, tangents: Any, bars: Any, h: float) -> Iterator[str]:
    """What differs of the tangents and the gradient of an example."""
    f, p, paths, rtol = group.functions[k], group.values[k], group.paths[k], group.samples[k].rtol
    slopes = {path: five_point(lambda *q, path=path: at_path(f(q), path), p, dots, h) for path in paths}
    for path in paths:
        yield differs(at_path(tangents, path), slopes[path], rtol, f"tangent{list(path)}")
    yield from map(of_its_type, bars, p)
    whole = sum(np.sum(np.real(slopes[path] * w)) for path, w in zip(paths, group.weights[k], strict=True))
    yield differs(pairing(bars, dots), whole, rtol, "gradient")


def directions(values: Any) -> Any:
    rng = np.random.default_rng(2)
    return tuple(tuple(direction(v, rng) for v in p) for p in values)


def right_values(group: Group, k: int, values: Any) -> Iterator[str]:
    """What differs of the results of an example."""
    yield same_value(values, group.plain[k], group.samples[k].exact)


def same_value(got: Any, expected: Any, exact: bool) -> str:
    """Nothing, if a result is what the function itself returns, in type and (if it is to be ``exact``) in every bit."""
    if isinstance(expected, tuple | list):
        if len(got) != len(expected):
            return f"{len(got)} results, expected {len(expected)}"
        return "; ".join(filter(None, (same_value(a, b, exact) for a, b in zip(got, expected, strict=True))))
    if type(got) is not type(expected) or np.asarray(got).dtype != np.asarray(expected).dtype:
        return f"a result is {kind(got)}, expected {kind(expected)}"
    if not exact:
        return differs(got, expected, 1e-6, "value")
    same = np.array_equal(got, expected, equal_nan=np.asarray(got).dtype.kind in "fc")
    return "" if same else f"value {got}, expected {expected}"


def of_its_type(got: Any, value: Any) -> str:
    right = np.asarray(got).dtype == np.asarray(value).dtype and np.shape(got) == np.shape(value)
    return "" if right else f"a derivative is {kind(got)}, expected {kind(value)}"


def kind(value: Any) -> str:
    return f"{type(value).__name__} {np.asarray(value).dtype}{list(np.shape(value))}"


def differs(got: Any, expected: Any, rtol: float, what: str) -> str:
    """Nothing, if numbers agree, relative to the largest of them."""
    scale = max(1.0, float(np.max(np.abs(expected), initial=0)))
    if got is not None and np.allclose(got, expected, rtol=rtol, atol=rtol * scale):
        return ""
    shown, wanted = (np.array2string(np.asarray(v), threshold=20) for v in (got, expected))
    return f"{what} {shown}, expected {wanted}"
