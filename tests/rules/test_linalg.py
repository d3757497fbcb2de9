"""Products of arrays of every rank NumPy takes, ``einsum`` subscripts of every kind, and ``np.linalg``."""

from __future__ import annotations

import operator

import numpy as np
import pytest

import sct.rules.linalg  # noqa: F401 - registers the rules
from sct.runtime.arrays import cofactors

from . import harness
from .calls import Call, check_rule, check_type

RNG = np.random.default_rng(0)


def some(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape)


def positive(*batch: int) -> np.ndarray:
    m = some(*batch, 3, 3)
    return m @ np.swapaxes(m, -1, -2) + 2.0 * np.eye(3)


SQUARE, STACK = some(3, 3) + 2 * np.eye(3), some(2, 3, 3) + 2 * np.eye(3)
RANK_TWO, RANK_ONE = np.diag([2.0, -3.0, 0.0]) @ np.linalg.qr(SQUARE)[0], np.outer([1.0, 2.0, 3.0], [2.0, 0.5, 1.0])
V, W = some(3), some(3)

PAIRS = [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4)), ((5, 2, 3), (3,)), ((3,), (5, 3, 2)),
    ((5, 2, 3), (5, 3, 4)),
         ((2, 3), (5, 3, 4)), ((5, 2, 3), (3, 4)), ((1, 2, 3), (5, 3, 4)), ((6, 1, 2, 3), (5, 3, 4)), ((1, 3), (3, 1)),
         ((0, 3), (3, 2)),
         ((2, 6, 2, 3), (3,)), ((3,), (2, 6, 3, 2))]
MATMULS = [Call(fn, some(*a), some(*b)) for fn in (operator.matmul, np.matmul) for a, b in PAIRS]
DOTS = [Call(np.dot, some(*a), some(*b)) for a, b in PAIRS[:6]] + [
    Call(np.dot, 2.0, V), Call(np.dot, V, 2.0), Call(np.dot, 2.0, 3.0), Call(np.dot, np.array(2.0), some(2, 3)),
    Call(np.dot, some(2, 3), some(4, 3, 2)), Call(np.dot, some(4, 2, 3), some(3, 2)),
    Call(np.dot, some(4, 2, 3), some(5, 3, 2)),
    Call(np.dot, some(5, 4, 2, 3), some(3)), Call(np.dot, V, some(5, 3, 2)),
]
INNERS = [Call(np.inner, some(*a), some(*b)) for a, b in (((3,), (3,)), ((2, 3), (4, 3)), ((2, 3), (3,)), ((3,), (4, 3)),
                                                          ((5, 2, 3), (4, 3)), ((2, 3), (5, 4, 3)))]
INNERS += [Call(np.inner, 2.0, V), Call(np.inner, V, 2.0), Call(np.inner, 2.0, 3.0)]
OUTERS = [Call(np.outer, V, some(4)), Call(np.outer, some(2, 2), V), Call(np.outer, V, some(2, 2)), Call(np.outer, 2.0, V),
          Call(np.outer, V, 2.0)]
VDOTS = [Call(np.vdot, V, W), Call(np.vdot, some(2, 3), some(2, 3)), Call(np.vdot, some(2, 3), some(6)),
    Call(np.vdot, 2.0, 3.0)]
TENSORDOTS = [
    Call(np.tensordot, some(2, 3), some(3, 4), 1), Call(np.tensordot, some(2, 3), some(2, 3)), Call(np.tensordot, V, W, 0),
    Call(np.tensordot, some(2, 3), some(4, 3), (1, 1)), Call(np.tensordot, some(3, 2), some(3, 4), axes=([0], [0])),
    Call(np.tensordot, some(2, 3, 4), some(4, 3, 5), ([2, 1], [0, 1])),
    Call(np.tensordot, some(2, 3, 4), some(4, 3, 5), ([1, -1], [1, 0])),
    Call(np.tensordot, some(2, 3, 4), some(5, 4, 2), ([0, 2], [2, 1])), Call(np.tensordot, 2.0, V, 0),
    Call(np.tensordot, V, 2.0, 0),
    Call(np.tensordot, some(3, 4, 2), some(4, 3, 5, 2), ((1, 0), (0, 1))),
    Call(np.tensordot, some(4, 2, 3), some(3, 2, 4), ((1, 0, 2), (1, 2, 0))),
]
KRONS = [Call(np.kron, some(*a), some(*b)) for a,
    b in (((2,), (3,)), ((2, 3), (3, 2)), ((2,), (3, 2)), ((3, 2), (2,)), ((1, 2, 2), (2, 1, 3)))]
KRONS += [Call(np.kron, 2.0, some(2, 3)), Call(np.kron, some(2, 3), 2.0)]
CROSSES = [Call(np.cross, V, W), Call(np.cross, some(4, 3), W), Call(np.cross, V, some(4, 3)),
    Call(np.cross, some(4, 3), some(4, 3)),
           Call(np.cross, some(3, 4), some(3, 4), axis=0), Call(np.cross, some(3, 4), some(4, 3), axisa=0),
           Call(np.cross, some(1, 3), some(4, 3)), Call(np.cross, some(2, 4, 3), some(4, 3), axisc=0),
           Call(np.cross, V, some(3, 4), 0, 0)]
EINSUMS = [Call(np.einsum, *args) for args in (
    ("ij,jk->ik", some(2, 3), some(3, 4)), ("ij,jk", some(2, 3), some(3, 4)), ("i,i", V, W), ("i,i->", V, W),
    ("i,j->ij", V, some(2)),
    ("ij->ji", some(2, 3)), ("ij->j", some(2, 3)), ("ij->", some(2, 3)), ("ii->i", SQUARE), ("ii", SQUARE), ("ii->", SQUARE),
    ("iij->j", some(3, 3, 2)), ("iji->j", some(3, 2, 3)), ("iii->i", some(3, 3, 3)), ("ij,ij->i", some(2, 3), some(2, 3)),
    ("bij,bjk->bik", some(2, 3, 4), some(2, 4, 2)), ("ij,kj,lk->il", some(2, 3), some(4, 3), some(2, 4)),
    ("i,ij,j", V, SQUARE, W), ("ij,kl->il", some(2, 3), some(4, 2)), ("...ij,...jk->...ik", some(5, 2, 3), some(5, 3, 2)),
    ("...i,i->...", some(2, 4, 3), V), ("...i", some(2, 3)), ("i...,i...", some(3, 2), some(3, 2)),
    ("ab , bc -> ac", some(2, 3), some(3, 2)),
    ("...j,...j->...", some(4, 3), some(2, 4, 3)), (",i->i", 2.0, V),
    ("ijj,k->ik", some(2, 3, 3), some(2)))]
EINSUMS += [Call(np.einsum, formula, *(some(*shape) for shape in shapes)) for formula, shapes in (
    ("ij,ij->i", ((2, 1), (2, 3))), ("ijk,ij,ik->i", ((2, 3, 4), (2, 1), (2, 4))), ("ij,ij->ij", ((1, 3), (2, 3))),
    ("ij->i", ((2, 3),)))]
EINSUMS += [Call(np.einsum, "ij,jk,kl->il", some(2, 3), some(3, 4), some(4, 2), optimize=True)]

NORMS = [Call(np.linalg.norm, a, **kwargs) for a, kwargs in (
    (V, {}), (some(2, 3), {}), (some(2, 3, 2), {}), (V, {"ord": 1}), (V, {"ord": 2}), (V, {"ord": np.inf}),
    (V, {"ord": -np.inf}),
    (V, {"ord": 3}), (V, {"ord": 2.5}), (V, {"ord": 0}), (some(2, 3), {"axis": 0}), (some(2, 3), {"axis": 1, "keepdims": True}),
    (some(2, 3), {"axis": -1, "ord": 1}), (some(2, 3), {"axis": 0, "ord": np.inf}), (some(2, 3), {"axis": 1, "ord": 3}),
    (some(2, 3), {"keepdims": True}), (some(2, 3), {"ord": "fro"}), (some(2, 3), {"ord": 1}), (some(2, 3), {"ord": -1}),
    (some(2, 3), {"ord": np.inf}), (some(2, 3), {"ord": -np.inf}), (some(2, 3), {"ord": 2}), (some(2, 3), {"ord": -2}),
    (SQUARE, {"ord": -2}),
    (some(3, 2), {"ord": "nuc"}), (some(4, 2, 3), {"axis": (1, 2)}), (some(4, 2, 3), {"axis": (0, 2), "ord": 1}),
    (some(4, 2, 3), {"axis": (2, 0), "ord": 1}), (some(4, 2, 3), {"axis": (0, 2), "ord": 2, "keepdims": True}),
    (some(4, 2, 3), {"axis": (2, 1), "ord": "nuc"}), (some(4, 2, 3), {"axis": (-2, -1), "ord": np.inf}))]
SOLVERS = [
    Call(np.linalg.inv, SQUARE), Call(np.linalg.inv, STACK), Call(np.linalg.det, SQUARE), Call(np.linalg.det, STACK),
    Call(np.linalg.det, RANK_TWO), Call(np.linalg.det, RANK_ONE), Call(np.linalg.det, np.stack([SQUARE, RANK_TWO])),
    Call(np.linalg.slogdet, SQUARE), Call(np.linalg.slogdet, -SQUARE), Call(np.linalg.slogdet, STACK),
    Call(np.linalg.solve, SQUARE, V), Call(np.linalg.solve, SQUARE, some(3, 2)), Call(np.linalg.solve, STACK, some(2, 3, 2)),
    Call(np.linalg.solve, STACK, V), Call(np.linalg.solve, SQUARE, some(2, 3, 2)), Call(np.linalg.solve, STACK, some(3, 2)),
    Call(np.linalg.cholesky, positive()), Call(np.linalg.cholesky, positive(2)),
    Call(np.linalg.matrix_power, SQUARE, 3), Call(np.linalg.matrix_power, SQUARE, 1), Call(np.linalg.matrix_power, SQUARE, 0),
    Call(np.linalg.matrix_power, SQUARE, -2), Call(np.linalg.matrix_power, STACK, 4),
    Call(np.linalg.pinv, some(4, 2)), Call(np.linalg.pinv, some(2, 4)), Call(np.linalg.pinv, SQUARE),
    Call(np.linalg.pinv, some(2, 4, 3)),
    Call(np.linalg.multi_dot, [some(2, 3), some(3, 4), some(4, 2)]), Call(np.linalg.multi_dot, [V, some(3, 4), some(4)]),
    Call(np.linalg.multi_dot, [V, some(3, 4)]), Call(np.linalg.multi_dot, [some(2, 3), V]),
    Call(np.linalg.multi_dot, (some(2, 3), some(3, 4), some(4, 2), some(2))),
    Call(np.linalg.svd, some(3, 2), False), Call(np.linalg.svd, some(2, 4), full_matrices=False), Call(np.linalg.svd, SQUARE),
    Call(np.linalg.svd, some(2, 3, 2), False), Call(np.linalg.eigh, positive()), Call(np.linalg.eigh, positive(2)),
    Call(np.linalg.qr, some(4, 3)), Call(np.linalg.qr, SQUARE), Call(np.linalg.qr, some(2, 3, 2)),
]
SOLVERS += [Call(np.linalg.svd, a).alone(1) for a in (some(2, 3), some(3, 2), some(2, 2, 3), some(2, 3, 2))]
SOLVERS += [Call(np.linalg.svd, some(2, 3)).alone(0), Call(np.linalg.svd, some(3, 2)).alone(2)]
SOLVERS += [Call(np.linalg.svd, a, False).alone(k) for a in (some(3, 2), some(2, 3), some(3, 2, 2)) for k in range(3)]
SOLVERS += [Call(fn, a).alone(k) for fn in (np.linalg.eigh, np.linalg.qr) for a in (positive(), positive(4)) for k in range(2)]
SOLVERS += [Call(np.linalg.slogdet, SQUARE).alone(1)]
CALLS = MATMULS + DOTS + INNERS + OUTERS + VDOTS + TENSORDOTS + KRONS + CROSSES + EINSUMS + NORMS + SOLVERS


@pytest.mark.parametrize("call", CALLS, ids=repr)
def test_rule_agrees_with_finite_differences(call: Call) -> None:
    check_rule(call, rtol=3e-6)


@pytest.mark.parametrize("call", [c for c in CALLS if c.entry.infer is not None], ids=repr)
def test_result_type(call: Call) -> None:
    check_type(call)


@pytest.mark.parametrize("x", [SQUARE, STACK], ids=["matrix", "stack"])
def test_cofactors_rule_counts_what_the_determinant_contributes(x: np.ndarray) -> None:
    rule = harness.runnable(Call(cofactors, x, np.linalg.det(x)).entry)
    z_bar, step = some(*x.shape), some(*x.shape)
    found = rule(x, np.linalg.det(x), z=cofactors(x, np.linalg.det(x)), z_bar=z_bar)["x_bar"]
    ahead, back = (np.sum(z_bar * cofactors(x + h * step, np.linalg.det(x + h * step))) for h in (1e-5, -1e-5))
    np.testing.assert_allclose(np.sum(found * step), (ahead - back) / 2e-5, rtol=1e-7)


@pytest.mark.parametrize("kwargs", [{}, {"ord": 1}, {"ord": np.inf}, {"ord": 3}], ids=str)
def test_norm_of_zero_has_derivative_zero(kwargs: dict[str, object]) -> None:
    rule = harness.runnable(Call(np.linalg.norm, V).entry)
    assert rule(np.zeros(3), **kwargs, z=np.float64(0.0), z_bar=1.0)["x_bar"].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("ord", [1, -1, 2, -2, np.inf, -np.inf, "fro", "nuc"], ids=str)
def test_norm_of_zero_matrix_has_derivative_zero(ord: object) -> None:
    rule = harness.runnable(Call(np.linalg.norm, SQUARE).entry)
    assert not rule(np.zeros((2, 3)), ord, z=np.float64(0.0), z_bar=1.0)["x_bar"].any()


def test_norm_shares_the_cotangent_among_ties() -> None:
    rule = harness.runnable(Call(np.linalg.norm, V).entry)
    assert rule(np.array([1.0, -3.0, 3.0]), np.inf, z=np.float64(3.0), z_bar=1.0)["x_bar"].tolist() == [0.0, -0.5, 0.5]
    assert rule(np.array([[1.0, -1.0], [1.0, 1.0]]), 1, z=np.float64(2.0), z_bar=1.0)["x_bar"].tolist() == [[0.5, -0.5],
        [0.5, 0.5]]
