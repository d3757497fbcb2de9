"""Which values of a function may share memory, and whether that memory is written, leaves the function or came from outside.

Classes by unification, in one walk: views, containers and their items, what loops carry and branches yield.  Passes ask before
they let two values become one: a merged buffer would be added to twice, two results of a gradient must be two arrays.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import cache

import numpy as np

from ..analysis.alias import may_alias
from ..ir.core import Function, Op, Value, reached_from, walk
from ..ir.ops import INFIX, LOOPS, PREFIX, STORES, may_write, template_slots
from ..ir.rewrite import carried_start, incoming
from ..ir.types import BOTTOM, NONE, SLICE, STR, UNDEF, Array, Cache, Dict, OrConst, Scalar, Tuple, Type
from ..rules import registry
from ..runtime import helpers

WRITTEN, ESCAPES, EXTERNAL = 1, 2, 4
"""Facts of a class: some op writes into it; it is returned or handed to unknown code; it may exist before the call."""


def has_memory(kind: Type) -> bool:
    """Whether values of this type can be written to or told apart by identity (numbers and strings cannot)."""
    return not isinstance(kind, Scalar) and (isinstance(kind, Array) or _has_memory(kind))


@cache
def _has_memory(kind: Type) -> bool:
    if kind in (NONE, STR, SLICE, UNDEF, BOTTOM):
        return False
    if isinstance(kind, Tuple):
        return any(map(has_memory, kind.items))
    if isinstance(kind, Dict):
        return True
    return has_memory(kind.base) if isinstance(kind, OrConst) else True


def aliased(op: Op) -> list[Value]:
    """The operands that the results of a call may share memory with: none, those of the first argument, or all."""
    fn = op.attrs["fn"]
    if fn is helpers.replicated or isinstance(op.results[0].type, Cache):
        return op.operands  # results share memory with each other as these do; the copy of a list holds what that holds
    if fn is list and op.operands and has_memory(getattr(op.operands[0].type, "item", NONE)):
        return op.operands  # another list of the same arrays
    entry = registry.lookup(fn)
    if op.attrs.get("effect") == "fresh" or (entry is not None and not may_alias(op)):
        return []
    if entry is not None or fn in (operator.getitem, helpers.unbroadcast, helpers.diagonal):
        first = [op.operands[k] for k in template_slots(op.attrs["args"][0])] if op.attrs["args"] else []
        return first or op.operands  # of ``einsum`` the first argument is a text
    known = isinstance(fn, np.ufunc) or fn in INFIX or fn in PREFIX or getattr(fn, "__module__", "") == helpers.__name__
    return [] if known else op.operands


class Memory:
    """The classes of one function; stays valid while values are only merged through ``merge``."""

    def __init__(self, fn: Function) -> None:
        self.up: dict[Value, Value] = {}
        self.facts: dict[Value, int] = {}
        for value in fn.params:
            self.note(value, EXTERNAL)
        for group in fn.lent.groups:
            for k in group:
                self.unite(fn.params[min(group)], fn.params[k])
        for op in walk(fn.body):
            _VISIT.get(op.name, Memory.unknown)(self, op)

    def root(self, value: Value) -> Value:
        """The representative of the value's class."""
        up = self.up
        while (above := up.get(value)) is not None:
            further = up.get(above)
            if further is not None:
                up[value] = further
            value = above
        return value

    def note(self, value: Value, fact: int) -> None:
        if has_memory(value.type):
            root = self.root(value)
            self.facts[root] = self.facts.get(root, 0) | fact

    def unite(self, a: Value, b: Value) -> None:
        if has_memory(a.type) and has_memory(b.type):
            ra, rb = self.root(a), self.root(b)
            if ra is not rb:
                self.up[ra] = rb
                self.facts[rb] = self.facts.pop(ra, 0) | self.facts.get(rb, 0)

    def fact(self, value: Value) -> int:
        return self.facts.get(self.root(value), 0) if has_memory(value.type) else 0

    def written(self, value: Value) -> bool:
        """Whether some op may write into what ``value`` refers to."""
        return bool(self.fact(value) & WRITTEN)

    def external(self, value: Value) -> bool:
        """Whether ``value`` may refer to memory that exists outside this call."""
        return bool(self.fact(value) & EXTERNAL)

    def may_merge(self, a: Value, b: Value) -> bool:
        """Whether nothing can tell if ``a`` and ``b``, which hold equal contents, are one object or two."""
        if not has_memory(a.type):
            return True
        fa, fb = self.fact(a), self.fact(b)
        if (fa | fb) & WRITTEN or fa & fb & ESCAPES:
            return False
        return not (fa | fb) & ESCAPES or not (fa | fb) & EXTERNAL

    def merge(self, a: Value, b: Value) -> None:
        """Record that ``a`` and ``b`` are one object now."""
        self.unite(a, b)

    # ---- one method per family of ops

    def nothing(self, op: Op) -> None:
        """Touches no memory that others see."""

    def outside(self, op: Op) -> None:
        for value in op.results:
            self.note(value, EXTERNAL)

    def shares(self, op: Op) -> None:
        for result in op.results:
            for value in (*op.operands, *op.results[:1]):
                self.unite(result, value)

    def attribute(self, op: Op) -> None:
        self.shares(op)
        self.outside(op)

    def updates(self, op: Op) -> None:
        self.shares(op)
        self.note(op.operands[0], WRITTEN)

    def writes(self, op: Op) -> None:
        self.note(op.operands[0], WRITTEN)

    def stores(self, op: Op) -> None:
        """The item of a list that is put in or taken out is shared with it."""
        self.writes(op)
        for value in (*op.operands[1:2], *op.results) if op.name != "exchange" else ():
            if not isinstance(op.operands[0].type, Array):
                self.unite(op.operands[0], value)

    def push(self, op: Op) -> None:
        self.unite(op.operands[0], op.operands[1])

    def leaves(self, op: Op) -> None:
        for value in op.operands:
            self.note(value, ESCAPES)

    def call(self, op: Op) -> None:
        effect = op.attrs.get("effect", "pure")
        if effect in ("writes", "io"):
            for value in op.operands:
                self.note(value, ESCAPES | WRITTEN if effect == "writes" else ESCAPES)
            self.outside(op)
        if op.attrs["fn"] is list:  # another list of the very same arrays
            self.shares(op)
        results = [result for result in op.results if has_memory(result.type)]
        for value in aliased(op) if results else ():
            for result in results:
                self.unite(result, value)

    def invoke(self, op: Op) -> None:
        if may_write(op):  # empties the lists of its context, and writes to no array but those that the callee stored into
            stores = bool(op.attrs["callee"].lent.params) or _stores(op.attrs["callee"])
            for value in op.operands:
                if stores or isinstance(value.type, Cache):
                    self.note(value, WRITTEN)
        self.unknown(op)

    def unknown(self, op: Op) -> None:
        self.shares(op)
        self.outside(op)

    def branch(self, op: Op) -> None:
        for k, result in enumerate(op.results):
            for value in incoming(op, k):
                self.unite(result, value)

    def with_region(self, op: Op) -> None:
        """``with`` and ``try``: a context manager or an exception may hold any object."""
        self.branch(op)
        for value in (arg for block in op.blocks for arg in block.args):
            self.note(value, EXTERNAL)

    def loop(self, op: Op) -> None:
        self.branch(op)
        for block in op.blocks:
            carried = block.args if op.name == "while" else block.args[1:]
            for arg, init, result in zip(carried, op.operands[carried_start(op):], op.results, strict=True):
                self.unite(arg, init)
                self.unite(arg, result)  # before the first iteration it may be nothing that has memory
        if op.name == "for" and carried_start(op) == 1:
            self.unite(op.blocks[0].args[0], op.operands[0])


def _stores(callee: Function) -> bool:
    """Whether a backward half, or one that it calls, may take back what was stored."""
    return any(not one.body.ops or any(op.name in STORES for op in walk(one.body))  # without ops it is still being made
               for one in reached_from(callee))


_VISIT: dict[str, Callable[[Memory, Op], None]] = {
    **dict.fromkeys(("const", "undef", "cache", "format", "assert", "bound", "mark"), Memory.nothing),
    **dict.fromkeys(("yield", "continue", "break", "test"), Memory.nothing),
    **dict.fromkeys(("convert", "broadcast", "narrow", "tuple", "dict", "item", "pop"), Memory.shares),
    **dict.fromkeys(("iadd", "index_add", "fill"), Memory.writes), **dict.fromkeys(STORES, Memory.stores),
    **dict.fromkeys(("append", "iaddv"), Memory.updates),
    **dict.fromkeys(("return", "raise"), Memory.leaves), **dict.fromkeys(LOOPS, Memory.loop),
    "global": Memory.outside, "attr": Memory.attribute, "push": Memory.push, "call": Memory.call, "invoke": Memory.invoke,
    "if": Memory.branch, "with": Memory.with_region, "try": Memory.with_region,
}
