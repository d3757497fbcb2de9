"""Reading items: static sequences are opened up, array reads become ``operator.getitem`` with an index template."""

from __future__ import annotations

import operator
import types
from typing import Any

import numpy as np

from ..ir.core import Block, Op, Value
from ..ir.ops import Slot
from ..ir.types import (
    ANY,
    BOTTOM,
    INT,
    MANY,
    STR,
    UNIT,
    Array,
    Dict,
    List,
    Object,
    Scalar,
    Table,
    Tuple,
    Type,
    join,
    strip_const,
)
from .abstract import Abstract, Iteration, Mapping, Range, Reference, Seq, Slice, Static, StoredIterator
from .attributes import PARTS, attribute, part_unknown
from .branches import emit_guard, opened
from .context import Frame, Refusal
from .data import guard_class
from .infer import SIMPLE, Specializer
from .primitives import Arguments, apply, now, raise_here
from .references import borrowed, content, fresh, kind_of, plain
from .tables import is_known, load, needed


def _getitem(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    result = getitem(sp, *args)
    return [fresh(sp, result) if isinstance(args[1], Slice) and kind_of(content(sp, args[0])) is list else result]


def getitem(sp: Specializer, base: Abstract, index: Abstract) -> Abstract:
    """``base[index]``."""
    index = plain(sp, index)
    if sp.context.inside and not isinstance(index, Slice):
        if isinstance(base, Reference) and not isinstance(index, Static):
            _settle_items(sp, base)
        return borrowed(sp, base, _item(sp, base, index))
    return _item(sp, base, index)


def _settle_items(sp: Specializer, a: Reference) -> None:
    """Hold lists in one run-time list, of which an item is taken that only run time knows: it may be changed there."""
    held = sp.positions.get(a.place)
    if isinstance(held, Seq) and held.kind is list and any(kind_of(content(sp, item)) is list for item in held.items):
        value = sp.lift(a)
        if isinstance(value.type, List):
            sp.positions[a.place] = value


def _item(sp: Specializer, base: Abstract, index: Abstract) -> Abstract:
    from .deques import check_index
    check_index(base, index)
    given, base = base, opened(sp, content(sp, base), lambda kind: TypeError(f"'{kind}' object is not subscriptable"))
    from .instances import has_method, method_of
    if isinstance(base, Reference) or has_method(base, "__getitem__"):
        return method_of(sp, base, "__getitem__", [index])
    if isinstance(base, Seq):
        return _part(sp, base, index) if base.kind in PARTS else _from_sequence(sp, base, index)
    if isinstance(given, Reference) and given.place.factory is not None:
        from .dict_changes import with_default
        with_default(sp, given, index)
        base = content(sp, given)
    if isinstance(base, Value) and isinstance(base.type, Table):
        return load(sp, given, base, index)
    if isinstance(base, Mapping):
        if not is_known(sp, index):
            raise needed(sp, given)
        key = sp.static(index, "the key of a dict")
        if key not in base.items:
            raise Refusal("SCT709", f"this always raises KeyError: {key!r}")
        return base.items[key]
    if isinstance(base, Range):
        return _from_range(sp, base, index)
    if isinstance(base, Static):
        if isinstance(base.value, type):
            return base
        return _from_static(sp, base, index)
    if isinstance(base, Value):
        return from_value(sp, base, index)
    if isinstance(base, Iteration | StoredIterator):
        from .flat import read
        return read(sp, base, index)
    raise Refusal("SCT705", "this cannot be indexed")


BUILDERS: dict[int, Any] = {}
"""What makes an array of an index, by the identity of the object that is indexed (see ``builders.py``)."""


def _from_static(sp: Specializer, base: Static, index: Abstract) -> Abstract:
    """An item of a literal, or of an object whose class says what its items are."""
    if base.value is None:
        return raise_here(sp, TypeError("'NoneType' object is not subscriptable"))
    if isinstance(base.value, str | bytes | tuple | frozenset):
        return Static(now(operator.getitem, base.value, sp.static(index, "the index")))
    if id(base.value) in BUILDERS:
        made: Abstract = BUILDERS[id(base.value)](sp, index)
        return made
    method = getattr(type(base.value), "__getitem__", None)
    if isinstance(method, types.FunctionType):
        from .callees import call
        guard_class(sp, type(base.value), "__getitem__", method)
        return call(sp, Static(method), [base, index], {})
    raise Refusal("SCT705", f"an object of class {type(base.value).__name__} cannot be indexed here")


def _part(sp: Specializer, base: Seq, index: Abstract) -> Abstract:
    """``found["x"]``: what a solver of SciPy returns is a dict, too."""
    name = index.value if isinstance(index, Static) else None
    if not isinstance(name, str):
        raise part_unknown(base.kind, "[...]")
    return attribute(sp, base, name)


def _from_sequence(sp: Specializer, base: Seq, index: Abstract) -> Abstract:
    if isinstance(index, Static) and isinstance(index.value, int):
        if not -len(base.items) <= index.value < len(base.items):
            raise Refusal("SCT709", f"this always raises IndexError: index {index.value} of {len(base.items)} items")
        return base.items[index.value]
    if isinstance(index, Slice):
        return Seq(base.kind, base.items[sp.static(index, "the slice of a tuple or list")])
    return from_value(sp, _as_list(sp, base), index)


def _as_list(sp: Specializer, base: Seq) -> Value:
    """A sequence that is indexed by a run-time number, as one run-time value.

    That of an argument which has derivatives is made of its items: they have the adjoints, the argument itself has none.
    """
    made = _of_items(base)
    if isinstance(made, Seq) and made.runtime is None and any(map(_has_parts, made.items)):
        made = Seq(list, made.items)  # its adjoint is a list, whose items are assigned
    value = sp.lift(made)
    t = value.type
    if isinstance(t, Tuple):
        item: Type | None = t.items[0] if t.items else None
        for other in t.items[1:]:
            item = join(item, other) if item is not None else None
        if item is None:
            raise Refusal("SCT705", "the items of this tuple have different types, so its index must be a literal")
        if isinstance(item, Object):
            raise Refusal("SCT703", "which of these objects is taken must be known before the function runs",
                          "loop over the objects themselves, or pass arrays of what they hold")
        return sp.builder.value("narrow", [value], List(strip_const(item)), value.hint)
    return value


def _of_items(a: Abstract) -> Abstract:
    """A sequence as what is made of its items, if it is an argument that has derivatives, or a part of one."""
    given = isinstance(a, Seq) and a.runtime is not None and a.runtime.type.differentiable
    return Seq(a.kind, list(map(_of_items, a.items))) if isinstance(a, Seq) and given else a


def _has_parts(a: Abstract) -> bool:
    return isinstance(a, Seq) or isinstance(a, Value) and isinstance(strip_const(a.type), Array | Tuple | List)


def _from_range(sp: Specializer, base: Range, index: Abstract) -> Abstract:
    """``range(…)[i]``, also for a negative ``i``, a slice and an ``i`` that is out of range."""
    bounds = (base.lo, base.hi, base.step)
    if all(isinstance(a, Static) for a in (*bounds, index)):
        return Static(now(operator.getitem, range(*(a.value for a in bounds)), index.value))  # type: ignore[union-attr]
    numbers = [sp.lift(a) for a in bounds]
    made = sp.builder.value("call", numbers, List(INT), fn=range, args=tuple(map(Slot, range(3))), kwargs={})
    return from_value(sp, made, index)


def from_value(sp: Specializer, base: Value, index: Abstract) -> Abstract:
    """A read from a run-time array, list, string or object."""
    t = strip_const(base.type)
    if isinstance(t, Array):
        result: Type = indexed_type(sp, t, index)
    elif isinstance(t, List):
        result = t if isinstance(index, Slice) else t.item
        if result == BOTTOM and not sp.context.splicing:
            return raise_here(sp, IndexError("list index out of range"))  # it is empty, as far as is known now
    elif isinstance(t, Table):
        result = t.item
    elif t is STR:
        result = STR
    elif isinstance(t, Tuple):
        items: list[Abstract] = [sp.builder.value("item", [base], i, key=k) for k, i in enumerate(t.items)]
        return _from_sequence(sp, Seq(t.cls, items), index)
    elif isinstance(t, Scalar) and t.python is False:
        return _from_number(sp, base, index)
    elif isinstance(t, Dict):
        return sp.builder.value("item", [base], dict(t.items)[sp.static(index, "the key")], key=sp.static(index, "the key"))
    else:
        raise Refusal("SCT705", f"a value of type {t} cannot be indexed", "pass an array, a list or a tuple")
    collected = Arguments(sp)
    templates = (collected.slot(base), collected.template(index)[0])
    attrs: dict[str, Any] = {"adjoint": True} if sp.context.splicing else {} if _never_raises(index) else {"may_raise": True}
    return sp.as_abstract(sp.builder.value("call", collected.operands, result, fn=operator.getitem, args=templates, kwargs={},
                                           effect="reads", **attrs))


def _from_number(sp: Specializer, base: Value, index: Abstract) -> Abstract:
    """``x[()]``, ``x[...]`` and ``x[None]`` of a NumPy scalar, which is indexed like a 0-d array."""
    if isinstance(index, Seq) and not index.items:
        return base
    array = apply(sp, np.asarray, [base])
    assert isinstance(array, Value)
    return from_value(sp, array, index)


def _never_raises(index: Abstract) -> bool:
    """Slices are cut to size; a number or an array of indices may be out of bounds."""
    items = index.items if isinstance(index, Seq) else [index]
    return all(isinstance(i, Slice) or (isinstance(i, Static) and i.value in (None, Ellipsis)) for i in items)


def indexed_type(sp: Specializer, t: Array, index: Abstract) -> Type:
    """The type of an array read, by NumPy's rules for basic and advanced indexing."""
    _refuse_tuple(sp, index)
    items = index.items if isinstance(index, Seq) and index.kind is tuple else [index]
    if isinstance(index, Value) and isinstance(index.type, Tuple):
        items = [sp.builder.value("item", [index], i, key=k) for k, i in enumerate(index.type.items)]
    kinds = [_index_kind(i) for i in items]
    consumed = sum(k.consumes for k in kinds)
    if consumed > t.ndim:
        raise Refusal("SCT709", f"this always raises IndexError: {consumed} indices for an array with {t.ndim} dimensions")
    written = any(k.name == "ellipsis" for k in kinds)
    if not written:
        kinds.append(_Kind("ellipsis"))
    result = _assemble(t, kinds, t.ndim - consumed)
    return Scalar(t.dtype, False) if result.ndim == 0 and not written and not any(k.dims for k in kinds) else result


def _refuse_tuple(sp: Specializer, index: Abstract) -> None:
    """Refuse an index that stands for a tuple, or may: its length tells which axes it picks from."""
    if not sp.context.tuples or not isinstance(index, Value) or not isinstance(strip_const(index.type), List):
        return
    op = index.owner
    certain = isinstance(op, Op) and index not in sp.context.tuples and not op.blocks
    if not certain:
        raise Refusal("SCT705", "a tuple whose length only run time knows cannot be an index", "write the indices out: x[i, j]")


class _Kind:
    """What one item of an index does: ``int``, ``slice``, ``new``, ``ellipsis``, ``array`` or ``mask``."""

    def __init__(self, name: str, consumes: int = 0, dims: tuple[str, ...] = (), full: bool = False) -> None:
        self.name, self.consumes, self.dims, self.full = name, consumes, dims, full


def _index_kind(index: Abstract) -> _Kind:
    if isinstance(index, Slice):
        full = all(isinstance(p, Static) and p.value is None for p in (index.lo, index.hi))
        step = index.step
        full = full and isinstance(step, Static) and step.value in (None, 1, -1)
        return _Kind("slice", 1, full=full)
    if isinstance(index, Static):
        if index.value is None:
            return _Kind("new")
        if index.value is Ellipsis:
            return _Kind("ellipsis")
        if isinstance(index.value, bool | np.bool_):
            return _Kind("mask", 0, (ANY,))
        if isinstance(index.value, int | np.integer):
            return _Kind("int", 1)
    if isinstance(index, Seq):
        return _Kind("array", 1, tuple(_list_dims(index)))
    if isinstance(index, Value):
        return _value_kind(index)
    raise Refusal("SCT705", "this cannot be an index", "use integers, slices, None, ..., integer or boolean arrays")


def _value_kind(index: Value) -> _Kind:
    t = strip_const(index.type)
    if isinstance(t, Scalar) and t.dtype == "bool":
        return _Kind("mask", 0, (ANY,))
    if isinstance(t, Scalar) and not t.differentiable:
        return _Kind("int", 1)
    if isinstance(t, Array) and t.dtype == "bool":
        return _Kind("mask", t.ndim, (ANY,))
    if isinstance(t, Array) and not t.differentiable:
        return _Kind("array", 1, t.dims)
    if isinstance(t, List):
        return _Kind("array", 1, (ANY,))
    if t is SLICE_OBJECT:
        return _Kind("slice", 1)
    raise Refusal("SCT705", f"a value of type {t} cannot be an index")


SLICE_OBJECT = Object(slice)


def _list_dims(seq: Seq) -> list[str]:
    inner = _list_dims(seq.items[0]) if seq.items and isinstance(seq.items[0], Seq) else []
    return [UNIT if len(seq.items) == 1 else MANY, *inner]


def _assemble(t: Array, kinds: list[_Kind], rest: int) -> Array:
    advanced = [k for k in kinds if k.name in ("array", "mask")]
    dims: list[str] = []
    remaining = list(t.dims)
    place: int | None = None
    last_advanced, separated = -1, False
    for position, kind in enumerate(kinds):
        count = rest if kind.name == "ellipsis" else kind.consumes
        taken, remaining = remaining[:count], remaining[count:]
        if kind.name in ("array", "mask") or (kind.name == "int" and advanced):
            if place is None:
                place = len(dims)
            elif last_advanced != position - 1:
                separated = True
            last_advanced = position
        elif kind.name == "slice":
            dims.append(taken[0] if kind.full else ANY)
        elif kind.name == "new":
            dims.append(UNIT)
        elif kind.name == "ellipsis":
            dims.extend(taken)
    if advanced:
        assert place is not None
        at = 0 if separated else place
        dims[at:at] = _broadcast_dims([k.dims for k in advanced])
        return Array(t.dtype, tuple(dims))
    return Array(t.dtype, tuple(dims))


def _broadcast_dims(all_dims: list[tuple[str, ...]]) -> list[str]:
    out: list[str] = []
    for k in range(max(map(len, all_dims), default=0)):
        column = [d[-1 - k] for d in all_dims if len(d) > k]
        known = [d for d in column if d != UNIT]
        out.append(UNIT if not known else MANY if MANY in known else ANY)
    return out[::-1]


def _unpack(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    return unpacked(sp, args[0], op.attrs["n"], op.attrs.get("star"))


def unpacked(sp: Specializer, base: Abstract, n: int, star: int | None = None) -> list[Abstract]:
    """The values that ``n`` targets get, of which the one at ``star`` takes a list."""
    base = opened(sp, content(sp, base), lambda kind: TypeError(f"cannot unpack non-iterable {kind} object"))
    if isinstance(base, Value) and isinstance(t := strip_const(base.type), Tuple):
        base = Seq(tuple, [getitem(sp, base, Static(k)) for k in range(len(t.items))])
    if isinstance(base, Iteration | StoredIterator):
        from .iterators import drain, known
        base = base if known(sp, base) else content(sp, drain(sp, base))
    if isinstance(base, Value):
        return _unpack_value(sp, base, n, star)
    from .displays import sequence_items
    items = sequence_items(sp, base, "unpacking")
    if star is None:
        if len(items) != n:
            raise Refusal("SCT709", f"this always raises ValueError: {len(items)} values for {n} targets")
        return list(items)
    after = n - star - 1
    if len(items) < n - 1:
        raise Refusal("SCT709", f"this always raises ValueError: {len(items)} values for at least {n - 1} targets")
    middle = items[star:len(items) - after]
    return [*items[:star], fresh(sp, Seq(list, middle)), *items[len(items) - after:]]


def _unpack_value(sp: Specializer, base: Value, n: int, star: int | None) -> list[Abstract]:
    t = strip_const(base.type)
    if not isinstance(t, Array | List) or (isinstance(t, Array) and t.ndim == 0):
        raise Refusal("SCT705", "unpacking needs a sequence whose length is known", "index it instead")
    if star is not None:
        return _unpack_starred(sp, base, star, n - star - 1)
    item = t.item if isinstance(t, List) else Scalar(t.dtype, False) if t.ndim == 1 else Array(t.dtype, t.dims[1:])
    attrs: dict[str, Any] = {"adjoint": True} if sp.context.splicing else {"may_raise": True}
    from ..ir.ops import Slot
    op = sp.builder.emit("call", [base], [item] * n, fn=tuple, args=(Slot(0),), kwargs={}, unpack=True, effect="reads", **attrs)
    return list(op.results)


def _unpack_starred(sp: Specializer, base: Value, before: int, after: int) -> list[Abstract]:
    """``a, b, *middle, z = base``: items by index, and a list of those between them."""
    from .builtin_calls import collect
    if before + after:
        _raise_if_shorter(sp, base, before + after)
    head = [row(sp, base, Static(k)) for k in range(before)]
    tail = [row(sp, base, Static(k)) for k in range(-after, 0)]
    none = Static(None)
    middle = from_value(sp, base, Slice(Static(before), Static(-after) if after else none, none))
    if isinstance(middle, Value) and isinstance(middle.type, Array):
        middle = collect(sp, middle)
    return [*head, fresh(sp, middle), *tail]


def _raise_if_shorter(sp: Specializer, base: Value, least: int) -> None:
    from .primitives import construct
    short, raising = apply(sp, operator.lt, [apply(sp, len, [base]), Static(least)]), Block()
    assert isinstance(short, Value)
    with sp.builder.at(raising):
        error = construct(sp, ValueError, [Static(f"not enough values to unpack (expected at least {least})")], {})
        sp.builder.emit("raise", [error])
    emit_guard(sp, short, raising, 0, sp.builder.loc)


def row(sp: Specializer, base: Value, index: Abstract) -> Abstract:
    """``base[index]`` for an index that iteration, or a test of the length, has proven valid."""
    item = from_value(sp, base, index)
    if isinstance(item, Value) and isinstance(item.owner, Op):
        item.owner.attrs.pop("may_raise", None)
    return item


SIMPLE.update({"getitem": _getitem, "unpack": _unpack})
_ = apply
