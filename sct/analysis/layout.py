"""Layout: which arrays certainly lie in memory in one piece, in C order, whatever the arguments are.

``a.reshape(-1)`` and ``a.ravel()`` are views of such an array, and copies of others.  Where the layout is known when compiling,
the adjoint repeats the call on the shadow, which is laid out in the same way.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ..ir.core import Block, Op, Value
from ..ir.ops import IMPLICIT, LOOPS, Lit, SeqOf, SliceOf, Slot
from ..ir.rewrite import carried_start, incoming, item_count
from ..ir.types import Array, Scalar, strip_const
from ..rules import registry
from .alias import may_alias

RESHAPE = (np.reshape, registry.method("reshape"))
RAVEL = (np.ravel, registry.method("ravel"))
CONTIGUOUS = (np.ascontiguousarray,)
_MAKERS = {np.zeros: 2, np.ones: 2, np.empty: 2, np.full: 3, np.eye: 4, np.identity: 2}
"""Functions that make an array in C order, with the number of arguments before ``order``."""
_LIKE = (np.zeros_like, np.ones_like, np.empty_like, np.full_like)
"""Functions that make an array laid out as their argument is."""
_PRODUCTS = (np.outer, np.dot, np.matmul, operator.matmul)
"""Functions whose matrices are in C order, however their arguments are laid out."""


MAYBE = (*RESHAPE, *RAVEL, *CONTIGUOUS, np.asarray, np.asanyarray, np.array, registry.method("astype"), np.einsum)
"""Functions of which the layout of an array, or an argument, decides at run time if they give a view or a copy.

They give a view of an adjoint exactly where they do of its array: both lie in memory in the same way.
"""


def may_be_decided_at_run_time(op: Op) -> bool:
    """Whether the same call on the adjoint of the array tells what the result of ``op`` is."""
    if op.name != "call" or op.attrs["fn"] not in MAYBE or not op.operands or len(op.results) != 1:
        return False
    array, result = op.operands[0].type, op.result.type
    if op.attrs["args"][int(op.attrs["fn"] is np.einsum):][:1] != (Slot(0),):
        return False  # of several arrays in a list
    return isinstance(array, Array) and isinstance(result, Array) and array.dtype == result.dtype and may_alias(op)


def may_be_reshaped_copy(op: Op) -> bool:
    """Whether the layout of the array decides if the result of ``op`` is a view of it."""
    return op.name == "call" and op.attrs["fn"] in (*RESHAPE, *RAVEL, *CONTIGUOUS)


def is_reshaped_view(op: Op) -> bool:
    """Whether a call that copies where it must gives a view here."""
    if not may_be_reshaped_copy(op) or not _keeps_order(op):
        return False
    array = op.operands[0]
    t = strip_const(array.type)
    always = op.attrs["fn"] in RESHAPE and isinstance(t, Array) and t.ndim == 1
    return always or in_one_piece(array)


def _keeps_order(op: Op) -> bool:
    """Whether the call has no argument ``order``, ``copy`` or ``dtype``."""
    fn, args = op.attrs["fn"], op.attrs["args"]
    count = {np.reshape: 2, registry.method("reshape"): len(args)}.get(fn, 1)
    return not op.attrs["kwargs"] and len(args) == count


def in_one_piece(value: Value, assumed: frozenset[Value] = frozenset()) -> bool:
    """Whether an array is contiguous, in C order; ``assumed`` are the references of loops that it was reached through."""
    t = strip_const(value.type)
    if value in assumed or isinstance(t, Scalar):
        return True
    op = value.owner
    if not isinstance(t, Array) or op is None:
        return False
    if isinstance(op, Block):
        return _passed_on_in_one_piece(op, value, assumed | {value})
    if op.blocks:
        return all(in_one_piece(v, assumed | {value}) for v in incoming(op, op.results.index(value)))
    if op.name == "narrow" or op.name in IMPLICIT:
        return in_one_piece(op.operands[0], assumed)
    if op.name != "call":
        return False
    return _view_in_one_piece(op, assumed) if may_alias(op) else _made_in_one_piece(op, assumed)


def _passed_on_in_one_piece(block: Block, value: Value, assumed: frozenset[Value]) -> bool:
    loop = block.parent
    if loop is None or loop.name not in LOOPS or not len(loop.operands) > carried_start(loop):
        return False
    k = block.args.index(value) - (item_count(loop) if block is loop.blocks[-1] else len(block.args) - len(loop.results))
    return k >= 0 and all(in_one_piece(v, assumed) for v in incoming(loop, k))


def _made_in_one_piece(op: Op, assumed: frozenset[Value]) -> bool:
    fn, args, kwargs = op.attrs["fn"], op.attrs["args"], op.attrs["kwargs"]
    if fn in _MAKERS:
        return len(args) <= _MAKERS[fn] and set(kwargs) <= {"dtype"}
    if fn in _LIKE:
        plain = set(kwargs) <= {"dtype"} and len(args) == (2 if fn is np.full_like else 1)
        return plain and _in_order(op.operands[0], assumed)
    if fn in (np.copy, np.ndarray.copy):
        c_order = fn is np.ndarray.copy or op.attrs.get("spelled") == "method"
        return not kwargs and len(args) == 1 and (c_order or in_one_piece(op.operands[0], assumed))
    if fn in _PRODUCTS:
        return not kwargs and strip_const(op.result.type).ndim <= 2  # type: ignore[attr-defined]
    entry = registry.lookup(fn)
    return entry is not None and entry.elementwise and not kwargs and all(_in_order(v, assumed) for v in op.operands)


def _in_order(operand: Value, assumed: frozenset[Value]) -> bool:
    """Whether an operand of an elementwise function makes it give an array in C order: a vector does in any case."""
    t = strip_const(operand.type)
    return isinstance(t, Array) and t.ndim <= 1 or in_one_piece(operand, assumed)


def _view_in_one_piece(op: Op, assumed: frozenset[Value]) -> bool:
    if may_be_reshaped_copy(op):
        return _keeps_order(op) and in_one_piece(op.operands[0], assumed)
    return op.attrs["fn"] is operator.getitem and _leading(op.attrs["args"][1]) and in_one_piece(op.operands[0], assumed)


def _leading(index: Any) -> bool:
    """Whether an index takes one position along the first dimensions, and perhaps a range along the next."""
    items = index.items if isinstance(index, SeqOf) and index.kind is tuple else (index,)
    if not items:
        return False
    *before, last = items
    return all(map(_is_position, before)) and (_is_position(last) or isinstance(last, SliceOf) and last.step == Lit(None))


def _is_position(item: Any) -> bool:
    return isinstance(item, Slot) or isinstance(item, Lit) and type(item.value) is int
