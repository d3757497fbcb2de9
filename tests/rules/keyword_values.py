"""What the parameters of functions are given to try them, by the name of the parameter, or for one function alone."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .arrays import Normal


@dataclass
class Given:
    """The arguments of a call."""

    args: list[Any]
    kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass
class Out:
    """An array to be written to, or several."""

    shape: tuple[int, ...]
    dtype: str

    def array(self) -> Any:
        return np.zeros(self.shape, self.dtype)


NORMAL = Normal(31)
real, cplx = NORMAL.real, NORMAL.cplx
Values = Callable[[Given, Any], Iterable[Any]]


def array_of(given: Given) -> np.ndarray:
    """The first array of a call."""
    found = next((a for a in given.args if isinstance(a, np.ndarray)), None)
    return np.zeros(3) if found is None else found


def always(*values: Any) -> Values:
    return lambda given, result: values


def masks(given: Given, result: Any) -> list[Any]:
    shape = np.broadcast_shapes(*(np.shape(a) for a in given.args if isinstance(a, np.ndarray | float)))
    mask = np.arange(int(np.prod(shape))).reshape(shape) % 3 != 1
    return [mask, mask[..., 0:1] | True]


def outs(given: Given, result: Any) -> list[Any]:
    if isinstance(result, tuple):
        return [tuple(Out(np.shape(r), np.asarray(r).dtype.name) for r in result)]
    return [Out(np.shape(result), np.asarray(result).dtype.name)]


def means(given: Given, result: Any) -> list[Any]:
    return [np.asarray(0.3).reshape((1,) * array_of(given).ndim)]


def weights(given: Given, result: Any) -> list[Any]:
    a = array_of(given)
    return [np.random.default_rng(3).uniform(0.5, 2.0, a.shape), np.array([2.0] * a.size)]


def signatures(given: Given, result: Any) -> list[str]:
    count = len(tuple(result)) if isinstance(result, tuple) else 1
    return ["d" * len(given.args) + "->" + "d" * count]


CANDIDATES: dict[str, Values] = {
    "axis": always(0, -1, (0, 1), (-1, 0)), "axes": always((0, 1), (1, 0), 1, [(-1,), (-1,), ()], [(0,), (0,), ()]),
    "keepdims": always(True), "out": outs, "where": masks, "initial": always(0.7, 1.0),
    "dtype": always(np.float32, complex, "float64", int), "casting": always("unsafe", "no", "safe"),
    "order": always("F", "C", "A"), "subok": always(False, True), "signature": signatures, "ddof": always(1),
    "correction": always(1), "mean": means, "like": always(np.ones(1)), "device": always("cpu"), "kind": always("stable",
    "heapsort"),
    "stable": always(True), "copy": always(False, True), "ndmin": always(3), "ndmax": always(1), "offset": always(1, -1),
    "k": always(1, -1),
    "axis1": always(1, -1), "axis2": always(0, -2), "n": always(3, 7), "norm": always("ortho", "forward"), "s": always((3,
    5)),
    "d": always(0.3), "num": always(4), "endpoint": always(False), "retstep": always(True),
    "base": always(2.5), "hermitian": always(True), "rcond": always(1e-9), "rtol": always(1e-9), "UPLO": always("U"),
    "upper": always(True),
    "full_matrices": always(False), "compute_uv": always(False), "ord": always(1, 2, np.inf), "p": always(1, 2, "fro"),
    "ind": always(1), "overwrite_input": always(True), "overwrite_a": always(True), "overwrite_b": always(True),
    "check_finite": always(False), "lower": always(True), "weights": weights, "rowvar": always(False), "bias": always(True),
    "include_initial": always(True), "returned": always(True), "size": always((2, 3), 4), "sparse": always(True),
    "indexing": always("ij"),
    "equal_nan": always(False), "return_index": always(True), "return_inverse": always(True), "return_counts": always(True),
    "sorted": always(False, True), "mode": always("full", "same", "valid", "wrap", "clip"), "full": always(True),
    "cov": always(True),
    "optimize": always(True, "greedy"), "deg": always(True), "period": always(5.0), "discont": always(4.0),
    "increasing": always(True),
    "minlength": always(7), "density": always(True), "range": always((-1.5, 2.5)), "loc": always(0.1), "scale": always(1.7),
    "nan": always(0.5), "posinf": always(1e3), "neginf": always(-1e3), "default": always(0.7), "edge_order": always(2),
    "prepend": always(0.3), "append": always(0.3), "dx": always(0.3), "allow_singular": always(True), "keep": always(True),
    "method": always("hazen", "weibull", "lower", "direct", "fft"),
}

CANDIDATES_TOGETHER: dict[str, Any] = {"casting": "unsafe", "dtype": "float64"}
BASES: dict[str, Given | None] = {}
OVERRIDES: dict[tuple[str, str], tuple[Any, ...]] = {}
SIGNATURES: dict[str, inspect.Signature] = {}
HIDDEN: dict[str, tuple[str, ...]] = {
    "np.clip": ("where", "casting", "order", "dtype", "subok", "signature"),
    "np.einsum": ("dtype", "order", "casting"),
    "np.pad": ("stat_length", "constant_values", "end_values", "reflect_type"),
}
"""Keywords that a signature hides behind ``**kwargs``."""

CONSTANTS: set[Any] = {"atol", "tol", "xtol", "epsabs", "epsrel", "discont", "nan", "posinf", "neginf"}
"""Numbers that choose what is computed: by name, or by function and name."""
RESULTS: dict[str, tuple[str, ...]] = {}
"""What of a result carries a derivative, where that is not the result or its items."""

TO_A_TOLERANCE: set[str] = set()
"""Functions that iterate, and end as soon as it is good enough."""


class Text(str):
    """An argument given as text."""


# Functions that are handed to others -----------------------------------------------------------------------------------


def cubic(x, a, b):
    return x**3 - a * x - b


def slope_of_cubic(x, a, b):
    return 3.0 * x**2 - a


def circle(x, a, b):
    return np.array([x[0] ** 2 + x[1] ** 2 - a, x[0] - b * x[1]])


def bowl(x, a, b):
    return (x[0] - a) ** 2 + (x[1] - b) ** 4 + x[1] ** 2


def valley(x, a, b):
    return (x - a) ** 2 + b * x**4


def halfway(x, a, b):
    return 0.5 * (x + a / x) + 0.0 * b


def wave(x, a, b):
    return np.sin(a * x) + b * x


def decay(t, y, a, b):
    return -a * y + b * np.sin(t)


def decay_first(y, t, a, b):
    return -a * y + b * np.sin(t)


# Calls -----------------------------------------------------------------------------------------------------------------

PARAMETERS = (2.0, 1.3)
TIMES = np.array([0.3, 0.6, 1.0])
SQUARE = real(3, 3) + 3.0 * np.eye(3)
POSITIVE = SQUARE @ SQUARE.T
PLACES = np.sort(real(6))
RISING = np.array([-2.0, -0.5, 0.7, 1.9])
M, V, W, T = real(3, 4), real(4), np.array([0.7, 1.4, 1.1, 0.5]), real(2, 3, 4)
HOLES = np.where(np.arange(12).reshape(3, 4) % 5 == 1, np.nan, M)


def bases() -> dict[str, Given | None]:
    """Calls of functions of which the other tables have none that suits."""
    found: dict[str, Given | None] = {
        "math.prod": Given([[1.5, -0.7, 2.0]]),
        "np.take": Given([M, [0, 2]]), "np.delete": Given([M, [0, 2]], {"axis": 1}), "np.cross": Given([real(3, 3), real(3,
        3)]),
        "np.diagonal": Given([T]), "np.trace": Given([T]), "np.append": Given([M, real(3, 4)]),
        "np.squeeze": Given([real(1, 3, 1)]), "np.rollaxis": Given([T, 2]), "np.fft.fftshift": Given([M]),
        "np.fft.ifftshift": Given([M]), "np.quantile": Given([M, 0.37]), "np.percentile": Given([M, 37.0]),
        "np.nanquantile": Given([HOLES, 0.37]), "np.nanpercentile": Given([HOLES, 37]), "np.arange": Given([0.3]),
        "np.clip": Given([M, -0.5, 0.7]), "np.linalg.pinv": Given([POSITIVE]), "np.linalg.svd": Given([POSITIVE]),
        "np.linalg.lstsq": Given([real(4, 2), real(4)]), "np.linalg.tensorsolve": Given([real(6, 2, 3), real(2, 3)],
        {"axes": (0,)}),
        "np.interp": Given([real(5) * 2.0, RISING, V]), "np.gradient": Given([real(3, 4)]), "np.polyfit": Given([PLACES,
        real(6), 2]),
        "np.polyint": Given([V]), "np.polyder": Given([V]), "np.nan_to_num": Given([HOLES]), "np.histogram": Given([V]),
        "np.histogram_bin_edges": Given([V]), "np.concatenate": Given([(M, M + 1.0)]),
        "np.linalg.tensorinv": Given([real(6, 2, 3)], {"ind": 1}), "np.trim_zeros": Given([np.array([0.0, 1.3, 2.0, 0.0])]),
        "np.sort": Given([M]), "np.unique": Given([M]), "np.median": Given([M]), "np.nanmedian": Given([HOLES]),
        "np.cov": Given([M]),
        "np.corrcoef": Given([M]), "np.average": Given([M]), "np.linspace": Given([0.3, V]),
        "np.einsum": Given(["ij,jk->ik", M, real(4, 2)]),
        "np.pad": Given([M, 1]), "np.vander": Given([V]), "np.ediff1d": Given([V]), "np.nansum": Given([HOLES]),
        "special.factorial": Given([np.array([1.5, 2.5])]), "special.zeta": Given([np.array([2.5, 3.5])]),
        "special.softmax": Given([M]), "special.log_softmax": Given([M]), "special.logsumexp": Given([M]),
        "stats.multivariate_normal.logpdf": Given([real(3), real(3), POSITIVE]),
        "stats.multivariate_normal.pdf": Given([real(3), real(3), POSITIVE]),
        "stats.multivariate_normal.entropy": Given([real(3), POSITIVE]),
        **{f"stats.dirichlet.{name}": Given([np.array([1.5, 2.0, 0.8])]) for name in ("entropy", "mean", "var")},
        "stats.dirichlet.logpdf": Given([np.array([0.2, 0.5, 0.3]), np.array([1.5, 2.0, 0.8])]),
        "stats.dirichlet.pdf": Given([np.array([0.2, 0.5, 0.3]), np.array([1.5, 2.0, 0.8])]),
        "linalg.cho_factor": Given([POSITIVE]), "linalg.lu_factor": Given([SQUARE]), "linalg.lu": Given([SQUARE]),
        "linalg.eigh": Given([POSITIVE]), "linalg.eigvalsh": Given([POSITIVE]), "linalg.svd": Given([SQUARE]),
        "linalg.cholesky": Given([POSITIVE]), "linalg.solve_triangular": Given([SQUARE, real(3)]),
        "linalg.sqrtm": Given([POSITIVE]),
        "linalg.logm": Given([POSITIVE]), "linalg.solve": Given([SQUARE, real(3)]), "linalg.qr": Given([SQUARE]),
        "optimize.newton": Given([cubic, 2.0], {"args": PARAMETERS, "tol": 1e-13}),
        "optimize.fsolve": Given([circle, np.array([1.0, 1.0])], {"args": PARAMETERS, "xtol": 1e-13}),
        "optimize.fixed_point": Given([halfway, 1.0], {"args": PARAMETERS, "xtol": 1e-13}),
        "optimize.root": Given([circle, np.array([1.0, 1.0])], {"args": PARAMETERS, "tol": 1e-13}),
        "optimize.minimize": Given([bowl, np.array([1.0, 1.0])], {"args": PARAMETERS, "tol": 1e-12}),
        "optimize.minimize_scalar": Given([valley], {"args": PARAMETERS}),
        "optimize.root_scalar": Given([cubic], {"args": PARAMETERS, "bracket": (1.0, 4.0), "xtol": 1e-13}),
        "integrate.quad": Given([wave, 0.0, 2.0], {"args": PARAMETERS}),
        "integrate.solve_ivp": Given([decay, (0, 1), np.array([1.0, 2.0])], {"args": PARAMETERS, "rtol": 1e-8,
        "atol": 1e-8, "t_eval": TIMES}),
        "integrate.odeint": Given([decay_first, np.array([1.0, 2.0]), np.linspace(0.0, 1.0, 4)],
                                  {"args": PARAMETERS, "rtol": 1e-10, "atol": 1e-10}),
    }
    for name in ("brentq", "brenth", "bisect", "ridder"):
        found[f"optimize.{name}"] = Given([cubic, 1.0, 4.0], {"args": PARAMETERS, "xtol": 1e-13})
    return found


BASES.update(bases())
MASK = np.array([[True, False, True, True], [True, True, False, True], [False, True, True, True]])
OVERRIDES.update({
    ("np.take", "axis"): (1,), ("np.trim_zeros", "trim"): ("f", "b"), ("np.diagonal", "axis1"): (2, -1), ("np.diagonal",
        "axis2"): (2, -1),
    ("np.trace", "axis1"): (2, -1), ("np.trace", "axis2"): (2, -1), ("np.pad", "constant_values"): (0.7, (0.7, 1.1)),
    ("np.tensordot", "axes"): (([0], [0]), ((0, 1), (0, 1))), ("np.full_like", "shape"): ((3, 2), 4), ("np.trapezoid",
        "x"): (RISING,),
    ("np.squeeze", "axis"): (0, (0, 2)),
    ("np.rollaxis", "start"): (1,), ("np.require", "requirements"): ("C", ["F", "W"]), ("np.vander", "N"): (3,),
    ("np.polyder", "m"): (2,), ("np.polyint", "m"): (2,), ("np.polyint", "k"): (0.7, [0.7]), ("np.polyfit",
        "w"): (np.abs(real(6)) + 0.5,),
    ("np.cross", "axisa"): (0,), ("np.cross", "axisb"): (0,), ("np.cross", "axisc"): (0,), ("np.partition", "kind"): (),
    ("np.arange", "stop"): (2.5,), ("np.interp", "left"): (0.7,), ("np.interp", "right"): (0.7,), ("np.interp",
        "period"): (3.0,),
    ("np.ediff1d", "to_begin"): (0.3, V), ("np.ediff1d", "to_end"): (0.3, V), ("np.cov", "y"): (real(3, 4),),
        ("np.corrcoef", "y"): (real(4),),
    ("np.cov", "fweights"): ([1, 2, 1, 3],), ("np.cov", "aweights"): ([0.5, 2.0, 1.0, 1.5], W), ("np.histogram",
        "bins"): (3, RISING),
    ("np.histogram_bin_edges", "bins"): (3, RISING), ("np.histogram", "weights"): (W,), ("np.einsum", "dtype"): ("float64",),
    ("np.quantile", "method"): ("hazen", "median_unbiased", "lower", "midpoint", "inverted_cdf"),
    ("np.percentile", "method"): ("hazen", "weibull", "higher", "nearest"), ("np.nanquantile", "method"): ("hazen", "lower"),
    ("np.nanpercentile", "method"): ("weibull", "higher"), ("np.unwrap", "period"): (5.0,), ("np.average", "axis"): (0, (1,
        0)),
    ("special.logsumexp", "b"): (np.abs(M) + 0.3, 2.0), ("special.logsumexp", "return_sign"): (True,), ("special.zeta",
        "q"): (1.5,),
    ("np.clip", "a_min"): (Given([M], {"a_min": -0.3, "a_max": None}),), ("np.clip", "a_max"): (0.4,),
    ("special.factorial", "exact"): (), ("special.factorial", "extend"): ("complex",), ("linalg.solve",
        "assume_a"): ("gen", "pos"),
    ("linalg.solve", "transposed"): (True,), ("linalg.inv", "assume_a"): ("gen",), ("linalg.solve_triangular",
        "trans"): (1, "T"),
    ("linalg.solve_triangular", "unit_diagonal"): (True,), ("linalg.lu_solve", "trans"): (1,), ("linalg.eigh",
        "b"): (POSITIVE + np.eye(3),),
    ("linalg.eigvalsh", "b"): (POSITIVE + np.eye(3),), ("linalg.toeplitz", "r"): (real(3),), ("linalg.qr",
        "pivoting"): (True,),
    ("linalg.qr", "mode"): ("economic", "r"), ("linalg.qr", "lwork"): (12,), ("linalg.pinv", "atol"): (1e-9,),
        ("linalg.pinv", "return_rank"): (True,),
    ("linalg.eigh", "eigvals_only"): (True,), ("linalg.svd", "lapack_driver"): ("gesvd",), ("linalg.solve_banded",
        "overwrite_ab"): (True,),
    ("np.linalg.tensorinv", "ind"): (1,), ("np.linalg.tensorsolve", "axes"): ((0,),),
})
for name in ("eigh", "eigvalsh"):
    OVERRIDES.update({(f"linalg.{name}", "driver"): ("ev",), (f"linalg.{name}", "type"): (1,), (f"linalg.{name}",
        "subset_by_index"): ((0, 1),),
                      (f"linalg.{name}", "subset_by_value"): ((0.0, 1e3),), (f"linalg.{name}", "lower"): (False,)})
for name in ("max", "min", "amax", "amin", "nanmax", "nanmin"):
    BASES[f"np.{name}"] = Given([M], {"initial": 0.1})
    OVERRIDES[f"np.{name}", "where"] = (MASK,)
    OVERRIDES[f"np.{name}", "initial"] = (0.7, -9.0)
for name in ("maximum", "minimum", "hypot"):
    BASES[f"np.{name}.reduce"] = Given([M], {"initial": 0.1})
    OVERRIDES[f"np.{name}.reduce", "where"] = (MASK,)
    OVERRIDES[f"np.{name}.reduce", "initial"] = (0.7, -9.0)

for name in ("brentq", "brenth", "bisect", "ridder"):
    OVERRIDES.update({(f"optimize.{name}", key): (value,) for key, value in {
        "xtol": 1e-12, "rtol": 1e-12, "maxiter": 200, "full_output": True, "disp": False, "args": (2.1, 1.4)}.items()})
OVERRIDES.update({("optimize.newton", key): (value,) for key, value in {
    "fprime": slope_of_cubic, "args": (2.1, 1.4), "tol": 1e-12, "maxiter": 90, "fprime2": None, "x1": 2.3, "rtol": 1e-12,
    "full_output": True, "disp": False}.items()})
OVERRIDES.update({("optimize.fsolve", key): (value,) for key, value in {
    "fprime": None, "args": (2.1, 1.4), "full_output": True, "col_deriv": True, "xtol": 1e-12, "maxfev": 500, "band": (1, 1),
    "epsfcn": 1e-9, "factor": 10, "diag": (1, 2)}.items()})
OVERRIDES.update({("optimize.fixed_point", key): (value,) for key, value in {
    "args": (2.1, 1.4), "xtol": 1e-12, "maxiter": 90, "method": "iteration"}.items()})
OVERRIDES.update({("optimize.root", key): (value,) for key, value in {
    "args": (2.1, 1.4), "method": "lm", "jac": False, "tol": 1e-12, "callback": print, "options": {"maxfev": 500}}.items()})
OVERRIDES.update({("optimize.minimize", key): (value,) for key, value in {
    "args": (2.1, 1.4), "method": "BFGS", "jac": False, "hess": None, "hessp": None, "tol": 1e-11, "callback": abs,
    "constraints": [],
    "bounds": ((-9, 9), (-9, 9)), "options": {"maxiter": 500}}.items()})
OVERRIDES.update({("optimize.minimize_scalar", key): (value,) for key, value in {
    "args": (2.1, 1.4), "method": "golden", "bracket": (0, 2), "bounds": (0, 2), "tol": 1e-11,
    "options": {"maxiter": 500}}.items()})
OVERRIDES.update({("optimize.root_scalar", key): (value,) for key, value in {
    "args": (2.1, 1.4), "method": "brenth", "bracket": (1, 5), "fprime": slope_of_cubic, "fprime2": None, "x0": 2, "x1": 3,
    "xtol": 1e-12,
    "rtol": 1e-12, "maxiter": 90, "options": {}}.items()})
OVERRIDES.update({("integrate.quad", key): (value,) for key, value in {
    "args": (2.1, 1.4), "full_output": True, "epsabs": 1e-10, "epsrel": 1e-10, "limit": 90, "points": (0.5, 1.5),
    "weight": "cos", "wvar": 2,
    "wopts": None, "maxp1": 60, "limlst": 60, "complex_func": True}.items()})
OVERRIDES.update({("integrate.solve_ivp", key): (value,) for key, value in {
    "args": (2.1, 1.4), "method": "RK23", "t_eval": np.array([0.2, 0.9]), "dense_output": True, "events": None,
    "vectorized": True}.items()})
OVERRIDES.update({("integrate.odeint", key): (value,) for key, value in {
    "args": (2.1, 1.4), "Dfun": None, "col_deriv": True, "full_output": True, "ml": 1, "mu": 1, "rtol": 1e-9, "atol": 1e-9,
    "tcrit": [2],
    "h0": 1e-3, "hmax": 0.5, "hmin": 1e-9, "ixpr": True, "mxstep": 900, "mxhnil": 3, "mxordn": 9, "mxords": 4,
    "printmessg": True,
    "tfirst": True}.items()})
RESULTS.update({"optimize.root": ("{}.x",), "optimize.minimize": ("{}.x", "{}.fun"), "optimize.minimize_scalar": ("{}.x",
"{}.fun"),
                "optimize.root_scalar": ("{}.root",), "integrate.solve_ivp": ("{}.y",), "integrate.quad": ("{}[0]",),
                "linalg.eigh": ("{}[0]", "{}[1] ** 2"), "np.linalg.lstsq": ("{}[0]",)})
CONSTANTS.update({"tol", "rtol", "h0", "hmax", "hmin", "epsfcn", "bounds"})

WEIGHTED = Given([V, 0.37], {"weights": W, "method": "inverted_cdf"})
IN_PERCENT = Given([V, 37.0], {"weights": W, "method": "inverted_cdf"})
BASES.update({
    "np.matmul": Given([M, real(4, 2)]), "np.matvec": Given([M, V]), "np.vecmat": Given([real(3), M]),
    "np.vecdot": Given([M, V]),
    "complex": Given([0.5, -1.2]), "random.uniform": Given([0.3, 1.2]), "random.gauss": Given([0.3, 1.2]),
    "random.normalvariate": Given([0.3, 1.2]), "np.random.exponential": Given([1.2]), "np.random.rayleigh": Given([1.2]),
})
for name in ("normal", "laplace", "logistic", "gumbel", "uniform", "lognormal"):
    BASES[f"np.random.{name}"] = Given([0.3, 1.2])
OVERRIDES.update({
    ("np.quantile", "weights"): (WEIGHTED,), ("np.percentile", "weights"): (IN_PERCENT,), ("np.nanquantile",
        "weights"): (WEIGHTED,),
    ("np.nanpercentile", "weights"): (IN_PERCENT,), ("np.clip", "min"): (Given([M], {"min": -0.5}),),
    ("np.clip", "max"): (Given([M], {"max": 0.4}), Given([M, -0.5], {"max": 0.4})), ("np.gradient", "f"): (Given([],
        {"f": M}),),
    ("np.pad", "stat_length"): (Given([M, 1, "mean"], {"stat_length": 2}),),
    ("np.pad", "end_values"): (Given([M, 1, "linear_ramp"], {"end_values": 1}),),
    ("np.pad", "reflect_type"): (Given([M, 1, "reflect"], {"reflect_type": "odd"}),),
    ("np.arange", "step"): (Given([0.3, 2.5, 0.4]), Given([0.3], {"stop": 2.5, "step": 0.4})),
    ("np.matmul", "axes"): ([(-2, -1), (-2, -1), (-2, -1)],), ("np.matvec", "axes"): ([(-2, -1), (-1,), (-1,)],),
    ("np.vecmat", "axes"): ([(-1,), (-2, -1), (-1,)],), ("sum", "start"): (0.7,), ("math.log", "base"): (Given([1.7, 2.5]),),
    ("np.complex128", "imag"): (Given([0.5, -1.2]),), ("np.complex64", "imag"): (Given([0.5, -1.2]),), ("math.prod",
        "start"): (0.7,),
    ("linalg.lu", "permute_l"): (True,), ("linalg.lu", "p_indices"): (True,), ("linalg.sqrtm", "disp"): (False,),
    ("linalg.sqrtm", "blocksize"): (32,), ("linalg.logm", "disp"): (False,),
    ("signal.upfirdn", "up"): (2,), ("signal.upfirdn", "down"): (3,), ("signal.upfirdn", "cval"): (0.5,),
    ("signal.fftconvolve", "axes"): (0,), ("signal.oaconvolve", "axes"): (0,), ("signal.lfilter", "zi"): (np.array([0.3,
        -0.2]),),
})
CONSTANTS.update({"subset_by_value", ("np.nanquantile", "q"), ("np.nanpercentile", "q"), "period",
("stats.dirichlet.logpdf", "x"),
                       ("stats.dirichlet.pdf", "x"), ("integrate.solve_ivp", "t_eval")})
REFUSED: dict[str, str] = {
    "allow_singular": "stats.multivariate_normal.logpdf stats.multivariate_normal.pdf", "assume_a": "linalg.inv",
    "atol": "linalg.pinv", "aweights": "np.cov",
    "axes": "np.matmul np.matvec np.vecdot np.vecmat signal.fftconvolve signal.oaconvolve", "axis": "np.trim_zeros",
    "b": "linalg.eigh linalg.eigvalsh", "band": "optimize.fsolve", "blocksize": "linalg.sqrtm",
    "bounds": "optimize.minimize optimize.minimize_scalar", "callback": "optimize.minimize optimize.root",
    "casting": "np.clip np.einsum", "col_deriv": "integrate.odeint optimize.fsolve", "complex_func": "integrate.quad",
    "copy": "np.meshgrid", "cov": "np.polyfit",
    "dense_output": "integrate.solve_ivp", "diag": "optimize.fsolve", "disp": "linalg.logm linalg.sqrtm",
    "driver": "linalg.eigh linalg.eigvalsh", "dtype": "np.clip np.einsum", "end_values": "np.pad",
    "extend": "special.factorial", "full": "np.polyfit",
    "full_output": "integrate.odeint integrate.quad optimize.bisect optimize.brenth optimize.brentq optimize.fsolve "
        "optimize.newton optimize.ridder",
    "h0": "integrate.odeint", "hmax": "integrate.odeint", "hmin": "integrate.odeint", "ixpr": "integrate.odeint",
    "keepdims": "np.vecdot", "lapack_driver": "linalg.svd",
    "like": "np.arange np.array np.asanyarray np.asarray np.ascontiguousarray np.asfortranarray np.full np.require",
    "limlst": "integrate.quad", "lower": "linalg.inv", "lwork": "linalg.qr", "maxp1": "integrate.quad",
    "ml": "integrate.odeint",
    "mode": "np.linalg.qr signal.upfirdn", "cval": "signal.upfirdn", "mu": "integrate.odeint", "mxhnil": "integrate.odeint",
        "mxordn": "integrate.odeint",
    "mxords": "integrate.odeint", "ndmax": "np.array", "order": "np.clip np.einsum",
    "out": "np.fft.hfft np.fft.ifft2 np.fft.irfft2",
    "overwrite_a": "linalg.cho_factor linalg.cholesky linalg.det linalg.eigh linalg.eigvalsh linalg.inv linalg.lu "
        "linalg.lu_factor linalg.qr linalg.solve linalg.svd linalg.svdvals",
    "overwrite_ab": "linalg.solve_banded",
    "overwrite_b": "linalg.cho_solve linalg.eigh linalg.eigvalsh linalg.lu_solve linalg.solve linalg.solve_banded "
        "linalg.solve_triangular",
    "overwrite_input": "np.median np.nanmedian np.nanpercentile np.nanquantile np.percentile np.quantile",
    "p_indices": "linalg.lu", "permute_l": "linalg.lu", "pivoting": "linalg.qr", "points": "integrate.quad",
    "printmessg": "integrate.odeint", "reflect_type": "np.pad", "return_rank": "linalg.pinv",
    "return_sign": "special.logsumexp", "signature": "ufuncs np.clip np.matmul np.matvec np.vecdot np.vecmat",
    "sorted": "np.unique", "stat_length": "np.pad", "subok": "np.clip", "subset_by_index": "linalg.eigh linalg.eigvalsh",
    "subset_by_value": "linalg.eigh linalg.eigvalsh", "tcrit": "integrate.odeint",
    "vectorized": "integrate.solve_ivp", "weight": "integrate.quad", "weights": "np.nanpercentile np.nanquantile",
    "where": "ufuncs np.clip", "wvar": "integrate.quad", "x1": "optimize.newton",
}
"""The parameters that are refused, with the functions: ``ufuncs`` for all of these that compute element by element."""
EXCUSED: dict[tuple[str, str], str] = {
    ("np.sort", "order"): "for structured arrays", ("np.frexp", "dtype"): "NumPy takes no other", ("np.partition",
        "order"): "for structured arrays",
    ("np.partition", "kind"): "NumPy has one kind", ("pow", "mod"): "for integers", ("special.factorial",
        "exact"): "for integers",
    ("np.matmul", "axis"): "NumPy never takes it", ("np.matmul", "keepdims"): "NumPy never takes it",
    ("np.matvec", "axis"): "NumPy never takes it", ("np.matvec", "keepdims"): "NumPy never takes it",
    ("np.vecmat", "axis"): "NumPy never takes it", ("np.vecmat", "keepdims"): "NumPy never takes it",
}
"""Parameters that cannot be given to a call with a derivative."""
