"""Takes functions in IR, has exponentials and hyperbolic tangents computed for several elements at once, where loops allow it.

    for i in range(n):                    for i in range(n):
        h[i] = np.tanh(a[i] + b[i])   →       h[i] = quick_tanh(a[i] + b[i])

LLVM makes vector instructions of a loop in which all is arithmetic: a call of the mathematical library prevents that, so that a
``tanh`` takes 8 ns instead of 1.  What stands in their place is arithmetic, too.  By itself it is slower than the library, so
that only innermost loops are changed that carry nothing from round to round, cannot be left, and go through arrays in order.
"""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from ..ir.core import Function, Op, Value, walk
from ..ir.ops import Lit, Slot
from ..ir.types import Array, Scalar, strip_const
from ..passes.places import index_parts
from .bounds import divides_by_literal
from .elementary import quick_exp, quick_tanh

QUICK = {np.exp: quick_exp, math.exp: quick_exp, np.tanh: quick_tanh, math.tanh: quick_tanh}
_ARITHMETIC = frozenset({operator.add, operator.sub, operator.mul, operator.neg, operator.pos, operator.lt, operator.le,
                         operator.gt, operator.ge, operator.eq, operator.ne, abs, np.abs, np.sqrt, math.sqrt, np.square,
                         np.negative, np.add, np.subtract, np.multiply})
_DIVISIONS = frozenset({operator.truediv, np.divide})
_REST = frozenset({"const", "if", "yield", "continue", "mark"})


def compute_at_once(function: Function, divisions_raise: bool) -> int:
    """Replace the calls in such loops of ``function``, in which no index is tested; in how many loops.

    ``divisions_raise`` says that Numba lets divisions by zero raise.
    """
    made = 0
    for loop in [op for op in walk(function.body) if op.name == "for"]:
        ops = list(walk(loop.blocks[0]))
        slow = [op for op in ops if op.name == "call" and op.attrs["fn"] in QUICK]
        if slow and _goes_through_arrays(loop) and all(_is_arithmetic(op, loop, divisions_raise) for op in ops):
            for op in slow:
                op.attrs = {**op.attrs, "fn": QUICK[op.attrs["fn"]]}
            made += 1
    return made


def _goes_through_arrays(loop: Op) -> bool:
    """Whether a loop counts by ones and carries nothing; the last places of all indices count with it, or stay as they are."""
    return loop.attrs.get("kind", "range") == "range" and len(loop.blocks[0].args) == 1 and _constant(loop.operands[2]) == 1


def _is_arithmetic(op: Op, loop: Op, divisions_raise: bool) -> bool:
    """Whether an op in a loop is arithmetic of ``float64``, or an element that is read or stored in order."""
    if op.name in _REST:
        return True
    if op.name == "store":
        return op.attrs.get("fn") in (None, *_ARITHMETIC) and _is_in_order(op, loop)
    if op.name != "call":
        return False
    fn = op.attrs["fn"]
    if fn is operator.getitem:
        return _is_in_order(op, loop)
    if not all(isinstance(t := strip_const(v.type), Scalar) and t.dtype in ("float64", "int64", "bool") for v in op.operands):
        return False
    if fn in QUICK:
        return all(strip_const(v.type).dtype == "float64" for v in op.operands)  # type: ignore[attr-defined]
    if fn in _DIVISIONS:
        return not divisions_raise or divides_by_literal(op)
    squared = fn is operator.pow and op.attrs["args"][1:] == (Lit(2),)
    return squared or fn in _ARITHMETIC


def _is_in_order(op: Op, loop: Op) -> bool:
    """Whether an op reads or stores one element, and the index of the loop is its last one, or none of them."""
    t = strip_const(op.operands[0].type)
    if not isinstance(t, Array) or t.dtype != "float64":
        return False
    parts = [op.operands[part.index] if isinstance(part, Slot) else part for part in index_parts(op.attrs["args"][1])]
    index = loop.blocks[0].args[0]
    return all(isinstance(part, Lit) or _is_outside(part, loop) or part is index and k == len(parts) - 1
               for k, part in enumerate(parts))


def _is_outside(value: Any, loop: Op) -> bool:
    """Whether a value is made before a loop."""
    if not isinstance(value, Value):
        return False
    owner = value.owner
    block = owner.parent if isinstance(owner, Op) else owner
    while block is not None and block is not loop.blocks[0]:
        block = block.parent.parent if block.parent is not None else None
    return block is None


def _constant(value: Value) -> Any:
    op = value.owner
    return op.attrs["value"] if isinstance(op, Op) and op.name == "const" else None
