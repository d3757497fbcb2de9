"""Says of a value whether it is certainly there when it is asked for: bound, and not None or a number instead.

What a loop reads was perhaps never bound, or is None until an iteration makes it an array.  If the loop does not run, nobody
finds out; so nothing may be taken out of the loop that would.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator

import numpy as np

from ..ir.core import Block, Function, Op, Value, enclosing, walk
from ..ir.ops import IMPLICIT, LOOPS
from ..ir.rewrite import incoming, item_count, unconverted
from ..ir.types import BOTTOM, Cache, OrConst, Scalar

_MADE_LIKE = frozenset({np.zeros_like, np.ones_like, np.empty_like, np.copy})
"""What is made after the example of None is no array, either, and nothing is raised."""
_ASKING = frozenset({len, np.shape, operator.getitem})
"""Functions that raise where their first operand is no array."""


class Presence:
    """Which values of one function may be missing when it runs."""

    def __init__(self, fn: Function) -> None:
        self.pushes: dict[Value, list[Op]] = {}
        """What is put into each list of saved values."""
        for op in walk(fn.body):
            if op.name == "push":
                self.pushes.setdefault(op.operands[0], []).append(op)

    def certain(self, value: Value, loop: Op) -> bool:
        """Whether ``value`` is there in front of ``loop``, since it always is or because it was read before in any case."""
        return not self.may_be_missing(value) or _was_read(unconverted(value), loop)

    def may_be_missing(self, value: Value, seen: set[Value] | None = None) -> bool:
        """Whether a variable is not bound on some path, or holds None or a number that is no part of its type."""
        seen = set() if seen is None else seen
        if value in seen:
            return False
        seen.add(value)
        if isinstance(value.type, OrConst) and value.type.base is not BOTTOM:
            return True
        op = value.owner
        if isinstance(op, Op) and (op.name == "undef" or op.name == "const" and op.attrs["value"] is None
                                   or op.name == "item" and op.attrs.get("perhaps_none")):
            return True
        return any(self.may_be_missing(v, seen) for v in self.sources(value))

    def sources(self, value: Value) -> Iterator[Value]:
        """The values that ``value`` is taken from, or made after the example of."""
        op = value.owner
        if isinstance(op, Block):
            yield from self.of_argument(op, value)
        elif op is None:
            return
        elif op.name in IMPLICIT or op.name == "call" and op.attrs["fn"] in _MADE_LIKE and op.operands:
            yield op.operands[0]
        elif op.name == "pop":
            yield from self.saved(op.operands[0])
        elif op.name == "item":
            yield from self.items(op.operands[0], op.attrs["key"])
        elif op.blocks:
            yield from incoming(op, op.results.index(value))

    def of_argument(self, block: Block, value: Value) -> Iterator[Value]:
        loop = block.parent
        if loop is None or loop.name not in LOOPS:
            return
        k = block.args.index(value) - (item_count(loop) if block is loop.blocks[-1] else 0)
        if k >= 0:
            yield from incoming(loop, k)
        elif isinstance(cache := _walked(loop), Value):
            yield from self.saved(cache)

    def saved(self, cache: Value) -> Iterator[Value]:
        for push in self.pushes.get(cache, ()):
            yield push.operands[1]

    def items(self, packed: Value, key: object) -> Iterator[Value]:
        """What was at one place of the tuples that were saved."""
        for value in self.sources(packed):
            owner = value.owner
            if isinstance(owner, Op) and owner.name == "tuple" and isinstance(key, int):
                yield owner.operands[key]


def _walked(loop: Op) -> Value | None:
    """The list of saved values that a loop walks backwards."""
    items = loop.operands[0] if loop.operands else None
    op = items.owner if items is not None else None
    walked = op.operands[0] if isinstance(op, Op) and op.name == "call" and op.attrs["fn"] is reversed else items
    return walked if walked is not None and isinstance(walked.type, Cache) else None


def _was_read(value: Value, loop: Op) -> bool:
    """Whether an op that runs before ``loop`` whenever that is reached raises if ``value`` is missing; or the loop itself."""
    if isinstance(value.type, Scalar) and value in map(unconverted, loop.operands):
        return True
    below: Op = loop
    assert loop.parent is not None
    for block in enclosing(loop.parent):
        for op in block.ops[:block.ops.index(below)]:
            if op.operands and unconverted(op.operands[0]) is value and _asks(op) or _tests(op, value):
                return True
        if block.parent is None:
            break
        below = block.parent
    return False


def _asks(op: Op) -> bool:
    return op.name == "call" and op.attrs["fn"] in _ASKING or op.name in ("store", "index_add")


def _tests(op: Op, value: Value) -> bool:
    """Whether an op raises if ``value`` is not bound, which is all that it can lack."""
    return op.name == "bound" and len(op.operands) > 1 and unconverted(op.operands[1]) is value \
        and not isinstance(value.type, OrConst)
