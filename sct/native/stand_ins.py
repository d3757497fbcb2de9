"""Takes functions in IR, has what Numba lacks of NumPy done by what it knows.

``np.array`` of an array is a copy, ``np.clip`` of a number two comparisons, ``np.add.at`` a loop; reductions along an axis
are those of this package, which Numba compiles for the axes that are named.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir.core import Function, Op, Value, walk
from ..ir.ops import Lit, Slot
from ..ir.rewrite import insert_before
from ..ir.types import Array, Scalar, strip_const
from ..runtime import helpers, reductions

REDUCTIONS = {np.sum: "sum", np.mean: "mean", np.max: "max", np.min: "min", np.prod: "prod"}


def replace_missing(function: Function) -> None:
    """Replace every call and store that Numba has no implementation of, but something else gives."""
    for op in list(walk(function.body)):
        if op.name == "call" and (replace := _CALLS.get(_key(op.attrs["fn"]))) is not None:
            replace(op)
        elif op.name == "store" and op.attrs.get("at") and op.attrs.get("fn") is not None:
            _add_at(op)


def _key(fn: Any) -> Any:
    try:
        hash(fn)
    except TypeError:
        return None
    return fn


def _array(op: Op) -> None:
    """``np.array(a)`` of an array."""
    t, want = strip_const(op.operands[0].type), strip_const(op.results[0].type)
    if len(op.operands) != 1 or op.attrs["args"] != (Slot(0),) or not isinstance(t, Array) or not isinstance(want, Array):
        return
    if t.dtype == want.dtype and op.attrs["kwargs"].keys() <= {"dtype"}:
        op.attrs = {**op.attrs, "fn": np.copy, "kwargs": {}}


def _clip(op: Op) -> None:
    """``np.clip(x, lo, hi)`` of numbers."""
    args = op.attrs["args"]
    if len(args) != 3 or op.attrs["kwargs"] or not all(isinstance(strip_const(v.type), Scalar) for v in op.operands):
        return
    if any(not isinstance(a, Slot | Lit) or a == Lit(None) for a in args):
        return
    result = op.results[0]
    attrs = {"fn": np.maximum, "args": args[:2], "kwargs": {}, "adjoint": True}
    below = Op("call", list(op.operands), [], attrs, [], None, op.loc)
    below.results = [Value("", result.type, below)]
    insert_before(op, [below])
    op.operands = [below.results[0], *op.operands]
    high = args[2]
    op.attrs = {"fn": np.minimum, "args": (Slot(0), Slot(high.index + 1) if isinstance(high, Slot) else high), "kwargs": {}}


def _reduction(op: Op) -> None:
    """``np.sum(a, axis=…, keepdims=…)`` and its kin."""
    args, kwargs = op.attrs["args"], op.attrs["kwargs"]
    t, want = strip_const(op.operands[0].type), strip_const(op.results[0].type)
    given = dict(zip(("a", "axis"), args, strict=False)) | kwargs
    if not isinstance(t, Array) or not isinstance(want, Array) or not given.keys() <= {"a", "axis", "keepdims"}:
        return
    axes, keeps = given.get("axis", Lit(None)), given.get("keepdims", Lit(False))
    if given.get("a", args[0] if args else None) != Slot(0) or len(op.operands) != 1 or not isinstance(axes, Lit) \
            or not isinstance(keeps, Lit) or t.dtype != "float64":
        return
    chosen = range(t.ndim) if axes.value is None else axes.value if isinstance(axes.value, tuple) else (axes.value,)
    along = getattr(reductions, f"{REDUCTIONS[op.attrs['fn']]}_along")
    op.attrs = {"fn": along, "args": (Slot(0), Lit(bool(keeps.value)), *(Lit(axis % t.ndim) for axis in chosen)), "kwargs": {}}


def _add_at(op: Op) -> None:
    """``np.add.at(a, index, value)``."""
    if op.attrs["fn"] is np.add and len(op.operands) == 3 and op.attrs["args"] == (Slot(0), Slot(2)):
        array, value, index = op.operands
        op.operands = [array, index, value]
        op.name, op.attrs = "call", {"fn": helpers.index_add, "args": (Slot(0), Slot(1), Slot(2)), "kwargs": {},
                                     "effect": "writes"}


_CALLS: dict[Any, Any] = {np.array: _array, np.clip: _clip, **dict.fromkeys(REDUCTIONS, _reduction)}
