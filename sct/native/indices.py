"""Takes functions in IR, says those indices otherwise that Numba does not know: lists, masks of matrices, ``ufunc.at``.

    a[[k, p]] = a[[p, k]]               →    a[np.array([k, p])] = a[np.array([p, k])]
    x[x < 0.0] *= 0.1                   →    put_chosen(x, x < 0.0, chosen(x, x < 0.0) * 0.1)
    np.add.at(total, group, w * x)      →    index_add(total, group, w * x)
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ..ir.core import Function, Op, Value, walk
from ..ir.ops import Lit, SeqOf, Slot
from ..ir.rewrite import erase, insert_before
from ..ir.types import ANY, NONE, Array, Scalar, Type, strip_const
from ..runtime import helpers, masks

_INDEXED = ("store", "index_add")


def say_indices(function: Function) -> int:
    """Replace what can be of the indices that Numba does not know; how many."""
    made = 0
    for op in list(walk(function.body)):
        if op.name in _INDEXED or op.name == "call" and op.attrs["fn"] is operator.getitem:
            made += _lists_as_arrays(op)
            made += _mask(op) or _repeats(op)
    return made


# --------------------------------------------------------------------------------------------------------------------- lists

def _lists_as_arrays(op: Op) -> int:
    """``a[[i, j]]``, ``a[[i, j], k:]``: the list becomes an array."""
    array, index = op.operands[0], op.attrs["args"][1] if len(op.attrs["args"]) > 1 else None
    if not isinstance(strip_const(array.type), Array):
        return 0
    parts = index.items if isinstance(index, SeqOf) and index.kind is tuple else (index,)
    lists = [k for k, part in enumerate(parts) if isinstance(part, SeqOf) and part.kind is list and part.items]
    if len(lists) != 1 or not all(_is_integer(item, op) for item in parts[lists[0]].items):
        return 0
    made = _array_of(op, parts[lists[0]].items)
    op.operands = [*op.operands, made]
    new = tuple(Slot(len(op.operands) - 1) if k == lists[0] else part for k, part in enumerate(parts))
    op.attrs = {**op.attrs, "args": (op.attrs["args"][0], new[0] if len(new) == 1 else SeqOf(tuple, new))}
    return 1


def _is_integer(item: Any, op: Op) -> bool:
    if isinstance(item, Lit):
        return type(item.value) is int
    t = strip_const(op.operands[item.index].type) if isinstance(item, Slot) else None
    return isinstance(t, Scalar) and t.dtype == "int64"


def _array_of(op: Op, items: tuple[Any, ...]) -> Value:
    """``np.array([i, j])``, made before ``op``."""
    used = [op.operands[item.index] for item in items if isinstance(item, Slot)]
    slots = iter(range(len(used)))
    template = SeqOf(list, tuple(Slot(next(slots)) if isinstance(item, Slot) else item for item in items))
    return _before(op, np.array, used, (template,), Array("int64", (ANY,)), effect="fresh")


def _before(op: Op, fn: Any, operands: list[Value], args: tuple[Any, ...], t: Type, **attrs: Any) -> Value:
    """The result of a call that is made right before ``op``."""
    call = Op("call", operands, [], {"fn": fn, "args": args, "kwargs": {}, **attrs}, [], None, op.loc)
    call.results = [Value("", t, call)]
    insert_before(op, [call])
    return call.results[0]


# --------------------------------------------------------------------------------------------------------------------- masks

def _mask(op: Op) -> int:
    """``a[mask]``, ``a[mask] = v``, ``a[mask] *= v`` with a mask of two dimensions or more."""
    array, index = op.operands[0], op.attrs["args"][1] if len(op.attrs["args"]) > 1 else None
    mask = op.operands[index.index] if isinstance(index, Slot) else None
    kind, t = strip_const(mask.type) if mask is not None else None, strip_const(array.type)
    if mask is None or not isinstance(kind, Array) or not isinstance(t, Array) or kind.dtype != "bool":
        return 0
    if kind.ndim < 2 or kind.ndim != t.ndim or op.attrs.get("at"):
        return 0
    if op.name == "call":
        op.operands, op.attrs = [array, mask], {**op.attrs, "fn": masks.chosen, "args": (Slot(0), Slot(1))}
        return 1
    value, fn = op.operands[1], operator.add if op.name == "index_add" else op.attrs.get("fn")
    if fn is not None:
        vector = Array(t.dtype, (ANY,))
        old = _before(op, masks.chosen, [array, mask], (Slot(0), Slot(1)), vector, effect="fresh", may_raise=True)
        value = _before(op, fn, [old, value], (Slot(0), Slot(1)), vector, effect="fresh")
    _before(op, masks.put_chosen, [array, mask, value], (Slot(0), Slot(1), Slot(2)), NONE, effect="writes", may_raise=True)
    erase(op)
    return 1


# ------------------------------------------------------------------------------------------------------------------- repeats

def _repeats(op: Op) -> int:
    """``np.add.at(a, index, v)`` with integers: repeated elements count."""
    counts = op.name == "index_add" and not op.attrs.get("unique") or op.attrs.get("at")
    if not counts or op.attrs.get("fn", operator.add) not in (operator.add, operator.sub):
        return 0
    array, value = op.operands[:2]
    index = op.attrs["args"][1]
    kind = strip_const(op.operands[index.index].type) if isinstance(index, Slot) else None
    if not isinstance(kind, Array) or kind.ndim != 1 or kind.dtype != "int64":
        return 0
    if op.attrs.get("fn") is operator.sub:
        value = _before(op, operator.neg, [value], (Slot(0),), value.type)
    _before(op, helpers.index_add, [array, op.operands[index.index], value], (Slot(0), Slot(1), Slot(2)), NONE, effect="writes",
            may_raise=True)
    erase(op)
    return 1
