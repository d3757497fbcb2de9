"""Writes into arrays: takes ``a[i] = v`` and ``a[i] += v`` on typed values, emits ``store`` ops whose value fits the place.

An array is a reference: a store defines no value, and what it does is seen through every name of the memory.  The value is
converted and broadcast by explicit ops, so that its cotangent finds the way back.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..ir.core import Op, Value, walk
from ..ir.ops import Slot, op_effect
from ..ir.types import BOTTOM, Array, OrConst, Scalar, Type, is_array, strip_const
from .abstract import Abstract, Iteration, Reference, Seq, Slice, Static, StoredIterator
from .alias import may_alias
from .context import Frame, Refusal
from .infer import SIMPLE, Specializer
from .operators import binary, inplace
from .primitives import WRITERS, Arguments, _conform, apply
from .references import content, kind_of, plain
from .subscripts import indexed_type

_NUMBERS = ("bool", "int", "uint", "float", "longdouble", "complex", "clongdouble")
"""How the names of numeric element types begin."""
WAY_OUT = "build the result with np.array([...]), np.stack, np.concatenate or np.where, or rebind the name"


def _store_item(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    base, index, value, *before = args
    fn: Any = op.attrs.get("aug")
    if before and _is_read_first(sp, base, before[0]):
        old = content(sp, before[0])
        if isinstance(old, Value) and isinstance(old.type, Array) and kind_of(content(sp, base)) in (list, dict):
            inplace(sp, fn, old, value)  # the array in the list has been changed itself
            return []
        value, fn = inplace(sp, fn, before[0], value), None
    store(sp, base, index, value, fn)
    return []


def _is_read_first(sp: Specializer, base: Abstract, before: Abstract) -> bool:
    """Whether ``base[index] fn= value`` has to use what it read before its value was computed, which is dropped otherwise.

    An array is read where it is written, unless something else was written meanwhile; a view sees that anyway.
    """
    array = content(sp, base)
    if not isinstance(array, Value) or not isinstance(array.type, Array):
        return True
    load = before.owner if isinstance(before, Value) else None
    ops = sp.builder.block.ops
    if not isinstance(load, Op) or load not in ops:
        return True
    if any(op_effect(op) == "writes" or op.name == "iaddv" for new in ops[ops.index(load) + 1:] for op in _all(new)):
        return not (isinstance(load.result.type, Array) and may_alias(load))
    ops.remove(load)
    return False


def _all(op: Op) -> Iterator[Op]:
    yield op
    for block in op.blocks:
        yield from walk(block)


def store(sp: Specializer, base: Abstract, index: Abstract, value: Abstract, fn: Callable[..., Any] | None = None,
          at: bool = False) -> None:
    """``base[index] = value``, or ``base[index] fn= value``; ``at`` says that repeated elements count."""
    if kind_of(content(sp, base)) in (list, dict):
        from .changes import store_item
        store_item(sp, base, index, value, fn)
        return
    base, index, value = content(sp, base), plain(sp, index), content(sp, value)
    from .instances import has_method, method_of
    if isinstance(base, Reference) or has_method(base, "__setitem__"):
        value = value if fn is None else binary(sp, fn, method_of(sp, base, "__getitem__", [index]), value)
        method_of(sp, base, "__setitem__", [index, value])
        return
    if isinstance(base, Iteration | StoredIterator):
        from .flat import write
        write(sp, base, index, value, fn)
        return
    if isinstance(base, Value) and isinstance(base.type, OrConst) and is_array(base.type):
        base = sp.builder.value("narrow", [base], base.type.base, base.hint)  # Python raises where it is a number or ``None``
    if not isinstance(base, Value) or not isinstance(base.type, Array):
        raise Refusal("SCT601", "writing into something that is not certainly an array is not supported", WAY_OUT)
    kind = base.type
    if not kind.dtype.startswith(_NUMBERS):
        raise Refusal("SCT601", f"an array of {kind.dtype} is written to, which carries no derivative",
                      "use an array with a numeric dtype")
    place = indexed_type(sp, kind, index)
    given = _fitting(sp, kind, place, value, fn)
    collected = Arguments(sp)
    collected.operands = [base, given]
    template = collected.template(index)[0]
    attrs: dict[str, Any] = {} if fn is None else {"fn": fn}
    if at:
        attrs["at"] = True
    if not _is_total(index, given):
        attrs["may_raise"] = True
    sp.builder.emit("store", collected.operands, args=(Slot(0), template), **attrs)


def _fitting(sp: Specializer, kind: Array, place: Type, value: Abstract, fn: Callable[..., Any] | None) -> Value:
    """The value as it arrives in memory: of the array's element type, spread over the place."""
    if isinstance(value, Seq):
        value = apply(sp, np.array, [value])
    given = sp.lift(value)
    have = strip_const(given.type)
    is_constant = isinstance(given.type, OrConst) and given.type.base is BOTTOM
    if not isinstance(have, Scalar | Array) or have != given.type and not is_constant:
        raise Refusal("SCT601", f"a value of type {given.type} cannot be stored into an array here", WAY_OUT)
    if have.dtype.startswith("complex") and not kind.dtype.startswith("complex"):
        raise Refusal("SCT604", f"a complex value does not fit into {kind}", "store its real part")
    if isinstance(have, Array) and have.ndim > (place.ndim if isinstance(place, Array) else 0):
        raise Refusal("SCT603", f"the value has more dimensions than the place it is stored in: {have} into {place}",
                      "remove the dimensions of length 1 before")
    if fn is not None:
        _check_operator(kind, place, have, fn)
    return _conform(sp, given, place)


def _check_operator(kind: Array, place: Type, have: Scalar | Array, fn: Callable[..., Any]) -> None:
    if fn is operator.matmul:
        raise Refusal("SCT603", "`@=` into a part of an array is not supported", "write `a[i] = a[i] @ b`")
    real = have.dtype.startswith(("float", "complex")) or fn is operator.truediv
    if not kind.differentiable and real and isinstance(place, Array):
        raise Refusal("SCT604", f"an in-place operation cannot turn {kind} into floating point numbers",
                      "make the array of floats: dtype=float")


def _is_total(index: Abstract, value: Value) -> bool:
    """Whether a store raises for no values: slices are cut to size, and a number fits everywhere."""
    items = index.items if isinstance(index, Seq) else [index]
    whole = all(isinstance(i, Slice) or (isinstance(i, Static) and i.value in (None, Ellipsis)) for i in items)
    v = value
    while isinstance(v.owner, Op) and v.owner.name in ("broadcast", "convert"):
        v = v.owner.operands[0]
    return whole and isinstance(strip_const(v.type), Scalar)


SIMPLE["store_item"] = _store_item
WRITERS["store"] = store
