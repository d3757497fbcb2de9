"""What the reverse sweep reads of the forward sweep: kept alive, recomputed, or saved in a list per value.

A forward value is in scope in the reverse sweep when it is defined at function level.  One that is defined in a branch outside
loops is passed out of the branch.  One that is defined in a loop body is recomputed at the head of the mirrored body when that
is cheap and its operands are at hand; otherwise it is pushed right after its definition and popped at the head of the mirrored
body.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Sequence
from math import inf
from typing import Any, TypeGuard

import numpy as np

from ..analysis.alias import AliasClasses, lent_to, may_alias
from ..analysis.context import Context
from ..analysis.linear import depth
from ..errors import InternalError
from ..ir.core import Block, Function, Op, Value, defining_block, enclosing, walk
from ..ir.ops import IMPLICIT, LOOPS, stores_beside_primal
from ..ir.rewrite import clone_op, incoming
from ..ir.types import Array, Cache, List, Scalar, Table, strip_const
from .cutting import cheapest_saves
from .elsewhere import Elsewhere
from .replay import is_replay

CHEAP = frozenset({operator.add, operator.sub, operator.mul, operator.neg, operator.pos, operator.lt, operator.le, operator.gt,
                   operator.ge, operator.eq, operator.ne, operator.not_, operator.is_, operator.is_not, operator.getitem, len,
                   abs,
                   operator.truediv, operator.mod, operator.floordiv})
"""Scalar operations that cost about as much as saving and taking back one value."""
STEADY = CHEAP | {operator.pow, math.sqrt, np.sqrt}
"""Scalar operations that are repeated rather than saved where their operands are the same at every iteration."""
SHORT = frozenset({math.sin, math.cos, math.exp, math.log, math.sqrt, math.tanh, math.atan})
"""Functions of a number that are called again in a branch: a list of its own costs more there, an append and a pop."""
FREE = frozenset({"const", "global", "convert", "broadcast", "narrow", "item", "attr"})
"""Ops that print as part of an expression."""
DEPTH = 3
"""How many cheap operations in a row are repeated rather than saved."""
SAVING = 3.5
"""The cost of saving a number and taking it back, in cheap operations."""
FUSED = frozenset({operator.add, operator.sub, operator.mul, operator.truediv, operator.neg, operator.lt, operator.le,
                   operator.gt, operator.ge, operator.eq, operator.ne})
"""Operations on arrays that cost nearly nothing in a loop which reads their operands anyway."""
SAVING_ARRAY = 8.5
"""The cost of saving an array, in such operations."""
TRIPS = 8
"""How often a loop is assumed to run."""


class Sweeps:
    """A forward and a reverse sweep in one body, before it is decided what is saved: the one names values of the other."""

    def __init__(self, function: Function, mark: Op, mirror: dict[Block, Block], replaced: dict[Value, Value],
                 fused: bool = False) -> None:
        self.function = function
        self.mark = mark
        """The op that separates the two sweeps."""
        self.mirror = mirror
        """For each forward block the reverse block that undoes it."""
        self.replaced = replaced
        """Forward values that have another name in their mirrored block (induction variables)."""
        self.fused = fused
        """Whether what is elementwise becomes part of the loop that uses it: no array is saved that few operations give."""

    def copy(self, context: Context) -> Sweeps:
        """The same sweeps in a function of their own."""
        values: dict[Value, Value] = {}
        function = context.copied(self.function, values)
        twins = dict(zip(_blocks(self.function.body), _blocks(function.body), strict=True))
        for op in walk(function.body):
            if "exchanged" in op.attrs:
                op.attrs["exchanged"] = tuple(map(values.__getitem__, op.attrs["exchanged"]))
        mark = function.body.ops[self.function.body.ops.index(self.mark)]
        mirror = {twins[a]: twins[b] for a, b in self.mirror.items() if a in twins and b in twins}
        replaced = {values[a]: values[b] for a, b in self.replaced.items() if a in values and b in values}
        return Sweeps(function, mark, mirror, replaced, self.fused)


def _blocks(body: Block) -> Iterator[Block]:
    yield body
    for op in walk(body):
        yield from op.blocks


def save(joint: Sweeps, packed: bool = False) -> None:
    """Make every forward value that the reverse sweep of ``joint`` uses available there.

    ``packed`` says that the two sweeps will be two functions: what one branch leaves unbound is None in the context then.
    """
    _Saver(joint, packed).run()


class _Saver:
    def __init__(self, joint: Sweeps, packed: bool) -> None:
        self.function = joint.function
        self.packed = packed
        self.mirror = joint.mirror
        self.replaced = joint.replaced
        self.mark = joint.mark
        self.fused = joint.fused
        self.needed: dict[Block, dict[Value, None]] = {}
        """For each forward block, the values defined in it that its mirror must provide."""
        self.saved: set[Value] = set()
        self.available: dict[Value, Value] = {}
        """Forward value → the value that stands for it in the reverse sweep."""
        self.heads: dict[Block, list[Op]] = {}
        """Ops to put at the head of each mirrored block."""
        self.changes = _Changes(joint.function, packed)

    def run(self) -> None:
        body = self.function.body
        at = body.ops.index(self.mark)
        reverse = body.ops[at + 1:]
        forward_blocks = self._forward_blocks(body.ops[:at])
        forward_blocks |= self._forward_blocks([op for op in with_inside(reverse) if is_replay(op)])
        self._choose(reverse, forward_blocks)
        for op in reverse:
            self._rewrite(op, frozenset())
        for block, ops in self.heads.items():
            self._insert_head(block, ops)
        for op in walk(body):
            op.attrs.pop("exchanged", None)
            op.attrs.pop("replay", None)  # from now on it is a part of the reverse sweep as any other

    def _insert_head(self, block: Block, ops: list[Op]) -> None:
        for op in ops:
            op.parent = block
        at = block.ops.index(self.mark) + 1 if block is self.function.body else 0
        block.ops[at:at] = ops

    def _forward_blocks(self, ops: list[Op]) -> set[Block]:
        found: set[Block] = set()
        for op in ops:
            for block in op.blocks:
                found.add(block)
                found |= self._forward_blocks(block.ops)
        return found

    # ------------------------------------------------------------------------------------------------------- choosing
    def _choose(self, reverse: list[Op], forward_blocks: set[Block]) -> None:
        """Decide which needed values must be saved: those that cannot be recomputed from what is at hand."""
        wanted: dict[Value, None] = {}
        for op in reverse:
            for v in _not_in_scope(op, frozenset()):
                v = _behind(v)
                if defining_block(v) in forward_blocks and v not in self.replaced:
                    wanted[v] = None
        self.forward_blocks = forward_blocks
        self.wanted = wanted
        self.saved = cheapest_saves(sorted(wanted, key=self._order(reverse)), self._cost_of_saving, self._repeated)

    def _order(self, reverse: list[Op]) -> Callable[[Value], int]:
        """The position of a value in the forward sweep."""
        position: dict[Any, int] = {}
        forward = self.function.body.ops[:len(self.function.body.ops) - len(reverse)]
        for op in (*with_inside(forward), *(one for one in with_inside(reverse) if is_replay(one))):
            for inner in with_inside([op]) if is_replay(op) else [op]:
                position.setdefault(inner, len(position))
                for block in inner.blocks:
                    position.setdefault(block, len(position))
        return lambda v: position.get(v.owner, -1)

    def _at_hand(self, v: Value) -> bool:
        return v in self.replaced or defining_block(v) not in self.forward_blocks

    def _cost_of_saving(self, v: Value) -> float:
        """The cost of saving ``v``, in cheap operations: of what is not wanted, only of what nobody writes to."""
        if _behind(v) is not v:
            return inf
        stays = isinstance(strip_const(v.type), Scalar) or self.fused and _is_fused(v.owner) and self._cheap(v.owner)
        if v not in self.wanted and not stays:
            return inf
        return (SAVING_ARRAY if self.fused and isinstance(v.type, Array) else SAVING) * self._times(v)

    def _repeated(self, v: Value) -> tuple[float, list[Value]] | None:
        """What computing ``v`` again costs, and the operands that must be provided for it; None where that cannot be."""
        op = v.owner
        if not isinstance(op, Op) or op.blocks:
            return None
        if op.name in ("const", "global") or self._invariant(v):
            return 0, []
        if not self._cheap(op):
            return None
        cost = 0 if op.name in FREE else 2 if op.name == "call" and op.attrs["fn"] in SHORT else 1
        return cost * self._times(v), [o for o in op.operands if not self._at_hand(o)]

    def _times(self, v: Value) -> int:
        """How often ``v`` is defined: a guess."""
        times: int = TRIPS ** len(loops_around(defining_block(v)))
        return times

    def _invariant(self, v: Value) -> bool:
        """Whether ``v`` is a number that takes a few operations on what stays alive: the same at every iteration."""
        op = v.owner
        if defining_block(v) not in self.forward_blocks:
            return isinstance(strip_const(v.type), Scalar)
        if not isinstance(op, Op):
            return False
        steady = op.name in FREE or op.name == "call" and op.attrs["fn"] in STEADY and op.attrs.get("effect", "pure") == "pure"
        number = len(op.results) == 1 and isinstance(strip_const(v.type), Scalar) and not self._loads_what_is_stored(op)
        return steady and number and all(map(self._invariant, op.operands))

    def _cheap(self, op: Op) -> bool:
        if op.name in FREE or op.name == "call" and (op.attrs["fn"] is np.shape or op.attrs.get("again")):
            return True
        if self.fused and _is_fused(op):
            return not self.changes.after(op) and not self.changes.written(op.results[0])
        if op.name != "call" or op.attrs["fn"] not in CHEAP and not (op.attrs["fn"] in SHORT and _in_branch(op)):
            return False
        reads = op.attrs["fn"] is operator.getitem
        looks = any(isinstance(v.type, List | Table) for v in op.operands)  # ``len(xs)``, ``not xs``
        if (reads or looks) and self._loads_what_is_stored(op):
            return False
        return len(op.results) == 1 and (isinstance(strip_const(op.results[0].type), Scalar) or reads and _is_view(op))

    def _loads_what_is_stored(self, op: Op) -> bool:
        """Whether ``op`` reads contents that a later store may change: a view of them can be taken again at any time."""
        copies = op.name == "call" and op.attrs["fn"] is operator.getitem and not may_alias(op)  # a[[0, 2, 1]]
        items = any(isinstance(v.type, List | Table) for v in op.operands)
        return (copies or items or isinstance(strip_const(op.results[0].type), Scalar)) and self.changes.after(op)

    # ------------------------------------------------------------------------------------------------------ rewriting
    def _rewrite(self, op: Op, scope: frozenset[Block]) -> None:
        for k, v in enumerate(op.operands):
            if defining_block(v) not in scope:
                op.operands[k] = self._provide(v)
        for block in op.blocks:
            for inner in list(block.ops):
                self._rewrite(inner, scope | {block})

    def _provide(self, v: Value) -> Value:
        """The value that stands for forward value ``v`` in the mirror of its block."""
        if defining_block(v) not in self.forward_blocks:
            return v
        if v in self.replaced:
            return self.replaced[v]
        if v not in self.available:
            if v in self.saved and _behind(v) is v:
                self.available[v] = self._save(v)
            else:
                self.available[v] = self._recompute(v)
        return self.available[v]

    def _recompute(self, v: Value) -> Value:
        op = v.owner
        assert isinstance(op, Op)
        operands = [self._provide(o) for o in op.operands]
        copy = clone_op(op, dict(zip(op.operands, operands, strict=True)))
        copy.attrs.pop("may_raise", None)
        copy.attrs["recomputed"] = True
        copy.parent = self._mirror_of(v)
        self._head(copy.parent).append(copy)
        return copy.results[op.results.index(v)]

    def _mirror_of(self, v: Value) -> Block:
        block = defining_block(v)
        found = self.mirror.get(block)
        if found is None:
            raise InternalError(f"the reverse sweep needs {v!r}, whose block was not reversed")
        return found

    def _head(self, block: Block) -> list[Op]:
        return self.heads.setdefault(block, [])

    def _save(self, v: Value) -> Value:
        """Pass ``v`` out of its branch when it is not in a loop, else push and pop it."""
        bind_unbound(v, set())
        owners = _up_to_replay([op for op in _owners(defining_block(v)) if op is not None])
        loops = [k for k, op in enumerate(owners) if op.name in LOOPS]
        if not loops:
            return self._pass_out(v)
        inside = next((k for k in range(loops[-1], -1, -1) if _may_fail(v, owners[k])), None)
        if inside is not None and not any(k < inside for k in loops):
            return self._provided(self._pass_out(v, owners[inside]))
        body, loop = (owners[-1].parent, owners[-1]) if inside is None else _home(owners, inside)
        assert body is not None
        loc = _loc_of(v)
        cache = Op("cache", [], [], {}, [], body, loc)
        cache.results = [Value(f"saved_{v.hint}" if v.hint else "", Cache(v.type), cache)]
        body.ops.insert(body.ops.index(loop), cache)
        filled = cache.results[0] if inside is None else self._provided(cache.results[0])
        push = Op("push", [cache.results[0], v], [], {}, [], defining_block(v), loc)
        self._after_definition(v, push)
        pop = Op("pop", [filled], [], {}, [], self._mirror_of(v), loc)
        pop.results = [Value(v.hint, v.type, pop)]
        self._head(self._mirror_of(v)).append(pop)
        return pop.results[0]

    def _after_definition(self, v: Value, push: Op) -> None:
        block = defining_block(v)
        if isinstance(v.owner, Op):
            block.ops.insert(block.ops.index(v.owner) + 1, push)
            return
        at = 0
        while at < len(block.ops) and block.ops[at].name == "push":
            at += 1
        block.ops.insert(at, push)

    def _provided(self, v: Value) -> Value:
        """What stands for ``v``, a value that only saving has made, in the mirror of its block."""
        self.saved.add(v)
        return self._provide(v)

    def _pass_out(self, v: Value, last: Op | None = None) -> Value:
        """Make ``v`` a result of the branch that defines it, and of every region around it (up to ``last``)."""
        current = v
        while True:
            block = defining_block(current)
            op = block.parent
            if op is None or current.owner is last and last is not None:
                return current
            known = _yielded_as(current, op, block)
            if known is not None:
                current = known
                continue
            for inner in op.blocks:
                end = inner.ops[-1]
                if inner is block:
                    end.operands.append(current)
                elif end.name == "yield":
                    name, attrs = ("const", {"value": None}) if self.packed else ("undef", {})
                    undef = Op(name, [], [], attrs, [], inner, op.loc)
                    undef.results = [Value(v.hint, v.type, undef)]
                    inner.ops.insert(len(inner.ops) - 1, undef)
                    end.operands.append(undef.results[0])
            result = Value(v.hint, v.type, op)
            op.results.append(result)
            current = result


def _may_fail(v: Value, op: Op) -> bool:
    """Whether an exception may leave the block of ``op`` that defines ``v`` and be handled there: what it saved would stay."""
    return op.name == "try" and op.blocks[0] in enclosing(defining_block(v))


def _home(owners: list[Op], inside: int) -> tuple[Block, Op]:
    """The block of the ``try`` among ``owners`` in which a list is made anew each time, and the loop in it that fills it."""
    return owners[inside].blocks[0], owners[inside - 1]


def _yielded_as(v: Value, op: Op, block: Block) -> Value | None:
    """The result of an ``if`` that is ``v`` whenever this branch was taken, and so in the branch's mirror."""
    if op.name not in ("if", "try") or block.ops[-1].name != "yield":
        return None
    return next((r for r, w in zip(op.results, block.ops[-1].operands, strict=True) if w is v and r.type == v.type), None)


def bind_unbound(v: Value, seen: set[Value]) -> bool:
    """Bind a variable to None where it would be unbound on some path: saving it must not raise where the program does not.

    The result says whether there was such a path.
    """
    if v in seen:
        return False
    seen.add(v)
    op = v.owner.parent if isinstance(v.owner, Block) else v.owner
    if not isinstance(op, Op):
        return False
    if op.name == "undef":
        op.name, op.attrs = "const", {"value": None, "unbound": True}
        return True
    sources: list[Value] = []
    if isinstance(v.owner, Block) and op.name in LOOPS:
        k = v.owner.args.index(v) - (len(v.owner.args) - len(op.results))
        sources = list(incoming(op, k)) if k >= 0 else []
    elif op.name in ("if", "with", "try", *LOOPS):
        sources = list(incoming(op, op.results.index(v)))
    bound = [bind_unbound(source, seen) for source in sources]  # every source, not only up to the first
    return any(bound)


class _Changes:
    """What the forward sweep stores into, and whether a read of it would give the same after the sweep."""

    def __init__(self, function: Function, called: bool) -> None:
        plain = not any(op.name == "try" or is_replay(op) for op in walk(function.body))
        self.elsewhere = Elsewhere() if plain else None
        """Compares indices."""
        self.returned: set[Value] = set()
        """Memory that others have, too, when the function has returned."""
        self.stores: dict[tuple[Value, int], list[Op]] = {}
        self.order: dict[Op, int] = {}
        self.lent: set[tuple[Value, int]] = set()
        """Memory of the callers, who may write to it afterwards."""
        stores = [(op, v) for op in walk(function.body) for v in _written_by(op)]
        dicts = [p for p in function.params if isinstance(strip_const(p.type), Table)] if called else []
        if stores or function.lent.params or dicts:
            self.classes = AliasClasses(function)
            self.order = {op: k for k, op in enumerate(walk(function.body))}
            self.lent = {self._place(function.params[k]) for k in function.lent.params}
            self.lent |= {(self.classes.find(p), d + 1) for p in dicts for d in range(depth(p.type))}  # nobody undoes that
            self.returned = {self.classes.find(v) for op in function.body.ops[-1:] if op.name == "return" for v in op.operands}
        for op, v in stores:
            self.stores.setdefault(self._place(v), []).append(op)

    def _place(self, v: Value) -> tuple[Value, int]:
        return self.classes.find(v), depth(v.type)

    def after(self, read: Op) -> bool:
        """Whether what ``read`` reads may be stored into afterwards, also in a later iteration."""
        for v in read.operands if self.stores or self.lent else ():
            if isinstance(strip_const(v.type), Scalar):
                continue
            place = self._place(v)
            found = self.stores.get(place, ())
            around = loops_around(read.parent)
            later = (op for op in found
                     if self.order.get(op, 0) >= self.order.get(read, 0) or loops_around(op.parent) & around)
            if place in self.lent or not all(self._is_spared(read, op) for op in later):
                return True
        return False

    def _is_spared(self, read: Op, store: Op) -> bool:
        """Whether a store certainly changes other elements than those read before."""
        if self.elsewhere is None or self.classes.find(read.operands[0]) in self.returned:
            return False
        return self.elsewhere.is_spared(read, store, self.order.get(store, 0) >= self.order.get(read, 0))

    def written(self, v: Value) -> bool:
        """Whether something is stored into the memory of ``v``, which stands for one array then."""
        return bool(self.stores or self.lent) and (self._place(v) in self.stores or self._place(v) in self.lent)


def _written_by(op: Op) -> Iterator[Value]:
    """What ``op`` changes, or has a callee change."""
    if stores_beside_primal(op):
        yield op.operands[0]
    elif op.name == "invoke":
        yield from lent_to(op)


def loops_around(block: Block | None) -> set[Op]:
    """The loops in which a block is."""
    assert block is not None
    return {one.parent for one in enclosing(block) if one.parent is not None and one.parent.name in LOOPS}


def _is_fused(op: Op | Block | None) -> TypeGuard[Op]:
    """Whether an op is arithmetic on arrays that becomes part of a loop."""
    if not isinstance(op, Op) or op.name != "call" or op.attrs["fn"] not in FUSED or len(op.results) != 1:
        return False
    t = op.results[0].type
    return isinstance(t, Array) and t.ndim > 0 and t.dtype in ("float64", "bool")


def _in_branch(op: Op) -> bool:
    return op.parent is not None and op.parent.parent is not None and op.parent.parent.name == "if"


def _behind(v: Value) -> Value:
    """What implicit ops make ``v`` of: at run time it is that, and so it is saved with that type."""
    while isinstance(v.owner, Op) and v.owner.name in IMPLICIT:
        v = v.owner.operands[0]
    return v


def _is_view(op: Op) -> bool:
    """Whether an array read only makes a view: then it costs no memory to repeat it, and it is the same at any time."""
    return may_alias(op) and not any(isinstance(strip_const(v.type), List) for v in op.operands[1:])


def _owners(block: Block) -> list[Op | None]:
    return [b.parent for b in enclosing(block)][:-1]


def _up_to_replay(owners: list[Op]) -> list[Op]:
    """Of the ops around a value those up to the replay that it is in: what is saved of a replay is saved beside it."""
    end = next((k + 1 for k, op in enumerate(owners) if is_replay(op)), len(owners))
    return owners[:end]


def _not_in_scope(op: Op, scope: frozenset[Block]) -> Iterator[Value]:
    """The operands of ``op``, and of what is nested in it, that are not defined in one of the blocks around them there."""
    yield from (v for v in op.operands if defining_block(v) not in scope)
    for block in op.blocks:
        for inner in block.ops:
            yield from _not_in_scope(inner, scope | {block})


def with_inside(ops: Sequence[Op]) -> Iterator[Op]:
    """The ops, each followed by those inside it."""
    for op in ops:
        yield op
        for block in op.blocks:
            yield from walk(block)


def _loc_of(v: Value) -> Any:
    owner = v.owner
    if isinstance(owner, Op):
        return owner.loc
    return owner.parent.loc if owner is not None and owner.parent is not None else None

