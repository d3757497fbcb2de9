"""Elements by position: which index names them, and which of the given values each gets."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ..ir.core import Block, Op, Value
from ..ir.types import Array, Scalar, strip_const
from ..runtime import helpers
from . import abstract as ab
from .abstract import Abstract, Seq, Static
from .alias import may_alias
from .attributes import attribute
from .context import Refusal
from .infer import Specializer
from .operators import binary
from .primitives import apply
from .stores import WAY_OUT
from .subscripts import from_value, getitem

ZERO, ONE = Static(0), Static(1)


def flat_index(sp: Specializer, array: Value, positions: Abstract, mode: str = "raise") -> Abstract:
    """The index of the elements at ``positions`` in C order; ``mode`` as in ``np.put``."""
    size = attribute(sp, array, "size")
    if mode == "clip":
        positions = apply(sp, np.clip, [positions, ZERO, binary(sp, operator.sub, size, ONE)])
    elif mode == "wrap":
        positions = binary(sp, operator.mod, as_indices(sp, positions), size)
    if rank(array) == 1:
        return positions
    return unravelled(sp, array, positions, helpers.flat_index if mode == "raise" else np.unravel_index)


def unravelled(sp: Specializer, array: Value, positions: Abstract, how: Any = np.unravel_index) -> Abstract:
    """The index, of as many parts as the array has dimensions."""
    index = apply(sp, how, [positions, attribute(sp, array, "shape")])
    assert isinstance(index, Seq)
    for name, part in zip("ijkl", index.items, strict=False):
        if isinstance(part, Value):
            part.hint = name
    return index


def rank(array: Value) -> int:
    """The number of dimensions."""
    t = strip_const(array.type)
    assert isinstance(t, Array)
    return t.ndim


def as_indices(sp: Specializer, a: Abstract) -> Value:
    """Indices as an array."""
    t = strip_const(a.type) if isinstance(a, Value) else None
    found = a if isinstance(t, Array) else apply(sp, np.asarray, [a])
    assert isinstance(found, Value)
    return found


def are_natural(a: Abstract) -> bool:
    """Whether all items of a literal list are known, and none counts from the end."""
    return isinstance(a, Seq) and all(isinstance(item, Static) and type(item.value) is int and item.value >= 0
                                      for item in a.items)


def target(a: Abstract) -> Value:
    """The array that is written to."""
    if not isinstance(a, Value) or not isinstance(a.type, Array):
        raise Refusal("SCT601", "writing into something that is not certainly an array is not supported", WAY_OUT)
    return a


def from_shape(sp: Specializer, array: Value, axis: int) -> Abstract:
    """``array.shape[axis]``"""
    return getitem(sp, attribute(sp, array, "shape"), Static(axis))


def vector_of(sp: Specializer, v: Abstract) -> Abstract:
    """What is written: a number, a literal list of numbers, or a vector."""
    if isinstance(v, Seq) and len(v.items) == 1 and not isinstance(v.items[0], Seq):
        v = v.items[0]
    if is_number(v) or isinstance(v, Seq) and is_vector(v):
        return v
    v = apply(sp, np.array, [v]) if isinstance(v, Seq) else v
    t = strip_const(v.type) if isinstance(v, Value) else None
    if not isinstance(t, Array):
        raise Refusal("SCT601", "this cannot be stored into an array here", WAY_OUT)
    return v if t.ndim == 1 else apply(sp, np.ravel, [v])


def is_number(v: Abstract) -> bool:
    return isinstance(v, Static) and ab.is_number(v.value) or isinstance(v, Value) and isinstance(strip_const(v.type), Scalar)


def is_vector(a: Abstract) -> bool:
    t = strip_const(a.type) if isinstance(a, Value) else None
    return isinstance(t, Array) and t.ndim == 1 or isinstance(a, Seq) and all(map(is_number, a.items))


def literal_length(a: Abstract) -> int | None:
    return len(a.items) if isinstance(a, Seq) else None


def count_of(sp: Specializer, vector: Abstract) -> Abstract:
    return Static(len(vector.items)) if isinstance(vector, Seq) else apply(sp, len, [vector])


def repeated(sp: Specializer, values: Abstract, count: Abstract, in_turn: bool = False) -> Abstract:
    """So many values from the first on, beginning again at the end."""
    return values if is_number(values) else taken(sp, values, apply(sp, np.arange, [count]), in_turn)


def taken(sp: Specializer, values: Abstract, positions: Abstract, in_turn: bool = False) -> Abstract:
    """The values at ``positions``, beginning again at the end.

    ``in_turn`` says that NumPy reads one after it has written another.
    """
    if is_number(values):
        return values
    vector = apply(sp, np.array, [values]) if isinstance(values, Seq) else values
    assert isinstance(vector, Value)
    found = from_value(sp, vector, binary(sp, operator.mod, positions, attribute(sp, vector, "size")))
    if in_turn and isinstance(found, Value) and isinstance(found.owner, Op):
        found.owner.attrs["in_turn"] = True
    return found


def base_of(v: Value) -> Value:
    """The array of which ``v`` is a view, as far as the ops say."""
    while isinstance(v.owner, Op) and v.owner.operands and (v.owner.name == "narrow" or v.owner.name == "call"
                                                            and may_alias(v.owner)):
        v = v.owner.operands[0]
    return v


def surely_apart(a: Value, b: Value) -> bool:
    """Whether two arrays are certainly not made of the same memory."""
    a, b = base_of(a), base_of(b)
    return a is not b and _is_origin(a) and _is_origin(b)


def _is_origin(v: Value) -> bool:
    """Whether ``v`` is an array made here, or a parameter, and not a name that a branch or a loop passes on."""
    return v.owner.parent is None if isinstance(v.owner, Block) else isinstance(v.owner, Op) and v.owner.name == "call"
