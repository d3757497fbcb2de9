"""Families of functions that are given mistakes as compiled, and the uses that must notice these.

Functions that stand for those of SciPy are looked into by the compiler: their mistakes are some of values and of derivatives.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy import integrate, interpolate, linalg, ndimage, optimize, signal, sparse, stats
from scipy.sparse.linalg import gmres, minres, spsolve

import sct
from sct.rules import registry, solving
from sct.runtime import (
    cubatures,
    descriptive,
    entropies,
    filters,
    fits,
    grids,
    image_places,
    image_windows,
    images,
    implicit,
    integrals,
    interpolants,
    matrix_functions,
    quadrature,
    regressions,
    resampling,
    spectra,
    trajectories,
    transforms,
    waveforms,
)
from sct.runtime import sparse as of_products

registry.load_families()

from sct.rules.scipy import factors  # noqa: E402
from sct.rules.scipy import integrate as of_integrals  # noqa: E402
from sct.rules.scipy import interpolate as of_interpolants  # noqa: E402
from sct.rules.scipy import linalg as of_matrices  # noqa: E402
from sct.rules.scipy import optimize as of_solvers  # noqa: E402
from sct.rules.scipy import sparse as of_sparse  # noqa: E402

from . import (  # noqa: E402
    test_scipy_fft,
    test_scipy_integrate,
    test_scipy_interpolate,
    test_scipy_ndimage,
    test_scipy_optimize,
    test_scipy_said,
    test_scipy_samples,
    test_scipy_signal,
    test_scipy_spectra,
)
from .mutants import Mutant, Use, functions_of, mutants_of  # noqa: E402
from .test_scipy_integrate import between, of_array, of_captured_array, over_a_triangle  # noqa: E402

EXACT = {"rtol": 1e-9, "atol": 1e-10}


def pushed(t, y, a):
    return [y[1] * a[0], -np.sin(y[0]) + a[1] * t * y[1]]


def pulled(y, t, a):
    return np.array([y[1] * a, -np.sin(y[0]) + 0.3 * t * y[1]])


def at_moments(y0, a, moments):
    found = integrate.solve_ivp(pushed, (0.5 * moments[0], moments[1]), y0, t_eval=moments, args=(a,), **EXACT)
    return found.y * found.t


def at_the_end(T, a, y0):
    found = integrate.solve_ivp(pushed, (0.3 * T, T), y0, args=(a,), **EXACT)
    return found.y[:, -1] + found.t[-1] ** 2 + found.t[0] * found.y[:, 0]


def of_two_arguments(a, b, c):
    def moved(t, y, a, b, n):
        return np.array([y[1] * a[0] - b[0, 1] * t, -y[0] * a[1] * b[1, 0] + n * c])
    return integrate.solve_ivp(moved, (0.0, 1.0), np.array([0.3, 0.5]), args=(a, b, 2), **EXACT).y[:, -1]


def from_constant_start(a):
    return integrate.solve_ivp(pushed, (0.0, 1.0), np.array([0.3, 0.5]), t_eval=[0.0, 1.0], args=(a,), **EXACT).y


def without_influence(a, weight):
    """Cotangents that are exactly zero, or are not finite."""
    return weight * integrate.solve_ivp(pushed, (0.0, 1.0), np.array([0.3, 0.5]), args=(a,), **EXACT).y[:, -1]


def table(y0, a, t):
    return integrate.odeint(pulled, y0, t, args=(a,), **EXACT)


def table_of_constant_start(a):
    return integrate.odeint(pulled, np.array([0.3, 0.5]), np.array([0.0, 1.0]), args=(a,), **EXACT)


def with_two_parameters(x, c):
    return integrate.quad(lambda t, a, b: np.sin(a * t) * x + b * np.cos(t * b), 0.2, 1.3, args=(0.7, c))[0]


def of_array_and_number(c, w):
    return integrate.quad(lambda t, c, w: np.sum(np.sin(c * t)) * w**t, 0.2, 1.3, args=(c, w))[0]


def moving_end(T):
    found = integrate.solve_ivp(pushed, (0.1, T), np.array([0.3, 0.5]), args=(RATES,), **EXACT)
    return found.t[-1] ** 2 + found.y[:, -1]


def moving_start(t0):
    found = integrate.solve_ivp(pushed, (t0, 1.4), np.array([0.3, 0.5]), args=(RATES,), **EXACT)
    return found.t[0] ** 2 + found.y[:, -1]


def to_a_limit(b, c):
    return integrate.quad(lambda x: np.sum(np.sin(c * x) ** 2), 0.2 * b, b)[0]


RATES, START, MOMENTS = np.array([0.8, 0.4]), np.array([0.6, 0.9]), np.array([0.4, 1.1])
EQUATIONS = [Use(at_moments, [START, RATES, MOMENTS]), Use(at_the_end, [1.2, RATES, START]), Use(from_constant_start, [RATES]),
             Use(of_two_arguments, [RATES, np.array([[1.0, 0.4], [0.7, 1.2]]), 0.3]),
             Use(without_influence, [RATES, 0.0]), Use(without_influence, [RATES, np.inf]),
             Use(moving_end, [1.2]), Use(moving_start, [0.2]), Use(table, [START, 0.8, MOMENTS]),
             Use(table_of_constant_start, [0.8])]
INTEGRALS = [Use(between, [0.2, 1.5, 2.0, 0.4]), Use(of_array, [np.array([1.0, 2.0, -1.0])]),
             Use(of_captured_array, [0.3, np.array([1.0, 2.0])]),
             Use(to_a_limit, [1.2, np.array([1.0, 2.0])]), Use(over_a_triangle, [2.0, 0.5]),
             Use(with_two_parameters, [1.3, 0.6]), Use(of_array_and_number, [np.array([1.0, 2.0]), 0.6])]

DENSE = np.array([[2.0, 0.0, -1.0], [0.5, 3.0, 0.0], [0.0, 0.7, 4.0]])
SPARSE, SYMMETRIC = sparse.csc_array(DENSE), sparse.csc_array(DENSE + DENSE.T)


def sparse_products(x):
    return np.sin(SPARSE @ x) + x @ SPARSE + spsolve(SPARSE, x**2)


def solved_by_iteration(x):
    return gmres(SPARSE, x**2, rtol=1e-13, atol=1e-13)[0]


def solved_by_rest(x):
    return minres(SYMMETRIC, x**2, rtol=1e-14)[0]


FLAT = np.array([0.0, 1.0, 1.0, 2.0, 1.5])
ENDS, OUTSIDE = (0.0, 2.0), (-0.1, 2.1)


def on_grid(x):
    return interpolate.interpn([np.array([0.0, 0.7, 2.0])], np.array([1.0, 3.0, -1.0]), np.stack([np.array([x])]))


def on_line(x):
    return interpolate.interp1d(np.array([0.0, 0.7, 2.0]), np.array([1.0, 3.0, -1.0]))(x)


OF_ROWS = [lambda x: stats.linregress(x, x[0])[0], lambda x: stats.linregress(x[0], x)[0],
           lambda x: stats.pearsonr(x, x[0])[0], lambda x: stats.pearsonr(x[0], x)[0]]


def too_short(x):
    return signal.sosfiltfilt(np.array([[0.2, 0.3, 0.1, 1.0, -0.4, 0.1]]), x)


def teeth(width):
    """Also of widths that SciPy gives NaN for."""
    return signal.sawtooth(np.linspace(0.1, 9.0, 5), width)


def at_places(x, places):
    """Also at the last element, and along an axis of one."""
    return ndimage.map_coordinates(x, places, order=1)


P, SAMPLES, TIMES = test_scipy_said.P, test_scipy_optimize.SAMPLES, test_scipy_optimize.TIMES


def fitted(y, t, s):
    p, covariance = optimize.curve_fit(test_scipy_optimize.decaying, t, y, sigma=s)
    return p[0] * p[1] + covariance


def fitted_absolutely(y, s):
    return optimize.curve_fit(test_scipy_optimize.decaying, TIMES, y, sigma=s, absolute_sigma=True)[1]


def fitted_without_errors(y):
    p, covariance = optimize.curve_fit(test_scipy_optimize.decaying, TIMES, y, p0=[1.0, 1.0])
    return p[0] * p[1] + covariance


REGULAR, SINGULAR = np.array([[2.0, 0.3, -0.4], [0.5, 1.7, 0.2], [-0.1, 0.6, 1.2]]), np.arange(9.0).reshape(3, 3)


NEARLY = np.array([[1.0, 0.0], [0.0, 1e-9], [1e-9, 0.0], [0.0, 1.0]])


def angles(a):
    """Angles that are nearly 0, and nearly a right one."""
    return np.arange(1.0, 3.0) * linalg.subspace_angles(a, np.eye(4)[:, :2])


def slope_of(f):
    """The gradient of the weighted sum of a function of a matrix."""
    return lambda a: sct.grad(lambda b: np.sum(f(b) * np.cos(np.arange(np.size(f(b)))).reshape(np.shape(f(b)))))(a)


def said(*words: str) -> list[Use]:
    """The cases of functions that are said in others, by where these are."""
    return [Use(*case) for case in test_scipy_said.CASES.values() if any(word in case[0].__code__.co_names for word in words)]


class Family(NamedTuple):
    """Functions, or modules of such, and uses that go through them."""

    places: list[Any]
    uses: list[Use]

    def mutants(self) -> list[Mutant]:
        functions = [fn for place in self.places
                     for fn in (functions_of(place, True) if isinstance(place, ModuleType) else [place])]
        return [mutant for fn in functions if fn.__name__ not in NO_FORMULAS for mutant in mutants_of(fn)]


FAMILIES = {
    "solvers": Family([of_solvers, implicit.paired, implicit.steepness, implicit.height, implicit.both_ways],
                      [Use(*case) for case in test_scipy_optimize.CASES + test_scipy_optimize.LEAST[:4]]),
    "equations": Family([of_integrals, integrals, implicit.rate, implicit.rate_pairing, trajectories], INTEGRALS + EQUATIONS),
    "sparse": Family([of_sparse, of_products.solution, of_products.iterated],
                     [Use(f, [np.array([0.3, 1.2, -0.7])]) for f in (sparse_products, solved_by_iteration, solved_by_rest)]),
    "curvature": Family([solving.cofactors_vjp, solving.cofactors_along_vjp],
                        [Use(np.linalg.det, [REGULAR]), Use(np.linalg.det, [SINGULAR]),
                         Use(slope_of(np.linalg.det), [REGULAR], 1), Use(slope_of(np.linalg.det), [SINGULAR], 1)]),
    "interpolants": Family([of_interpolants, interpolants],
                           [Use(*case) for case in test_scipy_interpolate.CASES + test_scipy_interpolate.LINES]
                           + [Use(test_scipy_interpolate.monotone, [test_scipy_interpolate.X, FLAT, 1.1], 1)]
                           + [Use(on_line, [at]) for at in ENDS] + [Use(on_line, [at], raises=True) for at in OUTSIDE]),
    "grids": Family([grids], [Use(on_grid, [at]) for at in ENDS] + [Use(on_grid, [at], raises=True) for at in OUTSIDE]
                    + [Use(*case) for case in test_scipy_interpolate.GRIDS.values()]),
    "fits": Family([fits], [Use(fitted_without_errors, [SAMPLES]), Use(fitted_absolutely, [SAMPLES, np.linspace(0.5, 1.5, 7)]),
                            Use(fitted, [SAMPLES, TIMES, np.linspace(0.5, 1.5, 7)])]),
    "matrices": Family([matrix_functions, factors.pinvh_vjp, factors.polar_vjp, factors.eigh_tridiagonal_vjp,
                        factors.eigvalsh_tridiagonal_vjp, of_matrices.one_matrix, of_matrices.solve_discrete_lyapunov_vjp,
                        of_matrices.solve_continuous_are_vjp, of_matrices.solve_discrete_are_vjp],
                       [*said("linalg"), Use(angles, [NEARLY], 1)]),
    "statistics": Family([descriptive, entropies, regressions], said("stats", "OUTSIDE") + [
        Use(*test_scipy_optimize.LEAST[4])] + [Use(f, [P], raises=True) for f in OF_ROWS]),
    "samples": Family([quadrature, cubatures], [
        *(Use(f, [y, at], 2 if y.ndim == 1 else 1) for f, y, at in test_scipy_samples.CASES), *said("integrate"),
        *(Use(f, [1.2, 0.7]) for f in (test_scipy_integrate.by_gauss, test_scipy_integrate.over_a_square,
                                       test_scipy_integrate.over_a_corner))]),
    "signals": Family([filters, spectra, resampling, waveforms],
                      [Use(*case) for case in (*test_scipy_signal.SECTIONS, *test_scipy_spectra.CASES.values())]
                      + [Use(too_short, [np.arange(9.0)], raises=True)]
                      + [Use(teeth, [w], 1) for w in (-0.2, 0.0, 1.0, 1.2)]),
    "images": Family([images, image_places, image_windows], [Use(*case) for case in test_scipy_ndimage.CASES.values()] + [
        Use(at_places, [test_scipy_ndimage.X, np.array([[0.0, 8.0, 8.2]])], 1),
        Use(at_places, [test_scipy_ndimage.M[:1].copy(), np.array([[0.0, 0.0], [0.4, 5.0]])], 1)]),
    "transforms": Family([transforms], [Use(f, [test_scipy_fft.X]) for f in test_scipy_fft.COMPILED]
                         + [Use(f, [test_scipy_fft.M]) for f in test_scipy_fft.SEVERAL_AXES]),
}
SIGN_OF_RESIDUALS = "the sign of what is squared"
NO_FORMULAS = ("_tolerances", "_solution")
"""Functions that change how exact a result is, or what is warned of."""
WITHOUT_EFFECT: dict[str, str] = {
    "odeint_vjp: -1  =>  1": "the end of a span of which the beginning is read",
    "args_bars: np.ndim(p) > 0  =>  np.ndim(p) >= 0": "another way to take one number",
    **dict.fromkeys((f"odeint_vjp: 1.49012e-08 if {name} is None else {name}  =>  {name} if {name} is None else 1.49012e-08"
                     for name in ("rtol", "atol")), "how exact the result is"),
    **dict.fromkeys(("trajectory_of: tuple(args) or None  =>  tuple(args)", "pull_back: given or None  =>  given"),
                    "another way to say that there are no arguments"),
    "trajectory_of: not found.success  =>  not not found.success": "what is warned of",
    "pull_back: state * scale  =>  -(state * scale)": "the sign of nothing, and of what is not finite",
    "pull_back: solution is not None and stop != t[k]  =>  stop != t[k]": "where moments differ there is a solution",
    "steepness: np.sum(weights * slope(f, x, *args))  =>  -np.sum(weights * slope(f, x, *args))":
        "the sign of an equation that is solved and differentiated",
    "nnls_vjp: used.T @ used + np.diag(1.0 - weights)  =>  used.T @ used - np.diag(1.0 - weights)":
        "a block that is a unit matrix, or minus that, against zeros",
    "cofactors_along_vjp: cofactors_turning(z_bar)  =>  -cofactors_turning(z_bar)": "what it calls always raises",
    "misfit: left if sigma is None else left / sigma  =>  -(left if sigma is None else left / sigma)": SIGN_OF_RESIDUALS,
    "curve_fit: misfit(p, f, xdata, ydata, sigma, count)  =>  -misfit(p, f, xdata, ydata, sigma, count)": SIGN_OF_RESIDUALS,
    "convolution_matrix: n - 1  =>  n + 1 (2)": "zeros that nobody reads",
    "convolution_matrix: n - 1  =>  n (2)": "zeros that nobody reads",
    **dict.fromkeys((
        "subspace_angles: first.shape[1] >= second.shape[1]  =>  first.shape[1] > second.shape[1]",
        "subspace_angles: cosines * cosines >= 0.5  =>  cosines * cosines > 0.5",
        "subspace_angles: cosines * cosines  =>  cosines", "subspace_angles: cosines * cosines  =>  cosines (2)",
        "end_slope: np.abs(d) > 3.0 * np.abs(m[:1])  =>  np.abs(d) >= 3.0 * np.abs(m[:1])",
    ), "both formulas hold there"),
    "istft: input_onesided and length == usual + 1  =>  length == usual + 1": "SciPy refuses it",
    **dict.fromkeys(("istft: count - 1  =>  count + 1 (2)", "istft: count - 1  =>  count (2)"),
                    "what is behind the end is not read"),
    "istft: around > 1e-10  =>  around >= 1e-10": "what is that small is a rounding error",
    "resample: num < count  =>  num <= count": "an equal number has been told apart before",
    "along_last: axis == -1 or v.ndim == 1  =>  v.ndim == 1": "moving the last axis to the end",
    **dict.fromkeys(("along_last: -1  =>  1 (2)", "cumulative_trapezoid: -1  =>  1 (4)"), "a shorter way for the last axis"),
    "resample: count - less // 2  =>  -(less // 2)": "counted from the end",
    "resample_poly: 1.0 * x  =>  x": "a copy",
    "sawtooth: part < width  =>  part <= width": "both lines meet there",
    ("like: found if found.dtype == input.dtype else found.astype(input.dtype)"
     "  =>  found.astype(input.dtype) if found.dtype == input.dtype else found"): "the type alone",
    "polynomial_at: c[-1] + 0.0 * x  =>  c[-1] - 0.0 * x": "a zero",
    "sosfilt: x + np.zeros(1, sos.dtype)  =>  x - np.zeros(1, sos.dtype)": "zeros",
    "sosfilt: x + np.zeros(1, sos.dtype)  =>  x": "the type alone; tests of single precision notice it",
    "window_of: window  =>  -window": "what is said is divided by its sum, or the sum of its squares",
    "on_circle: -1  =>  1": "the last axis of a vector", "parts: -1  =>  1 (2)": "the last axis of a vector",
}
"""By mistake: why nothing can notice it."""
