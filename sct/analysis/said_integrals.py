"""Integrals of ``scipy.integrate`` that are said with others of it."""

from __future__ import annotations

from scipy import integrate

from ..runtime import cubatures
from .abstract import Abstract, Bound, Static
from .callees import SPECIAL
from .handing import given_by_name, respelled
from .infer import Specializer
from .mapped import is_number
from .said import say

say({integrate.fixed_quad: cubatures.fixed_quad, integrate.dblquad: cubatures.dblquad}, arrays=())
_looked_into = SPECIAL[integrate.dblquad]


def _dblquad(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``dblquad`` whose inner limits may be numbers."""
    given = given_by_name(integrate.dblquad, args, kwargs)
    for name in ("gfun", "hfun"):
        limit = given[name]
        if is_number(limit) and not (isinstance(limit, Static) and callable(limit.value)):
            given[name] = Bound(Static(cubatures.constant), [limit])
    found: Abstract = _looked_into(sp, *respelled(integrate.dblquad, given, len(args)))
    return found


SPECIAL[integrate.dblquad] = _dblquad
