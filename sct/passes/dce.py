"""Removes what no result, effect or exception depends on: the reverse sweep is written freely, this leaves what counts.

Liveness is optimistic mark and sweep: nothing is live until something observable needs it, so accumulators that only feed
themselves vanish around loops.  A saved value nobody takes back goes with its list, its pushes and its pops; an array that is
only added to goes with the additions.  A primal op that may raise stays, used or not: the gradient raises what the primal
raises.

Before:

    function f(%x: float, %n: int):
      %0: int = const 0
      %1: int = const 1
      %zero: float = const 0.0
      %saved: saved(float) = cache
      %y: float, %unused: float = for %i: int in range(%0, %n, %1) with %y.1: float = %x, %u.1: float = %zero:
        push %saved, %y.1
        %y.2: float = math.sin(%y.1)
        %u.2: float = %u.1 + %y.2
        continue %y.2, %u.2
      for %j: int in range(%0, %n, %1):
        %back: float = pop %saved
        continue
      return %y {single}

After:

    function f(%x: float, %n: int):
      %0: int = const 0
      %1: int = const 1
      %y: float = for %i: int in range(%0, %n, %1) with %y.1: float = %x:
        %y.2: float = math.sin(%y.1)
        continue %y.2
      return %y {single}

It pays because each dead line of a loop body runs at every iteration, and each dead save costs a list append and memory.
"""

from __future__ import annotations

import operator

from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import EFFECTS, LOOPS, STORES, TERMINATORS, Slot
from ..ir.rewrite import carried_start, incoming, is_tail, item_count, keep_carried, keep_results
from ..ir.types import Object, Scalar, strip_const
from .memory import Memory, has_memory

_REMOVABLE = frozenset({"pure", "fresh", "reads"})
_WRITES = frozenset({"iadd", "index_add", "fill", *STORES})
_REGIONS = LOOPS | {"if", "with", "try"}
_GUARDED = frozenset({"call", "invoke", "attr", "global", "iaddv", "append", *STORES})
"""Ops that stay in the body of a ``try``, used or not, unless they are the adjoint's: what they raise would be handled."""


def eliminate_dead_code(fn: Function) -> int:
    """Remove dead ops, carried variables and branch results of ``fn`` in place; how many."""
    live = _Liveness(fn)
    live.run()
    live.keep_what_raises()
    return live.sweep(fn.body)


def has_lasting_effect(op: Op) -> bool:
    """Whether ``op`` by itself, whatever uses its results, makes a difference that the caller can see."""
    if op.name in ("return", "raise", "assert", "bound", "mark") or op.attrs.get("may_raise"):
        return True
    if op.name in ("call", "invoke"):
        return op.attrs.get("effect", "pure") not in _REMOVABLE
    if op.name == "with":
        return not op.attrs.get("adjoint")
    if op.name == "for":
        return runs_unknown_iterator(op)
    return op.name not in EFFECTS and op.name not in _PURE


def runs_unknown_iterator(loop: Op) -> bool:
    """Whether the loop itself is seen outside: iterating an object may print (a progress bar) or use it up."""
    return carried_start(loop) == 1 and isinstance(loop.operands[0].type, Object) and not loop.attrs.get("adjoint")


def _divisor(op: Op) -> Value | None:
    """The divisor of a call that raises at most where it is zero: a division by a Python number."""
    if op.name != "call" or op.attrs["fn"] not in _DIVISIONS or op.attrs.get("kwargs"):
        return None
    divisor = op.attrs["args"][-1]
    if not isinstance(divisor, Slot) or not all(isinstance(strip_const(v.type), Scalar) for v in op.operands):
        return None
    return op.operands[divisor.index] if _is_python(op.operands[divisor.index]) else None


def _is_python(value: Value) -> bool:
    literal = isinstance(value.owner, Op) and value.owner.name == "const"
    kind = strip_const(value.type) if literal else value.type
    return isinstance(kind, Scalar) and kind.python is True


_DIVISIONS = (operator.truediv, operator.floordiv, operator.mod)
_PURE = _REGIONS | TERMINATORS | {
    "const", "undef", "global", "convert", "broadcast", "narrow", "tuple", "dict", "item", "attr", "format", "append", "iaddv",
}
"""``append`` and ``iaddv`` update in place, but linearly: who does not use the result cannot see the update."""


class _Liveness:
    def __init__(self, fn: Function) -> None:
        self.ops: set[Op] = set()
        self.values: set[Value] = set()
        self.positions: set[tuple[Op, int]] = set()
        """Results of regions, and carried variables of loops, that are needed."""
        self.work: list[Op | Value] = []
        self.memory = Memory(fn)
        self.writers: dict[Value, list[Op]] = {}
        """Ops that write into a class of memory, by its representative."""
        self.savers: dict[Value, list[Op]] = {}
        """Pushes and pops of each list of saved values."""
        self.index: dict[Value, tuple[Op, int]] = {}
        """For results and arguments of regions: which position of which op."""
        self.divisions: list[Op] = []
        """Calls that raise only if their divisor is zero."""
        self.answered: list[Op] = []
        """Calls for which one of the adjoint raises as well."""
        for op in walk(fn.body):
            self.enter(op)
            if op.name == "try":
                self.work += [o for o in walk(op.blocks[0]) if o.name in _GUARDED and not o.attrs.get("adjoint")]

    def enter(self, op: Op) -> None:
        """Note what the op contributes to later questions, and whether it is a root."""
        if op.name in _REGIONS:
            self.index.update((value, (op, k)) for k, value in enumerate(op.results))
            if op.name in LOOPS:
                for block in op.blocks:
                    self.index.update((value, (op, k)) for k, value in enumerate(block.args[item_count(op):]))
        elif op.name in ("push", "pop"):
            self.savers.setdefault(op.operands[0], []).append(op)
        elif op.name in _WRITES and not self.memory.external(op.operands[0]):
            self.writers.setdefault(self.memory.root(op.operands[0]), []).append(op)
        elif op.name in _WRITES:
            self.work.append(op)
        if _divisor(op) is not None and not op.attrs.get("handled"):
            self.divisions.append(op)
        elif "alike" in op.attrs:
            self.answered.append(op)
        elif has_lasting_effect(op):
            self.work.append(op)

    def run(self) -> None:
        while self.work:
            item = self.work.pop()
            if isinstance(item, Value):
                self.need(item)
            elif item not in self.ops:
                self.ops.add(item)
                self.keep(item)

    def keep_what_raises(self) -> None:
        """What is not used but raises stays, unless a live division in its block, or the op's derivative, raises for it."""
        for op in self.answered:
            alike = op.attrs.pop("alike")
            if alike not in self.ops:
                self.work.append(op)
            elif op not in self.ops:
                alike.attrs["may_raise"] = True
        self.run()
        certain = {op for op in self.divisions if all(map(_is_python, op.operands))}  # NumPy's numbers give inf instead
        raising = {(op.parent, _divisor(op)) for op in certain if op in self.ops}
        for op in self.divisions:
            if op.attrs.get("may_raise") and (op.parent, _divisor(op)) not in raising:
                if op in certain:
                    raising.add((op.parent, _divisor(op)))
                self.work.append(op)
        self.run()

    def keep(self, op: Op) -> None:
        """``op`` stays: so do the regions around it and what it reads."""
        assert op.parent is not None
        if op.parent.parent is not None:
            self.work.append(op.parent.parent)
        if op.name in LOOPS:
            self.work += op.operands[:carried_start(op)]
            for reference in op.attrs.get("exchanged", ()):
                self.need_position(op, op.results.index(reference))  # saving will ask for it
            if op.name == "while":
                self.work += op.blocks[0].ops[-1].operands
            self.keep_tail(op.blocks[-1])
        elif op.name == "bound":
            self.work.append(op.operands[0])  # whether the variable is bound, not what it holds
        else:
            self.work += op.operands
            if is_tail(op):
                for block in op.blocks:
                    self.keep_tail(block)

    def keep_tail(self, block: Block) -> None:
        """Where a loop stays, so does the choice between its ways to continue and to leave."""
        if is_tail(block.ops[-1]):
            self.work.append(block.ops[-1])

    def need(self, value: Value) -> None:
        if value in self.values:
            return
        self.values.add(value)
        self.work += self.savers.get(value, ())
        if has_memory(value.type):
            self.work += self.writers.pop(self.memory.root(value), ())
        if value in self.index:
            self.need_position(*self.index[value])
        elif isinstance(value.owner, Op):
            self.work.append(value.owner)
        elif value.owner is not None and value.owner.parent is not None:
            self.work.append(value.owner.parent)

    def need_position(self, op: Op, k: int) -> None:
        if (op, k) not in self.positions:
            self.positions.add((op, k))
            self.work.append(op)
            self.work += incoming(op, k)

    # ---- sweep

    def sweep(self, block: Block) -> int:
        before = len(block.ops)
        block.ops[:] = [op for op in block.ops if op in self.ops or op.name in TERMINATORS]
        removed = before - len(block.ops)
        for op in block.ops:
            if op.name in _REGIONS:
                removed += self.narrow(op) + sum(map(self.sweep, op.blocks))
            elif op.name == "bound":
                op.operands[1:] = [v for v in op.operands[1:] if v in self.values]
        return removed

    def narrow(self, op: Op) -> int:
        keep = [(op, k) in self.positions for k in range(len(op.results))]
        return keep_carried(op, keep) if op.name in LOOPS else keep_results(op, keep)
