"""Takes a function with its facts, decides for each value whether it is printed inside its one consumer or is a variable.

This is what makes the text read like hand-written code: temporaries used once fold into expressions, unless that would move a
load past a store, reach over a new value of a variable that the expression reads, or make a line too long.  One walk from
the last op to the first: consumers are decided before what they consume.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator

from ..ir.core import Block, Op, Value
from ..ir.ops import IMPLICIT, LOOPS, Slot
from ..ir.rewrite import carried_start, is_tail, item_count
from ..ir.types import Array, List
from .facts import Facts, is_const, resolve
from .folding import Folding, is_saved
from .lengths import Lengths
from .plan import EXPRESSIONS, ForEach, Plan, loop_of


def plan_expressions(facts: Facts) -> Plan:
    """Decide about every value of the function."""
    planner = _Planner(facts)
    planner.find_ternaries(facts.function.body)
    planner.block(facts.function.body)
    return planner.plan


class _Planner:
    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.plan = Plan(facts)
        self.shared: set[Value] = set()
        """Conditions that ``and`` and ``or`` mention twice in the IR (tested, then yielded) and once in the text."""
        self.lengths = Lengths(facts, self.plan.ternary, self.shared)
        self.folding = Folding(facts, self.plan, self.lengths)
        self.root: dict[Op, Op | None] = {}
        """The statement in which an op is printed; None: in several."""
        self.counts: set[Op] = set()
        """Lengths that iteration over the sequences makes superfluous."""

    # ---- ternaries, innermost first

    def find_ternaries(self, block: Block) -> None:
        for op in block.ops:
            for inner in op.blocks:
                self.find_ternaries(inner)
            if op.name == "if" and not is_tail(op) and self._is_ternary(op):
                self.plan.ternary.add(op)
                self.shared.update(_yielded_condition(op))
            self.lengths.measure(op)

    def _is_ternary(self, op: Op) -> bool:
        if len(op.results) != 1 or not all(b.ops[-1].name == "yield" and self._is_expression(b) for b in op.blocks):
            return False
        hint = op.results[0].hint
        values = [resolve(b.ops[-1].operands[0]) for b in op.blocks]
        if any(isinstance(v.owner, Op) and v.owner.name == "undef" for v in values):
            return False
        if hint.endswith("_bar") and all(map(is_const, values)):
            return True
        return not hint or (all(v.hint != hint for v in values) and sum(map(self.lengths.of, values)) <= 60)

    def _is_expression(self, block: Block) -> bool:
        return all(self._fits_in_branch(op) for op in block.ops[:-1])

    def _fits_in_branch(self, op: Op) -> bool:
        if op.name in IMPLICIT or op.name == "const":
            return True
        if op not in self.plan.ternary and (op.name not in EXPRESSIONS or len(op.results) != 1 or op.attrs.get("unpack")):
            return False
        if op.name in ("call", "invoke") and op.attrs.get("effect", "pure") not in ("pure", "fresh", "reads"):
            return False
        value = op.results[0]
        return not value.hint and len(self.facts.mentions.get(value, ())) - (value in self.shared) == 1

    # ---- from the last op to the first

    def block(self, block: Block) -> None:
        for op in reversed(block.ops):
            self.visit(op)

    def visit(self, op: Op) -> None:
        if op.name in IMPLICIT or op in self.plan.dead:
            return
        if op in self.plan.ternary:
            self.visit_ternary(op)
        elif op.blocks:
            self.visit_region(op)
        elif op.name in ("yield", "continue", "break"):
            self.visit_exit(op)
        elif op.name == "bound":
            self.visit_bound(op)
        elif op.results and op.name not in ("pop", "remove", "iaddv") and self.is_dead(op):
            self.plan.dead.add(op)
        else:
            self.root[op] = self.folding.decide(op) if len(op.results) == 1 else op
            self.use_all(op, op.operands)

    def visit_bound(self, op: Op) -> None:
        """The test reads its condition only; Python's own test is not printed."""
        if op.attrs.get("implied"):
            self.plan.dead.add(op)
        else:
            self.root[op] = op
            self.use_all(op, op.operands[:1])

    def is_dead(self, op: Op) -> bool:
        """Whether nobody reads the results and running the op makes no difference."""
        effect = op.attrs.get("effect", "pure") if op.name in ("call", "invoke") else "pure"
        return not any(r in self.plan.users for r in op.results) and effect in ("pure", "fresh", "reads") \
            and (not op.attrs.get("may_raise") or op in self.counts)

    def use_all(self, op: Op, operands: list[Value]) -> None:
        root = self.root[op]
        for value in operands:
            self.plan.users.setdefault(resolve(value), []).append((op, root))

    def visit_ternary(self, op: Op) -> None:
        result = op.results[0]
        if result not in self.plan.users:
            self.plan.dead.add(op)
            return
        self.root[op] = self.folding.decide(op)
        self.use_all(op, op.operands)
        self.visit_branches(op)

    def visit_branches(self, op: Op) -> None:
        """The branches of a ternary: all they hold is printed inside it."""
        for block in op.blocks:
            last, condition = block.ops[-1], resolve(op.operands[0])
            self.root[last] = self.root[op]
            if condition not in self.shared or resolve(last.operands[0]) is not condition:
                self.use_all(last, last.operands)
            for inner in reversed(block.ops[:-1]):
                if inner.name not in IMPLICIT:
                    self.plan.inline.add(inner.results[0])
                    self.root[inner] = self.root[op]
                    self.use_all(inner, inner.operands)
                    self.visit_branches(inner)

    # ---- regions

    def visit_region(self, op: Op) -> None:
        users = self.plan.users
        self.root[op] = op
        if op.name in LOOPS:
            self.plan.needed[op] = [r in users or self._arg_is_read(op, k) for k, r in enumerate(op.results)]
            self._find_each(op)
        else:
            self.plan.needed[op] = [r in users for r in op.results]
        for block in reversed(op.blocks):
            self.block(block)
        if self._does_nothing(op):
            self.plan.dead.add(op)
            return
        first = carried_start(op) if op.name in LOOPS else len(op.operands)
        inits = [v for v, needed in zip(op.operands[first:], self.plan.needed[op], strict=False) if needed]
        each = self.plan.each.get(op)
        self.use_all(op, (each.sequences if each else op.operands[:first]) + inits)

    def _does_nothing(self, op: Op) -> bool:
        """Whether an ``if`` or a counted loop has nothing to print inside."""
        if any(self.plan.needed[op]) or not (op.name == "if" or op.name == "for" and len(op.operands) > 2
                                             and is_const(resolve(op.operands[2])) and op.attrs.get("kind") == "range"):
            return False
        return not any(self.plan.prints(inner) and inner.name not in ("yield", "continue")
                       for block in op.blocks for inner in block.ops) and not is_tail(op)

    def _arg_is_read(self, loop: Op, k: int) -> bool:
        """Whether anything but its own way around the loop reads a carried variable."""
        for block in loop.blocks:
            arg = block.args[item_count(loop) + k]
            if any(not _carries_on(op, loop, k, arg) for op in self.facts.mentions.get(arg, ())):
                return True
        return False

    def visit_exit(self, op: Op) -> None:
        self.root[op] = op
        self.use_all(op, [v for v, wanted in zip(op.operands, self.wanted(op), strict=True) if wanted])

    def wanted(self, end: Op) -> list[bool]:
        """Which operands of a ``yield``, ``continue`` or ``break`` go anywhere."""
        region = loop_of(end) if end.name != "yield" else end.parent.parent if end.parent else None
        if region is None:
            return [True] * len(end.operands)
        if end.name == "break":
            return [r in self.plan.users for r in region.results]
        return self.plan.needed[region]

    # ---- iteration over sequences

    def _find_each(self, loop: Op) -> None:
        if loop.name != "for" or loop.attrs.get("kind", "range") != "range":
            return
        lo, hi, step = (resolve(v) for v in loop.operands[:3])
        counter = loop.blocks[0].args[0]
        if counter.hint or not is_const(lo, 0) or not is_const(step, 1):
            return
        sequences = list(_measured(hi))
        heads = [op for op in self._leading_loads(loop, counter) if resolve(op.operands[0]) in sequences]
        loaded = [resolve(op.operands[0]) for op in heads]
        if heads and set(loaded) == set(sequences) and len(loaded) == len(sequences):
            uses = [op for op in self.facts.mentions[counter] if op not in heads]
            if loop.attrs.get("reverse") and (uses or len(loaded) > 1):
                return
            self.plan.each[loop] = ForEach(heads, loaded, bool(uses))
            self.plan.dead.update(heads)
            self.counts.update(op for v in (hi, *sequence_lengths(hi)) if isinstance(op := v.owner, Op))

    def _leading_loads(self, loop: Op, counter: Value) -> Iterator[Op]:
        for op in loop.blocks[0].ops:
            if op.name in IMPLICIT or op.name == "pop" or op.name == "item" and is_saved(op.operands[0]):
                continue
            sequence = op.operands[0] if op.operands else None
            if not (op.name == "call" and op.attrs["fn"] is operator.getitem and len(op.operands) == 2 and sequence
                    and op.attrs["args"][1] == Slot(1) and op.operands[1] is counter
                    and op.results[0].hint and not op.attrs.get("spelled")
                    and isinstance(sequence.type, Array | List)
                    and not self.facts.written_between(sequence, self.facts.start[loop], self.facts.end[loop])):
                return
            yield op


def _carries_on(op: Op, loop: Op, k: int, arg: Value) -> bool:
    """Whether all that ``op`` does with a carried variable is to hand it on to the next iteration."""
    return op.name in ("continue", "break") and loop_of(op) is loop and op.operands[k] is arg and op.operands.count(arg) == 1


def _yielded_condition(op: Op) -> Iterator[Value]:
    """The condition of an ``if`` that is ``a and b`` or ``a or b``."""
    condition = resolve(op.operands[0])
    for block in op.blocks:
        if resolve(block.ops[-1].operands[0]) is condition and all(inner.name in IMPLICIT for inner in block.ops[:-1]):
            yield condition
            return


def _measured(count: Value) -> Iterator[Value]:
    """The sequences whose length is ``count``: that of ``len(xs)`` or of ``min(len(xs), len(ys))``."""
    owner = count.owner
    if isinstance(owner, Op) and owner.name == "call" and not owner.attrs.get("kwargs"):
        if owner.attrs["fn"] is len:
            yield resolve(owner.operands[0])
        elif owner.attrs["fn"] is min and all(_is_len(v) for v in owner.operands):
            for value in owner.operands:
                yield from _measured(resolve(value))


def sequence_lengths(count: Value) -> list[Value]:
    """The operands of ``min(len(xs), len(ys))``."""
    owner = count.owner
    return [resolve(v) for v in owner.operands if _is_len(v)] if isinstance(owner, Op) else []


def _is_len(value: Value) -> bool:
    owner = resolve(value).owner
    return isinstance(owner, Op) and owner.name == "call" and owner.attrs["fn"] is len
