"""Lists, dicts and objects that change: each has a place, and the specialiser keeps what is there, path by path.

Names share a container by sharing a ``Reference`` to its place.  Its content is an ordinary abstract value, replaced at every
change, carried through branches and loops like a variable: to differentiation nothing ever changes.  Places are followed only
in functions that change a container (``NeedsPlaces`` asks for it); everywhere else containers are their content.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from ..ir.core import Block, Op, Value
from ..ir.ops import Slot
from ..ir.rewrite import carried_inits, incoming
from ..ir.types import List, Scalar, Table, Type, join, strip_const
from ..runtime import helpers
from . import abstract as ab
from . import shapes as sh
from .abstract import LOST, Abstract, Instance, Mapping, Place, Reference, Seq, Site, Static, View
from .positions import Positions

if TYPE_CHECKING:
    from .infer import Specializer


class NeedsItems(Exception):
    """Raised where an array is written to that a list holds which is an argument: its items have to be known one by one."""


class NeedsPlaces(Exception):
    """Raised where a container is changed whose place is not followed yet."""

    def __init__(self, attribute: str = "", inside: bool = False, tables: Iterable[Site] = ()) -> None:
        super().__init__(attribute)
        self.attribute = attribute
        """The attribute that is assigned, where an object is changed."""
        self.inside = inside
        """Whether what is changed is a list in a list whose length only run time knows."""
        self.tables = frozenset(tables)
        """Where dicts are made that need keys which only run time knows, and lists that must be one value at run time."""


def fresh(sp: Specializer, a: Abstract, site: Site | None = None) -> Abstract:
    """A container that has just been made, at this ``site`` if not by the present statement, as one with a place of its own."""
    kind = kind_of(a)
    if not sp.context.places or sp.context.splicing or kind is None:
        return a
    place = Place("", counts=False, kind=kind)
    site = site or sp.builder.loc
    place.made_at(site)
    if site in sp.context.tables:
        from .tables import as_one_value
        a = as_one_value(sp, a)
    sp.positions[place] = a
    return Reference(place)


def kind_of(a: Abstract) -> type | None:
    """The class of a container that can change; None for the rest."""
    if isinstance(a, Seq):
        return list if a.kind is list else None
    if isinstance(a, Static):
        return set if isinstance(a.value, set) and a.path is None else None
    if isinstance(a, Mapping | Instance):
        return dict if isinstance(a, Mapping) else a.cls
    if isinstance(a, Value) and isinstance(a.type, List | Table):
        return list if isinstance(a.type, List) else dict
    return None


def owned(sp: Specializer, a: Abstract, name: str) -> Abstract:
    """What the argument ``name`` contains: each container in it has a place of its own, and changes for this function alone."""
    return with_places(sp, a, copy=True, name=name)


def with_places(sp: Specializer, a: Abstract, copy: bool = False, name: str = "") -> Abstract:
    """Containers that nobody else holds, or copies of them, each with a place of its own; ``name`` tells arguments apart."""
    if not sp.context.places or sp.context.splicing or isinstance(a, Reference):
        return a
    if copy and isinstance(a, Value) and isinstance(a.type, List) and not _is_parameter(a):
        a = copied(sp, a) if isinstance(strip_const(a.type.item), Scalar) else _deeply_copied(sp, a)
    parts = ab.parts_of(a)
    if parts and isinstance(a, Seq | Mapping):
        inside = [with_places(sp, p, copy, f"{name}.{k}" if name else "") for k, p in enumerate(parts)]
        if any(new is not old for new, old in zip(inside, parts, strict=True)):
            a = ab.with_parts(a, inside)
    return fresh(sp, a, (sp.builder.loc, name) if name else None)


def borrowed(sp: Specializer, base: Abstract, item: Abstract) -> Abstract:
    """``item``, which has been taken out of the list ``base``: what is changed in it is changed there."""
    if sp.context.inside and isinstance(item, Value) and isinstance(item.type, List | Table):
        known = isinstance(base, Reference) and isinstance(sp.positions.get(base.place), Value)
        if known or isinstance(base, Value) and base in sp.context.lists:
            sp.context.lists[item] = base
    return item


def goes_on(sp: Specializer, held: Value, new: Value) -> None:
    """``new`` is what ``held`` is after a change: where a list or dict holds it, that holds what is of its type."""
    if held in sp.context.lists:
        sp.context.lists[new] = sp.context.lists[held]
        widen(sp, sp.context.lists[held], new.type)


def widen(sp: Specializer, a: Abstract, kind: Type) -> None:
    """Note that a list of lists holds items of a wider type now."""
    held = read(sp, a) if isinstance(a, Reference) else a
    assert isinstance(held, Value) and isinstance(held.type, List | Table)
    widen_to(sp, a, List(kind) if isinstance(held.type, List) else Table(held.type.key, kind))


def widen_to(sp: Specializer, a: Abstract, whole: Type) -> None:
    """Note that a list or table is of a wider type now."""
    held = read(sp, a) if isinstance(a, Reference) else a
    assert isinstance(held, Value) and isinstance(held.type, List | Table)
    if join(held.type, whole) == held.type:
        return
    if isinstance(a, Reference):
        sp.positions[a.place] = sp.builder.value("change", [held], join(held.type, whole) or whole, held.hint, kind="widen",
                                                 args=())
    else:
        widen(sp, sp.context.lists[held], whole)


def _is_parameter(a: Value) -> bool:
    """Whether ``a`` is a parameter itself: it is copied on entry where it turns out to change."""
    return isinstance(a.owner, Block) and a.owner.parent is None


def _deeply_copied(sp: Specializer, a: Value) -> Value:
    return sp.builder.value("call", [a], a.type, a.hint, fn=helpers.copied, args=(Slot(0),), kwargs={}, effect="fresh")


def copied(sp: Specializer, a: Value) -> Value:
    """A run-time list that nobody else holds."""
    from .subscripts import getitem
    none = Static(None)
    made = getitem(sp, a, ab.Slice(none, none, none))
    assert isinstance(made, Value)
    made.hint = a.hint
    return made


def content(sp: Specializer, a: Abstract) -> Abstract:
    """What a container holds now, its own items as they are; objects stay references."""
    if isinstance(a, View):
        return _viewed(sp, a) if isinstance(content(sp, a.base), Mapping) else a
    if not isinstance(a, Reference):
        return a
    found = read(sp, a)
    if isinstance(found, Instance):
        return a
    return sp.narrowed.get(found, found) if isinstance(found, Value) else found


def read(sp: Specializer, a: Reference) -> Abstract:
    """What is at a place now; refused where that cannot be told."""
    from .context import Refusal
    found = sp.positions.get(a.place, LOST)
    if found is LOST and a.kind in (list, dict, deque) and not sp.context.tables.issuperset(a.place.sites):
        raise NeedsPlaces(tables=a.place.sites)  # what is one value at run time is known by whatever name it is changed
    if found is LOST or sp.context.inside and a.place.gone:
        what = f"what this {a.kind.__name__} holds is not known here: it may be another one, which was changed"
        raise Refusal("SCT602", what, "make a copy of it before one of them changes")
    return found


def _viewed(sp: Specializer, view: View) -> Abstract:
    base = content(sp, view.base)
    assert isinstance(base, Mapping)
    if view.kind == "keys":
        return Seq(tuple, [Static(k) for k in base.items])
    if view.kind == "values":
        return Seq(tuple, list(base.items.values()))
    return Seq(tuple, [Seq(tuple, [Static(k), v]) for k, v in base.items.items()])


def plain(sp: Specializer, a: Abstract) -> Abstract:
    """``a`` with contents in place of containers, for what looks at them at once."""
    if isinstance(a, View) and not isinstance(content(sp, a.base), Mapping):
        return a
    if isinstance(a, View | Reference):
        found = _viewed(sp, a) if isinstance(a, View) else read(sp, a)
        return plain(sp, sp.narrowed.get(found, found) if isinstance(found, Value) else found)
    return a if isinstance(a, Value | Static) else _with_inside(a, lambda p: plain(sp, p))


def _with_inside(a: Abstract, change: Callable[[Abstract], Abstract]) -> Abstract:
    parts = ab.parts_of(a)
    if not parts:
        return a
    inside = [change(p) for p in parts]
    return a if all(new is old for new, old in zip(inside, parts, strict=True)) else ab.with_parts(a, inside)


def adopt(sp: Specializer, a: Abstract) -> Abstract:
    """Keep the contents that references made by ``rebuild`` have with them: ``a`` without these."""
    _keep(sp, a)
    return bare(a)


def _keep(sp: Specializer, a: Abstract) -> None:
    if isinstance(a, Reference) and a.content is not None:
        sp.positions[a.place] = adopt(sp, a.content)
    for part in ab.parts_of(a) or ():
        _keep(sp, part)


def bare(a: Abstract) -> Abstract:
    """Contents without the contents of what they hold: these have places of their own."""
    if isinstance(a, Reference):
        return a if a.content is None else Reference(a.place)
    return _with_inside(a, bare)


def change(sp: Specializer, a: Reference, new: Abstract) -> None:
    """Let the container hold something else; what may be the same container is not known any more."""
    from .context import Refusal
    name = a.kind.__name__
    if a.place.locked:
        raise Refusal("SCT602", f"this {name} is changed, but it may also be held where that cannot be followed",
                      "change it before it is put there, or change a copy of it")
    if any(r.place.group is a.place.group for r in references(new, sp.positions)):
        raise Refusal("SCT602", f"this {name} would hold itself", "hold a copy of it")
    sp.context.changed.update(arg for place, arg in sp.context.given.items() if place.group is a.place.group)
    others = [p for p in sp.positions if p is not a.place and p.kind is not None and p.group is a.place.group]
    old = sp.positions.get(a.place, LOST)
    same = isinstance(new, Value) and _is_same_object(new, old)
    if not same and isinstance(old, Value) and old in sp.context.lists:
        from .list_changes import refilled
        new, same = refilled(sp, old, new), True
    sp.note_change(a.place)
    sp.positions[a.place] = new
    for place in others:
        if not (same and isinstance(new, Value) and _sees_changes(sp, place, new.type)):
            sp.positions[place] = LOST


def _sees_changes(sp: Specializer, place: Place, kind: Type) -> bool:
    """Whether what a place holds is a list or dict at run time, which may be the one that is of type ``kind`` by now."""
    held = sp.positions[place]
    if not isinstance(held, Value):
        return False
    if isinstance(held.type, List | Table):
        widen_to(sp, Reference(place), kind)
    return join(strip_const(held.type), kind) == strip_const(held.type) or isinstance(held.type, List | Table)


def _is_same_object(new: Value, old: Abstract) -> bool:
    """Whether ``new`` is the list or dict ``old`` after it was changed in place, so that all its names see the change."""
    if new is old:
        return True
    op = new.owner
    if not isinstance(op, Op):
        return False
    if op.name == "change":
        return _is_same_object(op.operands[0], old)
    position = op.results.index(new)
    if op.name == "for":
        return _is_same_object(carried_inits(op)[position], old)  # of ``extend``
    return op.name == "if" and all(_is_same_object(v, old) for v in incoming(op, position))


def references(a: Abstract, positions: Positions) -> Iterator[Reference]:
    """The containers in ``a``, at any depth."""
    if isinstance(a, Reference):
        yield a
        inside = positions.get(a.place, LOST)
        if inside is not LOST:
            yield from references(inside, positions)
    else:
        for part in ab.parts_of(a) or ():
            yield from references(part, positions)


def holds_references(a: Abstract | None) -> bool:
    """Whether there is a container with a place in ``a`` itself."""
    return isinstance(a, Reference | View) or (a is not None and any(map(holds_references, ab.parts_of(a) or ())))


def joined(sp: Specializer, place: Place, shapes: Iterable[sh.Shape], where: str) -> sh.Shape:
    """What covers all that a place may hold where paths meet; dicts with different keys there have to be tables."""
    from .context import Refusal
    try:
        return sp.join(list(shapes), place.name, where)
    except Refusal:
        if place.kind is dict and not sp.context.tables.issuperset(place.sites):
            raise NeedsPlaces(tables=place.sites) from None
        raise


def groups(places: Iterable[Place]) -> list[tuple[int, bool]]:
    """Which places may be the same, and which must not change any more: what a loop may still find out in its next visit."""
    first: dict[Place, int] = {}
    return [(first.setdefault(p.group, k), p.locked) for k, p in enumerate(p for p in places if p.kind is not None)]


def holds_container(a: Abstract) -> bool:
    """Whether a result is or holds a list or a dict, which may be one of the arguments."""
    return kind_of(a) is not None or any(map(holds_container, ab.parts_of(a) or ()))
