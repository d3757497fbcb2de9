"""Cuts a loop into segments: a loop over about sqrt(n) of them around a loop over the iterations of one, which is replayed.

Before:

    function f(%x: float, %n: int):
      %0: int = const 0
      %1: int = const 1
      %s: float = for %i: int in range(%0, %n, %1) with %s.1: float = %x:
        %s.2: float = math.sin(%s.1)
        continue %s.2
      return %s {single}

After:

    function f(%x: float, %n: int):
      %0: int = const 0
      %1: int = const 1
      %2: int = max(%n, 1)
      %3: float = math.sqrt(%2)
      %length: int = int(%3)
      %s: float = for %start: int in range(%0, %n, %length) with %s.3: float = %x:
        %4: int = %start + %length
        %5: int = min(%4, %n)
        %s.4: float = for %i: int in range(%start, %5, %1) with %s.1: float = %s.3 {replayed}:
          %s.2: float = math.sin(%s.1)
          continue %s.2
        continue %s.4
      return %s {single}

The forward sweep then saves what the loop carries once for each segment, and the reverse sweep of a segment what it saves of
its iterations: 2 sqrt(n) values rather than n, for one more run of the loop (A. Griewank, A. Walther, Evaluating Derivatives,
2nd ed. 2008, section 12.1).  How often a ``while`` loop runs is not known: its segments grow by one iteration each, which makes
sqrt(2 n) of them.
"""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from ..analysis.context import Refusal
from ..ir.build import Builder
from ..ir.core import Block, Op, Value, walk
from ..ir.ops import LOOPS, STORES, Lit, Slot
from ..ir.rewrite import carried_inits, clone_op, exits, insert_before, replace_uses
from ..ir.types import BOOL, BOTTOM, FLOAT, INT, List, OrConst, Scalar, Type, strip_const

_SIZE = {"spelled": "attribute", "spelled_name": "size"}
_WAY_OUT = "loop over a range or an array, or leave the checkpoint out"


def cut(loop: Op, state: list[Value]) -> None:
    """Replace ``loop``, which writes to the arrays ``state``, by its segments."""
    if loop.name == "for" and (loop.attrs["kind"] != "range" or loop.attrs.get("decides")):
        raise Refusal("SCT116", "this loop cannot be cut into segments: it does not count through anything", _WAY_OUT)
    ahead = Block()
    builder = Builder(ahead, loop.loc)
    outer = _growing(builder, loop) if loop.name == "while" else _counted(builder, loop, state)
    insert_before(loop, ahead.ops)
    block = loop.parent
    assert block is not None
    outer.parent = block
    block.ops[block.ops.index(loop)] = outer
    for result in loop.results:
        result.owner = outer
    outer.results += loop.results


def _const(builder: Builder, value: Any, t: Type = INT) -> Value:
    return builder.value("const", (), OrConst(BOTTOM, t), value=value)


def _int(builder: Builder, fn: Any, *args: Any, hint: str = "", t: Type = INT, **attrs: Any) -> Value:
    """A call on whole numbers, run-time values or literals."""
    operands = [a for a in args if isinstance(a, Value)]
    slots = iter(range(len(operands)))
    template = tuple(Slot(next(slots)) if isinstance(a, Value) else Lit(a) for a in args)
    return builder.value("call", operands, t, hint, fn=fn, args=template, kwargs={}, **attrs)


# --------------------------------------------------------------------------------------------------------- counted loops

def _counted(builder: Builder, loop: Op, state: list[Value]) -> Op:
    lo, hi, step = loop.operands[:3]
    unit, down = _literal(step) == 1, (_literal(step) or 0) < 0
    broken = any(end.name == "break" for end in exits(loop.blocks[0]))
    length = _length(builder, loop, _count(builder, lo, hi, step), state)
    known = _literal(step) is not None
    stride = length if unit else _int(builder, operator.mul, length, step, hint="stride")
    inits, body = carried_inits(loop), Block()
    start = body.add_arg("start", INT)
    carried = [body.add_arg(v.hint, v.type) for v in _carried(loop)]
    with builder.at(body):
        if known:
            stop = _int(builder, max if down else min, _int(builder, operator.add, start, stride, again=True), hi, again=True)
        else:
            left = _int(builder, min, length, _count(builder, start, hi, step, again=True), again=True)
            stop = _int(builder, operator.add, start, _int(builder, operator.mul, left, step, again=True), again=True)
        going = [_const(builder, True, BOOL)] if broken else []
        _end(builder, _segment(builder, loop, [start, stop, step], carried, going), broken)
    outer = Op("for", [lo, hi, stride, *inits], [], {"kind": "range"}, [body], None, loop.loc)
    body.parent = outer
    return outer


def _literal(value: Value) -> Any:
    owner = value.owner
    return owner.attrs["value"] if isinstance(owner, Op) and owner.name == "const" else None


def _count(builder: Builder, lo: Value, hi: Value, step: Value, **attrs: Any) -> Value:
    """How many numbers there are in a range; for a step of one possibly a negative number instead of zero."""
    if _literal(step) == 1:
        return hi if _literal(lo) == 0 else _int(builder, operator.sub, hi, lo)
    numbers = builder.value("call", [lo, hi, step], List(INT), fn=range, args=(Slot(0), Slot(1), Slot(2)), kwargs={}, **attrs)
    return _int(builder, len, numbers, **attrs)


def _length(builder: Builder, loop: Op, count: Value, state: list[Value]) -> Value:
    """The number of iterations in a segment: the root of their number, times the state that is saved by number saved in one.

    Where a loop writes single elements, an iteration saves one number, but the start of a segment all of the arrays.
    """
    if state and _writes_elements(loop):
        for array in state:
            size = builder.value("call", [array], INT, fn=np.size, args=(Slot(0),), kwargs={}, **_SIZE)
            count = _int(builder, operator.mul, count, size)
    root = _int(builder, math.sqrt, _int(builder, max, count, 1), t=FLOAT)
    return _int(builder, int, root, hint="length")


def _writes_elements(loop: Op) -> bool:
    """Whether all that an iteration writes is single elements, a fixed number of them."""
    inside = [op for block in loop.blocks for op in walk(block)]
    if any(op.name in LOOPS or op.name == "invoke" and op.attrs["callee"].lent.params for op in inside):
        return False
    stores = [op for op in inside if op.name in STORES and not op.attrs.get("adjoint")]
    return all(op.name == "store" and len(op.operands) > 2 for op in stores) and all(
        isinstance(strip_const(v.type), Scalar) for op in stores for v in op.operands[1:])


# ------------------------------------------------------------------------------------------------------------- while loops

def _growing(builder: Builder, loop: Op) -> Op:
    """Segments of one iteration, two, three and so on."""
    tested = _literal(loop.blocks[0].terminator.operands[0]) is not True
    if tested and all(end.name != "break" for end in exits(loop.blocks[1])):
        return _counting(builder, loop)
    return _flagged(builder, loop)


def _counting(builder: Builder, loop: Op) -> Op:
    """``while test:`` around ``while count < length and test:``; so many iterations are replayed without any test."""
    outer = Op("while", [_const(builder, 0), *carried_inits(loop)], [], {}, [Block(), Block()], None, loop.loc)
    for block in outer.blocks:
        block.parent = outer
        block.add_arg("length", INT)
        for v in _carried(loop):
            block.add_arg(v.hint, v.type)
    test, body = outer.blocks
    values = dict(zip(loop.blocks[0].args, test.args[1:], strict=True))
    test.ops = [clone_op(op, values, test) for op in loop.blocks[0].ops]
    with builder.at(body):
        length = _int(builder, operator.add, body.args[0], 1, hint="length")
        inits = [_const(builder, 0), *body.args[1:]]
        types, hints = [INT, *(r.type for r in loop.results)], ["count", *(r.hint for r in loop.results)]
        blocks = [_bounded(loop, length), _counted_body(loop)]
        inner = builder.emit("while", inits, types, hints, blocks, replayed=True, counts=True)
        builder.emit("continue", [length, *inner.results[1:]])
    outer.results = [Value("length", INT, outer)]
    return outer


def _counted_body(loop: Op) -> Block:
    body = loop.blocks[1]
    body.args.insert(0, Value("count", INT, body))
    for end in exits(body):
        if end.name == "continue":
            assert end.parent is not None
            builder = Builder(scratch := Block(), end.loc)
            end.operands.insert(0, _int(builder, operator.add, body.args[0], 1, hint="count"))
            insert_before(end, scratch.ops)
    return body


def _bounded(loop: Op, length: Value) -> Block:
    """The test ``count < length and …``."""
    test, block = loop.blocks[0], Block()
    builder = Builder(block, loop.loc)
    count = block.add_arg("count", INT)
    values = {v: block.add_arg(v.hint, v.type) for v in test.args}
    less = _int(builder, operator.lt, count, length, t=BOOL)
    then, other = Block(), Block()
    copies = [clone_op(op, values, then) for op in test.ops]
    condition = copies.pop().operands[0]
    then.ops = copies
    with builder.at(then):
        builder.emit("yield", [condition])
    with builder.at(other):
        builder.emit("yield", [less])
    both = builder.emit("if", [less], [BOOL], [""], [then, other]).result
    builder.emit("test", [both])
    return block


def _flagged(builder: Builder, loop: Op) -> Op:
    """``while going:``; what leaves the loop for good lowers the flag."""
    inits = carried_inits(loop)
    outer = Op("while", [_const(builder, True, BOOL), _const(builder, 0), *inits], [], {}, [Block(), Block()], None, loop.loc)
    args = []
    for block in outer.blocks:
        block.parent = outer
        going, length = block.add_arg("going", BOOL), block.add_arg("length", INT)
        args.append([going, length, *(block.add_arg(v.hint, v.type) for v in _carried(loop))])
    test, body = outer.blocks
    with builder.at(test):
        builder.emit("test", [args[0][0]])
    with builder.at(body):
        going, length, *carried = args[1]
        longer = _int(builder, operator.add, length, 1, hint="length")
        inner = _segment(builder, loop, [_const(builder, 0), longer, _const(builder, 1)], carried, [going])
        builder.emit("continue", [inner.results[0], longer, *inner.results[1:]])
    outer.results = [Value("going", BOOL, outer), Value("length", INT, outer)]
    return outer


# ------------------------------------------------------------------------------------------------------------- one segment

def _carried(loop: Op) -> list[Value]:
    body = loop.blocks[-1]
    return body.args[len(body.args) - len(loop.results):]


def _segment(builder: Builder, loop: Op, bounds: list[Value], inits: list[Value], going: list[Value]) -> Op:
    """The iterations of one segment: the body of ``loop``, with a flag ``going``, if any, that says whether it was left."""
    body = loop.blocks[-1]
    if loop.name == "while":
        body = _test_in_body(loop)
    if going:
        body.args.insert(1, Value("going", BOOL, body))
        for end in exits(body):
            if end.name == "continue":
                end.operands.insert(0, body.args[1])
            elif end.name == "break":
                end.operands.insert(0, _before(end, False))
    types = [*(BOOL for _ in going), *(r.type for r in loop.results)]
    hints = [*("going" for _ in going), *(r.hint for r in loop.results)]
    return builder.emit("for", [*bounds, *going, *inits], types, hints, [body], kind="range", replayed=True)


def _before(end: Op, value: bool) -> Value:
    const = Op("const", [], [], {"value": value}, [], end.parent, end.loc)
    const.results = [Value("going", OrConst(BOTTOM, BOOL), const)]
    insert_before(end, [const])
    return const.results[0]


def _test_in_body(loop: Op) -> Block:
    """The body of a ``while`` loop with its test in front: where this fails, the iteration is the last."""
    test, body = loop.blocks
    replace_uses(test, dict(zip(test.args, body.args, strict=True)))
    condition = test.ops.pop().operands[0]
    body.args.insert(0, Value("", INT, body))
    for op in test.ops:
        op.parent = body
    if _literal(condition) is True:
        body.ops[:0] = test.ops
        return body
    inside, leave = Block([], body.ops), Block()
    for op in inside.ops:
        op.parent = inside
    leave.ops = [Op("break", body.args[1:], [], {}, [], leave, loop.loc)]
    choice = Op("if", [condition], [], {"tail": True}, [inside, leave], body, loop.loc)
    inside.parent = leave.parent = choice
    body.ops = [*test.ops, choice]
    return body


def _end(builder: Builder, inner: Op, flagged: bool) -> None:
    """What comes behind a segment: the next one, unless the loop was left."""
    if not flagged:
        builder.emit("continue", inner.results)
        return
    going, *carried = inner.results
    blocks = [Block(), Block()]
    for block, name in zip(blocks, ("continue", "break"), strict=True):
        with builder.at(block):
            builder.emit(name, carried)
    builder.emit("if", [going], [], [], blocks, tail=True)
