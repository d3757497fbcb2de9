"""Every mistake in the rules of solvers, differential equations, sparse matrices and interpolants must be noticed.

These rules call the functions that they are given, so they are tried as compiled.  Each function of theirs gets each mistake
(``mutants.py``); derivatives that this leaves as they are would mean that a test is missing.  A usual run tries a part of them.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy import integrate, sparse
from scipy.sparse.linalg import gmres, spsolve

from sct.rules import registry
from sct.runtime import implicit, trajectories

registry.load_families()

from sct.rules.scipy import integrate as of_integrals  # noqa: E402
from sct.rules.scipy import interpolate as of_interpolants  # noqa: E402
from sct.rules.scipy import optimize as of_solvers  # noqa: E402
from sct.rules.scipy import sparse as of_sparse  # noqa: E402

from . import test_scipy_interpolate, test_scipy_optimize  # noqa: E402
from .mutants import Mutant, Use, derivatives, functions_of, mutants_of, notices, put_in, read_for  # noqa: E402
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
             Use(with_two_parameters, [1.3, 0.6])]

DENSE = np.array([[2.0, 0.0, -1.0], [0.5, 3.0, 0.0], [0.0, 0.7, 4.0]])
SPARSE = sparse.csc_array(DENSE)


def sparse_products(x):
    return np.sin(SPARSE @ x) + x @ SPARSE + spsolve(SPARSE, x**2)


def solved_by_iteration(x):
    return gmres(SPARSE, x**2, rtol=1e-13, atol=1e-13)[0]


FAMILIES: dict[str, tuple[list[Any], list[Use]]] = {
    "solvers": ([of_solvers, implicit.paired, implicit.steepness, implicit.height, implicit.both_ways],
                [Use(*case) for case in test_scipy_optimize.CASES + test_scipy_optimize.LEAST[:4]]),
    "equations": ([of_integrals, implicit.rate, implicit.rate_pairing, trajectories], EQUATIONS + INTEGRALS),
    "sparse": ([of_sparse], [Use(f, [np.array([0.3, 1.2, -0.7])]) for f in (sparse_products, solved_by_iteration)]),
    "interpolants": ([of_interpolants], [Use(f, v) for f, v in test_scipy_interpolate.CASES]),
}
WITHOUT_EFFECT = (
    "_tolerances: ", "odeint_vjp: 1.49012e-08 if", "trajectory_of: not found.success", "trajectory_of: tuple(args) or None",
    "pull_back: given or None", "pull_back: solution is not None and", "args_bars: np.ndim(p) > 0  =>  np.ndim(p) >= 0",
    "steepness: np.sum(weights * slope(f, x, *args))  =>  -",
    "odeint_vjp: -1  =>  1",
    "pull_back: state * scale  =>  -(",
)
"""What changes how exact the results are, or what is warned of; other ways to say that there are no arguments, to take one
number, and that nothing has to be solved; the sign of an equation that is solved and differentiated; the end of a span of which
the beginning is read; the sign of nothing, and of what is not finite."""


def mutants(family: str) -> list[Mutant]:
    places, _ = FAMILIES[family]
    every = [fn for place in places for fn in (functions_of(place) if isinstance(place, ModuleType) else [place])]
    return [mutant for function in every for mutant in mutants_of(function)
            if not any(text in mutant.what for text in WITHOUT_EFFECT)]


def parts() -> list[Any]:
    """All mistakes, and for a usual run a few: fewer where each use is an equation to be solved numerically."""
    found = []
    for family in FAMILIES:
        every = 120 if family == "equations" else 40
        for k, mutant in enumerate(mutants(family)):
            marks = [] if k % every == 3 else [pytest.mark.long]
            found.append(pytest.param(family, mutant, id=f"{family}-{mutant.what}", marks=marks))
    return found


_right: dict[str, list[tuple[Use, list[Any], Any]]] = {}


def uses(family: str) -> list[tuple[Use, list[Any], Any]]:
    """The uses of a family, their derivatives, and what was compiled for them."""
    if family not in _right:
        _right[family] = [(use, list(derivatives(use)), read_for(use)) for use in FAMILIES[family][1]]
    return _right[family]


@pytest.mark.parametrize(("family", "mutant"), parts())
@pytest.mark.filterwarnings("ignore")
def test_mistake_is_noticed(family: str, mutant: Mutant, tmp_path: Path) -> None:
    beside = mutant.function.__module__ == trajectories.__name__
    concerned = [(use, right) for use, right, read in uses(family) if beside or mutant.function in read]
    assert concerned, "nothing uses this function"
    with put_in(mutant, tmp_path):
        assert any(notices(use, right, 1e-6) for use, right in concerned)
