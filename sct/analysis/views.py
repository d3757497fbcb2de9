"""What a call gives: memory of its own, or certainly a view, which the same call on an adjoint gives of that."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ..ir.core import Op
from ..ir.ops import Lit, Slot
from ..ir.types import Array, List, Table, strip_const
from ..rules import registry
from .alias import has_memory, may_alias
from .layout import is_reshaped_view

_NOT_REPEATED = (np.broadcast_to,)
"""Views whose elements share memory: the same call on an adjoint would give an array that cannot be added to."""


def is_fresh(op: Op) -> bool:
    """Whether the result of ``op`` is memory of its own."""
    if op.name != "call":
        return False
    entry = registry.lookup(op.attrs["fn"])
    ours = entry is not None and is_ours(op.attrs["fn"]) and "remembers" not in op.attrs
    return not may_alias(op) or ours and not any(map(has_memory, op.operands))


def is_ours(fn: Callable[..., Any]) -> bool:
    """Whether a function is one of NumPy's, of which we know all about memory, and not a user's with a rule."""
    return (getattr(fn, "__module__", None) or "").split(".")[0] in ("numpy", "sct")


def is_view(op: Op) -> bool:
    """Whether ``op`` certainly gives a view of its first operand, which the same call on an adjoint gives of that."""
    if op.name != "call" or not op.operands or op.attrs["args"][:1] != (Slot(0),):
        return False
    fn = op.attrs["fn"]
    if isinstance(op.operands[0].type, List | Table) and fn is not tuple:
        item = fn is operator.getitem and isinstance(op.results[0].type, Array | List | Table)
        return item and (isinstance(op.operands[0].type, Table) or isinstance(op.attrs["args"][1], Slot | Lit))
    entry = registry.lookup(fn)
    if fn is tuple:
        return True
    listed = entry is not None and is_ours(fn) and not entry.zero and fn not in _NOT_REPEATED and (
        entry.alias == "view" and fn not in DIAGONALS or may_alias(op) and _is_plain_view(op, fn))
    return (fn is operator.getitem and may_alias(op) or listed) and isinstance(op.operands[0].type, Array) \
        and all(isinstance(r.type, Array) for r in op.results)


def _is_plain_view(op: Op, fn: Callable[..., Any]) -> bool:
    """Whether a call that may copy never does: without options, on any array or on one that lies in memory in one piece."""
    if is_reshaped_view(op):
        return True
    options, count = set(op.attrs["kwargs"]), len(op.attrs["args"])
    if fn in DIAGONALS:
        t = strip_const(op.operands[0].type)
        return isinstance(t, Array) and t.ndim == 2 and count <= 2 and options <= DIAGONALS[fn]
    if fn in _VIEWS_OF_ALL:
        decided = isinstance(op.attrs["kwargs"].get("copy", Lit(False)), Lit)
        return decided and options <= _VIEWS_OF_ALL[fn] and count <= (2 if _VIEWS_OF_ALL[fn] else 1)
    return fn is np.real and not options and str(op.operands[0].type.dtype).startswith("float")  # type: ignore[attr-defined]


DIAGONALS: dict[Any, set[str]] = {np.diagonal: {"offset"}, np.linalg.diagonal: {"offset"}, np.diag: set()}
"""Functions that give a view which cannot be written through, and their keywords."""

_VIEWS_OF_ALL: dict[Any, set[str]] = {
    np.squeeze: {"axis"}, np.atleast_1d: set(), np.atleast_2d: set(), np.atleast_3d: set(),
    np.asarray: {"dtype"}, np.asanyarray: {"dtype"}, np.array: {"dtype", "copy"}, registry.method("astype"): {"dtype", "copy"},
}
"""Functions that never copy an array whose element type stays, if they may give a view at all, and their keywords."""
