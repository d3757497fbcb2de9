"""Functions of ``scipy.optimize`` that are said in NumPy, or with others of it."""

from __future__ import annotations

import inspect
from typing import Any

from scipy import optimize

from ..runtime import descriptive, fits
from .abstract import Abstract, Seq, Static
from .callees import SPECIAL, call_standard
from .context import Refusal
from .handing import given_by_name, is_default
from .infer import Specializer
from .mapped import as_array
from .said import in_line, say

say({optimize.rosen: descriptive.rosen}, arrays=("x",))
in_line(fits.misfit)


OTHERWISE = {"bounds", "method", "full_output", "nan_policy"}
"""What says that the curve is fitted in another way, or that more is returned."""


def _curve_fit(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``curve_fit(f, x, y)``: how many parameters there are is told by the start, or by the function."""
    given: dict[str, Any] = given_by_name(optimize.curve_fit, args, kwargs)
    given |= given.pop("kwargs", {})
    for name in OTHERWISE & given.keys():
        if is_default(optimize.curve_fit, name, given[name]):
            del given[name]
    others = given.keys() - {"f", "xdata", "ydata", "p0", "sigma", "absolute_sigma", "check_finite", "jac"}
    if others:
        names = "`, `".join(sorted(others))
        raise Refusal("SCT204", f"scipy.optimize.curve_fit with `{names}` has no rule", "use optimize.least_squares")
    start = given.get("p0", Static(None))
    if isinstance(start, Static) and start.value is None:
        f = given["f"]
        if not (isinstance(f, Static) and inspect.isfunction(f.value)):
            raise Refusal("SCT204", "scipy.optimize.curve_fit needs `p0` here", "say where the search begins: p0=[1.0, 1.0]")
        count = len(inspect.signature(f.value).parameters) - 1
        start = Seq(list, [Static(1.0)] * count)
    elif isinstance(start, Seq):
        count = len(start.items)
    else:
        raise Refusal("SCT204", "scipy.optimize.curve_fit has a rule for `p0` that is a list", "write p0=[1.0, 1.0]")
    sigma = given.get("sigma", Static(None))
    sigma = sigma if isinstance(sigma, Static) and sigma.value is None else as_array(sp, sigma)
    return call_standard(sp, fits.curve_fit, [given["f"], as_array(sp, given["xdata"]), as_array(sp, given["ydata"]),
                                              as_array(sp, start), sigma, given.get("absolute_sigma", Static(False)),
                                              Static(count)])


SPECIAL[optimize.curve_fit] = _curve_fit
