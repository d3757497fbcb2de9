"""``stop_gradient`` of containers: a new one of the same structure, whose numbers and arrays are constants."""

from __future__ import annotations

from ..runtime.stops import stop_gradient
from .abstract import Abstract, Instance, Mapping, Reference, Seq, Static
from .callees import SPECIAL
from .infer import Specializer
from .primitives import apply
from .records import returned_instance
from .references import content, read, with_places


def _stopped(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    (x,) = *args, *kwargs.values()
    return with_places(sp, _constant(sp, x))


def _constant(sp: Specializer, a: Abstract) -> Abstract:
    a = content(sp, a)
    if isinstance(a, Reference):
        found = read(sp, a)
        if not isinstance(found, Instance):
            return found
        held = returned_instance(sp, found)
        return Instance(held.cls, {name: with_places(sp, _constant(sp, item)) for name, item in held.attrs.items()})
    if isinstance(a, Seq):
        return Seq(a.kind, [_constant(sp, item) for item in a.items])
    if isinstance(a, Mapping):
        return Mapping({key: _constant(sp, item) for key, item in a.items.items()})
    return a if isinstance(a, Static) else apply(sp, stop_gradient, [a])


SPECIAL[stop_gradient] = _stopped
