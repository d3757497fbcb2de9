"""Functions of SciPy that are said in NumPy, and rules of matrices beside them: values, both modes, second order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

linalg = pytest.importorskip("scipy.linalg")
stats = pytest.importorskip("scipy.stats")
integrate = pytest.importorskip("scipy.integrate")

import sct  # noqa: E402

from .arrays import Normal  # noqa: E402
from .whole import check_whole  # noqa: E402

real = Normal(11).real
A, TALL, V, W = real(3, 3), real(3, 2), real(3) + 4.0, real(4)
P = np.abs(real(4, 3)) + 0.2
S = A @ A.T + np.eye(3)
SHIFTED, SMALL = A.T + 3.0 * np.eye(3), A[:2, :2] + 3.0 * np.eye(2)
RISING = np.cumsum(np.abs(real(6)) + 0.1)
OUTSIDE = stats.gaussian_kde(W)
CASES: dict[str, tuple[Any, list[Any]]] = {
    "cosm, sinm": (lambda a: linalg.cosm(a) + 2.0 * linalg.sinm(a), [A]),
    "tanm": (lambda a: linalg.tanm(a), [0.3 * A]),
    "coshm, sinhm": (lambda a: linalg.coshm(a) + 2.0 * linalg.sinhm(a), [A]),
    "tanhm": (lambda a: linalg.tanhm(a), [A]),
    "cosm of complex": (lambda a: linalg.cosm(a) * linalg.sinm(a), [0.5 * A + 0.3j * A.T]),
    "expm_frechet": (lambda a, e: linalg.expm_frechet(a, e)[0] + linalg.expm_frechet(a, e, compute_expm=False), [A, SHIFTED]),
    "circulant": (lambda c: linalg.circulant(c), [V]),
    "hankel": (lambda c, r: linalg.hankel(c, r)[:, :3] + linalg.hankel(c), [V, W]),
    "companion": (lambda a: linalg.companion(a), [V]),
    "leslie, fiedler": (lambda a, s: linalg.leslie(a, s) * linalg.fiedler(a), [V, V[:2].copy()]),
    "convolution_matrix": (lambda a: linalg.convolution_matrix(a, 4)[1:-1] * linalg.convolution_matrix(a, 4, "same"), [V]),
    "convolution_matrix, valid": (lambda a: linalg.convolution_matrix(a, 5, mode="valid"), [V]),
    "khatri_rao": (lambda a, b: linalg.khatri_rao(a, b), [TALL, SMALL]),
    "orthogonal_procrustes": (lambda a, b: linalg.orthogonal_procrustes(a, b)[0] * linalg.orthogonal_procrustes(a, b)[1],
                              [P, P[::-1] + 1.0]),
    "convolution_matrix with a vector": (lambda a: linalg.convolution_matrix(a, 1, "valid")
                                         * linalg.convolution_matrix(a, 1, "same"), [V]),
    "solve_circulant of complex": (lambda c, b: linalg.solve_circulant(c, b * 1j) * linalg.solve_circulant(c * 1j, b),
                                   [V + np.array([5.0, 0.0, 0.0]), W[:3].copy()]),
    "solve_circulant": (lambda c, b: linalg.solve_circulant(c, b), [V + np.array([5.0, 0.0, 0.0]), W[:3].copy()]),
    "polar": (lambda a: linalg.polar(a)[0] + 2.0 * linalg.polar(a)[1], [SHIFTED]),
    "polar of columns": (lambda a: linalg.polar(a)[0], [TALL]),
    "polar of a stretch": (lambda a: linalg.polar(a)[1], [np.eye(3)]),
    "pinvh": (lambda a: linalg.pinvh(a) + linalg.pinvh(a, lower=False), [S]),
    "eigh_tridiagonal": (lambda d, e: linalg.eigh_tridiagonal(d, e)[0] * linalg.eigh_tridiagonal(d, e)[1] ** 2, [W, V]),
    "eigvalsh_tridiagonal": (lambda d, e: linalg.eigvalsh_tridiagonal(d, e) + linalg.eigh_tridiagonal(d, e, True) ** 2, [W, V]),
    "solve_discrete_lyapunov": (lambda a, q: linalg.solve_discrete_lyapunov(a, q), [0.2 * A, S]),
    "solve_continuous_are": (lambda a, b, q, r: linalg.solve_continuous_are(a, b, q @ q.T, r @ r.T), [A, TALL, SHIFTED, SMALL]),
    "zscore": (lambda a: stats.zscore(a) + stats.zscore(a, axis=1, ddof=1), [P]),
    "zmap, gzscore, gstd": (lambda a, b: stats.zmap(a, b) * stats.gzscore(a) + stats.gstd(a, axis=None), [P, P + real(4, 3)]),
    "angles": (lambda a: stats.circmean(a, axis=0) + stats.circvar(a, high=4.0) * stats.circstd(a, 180.0, -180.0), [P]),
    "angles below": (lambda a, h: stats.circmean(a - 2.0, h, low=-1.0) + stats.circstd(a, high=h, normalize=True), [P, 3.0]),
    "means": (lambda a: stats.gmean(a) + stats.hmean(a, axis=None) * stats.pmean(a, 3), [P]),
    "sem, variation": (lambda a: stats.sem(a) * stats.variation(a), [P]),
    "moments": (lambda a: stats.moment(a, 3) + stats.skew(a) + stats.kurtosis(a, fisher=False), [P]),
    "moments about a center": (lambda a: stats.moment(a, 3, center=0.4) * stats.kurtosis(a), [P]),
    "iqr, median_abs_deviation": (lambda a: stats.iqr(a) + stats.median_abs_deviation(a), [P[:3].copy()]),
    "solve_discrete_are": (lambda a, b, q, r: linalg.solve_discrete_are(a, b, q @ q.T, r @ r.T), [A, TALL, S, SMALL]),
    "matmul_toeplitz": (lambda c, r, x: linalg.matmul_toeplitz((c, r), x) + linalg.matmul_toeplitz(c, x[:3]), [V, W,
        W[::-1].copy()]),
    "matmul_toeplitz of columns": (lambda c, r, x: linalg.matmul_toeplitz((c, r), x), [V, W, real(4, 2)]),
    "matmul_toeplitz of complex": (lambda c, x: linalg.matmul_toeplitz(c * (1 + 1j), x), [V, V*V]),
    "matmul_toeplitz with complex": (lambda c, x: linalg.matmul_toeplitz(c, x * (1 + 1j)), [V, V * V]),
    "diagsvd": (lambda s: linalg.diagsvd(s, 3, 4)@linalg.diagsvd(s, 4, 3), [V]),
    "subspace_angles": (lambda a, b: linalg.subspace_angles(a, b), [real(5,2), real(5,3)]),
    "subspace_angles, alike": (lambda a, b: linalg.subspace_angles(a, b), [real(5,2), real(5,2)]),
    "subspace_angles of complex": (lambda a, b: linalg.subspace_angles(a + 1j * a[::-1] ** 2, b + a * 1j),
                                   [real(5, 2), real(5, 2)]),
    "cumulative_simpson": (lambda y, x: integrate.cumulative_simpson(y, x=x)*integrate.cumulative_simpson(y[:6], dx=0.3),
        [real(6), RISING]),
    "cumulative_simpson of columns": (lambda y, d: integrate.cumulative_simpson(y, dx=d, axis=0, initial=0), [real(5,2), 0.4]),
    "romb": (lambda y, d: integrate.romb(y, d, axis=0)+integrate.romb(y[:3].T), [real(5,2), 0.4]),
    "tplquad": (lambda a, b: integrate.tplquad(lambda z, y, x: np.exp(-a*x*y*z), 0.0, b, 0.0, lambda x: x, lambda x, y: 0.0,
        1.0)[0], [0.6, 1.2]),
    "linregress": (lambda x, y: np.stack([v for v in stats.linregress(x, y)]), [W, W**2 + V[0]]),
    "linregress, parts": (lambda x, y: stats.linregress(x, y).slope * stats.linregress(x, y).pvalue, [W, W**2 + V[0]]),
    "pearsonr": (lambda x, y: stats.pearsonr(x, y)[0] * stats.pearsonr(x, y).pvalue, [W, W**2 + V[0]]),
    "gaussian_kde": (lambda x, p: stats.gaussian_kde(x)(p) + stats.gaussian_kde(x, "silverman")(p)
                     + stats.gaussian_kde(x, 0.4)(p[0]), [W, V]),
    "gaussian_kde of Scott": (lambda x, p: stats.gaussian_kde(x, "scott")(p), [W, V]),
    "gaussian_kde of outside": (lambda p: OUTSIDE(p), [V]),
    "entropy": (lambda p, q: stats.entropy(p) + stats.entropy(p, q), [P, P[::-1].copy()]),
}


@pytest.mark.parametrize("name", CASES)
def test_derivatives(name: str) -> None:
    f, values = CASES[name]
    check_whole(f, values, rtol=1e-5)


@pytest.mark.parametrize("name", CASES)
def test_values_are_those_of_scipy(name: str) -> None:
    f, values = CASES[name]
    found, _ = sct.vjp(f, *values)
    np.testing.assert_allclose(found, f(*values), rtol=1e-10, atol=1e-12)
    assert np.asarray(found).dtype == np.asarray(f(*values)).dtype


def test_angles_that_are_nearly_zero_beside_nearly_right_ones() -> None:
    """Those between the axes and ``atan(s)``, and ``atan(1 / s)``: each has the digits, and the slopes, of its own formula."""
    s = 1e-9
    a = np.array([[1.0, 0.0], [0.0, s], [s, 0.0], [0.0, 1.0]])
    (right, zero), pull = sct.vjp(lambda a: linalg.subspace_angles(a, np.eye(4)[:, :2]), a)
    np.testing.assert_allclose([0.5 * np.pi - right, zero], [s, s], rtol=1e-6)
    found = pull(np.array([2.0, 3.0]))[0]
    np.testing.assert_allclose(found, [[-3.0 * s, 0.0], [0.0, -2.0], [3.0, 0.0], [0.0, 2.0 * s]], atol=2e-9)


@pytest.mark.parametrize("f", [
    lambda a: stats.zscore(a, nan_policy="omit"), lambda a: stats.skew(a, bias=False), lambda a: stats.entropy(a, base=2.0),
    lambda a: stats.pearsonr(a[0], a[1], alternative="less")[0], lambda a: stats.linregress(a[0], a[1]).intercept_stderr,
    lambda a: stats.gaussian_kde(a)(a), lambda a: stats.spearmanr(a[0], a[1])[0],
    lambda a: stats.circmean(a, nan_policy="omit"), lambda a: stats.norm.fit(a)[0], lambda a: stats.wishart.logpdf(a, 3, a),
    lambda a: stats.ttest_1samp(a, 0.0).statistic, lambda a: stats.multivariate_normal(a[0]).cdf(a[1]),
    lambda a: stats.sem(a, keepdims=True), lambda a: linalg.polar(a, side="left")[0], lambda a: linalg.pinvh(a, atol=0.1),
    lambda a: linalg.eigvalsh_tridiagonal(a[0], a[1, 1:], select="i", select_range=(0, 1)),
])
def test_other_options_are_refused(f: Any) -> None:
    with pytest.raises(sct.SctError):
        sct.grad(lambda a: np.sum(f(a)))(S)
