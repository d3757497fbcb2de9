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


def by_tolerances_in_order(a, b):
    return optimize.brentq(cubic, 0.5, 4.0, (a, b), 1e-13, 1e-14, 200)


def by_ridder(m):
    return optimize.ridder(kepler, -1.0, 5.0, args=(m, 0.3), xtol=1e-13)


def by_toms(a, b):
    return optimize.toms748(cubic, 0.5, 4.0, (a, b), 2, xtol=1e-13)


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


def by_iteration_with_a_slope(a):
    return optimize.fixed_point(lambda x: np.cos(a * x), 0.7, xtol=1e-14)


def by_iteration_of_vectors(a, w):
    return optimize.fixed_point(settling, np.array([0.5, 0.5]), args=(a, w), xtol=1e-14, method="iteration")


def by_root(a, b):
    return optimize.root(circle_and_line, np.array([1.0, 1.0]), args=(a, b), tol=1e-13).x


def by_root_of_pairs(a, b):
    found = optimize.root(lambda x: (circle_and_line(x, a, b), np.array([[2.0 * x[0], 2.0 * x[1]], [1.0, -b[0]]])), [1.0, 1.0],
                          method="lm", jac=True, options={"xtol": 1e-13})
    return found.x * found.success + np.sum(found.fun)


def tilted(x, a, b):
    return (x[0] - a) ** 2 + 0.1 * x[0] ** 4 + (x[1] - b[0] * x[0] - b[1]) ** 2


def by_minimize(a, b):
    return optimize.minimize(tilted, np.array([1.0, 1.0]), args=(a, b), jac=sct.grad(tilted), tol=1e-8).x


def by_minimize_of_pairs(a, b):
    found = optimize.minimize(sct.value_and_grad(tilted), [1.0, 1.0], (a, b), jac=True, tol=1e-8)
    return found.fun * found.x[0] if found.success else 0.0


def minimum(a, b):
    return optimize.minimize(tilted, np.array([1.0, 1.0]), args=(a, b), jac=sct.grad(tilted), method="Newton-CG", tol=1e-8,
                             hess=sct.hessian(tilted)).fun ** 2


def by_minimize_scalar(a, b):
    found = optimize.minimize_scalar(lambda x: (x - a) ** 2 + b * np.cos(x), bracket=(0.0, 2.0))
    return found.x * found.fun + found.x


def place_of_lowest(a, b):
    return optimize.minimize_scalar(lambda x: (x - a) ** 2 + b * np.cos(x), bracket=(0.0, 2.0)).x


def lowest_of_scalar(a, b):
    return optimize.minimize_scalar(lambda x: (x - a) ** 2 + b * np.cos(x), bracket=(0.0, 2.0)).fun


def by_root_scalar(a, b):
    return optimize.root_scalar(cubic, args=(a, b), bracket=[0.5, 4.0], xtol=1e-14).root


def by_root_scalar_of_pairs(a, b):
    found = optimize.root_scalar(lambda x: (x**3 - a * x - b, 3.0 * x**2 - a), x0=2.0, fprime=True, xtol=1e-13)
    return found.root if found.converged else 0.0


COEFFICIENTS, LINE = np.array([1.0, 2.0, 4.0]), np.array([0.5, 0.2])
WEIGHTS = np.array([[0.9, 0.4], [0.3, 0.8]])
CASES = [(by_brent, [2.0, 0.5]), (by_bisection, [1.2, 0.4]), (by_ridder, [1.1]), (by_toms, [2.0, 0.5]),
         (by_newton, [COEFFICIENTS]), (by_newton_with_slope, [2.0, 0.5]), (by_fsolve, [3.0, LINE]),
         (by_tolerances_in_order, [2.0, 0.5]), (by_fsolve_of_lists, [3.0, LINE]), (by_iteration, [2.0]),
         (by_iteration_with_a_slope, [0.9]), (place_of_lowest, [2.0, 0.5]),
         (by_iteration_of_vectors, [1.7, WEIGHTS]), (by_root, [3.0, LINE]), (by_root_of_pairs, [3.0, LINE]),
         (by_minimize, [1.5, LINE]), (by_minimize_of_pairs, [1.5, LINE]), (minimum, [1.5, LINE]),
         (lowest_of_scalar, [2.0, 0.5]), (by_root_scalar, [2.0, 0.5]), (by_root_scalar_of_pairs, [2.0, 0.5])]


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
    lambda a: optimize.root(circle_and_line, np.ones(2), args=(a, LINE), callback=print).x[0],
    lambda a: optimize.minimize(bowl, np.ones(2), a, bounds=[(0.0, 1.0), (0.0, 1.0)]).x[0],
    lambda a: optimize.minimize(bowl, np.ones(2), a, constraints={"type": "eq", "fun": bowl, "args": (a,)}).x[0],
    lambda a: optimize.minimize(bowl, np.ones(2), a).jac[0], lambda a: optimize.minimize(bowl, np.ones(2), a)[0][0],
    lambda a: optimize.minimize_scalar(cubic, args=(a, 0.5), bounds=(0.0, 1.0)).x,
    lambda a: optimize.root(lambda x: x - a, np.ones((2, 2)), method="krylov").x[0, 0],
    lambda a: optimize.brentq(cubic, 0.5, 4.0, (a, 0.5), full_output=True)[0],
    lambda a: optimize.newton(cubic, np.ones(2), args=(a, 0.5))[0],
    lambda a: optimize.newton(cubic, 1.0, args=(a, 0.5), x1=2.0),
    lambda a: optimize.fsolve(circle_and_line, np.ones(2), args=(a, LINE), full_output=True)[0][0],
    lambda a: optimize.fixed_point(babylonian, 1.0, a),
])
def test_what_has_no_rule_is_refused(f: Any) -> None:
    with pytest.raises(sct.SctError):
        sct.grad(f)(2.0)


@pytest.mark.parametrize("f", [lambda a: optimize.brentq(scaled, 0.0, 4.0, args=((1.0, a, 4.0), 3)),
                               lambda a: optimize.brentq(scaled, 0.0, 4.0, args=([1.0, a, 4.0], 3)),
                               lambda a: optimize.fsolve(circle_and_line, np.ones(2), args=(4.0, (0.5, 0.2 * a)), xtol=1e-13)])
def test_numbers_in_containers(f: Any) -> None:
    check_whole(f, [2.0], rtol=2e-5)


def test_minimiser_of_one_variable() -> None:
    """Its search stops where the function is flat to rounding: the place is known to half of the digits."""
    check_whole(by_minimize_scalar, [2.0, 0.5], rtol=1e-4, h=3e-2)


def test_closed_form_of_a_minimum() -> None:
    """Least squares: the minimiser of ``(x - a)^2 + b (x - 1)^2`` is ``(a + b) / (1 + b)``."""
    def lowest(a: float, b: float) -> float:
        return optimize.minimize(lambda x: (x[0] - a) ** 2 + b * (x[0] - 1.0) ** 2, [0.0], tol=1e-12).x[0]
    a, b = 3.0, 0.5
    np.testing.assert_allclose(sct.grad(lowest, (0, 1))(a, b), [1 / (1 + b), (1 - a) / (1 + b) ** 2], rtol=1e-6)
    np.testing.assert_allclose(sct.hessian(lowest, 1)(a, b), 2 * (a - 1) / (1 + b) ** 3, rtol=1e-6)


def test_what_has_not_converged_says_so() -> None:
    def f(a: float) -> float:
        return optimize.minimize(bowl, np.ones(2), (a,), options={"maxiter": 1}).x[0]
    with pytest.warns(RuntimeWarning, match="not converged.*Maximum number of iterations"):
        sct.grad(f)(2.0)


def test_a_minimum_that_is_flat_has_no_derivative() -> None:
    with pytest.raises(np.linalg.LinAlgError):
        sct.grad(lambda a: optimize.minimize(lambda x: (x[0] + x[1] - a) ** 2, np.ones(2)).x[0])(1.0)


def test_parts_of_what_a_solver_returns_that_have_no_type_are_named() -> None:
    def f(a: float) -> float:
        return optimize.minimize(tilted, np.array([1.0, 1.0]), args=(a, np.ones(2)), tol=1e-8).nit * a
    with pytest.raises(sct.SctError, match="`nit` of what scipy.optimize.root or minimize returns cannot be read"):
        sct.grad(f)(0.5)


def test_what_a_solver_returns_is_a_dict_too() -> None:
    def f(a: float) -> float:
        return optimize.minimize(tilted, np.array([1.0, 1.0]), args=(a, np.ones(2)), jac=sct.grad(tilted), tol=1e-8)["fun"]
    h = 1e-4
    assert np.isclose(sct.grad(f)(0.5), (f(0.5 + h) - f(0.5 - h)) / (2 * h), rtol=1e-6)
    with pytest.raises(sct.SctError, match="cannot be read"):
        sct.grad(lambda a: optimize.minimize(tilted, np.ones(2), args=(a, np.ones(2)))[1])(0.5)


# Least squares, assignments, what is refused by name -------------------------------------------------------------------

TIMES = np.linspace(0.0, 2.0, 7)
SAMPLES = 2.0 * np.exp(-1.3 * TIMES) + 0.1 * np.cos(9.0 * TIMES)
WIDE = np.random.default_rng(1).normal(size=(5, 3))


def decay_misfit(p, y):
    return p[0] * np.exp(-p[1] * TIMES) - y


def fitted_decay(y):
    return optimize.least_squares(decay_misfit, [1.0, 1.0], args=(y,), xtol=1e-14, ftol=1e-14, gtol=1e-14).x


def cost_of_fit(y, s):
    found = optimize.least_squares(lambda p: s * decay_misfit(p, y), np.array([1.0, 1.0]),
                                   jac=sct.jacrev(lambda p: s * decay_misfit(p, y)), xtol=1e-14, ftol=1e-14, gtol=1e-14)
    return found.cost * np.sum(found.x) if found.success else 0.0


LEAST = [(fitted_decay, [SAMPLES]), (cost_of_fit, [SAMPLES, 1.3]),
         (lambda a, b: optimize.nnls(a, b)[0], [WIDE, SAMPLES[:5].copy()]),
         (lambda a, b: optimize.nnls(a, b)[1], [WIDE, SAMPLES[:5].copy()]), (lambda x: optimize.rosen(x), [SAMPLES]),
         (lambda c: np.sum(c[optimize.linear_sum_assignment(c)] ** 2), [WIDE[:3].copy()])]


@pytest.mark.parametrize(("f", "values"), LEAST, ids=["fit", "cost", "nnls", "distance", "rosen", "assignment"])
def test_least_squares(f: Any, values: list[Any]) -> None:
    """Least squares whose residuals are not zero: the curvature of these counts."""
    check_whole(f, values, rtol=2e-5)
    np.testing.assert_allclose(sct.vjp(f, *values)[0], f(*values), rtol=1e-9, atol=1e-11)


def decaying(t, a, b):
    return a * np.exp(-b * t)


def by_hand(y, t, s, absolute):
    """What ``curve_fit`` finds, by Newton's method on the normal equations; its covariances are those of the exact Jacobian."""
    p = np.array([2.0, 1.3])
    for _ in range(60):
        e = np.exp(-p[1] * t)
        rows = np.stack([e, -p[0] * t * e], axis=1) / s[:, None]
        p = p - np.linalg.solve(rows.T @ rows, rows.T @ ((p[0] * e - y) / s))
    left = (decaying(t, *p) - y) / s
    return p, np.linalg.inv(rows.T @ rows) * (1.0 if absolute else np.sum(left**2) / (len(y) - 2))


@pytest.mark.parametrize("absolute", [False, True])
def test_curve_fit(absolute: bool) -> None:
    """By what was measured, where, and by its errors: parameters and covariances, of which SciPy's own have six digits."""
    def fitted(y, t, s):
        p, covariance = optimize.curve_fit(decaying, t, y, sigma=s, absolute_sigma=absolute)
        return np.concatenate([p, np.sqrt(np.diag(covariance))])

    def expected(y, t, s):
        p, covariance = by_hand(y, t, s, absolute)
        return np.concatenate([p, np.sqrt(np.diag(covariance))])
    values, weights = (SAMPLES, TIMES, np.linspace(0.5, 1.5, 7)), np.array([0.7, -0.4, 1.1, 0.6])
    np.testing.assert_allclose(sct.vjp(fitted, *values)[0], fitted(*values), rtol=1e-4)
    np.testing.assert_allclose(sct.vjp(fitted, *values)[0], expected(*values), rtol=1e-7)
    gradient = sct.grad(lambda y, t, s: fitted(y, t, s) @ weights, (0, 1, 2))(*values)
    along = [np.cos(np.arange(7.0) + k) for k in range(3)]
    h = 1e-3
    at = [weights @ expected(*(v + k * h * d for v, d in zip(values, along, strict=True))) for k in (-2, -1, 1, 2)]
    slope = (8 * (at[2] - at[1]) - (at[3] - at[0])) / (12 * h)
    assert sum(np.sum(g * d) for g, d in zip(gradient, along, strict=True)) == pytest.approx(slope, rel=1e-6)
    tangent = sct.jvp(lambda y, t, s: fitted(y, t, s) @ weights, values, tuple(along))[1]
    assert tangent == pytest.approx(slope, rel=1e-6)


def test_curve_fit_from_a_start_with_what_it_captures() -> None:
    def fitted(y, c):
        return optimize.curve_fit(lambda t, a, b: a * np.exp(-b * t) + c * t, TIMES, y, p0=[1.0, 1.0])[0]
    check_whole(fitted, [SAMPLES, 0.1], rtol=1e-4)


@pytest.mark.parametrize(("f", "message"), [
    (lambda y: optimize.least_squares(decay_misfit, [1.0, 1.0], args=(y,), loss="huber").x[0], "with `loss`"),
    (lambda y: optimize.least_squares(decay_misfit, [1.0, 1.0], args=(y,), bounds=(0.0, 2.0)).x[0], "with `bounds`"),
    (lambda y: optimize.curve_fit(lambda t, a: a * t, TIMES, y, bounds=(0.0, 2.0))[0][0], "with `bounds`"),
    (lambda y: optimize.curve_fit(lambda t, *p: p[0] * t, TIMES, y, p0=y[:1])[0][0], "`p0` that is a list"),
    (lambda y: optimize.leastsq(decay_misfit, [1.0, 1.0], args=(y,))[0][0], "newer interfaces"),
    (lambda y: optimize.dual_annealing(lambda p: p[0] * y[0], [(0.0, 1.0)]).x[0], "global minimum"),
    (lambda y: optimize.linprog(y, bounds=(0.0, 1.0)).x[0], "corner"),
])
def test_what_is_refused_by_name(f: Any, message: str) -> None:
    with pytest.raises(sct.SctError, match=message):
        sct.grad(f)(SAMPLES)
