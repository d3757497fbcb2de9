"""Finds a number below which a value cannot lie, by how it is computed: ``1.0 + np.exp(x)`` is at least 1 (or NaN)."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from ..ir.core import Op, Value
from ..ir.ops import Lit, Slot
from .abstract import Static, is_number

_NOT_NEGATIVE = frozenset({np.exp, np.exp2, np.square, np.cosh, np.abs, math.exp, math.exp2, math.cosh, math.fabs, abs})
"""Their derivatives pass a NaN on, as those of products do: what is computed from it needs no care for zeros, either."""
_SUMS = frozenset({operator.add, np.add})
_PRODUCTS = frozenset({operator.mul, np.multiply})


def floor(a: Any) -> float:
    """The largest number known that ``a`` is not below; minus infinity if there is none."""
    if isinstance(a, Static | Lit):
        return float(a.value) if is_number(a.value) and not isinstance(a.value, complex) else -math.inf
    op = a.owner if isinstance(a, Value) else None
    if not isinstance(op, Op):
        return -math.inf
    if op.name in ("convert", "narrow"):
        return floor(op.operands[0])
    if op.name == "const":
        return floor(Lit(op.attrs["value"]))
    if op.name != "call" or op.attrs["kwargs"] or not all(isinstance(arg, Lit | Slot) for arg in op.attrs["args"]):
        return -math.inf
    return _of_call(op.attrs["fn"], [arg if isinstance(arg, Lit) else op.operands[arg.index] for arg in op.attrs["args"]])


def _of_call(fn: Any, args: list[Any]) -> float:
    if fn in _NOT_NEGATIVE:
        return 0.0
    if len(args) != 2:
        return -math.inf
    if fn in _SUMS:
        return floor(args[0]) + floor(args[1])
    if fn in _PRODUCTS:
        lowest = min(map(floor, args))
        return floor(args[0]) * floor(args[1]) if lowest > 0.0 else 0.0 if lowest == 0.0 or args[0] is args[1] else -math.inf
    if fn is operator.pow and isinstance(args[1], Lit) and is_number(args[1].value) and args[1].value in (2, 4, 6):
        return 0.0
    return -math.inf
