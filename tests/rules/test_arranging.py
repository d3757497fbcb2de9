"""The functions that arrange elements anew: each result is an element of the argument."""

from __future__ import annotations

import numpy as np
import pytest

from sct.rules import arranging

from .calls import Call, check_rule, check_type

RNG = np.random.default_rng(3)
V, M, T = RNG.normal(size=7), RNG.normal(size=(3, 4)), RNG.normal(size=(2, 3, 4))

CALLS = [
    Call(np.partition, V, 3), Call(np.partition, V, (1, 4)), Call(np.partition, M, 2), Call(np.partition, M, 1, 0),
    Call(np.partition, M, 5, None), Call(np.partition, T, 1, axis=1), Call(np.partition, T, -1), Call(np.partition, V, -2),
    Call(np.resize, V[:0], 3),
    Call(np.resize, V, 3), Call(np.resize, V, (4, 5)), Call(np.resize, M, (2, 3)), Call(np.resize, T, 30),
    Call(np.resize, M, (1, 12)), Call(np.resize, M + 0.5j, (2, 9)),
]
assert arranging


@pytest.mark.parametrize("call", CALLS, ids=repr)
def test_rule_agrees_with_finite_differences(call: Call) -> None:
    check_rule(call, rtol=1e-7)


@pytest.mark.parametrize("call", CALLS, ids=repr)
def test_result_type(call: Call) -> None:
    check_type(call)
