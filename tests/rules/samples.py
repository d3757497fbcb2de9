"""Examples of what no table of calls has: methods, writers, draws, equations, functions that call back; and who needs none.

In a text the names of ``POOL`` stand for arguments with a derivative; statements come before the expression that is returned.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import samples_scipy
from .arrays import HOLES, C, M, Normal, T, V, W

REAL = Normal(11).real
SQUARE = REAL(3, 3) + 3.0 * np.eye(3)
POOL: dict[str, Any] = {
    "x": 0.7, "y": -1.3, "r": 1.6, "v": V, "w": W, "e": REAL(3), "a": M, "b": REAL(3, 4), "t": T, "s": SQUARE,
    "p": SQUARE @ SQUARE.T, "h": HOLES, "c": C, "k": np.array([0.3, 0.5, 0.7]),
}
"""Numbers (the third above one), vectors (the second positive), matrices, a block; a square and a positive definite matrix."""

METHODS = {
    "x.T": "a.T", "x.mT": "t.mT", "x.choose": "np.array([0, 1, 1, 0]).choose([v, w])", "x.clip": "a.clip(-0.5, r)",
    "x.conj": "c.conj()", "x.conjugate": "c.conjugate()", "x.copy": "a.copy(order='F')", "x.cumprod": "a.cumprod(axis=1)",
    "x.cumsum": "a.cumsum(0)", "x.diagonal": "a.diagonal(1)", "x.dot": "a.dot(v)", "x.fill": "z = a * 1.0\nz[1].fill(x)\nz",
    "x.flat": "z = a * 1.0\nz.flat[2:4] = e[:2]\nz", "x.flatten": "a.flatten('F')", "x.imag": "c.imag",
    "x.max": "a.max(axis=1)",
    "x.mean": "t.mean((0, 2), keepdims=True)", "x.min": "a.min(0)", "x.partition": "z = a * 1.0\nz.partition(1, axis=0)\nz",
    "x.prod": "a.prod(axis=0)", "x.put": "z = a * 1.0\nz.put([1, 5], e[:2])\nz", "x.ravel": "a.ravel()", "x.real": "c.real",
    "x.repeat": "a.repeat(2, axis=1)", "x.sort": "z = a * 1.0\nz.sort(axis=0)\nz", "x.squeeze": "a[:, :1].squeeze(1)",
    "x.std": "a.std(axis=1, ddof=1)", "x.sum": "t.sum((0, -1))", "x.swapaxes": "t.swapaxes(0, 2)",
    "x.take": "a.take([0, 2, 2], axis=1)", "x.trace": "a.trace(1)", "x.var": "a.var(0)", "x.view": "a.view()",
    "x.reshape": "a.reshape(4, -1)", "x.transpose": "t.transpose(1, 2, 0)", "x.astype": "a.astype(np.complex128)",
    "x.compress": "a.compress([True, False, True], axis=0)", "x.item": "a.item(1, 2)", "x.tolist": "a.tolist()",
    "x.__matmul__": "a @ v",
}
WRITERS = {
    "np.ldexp.outer": "np.ldexp.outer(v, [1, -2])", "np.ldexp.at": "z = v * 1.0\nnp.ldexp.at(z, [0, 2, 0], [1, -2, 1])\nz",
    "np.copyto": "z = a * 1.0\nnp.copyto(z, v, where=[True, False, True, True])\nz",
    "np.fill_diagonal": "z = a * 1.0\nnp.fill_diagonal(z, x)\nz",
    "np.place": "z = v * 1.0\nnp.place(z, [True, False, False, True], e[:2])\nz",
    "np.put": "z = a * 1.0\nnp.put(z, [1, 5], e[:2])\nz",
    "np.put_along_axis": "z = a * 1.0\nnp.put_along_axis(z, np.array([[1], [0], [3]]), e[:, None], 1)\nz",
    "np.putmask": "z = v * 1.0\nnp.putmask(z, [True, False, False, True], w)\nz",
    "np.r_": "np.r_[v, x, e]", "np.c_": "np.c_[v, w]", "np.s_": "a[np.s_[1:, ::2]]", "np.index_exp": "a[np.index_exp[1:, ::2]]",
    "np.mgrid": "x * np.mgrid[0:2, 0:3]", "np.ogrid": "x * np.ogrid[0:2, 0:3][1]",
    "np.apply_along_axis": "np.apply_along_axis(lambda q: q * np.sum(q), 1, a)",
    "np.apply_over_axes": "np.apply_over_axes(np.sum, t * t, [0, 2])",
    "np.fromfunction": "np.fromfunction(lambda i, j: x * i + j, (2, 3))",
    "np.fromiter": "np.fromiter((q * q for q in v), float)",
    "np.ndenumerate": "z = np.zeros(3)\nfor i, q in np.ndenumerate(e): z[i] = q * q\nz",
    "np.ndindex": "z = np.zeros((3, 4))\nfor i in np.ndindex(3, 4): z[i] = a[i] * a[i]\nz",
    "np.piecewise": "np.piecewise(v, [v < 0.0, v >= 0.0], [lambda q: q * q, lambda q: 2.0 * q])",
    "np.vectorize": "np.vectorize(lambda q: q * q if q > 0.0 else -q)(v)",
}
METHODS_OF_DRAWS = {
    "normal": "x, r", "laplace": "x, r", "logistic": "x, r", "gumbel": "x, r", "exponential": "r", "rayleigh": "r",
    "uniform": "x, r", "lognormal": "x, r",
}
DRAWS = {
    **{f"rng.{name}": f"np.random.default_rng(5).{name}({given}, size=3)" for name, given in METHODS_OF_DRAWS.items()},
    **{f"state.{name}": f"np.random.RandomState(5).{name}({given}, size=3)" for name, given in METHODS_OF_DRAWS.items()},
    **{f"np.random.{name}": f"np.random.seed(5)\nnp.random.{name}({given}, size=(2, 3))" for name, given in
       METHODS_OF_DRAWS.items()},
    **{f"random.{name}": f"random.seed(5)\nrandom.{name}(x, r)" for name in ("uniform", "gauss", "normalvariate")},
    "rng.uniform": "np.random.default_rng(5).uniform(x, r, size=3)\n\nrandom.Random(5).uniform(x, r)",
    **{f"rng.{name}": f"random.Random(5).{name}(x, r)" for name in ("gauss", "normalvariate")},
}
SPLINES = ("PchipInterpolator", "Akima1DInterpolator", "CubicHermiteSpline", "BSpline", "PPoly", "pchip")
CUBIC = "lambda q: q**3 - r * q - x"
FOURIER = {
    **{f"fft.{name}": f"fft.{name}(v)" for name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft", "fftshift", "ifftshift")},
    **{f"fft.{name}": f"fft.{name}(a)" for name in ("fft2", "ifft2", "rfft2", "irfft2", "fftn", "ifftn", "rfftn", "irfftn")},
    "fft.fftfreq": "fft.fftfreq(4, r)", "fft.rfftfreq": "fft.rfftfreq(5, r)",
}
SCIPY = {
    **FOURIER,
    "interpolate.interpn":
        "interpolate.interpn(([0.0, 0.4, 0.9], [0.0, 0.5, 1.0, 2.0]), a, np.array([[0.3, 0.7], [0.6, 1.2]]))",
    "interpolate.RegularGridInterpolator":
        "interpolate.RegularGridInterpolator(([0.0, 0.4, 0.9], [0.0, 0.5, 1.0, 2.0]), a)(np.array([[0.3, 0.7]]))",
    **{f"optimize.{name}": f"optimize.{name}({CUBIC}, 0.5, 4.0, xtol=1e-14)" for name in
       ("brentq", "brenth", "bisect", "ridder")},
    "optimize.newton": f"optimize.newton({CUBIC}, 1.5, tol=1e-14)",
    "optimize.root_scalar": f"optimize.root_scalar({CUBIC}, bracket=(0.5, 4.0), xtol=1e-14).root",
    "optimize.fsolve": "optimize.fsolve(lambda q: np.array([q[0]**2 + q[1]**2 - r, q[0] - x * q[1]]), [1.0, 1.0], xtol=1e-13)",
    "optimize.root": "optimize.root(lambda q: np.array([q[0]**2 + q[1]**2 - r, q[0] - x * q[1]]), [1.0, 1.0], tol=1e-13).x",
    "optimize.fixed_point": "optimize.fixed_point(lambda q: np.cos(x * q), 0.7, xtol=1e-14)",
    "optimize.toms748": f"optimize.toms748({CUBIC}, 0.5, 4.0, xtol=1e-14)",
    "optimize.rosen": "optimize.rosen(v)", "optimize.nnls": "optimize.nnls(s, w[:3])[0]",
    "integrate.dblquad": "integrate.dblquad(lambda q, u: np.exp(-x * q * u), 0.0, r, 0.0, 1.0)[0]",
    "integrate.fixed_quad": "integrate.fixed_quad(lambda q: np.exp(-x * q * q), 0.0, r, n=5)[0]",
    "signal.filtfilt": "signal.filtfilt([0.2, 0.3], [1.0, -0.4], np.sin(np.arange(12.0) * x))",
    "signal.savgol_filter": "signal.savgol_filter(np.sin(np.arange(9.0) * x), 5, 2)",
    "signal.hilbert": "signal.hilbert(v)", "signal.lfilter_zi": "signal.lfilter_zi(k[:2], [1.0, -0.4])",
    "signal.sosfilt": "signal.sosfilt([[0.2, 0.3, 0.1, 1.0, -0.4, 0.1]], v)",
    "linalg.solve_discrete_lyapunov": "linalg.solve_discrete_lyapunov(0.2 * s, p)", "linalg.companion": "linalg.companion(w)",
    "linalg.solve_continuous_are": "linalg.solve_continuous_are(s, np.eye(3), p + p.T, np.eye(3))",
    "linalg.pinvh": "linalg.pinvh(p)",
    "linalg.polar": "linalg.polar(s)", "linalg.eigh_tridiagonal": "linalg.eigh_tridiagonal(w, e)",
    "linalg.eigvalsh_tridiagonal": "linalg.eigvalsh_tridiagonal(w, e)", "linalg.circulant": "linalg.circulant(e)",
    "linalg.convolution_matrix": "linalg.convolution_matrix(e, 4)", "linalg.khatri_rao": "linalg.khatri_rao(s, p)",
    "linalg.expm_frechet": "linalg.expm_frechet(0.2 * s, p, compute_expm=False)", "linalg.fiedler": "linalg.fiedler(e)",
    "linalg.hankel": "linalg.hankel(e, v)", "linalg.leslie": "linalg.leslie(w, k)",
    "linalg.orthogonal_procrustes": "linalg.orthogonal_procrustes(s, p)[0]",
    "linalg.solve_circulant": "linalg.solve_circulant(w, v)",
    **{f"linalg.{name}": f"linalg.{name}(0.3 * s)" for name in ("cosm", "sinm", "tanm", "coshm", "sinhm", "tanhm")},
    "integrate.quad": "integrate.quad(lambda q: np.exp(-x * q * q), 0.0, r)[0]",
    "integrate.solve_ivp":
        "integrate.solve_ivp(lambda q, u: -x * u, (0.0, 1.0), e, t_eval=[0.0, 0.5, 1.0], rtol=1e-10, atol=1e-12).y",
    "integrate.odeint": "integrate.odeint(lambda u, q: -x * u, e, np.array([0.0, 0.5, 1.0]), rtol=1e-10, atol=1e-12)",
    "integrate.trapezoid": "integrate.trapezoid(a, np.cumsum(w))", "integrate.simpson": "integrate.simpson(a, dx=r)",
    "integrate.cumulative_trapezoid": "integrate.cumulative_trapezoid(a, dx=r, axis=0)",
    "matrix @ x": "SPARSE @ a", "spsolve": "solvers.spsolve(SPARSE, e)",
    "sparse.linalg.spsolve": "solvers.spsolve(SPARSE, a)",
    "sct.runtime.interpolants.cubic_spline_at": "interpolate.CubicSpline([0.0, 1.0, 2.5, 3.0], v)(k)",
    "interpolate.CubicSpline": "interpolate.CubicSpline([0.0, 1.0, 2.5, 3.0], v, bc_type='natural')(k, 1)",
    "sct.runtime.interpolants.spline_at": "PCHIP(k)", "interpolate.interp1d": "LINES(k)",
    **{f"interpolate.{kind}": f"{kind.upper()}(k)" for kind in SPLINES},
    "stats.multinomial.logpmf": "stats.multinomial.logpmf([1, 2, 1], 4, k / np.sum(k))",
    "np.real_if_close": "np.real_if_close(a * 2.0)",
    "stats.multinomial.pmf": "stats.multinomial.pmf([1, 2, 1], 4, k / np.sum(k))",
    "np.float_power.reduce": "np.float_power.reduce(0.1 * a + 1.5, axis=1)",
    "stats.bernoulli.logsf": "stats.bernoulli.logsf(0, x)",
    "stats.multivariate_normal.logpdf": "stats.multivariate_normal.logpdf(k, e, p)",
    "stats.multivariate_normal.pdf": "stats.multivariate_normal.pdf(k, mean=e, cov=p)",
    "stats.dirichlet.logpdf": "stats.dirichlet.logpdf(k / np.sum(k), w[:3])",
    "stats.dirichlet.pdf": "stats.dirichlet.pdf(k / np.sum(k), w[:3])",
    "stats.multivariate_normal.entropy": "stats.multivariate_normal.entropy(e, p)",
    **{f"stats.dirichlet.{name}": f"stats.dirichlet.{name}(w)" for name in ("entropy", "mean", "var")},
}
BINARY = {
    "outer": "{0}.outer(w, k)", "reduce": "{0}.reduce(a + 5.0, axis=1)", "accumulate": "{0}.accumulate(w)",
    "at": "z = w * 1.0\n{0}.at(z, [0, 2, 0], k)\nz",
}
"""Methods of any ufunc of two arguments."""
CONSTANTS: dict[str, Any] = {}
"""Names that the texts use as they are."""
try:
    from scipy import interpolate, sparse
    from scipy.sparse import linalg as solvers
except ImportError:
    pass
else:
    KNOTS, HEIGHTS = np.array([0.0, 0.4, 0.9, 1.5, 2.0]), REAL(5)
    PCHIP, SPLINE = interpolate.PchipInterpolator(KNOTS, HEIGHTS), interpolate.make_interp_spline(KNOTS, HEIGHTS)
    CONSTANTS.update(
        SPARSE=sparse.csc_array(np.where(np.abs(SQUARE) > 0.8, SQUARE, 0.0)), solvers=solvers, interpolate=interpolate,
        FACTORS=solvers.splu(sparse.csc_array(SQUARE)), PCHIP=PCHIP, SPLINE=SPLINE,
        LINES=interpolate.interp1d(KNOTS, HEIGHTS), PCHIPINTERPOLATOR=PCHIP, BSPLINE=SPLINE,
        AKIMA1DINTERPOLATOR=interpolate.Akima1DInterpolator(KNOTS, HEIGHTS), PPOLY=interpolate.PPoly(PCHIP.c, PCHIP.x),
        UNIVARIATE=interpolate.UnivariateSpline(KNOTS, HEIGHTS), TCK=interpolate.splrep(KNOTS, HEIGHTS),
        SURFACE=interpolate.RectBivariateSpline(KNOTS, KNOTS, REAL(5, 5)),
        CUBICHERMITESPLINE=interpolate.CubicHermiteSpline(KNOTS, HEIGHTS, REAL(5)))
TEXTS: dict[str, str] = {**METHODS, **WRITERS, **DRAWS, **SCIPY, **samples_scipy.TEXTS}

INEXACT = {"integrate.simpson", "np.power.accumulate", "np.power.at", "linalg.expm_frechet", "interpolate.interpn",
           "interpolate.RegularGridInterpolator", *FOURIER, *samples_scipy.INEXACT}
"""What is said as other statements, the sums of which are rounded in another order."""
CALLS_BACK = "takes a function: test_scipy_optimize, test_scipy_integrate"
STOPS = "stops at a tolerance: test_scipy_sparse"
OF_RULES = "written by rules and the compiler only, which second derivatives go through"
EXCUSED = {
    "optimize.least_squares": CALLS_BACK, "optimize.curve_fit": CALLS_BACK, "iterated": STOPS,
    **{f"sparse.linalg.{name}": STOPS for name in
       ("bicg", "bicgstab", "cg", "cgs", "gcrotmk", "gmres", "lgmres", "minres", "qmr", "tfqmr")},
    "optimize.minimize": CALLS_BACK, "optimize.minimize_scalar": CALLS_BACK,
    "sct.runtime.integrals.vector_integral": CALLS_BACK, "astype": OF_RULES,
    **{f"sct.runtime.arrays.{name}": OF_RULES for name in ("cofactors", "cofactors_along", "cofactors_turning", "settled")},
    "sct.runtime.incomplete.beta_mean": "one of its arguments follows from another: test_scipy_special",
    "power_dy": "likewise: known.py",
    "np.ldexp.reduce": "NumPy refuses it: it takes integers", "np.ldexp.accumulate": "NumPy refuses it: it takes integers",
}
"""Names without an example here, and why."""

NOT_SINGLE = {
    "factors.solve": "refused: the factors are of double precision",
    "np.vectorize": "refused: its function gets numbers of double precision, of which NumPy makes the type of its first result",
    "signal.freqz": "what stands for it gives double precision",
}
"""Names of which single precision is not asked, and why."""
LINALG = ("cho_factor", "cho_solve", "eigh", "eigvalsh", "lu", "lu_factor", "lu_solve", "pinv", "qr",
          "solve_continuous_lyapunov", "solve_discrete_lyapunov", "solve_continuous_are", "pinvh", "polar",
          "orthogonal_procrustes", "solve_toeplitz", "solve_triangular", "svd", "svdvals", "toeplitz")
SPECIAL = ("jve", "yve", "hyp0f1", "hyp1f1", "iv", "ive", "jv", "kv", "kve", "psi", "rgamma", "shichi", "spence", "yv")
COMPLEX_REFUSED = {
    *samples_scipy.COMPLEX_REFUSED, "np.poly", "signal.lfilter", "signal.filtfilt", "signal.sosfilt", "integrate.solve_ivp",
        "optimize.newton",
    "optimize.fixed_point", "one_hot", "np.real_if_close",
    *(f"linalg.{name}" for name in LINALG), *(f"special.{name}" for name in SPECIAL),
    *(f"fft.{name}" for name in ("dct", "idct", "dst", "idst", "dctn", "idctn", "dstn", "idstn")),
    *(f"random.{name}" for name in ("uniform", "gauss", "normalvariate")), "rng.uniform", "rng.gauss", "rng.normalvariate",
}
"""Functions that take complex numbers and are refused with them: so are all of ``scipy.stats``."""
ONCE_COMPLEX = {*(f"special.{name}" for name in ("gamma", "loggamma", "hyp2f1", "eval_gegenbauer", "eval_genlaguerre",
                                                  "eval_jacobi"))}
"""Functions of complex numbers whose derivative SciPy does not have for them, so that there is no second one."""
