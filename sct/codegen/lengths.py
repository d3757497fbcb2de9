"""Takes ops, estimates how many characters they print as, so that folding expressions into each other stops in time."""

from __future__ import annotations

import operator
from collections.abc import Collection
from typing import Any

from ..ir.core import Op, Value
from ..ir.ops import INFIX, PREFIX, Lit, SeqOf, SliceOf, Slot
from .externals import spelled_length
from .facts import Facts, resolve, template_values

LIMIT = 96
"""Lines of the reverse sweep are at most about this long."""
USER_LIMIT = 160
"""A line that the user wrote is repeated as it is up to this length."""
SHORT = 14
"""Shorter expressions are not worth a variable."""
MARGIN = 16
"""What a line has besides its expression: indentation and a target."""
NAME = 3
"""Estimated length of the name of a temporary."""


class Lengths:
    """Estimates of printed lengths, measured from operands to consumers."""

    def __init__(self, facts: Facts, ternary: Collection[Op], shared: Collection[Value]) -> None:
        self.facts = facts
        self.ternary = ternary
        self.shared = shared
        self.full: dict[Value, int] = {}
        """Length of the expression that defines a temporary, with all it consumes folded in."""
        self.room: dict[Op, int] = {}
        """Characters left on the line of a statement."""

    def of(self, value: Value) -> int:
        """The length of a mention of ``value``, all that can be folded in counted."""
        value = resolve(value)
        if value.hint and not (isinstance(value.owner, Op) and value.owner.name == "const"):
            return len(value.hint)
        if len(self.facts.mentions.get(value, ())) - (value in self.shared) == 1 or _is_atom(value):
            return self.full.get(value, NAME)
        return NAME

    def measure(self, op: Op) -> None:
        """Note the length of what ``op`` defines; its operands have been measured."""
        if len(op.results) == 1 and (not op.blocks or op in self.ternary):
            self.full[op.results[0]] = self.expression(op)

    def fits(self, op: Op, root: Op, consumer: Op) -> bool:
        """Whether ``op`` may be folded into the statement ``root``; says no to the longest part of a line that is too long."""
        if root not in self.room:
            self.room[root] = self.limit(root) - 4 * self.facts.depth[_block(root)] - self.statement(root)
        size = self.full.get(op.results[0], NAME)
        if self.room[root] >= 0 or size < SHORT or size < max(map(self.of, consumer.operands)):
            return True
        if size > self.limit(root) - MARGIN:
            return True  # too long for a line of its own: one of its parts becomes a variable
        self.room[root] += size - NAME
        return False

    def limit(self, root: Op) -> int:
        return LIMIT if self.facts.reverse(root) else USER_LIMIT

    def statement(self, op: Op) -> int:
        targets = sum(len(r.hint) + 2 for r in op.results) + 1 if op.results and not op.blocks else 8
        return targets + self.expression(op)

    def expression(self, op: Op) -> int:
        """The length of the text of one op."""
        attrs = op.attrs
        if op.name == "const":
            return len(repr(attrs["value"]))
        if op.name == "global":
            return len(str(attrs["root"])) + sum(len(str(step[-1] if isinstance(step, tuple) else step)) + 2
                                                 for step in attrs.get("path", ()))
        if op.name == "call":
            return self.call(op)
        if op in self.ternary:
            return self.of(op.operands[0]) + sum(self.of(b.ops[-1].operands[0]) for b in op.blocks) + 10
        extra = len(str(attrs.get("name", attrs.get("key", "")))) + sum(len(str(k)) + 2 for k in attrs.get("keys", ()))
        if op.name == "format":
            extra += sum(len(p) for p in attrs["parts"] if isinstance(p, str))
        if op.name == "invoke":
            extra += len(attrs["callee"].name)
        return sum(self.of(v) + 2 for v in op.operands) + extra + 2

    def call(self, op: Op) -> int:
        fn, args = op.attrs["fn"], template_values(op)
        inner = sum(self.template(op, t) + 2 for t in args)
        inner += sum(len(k) + 1 + self.template(op, t) + 2 for k, t in (op.attrs.get("kwargs") or {}).items())
        if fn in INFIX or fn in PREFIX or fn is operator.getitem:
            return inner + 1
        if op.attrs.get("spelled"):
            return inner + len(op.attrs["spelled_name"]) + 1
        return inner + spelled_length(fn)

    def template(self, op: Op, template: Any) -> int:
        if isinstance(template, Slot):
            return self.of(op.operands[template.index])
        if isinstance(template, Lit):
            value = template.value
            return spelled_length(value) if callable(value) else min(len(repr(value)), 40)
        if isinstance(template, SeqOf):
            return sum(self.template(op, t) + 2 for t in template.items) + 1
        if isinstance(template, SliceOf):
            parts = (template.lo, template.hi, template.step)
            return 1 + sum(self.template(op, t) for t in parts if t is not None and t != Lit(None))
        return 4


def _is_atom(value: Value) -> bool:
    return isinstance(value.owner, Op) and value.owner.name in ("const", "global", "attr", "item")


def _block(op: Op) -> Any:
    assert op.parent is not None
    return op.parent
