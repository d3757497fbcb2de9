"""Calls of ``RegularGridInterpolator`` and ``interpn``: linear interpolation on grids of up to three dimensions."""

from __future__ import annotations

from typing import Any

from scipy import interpolate

from ..runtime import grids
from .abstract import Abstract, Bound, DataPath, Seq, Static
from .callees import SPECIAL, SPECIAL_CLASSES, call_standard
from .context import Refusal
from .data import from_data
from .elements import rank
from .handing import given_by_name, without_options
from .infer import Specializer
from .mapped import as_array


def _goes_on(sp: Specializer, given: dict[str, Abstract]) -> bool:
    """Whether the interpolant goes on beyond the grid, rather than raise an error there; refuse other ways."""
    option = {name: sp.static(given.get(name, Static(default)), f"`{name}`")
              for name, default in (("method", "linear"), ("bounds_error", True), ("fill_value", 0.0))}
    if option["method"] != "linear" or not option["bounds_error"] and option["fill_value"] is not None:
        raise Refusal("SCT204", "interpolation on a grid has a rule for method='linear', up to its ends, or with "
                      "bounds_error=False and fill_value=None", "interpolate along one axis after the other with CubicSpline")
    return not option["bounds_error"]


def _evaluate(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``points, values, goes_on, xi``"""
    points, values, goes_on, *rest = args
    call_of = interpolate.RegularGridInterpolator.__call__
    given = given_by_name(call_of, [Static(None), *rest], kwargs)
    places = without_options(call_of, given, "self xi", "say `method` when it is made", "an interpolant that is called")["xi"]
    by_axis = isinstance(places, Seq) and places.kind is tuple
    if not isinstance(points, Seq) or len(points.items) > 3 or not by_axis and rank(as_array(sp, places)) not in (1, 2):
        raise Refusal("SCT204", "interpolation on a grid has a rule for one to three axes, and rows of a matrix as places",
                      "stack the coordinates: np.stack([x, y], axis=-1)")
    axes: list[Abstract] = [as_array(sp, axis) for axis in points.items]
    held = as_array(sp, values)
    if rank(held) != len(axes):
        raise Refusal("SCT204", "interpolation on a grid has a rule for values that are numbers", "make one for each component")
    if by_axis:
        return call_standard(sp, grids.at_coordinates, [Seq(tuple, axes), held, places, goes_on])
    return call_standard(sp, grids.at_rows, [Seq(tuple, axes), held, as_array(sp, places), goes_on])


def _make(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``RegularGridInterpolator(points, values)``: something that can be called."""
    given = given_by_name(interpolate.RegularGridInterpolator, args, kwargs)
    given = without_options(interpolate.RegularGridInterpolator, given, "points values method bounds_error fill_value",
                            "leave it out")
    return Bound(Static(_evaluate), [given["points"], given["values"], Static(_goes_on(sp, given))])


def _call(sp: Specializer, fn: Static, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """One that was made outside: its grid and its values are data."""
    made, path = fn.value, fn.path or DataPath("const", "interpolant", (), fn.value)
    if fn.path is not None:
        sp.context.guard("is", fn.path, made)
    given: dict[str, Any] = {name: Static(getattr(made, name)) for name in ("method", "bounds_error", "fill_value")}
    held = [from_data(sp, getattr(made, name), path.attr(name)) for name in ("grid", "values")]
    return _evaluate(sp, [*held, Static(_goes_on(sp, given)), *args], kwargs)


def _interpn(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    given = given_by_name(interpolate.interpn, args, kwargs)
    return _evaluate(sp, [given["points"], given["values"], Static(_goes_on(sp, given)), given["xi"]], {})


SPECIAL.update({interpolate.RegularGridInterpolator: _make, _evaluate: _evaluate, interpolate.interpn: _interpn})
SPECIAL_CLASSES[interpolate.RegularGridInterpolator] = _call
