"""``copy.copy``, ``copy.deepcopy`` and what ``dataclasses`` makes of objects: containers are made anew, arrays are copied."""

from __future__ import annotations

import copy
import dataclasses
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from ..ir.core import Op, Value
from ..ir.types import Array, List, Object, Scalar, strip_const
from ..runtime.records import is_plain
from . import abstract as ab
from .abstract import Abstract, Instance, Mapping, Reference, Seq, Static
from .attributes import attribute
from .callees import SPECIAL, TAKES_REFERENCES
from .context import Refusal
from .infer import Specializer
from .instances import fields_given, make_instance
from .primitives import apply
from .references import NeedsPlaces, content, copied, fresh, read

_HOOKS = ("__copy__", "__deepcopy__", "__reduce__", "__reduce_ex__", "__getstate__", "__setstate__", "__replace__")


def _copy(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``copy.copy(x)``."""
    (a,) = args
    held = content(sp, a)
    if isinstance(held, Value) and isinstance(strip_const(held.type), Array):
        return apply(sp, np.copy, [held], spelled="copy")
    obj = _instance(sp, a)
    if obj is not None:
        return fresh(sp, Instance(obj.cls, dict(obj.attrs), None))
    if isinstance(held, Seq) and held.kind is list:
        return fresh(sp, Seq(list, list(held.items)))
    if isinstance(held, Mapping):
        return fresh(sp, Mapping(dict(held.items)))
    if isinstance(held, Value) and isinstance(strip_const(held.type), List):
        return fresh(sp, copied(sp, held))
    return _unchanging(sp, held)


def _deepcopy(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``copy.deepcopy(x)``: what is in it twice is one thing in the copy, too."""
    if len(args) + len(kwargs) > 1:
        raise Refusal("SCT204", "copy.deepcopy with a memo is not supported", "leave it out")
    return _Deep(sp).copy(args[0])


class _Deep:
    """One deep copy: what has been copied already, by its place or as a run-time value."""

    def __init__(self, sp: Specializer) -> None:
        self.sp = sp
        self.made: dict[Any, Abstract] = {}

    def copy(self, a: Abstract) -> Abstract:
        held = content(self.sp, a)
        key = a.place if isinstance(a, Reference) else held if isinstance(held, Value) else None
        if key is None or key not in self.made:
            made = self.anew(a, held)
            if key is None:
                return made
            self.made[key] = made
        return self.made[key]

    def anew(self, a: Abstract, held: Abstract) -> Abstract:
        sp = self.sp
        if isinstance(held, Value) and isinstance(strip_const(held.type), Array):
            self.check_told_apart(held)
            return apply(sp, np.copy, [held], spelled="copy")
        obj = _instance(sp, a)
        if obj is not None:
            return fresh(sp, Instance(obj.cls, {name: self.copy(item) for name, item in obj.attrs.items()}, None))
        if isinstance(held, Seq):
            return fresh(sp, Seq(held.kind, [self.copy(item) for item in held.items]))
        if isinstance(held, Mapping):
            return fresh(sp, Mapping({key: self.copy(item) for key, item in held.items.items()}))
        if isinstance(held, Value) and isinstance(t := strip_const(held.type), List) and isinstance(t.item, Scalar):
            return fresh(sp, copied(sp, held))
        return _unchanging(sp, held)

    def check_told_apart(self, array: Value) -> None:
        """Refuse arrays that may be one object under two names, which only run time knows."""
        others = [v for v in self.made if isinstance(v, Value) and isinstance(strip_const(v.type), Array)]
        if others and not all(map(_is_one_object, (array, *others))):
            raise Refusal("SCT602", "whether two arrays in this are one object is not known", "copy them one by one")


def _is_one_object(array: Value) -> bool:
    """Whether an array is an argument, a part of one, or the result of a call: not one of several that a path has chosen."""
    op = array.owner
    return op.name in ("call", "item", "attr") if isinstance(op, Op) else op is not None and op.parent is None


def _instance(sp: Specializer, a: Abstract) -> Instance | None:
    """An object of a class of the user's with all of its attributes; None for anything else."""
    if isinstance(a, Reference):
        held = read(sp, a)
        if not isinstance(held, Instance):
            return None
        found = {**_attributes(sp, held.source), **held.attrs} if held.source is not None else held.attrs
        cls = held.cls
    elif isinstance(a, Value) and isinstance(t := strip_const(a.type), Object) and is_plain(t.cls):
        cls, found = t.cls, _attributes(sp, a)
    else:
        return None
    if any(name in vars(c) for name in _HOOKS for c in cls.__mro__ if c is not object):
        raise Refusal("SCT201", f"a {cls.__name__} says itself how it is copied, which is not supported", "copy its attributes")
    if not sp.context.places:
        raise NeedsPlaces
    return Instance(cls, found, None)


def _attributes(sp: Specializer, obj: Value) -> dict[str, Abstract]:
    """The attributes of an object that is an argument."""
    known = sp.known(obj)
    own = getattr(known[0], "__dict__", None) if known is not None else None
    if own is None:
        raise Refusal("SCT201", "what this object holds is not known", "copy its attributes")
    return {name: attribute(sp, obj, name) for name in own}


def _unchanging(sp: Specializer, a: Abstract) -> Abstract:
    """A number or the like, which is its own copy."""
    t = strip_const(a.type) if isinstance(a, Value) else None
    if isinstance(a, Static | Seq) and not isinstance(getattr(a, "value", None), set) or isinstance(t, Scalar) or \
            t is not None and str(t) in ("str", "None"):
        return a
    if isinstance(a, Static) and isinstance(a.value, set) and a.path is None:
        return fresh(sp, Static(set(a.value)))
    if isinstance(a, ab.Closure | ab.Bound | ab.Range):
        return a
    raise Refusal("SCT201", "a copy of this is not supported", "copy what it holds")


# ------------------------------------------------------------------------------------------------------------ dataclasses

def _fields(sp: Specializer, a: Abstract, what: str) -> Instance:
    obj = _instance(sp, a)
    if obj is None or not dataclasses.is_dataclass(obj.cls):
        raise Refusal("SCT709", f"this always raises TypeError: dataclasses.{what} takes an object of a dataclass")
    return obj


def _replace(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``dataclasses.replace(obj, **changes)``: another object, made by its class."""
    obj = _fields(sp, args[0], "replace")
    stored = {f.name for f in dataclasses.fields(obj.cls)} | set(obj.attrs)  # beside them are arguments of ``__post_init__``
    given = {f.name: obj.attrs[f.name] for f in fields_given(obj.cls) if f.init and f.name in stored - set(kwargs)}
    if any(not f.init and f.name in kwargs for f in dataclasses.fields(obj.cls)):
        raise Refusal("SCT709", "this always raises ValueError: a field with init=False cannot be replaced")
    made = make_instance(sp, obj.cls, [], {**given, **kwargs})
    if made is None:
        raise Refusal("SCT201", f"creating a {obj.cls.__name__} inside a differentiated function is not supported yet")
    return made


def _as_container(make: Callable[[type, list[str], list[Abstract]], Abstract], what: str) -> Any:
    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        if kwargs or len(args) > 1:
            raise Refusal("SCT204", f"dataclasses.{what} with a factory is not supported", "build the container itself")
        _fields(sp, args[0], what)
        return convert(sp, args[0])

    def convert(sp: Specializer, a: Abstract) -> Abstract:
        obj = _instance(sp, a) if isinstance(a, Reference | Value) else None
        if obj is not None and dataclasses.is_dataclass(obj.cls):
            names = [f.name for f in dataclasses.fields(obj.cls)]
            return fresh(sp, make(obj.cls, names, [convert(sp, obj.attrs[name]) for name in names]))
        held = content(sp, a)
        if isinstance(held, Seq):
            return fresh(sp, Seq(held.kind, [convert(sp, item) for item in held.items]))
        if isinstance(held, Mapping):
            return fresh(sp, Mapping({key: convert(sp, item) for key, item in held.items.items()}))
        return _Deep(sp).copy(a)
    return build


def _by_name(cls: type, names: list[str], items: list[Abstract]) -> Abstract:
    return Mapping(dict(zip(names, items, strict=True)))


def _in_order(cls: type, names: list[str], items: list[Abstract]) -> Abstract:
    return Seq(tuple, items)


_COPIES: dict[types.FunctionType, Any] = {
    copy.copy: _copy, copy.deepcopy: _deepcopy, dataclasses.replace: _replace,  # type: ignore[dict-item]
    dataclasses.asdict: _as_container(_by_name, "asdict"), dataclasses.astuple: _as_container(_in_order, "astuple"),  # type: ignore[dict-item]
}
SPECIAL.update(_COPIES)
TAKES_REFERENCES.update(_COPIES)
