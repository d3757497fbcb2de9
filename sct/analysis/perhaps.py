"""In-place sums of what may be an array or, before it is one, a constant: typed IR in, stores into what is an array there out.

    x += e   →   if isinstance(x, np.ndarray): x += e   else: x = x + e

where ``x`` starts as a number; ``None`` cannot be added to, so there it is the array alone.
"""

from __future__ import annotations

import numpy as np

from ..ir.core import Block, Op, Value
from ..ir.ops import Lit, Slot
from ..ir.rewrite import insert_before
from ..ir.types import BOOL, NONE, OrConst, Type, constant


def certain(op: Op, target: Value) -> Value:
    """The array that the in-place operation ``op`` changes; where ``target`` is a number, ``op`` is left alone from now on."""
    t = target.type
    assert isinstance(t, OrConst)
    return _before(op, "narrow", [target], t.base, target.hint) if t.const is NONE else _only_if_array(op, target, t)


def _only_if_array(op: Op, target: Value, t: OrConst) -> Value:
    """Put ``op`` into a branch of an ``if``, whose other branch makes the new array."""
    assert op.parent is not None
    outside, result = op.parent, op.result
    condition = _before(op, "call", [target], BOOL, fn=isinstance, args=(Slot(0), Lit(np.ndarray)), kwargs={})
    choice = Op("if", [condition], [], {}, [Block(), Block()], outside, op.loc)
    choice.results = [result]
    outside.ops[outside.ops.index(op)] = choice
    result.owner = choice
    then, other = choice.blocks
    op.results = [Value(result.hint, result.type, op)]
    _close(then, [op], op.result, op)
    number = Op("narrow", [target], [], {}, [], other, op.loc)
    number.results = [Value(target.hint, constant(t.const), number)]
    sum = Op("call", [number.result, *op.operands[1:]], [], {**op.attrs, "kwargs": {}}, [], other, op.loc)
    sum.results = [Value(result.hint, result.type, sum)]
    _close(other, [number, sum], sum.result, op)
    then.parent = other.parent = choice
    array = _before(op, "narrow", [target], t.base, target.hint)
    return array


def _close(block: Block, ops: list[Op], result: Value, origin: Op) -> None:
    block.ops = [*ops, Op("yield", [result], [], {}, [], block, origin.loc)]
    for op in block.ops:
        op.parent = block


def _before(user: Op, name: str, operands: list[Value], t: Type, hint: str = "", **attrs: object) -> Value:
    made = Op(name, operands, [], dict(attrs), [], user.parent, user.loc)
    made.results = [Value(hint, t, made)]
    insert_before(user, [made])
    return made.result
