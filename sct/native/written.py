"""Takes functions in IR, sees to it that Numba keeps what is written to memory under a second name.

Where Numba inlines a comprehension, or anything else, it removes stores to names that nobody reads afterwards.  It knows that
an element of an array or list is part of it, but not that a list holds what it was made of: of

    t = [a, b][k]
    t[0] += x
    return a

the second line may go, without a word.  A call behind such a store, of a function that does nothing, reads the name.
"""

from __future__ import annotations

import operator

from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import LOOPS, Slot
from ..ir.rewrite import incoming
from ..ir.types import NONE, Array, List, Scalar, strip_const
from ..passes.memory import Memory
from ..runtime.masks import keep

_STORES = frozenset({"store", "index_add", "iadd", "fill", "exchange"})


def keep_written(function: Function) -> int:
    """Name again what is written to under a name that Numba may take for one of its own; how often."""
    stores = [op for op in walk(function.body) if op.name in _STORES]
    memory = Memory(function) if stores else None
    made = 0
    for op in stores:
        assert memory is not None
        if not _is_known(op.operands[0], memory, set()):
            _name_again(op)
            made += 1
    return made


def _name_again(op: Op) -> None:
    block = op.parent
    assert block is not None
    call = Op("call", [op.operands[0]], [], {"fn": keep, "args": (Slot(0),), "kwargs": {}, "effect": "io"}, [], block, op.loc)
    call.results = [Value("", NONE, call)]
    block.ops.insert(block.ops.index(op) + 1, call)


def _is_known(value: Value, memory: Memory, seen: set[Value]) -> bool:
    """Whether Numba follows a name to all others of its memory: a parameter, what is made here, an element of such an array."""
    if value in seen:
        return True
    seen.add(value)
    op = value.owner
    if isinstance(op, Block):
        return _is_known_in(op, value, memory, seen)
    if not isinstance(op, Op):
        return True
    if op.name in ("if", *LOOPS):
        return all(_is_known(v, memory, seen) for v in incoming(op, op.results.index(value)))
    if op.name == "call" and op.attrs["fn"] is operator.getitem and isinstance(strip_const(op.operands[0].type), Array):
        return _is_known(op.operands[0], memory, seen)
    if op.name == "call" and op.attrs["fn"] is list and isinstance(t := strip_const(value.type), List) \
            and isinstance(strip_const(t.item), Scalar):
        return True
    return op.name in ("call", "tuple", "undef", "const", "append", "iaddv") and not any(
        memory.root(v) is memory.root(value) for v in op.operands if op.name in ("call", "tuple"))


def _is_known_in(block: Block, value: Value, memory: Memory, seen: set[Value]) -> bool:
    """The same of what a loop carries; what it iterates over is not followed."""
    loop, position = block.parent, block.args.index(value)
    if loop is None:
        return True
    position -= len(block.args) - len(loop.results)
    return loop.name in LOOPS and position >= 0 and all(_is_known(v, memory, seen) for v in incoming(loop, position))
