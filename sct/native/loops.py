"""Takes functions in IR, turns statements on arrays into loops over their elements.

A compiler that sees the loop keeps each intermediate result in a register, where NumPy, and Numba after it, make an array of
it.  An expression becomes one loop nest together with the statement that uses it: what stores it, adds it up, or names it.

Operands have one shape, or dimensions known to be 1; where that is not proven it is tested before the loop.  What may share
memory with the target is computed before anything is stored.  All else stays a statement on arrays.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..ir.build import Builder
from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import STORES, Lit, SeqOf, SliceOf, Slot, may_write, op_effect
from ..ir.rewrite import index_template, use_map
from ..ir.types import ANY, FLOAT, INT, NONE, UNIT, Array, Scalar, Tuple, strip_const
from ..passes.memory import Memory
from ..passes.shapes import Shapes, is_elementwise, ndim, spread_number
from ..runtime import helpers

_ARITHMETIC = (operator.add, operator.sub, operator.mul, operator.truediv, operator.pow)
_INDICES = ("i", "j", "k", "l")
_TRANSPARENT = ("broadcast", "convert")


def lower_arrays(fn: Function) -> int:
    """Turn what can be of the array statements of ``fn`` into loops; how many."""
    if not any(isinstance(v.type, Array) for op in walk(fn.body) for v in (*op.operands, *op.results)):
        return 0
    lowering = _Lowering(fn)
    blocks = [fn.body, *(block for op in walk(fn.body) for block in op.blocks)]
    return sum(lowering.block(block) for block in blocks)


# ---------------------------------------------------------------------------------------------------------------------- plans

@dataclass
class _Leaf:
    """An array that is read element by element; for each of its dimensions the dimension of the loop nest, None for index 0."""

    value: Value
    kinds: tuple[str, ...]
    """What is known of its dimensions."""
    dims: tuple[int | None, ...]


@dataclass
class _Node:
    """An operation on elements."""

    op: Op
    parts: list[Any]


@dataclass
class _Plan:
    """One loop nest."""

    ndim: int
    at: int
    """The position of the statement in its block."""
    tree: Any = None
    leaves: list[_Leaf] = field(default_factory=list)
    inside: list[Op] = field(default_factory=list)
    """The operations that become part of it."""
    extents: dict[int, tuple[Value, int]] = field(default_factory=dict)
    """For each dimension an array that has it, and which of its dimensions that is."""
    checks: list[tuple[_Leaf, int]] = field(default_factory=list)
    """Dimensions that must have the extent of the loop, which NumPy would have found out."""


class _Unsuited(Exception):
    """Raised where a statement cannot become a loop."""


class _Lowering:
    def __init__(self, fn: Function) -> None:
        self.memory = Memory(fn)
        self.shapes = Shapes()
        self.shapes.learn(fn.body)
        self.users = use_map(fn.body)
        self.gone: set[Op] = set()

    def block(self, block: Block) -> int:
        count = 0
        for op in reversed(list(block.ops)):
            if op not in self.gone and (lower := _ROOTS.get(op.name)) is not None:
                made = Block()
                builder = Builder(made, op.loc)
                try:
                    with builder.at(made):
                        plan = lower(self, op, builder)
                except _Unsuited:
                    continue
                self.replace(op, made, plan)
                count += 1
        return count

    def replace(self, op: Op, made: Block, plan: _Plan) -> None:
        block = op.parent
        assert block is not None
        at = block.ops.index(op)
        for new in made.ops:
            new.parent = block
        block.ops[at:at + 1] = made.ops
        self.gone.add(op)
        for inner in plan.inside:
            self.gone.add(inner)
            block.ops.remove(inner)

    # ---- what becomes part of a loop nest

    def plan(self, op: Op, value: Value, dims: int, frame: Value | None = None,
             store: tuple[Value, Any] | None = None) -> _Plan:
        """The nest that computes ``value`` for the statement ``op``; ``frame`` is an array of the shape of the result."""
        assert op.parent is not None
        plan = _Plan(dims, op.parent.ops.index(op))
        plan.tree = self.expand(value, op, plan)
        self.fit(plan, frame)
        if store is not None and any(self.collides(leaf, *store) for leaf in plan.leaves):
            raise _Unsuited
        return plan

    def expand(self, value: Value, root: Op, plan: _Plan, shared: bool = False) -> Any:
        """The tree of what computes a value's elements; of a ``shared`` one only the elements are read."""
        number = spread_number(value)
        if number is not None:
            return number
        t = strip_const(value.type)
        if isinstance(t, Scalar) and isinstance(value.type, Scalar | Array):
            return value
        if isinstance(t, Scalar):
            return value
        if not isinstance(value.type, Array):
            raise _Unsuited
        op = value.owner
        if isinstance(op, Op) and not shared and op.parent is root.parent and self.users.get(value, []) \
                and self.is_part(op, value, root):
            plan.inside.append(op)
            if op.name in _TRANSPARENT or _is_unbroadcast(op):
                return self.expand(op.operands[0], root, plan)
            return _Node(op, [self.expand(v, root, plan) for v in op.operands])
        if isinstance(op, Op) and op.name == "broadcast":
            return self.expand(op.operands[0], root, plan, shared=True)
        dims = self.shapes.dims(value)
        if dims is None:
            raise _Unsuited
        if len(dims) == 0:
            return value
        leaf = _Leaf(value, dims, _aligned(dims, plan.ndim))
        plan.leaves.append(leaf)
        return leaf

    def is_part(self, op: Op, value: Value, root: Op) -> bool:
        """Whether an operation may run where the statement stands, element by element, and is needed for nothing else."""
        if len(self.users[value]) != 1 or op in self.gone or value.type.ndim > 3:  # type: ignore[attr-defined]
            return False
        if op.name not in _TRANSPARENT and not _is_elementwise(op) and not _is_unbroadcast(op):
            return False
        assert op.parent is not None
        ops = op.parent.ops
        between = ops[ops.index(op) + 1:ops.index(root)]
        return not any(self.may_change(one, op.operands) for one in between)

    def may_change(self, one: Op, read: Sequence[Value]) -> bool:
        """Whether an op may write to memory that an expression reads, some levels below."""
        if op_effect(one) in ("pure", "fresh", "reads") and not one.blocks:
            return False
        roots = {self.memory.root(v) for v in self.reached(read)}
        for inner in (one, *(inner for block in one.blocks for inner in walk(block))):
            if may_write(inner) or inner.name == "iaddv":
                return True
            if inner.name in _WRITES and self.memory.root(inner.operands[0]) in roots:
                return True
        return False

    def reached(self, values: Sequence[Value]) -> list[Value]:
        found, work = [], list(values)
        while work:
            value = work.pop()
            found.append(value)
            if isinstance(value.owner, Op) and (value.owner.name in _TRANSPARENT or _is_elementwise(value.owner)):
                work += value.owner.operands
        return found

    def collides(self, leaf: _Leaf, target: Value, index: Any) -> bool:
        """Whether storing an element may change another that is read later; the same one has been read by then."""
        if self.memory.root(leaf.value) is not self.memory.root(target):
            return False
        if leaf.value is target and index is None:
            return None in leaf.dims
        op = leaf.value.owner
        same = isinstance(op, Op) and op.name == "call" and op.attrs["fn"] is operator.getitem and op.operands[0] is target \
            and op.attrs["args"][1] == index and len(op.operands) == 1
        return not same or None in leaf.dims

    def fit(self, plan: _Plan, frame: Value | None) -> None:
        """Find the extents of the nest, and what must be tested for that.

        Of dimensions that may be 1, and may be more, it is assumed that they are equal: what NumPy would spread is refused.
        """
        loose = [leaf for leaf in plan.leaves if ANY in leaf.kinds]
        if frame is None and loose:
            frame = max(loose, key=lambda leaf: len(leaf.dims)).value
        if frame is not None and len(kinds := self.shapes.dims(frame) or ()) == plan.ndim:
            plan.extents.update({k: (frame, k) for k, kind in enumerate(kinds) if kind != UNIT})
        for leaf in plan.leaves:
            if frame is not None and self.shapes.alike(leaf.value, frame):
                continue
            for k, dim in enumerate(leaf.dims):
                if dim is None or plan.extents.setdefault(dim, (leaf.value, k)) == (leaf.value, k):
                    continue
                if any(map(_is_cut_at_run_time, (leaf.value, plan.extents[dim][0]))):
                    raise _Unsuited
                plan.checks.append((leaf, k))
        if len(plan.extents) < plan.ndim:
            raise _Unsuited

    # ---- statements

    def named(self, op: Op, builder: Builder) -> _Plan:
        """``t = expression``: a new array."""
        result, t = op.results[0] if op.results else None, op.results[0].type if op.results else None
        if result is None or not isinstance(t, Array) or not 0 < t.ndim <= 3 or not _is_elementwise(op):
            raise _Unsuited
        plan = self.plan_of_result(op, result)
        nest = _Nest(self, plan, builder)
        shape = nest.extents[0] if t.ndim == 1 else builder.value("tuple", nest.extents, Tuple((INT,) * t.ndim), cls=tuple)
        new = builder.emit("call", [shape], fn=np.empty, args=(Slot(0), Lit(np.dtype(t.dtype).type)), kwargs={}, effect="fresh")
        with nest.body():
            nest.store(result, None, nest.element(plan.tree), None)
        new.results, result.owner = [result], new
        return plan

    def plan_of_result(self, op: Op, result: Value) -> _Plan:
        assert op.parent is not None
        plan = _Plan(ndim(result), op.parent.ops.index(op))
        plan.tree = _Node(op, [self.expand(v, op, plan) for v in op.operands])
        self.fit(plan, None)
        return plan

    def added_up(self, op: Op, builder: Builder) -> _Plan:
        """``np.sum(expression)``."""
        if op.attrs["fn"] is not np.sum:
            return self.named(op, builder)
        value = op.operands[0]
        if op.attrs.get("kwargs") or len(op.attrs["args"]) != 1 or strip_const(op.results[0].type) not in (
                FLOAT, Scalar("float64", False)) or ndim(value) == 0:
            raise _Unsuited
        plan = self.plan(op, value, ndim(value))
        if not plan.inside or getattr(value.type, "dtype", "") != "float64":
            raise _Unsuited
        nest = _Nest(self, plan, builder)
        loop = nest.summed(plan.tree, op.results[0]).owner
        assert isinstance(loop, Op)
        op.results[0].type = loop.results[0].type
        loop.results, op.results[0].owner = op.results, loop
        return plan

    def stored(self, op: Op, builder: Builder) -> _Plan:
        """``a[index] = expression``, ``a[index] += expression``, ``a += expression``."""
        target, value = op.operands[:2]
        fn = operator.add if op.name in ("iadd", "index_add") else op.attrs.get("fn")
        index = None if op.name == "iadd" else index_template(op)
        if not isinstance(target.type, Array) or len(op.operands) > 2 or op.attrs.get("at"):
            raise _Unsuited
        if (fn is not None and fn not in _ARITHMETIC) or (index is not None and not _is_basic(index)):
            raise _Unsuited
        if index == Lit(...):
            index = None
        region = target
        if index is not None:
            region = builder.value("call", [target], _region_type(target.type, index), fn=operator.getitem,
                                   args=(Slot(0), index), kwargs={}, effect="reads")
        if ndim(region) == 0 or ndim(value) != ndim(region) and spread_number(value) is None:
            raise _Unsuited
        plan = self.plan(op, value, ndim(region), region, (target, index))
        if not plan.inside and fn is None:
            raise _Unsuited  # a plain copy: NumPy's own is as good, and looks at what overlaps
        nest = _Nest(self, plan, builder)
        with nest.body():
            element = nest.element(plan.tree)
            nest.store(region, None, element, fn)
        return plan


_WRITES = frozenset({"iadd", "index_add", "fill", *STORES})
_ROOTS: dict[str, Any] = {"store": _Lowering.stored, "iadd": _Lowering.stored, "index_add": _Lowering.stored,
                          "call": _Lowering.added_up}


def _is_elementwise(op: Op) -> bool:
    if op.name != "call" or len(op.results) != 1 or op.attrs.get("kwargs"):
        return False
    return is_elementwise(op) or op.attrs["fn"] is np.where and len(op.attrs["args"]) == 3


def _is_unbroadcast(op: Op) -> bool:
    """Whether an adjoint is brought to a shape that it has already, if no dimension was spread."""
    return op.name == "call" and op.attrs["fn"] is helpers.unbroadcast and ndim(op.operands[0]) == ndim(op.operands[1])


def _aligned(kinds: tuple[str, ...], dims: int) -> tuple[int | None, ...]:
    """For each dimension of an array the dimension of the result that it belongs to; None where it has length 1."""
    if len(kinds) > dims:
        raise _Unsuited
    return tuple(None if kind == UNIT else dims - len(kinds) + k for k, kind in enumerate(kinds))


def _is_cut_at_run_time(value: Value) -> bool:
    """Whether an array is a slice like ``a[:, k:k + 1]``, which is often meant to be spread."""
    op = value.owner
    while isinstance(op, Op) and op.name == "call" and op.attrs["fn"] is np.copy:
        op = op.operands[0].owner
    return isinstance(op, Op) and op.name == "call" and op.attrs["fn"] is operator.getitem and any(
        isinstance(part, SliceOf) and not all(isinstance(end, Lit) for end in (part.lo, part.hi))
        for part in _parts(op.attrs["args"][1]))


def _parts(index: Any) -> tuple[Any, ...]:
    return index.items if isinstance(index, SeqOf) and index.kind is tuple else (index,)


def _is_basic(index: Any) -> bool:
    """Whether an index consists of slices and integers that are literals."""
    return all(part == Lit(...) or isinstance(part, Lit) and type(part.value) is int or isinstance(part, SliceOf) and all(
        isinstance(end, Lit) for end in (part.lo, part.hi, part.step)) for part in _parts(index))


def _region_type(t: Array, index: Any) -> Array:
    fixed = sum(isinstance(part, Lit) and type(part.value) is int for part in _parts(index))
    return Array(t.dtype, (ANY,) * (t.ndim - fixed))


# ---------------------------------------------------------------------------------------------------------------- writing them

class _Nest:
    """Writes one loop nest."""

    def __init__(self, lowering: _Lowering, plan: _Plan, builder: Builder) -> None:
        self.lowering, self.plan, self.builder = lowering, plan, builder
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

    def body(self) -> _Loops:
        return _Loops(self)

    def element(self, node: Any) -> Value:
        if isinstance(node, Value):
            return node
        if isinstance(node, _Leaf):
            return self.read(node)
        op, parts = node.op, [self.element(part) for part in node.parts]
        t = op.results[0].type
        assert isinstance(t, Array)
        result = Scalar(t.dtype, False)
        if op.attrs["fn"] is np.where:
            return self.chosen([self.argument(template, parts) for template in op.attrs["args"]], result)
        return self.builder.value("call", parts, result, fn=op.attrs["fn"], args=op.attrs["args"], kwargs={}, adjoint=True)

    def argument(self, template: Any, parts: list[Value]) -> Value:
        if isinstance(template, Slot):
            return parts[template.index]
        if not isinstance(template, Lit) or type(template.value) not in (int, float, bool):
            raise _Unsuited
        return self.builder.value("const", (), FLOAT, value=template.value)

    def chosen(self, parts: list[Value], result: Scalar) -> Value:
        blocks = [Block(), Block()]
        for block, part in zip(blocks, parts[1:], strict=True):
            with self.builder.at(block):
                self.builder.emit("yield", [part])
        return self.builder.value("if", parts[:1], result, blocks=blocks)

    def read(self, leaf: _Leaf) -> Value:
        t = leaf.value.type
        assert isinstance(t, Array)
        return self.builder.value("call", *self.located(leaf.value, leaf.dims, Scalar(t.dtype, False)), fn=operator.getitem,
                                  args=self.index(leaf.dims), kwargs={}, effect="reads")

    def located(self, array: Value, dims: tuple[int | None, ...], t: Any) -> tuple[list[Value], Any]:
        return [array, *(self.indices[dim] for dim in dims if dim is not None)], t

    def index(self, dims: tuple[int | None, ...], first: int = 1) -> tuple[Any, ...]:
        slots = iter(range(first, first + len(dims)))
        parts = tuple(Lit(0) if dim is None else Slot(next(slots)) for dim in dims)
        return (Slot(0), parts[0] if len(parts) == 1 else SeqOf(tuple, parts))

    def store(self, array: Value, index: Any, value: Value, fn: Any) -> None:
        dims = tuple(range(self.plan.ndim))
        attrs: dict[str, Any] = {"args": self.index(dims, 2)}
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
        index, total = block.add_arg(_INDICES[k], INT), block.add_arg(hint, t)
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


class _Loops:
    """``with nest.body():`` what is emitted stands in the innermost loop."""

    def __init__(self, nest: _Nest) -> None:
        self.nest = nest

    def __enter__(self) -> None:
        builder = self.nest.builder
        self.outer = builder.block
        for k, extent in enumerate(self.nest.extents):
            zero = builder.value("const", (), INT, value=0)
            one = builder.value("const", (), INT, value=1)
            block = Block()
            self.nest.indices.append(block.add_arg(_INDICES[k], INT))
            builder.emit("for", [zero, extent, one], blocks=[block], kind="range")
            builder.block = block

    def __exit__(self, *_: object) -> None:
        builder = self.nest.builder
        while builder.block is not self.outer:
            builder.emit("continue")
            assert builder.block.parent is not None and builder.block.parent.parent is not None
            builder.block = builder.block.parent.parent
        self.nest.indices.clear()

