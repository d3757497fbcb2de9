"""Which arrays of a function certainly have the same shape at run time, for passes that leave broadcasting to NumPy."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ..ir.core import Block, Op, Value, defining_block, enclosing, walk
from ..ir.ops import LOOPS, Lit, SeqOf, SliceOf, Slot
from ..ir.rewrite import carried_inits, exits, index_template, item_count
from ..ir.types import ANY, FLOAT, MANY, UNIT, Array, OrConst, Scalar, strip_const
from ..rules import registry
from ..runtime import helpers

_ALSO_ELEMENTWISE = frozenset({
    helpers.product_or_zero, helpers.quotient_or_zero, helpers.strong_product, helpers.strong_quotient,
    operator.lt, operator.le, operator.gt, operator.ge, operator.eq,
    operator.ne, operator.and_, operator.or_, operator.invert,
    np.isnan, np.isfinite, np.logical_and, np.logical_or, np.logical_not, np.sign,
})


def spread_number(value: Value) -> Value | None:
    """The number that ``value`` spreads over a shape, if that is how it was made."""
    op = value.owner
    if not isinstance(op, Op):
        return None
    if op.name == "broadcast" and isinstance(strip_const(op.operands[0].type), Scalar):
        return op.operands[0]
    if op.name == "call" and op.attrs["fn"] is np.broadcast_to and isinstance(strip_const(op.operands[0].type), Scalar):
        return op.operands[0]
    if op.name == "call" and op.attrs["fn"] is np.ndarray.astype and op.attrs.get("adjoint"):
        number = spread_number(op.operands[0])  # Python's numbers adapt to any element type
        return number if number is not None and strip_const(number.type) == FLOAT else None
    return None


def unspread(value: Value) -> Value | None:
    """What ``value`` is spread from, where it was spread by the adjoint: a number or an array of fewer elements."""
    op = value.owner
    if not isinstance(op, Op):
        return None
    if op.name == "call" and op.attrs.get("adjoint") and op.attrs["fn"] is np.broadcast_to:
        return spread_number(value) or op.operands[0]
    if op.name == "call" and op.attrs.get("adjoint") and op.attrs["fn"] is np.expand_dims:
        return op.operands[0] if isinstance(strip_const(op.operands[0].type), Scalar) else spread_number(op.operands[0])
    return None


def is_elementwise(op: Op) -> bool:
    """Whether every element of the result depends on the operands' elements at its own place, broadcasting allowed."""
    if op.name != "call":
        return False
    entry = registry.lookup(op.attrs["fn"])
    return op.attrs["fn"] in _ALSO_ELEMENTWISE or (entry is not None and entry.elementwise)


class Shapes:
    """For each array a representative of its shape: two arrays with one representative have the same shape at run time."""

    def __init__(self) -> None:
        self.known: dict[Value, Value] = {}
        self.slices: dict[tuple[Value, tuple[Any, ...]], Value] = {}
        """Stand-ins for the shape of slices that leave out so many elements of a shape."""
        self.sized: dict[tuple[Any, ...], Value] = {}
        """The first array that was made with certain sizes."""
        self.narrow: dict[Value, tuple[str, ...] | None] = {}
        """What is known of the dimensions at run time of values that implicit broadcasting may have left smaller than typed."""

    def of(self, value: Value) -> Value:
        """The representative of an array's shape."""
        if value not in self.known:
            self.known[value] = value
            self.known[value] = self._representative(value)
        found = self.known[value]
        while self.known.get(found, found) is not found:
            found = self.known[found]
        return found

    def alike(self, a: Value, b: Value) -> bool:
        """Whether an array ``a``, which is no spread number, certainly has the shape of the array ``b``."""
        return isinstance(a.type, Array) and a.type.ndim == ndim(b) and self.of(a) is self.of(b) and spread_number(a) is None

    def learn(self, body: Block) -> None:
        """Take note of shapes that are equal by now.

        Arrays that are combined elementwise without broadcasting have one shape from then on: in the reverse sweep.
        """
        for op in walk(body):
            self.measure(op)
        for op in walk(body):
            if op.name == "store" and not op.attrs.get("adjoint"):
                self._fits(op)
        for op in body.ops:
            if op.name == "mark":
                return
            arrays = [v for v in op.operands if spread_number(v) is None and isinstance(v.type, Array)]
            if len(op.results) != 1 or len(arrays) < 2 or not is_elementwise(op):
                continue
            if all(self.spans(v, op.results[0]) for v in arrays):
                for value in arrays[1:]:
                    self.known[self.of(value)] = self.of(arrays[0])

    def _fits(self, store: Op) -> None:
        """What was stored and has a part of the shape of its place has that shape: it spreads to nothing larger."""
        target, value = store.operands[:2]
        while isinstance(value.owner, Op) and value.owner.name == "broadcast":
            value = value.owner.operands[0]
        whole = index_template(store) == Lit(...)
        place = self.of(target) if whole else self._slice_of(target, index_template(store))
        stored = self.of(value)
        op = stored.owner
        if place is None or not isinstance(op, Op) or op.parent is not store.parent or not is_elementwise(op):
            return
        if any(self.of(v) is place and ndim(v) == ndim(stored) == ndim(place) for v in op.operands):
            self.known[stored] = place

    def measure(self, op: Op) -> None:
        """Note a result that is smaller than its type says: implicit broadcasting happens only where shapes meet."""
        if len(op.results) != 1 or not isinstance(op.results[0].type, Array):
            return
        if op.name in ("broadcast", "convert", "narrow"):
            if op.name == "broadcast" or op.operands[0] in self.narrow:
                self.narrow[op.results[0]] = self.dims(op.operands[0])
        elif op.name == "call" and any(v in self.narrow for v in op.operands):
            elementwise = is_elementwise(op) or op.attrs["fn"] is np.where
            dims = _together([self.dims(v) for v in op.operands]) if elementwise else None
            if dims != op.results[0].type.dims or ANY in dims:
                self.narrow[op.results[0]] = dims

    def dims(self, value: Value) -> tuple[str, ...] | None:
        """The dimensions of a value at run time, as far as they are known."""
        kind = value.type
        return self.narrow.get(value, kind.dims if isinstance(kind, Array) else () if isinstance(kind, Scalar) else None)

    def spans(self, operand: Value, result: Value) -> bool:
        """Whether an operand's shape must be the result's: none of its dimensions is 1 where the result's may be another."""
        a, b = self.dims(operand), strip_const(result.type)  # what may also be a number spans nothing
        if a is None or not isinstance(operand.type, Array) or not isinstance(b, Array) or unspread(operand) is not None:
            return False
        return len(a) == b.ndim and all(d == MANY for d in a) or a == b.dims and ANY not in a

    def _slice_of(self, array: Value, index: object) -> Value | None:
        """Slices that leave out equally many elements of arrays of one shape have one shape: ``u[1:-1]`` and ``u[2:]``."""
        parts = index.items if isinstance(index, SeqOf) and index.kind is tuple else (index,)
        left_out = tuple(map(_left_out, parts))
        if None in left_out or not isinstance(array.type, Array):
            return None
        key = (self.of(array), left_out)
        if key not in self.slices:
            added = sum(part == Lit(None) for part in parts)
            self.slices[key] = Value("", Array(array.type.dtype, (ANY,) * (array.type.ndim + added)))
        return self.slices[key]

    def _of_exchanged(self, loop: Op, k: int, value: Value) -> Value:
        """Variables that a loop only exchanges have the shape that all of them have at the start."""
        args, inits = loop.blocks[-1].args[item_count(loop):], carried_inits(loop)
        group, work = {k}, [k]
        while work:
            position = work.pop()
            for end in exits(loop.blocks[-1]):
                if end.name not in ("continue", "break"):
                    continue
                if end.operands[position] not in args:
                    return value
                source = args.index(end.operands[position])
                work += [source] if source not in group else []
                group.add(source)
        shapes = {self.of(inits[j]) for j in group}
        return shapes.pop() if len(shapes) == 1 else value

    def _representative(self, value: Value) -> Value:
        op = value.owner
        if isinstance(op, Block) and op.parent is not None and op.parent.name in LOOPS and isinstance(value.type, Array):
            k = op.args.index(value) - (len(op.args) - len(op.parent.results))
            return self._of_exchanged(op.parent, k, value) if k >= 0 else value
        if not isinstance(op, Op) or not isinstance(strip_const(value.type), Array):
            return value
        if op.name == "call" and op.attrs["fn"] is np.broadcast_to:
            shape = op.operands[1].owner if len(op.operands) > 1 else None
            if isinstance(shape, Op) and shape.name == "call" and shape.attrs["fn"] is np.shape:
                return self.of(shape.operands[0])
            return value
        if op.name == "call" and op.attrs["fn"] in (np.zeros_like, np.copy, np.ndarray.copy, np.ndarray.astype):
            return value if _is_given_a_shape(op) else self.of(op.operands[0])
        if op.name in ("convert", "narrow"):
            return self.of(op.operands[0])
        if op.name == "broadcast" and ndim(op.operands[0]) == ndim(value):
            return self.of(op.operands[0])
        if op.name == "call" and op.attrs["fn"] is operator.getitem:
            return self._slice_of(op.operands[0], op.attrs["args"][1]) or value
        if op.name == "call" and op.attrs["fn"] in (np.zeros, np.ones, np.empty):
            measured = _measured(op)
            if measured is not None or not op.attrs["args"]:
                return value if measured is None else self.of(measured)
            return self.sized.setdefault((repr(op.attrs["args"][0]), *op.operands), value)
        if op.name == "call" and op.attrs["fn"] is helpers.unbroadcast:
            return self.of(op.operands[1])
        if op.name in LOOPS:
            return self._of_exchanged(op, op.results.index(value), value)
        if op.name == "with" and op.blocks[0].ops[-1].name == "yield":
            found = self.of(op.blocks[0].ops[-1].operands[op.results.index(value)])
            inside = found.owner is not None and op.blocks[0] in enclosing(defining_block(found))
            return value if inside else found
        if is_elementwise(op):
            shapes = {self.of(v) for v in op.operands
                      if isinstance(v.type, Array) and not _is_printed_as_number(v) and self.dims(v) != ()}
            spanning = [v for v in op.operands if self.spans(v, value) and spread_number(v) is None]
            if spanning:
                return self.of(spanning[0])
            if any(isinstance(v.type, OrConst) and isinstance(v.type.base, Array) for v in op.operands):
                return value
            full = [v for v in shapes if strip_const(v.type).ndim == strip_const(value.type).ndim]  # type: ignore[attr-defined]
            return shapes.pop() if len(shapes) == 1 and full else value
        return value


def ndim(value: Value) -> int:
    t = strip_const(value.type)
    return t.ndim if isinstance(t, Array) else 0


def _is_given_a_shape(op: Op) -> bool:
    """Whether ``np.zeros_like`` is told another shape than that of its argument."""
    return op.attrs["fn"] is np.zeros_like and ("shape" in op.attrs["kwargs"] or len(op.attrs["args"]) > 4)


def _measured(op: Op) -> Value | None:
    """The array whose sizes a call like ``np.zeros((n, m))`` is given, all of them and in order."""
    sizes = op.attrs["args"][0] if op.attrs["args"] else None
    parts = sizes.items if isinstance(sizes, SeqOf) else (sizes,)
    if not all(isinstance(part, Slot) for part in parts):
        return None
    found = [length_of(op.operands[part.index]) for part in parts]
    array = found[0][0] if found and found[0] is not None else None
    if array is None or found != [(array, k) for k in range(ndim(array))]:
        return None
    return array


def length_of(number: Value) -> tuple[Value, int] | None:
    """The array and the dimension of which ``number`` is the length."""
    op = number.owner
    if not isinstance(op, Op) or not op.operands:
        return None
    if op.name == "call" and op.attrs["fn"] is len and isinstance(op.operands[0].type, Array):
        return op.operands[0], 0
    shape = op.operands[0].owner
    if not isinstance(shape, Op) or shape.name != "call" or shape.attrs["fn"] is not np.shape:
        return None
    key = op.attrs["key"] if op.name == "item" else _literal(op.attrs["args"][1]) if op.name == "call" and \
        op.attrs["fn"] is operator.getitem else None
    return (shape.operands[0], key) if isinstance(key, int) and isinstance(shape.operands[0].type, Array) else None


def _literal(part: object) -> object:
    return part.value if isinstance(part, Lit) else None


def _left_out(part: object) -> tuple[int, int] | str | None:
    """How many elements at the ends of its dimension a slice leaves out, and its step; None where that is not known."""
    if part == Lit(...) or part == Lit(None):
        return str(part)
    if not isinstance(part, SliceOf) or not all(isinstance(end, Lit) for end in (part.lo, part.hi, part.step)):
        return None
    lo, hi, step = part.lo.value, part.hi.value, part.step.value
    if (step is not None and step < 1) or (lo is not None and lo < 0) or (hi is not None and hi >= 0):
        return None
    return (lo or 0) - (hi or 0), step or 1


def _together(shapes: list[tuple[str, ...] | None]) -> tuple[str, ...] | None:
    """The dimensions of arrays combined elementwise.

    >>> _together([("n", "1"), ("?",), ()])
    ('n', '?')
    """
    known = [dims for dims in shapes if dims is not None]
    if len(known) < len(shapes):
        return None
    longest = max(map(len, known), default=0)
    columns = zip(*((UNIT,) * (longest - len(dims)) + dims for dims in known), strict=True)
    return tuple(next((d for d in (MANY, ANY) if d in column), UNIT) for column in columns)


def _is_printed_as_number(value: Value) -> bool:
    """Whether a number is spread only by its type: what it is combined with decides the shape."""
    op = value.owner
    return isinstance(op, Op) and op.name == "broadcast" and spread_number(value) is not None
