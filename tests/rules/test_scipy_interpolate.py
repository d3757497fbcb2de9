"""``scipy.interpolate``: splines made outside by where they are evaluated, cubic ones also by their values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

interpolate = pytest.importorskip("scipy.interpolate")

import sct  # noqa: E402
from tests.sampling import a_part  # noqa: E402

from .whole import check_whole  # noqa: E402

X = np.array([0.0, 0.7, 1.5, 2.0, 3.1])
Y = np.array([0.3, -0.4, 1.2, 0.8, -0.5])
CUBIC, MONOTONE = interpolate.CubicSpline(X, Y), interpolate.PchipInterpolator(X, Y)
SMOOTH = interpolate.make_interp_spline(X, Y)
AKIMA, STRAIGHT = interpolate.Akima1DInterpolator(X, Y), interpolate.make_interp_spline(X, Y, k=1)
OTHER = interpolate.CubicSpline(X, Y**2)
PAIRS, LEGACY = interpolate.CubicSpline(X, np.stack([Y, -Y], axis=1)), interpolate.interp1d(X, Y)
SHUFFLED = np.random.default_rng(5).permutation(X.size)
BEYOND = interpolate.interp1d(X[SHUFFLED], Y[SHUFFLED], fill_value="extrapolate")


def all_splines(t):
    return CUBIC(t) + 2.0 * MONOTONE(t) - SMOOTH(t) * AKIMA(t) + STRAIGHT(t) ** 2


def of_cubic(t):
    return float(CUBIC(t))


def slope_of_spline(t):
    return CUBIC(t, 1) * t + SMOOTH(t, nu=2) - OTHER(t)


def through(y, t):
    return interpolate.CubicSpline(X, y)(t)


def natural(y, t):
    spline = interpolate.CubicSpline(X, y, bc_type="natural")
    return spline(t) * spline(t, 1)


def monotone(x, y, t):
    made = interpolate.PchipInterpolator(x, y)
    return made(t) + made(t, 1) * interpolate.pchip_interpolate(x, y, t)


def hermite(x, y, d, t):
    made = interpolate.CubicHermiteSpline(x, y, d)
    return made(t) * made(t, 2) + made(t, nu=1)


def of_degree(y, t):
    line = interpolate.make_interp_spline(X, y, k=1)
    return interpolate.make_interp_spline(X, y)(t) * line(t) + interpolate.make_interp_spline(X, y, 2)(t, 1)


def polynomials(x, y, t):
    return interpolate.barycentric_interpolate(x, y, t) * interpolate.krogh_interpolate(x, y, t)


def third(x, y, d, t):
    return interpolate.CubicHermiteSpline(x, y, d)(t, 3)


def polynomial(x, y, t):
    return interpolate.krogh_interpolate(x, y, t)


def through_integers(x, t):
    return interpolate.krogh_interpolate(x, [1, 3, 2, 5, 4], t)


PLACES = np.array([0.2, 1.1, 2.6])
BESIDE = np.array([-0.4, 1.1, 3.6])
RISING = np.array([0.1, 0.5, 0.9, 0.95, 2.0])


CASES = [
    (all_splines, [1.1]), (all_splines, [PLACES]), (slope_of_spline, [2.6]), (through, [Y, 1.1]), (through, [Y, PLACES]),
    (through, [np.stack([Y, Y**2], axis=1), 0.4]), (through, [np.stack([Y, Y**2], axis=1), PLACES]), (natural, [Y, PLACES]),
    (monotone, [X, Y, PLACES]), (monotone, [X, RISING, 1.1]), (hermite, [X, Y, RISING, PLACES]), (hermite, [X, Y, RISING, 1.1]),
    (of_degree, [Y, PLACES + 0.15]), (of_degree, [Y, 1.3]),
    (of_degree, [np.stack([Y, Y**2], axis=1), 1.3]), (of_degree, [np.stack([Y, Y**2], axis=1), PLACES + 0.15]), (polynomials,
        [X, Y, PLACES]), (polynomials, [X, Y, 1.1]), (hermite, [X, Y, RISING, BESIDE]), (third, [X, Y, RISING, PLACES]),
    (polynomial, [X, Y, PLACES]), (through_integers, [X, PLACES]), (monotone, [X[:2].copy(), Y[:2].copy(), 0.3]),
    (monotone, [X, np.array([0.0, 2.0, 1.9, 0.5, 3.0]), PLACES]),
    (monotone, [X, np.array([0.0, 0.2, -3.0, 0.5, 3.0]), PLACES]), (monotone, [X, RISING[::-1].copy(), -0.2]),
]


@pytest.mark.parametrize(("f", "values"), CASES)
def test_derivatives(f: Any, values: list[Any]) -> None:
    check_whole(f, values, rtol=1e-5)


@pytest.mark.parametrize("values", [[X, Y, PLACES], [X, RISING, 1.1], [X, RISING[::-1].copy(), -0.2], [X, 0.0 * Y, 0.4],
                                    [X[:2].copy(), Y[:2].copy(), 0.3], [X, np.array([0.0, 2.0, 1.9, 0.5, 3.0]), PLACES]])
def test_monotone_interpolants_are_those_of_scipy(values: list[Any]) -> None:
    np.testing.assert_allclose(sct.vjp(monotone, *values)[0], monotone(*values), rtol=1e-10, atol=1e-12)


def test_another_spline_under_the_name_is_noticed() -> None:
    global CUBIC
    first, gradient = CUBIC, sct.grad(of_cubic)
    before = gradient(1.1)
    try:
        CUBIC = interpolate.CubicSpline(X, 2.0 * Y)
        assert np.isclose(gradient(1.1), 2.0 * before)
    finally:
        CUBIC = first


@pytest.mark.parametrize("f", [
    lambda t: PAIRS(t)[0], lambda t: CUBIC(t, extrapolate=False), lambda t: CUBIC.roots()[0] * t,
    lambda t: interpolate.CubicSpline(X * t, Y)(0.5),
    lambda t: interpolate.Akima1DInterpolator(X, np.stack([Y, Y]) * t)(0.5)[0],
    lambda t: interpolate.CubicSpline(X, Y * t, bc_type=((1, 0.0), (1, 0.0)))(0.5),
    lambda t: interpolate.make_interp_spline(X * t, Y)(0.5), lambda t: interpolate.PchipInterpolator(X, Y * t, axis=-1)(0.5),
    lambda t: interpolate.lagrange(X, Y * t)(0.5, 1),
    lambda t: interpolate.RectBivariateSpline(X, X, t * np.outer(X, X))(0.5, 0.5),
])
def test_what_has_no_rule_is_refused(f: Any) -> None:
    with pytest.raises(sct.SctError):
        sct.grad(lambda t: 1.0 * float(f(t)))(0.9)


def by_line(t):
    return LEGACY(t) ** 2


def beyond_its_ends(t):
    return BEYOND(np.stack([t, 30.0 * t, -t])) ** 2


def line_through_values(t, y):
    return interpolate.interp1d(X[SHUFFLED], y[SHUFFLED])(t) ** 2


def line_at_moving_places(x, y, t):
    line = interpolate.interp1d(x, y, fill_value="extrapolate", assume_sorted=True)
    return line(t) ** 2 + interpolate.interp1d(x, y)(x[1] + 0.1)


LINES = [
    (by_line, [0.37 * X[0] + 0.63 * X[-1]]), (beyond_its_ends, [np.array([0.31, 0.52])]),
    (line_through_values, [np.array([0.3 * X[0] + 0.7 * X[1], 0.6 * X[1] + 0.4 * X[2]]), Y]),
    (line_at_moving_places, [X, Y, np.array([0.3 * X[0] + 0.7 * X[1], X[-1] + 1.0])])]


@pytest.mark.parametrize(("f", "values"), LINES, ids=lambda x: getattr(x, "__name__", ""))
def test_broken_lines(f: Any, values: list[Any]) -> None:
    check_whole(f, values, rtol=1e-5)


def test_outside_of_a_line_is_the_same_error() -> None:
    with pytest.raises(ValueError, match="outside the interpolation range"):
        sct.grad(by_line)(X[-1] + 1.0)


@pytest.mark.parametrize("f", [
    lambda t: interpolate.interp1d(X, Y, kind=5)(t),
    lambda t: interpolate.interp1d(X, Y, fill_value=(np.zeros(2), 1.0), bounds_error=False)(t),
    lambda t: interpolate.interp1d(X, np.stack([Y, Y]))(t)[0], lambda t: interpolate.interp1d(X, Y, axis=0)(t),
])
def test_lines_that_are_none_are_refused(f: Any) -> None:
    with pytest.raises(sct.SctError):
        sct.grad(f)(X[0] + 0.1)


# Grids ------------------------------------------------------------------------------------------------------------------

EAST, NORTH, UP = np.array([0.0, 0.5, 1.0, 2.0]), np.array([-1.0, 0.0, 2.0]), np.array([0.0, 1.0, 3.0])
RNG = np.random.default_rng(1)
FLAT, DEEP = RNG.normal(size=(4, 3)), RNG.normal(size=(4, 3, 3))
PLACES = np.array([[0.3, 0.2, 0.2], [1.2, -0.5, 1.5], [1.9, 1.7, 2.7]])
MADE = interpolate.RegularGridInterpolator((EAST, NORTH), FLAT)
GOING_ON = interpolate.RegularGridInterpolator((EAST, NORTH, UP), DEEP, bounds_error=False, fill_value=None)
GRIDS = {
    "outside": (lambda x: MADE(x) ** 2, [PLACES[:, :2].copy()]),
    "beyond": (lambda x: GOING_ON(x + 0.45) ** 2, [PLACES]),
    "coordinates": (lambda v, x: interpolate.interpn((EAST, NORTH), v, (x, 0.4)) * MADE((x[0], x[1] - 0.1)), [FLAT, PLACES[0]]),
    "a vector": (lambda x: MADE(x) * interpolate.interpn([EAST], FLAT[:, 0], x)[0], [PLACES[0, :2].copy()]),
    "inside": (lambda v, x: interpolate.RegularGridInterpolator((EAST, NORTH), v)(x) ** 2, [FLAT, PLACES[:, :2].copy()]),
    "by the grid": (lambda g, x: interpolate.interpn((g, NORTH), FLAT, x) ** 2, [EAST, PLACES[:, :2].copy()]),
    "a line": (lambda v, x: interpolate.interpn([EAST], v, x) ** 2, [FLAT[:, 0].copy(), PLACES[:, :1].copy()]),
    "a line as it is": (lambda v, x: interpolate.interpn([EAST], v, x), [FLAT[:, 0].copy(), PLACES[:, :1].copy()]),
    "a plane as it is": (lambda v, x: interpolate.interpn((EAST, NORTH), v, x), [FLAT, PLACES[:, :2].copy()]),
    "space": (lambda v, x: interpolate.interpn((EAST, NORTH, UP), v, x), [DEEP, PLACES]),
}


@pytest.mark.parametrize("name", GRIDS)
def test_grids(name: str) -> None:
    f, values = GRIDS[name]
    check_whole(f, values, rtol=1e-5)
    np.testing.assert_allclose(sct.vjp(f, *values)[0], f(*values), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("f", [
    lambda x: MADE(x, method="nearest"), lambda x: interpolate.interpn((EAST, NORTH), FLAT, x, method="splinef2d"),
    lambda x: interpolate.interpn((EAST, NORTH), FLAT, x, bounds_error=False),
    lambda x: interpolate.UnivariateSpline(x[0], x[1])(0.5), lambda x: interpolate.griddata(x, x[:, 0], x),
])
def test_other_ways_on_grids_are_refused(f: Any) -> None:
    with pytest.raises(sct.SctError):
        sct.grad(lambda x: np.sum(f(x)))(PLACES[:, :2].copy())


def test_places_beyond_a_grid_raise_what_scipy_raises() -> None:
    with pytest.raises(ValueError, match="out of bounds"):
        sct.grad(lambda x: np.sum(MADE(x)))(PLACES[:, :2] + 10.0)


# Splines of FITPACK, and what splines give ------------------------------------------------------------------------------

AT, BEYOND_ENDS = np.array([0.25, 1.15, 2.6, 2.9]), np.array([-1.0, 0.4, 1.2, 2.7, 5.0])
TCK = interpolate.splrep(X, Y)
FITTED, THROUGH = interpolate.UnivariateSpline(X, Y, s=0.1), interpolate.InterpolatedUnivariateSpline(X, Y, ext=3)
SURFACE = interpolate.RectBivariateSpline(X, AT, RNG.normal(size=(5, 4)))
BILINEAR = interpolate.RectBivariateSpline(X, AT, RNG.normal(size=(5, 4)), kx=1, ky=2)
CURVED, NEAREST = interpolate.interp1d(X, Y, kind="cubic"), interpolate.interp1d(X, Y, kind="nearest")
FILLED = interpolate.interp1d(X, Y, bounds_error=False, fill_value=(0.0, 1.0))
NORTH_OF = 0.9 * AT + 0.1
FITPACK: dict[str, tuple[Any, list[Any]]] = {
    "UnivariateSpline": (lambda q: FITTED(q) * FITTED(q, 1) + THROUGH(q, nu=2), [AT]),
    "beyond": (lambda q: THROUGH(q) + FITTED(q, ext="zeros") * interpolate.splev(q, TCK, ext=1), [BEYOND_ENDS]),
    "splev": (lambda q, c: interpolate.splev(q, (TCK[0], c, 3)) * interpolate.splev(q, TCK, der=1), [AT, TCK[1].copy()]),
    "splev of a number": (lambda q, c: interpolate.splev(q, (TCK[0], c, 3)), [1.3, TCK[1].copy()]),
    "RectBivariateSpline": (lambda x, y: SURFACE.ev(x, y) * SURFACE(x, y, grid=False, dx=1), [AT, NORTH_OF]),
    "of numbers": (lambda x, y: SURFACE.ev(x, y) * SURFACE(x, y)[0, 0], [1.3, 1.7]),
    "on a grid": (lambda x, y: SURFACE(x, y), [AT, NORTH_OF[:3].copy()]),
    "constant beyond": (lambda x, y: SURFACE.ev(x, y), [BEYOND_ENDS, BEYOND_ENDS]),
    "of low degrees": (lambda x, y: BILINEAR.ev(x, y), [AT, NORTH_OF]),
    "splint": (lambda a, b, c: interpolate.splint(a, b, (TCK[0], c, 3)) * interpolate.splint(-1.0, b, TCK),
               [0.3, 2.2, TCK[1].copy()]),
    "integrals": (lambda a, b: CUBIC.integrate(a, b) * SMOOTH.integrate(a, b), [0.3, 2.2]),
    "derivatives": (lambda a: CUBIC.derivative()(a) * SMOOTH.derivative(2)(a) * CUBIC.antiderivative()(a), [AT]),
    "derivative of a fitted spline": (lambda a: FITTED.derivative()(a), [AT]),
    "BSpline": (lambda c, q: interpolate.BSpline(TCK[0], c, 3)(q) * interpolate.BSpline(TCK[0], c, 3)(q, 1),
                [TCK[1][:5].copy(), AT]),
    "PPoly": (lambda c, x, q: interpolate.PPoly(c, x)(q) * interpolate.PPoly(c, x)(q, 1), [CUBIC.c.copy(), X, AT]),
    "Akima": (lambda x, y, q: interpolate.Akima1DInterpolator(x, y)(q)
              * interpolate.Akima1DInterpolator(x, y, method="makima")(q, 1), [X, Y, AT]),
    "polynomials": (lambda x, y, q: interpolate.KroghInterpolator(x, y)(q) * interpolate.BarycentricInterpolator(x, y)(q)
                    + interpolate.lagrange(x, y)(q), [X[:4].copy(), Y[:4].copy(), AT]),
    "curves": (lambda y, q: interpolate.interp1d(X, y, kind="cubic")(q) * interpolate.interp1d(X, y, kind="quadratic")(q),
               [Y, AT]),
    "steps": (lambda y, q: interpolate.interp1d(X, y, kind="nearest")(q) * interpolate.interp1d(X, y, kind="previous")(q)
              * interpolate.interp1d(X, y, kind="next")(q), [Y, AT]),
    "with values beyond": (lambda y, q: interpolate.interp1d(X, y, bounds_error=False, fill_value=0.0)(q)
                           + interpolate.interp1d(X, y, "cubic", fill_value=(1.0, 2.0), bounds_error=False)(q),
                           [Y, BEYOND_ENDS]),
    "lines from outside": (lambda q: CURVED(q) * NEAREST(q) * FILLED(q), [AT]),
}


@pytest.mark.parametrize("name", a_part(3, FITPACK))
def test_splines_by_knots_and_coefficients(name: str) -> None:
    f, values = FITPACK[name]
    check_whole(f, values, rtol=1e-5)
    np.testing.assert_allclose(sct.vjp(f, *values)[0], f(*values), rtol=1e-9, atol=1e-12)


def test_where_akima_ends_and_where_its_slopes_are_not_defined() -> None:
    f = lambda y, q: interpolate.Akima1DInterpolator(X, y)(q)
    assert np.isnan(sct.vjp(f, Y, 5.0)[0])
    for values in (X, np.abs(X - 1.5), np.ones(5)):
        np.testing.assert_allclose(sct.vjp(f, values, AT)[0], f(values, AT), rtol=1e-12)
