"""Which place of which array an op reads or writes, for the passes on adjoint arrays."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..analysis.alias import may_alias
from ..ir.core import Op, Value, walk
from ..ir.ops import Lit, map_template
from ..ir.rewrite import index_template
from ..ir.types import Array
from .memory import Memory

Place = tuple[Value, Any]
"""An array and the index of a part of it, values in place of slots."""


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
