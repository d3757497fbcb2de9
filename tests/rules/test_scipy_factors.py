"""``scipy.linalg``: factorisations, structured matrices, and what NumPy has, too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

linalg = pytest.importorskip("scipy.linalg")

import sct  # noqa: E402
from sct.rules import registry  # noqa: E402
from tests.sampling import a_part  # noqa: E402

from .arrays import Normal  # noqa: E402
from .calls import Call, check_rule  # noqa: E402
from .whole import check_single, check_whole  # noqa: E402

registry.load_families()
real = Normal(4).real


SQUARE, TALL, WIDE = real(3, 3) + 3 * np.eye(3), real(4, 2), real(2, 4)
SWAPPED = SQUARE[[2, 0, 1]]
POSITIVE = SQUARE @ SQUARE.T
LU = linalg.lu_factor(SWAPPED)
BANDS = real(4, 5) + 3 * (np.arange(4) == 2)[:, None]
COLUMN, ROW = real(4) + 5 * (np.arange(4) == 0), real(4)
CALLS = [Call(linalg.cho_factor, POSITIVE, lower=lower).alone(0) for lower in (True, False)]
CALLS += [Call(linalg.lu_factor, a).alone(0) for a in (SWAPPED, TALL, WIDE)]
CALLS += [Call(linalg.cho_solve, (real(3, 3) + 2 * np.eye(3), lower), b) for lower in (True, False)
         for b in (real(3), real(3, 2))]
CALLS += [Call(linalg.lu_solve, LU, b, trans=trans) for trans in (0, 1) for b in (real(3), real(3, 2))]
CALLS += [Call(linalg.lu, a).alone(k) for a in (SWAPPED, TALL, WIDE) for k in (1, 2)]
CALLS += [Call(linalg.norm, x, *options) for x, *options in (
    (real(3),), (real(3), 3), (real(2, 3), "fro"), (real(2, 3), 2), (real(2, 3), 1), (real(2, 3), None, 1, True))]
CALLS += [Call(linalg.eigh, POSITIVE, lower=lower, eigvals_only=True) for lower in (True, False)]
CALLS += [Call(linalg.eigvalsh, POSITIVE, lower=lower) for lower in (True, False)]
CALLS += [Call(linalg.svd, x, full_matrices=False) for x in (TALL, WIDE, SQUARE)]
CALLS += [Call(linalg.svd, SQUARE), Call(linalg.svd, TALL).alone(1), Call(linalg.svd, WIDE, compute_uv=False)]
CALLS += [Call(linalg.svdvals, TALL)]
CALLS += [Call(linalg.qr, x, mode="economic") for x in (TALL, WIDE, SQUARE)] + [Call(linalg.qr, x) for x in (WIDE, SQUARE)]
CALLS += [Call(linalg.qr, x, mode="r").alone(0) for x in (TALL, WIDE, SQUARE)]
CALLS += [Call(linalg.pinv, x) for x in (TALL, WIDE)] + [Call(linalg.pinv, TALL, rtol=1e-3)]
CALLS += [Call(linalg.block_diag, real(2, 2), real(3), real(1, 2), 1.5)]
CALLS += [Call(linalg.toeplitz, COLUMN), Call(linalg.toeplitz, COLUMN, real(3)), Call(linalg.toeplitz, real(2), ROW)]
CALLS += [Call(linalg.solve_toeplitz, c, b) for c in (COLUMN, (COLUMN, ROW)) for b in (real(4), real(4, 2))]
CALLS += [Call(linalg.solve_banded, (1, 2), BANDS, b) for b in (real(5), real(5, 2))]
CALLS += [Call(linalg.solve_banded, (0, 1), BANDS[1:3], real(5)), Call(linalg.solve_banded, (1, 0), BANDS[2:], real(5))]


@pytest.mark.parametrize("call", CALLS, ids=repr)
def test_rule_agrees_with_finite_differences(call: Call) -> None:
    check_rule(call, rtol=1e-6)


@pytest.mark.parametrize("k", a_part(2, range(len(CALLS))), ids=lambda k: repr(CALLS[k]))
def test_derivatives_of_call(k: int, functions: Any) -> None:
    check_whole(*functions[k], rtol=1e-5)


def by_cholesky(a: Any, b: Any) -> Any:
    return linalg.cho_solve(linalg.cho_factor(a, lower=True), b)


def by_upper_cholesky(a: Any, b: Any) -> Any:
    factor = linalg.cho_factor(a)
    return linalg.cho_solve(factor, b) + linalg.cho_solve((factor[0], False), b)


def by_elimination(a: Any, b: Any) -> Any:
    lu, piv = linalg.lu_factor(a)
    return linalg.lu_solve((lu, piv), b) + linalg.lu_solve((lu, piv), b, trans=1)


@pytest.mark.parametrize("f", [by_cholesky, by_upper_cholesky, by_elimination])
def test_factorise_and_solve(f: Any) -> None:
    check_whole(f, [POSITIVE if f is not by_elimination else SWAPPED, real(3)], rtol=1e-5)
    check_single(f, [POSITIVE if f is not by_elimination else SWAPPED, real(3)])


def lower_squares(a: Any) -> Any:
    w, v = linalg.eigh(a)
    return w * v * v


def upper_squares(a: Any) -> Any:
    w, v = linalg.eigh(a, lower=False)
    return np.sin(w) * v * v


@pytest.mark.parametrize("f", [lower_squares, upper_squares])
def test_eigenvectors_but_for_their_signs(f: Any) -> None:
    """LAPACK's driver that SciPy chooses may turn a vector around after the smallest change of the matrix."""
    check_whole(f, [POSITIVE], rtol=1e-5)


@pytest.mark.parametrize("f", [
    lambda a: linalg.eigh(a, np.eye(3))[0], lambda a: linalg.eigh(a, subset_by_index=[0, 1])[0],
    lambda a: linalg.qr(a, pivoting=True)[0], lambda a: linalg.lu(a, permute_l=True)[0],
    lambda a: linalg.sqrtm(np.stack([a, a]))[0], lambda a: linalg.pinv(a, atol=0.1),
    lambda a: linalg.lu_factor(np.stack([a, a]))[0], lambda a: linalg.toeplitz(a),
    lambda a: linalg.block_diag(np.stack([a, a])),
    lambda a: linalg.eigh(a, driver="evd")[0], lambda a: linalg.cholesky(a, True, True), lambda a: linalg.eigh(a + 1j)[0],
])
def test_what_has_no_rule_is_refused(f: Any) -> None:
    with pytest.raises(sct.SctError):
        sct.grad(lambda a: np.sum(f(a)))(SQUARE)


def test_columns_that_complete_a_basis() -> None:
    """Those of ``qr`` are made by reflections, those of ``svd`` may turn among themselves."""
    check_whole(lambda a: linalg.qr(a)[0] ** 2, [real(3, 2)], rtol=1e-5)
    check_whole(lambda a: linalg.qr(a)[0] ** 3, [TALL], rtol=1e-5)
    with pytest.raises(sct.SctError, match="complete a basis") as refused:
        sct.grad(lambda a: np.sum(linalg.svd(a)[0] ** 3))(TALL)
    assert refused.value.code == "SCT209" and refused.value.loc.line
    assert np.isnan(sct.jvp(lambda a: linalg.svd(a)[0][0, -1], (TALL,), (TALL,))[1])


def test_options_that_say_what_is_done_anyway() -> None:
    check_whole(lambda a: linalg.eigh(a, driver=None, type=1, subset_by_index=None)[0], [POSITIVE], rtol=1e-5)
    check_whole(lambda a: linalg.cholesky(a, True, False), [POSITIVE], rtol=1e-5)
    check_whole(lambda a, b: linalg.solve(a, b, False, overwrite_a=False, assume_a=None), [SQUARE, real(3)])


def test_lists_of_numbers() -> None:
    check_whole(lambda a, b: linalg.solve([[a, 1], [b, 3]], [1, b]), [4.0, 0.3])
    check_whole(lambda b: linalg.solve([[2, 1], [1, 3]], b), [real(2)])
    check_whole(lambda a: linalg.det([[a, 1.0], [2.0, a]]) * linalg.inv([[a, 1.0], [2.0, a]]), [3.0])
    check_whole(lambda c: linalg.toeplitz([c, 1.0, c * c]), [2.0])
    check_whole(lambda c, d: linalg.solve_toeplitz(([c, 1.0, d], [c, d, 0.0]), [1.0, c, d]), [4.0, 0.3])
    check_whole(lambda c, d: linalg.cho_solve(([[c, 0.0], [d, 1.0]], True), [1.0, c]), [4.0, 0.3])
    check_whole(lambda c, d: linalg.solve_banded([1, 1], [[0, c, d], [4, c, 4], [1, d, 0]], [1, c, 2]), [1.0, 0.3])
    check_whole(lambda c, d: linalg.block_diag([[c, d]], [c], d, [1, 2]), [1.0, 0.3])


def test_nothing_to_make_a_matrix_of() -> None:
    assert sct.grad(lambda c: np.sum(linalg.toeplitz(c)))(np.zeros(0)).tolist() == []
    both = sct.grad(lambda c, r: np.sum(linalg.toeplitz(c, r)), (0, 1))
    for c, r in ((real(2), np.zeros(0)), (np.zeros(0), real(2))):
        assert [g.tolist() for g in both(c, r)] == [[0.0] * len(c), [0.0] * len(r)]


def test_products_of_no_coefficients() -> None:
    both = sct.grad(lambda p, q: np.sum(np.polymul(p, q)), (0, 1))
    for p, q in ((real(2), np.zeros(0)), (np.zeros(0), real(3)), (np.zeros(0), np.zeros(0))):
        assert [g.tolist() for g in both(p, q)] == [[0.0] * len(p), [0.0] * len(q)]


def test_transforms_of_a_number() -> None:
    """Over no axes at all the transform is the number itself; along one axis there is none."""
    assert sct.grad(lambda x: np.sum(np.abs(np.fft.fftn(x))))(np.array(2.0)) == 1.0
    with pytest.raises(sct.SctError):
        sct.grad(lambda x: np.sum(np.abs(np.fft.fft(x))))(np.array(2.0))
