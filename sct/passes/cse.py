"""Computes each thing once: an op that repeats an earlier one it can see takes the earlier result.

The earlier op must stand before it in the same block or around it.  Reads of memory that something writes are equal only while
nothing has been written in between; fresh, random and printing calls are never merged, nor arrays that must stay two arrays.
The user's own variables keep their lines: of two equal statements of theirs with different names both stay.

Before:

    function f(%x: float):
      %y: float = math.exp(%x) {may_raise}
      %0: float = math.exp(%x) {may_raise}
      %1: float = %y * %x
      %2: float = %x * %0
      %3: float = %1 + %2 {adjoint}
      return %3 {single}

After:

    function f(%x: float):
      %y: float = math.exp(%x) {may_raise}
      %0: float = %y * %x
      %1: float = %0 + %0 {adjoint}
      return %1 {single}

It pays because the reverse sweep recomputes what the forward sweep still holds, and rules that are spliced one by one repeat
each other's factors.
"""

from __future__ import annotations

import operator
from collections.abc import Hashable

from ..analysis.alias import is_reference
from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import IMPLICIT, Slot, as_key
from ..ir.rewrite import resolve
from ..ir.types import Array, Cache, Scalar
from .memory import Memory, has_memory

_COMMUTATIVE = (operator.add, operator.mul)
_MERGED = frozenset({"call", "invoke", "attr", "item", "tuple", "global"}) | IMPLICIT
_UNKNOWN, _BUFFERS = 1, 2
"""What an op may write to: any object that exists outside; buffers and lists of this function."""
_WRITES = {"iadd": _BUFFERS, "index_add": _BUFFERS, "fill": _BUFFERS, "store": _BUFFERS, "iaddv": _BUFFERS, "append": _BUFFERS,
           "insert": _BUFFERS, "remove": _BUFFERS, "exchange": _BUFFERS}


def merge_common_subexpressions(fn: Function) -> int:
    """Replace repeated ops of ``fn`` by their first occurrence, in place; how many."""
    merger = _Merger(fn)
    merger.block(fn.body)
    return merger.merged


class _Merger:
    def __init__(self, fn: Function) -> None:
        self.memory = Memory(fn)
        self.replaced: dict[Value, Value] = {}
        self.seen: dict[Hashable, Op] = {}
        self.writes = _writing(fn.body)
        self.unknown_epoch = self.buffer_epoch = 0
        """Counters that change where something may have been written."""
        self.merged = 0

    def block(self, block: Block) -> None:
        entered: list[Hashable] = []
        kept = []
        for op in block.ops:
            op.operands[:] = [resolve(self.replaced, v) if v in self.replaced else v for v in op.operands]
            key = self.key(op) if op.name in _MERGED else None
            earlier = self.seen.get(key) if key is not None else None
            if earlier is not None and self.merges(op, earlier):
                continue
            if key is not None and earlier is None:
                self.seen[key] = op
                entered.append(key)
            kept.append(op)
            self.inside(op)
        for key in entered:
            del self.seen[key]
        self.merged += len(block.ops) - len(kept)
        block.ops[:] = kept

    def inside(self, op: Op) -> None:
        """Merge inside the op's blocks and start a new epoch where it may write: for a loop before its body, too."""
        written = self.writes.get(op, 0)
        self.advance(written)
        for block in op.blocks:
            self.block(block)
            self.advance(written)

    def advance(self, written: int) -> None:
        self.unknown_epoch += bool(written & _UNKNOWN)
        self.buffer_epoch += bool(written)

    def merges(self, op: Op, earlier: Op) -> bool:
        """Let ``op`` take the results of ``earlier``, if that changes neither meaning nor the user's own names."""
        pairs = list(zip(op.results, earlier.results, strict=True))
        if not all(_is_as_certain(first, later) and self.keeps_name(op, later, first)
                   and (is_reference(op) or self.memory.may_merge(later, first)) for later, first in pairs):
            return False
        for later, first in pairs:
            self.share(later, first)
        return True

    def keeps_name(self, op: Op, later: Value, first: Value) -> bool:
        if later.hint in ("", first.hint):
            return True
        # Two adjoints that begin alike are two variables, unless that costs an array: then what they share has no name.
        return bool(op.attrs.get("adjoint")) and (not first.hint or not isinstance(later.type, Scalar))

    def share(self, later: Value, first: Value) -> None:
        """``first`` stands for ``later`` as well."""
        if later.hint not in ("", first.hint) and first.hint.endswith("_bar"):
            first.hint = ""
        self.memory.merge(later, first)
        self.replaced[later] = first

    # ---- keys

    def key(self, op: Op) -> Hashable | None:
        """Equal for ops that compute the same; None for an op that is never merged."""
        what = identity(op)
        if what is None:
            return None
        operands: Hashable = tuple(map(_operand_key, op.operands))
        if op.attrs.get("fn") in _COMMUTATIVE and _is_commutative(op):
            operands = frozenset(map(_operand_key, op.operands))
        return (op.name, what, operands, tuple(map(_kind, op.results)), *self.epochs(op))

    def epochs(self, op: Op) -> tuple[int, int]:
        """When what the op reads was last written."""
        if op.name in IMPLICIT or op.name in ("tuple", "item") or is_reference(op):
            return 0, 0
        reads = op.name in ("global", "attr", "invoke") or op.attrs.get("effect") == "reads"
        if not reads and not any(has_memory(v.type) for v in op.operands):
            return 0, 0
        return self.unknown_epoch, self.buffer_epoch if any(map(self.memory.written, op.operands)) else 0


def _writing(body: Block) -> dict[Op, int]:
    """What each op may write to, nested ops included; ops that write nothing are not in the table."""
    found: dict[Op, int] = {}
    for op in walk(body):
        written = _WRITES.get(op.name, 0)
        if op.name in ("call", "invoke") and op.attrs.get("effect") in ("writes", "io"):
            written = _UNKNOWN | _BUFFERS
        at: Op | None = op
        while written and at is not None and found.get(at, 0) | written != found.get(at, 0):
            found[at] = found.get(at, 0) | written
            at = at.parent.parent if at.parent is not None else None
    return found


def identity(op: Op) -> Hashable | None:
    """What the op does, apart from its operands."""
    attrs = op.attrs
    if op.name == "call":
        effect = "fresh" if attrs.get("undecided") else attrs.get("effect", "pure")
        if effect not in ("pure", "reads") or attrs.get("distinct") or any(isinstance(v.type, Cache) for v in op.operands):
            return None
        kwargs = attrs.get("kwargs")
        return as_key((attrs["fn"], attrs["args"], tuple(kwargs.items()) if kwargs else (), bool(attrs.get("unpack"))))
    if op.name == "invoke":
        # What a forward half returns besides numbers is emptied by its backward half: never shared.
        shareable = attrs.get("effect", "pure") == "pure" and not any(has_memory(v.type) for v in op.results)
        return attrs["callee"] if shareable else None
    if op.name == "tuple":
        return None if attrs.get("cls", tuple) is list else attrs.get("cls", tuple)
    if op.name == "global":
        return as_key((attrs["root"], attrs.get("path"), attrs.get("source")))
    return as_key((attrs.get("name"), type(attrs.get("key")), attrs.get("key")))


def _kind(result: Value) -> Hashable:
    """The type of a result; of a number only that of its elements, whether it is Python's or NumPy's."""
    t = result.type
    return t.dtype if isinstance(t, Scalar) else t


def _is_as_certain(first: Value, later: Value) -> bool:
    """Whether at least as much is known of ``first``: one of Python's numbers may stand for one that may also be NumPy's."""
    return first.type == later.type or isinstance(later.type, Scalar) and later.type.python is None


def _operand_key(value: Value) -> Hashable:
    """Constants are equal by value, everything else by identity."""
    owner = value.owner
    if isinstance(owner, Op) and owner.name == "const":
        constant = owner.attrs["value"]
        return (type(constant), repr(constant))
    return value


def _is_commutative(op: Op) -> bool:
    """Whether exchanging the two operands of a sum or product is exact: it is for numbers, not for strings and lists."""
    return op.attrs["args"] == (Slot(0), Slot(1)) and all(isinstance(v.type, Scalar | Array) for v in op.operands)
