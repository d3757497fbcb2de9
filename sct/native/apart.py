"""Takes functions in IR, has values copied that overlap what they are added to in place: Numba reads what it has just written.

NumPy gives ``u[1:] += u[:-1]`` the meaning that the right side is read first.
"""

from __future__ import annotations

import operator

import numpy as np

from ..ir.core import Function, Op, Value, walk
from ..ir.ops import Slot
from ..ir.rewrite import insert_before
from ..ir.types import Array, strip_const

_ARITHMETIC = (operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.neg, operator.matmul, np.copy,
               np.zeros, np.zeros_like, np.ones, np.ones_like)


def read_first(function: Function) -> None:
    """Copy the value of every store in place that may be a view."""
    for op in list(walk(function.body)):
        updates = op.name == "iadd" or op.name == "store" and op.attrs.get("fn") is not None
        if updates and _may_be_view(op.operands[1]):
            value = op.operands[1]
            attrs = {"fn": np.copy, "args": (Slot(0),), "kwargs": {}, "effect": "fresh"}
            copy = Op("call", [value], [], attrs, [], None, op.loc)
            copy.results = [Value("", value.type, copy)]
            insert_before(op, [copy])
            op.operands[1] = copy.results[0]


def _may_be_view(value: Value) -> bool:
    t = strip_const(value.type)
    if not isinstance(t, Array) or t.ndim == 0:
        return False
    owner = value.owner
    if not isinstance(owner, Op) or owner.name != "call":
        return True
    fn = owner.attrs["fn"]
    return not (isinstance(fn, np.ufunc) or fn in _ARITHMETIC)
