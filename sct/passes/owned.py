"""Lets a reverse loop take items from an adjoint list itself where nothing else uses the list: no copy per iteration.

Reverse loops empty the lists they are given, so each gets a copy; the list that an outer loop hands to an inner one, and a row
that was itself taken out of a list of rows, are nobody else's.

Before:

    function f(%x: float, %n: int, %m: int):
      %0: int = const 0
      %1: int = const 1
      %zero: float = const 0.0
      %bar: list(float) = [1.0] * %m {effect='fresh', adjoint}
      %2: list(float), %s: float = for %i: int in range(%0, %n, %1) with %b: list(float) = %bar, %s.1: float = %zero {reverse}:
        %a: list(float) = list(%b) {effect='fresh', adjoint}
        %3: list(float), %s.2: float = for %j: int in range(%0, %n, %1) with %c: list(float) = %a, %s.3: float = %s.1 {reverse}:
          %item: float = pop %c
          %s.4: float = %s.3 + %item {adjoint}
          continue %c, %s.4
        continue %3, %s.2
      return %s {single}

After:

    function f(%x: float, %n: int, %m: int):
      %0: int = const 0
      %1: int = const 1
      %zero: float = const 0.0
      %bar: list(float) = [1.0] * %m {effect='fresh', adjoint}
      %2: list(float), %s: float = for %i: int in range(%0, %n, %1) with %b: list(float) = %bar, %s.1: float = %zero {reverse}:
        %3: list(float), %s.2: float = for %j: int in range(%0, %n, %1) with %c: list(float) = %b, %s.3: float = %s.1 {reverse}:
          %item: float = pop %c
          %s.4: float = %s.3 + %item {adjoint}
          continue %c, %s.4
        continue %3, %s.2
      return %s {single}

It pays most for a comprehension with two ``for``: copying what is left of the list for each outer iteration is quadratic.
"""

from __future__ import annotations

import operator

from ..ir.core import Block, Function, Op, Value, defining_block, walk
from ..ir.rewrite import carried_inits, exits, item_count, replace_uses, use_map
from ..ir.types import List, Scalar, strip_const
from ..runtime import helpers


def take_owned_lists(fn: Function) -> int:
    """Drop copies of adjoint lists that have no later use, in place; how many."""
    owned = _Owned(use_map(fn.body))
    copies = [op for op in walk(fn.body) if is_copy_of_numbers(op) and owned.is_given_up(op.operands[0], op, {op.result})]
    replace_uses(fn.body, {op.result: op.operands[0] for op in copies})
    for op in copies:
        assert op.parent is not None
        op.parent.ops.remove(op)
    return len(copies)


def is_copy_of_numbers(op: Op) -> bool:
    """Whether the adjoint copies a list of numbers."""
    return op.name == "call" and op.attrs["fn"] in (list, helpers.copied) and bool(op.attrs.get("adjoint")) \
        and len(op.operands) == 1 and _holds_numbers(op.operands[0])


def _holds_numbers(value: Value) -> bool:
    t = strip_const(value.type)
    return isinstance(t, List) and isinstance(strip_const(t.item), Scalar)


class _Owned:
    def __init__(self, users: dict[Value, list[Op]]) -> None:
        self.users = users

    def is_given_up(self, value: Value, by: Op, seen: set[Value]) -> bool:
        """Whether a list is the adjoint's own, made for this value only, and ``by`` is the last to use it."""
        return self.is_last_use(value, by) and (value in seen or self.is_own(value, seen | {value}))

    def is_last_use(self, value: Value, by: Op) -> bool:
        block = by.parent
        if defining_block(value) is not block:
            return False
        others = [user for user in self.users.get(value, ()) if user is not by]
        return all(_keeps_no_hold(user, value) and _at(user, block) < block.ops.index(by) for user in others)

    def is_own(self, value: Value, seen: set[Value]) -> bool:
        op = value.owner.parent if isinstance(value.owner, Block) else value.owner
        if not isinstance(op, Op):
            return False
        if op.name == "for":
            k = value.owner.args.index(value) - item_count(op) if isinstance(value.owner, Block) else op.results.index(value)
            return k >= 0 and self.is_own_of_loop(op, k, seen)
        if op.name == "call":
            return op.attrs.get("effect") == "fresh" and bool(op.attrs.get("adjoint"))
        return op.name == "pop" and self.holds_own_lists(op.operands[0])

    def is_own_of_loop(self, loop: Op, k: int, seen: set[Value]) -> bool:
        """Whether the list with which a variable of a loop starts, and each that an iteration hands on, is given up for it."""
        seen = seen | {loop.blocks[0].args[item_count(loop) + k], loop.results[k]}
        ends = [end for end in exits(loop.blocks[0]) if end.name in ("continue", "break")]
        handed_on = [(carried_inits(loop)[k], loop), *((end.operands[k], end) for end in ends)]
        return all(by.operands.count(value) == 1 and self.is_given_up(value, by, seen) for value, by in handed_on)

    def holds_own_lists(self, value: Value) -> bool:
        """Whether every item of a list of lists was made for it."""
        op = value.owner
        return isinstance(op, Op) and op.name == "call" and op.attrs["fn"] in (helpers.zeros_like, helpers.list_of_zeros)


def _keeps_no_hold(op: Op, value: Value) -> bool:
    """Whether ``op`` adds to a list, reads numbers from it or empties it, and gives it no other name."""
    if op.name in ("index_add", "pop"):
        return op.operands.index(value) == 0 and op.operands.count(value) == 1
    return op.name == "call" and (op.attrs["fn"] is len or is_copy_of_numbers(op) or (
        op.attrs["fn"] is operator.getitem and isinstance(strip_const(op.result.type), Scalar)))


def _at(user: Op, block: Block) -> int:
    """The place in ``block`` of the op in which ``user`` stands."""
    current: Op | None = user
    while current is not None and current.parent is not block:
        current = current.parent.parent if current.parent is not None else None
    assert current is not None
    return block.ops.index(current)
