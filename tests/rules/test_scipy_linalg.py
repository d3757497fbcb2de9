"""``scipy.linalg``: systems, inverses, factors, the matrix exponential, Sylvester's equation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

linalg = pytest.importorskip("scipy.linalg")

import sct  # noqa: E402
from sct.rules import registry  # noqa: E402
from sct.runtime.matrices import real_logm, real_sqrtm  # noqa: E402
from sct.testing.differences import finite_difference  # noqa: E402
from tests.sampling import a_part  # noqa: E402

from .arrays import Normal  # noqa: E402
from .calls import Call, check_rule  # noqa: E402
from .whole import check_single, check_whole  # noqa: E402

registry.load_families()
NORMAL = Normal(2)
real, cplx = NORMAL.real, NORMAL.cplx


SQUARE, CSQUARE = real(3, 3) + 3 * np.eye(3), cplx(3, 3) + 3 * np.eye(3)
POSITIVE, CPOSITIVE = SQUARE @ SQUARE.T, CSQUARE @ CSQUARE.conj().T
CALLS = [Call(linalg.solve, SQUARE, real(3)), Call(linalg.solve, SQUARE, real(3, 2)), Call(linalg.solve, CSQUARE, cplx(3, 2))]
ASSUMED = ("general", "banded", "diagonal", "tridiagonal", "upper triangular", "lower triangular", "symmetric",
           "positive definite")
CALLS += [Call(linalg.solve, SQUARE @ SQUARE.T + np.diag([1.0, 2.0, 3.0]), real(3), assume_a=how) for how in ASSUMED]
CALLS += [Call(linalg.solve, CPOSITIVE, cplx(3, 2), True, assume_a=how) for how in ("sym", "her", "pos")]
CALLS += [Call(linalg.solve, POSITIVE, real(3, 2), True, assume_a="sym"), Call(linalg.solve, SQUARE, real(3), transposed=True),
          Call(linalg.solve, SQUARE, real(3, 2), assume_a="upper triangular", transposed=True)]
CALLS += [Call(fn, a) for fn in (linalg.inv, linalg.det) for a in (SQUARE, CSQUARE)]
CALLS += [Call(linalg.cholesky, a, lower=lower) for a in (POSITIVE, CPOSITIVE) for lower in (True, False)]
CALLS += [Call(linalg.solve_triangular, SQUARE, b, trans=trans, lower=lower, unit_diagonal=unit)
          for b, trans, lower, unit in ((real(3), 0, True, False), (real(3, 2), 1, False, False), (real(3), "T", True, True),
                                        (real(3, 2), "N", False, True))]
CALLS += [Call(linalg.expm, a) for a in (real(3, 3), cplx(2, 2), np.zeros((2, 2)))]
RIGHT = np.array([[4.0, 1.0, 0.2], [0.5, 3.0, 0.1], [-0.3, 0.2, 5.0]])
TURNING = np.array([[0.5, -2.0], [1.5, 0.5]])
CALLS += [Call(fn, a) for fn in (linalg.sqrtm, linalg.logm, real_sqrtm, real_logm) for a in (RIGHT, TURNING, 2.0 * np.eye(2))]
CALLS += [Call(fn, a) for fn in (linalg.sqrtm, linalg.logm) for a in (CSQUARE, 1j * RIGHT)]
CALLS += [Call(linalg.solve_sylvester, SQUARE, real(2, 2) + 3 * np.eye(2), real(3, 2))]
CALLS += [Call(linalg.solve_sylvester, CSQUARE, cplx(2, 2) + 3 * np.eye(2), cplx(3, 2))]
CALLS += [Call(linalg.solve_continuous_lyapunov, SQUARE, real(3, 3))]


@pytest.mark.parametrize("call", CALLS, ids=repr)
def test_rule_agrees_with_finite_differences(call: Call) -> None:
    check_rule(call, rtol=1e-6)


@pytest.mark.parametrize("k", a_part(2, range(len(CALLS))), ids=lambda k: repr(CALLS[k]))
def test_derivatives_of_call(k: int, functions: Any) -> None:
    check_whole(*functions[k], rtol=1e-5)


@pytest.mark.parametrize("f", [
    lambda a: linalg.solve(a, np.ones(3), assume_a="strange"), lambda a: linalg.inv(a, overwrite_a=True),
    lambda a: linalg.inv(np.stack([a, a])), lambda a: linalg.logm(np.stack([a, a])), lambda a: linalg.signm(a),
    lambda a: linalg.fractional_matrix_power(a, 0.5), lambda a: linalg.sqrtm(a, disp=False)[0],
])
def test_what_has_no_rule_is_refused(f: Any) -> None:
    with pytest.raises(sct.SctError):
        sct.grad(lambda a: np.sum(f(a)))(SQUARE)


@pytest.mark.parametrize("fn", [linalg.sqrtm, linalg.logm])
def test_real_matrices_whose_function_is_complex_are_refused(fn: Any) -> None:
    with pytest.raises(ValueError, match="negative eigenvalues.*make the argument complex"):
        sct.grad(lambda a: np.sum(fn(a)))(-RIGHT)
    got = sct.grad(lambda a: np.sum(np.imag(fn(a + 0j))))(-RIGHT)
    expected = finite_difference(lambda a: np.sum(np.imag(fn(a))), (-RIGHT,))
    np.testing.assert_allclose(got, expected, atol=1e-8)


@pytest.mark.filterwarnings("ignore:logm result may be inaccurate")
def test_single_precision() -> None:
    for fn, kind in ((linalg.sqrtm, np.float32), (linalg.logm, np.float64)):
        assert fn(RIGHT.astype(np.float32)).dtype == kind
        check_single(fn, [RIGHT])
    got = sct.grad(lambda t: linalg.logm(np.array([[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]]))[1, 0])(0.7)
    assert np.isclose(got, 1.0)  # the logarithm of a rotation is its angle


def test_a_symmetric_toeplitz_matrix_by_its_default() -> None:
    check_whole(lambda c: linalg.toeplitz(c, r=None) ** 2, [real(3)])
    check_whole(lambda c: linalg.toeplitz(c, None), [real(3)])


OF_ONE_TRIANGLE = [
    lambda c: np.sum(linalg.cholesky(c) ** 3), lambda c: np.sum(linalg.cholesky(c, lower=True) ** 3),
    lambda c: np.sum(linalg.eigh(c)[0] ** 3) + np.sum(linalg.eigh(c)[1] ** 4),
    lambda c: np.sum(linalg.eigh(c, lower=False)[0] ** 3), lambda c: np.sum(linalg.eigvalsh(c, lower=False) ** 3),
    lambda c: np.sum(linalg.pinvh(c) ** 3), lambda c: np.sum(linalg.pinvh(c, lower=False) ** 3),
    lambda c: np.sum(linalg.solve(c, c[0], assume_a="pos") ** 3),
    lambda c: np.sum(linalg.solve(c, c[1], assume_a="sym", lower=True) ** 3),
    lambda c: np.sum(linalg.cho_solve(linalg.cho_factor(c), c[0]) ** 3),
]


@pytest.mark.parametrize("f", OF_ONE_TRIANGLE)
def test_the_other_triangle_means_nothing(f: Any) -> None:
    """What only one triangle is read of, first and second derivatives: the other one has other numbers."""
    sct.check_grads(f, (np.array([[3.0, 0.4, -0.2], [0.5, 2.0, 0.3], [-0.1, 0.2, 1.5]]),), order=2)


WEIGHTS = np.array([[1.0, 0.5], [0.3, 2.0]])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("a", [np.zeros((2, 2)), np.diag([1.0, 0.0]), np.array([[1.0, 2.0], [2.0, 4.0]])],
                         ids=["zero", "exact", "rounded"])
def test_square_roots_of_singular_matrices_have_no_derivative(a: np.ndarray) -> None:
    assert np.isnan(sct.grad(lambda a: np.sum(linalg.sqrtm(a) * WEIGHTS))(a)).all()
    assert np.isnan(sct.jvp(lambda a: linalg.sqrtm(a), (a,), (WEIGHTS,))[1]).all()
    assert not sct.grad(lambda a: np.sum(np.where(a > 9.0, linalg.sqrtm(a), 0.0)))(a).any()
