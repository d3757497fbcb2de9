"""Takes functions in IR, has what Numba lacks of Python and NumPy done by what it knows.

``np.array`` of an array is a copy; reductions along an axis are those of this package, which Numba compiles for the axes that
are named; a block whose manager only says when NumPy warns is left without it, since compiled code never warns.
"""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from ..ir.build import Builder
from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import Lit, SeqOf, SliceOf, Slot, as_key
from ..ir.rewrite import insert_before, replace_uses, use_map
from ..ir.types import FLOAT, INT, Array, List, Scalar, Type, strip_const
from ..rules.shaping import tolist_method
from ..runtime import masks, packing, reductions
from .examples import example, has_example

REDUCTIONS = {np.sum: "sum", np.mean: "mean", np.max: "max", np.amax: "max", np.min: "min", np.amin: "min",
              np.prod: "prod"}


def replace_missing(function: Function) -> int:
    """Replace every call that Numba has no implementation of, but something else gives; how many."""
    made = _type_empty_lists(function)
    for op in list(walk(function.body)):
        if op.name == "call" and op.operands and (replace := _CALLS.get(as_key(op.attrs["fn"]))) is not None:
            before = op.attrs
            replace(op)
            made += op.attrs is not before
        elif op.name == "with" and all(map(_only_silences, op.operands)):
            _dissolve(op)
            made += 1
    return made


def _type_empty_lists(function: Function) -> int:
    """Say of which kind the items are of empty lists that Numba cannot tell by what is appended to the same name; how many."""
    empty = [op for op in walk(function.body) if op.name == "tuple" and op.attrs.get("cls") is list and not op.operands]
    users = use_map(function.body) if empty else {}
    made = 0
    for op in empty:
        own = users.get(op.result, [])
        t = _merged_type(op.result, own)
        appended = any(user.name == "insert" and user.operands[0] is op.result for user in own)
        if not isinstance(t, List) or not has_example(t) or appended and not any(_passes_on(user, op.result) for user in own):
            continue
        head = Block()
        builder = Builder(head, op.loc)
        with builder.at(head):
            item = example(builder, t.item)
        insert_before(op, head.ops)
        op.name, op.operands = "call", [item]
        op.attrs = {"fn": packing.empty_list, "args": (Slot(0),), "kwargs": {}, "effect": "fresh"}
        made += 1
    return made


def _merged_type(value: Value, users: list[Op]) -> Type:
    """The type of a list, or of what it becomes at the end of a branch: an empty one alone may be of any."""
    t = strip_const(value.type)
    for user in users:
        branch = user.parent.parent if user.parent is not None else None
        if isinstance(t, List) and not has_example(t) and user.name == "yield" and branch is not None:
            t = strip_const(branch.results[user.operands.index(value)].type)
    return t


def _passes_on(user: Op, value: Value) -> bool:
    """Whether a list gets another name by an op, maybe beside other lists."""
    changes = user.name in ("insert", "store") and value not in user.operands[1:]
    return user.name in _PASSES_ON and not changes


_PASSES_ON = frozenset({"for", "while", "yield", "continue", "break", "return", "tuple", "push", "store", "insert", "invoke"})


def _element(op: Op) -> None:
    """A part of a range, of which Numba knows single elements only; ``a[...]``."""
    template, first = op.attrs["args"][1], op.operands[0]
    made = first.owner
    t = strip_const(first.type)
    if isinstance(template, SliceOf) and isinstance(made, Op) and made.name == "call" and made.attrs["fn"] is range:
        op.operands = [_before(op, first.type, list, [first], (Slot(0),), effect="fresh"), *op.operands[1:]]
        op.attrs = dict(op.attrs)
    elif template == Lit(...) and isinstance(t, Array) and t.ndim:
        op.attrs = {**op.attrs, "args": (op.attrs["args"][0], SliceOf(Lit(None), Lit(None), Lit(None)))}


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
            or not isinstance(keeps, Lit):
        return
    counts = t.dtype in ("bool", "int64") and want.dtype == "int64" and op.attrs["fn"] is np.sum
    if t.dtype != "float64" and not counts:
        return
    chosen = range(t.ndim) if axes.value is None else axes.value if isinstance(axes.value, tuple) else (axes.value,)
    along = getattr(reductions, f"{REDUCTIONS[op.attrs['fn']]}_along")
    op.attrs = {"fn": along, "args": (Slot(0), Lit(bool(keeps.value)), *(Lit(axis % t.ndim) for axis in chosen)), "kwargs": {}}


def _roll(op: Op) -> None:
    """``np.roll(a, shift, axis=k)``."""
    given = dict(zip(("a", "shift", "axis"), op.attrs["args"], strict=False)) | op.attrs["kwargs"]
    t, axis, shift = strip_const(op.operands[0].type), given.get("axis", Lit(None)), given.get("shift")
    if given.get("a") != Slot(0) or not isinstance(t, Array) or not isinstance(axis, Lit) or type(axis.value) is not int:
        return
    if isinstance(shift, Lit) and type(shift.value) is int or isinstance(shift, Slot) and isinstance(
            strip_const(op.operands[shift.index].type), Scalar):
        op.attrs = {"fn": masks.rolled, "args": (Slot(0), shift, Lit(axis.value % t.ndim)), "kwargs": {}, "effect": "fresh"}


def _inner(op: Op) -> None:
    """``np.inner`` of vectors."""
    if all(isinstance(t := strip_const(v.type), Array) and t.ndim == 1 for v in op.operands):
        op.attrs = {**op.attrs, "fn": np.dot}


def _tolist(op: Op) -> None:
    """``a.tolist()`` of a vector, whose elements are numbers of Python here anyway."""
    t = strip_const(op.operands[0].type)
    if isinstance(t, Array) and t.ndim == 1 and t.dtype == "float64":
        op.attrs = {"fn": list, "args": (Slot(0),), "kwargs": {}, "effect": "fresh"}


def _not(op: Op) -> None:
    """``not items`` of a list."""
    if isinstance(strip_const(op.operands[0].type), List):
        length = _before(op, INT, len, op.operands, (Slot(0),), effect="reads")
        op.operands, op.attrs = [length], {"fn": operator.eq, "args": (Slot(0), Lit(0)), "kwargs": {}}


def _log(op: Op) -> None:
    """``math.log(x, base)``, as Python itself computes it."""
    args = op.attrs["args"]
    if len(args) == 2:
        logs = [_before(op, FLOAT, math.log, op.operands, (part,)) for part in args]
        op.operands, op.attrs = logs, {"fn": operator.truediv, "args": (Slot(0), Slot(1)), "kwargs": {}, "may_raise": True}


def _clip(op: Op) -> None:
    """``np.clip`` of a number."""
    args = op.attrs["args"]
    if len(args) == 3 and not op.attrs["kwargs"] and Lit(None) not in args and all(
            isinstance(strip_const(v.type), Scalar) for v in op.operands):
        lifted = _before(op, op.results[0].type, np.maximum, op.operands, args[:2])
        high = args[2] if isinstance(args[2], Lit) else Slot(1)
        op.operands = [lifted] if isinstance(args[2], Lit) else [lifted, op.operands[args[2].index]]
        op.attrs = {"fn": np.minimum, "args": (Slot(0), high), "kwargs": {}}


def _joined(op: Op) -> None:
    """``np.stack([a, b])`` and its kin, which take tuples only."""
    args = op.attrs["args"]
    if args and isinstance(args[0], SeqOf) and args[0].kind is list:
        op.attrs = {**op.attrs, "args": (SeqOf(tuple, args[0].items), *args[1:])}


def _before(op: Op, t: Type, fn: Any, operands: list[Value], args: tuple[Any, ...], **attrs: Any) -> Value:
    """The result of a call that is made right before ``op``."""
    call = Op("call", list(operands), [], {"fn": fn, "args": args, "kwargs": {}, **attrs}, [], None, op.loc)
    call.results = [Value("", t, call)]
    insert_before(op, [call])
    return call.results[0]


# ------------------------------------------------------------------------------------------------------------------ managers

def _only_silences(manager: Value) -> bool:
    """Whether this is ``np.errstate(…)`` that lets nothing raise."""
    op = manager.owner
    return isinstance(op, Op) and op.name == "call" and op.attrs["fn"] is np.errstate and all(
        how in (Lit("ignore"), Lit("warn")) for how in op.attrs["kwargs"].values()) and not op.attrs["args"]


def _dissolve(op: Op) -> None:
    """Put the operations of a ``with`` in its place; its end, where that leaves more than the block, becomes theirs."""
    block, outer = op.blocks[0], op.parent
    assert isinstance(outer, Block)
    inner, end = block.ops, block.ops[-1]
    if block.args or end.name != "yield" and op is not outer.ops[-1]:
        return
    if end.name == "yield":
        inner = inner[:-1]
        replace_uses(outer, dict(zip(op.results, end.operands, strict=True)))
    for one in inner:
        one.parent = outer
    at = outer.ops.index(op)
    outer.ops[at:at + 1] = inner


_CALLS: dict[Any, Any] = {
    np.array: _array, np.inner: _inner, np.clip: _clip, np.roll: _roll, math.log: _log,
    operator.not_: _not, operator.getitem: _element, tolist_method: _tolist,
    **dict.fromkeys((np.stack, np.concatenate, np.vstack, np.hstack, np.column_stack, np.dstack), _joined),
    **dict.fromkeys(REDUCTIONS, _reduction),
}
