"""Says of each number whether it is Python's or NumPy's at run time, before and after some arrays became lists.

The types of forward values say it where that matters; for adjoints it was left open.  Where an element of a list is a ``float``
that was a ``np.float64``, so is what is computed from it.
"""

from __future__ import annotations

import heapq
import operator
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import IMPLICIT, LOOPS, Lit, Slot, defined_by
from ..ir.rewrite import carried_start, exits, item_count, unconverted, use_counts
from ..ir.types import Cache, OrConst, Scalar, strip_const
from ..runtime import helpers
from .covering import Region, at_least, literal

PYTHON, NUMPY = 1, 2
"""A number is Python's; it is NumPy's.  What may be either is both."""
COMPARISONS = frozenset({operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne})
_OPERATORS = COMPARISONS | {
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow, operator.neg,
    operator.pos, operator.abs, operator.and_, operator.or_, operator.xor, abs,
}
"""Their result is NumPy's if any operand is."""
CHOICES = frozenset({min, max})
"""Their result is one of the operands."""
_STRONG = frozenset({helpers.strong_product, helpers.strong_quotient})

Use = tuple[Op, int]
"""An op and the position of one of its operands."""


class Kinds:
    """Kinds of all numbers of a function in which ``regions`` became lists and the operands ``restored`` are converted back."""

    def __init__(self, fn: Function, regions: Iterable[Region], restored: frozenset[Use] = frozenset()) -> None:
        self.fn = fn
        self.restored = restored
        self.before: dict[Value, int] = {}
        self.after: dict[Value, int] = {}
        self.roots: dict[Value, frozenset[Region]] = {}
        """The regions because of which a number may be another kind than before."""
        self.read = {a.op: region for region in regions for a in region.accesses if a.op.name == "call"}
        self.saved: dict[Value, list[Op]] = {}
        """What is pushed to each list of saved values."""
        self.uses = use_counts(fn.body)
        self.leaking: set[Value] = set()
        """Lists of saved values that are not only filled and emptied here."""
        for op in walk(fn.body):
            self._note_caches(op)
        self._solve()

    def changed(self, op: Op, k: int) -> bool:
        """Whether an operand may be another kind of number than before."""
        return bool(self.roots.get(op.operands[k])) and (op, k) not in self.restored

    def certain(self, value: Value) -> bool:
        """Whether a value was a number of NumPy's in any case, and not ``None``, which cannot be converted."""
        perhaps_none = isinstance(value.type, OrConst) and not isinstance(value.type.const, Scalar)
        return self.before.get(value) == NUMPY and not perhaps_none

    def now(self, op: Op, k: int) -> int:
        """What an operand is now."""
        return NUMPY if (op, k) in self.restored else self.after.get(op.operands[k], declared(op.operands[k]))

    # ---- flow

    def _note_caches(self, op: Op) -> None:
        for k, value in enumerate(op.operands):
            if not isinstance(value.type, Cache):
                continue
            if op.name == "push" and k == 0:
                self.saved.setdefault(value, []).append(op)
            elif op.name != "pop" and not _walks_back(op):
                self.leaking.add(value)

    def _solve(self) -> None:
        for param in self.fn.params:
            self.before[param] = self.after[param] = declared(param)
        ops = [op for op in walk(self.fn.body) if any(map(_is_number, defined_by(op)))]
        readers: dict[Value, list[int]] = {}
        for n, op in enumerate(ops):
            for value in self._read_by(op):
                readers.setdefault(value, []).append(n)
        waiting = list(range(len(ops)))  # in textual order: most of what an op reads is known when its turn comes
        queued = set(waiting)
        while waiting:
            n = heapq.heappop(waiting)
            queued.remove(n)
            for value in self._update(ops[n]):
                for reader in readers.get(value, ()):
                    if reader not in queued:
                        queued.add(reader)
                        heapq.heappush(waiting, reader)

    def _read_by(self, op: Op) -> Iterator[Value]:
        """The values that decide on the kinds of what an op defines."""
        yield from op.operands
        for block in op.blocks:
            for end in exits(block):
                yield from end.operands
        if op in self.read:
            yield from (store.operands[1] for store in self.read[op].stores)
        for cache in {cache for value in (*op.operands[:1], *op.results) if (cache := _cache_behind(value)) is not None}:
            for push in self.saved.get(cache, ()):
                yield push.operands[1]
                if isinstance(push.operands[1].owner, Op):
                    yield from push.operands[1].owner.operands

    def _update(self, op: Op) -> Iterator[Value]:
        """Find anew what an op defines; those of its numbers of which more is known now."""
        for block in op.blocks:
            for arg in filter(_is_number, block.args):
                if self._set(arg, *self._argument(op, block, arg)):
                    yield arg
        for result in filter(_is_number, op.results):
            if self._set(result, *self._result(op, result)):
                yield result

    def _set(self, value: Value, before: int, after: int, roots: frozenset[Region]) -> bool:
        known = declared(value)
        before = known if known != PYTHON | NUMPY and before else before
        if before == after != PYTHON | NUMPY:
            roots = frozenset()
        new = (self.before.get(value, 0) | before, self.after.get(value, 0) | after, self.roots.get(value, frozenset()) | roots)
        old = (self.before.get(value, 0), self.after.get(value, 0), self.roots.get(value, frozenset()))
        self.before[value], self.after[value], self.roots[value] = new
        return new != old

    def _all(self, uses: Iterable[Use]) -> tuple[int, int, frozenset[Region]]:
        """What may be any of these operands."""
        before, after, roots = 0, 0, frozenset[Region]()
        for use in uses:
            value = use[0].operands[use[1]]
            known = declared(value) if not isinstance(strip_const(value.type), Scalar) else 0
            before |= self.before.get(value, known)
            after |= NUMPY if use in self.restored else self.after.get(value, known)
            roots |= frozenset() if use in self.restored else self.roots.get(value, frozenset())
        return before, after, roots

    def _argument(self, op: Op, block: Block, arg: Value) -> tuple[int, int, frozenset[Region]]:
        k = block.args.index(arg) - (item_count(op) if op.name in LOOPS else 0)
        if op.name in LOOPS and k >= 0:
            return self._all(_coming_in(op, k))
        each = op.name == "for" and op.attrs.get("kind", "range") == "each"
        if each and (cache := _cache_behind(op.operands[0])) is not None:
            return self._taken(cache, None, arg)
        known = declared(arg)
        return known, known, frozenset()

    def _result(self, op: Op, result: Value) -> tuple[int, int, frozenset[Region]]:
        if op in self.read:
            stored = [NUMPY if (store, 1) in self.restored else self.after.get(store.operands[1], 0)
                      for store in self.read[op].stores]
            after = PYTHON
            for kind in stored:
                after |= kind
            return NUMPY, after, frozenset({self.read[op]})
        if op.name in LOOPS or op.name in ("if", "with", "try"):
            k = op.results.index(result)
            uses = list(_coming_in(op, k))
            return self._all(uses[1:] if op.name == "for" and surely_runs(op, self.fn) else uses)
        if op.name == "const":
            kind = NUMPY if isinstance(op.attrs["value"], np.generic) else PYTHON
            return kind, kind, frozenset()
        if op.name in IMPLICIT:
            return self._all([(op, 0)])
        if op.name == "pop":
            return self._taken(op.operands[0], None, result)
        if op.name == "item" and (cache := _cache_behind(op.operands[0])) is not None:
            return self._taken(cache, op.attrs["key"], result)
        found = self._called(op) if op.name == "call" and _hashable(op.attrs["fn"]) else None
        known = declared(result)
        if op.name == "call" and op.attrs["fn"] is sum:
            return known, PYTHON | NUMPY, frozenset()  # of nothing it is Python's 0
        return found or (known, known, frozenset())

    def _taken(self, cache: Value, key: int | None, result: Value) -> tuple[int, int, frozenset[Region]]:
        """What is taken out of a list of saved values: what was put there."""
        known = declared(result)
        if cache in self.leaking or cache not in self.saved:
            return known, known, frozenset()
        uses = [(push, 1) for push in self.saved[cache]]
        if key is not None:
            packed = [push.operands[1].owner for push in self.saved[cache]]
            uses = [(op, key) for op in packed if isinstance(op, Op) and op.name == "tuple"]
            if len(uses) < len(packed):
                return known, known, frozenset()
        return self._all(uses)

    def _called(self, op: Op) -> tuple[int, int, frozenset[Region]] | None:
        fn, attrs = op.attrs["fn"], op.attrs
        if fn is float or getattr(fn, "__module__", "") == "math":
            return PYTHON, PYTHON, frozenset()
        if attrs.get("kwargs") or not all(isinstance(part, Slot | Lit) for part in attrs["args"]):
            return None
        slots = [part.index for part in attrs["args"] if isinstance(part, Slot)]
        if not all(isinstance(strip_const(op.operands[k].type), Scalar) for k in slots):
            return None
        if isinstance(fn, np.ufunc):
            return NUMPY, NUMPY, frozenset()
        if fn not in _OPERATORS and fn not in CHOICES and fn not in _STRONG:
            return None
        literals = [NUMPY if isinstance(part.value, np.generic) else PYTHON for part in attrs["args"] if isinstance(part, Lit)]
        before = [self.before.get(op.operands[k], 0) for k in slots] + literals
        after = [NUMPY if (op, k) in self.restored else self.after.get(op.operands[k], 0) for k in slots] + literals
        roots = frozenset[Region]().union(*(self.roots.get(op.operands[k], ()) for k in slots if (op, k) not in self.restored))
        together = _COMBINED.get(fn, _operated)
        return together(before), together(after), roots


def _coming_in(op: Op, k: int) -> Iterator[Use]:
    """The operands that may become result ``k`` of a region op, as ``incoming`` lists the values."""
    if op.name in LOOPS:
        yield op, carried_start(op) + k
        ends = exits(op.blocks[-1])
    else:
        ends = (block.ops[-1] for block in op.blocks)
    for end in ends:
        if end.name in ("continue", "break", "yield"):
            yield end, k


def _operated(kinds: list[int]) -> int:
    """What an operator makes of operands of these kinds."""
    if 0 in kinds:
        return 0
    if NUMPY in kinds:
        return NUMPY
    return PYTHON if all(kind == PYTHON for kind in kinds) else PYTHON | NUMPY


def _chosen(kinds: list[int]) -> int:
    found = 0
    for kind in kinds:
        found |= kind
    return 0 if 0 in kinds else found


_COMBINED: dict[Callable[..., Any], Callable[[list[int]], int]] = {
    min: _chosen, max: _chosen, helpers.strong_product: lambda kinds: _chosen(kinds) | _operated(kinds),
    helpers.strong_quotient: lambda kinds: _chosen([PYTHON, *kinds]),
}


def _is_number(value: Value) -> bool:
    return isinstance(strip_const(value.type), Scalar)


def declared(value: Value) -> int:
    """The kind of a number as its type says."""
    t = strip_const(value.type)
    python = t.python if isinstance(t, Scalar) else None
    return PYTHON | NUMPY if python is None else PYTHON if python else NUMPY


def _cache_behind(value: Value) -> Value | None:
    """The list of saved values that a tuple was taken from, or that is walked backwards."""
    op = value.owner
    if isinstance(op, Op) and op.name == "pop":
        return op.operands[0]
    if isinstance(op, Block) and op.parent is not None and op.parent.name == "for" and op.args[0] is value:
        return _cache_behind(op.parent.operands[0])
    return op.operands[0] if isinstance(op, Op) and _walks_back(op) else None


def _walks_back(op: Op) -> bool:
    return op.name == "call" and op.attrs["fn"] is reversed and isinstance(op.operands[0].type, Cache)


def _hashable(fn: Any) -> bool:
    try:
        hash(fn)
    except TypeError:
        return False
    return True


def surely_runs(loop: Op, fn: Function) -> bool:
    """Whether a loop has an iteration: it counts up to the length of a dimension that has elements."""
    if loop.attrs.get("kind", "range") != "range":
        return False
    lo, hi, step = map(unconverted, loop.operands[:3])
    first = literal(lo)
    return first is not None and literal(step) == 1 and first < at_least(hi, fn)
