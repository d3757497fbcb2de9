"""Integrals of ``scipy.integrate`` that are said with others of it."""

from __future__ import annotations

from typing import Any

from scipy import integrate

from ..runtime import cubatures, quadrature
from .abstract import Abstract, Bound, Static
from .callees import SPECIAL
from .handing import given_by_name, respelled
from .infer import Specializer
from .mapped import is_number
from .said import say

say({integrate.fixed_quad: cubatures.fixed_quad, integrate.dblquad: cubatures.dblquad, integrate.tplquad: cubatures.tplquad},
    arrays=())
say({integrate.romb: quadrature.romb}, arrays=("y",))
LIMITS: dict[str, Any] = {"gfun": cubatures.constant, "hfun": cubatures.constant, "qfun": cubatures.constant_of_two,
                          "rfun": cubatures.constant_of_two}


def _with_limits(fn: Any) -> Any:
    """An integral of integrals whose inner limits may be numbers."""
    looked_into = SPECIAL[fn]

    def handler(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        given = given_by_name(fn, args, kwargs)
        for name in LIMITS.keys() & given.keys():
            limit = given[name]
            if is_number(limit) and not (isinstance(limit, Static) and callable(limit.value)):
                given[name] = Bound(Static(LIMITS[name]), [limit])
        found: Abstract = looked_into(sp, *respelled(fn, given, len(args)))
        return found
    return handler


for _several in (integrate.dblquad, integrate.tplquad):
    SPECIAL[_several] = _with_limits(_several)
