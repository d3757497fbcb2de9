"""What specialisation can say of the class of a value and of its attributes: ``type``, ``isinstance``, ``hasattr``."""

from __future__ import annotations

import functools
import types
from typing import Any

import numpy as np

from ..ir.core import Value
from ..ir.ops import Slot
from ..ir.types import NONE, STR, Array, Dict, List, Object, OrConst, Scalar, Tuple, Type
from .abstract import Abstract, Bound, Closure, DataPath, Instance, Mapping, Range, Reference, Seq, Slice, Static
from .context import Refusal
from .infer import Specializer
from .primitives import apply
from .references import read

_BOUND: frozenset[type] = frozenset({types.MethodType, types.BuiltinMethodType, functools.partial})


def python_classes(a: Abstract) -> set[type] | None:
    """The classes a value may have at run time; None if unknown."""
    if isinstance(a, Static):
        return {set} if isinstance(a.value, set) else {type(a.value)}
    if isinstance(a, Reference):
        return {a.kind} if a.place.kind is not None else None
    if isinstance(a, Seq):
        return {a.kind}
    if isinstance(a, Mapping):
        return {dict}
    if isinstance(a, Closure):
        return {types.FunctionType}
    if isinstance(a, Bound):
        return set(_BOUND)
    if isinstance(a, Range | Slice):
        return {range if isinstance(a, Range) else slice}
    if isinstance(a, Value):
        return _classes_of(a.type)
    return None


def _classes_of(t: Type) -> set[type] | None:
    if isinstance(t, OrConst):
        parts = [_classes_of(x) for x in (t.base, t.const) if str(x) != "bottom"]
        return None if any(p is None for p in parts) else set().union(*parts)  # type: ignore[arg-type]
    if isinstance(t, Array):
        return {np.ndarray}
    if isinstance(t, Scalar):
        python = {"float64": float, "int64": int, "bool": bool, "complex128": complex}.get(t.dtype)
        numpy = np.dtype(t.dtype).type
        if t.python is None:
            return {numpy, int, float, bool} | ({python} if python else set())
        return {python} if t.python and python else {numpy}
    if isinstance(t, Object):
        return {t.cls} if t.cls is not object else None
    if isinstance(t, Tuple):
        return {t.cls}
    if isinstance(t, List | Dict):
        return {list if isinstance(t, List) else dict}
    return {type(None)} if t is NONE else {str} if t is STR else None


def class_of(sp: Specializer, a: Abstract) -> Abstract:
    """``type(a)``."""
    known = python_classes(a)
    if known is not None and len(known) == 1:
        return Static(known.pop())
    if sp.context.splicing:
        return Static(object)
    return sp.builder.value("call", [sp.lift(a)], Object(type), fn=type, args=(Slot(0),), kwargs={})


def is_instance(sp: Specializer, args: list[Abstract]) -> Abstract:
    """``isinstance(…)``: known where all the classes that the value may have give the same answer."""
    classes = sp.static(args[1], "the class")
    known = python_classes(args[0])
    if known is not None:
        answers = {issubclass(cls, classes) for cls in known}
        if len(answers) == 1:
            return Static(answers.pop())
    return apply(sp, isinstance, args)


# ------------------------------------------------------------------------------------------------------------- attributes

def has_attribute(sp: Specializer, a: Abstract, name: str) -> bool:
    """``hasattr(a, name)``, asked of the object itself where it is at hand, else of the class that its value must have."""
    held = read(sp, a) if isinstance(a, Reference) else None
    if isinstance(held, Instance):
        if name in held.attrs or held.source is None:
            return name in held.attrs or hasattr(held.cls, name)
        a = held.source
    at_hand = _object_at_hand(sp, a)
    if at_hand is not None:
        obj, path = at_hand
        found = hasattr(obj, name)
        sp.context.guard("has" if found else "lacks", path, name)
        return found
    known = python_classes(a)
    answers = {_instances_have(cls, name) for cls in known} if known is not None else {None}
    if len(answers) == 1 and (answer := answers.pop()) is not None:
        return answer
    raise Refusal("SCT707", f"whether this has an attribute `{name}` is not known when specialising",
                  "ask for its class, or pass a flag")


def _object_at_hand(sp: Specializer, a: Abstract) -> tuple[Any, DataPath] | None:
    """An object whose attributes are its own, and where it is found; None where the class of a value decides."""
    if isinstance(a, Static):
        return a.value, a.path or DataPath("const", type(a.value).__name__, (), a.value)
    value = a if isinstance(a, Value) else a.runtime if isinstance(a, Seq | Mapping) else None
    known = sp.known(value) if value is not None else None
    return known if known is not None and type(known[0]).__dictoffset__ else None


def _instances_have(cls: type, name: str) -> bool | None:
    """Whether every instance of ``cls`` has the attribute, as far as the class can tell."""
    if any(name in vars(base) for base in cls.__mro__):
        return True
    if hasattr(cls, "__getattr__") or cls.__dictoffset__ and cls is not types.FunctionType:
        return None
    return False
