"""Takes functions in IR, begins an adjoint vector with what is first added to a slice of it, and with zeros beside that.

    old_bar = np.zeros_like(old)          old_bar = np.empty(len(old))
    old_bar[2:] += p                →     old_bar[:2] = 0.0
                                          old_bar[2:] = p

The vector passes through memory once instead of twice.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir.build import Builder
from ..ir.core import Block, Function, Op, walk
from ..ir.ops import Lit, SliceOf, Slot
from ..ir.rewrite import erase, index_template, insert_before
from ..ir.types import FLOAT, INT, Array
from ..passes.memory import Memory
from ..passes.places import touches
from ..passes.shapes import spread_number


def begin_with_slices(function: Function) -> int:
    """Let what can be of the adjoint vectors in ``function`` begin with a slice; how many."""
    made = [op for op in walk(function.body) if _is_zeros(op)]
    memory = Memory(function) if made else None
    return sum(_begin(op, memory) for op in made if memory is not None)


def _is_zeros(op: Op) -> bool:
    makes = op.name == "call" and op.attrs["fn"] is np.zeros_like and op.attrs.get("adjoint") and not op.attrs["kwargs"]
    return bool(makes) and all(isinstance(v.type, Array) and v.type.ndim == 1 and v.type.dtype == "float64"
                               for v in (op.result, op.operands[0]))


def _begin(zeros: Op, memory: Memory) -> int:
    block, vector = zeros.parent, zeros.result
    assert block is not None
    root = memory.root(vector)
    first = next((op for op in block.ops[block.ops.index(zeros) + 1:] if any(touches(op, root, memory))), None)
    if first is None or first.name != "index_add" or first.operands[0] is not vector or len(first.operands) != 2:
        return 0
    term, place = first.operands[1], index_template(first)
    beside = _beside(place)
    if beside is None or memory.root(term) is root or not isinstance(term.type, Array) or term.type.dtype != "float64" \
            or term.type.ndim != 1 or spread_number(term) is not None:
        return 0
    made, contents = Block(), Block()
    builder = Builder(made, zeros.loc)
    length = builder.value("call", [zeros.operands[0]], INT, fn=len, args=(Slot(0),), kwargs={}, adjoint=True)
    empty = builder.emit("call", [length], fn=np.empty, args=(Slot(0), Lit(np.float64)), kwargs={}, effect="fresh",
                         adjoint=True)
    insert_before(zeros, made.ops)
    erase(zeros)
    empty.results, vector.owner = [vector], empty
    at = Builder(contents, first.loc)
    for part in beside:
        zero = at.value("const", (), FLOAT, value=0.0)
        at.emit("store", [vector, zero], args=(Slot(0), part), adjoint=True)
    at.emit("store", [vector, term], args=(Slot(0), place), adjoint=True)
    insert_before(first, contents.ops)
    erase(first)
    return 1


def _beside(place: Any) -> list[SliceOf] | None:
    """The slices of a vector before and after another, which is ``a:``, ``:-b`` or ``a:-b``; None if it is something else."""
    if not isinstance(place, SliceOf) or place.step != Lit(None):
        return None
    lo, hi = (end.value if isinstance(end, Lit) else "" for end in (place.lo, place.hi))
    before = lo is None or type(lo) is int and lo >= 0
    after = hi is None or type(hi) is int and hi < 0
    if not before or not after:
        return None
    found = [SliceOf(Lit(None), Lit(lo), Lit(None))] if lo else []
    return found + ([SliceOf(Lit(hi), Lit(None), Lit(None))] if hi else [])
