"""Finds the vectors of a typed function whose length is known and small, and which nothing writes to.

A vector that a loop carries is assumed to have the length that it has at the start, or that its rounds unpack it to; what each
round hands on must have that length, too.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import Lit, SeqOf, Slot, op_effect
from ..ir.rewrite import carried_start, exits, incoming, item_count, use_map
from ..ir.types import Array, Scalar, strip_const
from .memory import Memory
from .shapes import is_elementwise, spread_number

LONGEST = 6
"""Longer vectors stay arrays: a loop over them costs less than so many statements."""


def is_display(op: Op) -> bool:
    """Whether an op is ``np.array([x, y, z])`` of numbers."""
    if op.name != "call" or op.attrs["fn"] is not np.array or op.attrs.get("kwargs") or len(op.attrs["args"]) != 1:
        return False
    template = op.attrs["args"][0]
    in_order = isinstance(template, SeqOf) and template.items == tuple(map(Slot, range(len(op.operands))))
    types = [strip_const(v.type) for v in op.operands]
    return in_order and all(isinstance(t, Scalar) and t.dtype in ("float64", "int64") for t in types)


def is_arithmetic(op: Op) -> bool:
    """Whether an op computes the items of its result from those of its operands, or from numbers."""
    if op.name != "call" or len(op.results) != 1 or op.attrs.get("kwargs") or not is_elementwise(op):
        return False
    literals = [part.value for part in op.attrs["args"] if isinstance(part, Lit)]
    plain = all(isinstance(part, Slot | Lit) for part in op.attrs["args"])
    return plain and all(type(value) in (int, float) for value in literals) and op_effect(op) == "pure"


def is_unpacked(op: Op) -> bool:
    """Whether an op is ``x, y, z = s``."""
    return op.name == "call" and op.attrs["fn"] is tuple and bool(op.attrs.get("unpack")) and len(op.operands) == 1


class Lengths:
    """For each vector its length, as far as it is known."""

    def __init__(self, function: Function, memory: Memory) -> None:
        self.memory = memory
        self.users = use_map(function.body)
        self.known: dict[Value, int] = {}
        self.assumed: dict[Value, int] = {}
        """Of what loops carry."""
        self.conditions: dict[Op, Value] = {}
        """Whether there are rounds of a loop."""
        loops = [op for op in walk(function.body) if op.name == "for"]
        for loop in loops:
            for k, arg in enumerate(loop.blocks[0].args[item_count(loop):]):
                length = _unpacked_to(loop, arg) or self.of(loop.operands[carried_start(loop) + k])
                if length:
                    self.assumed[arg] = length
                    self.known.clear()
        while any(self.is_refuted(loop) for loop in loops):
            self.known.clear()
        self.known.clear()
        reads = [op for op in walk(function.body) if op.name == "call" and op.operands and self.of(op.operands[0])]
        self.worthwhile = bool(self.assumed) or any(
            is_unpacked(op) or op.attrs["fn"] is operator.getitem or self.is_summed(op) for op in reads)

    def of(self, value: Value | None) -> int:
        """The length; 0 where it is not known."""
        if value is None:
            return 0
        if value not in self.known:
            self.known[value] = self.length(value)
        return self.known[value]

    def length(self, value: Value) -> int:
        t, op = value.type, value.owner
        if not isinstance(t, Array) or t.ndim != 1 or t.dtype != "float64" or self.memory.written(value):
            return 0
        if isinstance(op, Block):
            return self.assumed.get(value, 0)
        if not isinstance(op, Op):
            return 0
        if is_display(op):
            return len(op.operands) if 2 <= len(op.operands) <= LONGEST else 0
        if is_arithmetic(op):
            arrays = [v for v in op.operands if not isinstance(strip_const(v.type), Scalar) and spread_number(v) is None]
            return _common([self.of(v) for v in arrays])
        if op.name == "for":
            k = op.results.index(value)
            length = self.assumed.get(op.blocks[0].args[item_count(op) + k], 0)
            return length if self.of(op.operands[carried_start(op) + k]) else 0
        return _common([self.of(v) for v in incoming(op, op.results.index(value))]) if op.name == "if" else 0

    def is_refuted(self, loop: Op) -> bool:
        """Whether an assumption about what a loop carries does not hold; it is given up then."""
        body, found = loop.blocks[0], False
        for k, arg in enumerate(body.args[item_count(loop):]):
            length = self.assumed.get(arg, 0)
            start = self.of(loop.operands[carried_start(loop) + k])
            holds = all(self.of(end.operands[k]) == length for end in exits(body) if end.name in ("continue", "break"))
            if length and not (holds and (start == length or not start and _unpacked_to(loop, arg) == length)
                               and not self.memory.written(arg)):
                del self.assumed[arg]
                found = True
        return found

    def is_summed(self, op: Op) -> bool:
        """Whether an op is the sum of a vector, nothing else said."""
        return op.attrs["fn"] is np.sum and len(op.attrs["args"]) == len(op.operands) == 1 and not op.attrs.get("kwargs")

    def hints(self, value: Value) -> list[str]:
        """Names for the items: those that they are unpacked to, or that of the vector and a number."""
        length = self.assumed.get(value) or self.of(value)
        unpacked = next((op for op in self.users.get(value, []) if is_unpacked(op) and len(op.results) == length), None)
        if unpacked is not None:
            return [result.hint for result in unpacked.results]
        return [f"{value.hint}_{k}" if value.hint else "" for k in range(length)]


def _common(lengths: list[int]) -> int:
    return lengths[0] if lengths and len(set(lengths)) == 1 else 0


def _unpacked_to(loop: Op, arg: Value) -> int:
    """How many items each round of a counting loop unpacks what it carries to, before anything else can happen."""
    if loop.attrs.get("kind", "range") != "range" or not _is_one(loop.operands[2]):
        return 0
    for op in loop.blocks[0].ops:
        if is_unpacked(op) and op.operands[0] is arg:
            return len(op.results) if 2 <= len(op.results) <= LONGEST else 0
        if op.blocks or op.attrs.get("may_raise") or op_effect(op) not in ("pure", "fresh", "reads"):
            return 0
    return 0


def _is_one(step: Value) -> bool:
    value: Any = step.owner.attrs.get("value") if isinstance(step.owner, Op) and step.owner.name == "const" else None
    return type(value) is int and value == 1
