"""Takes functions in IR, tests indices before loops where Numba would test them in every round.

    for i in range(n):                    within(0, m, len(w), n)
        for j in range(m):                for i in range(n):
            p += X[i, j] * w[j]    →          for j in range(m):
                                                  p += X[i, j] * w[j]

Here ``n, m = X.shape``, so that nothing needs to be tested for ``X``.  A test that Numba makes in a loop is a way out of the
loop: LLVM makes no vector instructions of it then, and a loop over elements takes a fifth more time in any case.

What raises, and when, stays the same: a test moves in front of loops that do nothing else that can be seen or can raise, and
only tests indices that are certainly reached.  An index of which nothing is known is tested where it is used.  A function that
indexes in a way of which nothing is known here is left as it is, and Numba told to test all of it.
"""

from __future__ import annotations

import builtins
import math
import operator
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..analysis.sums import Form, is_int, is_nonnegative
from ..ir.build import Builder
from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import LOOPS, Lit, SeqOf, SliceOf, Slot, op_effect
from ..ir.rewrite import exits, insert_before
from ..ir.types import INT, NONE, Array, strip_const
from ..passes.places import index_parts
from ..passes.shapes import ndim
from ..runtime import checks, helpers, masks, reductions
from .sizes import MAKERS, Sizes, extent_of, is_known_at

PROVEN = "inside"
"""The attribute of reads and stores of single elements whose indices were found to be right where they were made."""
_ELEMENTS = frozenset({"store", "index_add"})
_SIMPLE = frozenset({"const", "undef", "convert", "broadcast", "narrow", "tuple", "item", "mark", "cache", "push", "pop",
                     "append", "insert", "remove", "iadd", "iaddv", "fill", "if", "for", "while", "yield", "continue", "break",
                     "test", "return", "invoke", "raise", "assert", "bound", *_ELEMENTS})
"""Ops that index nothing, beside calls and those that this module looks at."""
_MODULES = frozenset({"math", "_operator", "operator", "builtins"})
_WHOLE = MAKERS | {
    np.sum, np.prod, np.mean, np.max, np.min, np.dot, np.vdot, np.outer, np.where, np.copy, np.zeros_like, np.ones_like,
    np.empty_like, np.full, np.full_like, np.array, np.asarray, np.shape, np.transpose, np.reshape, np.ravel, np.eye,
    np.arange, np.linspace, np.broadcast_to, np.expand_dims, np.concatenate, np.ndarray.copy, np.ndarray.astype, np.cumsum,
    np.linalg.solve, np.linalg.norm, np.size, np.ndim, np.argmax, np.argmin, np.sort, np.argsort, np.trace, np.flip,
    np.diag, np.tril, np.triu, helpers.diagonal, helpers.unbroadcast, helpers.strong_product, helpers.strong_quotient,
    helpers.same_extent, helpers.zeros_like, helpers.copied, helpers.twin, helpers.power_dx, helpers.power_dy,
    helpers.log_or_zero, helpers.digamma, helpers.sinc_dx, masks.keep, masks.rolled, checks.divided, checks.floor_divided,
    checks.remainder, checks.power, np.var, np.std, np.linalg.inv, np.linalg.det, np.linalg.slogdet, reductions.sum_along,
    reductions.mean_along, reductions.prod_along, reductions.max_along, reductions.min_along}
"""Functions on whole arrays, which index nothing that their arguments tell them to."""


def test_before_loops(function: Function, divisions_raise: bool) -> bool:
    """Test the indices of ``function`` outside of loops where that can be done; whether Numba need not test any.

    ``divisions_raise`` says that Numba lets divisions by zero raise.
    """
    if not all(map(_is_known, walk(function.body))):
        return False
    plan = _Plan(function, divisions_raise)
    plan.block(function.body)
    if not plan.spared:
        return False
    for loop, tests in plan.before.items():
        insert_before(loop, [op for test in tests for op in plan.written(test, loop)])
    for op, dims in plan.inside.items():
        _test_there(op, dims)
    return True


def _is_known(op: Op) -> bool:
    """Whether all that an op indexes is single elements and slices of arrays, or something that Numba tests anyway."""
    if op.name not in _SIMPLE and op.name != "call":
        return False
    if op.name in _ELEMENTS or op.name == "call" and op.attrs["fn"] is operator.getitem:
        return not isinstance(strip_const(op.operands[0].type), Array) or _indices(op) is not None and not op.attrs.get("at")
    if op.name != "call" or PROVEN in op.attrs:
        return True
    fn = op.attrs["fn"]
    return isinstance(fn, np.ufunc) or getattr(fn, "__module__", "") in _MODULES and _is_plain(fn) or _is_among(fn)


def _is_plain(fn: Any) -> bool:
    """Whether a function of Python itself calls nothing that it is given."""
    return fn not in (operator.setitem, operator.delitem, operator.itemgetter, builtins.map, builtins.filter, builtins.exec,
                      builtins.eval, builtins.setattr, builtins.getattr)


def _is_among(fn: Any) -> bool:
    return any(fn is one for one in _WHOLE)


def _indices(op: Op) -> list[tuple[int, Any]] | None:
    """The dimensions that an op indexes with an integer, and how; None where it indexes in another way."""
    index, count = op.attrs["args"][1], ndim(op.operands[0])
    parts = index_parts(index)
    named = [part for part in parts if part not in (Lit(None), Lit(...))]
    found, dim = [], 0
    for part in parts:
        if part == Lit(...):
            dim += count - len(named)
        elif part != Lit(None):
            if not isinstance(part, SliceOf):
                if not _is_integer(part, op):
                    return None
                found.append((dim, part))
            dim += 1
    return found


def _is_integer(part: Any, op: Op) -> bool:
    if isinstance(part, Lit):
        return type(part.value) is int
    return isinstance(part, Slot) and is_int(op.operands[part.index])


# -------------------------------------------------------------------------------------------------------------------- the plan

@dataclass
class _Test:
    """That all integers from ``lo`` to before ``hi`` are indices of a dimension, where ``rounds`` are all positive."""

    lo: Form
    hi: Form
    array: Value
    dim: int
    rounds: list[Form] = field(default_factory=list)


class _Plan(Sizes):
    """Finds in one walk which indices are right anyway, which are tested before loops, and which have to be tested in place."""

    def __init__(self, function: Function, divisions_raise: bool) -> None:
        super().__init__(function)
        self.divisions_raise = divisions_raise
        self.facts: list[Form] = []
        """What is 0 or more at the op that is looked at."""
        self.conditional: list[tuple[Block, Form, list[Form]]] = []
        """What is 0 or more behind a test in a block, where other forms are more than 0."""
        self.quiet: dict[Op, bool] = {}
        self.spared = 0
        """How many accesses in loops need no test of their own."""
        self.before: dict[Op, list[_Test]] = {}
        self.inside: dict[Op, list[int]] = {}

    # ---- forms

    # ---- the walk

    def block(self, block: Block) -> None:
        known = len(self.facts)
        for op in block.ops:
            self.op(op)
        del self.facts[known:]
        self.conditional = [one for one in self.conditional if one[0] is not block]

    def op(self, op: Op) -> None:
        if op.name in _ELEMENTS or op.name == "call" and op.attrs["fn"] is operator.getitem:
            self.access(op)
        elif op.name == "call" and op.attrs["fn"] is helpers.same_extent:
            a, b = map(self.form, op.operands)
            self.facts += [a - b, b - a]
        for k, block in enumerate(op.blocks):
            known = len(self.facts)
            self.facts += self.entered(op, k)
            self.facts += [fact for _, fact, rounds in self.conditional
                           if all(is_nonnegative(form - 1, self.facts) for form in rounds)]
            self.block(block)
            del self.facts[known:]

    def entered(self, op: Op, k: int) -> list[Form]:
        """What is known in a block of an op."""
        if op.name == "for" and (counted := self.counted(op)) is not None:
            index = Form.of(op.blocks[0].args[0])
            return [index - counted[0], counted[1] - index - 1]
        return self.said(op.operands[0].owner, k == 0) if op.name == "if" else []

    def said(self, test: Any, holds: bool) -> list[Form]:
        """What a comparison of integers says."""
        if not isinstance(test, Op) or test.name != "call" or test.attrs["fn"] not in _COMPARED:
            return []
        parts = [self.part(part, test) for part in test.attrs["args"]]
        if len(parts) != 2 or parts[0] is None or parts[1] is None:
            return []
        fn, a, b = test.attrs["fn"], parts[0], parts[1]
        if fn in (operator.eq, operator.ne):
            return [a - b, b - a] if holds == (fn is operator.eq) else []
        if fn in (operator.gt, operator.ge):
            a, b = b, a
        strict = fn in (operator.lt, operator.gt)
        return [b - a - strict] if holds else [a - b - (not strict)]

    # ---- accesses

    def access(self, op: Op) -> None:
        array = op.operands[0]
        if not isinstance(strip_const(array.type), Array):
            return
        in_loop = _is_in_loop(op)
        if PROVEN in op.attrs:
            self.spared += in_loop
            return
        tested = [dim for dim, part in _indices(op) or () if not self.is_right(op, array, dim, part)]
        if tested:
            self.inside[op] = tested
        else:
            self.spared += in_loop

    def is_right(self, op: Op, array: Value, dim: int, part: Any) -> bool:
        """Whether an index needs no test in place: it is right, or tested before a loop."""
        index, extent = self.part(part, op), self.extent(array, dim)
        assert index is not None
        below, above = index + extent, extent - index - 1
        low = is_nonnegative(below, self.facts)
        if low and is_nonnegative(above, self.facts):
            return True
        found = self.moved(op, _Test(index, index + 1, array, dim), low)
        if found is not None:
            loop, test = found
            self.before.setdefault(loop, []).append(test)
            test.rounds = [form for form in test.rounds if form != test.hi - test.lo and not is_nonnegative(
                form - 1, self.facts[:0])]
            assert loop.parent is not None
            conditions = [*test.rounds, test.hi - test.lo]
            self.conditional.append((loop.parent, extent - test.hi, conditions))
            self.conditional.append((loop.parent, test.lo + extent, conditions))
            self.facts.append(extent - test.hi)
            self.facts.append(test.lo + extent)
            return True
        self.facts += [below, above]
        return False

    def moved(self, op: Op, test: _Test, low: bool) -> tuple[Op, _Test] | None:
        """The outermost loop before which an index may be tested, and the test there; ``low`` says that it is not too small."""
        found, inner = None, op
        while (block := inner.parent) is not None and (loop := block.parent) is not None:
            further = self.out_of(loop, test, low)
            if further is None:
                break
            test, inner = further, loop
            if is_known_at(test.array, loop) and self.can_be_written([test.lo, test.hi, *test.rounds], loop):
                found = loop, test
        return found

    def out_of(self, loop: Op, test: _Test, low: bool) -> _Test | None:
        """The test for all rounds of a loop, if it fails exactly where one of the rounds would."""
        ends = self.counted(loop)
        if ends is None or not self.is_quiet(loop):
            return None
        index, lo, hi = loop.blocks[0].args[0], ends[0], ends[1] - 1
        depends = [form.factor(index) for form in test.rounds]
        upper = hi if test.hi.factor(index) > 0 or not test.hi.factor(index) and any(k > 0 for k in depends) else lo
        lower = hi if test.lo.factor(index) < 0 else lo
        if any(depends):
            if any(k * (1 if upper is hi else -1) < 0 for k in depends) or not low and lower is not upper:
                return None
        rounds = [form.with_atom(index, upper) for form in test.rounds]
        return _Test(test.lo.with_atom(index, lower), test.hi.with_atom(index, upper), test.array, test.dim,
                     [*rounds, ends[1] - ends[0]])

    def is_quiet(self, loop: Op) -> bool:
        """Whether nothing that a loop does can be seen, or can raise other than by an index; it does all its rounds."""
        if loop not in self.quiet:
            ends = all(end.name == "continue" for end in exits(loop.blocks[0]))
            inside = list(walk(loop.blocks[0]))
            self.quiet[loop] = ends and not any(map(_can_be_seen, inside)) and not (
                self.divisions_raise and any(map(_is_division, inside)))
        return self.quiet[loop]

    # ---- tests before loops

    def written(self, test: _Test, loop: Op) -> list[Op]:
        """The call that makes a test."""
        head = Block()
        builder = Builder(head, loop.loc)
        numbers = [self.number(form, builder, loop) for form in (test.lo, test.hi)]
        numbers.append(extent_of(builder, test.array, test.dim))
        numbers += [self.number(form, builder, loop) for form in test.rounds]
        builder.emit("call", numbers, [NONE], fn=checks.within, args=tuple(map(Slot, range(len(numbers)))), kwargs={},
                     may_raise=True)
        return head.ops


_COMPARED = frozenset({operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne})


def _is_in_loop(op: Op) -> bool:
    block = op.parent
    while block is not None and block.parent is not None:
        if block.parent.name in LOOPS:
            return True
        block = block.parent.parent
    return False


def _can_be_seen(op: Op) -> bool:
    """Whether an op may raise, other than by an index, or does what is seen outside."""
    if op.name in _ELEMENTS or op.name == "call" and op.attrs["fn"] in (operator.getitem, masks.keep):
        return False
    return bool(op.attrs.get("may_raise")) and not _never_raises(op) or op_effect(op) in ("io", "random") or op.name in (
        "invoke", "raise", "assert", "bound", "while")


def _is_division(op: Op) -> bool:
    """Whether an op may divide by zero, or raise it to a power."""
    fns = (operator.truediv, operator.floordiv, operator.mod, operator.pow, pow, divmod)
    return op.name == "call" and any(op.attrs["fn"] is fn for fn in fns) and not divides_by_literal(op)


def divides_by_literal(op: Op) -> bool:
    """Whether the divisor, or the exponent, is a number other than 0 that stands in the text."""
    last = op.attrs["args"][-1]
    if isinstance(last, Lit):
        return bool(last.value)
    divisor = op.operands[last.index].owner if isinstance(last, Slot) else None
    return isinstance(divisor, Op) and divisor.name == "const" and bool(divisor.attrs["value"])


def _never_raises(op: Op) -> bool:
    """Whether a call that raises in Python for some numbers gives ``nan`` or an infinity for them in compiled code."""
    fn = op.attrs["fn"] if op.name == "call" else None
    return getattr(fn, "__module__", "") == math.__name__ or isinstance(fn, np.ufunc) or any(
        fn is one for one in (operator.add, operator.sub, operator.mul, operator.neg, abs, operator.truediv, operator.floordiv,
                              operator.mod, operator.pow))


# -------------------------------------------------------------------------------------------------------------- tests in place

def _test_there(op: Op, dims: list[int]) -> None:
    """Have an op's index tested where it is used."""
    head = Block()
    builder = Builder(head, op.loc)
    tested = dict(_indices(op) or ())
    replaced: dict[int, Slot] = {}
    for dim in dims:
        part = tested[dim]
        index = op.operands[part.index] if isinstance(part, Slot) else builder.value("const", (), INT, value=part.value)
        extent = extent_of(builder, op.operands[0], dim)
        op.operands.append(builder.value("call", [index, extent], INT, fn=checks.inside, args=(Slot(0), Slot(1)), kwargs={},
                                         may_raise=True))
        replaced[dim] = Slot(len(op.operands) - 1)
    insert_before(op, head.ops)
    new = tuple(_with_tests(op, replaced))
    op.attrs = {**op.attrs, "args": (op.attrs["args"][0], SeqOf(tuple, new) if len(new) > 1 else new[0])}


def _with_tests(op: Op, replaced: dict[int, Slot]) -> Iterator[Any]:
    """The parts of an index, some of them replaced."""
    parts = index_parts(op.attrs["args"][1])
    named = [part for part in parts if part not in (Lit(None), Lit(...))]
    dim = 0
    for part in parts:
        yield replaced.get(dim, part) if part not in (Lit(None), Lit(...)) else part
        dim += ndim(op.operands[0]) - len(named) if part == Lit(...) else part != Lit(None)
