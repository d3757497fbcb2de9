"""Leaves broadcasting to NumPy: a number spread over an array's shape stays a number where the other operand has that shape.

The adjoint of ``np.sum`` and ``np.mean`` spreads a number; what consumes it is nearly always elementwise, or adds in place.

Before:

    function f(%x: float64[:], %s: float):
      %0: tuple(int) = np.shape(%x)
      %1: float64[:] = np.broadcast_to(%s, %0) {adjoint}
      %2: float64[:] = %1 * %x {adjoint}
      return %2 {single}

After:

    function f(%x: float64[:], %s: float):
      %0: tuple(int) = np.shape(%x)
      %1: float64[:] = np.broadcast_to(%s, %0) {adjoint}
      %2: float64[:] = %s * %x {adjoint}
      return %2 {single}

It pays because an array is never made, and because this is how one writes it by hand.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ..ir.core import Block, Function, Op, Value, defining_block, enclosing, walk
from ..ir.ops import LOOPS, Lit, SeqOf, SliceOf, Slot
from ..ir.rewrite import carried_inits, exits, item_count, resolve, use_map
from ..ir.types import ANY, FLOAT, MANY, NP_FLOAT, UNIT, Array, OrConst, Scalar, strip_const
from ..rules import registry
from ..runtime import helpers

_ALSO_ELEMENTWISE = frozenset({
    helpers.strong_product, helpers.strong_quotient, operator.lt, operator.le, operator.gt, operator.ge, operator.eq,
    operator.ne, operator.and_, operator.or_, operator.invert,
    np.isnan, np.isfinite, np.logical_and, np.logical_or, np.logical_not, np.sign,
})


def broadcast_lazily(fn: Function) -> int:
    """Replace spread numbers by the numbers in ``fn``, in place; how many operands changed."""
    run = _Pass(fn)
    changed = run.block(fn.body)
    return changed + _own_what_leaves(fn)


_LEAVES = frozenset({"return", "tuple", "dict", "yield", "continue", "break", "push"})


def _own_what_leaves(fn: Function) -> int:
    """A spread number that is returned or carried on becomes an array of its own: what spreading gives cannot be written to."""
    changed = 0
    users = use_map(fn.body)
    for op in walk(fn.body):
        if not (op.name == "call" and op.attrs["fn"] is np.broadcast_to and op.attrs.get("adjoint")
                and spread_number(op.results[0]) is not None and len(op.operands) == 2):
            continue
        copies = [u for u in users.get(op.results[0], ()) if u.name == "call" and u.attrs["fn"] in (np.array, np.copy)]
        number, shape = op.operands
        for copy in copies:
            _fill(copy, number, shape)
        if any(u.name in _LEAVES for u in users.get(op.results[0], ())):
            _fill(op, number, shape)
        changed += len(copies)
    return changed


def _fill(op: Op, number: Value, shape: Value) -> None:
    op.operands[:] = [shape, number]
    op.attrs = {"adjoint": True}
    dtype = strip_const(op.results[0].type).dtype  # type: ignore[attr-defined]
    kwargs = {} if dtype == "float64" == _given_dtype(number) else {"dtype": Lit(np.dtype(dtype).type)}
    op.attrs.update(fn=np.full, args=(Slot(0), Slot(1)), kwargs=kwargs, effect="fresh")


def _given_dtype(number: Value) -> str:
    """The element type of an array that is filled with ``number``: a product of single precision numbers has their type."""
    number = _unconverted(number)
    op = number.owner
    if isinstance(op, Op) and op.name == "call" and op.attrs.get("adjoint") and is_elementwise(op):
        low = [dtype for v in op.operands if (dtype := _given_dtype(v)).startswith("float") and dtype != "float64"]
        return low[0] if low else "float64"
    return strip_const(number.type).dtype  # type: ignore[attr-defined,no-any-return]


class _Pass:
    def __init__(self, fn: Function) -> None:
        self.shapes = Shapes()
        self.shapes.learn(fn.body)
        self.replaced: dict[Value, Value] = {}
        self.users = use_map(fn.body)

    def block(self, block: Block) -> int:
        changed = 0
        for op in list(block.ops):
            op.operands[:] = [resolve(self.replaced, v) for v in op.operands]
            changed += self.visit(op)
            changed += sum(map(self.block, op.blocks))
        return changed

    def visit(self, op: Op) -> int:
        if op.name in ("iadd", "index_add"):
            number = spread_number(op.operands[1])
            op.operands[1] = number or op.operands[1]
            return int(number is not None)
        if op.name != "call" or not op.attrs.get("adjoint"):
            return 0
        if op.attrs["fn"] in (np.shape, np.size):
            return self.measure_source(op)
        if op.attrs["fn"] is helpers.unbroadcast and self.shapes.of(op.operands[0]) is self.shapes.of(op.operands[1]):
            self.replaced[op.results[0]] = op.operands[0]
            return 1
        if not is_elementwise(op):
            return 0
        if any(map(spread_number, op.operands)) and self.spread_later(op):
            return 1
        return self.relax(op) if any(spread_number(v) or _unspread(v) for v in op.operands) else 0

    def measure_source(self, op: Op) -> int:
        """The shape of a computed array is that of the array it was computed from, which is there anyway."""
        source = self.shapes.of(op.operands[0])
        if source.owner is None:
            return 0
        others = (user for user in self.users.get(op.operands[0], ()) if user is not op)
        if op.operands[0].hint and any(user.attrs.get("adjoint") for user in others):
            return 0  # it is there anyway, and has a name
        if not source.hint and isinstance(op.operands[0].owner, Op):
            named = (v for v in op.operands[0].owner.operands if v.hint and self.shapes.of(v) is source)
            source = next(named, source)
        changed = source is not op.operands[0]
        op.operands[0] = source
        return int(changed)

    def relax(self, op: Op) -> int:
        changed = 0
        for k, operand in enumerate(op.operands):
            if not _keeps_dtype(op, k):
                continue
            narrow = _unspread(operand)
            if narrow is not None and any(j != k and self.shapes.spans(v, op.results[0]) for j, v in enumerate(op.operands)):
                op.operands[k] = narrow
                changed += 1
                continue
            number = spread_number(operand)
            goal = self.shapes.of(operand)
            if number is not None and any(j != k and self.shapes.of(v) is goal for j, v in enumerate(op.operands)):
                op.operands[k] = number
                changed += 1
        return changed

    def spread_later(self, op: Op) -> int:
        """Numbers spread and then combined with numbers: combine first."""
        arrays = [v for v in op.operands if isinstance(strip_const(v.type), Array)]
        full = op.results[0].type
        explicit = [v for v in arrays if isinstance(v.owner, Op) and v.owner.name == "call"]
        if not all(map(spread_number, arrays)) or len({self.shapes.of(v) for v in explicit}) != 1 or len(op.results) != 1 \
                or not isinstance(strip_const(full), Array):
            return 0
        spread = explicit[0].owner
        assert isinstance(spread, Op)
        if spread.attrs["fn"] is np.ndarray.astype:
            spread = spread.operands[0].owner
            numbers = [strip_const((spread_number(v) or v).type) for v in op.operands]
            typed = Scalar(full.dtype, False) in numbers  # type: ignore[attr-defined]
            if not isinstance(spread, Op) or spread.name != "call" or not typed:
                return 0  # Python numbers alone would not have the element type
        op.operands[:] = _in_precision([spread_number(v) or v for v in op.operands], full, op)  # type: ignore[arg-type]
        number = op.results[0]
        number.type = Scalar(full.dtype, None)  # type: ignore[attr-defined]
        again = Op("call", [number, *spread.operands[1:]], [], dict(spread.attrs), [], op.parent, op.loc)
        again.results = [Value(number.hint, full, again)]
        number.hint = ""
        self.replaced[number] = again.results[0]
        assert op.parent is not None
        op.parent.ops.insert(op.parent.ops.index(op) + 1, again)
        return 1


def _in_precision(numbers: list[Value], want: Array, op: Op) -> list[Value]:
    """Numbers whose combination has the precision of ``want``: next to a narrower one a Python number is as narrow."""
    kinds = [strip_const(_unconverted(v).type) for v in numbers]
    typed = [np.dtype(t.dtype) for t in kinds if isinstance(t, Scalar) and t.python is False and t.differentiable]
    weak = [k for k, t in enumerate(kinds) if isinstance(t, Scalar) and t.python is not False and t.dtype == "float64"]
    if not typed or not weak or np.finfo(np.result_type(*typed)).eps <= np.finfo(want.dtype).eps or op.parent is None:
        return numbers
    attrs = {"fn": np.float64, "args": (Slot(0),), "kwargs": {}, "adjoint": True}
    strong = Op("call", [numbers[weak[0]]], [], attrs, [], op.parent, op.loc)
    strong.results = [Value("", NP_FLOAT, strong)]
    op.parent.ops.insert(op.parent.ops.index(op), strong)
    return [strong.results[0] if k == weak[0] else v for k, v in enumerate(numbers)]


def _keeps_dtype(op: Op, k: int) -> bool:
    """Whether the result has its element type by the other operands already: conversions of arrays are not printed."""
    want = strip_const(op.results[0].type)
    condition = op.attrs["args"][0] if op.attrs["fn"] is np.where else None
    others = [strip_const(_unconverted(v).type) for j, v in enumerate(op.operands) if j != k and Slot(j) != condition]
    dtypes = {t.dtype for t in others if isinstance(t, Array) and t.differentiable}
    if not isinstance(want, Array) or dtypes:
        return not isinstance(want, Array) or want.dtype in dtypes
    if want.dtype in ("float64", "complex128"):
        return True
    number = _unspread(op.operands[k]) or spread_number(op.operands[k])  # with masks only, the number decides
    return number is not None and strip_const(number.type) == Scalar(want.dtype, False)


def _unconverted(value: Value) -> Value:
    op = value.owner
    return _unconverted(op.operands[0]) if isinstance(op, Op) and op.name == "convert" else value


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


def _unspread(value: Value) -> Value | None:
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

    def learn(self, body: Block) -> None:
        """Take note of shapes that are equal by now.

        Arrays that are combined elementwise without broadcasting have one shape from then on: in the reverse sweep.
        """
        for op in walk(body):
            self.measure(op)
        for op in body.ops:
            if op.name == "mark":
                return
            arrays = [v for v in op.operands if spread_number(v) is None and isinstance(v.type, Array)]
            if len(op.results) != 1 or len(arrays) < 2 or not is_elementwise(op):
                continue
            if all(self.spans(v, op.results[0]) for v in arrays):
                for value in arrays[1:]:
                    self.known[self.of(value)] = self.of(arrays[0])

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
        if a is None or not isinstance(operand.type, Array) or not isinstance(b, Array) or _unspread(operand) is not None:
            return False
        return len(a) == b.ndim and all(d == MANY for d in a) or a == b.dims and ANY not in a

    def _of_slice(self, op: Op, value: Value) -> Value:
        """Slices that leave out equally many elements of arrays of one shape have one shape: ``u[1:-1]`` and ``u[2:]``."""
        index = op.attrs["args"][1]
        parts = index.items if isinstance(index, SeqOf) and index.kind is tuple else (index,)
        left_out = tuple(map(_left_out, parts))
        if None in left_out or not isinstance(op.operands[0].type, Array):
            return value
        key = (self.of(op.operands[0]), left_out)
        if key not in self.slices:
            self.slices[key] = Value("", value.type)
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
            return self.of(op.operands[0])
        if op.name in ("convert", "narrow"):
            return self.of(op.operands[0])
        if op.name == "broadcast" and _ndim(op.operands[0]) == _ndim(value):
            return self.of(op.operands[0])
        if op.name == "call" and op.attrs["fn"] is operator.getitem:
            return self._of_slice(op, value)
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


def _ndim(value: Value) -> int:
    t = strip_const(value.type)
    return t.ndim if isinstance(t, Array) else 0


def _left_out(part: object) -> int | str | None:
    """How many elements of its dimension a slice with step 1 leaves out; None where that is not known, or for an index."""
    if part == Lit(...) or part == Lit(None):
        return str(part)
    if not isinstance(part, SliceOf) or not all(isinstance(end, Lit) for end in (part.lo, part.hi, part.step)):
        return None
    lo, hi, step = part.lo.value, part.hi.value, part.step.value
    if step not in (None, 1) or (lo is not None and lo < 0) or (hi is not None and hi >= 0):
        return None
    return (lo or 0) - (hi or 0)


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
