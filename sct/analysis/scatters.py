"""NumPy's functions that write chosen elements (``np.put``, ``np.place``, ``np.multiply.at`` …), said as what they store."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ..ir.core import Value
from ..ir.types import Array, Scalar, strip_const
from ..rules import registry
from ..runtime import writing
from .abstract import Abstract, Seq, Slice, Static
from .attributes import attribute
from .callees import SPECIAL, call, call_standard
from .context import Refusal
from .elements import (
    are_natural,
    as_indices,
    count_of,
    flat_index,
    from_shape,
    is_number,
    is_vector,
    literal_length,
    rank,
    repeated,
    surely_apart,
    taken,
    target,
    vector_of,
)
from .infer import Specializer
from .operators import binary
from .primitives import apply
from .stores import store
from .subscripts import from_value

Handler = Callable[[Specializer, list[Abstract], dict[str, Abstract]], Abstract]
RAISE, NO = Static("raise"), Static(False)


def writer(*functions: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a Python function the handler of NumPy's ``functions``, whose parameters it has behind the specialiser."""
    def register(fn: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(fn)

        def handler(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
            try:
                bound = signature.bind(sp, *args, **kwargs)
            except TypeError as error:
                raise Refusal("SCT709", f"this always raises TypeError: {error}") from None
            bound.apply_defaults()
            fn(*bound.args, **bound.kwargs)
            return Static(None)
        SPECIAL.update(dict.fromkeys(functions, handler))
        return fn
    return register


# ------------------------------------------------------------------------------------------------ positions in flat order

@writer(np.put)
def put(sp: Specializer, a: Abstract, ind: Abstract, v: Abstract, mode: Abstract = RAISE) -> None:
    """``np.put(a, ind, v)``: by position in C order; ``v`` is repeated, or cut off."""
    array, values = target(a), vector_of(sp, v)
    positions = ind if is_vector(ind) else apply(sp, np.ravel, [ind])
    kind = strip_const(positions.type) if isinstance(positions, Value) else None
    if isinstance(kind, Array) and kind.dtype == "bool":
        raise Refusal("SCT605", "np.put takes a mask for the positions 0 and 1", "use np.putmask, or write a[mask] = v")
    if not isinstance(values, Seq) or literal_length(values) != literal_length(positions):
        values = repeated(sp, values, count_of(sp, positions))
    store(sp, array, flat_index(sp, array, positions, sp.static(mode, "`mode`")), values)


@writer(np.ndarray.put)
def put_method(sp: Specializer, a: Abstract, indices: Abstract, values: Abstract, mode: Abstract = RAISE) -> None:
    """``a.put(indices, values)``"""
    put(sp, a, indices, values, mode)


@writer(np.put_along_axis)
def put_along_axis(sp: Specializer, arr: Abstract, indices: Abstract, values: Abstract, axis: Abstract) -> None:
    """``np.put_along_axis(arr, indices, values, axis)``"""
    array, where = target(arr), sp.static(axis, "`axis`")
    ndim = rank(array)
    indices = as_indices(sp, indices)
    if where is None and ndim > 1 or rank(indices) != ndim:
        raise Refusal("SCT605", "np.put_along_axis needs an axis, and as many dimensions of indices as of the array",
                      "write a[index] = values")
    items: list[Abstract] = []
    for k in range(ndim):
        if k == (0 if where is None else where % ndim):
            items.append(indices)
            continue
        positions = apply(sp, np.arange, [from_shape(sp, array, k)])
        behind = [Static(n) for n in range(1, ndim - k)]
        items.append(apply(sp, np.expand_dims, [positions, Seq(tuple, list(behind))]) if behind else positions)
    store(sp, array, Seq(tuple, items) if ndim > 1 else items[0], values)


@writer(np.fill_diagonal)
def fill_diagonal(sp: Specializer, a: Abstract, val: Abstract, wrap: Abstract = NO) -> None:
    """``np.fill_diagonal(a, val)``; ``wrap`` goes on below a tall matrix."""
    array, values = target(a), vector_of(sp, val)
    ndim = rank(array)
    if ndim < 2:
        raise Refusal("SCT709", "this always raises ValueError: array must be at least 2-d")
    width = from_shape(sp, array, 1)
    if ndim == 2 and sp.static(wrap, "`wrap`"):
        step = binary(sp, operator.add, width, Static(1))
        places = apply(sp, np.arange, [Static(0), attribute(sp, array, "size"), step])
        index = [binary(sp, operator.floordiv, places, width), binary(sp, operator.mod, places, width)]
        store(sp, array, Seq(tuple, index), repeated(sp, values, count_of(sp, places), in_turn=True))
        return
    count = call(sp, Static(min), [from_shape(sp, array, 0), width], {}) if ndim == 2 else width
    diagonal = apply(sp, np.arange, [count])
    store(sp, array, Seq(tuple, [diagonal] * ndim), taken(sp, values, diagonal, in_turn=True))


# ------------------------------------------------------------------------------------------------------------------ masks

@writer(np.putmask)
def putmask(sp: Specializer, a: Abstract, mask: Abstract, values: Abstract) -> None:
    """``np.putmask(a, mask, values)``: an element gets the value at its own position, values being repeated."""
    array, chosen, given = target(a), _mask(sp, a, mask), vector_of(sp, values)
    _check_safe(array, given)
    store(sp, array, chosen, given if is_number(given) else taken(sp, given, apply(sp, np.flatnonzero, [chosen])))


@writer(np.place)
def place(sp: Specializer, arr: Abstract, mask: Abstract, vals: Abstract) -> None:
    """``np.place(arr, mask, vals)``: the chosen elements get the values one after the other."""
    array, chosen, given = target(arr), _mask(sp, arr, mask), vector_of(sp, vals)
    _check_safe(array, given)
    store(sp, array, chosen, given if is_number(given) else repeated(
        sp, given, apply(sp, np.count_nonzero, [chosen]), in_turn=True))


def _mask(sp: Specializer, a: Abstract, mask: Abstract) -> Value:
    """The mask as an array of truth values, of the dimensions of the array ``a``."""
    found = apply(sp, np.array, [mask]) if isinstance(mask, Seq) else mask
    t = strip_const(found.type) if isinstance(found, Value) else None
    if not isinstance(t, Array) or t.ndim != rank(target(a)):
        raise Refusal("SCT605", "the mask must be an array of the shape of the array that is written to", "reshape the mask")
    if t.dtype != "bool":
        found = apply(sp, operator.ne, [found, Static(0)])
    assert isinstance(found, Value)
    return found


def _check_safe(array: Value, values: Abstract) -> None:
    """NumPy takes no array here whose values might not fit."""
    t, v = strip_const(array.type), strip_const(values.type) if isinstance(values, Value) else None
    assert isinstance(t, Array)
    if isinstance(v, Array) and not np.can_cast(v.dtype, t.dtype, "safe"):
        raise Refusal("SCT604", f"an array of {t.dtype} is given values of {v.dtype}", "convert them with astype")


# --------------------------------------------------------------------------------------------------------------- ufunc.at

def _at(ufunc: np.ufunc) -> Handler:
    """``ufunc.at(a, indices, b)``: repeated elements are computed once for each time that they are named."""
    def handler(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        if kwargs or len(args) != ufunc.nin + 1 or ufunc.nin > 2:
            raise Refusal("SCT605", f"np.{ufunc.__name__}.at takes {ufunc.nin + 1} arguments", "write them by position")
        array, index, *rest = target(args[0]), *args[1:]
        value = apply(sp, np.array, rest) if rest and isinstance(rest[0], Seq) else rest[0] if rest else None
        _apply_at(sp, _OPERATORS.get(ufunc, ufunc), array, index, value)
        return Static(None)
    return handler


def _apply_at(sp: Specializer, fn: Any, array: Value, index: Abstract, value: Abstract | None) -> None:
    once = not may_name_twice(sp, index)
    adds = fn in (operator.add, operator.sub) and _keeps_type(array, value)
    if adds and value is not None:
        store(sp, array, index, value, fn, at=not once)
    elif once:
        old = from_value(sp, array, index)
        store(sp, array, index, apply(sp, fn, [old] if value is None else [old, value]))
    else:
        _one_by_one(sp, fn, array, index, value)


def _one_by_one(sp: Specializer, fn: Any, array: Value, index: Abstract, value: Abstract | None) -> None:
    """A loop over the positions that are named."""
    parts = index.items if isinstance(index, Seq) and index.kind is tuple else [index]
    vectors = [as_indices(sp, part) for part in parts]
    if any(strip_const(v.type).ndim != 1 or strip_const(v.type).dtype == "bool" for v in vectors):  # type: ignore[attr-defined]
        raise Refusal("SCT605", "`at` is supported with vectors of indices", "write a loop over the positions")
    if not strip_const(array.type).differentiable:
        vectors = [_apart(sp, array, v) for v in vectors]
    value = _apart(sp, array, value) if isinstance(value, Value) else value
    positions: Abstract = vectors[0] if len(vectors) == 1 else Seq(tuple, list(vectors))
    several = len(vectors) > 1
    if value is None:
        call_standard(sp, writing.each_of_several if several else writing.each, [Static(fn), array, positions])
        return
    ndim = 1 + rank(array) - len(vectors)
    t = strip_const(value.type) if isinstance(value, Value) else None
    if isinstance(t, Array) and t.ndim > ndim:
        raise Refusal("SCT603", "the operand of `at` has more dimensions than what it is applied to", "reshape it")
    spread = isinstance(t, Array) and t.ndim == ndim
    body = (writing.each_with_of_several if several else writing.each_with) if spread else (
        writing.each_with_one_of_several if several else writing.each_with_one)
    call_standard(sp, body, [Static(fn), array, positions, value])


def _apart(sp: Specializer, array: Value, value: Value) -> Value:
    """What an argument holds before anything is written to ``array``."""
    if not isinstance(strip_const(value.type), Array) or surely_apart(array, value):
        return value
    copy = apply(sp, np.copy, [value])
    assert isinstance(copy, Value)
    return copy


def may_name_twice(sp: Specializer, index: Abstract) -> bool:
    """Whether an index may name an element twice: it holds integer arrays, or a list with equal or negative numbers."""
    parts = index.items if isinstance(index, Seq) and index.kind is tuple else [index]
    return not all(_names_once(part) for part in parts)


def _names_once(part: Abstract) -> bool:
    if isinstance(part, Seq):
        return are_natural(part) and len({item.value for item in part.items if isinstance(item, Static)}) == len(part.items)
    t = strip_const(part.type) if isinstance(part, Value) else None
    return isinstance(part, Slice | Static) or isinstance(t, Scalar) or isinstance(t, Array) and t.dtype == "bool"


def _keeps_type(array: Value, value: Abstract | None) -> bool:
    """Whether the array's own element type is that of the results."""
    t, v = strip_const(array.type), strip_const(value.type) if isinstance(value, Value) else None
    assert isinstance(t, Array)
    if isinstance(value, Static):
        return bool(np.result_type(np.dtype(t.dtype), value.value) == t.dtype)
    return isinstance(v, Array | Scalar) and (
        np.promote_types(v.dtype, t.dtype) == t.dtype or isinstance(v, Scalar) and v.python is True and t.differentiable)


_OPERATORS: dict[np.ufunc, Any] = {
    np.add: operator.add, np.subtract: operator.sub, np.multiply: operator.mul, np.divide: operator.truediv,
    np.power: operator.pow, np.negative: operator.neg,
}
"""How an expert writes these."""


for ufunc in {u for u in vars(np).values() if isinstance(u, np.ufunc) and u.nout == 1 and u.signature is None}:
    if registry.lookup(ufunc) is not None:
        SPECIAL[ufunc.at] = _at(ufunc)
