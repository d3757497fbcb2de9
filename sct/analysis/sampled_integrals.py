"""Integrals of samples by ``scipy.integrate``, said in NumPy: our own functions that do the same are looked into."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from scipy import integrate

from ..runtime import quadrature
from .abstract import Abstract, Static
from .callees import SPECIAL, call_standard
from .context import Refusal
from .elements import rank
from .infer import Specializer
from .mapped import as_array, static_axis

Handler = Callable[[Specializer, list[Abstract], dict[str, Abstract]], Abstract]


def _looked_into(fn: Any, ours: Any) -> Handler:
    """``fn`` of samples ``y`` at ``x``, or ``dx`` apart: what ``ours`` does with the axis counted from behind."""
    name = f"scipy.integrate.{fn.__name__}"

    def handler(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        try:
            given = inspect.signature(fn).bind(*args, **kwargs).arguments
        except TypeError as error:
            raise Refusal("SCT709", f"this always raises TypeError: {error}") from None
        y = as_array(sp, given["y"])
        x = given.get("x", Static(None))
        if not (isinstance(x, Static) and x.value is None):
            x = as_array(sp, x)
            if rank(x) not in (1, rank(y)):
                raise Refusal("SCT709", f"this always raises ValueError: {name} takes x as a vector, or of the shape of y")
        axis = static_axis(sp, given.get("axis", Static(-1)), rank(y)) - rank(y)
        rest = [given.get("initial", Static(None))] if "initial" in inspect.signature(ours).parameters else []
        if rest and sp.static(rest[0], f"`initial` of {name}") not in (None, 0):
            raise Refusal("SCT709", f"this always raises ValueError: `initial` of {name} must be None or 0")
        return call_standard(sp, ours, [y, x, given.get("dx", Static(1.0)), Static(axis), *rest])
    return handler


SPECIAL.update({
    integrate.simpson: _looked_into(integrate.simpson, quadrature.simpson),
    integrate.trapezoid: _looked_into(integrate.trapezoid, quadrature.trapezoid),
    integrate.cumulative_simpson: _looked_into(integrate.cumulative_simpson, quadrature.cumulative_simpson),
    integrate.cumulative_trapezoid: _looked_into(integrate.cumulative_trapezoid, quadrature.cumulative_trapezoid),
})
