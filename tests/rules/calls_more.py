"""Calls that notice mistakes in rules which the tables of the families would miss: stacks of stacks, unusual axes, lists."""

from __future__ import annotations

import importlib.util

import numpy as np

from sct.rules import registry, shaping
from sct.runtime.helpers import added_at

from .arrays import MASK, M, Normal, T, V, W
from .calls import Call

L, F = np.linalg, np.fft
NORMAL = Normal(11)
real, cplx = NORMAL.real, NORMAL.cplx
FOUR = real(2, 2, 3, 4)
SQUARES = real(2, 1, 2, 2) + 2 * np.eye(2)

SHAPED = [
    Call(np.linspace, 0.5, 2.0, 1, retstep=True), Call(np.linspace, V[:2], 2.0, 1, retstep=True),
    Call(np.logspace, M[:2, :3], 1.0, 4, base=W[:3], axis=1), Call(np.logspace, FOUR[0, 0, :, :2], 0.5, 4, base=W[:2], axis=-1),
    Call(np.insert, FOUR, 1, 2.5, axis=2), Call(np.concatenate, T), Call(np.concatenate, T, 1),
    Call(np.concatenate, T, axis=None),
    Call(np.concatenate, [T, T[:, :, :1]], axis=2), Call(np.concatenate, [FOUR, FOUR[:, :, :1]], 2),
    Call(np.concatenate, [V, W, V[:2]]), Call(np.concatenate, [M, V[:3], T], axis=None), Call(np.vstack, [V, M, W]),
    Call(np.column_stack, [V, M.T, W]), Call(np.dstack, [V, W]), Call(np.dstack, [M, M]),
    Call(np.dstack, [M, T.transpose(1, 2, 0)]),
    Call(np.stack, [M, M, M], 1), Call(np.stack, [T, T], 2), Call(np.stack, [M, M], -1),
    Call(np.block, [[V[:2], V[:3], V[:1]], [W, W[:2]]]), Call(np.block, [[[T], [T], [T[:, :2]]]]),
    Call(np.block, [[M], [M[:1]], [M]]),
    Call(np.block, [[[T, T[:, :, :1]]], [[T[:1], T[:1, :, :1]]]]),
    Call(shaping.transpose_method, V, 0), Call(np.moveaxis, FOUR, 1, 2),
    Call(np.take_along_axis, M, np.array([[0, 2], [1, 3], [2, 2]]), axis=1),
    Call(np.take_along_axis, T, np.array([[[0, 2, 1, 1]], [[1, 0, 2, 0]]]), axis=1), Call(np.diagonal, FOUR, 1, 1, 3),
    Call(np.diagonal, FOUR, 0, -1, 1), Call(np.trace, T, 0, 2, 0), Call(np.trace, FOUR, 1, 3, 1),
    Call(np.repeat, FOUR, 2, 2), Call(np.flip, FOUR, 2), Call(np.roll, FOUR, 1, 2), Call(np.tile, M, (2, 1, 1)),
    Call(added_at, V, np.array([0, 0, 2]), W[:3]), Call(added_at, V, np.array([0, 0, 2]), 1.5),
    Call(np.reshape, np.array(1.5), ()),
    Call(np.vstack, M), Call(np.hstack, T), Call(np.vstack, T), Call(np.ravel, 1.5, "F"), Call(np.stack, [1.5, 2.5]),
]
REDUCED = [
    Call(np.polymul, V[:0], V), Call(np.polymul, V, V[:0]), Call(np.sum, np.array(1.5), 0), Call(np.sum, M, where=False),
    Call(np.prod, M, axis=()), Call(np.prod, FOUR, (0, 1, 3)),
    Call(np.gradient, T, axis=(-2, 0)), Call(np.gradient, real(4, 2, 2), np.array([0, 1, 3, 4]), axis=0),
    Call(np.average, V, weights=[0.5, 1.0, 2.0, 0.7]), Call(np.average, FOUR, axis=2, weights=W[:3]), Call(np.diff, V[:1], 2),
    Call(np.average, FOUR, axis=3, weights=W), Call(np.diff, FOUR, axis=2), Call(np.cumprod, FOUR, 2), Call(np.cumsum, FOUR, 1),
    Call(np.prod, M, initial=2, axis=1), Call(np.prod, M, initial=2), Call(np.prod, FOUR, (1, 2), initial=1.5),
    Call(np.max, M, axis=1, initial=0.3, where=MASK), Call(np.min, FOUR, axis=2), Call(np.trapezoid, FOUR, axis=2),
    Call(np.trapezoid, FOUR, W[:3], axis=2), Call(np.gradient, FOUR, np.array([0, 1, 3]), axis=2),
    Call(np.gradient, FOUR, np.array([0, 2, 3]), axis=1 + 1, edge_order=2), Call(np.logaddexp.accumulate, FOUR, 1),
    Call(np.maximum.accumulate, FOUR, 1), Call(np.maximum.accumulate, FOUR, 0), Call(np.quantile, FOUR, 0.37, (1, 2)),
    *(Call(np.quantile, M, np.array([0.118, 0.2, 0.82]), 1, method=method) for method in (
        "hazen", "weibull", "median_unbiased", "interpolated_inverted_cdf")), Call(np.median, FOUR, 2),
    Call(np.quantile, V, np.array([0.2, 0.7]), keepdims=True), Call(np.unwrap, 9.0 * FOUR, axis=2),
]
MATRICES = [
    Call(np.tensordot, real(2, 3), real(4, 3), ([1], [-1])), Call(np.einsum, "...ij,...jk->...ik", real(2, 2, 3), real(3, 2)),
    Call(np.einsum, "aa->", real(3, 3)), Call(np.einsum, "ii,a->a", real(3, 3), real(2)), Call(L.qr, real(1, 3, 2, 4)),
    Call(np.linalg.matrix_norm, M, ord=None), Call(L.norm, T, "nuc", (2, 0)), Call(L.norm, FOUR, 2, (1, 3)),
    Call(L.norm, FOUR, -2, (3, 1)),
    Call(L.norm, FOUR, 1, (-1, 1)), Call(L.norm, T, 2, (-1, -2)), Call(L.norm, T, "nuc", (1, -1)), Call(L.norm, V, 0),
    Call(L.norm, V, -np.inf), Call(L.norm, M, -np.inf), Call(L.eig, cplx(2, 1, 2, 2)), Call(L.eigvals, cplx(2, 1, 2, 2)),
    Call(L.svd, cplx(3, 3)).alone(0), Call(L.svd, cplx(3, 3)).alone(2), Call(L.svd, real(2, 1, 3, 2), False).alone(0),
    Call(L.svd, real(2, 1, 2, 3), False).alone(2), Call(L.svd, cplx(2, 1, 2, 3), False), Call(L.qr, real(3, 2, 4)),
    Call(L.qr, cplx(2, 3, 3)), Call(L.qr, cplx(2, 1, 2, 2)), Call(L.cholesky, SQUARES @ SQUARES.swapaxes(-1, -2)),
    Call(L.cholesky, SQUARES @ SQUARES.swapaxes(-1, -2), upper=True), Call(L.eigh, SQUARES + SQUARES.swapaxes(-1, -2)),
    Call(L.lstsq, real(5, 3), real(5)).alone(0, 3), Call(L.multi_dot, [real(3), real(3, 2), real(2, 4)]),
    Call(L.multi_dot, [real(2, 3), real(3, 2), real(2)]), Call(L.multi_dot, [real(3), real(3, 2), real(2)]),
    Call(L.solve, SQUARES, real(2)), Call(L.solve, SQUARES, real(2, 1, 2, 3)), Call(L.inv, SQUARES), Call(L.det, SQUARES),
    Call(L.slogdet, SQUARES).alone(0), Call(L.slogdet, real(2, 2)).alone(0, 1), Call(L.pinv, real(2, 1, 3, 2)),
    Call(L.pinv, real(2, 3, 3, 2), 0.5), Call(L.pinv, cplx(2, 1, 2, 3), rcond=0.6), Call(L.matrix_power, SQUARES, 3),
    Call(np.cross, real(2, 3), real(4, 2, 3)), Call(np.cross, real(3, 4), real(3, 2, 4), axisa=0, axisb=0),
    Call(np.cross, real(3), real(3, 4), axisb=0), Call(np.cross, real(2, 3, 4), real(4, 3), axisa=1, axisc=0),
    Call(np.tensordot, real(2, 3), real(4), 0), Call(np.tensordot, real(2, 3, 4), real(4, 2), ([0, 2], [1, 0])),
    Call(np.tensordot, real(2, 3, 4), real(3, 4, 2), ([2, 1], [1, 0])), Call(np.matmul, real(2, 1, 3, 2), real(2, 4)),
    Call(np.matmul, real(3), real(2, 1, 3, 2)), Call(np.matmul, real(2, 1, 3, 2), real(2)),
    Call(np.einsum, "ij,jk->ik", M, M.T),
    Call(np.einsum, "ij,jk->ik", M, M.T, optimize=True), Call(np.dot, real(2, 3), real(4, 3, 2)),
    Call(np.kron, real(2), real(2, 3)),
    Call(np.polymul, V, [0.5, 1.0]), Call(np.cov, T[0].T, rowvar=False, aweights=np.array([1, 2, 1, 3])),
    Call(L.det, real(1, 1)),
]
TRANSFORMED = [Call(F.fft, cplx(2, 3, 4), axis=1), Call(F.rfft, real(2, 3, 4), axis=1), Call(F.fftn, cplx(3, 4, 3), (4, 2)),
               Call(F.rfftn, real(3, 4, 5), (3, 3, 6), (0, 1, 2)), Call(F.rfftn, real(3, 4, 5), (3, -1, 6), (0, 1, 2)),
               Call(F.rfftn, real(3, 4, 5), (3, 6), (0, 2)), Call(F.rfftn, real(3, 4, 5), (3, -1), (0, 2)),

               Call(F.rfftn, real(3, 4, 5), axes=(1,)), Call(F.irfftn, cplx(3, 4, 5), axes=(1,)),
               Call(F.rfft, real(2, 3, 4)), Call(F.irfft, cplx(2, 3, 4)), Call(F.rfftn, real(2, 3, 4), axes=(2, 0))]
CALLS = SHAPED + REDUCED + MATRICES + TRANSFORMED

if importlib.util.find_spec("scipy") is not None:
    from scipy import linalg, special, stats

    registry.load_families()
    POSITIVE = SQUARES[0, 0] @ SQUARES[0, 0].T
    NORMALS = (stats.multivariate_normal.logpdf, stats.multivariate_normal.pdf)
    CALLS += [Call(f, x, mean, cov) for f in NORMALS for x, mean, cov in (
        (real(2), real(2), POSITIVE), (real(3, 2), real(2), POSITIVE),
        (real(2, 3, 2), real(2), POSITIVE), (real(3, 2), real(2), np.array([0.7, 0.9])), (real(3, 2), real(2), 0.7),
        (real(3), 0.2, 0.7), (0.3, 0.2, 0.7))]
    CALLS += [Call(stats.multivariate_normal.logpdf, real(3, 2), cov=POSITIVE), Call(stats.multivariate_normal.pdf, real(3))]
    CALLS += [Call(stats.multivariate_normal.entropy, real(2), cov) for cov in (POSITIVE, np.array([0.7, 0.9]), 0.7)]
    CALLS += [Call(f, x, np.array([1.5, 2.0, 3.0])) for f in (stats.dirichlet.logpdf, stats.dirichlet.pdf) for x in (
        np.array([0.2, 0.3]), np.array([[0.2, 0.1], [0.3, 0.4]]))]
    CALLS += [Call(f, np.array([1.5, 2.0, 3.0])) for f in (stats.dirichlet.entropy, stats.dirichlet.mean, stats.dirichlet.var)]
    CALLS += [Call(f, np.array([1, 2, 3]), 6, np.array([0.2, 0.3, 0.5])) for f in (stats.multinomial.logpmf,
        stats.multinomial.pmf)]
    CALLS += [Call(special.fresnel, W).alone(k) for k in (0, 1)]
    CALLS += [Call(linalg.eigh, POSITIVE).alone(0), Call(linalg.eigh, POSITIVE, lower=False).alone(0)]
