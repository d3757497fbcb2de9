"""Puts a check behind each statement of a derivative that is to say where it stops being finite (``debug_nans=True``).

Runs last, on what is printed otherwise: the checks look at the numbers of the plain gradient, and each holds on to what its
value was computed from.  Checked are adjoints and tangents, when they are computed or added to others, and not the factors
of which they are made: an infinite factor of an adjoint that is exactly zero does no harm.  The forward sweep raises
nothing.  It notes where something infinite or undefined first came about.

Before:

    function f(%x: float):
      %y: float = math.sqrt(%x)
      mark {text='reverse sweep'}
      %0: float = const 0.5
      %x_bar: float = %0 / %y {adjoint}
      return %x_bar {single}

After:

    function f(%x: float):
      %notes: saved(float) = cache
      %y: float = math.sqrt(%x)
      %0: None = note(%notes, %y, %x) {effect='io', may_raise}
      mark {text='reverse sweep'}
      %1: float = const 0.5
      %x_bar: float = %1 / %y {adjoint}
      %2: None = finite(%x_bar, %y) {effect='io', may_raise}
      return %x_bar {single}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ..ir.core import Block, Function, Loc, Op, Value
from ..ir.ops import IMPLICIT, Slot, op_effect
from ..ir.types import FLOAT, NONE, Cache, strip_const
from ..runtime.watching import defined, finite, note

_DERIVATIVE = re.compile(r"_(bar|dot)(_\d+)?$")
"""How the names of adjoints and tangents end."""
_ADDITIONS = frozenset({"iadd", "index_add", "store", "insert"})
"""Ops whose second operand goes into memory."""


def watch(fn: Function) -> int:
    """Add the checks to ``fn``, in place; how many."""
    notes = Op("cache", [], [], {}, [], fn.body, fn.loc)
    notes.results = [Value("notes", Cache(FLOAT), notes)]
    watcher = _Watcher(notes.result)
    watcher.block(fn.body)
    if watcher.noted:
        fn.body.ops.insert(0, notes)
    return watcher.count


def require_defined(result: Value, mark: Op) -> None:
    """Have a check before ``mark`` that ``result``, which the user's function returns, is no NaN; it is computed for that."""
    block = mark.parent
    assert block is not None
    block.ops.insert(block.ops.index(mark), _check(defined, [result], block, mark.loc, ()))


def _check(fn: Callable[..., None], operands: list[Value], block: Block, loc: Loc, watched: Sequence[Op]) -> Op:
    call = Op("call", operands, [], {"fn": fn, "args": tuple(map(Slot, range(len(operands)))), "kwargs": {}, "effect": "io",
                                     "may_raise": True, "watched": watched}, [], block, loc)
    call.results = [Value("", NONE, call)]
    return call


class _Watcher:
    """Rewrites the blocks of one function."""

    def __init__(self, notes: Value) -> None:
        self.notes = notes
        self.noted = False
        self.count = 0

    def block(self, block: Block) -> None:
        ops, block.ops = block.ops, []
        for op in ops:
            for inner in op.blocks:
                self.block(inner)
            if op.name == "return":
                self.returned(op, block)
            block.ops.append(op)
            self.after(op, block)

    def after(self, op: Op, block: Block) -> None:
        """The checks that follow ``op``."""
        if op.name in _ADDITIONS and is_derivative(op.operands[0]) and _has_numbers(op.operands[1]):
            self.check(finite, op.operands[1], op, block)
        elif op.name in ("call", "invoke", "iaddv"):
            for result in op.results:
                if is_derivative(result) and _has_numbers(result):
                    self.check(finite, result, op, block)
                elif result.hint and _has_numbers(result) and not op.attrs.get("adjoint") and not op.attrs.get("recomputed"):
                    self.check(note, result, op, block)

    def returned(self, op: Op, block: Block) -> None:
        """What is returned without having been given a name, and adjoints that are parameters or come out of regions."""
        work = list(op.operands)
        while work:
            value = work.pop(0)
            owner = value.owner
            if isinstance(owner, Op) and owner.name in ("tuple", "dict"):
                work += owner.operands
            elif not _has_numbers(value):
                continue
            elif is_derivative(value) and not (isinstance(owner, Op) and owner.name == "call"):
                self.check(finite, value, op, block)
            elif isinstance(owner, Op) and owner.attrs.get("adjoint") and not is_derivative(value):
                self.check(finite, value, owner, block)

    def check(self, fn: Callable[..., None], value: Value, op: Op, block: Block) -> None:
        made = slice_of(value, block)
        leaves = list(dict.fromkeys(v for one in made for v in one.operands if _defines(v) not in made and _has_numbers(v)))
        operands = [*([self.notes] if fn is note else []), value, *(v for v in leaves if v is not value)]
        block.ops.append(_check(fn, operands, block, op.loc, made))
        self.noted = self.noted or fn is note
        self.count += 1


def slice_of(value: Value, block: Block) -> Sequence[Op]:
    """The ops of a block that compute ``value`` without looking at memory or having an effect, in order.

    It ends where something has a name of its own: that is checked by itself.
    """
    found: set[Op] = set()
    work = [value]
    while work:
        one = work.pop()
        op = _defines(one)
        if op is None or op in found or op.parent is not block or op.blocks or (one is not value and one.hint):
            continue
        if op.name in (*IMPLICIT, "const") or op.name == "call" and op_effect(op) == "pure":
            found.add(op)
            work += op.operands
    return [op for op in block.ops if op in found]


def _defines(value: Value) -> Op | None:
    return value.owner if isinstance(value.owner, Op) else None


def is_derivative(value: Value) -> bool:
    """Whether a value is an adjoint or a tangent, as its name says."""
    return bool(_DERIVATIVE.search(value.hint))


def _has_numbers(value: Value) -> bool:
    t = strip_const(value.type)
    return t.differentiable and not isinstance(t, Cache)
