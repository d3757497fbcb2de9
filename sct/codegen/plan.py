"""How the values of a function are printed: inside their consumers, as statements, as targets of a loop, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..ir.core import Block, Op, Value
from ..ir.ops import IMPLICIT, LOOPS, STORES
from ..ir.rewrite import carried_start
from .facts import Facts, resolve

EXPRESSIONS = frozenset({"const", "global", "call", "invoke", "tuple", "dict", "item", "attr", "format"})
"""Ops that can be printed as an expression (if they have one result)."""

IN_PLACE = frozenset({"append", "push", "pop", "iadd", "iaddv", "index_add", "fill", *STORES})
"""Ops that change their first operand."""


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
