"""Takes a plan of one loop nest over the elements of arrays, writes the nest in IR.

A plan is a tree of operations on elements whose leaves are arrays and numbers; the extents of its loops are those of arrays.
"""

from __future__ import annotations

import operator
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..ir.build import Builder
from ..ir.core import Block, Op, Value
from ..ir.ops import Lit, SeqOf, Slot
from ..ir.types import FLOAT, INT, NONE, Array, Scalar, Tuple
from ..passes.shapes import ndim
from ..runtime import helpers

INDICES = ("i", "j", "k", "l")


@dataclass
class Leaf:
    """An array that is read element by element; for each of its dimensions the dimension of the loop nest, None for index 0."""

    value: Value
    kinds: tuple[str, ...]
    """What is known of its dimensions."""
    dims: tuple[int | None, ...]


@dataclass
class Node:
    """An operation on elements."""

    op: Op
    parts: list[Any]


@dataclass
class Plan:
    """One loop nest."""

    ndim: int
    at: int
    """The position of the statement in its block."""
    tree: Any = None
    leaves: list[Leaf] = field(default_factory=list)
    inside: list[Op] = field(default_factory=list)
    """The operations that become part of it, and are needed for nothing else."""
    taken: Counter[Value] = field(default_factory=Counter)
    """How many uses of values end because their operations are part of it."""
    read: Counter[Value] = field(default_factory=Counter)
    """How many uses begin, because what it repeats reads them."""
    fused: bool = False
    """Whether any operation is part of it."""
    extents: dict[int, tuple[Value, int]] = field(default_factory=dict)
    """For each dimension an array that has it, and which of its dimensions that is."""
    checks: list[tuple[Leaf, int]] = field(default_factory=list)
    """Dimensions that must have the extent of the loop, which NumPy would have found out."""


class Unsuited(Exception):
    """Raised where a statement cannot become a loop."""


class Nest:
    """Writes one loop nest."""

    def __init__(self, plan: Plan, builder: Builder) -> None:
        self.plan, self.builder = plan, builder
        self.extents = [self.extent(*plan.extents[k]) for k in range(plan.ndim)]
        for leaf, k in plan.checks:
            dim = leaf.dims[k]
            assert dim is not None
            builder.emit("call", [self.extent(leaf.value, k), self.extents[dim]], [NONE], fn=helpers.same_extent,
                         args=(Slot(0), Slot(1)), kwargs={}, may_raise=True)
        self.indices: list[Value] = []

    def extent(self, array: Value, k: int) -> Value:
        shape = self.builder.value("call", [array], Tuple((INT,) * ndim(array)), fn=np.shape, args=(Slot(0),), kwargs={},
                                   spelled="attribute", spelled_name="shape")
        return self.builder.value("item", [shape], INT, key=k)

    def body(self) -> Loops:
        return Loops(self)

    def element(self, node: Any) -> Value:
        if isinstance(node, Value):
            return node
        if isinstance(node, Leaf):
            return self.read(node)
        op, parts = node.op, [self.element(part) for part in node.parts]
        t = op.results[0].type
        assert isinstance(t, Array)
        result = Scalar(t.dtype, False)
        if op.attrs["fn"] is np.where:
            return self.chosen([self.argument(template, parts) for template in op.attrs["args"]], result)
        made = self.builder.emit("call", parts, [result], fn=op.attrs["fn"], args=op.attrs["args"], kwargs={})
        if op.attrs.get("adjoint"):  # what the program itself computes stays the same to the last bit
            made.attrs["adjoint"] = True
        return made.result

    def argument(self, template: Any, parts: list[Value]) -> Value:
        if isinstance(template, Slot):
            return parts[template.index]
        if not isinstance(template, Lit) or type(template.value) not in (int, float, bool):
            raise Unsuited
        return self.builder.value("const", (), FLOAT, value=template.value)

    def chosen(self, parts: list[Value], result: Scalar) -> Value:
        blocks = [Block(), Block()]
        for block, part in zip(blocks, parts[1:], strict=True):
            with self.builder.at(block):
                self.builder.emit("yield", [part])
        return self.builder.value("if", parts[:1], result, blocks=blocks)

    def read(self, leaf: Leaf) -> Value:
        t = leaf.value.type
        assert isinstance(t, Array)
        return self.builder.value("call", *self.located(leaf.value, leaf.dims, Scalar(t.dtype, False)), fn=operator.getitem,
                                  args=self.index(leaf.dims), kwargs={}, effect="reads", inside=True)

    def located(self, array: Value, dims: tuple[int | None, ...], t: Any) -> tuple[list[Value], Any]:
        return [array, *(self.indices[dim] for dim in dims if dim is not None)], t

    def index(self, dims: tuple[int | None, ...], first: int = 1) -> tuple[Any, ...]:
        slots = iter(range(first, first + len(dims)))
        parts = tuple(Lit(0) if dim is None else Slot(next(slots)) for dim in dims)
        return (Slot(0), parts[0] if len(parts) == 1 else SeqOf(tuple, parts))

    def store(self, array: Value, index: Any, value: Value, fn: Any) -> None:
        dims = tuple(range(self.plan.ndim))
        attrs: dict[str, Any] = {"args": self.index(dims, 2), "inside": True}
        if fn is not None:
            attrs["fn"] = fn
        self.builder.emit("store", [array, value, *self.indices], **attrs)

    def summed(self, tree: Any, result: Value) -> Value:
        """The sum of the elements: a number carried through all loops."""
        return self.carried(0, self.builder.value("const", (), FLOAT, value=0.0), tree, result.hint or "total")

    def carried(self, k: int, start: Value, tree: Any, hint: str) -> Value:
        t = Scalar("float64", None)
        zero = self.builder.value("const", (), INT, value=0)
        one = self.builder.value("const", (), INT, value=1)
        block = Block()
        index, total = block.add_arg(INDICES[k], INT), block.add_arg(hint, t)
        with self.builder.at(block):
            self.indices.append(index)
            if k + 1 < self.plan.ndim:
                after = self.carried(k + 1, total, tree, hint)
            else:
                after = self.builder.value("call", [total, self.element(tree)], t, hint, fn=operator.add,
                                           args=(Slot(0), Slot(1)), kwargs={}, adjoint=True)
            self.builder.emit("continue", [after])
            self.indices.pop()
        return self.builder.value("for", [zero, self.extents[k], one, start], t, hint, blocks=[block], kind="range")


class Loops:
    """``with nest.body():`` what is emitted stands in the innermost loop."""

    def __init__(self, nest: Nest) -> None:
        self.nest = nest

    def __enter__(self) -> None:
        builder = self.nest.builder
        self.outer = builder.block
        for k, extent in enumerate(self.nest.extents):
            zero = builder.value("const", (), INT, value=0)
            one = builder.value("const", (), INT, value=1)
            block = Block()
            self.nest.indices.append(block.add_arg(INDICES[k], INT))
            builder.emit("for", [zero, extent, one], blocks=[block], kind="range")
            builder.block = block

    def __exit__(self, *_: object) -> None:
        builder = self.nest.builder
        while builder.block is not self.outer:
            builder.emit("continue")
            assert builder.block.parent is not None and builder.block.parent.parent is not None
            builder.block = builder.block.parent.parent
        self.nest.indices.clear()
