"""The calls of the rule tests once more, compiled: each becomes a function whose generated gradient must be right.

This is where a body that is fine as plain Python, but that specialisation cannot decide, would show.
"""

from __future__ import annotations

from typing import Any

import pytest

from . import test_linalg, test_reductions, test_shaping
from .compiled import can_be_written, check_gradient, check_modes

WRITTEN = [c for c in test_linalg.CALLS + test_reductions.CALLS + test_shaping.CALLS if can_be_written(c)]


@pytest.mark.parametrize("k", range(len(WRITTEN)), ids=lambda k: repr(WRITTEN[k]))
@pytest.mark.filterwarnings("ignore")
def test_gradient_of_call(k: int, sources: list[Any]) -> None:
    check_gradient(*sources[k])


@pytest.mark.parametrize("k", range(len(WRITTEN)), ids=lambda k: repr(WRITTEN[k]))
@pytest.mark.filterwarnings("ignore")
def test_tangent_of_call(k: int, sources: list[Any]) -> None:
    check_modes(*sources[k], second=False)
