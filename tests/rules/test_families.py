"""Every call of the families, in every way: the rule as plain Python, its result type, compiled, both modes, second order.

A family is a module of calls; what is tried with them is the same for all.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.sampling import a_part

from . import calls_sampled, calls_selecting, calls_statistics, calls_ufunc_methods
from .calls import Call, check_rule, check_type
from .sample import Sample, of_call
from .together import check_double, check_first, faults, is_smooth

FAMILIES = (calls_ufunc_methods, calls_selecting, calls_statistics, calls_sampled)
CALLS = [call for family in FAMILIES for call in family.CALLS]
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


def samples(calls: list[Call]) -> list[Sample]:
    """Those of the calls that have derivatives."""
    with np.errstate(all="ignore"):
        return [s for s in map(of_call, calls) if s.is_double and is_smooth(s)]


SIZE = 16
KINKED = samples([call for family in FAMILIES for call in getattr(family, "KINKED", ())])
"""Examples at points where second derivatives do not exist."""
SMOOTH = [s for s in samples(CALLS) if repr(s) not in map(repr, KINKED)]


@pytest.mark.parametrize("start", a_part(3, range(0, len(SMOOTH), SIZE)), ids=lambda k: repr(SMOOTH[k])[:40])
@pytest.mark.filterwarnings("ignore")
def test_both_modes_and_second_order(start: int, tmp_path: Path) -> None:
    assert not faults(SMOOTH[start:start + SIZE], lambda group: check_double(group, h=1e-4), tmp_path)


@pytest.mark.filterwarnings("ignore")
def test_both_modes_at_kinks_of_the_slope(tmp_path: Path) -> None:
    assert not faults(KINKED, check_first, tmp_path)
