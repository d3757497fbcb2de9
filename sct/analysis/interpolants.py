"""Calls of the interpolants of ``scipy.interpolate``: those made outside, and cubic splines made in the function."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
from scipy import interpolate

from ..runtime.interpolants import (
    akima_at,
    cubic_spline_at,
    hermite_at,
    interp_spline_at,
    line_at,
    monotone_at,
    other_line_at,
    polynomial_at,
    sorted_line_at,
    sorted_other_line_at,
    spline_at,
)
from .abstract import Abstract, Bound, DataPath, Seq, Static
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


def _make_akima(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``Akima1DInterpolator(x, y)``, likewise."""
    given = given_by_name(interpolate.Akima1DInterpolator, args, kwargs)
    method = sp.static(given.pop("method", Static("akima")), "`method` of Akima1DInterpolator")
    goes_on = sp.static(given.pop("extrapolate", Static(None)), "`extrapolate` of Akima1DInterpolator")
    held = _numbers(sp, interpolate.Akima1DInterpolator, given, ("x", "y"))
    return Bound(Static(_evaluate_akima), [*held, Static(method), Static(bool(goes_on))])


def _evaluate_akima(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    return call_standard(sp, akima_at, [*args[:4], *_place(sp, args[4:], kwargs)])


def _make_polynomial(fn: Any, names: tuple[str, str]) -> Any:
    """``KroghInterpolator(xi, yi)`` and its like, likewise."""
    def handler(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        return Bound(Static(_evaluate_polynomial), _numbers(sp, fn, given_by_name(fn, args, kwargs), names))
    return handler


def _evaluate_polynomial(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    if len(args) != 3 or kwargs:
        raise Refusal("SCT204", "a polynomial through points is called with the places alone",
                      "use CubicSpline for derivatives")
    return call_standard(sp, polynomial_at, [*args[:2], _place(sp, args[2:], {})[0]])


def _make_interp_spline(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``make_interp_spline(x, y, k)``, likewise."""
    given = given_by_name(interpolate.make_interp_spline, args, kwargs)
    degree = sp.static(given.pop("k", Static(3)), "`k` of make_interp_spline")
    return Bound(Static(_evaluate_spline), [*_numbers(sp, interpolate.make_interp_spline, given, ("x", "y"), 2),
        Static(degree)])


def _numbers(sp: Specializer, fn: Any, given: dict[str, Abstract], names: tuple[str, ...], most: int = 1) -> list[Abstract]:
    """The points that an interpolant goes through, which are numbers; refuse options."""
    given = without_options(fn, given, " ".join(names), OUTSIDE)
    held = [_doubled(sp, given[name]) for name in names if name in given]
    if any(not 1 <= rank(a) <= most for a in held):
        raise Refusal("SCT204", f"{fn.__name__} is supported through numbers", OUTSIDE)
    return [*held]


def _doubled(sp: Specializer, a: Abstract) -> Any:
    """An array in double precision, in which SciPy computes."""
    made: Any = as_array(sp, a)
    return call(sp, Static(np.asarray), [made, Static(np.float64)], {}) if made.type.dtype == "float32" else made


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


BROKEN, STEPS = ("linear", "slinear", 1), ("nearest", "nearest-up", "previous", "next", "zero", 0)
CURVES = ("quadratic", "cubic", 2, 3)


def _line_options(kind: Any, fill: Any, bounds_error: Any) -> tuple[Any, Any, Any]:
    """The kind of an ``interp1d``, and what it is below and above its ends: None where it raises an error."""
    if kind not in (*BROKEN, *STEPS, *CURVES):
        raise Refusal("SCT204", f"interp1d with kind={kind!r} has no rule",
                      "use CubicSpline or make_interp_spline(x, y, k=...)")
    if isinstance(fill, str) and fill == "extrapolate":
        return kind, fill, fill
    below, above = fill if isinstance(fill, tuple) and len(fill) == 2 else (fill, fill)
    has_fill = any(end is not None and np.all(np.isfinite(end)) for end in (below, above))
    if bounds_error or bounds_error is None and not has_fill:
        return kind, None, None
    if np.ndim(below) or np.ndim(above):
        raise Refusal("SCT204", "interp1d with a `fill_value` that is an array has no rule", "give a number for each end")
    return kind, float(np.nan if below is None else below), float(np.nan if above is None else above)


def _line_of(x: Abstract, y: Abstract, options: tuple[Any, Any, Any], in_order: bool) -> tuple[Any, list[Abstract]]:
    """Which of our functions a line is, and what it is given before the places."""
    kind, below, above = options
    if kind in BROKEN and (below is None or isinstance(below, str)):
        return (line_at if in_order else sorted_line_at), [x, y, Static(below is not None)]
    return (other_line_at if in_order else sorted_other_line_at), [x, y, Static(kind), Static(below), Static(above)]


def _make_line(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``interp1d(x, y)``: something that can be called."""
    given = given_by_name(interpolate.interp1d, args, kwargs)
    fill = given.get("fill_value")
    if isinstance(fill, Seq):
        given["fill_value"] = Static(tuple(sp.static(end, "`fill_value` of interp1d") for end in fill.items))
    given = without_options(interpolate.interp1d, given, "x y kind fill_value bounds_error copy assume_sorted",
                            "make one for each row")
    option = {name: sp.static(given[name], f"`{name}` of interp1d") for name in given.keys() - {"x", "y"}}
    options = _line_options(option.get("kind", "linear"), option.get("fill_value"), option.get("bounds_error"))
    x, y = as_array(sp, given["x"]), as_array(sp, given["y"])
    if rank(y) != 1:
        raise Refusal("SCT204", "interp1d is supported through numbers", "make one for each row")
    fn, held = _line_of(x, y, options, bool(option.get("assume_sorted")))
    return Bound(Static(fn), held)


def _call_line(sp: Specializer, fn: Static, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``line(at)`` of one that was made outside."""
    line, path = fn.value, fn.path or DataPath("const", "line", (), fn.value)
    if fn.path is not None:
        sp.context.guard("is", fn.path, line)
    options = _line_options(_kind_of(line), line.fill_value, line.bounds_error)
    if line.y.ndim != 1:
        raise Refusal("SCT204", "interp1d is supported through numbers", "make one for each row")
    x, y = [from_data(sp, value, path.attr(name)) for name, value in (("x", line.x), ("y", line.y))]
    ours, held = _line_of(x, y, options, True)
    return call_standard(sp, ours, [*held, _at(sp, _place_on_line(args, kwargs))])


def _place_on_line(args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    return given_by_name(interpolate.interp1d.__call__, [Static(None), *args], kwargs)["x"]


def _kind_of(line: Any) -> Any:
    """What an ``interp1d`` was made as: of a spline it says the degree."""
    if line._kind in (*BROKEN, *STEPS):
        return line._kind
    return line._spline.k if hasattr(line, "_spline") else line._kind


def _standard(fn: Any) -> Any:
    """The handler of one of our own functions that is looked into."""
    count = len(inspect.signature(fn).parameters) - 1
    return lambda sp, args, kwargs: call_standard(sp, fn, [*args[:count], _at(sp, _place_on_line(args[count:], kwargs))])


def _at(sp: Specializer, a: Abstract) -> Abstract:
    return a if is_number(a) else as_array(sp, a)


SPECIAL.update({interpolate.CubicSpline: _make_cubic, _evaluate_cubic: _evaluate_cubic, interpolate.interp1d: _make_line,
                **{fn: _standard(fn) for fn in (line_at, sorted_line_at, other_line_at, sorted_other_line_at)}})
SPECIAL.update({
    interpolate.PchipInterpolator: _make_monotone, interpolate.CubicHermiteSpline: _make_hermite,
    interpolate.Akima1DInterpolator: _make_akima, _evaluate_akima: _evaluate_akima, _evaluate_polynomial: _evaluate_polynomial,
    interpolate.KroghInterpolator: _make_polynomial(interpolate.KroghInterpolator, ("xi", "yi")),
    interpolate.BarycentricInterpolator: _make_polynomial(interpolate.BarycentricInterpolator, ("xi", "yi")),
    interpolate.lagrange: _make_polynomial(interpolate.lagrange, ("x", "w")),
    interpolate.make_interp_spline: _make_interp_spline, _evaluate_monotone: _evaluate_monotone,
    _evaluate_hermite: _evaluate_hermite, _evaluate_spline: _evaluate_spline,
    **{fn: _polynomial(fn) for fn in (interpolate.barycentric_interpolate, interpolate.krogh_interpolate,
                                      interpolate.pchip_interpolate)},
})
SPLINES = (interpolate.CubicSpline, interpolate.PchipInterpolator, interpolate.Akima1DInterpolator,
           interpolate.CubicHermiteSpline, interpolate.PPoly, interpolate.BSpline)
SPECIAL_CLASSES.update(dict.fromkeys(SPLINES, _call_spline))
SPECIAL_CLASSES[interpolate.interp1d] = _call_line
