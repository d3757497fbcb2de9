"""Takes a function with its facts, decides for each value whether it is printed inside its one consumer or is a variable.

This is what makes the text read like hand-written code: temporaries used once fold into expressions, unless that would move a
load past a store, reach over a new value of a variable that the expression reads, or make a line too long.  One walk from
the last op to the first: consumers are decided before what they consume.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..analysis.alias import is_reference
from ..ir.core import Block, Op, Value
from ..ir.ops import IMPLICIT, LOOPS, STORES, Lit, Slot, uses_in
from ..ir.rewrite import carried_start, is_tail, item_count
from ..ir.types import Array, List, Table
from .facts import Facts, is_const, resolve, scalar
from .lengths import Lengths

EXPRESSIONS = frozenset({"const", "global", "call", "invoke", "tuple", "dict", "item", "attr", "format"})
"""Ops that can be printed as an expression (if they have one result)."""
IN_PLACE = frozenset({"append", "push", "pop", "iadd", "iaddv", "index_add", "fill", *STORES})
"""Ops that change their first operand."""
UNNAMED_LIMIT = 40
"""A recomputed value with a name that is used once is folded into its consumer up to this many characters."""


@dataclass(slots=True)
class ForEach:
    """A counted loop that is printed as iteration over sequences: ``for x in xs``, ``for k, (x, y) in enumerate(zip(…))``."""

    heads: list[Op]
    """The loads ``xs[k]`` that open the body; their results become the targets."""
    sequences: list[Value]
    counted: bool
    """Whether the counter is needed besides."""


@dataclass(slots=True)
class Plan:
    """How each value is printed."""

    facts: Facts
    inline: set[Value] = field(default_factory=set)
    """Values printed inside their consumers."""
    dead: set[Op] = field(default_factory=set)
    """Ops that print nothing because nothing reads them."""
    needed: dict[Op, list[bool]] = field(default_factory=dict)
    """For each region op: which of its results (carried variables) exist."""
    ternary: set[Op] = field(default_factory=set)
    """``if`` ops printed as ``a and b``, ``a or b`` or ``x if c else y``."""
    each: dict[Op, ForEach] = field(default_factory=dict)
    users: dict[Value, list[tuple[Op, Op | None]]] = field(default_factory=dict)
    """For each printed value: who reads it, and the statement in which that is printed (None: several)."""

    def walk(self, block: Block) -> Iterator[Op]:
        """The ops that print as statements, nested ones included, in textual order."""
        for op in block.ops:
            if self.prints(op):
                yield op
                for inner in op.blocks if op not in self.ternary else ():
                    yield from self.walk(inner)

    def prints(self, op: Op) -> bool:
        """Whether an op is a statement of its own."""
        return op not in self.dead and op.name not in IMPLICIT and op.name != "undef" and not (
            op.results and all(r in self.inline for r in op.results))


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
            self.root[op] = self.decide(op) if len(op.results) == 1 else op
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
        self.root[op] = self.decide(op)
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
            if loop.attrs.get("reverse") and (uses or len(loaded) > 1 or not isinstance(loaded[0].type, Array)):
                return
            self.plan.each[loop] = ForEach(heads, loaded, bool(uses))
            self.plan.dead.update(heads)
            self.counts.update(op for v in (hi, *sequence_lengths(hi)) if isinstance(op := v.owner, Op))

    def _leading_loads(self, loop: Op, counter: Value) -> Iterator[Op]:
        for op in loop.blocks[0].ops:
            if op.name in IMPLICIT or op.name == "pop" or op.name == "item" and _is_saved(op.operands[0]):
                continue
            sequence = op.operands[0] if op.operands else None
            if not (op.name == "call" and op.attrs["fn"] is operator.getitem and len(op.operands) == 2 and sequence
                    and op.attrs["args"][1] == Slot(1) and op.operands[1] is counter
                    and op.results[0].hint and not op.attrs.get("spelled")
                    and isinstance(sequence.type, Array | List)
                    and not self.facts.written_between(sequence, self.facts.start[loop], self.facts.end[loop])):
                return
            yield op

    # ---- one value

    def decide(self, op: Op) -> Op | None:
        """Where ``op`` is printed: the statement of its consumer, or itself; notes the values that become inline."""
        value = op.results[0]
        users = self.plan.users.get(value, [])
        if op.name == "item" and _is_saved(op.operands[0]):
            return op
        if op.name in ("const", "global", "undef", "attr", "item"):
            if self._always_inline(op, users):
                self.plan.inline.add(value)
                return users[0][1] if len(users) == 1 else None
        if self._folds(op, users):
            self.plan.inline.add(value)
            self.facts.forget(value)
            return users[0][1]
        if _is_literal(op):
            self.plan.inline.add(value)
            return None
        if len(users) > 1 and self._is_small(op) and all(self._reaches(op, root) for _, root in users):
            self.plan.inline.add(value)
            return None
        return op

    def _is_small(self, op: Op) -> bool:
        """``i - 1`` and ``exit == 0`` are as easy to read as a name for them."""
        if op.name != "call" or op.results[0].hint or op.attrs.get("kwargs"):
            return False
        if op.attrs.get("spelled"):  # `x.shape`, twice
            return op.attrs["spelled"] == "attribute" and bool(resolve(op.operands[0]).hint) and len(
                self.plan.users[op.results[0]]) == 2
        names = [v for v in map(resolve, op.operands) if not is_const(v)]
        whole = all((kind := scalar(v)) is not None and kind.dtype == "int64" and kind.python for v in op.operands)
        uses = len(self.plan.users[op.results[0]])
        return whole and len(names) == 1 and bool(names[0].hint) and len(op.attrs["args"]) == 2 and (
            op.attrs["fn"] in (operator.eq, operator.ne) or op.attrs["fn"] in (operator.add, operator.sub) and uses <= 3)

    def _reaches(self, op: Op, root: Op | None) -> bool:
        block = root.parent if root is not None else None
        while block is not None and block is not op.parent:
            block = block.parent.parent if block.parent is not None and block.parent.name == "if" else None
        return root is not None and block is not None and self._order_allows(op, root)

    def _always_inline(self, op: Op, users: list[tuple[Op, Op | None]]) -> bool:
        """Literals and names cost nothing; a literal that the user named stays a statement where that reads the same."""
        hint = op.results[0].hint
        if op.name in ("attr", "item"):
            return not hint and len(users) > 1
        if op.name != "const" or not hint or self.facts.reverse(op) or hint.endswith("_bar"):
            return True
        targets = [t for user, _ in users for t in phi_targets(user, op.results[0])]
        return len(targets) > 1 or any(t.hint != hint for t in targets)

    def _folds(self, op: Op, users: list[tuple[Op, Op | None]]) -> bool:
        if op.name not in EXPRESSIONS and op not in self.plan.ternary and op.name != "pop" or op.attrs.get("unpack"):
            return False
        if op.name == "pop" and (op.results[0].hint or not users or users[0][0].name != "if"):
            return False  # what was saved is taken back by name, unless it only decides
        if len(users) != 1:
            return False
        consumer, root = users[0]
        if root is None or root.parent is not op.parent or not self._position_allows(op, consumer):
            return False
        return self._name_allows(op, consumer, root) and self._order_allows(op, root) and self.lengths.fits(op, root)

    def _position_allows(self, op: Op, consumer: Op) -> bool:
        """Some operands must be names: what is written in place, and what flows into another variable."""
        value = op.results[0]
        if targets := self.targets(consumer, value):
            return self._swaps(op, consumer, targets)
        if resolve(consumer.operands[0]) is value and consumer.name in IN_PLACE:
            of_list = bool(op.operands) and isinstance(op.operands[0].type, List | Table)
            return (of_list or consumer.name in ("iadd", "fill")) and op.attrs.get("fn") is operator.getitem
        if consumer.name == "exchange" and op.attrs.get("effect", "pure") != "pure":
            return False  # it is printed twice
        if consumer.parent is not op.parent:  # a branch of a ternary, which may not be evaluated
            return not op.attrs.get("may_raise") and op.attrs.get("effect", "pure") in ("pure", "fresh", "reads")
        return True

    def targets(self, consumer: Op, value: Value) -> list[Value]:
        """The variables that ``consumer`` assigns ``value`` to; a ternary assigns nothing."""
        region = consumer.parent.parent if consumer.name == "yield" and consumer.parent is not None else None
        return [] if region in self.plan.ternary else phi_targets(consumer, value)

    def _swaps(self, op: Op, end: Op, targets: list[Value]) -> bool:
        """``a, b = b, a + b``: the old value of the target is read after this value is computed."""
        value, (target, *others) = op.results[0], targets
        if others or end.name not in ("continue", "break", "yield") or value.hint not in ("", target.hint):
            return False
        if end.name == "yield" and end.parent is not None and end.parent.parent is not None and end.parent.parent.name == "try":
            return False  # it may raise when variables have their new values already, which the handler must not see
        region = loop_of(end) if end.name != "yield" else None
        rivals = [v for v in map(resolve, op.operands) if target.hint and v.hint == target.hint]
        if region is not None:
            rivals += [b.args[item_count(region) + region.results.index(target)] for b in region.blocks[-1:]]
        first, last = self.facts.start[op], self.facts.start[end]
        return any(root is not None and first < self.facts.start[root] <= last
                   for rival in rivals for _, root in self.plan.users.get(rival, ()))

    def _name_allows(self, op: Op, consumer: Op, root: Op) -> bool:
        """The user's variables stay statements; an adjoint that only renames or negates something does not."""
        value = op.results[0]
        if op.name == "tuple" and consumer.name == "return":
            return True
        if not value.hint or (consumer.name in ("continue", "break", "yield") and self.targets(consumer, value)):
            return True
        if not self.facts.reverse(op):
            return False
        if not value.hint.endswith("_bar"):
            return self.lengths.full[op] <= UNNAMED_LIMIT
        if consumer.name == "iadd" and resolve(consumer.operands[0]).hint == value.hint:
            return True
        if any(r.hint == value.hint for r in consumer.results) and consumer.loc.line == op.loc.line:
            return consumer.name == "call" and not self.accumulates(op)  # x_bar = a * b + c * d, not in two steps
        named = op.name == "call" and len(op.operands) == 1 and bool(resolve(op.operands[0]).hint)
        return named and (op.attrs["fn"] is operator.neg or root.name == "return" and isinstance(op.attrs["fn"], type))

    def accumulates(self, op: Op) -> bool:
        """Whether an op adds to a variable of the same name."""
        return any(resolve(v).hint == op.results[0].hint for v in op.operands)

    def _order_allows(self, op: Op, root: Op) -> bool:
        """Nothing that the expression reads may change, and nothing with an effect may be overtaken."""
        facts = self.facts
        here, there = facts.start[op], facts.start[root]
        effect = op.attrs.get("effect", "pure") if op.name in ("call", "invoke") else "pure"
        if op.name == "pop":
            return not any(here < facts.start[user] < there for user in facts.mentions[op.operands[0]])
        if effect == "writes" and (there != here + 2 or self._reads_place_first(root, here)):
            return False
        if (effect in ("io", "random") or op.attrs.get("may_raise")) and facts.ordered_between(here, there):
            return False
        if is_reference(op):  # a view of what is there when it is read: only names count
            return not any(v.hint and facts.redefined_between(v.hint, here, there) for v in map(resolve, uses_in(op)))
        return not any(facts.written_between(v, here, there) or (v.hint and facts.redefined_between(v.hint, here, there))
                       for v in map(resolve, uses_in(op)))


    def _reads_place_first(self, root: Op, here: int) -> bool:
        """Whether ``a[i] += …`` reads a place that is written to by what happens at ``here``: Python reads it before."""
        updates = root.name == "index_add" or root.name == "store" and "fn" in root.attrs
        return updates and self.facts.written_between(root.operands[0], here - 1, here + 1)


def _is_literal(op: Op) -> bool:
    """Whether an op is an operator on two literals, such as ``0.1 / 6``, which CPython computes when it compiles."""
    if op.name != "call" or op.attrs["fn"] not in _OPERATORS or op.attrs.get("kwargs") or op.results[0].hint:
        return False
    values = [a.value if isinstance(a, Lit) else _literal_value(op.operands[a.index]) if isinstance(a, Slot) else None
              for a in op.attrs["args"]]
    if not all(type(v) in (int, float) for v in values):
        return False
    try:
        return math.isfinite(op.attrs["fn"](*values))
    except (ArithmeticError, ValueError):
        return False


def _literal_value(value: Value) -> object:
    owner = resolve(value).owner
    return owner.attrs["value"] if isinstance(owner, Op) and owner.name == "const" else None


_OPERATORS = frozenset({operator.add, operator.sub, operator.mul, operator.truediv})


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


def loop_of(end: Op) -> Op:
    """The loop that a ``continue`` or ``break`` belongs to."""
    block = end.parent
    assert block is not None and block.parent is not None
    while block.parent is not None and block.parent.name not in LOOPS:
        block = block.parent.parent
        assert block is not None
    assert block.parent is not None
    return block.parent


def phi_targets(op: Op, value: Value) -> list[Value]:
    """The variables that ``op`` assigns ``value`` to on the way into a loop or out of a block."""
    if op.name in LOOPS:
        first = carried_start(op)
        return [op.results[k] for k, v in enumerate(op.operands[first:]) if resolve(v) is value]
    if op.name in ("continue", "break"):
        results = loop_of(op).results
    elif op.name == "yield" and op.parent is not None and op.parent.parent is not None:
        results = op.parent.parent.results
    else:
        return []
    return [r for r, v in zip(results, op.operands, strict=True) if resolve(v) is value]


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


def _is_saved(value: Value) -> bool:
    """Whether a tuple holds what the forward sweep saved: its items are taken out by name."""
    value = resolve(value)
    owner = value.owner
    if isinstance(owner, Op):
        return owner.name == "pop"
    loop = owner.parent if owner is not None else None
    if loop is None:
        return value.hint == "context"
    over = resolve(loop.operands[0]).owner if loop.name == "for" and loop.attrs.get("kind") == "each" else None
    return isinstance(over, Op) and over.attrs.get("fn") is reversed and bool(loop.attrs.get("adjoint"))


def _is_len(value: Value) -> bool:
    owner = resolve(value).owner
    return isinstance(owner, Op) and owner.name == "call" and owner.attrs["fn"] is len
