"""Stores in forward mode: a tangent array for each array that is stored into, shared as the array is, and written beside it.

The tangent of a view is the same view of the tangent, so what is stored through one name is seen through all of them.  Here
tangents are not values but memory: one that a rule hands through, or that has its own shape, becomes an array of its own.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..analysis.alias import AliasClasses, may_alias, stored_into
from ..analysis.context import Refusal
from ..analysis.layout import in_one_piece, may_be_decided_at_run_time
from ..analysis.views import is_view
from ..analysis.writes import reaches, written_levels
from ..ir.core import Function, Op, Value, walk
from ..ir.ops import LOOPS, STORES, Lit, Slot
from ..ir.rewrite import index_template
from ..ir.types import ANY, Array, List, Object, OrConst, Scalar, Table, Type, strip_const
from ..runtime import helpers
from . import control, pushforwards
from .masks import Mask, varies
from .writes import read_place

if TYPE_CHECKING:
    from .forward import _Linearizer

WRITES = frozenset({"iadd", "index_add", "fill", *STORES})
"""Ops that write to their first operand."""
_LINEAR = (None, operator.add, operator.sub)
"""What a store may do with the old contents so that the tangents do the same."""


class StoredMemory:
    """The arrays of a function that share memory into which it stores."""

    def __init__(self, function: Function) -> None:
        self.members: dict[Value, list[Value]] = {}
        """For each such array all names of its memory."""
        self.shadows: list[Value] = []
        """Adjoint arrays that a forward half makes for its backward half to write to."""
        self.reshaped: set[Value] = set()
        """Those of which the layout decides whether there is a view or a copy."""
        shadows = [r for op in walk(function.body) if op.attrs.get("shadow") for r in op.results]
        if is_forward_half(function):
            self.shadows = shadows
        lent = list(stored_into(function))
        if not shadows and not lent:
            return
        targets = [*(op.operands[0] for op in walk(function.body) if op.name in WRITES), *shadows, *lent]
        classes = Names(function)
        levels = written_levels(function, classes)
        for root in {classes.find(v): None for v in targets}:
            kinds = Array | List | Table if root in levels else Array
            named = [v for v in classes.members[root] if isinstance(v.type, kinds) and v.type.differentiable
                     and reaches(v.type, levels.get(root, 0))]
            self.members.update(dict.fromkeys(named, named))
            if any(isinstance(v.owner, Op) and may_be_decided_at_run_time(v.owner) for v in named):
                self.reshaped.update(v for v in named if isinstance(v.type, Array))

    def __contains__(self, value: Value | None) -> bool:
        return value in self.members


def is_forward_half(function: Function) -> bool:
    """Whether a function hands a context to its backward half."""
    end = function.body.ops[-1] if function.body.ops else None
    packed = end.operands[-1] if end is not None and end.name == "return" and end.operands else None
    return packed is not None and _is_context(packed)


def _is_context(value: Value) -> bool:
    return value.type == Object(tuple) and value.hint == "context"


class Names(AliasClasses):
    """Which values name one memory, the contents of saved lists included; what is packed into the context stays apart."""

    def _visit(self, op: Op) -> None:
        if op.name == "push":
            self.join(op.operands[0], op.operands[1])
        elif op.name == "pop":
            self.join(op.operands[0], op.result)
        elif op.name == "tuple" and _is_context(op.result) or op.name == "item" and _is_context(op.operands[0]):
            self.find(op.results[0])
        elif op.name == "invoke" and is_half(op.attrs["callee"]):
            for result in op.results:
                self.find(result)
            self.half(op)
        else:
            super()._visit(op)

    def join(self, a: Value, b: Value) -> None:
        """Unite what is no array itself, but holds some."""
        self.parent[self.find(a)] = self.find(b)

    def half(self, op: Op) -> None:
        """A forward half returns what its function returns; a backward half returns adjoints, which nobody stores into."""
        if op.attrs["callee"].info.backward:
            return
        shares = op.attrs["callee"].info.shares
        if shares is not None:
            self.share(op, shares)
        else:
            for v in (*op.operands, *op.results):
                self.union(v, op.results[0])


def is_half(function: Function) -> bool:
    """Whether a function is the forward or the backward half of another."""
    return hasattr(function.info, "shares")


# ------------------------------------------------------------------------------------------------------------- the stores

def push_store(fwd: _Linearizer, op: Op) -> None:
    """In front of ``a[i] = v``: the same with their tangents."""
    target, value = op.operands[:2]
    if target not in fwd.masks:
        return
    try:
        if op.attrs.get("fn") in _LINEAR:
            _linear_store(fwd, op, value)
        else:
            _scaled_store(fwd, op, value)
    except Refusal as refusal:
        fwd.context.refuse(refusal, op.loc)


def _linear_store(fwd: _Linearizer, op: Op, value: Value) -> None:
    tangent = fwd.dots[op.operands[0]]
    if isinstance(op.operands[0].type, List | Table):
        _put(fwd, op, _item_tangent(fwd, value))
    elif value in fwd.masks:
        _put(fwd, op, fwd.dots[value])
    elif op.attrs.get("fn") is None:
        if index_template(op) == Lit(...):
            fwd.builder.emit("fill", [tangent], tangent=not op.attrs.get("adjoint"))
        else:
            _put(fwd, op, fwd.constant(0.0))


def _item_tangent(fwd: _Linearizer, value: Value) -> Value:
    """The tangent of what becomes an item."""
    if value in fwd.masks or isinstance(strip_const(value.type), Scalar | Array):
        return fwd.dot(value)
    return zeros_like(fwd, value)


def zeros_like(fwd: _Linearizer, value: Value, kind: Type | None = None) -> Value:
    """Zeros in the form of ``value``, whatever it is; ``kind`` is the type of what they go into."""
    return fwd.builder.value("call", [value], kind or control.bar_type(value), f"{value.hint}_dot" if value.hint else "",
                             fn=helpers.zeros_like, args=(Slot(0),), kwargs={}, effect="fresh", adjoint=True)


def push_insert(fwd: _Linearizer, op: Op) -> None:
    """In front of ``xs.append(v)``: the same with their tangents."""
    items, value, *index = op.operands
    if items in fwd.masks:
        fwd.builder.emit("insert", [fwd.dots[items], _item_tangent(fwd, value), *index], args=op.attrs["args"], **_beside(op))


def push_exchange(fwd: _Linearizer, op: Op) -> None:
    """In front of ``xs[i], xs[j] = xs[j], xs[i]``: the same with their tangents."""
    items, *index = op.operands
    if items in fwd.masks:
        fwd.builder.emit("exchange", [fwd.dots[items], *index], args=op.attrs["args"], **_beside(op))


def push_remove(fwd: _Linearizer, op: Op) -> None:
    """``xs.pop()``: the tangent of the item is taken out of the tangents of the list, which stay as many."""
    items, *index = op.operands
    if items in fwd.masks:
        fwd.give(op.result, fwd.like(op, [fwd.dots[items], *index], op.result, **_beside(op)))


def _scaled_store(fwd: _Linearizer, op: Op, value: Value) -> None:
    """``a[i] *= v``: the rule of the operator on what the place holds before."""
    target = op.operands[0]
    old = read_place(fwd, op, target)
    fwd.masks.add(old)
    fwd.dots[old] = read_place(fwd, op, fwd.dots[target])
    made = fwd.builder.emit("call", [old, value], [strip_const(old.type)], fn=op.attrs["fn"], args=(Slot(0), Slot(1)),
                            kwargs={}, adjoint=True)
    fwd.masks.add(made.results[0])
    (found,) = pushforwards.tangents(fwd, made)
    _put(fwd, op, fwd.constant(0.0) if found is None else found, fn=None)


def _put(fwd: _Linearizer, op: Op, value: Value, **changed: Any) -> None:
    attrs = {key: a for key, a in {**op.attrs, **changed}.items() if key != "may_raise" and (key != "fn" or a is not None)}
    fwd.builder.emit("store", [fwd.dots[op.operands[0]], value, *op.operands[2:]], **{**attrs, **_beside(op)})


def _beside(op: Op) -> dict[str, Any]:
    """What the store of a tangent says of itself: which of the two sweeps it belongs to if ``op`` is one of the primal."""
    return {"adjoint": True} if op.attrs.get("adjoint") else {"adjoint": True, "tangent": True}


# -------------------------------------------------------------------------------------------------- what the arrays begin as

def give_memory(fwd: _Linearizer, op: Op) -> bool:
    """Give the results of a call their tangents where they name memory that is stored into; False if they do not."""
    if (is_view(op) or op.attrs.get("undecided")) and op.operands[0] in fwd.stored:
        attrs = {key: a for key, a in op.attrs.items() if key not in ("may_raise", "recomputed")} | {"adjoint": True}
        made = fwd.builder.emit("call", [fwd.dots[op.operands[0]], *op.operands[1:]], [r.type for r in op.results], **attrs)
        for result, tangent in zip(op.results, made.results, strict=True):
            fwd.give(result, tangent)
        return True
    return False


def own_memory(fwd: _Linearizer, op: Op, since: int) -> None:
    """Let the tangents of new arrays be new arrays: those of a sum with a constant are often those of the other term."""
    if may_alias(op) or not any(v in fwd.stored for v in (*op.operands, *op.results)):
        return
    for result in op.results:
        tangent = fwd.dots.get(result)
        lies = result not in fwd.stored.reshaped or tangent is not None and in_one_piece(result) and in_one_piece(tangent)
        if tangent is None or not isinstance(result.type, Array) or result not in fwd.stored and \
                _is_new(fwd, _unspread(tangent), since, len(op.results)) or \
                _is_new(fwd, tangent, since, len(op.results)) and _is_whole(op, tangent, result) and lies:
            continue
        if _is_whole(op, tangent, result) and lies:
            fwd.dots[result] = fwd.copy(tangent)
        else:
            fwd.dots[result] = zeros(fwd, result)
            fwd.builder.emit("store", [fwd.dots[result], tangent], args=(Slot(0), Lit(...)), adjoint=True)


def perhaps_missing(value: Value) -> bool:
    """Whether the reverse sweep made a value that is perhaps None at run time, for what a dict did not have yet."""
    return isinstance(value.owner, Op) and value.owner.attrs.get("fn") in (helpers.zeros_like, dict.get)


def zeros(fwd: _Linearizer, value: Value) -> Value:
    """The tangent array of an array that does not vary yet; unbound where that is."""
    if isinstance(value.owner, Op) and value.owner.name == "undef":
        return fwd.builder.value("undef", (), value.type)
    if perhaps_missing(value):
        return zeros_like(fwd, value)
    if is_zero_array(value):
        assert isinstance(value.owner, Op)
        return fwd.like(value.owner, value.owner.operands, value, kwargs=dict(value.owner.attrs["kwargs"]))
    if isinstance(value.type, List | Table):
        zero = fwd.zeros(value)
        zero.hint = f"{value.hint}_dot" if value.hint else ""
        return zero
    return fwd.builder.value("call", [value], value.type, f"{value.hint}_dot" if value.hint else "", fn=np.zeros_like,
                             args=(Slot(0),), kwargs={}, effect="fresh", adjoint=True)


def is_zero_array(value: Value) -> bool:
    """Whether an array is made of zeros: so is its tangent, and then nobody asks the array for its shape."""
    op = value.owner
    return isinstance(op, Op) and op.name == "call" and op.attrs["fn"] in (np.zeros, np.zeros_like)


def _unspread(tangent: Value) -> Value:
    """What is spread over a shape: of the memory that is read there."""
    made = tangent.owner
    return made.operands[0] if isinstance(made, Op) and made.attrs.get("fn") is np.broadcast_to else tangent


def _is_new(fwd: _Linearizer, tangent: Value, since: int, results: int) -> bool:
    made = tangent.owner
    return results == 1 and isinstance(made, Op) and made in fwd.builder.block.ops[since:] and made.name == "call" \
        and made.attrs["fn"] is not np.ndarray.astype and not may_alias(made)  # of a number that is spread, a number is left


def _is_whole(op: Op, tangent: Value, result: Value) -> bool:
    """Whether a tangent has the shape and the element type of its array."""
    have, want = tangent.type, result.type
    if not isinstance(have, Array) or isinstance(have, OrConst) or not isinstance(want, Array):
        return False
    arrays = sum(isinstance(strip_const(v.type), Array) for v in op.operands)
    return have.dtype == want.dtype and have.dims == want.dims and (ANY not in want.dims or arrays <= 1)


# --------------------------------------------------------------------------------------------------------------- the check

def check_origins(fwd: _Linearizer) -> None:
    """Refuse memory that comes from where its tangent does not come along: two names of it would have two tangents."""
    given = dict(zip(fwd.function.params, fwd.varied, strict=False))
    for value in fwd.stored.members:
        if value in fwd.masks and not _comes_along(fwd, value, given):
            name = f"`{value.hint}`" if value.hint else "an array"
            fwd.context.refuse(Refusal("SCT601", f"{name} is written to, and forward mode does not see what else refers to it",
                                       "write to a copy of it: `a = a.copy()`"), _place(fwd, value))
    fwd.context.check()


def _comes_along(fwd: _Linearizer, value: Value, given: dict[Value, Mask]) -> bool:
    op = value.owner
    if isinstance(op, Op):
        if op.name == "invoke" and value in fwd.stored.reshaped:
            return False  # its tangent may lie in memory in another way
        return op.name != "item" or varies(fwd.masks.item(op))
    if value in given:
        return varies(given[value])
    return op is not None and op.parent is not None and op.parent.name in LOOPS


def _place(fwd: _Linearizer, value: Value) -> Any:
    return value.owner.loc if isinstance(value.owner, Op) else fwd.function.loc
