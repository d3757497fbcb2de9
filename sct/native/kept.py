"""Takes functions in IR, keeps saved numbers in arrays of known length where they lay in lists that grow.

A number that is saved in loops whose rounds are counted has a place of its own: that of the loops' indices.  The mirrored loops
pass through the same indices, and read it there.

    saved_s = []                          saved_s = np.empty(max(n, 0))
    for _ in range(n):                    for i in range(n):
        saved_s.append(s)         →           saved_s[i] = s
    for s in reversed(saved_s):           for i in range(n - 1, -1, -1):
        ...                                   s = saved_s[i]

Numba's ``append`` tests whether there is room, and ``pop`` gives room back: about 5 ns each, as long as ten multiplications.
An array that is made in each round, of a shape that is known before the loops, becomes a row of one array: it is made there, so
that nothing is allocated in the loop.

    old = np.copy(u)                      old = saved_old[k]
    saved_old.append(old)         →       old[...] = u

The ends of a range may be made of lengths and of the index of one outer loop, as in a triangle.  Lists stay where a loop may be
left early, runs as long as a condition holds, or does not count by ones; and for integers, since what Python computes as an
integer may be a ``float64`` in compiled code.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..analysis.sums import Form, is_nonnegative
from ..ir.build import Builder
from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import LOOPS, Lit, SeqOf, Slot
from ..ir.rewrite import erase, exits, incoming, insert_before, replace_uses, use_map
from ..ir.types import ANY, INT, Array, Scalar, Tuple, strip_const
from ..passes.memory import ESCAPES, Memory
from ..passes.shapes import ndim
from .sizes import Sizes

_COMPARISONS = frozenset({operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne, operator.not_})
_ARITHMETIC = frozenset({operator.add, operator.sub, operator.mul})


def keep_in_arrays(function: Function) -> int:
    """Turn what can be of the lists of saved numbers of ``function`` into arrays; how many."""
    users, sizes, memory = use_map(function.body), Sizes(function), Memory(function)
    made = 0
    for cache in [op for op in walk(function.body) if op.name == "cache"]:
        saved = _Saved.of(cache, users, memory)
        if saved is not None and (plan := _plan(saved, users, sizes)) is not None:
            _rewrite(function, saved, plan, sizes)
            users = use_map(function.body)
            made += 1
    return made


# ------------------------------------------------------------------------------------------------------------- what is saved

@dataclass
class _Saved:
    """A list, the one op that fills it and the one that empties it: a ``pop``, or a loop over the reversed list."""

    cache: Op
    push: Op
    taken: Op

    @classmethod
    def of(cls, cache: Op, users: dict[Value, list[Op]], memory: Memory) -> _Saved | None:
        """None where a list is used in another way, or holds more than numbers and arrays that the function keeps to itself."""
        found = users.get(cache.result, [])
        pushes = [op for op in found if op.name == "push"]
        if len(found) != 2 or len(pushes) != 1:
            return None
        push, other = pushes[0], next(op for op in found if op is not pushes[0])
        if other.name == "call" and other.attrs["fn"] is reversed and len(walks := users.get(other.result, [])) == 1:
            other = walks[0]
        saved = cls(cache, push, other)
        drained = other.name == "pop" or other.name == "for" and other.attrs.get("kind") == "each"
        fits = drained and all(_fits(v) or is_made(v) and not memory.fact(v) & ESCAPES for v in saved.values)
        return saved if fits else None

    @property
    def values(self) -> list[Value]:
        """What is saved in one round: the items of a tuple that is made for that."""
        value = self.push.operands[1]
        return list(value.owner.operands) if self.is_tuple and isinstance(value.owner, Op) else [value]

    @property
    def is_tuple(self) -> bool:
        value = self.push.operands[1]
        return isinstance(value.type, Tuple) and isinstance(value.owner, Op) and value.owner.name == "tuple"

    @property
    def item(self) -> Value:
        """What is taken out of the list."""
        return self.taken.result if self.taken.name == "pop" else self.taken.blocks[0].args[0]


def _fits(value: Value) -> bool:
    """Whether an array of one element type holds a value exactly as it is in compiled code."""
    t = strip_const(value.type)
    if not isinstance(t, Scalar):
        return False
    return t.dtype == "float64" and not _may_be_unbound(value, set()) or t.dtype == "bool" and _is_truth(value)


def is_made(value: Value) -> bool:
    """Whether a value is an array in memory of its own, without contents or as the copy of a vector."""
    op = value.owner
    if not isinstance(op, Op) or op.name != "call" or not isinstance(value.type, Array) or value.type.dtype != "float64":
        return False
    return op.attrs["fn"] is np.empty or op.attrs["fn"] is np.copy and ndim(value) == 1 and not op.attrs["kwargs"] \
        and op.operands[0].type == value.type


def _is_truth(value: Value) -> bool:
    """Whether a truth value is the result of a comparison, or one of several."""
    op = value.owner
    if isinstance(op, Op) and op.name == "if":
        return all(map(_is_truth, incoming(op, op.results.index(value))))
    known = isinstance(op, Op) and op.name == "call" and _is_one_of(op.attrs["fn"], _COMPARISONS)
    return known or type(_constant(value)) is bool


def _may_be_unbound(value: Value, seen: set[Value]) -> bool:
    """Whether a path leaves a variable without a value: compiled code has ``None`` there, which no array of numbers holds."""
    if value in seen:
        return False
    seen.add(value)
    op = value.owner
    if isinstance(op, Block):
        loop, position = op.parent, op.args.index(value)
        position -= len(op.args) - len(loop.results) if loop is not None else 0
        inside = loop is not None and loop.name in LOOPS and position >= 0
        return inside and loop is not None and any(_may_be_unbound(v, seen) for v in incoming(loop, position))
    if isinstance(op, Op) and op.name in ("if", *LOOPS):
        return any(_may_be_unbound(v, seen) for v in incoming(op, op.results.index(value)))
    return isinstance(op, Op) and (op.name in ("undef", "with", "try") or _constant(value) is None and op.name == "const")


def _is_one_of(fn: Any, known: frozenset[Any]) -> bool:
    return any(fn is one for one in known)


# ---------------------------------------------------------------------------------------------------------------- where it is

@dataclass
class _Plan:
    """The loops around a push, outermost first, and those around what takes it back."""

    filling: list[Op]
    taking: list[Op]
    sizes: list[Form]
    """For each loop how many places there are for its rounds."""


def _plan(saved: _Saved, users: dict[Value, list[Op]], sizes: Sizes) -> _Plan | None:
    """The loops, if the mirrored ones pass through the same indices."""
    filling = _loops(saved.push, saved.cache)
    taking = [saved.taken] if saved.taken.name == "for" else _loops(saved.taken, saved.cache)
    if not filling or len(taking) != len(filling) or not all(map(_runs_through, filling)):
        return None
    if saved.is_tuple and not all(op.name == "item" for op in users.get(saved.item, [])):
        return None
    outer, places = filling[0], _places(filling, sizes)
    made = [v for v in saved.values if isinstance(v.type, Array)]
    if any(not isinstance(v.owner, Op) or v.owner.parent is not filling[-1].blocks[0] for v in made):
        return None
    extents = [sizes.extent(v, dim) for v in made for dim in range(ndim(v))]
    if places is None or not sizes.can_be_written([*places, *extents], outer):
        return None
    if saved.taken.name == "for":
        beside = saved.push.parent is outer.blocks[0] and saved.taken.parent is outer.parent
        return _Plan(filling, taking, places) if beside else None
    same: dict[Value, Value] = {}
    for loop, mirrored in zip(filling, taking, strict=True):
        bounds = zip(loop.operands[:3], mirrored.operands[:3], strict=True)
        if mirrored.attrs.get("kind", "range") != "range" or not mirrored.attrs.get("reverse") \
                or not all(_equal(a, b, same) or _equal_sums(a, b, same, sizes) for a, b in bounds):
            return None
        same[loop.blocks[0].args[0]] = mirrored.blocks[0].args[0]
    return _Plan(filling, taking, places)


def _places(loops: list[Op], sizes: Sizes) -> list[Form] | None:
    """For each loop a number that is greater than all of its indices; None where an index may be negative.

    The ends of a loop may depend on the index of another one, as in a triangle; then half of the places stay empty.
    """
    found: list[Form] = []
    halves = 0
    for k, loop in enumerate(loops):
        ends = sizes.counted(loop)
        if ends is None or not is_nonnegative(ends[0], sizes.rounds_of(loops[:k])):
            return None
        most = ends[1]
        for around in reversed(loops[:k]):
            index, limits = around.blocks[0].args[0], sizes.counted(around)
            assert limits is not None
            halves += any(end.factor(index) != 0 for end in ends)
            most = most.with_atom(index, limits[1] - 1 if most.factor(index) > 0 else limits[0])
        found.append(most)
    return found if halves <= 1 else None


def _equal_sums(a: Value, b: Value, same: dict[Value, Value], sizes: Sizes) -> bool:
    """Whether two integers are the same sum in rounds whose indices are ``same``."""
    form = sizes.form(a)
    for index, mirrored in same.items():
        form = form.with_atom(index, Form.of(mirrored))
    return form.key() == sizes.form(b).key()


def _loops(op: Op, cache: Op) -> list[Op]:
    """The loops around ``op`` up to the block of the list, outermost first; none where one of them is run under a condition.

    There may be conditions in the innermost loop: room that is never used is no more than rounds that are run.
    """
    loops: list[Op] = []
    block = op.parent
    while block is not None and block is not cache.parent:
        region = block.parent
        if region is None or region.name not in ("for", "if") or region.name == "if" and loops:
            return []
        if region.name == "for":
            loops.insert(0, region)
        block = region.parent
    return loops if block is not None else []


def _runs_through(loop: Op) -> bool:
    """Whether a loop is never left early."""
    return all(end.name != "break" for end in exits(loop.blocks[0]))


def _constant(value: Value | None) -> Any:
    op = value.owner if value is not None else None
    return op.attrs["value"] if isinstance(op, Op) and op.name == "const" else None


def _equal(a: Value, b: Value, same: dict[Value, Value]) -> bool:
    """Whether two values are equal in rounds whose indices are ``same``."""
    if a is b or same.get(a) is b:
        return True
    x, y = a.owner, b.owner
    if not isinstance(x, Op) or not isinstance(y, Op) or x.name != y.name or len(x.operands) != len(y.operands):
        return False
    if x.name == "const":
        return type(x.attrs["value"]) is type(y.attrs["value"]) and x.attrs["value"] == y.attrs["value"]
    alike = x.name == "item" and x.attrs["key"] == y.attrs["key"] or x.name == "call" and _is_steady(x) and all(
        x.attrs[key] == y.attrs[key] for key in ("fn", "args"))
    return alike and all(_equal(v, w, same) for v, w in zip(x.operands, y.operands, strict=True))


def _is_steady(op: Op) -> bool:
    """Whether a call gives the same at any time: arithmetic, shapes, and rows of which only the shape is asked for."""
    fn, t = op.attrs["fn"], strip_const(op.operands[0].type) if op.operands else None
    of_array = isinstance(t, Array)
    return of_array and (fn is len or fn is np.shape or fn is operator.getitem and isinstance(op.results[0].type, Array)) \
        or isinstance(t, Scalar) and _is_one_of(fn, _ARITHMETIC)


# ------------------------------------------------------------------------------------------------------------------- the arrays

def _rewrite(function: Function, saved: _Saved, plan: _Plan, sizes: Sizes) -> None:
    """Make the arrays, store where the push was, and load where the item was taken."""
    head = Block()
    builder = Builder(head, saved.cache.loc)
    shape = [sizes.count(form, builder, plan.filling[0]) for form in plan.sizes]
    arrays = [_empty(builder, [*shape, *_extents(builder, sizes, value, plan.filling[0])], value, saved.cache.result.hint)
              for value in saved.values]
    insert_before(plan.filling[0], head.ops)
    inside = (loop for loop in (plan.filling[0], *walk(plan.filling[0].blocks[0])) if loop.name == "for")
    taken = {loop.blocks[0].args[0].hint for loop in inside}
    free = iter([hint for hint in "ijklmn" if hint not in taken] * len(plan.filling))
    indices = [_named_index(loop, free) for loop in plan.filling]
    for array, value in zip(arrays, saved.values, strict=True):
        if isinstance(value.type, Array):
            _make_there(value, array, indices)
            continue
        attrs = {"args": _element(2, len(indices)), "inside": True}
        insert_before(saved.push, [Op("store", [array, value, *indices], [], attrs, [], None, saved.push.loc)])
    item = saved.item
    if saved.taken.name == "for":
        _count_again(saved.taken, plan.filling[0])
    loads = _loads(saved, plan.taking, arrays, [index.hint for index in indices])
    items = [op for op in walk(function.body) if op.name == "item" and op.operands[0] is item]
    known = {op.result: loads[op.attrs["key"]] for op in items}
    replace_uses(function.body, known if saved.is_tuple else {item: loads[0]})
    for op in [*items, saved.push, saved.cache, *([saved.taken] if saved.taken.name == "pop" else ())]:
        erase(op)


def _extents(builder: Builder, sizes: Sizes, value: Value, outer: Op) -> list[Value]:
    """The extents of an array, found before ``outer``."""
    return [sizes.count(sizes.extent(value, dim), builder, outer) for dim in range(ndim(value))]


def _make_there(value: Value, rows: Value, indices: list[Value]) -> None:
    """Let ``value`` be the row at these indices."""
    made = value.owner
    assert isinstance(made, Op)
    attrs = {"fn": operator.getitem, "args": _element(1, len(indices)), "kwargs": {}, "effect": "reads", "inside": True}
    row = Op("call", [rows, *indices], [value], attrs, [], None, made.loc)
    new = [row]
    if made.attrs["fn"] is np.copy:
        new.append(Op("store", [value, made.operands[0]], [], {"args": (Slot(0), Lit(...))}, [], None, made.loc))
    insert_before(made, new)
    erase(made)
    value.owner = row


def _empty(builder: Builder, shape: list[Value], like: Value, hint: str) -> Value:
    """An array for values like this one."""
    t = strip_const(like.type)
    assert isinstance(t, Scalar | Array)
    size = Slot(0) if len(shape) == 1 else SeqOf(tuple, tuple(map(Slot, range(len(shape)))))
    hint = f"saved_{like.hint}" if like.hint else hint or "saved"
    return builder.value("call", shape, Array(t.dtype, (ANY,) * len(shape)), hint, fn=np.empty,
                         args=(size, Lit(np.dtype(t.dtype).type)), kwargs={}, effect="fresh")


def _named_index(loop: Op, hints: Iterator[str]) -> Value:
    index = loop.blocks[0].args[0]
    if index.hint in ("", "_"):
        index.hint = next(hints)
    return index


def _element(first: int, count: int) -> tuple[Any, ...]:
    """The element of an array at indices that are the operands from ``first`` on."""
    slots = tuple(Slot(first + k) for k in range(count))
    return (Slot(0), slots[0] if count == 1 else SeqOf(tuple, slots))


def _count_again(loop: Op, mirrored: Op) -> None:
    """Make a loop over the items of a list one over the indices of the loop that filled it; the item has yet to be loaded."""
    walked = loop.operands[0].owner
    loop.operands[:1] = mirrored.operands[:3]
    loop.attrs.pop("adjoint", None)
    loop.attrs.update(kind="range", reverse=True)
    body = loop.blocks[0]
    body.args[0] = Value("", INT, body)
    assert isinstance(walked, Op)
    erase(walked)


def _loads(saved: _Saved, loops: list[Op], arrays: list[Value], hints: list[str]) -> list[Value]:
    """What was saved, where it is needed."""
    indices = [_named_index(loop, iter([hint])) for loop, hint in zip(loops, hints, strict=True)]
    made, head = [], Block()
    builder = Builder(head, saved.taken.loc)
    for array, value in zip(arrays, saved.values, strict=True):
        made.append(builder.value("call", [array, *indices], strip_const(value.type), value.hint, fn=operator.getitem,
                                  args=_element(1, len(indices)), kwargs={}, effect="reads", recomputed=True, inside=True))
    insert_before(saved.taken if saved.taken.name == "pop" else saved.taken.blocks[0].ops[0], head.ops)
    return made
