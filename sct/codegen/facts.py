"""Takes a function in IR, gives the facts that printing asks for again and again, so that each is computed once.

Every op gets an even position in textual order; a region op also gets the position at which it ends.  What an op reads
happens at its position, what it defines appears one later.
"""

from __future__ import annotations

import operator
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..ir.core import Block, Function, Op, Value
from ..ir.ops import IMPLICIT, INFIX, PREFIX, STORES, Lit, Slot, may_write
from ..ir.rewrite import carried_inits, carried_start, exits, item_count
from ..ir.types import BOTTOM, Cache, OrConst, Scalar
from ..rules import registry
from ..runtime.helpers import strong_product

FAR = 1 << 60
"""A position after every op."""
WRITES_FIRST_OPERAND = frozenset({"iadd", "index_add", "fill", "iaddv", *STORES})


@dataclass(slots=True)
class Facts:
    """Positions, mentions and memory of one function."""

    function: Function
    start: dict[Op, int] = field(default_factory=dict)
    end: dict[Op, int] = field(default_factory=dict)
    span: dict[Block, tuple[int, int]] = field(default_factory=dict)
    depth: dict[Block, int] = field(default_factory=dict)
    mentions: dict[Value, list[Op]] = field(default_factory=dict)
    """The ops that have a value among their operands, once for each time."""
    defined: dict[str, list[int]] = field(default_factory=dict)
    """Where values with a given hint become visible, ascending."""
    mark: int = FAR
    """Where the reverse sweep begins."""
    ordered: list[int] = field(default_factory=list)
    """Where something happens that must stay in order: input, output, random draws, unknown writes."""
    written: dict[Value, list[int]] = field(default_factory=dict)
    """Where the memory of an alias class is written, by the representative of the class."""
    classes: dict[Value, Value] = field(default_factory=dict)

    def reverse(self, op: Op) -> bool:
        """Whether an op belongs to the reverse sweep."""
        return self.start[op] > self.mark

    def memory(self, value: Value) -> Value:
        """The representative of the values that may share memory with ``value``."""
        classes = self.classes
        while (parent := classes.get(value, value)) is not value:
            classes[value] = classes.get(parent, parent)
            value = parent
        return value

    def forget(self, value: Value) -> None:
        """A value with a name turns out to be printed inside its consumer: its name is not given a new value there."""
        owner = value.owner
        if value.hint and isinstance(owner, Op):
            self.defined[value.hint].remove(self.end[owner] + 1)

    def written_between(self, value: Value, after: int, before: int) -> bool:
        """Whether memory that ``value`` may refer to is written strictly between two positions."""
        if not self.written:
            return False
        return _any_between(self.written.get(self.memory(value), ()), after, before)

    def redefined_between(self, hint: str, after: int, before: int) -> bool:
        """Whether a variable of this name gets a new value strictly between two positions."""
        return _any_between(self.defined.get(hint, ()), after + 1, before)

    def ordered_between(self, after: int, before: int) -> bool:
        """Whether something that must stay in order happens strictly between two positions."""
        return _any_between(self.ordered, after, before)


def _any_between(positions: list[int] | tuple[()], after: int, before: int) -> bool:
    k = bisect_left(positions, after + 1)
    return k < len(positions) and positions[k] < before


def resolve(value: Value) -> Value:
    """The value that is printed for ``value``: implicit conversions print as their operand."""
    while isinstance(value.owner, Op) and value.owner.name in IMPLICIT:
        value = value.owner.operands[0]
    return value


def scalar(value: Value) -> Scalar | None:
    """The type of a value if it is a number (an accumulator that may still be a constant counts as what it becomes)."""
    kind = value.type
    if isinstance(kind, OrConst):
        kind = kind.const if kind.base == BOTTOM else kind.base
    return kind if isinstance(kind, Scalar) else None


def is_guarded(op: Op) -> bool:
    """Whether ``op`` is a strong product of numbers: ``x_bar and x_bar * y`` has exactly its value, and calls nothing."""
    if op.name != "call" or op.attrs["fn"] is not strong_product or op.attrs.get("kwargs"):
        return False
    return op.attrs["args"] == (Slot(0), Slot(1)) and all(
        isinstance(v.type, Scalar) and v.type.dtype.startswith("float") for v in op.operands)


def is_const(value: Value, *wanted: Any) -> bool:
    """Whether a value is a literal (equal to and of the type of ``wanted``, if given)."""
    owner = value.owner
    if not isinstance(owner, Op) or owner.name != "const":
        return False
    return not wanted or (type(owner.attrs["value"]) is type(wanted[0]) and owner.attrs["value"] == wanted[0])


def gather(fn: Function) -> Facts:
    """Compute the facts of ``fn`` in two walks over it."""
    facts = Facts(fn)
    writes: list[tuple[Value, int]] = []
    _number(facts, fn.body, 0, 1, writes)
    if writes:
        for group in fn.lent.groups:
            for k in group:
                _unite(facts, fn.params[min(group)], fn.params[k])
        for op in facts.start:
            for a, b in _aliases(op):
                _unite(facts, a, b)
        for value, position in writes:
            facts.written.setdefault(facts.memory(value), []).append(position)
    return facts


def _number(facts: Facts, block: Block, position: int, depth: int, writes: list[tuple[Value, int]]) -> int:
    first = position
    facts.depth[block] = depth
    for op in block.ops:
        facts.start[op] = position
        for value in op.operands:
            facts.mentions.setdefault(value, []).append(op)
        _note_effect(facts, op, position, writes)
        position += 4 if op.blocks else 2  # the entry of a region: copies at +1, items of a loop at +3
        for inner in op.blocks:
            for arg in inner.args:
                _note_definition(facts, arg, position if op.name == "try" else facts.start[op])
            position = _number(facts, inner, position, depth + 1, writes)
        facts.end[op] = position if op.blocks else facts.start[op]
        position += 2 if op.blocks else 0
        for result in op.results:
            _note_definition(facts, result, facts.end[op])
    facts.span[block] = (first, position)
    return position


def _note_definition(facts: Facts, value: Value, position: int) -> None:
    if value.hint:
        facts.defined.setdefault(value.hint, []).append(position + 1)


def _note_effect(facts: Facts, op: Op, position: int, writes: list[tuple[Value, int]]) -> None:
    effect = op.attrs.get("effect", "pure") if op.name in ("call", "invoke") else op.name
    if op.name == "mark":
        facts.mark = min(facts.mark, position)
    elif effect in WRITES_FIRST_OPERAND:
        writes.append((op.operands[0], position))
    elif op.name in ("call", "invoke") and may_write(op):
        writes += [(value, position) for value in op.operands]
    if effect in ("writes", "io", "random", "raise", "assert", "bound", "try"):
        facts.ordered.append(position)


def _unite(facts: Facts, a: Value, b: Value) -> None:
    a, b = facts.memory(a), facts.memory(b)
    if a is not b:
        facts.classes[b] = a


def _aliases(op: Op) -> Iterator[tuple[Value, Value]]:
    """Pairs of values of which one may share memory with the other because of ``op``."""
    if op.name in ("for", "while"):
        yield from _loop_aliases(op)
    elif op.name in ("if", "with", "try"):
        for block in op.blocks:
            if block.ops and block.ops[-1].name == "yield":
                yield from zip(op.results, block.ops[-1].operands, strict=True)
    elif op.name == "push":
        yield op.operands[0], op.operands[1]
    elif _may_alias(op):
        for result in op.results:
            if scalar(result) is None:
                others = (*op.operands, *op.results[:1])
                yield from ((result, other) for other in others if scalar(other) is None)


def _loop_aliases(op: Op) -> Iterator[tuple[Value, Value]]:
    if op.name == "for" and carried_start(op) == 1:
        yield op.operands[0], op.blocks[0].args[0]
    columns = [op.results, carried_inits(op)]
    columns += [block.args[item_count(op):] for block in op.blocks]
    columns += [end.operands for end in exits(op.blocks[-1]) if end.name in ("continue", "break")]
    for column in columns[1:]:
        yield from zip(op.results, column, strict=True)


def _may_alias(op: Op) -> bool:
    if op.name in ("call", "invoke"):
        fn = op.attrs.get("fn")
        if fn in INFIX or fn in PREFIX:
            return False
        if op.results and isinstance(op.results[0].type, Cache):
            return True  # the copy of a list holds what that holds
        entry = registry.lookup(fn) if fn is not None else None
        return op.attrs.get("effect") != "fresh" and (entry is None or entry.alias != "fresh" or fn is operator.getitem)
    return op.name in ("item", "attr", "tuple", "dict", "iaddv", "append", "pop") or op.name in IMPLICIT


def template_values(op: Op) -> tuple[Any, ...]:
    """The positional argument templates of a call; without any, its operands in order."""
    args = op.attrs.get("args")
    return tuple(Slot(k) for k in range(len(op.operands))) if args is None else tuple(args)


def literals(template: Any) -> Iterator[Any]:
    """Every literal object inside a template."""
    if isinstance(template, Lit):
        yield template.value
    for item in getattr(template, "items", ()) if not isinstance(template, dict) else template.values():
        yield from literals(item)
