"""Finds operations whose cotangent may be exactly zero at points where their partial derivatives may be infinite.

A value that only some paths use has no influence on the others, however steep it is: ``d = np.sqrt(s)`` in front of
``if d > 0:``, an iteration's value that the next one overwrites, what ``max`` does not choose.  Its cotangent is exactly zero
there, and must stay zero when it is divided by ``2 * d``.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np

from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import LOOPS, STORES, Lit
from ..ir.rewrite import carried_start
from ..ir.types import Scalar, strip_const
from ..rules import registry
from .activity import carries_derivative

Use = tuple[Op, int]
"""An op and the position of one of its operands."""


def mark_vanishing(entry: Function, callees: Sequence[Function]) -> None:
    """Note with the operations of ``entry`` and of what it calls (attribute ``vanishes``) that they need strong zeros."""
    functions = [entry, *callees]
    candidates = [op for function in functions for op in walk(function.body) if op.name == "call" and _may_be_steep(op)]
    if not candidates:
        return
    reaching = _Reaching(entry, functions)
    for op in candidates:
        if not any(reaching.always(result) for result in op.results):
            op.attrs["vanishes"] = True


# ---------------------------------------------------------------------------------------------------------- steep operations

def _may_be_steep(op: Op) -> bool:
    """Whether partial derivatives of ``op`` may be infinite where the function goes on."""
    entry = registry.lookup(op.attrs["fn"])
    if entry is None or entry.zero or entry.vjp is None or not _has_strong_zeros(entry.vjp):
        return False
    number = strip_const(op.results[0].type)
    python = isinstance(number, Scalar) and number.python is True
    right = op.attrs["args"][1] if len(op.attrs["args"]) > 1 else None
    literal = right.value if isinstance(right, Lit) and isinstance(right.value, int | float) else _constant(op)
    if op.attrs["fn"] in (operator.truediv, np.divide):
        return not python and not literal
    if op.attrs["fn"] in (operator.pow, np.power, pow):
        return literal is None or literal < 1 and literal != 0
    return True


def _constant(op: Op) -> float | None:
    """The second operand of ``op`` if it is a number that is written out."""
    owner = op.operands[1].owner if len(op.operands) > 1 else None
    value = owner.attrs["value"] if isinstance(owner, Op) and owner.name == "const" else None
    return value if isinstance(value, int | float) else None


@cache
def _has_strong_zeros(rule: Callable[..., Any] | str) -> bool:
    names = rule if isinstance(rule, str) else " ".join(rule.__code__.co_names)
    return "strong_product" in names or "strong_quotient" in names


# --------------------------------------------------------------------------------------------------------- what always counts

class _Reaching:
    """Which values reach the result on every path: all are taken to, until nothing is left that contradicts it."""

    def __init__(self, entry: Function, functions: Sequence[Function]) -> None:
        self.entry = entry
        self.uses: dict[Value, list[Use]] = {}
        self.home: dict[Op, Function] = {}
        """The function that each ``return`` ends."""
        self.calls: dict[Function, list[Op]] = {}
        self.lost: set[Value] = set()
        """Values that do not."""
        values: list[Value] = []
        for function in functions:
            values += function.params
            for op in walk(function.body):
                values += [*op.results, *(arg for block in op.blocks for arg in block.args)]
                for k, value in enumerate(op.operands):
                    self.uses.setdefault(value, []).append((op, k))
                if op.name == "return":
                    self.home[op] = function
                elif op.name == "invoke":
                    self.calls.setdefault(op.attrs["callee"], []).append(op)
        self._settle([v for v in reversed(values) if v.type.differentiable])

    def always(self, value: Value) -> bool:
        """Whether the result depends on ``value`` whenever that is computed."""
        return value not in self.lost

    def _settle(self, values: list[Value]) -> None:
        size = -1
        while size != len(self.lost):
            size = len(self.lost)
            self.lost.update(v for v in values if v not in self.lost and not self._counts(v))

    def _counts(self, value: Value) -> bool:
        home = value.owner.parent if isinstance(value.owner, Op) else value.owner
        return home is None or self._in(home, self.uses.get(value, ()))

    def _in(self, block: Block, uses: Iterable[Use]) -> bool:
        """Whether one of ``uses`` counts whenever ``block`` runs."""
        within: dict[Op, list[Use]] = {}
        for op, k in uses:
            around = op
            while around.parent is not block:
                if around.parent is None or around.parent.parent is None:
                    return True  # of another function: nothing is known of it
                around = around.parent.parent
            if around is not op:
                within.setdefault(around, []).append((op, k))
            elif self._use(op, k):
                return True
        return any(self._region(region, inner) for region, inner in within.items())

    def _region(self, region: Op, uses: list[Use]) -> bool:
        """Whether a use in one of its blocks counts in each of them; loops perhaps do not run, and a ``try`` fails."""
        if region.name not in ("if", "with"):
            return False
        return all(self._in(block, [use for use in uses if _lies_in(use[0], block)]) for block in region.blocks)

    def _use(self, op: Op, k: int) -> bool:
        if op.name in ("call", "iaddv"):
            return op.attrs.get("fn") not in _CHOOSING and (op.name == "iaddv" or carries_derivative(op)) \
                and self._any(op.results)
        if op.name in ("yield", "continue", "break"):
            return self._passed_on(op, k)
        if op.name in LOOPS:
            k -= carried_start(op)
            return k >= 0 and self._any(_arguments(op, k)) and self.always(op.results[k])
        if op.name == "return":
            function = self.home[op]
            return function is self.entry or all(k < len(call.results) and self.always(call.results[k])
                                                 for call in self.calls.get(function, ()))
        if op.name == "invoke":
            params = op.attrs["callee"].params
            return k >= len(params) or self.always(params[k])
        if op.name in _PASS:
            return self._any(op.results)
        return op.name in STORES and op.name != "insert"

    def _passed_on(self, end: Op, k: int) -> bool:
        """A value that a block ends with: what becomes of the variable that takes it."""
        region = end.parent.parent if end.parent is not None else None
        while end.name != "yield" and region is not None and region.name not in LOOPS:
            region = region.parent.parent if region.parent is not None else None
        if region is None or k >= len(region.results):
            return True
        if end.name == "continue" and not self._any(_arguments(region, k)):
            return False
        return self.always(region.results[k])

    def _any(self, values: Iterable[Value]) -> bool:
        return any(v.type.differentiable and self.always(v) for v in values)


def _arguments(loop: Op, k: int) -> list[Value]:
    """The ``k``-th carried variable of a loop, in each of its blocks."""
    return [block.args[len(block.args) - len(loop.results) + k] for block in loop.blocks]


def _lies_in(op: Op, block: Block) -> bool:
    home = op.parent
    while home is not None and home is not block:
        home = home.parent.parent if home.parent is not None else None
    return home is block


_PASS = frozenset({"convert", "broadcast", "narrow", "tuple", "dict", "append"})
_CHOOSING = frozenset({operator.getitem, max, min, sorted, np.maximum, np.minimum, np.fmax, np.fmin, np.max, np.min})
"""Their result depends on some of the operands, or on some of their items, only."""
