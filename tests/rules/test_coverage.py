"""What holds for all rules of arrays at once: signatures are NumPy's, bodies use functions that have rules themselves."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from types import ModuleType

import numpy as np
import pytest

from sct import rules
from sct.rules import indexing, methods, registry
from sct.runtime.arrays import cofactors, cofactors_along, cofactors_turning, settled
from sct.runtime.helpers import added_at
from sct.testing import coverage

from . import test_array_api, test_decompositions, test_families, test_fft, test_linalg, test_reductions, test_shaping

METHODS = (np.ndarray.flatten, np.ndarray.copy, np.ndarray.astype)
OF_RULES = (cofactors, cofactors_along, cofactors_turning, settled, added_at, np.ndarray.astype)
"""What rules call; tested with these."""
NO_ARRAYS = {"arranging", "draws", "inactive", "methods", "refused", "registry", "scalar", "stops", "ufuncs"}
"""Modules of other rules: of numbers and elements, of what carries no derivative, or with tests of their own."""
MODULES = [getattr(rules, name) for name in rules.__all__ if name not in NO_ARRAYS]
ENTRIES = [e for e in registry.primitives() if e.vjp is not None and e.where.split(":")[0] in [m.__file__ for m in MODULES]]
CALLS = test_array_api.CALLS + test_linalg.CALLS + test_reductions.CALLS + test_shaping.CALLS + test_families.CALLS
CALLS += test_decompositions.CALLS + test_fft.CALLS


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.name)
def test_parameters_are_those_of_the_function(entry: registry.Primitive) -> None:
    if isinstance(entry.fn, np.ufunc) or entry.fn in (np.einsum, *METHODS) or entry.name == "x @ y":
        pytest.skip("the signature tells nothing")
    theirs = inspect.signature(entry.fn).parameters
    ours = {k: p for k, p in inspect.signature(entry.vjp).parameters.items() if k not in ("z",
        "z_bar")}  # type: ignore[arg-type]
    if "kwargs" not in theirs and entry.fn not in (np.atleast_1d, np.atleast_2d, np.atleast_3d):
        assert set(ours) <= set(theirs)
        positional = [k for k, p in ours.items() if p.kind is p.POSITIONAL_OR_KEYWORD]
        assert positional == list(theirs)[: len(positional)]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.name)
def test_rule_is_tested(entry: registry.Primitive) -> None:
    assert any(call.entry is entry for call in CALLS) or entry.fn in OF_RULES


@pytest.mark.parametrize("module", (*MODULES, indexing), ids=lambda m: m.__name__)
def test_bodies_use_functions_with_rules(module: ModuleType) -> None:
    missing = [path for path, fn in used(module) if registry.lookup(fn) is None]
    assert not missing, f"a second derivative would need rules of {sorted(set(missing))}"


def used(module: ModuleType) -> Iterator[tuple[str, object]]:
    """The NumPy functions that the rules in a module call."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and (path := ast.unparse(node.func)).startswith("np.") and path.count(".") < 4:
            yield path, eval(path, {"np": np})


@pytest.mark.parametrize("name", sorted(registry._METHODS))
def test_method_has_a_rule(name: str) -> None:
    assert coverage.status(methods.method and registry.method(name))[0] != coverage.MISSING


