"""Every keyword of the reductions, on vectors, matrices, stacks, scalars, 0-d and empty arrays, zeros and ties included."""

from __future__ import annotations

import numpy as np
import pytest

import sct.rules.reductions  # noqa: F401 - registers the rules
from sct.runtime.arrays import product_of_others

from . import harness
from .calls import Call, check_rule

RNG = np.random.default_rng(0)
V, M, T = RNG.normal(size=5), RNG.normal(size=(3, 4)), RNG.normal(size=(2, 3, 4))
MASK = np.array([[True, False, True, True], [True, True, False, True], [False, True, True, True]])
F32 = RNG.normal(size=(3, 4)).astype(np.float32)
ONE_ZERO, TWO_ZEROS = np.array([2.0, 0.0, -3.0, 0.5]), np.array([2.0, 0.0, -3.0, 0.0])
W = np.array([0.5, 1.5, 1.0, 2.0])

AXES = [(V, {}), (M, {}), (V, {"axis": 0}), (M, {"axis": 0}), (M, {"axis": 1}), (M, {"axis": -1, "keepdims": True}),
        (M, {"keepdims": True}), (T, {"axis": (0, 2)}), (T, {"axis": (1, 2), "keepdims": True}), (T, {"axis": 1}),
        (T, {"axis": (0, 1)}), (np.array(1.5), {}), (1.5, {}), (np.float64(1.5), {}), (F32, {"axis": 1})]

CALLS = [Call(fn, a, **kwargs) for fn in (np.sum, np.mean, np.prod, np.max, np.min, np.amax, np.amin, np.ptp,
                                          np.average) for a, kwargs in AXES]
CALLS += [Call(fn, a, **kwargs) for fn in (np.var, np.std) for a, kwargs in AXES if np.ndim(a)]
CALLS += [Call(fn, M, **kwargs) for fn in (np.var, np.std) for kwargs in ({"ddof": 1}, {"axis": 1, "ddof": 1}, {"where": MASK},
                                                                         {"axis": 0, "where": MASK, "keepdims": True})]
CALLS += [Call(fn, 1.5) for fn in (np.var, np.std)]
CALLS += [
    Call(np.var, M, axis=1, mean=np.array([[0.3], [0.1], [-0.4]])), Call(np.var, V, correction=1), Call(np.var, V, mean=0.3),
    Call(np.std, M, axis=0, mean=np.array([[0.3, 0.1, -0.4, 0.7]])), Call(np.std, V, correction=1),
    Call(np.var, M, where=MASK, axis=1, mean=np.array([[0.3], [0.1], [-0.4]])),
    Call(np.average, T, (0, 2), np.abs(T[:, 0]) + 0.2), Call(np.average, T, (-1, 0), np.abs(T[:, 0].T) + 0.2, True),
    Call(np.average, M, returned=True), Call(np.average, M, 1, W, True), Call(np.average, M, 1, W, returned=True).alone(0),
    Call(np.average, M, 1, W, returned=True).alone(1), Call(np.average, M, weights=np.abs(M), returned=True),
]
CALLS += [Call(fn, M, **kwargs) for fn in (np.max, np.min, np.amax, np.amin) for kwargs in (
    {"initial": 9.0}, {"initial": -9.0}, {"axis": 1, "initial": 0.3}, {"axis": 0, "initial": 0.1, "keepdims": True},
    {"where": MASK, "initial": -9.0}, {"axis": 0, "where": MASK, "initial": 9.0})]
CALLS += [
    Call(np.sum, np.zeros(0)), Call(np.sum, np.zeros((0, 3)), axis=0), Call(np.prod, np.zeros(0)),
    Call(np.sum, M, 1, np.float64), Call(np.sum, M, initial=2.5), Call(np.sum, M, axis=1, initial=2.5),
    Call(np.sum, M, where=MASK), Call(np.sum, M, axis=0, where=MASK),
    Call(np.sum, M, axis=1, where=np.array([True, False, True, True])),
    Call(np.mean, M, where=MASK), Call(np.mean, M, axis=0, where=MASK), Call(np.mean, M, axis=1, keepdims=True, where=MASK),
    Call(np.average, M, weights=np.abs(M) + 1), Call(np.average, M, axis=1, weights=np.arange(1.0, 5.0)),
    Call(np.average, M, axis=0, weights=np.arange(1.0, 4.0)), Call(np.average, V, weights=np.abs(V)),
    Call(np.average, M, axis=1, weights=np.abs(M) + 1, keepdims=True), Call(np.average, T, axis=1, weights=np.arange(1.0, 4.0)),
    Call(np.prod, ONE_ZERO), Call(np.prod, TWO_ZEROS), Call(np.prod, np.stack([ONE_ZERO, TWO_ZEROS]), axis=1),
    Call(np.prod, np.stack([ONE_ZERO, TWO_ZEROS])), Call(np.prod, np.stack([ONE_ZERO, TWO_ZEROS]), axis=0),
    Call(np.prod, T, axis=(0, 1, 2)), Call(np.prod, M, initial=2.5), Call(np.prod, M, axis=0, initial=2.5),
    Call(np.prod, M, where=MASK, axis=1),
    Call(np.prod, M, where=MASK),
]
CALLS += [Call(fn, a, **kwargs) for fn in (np.cumsum, np.cumprod) for a, kwargs in (
    (V, {}), (M, {}), (V, {"axis": 0}), (M, {"axis": 0}), (M, {"axis": 1}), (T, {"axis": 1}), (T, {"axis": -1}), (2.5, {}),
    (F32, {}),
    (ONE_ZERO, {}), (TWO_ZEROS, {}), (np.stack([ONE_ZERO, TWO_ZEROS]), {"axis": 1}),
    (np.stack([ONE_ZERO, TWO_ZEROS]), {"axis": 0}),
    (np.zeros(3), {}), (np.zeros(0), {}), (np.zeros(9), {}))]
CALLS += [Call(product_of_others, a, *axis) for a, *axis in (
    (V,), (ONE_ZERO,), (TWO_ZEROS,), (M, 0), (M, 1), (T, 1), (T,), (np.zeros(3),), (V[:1],), (V[:0],))]
CALLS += [
    Call(np.diff, V), Call(np.diff, M), Call(np.diff, M, axis=0), Call(np.diff, V, 2), Call(np.diff, V, 3),
    Call(np.diff, T, axis=1),
    Call(np.diff, V, prepend=1.5), Call(np.diff, V, append=1.5), Call(np.diff, M, prepend=1.5, append=M[:, :2]),
    Call(np.diff, M, 2, 0, prepend=M[:1], append=0.5), Call(np.diff, V[:1]),
    Call(np.diff, V, 9), Call(np.diff, M, 5, append=0.5), Call(np.diff, V, 7, prepend=1.5), Call(np.diff, V, 5, prepend=1.5),
    Call(np.trapezoid, V), Call(np.trapezoid, M), Call(np.trapezoid, V, dx=0.3), Call(np.trapezoid, M, axis=0, dx=0.3),
    Call(np.trapezoid, V, np.cumsum(np.abs(V))), Call(np.trapezoid, M, np.arange(4.0) ** 2), Call(np.trapezoid, T, axis=1),
    Call(np.trapezoid, M, np.arange(3.0) ** 2, axis=0), Call(np.trapezoid, M, np.cumsum(np.abs(M), axis=1)),
    Call(np.trapezoid, M, np.cumsum(np.abs(M), axis=0), axis=0),
]


@pytest.mark.parametrize("call", CALLS, ids=repr)
def test_rule_agrees_with_finite_differences(call: Call) -> None:
    check_rule(call, rtol=1e-6)


def test_ties_share_the_cotangent() -> None:
    rule = harness.runnable(Call(np.max, V).entry)
    a = np.array([1.0, 3.0, 3.0])
    assert rule(a, z=np.max(a), z_bar=1.0)["a_bar"].tolist() == [0.0, 0.5, 0.5]
    found = rule(a, initial=3.0, z=np.float64(3.0), z_bar=1.0)
    assert found["initial_bar"] == 1 / 3 and found["a_bar"].tolist() == [0.0, 1 / 3, 1 / 3]


def test_std_of_equal_values_has_derivative_zero() -> None:
    rule = harness.runnable(Call(np.std, V).entry)
    assert rule(np.ones(3), z=np.float64(0.0), z_bar=1.0)["a_bar"].tolist() == [0.0, 0.0, 0.0]
