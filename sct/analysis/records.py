"""Dataclasses that are differentiated: opened where they are arguments, put together where they are returned."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from typing import TYPE_CHECKING

from ..ir.core import Value
from ..ir.types import Object, Record, strip_const, tree_type
from ..runtime.records import extras_of, fields_of, is_plain
from .abstract import Abstract, Instance, Static
from .context import Refusal
from .references import NeedsPlaces, fresh, with_places
from .shapes import run_time_leaves

if TYPE_CHECKING:
    from .infer import Specializer


def record(sp: Specializer, value: Value, t: Record) -> Abstract:
    """An argument, or a part of one: an object whose attributes are the items of ``value``."""
    attrs = {str(name): _field(sp, sp.item_of(value, name, kind)) for name, kind in t.items}
    if sp.context.fields_change:
        attrs = {name: with_places(sp, held, copy=True, name=f"{value.hint}.{name}") for name, held in attrs.items()}
    known = sp.known(value)
    if known is not None:
        attrs.update((name, _beside(sp, value, name)) for name in extras_of(known[0])
                     if not tree_type(getattr(known[0], name)).differentiable)
    return fresh(sp, Instance(t.cls, attrs))


def _field(sp: Specializer, item: Abstract) -> Abstract:
    """What a field holds: functions, members of enumerations and other objects are part of what is specialised for."""
    known = sp.known(item) if isinstance(item, Value) and isinstance(item.type, Object) else None
    if known is None:
        return item
    sp.context.guard("is", known[1], known[0])
    return Static(known[0], known[1])


def _beside(sp: Specializer, value: Value, name: str) -> Abstract:
    """What an instance holds that is no field, and has no derivative."""
    from .attributes import known_attribute
    return known_attribute(sp, value, name)


def returned_instance(sp: Specializer, a: Instance, structured: bool = False) -> Instance:
    """An object that is returned, its fields first; what it has computed once is no part of it."""
    if a.source is not None:
        _open(sp, a.source)
    if a.source is not None or not dataclasses.is_dataclass(a.cls) or not is_plain(a.cls):
        raise Refusal("SCT702", f"a {a.cls.__name__} object cannot be a value at run time here",
                      "return what it holds, or make it a plain dataclass")
    names = fields_in(a)
    missing = next((name for name in names if name not in a.attrs), None)
    if missing is not None:
        raise Refusal("SCT702", f"the field `{missing}` of the {a.cls.__name__} that is returned has no value", "give it one")
    extras = [name for name in a.attrs if name not in names and not _is_computed_once(a.cls, name)]
    for name in extras if structured else ():
        if any(strip_const(v.type).differentiable for v in run_time_leaves(a.attrs[name])):
            raise Refusal("SCT702", f"`{name}` of the {a.cls.__name__} that is returned is no field, and has a derivative",
                          "make it a field or a property")
    return Instance(a.cls, {name: a.attrs[name] for name in (*names, *extras)})


def fields_in(a: Instance) -> list[str]:
    """The fields of an object that is returned: what else it holds has no derivative."""
    return [f.name for f in dataclasses.fields(a.cls)]


def _is_computed_once(cls: type, name: str) -> bool:
    return isinstance(inspect.getattr_static(cls, name, None), functools.cached_property)


def returned(sp: Specializer, a: Abstract, structured: bool = False) -> Value:
    """A part of what is returned as one run-time value; an object that came with an argument is handed on.

    Not so where the numbers in it have derivatives, and be they zeros.
    """
    if structured and isinstance(a, Value) and isinstance(strip_const(a.type), Object):
        _open(sp, a)
    if isinstance(a, Static) and a.path is not None and a.path.scope == "param" and not isinstance(a.value, _CONSTANT):
        from .data import read_from_parameter
        return read_from_parameter(sp, a.path, Object(type(a.value)))
    return sp.lift(a)


def _open(sp: Specializer, value: Value) -> None:
    """Begin again with the fields of an object that is an argument, or a part of one, as values of their own."""
    known = sp.known(value)
    if known is None or known[1].scope != "param" or fields_of(known[0]) is None or known[1].root in sp.context.differentiated:
        return
    sp.context.differentiated |= {known[1].root}
    sp.context.places = False
    raise NeedsPlaces


_CONSTANT = (bool, int, float, complex, str, type(None))
