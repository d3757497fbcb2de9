"""All that is tried with rules as plain Python: the probes of calls, of cases and of known values, by what they go through.

Which functions a probe goes through is found by running it once and looking on.
"""

from __future__ import annotations

import ast
import functools
import importlib.util
import re
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from sct import rules
from sct.rules import facts, indexing, registry
from sct.rules.registry import Primitive
from sct.runtime import arrays, cotangents, matrices, places, sequences, special

from . import (
    calls_more,
    test_arranging,
    test_array_api,
    test_decompositions,
    test_families,
    test_fft,
    test_linalg,
    test_reductions,
    test_shaping,
)
from .calls import Call
from .known import KNOWN
from .mistakes import tree_of
from .mutants import functions_of, looked_on
from .probes import OfCall, OfCase, Probe, Unknown, of_entry

CALLS: list[Call] = [call for module in (test_array_api, test_linalg, test_reductions, test_shaping, test_arranging,
    test_families,
                                         test_decompositions, test_fft) for call in module.CALLS] + calls_more.CALLS
CASES = ["scalar.py", "ufuncs.py"]
"""Modules whose rules bring their cases along."""
MODULES = [indexing, *(getattr(rules, name) for name in rules.__all__)]
RUNTIME = [arrays, cotangents, matrices, places, sequences, special]
"""Where the functions are that rules call."""
SPECIAL = ("special", "incomplete", "bessel", "orthogonal", "angular", "probability")
OWN_CASES: dict[int, Callable[[], Any]] = {}

if importlib.util.find_spec("scipy") is not None:
    registry.load_families()
    from sct.rules import scipy

    from . import test_scipy_factors, test_scipy_fft, test_scipy_linalg, test_scipy_signal, test_scipy_special, test_scipy_stats

    CALLS += [call for module in (test_scipy_special, test_scipy_linalg, test_scipy_signal, test_scipy_factors, test_scipy_fft)
              for call in module.CALLS]
    CASES += [f"scipy/{name}.py" for name in (*SPECIAL, "stats", "counts")]
    MODULES += [getattr(scipy, name) for name in (*SPECIAL, "stats", "stats_line", "multivariate", "counts", "factors",
        "functions",
                                                  "transforms", "linalg", "signal", "structured")]
    OWN_CASES = {id(entry): functools.partial(test_scipy_stats.cases, entry)
                 for entry in test_scipy_stats.CONTINUOUS + test_scipy_stats.DISCRETE}

NO_FORMULAS = ("arranging", "draws", "facts", "inactive", "methods", "refused", "registry", "stops")
"""Modules that say which functions there are and what their results look like."""


def name_of(rule: Callable[..., Any] | str, entry: Primitive | None = None) -> str:
    """``reductions.sum_vjp``; of a rule that is one line the name of the primitive."""
    if isinstance(rule, str):
        assert entry is not None
        return entry.name
    return f"{rule.__module__.removeprefix('sct.').removeprefix('rules.')}.{rule.__name__}"


def home(entry: Primitive) -> str:
    """The module that declares a rule."""
    return entry.where.split(":")[0]


@functools.cache
def probes() -> tuple[Probe, ...]:
    return (*map(OfCall, CALLS), *of_entries(), *KNOWN)


def of_entries() -> Iterator[Probe]:
    for entry in registry.primitives():
        if entry.vjp is not None and home(entry).endswith(tuple(CASES)) and (entry.elementwise or entry.tests):
            yield from of_entry(entry, OWN_CASES.get(id(entry)))


@functools.cache
def of_rules() -> dict[str, tuple[Primitive, str, list[Probe]]]:
    """By the name of a rule: an entry that it is declared for, which rule of it, and all probes of it."""
    found: dict[str, tuple[Primitive, str, list[Probe]]] = {}
    for probe in probes():
        if probe.entry is not None:
            rule = getattr(probe.entry, probe.which)
            found.setdefault(name_of(rule, probe.entry), (probe.entry, probe.which, []))[2].append(probe)
    return found


@functools.cache
def of_functions() -> dict[types.CodeType, list[Probe]]:
    """By the code of a function: the probes that go through it."""
    found: dict[types.CodeType, list[Probe]] = {}
    for probe in probes():
        if isinstance(probe, OfCase) and probe.entry is not None and calls_nothing(probe.entry):
            continue
        through = gone_through(probe)
        if facts.is_static.__code__ in through and (unknown := Unknown(probe)).holds():
            for code in gone_through(unknown):
                found.setdefault(code, []).append(unknown)
        for code in through:
            found.setdefault(code, []).append(probe)
    return found


def calls_nothing(entry: Primitive) -> bool:
    """Whether a rule of one line calls no function of ours, or is one of many distributions that call the same ones."""
    if entry.name.startswith("stats."):
        return entry.name.split(".")[1] not in FEW
    return isinstance(entry.vjp, str) and not re.search(r"(?<![\w.])(?!rule)\w+\(", entry.vjp)


FEW = ("norm", "gamma", "pareto", "lognorm", "genpareto", "genextreme", "truncnorm", "wrapcauchy", "skewnorm", "poisson",
    "nbinom", "crystalball", "jf_skew_t", "zipf")
"""Distributions of which all are tried in a usual run: the rules of the others are written by the same lines."""


def gone_through(probe: Probe) -> set[types.CodeType]:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        with looked_on() as seen:
            probe.run()
    return seen


def formulas() -> list[types.FunctionType]:
    """The functions that rules call and that give numbers: not those that give types, or only refuse, nor the rules."""
    found = [fn for module in MODULES if module.__name__.split(".")[-1] not in NO_FORMULAS for fn in functions_of(module, True)]
    found = [fn for fn in found if not fn.__name__.endswith(("_vjp", "_jvp", "_plain", "_type", "_method"))]
    found += [fn for module in RUNTIME for fn in functions_of(module)]
    return [fn for fn in found if any(isinstance(node, ast.Return) for node in ast.walk(tree_of(fn)))]
