"""Decides about one value whose consumers are known: printed inside the one that it has, or a variable of its own.

It moves into its consumer unless that would take a load past a store, reach over a new value of a variable that the expression
reads, or make a line too long; what the user has named keeps its name.
"""

from __future__ import annotations

import math
import operator

from ..analysis.alias import is_reference
from ..ir.core import Op, Value
from ..ir.ops import Lit, Slot, uses_in
from ..ir.rewrite import item_count
from ..ir.types import List, Table
from .facts import Facts, is_const, is_guarded, resolve, scalar
from .lengths import Lengths
from .plan import EXPRESSIONS, IN_PLACE, Plan, loop_of, phi_targets

UNNAMED_LIMIT = 40
"""A recomputed value with a name that is used once is folded into its consumer up to this many characters."""


class Folding:
    """Decides about the values of a function, the last one first; notes in the plan what is printed inside its consumer."""

    def __init__(self, facts: Facts, plan: Plan, lengths: Lengths) -> None:
        self.facts = facts
        self.plan = plan
        self.lengths = lengths

    def decide(self, op: Op) -> Op | None:
        """Where ``op`` is printed: the statement of its consumer, or itself; notes the values that become inline."""
        value = op.results[0]
        users = self.plan.users.get(value, [])
        if op.name == "item" and is_saved(op.operands[0]):
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
        guarded = is_guarded(consumer)
        if guarded and resolve(consumer.operands[0]) is value:
            return False  # it is printed twice
        if guarded or consumer.parent is not op.parent:  # it may not be evaluated, as in a branch of a ternary
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


def is_saved(value: Value) -> bool:
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
