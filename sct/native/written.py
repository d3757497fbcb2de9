"""Takes functions in IR, sees to it that Numba keeps what is written to memory that has several names.

Where Numba inlines a comprehension, or anything else, it removes stores to names that nobody reads afterwards.  It knows that
an element of an array or list is part of it, but not that a list holds what it was made of: of

    t = [a, b][k]
    t[0] += x
    return a

the second line may go, without a word.  A call behind such a store, of a function that does nothing, reads the name: behind the
loops that do nothing else than to store.
"""

from __future__ import annotations

import operator

from ..ir.core import Function, Op, Value, walk
from ..ir.ops import LOOPS, TERMINATORS, Slot
from ..ir.rewrite import use_map
from ..ir.types import NONE, Array, List, Scalar, strip_const
from ..passes.memory import Memory, has_memory
from ..runtime.masks import keep
from .sizes import is_known_at

_STORES = frozenset({"store", "index_add", "iadd", "fill", "exchange"})
_SAME_NAME = frozenset({"if", "while", "convert", "broadcast", "narrow", "iaddv", *TERMINATORS})
"""Ops whose results are other names by assignment, which Numba follows."""


def keep_written(function: Function) -> int:
    """Name again what is stored into memory some of whose names Numba takes for those of other memory; how often."""
    stores = [op for op in walk(function.body) if op.name in _STORES]
    if not stores:
        return 0
    memory = Memory(function)
    users = use_map(function.body)
    hidden = {memory.root(v) for op in walk(function.body) for v in _connected(op, memory, users)}
    lost = [op for op in stores if memory.root(op.operands[0]) in hidden]
    for op, value in dict.fromkeys((_loops_around(op), op.operands[0]) for op in lost):
        _name_again(op, value)
    return len(lost)


def _loops_around(op: Op) -> Op:
    """The outermost of the loops around a store which the array was there before, and which nothing can end."""
    array = op.operands[0]
    while op.parent is not None and (loop := op.parent.parent) is not None and loop.name == "for" and is_known_at(array, loop) \
            and not any(inner.name in ("raise", "invoke", "try", "while") for inner in walk(loop.blocks[0])):
        op = loop
    return op


def _name_again(op: Op, value: Value) -> None:
    block = op.parent
    assert block is not None
    call = Op("call", [value], [], {"fn": keep, "args": (Slot(0),), "kwargs": {}, "effect": "io"}, [], block, op.loc)
    call.results = [Value("", NONE, call)]
    block.ops.insert(block.ops.index(op) + 1, call)


def _connected(op: Op, memory: Memory, users: dict[Value, list[Op]]) -> list[Value]:
    """Values that an op makes names of the same memory as others, where Numba does not follow it."""
    if op.name in _SAME_NAME or _is_returned(op, users) or _is_element(op):
        return []
    if op.name in LOOPS:  # what is carried is assigned, but an item of what is iterated over is a name of its own
        each = op.attrs.get("kind", "range") != "range"
        return op.operands[:1] if each and has_memory(op.blocks[0].args[0].type) else []
    values = [v for v in (*op.operands, *op.results) if has_memory(v.type)]
    if op.name == "append":
        values = values[:-1]
    roots = [memory.root(v) for v in values]
    return [v for v, root in zip(values, roots, strict=True) if roots.count(root) > 1]


def _is_returned(op: Op, users: dict[Value, list[Op]]) -> bool:
    """Whether an op only puts together what is returned, which reads it."""
    return op.name in ("tuple", "dict") and all(
        user.name == "return" or _is_returned(user, users) for result in op.results for user in users.get(result, []))


def _is_element(op: Op) -> bool:
    """Whether this is a part of an array, or a new list of the numbers of another."""
    if op.name != "call":
        return False
    of_numbers = isinstance(t := strip_const(op.results[0].type), List) and isinstance(strip_const(t.item), Scalar)
    return op.attrs["fn"] is list and of_numbers or op.attrs["fn"] is operator.getitem and isinstance(
        strip_const(op.operands[0].type), Array)
