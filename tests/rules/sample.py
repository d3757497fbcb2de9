"""Takes what is known of a rule (its metadata, a call of the tables, a line of text), gives an example of a user's code.

An example is the text of a function of its inexact numbers and arrays, and the values that these have.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from sct.rules.registry import Primitive

from . import harness
from .calls import OPTIONS, Call

SHAPES: tuple[tuple[int, ...], ...] = ((2, 3), (3,), (2, 1))
"""Shapes of the first arguments, which are broadcast; further ones are numbers."""
NUMBERS: Iterator[tuple[int, ...]] = itertools.repeat(())
DEFAULTS = {"loc": (0.01, 0.05), "scale": (1.05, 1.2)}
"""Where optional arguments are taken from that no metadata speak of."""


class Sample:
    """Statements, the last one an expression in ``p0``, ``p1`` …; the values of these; names that the text uses."""

    def __init__(self, rule: str, text: str, values: list[Any], names: dict[str, Any] | None = None) -> None:
        self.rule, self.text, self.values, self.names = rule, text, values, names or {}
        self.rtol = 1e-5
        self.exact = True
        """Whether values are those of NumPy in every bit."""
        self.takes_single = False

    def __repr__(self) -> str:
        return f"{self.rule}: {self.text}"

    @property
    def is_double(self) -> bool:
        """Whether there are values, all of double precision."""
        return len(self.values) > 0 and all(np.asarray(v).dtype in (np.float64, np.complex128) for v in self.values)

    @property
    def is_empty(self) -> bool:
        return any(np.size(v) == 0 for v in self.values)

    @property
    def is_complex(self) -> bool:
        return any(map(np.iscomplexobj, self.values))

    @property
    def richness(self) -> tuple[int, int, int]:
        """How much an example shows: arguments, dimensions, options."""
        return len(self.values), sum(map(np.ndim, self.values)), len(self.text)

    def at(self, values: list[Any]) -> Sample:
        """The same text with other values."""
        other = Sample(self.rule, self.text, values, self.names)
        other.rtol, other.exact = self.rtol, self.exact
        return other

    def single(self) -> Sample:
        """With numbers and arrays of single precision."""
        return self.at([narrow(v) for v in self.values])

    def complexes(self) -> Iterator[Sample]:
        """With complex values: all of them, then one at a time."""
        several = range(len(self.values)) if len(self.values) > 1 else ()
        for chosen in (range(len(self.values)), *([k] for k in several)):
            yield self.at([turned(v, k) if k in chosen else v for k, v in enumerate(self.values)])


def narrow(value: Any) -> Any:
    dtype = np.complex64 if np.iscomplexobj(value) else np.float32
    return value.astype(dtype) if isinstance(value, np.ndarray) else dtype(value)


def widened(value: Any) -> Any:
    """An array or a number of NumPy's in double precision; anything else as it is."""
    double = isinstance(value, np.ndarray | np.generic)
    return value.astype(np.promote_types(value.dtype, np.float64)) if double else value


def turned(value: Any, seed: int) -> Any:
    """A value with an imaginary part."""
    if np.iscomplexobj(value):
        return value
    part = np.random.default_rng(seed).uniform(0.2, 0.8, np.shape(value))
    return value + 1j * part if isinstance(value, np.ndarray) else complex(value, float(part))


class Writer:
    """Writes a call of a primitive, with a parameter for each value that may carry a derivative."""

    def __init__(self, entry: Primitive, constant: tuple[str, ...] = ()) -> None:
        self.entry, self.constant = entry, constant
        self.values: list[Any] = []

    def sample(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Sample:
        entry = self.entry
        keys = [*entry.params[:len(args)], *[entry.params[-1] if entry.params else ""] * (len(args) - len(entry.params))]
        given = [self.written(a, key) for a, key in zip(args, keys, strict=True)]
        named = [f"{key}={self.written(value, key)}" for key, value in kwargs.items()]
        if re.fullmatch(r"[-+]?x( .{1,2} y)?", entry.name):
            text = re.sub(r"[xy]", lambda found: given["xy".index(found.group())], entry.name)
            return Sample(entry.name, text, self.values)
        called = re.sub(r"\W+", "_", entry.name)
        return Sample(entry.name, f"{called}({', '.join(given + named)})", self.values, {called: entry.fn})

    def written(self, value: Any, key: str) -> str:
        if isinstance(value, list | tuple):
            items = ", ".join(self.written(v, key) for v in value)
            return f"[{items}]" if isinstance(value, list) else f"({items},)" if value else "()"
        if isinstance(value, type):
            return value.__name__ if value.__module__ == "builtins" else f"np.{value.__name__}"
        inexact = isinstance(value, float | complex) or isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "fc"
        option = key in OPTIONS and not isinstance(value, np.ndarray)
        if inexact and not option and key not in self.constant:
            self.values.append(value)
            return f"p{len(self.values) - 1}"
        literal = repr(value.tolist() if isinstance(value, np.ndarray | np.generic) else value)
        literal = re.sub(r"\b(inf|nan)\b", r"np.\1", literal)
        return f"np.array({literal})" if isinstance(value, np.ndarray) else literal


def of_metadata(entry: Primitive) -> list[Sample]:
    """What an elementwise rule, or another one with arguments of its own, says of its arguments."""
    tests, python = entry.tests, harness.takes_python_numbers_only(entry)
    if not entry.elementwise and "args" not in tests:
        return []
    kwargs = tests.get("kwargs", [{}])[-1]
    constant = tuple({*entry.params} - {*tests["wrt"]}) if "wrt" in tests else tests.get("constant", ())
    chosen = [(args, kwargs) for args in tests.get("args", ())]
    if entry.elementwise and ("domain" in tests or not chosen):
        chosen.append(of_domain(entry, () if python else SHAPES))
    found = [Writer(entry, constant).sample(*given) for given in chosen]
    for sample in found:
        sample.rtol = max(sample.rtol, tests.get("rtol", 0.0))
    return found


def of_domain(entry: Primitive, shapes: Sequence[tuple[int, ...]]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Positional arguments in the domain of an elementwise function, which are broadcast, and those with a default by name."""
    domain, rng = entry.tests.get("domain", (-2.0, 2.0)), np.random.default_rng(3)
    ranges = domain if isinstance(domain, dict) else dict.fromkeys(harness.required(entry), domain)
    args = [rng.uniform(*ranges[name], shape) for name, shape in zip(harness.required(entry), itertools.chain(shapes, NUMBERS))]
    rest = [name for name in entry.tests.get("wrt", entry.carrying) if name not in harness.required(entry)]
    kwargs = {name: float(rng.uniform(*ranges.get(name, DEFAULTS.get(name, (0.2, 0.8))))) for name in rest}
    return tuple(a if np.ndim(a) else float(a) for a in args), kwargs


def of_call(call: Call) -> Sample:
    """A call of a table, in double precision; of several results the one that alone is to be differentiated."""
    sample = Writer(call.entry, call.entry.tests.get("constant", ())).sample(call.args, call.kwargs)
    if call.only is not None:
        sample.text += f"[{call.only}]"
    sample.values = [widened(v) for v in sample.values]
    return sample


def of_text(rule: str, text: str, pool: dict[str, Any], names: dict[str, Any]) -> Sample:
    """A text in which the names of ``pool`` stand for the values of parameters, and ``names`` for what they are."""
    values: list[Any] = []
    numbers: dict[str, int] = {}

    def parameter(found: re.Match[str]) -> str:
        name = found.group()
        if name not in pool:
            return name
        if name not in numbers:
            numbers[name] = len(values)
            values.append(pool[name])
        return f"p{numbers[name]}"

    return Sample(rule, re.sub(r"(?<![\w.'\"])[A-Za-z]\w*(?!\w|\s*=[^=]|['\"])", parameter, text), values, names)

