"""What the parameters of functions of SciPy are given to try them, and which of them are refused."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import keyword_values
from .keyword_values import (
    BASES,
    CONSTANTS,
    OVERRIDES,
    PARAMETERS,
    POSITIVE,
    REFUSED,
    RESULTS,
    SQUARE,
    Given,
    circle,
    cubic,
    real,
)


def refused(function: str, parameters: str) -> None:
    """The parameters of a function, or of several, that are refused."""
    for parameter in parameters.split():
        REFUSED[parameter] = f"{REFUSED.get(parameter, '')} {function}"


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

NAMES = {name: value for module in (vars(keyword_values), globals()) for name, value in module.items()
         if callable(value) and not isinstance(value, type) or isinstance(value, np.ndarray)}
"""What the text of a call names: functions that are handed to others, and constants."""
