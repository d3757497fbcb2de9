"""Takes ops, estimates how many characters they print as, so that folding expressions into each other stops in time."""

from __future__ import annotations

import operator
from collections.abc import Collection
from typing import Any

from ..ir.core import Op, Value
from ..ir.ops import INFIX, PREFIX, Lit, SeqOf, SliceOf, Slot, uses_in
from .externals import spelled_length
from .facts import Facts, resolve, template_values

LIMIT = 96
"""Lines of the reverse sweep are at most about this long."""
USER_LIMIT = 160
"""A line that the user wrote is repeated as it is up to this length."""
SHORT = 14
"""Shorter expressions are not worth a variable."""
MARGIN = 10
"""What a line has besides its expression: a target, or ``return``."""
ATOMS = frozenset({"const", "global", "attr", "item"})
NAME = 3
"""Estimated length of the name of a temporary."""


class Lengths:
    """Estimates of printed lengths, measured from operands to consumers; what makes a line too long gets a line of its own."""

    def __init__(self, facts: Facts, ternary: Collection[Op], shared: Collection[Value]) -> None:
        self.facts = facts
        self.ternary = ternary
        self.shared = shared
        self.full: dict[Op, int] = {}
        """Length of an op as an expression or statement, with all that folds into it."""
        self.cut: set[Value] = set()
        """Temporaries that are not folded into their consumers because the line would become too long."""

    def of(self, value: Value) -> int:
        """The length of a mention of ``value``, all that can be folded in counted."""
        value = resolve(value)
        owner = value.owner
        if value.hint and not (isinstance(owner, Op) and owner.name == "const"):
            return len(value.hint)
        if value in self.cut or not isinstance(owner, Op):
            return NAME
        if owner.name in ATOMS or len(self.facts.mentions.get(value, ())) - (value in self.shared) == 1:
            return self.full.get(owner, NAME)
        return NAME

    def measure(self, op: Op) -> None:
        """Note the length of an op, its operands have been measured; cut off its longest parts while it is too long."""
        if op.blocks and op not in self.ternary:
            return
        size = self.expression(op)
        parts = sorted(dict.fromkeys(resolve(v) for v in uses_in(op)), key=self.of) if size > self.limit(op) else []
        while size > self.limit(op) and parts:
            longest = parts.pop()
            length = self.of(longest)
            if length < SHORT or longest.hint:
                break
            self.cut.add(longest)
            size += NAME - length
        self.full[op] = size

    def fits(self, op: Op, root: Op) -> bool:
        """Whether ``op`` may be folded into the statement ``root``."""
        value = op.results[0]
        if value.hint:  # folded in although it has a name: not counted yet
            size = self.full.get(root, 0) + self.full[op] - len(value.hint)
            if size > self.limit(root):
                return False
            self.full[root] = size
        return value not in self.cut

    def limit(self, op: Op) -> int:
        assert op.parent is not None
        line = LIMIT if self.facts.reverse(op) else USER_LIMIT
        return line - MARGIN - 4 * self.facts.depth[op.parent]

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
        if fn is operator.getitem:
            return inner - (5 if isinstance(args[-1], SeqOf) else 2)
        if fn in INFIX or fn in PREFIX:
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
