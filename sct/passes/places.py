"""Which place of which array an op reads or writes, and what it may be moved past, for the passes on adjoint arrays."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..analysis.alias import may_alias
from ..ir.core import Op, Value, walk
from ..ir.ops import STORES, Lit, SeqOf, SliceOf, map_template, may_write, op_effect
from ..ir.rewrite import index_template
from ..ir.types import Array
from .memory import Memory
from .shapes import is_elementwise

Place = tuple[Value, Any]
"""An array and the index of a part of it, values in place of slots."""
TRANSPARENT = ("broadcast", "convert")
"""Ops that make no arithmetic: what they give is what they are given."""
_WRITES = frozenset({"iadd", "index_add", "fill", *STORES})


def read_place(value: Value) -> Place | None:
    """The place that ``value`` is a copy of, or the element that it is."""
    op = value.owner
    if isinstance(op, Op) and op.name == "call" and op.attrs["fn"] is np.copy and op.attrs.get("adjoint"):
        return view_place(op.operands[0])
    if isinstance(op, Op) and not isinstance(value.type, Array) and op.name == "call" and op.attrs["fn"] is operator.getitem:
        return _place(op, op.attrs["args"][1]) if op.attrs.get("adjoint") else None
    return None


def view_place(value: Value) -> Place:
    """The place that ``value`` is a view of; all of it where it is no slice."""
    op = value.owner
    if isinstance(op, Op) and op.name == "call" and op.attrs["fn"] is operator.getitem and isinstance(value.type, Array) \
            and may_alias(op):
        return _place(op, op.attrs["args"][1])
    return value, Lit(...)


def added_place(op: Op) -> Place | None:
    """The place that ``op`` adds to."""
    if op.name == "iadd":
        return view_place(op.operands[0])
    return _place(op, index_template(op)) if op.name == "index_add" and op.attrs.get("unique") else None


def cleared_place(op: Op) -> Place | None:
    """The place that ``op`` sets to zero."""
    if op.name == "fill" and len(op.operands) == 1:
        return view_place(op.operands[0])
    if op.name != "store" or op.attrs.get("undo") or op.attrs.get("fn") is not None or not op.attrs.get("adjoint"):
        return None
    value = op.operands[1].owner
    zero = isinstance(value, Op) and value.name == "const" and value.attrs["value"] == 0
    return _place(op, index_template(op)) if zero else None


def _place(op: Op, index: Any) -> Place:
    return op.operands[0], map_template(index, lambda k: op.operands[k])


def touches(op: Op, root: Value, memory: Memory) -> Iterator[Op]:
    """The ops that ``op`` is or contains that read or write memory of the class of ``root``; views are neither."""
    for inner in (op, *(i for block in op.blocks for i in walk(block))):
        if not is_view(inner) and any(memory.root(v) is root for v in (*inner.operands, *inner.results)):
            yield inner


def is_view(op: Op) -> bool:
    """Whether ``op`` only makes a slice."""
    return op.name == "call" and op.attrs["fn"] is operator.getitem and isinstance(op.results[0].type, Array) \
        and isinstance(op.operands[0].type, Array) and may_alias(op)


def only_adds(op: Op, root: Value, memory: Memory) -> bool:
    """Whether ``op`` adds something else to memory of the class of ``root``, and reads none of it."""
    return op.name in ("iadd", "index_add") and not any(memory.root(v) is root for v in op.operands[1:])


def is_elementwise_op(op: Op) -> bool:
    """Whether an op makes an array whose elements are each made of those at the same place; ``np.where`` is one."""
    if op.name != "call" or len(op.results) != 1 or op.attrs.get("kwargs"):
        return False
    return is_elementwise(op) or op.attrs["fn"] is np.where and len(op.attrs["args"]) == 3


def may_change(one: Op, read: Sequence[Value], memory: Memory) -> bool:
    """Whether an op may write to memory that an expression reads, some levels below."""
    if op_effect(one) in ("pure", "fresh", "reads") and not one.blocks:
        return False
    roots = {memory.root(v) for v in _reached(read)}
    for inner in (one, *(inner for block in one.blocks for inner in walk(block))):
        if may_write(inner) or inner.name == "iaddv":
            return True
        if inner.name in _WRITES and memory.root(inner.operands[0]) in roots:
            return True
    return False


def _reached(values: Sequence[Value]) -> list[Value]:
    found, work = [], list(values)
    while work:
        value = work.pop()
        found.append(value)
        if isinstance(value.owner, Op) and (value.owner.name in TRANSPARENT or is_elementwise_op(value.owner)):
            work += value.owner.operands
    return found


def index_parts(index: Any) -> tuple[Any, ...]:
    """What an index says of one dimension after the other."""
    return index.items if isinstance(index, SeqOf) and index.kind is tuple else (index,)


def is_basic(index: Any) -> bool:
    """Whether an index consists of slices and integers that are literals."""
    return all(part == Lit(...) or isinstance(part, Lit) and type(part.value) is int or isinstance(part, SliceOf) and all(
        isinstance(end, Lit) for end in (part.lo, part.hi, part.step)) for part in index_parts(index))
