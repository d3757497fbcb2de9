"""Keywords of SciPy's functions, methods and objects: right in both modes, or refused by name before anything is computed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy import integrate, interpolate, linalg, optimize, signal, sparse, stats
from scipy.spatial import distance

import sct

from .arrays import Normal
from .whole import check_whole

real = Normal(13).real
V, M, KNOTS = real(5), np.abs(real(4, 3)) + 0.3, np.array([-2.0, -0.5, 0.7, 1.9, 2.4])
AT = np.array([-1.1, 0.3, 1.2])
SPARSE = sparse.csr_array(np.diag([4.0, 5.0, 6.0]) + np.diag([1.0, 0.5], 1))
DENSITY, OF_NUMBERS = stats.gaussian_kde(V), stats.gamma(1.7, scale=2.0)
LINE = interpolate.interp1d(KNOTS, V)


def distances(p, a):
    return np.array([p[0] - a, p[1] * p[0] - 2.0 * a])


CASES: list[tuple[Any, list[Any]]] = [
    # a cubic polynomial has no fourth derivative
    (lambda y, x: interpolate.PchipInterpolator(KNOTS, y)(x, nu=4) + x * interpolate.PchipInterpolator(KNOTS, y)(x, 3),
        [V, AT]),
    (lambda y, d: interpolate.CubicHermiteSpline(KNOTS, y, d)(AT, 5) + y[0] * d[1], [V, real(5)]),
    # by name
    (lambda x: interpolate.interp1d(KNOTS, V)(x=x) * LINE(x=x), [AT]),
    (lambda x: SPARSE.dot(other=x) * (SPARSE @ x), [real(3)]),
    (lambda x: stats.gaussian_kde(V)(points=x) * DENSITY(points=x), [AT]),
    (lambda x: stats.norm(0.3, 1.2).cdf(x=x) * stats.norm(0.3, 1.2).ppf(q=0.3 + 0.0 * x) * OF_NUMBERS.pdf(x=x + 2.0), [AT]),
    # what is said anyway
    (lambda a: stats.iqr(a, axis=0, rng=(25, 75), scale=1.0, nan_policy="propagate"), [M]),
    (lambda a: optimize.least_squares(distances, np.ones(2), args=(a,), loss="linear", f_scale=1.0, xtol=1e-14).x, [1.3]),
    (lambda y: interpolate.CubicSpline(KNOTS, y, axis=0, extrapolate=None)(AT, nu=1, extrapolate=None), [V]),
    (lambda b: sparse.linalg.spsolve(SPARSE, b, permc_spec=None, use_umfpack=True), [real(3)]),
    # solvers that know no ``maxiter=None``
    (lambda b: sparse.linalg.lgmres(SPARSE, b, rtol=1e-12)[0] * sparse.linalg.gcrotmk(SPARSE, b, rtol=1e-12)[0], [real(3)]),
]


@pytest.mark.parametrize("k", range(len(CASES)))
def test_keyword(k: int) -> None:
    f, values = CASES[k]
    np.testing.assert_allclose(sct.vjp(f, *values)[0], f(*values), rtol=1e-10, atol=1e-12)
    check_whole(f, values, rtol=1e-5, order=1)


@pytest.mark.parametrize(("f", "x", "what"), [
    (lambda x: interpolate.CubicSpline(KNOTS, x)(AT, extrapolate=False), V, "a spline that is called with `extrapolate`"),
    (lambda x: interpolate.CubicSpline(KNOTS, x, extrapolate=False)(AT), V, "CubicSpline with `extrapolate`"),
    (lambda x: interpolate.PchipInterpolator(KNOTS, x)(AT, nu=-1), V, "a negative `nu`"),
    (lambda x: interpolate.make_interp_spline(KNOTS, x, bc_type="natural")(AT), V, "make_interp_spline with `bc_type`"),
    (lambda x: interpolate.krogh_interpolate(KNOTS, x, AT, der=1), V, "krogh_interpolate with `der`"),
    (lambda x: interpolate.interp1d(KNOTS, x, kind=5)(AT), V, "interp1d with kind=5"),
    (lambda x: interpolate.interp1d(KNOTS, x, axis=0)(AT), V, "interp1d with `axis`"),
    (lambda x: stats.norm(x, 1.0).pdf(q=0.3), 0.5, "TypeError: missing a required argument: 'x'"),
    (lambda x: stats.norm(x, 1.0).pdf(0.3, loc=1.0), 0.5, "TypeError: got an unexpected keyword argument 'loc'"),
    (lambda x: stats.norm(x, 1.0).mean(1.0), 0.5, "TypeError: too many positional arguments"),
    (lambda x: stats.gaussian_kde(x, weights=KNOTS + 3.0)(AT), V, "gaussian_kde with `weights`"),
    (lambda x: distance.cdist(x, x, "hamming"), M, "this `metric` of scipy.spatial.distance has no rule"),
    (lambda x: signal.filtfilt([0.2, 0.3], [1.0, -0.4], x), real(2, 24), "filtfilt has a rule for vectors"),
    (lambda x: stats.linregress(x, x[::-1]).slope, M, "linregress has a rule for vectors"),
    (lambda x: SPARSE.toarray(order="F") * x, real(3), "toarray` with `order`"),
    (lambda x: SPARSE.transpose(axes=(1, 0)) @ x, real(3), "transpose` with `axes`"),
    (lambda x: optimize.curve_fit(lambda t, a: a * t, KNOTS, x, maxfev=99)[0], V, "curve_fit with `maxfev`"),
    (lambda x: integrate.dblquad(lambda u, v: x * u * v, 0, 1, 0, 1, epsabs=1e-3)[0], 0.5, "dblquad with `epsabs`"),
    (lambda x: linalg.solve_circulant(x, x, singular="lstsq"), V, "solve_circulant with `singular`"),
])
def test_keyword_is_refused(f: Any, x: Any, what: str) -> None:
    with pytest.raises(sct.SctError) as raised:
        sct.vjp(f, x)
    assert what in str(raised.value)
