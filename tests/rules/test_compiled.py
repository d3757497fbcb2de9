"""The calls of the rule tests once more, compiled, a few as one function, in both modes.

This is where a body that is fine as plain Python, but that specialisation cannot decide, would show.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.sampling import a_part

from . import test_linalg, test_reductions, test_shaping
from .sample import Sample, of_call
from .together import check_first, faults, is_smooth

SIZE = 16


def samples() -> list[Sample]:
    """The calls that have derivatives."""
    with np.errstate(all="ignore"):
        every = [of_call(call) for call in test_linalg.CALLS + test_reductions.CALLS + test_shaping.CALLS]
        return [s for s in every if s.is_double and is_smooth(s)]


SAMPLES = samples()


@pytest.mark.parametrize("start", a_part(3, range(0, len(SAMPLES), SIZE)), ids=lambda k: repr(SAMPLES[k])[:40])
@pytest.mark.filterwarnings("ignore")
def test_derivatives_of_calls(start: int, tmp_path: Path) -> None:
    assert not faults(SAMPLES[start:start + SIZE], check_first, tmp_path)
