"""Every call of the families, in every way: the rule as plain Python, its result type, compiled, both modes, second order.

A family is a module of calls; what is tried with them is the same for all.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from . import calls_sampled, calls_selecting, calls_statistics, calls_ufunc_methods
from .calls import Call, by_primitive, check_rule, check_type, unnoticed
from .compiled import can_be_written, check_gradient, check_modes

FAMILIES = (calls_ufunc_methods, calls_selecting, calls_statistics, calls_sampled)
CALLS = [call for family in FAMILIES for call in family.CALLS]
KINKED = {id(call) for family in FAMILIES for call in getattr(family, "KINKED", ())}
"""Calls at points where second derivatives do not exist."""
WRITTEN = [call for call in CALLS if can_be_written(call) and not any(getattr(a, "dtype", None) == complex for a in call.args)]
named = {"ids": repr}
"""Keywords that let a test be named after its call."""


@pytest.mark.parametrize("call", CALLS, **named)
@pytest.mark.filterwarnings("ignore")
def test_rule_agrees_with_finite_differences(call: Call) -> None:
    check_rule(call, rtol=1e-6)


@pytest.mark.parametrize("call", [c for c in CALLS if c.entry.infer is not None], **named)
@pytest.mark.filterwarnings("ignore")
def test_result_type(call: Call) -> None:
    check_type(call)


@pytest.mark.parametrize("name", by_primitive(CALLS))
@pytest.mark.filterwarnings("ignore")
def test_mistake_is_noticed(name: str) -> None:
    calls = by_primitive(CALLS)[name]
    with np.errstate(all="ignore"):
        assert not [what for what in unnoticed(calls) if not what.startswith(AT_KINKS)]


AT_KINKS = ("ties + (z == initial)",)
"""What matters at ties only; tests of their own notice mistakes in it."""


@pytest.mark.parametrize("k", range(len(WRITTEN)), ids=lambda k: repr(WRITTEN[k]))
@pytest.mark.filterwarnings("ignore")
def test_gradient_of_call(k: int, sources: list[Any]) -> None:
    check_gradient(*sources[k])


@pytest.mark.parametrize("k", range(len(WRITTEN)), ids=lambda k: repr(WRITTEN[k]))
@pytest.mark.filterwarnings("ignore")
def test_both_modes_and_second_order(k: int, sources: list[Any]) -> None:
    check_modes(*sources[k], second=id(WRITTEN[k]) not in KINKED)
