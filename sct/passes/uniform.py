"""Reads from a list whose items are all one value are that value: ``sum`` gives each item of its list the same cotangent.

The lists that the rule of ``sum`` builds, the copies that reverse loops pop from, and their lengths are gone afterwards; where
a list is still needed it is ``[c] * n``.

Before:

    function f(%x: list(float), %n: int, %c: float):
      %0: int = const 0
      %1: int = const 1
      %2: list(bottom) = tuple {cls=list}
      %ones: list(float) = for %i: int in range(%0, %n, %1) with %l: list(float) = %2:
        %m: list(float) = append %l, %c
        continue %m
      %bar: list(float) = list(%ones) {adjoint, effect='fresh'}
      %zero: float = const 0.0
      %3: list(float), %s: float = for %j: int in range(%0, %n, %1) with %b: list(float) = %bar, %s.1: float = %zero {reverse}:
        %item: float = pop %b
        %4: float = %x[%j] {adjoint}
        %5: float = %4 * %item {adjoint}
        %s.2: float = %s.1 + %5 {adjoint}
        continue %b, %s.2
      return %s {single}

After (and dead code elimination):

    function f(%x: list(float), %n: int, %c: float):
      %0: int = const 0
      %1: int = const 1
      %zero: float = const 0.0
      %s: float = for %j: int in range(%0, %n, %1) with %s.1: float = %zero {reverse}:
        %4: float = %x[%j] {adjoint}
        %5: float = %4 * %c {adjoint}
        %s.2: float = %s.1 + %5 {adjoint}
        continue %s.2
      return %s {single}

It pays two lists and a call per item: ``for …: x_bar += y_bar * …`` is how one writes the adjoint of a sum by hand.
"""

from __future__ import annotations

import operator

from ..ir.core import Block, Function, Op, Value, defining_block, enclosing, walk
from ..ir.ops import LOOPS, SeqOf, Slot
from ..ir.rewrite import carried_inits, carried_start, exits, incoming, item_count, replace_uses, use_map
from ..ir.types import List, strip_const
from .owned import is_copy_of_numbers

_HANDS_ON = frozenset({"continue", "break", "yield"})


def read_uniform_lists(fn: Function) -> int:
    """Replace what is taken from uniform lists, and their lengths, in place; how many ops."""
    users = use_map(fn.body)
    uniform = _Uniform(fn, users)
    replaced: dict[Value, Value] = {}
    gone: set[Op] = set()
    count = 0
    for op in walk(fn.body):
        found = uniform.read_by(op) or (None if op.operands and uniform.is_written(op.operands[0]) else _length(op, users))
        if found is not None:
            replaced[op.result] = found
            gone.add(op)
        elif is_copy_of_numbers(op) and uniform.is_written(op.result):
            count += _repeat(op, uniform.item[op.operands[0]])
    replace_uses(fn.body, replaced)
    for op in gone:
        assert op.parent is not None
        op.parent.ops.remove(op)
    return count + len(gone)


class _Uniform:
    """The lists of one function all of whose items are one value."""

    def __init__(self, fn: Function, users: dict[Value, list[Op]]) -> None:
        self.item: dict[Value, Value] = {}
        """For each uniform list (as it was made): its item."""
        self.root: dict[Value, Value] = {}
        """For each name of such a list: the name under which it was made."""
        for op in walk(fn.body):
            self.enter(op)
        self.written = {self.root[v] for v in self.root if any(not _is_harmless(op, v) for op in users.get(v, ()))}
        self.written |= self._measured_after_a_pop(fn)

    def enter(self, op: Op) -> None:
        if is_copy_of_numbers(op) and op.operands[0] in self.root:
            self.make(op.result, self.item[op.operands[0]])
        elif op.name in LOOPS:
            for k, init in enumerate(carried_inits(op)):
                if init in self.root and _is_handed_on(op, k):
                    for name in (*(block.args[item_count(op) + k] for block in op.blocks), op.results[k]):
                        self.names(name, init)
            item = _item_of_all(op)
            if item is not None:
                self.make(op.result, item)
        elif op.name == "if":
            for k, result in enumerate(op.results):
                first, *others = incoming(op, k)
                if first in self.root and all(other is first for other in others):
                    self.names(result, first)

    def _measured_after_a_pop(self, fn: Function) -> set[Value]:
        """The lists whose length counts after an item was taken: the taking cannot be left out."""
        popped: set[Value] = set()
        found: set[Value] = set()
        for op in walk(fn.body):
            root = self.root.get(op.operands[0]) if op.operands else None
            if root is not None and op.name == "pop":
                popped.add(root)
            elif root in popped and (_is_length(op) or is_copy_of_numbers(op)):
                found.add(root)
        return found

    def make(self, value: Value, item: Value) -> None:
        self.item[value], self.root[value] = item, value

    def names(self, value: Value, known: Value) -> None:
        self.item[value], self.root[value] = self.item[known], self.root[known]

    def is_written(self, value: Value) -> bool:
        """Whether a uniform list is used in ways that need the list."""
        return value in self.root and self.root[value] in self.written

    def read_by(self, op: Op) -> Value | None:
        """The item, where ``op`` takes one out of a uniform list that only serves to take items from."""
        source = op.operands[0] if op.operands else None
        if source is None or source not in self.root or self.is_written(source) or not _takes_one(op):
            return None
        return self.item[source]


def _is_handed_on(loop: Op, k: int) -> bool:
    """Whether a carried variable keeps its initial value, a list from which items may be popped."""
    args = [block.args[item_count(loop) + k] for block in loop.blocks]
    return all(end.operands[k] in args for end in exits(loop.blocks[-1]) if end.name in _HANDS_ON)


def _item_of_all(loop: Op) -> Value | None:
    """The item, where a loop does nothing but append one value from outside to a new list."""
    if not _appends_once(loop) or len(loop.blocks[0].ops) != 2:
        return None
    item = loop.blocks[0].ops[0].operands[1]
    return item if loop.blocks[0] not in set(enclosing(defining_block(item))) else None


def _appends_once(loop: Op) -> bool:
    """Whether each iteration appends one item to the list, new before the loop, that is the loop's only variable."""
    if loop.name != "for" or loop.attrs["kind"] != "range" or len(loop.results) != 1:
        return False
    body, init = loop.blocks[0], carried_inits(loop)[0].owner
    appends = [op for op in body.ops if op.name == "append" and op.operands[0] is body.args[1]]
    new = isinstance(init, Op) and init.name == "tuple" and not init.operands
    return new and len(appends) == 1 and body.ops[-1].name == "continue" and body.ops[-1].operands == appends[0].results


def _is_harmless(op: Op, value: Value) -> bool:
    """Whether ``op`` only reads the list, takes items from it, or hands it on to names that are known too."""
    if op.name in LOOPS:
        k = op.operands.index(value) - carried_start(op)
        return k >= 0 and _is_handed_on(op, k)
    if op.name in _HANDS_ON:
        return _hands_on_to_itself(op, value)
    return _takes_one(op) or is_copy_of_numbers(op) or _is_length(op)


def _hands_on_to_itself(end: Op, value: Value) -> bool:
    """Whether a terminator passes the list to the loop variable that it is, or to both results of a choice."""
    region: Op | None = end.parent.parent if end.parent is not None else None
    if end.name == "yield":
        return region is not None and region.name == "if" and all(
            all(v is value for v in incoming(region, k)) for k, v in enumerate(end.operands) if v is value)
    return isinstance(value.owner, Block) and value.owner.parent is not None and value.owner.parent.name in LOOPS and all(
        value.owner.args[item_count(value.owner.parent) + k] is value for k, v in enumerate(end.operands) if v is value)


def _takes_one(op: Op) -> bool:
    """Whether an op of the adjoint takes one item out of its first operand."""
    if op.name == "pop":
        return True
    if op.name != "call" or op.attrs["fn"] is not operator.getitem or not op.attrs.get("adjoint"):
        return False
    return not isinstance(strip_const(op.result.type), List)


def _is_length(op: Op) -> bool:
    return op.name == "call" and op.attrs["fn"] is len and bool(op.attrs.get("adjoint"))


def _length(op: Op, users: dict[Value, list[Op]]) -> Value | None:
    """The number of iterations of the loop that made a list, where ``op`` is the length of that list."""
    loop = op.operands[0].owner if _is_length(op) else None
    if not isinstance(loop, Op) or not _appends_once(loop):
        return None
    count = _count(loop)
    if count is None:
        return None
    known = isinstance(count.owner, Op) and count.owner.name == "call" and count.owner.attrs["fn"] is len
    return count if known or all(_counts_to(user, op.result) for user in users.get(op.result, ())) else None


def _count(loop: Op) -> Value | None:
    """``n``, where a loop runs over ``range(n)``."""
    lo, stop, step = loop.operands[:3]
    return stop if _number(lo) == 0 and _number(step) == 1 else None


def _counts_to(op: Op, value: Value) -> bool:
    """Whether ``op`` is a loop over ``range(value)``, for which a negative number is as good as 0."""
    return op.name == "for" and op.attrs["kind"] == "range" and _count(op) is value and op.operands.count(value) == 1


def _number(value: Value) -> int | None:
    owner = value.owner
    number = owner.attrs["value"] if isinstance(owner, Op) and owner.name == "const" else None
    return number if type(number) is int else None


def _repeat(op: Op, item: Value) -> int:
    """The copy of a uniform list becomes ``[c] * n``."""
    loop = op.operands[0].owner
    count = _count(loop) if isinstance(loop, Op) and _item_of_all(loop) is not None else None
    if count is None:
        return 0
    op.operands = [item, count]
    op.attrs.update(fn=operator.mul, args=(SeqOf(list, (Slot(0),)), Slot(1)))
    return 1
