"""One call of each NumPy rule of the tables in single precision, and at second order, compiled."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from . import (
    calls_sampled,
    calls_selecting,
    calls_statistics,
    calls_ufunc_methods,
    test_arranging,
    test_array_api,
    test_linalg,
    test_reductions,
    test_shaping,
)
from .calls import Call, by_primitive
from .whole import Whole, check_single, check_whole

TABLES = (test_linalg, test_reductions, test_shaping, test_arranging, test_array_api,
          calls_sampled, calls_selecting, calls_statistics, calls_ufunc_methods)


def suits(call: Call) -> bool:
    """Whether a call gives one array of floats from arrays of floats, and is written by name."""
    values = [*call.args, *call.kwargs.values()]
    if not call.entry.name.startswith("np.") or "ndarray" in call.entry.name or any(isinstance(v, type) for v in values):
        return False
    result = call.fn(*call.args, **call.kwargs)
    given = Whole(call, "f").values
    if not 0 < len(given) <= 6 or all(np.size(v) < 2 for v in given) or any(np.asarray(v).dtype != np.float64 for v in given):
        return False
    return not isinstance(result, tuple | list) and np.asarray(result).dtype == np.float64


with np.errstate(all="ignore"):
    CALLS = [next(filter(suits, calls)) for calls in by_primitive([c for t in TABLES for c in t.CALLS]).values()
             if any(map(suits, calls))]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("k", range(len(CALLS)), ids=lambda k: repr(CALLS[k]))
def test_single_precision(k: int, functions: Any) -> None:
    check_single(*functions[k])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("k", range(len(CALLS)), ids=lambda k: repr(CALLS[k]))
def test_second_order(k: int, functions: Any) -> None:
    check_whole(*functions[k], rtol=1e-5, h=3e-4)
