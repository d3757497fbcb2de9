"""Takes functions in IR, has what Numba lacks of NumPy done by what it knows.

``np.array`` of an array is a copy; reductions along an axis are those of this package, which Numba compiles for the axes that
are named.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir.core import Function, Op, walk
from ..ir.ops import Lit, Slot
from ..ir.types import Array, strip_const
from ..runtime import reductions

REDUCTIONS = {np.sum: "sum", np.mean: "mean"}


def replace_missing(function: Function) -> None:
    """Replace every call that Numba has no implementation of, but something else gives."""
    for op in list(walk(function.body)):
        if op.name == "call" and op.operands and (replace := _CALLS.get(_key(op.attrs["fn"]))) is not None:
            replace(op)


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


_CALLS: dict[Any, Any] = {np.array: _array, **dict.fromkeys(REDUCTIONS, _reduction)}
