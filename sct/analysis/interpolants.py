"""Calls of the interpolants of ``scipy.interpolate``: those made outside, and cubic splines made in the function."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import interpolate

from ..runtime.interpolants import (
    cubic_spline_at,
    hermite_at,
    interp_spline_at,
    line_at,
    monotone_at,
    polynomial_at,
    sorted_line_at,
    spline_at,
)
from .abstract import Abstract, Bound, DataPath, Static
from .callees import SPECIAL, SPECIAL_CLASSES, call, call_standard
from .context import Refusal
from .data import from_data
from .elements import rank
from .handing import given_by_name, without_options
from .infer import Specializer
from .mapped import as_array, is_number
from .primitives import apply

OUTSIDE = "make it outside"


def _call_spline(sp: Specializer, fn: Static, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``spline(x, nu)`` for a spline whose values are numbers."""
    spline = fn.value
    if spline.c.ndim != (1 if isinstance(spline, interpolate.BSpline) else 2) or spline.c.dtype != float:
        raise Refusal("SCT204", "a spline whose values are not real numbers is not supported", "make one for each component")
    if fn.path is not None:
        sp.context.guard("is", fn.path, spline)
    place, order = _place(sp, args, kwargs)
    return apply(sp, spline_at, [fn, place, order])


def _place(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> tuple[Abstract, Abstract]:
    """Where a spline is evaluated, and the order of the derivative that is wanted."""
    call_of = interpolate.PPoly.__call__
    given = given_by_name(call_of, [Static(None), *args], kwargs)
    given = without_options(call_of, given, "self x nu", "say how it continues when it is made", "a spline that is called")
    place, order = given["x"], sp.static(given.get("nu", Static(0)), "`nu` of a spline")
    if order < 0:
        raise Refusal("SCT204", "a spline with a negative `nu` has no rule", "evaluate `spline.antiderivative()`, made outside")
    if not is_number(place) and rank(place := as_array(sp, place)) > 1:
        raise Refusal("SCT204", "a spline at a matrix of places is not supported", "reshape it to a vector")
    return place, Static(order)


def _make_cubic(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``CubicSpline(x, y, bc_type="…")``: something that can be called."""
    given = given_by_name(interpolate.CubicSpline, args, kwargs)
    given = without_options(interpolate.CubicSpline, given, "x y bc_type", OUTSIDE)
    ends = sp.static(given.get("bc_type", Static("not-a-knot")), "`bc_type` of CubicSpline")
    if ends not in ("not-a-knot", "natural", "clamped"):
        raise Refusal("SCT204", "CubicSpline is supported with the `bc_type` 'not-a-knot', 'natural' or 'clamped'", OUTSIDE)
    x, y = as_array(sp, given["x"]), as_array(sp, given["y"])
    if rank(y) > 2:
        raise Refusal("SCT204", "CubicSpline is supported through numbers or vectors", "reshape y to a matrix")
    return Bound(Static(_evaluate_cubic), [x, y, Static(ends)])


def _evaluate_cubic(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    return apply(sp, cubic_spline_at, [*args[:3], *_place(sp, args[3:], kwargs)])


def _make_monotone(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``PchipInterpolator(x, y)``: something that can be called."""
    x, y = _numbers(sp, interpolate.PchipInterpolator, given_by_name(interpolate.PchipInterpolator, args, kwargs), ("x", "y"))
    return Bound(Static(_evaluate_monotone), [x, y])


def _make_hermite(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``CubicHermiteSpline(x, y, dydx)``, likewise."""
    given = given_by_name(interpolate.CubicHermiteSpline, args, kwargs)
    return Bound(Static(_evaluate_hermite), _numbers(sp, interpolate.CubicHermiteSpline, given, ("x", "y", "dydx")))


def _make_interp_spline(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``make_interp_spline(x, y, k)``, likewise."""
    given = given_by_name(interpolate.make_interp_spline, args, kwargs)
    degree = sp.static(given.pop("k", Static(3)), "`k` of make_interp_spline")
    return Bound(Static(_evaluate_spline), [*_numbers(sp, interpolate.make_interp_spline, given, ("x", "y"), 2),
        Static(degree)])


def _numbers(sp: Specializer, fn: Any, given: dict[str, Abstract], names: tuple[str, ...], most: int = 1) -> list[Abstract]:
    """The points that an interpolant goes through, which are numbers; refuse options."""
    given = without_options(fn, given, " ".join(names), OUTSIDE)
    held: list[Any] = [as_array(sp, given[name]) for name in names if name in given]
    held = [call(sp, Static(np.asarray), [a, Static(np.float64)], {}) if a.type.dtype == "float32" else a for a in held]
    if any(not 1 <= rank(a) <= most for a in held):
        raise Refusal("SCT204", f"{fn.__name__} is supported through numbers", OUTSIDE)
    return [*held]


def _evaluate_monotone(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    return call_standard(sp, monotone_at, [*args[:2], *_place(sp, args[2:], kwargs)])


def _evaluate_hermite(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    return call_standard(sp, hermite_at, [*args[:3], *_place(sp, args[3:], kwargs)])


def _evaluate_spline(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    return apply(sp, interp_spline_at, [*args[:3], *_place(sp, args[3:], kwargs)])


def _polynomial(fn: Any) -> Any:
    """``barycentric_interpolate(xi, yi, x)`` and its like, of numbers and without derivatives."""
    def handler(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        given = given_by_name(fn, args, kwargs)
        place = given.pop("x")
        xi, yi = _numbers(sp, fn, given, ("xi", "yi"))
        points, _ = _place(sp, [place], {})
        if fn is interpolate.pchip_interpolate:
            return call_standard(sp, monotone_at, [xi, yi, points, Static(0)])
        return call_standard(sp, polynomial_at, [xi, yi, points])
    return handler


def _check_line(kind: Any, fill: Any, bounds_error: Any) -> bool:
    """Whether a line goes on beyond its ends; refuse what is no line, and other values there."""
    if kind not in ("linear", 1):
        raise Refusal("SCT204", f"interp1d with kind={kind!r} has no rule",
                      "use CubicSpline or make_interp_spline(x, y, k=...)")
    goes_on = isinstance(fill, str) and fill == "extrapolate"
    if not goes_on and (bounds_error is False or fill is not None and np.all(np.isfinite(fill))):
        raise Refusal("SCT204", "interp1d with a value beyond its ends, by `bounds_error` or `fill_value`, has no rule",
                      "use fill_value='extrapolate', or np.interp")
    return goes_on


def _make_line(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``interp1d(x, y)``: something that can be called."""
    given = given_by_name(interpolate.interp1d, args, kwargs)
    given = without_options(interpolate.interp1d, given, "x y kind fill_value bounds_error copy assume_sorted",
                            "make one for each row")
    option = {name: sp.static(given[name], f"`{name}` of interp1d") for name in given.keys() - {"x", "y"}}
    goes_on = _check_line(option.get("kind", "linear"), option.get("fill_value"), option.get("bounds_error"))
    x, y = as_array(sp, given["x"]), as_array(sp, given["y"])
    if rank(y) != 1:
        raise Refusal("SCT204", "interp1d is supported through numbers", "make one for each row")
    return Bound(Static(line_at if option.get("assume_sorted") else sorted_line_at), [x, y, Static(goes_on)])


def _call_line(sp: Specializer, fn: Static, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``line(at)`` of one that was made outside."""
    line, path = fn.value, fn.path or DataPath("const", "line", (), fn.value)
    if fn.path is not None:
        sp.context.guard("is", fn.path, line)
    goes_on = _check_line(line._kind, line.fill_value, line.bounds_error)
    if line.y.ndim != 1:
        raise Refusal("SCT204", "interp1d is supported through numbers", "make one for each row")
    held = [from_data(sp, value, path.attr(name)) for name, value in (("x", line.x), ("y", line.y))]
    return call_standard(sp, line_at, [*held, Static(goes_on), _place_on_line(args, kwargs)])


def _place_on_line(args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    return given_by_name(interpolate.interp1d.__call__, [Static(None), *args], kwargs)["x"]


def _standard(fn: Any) -> Any:
    """The handler of one of our own functions that is looked into."""
    return lambda sp, args, kwargs: call_standard(sp, fn, [*args[:3], _at(sp, _place_on_line(args[3:], kwargs))])


def _at(sp: Specializer, a: Abstract) -> Abstract:
    return a if is_number(a) else as_array(sp, a)


SPECIAL.update({interpolate.CubicSpline: _make_cubic, _evaluate_cubic: _evaluate_cubic, interpolate.interp1d: _make_line,
                line_at: _standard(line_at), sorted_line_at: _standard(sorted_line_at)})
SPECIAL.update({
    interpolate.PchipInterpolator: _make_monotone, interpolate.CubicHermiteSpline: _make_hermite,
    interpolate.make_interp_spline: _make_interp_spline, _evaluate_monotone: _evaluate_monotone,
    _evaluate_hermite: _evaluate_hermite, _evaluate_spline: _evaluate_spline,
    **{fn: _polynomial(fn) for fn in (interpolate.barycentric_interpolate, interpolate.krogh_interpolate,
                                      interpolate.pchip_interpolate)},
})
SPLINES = (interpolate.CubicSpline, interpolate.PchipInterpolator, interpolate.Akima1DInterpolator,
           interpolate.CubicHermiteSpline, interpolate.PPoly, interpolate.BSpline)
SPECIAL_CLASSES.update(dict.fromkeys(SPLINES, _call_spline))
SPECIAL_CLASSES[interpolate.interp1d] = _call_line
