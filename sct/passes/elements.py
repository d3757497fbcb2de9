"""Reads and writes elements of lists where a loop goes over an array element by element: four times as fast in CPython.

Before the loop the array is made a list once, and what the function itself wrote to the list is put back behind it.  Elements
of a list are Python's floats where those of the array were NumPy's; where that could be told apart they are converted back.

Before:

    function f(%x: float64[:], %y: float64[:], %s_bar: float):
      %0: int = const 0
      %1: int = const 1
      %n: int = len(%x)
      %s: float = const 0.0
      %s.1: float = for %i: int in range(%0, %n, %1) with %s.2: float = %s:
        %2: np.float64 = %x[%i] {effect='reads', may_raise}
        %3: np.float64 = %y[%i] {effect='reads', may_raise}
        %4: np.float64 = %2 * %3
        %5: float = math.sin(%4)
        %s.3: float = %s.2 + %5
        continue %s.3
      %x_bar: float64[:] = np.zeros_like(%x) {effect='fresh', adjoint}
      for %j: int in range(%0, %n, %1) {reverse}:
        index_add %x_bar[%j], %s_bar {unique}
        continue
      return %s.1, %x_bar {single=False}

After:

    function f(%x: float64[:], %y: float64[:], %s_bar: float):
      %0: int = const 0
      %1: int = const 1
      %n: int = len(%x)
      %s: float = const 0.0
      %x_list: list(float) = tolist(%x) {spelled='method', effect='fresh', spelled_name='tolist', adjoint}
      %2: float64[:] = %y[:%n] {effect='reads', adjoint}
      %y_list: list(float) = tolist(%2) {spelled='method', effect='fresh', spelled_name='tolist', adjoint}
      %s.1: float = for %i: int in range(%0, %n, %1) with %s.2: float = %s:
        %3: float = %x_list[%i] {effect='reads', may_raise, element_of='x'}
        %4: float = %y_list[%i] {effect='reads', may_raise, element_of='y'}
        %5: float = %3 * %4
        %6: float = math.sin(%5)
        %s.3: float = %s.2 + %6
        continue %s.3
      %x_bar: float64[:] = np.zeros_like(%x) {effect='fresh', adjoint}
      %x_bar_list: list(float) = tolist(%x_bar) {spelled='method', effect='fresh', spelled_name='tolist', adjoint}
      for %j: int in range(%0, %n, %1) {reverse}:
        index_add %x_bar_list[%j], %s_bar {unique, element_of='x_bar'}
        continue
      store %x_bar[...], %x_bar_list {adjoint}
      return %s.1, %x_bar {single=False}

It pays where about as many elements are read as there are, which ``covering`` decides: making the list takes 20 ns for each
element, reading one from an array 50 ns more than from a list, and sums of ``np.float64`` take two to three times as long.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..ir.core import Block, Function, Op, Value, defining_block, enclosing, walk
from ..ir.ops import LOOPS, Lit, SeqOf, SliceOf, Slot
from ..ir.rewrite import insert_before
from ..ir.types import INT, Array, List, Scalar, Tuple, Type, strip_const
from .covering import Access, Region, loops_around, measured_by, regions
from .exact import exact
from .kinds import NUMPY, PYTHON, Kinds, Use
from .shapes import ndim

_ROUNDS = 50
"""So often numbers are converted back somewhere before it is given up."""
_GOOD = 0.7
"""Where numbers cost less than so much of what they did, no combination of regions is tried but all."""


def list_elements(fn: Function) -> int:
    """Let arrays of ``fn`` be lists within the loops where that pays and is exact; the number of such loops."""
    candidates = regions(fn)
    chosen = _settled(fn, candidates) if candidates else None
    if chosen is None:
        return 0
    _restore(chosen)
    _Rewriter(chosen).rewrite()
    _retype(chosen)
    return len(chosen.regions)


def may_signal(functions: Iterable[Function]) -> bool:
    """Whether NumPy may raise in ``functions`` where Python's floats overflow without a word."""
    usual = set(np.geterr().values()) <= {"warn", "ignore"}
    return not usual or any(op.name == "with" for fn in functions for op in walk(fn.body))


# ---------------------------------------------------------------------------------------------------------------- decisions

@dataclass
class _Choice:
    """Regions, and which numbers must be converted back because of them."""

    regions: list[Region]
    kinds: Kinds
    restored: frozenset[Use]


def _settled(fn: Function, candidates: list[Region]) -> _Choice | None:
    """The best choice among ``candidates``: all for which that is exact, without those that cost more than they bring."""
    choice = _made_exact(fn, candidates)
    kept = [region for region in choice.regions if not _is_marginal(region, choice.kinds)]
    if len(kept) < len(choice.regions):
        choice = _made_exact(fn, kept)
    if not choice.restored:
        return choice if choice.regions else None
    best, cost, without = choice, _cost(fn, choice), _cost(fn, _Choice([], Kinds(fn, []), frozenset()))
    if cost < _GOOD * without:
        return choice
    for region in choice.regions:
        if region in best.regions and any(region in best.kinds.roots[op.operands[k]] for op, k in best.restored):
            other = _made_exact(fn, [r for r in best.regions if r is not region])
            if (its := _cost(fn, other)) < cost:
                best, cost = other, its
    return best if best.regions and cost < without else None


def _is_marginal(region: Region, kinds: Kinds) -> bool:
    """Whether each element is touched once only, and what it meets is NumPy's all the same."""
    tops = {access.top for access in region.accesses}
    if len(region.accesses) > 1 or tops != {region.loop}:
        return False
    (access,) = region.accesses
    if access.op.name != "call":
        return kinds.now(access.op, 1) != PYTHON
    users = [op for op in walk(region.loop.blocks[-1]) if access.op.result in op.operands and op.name == "call"]
    return bool(users) and all(kinds.after.get(r) == NUMPY for op in users for r in op.results if isinstance(r.type, Scalar))


def _made_exact(fn: Function, candidates: list[Region]) -> _Choice:
    """Convert back what must be, leave out the regions where that is impossible, until everything is exact."""
    restored: frozenset[Use] = frozenset()
    for _ in range(_ROUNDS if candidates else 0):
        kinds = Kinds(fn, candidates, restored)
        uses = list(_inexact(fn, kinds))
        if not uses:
            return _Choice(candidates, kinds, frozenset((op, k) for op, k in restored if kinds.roots[op.operands[k]]))
        hopeless = {region for op, k in uses if not kinds.certain(op.operands[k]) for region in kinds.roots[op.operands[k]]}
        if hopeless:
            candidates, restored = [r for r in candidates if r not in hopeless], frozenset()
        else:
            restored |= {next(group) for group in _by_op(uses)}
    return _Choice([], Kinds(fn, []), frozenset())


def _inexact(fn: Function, kinds: Kinds) -> Iterator[Use]:
    """The operands that are other numbers than before where that makes a difference."""
    for op in walk(fn.body):
        for k in range(len(op.operands)):
            if kinds.changed(op, k) and not exact(kinds, op, k):
                yield op, k


def _by_op(uses: Iterable[Use]) -> Iterator[Iterator[Use]]:
    grouped: dict[Op, list[Use]] = {}
    for use in uses:
        grouped.setdefault(use[0], []).append(use)
    return map(iter, grouped.values())


def _cost(fn: Function, choice: _Choice) -> float:
    """What the numbers of a function cost in one call, if each loop runs ten times: NumPy's are slow."""
    kinds, total = choice.kinds, 0.0
    accesses = {a.op for region in choice.regions for a in region.accesses}
    restored = Counter(op for op, _ in choice.restored)
    for op in walk(fn.body):
        depth = sum(b.parent is not None and b.parent.name in LOOPS for b in enclosing(op.parent)) if op.parent else 0
        cost = 3.0 * restored[op]
        if op.name in ("call", "store", "index_add") and op.operands and isinstance(op.operands[0].type, Array):
            cost += 1 if op in accesses else 3
        elif op.name == "call" and any(kinds.now(op, k) & NUMPY for k in range(len(op.operands))):
            cost += 2
        total += cost * 10 ** min(depth, 6)
    return total


# ---------------------------------------------------------------------------------------------------------------- rewriting

def _restore(choice: _Choice) -> None:
    """Convert numbers back to NumPy's where they are used."""
    for op, k in choice.restored:
        value = op.operands[k]
        t = strip_const(value.type)
        assert isinstance(t, Scalar) and op.parent is not None
        new = _call(op, np.dtype(t.dtype).type, [value], Scalar(t.dtype, False), value.hint)
        insert_before(op, [new])
        op.operands[k] = new.result


def _retype(choice: _Choice) -> None:
    """Say of each number what it is now."""
    for value, roots in choice.kinds.roots.items():
        if roots and isinstance(value.type, Scalar):
            kind = choice.kinds.after[value]
            value.type = Scalar(value.type.dtype, None if kind == PYTHON | NUMPY else kind == PYTHON)


def _call(at: Op, fn: object, operands: list[Value], kind: Type, hint: str = "", **attrs: Any) -> Op:
    args = attrs.pop("args", tuple(Slot(k) for k in range(len(operands))))
    op = Op("call", operands, [], {"fn": fn, "args": args, "kwargs": {}, **attrs}, [], at.parent, at.loc)
    op.results.append(Value(hint, kind, op))
    return op


def _keep_together(loop: Op) -> None:
    """Let the empty lists that a loop fills be made right in front of it: both are printed as one comprehension."""
    home = _home(loop)
    filled = [*loop.operands, *(op.operands[0] for op in walk(loop.blocks[-1]) if op.name == "insert")]
    for made in dict.fromkeys(v.owner for v in filled):
        if isinstance(made, Op) and made.name == "tuple" and not made.operands and made.parent is home:
            between = home.ops[home.ops.index(made) + 1:home.ops.index(loop)]
            if not any(made.result in op.operands or op.blocks for op in between):
                home.ops.remove(made)
                insert_before(loop, [made])


class _Rewriter:
    def __init__(self, choice: _Choice) -> None:
        self.regions = choice.regions
        self.lists: list[tuple[Region, Value]] = []
        """The lists that were made, in textual order."""
        self.lengths: dict[tuple[Value, Block], Value] = {}
        """Lengths that were asked for in front of loops."""
        self.rows: dict[tuple[Value, Value], Value] = {}
        """The rows that were taken at the head of the loop over them."""

    def rewrite(self) -> None:
        for region in self.regions:
            items = self.items(region)
            for loop in dict.fromkeys(filter(None, map(_iterates, region.accesses))):
                if loop is region.loop or region.loop in loops_around(loop):
                    self.count(loop, region.array, items)
            for access in region.accesses:
                self.redirect(access, items)
            if region.stores:
                self.put_back(region, items)
            _keep_together(region.loop)

    def items(self, region: Region) -> Value:
        """The list of a region: one that was made before, or a new one."""
        if not region.written:
            visible = set(enclosing(_home(region.loop)))
            for other, items in self.lists:
                whole = other.bounds == region.bounds or not any(other.bounds)
                if other.array is region.array and whole and _home(other.loop) in visible:
                    return items
        assert isinstance(region.array.type, Array)
        array = self.part(region)
        kind: Type = Scalar(region.array.type.dtype)
        for _ in region.array.type.dims:
            kind = List(kind)
        hint = f"{region.array.hint}_list" if region.array.hint else ""
        made = _call(region.loop, np.ndarray.tolist, [array], kind, hint, spelled="method", effect="fresh",
                     spelled_name="tolist", adjoint=True)
        insert_before(region.loop, [made])
        if not region.written:
            self.lists.append((region, made.result))
        return made.result

    def part(self, region: Region) -> Value:
        """The array, up to the bounds of the loops if they are not its own."""
        if not any(region.bounds):
            return region.array
        operands, template = self.slices(region, 1)
        assert isinstance(region.array.type, Array)
        kind = Array(region.array.type.dtype, region.array.type.dims)
        made = _call(region.loop, operator.getitem, [region.array, *operands], kind, args=(Slot(0), template), effect="reads",
                     adjoint=True)
        insert_before(region.loop, [made])
        return made.result

    def slices(self, region: Region, first: int) -> tuple[list[Value], SliceOf | SeqOf]:
        operands = [self.at_hand(region, bound) for bound in region.bounds if bound is not None]
        slots = iter(range(first, first + len(operands)))
        nothing = Lit(None)
        parts = [SliceOf(nothing, nothing if bound is None else Slot(next(slots)), nothing) for bound in region.bounds]
        return operands, parts[0] if len(parts) == 1 else SeqOf(tuple, tuple(parts))

    def at_hand(self, region: Region, bound: Value) -> Value:
        """A bound as it is known in front of the loop."""
        array, home = measured_by(bound), _home(region.loop)
        if array is None or defining_block(bound) in enclosing(home):
            return bound
        if (array, home) not in self.lengths:
            made = _call(region.loop, len, [array], bound.type, bound.hint, adjoint=True)
            insert_before(region.loop, [made])
            self.lengths[array, home] = made.result
        return self.lengths[array, home]

    def redirect(self, access: Access, items: Value) -> None:
        """Let an op read or write the list."""
        op = access.op
        if access.rows:
            (row,) = access.rows
            row.operands[0], row.result.type = items, List(_item(items))
            return
        *outer, last = access.index
        for axis, number in enumerate(outer):
            items = self.row(access, axis, items, number)
        op.operands[0] = items
        first = 2 if op.name in ("store", "index_add") else 1
        del op.operands[first:]
        template: Slot | Lit = Lit(last) if isinstance(last, int) else Slot(first)
        if isinstance(last, Value):
            op.operands.append(last)
        op.attrs["args"] = (Slot(0), template)
        if access.array.hint:
            op.attrs["element_of" if len(access.index) == 1 else "item_of"] = access.array.hint
        op.attrs.pop("at", None)

    def row(self, access: Access, axis: int, items: Value, number: Value | int) -> Value:
        """The list in a list that ``number`` names, at the head of the loop over them where a loop inside uses it."""
        op = access.op
        body = number.owner if isinstance(number, Value) else None
        if axis == 0 and isinstance(number, Value) and isinstance(body, Block) and access.within[0] and op.parent is not body:
            if (items, number) not in self.rows:
                hint = "_".join(filter(None, (access.array.hint, number.hint or "row"))) if access.array.hint else ""
                made = _call(body.ops[0], operator.getitem, [items, number], _item(items), hint, effect="reads")
                insert_before(body.ops[0], [made])
                self.rows[items, number] = made.result
            return self.rows[items, number]
        operands = [items, number] if isinstance(number, Value) else [items]
        template: Slot | Lit = Slot(1) if isinstance(number, Value) else Lit(number)
        made = _call(op, operator.getitem, operands, _item(items), args=(Slot(0), template), effect="reads")
        made.attrs.update({key: True for key in ("may_raise", "adjoint", "recomputed") if op.attrs.get(key)})
        insert_before(op, [made])
        return made.result

    def count(self, loop: Op, array: Value, items: Value) -> None:
        """Let a loop over the elements of an array, ``for a in x``, ask the list how many there are."""
        counter = loop.blocks[0].args[0]
        if loop.attrs.get("reverse") and sum(op.operands.count(counter) for op in walk(loop.blocks[0])) > 1:
            return  # reversed, only a single list is iterated over
        made = self.length(loop, loop.operands[1], array, items)
        if made is not None:
            loop.operands[1] = made

    def length(self, loop: Op, number: Value, array: Value, items: Value) -> Value | None:
        """``number`` with the length of the array in it replaced by that of the list."""
        op = number.owner
        if not isinstance(op, Op) or op.name != "call" or op.attrs["fn"] not in (len, min) or op.attrs.get("kwargs"):
            return None
        if op.attrs["fn"] is len:
            operands = [items if v is array else v for v in op.operands]
        else:
            operands = [self.length(loop, v, array, items) or v for v in op.operands]
        if operands == op.operands:
            return None
        made = Op("call", operands, [], dict(op.attrs), [], loop.parent, loop.loc)
        made.results.append(Value(op.result.hint, op.result.type, made))
        insert_before(loop, [made])
        return made.result

    def put_back(self, region: Region, items: Value) -> None:
        """Write the list to the array, behind the loop."""
        before = self.shaped(region, items) if ndim(region.array) > 1 and not region.filled else []
        items = before[-1].result if before else items
        operands, template = self.slices(region, 2)
        index = template if any(region.bounds) else Lit(...)
        store = Op("store", [region.array, items, *(operands if any(region.bounds) else [])], [],
                   {"args": (Slot(0), index), "adjoint": True}, [], region.loop.parent, region.loop.loc)
        _insert_after(region.loop, [*before, store])

    def shaped(self, region: Region, items: Value) -> list[Op]:
        """A list of lists as an array of the right shape: an empty one does not tell how many columns there are."""
        array = region.array
        assert isinstance(array.type, Array)
        sizes = Tuple((INT,) * array.type.ndim)
        shape = _call(region.loop, np.shape, [array], sizes, spelled="attribute", spelled_name="shape")
        made = _call(region.loop, np.reshape, [items, shape.result], array.type, adjoint=True)
        return [shape, made]


def _insert_after(op: Op, new: list[Op]) -> None:
    """Put ``new`` ops behind ``op``."""
    block = _home(op)
    at = block.ops.index(op) + 1
    block.ops[at:at] = new


def _iterates(access: Access) -> Op | None:
    """The loop ``for a in x`` that an access of an element or row belongs to: its counter is no variable of the user's."""
    number = access.index[0]
    body = number.owner if isinstance(number, Value) and not number.hint else None
    loop = body.parent if isinstance(body, Block) else None
    return loop if loop is not None and loop.name == "for" and loop.attrs.get("kind", "range") == "range" else None


def _item(items: Value) -> Type:
    assert isinstance(items.type, List)
    return items.type.item


def _home(op: Op) -> Block:
    assert op.parent is not None
    return op.parent


