"""``stop_gradient`` of containers: a new one of the same structure, whose numbers and arrays are constants."""

from __future__ import annotations

from ..runtime.stops import stop_gradient
from .abstract import Abstract, Mapping, Seq, Static
from .callees import SPECIAL
from .infer import Specializer
from .primitives import apply
from .references import content, with_places


def _stopped(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    (x,) = *args, *kwargs.values()
    return with_places(sp, _constant(sp, x))


def _constant(sp: Specializer, a: Abstract) -> Abstract:
    a = content(sp, a)
    if isinstance(a, Seq):
        return Seq(a.kind, [_constant(sp, item) for item in a.items])
    if isinstance(a, Mapping):
        return Mapping({key: _constant(sp, item) for key, item in a.items.items()})
    return a if isinstance(a, Static) else apply(sp, stop_gradient, [a])


SPECIAL[stop_gradient] = _stopped
