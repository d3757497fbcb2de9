"""What one round of a loop knows of its next state is handed on to the round that has it as its state, in either sweep.

A loop that carries ``x`` often computes something of ``x`` at both ends of its body, as Newton's method and the leapfrog do.
The next state of a round is the state of the round that follows it, which is the one that the reverse loop has just come from:

    sin_x = math.sin(x)
    while abs(f) > 1e-9:                       for _ in range(trips):
        cos_x = math.cos(x)                        sin_x, cos_x_2, ratio = saved.pop()
        ratio = f / (1.0 - e * cos_x)              x_bar += f_bar - f_bar * e * cos_x    # of the x of the next round
        saved.append((sin_x, cos_x, ratio))        …
        x -= ratio                                 x_bar += product * e * sin_x
        sin_x = math.sin(x)                        cos_x = cos_x_2
        f = x - e * sin_x - m

The sine that the reverse sweep needs of the state was computed one round before, as part of ``f``: the forward loop hands it
on.  The cosine that it needs of the next state was computed one round later: the reverse loop hands it on.  Nothing is computed
that the program would not have computed, so nothing can fail that did not.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np

from ..ir.core import Op, Value, walk
from ..ir.ops import LOOPS, Slot
from ..ir.rewrite import carried_inits, clone_op, erase_all, exits, insert_before, item_count
from ..ir.types import Scalar, strip_const
from .replay import is_replay, replays
from .saving import Sweeps, with_inside

FUNCTIONS = frozenset(getattr(module, name) for module in (math, np) for name in (
    "sin", "cos", "tan", "exp", "log", "log1p", "expm1", "sqrt", "tanh", "sinh", "cosh")) | {
    math.atan, math.asin, math.acos, math.erf, np.arctan, np.arcsin, np.arccos}
"""Functions of a number that take longer than handing their value on."""


def hand_on(joint: Sweeps) -> int:
    """Have reverse loops of ``joint`` hand on what they compute of the state, in place; how many values."""
    if any(is_replay(op) or replays(op) for op in walk(joint.function.body)):
        return 0
    body = joint.function.body
    forward = body.ops[:body.ops.index(joint.mark)]
    loops = [op for op in with_inside(forward) if op.name in LOOPS]
    return sum(_Loop(joint, loop, mirrored).run() for loop in loops if (mirrored := _mirror(joint, loop)) is not None)


def _mirror(joint: Sweeps, loop: Op) -> Op | None:
    """The loop that reverses ``loop``, round by round; None where rounds are left early."""
    block = joint.mirror.get(loop.blocks[-1])
    if block is None or block.parent is None or loop.parent is None or block.parent.parent is not joint.mirror.get(loop.parent):
        return None
    mirrored = block.parent
    plain = all([end.name for end in exits(b)] == ["continue"] for b in (loop.blocks[-1], block))
    return mirrored if plain and mirrored.name in LOOPS and mirrored.blocks[-1] is block else None


class _Loop:
    """A loop of the forward sweep and the one that reverses it."""

    def __init__(self, joint: Sweeps, loop: Op, mirrored: Op) -> None:
        self.loop, self.mirrored = loop, mirrored
        self.body, self.reverse = loop.blocks[-1], mirrored.blocks[-1]
        assert loop.parent is not None and mirrored.parent is not None
        self.around, self.around_reverse = loop.parent, mirrored.parent
        self.applied: dict[tuple[Callable[..., Any], Value], list[Op]] = defaultdict(list)
        """Where a function is applied to a value."""
        self.given: dict[tuple[Callable[..., Any], Value], Value] = {}
        self.left: dict[tuple[Callable[..., Any], Value], Value] = {}
        """What the forward sweep hands on: the value of a function of a state, in a round and after the loop."""
        for op in walk(joint.function.body):
            if _is_function_of_number(op):
                self.applied[op.attrs["fn"], op.operands[0]].append(op)

    def run(self) -> int:
        count = 0
        states = zip(self.body.args[item_count(self.loop):], self.body.ops[-1].operands, carried_inits(self.loop),
                     self.loop.results, strict=True)
        for state in list(states):
            alike = len({v.type for v in state}) == 1 and isinstance(strip_const(state[0].type), Scalar)
            for fn in dict.fromkeys(fn for fn, v in self.applied if v in state) if alike else ():
                count += self._forwards(fn, *state) + self._backwards(fn, *state)
        return count

    def _forwards(self, fn: Callable[..., Any], state: Value, following: Value, first: Value, last: Value) -> bool:
        """Hand ``fn(following)`` on to the next round of the forward sweep, where the reverse sweep computes ``fn(state)``."""
        if not any(op.parent is self.reverse for op in self.applied[fn, state]):
            return False
        known = next((op.result for op in self.applied[fn, following] if op.parent is self.body), None)
        before = self.around.ops[:self.around.ops.index(self.loop)]
        start = next((op.result for op in self.applied[fn, first] if op in before), None)
        if known is None or start is None:
            return False
        given, left = self._carry(self.loop, start, known, _hint(fn, state))
        self._replace([*self.body.ops, *self.reverse.ops], self.applied[fn, state], given)
        self._replace([*_after(self.loop), *self.around_reverse.ops], self.applied[fn, last], left)
        self.given[fn, state], self.left[fn, last] = given, left
        return True

    def _backwards(self, fn: Callable[..., Any], state: Value, following: Value, first: Value, last: Value) -> bool:
        """Hand ``fn(state)`` on to the round before, which the reverse sweep comes to next and which uses ``fn(following)``."""
        known = self._known(fn, state)
        if known is None or not self._wanted(fn, following):
            return False
        start = self._start(fn, following, first, last)
        if start is None:
            return False
        given, left = self._carry(self.mirrored, start, known, _hint(fn, state))
        self._replace(self.reverse.ops, self.applied[fn, following], given)
        self._replace(_after(self.mirrored), self.applied[fn, first], left)
        return True

    def _carry(self, loop: Op, start: Value, known: Value, hint: str) -> tuple[Value, Value]:
        """Have ``loop`` carry a value more, ``known`` at the end of each round: what it is in the round, and after the loop."""
        known.hint = known.hint or hint
        loop.operands.append(start)
        loop.blocks[-1].ops[-1].operands.append(known)
        for block in loop.blocks:
            block.add_arg(hint, known.type)
        loop.results.append(Value(hint, known.type, loop))
        return loop.blocks[-1].args[-1], loop.results[-1]

    def _known(self, fn: Callable[..., Any], state: Value) -> Value | None:
        """``fn(state)`` where the reverse loop has it in each round anyway."""
        if (fn, state) in self.given:
            return self.given[fn, state]
        for op in self.applied[fn, state]:
            if op.parent is self.reverse or op.parent is self.body and _uses(self.reverse.ops, op.result):
                return op.result
        return None

    def _wanted(self, fn: Callable[..., Any], following: Value) -> bool:
        return any(op.parent is self.reverse or _uses(self.reverse.ops, op.result) for op in self.applied[fn, following])

    def _start(self, fn: Callable[..., Any], following: Value, first: Value, last: Value) -> Value | None:
        """``fn(last)``, which the program computes, or else will have computed in the last round or in front of the loop."""
        if (fn, last) in self.left:
            return self.left[fn, last]
        for op in self.applied[fn, last]:
            if op.parent in (self.around, self.around_reverse) and op not in _after(self.mirrored):
                return op.result
        each_round = any(op.parent in (self.body, self.reverse) for op in self.applied[fn, following])
        before = [op for op in self.applied[fn, first] if op.parent in (self.around, self.around_reverse)]
        if not each_round or not before:
            return None
        copy = clone_op(before[0], {first: last}, self.around_reverse)
        copy.attrs["adjoint"] = True
        insert_before(self.mirrored, [copy])
        self.applied[fn, last].append(copy)
        return copy.result

    def _replace(self, ops: list[Op], computed: list[Op], new: Value) -> None:
        """Use ``new`` in ``ops`` for the results of ``computed``, and compute none of them there."""
        old = {op.result for op in computed}
        for op in list(with_inside(ops)):
            op.operands = [new if v in old else v for v in op.operands]
        gone = {op for op in with_inside(ops) if op in computed}
        computed[:] = [op for op in computed if op not in gone]
        for block in {op.parent for op in gone if op.parent is not None}:
            erase_all(block, gone.__contains__)


def _hint(fn: Callable[..., Any], state: Value) -> str:
    return f"{getattr(fn, '__name__', '')}_{state.hint}" if state.hint else ""


def _after(op: Op) -> list[Op]:
    assert op.parent is not None
    return op.parent.ops[op.parent.ops.index(op) + 1:]


def _uses(ops: list[Op], value: Value) -> bool:
    return any(value in op.operands for op in with_inside(ops))


def _is_function_of_number(op: Op) -> bool:
    return op.name == "call" and op.attrs["fn"] in FUNCTIONS and op.attrs.get("args") == (Slot(0),) \
        and not op.attrs.get("kwargs") and isinstance(strip_const(op.results[0].type), Scalar)
