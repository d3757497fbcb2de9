"""Finds the loops that read or write an array element by element, and says of which of them that they go over all of it.

A list of all elements is worth being made where about as many elements are read as there are.  That is so where each index is
the variable of a loop over that dimension: its bounds are the array's own sizes (a constant more or less, or the variable of
another such loop), and nothing leaves it early.  Where a loop has another bound, the part of the array up to there is covered.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from ..ad.results import allocates
from ..analysis.presence import Presence
from ..ir.core import Block, Function, Op, Value, defining_block, enclosing, walk
from ..ir.ops import LOOPS, Lit, SeqOf, Slot, may_write
from ..ir.rewrite import exits, index_template
from ..ir.rewrite import unconverted as resolve
from ..ir.types import MANY, UNIT, Array, Scalar
from .memory import EXTERNAL, Memory
from .shapes import Shapes, length_of, ndim

ELEMENTS = frozenset({"float64", "int64", "bool"})
"""Element types whose values Python's numbers hold exactly."""


@dataclass(eq=False)
class Access:
    """One op that reads or writes an element, or in whole rows that are only read by element, a row."""

    op: Op
    array: Value
    index: list[Value | int]
    """The index of each dimension."""
    rows: list[Op] = field(default_factory=list)
    """The op that takes the row that is read, if one does."""
    loops: frozenset[Op] = frozenset()
    """The loops around the op."""
    within: list[bool] = field(default_factory=list)
    """For each dimension whether the index certainly is one that exists."""
    top: Op | None = None
    """The outermost of the loops that together go over all elements."""


@dataclass(eq=False)
class Region:
    """A loop in which an array may be a list."""

    array: Value
    loop: Op
    bounds: tuple[Value | None, ...]
    """For each dimension how much of it the list holds; None: all."""
    written: bool
    filled: bool = False
    """Whether the first dimension certainly has elements."""
    accesses: list[Access] = field(default_factory=list)

    @property
    def stores(self) -> list[Op]:
        """The ops that change an element."""
        return [a.op for a in self.accesses if a.op.name != "call"]


@dataclass
class _Cover:
    """How the loops around an access cover the array."""

    top: Op
    bounds: tuple[Value | None, ...]


def regions(fn: Function) -> list[Region]:
    """Where arrays of ``fn`` could be lists, in textual order."""
    accesses = list(_accesses(fn))
    if not any(a.loops for a in accesses):
        return []
    finder = _Finder(fn, accesses)
    return finder.find()


# ------------------------------------------------------------------------------------------------------------------ accesses

def _accesses(fn: Function) -> Iterator[Access]:
    """The elements that ``fn`` reads and writes, rows that are only read by element in between."""
    users: dict[Value, list[Op]] = {}
    for op in walk(fn.body):
        for value in op.operands:
            users.setdefault(value, []).append(op)
    for op in walk(fn.body):
        index = element_index(op)
        if index is None:
            continue
        loops = loops_around(op)
        array, row = op.operands[0], op.operands[0].owner
        if isinstance(row, Op) and _is_row(row, users):
            first = element_index(row, 1)
            assert first is not None
            yield Access(op, row.operands[0], [*first, *index], [row], loops)
        else:
            yield Access(op, array, index, [], loops)


def element_index(op: Op, missing: int = 0) -> list[Value | int] | None:
    """The numbers that name the one element that ``op`` reads or writes (a part of ``missing`` dimensions)."""
    if not (op.name == "call" and op.attrs["fn"] is operator.getitem and not op.attrs.get("spelled")
            or op.name in ("store", "index_add") and not op.attrs.get("at")) or not op.operands:
        return None
    array = op.operands[0].type
    if not isinstance(array, Array) or array.dtype not in ELEMENTS or op.name == "call" and op.attrs["args"][0] != Slot(0):
        return None
    template = index_template(op)
    parts = template.items if isinstance(template, SeqOf) and template.kind is tuple else (template,)
    index = [_number(op, part) for part in parts]
    if None in index or len(index) != array.ndim - missing:
        return None
    return index  # type: ignore[return-value]


def _number(op: Op, part: object) -> Value | int | None:
    if isinstance(part, Lit):
        return part.value if type(part.value) is int else None
    if not isinstance(part, Slot):
        return None
    value = resolve(op.operands[part.index])
    owner = value.owner
    if isinstance(owner, Op) and owner.name == "const":
        return owner.attrs["value"] if type(owner.attrs["value"]) is int else None
    return value if isinstance(value.type, Scalar) and value.type.dtype.startswith("int") else None


def _is_row(op: Op, users: dict[Value, list[Op]]) -> bool:
    """Whether ``op`` takes a row of a matrix, of which only elements and the length are read."""
    if op.name != "call" or element_index(op, 1) is None or ndim(op.operands[0]) != 2:
        return False
    row = op.result
    return all(user.operands.count(row) == 1 and (_measures(user) or user.name == "call" and element_index(user) is not None)
               for user in users.get(row, ()))


def _measures(op: Op) -> bool:
    return op.name == "call" and op.attrs["fn"] is len


def loops_around(op: Op) -> frozenset[Op]:
    """The loops that an op is in."""
    return frozenset(block.parent for block in enclosing(_home(op)) if block.parent is not None and block.parent.name in LOOPS)


def _home(op: Op) -> Block:
    assert op.parent is not None
    return op.parent


# ------------------------------------------------------------------------------------------------------------------- regions

class _Finder:
    def __init__(self, fn: Function, accesses: list[Access]) -> None:
        self.fn = fn
        self.accesses = accesses
        self.of: dict[Value, list[Access]] = {}
        """The accesses of each array."""
        for access in accesses:
            self.of.setdefault(access.array, []).append(access)
        self.lengths: dict[Value, Value] = {}
        """The first number that is the length of each array: all others are the same."""
        self.memory = Memory(fn)
        self.presence = Presence(fn)
        self.shapes = Shapes()
        self.shapes.learn(fn.body)
        self.order = {op: k for k, op in enumerate(walk(fn.body))}
        self.touching: dict[Value, list[Op]] = {}
        """The ops that name anything in a class of memory."""
        for op in walk(fn.body):
            args = (arg for block in op.blocks for arg in block.args)
            for root in {self.memory.root(v) for v in (*op.operands, *op.results, *args) if not isinstance(v.type, Scalar)}:
                self.touching.setdefault(root, []).append(op)

    def find(self) -> list[Region]:
        found: dict[tuple[Value, Op, tuple[Value | None, ...]], Region] = {}
        for access in self.accesses:
            written = self.memory.written(access.array)
            if written and not self.may_be_kept(access.array):
                continue
            cover = self.cover(access)
            loop = self.climb(access.array, cover, written) if cover is not None else None
            if cover is None or loop is None or not _always_reached(access.op, loop):
                continue
            if access.rows and any(cover.bounds[1:]):
                continue  # others may read the rest of the row
            region = Region(access.array, loop, cover.bounds, written, self.is_filled(access.array, cover.bounds[0]))
            found.setdefault((access.array, loop, cover.bounds), region)
        return [region for region in self.outermost(list(found.values())) if self.fill(region) and region.accesses]

    def is_filled(self, array: Value, bound: Value | None) -> bool:
        """Whether an array has the shape of an argument whose first dimension has elements, and a bound leaves some."""
        like = self.shapes.of(array)
        known = self.fn.entry and like in self.fn.params and like.type.dims[0] in (MANY, UNIT)  # type: ignore[attr-defined]
        return known and (bound is None or at_least(bound, self.fn) > 0)

    def may_be_kept(self, array: Value) -> bool:
        """Whether a written array is the function's own, and of floats."""
        return array.type.dtype == "float64" and (  # type: ignore[attr-defined]
            is_new(array) or not self.memory.fact(array) & EXTERNAL)

    def outermost(self, found: list[Region]) -> list[Region]:
        """Without those inside of others of the same array; in textual order, larger parts first."""
        found.sort(key=lambda r: (self.order[r.loop], sum(b is not None for b in r.bounds)))
        kept: list[Region] = []
        for region in found:
            around = loops_around(region.loop) | {region.loop}
            if not any(other.array is region.array and other.loop in around for other in kept):
                kept.append(region)
        return kept

    def fill(self, region: Region) -> bool:
        """Note the accesses that the region changes; whether it is worth it."""
        fitting = [access for access in self.of[region.array] if self.fits(access, region)]
        left = {row for access in self.of[region.array] if access not in fitting for row in access.rows}
        for access in fitting:
            if left.isdisjoint(access.rows):  # a row is a list for all that is read of it, or for nothing
                access.within = [self.is_within(region.array, axis, number) for axis, number in enumerate(access.index)]
                region.accesses.append(access)
        if not region.stores:
            return True
        if any(region.bounds) and ndim(region.array) > 1 and not region.filled:
            return False  # an empty list has no second dimension
        counts = [1 if a.op.name == "call" or a.op.name == "store" and a.op.attrs.get("fn") is None else 2
                  for a in region.accesses]
        return sum(counts) > 1 and all(_stores_number(op) for op in region.stores)

    def fits(self, access: Access, region: Region) -> bool:
        """Whether an element is read or written within the loop, and lies in the part that the list holds."""
        inside = region.loop in access.loops and all(region.loop in loops_around(row) for row in access.rows)
        if not inside or access.rows and any(region.bounds[1:]):
            return False
        if not any(region.bounds):
            return True
        cover = self.cover(access)
        return cover is not None and cover.bounds == region.bounds

    # ---- cover

    def cover(self, access: Access) -> _Cover | None:
        """The outermost of the loops that together go over all elements, or all up to some bounds; None without such."""
        loops, bounds = [], []
        for axis, number in enumerate(access.index):
            found = self.axis(access, axis, number)
            if found is None:
                return None
            loops.append(found[0])
            bounds.append(found[1])
        if not loops:
            return None  # an array without dimensions
        access.top = min(loops, key=self.order.__getitem__)
        return _Cover(access.top, tuple(bounds))

    def axis(self, access: Access, axis: int, number: Value | int) -> tuple[Op, Value | None] | None:
        """The loop over one dimension, and the bound where that is not the array's own size."""
        base, offset = with_offset(number)
        loop = _counted_by(base)
        if loop is None or loop not in access.loops:
            return None
        if self.over(loop, access.array, axis):
            return loop, None
        lo, hi, step = map(resolve, loop.operands[:3])
        first, (bound, beyond) = literal(lo), with_offset(hi)
        inside = first is not None and first + offset >= 0 and beyond + offset <= 0
        if inside and isinstance(bound, Value) and literal(step) == 1 and not _is_left_early(loop):
            measured = measured_by(bound)
            return loop, bound if measured is None else self.lengths.setdefault(measured, bound)
        return None

    def is_within(self, array: Value, axis: int, number: Value | int) -> bool:
        """Whether an index counts from zero or more up to the size of the dimension or less."""
        loop = _counted_by(number)
        if loop is None or not self.over(loop, array, axis):
            return False
        lo, hi, step = map(resolve, loop.operands[:3])
        first, (base, beyond) = literal(lo), with_offset(hi)
        return literal(step) == 1 and first is not None and first >= 0 and beyond <= 0 and isinstance(base, Value) \
            and self.measures(base, array, axis)

    def over(self, loop: Op, array: Value, axis: int, depth: int = 0) -> bool:
        """Whether a loop goes over a dimension of ``array``, but for a constant number at the ends."""
        lo, hi, step = map(resolve, loop.operands[:3])
        if literal(step) not in (1, -1) or _is_left_early(loop) or depth > 2:
            return False
        if literal(step) == -1:
            lo, hi = hi, lo
        return self.is_end(lo, array, axis, depth, literal(lo) is not None) and self.is_end(hi, array, axis, depth, False)

    def is_end(self, end: Value, array: Value, axis: int, depth: int, fine: bool) -> bool:
        """Whether a bound is the size of the dimension or a variable that runs over it; ``fine``: it is, being a constant."""
        base, _ = with_offset(end)
        outer = _counted_by(base)
        return fine or isinstance(base, Value) and self.measures(base, array, axis) or \
            outer is not None and self.over(outer, array, axis, depth + 1)

    def measures(self, number: Value, array: Value, axis: int) -> bool:
        """Whether ``number`` is the size of one dimension of ``array``."""
        measured = length_of(number)
        if measured is not None:
            other, k = measured
            if ndim(other) == 1 and (row := other.owner) and isinstance(row, Op) and row.name == "call" \
                    and element_index(row, 1) is not None and ndim(row.operands[0]) == 2:
                other, k = row.operands[0], 1  # the length of a row
            if k % max(ndim(other), 1) == axis and (other is array or self.shapes.alike(other, array)):
                return True
        made = self.shapes.of(array).owner
        return isinstance(made, Op) and made.name == "call" and made.attrs["fn"] in (np.zeros, np.ones, np.empty, np.full) \
            and _size_given(made, axis) is number

    # ---- place

    def climb(self, array: Value, cover: _Cover, written: bool) -> Op | None:
        """The outermost loop that can read a list made before it; None if there is none."""
        if not self.allows(cover.top, array, cover, written):
            return None
        loop = cover.top
        while True:
            around = _home(loop).parent
            if around is None or around.name not in LOOPS or _home(loop) is not around.blocks[-1] \
                    or not self.allows(around, array, cover, written):
                return loop
            loop = around

    def allows(self, loop: Op, array: Value, cover: _Cover, written: bool) -> bool:
        """Whether all that a list is made of is there before ``loop``, and nothing else sees what is written meanwhile."""
        visible = set(enclosing(_home(loop)))
        needed = (array, *(bound if length is None else length for bound in cover.bounds if bound is not None
                           for length in [measured_by(bound)]))
        if any(defining_block(v) not in visible or not self.presence.certain(v, loop) for v in needed):
            return False
        if any(_runs_unknown_code(op) for op in walk(loop.blocks[-1])):
            return False
        around = [block.parent for block in visible if block.parent is not None]
        return not written or all(op.name != "try" for op in around) and self.sees_only_elements(loop, array, cover)

    def sees_only_elements(self, loop: Op, array: Value, cover: _Cover) -> bool:
        """Whether a loop sees the memory of an array only as its elements; what was put into one tuple with it is apart."""
        own = {a.op: a for a in self.of[array] if not a.rows}
        inside = {loop, *walk(loop.blocks[-1])}
        first = self.order[loop]
        for op in self.touching.get(self.memory.root(array), ()):
            if op in inside:
                args = (arg for block in op.blocks for arg in block.args)
                others = [v for v in (*op.operands, *op.results, *args) if self.is_with(v, array)]
                if others and not (is_new(array) and all(map(is_new, others))):
                    return False
                if array in op.operands and op not in own and not _measures(op) and not _asks_shape(op):
                    return False
                if op in own and any(cover.bounds) and ((found := self.cover(own[op])) is None or found.bounds != cover.bounds):
                    return False
            elif self.order[op] < first and array in op.operands and not _keeps_apart(op):
                return False
        return not any(op.name == "invoke" and may_write(op) for op in inside)

    def is_with(self, value: Value, array: Value) -> bool:
        """Whether another value may share memory with ``array``."""
        return value is not array and not isinstance(value.type, Scalar) and self.memory.root(value) is self.memory.root(array)


def is_new(value: Value) -> bool:
    """Whether an array is the result of a call that allocates it."""
    op = value.owner
    return isinstance(op, Op) and op.name == "call" and len(op.results) == 1 and isinstance(value.type, Array) and allocates(op)


def _runs_unknown_code(op: Op) -> bool:
    """Whether an op may write to arrays that it is not given."""
    return op.name in ("call", "invoke") and op.attrs.get("effect") in ("writes", "io") and op.attrs.get("fn") is not print


def _asks_shape(op: Op) -> bool:
    return op.name == "call" and op.attrs["fn"] is np.shape


def _keeps_apart(op: Op) -> bool:
    """Whether an op that is given an array leaves no other reference to it that unknown code could use."""
    if op.name == "call":
        return op.attrs.get("effect", "pure") not in ("writes", "io")
    return op.name in ("index_add", "fill", "iadd", "store") and isinstance(op.operands[0].type, Array)


def measured_by(bound: Value) -> Value | None:
    """The array whose length a bound is: it can be asked for it once more."""
    op = bound.owner
    return op.operands[0] if isinstance(op, Op) and _measures(op) and isinstance(op.operands[0].type, Array) else None


def with_offset(number: Value | int) -> tuple[Value | int, int]:
    """``i`` and 2 for ``i + 2``."""
    if not isinstance(number, Value):
        return number, 0
    op = resolve(number).owner
    if isinstance(op, Op) and op.name == "call" and op.attrs["fn"] in (operator.add, operator.sub):
        left, right = op.attrs["args"]
        constant = right.value if isinstance(right, Lit) else literal(resolve(op.operands[right.index])) \
            if isinstance(right, Slot) else None
        if type(constant) is int and isinstance(left, Slot):
            base, more = with_offset(op.operands[left.index])
            return base, more + (constant if op.attrs["fn"] is operator.add else -constant)
    return resolve(number), 0


def literal(value: Value) -> int | None:
    op = value.owner
    return op.attrs["value"] if isinstance(op, Op) and op.name == "const" and type(op.attrs["value"]) is int else None


def _counted_by(number: Value | int) -> Op | None:
    """The loop over a range whose variable ``number`` is."""
    block = number.owner if isinstance(number, Value) else None
    loop = block.parent if isinstance(block, Block) else None
    counted = loop is not None and loop.name == "for" and loop.attrs.get("kind", "range") == "range"
    return loop if counted and loop is not None and loop.blocks[0].args[0] is number else None


def _is_left_early(loop: Op) -> bool:
    return any(end.name == "break" for end in exits(loop.blocks[-1]))


def _always_reached(op: Op, loop: Op) -> bool:
    """Whether only loops lie between ``loop`` and an op inside of it."""
    for block in enclosing(_home(op)):
        if block.parent is loop:
            return True
        if block.parent is None or block.parent.name not in LOOPS:
            return False
    return False


def _size_given(made: Op, axis: int) -> Value | None:
    """The number that ``np.zeros((n, m))`` was given for one dimension."""
    sizes = made.attrs["args"][0] if made.attrs["args"] else None
    parts = sizes.items if isinstance(sizes, SeqOf) else (sizes,)
    part = parts[axis] if axis < len(parts) else None
    return resolve(made.operands[part.index]) if isinstance(part, Slot) else None


def _stores_number(op: Op) -> bool:
    """Whether an op puts a float into an array, as it is or added: what else is stored, NumPy converts."""
    value = resolve(op.operands[1])
    if isinstance(value.owner, Op) and value.owner.name == "const":
        return type(value.owner.attrs["value"]) is float
    return op.attrs.get("fn") in (None, operator.add, operator.sub, operator.mul) \
        and isinstance(value.type, Scalar) and value.type.dtype == "float64"


def at_least(number: Value, fn: Function) -> float:
    """What a whole number is at least, if it comes from the length of a dimension of an argument: types say which are empty."""
    base, offset = with_offset(number)
    if not isinstance(base, Value) or not fn.entry:
        return -math.inf
    op, measured = base.owner, length_of(base)
    if isinstance(op, Op) and op.name == "call" and op.attrs["fn"] is min and len(op.operands) == len(op.attrs["args"]) > 1:
        all_of: list[float] = [at_least(resolve(v), fn) for v in op.operands]
        return offset + sorted(all_of)[0]
    if measured is None or measured[0] not in fn.params or not isinstance(measured[0].type, Array):
        return -math.inf
    least: dict[str, float] = {MANY: 2, UNIT: 1}
    return offset + least.get(measured[0].type.dims[measured[1]], -math.inf)
