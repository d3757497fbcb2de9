"""Goes on to the next iteration where only zeros are left to be passed on.

A branch that hands nothing back (``if gain == 0.0: continue`` in the forward sweep) makes the adjoints of all that came before
it in the iteration zero; what is left of the reverse iteration would add up zeros.  ``0 * x`` counts as zero even where ``x``
is infinite: the result does not depend on it.

Before:

    function f(%n: int, %c: bool, %x: float):
      %0: int = const 0
      %1: int = const 1
      %one: float = const 1.0
      %x_bar: float = for %i: int in range(%0, %n, %1) with %x_bar.1: float = %one:
        %g_bar: float = if %c:
          %zero: float = const 0.0
          yield %zero
        else:
          %2: float = %x_bar.1 * %x {adjoint}
          yield %2
        %3: float = 3.0 * %g_bar {adjoint}
        %x_bar.2: float = %x_bar.1 + %3 {adjoint}
        continue %x_bar.2
      return %x_bar {single}

After:

    function f(%n: int, %c: bool, %x: float):
      %0: int = const 0
      %1: int = const 1
      %one: float = const 1.0
      %x_bar: float = for %i: int in range(%0, %n, %1) with %x_bar.1: float = %one:
        if %c {tail}:
          continue %x_bar.1
        else:
          %2: float = %x_bar.1 * %x {adjoint}
          %3: float = 3.0 * %2 {adjoint}
          %x_bar.2: float = %x_bar.1 + %3 {adjoint}
          continue %x_bar.2
      return %x_bar {single}
"""

from __future__ import annotations

import operator
from collections.abc import Sequence

from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import IMPLICIT, LOOPS, Slot
from ..ir.rewrite import carried_inits, clone_op, exits, item_count
from ..runtime import helpers

_ZERO_TIMES = (operator.mul, helpers.strong_product)
_ZERO_OVER = (operator.truediv, operator.neg, helpers.strong_quotient)


def skip_zeros(fn: Function) -> int:
    """Let branches of reverse loops of ``fn`` that leave only zeros continue with the next iteration, in place; how many."""
    loops = [op for op in walk(fn.body) if op.name in LOOPS]
    return sum(_shorten(loop.blocks[-1]) for loop in loops)


def _shorten(body: Block) -> int:
    end = body.ops[-1]
    if end.name != "continue":
        return 0
    for k in range(len(body.ops) - 2, -1, -1):
        op = body.ops[k]
        if op.name == "if" and op.results:
            rest = body.ops[k + 1:-1]
            for idle, busy in ((0, 1), (1, 0)):
                values = _carried_past(op, op.blocks[idle], rest, end)
                if values is not None:
                    _split(op, k, idle, busy, rest, end, values)
                    return 1
        if op.blocks or op.name == "pop":
            return 0
    return 0


def _carried_past(branch: Op, idle: Block, rest: Sequence[Op], end: Op) -> list[Value] | None:
    """What the iteration hands on if the branch takes its ``idle`` side and ``rest`` is left out; None if that differs."""
    *consts, yields = idle.ops
    if yields.name != "yield" or any(op.name != "const" for op in consts) or all(op.name == "const" for op in rest):
        return None
    known: dict[Value, Value] = dict(zip(branch.results, yields.operands, strict=True))
    if not any(map(_is_zero, known.values())):
        return None
    for op in rest:
        if not _adds_nothing(op, known):
            return None
    made = {result for op in rest if op.name != "const" for result in op.results}
    values = [known.get(v, v) for v in end.operands]
    return values if made.isdisjoint(values) else None


def _adds_nothing(op: Op, known: dict[Value, Value]) -> bool:
    """Whether the op can be left out; notes its result where that is zero, or one of its operands."""
    operands = [known.get(v, v) for v in op.operands]
    if op.name == "const":
        return True
    if op.name in ("iadd", "index_add"):
        return _is_zero(operands[1])
    if op.name in IMPLICIT:
        known[op.results[0]] = operands[0]
        return True
    if op.name in ("item", "attr"):
        return True
    if op.name != "call" or op.attrs.get("effect", "pure") not in ("pure", "reads") or not (
            op.attrs.get("adjoint") or op.attrs.get("recomputed")) or op.attrs.get("may_raise"):
        return False
    found = _known_result(op, operands)
    if found is not None and len(op.results) == 1:
        known[op.results[0]] = found
    return True


def _known_result(op: Op, operands: list[Value]) -> Value | None:
    fn = op.attrs["fn"]
    zeros = [v for v in operands if _is_zero(v)]
    if fn in _ZERO_TIMES and zeros:
        return zeros[0]
    if fn in _ZERO_OVER and op.attrs["args"] and op.attrs["args"][0] == Slot(0) and _is_zero(operands[0]):
        return operands[0]
    if len(operands) == 2 and fn is operator.add and zeros:
        return operands[1] if _is_zero(operands[0]) else operands[0]
    if len(operands) == 2 and fn is operator.sub and _is_zero(operands[1]):
        return operands[0]
    return None


def _is_zero(value: Value) -> bool:
    owner = value.owner
    return isinstance(owner, Op) and owner.name == "const" and type(owner.attrs["value"]) is float and owner.attrs["value"] == 0


def _keep_exit(branch: Op, end: Op) -> None:
    """A loop that is left in one way only was not left early in an iteration that did not leave it: its exit is 0 already."""
    loop, condition = end.parent.parent if end.parent is not None else None, branch.operands[0].owner
    body = loop.blocks[0] if loop is not None else None
    if loop is None or body is None or not isinstance(condition, Op) or condition.attrs.get("fn") is not operator.eq \
            or condition.operands[0] not in body.args:
        return
    k = body.args.index(condition.operands[0]) - item_count(loop)
    exit = carried_inits(loop)[k] if k >= 0 else None
    left = exit.owner if exit is not None else None
    if exit is None or not isinstance(left, Op) or left.name not in LOOPS or not _is_integer_zero(end.operands[k]):
        return
    breaks = [op for op in exits(left.blocks[-1]) if op.name == "break"]
    if len(breaks) == 1:
        end.operands[k] = condition.operands[0]


def _is_integer_zero(value: Value) -> bool:
    owner = value.owner
    return isinstance(owner, Op) and owner.name == "const" and type(owner.attrs["value"]) is int and owner.attrs["value"] == 0


def _split(branch: Op, at: int, idle: int, busy: int, rest: list[Op], end: Op, values: list[Value]) -> None:
    """Give the rest of the iteration to the busy side and let the idle side continue."""
    body = branch.parent
    assert body is not None
    short, long = branch.blocks[idle], branch.blocks[busy]
    constants: dict[Value, Value] = {}
    literals = [op for op in (*short.ops[:-1], *rest) if op.name == "const" and op.results[0] in values]
    kept = [clone_op(op, constants, short) for op in literals]
    short.ops[:] = [*kept, Op("continue", [constants.get(v, v) for v in values], [], dict(end.attrs), [], short, end.loc)]
    if idle == 0:
        _keep_exit(branch, end)
    replaced = dict(zip(branch.results, long.ops[-1].operands, strict=True))
    for op in (*rest, end):
        op.operands[:] = [replaced.get(v, v) for v in op.operands]
        op.parent = long
    long.ops[-1:] = [*rest, end]
    branch.results.clear()
    branch.attrs["tail"] = True
    body.ops[at:] = [branch]
