"""Computes what is returned out of a loop after the loop, where its variables say all that is needed.

Runs before differentiation.  ``if …: return x * y`` inside a loop is there ``if …: break``, and after the loop one branch on
the exit computes ``x * y``; its adjoint then stands before the reverse loop, and not inside it, where each iteration would have
to ask whether it was the last.

Before:

    function f(%x: float, %y: float, %n: int):
      %0: int = const 0
      %1: int = const 1
      %u: float = undef
      %e: int, %r: float, %s: float = for %i: int in range(%0, %n, %1) with %e.1: int = %0, %r.1: float = %u, %s.1: float = %x:
        %s.2: float = math.sin(%s.1)
        %2: bool = %s.2 < 0.5
        if %2 {tail}:
          %r.2: float = %s.2 * %y
          break %1, %r.2, %s.2 {exit=1}
        else:
          continue %e.1, %r.1, %s.2
      %3: bool = %e == 0
      %4: float = if %3:
        yield %s
      else:
        yield %r
      return %4 {single}

After (and dead code elimination):

    function f(%x: float, %y: float, %n: int):
      %0: int = const 0
      %1: int = const 1
      %e: int, %s: float = for %i: int in range(%0, %n, %1) with %e.1: int = %0, %s.1: float = %x:
        %s.2: float = math.sin(%s.1)
        %2: bool = %s.2 < 0.5
        if %2 {tail}:
          break %1, %s.2 {exit=1}
        else:
          continue %e.1, %s.2
      %3: bool = %e == 0
      %4: float = if %3:
        yield %s
      else:
        %r.2: float = %s * %y
        yield %r.2
      return %4 {single}
"""

from __future__ import annotations

import operator

from ..ir.core import Block, Function, Op, Value, defining_block, enclosing, walk
from ..ir.ops import IMPLICIT, LOOPS, Lit, may_write, op_effect
from ..ir.rewrite import carried_inits, clone_op, exits, item_count, keep_carried, use_map
from ..ir.types import Array, List, Table, strip_const
from .returns import known_int, tells_exits

_COMPARISONS = frozenset({operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge})
_EXPRESSIONS = IMPLICIT | {"const", "call", "invoke", "tuple", "item", "attr"}


def sink_returned(fn: Function) -> int:
    """Take what only one exit computes out of the loops of ``fn``, inner loops first; how many carried variables are gone."""
    count = 0
    for loop in [op for op in walk(fn.body) if op.name in LOOPS][::-1]:
        while _sink_one(loop, fn):
            count += 1
    return count


def _sink_one(loop: Op, fn: Function) -> bool:
    """Compute one variable of a loop after the loop; whether there was one."""
    told = next((k for k in range(len(loop.results)) if tells_exits(loop, k)), None)
    if told is None or all(end.name != "break" for end in exits(loop.blocks[-1])):
        return False
    users = use_map(fn.body)
    for k in range(len(loop.results)):
        sinking = _Sinking(loop, k, told, users)
        if k != told and sinking.is_possible():
            sinking.replace_uses()
            keep_carried(loop, [j != k for j in range(len(loop.results))])
            return True
    return False


class _Sinking:
    """The ``k``-th variable of a loop, which one ``break`` sets, and nothing else."""

    def __init__(self, loop: Op, k: int, told: int, users: dict[Value, list[Op]]) -> None:
        self.loop, self.k = loop, k
        self.arg, self.result = loop.blocks[-1].args[item_count(loop) + k], loop.results[k]
        self.exit = loop.results[told]
        self.ends = [end for end in exits(loop.blocks[-1]) if end.name in ("continue", "break")]
        self.setting = [end for end in self.ends if end.operands[k] is not self.arg]
        self.numbers = {known_int(end.operands[told]) for end in self.ends if end.name == "break"}
        if not _is_endless(loop):
            self.numbers.add(0)
        self.own = known_int(self.setting[0].operands[told]) if len(self.setting) == 1 else 0
        """The number of the exit that sets the variable."""
        self.users = users.get(self.result, [])
        self.is_read_inside = any(map(self.is_read_by, users.get(self.arg, ()))) or loop.name == "while" and bool(
            users.get(loop.blocks[0].args[k]))
        self.ops: list[Op] = []
        """What computes the variable before the exit."""
        self.outside: dict[Value, Value] = {}
        """The names that the operands of ``ops`` have after the loop."""

    def is_read_by(self, user: Op) -> bool:
        """Whether ``user`` does more with the variable than to leave it as it is."""
        return user not in self.ends or any(v is self.arg for j, v in enumerate(user.operands) if j != self.k)

    def is_possible(self) -> bool:
        if len(self.setting) != 1 or self.setting[0].name != "break" or self.is_read_inside:
            return False
        return all(self.place(user) is not None for user in self.users) and self.is_known_after(
            self.setting[0].operands[self.k]) and self.is_order_kept()

    def replace_uses(self) -> None:
        made: dict[Op | Block, Value] = {}
        for user in self.users:
            place = self.place(user)
            assert place is not None
            after, leaves = place
            if leaves and after not in made:
                made[after] = self.compute(after)
            new = made[after] if leaves else carried_inits(self.loop)[self.k]
            user.operands[:] = [new if v is self.result else v for v in user.operands]

    def place(self, user: Op) -> tuple[Op | Block, bool] | None:
        """After what (an op, or the head of a branch) it is known whether the loop was left by the exit in question, and if so.

        ``user`` stands behind that place.
        """
        if self.numbers == {self.own}:
            return self.loop, True
        current = user
        while current.parent is not None:
            block = current.parent
            for op in block.ops[:block.ops.index(current)]:
                if op.name == "if" and self.raises_otherwise(op):
                    return op, True
            choice = block.parent
            if choice is None:
                return None
            numbers = self.numbers_leading_to(choice, block) if choice.name == "if" else None
            if numbers is not None and (numbers == {self.own} or self.own not in numbers):
                return block, self.own in numbers
            current = choice
        return None

    def raises_otherwise(self, choice: Op) -> bool:
        """Whether what follows an ``if`` is reached by the exit in question only, as its other branch raises."""
        passed = [block for block in choice.blocks if block.ops[-1].name != "raise"]
        return len(passed) == 1 and self.numbers_leading_to(choice, passed[0]) == {self.own}

    def numbers_leading_to(self, choice: Op, block: Block) -> set[int | None] | None:
        """The exits on which an ``if`` takes this branch; None if it asks for something else."""
        test = choice.operands[0].owner
        if not isinstance(test, Op) or test.name != "call" or test.attrs["fn"] not in _COMPARISONS:
            return None
        compared = test.attrs["args"][-1]
        number = compared.value if isinstance(compared, Lit) else known_int(test.operands[-1])
        if test.operands[0] is not self.exit or type(number) is not int:
            return None
        return {n for n in self.numbers if bool(test.attrs["fn"](n, number)) is (choice.blocks[0] is block)}

    def is_known_after(self, value: Value) -> bool:
        """Whether ``value``, as it is at the exit, can be had after the loop; notes what must be computed for that."""
        (end,) = self.setting
        if value in self.outside or value.owner in self.ops:
            return True
        if self.loop not in {block.parent for block in enclosing(defining_block(value))}:
            self.outside[value] = value
            return True
        for j, carried in enumerate(end.operands):
            if carried is value and j != self.k and strip_const(self.loop.results[j].type) == strip_const(value.type):
                self.outside[value] = self.loop.results[j]
                return True
        op = value.owner
        if not isinstance(op, Op) or op.name not in _EXPRESSIONS or (op.parent is not end.parent and op.name != "const"):
            return False
        if op_effect(op) not in ("pure", "fresh", "reads") or not all(map(self.is_known_after, op.operands)):
            return False
        self.ops.append(op)
        return True

    def is_order_kept(self) -> bool:
        """Whether nothing that matters runs between what is moved and the exit."""
        ops = self.setting[0].parent.ops  # type: ignore[union-attr]
        moved = [op for op in self.ops if op in ops]
        written = any(op_effect(op) == "writes" or may_write(op) for op in ops)
        careful = [op for op in moved if op.attrs.get("may_raise") or op_effect(op) != "pure" or op.name == "invoke"
                   or any(isinstance(v.type, List | Table) for v in (*op.operands, *op.results))
                   or written and any(isinstance(strip_const(v.type), Array) for v in op.operands)]
        if not careful:
            return True
        return all(op in moved or op.name in ("const", "break") for op in ops[min(map(ops.index, careful)):])

    def compute(self, after: Op | Block) -> Value:
        """The value of the variable, computed behind an op or at the head of a block."""
        values = dict(self.outside)
        block = after if isinstance(after, Block) else after.parent
        assert block is not None
        at = 0 if isinstance(after, Block) else block.ops.index(after) + 1
        block.ops[at:at] = [clone_op(op, values, block) for op in self.ops]
        return values[self.setting[0].operands[self.k]]


def _is_endless(loop: Op) -> bool:
    """Whether a loop ends by ``break`` only: ``while True``."""
    test = loop.blocks[0].ops[-1].operands[0].owner if loop.name == "while" else None
    return isinstance(test, Op) and test.name == "const" and bool(test.attrs["value"])
