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

import numpy as np

from ..analysis.alias import is_reference
from ..ir.core import Block, Function, Op, Value, defining_block, walk
from ..ir.ops import IMPLICIT, Lit, Slot
from ..ir.rewrite import resolve, use_map
from ..ir.types import NP_FLOAT, Array, Scalar, strip_const
from ..runtime import helpers
from .shapes import Shapes, is_elementwise, spread_number, unspread


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
            changed += 1
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
        if op.attrs["fn"] in (np.shape, np.size) and op.operands:
            return self.measure_source(op)
        if op.attrs["fn"] is helpers.unbroadcast:
            if self.shapes.of(op.operands[0]) is self.shapes.of(op.operands[1]):
                self.replaced[op.results[0]] = op.operands[0]
                return 1
            return self.measure_less(op)
        if not is_elementwise(op):
            return 0
        if any(map(spread_number, op.operands)) and self.spread_later(op):
            return 1
        return self.relax(op) if any(spread_number(v) or unspread(v) for v in op.operands) else 0

    def measure_less(self, op: Op) -> int:
        """Measure a view of what is there anyway instead of what was computed from it."""
        value = source = op.operands[1]
        while isinstance(source.owner, Op) and (is_elementwise(source.owner) or source.owner.name in IMPLICIT):
            source = next((v for v in source.owner.operands if self.shapes.alike(v, value)), value)
            if source is value:
                return 0
        if source is value or not _is_slice(source) or any(_reads_contents(u) for u in self.users.get(value, ())):
            return 0
        op.operands[1] = source
        return 1

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
        if not _sees(op, source):
            return 0
        changed = source is not op.operands[0]
        op.operands[0] = source
        return int(changed)

    def relax(self, op: Op) -> int:
        changed = 0
        for k, operand in enumerate(op.operands):
            if not _keeps_dtype(op, k):
                continue
            narrow = unspread(operand)
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
    number = unspread(op.operands[k]) or spread_number(op.operands[k])  # with masks only, the number decides
    return number is not None and strip_const(number.type) == Scalar(want.dtype, False)


def _unconverted(value: Value) -> Value:
    op = value.owner
    return _unconverted(op.operands[0]) if isinstance(op, Op) and op.name == "convert" else value


def _sees(op: Op, value: Value) -> bool:
    """Whether ``value`` is defined where ``op`` can name it."""
    home = defining_block(value)
    current: Op | None = op
    while current is not None and current.parent is not home:
        current = current.parent.parent if current.parent is not None else None
    return current is not None and (not isinstance(value.owner, Op) or home.ops.index(value.owner) < home.ops.index(current))


def _is_slice(value: Value) -> bool:
    op = value.owner
    return isinstance(op, Op) and is_reference(op) and not op.attrs.get("adjoint")


def _reads_contents(user: Op) -> bool:
    """Whether the adjoint reads more of a value than its shape."""
    measures = user.name == "call" and user.attrs["fn"] in (helpers.unbroadcast, np.shape, np.zeros_like)
    return bool(user.attrs.get("adjoint")) and not measures


