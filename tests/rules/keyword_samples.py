"""Takes the registry, gives for each function with a rule and each parameter of its signature calls that say something by it.

What a parameter is given is told by its name in ``CANDIDATES``, of which those count that the function itself takes, or for one
function in ``OVERRIDES``.  The other arguments of a call are those of the tables of the other tests, or of ``BASES``.
"""

from __future__ import annotations

import copy
import functools
import importlib
import inspect
import random
import warnings
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import sct.compiler  # noqa: F401 - with it comes what is said with other functions
from sct.analysis.callees import SPECIAL
from sct.rules import registry
from sct.rules.registry import Primitive

from . import harness
from .calls import Call
from .keyword_scipy import EXPRESSIONS, NAMES
from .keyword_values import BASES, CANDIDATES, CANDIDATES_TOGETHER, HIDDEN, OVERRIDES, SIGNATURES, Given, Out, Text

PACKAGES = ("linalg", "special", "signal", "integrate", "optimize", "interpolate", "sparse", "fft", "stats", "ndimage",
            "spatial", "sparse.linalg", "spatial.distance")

@functools.cache
def namespace() -> dict[str, Any]:
    """The names that the text of a call uses."""
    found: dict[str, Any] = {"np": np, "random": random, "math": importlib.import_module("math")}
    for package in PACKAGES:
        found[package] = importlib.import_module(f"scipy.{package}")
    return found | NAMES


def handled() -> dict[str, Callable[..., Any]]:
    """The functions of SciPy whose calls are said with others, which have rules, and methods of objects."""
    names, found = namespace(), dict[str, Callable[..., Any]]()
    for package in PACKAGES:
        for name, fn in vars(importlib.import_module(f"scipy.{package}")).items():
            theirs = not name.startswith("_") and str(getattr(fn, "__module__", "")).startswith("scipy")
            if theirs and isinstance(fn, Hashable) and fn in SPECIAL and fn not in found.values():
                found[f"{package}.{name}"] = fn
    return found | {text: eval(text, names) for text in EXPRESSIONS}


@dataclass(repr=False)
class Sample:
    """A call of one function in which one parameter is given."""

    function: Function
    parameter: str
    args: list[Any]
    kwargs: dict[str, Any]
    how: str = ""

    def __repr__(self) -> str:
        return f"{self.function.name}, {self.parameter} {self.how}"

    def run(self) -> Any:
        """The result of the call."""
        function = self.function
        unwritten = "where" in self.kwargs and "out" not in self.kwargs
        if isinstance(function.fn, np.ufunc) and ("signature" in self.kwargs or unwritten):
            raise ValueError("it is refused, or leaves elements unwritten")
        made = [arrays(a) for a in self.args], {k: arrays(v) for k, v in self.kwargs.items()}
        return quietly(function.fn, Given(*made))

    def succeeds(self) -> bool:
        try:
            self.run()
        except Exception:
            return False
        return True


@dataclass
class Function:
    """A public function with a rule, or one that is said with others, and what its calls are made of."""

    name: str
    fn: Callable[..., Any]
    entry: Primitive | None
    base: Given
    parameters: list[inspect.Parameter] = field(default_factory=list)

    @property
    def is_ufunc(self) -> bool:
        """Whether it is a ufunc that computes element by element, and not one of matrices."""
        return isinstance(self.fn, np.ufunc) and self.fn.signature is None

    @functools.cached_property
    def samples(self) -> list[Sample]:
        return list(self.each_sample())

    def each_sample(self) -> Iterator[Sample]:
        named = self.by_name()
        if named is not None:
            yield named
        for p in self.parameters:
            for value in self.taken(p) if p.kind is not p.VAR_POSITIONAL else ():
                yield from self.given(p, value)
        yield from self.explicit()

    def asked(self) -> set[str]:
        """The parameters that must be tried: but for those that are only ever passed by position, and are."""
        given = [p for p in self.parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)][:len(self.base.args)]
        by_place = {p.name for p in given if p.kind is p.POSITIONAL_ONLY}
        return {p.name for p in self.parameters if p.kind is not p.VAR_POSITIONAL} - by_place

    def one_each(self) -> list[Sample]:
        """One sample for each parameter; what a ufunc takes besides its operands and does not refuse, in one call."""
        first: dict[str, Sample] = {}
        for sample in self.samples:
            first.setdefault(sample.parameter, sample)
        named = self.by_name()
        if self.name.startswith("stats.") and named is not None and {"loc", "scale"} <= first.keys():
            more = {p: first[p].kwargs[p] for p in ("loc", "scale")}
            return [Sample(self, f"{named.parameter} loc scale", named.args, {**named.kwargs, **more}, "together")]
        names = ("out", "casting", "order", "dtype", "subok") if isinstance(self.fn, np.ufunc) else ()
        options = [p for p in names if p in first]
        together = {p: CANDIDATES_TOGETHER.get(p, first[p].kwargs.get(p)) for p in options}
        if not options or not works(self.fn, self.base, together):
            return list(first.values())
        rest = [sample for p, sample in first.items() if p not in options]
        return [*rest, Sample(self, " ".join(options), self.base.args, {**self.base.kwargs, **together}, "together")]

    def by_name(self) -> Sample | None:
        """The base call with all that may be passed by name passed so."""
        positional = [p for p in self.parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        pairs = list(zip(positional, self.base.args, strict=False))
        named = {p.name: a for p, a in pairs if p.kind is p.POSITIONAL_OR_KEYWORD}
        if not named or len(self.base.args) > len(positional):
            return None
        first = [a for p, a in pairs if p.kind is p.POSITIONAL_ONLY]
        return Sample(self, " ".join(named), first, {**named, **self.base.kwargs}, "by name")

    def taken(self, p: inspect.Parameter) -> list[Any]:
        """The values for a parameter that the function takes."""
        override = OVERRIDES.get((self.name, p.name))
        if override is not None:
            return list(override)
        if isinstance(self.fn, np.ufunc) and p.name in ("where", "signature"):
            return list(CANDIDATES[p.name](self.base, None))[:1]  # not run: without ``out`` a mask leaves elements unwritten
        found: list[Any] = []
        for value in CANDIDATES.get(p.name, lambda given, result: ())(self.base, self.result()):
            if len(found) < 3 and works(self.fn, self.without(p.name), {p.name: value}):
                found.append(value)
        return found

    def without(self, name: str) -> Given:
        """The base call but for the parameter of this name."""
        names = [p.name for p in self.parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        args = self.base.args[:names.index(name)] if name in names[:len(self.base.args)] else self.base.args
        return Given(args, {k: v for k, v in self.base.kwargs.items() if k != name})

    def result(self) -> Any:
        return quietly(self.fn, self.base)

    def given(self, p: inspect.Parameter, value: Any) -> Iterator[Sample]:
        """The base call with ``value`` for a parameter, by keyword and by position."""
        if isinstance(value, Given):
            yield Sample(self, p.name, value.args, value.kwargs, "another call")
            return
        base = self.without(p.name)
        if p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD):
            yield Sample(self, p.name, base.args, {**base.kwargs, p.name: value}, "by keyword")
        filled = self.filled(p, base)
        if filled is not None:
            several = isinstance(self.fn, np.ufunc) and isinstance(value, tuple)
            sample = Sample(self, p.name, [*filled.args, *(value if several else [value])], filled.kwargs, "by position")
            if sample.succeeds():
                yield sample

    def filled(self, p: inspect.Parameter, base: Given) -> Given | None:
        """The base call with defaults up to a parameter; None where it cannot be passed by position."""
        positional = [q for q in self.parameters if q.kind in (q.POSITIONAL_ONLY, q.POSITIONAL_OR_KEYWORD)]
        if p not in positional or any(q.kind is q.VAR_POSITIONAL for q in self.parameters):
            return None
        between = positional[len(base.args):positional.index(p)]
        if not all(plain(base.kwargs.get(q.name, q.default)) for q in between):
            return None
        values = [base.kwargs[q.name] if q.name in base.kwargs else Text(repr(q.default)) for q in between]
        names = {q.name for q in between}
        return Given([*base.args, *values], {k: v for k, v in base.kwargs.items() if k not in names})

    def explicit(self) -> Iterator[Sample]:
        """The base call with the defaults of all parameters said."""
        given = len(self.base.args)
        positional = [p for p in self.parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)][:given]
        rest = {p.name: p.default for p in self.parameters if p not in positional and p.name not in self.base.kwargs
                and p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY) and plain(p.default)}
        if rest and works(self.fn, self.base, rest):
            said = {k: Text(repr(v)) for k, v in rest.items()}
            yield Sample(self, "", self.base.args, {**self.base.kwargs, **said}, "defaults")


def arrays(value: Any) -> Any:
    """A value, or the array that is to be written to."""
    if isinstance(value, Text):
        return eval(value, namespace())
    if isinstance(value, tuple):
        return tuple(map(arrays, value))
    return value.array() if isinstance(value, Out) else value


def plain(value: Any) -> bool:
    """Whether a default is said as it is printed: ``inf`` is no literal."""
    finite = isinstance(value, bool | int | str | type(None)) or isinstance(value, float) and np.isfinite(value)
    return finite or isinstance(value, tuple) and all(map(plain, value))


def quietly(fn: Callable[..., Any], given: Given, more: dict[str, Any] | None = None) -> Any:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        args, kwargs = copy.deepcopy((given.args, {**given.kwargs, **(more or {})}))  # some functions may write over them
        args, kwargs = [arrays(a) for a in args], {k: arrays(v) for k, v in kwargs.items()}
        return fn(*args, **kwargs)


def works(fn: Callable[..., Any], given: Given, more: dict[str, Any]) -> bool:
    try:
        quietly(fn, given, {k: arrays(v) for k, v in more.items()})
    except Exception:
        return False
    return True


@functools.cache
def functions() -> list[Function]:
    """All public functions with a rule, those of SciPy that are said with others, too."""
    names = namespace()
    registry.load_families()
    found: dict[str, Function] = {}
    for entry in registry.primitives():
        name = entry.name
        if entry.vjp is None or entry.user or name in found:
            continue
        try:
            fn = eval(name, names)
        except (NameError, SyntaxError, AttributeError, ValueError):
            continue
        if not callable(fn) or name.startswith("sct"):
            continue
        given = base_of(name, entry)
        found[name] = Function(name, fn, entry, given, parameters_of(name, fn, entry))
    for name, fn in handled().items():
        if name not in found:
            found[name] = Function(name, fn, None, base_of(name, None), parameters_of(name, fn, None))
    return list(found.values())


def parameters_of(name: str, fn: Callable[..., Any], entry: Primitive | None) -> list[inspect.Parameter]:
    """The parameters of a function as it documents them, with those that its signature does not show."""
    P = inspect.Parameter
    if name in SIGNATURES:
        return list(SIGNATURES[name].parameters.values())
    if entry is not None and name.startswith("stats.") and "*args" in str(inspect.signature(fn)):
        first, *_ = inspect.signature(fn).parameters
        places = () if first == "args" else (first,)  # the mean of a distribution has none
        shown = [P(n, P.POSITIONAL_OR_KEYWORD) for n in (*places, *entry.params[len(places):entry.params.index("loc")])]
        return [*shown, *(P(n, P.POSITIONAL_OR_KEYWORD, default=d) for n, d in (("loc", 0), ("scale", 1)) if n in entry.params)]
    try:
        parameters = list(inspect.signature(fn).parameters.values())
    except ValueError:
        return [P(n, P.POSITIONAL_ONLY) for n in entry.params] if entry is not None else []
    hidden = HIDDEN.get(name, ("keepdims", "initial", "where") if name.endswith(".reduce") else ())
    return [*(p for p in parameters if p.kind is not p.VAR_KEYWORD),
            *(P(n, P.KEYWORD_ONLY, default=None) for n in hidden)]


@functools.cache
def table() -> dict[str, list[Call]]:
    """The calls of the tables of the other tests."""
    modules = ("test_linalg", "test_reductions", "test_shaping", "test_arranging", "test_array_api", "calls_sampled",
               "calls_selecting", "calls_statistics", "calls_ufunc_methods", "test_fft", "test_decompositions",
               "test_scipy_linalg",
               "test_scipy_factors", "test_scipy_signal", "test_complex_rules", "test_scipy_special")
    found: dict[str, list[Call]] = {}
    for module in modules:
        try:
            calls = getattr(importlib.import_module(f".{module}", __package__), "CALLS", [])
        except ImportError:
            continue
        for call in calls:
            if isinstance(call, Call):
                found.setdefault(call.entry.name, []).append(call)
    return found


def base_of(name: str, entry: Primitive | None) -> Given | None:
    """A call of a function with real matrices where there is one, and with no keywords."""
    if name in BASES:
        return BASES[name]
    if entry is None:
        return None
    calls = sorted((c for c in table().get(name, ()) if c.only is None), key=lambda c: -preferred(c.args, c.kwargs))
    if calls:
        return Given(list(calls[0].args), dict(calls[0].kwargs))
    if name.startswith("stats.") and entry.params[:1] == ("loc",):
        return Given([], {"loc": 0.3, "scale": 1.7})
    if not entry.params or not entry.elementwise and "args" not in entry.tests:
        return None
    if entry.elementwise and "domain" in entry.tests and len(harness.required(entry)) not in (1, 2, 3):
        domain = entry.tests["domain"]
        return Given([np.mean(domain[p]) + np.array([0.0, 0.05]) for p in harness.required(entry)])
    rng = np.random.default_rng(4)
    cases = [c for c in harness.cases(entry, rng) if all(np.size(a) for a in c.args if isinstance(a, np.ndarray))]
    cases.sort(key=lambda c: -preferred(c.args, c.kwargs))
    return Given(list(cases[0].args), dict(cases[0].kwargs)) if cases else None


def preferred(args: tuple[Any, ...], kwargs: dict[str, Any]) -> float:
    """How much a call is like the one wanted."""
    first = next((a for a in args if isinstance(a, np.ndarray)), None)
    if first is None:
        return -5.0
    likes = (first.dtype == np.float64) + (first.ndim == 2) + 0.1 * min(first.shape, default=0)
    dislikes = 2.0 * len(kwargs) + 0.5 * len(args) + float(first.size < 2) + 0.5 * float(np.isnan(first).any())
    return likes - dislikes - 0.2 * any(isinstance(a, np.float32 | np.float64) for a in args)
