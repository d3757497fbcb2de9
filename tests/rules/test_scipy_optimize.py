"""``scipy.optimize``: solutions of equations by the implicit function theorem, against differences of the solutions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

optimize = pytest.importorskip("scipy.optimize")

import sct  # noqa: E402

from .whole import check_whole  # noqa: E402


def cubic(x, a, b):
    return x**3 - a * x - b * np.sin(x)


def kepler(e, m, eccentricity):
    return e - eccentricity * math.sin(e) - m


def scaled(x, c, n):
    return c[0] * x**n + c[1] * x - c[2]


def circle_and_line(x, a, b):
    return np.array([x[0] ** 2 + x[1] ** 2 - a, x[0] - b[0] * x[1] - b[1]])


def in_a_list(x, a, b):
    return [x[0] ** 2 + x[1] ** 2 - a, x[0] - b[0] * x[1] - b[1]]


def babylonian(x, a):
    return 0.5 * (x + a / x)


def settling(x, a, w):
    return np.tanh(w @ x) * a


def by_brent(a, b):
    return a * optimize.brentq(cubic, 0.5, 4.0, args=(a, b)) ** 2


def by_bisection(m, e):
    return optimize.bisect(kepler, -1.0, 5.0, (m, e), 1e-13) + optimize.brenth(kepler, -1.0, 5.0, (m, 0.3))


def by_ridder(m):
    return optimize.ridder(kepler, -1.0, 5.0, args=(m, 0.3), xtol=1e-13)


def by_newton(c):
    return optimize.newton(scaled, 1.0, args=(c, 3), tol=1e-13)


def slope_of_cubic(x, a, b):
    return 3.0 * x**2 - a - b * np.cos(x)


def by_newton_with_slope(a, b):
    return optimize.newton(cubic, 2.0, slope_of_cubic, (a, b), 1e-13)


def by_fsolve(a, b):
    return optimize.fsolve(circle_and_line, np.array([1.0, 1.0]), args=(a, b), xtol=1e-13)


def by_fsolve_of_lists(a, b):
    return optimize.fsolve(in_a_list, [1.0, 1.0], args=(a, b), xtol=1e-13)


def by_iteration(a):
    return optimize.fixed_point(babylonian, 1.0, args=(a,), xtol=1e-14)


def by_iteration_of_vectors(a, w):
    return optimize.fixed_point(settling, np.array([0.5, 0.5]), args=(a, w), xtol=1e-14, method="iteration")


COEFFICIENTS, LINE = np.array([1.0, 2.0, 4.0]), np.array([0.5, 0.2])
WEIGHTS = np.array([[0.9, 0.4], [0.3, 0.8]])
CASES = [(by_brent, [2.0, 0.5]), (by_bisection, [1.2, 0.4]), (by_ridder, [1.1]), (by_newton, [COEFFICIENTS]),
         (by_newton_with_slope, [2.0, 0.5]), (by_fsolve, [3.0, LINE]), (by_fsolve_of_lists, [3.0, LINE]), (by_iteration, [2.0]),
         (by_iteration_of_vectors, [1.7, WEIGHTS])]


@pytest.mark.parametrize(("f", "values"), CASES, ids=lambda x: getattr(x, "__name__", ""))
def test_derivatives_of_solutions(f: Any, values: list[Any]) -> None:
    check_whole(f, values, rtol=2e-5)


def test_where_the_search_begins_does_not_matter() -> None:
    def f(a: float) -> float:
        return optimize.brentq(cubic, 0.5 * a, 4.0 * a, args=(1.3, 0.2))
    assert sct.grad(f)(1.0) == 0.0


def minimiser(a):
    return optimize.fsolve(sct_slope, np.array([0.1, 0.2]), args=(a,), xtol=1e-13)


def bowl(x, a):
    return np.sum((x - a) ** 2) + 0.1 * np.sum(x**4)


def sct_slope(x, a):
    return sct.grad(bowl)(x, a)


def test_minimiser_as_the_solution_of_its_equation() -> None:
    check_whole(minimiser, [np.array([0.4, -0.7])], rtol=2e-5)


@pytest.mark.parametrize("f", [
    lambda a: optimize.brentq(lambda x: x**3 - a, 0.0, 4.0),
    lambda a: optimize.brentq(cubic, 0.5, 4.0, (a, 0.5), full_output=True)[0],
    lambda a: optimize.newton(cubic, np.ones(2), args=(a, 0.5))[0],
    lambda a: optimize.newton(cubic, 1.0, args=(a, 0.5), x1=2.0),
    lambda a: optimize.root(circle_and_line, np.ones(2), args=(a, LINE)).x[0],
    lambda a: optimize.minimize(bowl, np.ones(2), a).x[0],
    lambda a: optimize.fsolve(circle_and_line, np.ones(2), args=(a, LINE), full_output=True)[0][0],
    lambda a: optimize.fixed_point(babylonian, 1.0, a),
    lambda a: optimize.brentq(scaled, 0.0, 4.0, args=((1.0, a, 4.0), 3)),  # what a container holds must not be forgotten
    lambda a: optimize.brentq(scaled, 0.0, 4.0, args=([1.0, a, 4.0], 3)),
    lambda a: optimize.fsolve(circle_and_line, np.ones(2), args=(a, (0.5, a)))[0],
])
def test_what_has_no_rule_is_refused(f: Any) -> None:
    with pytest.raises(sct.SctError):
        sct.grad(f)(2.0)
