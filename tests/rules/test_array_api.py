"""The functions from the array API standard: each rule against finite differences, and gradients through the compiler."""

from __future__ import annotations

import numpy as np
import pytest

import sct
import sct.rules.array_api

from .calls import Call, check_rule, check_type

RNG = np.random.default_rng(0)


def some(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape)


PRODUCTS = [Call(fn, some(*a), some(*b)) for fn in (np.vecdot, np.linalg.vecdot)
            for a, b in (((3,), (3,)), ((2, 3), (3,)), ((3,), (2, 3)), ((4, 1, 3), (2, 3)))]
PRODUCTS += [Call(np.linalg.vecdot, some(3, 2), some(3, 2), axis=0), Call(np.vecdot, some(3, 2), some(4, 3, 2), axis=-2)]
PRODUCTS += [Call(np.matvec, some(*a), some(*b)) for a, b in (((2, 3), (3,)), ((2, 3), (4, 3)), ((4, 2, 3), (3,)))]
PRODUCTS += [Call(np.vecmat, some(*a), some(*b)) for a, b in (((2,), (2, 3)), ((4, 2), (2, 3)), ((2,), (4, 2, 3)))]
PRODUCTS += [Call(np.linalg.matmul, some(2, 3), some(3, 4)), Call(np.linalg.matmul, some(5, 2, 3), some(3, 4)),
             Call(np.linalg.outer, some(2), some(3))]
PARTS = [Call(np.linalg.trace, some(3, 3)), Call(np.linalg.trace, some(2, 3, 4), offset=1),
         Call(np.linalg.diagonal, some(3, 4)), Call(np.linalg.diagonal, some(2, 4, 3), offset=-1),
         Call(np.linalg.matrix_transpose, some(2, 3)), Call(np.linalg.matrix_transpose, some(4, 2, 3))]
ORDERS = (2, 1, 3, 0.5, np.inf, -np.inf)
NORMS = [Call(np.linalg.vector_norm, some(2, 3), axis=axis, ord=ord) for axis in (None, 0, -1) for ord in ORDERS]
NORMS += [Call(np.linalg.vector_norm, some(3), ord=0), Call(np.linalg.vector_norm, some(2, 3), axis=1, keepdims=True),
          Call(np.linalg.vector_norm, some(2, 3, 2), axis=(0, 2), ord=3)]
NORMS += [Call(np.linalg.matrix_norm, some(2, 3, 3), ord=ord) for ord in ("fro", "nuc", 2, -2, 1, -1, np.inf, -np.inf)]
NORMS += [Call(np.linalg.matrix_norm, some(2, 3), keepdims=True), Call(np.linalg.svdvals, some(2, 3)),
          Call(np.linalg.svdvals, some(2, 3, 2))]
SUMS = [Call(fn, some(*shape), **kwargs) for fn in (np.cumulative_sum, np.cumulative_prod) for shape, kwargs in (
    ((4,), {}), ((4,), {"include_initial": True}), ((2, 3), {"axis": 0}), ((2, 3), {"axis": 1, "include_initial": True}))]
SUMS += [Call(fn, np.array(1.3), include_initial=initial) for fn in (np.cumulative_sum, np.cumulative_prod)
         for initial in (False, True)]
CALLS = PRODUCTS + PARTS + NORMS + SUMS


@pytest.mark.parametrize("call", CALLS, ids=repr)
def test_rule_agrees_with_finite_differences(call: Call) -> None:
    check_rule(call, rtol=1e-6)


@pytest.mark.parametrize("call", [c for c in CALLS if c.entry.infer is not None], ids=repr)
def test_result_type(call: Call) -> None:
    check_type(call)


A, V, X = some(2, 3), some(3), some(2, 3)


@pytest.mark.parametrize(("f", "expected"), [
    (lambda x: np.vecdot(x, V).sum(), np.tile(V, (2, 1))), (lambda x: np.matvec(x, V).sum(), np.tile(V, (2, 1))),
    (lambda x: np.vecmat(V[:2], x).sum(), np.tile(V[:2, None], (1, 3))),
    (lambda x: np.linalg.trace(x), np.eye(2, 3)), (lambda x: np.linalg.outer(x[0], V).sum(), [[V.sum()] * 3, [0.0] * 3]),
    (lambda x: np.linalg.vecdot(x, x).sum(), 2 * X), (lambda x: np.linalg.vector_norm(x), X / np.linalg.norm(X)),
    (lambda x: np.linalg.matrix_norm(x), X / np.linalg.norm(X)),
    (lambda x: np.cumulative_sum(x, axis=1).sum(), [[3.0, 2.0, 1.0]] * 2),
    (lambda x: np.abs(np.vecdot(x * 1j, x * 1j)).sum(), 2 * X),
    (lambda x: np.abs(np.vecdot(x * (1 + 1j), x * 1j)).sum(), 2 * 2**0.5 * X),
    (lambda x: np.vecmat(V[:2] * 1j, x * 1j).real.sum(), np.tile(V[:2, None], (1, 3))),
])
def test_gradient(f: object, expected: object) -> None:
    np.testing.assert_allclose(sct.grad(f)(X), expected, rtol=1e-12)
