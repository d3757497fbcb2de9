"""Calls of the interpolants of ``scipy.interpolate``: those made outside, and cubic splines made in the function."""

from __future__ import annotations

import inspect

from scipy import interpolate

from ..runtime.interpolants import cubic_spline_at, spline_at
from .abstract import Abstract, Bound, Static
from .callees import SPECIAL, SPECIAL_CLASSES
from .context import Refusal
from .elements import rank
from .infer import Specializer
from .mapped import as_array, is_number
from .primitives import apply


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
    given = dict(zip(("x", "nu"), args, strict=False)) | kwargs
    if set(given) - {"x", "nu"} or len(args) > 2 or "x" not in given:
        raise Refusal("SCT204", "a spline is called with one argument and `nu` here", "say how it continues when it is made")
    place, order = given["x"], sp.static(given.get("nu", Static(0)), "`nu` of a spline")
    if not is_number(place) and rank(place := as_array(sp, place)) > 1:
        raise Refusal("SCT204", "a spline at a matrix of places is not supported", "reshape it to a vector")
    return place, Static(order)


def _make_cubic(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``CubicSpline(x, y, bc_type="…")``: something that can be called."""
    try:
        given = inspect.signature(interpolate.CubicSpline).bind(*args, **kwargs).arguments
    except TypeError as error:
        raise Refusal("SCT709", f"this always raises TypeError: {error}") from None
    ends = sp.static(given.get("bc_type", Static("not-a-knot")), "`bc_type` of CubicSpline")
    if set(given) - {"x", "y", "bc_type"} or ends not in ("not-a-knot", "natural", "clamped"):
        raise Refusal("SCT204", "CubicSpline is supported with x, y and the bc_type 'not-a-knot', 'natural' or 'clamped'",
                      "make the spline outside")
    x, y = as_array(sp, given["x"]), as_array(sp, given["y"])
    if rank(y) > 2:
        raise Refusal("SCT204", "CubicSpline is supported through numbers or vectors", "reshape y to a matrix")
    return Bound(Static(_evaluate_cubic), [x, y, Static(ends)])


def _evaluate_cubic(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    return apply(sp, cubic_spline_at, [*args[:3], *_place(sp, args[3:], kwargs)])


def _refuse_interp1d(sp: Specializer, fn: Static, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    raise Refusal("SCT201", "interp1d has no rule", "use np.interp, or make_interp_spline(x, y, k=1)")


SPECIAL.update({interpolate.CubicSpline: _make_cubic, _evaluate_cubic: _evaluate_cubic})
SPLINES = (interpolate.CubicSpline, interpolate.PchipInterpolator, interpolate.Akima1DInterpolator,
           interpolate.CubicHermiteSpline, interpolate.PPoly, interpolate.BSpline)
SPECIAL_CLASSES.update(dict.fromkeys(SPLINES, _call_spline))
SPECIAL_CLASSES[interpolate.interp1d] = _refuse_interp1d
