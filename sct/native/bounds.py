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

from ..ir.build import Builder
from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import LOOPS, Lit, SeqOf, SliceOf, Slot, op_effect
from ..ir.rewrite import exits, insert_before
from ..ir.types import INT, NONE, Array, Scalar, Tuple, strip_const
from ..passes.shapes import Shapes, length_of, ndim
from ..runtime import checks, helpers, masks
from .elementwise import index_parts
from .kept import is_known_at
from .linear import Form, Length, is_nonnegative, mentioned

PROVEN = "inside"
"""The attribute of reads and stores of single elements whose indices were found to be right where they were made."""
_ELEMENTS = frozenset({"store", "index_add"})
_SIMPLE = frozenset({"const", "undef", "convert", "broadcast", "narrow", "tuple", "item", "mark", "cache", "push", "pop",
                     "append", "iadd", "fill", "if", "for", "while", "yield", "continue", "break", "test", "return", "invoke",
                     "raise", "assert", "bound", *_ELEMENTS})
"""Ops that index nothing, beside calls and those that this module looks at."""
_MODULES = frozenset({"math", "_operator", "operator", "builtins"})
_MAKERS: frozenset[Any] = frozenset({np.zeros, np.empty, np.ones})
_WHOLE = _MAKERS | {
    np.sum, np.prod, np.mean, np.max, np.min, np.dot, np.vdot, np.outer, np.where, np.copy, np.zeros_like, np.ones_like,
    np.empty_like, np.full, np.full_like, np.array, np.asarray, np.shape, np.transpose, np.reshape, np.ravel, np.eye,
    np.arange, np.linspace, np.broadcast_to, np.expand_dims, np.concatenate, np.ndarray.copy, np.ndarray.astype, np.cumsum,
    np.linalg.solve, np.linalg.norm, np.size, np.ndim, np.argmax, np.argmin, np.sort, np.argsort, np.trace, np.flip,
    helpers.unbroadcast, helpers.strong_product, helpers.strong_quotient, helpers.same_extent, helpers.zeros_like,
    helpers.copied, helpers.twin, helpers.power_dx, helpers.log_or_zero, helpers.digamma, helpers.sinc_dx, masks.keep}
"""Functions on whole arrays, which index nothing that their arguments tell them to."""


def test_before_loops(function: Function) -> bool:
    """Test the indices of ``function`` outside of loops where that can be done; whether Numba need not test any."""
    if not all(map(_is_known, walk(function.body))):
        return False
    plan = _Plan(function)
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
    return isinstance(part, Slot) and _is_int(op.operands[part.index])


def _is_int(value: Value) -> bool:
    t = strip_const(value.type)
    return isinstance(t, Scalar) and t.dtype == "int64"


# -------------------------------------------------------------------------------------------------------------------- the plan

@dataclass
class _Test:
    """That all integers from ``lo`` to before ``hi`` are indices of a dimension, where ``rounds`` are all positive."""

    lo: Form
    hi: Form
    array: Value
    dim: int
    rounds: list[Form] = field(default_factory=list)


class _Plan:
    """Finds in one walk which indices are right anyway, which are tested before loops, and which have to be tested in place."""

    def __init__(self, function: Function) -> None:
        self.shapes = Shapes()
        for op in walk(function.body):
            self.shapes.measure(op)
        self.facts: list[Form] = []
        """What is 0 or more at the op that is looked at."""
        self.conditional: list[tuple[Block, Form, list[Form]]] = []
        """What is 0 or more behind a test in a block, where other forms are more than 0."""
        self.named: dict[Length, list[Value]] = {}
        """Integers that are the length of a dimension, and arrays that have the dimension."""
        self.quiet: dict[Op, bool] = {}
        self.spared = 0
        """How many accesses in loops need no test of their own."""
        self.before: dict[Op, list[_Test]] = {}
        self.inside: dict[Op, list[int]] = {}

    # ---- forms

    def form(self, value: Value) -> Form:
        op = value.owner
        if not isinstance(op, Op) or not op.operands and op.name != "const":
            return Form.of(value)
        if op.name in ("convert", "narrow") and _is_int(op.operands[0]):
            return self.form(op.operands[0])
        if op.name == "const":
            return Form(op.attrs["value"]) if type(op.attrs["value"]) is int else Form.of(value)
        measured = length_of(value)
        if measured is not None:
            found = self.extent(*measured)
            for atom, factor in found.terms:
                if isinstance(atom, Length) and factor == 1 and not found.const and len(found.terms) == 1:
                    self.note(atom, value)
            return found
        if op.name == "call" and _is_int(value) and not op.attrs.get("kwargs"):
            return self.computed(op) or Form.of(value)
        return Form.of(value)

    def note(self, length: Length, value: Value) -> None:
        known = self.named.setdefault(length, [])
        if value not in known:
            known.append(value)

    def computed(self, op: Op) -> Form | None:
        """The form of the result of arithmetic."""
        fn, parts = op.attrs["fn"], [self.part(part, op) for part in op.attrs["args"]]
        if None in parts or len(parts) not in (1, 2):
            return None
        x, y = parts[0] or Form(), parts[-1] or Form()
        if fn is operator.neg:
            return x.times(-1)
        if len(parts) == 1:
            return None
        if fn is operator.add:
            return x + y
        if fn is operator.sub:
            return x - y
        if fn is operator.mul and not (x.terms and y.terms):
            return x.times(y.const) if x.terms else y.times(x.const)
        if fn in (operator.floordiv, operator.mod, operator.mul):
            return Form.of((fn, x.key(), y.key()))
        return None

    def part(self, part: Any, op: Op) -> Form | None:
        if isinstance(part, Slot) and _is_int(op.operands[part.index]):
            return self.form(op.operands[part.index])
        return Form(part.value) if isinstance(part, Lit) and type(part.value) is int else None

    def extent(self, array: Value, dim: int) -> Form:
        """The form of an extent: what an array was made with, where that is known."""
        same = self.shapes.of(array)
        op = same.owner
        if isinstance(op, Op) and op.name == "call" and op.attrs["fn"] in _MAKERS and op.attrs["args"]:
            sizes = _sizes(op)
            size = sizes[dim] if len(sizes) == ndim(same) else None
            if isinstance(size, Value) and _is_int(size):
                return self.form(size)
            if type(size) is int:
                return Form(size)
        length = Length(same, dim)
        self.note(length, array)
        return Form.of(length)

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

    def counted(self, loop: Op) -> tuple[Form, Form] | None:
        """The ends between which the index of a loop lies, if it counts by ones."""
        if loop.name != "for" or loop.attrs.get("kind", "range") != "range" or self.form(loop.operands[2]) != Form(1):
            return None
        return self.form(loop.operands[0]), self.form(loop.operands[1])

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
            if self.can_be_written(test, loop):
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
            self.quiet[loop] = ends and not any(map(_can_be_seen, walk(loop.blocks[0])))
        return self.quiet[loop]

    # ---- tests before loops

    def can_be_written(self, test: _Test, loop: Op) -> bool:
        forms = [test.lo, test.hi, *test.rounds]
        return is_known_at(test.array, loop) and all(self.source(atom, loop) is not None for atom in mentioned(forms))

    def source(self, atom: Any, loop: Op) -> Value | None:
        """The integer that an atom is, or an array that has the dimension, before a loop."""
        if isinstance(atom, Value):
            return atom if is_known_at(atom, loop) else None
        if isinstance(atom, Length):
            known = [value for value in self.named.get(atom, ()) if is_known_at(value, loop)]
            return next((v for v in known if not isinstance(v.type, Array)), known[0] if known else None)
        return None

    def written(self, test: _Test, loop: Op) -> list[Op]:
        """The call that makes a test."""
        head = Block()
        builder = Builder(head, loop.loc)
        numbers = [self.number(form, builder, loop) for form in (test.lo, test.hi)]
        numbers.append(_extent(builder, test.array, test.dim))
        numbers += [self.number(form, builder, loop) for form in test.rounds]
        builder.emit("call", numbers, [NONE], fn=checks.within, args=tuple(map(Slot, range(len(numbers)))), kwargs={},
                     may_raise=True)
        return head.ops

    def number(self, form: Form, builder: Builder, loop: Op) -> Value:
        """A form, computed before a loop."""
        total: Value | None = None
        for atom, factor in sorted(form.terms, key=lambda term: term[1] < 0):
            source = self.source(atom, loop)
            assert source is not None
            value = source
            if isinstance(source.type, Array) and isinstance(atom, Length):
                value = _extent(builder, source, atom.dim)
            if abs(factor) != 1:
                value = _arithmetic(builder, operator.mul, builder.value("const", (), INT, value=abs(factor)), value)
            total = self.added(builder, total, value, factor)
        if total is None:
            return builder.value("const", (), INT, value=form.const)
        const = builder.value("const", (), INT, value=abs(form.const))
        return self.added(builder, total, const, form.const) if form.const else total

    def added(self, builder: Builder, total: Value | None, value: Value, sign: int) -> Value:
        """A sum and one more term, which a negative ``sign`` subtracts."""
        if total is not None:
            return _arithmetic(builder, operator.add if sign > 0 else operator.sub, total, value)
        return value if sign > 0 else builder.value("call", [value], INT, fn=operator.neg, args=(Slot(0),), kwargs={})


_COMPARED = frozenset({operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne})


def _sizes(op: Op) -> list[Any]:
    """The extents, values or integers, that an array is made with."""
    template = op.attrs["args"][0]
    made = op.operands[template.index].owner if isinstance(template, Slot) else None
    if isinstance(made, Op) and made.name == "tuple":
        return list(made.operands)
    parts = template.items if isinstance(template, SeqOf) else (template,)
    return [op.operands[part.index] if isinstance(part, Slot) else getattr(part, "value", None) for part in parts]


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
    if op.name == "call" and _is_division(op):
        return True
    return bool(op.attrs.get("may_raise")) and not _never_raises(op) or op_effect(op) in ("io", "random") or op.name in (
        "invoke", "raise", "assert", "bound", "while")


def _is_division(op: Op) -> bool:
    """Whether an op may divide by a Python number that is zero, or raise one to a power."""
    if op.attrs["fn"] not in (operator.truediv, operator.floordiv, operator.mod, operator.pow, pow, divmod):
        return False
    return not all(isinstance(strip_const(v.type), Array | Scalar) and getattr(strip_const(v.type), "python", False) is False
                   for v in op.operands) and not _is_constant(op)


def _is_constant(op: Op) -> bool:
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
        fn is one for one in (operator.add, operator.sub, operator.mul, operator.neg, abs))


def _arithmetic(builder: Builder, fn: Any, a: Value, b: Value) -> Value:
    return builder.value("call", [a, b], INT, fn=fn, args=(Slot(0), Slot(1)), kwargs={})


def _extent(builder: Builder, array: Value, dim: int) -> Value:
    if ndim(array) == 1:
        return builder.value("call", [array], INT, fn=len, args=(Slot(0),), kwargs={})
    shape = builder.value("call", [array], Tuple((INT,) * ndim(array)), fn=np.shape, args=(Slot(0),), kwargs={},
                          spelled="attribute", spelled_name="shape")
    return builder.value("item", [shape], INT, key=dim)


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
        extent = _extent(builder, op.operands[0], dim)
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
