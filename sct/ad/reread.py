"""Elements of arrays are read again in the reverse sweep where saving each of them takes more room than undoing the stores.

The reverse sweep undoes each store where it comes past it, so an array holds at any point of it what it held there in the
forward sweep (``writes.py``).  An element that is read in a deeper loop than any that stores into its array, as in a triangular
solve, a filter or a recurrence over a table, is therefore not saved once for each read but once for each store: a loop of n³
reads with n² stores keeps n² numbers.

    for k in range(j):                         for k in reversed(range(j)):
        s -= L[i, k] * L[j, k]          →          L_bar[j, k] -= s_bar * L[i, k]
                                                   L_bar[i, k] -= s_bar * L[j, k]

Between the read and what the reverse sweep uses it for nothing may be stored into the array that is not undone there.
"""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TypeGuard

from ..analysis.alias import AliasClasses, lent_to
from ..ir.core import Block, Op, Value, defining_block, enclosing, walk
from ..ir.ops import may_write, stores_beside_primal
from ..ir.rewrite import clone_op
from ..ir.types import Array, Scalar, strip_const
from .elsewhere import Elsewhere
from .replay import is_replay
from .saving import CHEAP, DEPTH, FREE, Sweeps, loops_around, with_inside

_STEPS = 2
"""How many cheap operations an index may take to be computed again."""


def read_again(joint: Sweeps, overwritten: dict[Op, Value], results: Sequence[Value]) -> int:
    """Read elements again in the reverse sweep of ``joint``, in place; how many uses.

    ``overwritten`` holds what stores replace, ``results`` are what the function returns.
    """
    if not overwritten or any(op.name == "try" or is_replay(op) for op in walk(joint.function.body)):
        return 0
    return _Rereading(joint, overwritten, results).run()


class _Rereading:
    def __init__(self, joint: Sweeps, overwritten: dict[Op, Value], results: Sequence[Value]) -> None:
        self.joint = joint
        body = joint.function.body
        at = body.ops.index(joint.mark)
        self.forward = list(with_inside(body.ops[:at]))
        self.reverse = list(with_inside(body.ops[at:]))
        self.order = {op: k for k, op in enumerate((*self.forward, *self.reverse))}
        self.inside = {block for op in self.forward for block in op.blocks}
        """The blocks of the forward sweep, whose values the reverse sweep does not see."""
        self.memory = AliasClasses(joint.function)
        undoing = {op.operands[1]: op for op in self.reverse if op.name == "store" and op.attrs.get("undo")}
        self.undone = {store: undoing[old] for store, old in overwritten.items() if old in undoing}
        self.stores: dict[Value, list[Op]] = defaultdict(list)
        """By the memory that they store into."""
        self.returned = {self.memory.find(v) for v in results}
        self.elsewhere = Elsewhere()
        self.lasting: dict[Op, bool] = {}
        self.unknown: set[Value] = set()
        """Memory that is changed in other ways, too."""
        for op in self.forward:
            self._note_writes(op)

    def _note_writes(self, op: Op) -> None:
        if op in self.undone and isinstance(op.operands[0].type, Array):
            self.stores[self.memory.find(op.operands[0])].append(op)
        elif stores_beside_primal(op) or op.name in ("iadd", "index_add", "iaddv", "fill"):
            self.unknown.add(self.memory.find(op.operands[0]))
        elif may_write(op):
            self.unknown |= {self.memory.find(v) for v in (lent_to(op) if op.name == "invoke" else op.operands)}

    def run(self) -> int:
        given = {self.memory.find(v) for v in self.joint.function.params} if self.joint.function.lent.params else set()
        uses: dict[Value, list[tuple[Op, Value]]] = defaultdict(list)
        """By memory: an op of the reverse sweep, and an element that it, or what is cheaply computed again for it, uses."""
        for op in self.reverse:
            for element in dict.fromkeys(e for v in op.operands for e in self._elements(v, DEPTH)):
                uses[self._memory_of(element)].append((op, element))
        again: dict[Op, set[Value]] = defaultdict(set)
        for root, found in uses.items():
            if root not in self.unknown | given and self._pays(root, found):
                for op, element in found:
                    if self._is_the_same(op, element, root):
                        again[op].add(element)
        for op, elements in again.items():
            made: dict[Value, Value] = {}
            op.operands = [_again(v, elements, op, made, DEPTH) for v in op.operands]
        return len(again)

    def _elements(self, v: Value, steps: int) -> Iterator[Value]:
        """The elements that are read again if ``v`` is: itself, or those that a few cheap operations make it of."""
        if self._is_element(v):
            yield v
        elif steps and v.owner in self.order and _is_cheap(v.owner):
            for operand in v.owner.operands:
                yield from self._elements(operand, steps - 1)

    def _is_element(self, v: Value) -> bool:
        """Whether ``v`` is a number of the forward sweep that would have to be saved: an element of what is stored into."""
        op = v.owner
        return _reads_element(op) and op.parent in self.inside and not op.attrs.get("adjoint") \
            and self._memory_of(v) in self.stores and not self._lasts(op)

    def _lasts(self, read: Op) -> bool:
        """Whether nothing is stored afterwards into the element that is read: then it needs no undoing."""
        if read not in self.lasting:
            root, around = self.memory.find(read.operands[0]), loops_around(read.parent)
            behind = {store: self.order[store] > self.order[read] for store in self.stores[root]}
            later = [store for store, follows in behind.items() if follows or loops_around(store.parent) & around]
            self.lasting[read] = root not in self.returned and all(
                self.elsewhere.is_spared(read, store, behind[store]) for store in later)
        return self.lasting[read]

    def _memory_of(self, element: Value) -> Value:
        assert isinstance(element.owner, Op)
        return self.memory.find(element.owner.operands[0])

    def _pays(self, root: Value, uses: list[tuple[Op, Value]]) -> bool:
        """Whether the deepest loop reads but does not store, and all that it reads can be read again."""
        deepest = max(_depth(element.owner) for _, element in uses)
        return deepest > max(map(_depth, self.stores[root])) and all(
            self._is_the_same(op, element, root) for op, element in uses if _depth(element.owner) == deepest)

    def _is_the_same(self, use: Op, v: Value, root: Value) -> bool:
        """Whether reading again in front of ``use`` gives ``v``: what was stored since is undone by then, no more than that."""
        read = v.owner
        assert isinstance(read, Op) and read.parent is not None and use.parent is not None
        mirrored = self.joint.mirror.get(read.parent)
        if mirrored is None or mirrored not in enclosing(use.parent) or not all(map(self._at_hand, read.operands)):
            return False
        around = loops_around(mirrored)
        for store in self.stores[root]:
            assert store.parent is not None
            undo = self.undone[store]
            if read.parent not in enclosing(store.parent):
                continue  # loops and branches around the read are undone as a whole
            since = self.order[store] > self.order[read]
            both = loops_around(undo.parent) & loops_around(use.parent)
            if since is not (self.order[undo] < self.order[use]) or not both <= around:
                return False
        return True

    def _at_hand(self, v: Value, steps: int = _STEPS) -> bool:
        """Whether the reverse sweep has ``v`` without saving it: alive, a loop's own count, a view, a small sum of such."""
        op = v.owner
        if defining_block(v) not in self.inside or v in self.joint.replaced:
            return True
        if not isinstance(op, Op) or not steps:
            return False
        view = isinstance(v.type, Array) and op.name == "call" and op.attrs["fn"] is operator.getitem
        return (view or _is_cheap(op)) and all(self._at_hand(o, steps - 1) for o in op.operands)


def _again(v: Value, elements: set[Value], use: Op, made: dict[Value, Value], steps: int) -> Value:
    """``v`` in front of ``use``, with ``elements`` read again; ``v`` itself where it is made of none of them."""
    op = v.owner
    if v not in made and isinstance(op, Op) and (v in elements or steps and _is_cheap(op)):
        operands = [_again(o, elements, use, made, steps - 1) if v not in elements else o for o in op.operands]
        if v in elements or operands != op.operands:
            made[v] = _cloned(op, operands, use)
    return made.get(v, v)


def _cloned(op: Op, operands: list[Value], use: Op) -> Value:
    assert use.parent is not None
    clone = clone_op(op, dict(zip(op.operands, operands, strict=True)), use.parent)
    clone.attrs.pop("may_raise", None)
    clone.attrs["recomputed"] = True
    clone.loc = use.loc
    use.parent.ops.insert(use.parent.ops.index(use), clone)
    return clone.results[0]


def _reads_element(op: Op | Block | None) -> TypeGuard[Op]:
    return isinstance(op, Op) and op.name == "call" and op.attrs["fn"] is operator.getitem \
        and isinstance(op.operands[0].type, Array) and isinstance(strip_const(op.results[0].type), Scalar)


def _is_cheap(op: Op | Block | None) -> TypeGuard[Op]:
    """Whether an op computes a number of numbers, and about as fast as one is saved."""
    return isinstance(op, Op) and len(op.results) == 1 and isinstance(strip_const(op.results[0].type), Scalar) \
        and (op.name in FREE or op.name == "call" and op.attrs["fn"] in CHEAP) \
        and all(isinstance(strip_const(o.type), Scalar) for o in op.operands)


def _depth(op: Op | Block | None) -> int:
    assert isinstance(op, Op)
    return len(loops_around(op.parent))
