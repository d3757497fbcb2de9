"""What the parameters of functions of SciPy are given to try them, and which of them are refused."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import interpolate, sparse, stats

from . import keyword_values
from .keyword_signals import REFUSED_SIGNALS
from .keyword_values import (
    BASES,
    CONSTANTS,
    HIDDEN,
    OVERRIDES,
    PARAMETERS,
    POSITIVE,
    RESULTS,
    SQUARE,
    TO_A_TOLERANCE,
    Given,
    Text,
    circle,
    cubic,
    real,
    wave,
)

REFUSED_OF: dict[str, set[str]] = {}
"""The parameters that are refused, by function."""
EXPRESSIONS: list[str] = []
"""Functions that have no name: methods of objects, and objects that are called."""


def refused(function: str, parameters: str) -> None:
    """The parameters of a function, or of several that have names, that are refused."""
    for name in [function] if "(" in function else function.split():
        REFUSED_OF.setdefault(name, set()).update(parameters.split())


def given(function: str, **values: Any) -> None:
    """The value of each parameter of a function that has one by which it is tried; several are a list of ``several``."""
    OVERRIDES.update({(function, key): value if isinstance(value, Several) else (value,) for key, value in values.items()})


def constant(function: str, parameters: str) -> None:
    """The parameters of a function that have no derivative there."""
    CONSTANTS.update((function, p) for p in parameters.split())


class Several(tuple[Any, ...]):
    """Values that are tried one after the other."""


# Matrices --------------------------------------------------------------------------------------------------------------

STABLE = 0.3 * real(3, 3)
BASES.update({
    "special.comb": Given([5.3, 2.2]), "special.perm": Given([5.3, 2.2]), "special.lambertw": Given([np.array([0.4, 1.3])]),
    "linalg.solve_discrete_lyapunov": Given([STABLE, SQUARE]),
    "linalg.solve_continuous_are": Given([STABLE, real(3, 2), POSITIVE, POSITIVE[:2, :2]]),
    "linalg.solve_discrete_are": Given([STABLE, real(3, 2), POSITIVE, POSITIVE[:2, :2]]),
    "linalg.pinvh": Given([POSITIVE]), "linalg.polar": Given([SQUARE]),
    "linalg.eigh_tridiagonal": Given([np.array([1.0, 2.5, 4.0]), np.array([0.3, 0.7])]),
    "linalg.eigvalsh_tridiagonal": Given([np.array([1.0, 2.5, 4.0]), np.array([0.3, 0.7])]),
    "signal.convolve2d": Given([real(3, 4), real(2, 2)]), "signal.correlate2d": Given([real(3, 4), real(2, 2)]),
    "signal.detrend": Given([real(4, 5)]), "signal.savgol_filter": Given([real(7), 5, 2]),
    "optimize.toms748": Given([cubic, 1.0, 4.0], {"args": PARAMETERS, "xtol": 1e-13}),
    "optimize.least_squares": Given([circle, np.array([1.0, 1.0])], {"args": PARAMETERS, "xtol": 1e-13, "ftol": 1e-13,
                                                                     "gtol": 1e-13}),
    "optimize.nnls": Given([real(4, 2), real(4)]),
})
given("special.comb", exact=Given([5, 2], {"exact": True}), repetition=True)
given("special.perm", exact=Given([5, 2], {"exact": True}))
given("special.lambertw", k=-1, tol=1e-10)
given("linalg.solve_discrete_lyapunov", method=Several(("direct", "bilinear")))
for _name in ("continuous", "discrete"):
    given(f"linalg.solve_{_name}_are", e=SQUARE, s=real(3, 2), balanced=False)
    constant(f"linalg.solve_{_name}_are", "q r")
    refused(f"linalg.solve_{_name}_are", "e s")
given("linalg.pinvh", atol=1e-9, rtol=1e-9, lower=False, return_rank=True, check_finite=False)
given("linalg.polar", side="left")
given("linalg.eigh_tridiagonal", eigvals_only=True, tol=1e-9)
for _name in ("linalg.eigh_tridiagonal", "linalg.eigvalsh_tridiagonal"):
    given(_name, select="i", select_range=Given(BASES[_name].args, {"select": "i", "select_range": (0, 1)}), tol=1e-9,
          lapack_driver="stemr")
for _name in ("signal.convolve2d", "signal.correlate2d"):
    given(_name, mode=Several(("same", "valid")), boundary=Several(("wrap", "symm")), fillvalue=0.7)
given("signal.detrend", axis=0, type="constant", bp=2, overwrite_data=True)
given("signal.savgol_filter", deriv=1, delta=0.5, mode=Several(("nearest", "mirror", "wrap", "constant")),
      cval=Given([real(7), 5, 2], {"mode": "constant", "cval": 0.7}), axis=Given([real(7), 5, 2], {"axis": 0}))
given("optimize.toms748", args=(2.1, 1.4), k=2, xtol=1e-12, rtol=1e-12, maxiter=200, full_output=True, disp=False)
given("optimize.least_squares", jac="3-point", bounds=((-9, -9), (9, 9)), method="lm", ftol=1e-12, xtol=1e-12, gtol=1e-12,
      x_scale=2, loss="huber", f_scale=2, diff_step=1e-7, tr_solver="exact", tr_options={"maxiter": 5},
      jac_sparsity=np.ones((2, 2), int), max_nfev=300, verbose=0, args=(2.1, 1.4), kwargs={"n": 1}, callback=abs, workers=1)
given("optimize.nnls", maxiter=50, atol=1e-9)
refused("special.comb", "repetition")
refused("linalg.pinvh", "atol return_rank")
refused("linalg.polar", "side")
refused("linalg.eigh_tridiagonal linalg.eigvalsh_tridiagonal", "select select_range tol lapack_driver")
refused("signal.convolve2d signal.correlate2d", "boundary fillvalue")
refused("signal.detrend", "overwrite_data")
refused("signal.savgol_filter", "mode cval")
refused("optimize.toms748", "full_output")
refused("optimize.least_squares", "bounds x_scale loss f_scale tr_options jac_sparsity kwargs callback workers")
refused("optimize.nnls", "atol")
constant("optimize.least_squares", "ftol gtol diff_step")
RESULTS.update({"optimize.least_squares": ("{}.x", "{}.cost"), "linalg.eigh_tridiagonal": ("{}[0]", "{}[1] ** 2")})

# Transforms ------------------------------------------------------------------------------------------------------------

for _name in ("dct", "dst", "idct", "idst"):
    BASES[f"fft.{_name}"] = Given([real(3, 4)])
    given(f"fft.{_name}", type=Several((1, 3, 4)), n=Several((3, 6)), overwrite_x=True, workers=2, orthogonalize=False)
for _name in ("fht", "ifht"):
    BASES[f"fft.{_name}"] = Given([real(6), 0.3, 0.7])
    given(f"fft.{_name}", offset=0.2, bias=0.1)
    constant(f"fft.{_name}", "dln mu offset bias")

refused("fft.dct fft.dst fft.idct fft.idst", "n overwrite_x workers orthogonalize")

# Distributions ---------------------------------------------------------------------------------------------------------

COUNTS = np.array([1.0, 2.0])
for _name, _shapes in {"poisson": (1.3,), "bernoulli": (0.4,), "binom": (4, 0.3), "geom": (0.3,), "nbinom": (2.5, 0.4),
                       "betabinom": (4, 1.7, 0.8)}.items():
    for _method in ("pmf", "logpmf") if _name == "betabinom" else ("pmf", "logpmf", "cdf", "sf", "logcdf", "logsf"):
        _counts = np.array([0.0]) if _name == "bernoulli" else COUNTS
        BASES[f"stats.{_name}.{_method}"] = Given([_counts, *_shapes])
        given(f"stats.{_name}.{_method}", loc=0 if _name == "bernoulli" else -1 if "sf" not in _method else 1, p=0.35)
for _method in ("pdf", "logpdf", "cdf", "logcdf", "sf", "logsf"):
    BASES[f"stats.loguniform.{_method}"] = Given([np.array([1.2, 1.9]), 0.4, 2.1])
for _method in ("pmf", "logpmf"):
    BASES[f"stats.multinomial.{_method}"] = Given([np.array([1, 2, 1]), 4, np.array([0.2, 0.5, 0.3])])

# Fourier transforms ----------------------------------------------------------------------------------------------------

for _name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft"):
    BASES[f"fft.{_name}"] = Given([real(3, 4)])
    given(f"fft.{_name}", n=Several((3, 6)), axis=0, overwrite_x=True, workers=2, plan=None)
for _name in ("fft2", "ifft2", "rfft2", "irfft2", "fftn", "ifftn", "rfftn", "irfftn", "hfft2", "hfftn", "ihfft2", "ihfftn",
              "dctn", "idctn", "dstn", "idstn"):
    BASES[f"fft.{_name}"] = Given([real(3, 4)])
    given(f"fft.{_name}", s=(4, 5), axes=Several(((1, 0), (0, 1))), overwrite_x=True, workers=2, plan=None, type=3,
          orthogonalize=False)
for _name in ("fftfreq", "rfftfreq"):
    BASES[f"fft.{_name}"] = Given([5])
    given(f"fft.{_name}", d=0.3, xp=None, device=None)
for _name in ("fftshift", "ifftshift"):
    BASES[f"fft.{_name}"] = Given([real(3, 4)])
    given(f"fft.{_name}", axes=Several((1, (0, 1))))

# Interpolation ---------------------------------------------------------------------------------------------------------

KNOTS, VALUES, SLOPES, AT = np.array([-2.0, -0.5, 0.7, 1.9, 2.4]), real(5), real(5), np.array([-1.1, 0.3, 1.2])
ROWS = real(5, 2)
GRID = (KNOTS, np.array([0.0, 1.0, 2.5]))
PLACES = np.array([[-1.1, 0.3], [0.3, 1.7]])
for _name in ("CubicSpline", "PchipInterpolator", "make_interp_spline", "interp1d", "CubicHermiteSpline"):
    BASES[f"interpolate.{_name}"] = Given([KNOTS, VALUES, SLOPES] if "Hermite" in _name else [KNOTS, VALUES])
    RESULTS[f"interpolate.{_name}"] = ("{}(AT)",)
    constant(f"interpolate.{_name}", "x")
    given(f"interpolate.{_name}", axis=0 if _name == "interp1d" else -1, extrapolate=Several((False, "periodic", True)),
          bc_type=Several(("natural", "clamped")), k=2, t=np.array([-2.0, -2, -2, -2, 0.7, 2.4, 2.4, 2.4, 2.4]),
          check_finite=False, kind=Several(("cubic", "slinear", "nearest")), copy=False, bounds_error=False,
          fill_value=Several(("extrapolate", 0.7)), assume_sorted=True)
for _name in ("barycentric_interpolate", "krogh_interpolate", "pchip_interpolate"):
    BASES[f"interpolate.{_name}"] = Given([KNOTS, VALUES, AT])
    given(f"interpolate.{_name}", axis=-1, der=1, rng=3)
    constant(f"interpolate.{_name}", "xi")
HEIGHTS, TCK_AT = real(5), np.array([0.3, 1.2, 1.7])
for _name, _args in {"lagrange": [KNOTS, VALUES], "KroghInterpolator": [KNOTS, VALUES],
                     "BarycentricInterpolator": [KNOTS, VALUES], "Akima1DInterpolator": [KNOTS, VALUES],
                     "PPoly": [real(4, 4), KNOTS], "BSpline": [np.array([-2.0, -2.0, 0.7, 2.4, 2.4]), real(3), 1]}.items():
    BASES[f"interpolate.{_name}"] = Given(_args)
    RESULTS[f"interpolate.{_name}"] = ("{}(AT)",)
    constant(f"interpolate.{_name}", "t")
    given(f"interpolate.{_name}", axis=-1, method="makima", extrapolate=True, wi=np.ones(5), rng=3, random_state=3)
TCK = (np.array([-2.0, -2.0, 0.7, 2.4, 2.4]), HEIGHTS[:3].copy(), 1)
BASES["interpolate.splev"] = Given([AT, Text("TCK")])
given("interpolate.splev", der=1, ext=Several((1, 2, 3)))
BASES["interpolate.splint"] = Given([0.3, 1.2, Text("TCK")])
given("interpolate.splint", full_output=True)
_grid = {"method": Several(("nearest", "slinear", "cubic")), "bounds_error": False, "fill_value": Several((None, 0.7)),
         "solver": None, "solver_args": None}
BASES["interpolate.RegularGridInterpolator"] = Given([GRID, real(5, 3)])
BASES["interpolate.interpn"] = Given([GRID, real(5, 3), PLACES])
RESULTS["interpolate.RegularGridInterpolator"] = ("{}(PLACES)",)
for _name in ("RegularGridInterpolator", "interpn"):
    given(f"interpolate.{_name}", **_grid)
    constant(f"interpolate.{_name}", "points")
for _text in ("interpolate.CubicSpline(KNOTS, VALUES)", "interpolate.PchipInterpolator(KNOTS, VALUES)",
              "interpolate.make_interp_spline(KNOTS, VALUES)", "interpolate.CubicHermiteSpline(KNOTS, VALUES, SLOPES)",
              "CUBIC", "AKIMA", "B_SPLINE", "PERIODIC"):
    EXPRESSIONS.append(_text)
    BASES[_text] = Given([AT])
    given(_text, nu=Several((1, 2, 4)), extrapolate=Several((False, True, "periodic")))
for _text, _place in {"interpolate.interp1d(KNOTS, VALUES)": AT, "LINE": AT,
                      "interpolate.RegularGridInterpolator(GRID, ROWS_OF_GRID)": PLACES, "PLANE": PLACES}.items():
    EXPRESSIONS.append(_text)
    BASES[_text] = Given([_place])
    given(_text, method="nearest", nu=1)
ROWS_OF_GRID = real(5, 3)
CUBIC, LINE = interpolate.CubicSpline(KNOTS, VALUES, extrapolate=False), interpolate.interp1d(KNOTS, VALUES)
AKIMA, B_SPLINE = interpolate.Akima1DInterpolator(KNOTS, VALUES), interpolate.make_interp_spline(KNOTS, VALUES, 2)
PERIODIC = interpolate.CubicSpline(KNOTS, np.array([1.0, 2.0, 0.5, 0.7, 1.0]), bc_type="periodic")
PLANE = interpolate.RegularGridInterpolator(GRID, ROWS_OF_GRID)

# Sparse matrices -------------------------------------------------------------------------------------------------------

SPARSE = sparse.csr_array(np.diag([4.0, 5.0, 6.0]) + np.diag([1.0, 0.5], 1) + np.diag([1.0, 0.5], -1))
DIAGONAL = sparse.diags_array([1.0, 2.0, 3.0])
for _name in ("cg", "cgs", "bicg", "bicgstab", "gmres", "lgmres", "gcrotmk", "minres", "qmr", "tfqmr"):
    BASES[f"sparse.linalg.{_name}"] = Given([Text("SPARSE"), real(3)], {"rtol": 1e-12})
    given(f"sparse.linalg.{_name}", x0=np.ones(3), rtol=1e-13, atol=1e-13, maxiter=50, M=Text("DIAGONAL"), M1=Text("DIAGONAL"),
          M2=Text("DIAGONAL"), callback=abs, restart=5, m=5, k=2, CU=[], discard_C=True, truncate="smallest", inner_m=5,
          outer_k=1, outer_v=[], store_outer_Av=False, prepend_outer_v=True, shift=0.1, show=False, check=True,
          callback_type="x")
    constant(f"sparse.linalg.{_name}", "rtol atol shift")
    RESULTS[f"sparse.linalg.{_name}"] = ("{}[0]",)
BASES["sparse.linalg.spsolve"] = Given([Text("SPARSE"), real(3)])
given("sparse.linalg.spsolve", permc_spec="NATURAL", use_umfpack=False)
for _name in ("lsqr", "lsmr"):
    BASES[f"sparse.linalg.{_name}"] = Given([Text("SPARSE"), real(3)], {"atol": 1e-14, "btol": 1e-14})
    given(f"sparse.linalg.{_name}", damp=0.3, atol=1e-13, btol=1e-13, conlim=1e9, iter_lim=50, maxiter=50, show=False,
          calc_var=True, x0=np.ones(3))
    constant(f"sparse.linalg.{_name}", "damp atol btol conlim")
    RESULTS[f"sparse.linalg.{_name}"] = ("{}[0]",)
BASES["sparse.linalg.expm_multiply"] = Given([Text("SPARSE"), real(3)])
_times = {"start": 0.0, "stop": 1.0, "num": 3}
_sampled = Given([Text("SPARSE"), real(3)], _times)
given("sparse.linalg.expm_multiply", start=_sampled, stop=_sampled, num=_sampled, traceA=15.0,
      endpoint=Given(_sampled.args, {**_times, "endpoint": False}))
for _text in ("SPARSE.dot", "SPARSE.toarray", "SPARSE.transpose", "SPARSE.__matmul__", "SPARSE.__rmatmul__"):
    EXPRESSIONS.append(_text)
    BASES[_text] = Given([real(3)] if "matmul" in _text or "dot" in _text else [])
    given(_text, order="F", axes=(1, 0), copy=True)
RESULTS["SPARSE.transpose"] = ("{}.toarray()",)

# Statistics ------------------------------------------------------------------------------------------------------------

SAMPLE = np.abs(real(4, 3)) + 0.5
SHARES = np.array([[0.2, 0.3, 0.1], [0.5, 0.4, 0.6], [0.3, 0.3, 0.3]])
for _name in ("gmean", "hmean", "pmean", "moment", "skew", "kurtosis", "sem", "zscore", "iqr", "median_abs_deviation",
              "variation", "circmean", "circvar", "circstd", "zmap", "gzscore", "gstd"):
    BASES[f"stats.{_name}"] = Given([SAMPLE, *{"pmean": [3], "moment": [2], "zmap": [real(4, 3)]}.get(_name, [])])
    given(f"stats.{_name}", axis=Several((1, -1, None)), nan_policy=Several(("omit", "raise")), keepdims=True,
          ddof=Several((1, 2)), bias=False, fisher=False, dtype=np.float32,
          weights=np.abs(real(4, 3)) + 0.3, order=Several((3, 4)), rng=(10, 60),
          high=4.0, low=-1.5, normalize=True, scale=Several((2.0, "normal")), interpolation="lower", p=Several((2, -1)),
          center=Text("np.mean") if _name.startswith("median") else 0.7)
BASES["stats.entropy"] = Given([SHARES])
given("stats.entropy", qk=SHARES[::-1].copy(), base=2.5, axis=Several((1, -1, None)), nan_policy="omit", keepdims=True)
for _name in ("linregress", "pearsonr"):
    BASES[f"stats.{_name}"] = Given([VALUES, VALUES**2 + SLOPES])
    given(f"stats.{_name}", alternative="less", axis=Several((-1, None)), nan_policy="omit", keepdims=True,
          method=Text("PERMUTATIONS"))
BASES["stats.gaussian_kde"] = Given([VALUES])
given("stats.gaussian_kde", bw_method=Several(("silverman", 0.4)), weights=np.abs(SLOPES) + 0.1)
RESULTS["stats.gaussian_kde"] = ("{}(AT)",)
for _text in ("stats.gaussian_kde(VALUES)", "DENSITY"):
    EXPRESSIONS.append(_text)
    BASES[_text] = Given([AT])
DENSITY, PERMUTATIONS = stats.gaussian_kde(VALUES), stats.PermutationMethod(n_resamples=9)
NORMAL_MATRIX = np.array([[2.0, 0.3], [0.3, 1.0]])
for _made in ("stats.norm(0.3, 1.2)", "stats.gamma(a=1.7, scale=2.0)", "FROZEN"):
    for _method in ("pdf", "logpdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf"):
        EXPRESSIONS.append(f"{_made}.{_method}")
        BASES[EXPRESSIONS[-1]] = Given([np.array([0.3, 0.7])])
for _text in ("stats.poisson(1.3).pmf", "stats.poisson(mu=1.3).logpmf"):
    EXPRESSIONS.append(_text)
    BASES[_text] = Given([np.array([1, 2])])
    given(_text, k=2)
for _text in ("stats.multivariate_normal([0.1, 0.2], NORMAL_MATRIX).logpdf",
              "stats.multivariate_normal([0.1, 0.2], cov=NORMAL_MATRIX).pdf"):
    EXPRESSIONS.append(_text)
    BASES[_text] = Given([np.array([0.3, 0.7])])
FROZEN = stats.gamma(1.7, scale=2.0)

# Matrices that are said with others ------------------------------------------------------------------------------------

COLUMN, ROW = np.array([5.0, 0.3, 0.7]), np.array([5.0, -0.4, 0.2])
for _name, _args in {
    "circulant": [COLUMN], "hankel": [COLUMN], "companion": [COLUMN], "fiedler": [COLUMN], "leslie": [COLUMN, ROW[1:].copy()],
    "khatri_rao": [SQUARE, POSITIVE], "convolution_matrix": [COLUMN, 4], "diagsvd": [COLUMN, 3, 4],
    "orthogonal_procrustes": [SQUARE, POSITIVE], "solve_circulant": [COLUMN, real(3)], "matmul_toeplitz": [COLUMN, real(3)],
    "subspace_angles": [real(4, 2), real(4, 2)], "expm_frechet": [SQUARE, POSITIVE],
    **{name: [0.3 * SQUARE] for name in ("cosm", "sinm", "tanm", "coshm", "sinhm", "tanhm")},
}.items():
    BASES[f"linalg.{_name}"] = Given(_args)
given("linalg.hankel", r=ROW)
given("linalg.convolution_matrix", mode=Several(("same", "valid")))
given("linalg.expm_frechet", method="blockEnlarge", compute_expm=False, check_finite=False)
given("linalg.matmul_toeplitz", check_finite=True, workers=1)
given("linalg.solve_circulant", singular="lstsq", tol=1e-9, caxis=0, baxis=-1, outaxis=-1)
constant("linalg.solve_circulant", "tol")

# Integrals and curves --------------------------------------------------------------------------------------------------


def plane_wave(y, x, a, b):
    return np.sin(a * x * y) + b


def room_wave(z, y, x, a, b):
    return np.sin(a * x * y * z) + b


def curve(x, a, b):
    return a + b * np.sin(x)


def slope_of_curve(x, a, b):
    return np.stack([np.ones_like(x), np.sin(x)], axis=1)


def below(x):
    return 0.0 * x


def above(x):
    return x


def below_plane(x, y):
    return 0.0 * x


def above_plane(x, y):
    return x + y


BASES["integrate.fixed_quad"] = Given([wave, 0.0, 2.0], {"args": PARAMETERS})
BASES["integrate.dblquad"] = Given([plane_wave, 0.0, 1.2, below, above], {"args": PARAMETERS})
BASES["integrate.tplquad"] = Given([room_wave, 0.0, 1.2, below, above, below_plane, above_plane], {"args": PARAMETERS})
for _name in ("fixed_quad", "dblquad", "tplquad"):
    given(f"integrate.{_name}", args=(2.1, 1.4), n=7, epsabs=1e-9, epsrel=1e-9)
    RESULTS[f"integrate.{_name}"] = ("{}[0]",)
for _name in ("romb", "trapezoid", "simpson", "cumulative_trapezoid", "cumulative_simpson"):
    BASES[f"integrate.{_name}"] = Given([real(5, 5)])
    given(f"integrate.{_name}", x=KNOTS, dx=0.4, axis=0, show=False, initial=Several((0, 0.7)))
BASES["optimize.rosen"] = Given([real(4)])
BASES["optimize.curve_fit"] = Given([curve, KNOTS, np.exp(-0.4 * KNOTS) + 0.1 * VALUES], {"p0": [1.0, 1.0]})
given("optimize.curve_fit", p0=[1.1, 0.9], sigma=np.abs(VALUES) + 1.0, absolute_sigma=True, check_finite=False,
      bounds=((-9, -9), (9, 9)), method="trf", jac=slope_of_curve, full_output=True, nan_policy="omit",
      maxfev=99)
HIDDEN["optimize.curve_fit"] = ("maxfev",)
constant("optimize.curve_fit", "p0 bounds")
TO_A_TOLERANCE.update({"optimize.curve_fit", "optimize.minimize_scalar"})

# Distances -------------------------------------------------------------------------------------------------------------

SMALL_SHARES = np.array([0.2, 0.5, 0.3])
for _name in ("euclidean", "sqeuclidean", "cityblock", "chebyshev", "canberra", "braycurtis", "cosine", "correlation",
              "minkowski", "jensenshannon", "mahalanobis", "seuclidean"):
    BASES[f"spatial.distance.{_name}"] = Given([np.abs(real(3)) + 0.2, np.abs(real(3)) + 0.2])
    given(f"spatial.distance.{_name}", w=np.abs(real(3)) + 0.2, p=3, base=2.5, axis=-1, keepdims=True, centered=False)
BASES["spatial.distance.mahalanobis"].args.append(POSITIVE)
BASES["spatial.distance.seuclidean"].args.append(np.array([0.4, 1.2, 0.9]))
OVERRIDES.pop(("spatial.distance.jensenshannon", "p"))
BASES["spatial.distance.cdist"] = Given([real(2, 3), real(4, 3)])
BASES["spatial.distance.pdist"] = Given([real(4, 3)])
for _name in ("cdist", "pdist"):
    HIDDEN[f"spatial.distance.{_name}"] = ("p", "w", "V", "VI")
    _args = BASES[f"spatial.distance.{_name}"].args
    given(f"spatial.distance.{_name}", metric=Several(("cosine", "cityblock", "hamming")),
          out=np.zeros((2, 4) if _name == "cdist" else 6),
          p=Given(_args, {"metric": "minkowski", "p": 3}),
          w=Given(_args, {"metric": "cityblock", "w": np.array([0.4, 1.2, 0.9])}),
          V=Given(_args, {"metric": "seuclidean", "V": np.array([0.4, 1.2, 0.9])}),
          VI=Given(_args, {"metric": "mahalanobis", "VI": POSITIVE}))
BASES["spatial.distance.squareform"] = Given([real(6)])
given("spatial.distance.squareform", force="tomatrix", checks=False)
for _name in ("distance_matrix", "minkowski_distance", "minkowski_distance_p"):
    BASES[f"spatial.{_name}"] = Given([real(4, 3), real(4, 3)])
    given(f"spatial.{_name}", p=3, threshold=2)
BASES["spatial.procrustes"] = Given([real(4, 2), real(4, 2)])

# What is refused -------------------------------------------------------------------------------------------------------

_SPLINES = ("interpolate.CubicSpline(KNOTS, VALUES)", "interpolate.PchipInterpolator(KNOTS, VALUES)",
            "interpolate.make_interp_spline(KNOTS, VALUES)", "interpolate.CubicHermiteSpline(KNOTS, VALUES, SLOPES)",
            "CUBIC", "AKIMA", "B_SPLINE", "PERIODIC")
for _text, _several in REFUSED_SIGNALS.items():
    refused(_text, _several)
refused("linalg.solve_circulant", "singular tol caxis baxis outaxis")
refused("linalg.matmul_toeplitz", "check_finite workers")
refused("linalg.expm_frechet", "check_finite method")
refused("linalg.orthogonal_procrustes", "check_finite")
refused("integrate.dblquad integrate.tplquad", "epsabs epsrel")
refused("optimize.curve_fit", "bounds method full_output nan_policy maxfev")
refused("spatial.distance_matrix", "threshold")
refused("spatial.distance.jensenshannon", "keepdims")
refused("spatial.distance.pdist spatial.distance.cdist", "out")
refused("spatial.distance.squareform", "force checks")
refused("fft.fft fft.ifft fft.fft2 fft.ifft2 fft.fftn fft.ifftn fft.rfft fft.irfft fft.rfft2 fft.irfft2 fft.rfftn fft.irfftn "
        "fft.hfft fft.ihfft", "overwrite_x")
refused("fft.hfft2 fft.ihfft2 fft.hfftn fft.ihfftn", "overwrite_x workers")
refused("fft.dctn fft.idctn fft.dstn fft.idstn", "overwrite_x workers orthogonalize s")
refused("interpolate.interp1d", "axis")
refused("interpolate.splint", "full_output")
refused("interpolate.PPoly", "extrapolate axis")
refused("interpolate.BSpline", "axis")
refused("interpolate.KroghInterpolator interpolate.Akima1DInterpolator", "axis")
refused("interpolate.BarycentricInterpolator", "axis wi rng random_state")
refused("sparse.linalg.lsqr", "calc_var x0")
refused("sparse.linalg.lsmr", "x0")
refused("sparse.linalg.expm_multiply", "start stop num endpoint")
refused("interpolate.krogh_interpolate interpolate.pchip_interpolate", "axis der")
refused("interpolate.barycentric_interpolate", "axis der rng")
refused("interpolate.CubicHermiteSpline interpolate.PchipInterpolator interpolate.CubicSpline", "axis extrapolate")
refused("interpolate.make_interp_spline", "axis t bc_type check_finite")
refused("interpolate.RegularGridInterpolator interpolate.interpn", "bounds_error method")
for _text in _SPLINES:
    refused(_text, "extrapolate")
for _text in ("interpolate.RegularGridInterpolator(GRID, ROWS_OF_GRID)", "PLANE"):
    refused(_text, "method nu")
refused("sparse.linalg.bicg sparse.linalg.bicgstab sparse.linalg.cg sparse.linalg.cgs sparse.linalg.tfqmr", "x0 M callback")
refused("sparse.linalg.gcrotmk", "x0 M callback m k CU discard_C truncate")
refused("sparse.linalg.gmres", "x0 M callback restart callback_type")
refused("sparse.linalg.lgmres", "x0 M callback inner_m outer_k outer_v store_outer_Av prepend_outer_v")
refused("sparse.linalg.minres", "x0 M callback shift check")
refused("sparse.linalg.qmr", "x0 callback M1 M2")
refused("sparse.linalg.spsolve", "permc_spec use_umfpack")
refused("SPARSE.toarray", "order out")
refused("SPARSE.transpose", "axes copy")
refused("stats.gmean stats.hmean stats.pmean", "dtype nan_policy keepdims")
refused("stats.moment stats.sem stats.variation", "nan_policy keepdims")
refused("stats.skew stats.kurtosis", "nan_policy keepdims bias")
refused("stats.zscore stats.zmap stats.gzscore", "nan_policy")
refused("stats.circmean stats.circvar stats.circstd stats.gstd", "nan_policy keepdims")
refused("stats.iqr", "nan_policy keepdims rng scale interpolation")
refused("stats.median_abs_deviation", "nan_policy keepdims scale center")
refused("stats.linregress", "nan_policy keepdims alternative axis")
refused("stats.entropy", "nan_policy keepdims base")
refused("stats.pearsonr", "alternative axis method")
refused("stats.gaussian_kde", "weights")

NAMES = {name: value for module in (vars(keyword_values), globals()) for name, value in module.items()
         if name.isupper() or callable(value) and not isinstance(value, type)}
"""What the text of a call names: functions that are handed to others, and constants."""
