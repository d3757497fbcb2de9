"""At hard points forward and reverse mode say the same: the stated convention, or the limit, and so do second derivatives."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy import inf, nan

import sct

A = np.array
ZERO = np.zeros(2)
NOTHING = [[0.0, 0.0], [0.0, 0.0]]
special = pytest.importorskip("scipy.special")
stats = pytest.importorskip("scipy.stats")
pytestmark = [pytest.mark.filterwarnings("ignore")]


def basis(x: Any) -> list[Any]:
    """The directions along the axes."""
    return [1.0] if np.ndim(x) == 0 else list(np.eye(np.size(x)).reshape(-1, *np.shape(x)))


@pytest.mark.parametrize(("f", "x", "slope", "curvature"), [
    (lambda x: np.linalg.norm(x), ZERO, [0.0, 0.0], NOTHING),
    (lambda x: np.linalg.norm(x, 3), ZERO, [0.0, 0.0], NOTHING),
    (lambda x: np.linalg.norm(x, 0.5), ZERO, [0.0, 0.0], NOTHING),
    (lambda x: np.linalg.norm(x, 0.5), A([0.0, 3.0]), [0.0, 1.0], None),
    (lambda x: np.linalg.norm(x, 1.5), A([0.0, 3.0]), [0.0, 1.0], [[inf, 0.0], [0.0, 0.0]]),
    (lambda x: np.linalg.norm(x, -1), A([0.0, 3.0]), [0.0, 0.0], NOTHING),
    (lambda x: np.linalg.norm(x, -2), ZERO, [0.0, 0.0], NOTHING),
    (lambda x: np.linalg.norm(x, -1), A([inf, 2.0]), [0.0, 1.0], NOTHING),
    (lambda x: np.linalg.norm(x, -2), A([inf, 2.0]), [0.0, 1.0], NOTHING),
    (lambda x: np.linalg.vector_norm(x), ZERO, [0.0, 0.0], NOTHING),
    (lambda x: np.linalg.norm(np.reshape(x, (2, 1))), ZERO, [0.0, 0.0], NOTHING),
    (lambda x: np.std(x), np.ones(2), [0.0, 0.0], NOTHING),
    (lambda x: np.nanstd(x), np.ones(2), [0.0, 0.0], NOTHING),
    (lambda x: np.std(x, ddof=1), A([2.0]), [nan], None),
    (lambda x: np.var(x, ddof=2), A([2.0, 2.0]), [nan, nan], None),
    (lambda x: np.var(x, ddof=3), A([2.0, 3.0]), [-inf, inf], None),
    (lambda x: np.nanstd(x, ddof=1), A([2.0]), [nan], None),
    (lambda x: np.nanvar(x, ddof=2), A([2.0, 3.0]), [nan, nan], None),
    (lambda x: np.corrcoef(x), A([2.0, 2.0]), [nan, nan], None), (lambda x: np.corrcoef(x), A([2.0, 3.0]), [0.0, 0.0], NOTHING),
    (lambda x: np.hypot(x[0], x[1]), ZERO, [0.0, 0.0], NOTHING),
    (lambda x: np.sum(np.hypot(x, 0.0 * x)), ZERO, [0.0, 0.0], NOTHING),
    (lambda x: np.arctan2(x[0], x[1]), ZERO, [0.0, 0.0], NOTHING),
    (lambda x: np.arctan2(x[0], x[1]), A([3e-200, 4e-200]), [1.6e199, -1.2e199], None),
    (lambda x: np.angle(x[0] + 1j * x[1]), ZERO, [0.0, 0.0], NOTHING),
    (lambda x: np.abs(x[0] + 1j * x[1]), ZERO, [0.0, 0.0], NOTHING),
    (lambda x: np.sum(np.abs(np.fft.fft(x))), ZERO, [0.0, 0.0], NOTHING),
    (lambda x: math.hypot(x[0], x[1]), ZERO, [0.0, 0.0], NOTHING),
    (lambda x: math.dist([x[0], x[1]], [1.0, 2.0]), A([1.0, 2.0]), [0.0, 0.0], NOTHING),
    (lambda x: math.atan2(x[0], x[1]), ZERO, [0.0, 0.0], NOTHING),
    (lambda x: math.atan2(x[0], x[1]), A([3e-200, 4e-200]), [1.6e199, -1.2e199], None),
    (lambda x: np.logaddexp(0.0, x), inf, 1.0, 0.0),
    (lambda x: np.logaddexp(0.0, x), -inf, 0.0, 0.0),
    (lambda x: np.logaddexp(-inf, x), -inf, 0.5, 0.0),
    (lambda x: np.logaddexp(0.0, x), nan, nan, nan), (lambda x: np.logaddexp2(x[0], x[1]), A([nan, 1.0]), [nan, nan], None),
    (lambda x: np.logaddexp(x[0], x[1]), A([1000.0, 0.0]), [1.0, 0.0], NOTHING),
    (lambda x: np.interp(x, [1.0], [3.0]), 0.5, 0.0, 0.0),
    (lambda x: x[0] ** x[1], A([0.0, 2.0]), [0.0, 0.0], [[2.0, 0.0], [0.0, 0.0]]),
    (lambda x: x[0] ** x[1], A([0.0, 3.0]), [0.0, 0.0], NOTHING),
    (lambda x: math.lgamma(x), 1e300, 690.7755278982137, 1e-300),
    (lambda x: special.xlogy(x[0], x[1]), A([0.0, 2.0]), [math.log(2.0), 0.0], [[0.0, 0.5], [0.5, 0.0]]),
    (lambda x: special.xlog1py(x[0], x[1]), A([0.0, 1.0]), [math.log(2.0), 0.0], [[0.0, 0.5], [0.5, 0.0]]),
    (lambda x: special.logsumexp(x), A([inf, 0.0]), [1.0, 0.0], NOTHING),
    (lambda x: special.logsumexp(x), A([0.5]), [1.0], [[0.0]]),
    (lambda x: special.logsumexp(x, b=A([0.0, 1.0])), A([1e4, 0.0]), [0.0, 1.0], None),
    (lambda x: special.logsumexp(A([1.0, 2.0]), b=x), A([0.0, 1.0]), [math.exp(-1.0), 1.0],
     [[-math.exp(-2.0), -math.exp(-1.0)], [-math.exp(-1.0), -1.0]]),
    (lambda x: special.logsumexp(0.0 * x, b=x[0]), A([0.0]), [inf], None),
    (lambda x: special.log_ndtr(x), 40.0, 0.0, 0.0),
    (lambda x: special.log_ndtr(x), inf, 0.0, 0.0), (lambda x: special.erfcx(x), inf, 0.0, 0.0),
    (lambda x: special.dawsn(x), -inf, 0.0, 0.0), (lambda x: special.rgamma(x), inf, 0.0, 0.0),
    (lambda x: special.exprel(x), -inf, 0.0, 0.0), (lambda x: special.exprel(x), -200.0, 2.5e-5, 2.5e-7),
    (lambda x: special.exprel(x), inf, inf, None),
    (lambda x: special.sici(x)[0], inf, 0.0, 0.0), (lambda x: special.sici(x)[1], inf, 0.0, 0.0),
    (lambda x: special.ber(x), 0.0, 0.0, 0.0), (lambda x: special.bei(x), 0.0, 0.0, 0.5),
    (lambda x: special.berp(x), 0.0, 0.0, None), (lambda x: special.beip(x), 0.0, 0.5, None),
    (lambda x: special.kei(x), 0.0, 0.0, inf), (lambda x: special.it2struve0(x), 0.0, -2.0 / math.pi, None),
    (lambda x: special.it2i0k0(x)[0], 0.0, 0.0, 0.25), (lambda x: special.it2j0y0(x)[0], 0.0, 0.0, 0.25),
    (lambda x: special.it2i0k0(x)[0], 1e-9, 2.5e-10, 0.25), (lambda x: special.it2j0y0(x)[0], 1e-9, 2.5e-10, 0.25),
    (lambda x: special.it2i0k0(x)[0], 0.5, (special.i0(0.5) - 1.0) / 0.5, None),
    (lambda x: special.it2j0y0(x)[0], 0.5, (1.0 - special.j0(0.5)) / 0.5, None),
    (lambda x: special.itairy(x)[0], 0.7, special.airy(0.7)[0], special.airy(0.7)[1]),
    (lambda x: special.itairy(x)[3], 0.7, special.airy(-0.7)[2], -special.airy(-0.7)[3]),
    (lambda x: special.ellipkm1(x), 0.0, -inf, None),
    (lambda x: special.rel_entr(x[0], x[1]), A([-1.0, -1.0]), [nan, nan], None),
    (lambda x: special.rel_entr(x[0], x[1]), A([1.0, -1.0]), [nan, nan], None),
    (lambda x: special.kl_div(x[0], x[1]), A([0.0, -1.0]), [nan, nan], None),
    (lambda x: special.kl_div(x[0], x[1]), A([0.0, 2.0]), [-inf, 1.0], None),
    (lambda x: special.log_ndtr(x), -1e5, 100000.00001, -1.0),
    (lambda x: stats.norm.logcdf(x), -1e5, 100000.00001, -1.0),
    (lambda x: stats.norm.logsf(x), 1e5, -100000.00001, -1.0),
    (lambda x: stats.norm.pdf(x), inf, 0.0, None),
    (lambda x: stats.gumbel_r.pdf(x), -1e4, 0.0, None),
    (lambda x: stats.gamma.pdf(x, 1.0), 0.0, -1.0, 1.0),
    (lambda x: stats.gamma.logpdf(x, 1.0), 0.0, -1.0, 0.0),
    (lambda x: stats.chi2.pdf(x, 2.0), 0.0, -0.25, 0.125),
    (lambda x: stats.beta.pdf(x, 1.0, 1.0), 1.0, 0.0, 0.0),
    (lambda x: stats.weibull_min.pdf(x, 1.0), 0.0, -1.0, 1.0),
    (lambda x: stats.expon.logcdf(x), -1.0, 0.0, 0.0),
    (lambda x: special.y1(x), 0.0, inf, None), (lambda x: special.yn(1, x), 0.0, inf, None),
    (lambda x: special.yv(0.5, x), 0.0, inf, None), (lambda x: special.spherical_yn(1, x), 0.0, inf, None),
    (lambda x: special.k0e(x), 0.0, -inf, None), (lambda x: special.k1e(x), 0.0, -inf, None),
    (lambda x: special.kve(0.5, x), 0.0, -inf, None),
    (lambda x: special.jve(0.5, x), 0.0, inf, None), (lambda x: special.ive(0.5, x), 0.0, inf, None),
    (lambda x: special.jve(1.0, x), 0.0, 0.5, None), (lambda x: special.ive(1.0, x), 0.0, 0.5, None),
    (lambda x: special.struve(-0.5, x), 0.0, inf, None),
    (lambda x: special.expn(0, x), 0.0, -inf, None), (lambda x: special.expn(1, x), 0.0, -inf, None),
    (lambda x: special.expn(2, x), 0.0, -inf, None), (lambda x: special.expn(3, x), 0.0, -1.0, inf),
    (lambda x: special.expn(4, x), 1e-9, -0.499999999, None),
    (lambda x: special.poch(x, 1.5), 0.0, math.sqrt(math.pi) / 2.0, None), (lambda x: special.poch(x, 2.0), -1.0, -1.0, None),
    (lambda x: special.i1e(x), 1e200, 0.0, None), (lambda x: special.i1e(x), 0.0, 0.5, None),
    (lambda x: special.gammaln(x), -0.5, 0.03648997397857652, None), (lambda x: special.psi(x), -2.0, inf, None),
    (lambda x: special.poch(x, 1.0), -2.0, 1.0, None), (lambda x: special.poch(x, 0.0), -1.0, 0.0, None),
    (lambda x: special.binom(x, 2.0), 0.0, -0.5, None), (lambda x: special.binom(x, 3.0), 1.0, -1.0 / 6.0, None),
    (lambda k: special.binom(1.0, k), 2.0, -0.5, None), (lambda k: special.binom(2.0, k), -1.0, 1.0 / 3.0, None),
    (lambda x: stats.entropy(x), A([0.0, 1.0]), [inf, 0.0], None),
    (lambda x: stats.entropy(x, A([1.0, 1.0])), A([0.0, 1.0]), [-inf, 0.0], None),
    (lambda x: stats.entropy(A([0.0, 1.0]), x), A([1.0, 1.0]), [0.5, -0.5], None),
], ids=lambda v: "" if callable(v) or v is NOTHING else str(v))
def test_both_modes_and_second_derivatives(f: Any, x: Any, slope: Any, curvature: Any) -> None:
    along = [sct.jvp(f, (x,), (e,))[1] for e in basis(x)]
    np.testing.assert_allclose(sct.grad(f)(x), slope, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(np.reshape(along, np.shape(slope)), slope, rtol=1e-12, atol=1e-15)
    if curvature is not None:
        products = [sct.hvp(f, (x,), (e,)) for e in basis(x)]
        np.testing.assert_allclose(np.reshape(products, np.shape(curvature)), curvature, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize(("f", "x"), [
    (lambda x: np.sqrt(x), [0.0, 4.0]), (lambda x: np.log(x), [0.0, 4.0]), (lambda x: 1.0 / x, [0.0, 4.0]),
    (lambda x: x**0.5, [0.0, 4.0]), (lambda x: np.arcsin(x), [1.0, 0.5]), (lambda x: np.cbrt(x) * 2.0, [0.0, 8.0]),
    (lambda x: special.entr(x), [0.0, 2.0]), (lambda x: special.gammaln(x), [0.0, 2.0]),
    (lambda x: special.ndtri(x), [0.0, 0.5]), (lambda x: special.k0(x), [0.0, 2.0]),
    (lambda x: special.ellipk(x), [1.0, 0.5]), (lambda x: special.expi(x), [0.0, 2.0]),
], ids=lambda v: "" if callable(v) else str(v))
def test_jacobians_of_independent_elements_are_diagonal(f: Any, x: list[float]) -> None:
    """The directions of a Jacobian are zero but for one element: beside it nothing moves, however steep the function is."""
    point, h = A(x), 1e-6
    forward, reverse = sct.jacfwd(f)(point), sct.jacrev(f)(point)
    np.testing.assert_array_equal(forward, reverse)
    assert np.isinf(reverse[0, 0]) and reverse[0, 1] == reverse[1, 0] == 0.0
    assert math.isclose(reverse[1, 1], (f(point + h)[1] - f(point - h)[1]) / (2.0 * h), rel_tol=1e-6)
