"""Every rule that brings its test metadata, against finite differences; and every mistake in one must be noticed."""

from __future__ import annotations

import numpy as np
import pytest

import sct.rules.scalar
import sct.rules.ufuncs
from sct.rules.registry import Primitive, primitives

from . import harness

MODULES = ("scalar.py", "ufuncs.py")
ENTRIES = [e for e in primitives() if e.vjp is not None and e.where.split(":")[0].endswith(MODULES)]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.name)
def test_rule_agrees_with_finite_differences(entry: Primitive) -> None:
    rng = np.random.default_rng(0)
    tried = 0
    for case in harness.cases(entry, rng):
        with np.errstate(all="ignore"):
            harness.check(entry, case, rng)
        tried += 1
    assert tried, f"{entry.name} has no test cases"


WITH_LITERALS = [e for e in ENTRIES if callable(e.vjp) and "is_static" in e.vjp.__code__.co_names]


@pytest.mark.parametrize("entry", WITH_LITERALS, ids=lambda e: e.name)
def test_formulas_for_literals_agree_with_the_general_ones(entry: Primitive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sct.rules.scalar, "is_static", never)
    test_rule_agrees_with_finite_differences(entry)


def never(value: object) -> bool:
    return False


FORWARD = [e for e in ENTRIES if e.jvp is not None]


@pytest.mark.parametrize("entry", FORWARD, ids=lambda e: e.name)
def test_forward_rule_is_the_transpose_of_the_reverse_rule(entry: Primitive) -> None:
    rng = np.random.default_rng(1)
    with np.errstate(all="ignore"):
        for case in harness.cases(entry, rng):
            harness.check_transpose(entry, case, rng)


def test_every_rule_has_a_place_and_parameters() -> None:
    for entry in primitives():
        if entry.name.startswith("tests."):
            continue  # declared by a test of users' rules
        if entry.vjp is not None:
            assert entry.where and entry.params, entry.name
        assert not (entry.zero and entry.vjp), entry.name
