"""Arrays in the order of their elements: ``a.flat``, ``a.item``, ``np.ndindex``, ``np.ndenumerate``, by the index of each one.

Nothing is copied or reshaped: the element that is read or written is that of the array itself, as it is at that time.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ..ir.core import Value
from ..ir.types import Array, Scalar, strip_const
from ..rules import shaping
from .abstract import LOST, Abstract, Iteration, Seq, Slice, Static, StoredIterator
from .attributes import attribute
from .callees import SPECIAL
from .context import Refusal
from .displays import sequence_items
from .elements import ONE, ZERO, flat_index, rank, repeated, unravelled, vector_of
from .infer import Specializer
from .operators import binary
from .plans import Counted
from .primitives import apply
from .references import content
from .stores import store
from .subscripts import from_value, getitem

# ----------------------------------------------------------------------------------------------------------------- a.flat

def _array(sp: Specializer, a: Abstract) -> Value:
    """The array of which ``a`` is the attribute ``flat``, which begins anew as an iterator when it is indexed."""
    held = a.source if isinstance(a, StoredIterator) else a
    if isinstance(a, StoredIterator):
        sp.positions[a.place] = LOST
    if not isinstance(held, Iteration) or held.kind != "flat" or not isinstance(held.parts[0], Value):
        raise Refusal("SCT705", "this cannot be indexed", "make a list of it")
    return held.parts[0]


def read(sp: Specializer, base: Abstract, index: Abstract) -> Abstract:
    """``a.flat[i]``: a number, or a copy."""
    array = _array(sp, base)
    place = _place(sp, array, index)
    item = getitem(sp, array, place)
    return apply(sp, np.copy, [item]) if isinstance(place, Slice) or _is_whole(index) and rank(array) == 1 else item


def write(sp: Specializer, base: Abstract, index: Abstract, value: Abstract, fn: Any = None) -> None:
    """``a.flat[i] = v``, where what is given is repeated, or cut off; ``a.flat[i] fn= v``."""
    array = _array(sp, base)
    if fn is not None:
        value = binary(sp, fn, read(sp, base, index), value)
    place, given = _place(sp, array, index), vector_of(sp, value)
    if not isinstance(given, Value) or not isinstance(strip_const(given.type), Scalar):
        if isinstance(index, Static | Value) and not _is_whole(index) and not isinstance(_type_of(index), Array):
            if not isinstance(given, Static):
                raise Refusal("SCT603", "one element is given several values", "write one number")
        elif not isinstance(given, Static):
            given = repeated(sp, given, _count(sp, array, place), in_turn=True)
    store(sp, array, place, given)


def _place(sp: Specializer, array: Value, index: Abstract) -> Abstract:
    """The index of an array for what stands in the brackets behind ``flat``."""
    t = _type_of(index)
    if isinstance(t, Array) and t.dtype == "bool":
        index = apply(sp, np.flatnonzero, [index])
    elif isinstance(index, Seq) and index.kind is tuple:
        raise Refusal("SCT705", "`flat` takes one index", "index the array itself")
    if rank(array) == 1:
        return index
    if isinstance(index, Slice) or _is_whole(index):
        index = from_value(sp, _positions(sp, array), index)
        return unravelled(sp, array, index)
    return flat_index(sp, array, index)


def _positions(sp: Specializer, array: Value) -> Value:
    found = apply(sp, np.arange, [attribute(sp, array, "size")])
    assert isinstance(found, Value)
    return found


def _count(sp: Specializer, array: Value, place: Abstract) -> Abstract:
    """How many elements an index of vectors names."""
    if isinstance(place, Seq) and place.kind is list:
        return Static(len(place.items))
    if isinstance(place, Seq):
        return apply(sp, len, [place.items[0]])
    if isinstance(_type_of(place), Array):
        return apply(sp, len, [place])
    part = from_value(sp, array, place)
    return attribute(sp, part, "size")


def _type_of(a: Abstract) -> Any:
    return strip_const(a.type) if isinstance(a, Value) else None


def _is_whole(index: Abstract) -> bool:
    return isinstance(index, Static) and index.value is Ellipsis


# -------------------------------------------------------------------------------------------------------------- iteration

def _ndindex(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``np.ndindex(2, 3)``, ``np.ndindex((2, 3))``, ``np.ndindex(a.shape)``."""
    first = content(sp, args[0]) if len(args) == 1 else None
    several = isinstance(first, Seq) or isinstance(first, Value) and not isinstance(strip_const(first.type), Scalar)
    return Iteration("ndindex", sequence_items(sp, args[0], "np.ndindex") if several else list(args))


def _ndenumerate(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    (array,) = args
    if not isinstance(_type_of(array), Array):
        raise Refusal("SCT711", "np.ndenumerate of something that is not certainly an array", "make an array of it first")
    return Iteration("ndenumerate", [array])


def plan(sp: Specializer, a: Iteration) -> Counted:
    """One loop over all positions; the index of each is computed from its number."""
    array = a.parts[0] if a.kind != "ndindex" else None
    assert array is None or isinstance(array, Value)
    sizes = a.parts if array is None else sequence_items(sp, attribute(sp, array, "shape"), "a shape")
    count: Abstract = ONE
    for k, size in enumerate(sizes):
        count = size if k == 0 else binary(sp, operator.mul, count, size)

    def item(k: Abstract) -> Abstract:
        index = Seq(tuple, _index(sp, k, sizes))
        if array is None:
            return index
        found = getitem(sp, array, index if len(sizes) != 1 else k)
        return found if a.kind == "flat" else Seq(tuple, [index, found])
    return Counted(ZERO, count, ONE, item)


def _index(sp: Specializer, k: Abstract, sizes: list[Abstract]) -> list[Abstract]:
    """The index of the ``k``-th element of an array of these sizes."""
    found: list[Abstract] = []
    for n, size in enumerate(sizes[::-1]):
        last = n == len(sizes) - 1
        found.append(k if last else binary(sp, operator.mod, k, size))
        k = k if last else binary(sp, operator.floordiv, k, size)
    return found[::-1]


def _nditer(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    raise Refusal("SCT711", "np.nditer hides which elements are read and written",
                  "write it with whole arrays, or loop over `np.ndindex(a.shape)` and index the array")


# ------------------------------------------------------------------------------------------------------------------- item

def _item(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Any:
    """``a.item(k)`` and ``a.item(i, j)``: one element, as Python's number."""
    array, *places = args
    if not places or kwargs or not isinstance(array, Value) or not isinstance(strip_const(array.type), Array):
        return NotImplemented
    index = places[0] if len(places) == 1 else Seq(tuple, places)
    if not isinstance(index, Seq):
        index = flat_index(sp, array, index)
    return apply(sp, shaping.item_method, [getitem(sp, array, index)], {}, "item")


# ------------------------------------------------------------------------------------------------------------------- view

def _view(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``a.view()``: another name of the same memory."""
    array, *how = (*args, *kwargs.values())
    if any(not isinstance(a, Static) or a.value is not np.ndarray for a in how):
        raise Refusal("SCT605", "`.view` with a type reads the bytes of the array as something else",
                      "use x.astype(dtype), which converts the values")
    return getitem(sp, array, Static(Ellipsis))


SPECIAL.update({np.ndindex: _ndindex, np.ndenumerate: _ndenumerate, np.nditer: _nditer, np.ndarray.view: _view,
                shaping.item_method: _item})
