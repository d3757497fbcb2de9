"""Decompositions, inverses and solutions: real and complex, single and in stacks, both modes, second order, hard points."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sct
from sct.runtime.arrays import matching
from tests.sampling import a_part

from .arrays import Normal
from .calls import Call, check_rule
from .whole import check_single, check_whole

L = np.linalg
NORMAL = Normal(5)
real, cplx = NORMAL.real, NORMAL.cplx


def positive(*batch: int, kind: Any = real) -> np.ndarray:
    m = kind(*batch, 3, 3)
    return m @ np.conj(np.swapaxes(m, -1, -2)) + np.diag([2.0, 4.0, 7.0])


SQUARE, STACK, CSQUARE = real(3, 3) + 2 * np.eye(3), real(2, 3, 3) + 2 * np.eye(3), cplx(3, 3) + 2 * np.eye(3)
UPPER: list[dict[str, Any]] = [{}, {"UPLO": "U"}]
CALLS = [Call(L.eigh, a, **how).alone(k) for a in (positive(), positive(2), positive(kind=cplx), positive(2, kind=cplx))
         for how in UPPER for k in (0, 1)]
CALLS += [Call(L.eigh, positive(kind=kind)) for kind in (real, cplx)]
CALLS += [Call(L.eigvalsh, a, **how) for a in (positive(), positive(2), positive(kind=cplx)) for how in UPPER]
CALLS += [Call(L.cholesky, a, **how) for a in (positive(), positive(2), positive(kind=cplx)) for how in ({}, {"upper": True})]
ROTATING = np.array([[1.0, -2.0, 0.3], [1.5, 0.5, 0.1], [0.2, 0.4, -1.0]])
CALLS += [Call(L.eig, a).alone(k) for a in (ROTATING, CSQUARE, cplx(2, 3, 3), positive() + 0.1 * real(3, 3)) for k in (0, 1)]
CALLS += [Call(L.eig, a) for a in (ROTATING, CSQUARE)]
CALLS += [Call(L.eigvals, a) for a in (ROTATING, CSQUARE, cplx(2, 3, 3), positive())]
CALLS += [Call(L.svd, a, **how).alone(1) for a in (cplx(3, 2), cplx(2, 3)) for how in ({}, {"full_matrices": False})]
CALLS += [Call(L.svd, a, compute_uv=False) for a in (real(3, 2), cplx(2, 3), real(2, 3, 3))] + [Call(L.svdvals, cplx(3, 2))]
CALLS += [Call(L.svd, positive() - 3 * np.eye(3), hermitian=True), Call(L.svd, positive(), compute_uv=False, hermitian=True)]
CALLS += [Call(L.svd, a, False).alone(k) for a in (cplx(3, 2), cplx(2, 3), cplx(3, 3), cplx(2, 3, 2)) for k in (0, 2)]
CALLS += [Call(L.svd, a, False) for a in (cplx(3, 2), cplx(2, 3), real(3, 2))]
CALLS += [Call(L.svd, a) for a in (real(2, 3), real(4, 3), real(2, 3, 2), real(1, 2), real(3, 3), real(2, 1, 3, 2))]
CALLS += [Call(L.qr, a) for a in (real(4, 3), real(2, 3), real(3, 3), real(2, 2, 4), cplx(4, 3), cplx(3, 3), cplx(2, 3))]
CALLS += [Call(L.qr, a).alone(k) for a in (real(4, 3), real(2, 3), cplx(2, 4), cplx(3, 2)) for k in (0, 1)]
CALLS += [Call(L.qr, a, mode="r") for a in (real(4, 3), real(2, 3), cplx(3, 3))]
CALLS += [Call(L.qr, a, mode="complete") for a in (real(4, 2), real(2, 3), real(2, 3, 1), cplx(4, 2), cplx(2, 3))]
CALLS += [Call(L.cond, a) for a in (real(3, 2), SQUARE, cplx(2, 3), real(2, 3, 2))]
CALLS += [Call(L.cond, a, p) for a in (SQUARE, STACK, CSQUARE) for p in (2, -2, "fro", 1, -1, np.inf, -np.inf, "nuc")]
CALLS += [Call(L.inv, CSQUARE), Call(L.det, CSQUARE), Call(L.solve, CSQUARE, cplx(3)), Call(L.solve, CSQUARE, real(3, 2))]
WITHOUT_RANK = [m @ np.diag(d) for d in ([1.0, 2.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 0.0], [1.0, 2.0, 1e-14])
                for m in (SQUARE, CSQUARE)]
CALLS += [Call(L.det, a) for a in (*WITHOUT_RANK, np.stack(WITHOUT_RANK[::2]), np.stack([SQUARE, np.ones((3, 3))]))]
CALLS += [Call(L.slogdet, a) for a in (CSQUARE, cplx(2, 3, 3))] + [Call(L.slogdet, CSQUARE).alone(k) for k in (0, 1)]
CALLS += [Call(L.matrix_power, CSQUARE, n) for n in (3, -2)]
CALLS += [Call(L.pinv, a, **how) for a in (real(4, 2), cplx(4, 2), cplx(2, 4), real(2, 3, 2)) for how in ({}, {"rcond": 1e-10})]
CALLS += [Call(L.pinv, a, rcond=0.6) for a in (real(4, 3), cplx(3, 4), real(2, 4, 2))] + [Call(L.pinv, real(3, 4), rtol=0.5)]
CALLS += [Call(L.pinv, positive(kind=kind), hermitian=True) for kind in (real, cplx)]
SYSTEMS = [(real(5, 3), real(5)), (real(5, 3), real(5, 2)), (real(2, 4), real(2))]
SYSTEMS += [(cplx(4, 2), cplx(4)), (cplx(2, 3), cplx(2, 2))]
CALLS += [Call(L.lstsq, a, b, None).alone(0) for a, b in SYSTEMS]
CALLS += [Call(L.lstsq, real(5, 3), real(5)).alone(3), Call(L.lstsq, cplx(2, 3), cplx(2)).alone(3)]
CALLS += [Call(L.lstsq, real(5, 3), real(5, 2), 0.6).alone(0), Call(L.lstsq, cplx(4, 3), cplx(4), rcond=0.5).alone(0)]
CALLS += [Call(L.tensorinv, real(2, 3, 3, 2)), Call(L.tensorinv, real(4, 2, 2), 1), Call(L.tensorinv, cplx(2, 3, 6), ind=2)]
CALLS += [Call(L.tensorsolve, real(2, 3, 6), real(2, 3)), Call(L.tensorsolve, real(2, 6, 3), real(2, 3), (1,)),
          Call(L.tensorsolve, cplx(6, 2, 3), cplx(6))]
CALLS += [Call(L.tensordot, real(2, 3), real(3, 4), axes=1), Call(L.tensordot, cplx(2, 3), real(3, 2), axes=([1], [0]))]
CALLS += [Call(L.cross, real(3), real(3)), Call(L.cross, real(4, 3), real(3)), Call(L.cross, real(3, 4), real(3, 4), axis=0)]


@pytest.mark.parametrize("call", CALLS, ids=repr)
def test_rule_agrees_with_finite_differences(call: Call) -> None:
    check_rule(call, rtol=3e-6)


@pytest.mark.parametrize("k", a_part(3, range(len(CALLS))), ids=lambda k: repr(CALLS[k]))
def test_derivatives_of_call(k: int, functions: Any) -> None:
    check_whole(*functions[k], rtol=1e-5, h=3e-4)


@pytest.mark.parametrize("f", [
    lambda a: np.linalg.eigh(a @ a.T)[1][:, 0] ** 2, lambda a: np.linalg.svd(a)[1], lambda a: np.linalg.qr(a)[0], np.linalg.inv,
    lambda a: np.linalg.pinv(a) * np.linalg.cond(a), lambda a: np.abs(np.linalg.eigvals(a)),
    lambda a: np.linalg.lstsq(a, a[0])[0],
])
def test_single_precision(f: Any) -> None:
    check_single(f, [ROTATING])


WEIGHTS = real(3, 3)
OF_ONE_TRIANGLE = [
    lambda c: np.sum(WEIGHTS * np.linalg.cholesky(c)), lambda c: np.sum(WEIGHTS * np.linalg.cholesky(c, upper=True)),
    lambda c: np.sum(np.linalg.eigh(c)[0] ** 3) + np.sum(np.linalg.eigh(c)[1] ** 4),
    lambda c: np.sum(np.linalg.eigh(c, "U")[0] ** 3) + np.sum(np.linalg.eigh(c, "U")[1] ** 4),
    lambda c: np.sum(np.linalg.eigvalsh(c) ** 3), lambda c: np.sum(np.linalg.eigvalsh(c, UPLO="U") ** 3),
    lambda c: np.sum(WEIGHTS * np.linalg.pinv(c, hermitian=True)),
    lambda c: np.sum(np.linalg.svd(c, hermitian=True)[1] ** 3), lambda c: np.sum(np.linalg.svd(c, hermitian=True)[0] ** 4),
    lambda c: np.sum(np.linalg.svd(c, compute_uv=False, hermitian=True) ** 3),
]


@pytest.mark.parametrize("f", OF_ONE_TRIANGLE)
def test_the_other_triangle_means_nothing(f: Any) -> None:
    """What only one triangle is read of, first and second derivatives: the other one has other numbers."""
    sct.check_grads(f, (positive() + np.array([[0.0, 0.1, -0.2], [0.15, 0.0, 0.05], [0.0, -0.1, 0.0]]),), order=2)


def test_solution_and_singular_values_of_least_squares() -> None:
    def f(a, b):
        x, _, _, s = np.linalg.lstsq(a, b)
        return np.concatenate([x, s])

    check_whole(f, [real(5, 3), real(5)])


def test_residuals_of_least_squares_are_refused() -> None:
    with pytest.raises(sct.SctError, match="residuals of np.linalg.lstsq"):
        sct.grad(lambda a, b: np.linalg.lstsq(a, b)[1][0])(real(5, 3), real(5))


def test_other_modes_of_qr_are_refused() -> None:
    with pytest.raises(sct.SctError, match="mode="):
        sct.grad(lambda a: np.sum(np.linalg.qr(a, mode="raw")[0]))(real(3, 3))


# Hard points ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("a", [np.eye(3), np.diag([1.0, 1.0, 2.0]), np.zeros((3, 3))], ids=["eye", "pair", "zero"])
def test_functions_of_all_equal_eigenvalues(a: np.ndarray) -> None:
    """Sums over coinciding eigenvalues (singular values) are smooth: of ``f(w)`` the gradient is ``f'(a)``."""
    lower = np.tril(2 * a)
    np.testing.assert_allclose(sct.grad(lambda a: np.sum(np.linalg.eigvalsh(a) ** 2))(a), lower + np.tril(lower, -1))
    np.testing.assert_allclose(sct.grad(lambda a: np.sum(np.linalg.eigh(a)[0] ** 2))(a), lower + np.tril(lower, -1))
    np.testing.assert_allclose(sct.grad(lambda a: np.sum(np.linalg.svd(a)[1] ** 2))(a), 2 * a)
    np.testing.assert_allclose(sct.grad(lambda a: np.real(np.sum(np.linalg.eigvals(a) ** 2)))(a), 2 * a, atol=1e-15)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("f", [
    lambda a: np.linalg.eigh(a)[1][0, 0], lambda a: np.linalg.svd(a)[0][0, 0], lambda a: np.real(np.linalg.eig(a)[1][0, 0]),
])
def test_vectors_of_coinciding_values_have_no_derivative(f: Any) -> None:
    assert not np.isfinite(sct.grad(f)(np.eye(3))).all()


def reassembled(a: Any) -> Any:
    w, v = np.linalg.eigh(0.5 * (a + a.T))
    return np.sum((v * np.exp(w)) @ v.T)


def recomposed(a: Any) -> Any:
    u, s, vh = np.linalg.svd(a)
    return np.sum(((u * s) @ vh) * np.arange(16.0).reshape(4, 4))


@pytest.mark.filterwarnings("ignore")
def test_values_that_differ_by_rounding_errors_coincide() -> None:
    """Quotients of rounding errors are finite, and wrong in the first digits."""
    turned = np.linalg.qr(real(4, 4))[0]
    for values in ([1.0, 1.0, 2.0, 3.0], [0.0, 0.0, 1.0, 2.0]):
        a = turned @ np.diag(values) @ turned.T
        for single in (a, a.astype(np.float32)):
            assert np.isnan(sct.grad(reassembled)(single)).all() and np.isnan(sct.grad(recomposed)(single)).any()
        product = sct.hvp(lambda a: np.sum(np.linalg.eigvalsh(0.5 * (a + a.T)) ** 2), (a,), (np.ones((4, 4)),))
        assert not np.isfinite(product).any()
    apart = turned @ np.diag([1.0, 1.0 + 1e-9, 2.0, 3.0]) @ turned.T
    h, along = 1e-5, np.ones((4, 4))
    slope = (reassembled(apart + h * along) - reassembled(apart - h * along)) / (2.0 * h)
    assert np.isclose(np.sum(sct.grad(reassembled)(apart)), slope, rtol=1e-5)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("f", [lambda a: np.sum(np.linalg.eigh(0.5 * (a + a.T))[1][:, -1] ** 4),
                               lambda a: np.sum(np.linalg.svd(a)[0][:, 0] ** 4),
                               lambda a: np.sum(np.linalg.svd(a)[2][0] ** 4)])
@pytest.mark.parametrize("side", [(0.0, 0.0, 1.0), (1.0, 2.0, 3.0), (0.3, -1.2, 0.4, 0.9)], ids=str)
def test_a_vector_beside_others_that_coincide_but_are_not_read(f: Any, side: Any) -> None:
    side = np.array(side)
    a, along, h = np.outer(side, side), np.cos(np.arange(side.size**2.0)).reshape(side.size, -1), 1e-6
    along = along + along.T
    slope = (f(a + h * along) - f(a - h * along)) / (2.0 * h)
    assert np.isclose(np.sum(sct.grad(f)(a) * along), slope, rtol=1e-6, atol=1e-8)
    assert np.isnan(sct.hvp(f, (a,), (along,))).all()


@pytest.mark.parametrize("f", [np.linalg.inv, lambda a: np.linalg.solve(a, np.ones(2)), np.linalg.slogdet])
def test_singular_matrices_raise_what_numpy_raises(f: Any) -> None:
    if f is np.linalg.slogdet:
        with pytest.raises(np.linalg.LinAlgError):
            sct.grad(lambda a: f(a)[1])(np.ones((2, 2)))
    else:
        with pytest.raises(np.linalg.LinAlgError):
            sct.grad(lambda a: np.sum(f(a)))(np.ones((2, 2)))


def test_pseudoinverse_of_constant_rank() -> None:
    """Along a direction that keeps the rank, the derivative of the pseudoinverse of a singular matrix."""
    a, b, c = real(4, 2), real(2, 3), real(3, 4)

    def f(b):
        return np.sum(np.linalg.pinv(a @ b) * c)

    check_whole(f, [b], order=1)


@pytest.mark.parametrize("shape", [(2, 4), (5, 2)])
def test_vectors_that_full_matrices_add(shape: tuple[int, int]) -> None:
    """Several of them may turn among themselves; the others have their derivatives all the same."""
    def first(a):
        u, _, vh = np.linalg.svd(a)
        return np.sum(u[:, :2] ** 3) + np.sum(vh[:2] ** 3)

    def last(a):
        u, _, vh = np.linalg.svd(a)
        return u[0, -1] * vh[-1, 0]

    a = real(*shape)
    check_whole(first, [a])
    with pytest.raises(sct.SctError, match="full_matrices=False"):
        sct.grad(last)(a)
    assert np.isnan(sct.jvp(last, (a,), (np.ones(shape),))[1])


@pytest.mark.parametrize("a", [real(5, 2), real(4, 3), cplx(4, 2), cplx(3, 2)], ids=["some", "one", "complex", "complex-one"])
def test_projection_on_vectors_that_are_added(a: np.ndarray) -> None:
    """It does not depend on how they turn: it is what the pseudoinverse of the matrix leaves."""
    weights = real(len(a), len(a))

    def by_vectors(a):
        added = np.linalg.svd(a)[0][:, a.shape[1] :]
        return np.sum(weights * np.abs(added @ np.conj(added.T)) ** 2)

    def by_pseudoinverse(a):
        return np.sum(weights * np.abs(np.eye(a.shape[0]) - a @ np.linalg.pinv(a)) ** 2)

    np.testing.assert_allclose(sct.grad(by_vectors)(a), sct.grad(by_pseudoinverse)(a), atol=1e-12)


def test_columns_that_no_reflection_has_made() -> None:
    """Of a matrix that is triangular: the projection on them has a derivative, they themselves have none."""
    a, a_dot, weights = np.eye(4, 2), real(4, 2), real(4, 4)

    def projected(a):
        added = np.linalg.qr(a, mode="complete")[0][:, 2:]
        return np.sum(weights * (added @ added.T))

    moved = np.zeros((4, 4))
    moved[2:, :2] = -a_dot[2:]
    assert np.sum(sct.grad(projected)(a) * a_dot) == pytest.approx(np.sum((weights + weights.T) * moved))
    with pytest.raises(sct.SctError, match="complete a basis"):
        sct.grad(lambda a: np.linalg.qr(a, mode="complete")[0][2, 3])(a)


def test_complex_vectors_that_full_matrices_add() -> None:
    a = cplx(2, 3)
    check_whole(lambda a: np.linalg.svd(a)[2][:2], [a], rtol=1e-5, h=3e-4)
    with pytest.raises(sct.SctError, match="full_matrices=False"):
        sct.grad(lambda a: np.real(np.linalg.svd(a)[2][2, 0]))(a)


def test_norms_of_nothing() -> None:
    for f in (np.linalg.norm, np.linalg.matrix_norm, lambda a: np.linalg.norm(a, "nuc"), np.linalg.vector_norm):
        np.testing.assert_array_equal(sct.grad(lambda a: f(a))(np.zeros((2, 2))), np.zeros((2, 2)))


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_norms_and_histograms_of_empty_arrays() -> None:
    empty = np.zeros((0, 3))
    for f in (lambda a: np.linalg.norm(a, np.inf), lambda a: np.linalg.norm(a, 1), lambda a: np.sum(np.histogram(a, 2)[1])):
        assert sct.grad(f)(empty).shape == (0, 3) and sct.jvp(f, (empty,), (empty,))[1] == 0.0


def test_matching_tells_repeated_numbers_apart() -> None:
    w = np.array([1.0, 2.0, 1.0, 3.0])
    assert sorted(matching(w, w[::-1] + 1e-14).tolist()) == [0, 1, 2, 3]
    assert sct.grad(lambda a: float(np.linalg.matrix_rank(a)) * a[0, 0])(np.eye(2))[0, 0] == 2.0
