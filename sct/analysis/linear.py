"""Which run-time lists may grow in place: those that nothing reads any more as they were before.

``append`` is one op whose operand and result are the same list at run time.  Where the list before is read, then or in the
reverse sweep, the op becomes ``xs + [x]``, which makes another list:

    %2 = append %1, %x     →     %2 = %1 + [%x]
    … %1 is read …               … %1 is read …
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence

from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import LOOPS, TERMINATORS, SeqOf, Slot
from ..ir.rewrite import carried_start, incoming, use_map


def settle_appends(functions: Sequence[Function]) -> None:
    """Let lists that are read before they grow be copied."""
    for function in functions:
        growing = [op for op in walk(function.body) if op.name == "append" and op.attrs.pop("linear", False)]
        if growing:
            _settle(function, growing)


def _settle(function: Function, growing: list[Op]) -> None:
    users = use_map(function.body)
    for op in growing:
        before = _before(op)
        if any(_is_read(v, users.get(v, [])) for v in before):
            _copy(op)


def _before(op: Op) -> set[Value]:
    """Everything that may be the list which an ``append`` changes."""
    found: set[Value] = set()
    work = [op.operands[0]]
    while work:
        v = work.pop()
        if v not in found:
            found.add(v)
            work += _sources(v)
    return found


def _sources(v: Value) -> Iterator[Value]:
    """The values that ``v`` may be at run time."""
    owner = v.owner
    if isinstance(owner, Block):
        yield from _carried(owner, v)
    elif owner is not None and (owner.name in LOOPS or owner.name in ("if", "with", "try")):
        yield from incoming(owner, owner.results.index(v))
    elif owner is not None and owner.name in ("append", "narrow", "convert"):
        yield owner.operands[0]


def _carried(block: Block, v: Value) -> Iterator[Value]:
    loop = block.parent
    if isinstance(loop, Op) and loop.name in LOOPS:
        carried = block.args[len(block.args) - len(loop.results):]
        if v in carried:
            yield from incoming(loop, carried.index(v))


def _is_read(v: Value, users: list[Op]) -> bool:
    """Whether ``v`` is used by more than what passes it on or makes it grow."""
    grows = 0
    for user in users:
        if user.name == "append" and user.operands[0] is v and user.operands[1] is not v:
            grows += 1
        elif user.name in LOOPS:
            if v in user.operands[:carried_start(user)] or user.operands.count(v) > 1:
                return True
            grows += 1
        elif user.name not in TERMINATORS or user.name in ("return", "test"):
            return True
        elif user.operands.count(v) > 1:
            return True
    return grows > 1 and not _apart(users)


def _apart(users: list[Op]) -> bool:
    """Whether the ops that make a list grow are in branches of which only one runs."""
    blocks = [user.parent for user in users if user.name not in TERMINATORS]
    return len(set(map(id, blocks))) == len(blocks) and len({id(b.parent) for b in blocks if b is not None}) == 1 \
        and all(b is not None and isinstance(b.parent, Op) and b.parent.name == "if" for b in blocks)


def _copy(op: Op) -> None:
    """``append`` as a sum."""
    op.name = "call"
    op.attrs.clear()
    op.attrs.update(fn=operator.add, args=(Slot(0), SeqOf(list, (Slot(1),))), kwargs={})
