"""Takes functions in IR, turns statements on arrays into loops over their elements.

A compiler that sees the loop keeps each intermediate result in a register, where NumPy, and Numba after it, make an array of
it.  An expression becomes one loop nest together with the statement that uses it: what stores it, adds it up, or names it.
What several statements use becomes part of each of them, if it is little arithmetic: no array of it is made then.

Operands have one shape, or dimensions known to be 1; where that is not proven it is tested before the loop.  What may share
memory with the target is computed before anything is stored.  All else stays a statement on arrays.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ..analysis.alias import may_alias
from ..ir.build import Builder
from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import Lit, SliceOf, Slot
from ..ir.rewrite import erase, index_template, use_counts, use_map
from ..ir.types import ANY, FLOAT, INT, MANY, UNIT, Array, Scalar, Tuple, strip_const
from ..passes.memory import Memory
from ..passes.places import TRANSPARENT, index_parts, is_basic, is_elementwise_op, may_change
from ..passes.shapes import Shapes, ndim, spread_number
from .elementwise import depends_on_layout, is_little, is_outer, is_spared, is_unbroadcast
from .nests import Leaf, Nest, Node, Plan, Unsuited

_ARITHMETIC = (operator.add, operator.sub, operator.mul, operator.truediv, operator.pow)


def lower_arrays(fn: Function) -> int:
    """Turn what can be of the array statements of ``fn`` into loops; how many."""
    if not any(isinstance(v.type, Array) for op in walk(fn.body) for v in (*op.operands, *op.results)):
        return 0
    lowering = _Lowering(fn)
    blocks = [fn.body, *(block for op in walk(fn.body) for block in op.blocks)]
    return sum(lowering.block(block) for block in blocks)


class _Lowering:
    def __init__(self, fn: Function) -> None:
        self.memory = Memory(fn)
        self.shapes = Shapes()
        self.shapes.learn(fn.body)
        self.users = use_map(fn.body)
        self.left = use_counts(fn.body)
        """How many uses each value has by now."""
        self.spared = {v for v, users in self.users.items() if isinstance(v.owner, Op) and is_spared(v, users, self.users)
                       and not self.memory.written(v)}
        """Values of which no array is needed: all that uses them are operations on elements in the same block."""
        self.gone: set[Op] = set()
        self.flattened = {self.memory.root(v) for op in walk(fn.body) if depends_on_layout(op) for v in op.operands}
        """Memory of which views are taken, or copies: that depends on how its arrays lie there."""

    def block(self, block: Block) -> int:
        count = 0
        for op in reversed(list(block.ops)):
            if op not in self.gone and self.is_idle(op):
                self.drop(op)
            elif op not in self.gone and (lower := _ROOTS.get(op.name)) is not None:
                made = Block()
                builder = Builder(made, op.loc)
                try:
                    with builder.at(made):
                        plan = lower(self, op, builder)
                except Unsuited:
                    continue
                self.replace(op, made, plan)
                count += 1
        return count

    def replace(self, op: Op, made: Block, plan: Plan) -> None:
        block = op.parent
        assert block is not None
        at = block.ops.index(op)
        for new in made.ops:
            new.parent = block
        block.ops[at:at + 1] = made.ops
        self.gone.add(op)
        self.left.subtract(plan.taken)
        self.left.update(plan.read)
        for inner in plan.inside:
            self.gone.add(inner)
            erase(inner)

    def is_idle(self, op: Op) -> bool:
        """Whether all that used an operation on elements has it as its part by now."""
        is_part = op.name in TRANSPARENT or is_elementwise_op(op)
        return is_part and op.results[0] in self.users and not self.left[op.results[0]]

    def drop(self, op: Op) -> None:
        self.gone.add(op)
        self.left.subtract(op.operands)
        erase(op)

    # ---- what becomes part of a loop nest

    def plan(self, op: Op, value: Value, dims: int, frame: Value | None = None,
             store: tuple[Value, Any] | None = None) -> Plan:
        """The nest that computes ``value`` for the statement ``op``; ``frame`` is an array of the shape of the result."""
        assert op.parent is not None
        plan = Plan(dims, op.parent.ops.index(op))
        plan.tree = self.expand(value, op, plan)
        self.fit(plan, frame, store is not None)
        if store is not None and any(self.collides(leaf, *store) for leaf in plan.leaves):
            raise Unsuited
        return plan

    def expand(self, value: Value, root: Op, plan: Plan, repeated: bool = False) -> Any:
        """The tree of a value; ``repeated`` says that what uses it stays beside the nest, for others."""
        number = spread_number(value)
        if number is not None:
            return number
        if isinstance(strip_const(value.type), Scalar):
            return value
        if not isinstance(value.type, Array):
            raise Unsuited
        op = value.owner
        if isinstance(op, Op) and op.parent is root.parent and self.is_part(op, value, root, plan, repeated):
            return self.part(op, value, root, plan, repeated)
        if isinstance(op, Op) and op.name == "broadcast":
            return self.expand(op.operands[0], root, plan, True)
        dims = self.shapes.dims(value)
        if dims is None:
            raise Unsuited
        if len(dims) == 0:
            plan.read[value] += repeated
            return value
        return self.leaf(value, _aligned(dims, plan.ndim), plan, repeated)

    def leaf(self, value: Value, dims: tuple[int | None, ...], plan: Plan, repeated: bool) -> Leaf:
        kinds = self.shapes.dims(value)
        if kinds is None or len(kinds) != len(dims):
            raise Unsuited
        plan.read[value] += repeated
        leaf = Leaf(value, kinds, dims)
        plan.leaves.append(leaf)
        return leaf

    def part(self, op: Op, value: Value, root: Op, plan: Plan, repeated: bool) -> Any:
        """The tree of an operation in the nest; it is erased where nothing else needs it."""
        last = not repeated and self.uses(value, plan) == 1
        plan.fused = True
        plan.taken[value] += not repeated
        if last:
            plan.inside.append(op)
        if is_unbroadcast(op):
            self.expect_shape(op, root, plan)
            if last:
                plan.taken.update(op.operands[1:])
        if op.name in TRANSPARENT or is_unbroadcast(op):
            return self.expand(op.operands[0], root, plan, not last)
        if is_outer(op):
            return Node(_product(op), [self.leaf(v, (k,), plan, not last) for k, v in enumerate(op.operands)])
        return Node(op, [self.expand(v, root, plan, not last) for v in op.operands])

    def expect_shape(self, op: Op, root: Op, plan: Plan) -> None:
        """Have it tested that no dimension was spread of what an adjoint is brought to the shape of, if that may be."""
        bar, x = op.operands
        if any(kind != MANY for kind in self.shapes.dims(x) or ()) and not self.shapes.alike(bar, x):
            self.expand(x, root, plan, True)

    def is_spread_before(self, op: Op) -> bool:
        """Whether an adjoint is certainly summed where it is brought to the shape of something."""
        bar, x = map(self.shapes.dims, op.operands)
        return bar is None or x is None or any(b != UNIT and k == UNIT for b, k in zip(bar, x, strict=False))

    def uses(self, value: Value, plan: Plan) -> int:
        return self.left[value] - plan.taken[value] + plan.read[value]

    def is_part(self, op: Op, value: Value, root: Op, plan: Plan, repeated: bool) -> bool:
        """Whether an operation may run where the statement stands, element by element, and costs no more there."""
        if op in self.gone or value.type.ndim > 3:  # type: ignore[attr-defined]
            return False
        if op.name not in TRANSPARENT and not is_elementwise_op(op) and not is_unbroadcast(op) and not (
                is_outer(op) and plan.ndim == 2):
            return False
        if is_unbroadcast(op) and self.is_spread_before(op):
            return False
        once = not repeated and self.uses(value, plan) == 1
        little = is_little(value)
        if not (once or little and value in self.spared) or not (little or self.is_computed_once(value, plan)):
            return False
        assert op.parent is not None
        ops = op.parent.ops
        between = ops[ops.index(op) + 1:ops.index(root)]
        return not any(may_change(one, op.operands, self.memory) for one in between)

    def is_computed_once(self, value: Value, plan: Plan) -> bool:
        """Whether the nest computes each element of a value once: it is not spread there."""
        dims = self.shapes.dims(value)
        return dims is None or len(dims) == plan.ndim and UNIT not in dims

    def collides(self, leaf: Leaf, target: Value, index: Any) -> bool:
        """Whether storing an element may change another that is read later; the same one has been read by then."""
        if self.memory.root(leaf.value) is not self.memory.root(target):
            return False
        if leaf.value is target and index is None:
            return None in leaf.dims
        op = leaf.value.owner
        same = isinstance(op, Op) and op.name == "call" and op.attrs["fn"] is operator.getitem and op.operands[0] is target \
            and op.attrs["args"][1] == index and len(op.operands) == 1
        return not same or None in leaf.dims

    def fit(self, plan: Plan, frame: Value | None, store: bool = False) -> None:
        """Find the extents of the nest, and what must be tested for that.

        Of dimensions that may be 1, and may be more, it is assumed that they are equal: what NumPy would spread is refused.
        """
        loose = [leaf for leaf in plan.leaves if ANY in leaf.kinds]
        if frame is None and loose:
            frame = max(loose, key=lambda leaf: len(leaf.dims)).value
        if store and any(kind == UNIT and any(k in leaf.dims for leaf in plan.leaves)
                         for k, kind in enumerate(self.shapes.dims(frame) or () if frame is not None else ())):
            raise Unsuited  # more elements than there are places
        if frame is not None and len(kinds := self.shapes.dims(frame) or ()) == plan.ndim:
            plan.extents.update({k: (frame, k) for k, kind in enumerate(kinds) if kind != UNIT})
        for leaf in plan.leaves:
            if frame is not None and self.shapes.alike(leaf.value, frame):
                continue
            for k, dim in enumerate(leaf.dims):
                if dim is None or plan.extents.setdefault(dim, (leaf.value, k)) == (leaf.value, k):
                    continue
                if any(map(_is_cut_at_run_time, (leaf.value, plan.extents[dim][0]))):
                    raise Unsuited
                plan.checks.append((leaf, k))
        if len(plan.extents) < plan.ndim:
            raise Unsuited

    # ---- statements

    def named(self, op: Op, builder: Builder) -> Plan:
        """``t = expression``: a new array."""
        result, t = op.results[0] if op.results else None, op.results[0].type if op.results else None
        if result is None or not isinstance(t, Array) or not 0 < t.ndim <= 3 or not is_elementwise_op(op):
            raise Unsuited
        if self.memory.written(result) and (may_alias(op) or t.ndim > 1 and self.memory.root(result) in self.flattened):
            raise Unsuited  # what is written to the array is meant for memory that another name has, too
        plan = self.plan_of_result(op, result)
        nest = Nest(plan, builder)
        shape = nest.extents[0] if t.ndim == 1 else builder.value("tuple", nest.extents, Tuple((INT,) * t.ndim), cls=tuple)
        new = builder.emit("call", [shape], fn=np.empty, args=(Slot(0), Lit(np.dtype(t.dtype).type)), kwargs={}, effect="fresh")
        with nest.body():
            nest.store(result, None, nest.element(plan.tree), None)
        new.results, result.owner = [result], new
        return plan

    def plan_of_result(self, op: Op, result: Value) -> Plan:
        assert op.parent is not None
        plan = Plan(ndim(result), op.parent.ops.index(op))
        plan.tree = Node(op, [self.expand(v, op, plan) for v in op.operands])
        self.fit(plan, None)
        return plan

    def added_up(self, op: Op, builder: Builder) -> Plan:
        """``np.sum(expression)``."""
        if op.attrs["fn"] is not np.sum:
            return self.named(op, builder)
        value = op.operands[0]
        if op.attrs.get("kwargs") or len(op.attrs["args"]) != 1 or strip_const(op.results[0].type) not in (
                FLOAT, Scalar("float64", False)) or ndim(value) == 0:
            raise Unsuited
        plan = self.plan(op, value, ndim(value))
        if not plan.fused or getattr(value.type, "dtype", "") != "float64":
            raise Unsuited
        nest = Nest(plan, builder)
        loop = nest.summed(plan.tree, op.results[0]).owner
        assert isinstance(loop, Op)
        op.results[0].type = loop.results[0].type
        loop.results, op.results[0].owner = op.results, loop
        return plan

    def stored(self, op: Op, builder: Builder) -> Plan:
        """``a[index] = expression``, ``a[index] += expression``, ``a += expression``."""
        target, value = op.operands[:2]
        fn = operator.add if op.name in ("iadd", "index_add") else op.attrs.get("fn")
        index = None if op.name == "iadd" else index_template(op)
        if not isinstance(target.type, Array) or len(op.operands) > 2 or op.attrs.get("at"):
            raise Unsuited
        if (fn is not None and fn not in _ARITHMETIC) or (index is not None and not is_basic(index)):
            raise Unsuited
        if index == Lit(...):
            index = None
        region = target
        if index is not None:
            region = builder.value("call", [target], _region_type(target.type, index), fn=operator.getitem,
                                   args=(Slot(0), index), kwargs={}, effect="reads")
        if ndim(region) == 0 or ndim(value) != ndim(region) and spread_number(value) is None:
            raise Unsuited
        plan = self.plan(op, value, ndim(region), region, (target, index))
        if not plan.fused and fn is None:
            raise Unsuited  # a plain copy: NumPy's own is as good, and looks at what overlaps
        nest = Nest(plan, builder)
        with nest.body():
            element = nest.element(plan.tree)
            nest.store(region, None, element, fn)
        return plan


_ROOTS: dict[str, Any] = {"store": _Lowering.stored, "iadd": _Lowering.stored, "index_add": _Lowering.stored,
                          "call": _Lowering.added_up}


def _product(op: Op) -> Op:
    """The multiplication of one element that an outer product makes."""
    made = Op("call", list(op.operands), [], {**op.attrs, "fn": operator.mul, "args": (Slot(0), Slot(1))}, [], None, op.loc)
    made.results = [Value("", op.results[0].type, made)]
    return made


def _aligned(kinds: tuple[str, ...], dims: int) -> tuple[int | None, ...]:
    """For each dimension of an array the dimension of the result that it belongs to; None where it has length 1."""
    if len(kinds) > dims:
        raise Unsuited
    return tuple(None if kind == UNIT else dims - len(kinds) + k for k, kind in enumerate(kinds))


def _is_cut_at_run_time(value: Value) -> bool:
    """Whether an array is a slice like ``a[:, k:k + 1]``, which is often meant to be spread."""
    op = value.owner
    while isinstance(op, Op) and op.name == "call" and op.attrs["fn"] is np.copy:
        op = op.operands[0].owner
    return isinstance(op, Op) and op.name == "call" and op.attrs["fn"] is operator.getitem and any(
        isinstance(part, SliceOf) and not all(isinstance(end, Lit) for end in (part.lo, part.hi))
        for part in index_parts(op.attrs["args"][1]))


def _region_type(t: Array, index: Any) -> Array:
    fixed = sum(isinstance(part, Lit) and type(part.value) is int for part in index_parts(index))
    return Array(t.dtype, (ANY,) * (t.ndim - fixed))
