"""Every single mistake in a rule, or in a function that rules call, must be noticed: run as plain Python against what is right.

The mistakes are those of ``mistakes.py``; what notices them are the probes of ``uses.py``; those that are none are listed, with
the reason, in ``equivalent.py``.  Rules that call the functions they are given are tried as compiled (``test_mutants.py``).
"""

from __future__ import annotations

import ast
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from . import harness, uses
from .equivalent import EQUIVALENT
from .known import KNOWN
from .mistakes import bounded, tree_of, versions
from .probes import Probe

RULES = sorted(uses.of_rules())
FUNCTIONS = uses.formulas()
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize("probe", KNOWN, ids=repr)
def test_known(probe: Probe) -> None:
    probe.check()


@pytest.mark.parametrize("name", RULES)
def test_mistake_in_rule_is_noticed(name: str) -> None:
    entry, which, probes = uses.of_rules()[name]
    wrong = [(what, harness.runnable(entry, tree)) for what, tree in versions(harness.rule_tree(entry, which))]
    missed = {what for what, rule in wrong if nothing_notices(probes, rule)}
    assert missed == set(EQUIVALENT.get(name, {}))


@pytest.mark.parametrize("function", FUNCTIONS, ids=uses.name_of)
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


UNUSED: dict[str, str] = {}


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
    assert set(EQUIVALENT) <= known and set(UNUSED) <= known
