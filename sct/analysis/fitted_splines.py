"""Splines of ``scipy.interpolate`` in the form of FITPACK, pieces of polynomials, and what splines made outside give."""

from __future__ import annotations

from typing import Any

from scipy import interpolate

from ..runtime.fitpack import evaluated, integral_between, integral_of, pieces_at, spline_of, surface_at
from .abstract import Abstract, Bound, DataPath, Seq, Static
from .callees import SPECIAL, SPECIAL_CLASSES, call_standard
from .context import Refusal
from .data import from_data
from .elements import rank
from .handing import given_by_name, without_options
from .infer import Specializer
from .interpolants import SPLINES, _doubled, _place
from .mapped import as_array, is_number
from .primitives import apply


def _parts(sp: Specializer, tck: Abstract) -> tuple[Abstract, Abstract, Abstract]:
    """Knots, coefficients and degree, of which the last is known."""
    if isinstance(tck, Static) and isinstance(tck.value, interpolate.BSpline):
        tck = from_data(sp, tck.value.tck, (tck.path or DataPath("const", "tck", (), tck.value)).attr("tck"))
    if not isinstance(tck, Seq) or len(tck.items) != 3:
        raise Refusal("SCT204", "a spline of FITPACK is supported as (knots, coefficients, degree)", "unpack it outside")
    t, c = as_array(sp, tck.items[0]), as_array(sp, tck.items[1])
    if rank(c) != 1:
        raise Refusal("SCT204", "a spline whose values are no numbers is not supported", "make one for each component")
    return t, c, Static(int(sp.static(tck.items[2], "the degree of a spline")))


def _splev(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``splev(x, tck, der, ext)``"""
    given = given_by_name(interpolate.splev, args, kwargs)
    order, ext = [sp.static(given.get(name, Static(0)), f"`{name}` of splev") for name in ("der", "ext")]
    place, _ = _place(sp, [given["x"]], {})
    return call_standard(sp, evaluated, [*_parts(sp, given["tck"]), place, Static(order), Static(ext)])


def _call_univariate(sp: Specializer, fn: Static, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``spline(x, nu, ext)`` of a ``UnivariateSpline`` that was made outside."""
    made, path = _held(sp, fn)
    given = dict(zip(("x", "nu", "ext"), args, strict=False)) | kwargs
    ext = sp.static(given.pop("ext", Static(None)), "`ext` of a spline")
    ext = made.ext if ext is None else {"extrapolate": 0, "zeros": 1, "raise": 2, "const": 3}.get(ext, ext)
    place, order = _place(sp, [], given)
    parts = _parts(sp, from_data(sp, made._eval_args, path.attr("_eval_args")))
    return call_standard(sp, evaluated, [*parts, place, order, Static(int(ext))])


def _held(sp: Specializer, fn: Abstract) -> tuple[Any, DataPath]:
    """An object that was made outside, and where it is found."""
    if not isinstance(fn, Static):
        raise Refusal("SCT710", "which spline this is, is not known here", "call it where it is an argument")
    if fn.path is not None:
        sp.context.guard("is", fn.path, fn.value)
    return fn.value, fn.path or DataPath("const", "spline", (), fn.value)


def _call_surface(sp: Specializer, fn: Static, args: list[Abstract], kwargs: dict[str, Abstract],
                  grid: bool = True) -> Abstract:
    """``spline(x, y, dx, dy, grid)`` of a ``RectBivariateSpline`` or its kin that was made outside."""
    made, _ = _held(sp, fn)
    given = dict(zip(("x", "y", "dx", "dy", "grid"), args, strict=False)) | kwargs
    unknown = given.keys() - {"x", "y", "dx", "dy", "grid"}
    if unknown:
        raise Refusal("SCT204", f"`{min(unknown)}` is no argument of a spline of two variables")
    dx, dy = [sp.static(given.get(name, Static(0)), f"`{name}` of a spline") for name in ("dx", "dy")]
    grid = bool(sp.static(given.get("grid", Static(grid)), "`grid` of a spline"))
    places: list[Any] = [a if is_number(a) else as_array(sp, a) for a in (given["x"], given["y"])]
    if grid and any(not is_number(a) and rank(a) > 1 for a in places):
        raise Refusal("SCT204", "a spline on a grid takes vectors", "say grid=False for single places")
    tx, ty = made.tck[:2]
    kx, ky = made.degrees
    ends = (float(tx[kx]), float(tx[-kx - 1]), float(ty[ky]), float(ty[-ky - 1]))
    return call_standard(sp, surface_at, [fn, Static(ends), *places, Static(int(dx)), Static(int(dy)), Static(grid)])


def _ev(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``spline.ev(x, y, dx, dy)``"""
    _held(sp, args[0])
    assert isinstance(args[0], Static)
    return _call_surface(sp, args[0], args[1:], kwargs, grid=False)


def _another(method: str) -> Any:
    """``spline.derivative(n)`` and its like, of one that was made outside: another such spline."""
    def handler(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        made, _ = _held(sp, args[0])
        given = [sp.static(a, f"the order of `{method}`") for a in (*args[1:], *kwargs.values())]
        return Static(getattr(made, method)(*given))
    return handler


def _integral(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``spline.integrate(a, b)`` of one that was made outside."""
    made, _ = _held(sp, args[0])
    if made.c.ndim != (1 if isinstance(made, interpolate.BSpline) else 2):
        raise Refusal("SCT204", "a spline whose values are no numbers is not supported", "make one for each component")
    given = dict(zip(("a", "b"), args[1:], strict=False)) | kwargs
    if set(given) != {"a", "b"} or len(args) > 3:
        raise Refusal("SCT204", "an integral of a spline is supported with its two ends",
                      "say how it continues when it is made")
    return apply(sp, integral_between, [args[0], given["a"], given["b"]])


def _splint(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``splint(a, b, tck)``, of a spline that is 0 beyond its ends."""
    given = without_options(interpolate.splint, given_by_name(interpolate.splint, args, kwargs), "a b tck", "leave it out")
    return call_standard(sp, integral_of, [given["a"], given["b"], *_parts(sp, given["tck"])])


def _make_bspline(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``BSpline(t, c, k)``: something that can be called."""
    given = without_options(interpolate.BSpline, given_by_name(interpolate.BSpline, args, kwargs), "t c k", "make it outside")
    return Bound(Static(_evaluate_bspline), [*_parts(sp, Seq(tuple, [given["t"], given["c"], given["k"]]))])


def _evaluate_bspline(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    place, order = _place(sp, args[3:], kwargs)
    return apply(sp, spline_of, [*args[:3], place, order])


def _make_pieces(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``PPoly(c, x)``: something that can be called."""
    given = without_options(interpolate.PPoly, given_by_name(interpolate.PPoly, args, kwargs), "c x", "make it outside")
    c, x = _doubled(sp, given["c"]), as_array(sp, given["x"])
    if rank(c) != 2:
        raise Refusal("SCT204", "PPoly is supported for numbers: with a matrix of coefficients", "make one for each component")
    return Bound(Static(_evaluate_pieces), [c, x])


def _evaluate_pieces(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    return call_standard(sp, pieces_at, [*args[:2], *_place(sp, args[2:], kwargs)])


UNIVARIATE = (interpolate.UnivariateSpline, interpolate.InterpolatedUnivariateSpline, interpolate.LSQUnivariateSpline)
SURFACES = (interpolate.RectBivariateSpline, interpolate.SmoothBivariateSpline, interpolate.LSQBivariateSpline)
SPECIAL.update({
    interpolate.splev: _splev, interpolate.splint: _splint, interpolate.BSpline: _make_bspline,
    _evaluate_bspline: _evaluate_bspline,
    interpolate.PPoly: _make_pieces, _evaluate_pieces: _evaluate_pieces, interpolate.BivariateSpline.ev: _ev,
    **{cls.integrate: _integral for cls in SPLINES if hasattr(cls, "integrate")},
    **{getattr(cls, name): _another(name) for name in ("derivative", "antiderivative")
       for cls in (*SPLINES, *UNIVARIATE) if hasattr(cls, name)},
})
SPECIAL_CLASSES.update(dict.fromkeys(UNIVARIATE, _call_univariate))
SPECIAL_CLASSES.update(dict.fromkeys(SURFACES, _call_surface))
