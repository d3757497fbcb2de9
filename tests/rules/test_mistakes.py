"""Every single mistake in a rule, or in a function that rules call, must be noticed: run as plain Python against what is right.

The mistakes are those of ``mistakes.py``; what notices them are the probes of ``uses.py``; those that are none are listed, with
the reason, in ``equivalent.py``.  Rules that call the functions they are given are tried as compiled (``test_mutants.py``).
"""

from __future__ import annotations

import ast
import importlib.util
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from . import harness, uses
from .equivalent import EQUIVALENT, no_mistake
from .known import KNOWN
from .mistakes import bounded, tree_of, versions
from .probes import Probe

RULES = sorted(uses.of_rules())
FUNCTIONS = [fn for fn in uses.formulas() if uses.name_of(fn) != "runtime.places.diagonal"]
"""All but a view of a diagonal, which is there to be written through: programs try that."""
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize("probe", KNOWN, ids=repr)
def test_known(probe: Probe) -> None:
    probe.check()


def named(rules: list[str]) -> Iterator[Any]:
    """The rules; of those that one line writes for many functions of SciPy a usual run tries a part."""
    for k, name in enumerate(rules):
        family, _, rest = name.partition(".")
        few = rest.split(".")[0] in uses.FEW and rest.endswith((".pdf", ".logcdf", ".ppf"))
        rarely = {"stats": not few, "special": k % 5 != 0}.get(family, False)
        yield pytest.param(name, marks=[pytest.mark.long] if rarely else [])


@pytest.mark.parametrize("name", named(RULES))
def test_mistake_in_rule_is_noticed(name: str) -> None:
    entry, which, probes = uses.of_rules()[name]
    wrong = [(what, harness.runnable(entry, tree)) for what, tree in versions(harness.rule_tree(entry, which))]
    missed = {what for what, rule in wrong if nothing_notices(probes, rule)}
    assert {what for what in missed if not no_mistake(name, what)} == set()
    assert set(EQUIVALENT.get(name, {})) <= missed


@pytest.mark.parametrize("function", [pytest.param(function, marks=[] if k % 3 == 0 else [pytest.mark.long])
                                      for k, function in enumerate(FUNCTIONS)], ids=uses.name_of)
def test_mistake_in_function_is_noticed(function: types.FunctionType) -> None:
    right = tree_of(function)
    probes = [*uses.of_functions().get(function.__code__, ())]
    if not probes:
        assert uses.name_of(function) in UNUSED
        return
    probes.sort(key=lambda probe: probe.entry is None or uses.home(probe.entry) != function.__code__.co_filename)
    missed = set()
    for what, tree in versions(right):
        with replaced(function, tree):
            if nothing_notices(probes):
                missed.add(what)
    assert missed == set(EQUIVALENT.get(uses.name_of(function), {}))


UNUSED = {
    "indexing.static": "a mark", "fft.result": "gives types", "scipy.orthogonal.nodes_and_weights": "gives types",
    "scipy.special.elementwise": "gives types", "scipy.special.on": "says what to test",
    "scipy.special.of_order": "says what to test",
    "scipy.stats.distribution": "writes rules", "scipy.counts.counts": "writes rules",
    **{f"runtime.{name}": "of programs; no rule calls it" for name in (
        "places.added_at", "places.last_written", "places.inserted_at", "places.taken_from", "places.folded",
        "sequences.sorting_order", "sequences.arranged_places")},
}
"""Functions that no probe goes through, and what they are."""


def nothing_notices(probes: list[Probe], rule: Callable[..., object] | None = None) -> bool:
    """Whether all probes still find what is right; the one that does not is asked first the next time."""
    for k, probe in enumerate(probes):
        if not probe.holds(rule):
            probes.insert(0, probes.pop(k))
            return False
    return True


@contextmanager
def replaced(function: types.FunctionType, tree: ast.FunctionDef) -> Iterator[None]:
    """Has the function be another one for a while, wherever it is called."""
    right, scope = function.__code__, {}
    exec(compile(ast.Module([bounded(tree)], []), "<mistake>", "exec"), function.__globals__, scope)
    function.__code__ = scope[function.__name__].__code__
    try:
        yield
    finally:
        function.__code__ = right


def test_lists_of_exceptions_name_what_there_is() -> None:
    known = {*RULES, *map(uses.name_of, FUNCTIONS)}
    if importlib.util.find_spec("scipy") is not None:
        assert set(EQUIVALENT) <= known and set(UNUSED) <= known
