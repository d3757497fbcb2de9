"""Takes a type, gives some value of it: Numba learns from that of which kind the items of an empty list are."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir.build import Builder
from ..ir.core import Value
from ..ir.ops import Lit, SeqOf, Slot
from ..ir.types import INT, Array, List, Scalar, Tuple, Type, strip_const
from ..runtime import packing

_PLAIN = ("float64", "int64", "bool", "complex128")


def has_example(t: Type) -> bool:
    """Whether numbers, arrays, lists and tuples are all that a type is made of."""
    t = strip_const(t)
    if isinstance(t, List):
        return has_example(t.item)
    if isinstance(t, Tuple):
        return t.cls is tuple and bool(t.items) and all(map(has_example, t.items))
    return isinstance(t, Scalar | Array) and t.dtype != "object"


def example(builder: Builder, t: Type) -> Value:
    """Some value of a type."""
    t = strip_const(t)
    if isinstance(t, Scalar):
        made = builder.value("const", (), t, value=np.dtype(t.dtype).type(0).item())
        return made if t.dtype in _PLAIN else _called(builder, np.dtype(t.dtype).type, made, t)
    if isinstance(t, Array):
        shape, dtype = SeqOf(tuple, (Slot(0),) * t.ndim), Lit(np.dtype(t.dtype).type)
        none = builder.value("const", (), INT, value=0)
        return builder.value("call", [none], t, fn=np.empty, args=(shape, dtype), kwargs={}, effect="fresh")
    if isinstance(t, Tuple):
        return builder.value("tuple", [example(builder, part) for part in t.items], t, cls=tuple)
    assert isinstance(t, List)
    return empty_list(builder, example(builder, t.item), t)


def empty_list(builder: Builder, item: Value, t: Type, hint: str = "") -> Value:
    """A list for items like this one, without any."""
    return _called(builder, packing.empty_list, item, t, hint, effect="fresh")


def _called(builder: Builder, fn: Any, value: Value, t: Type, hint: str = "", **attrs: Any) -> Value:
    return builder.value("call", [value], t, hint, fn=fn, args=(Slot(0),), kwargs={}, **attrs)
