"""Which values of a function carry a tangent, memory included: what forward mode must double.

A mask is True or False, and for what one half of a callee hands to the other a tuple of masks, one for each item, or the name
of such a tuple: what a recursive function hands over holds what its own calls handed over.  Unlike reverse mode's activity it
follows what is written: an array that something varied is added to is varied from its beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

from ..analysis.activity import carries_derivative, lists_keys
from ..analysis.alias import DEEP_COPIES, lent_to, may_alias
from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import LOOPS
from ..ir.rewrite import carried_inits, incoming, item_count
from ..ir.types import Cache, Object, Scalar, Type, strip_const
from ..runtime import helpers

if TYPE_CHECKING:
    from .stored import StoredMemory


@dataclass(frozen=True, eq=False)
class Named:
    """The mask of one result of a callee, known by the callee: two are equal if they are one."""

    results: Callable[[], Sequence[Mask]]
    """The masks of the callee's results as they are known by now."""
    place: int

    @property
    def items(self) -> tuple[Mask, ...]:
        """The masks of the items."""
        found = self.results()[self.place]
        return () if isinstance(found, Named) else items_of(found)


@dataclass(frozen=True)
class Either:
    """The mask of what is one of several results of callees, or something else with items: these are joined when asked for."""

    names: frozenset[Named]
    other: Mask

    @property
    def items(self) -> tuple[Mask, ...]:
        """The masks of the items."""
        known = [items for items in (items_of(self.other), *(name.items for name in self.names)) if items]
        return tuple(reduce(join, column) for column in zip(*known, strict=True))


Mask = bool | tuple["Mask", ...] | Named | Either
Callee = Callable[[Op, tuple[Mask, ...]], Sequence[Mask]]
"""For a call of a function and the masks of its operands, those of its results."""


def join(a: Mask, b: Mask) -> Mask:
    """The mask of a value that may be either of two.

    >>> join((True, False), (False, False)), join(False, (True,))
    ((True, False), (True,))
    """
    if a is b or b is False:
        return a
    if a is False:
        return b
    if a is True or b is True:  # what varies as a whole says nothing of items
        return (b if a is True else a) or True
    names = _those_named(a) | _those_named(b)
    if names:
        return Either(names, join(_unnamed(a), _unnamed(b)))
    left, right = items_of(a), items_of(b)
    return tuple(map(join, left, right)) if left and right else left or right or True


def _those_named(mask: Mask) -> frozenset[Named]:
    return frozenset({mask}) if isinstance(mask, Named) else mask.names if isinstance(mask, Either) else frozenset()


def _unnamed(mask: Mask) -> Mask:
    return False if isinstance(mask, Named) else mask.other if isinstance(mask, Either) else mask


def items_of(mask: Mask) -> tuple[Mask, ...]:
    """The masks of the items of what has items."""
    return mask.items if isinstance(mask, Named | Either) else mask if isinstance(mask, tuple) else ()


def varies(mask: Mask, seen: frozenset[Any] = frozenset()) -> bool:
    """Whether anything in a mask is set."""
    if isinstance(mask, bool):
        return mask
    return mask not in seen and any(varies(item, seen | {mask}) for item in items_of(mask))


class Masks:
    """The masks of all values of a function, given those of its parameters."""

    def __init__(self, function: Function, given: Sequence[Mask], callee: Callee, stored: StoredMemory) -> None:
        self.of: dict[Value, Mask] = dict(zip(function.params, given, strict=True))
        self.callee = callee
        self.names = stored.members
        self.changed = True
        for value in stored.shadows if any(map(varies, given)) else ():
            self._add(value, True)
        ops = list(walk(function.body))
        while self.changed:
            self.changed = False
            for op in ops:
                self._visit(op)

    def __getitem__(self, value: Value) -> Mask:
        return self.of.get(value, False)

    def __contains__(self, value: Value) -> bool:
        return varies(self[value])

    def _add(self, value: Value, mask: Mask) -> None:
        if not varies(mask) or not _can_vary(value.type, mask):
            return
        joined = join(self[value], mask)
        if joined != self[value]:
            self.of[value] = joined
            self.changed = True
            for name in self.names.get(value, ()):
                self._add(name, True)

    def add(self, value: Value) -> None:
        """``value``, which was made just now, varies."""
        self.of[value] = True

    def item(self, op: Op) -> Mask:
        """The mask of what is taken out of a container."""
        mask = self[op.operands[0]]
        return mask if isinstance(mask, bool) else items_of(mask)[op.attrs["key"]]

    def _visit(self, op: Op) -> None:
        if op.name == "invoke":
            if any(v in self for v in op.operands):
                for value in lent_to(op):
                    self._written(value, True, set())
            for result, mask in zip(op.results, self.callee(op, tuple(map(self.__getitem__, op.operands))), strict=False):
                self._add(result, mask)
        elif op.name in ("tuple", "dict") and isinstance(op.results[0].type, Object):
            self._add(op.results[0], tuple(map(self.__getitem__, op.operands)))
        elif op.name == "item":
            self._add(op.results[0], self.item(op))
        elif op.name == "push":
            self._add(op.operands[0], self[op.operands[1]])
        elif op.name in ("store", "insert"):
            self._add(op.operands[0], self[op.operands[1]])
        elif op.name == "remove":
            self._add(op.results[0], self[op.operands[0]])
        elif op.name in ("iadd", "index_add"):
            self._written(op.operands[0], self[op.operands[1]], set())
        elif op.name in LOOPS:
            self._loop(op)
        elif op.name in ("if", "with", "try"):
            for k, result in enumerate(op.results):
                for value in incoming(op, k):
                    self._add(result, self[value])
        elif op.name in _PASS or op.name == "call" and _carries(op):
            for value in op.operands:
                for result in op.results:
                    self._add(result, self[value])

    def _loop(self, op: Op) -> None:
        for block in op.blocks:
            for k, (arg, init) in enumerate(zip(block.args[_before(op, block):], carried_inits(op), strict=True)):
                self._add(arg, self[init])
                for value in incoming(op, k):
                    self._add(arg, self[value])
        for k, result in enumerate(op.results):
            for value in incoming(op, k):
                self._add(result, self[value])

    def _written(self, value: Value, mask: Mask, seen: set[Value]) -> None:
        """What is written to a value is written to everything that it is an item, a view or another name of."""
        if value in seen or not varies(mask) or isinstance(strip_const(value.type), Scalar):
            return
        seen.add(value)
        self._add(value, mask)
        for source in _names(value):
            self._written(source, mask, seen)


_PASS = frozenset({"convert", "broadcast", "narrow", "tuple", "dict", "pop", "append", "iaddv"})


_ZEROS = (helpers.zeros_like, helpers.list_of_zeros, helpers.dict_of_zeros)
_WITHOUT_TANGENT = (*_ZEROS, helpers.inserted_at, helpers.taken_from, dict.get)
"""Functions of the reverse sweep whose results do not depend on the contents of their arguments."""


def _before(op: Op, block: Block) -> int:
    return item_count(op) if block is op.blocks[-1] else 0


def _names(value: Value) -> Iterable[Value]:
    """The values that a value shares its memory with and that were there before it."""
    op = value.owner
    if isinstance(op, Block):
        loop = op.parent
        if loop is None or loop.name not in LOOPS:
            return ()
        k = op.args.index(value) - _before(loop, op)
        return incoming(loop, k) if k >= 0 else ()
    if not isinstance(op, Op):
        return ()
    if op.blocks:
        return incoming(op, op.results.index(value))
    if op.name in ("tuple", "dict"):
        return op.operands
    if op.name in ("narrow", "item", "append", "pop") or op.name == "call" and op.attrs["fn"] not in _ZEROS and may_alias(op):
        return op.operands[:1]
    return ()


def _can_vary(t: Type, mask: Mask) -> bool:
    return t.differentiable or isinstance(t, Cache) or isinstance(strip_const(t), Object) and not isinstance(mask, bool)


def has_no_tangent(fn: Any) -> bool:
    """Whether what a function gives has no tangent, whatever it is given: an exception with a number in it, as well."""
    return fn in _WITHOUT_TANGENT or isinstance(fn, type) and issubclass(fn, BaseException)


def _carries(op: Op) -> bool:
    """Whether a primitive's results depend differentiably on its operands."""
    fn = op.attrs["fn"]
    if fn in (list, *DEEP_COPIES):
        return not lists_keys(op)
    if has_no_tangent(fn):
        return False
    return carries_derivative(op)
