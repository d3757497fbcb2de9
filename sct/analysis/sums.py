"""Sums of integers with known factors, and what follows from facts about them: the arithmetic behind proofs about indices."""

from __future__ import annotations

import operator
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..ir.core import Op, Value
from ..ir.ops import Lit, Slot
from ..ir.types import Scalar, strip_const

Atom = Hashable
"""A value, a ``Length``, or a key for what is computed from forms in another way."""
DEEPEST = 5
"""How many facts are put together in one proof."""


@dataclass(frozen=True)
class Length:
    """The extent of one dimension of all arrays that have the shape of ``array``."""

    array: Value
    dim: int


@dataclass(frozen=True)
class Form:
    """``const`` and a number of times each of some atoms.

    >>> Form.of("n") - 1 - Form.of("n").times(2)
    Form(const=-1, terms=(('n', -1),))
    """

    const: int = 0
    terms: tuple[tuple[Atom, int], ...] = ()

    @classmethod
    def of(cls, atom: Atom) -> Form:
        return cls(0, ((atom, 1),))

    @classmethod
    def sum_of(cls, const: int, terms: Mapping[Atom, int]) -> Form:
        return cls(const, tuple((atom, factor) for atom, factor in terms.items() if factor))

    def __add__(self, other: Form | int) -> Form:
        if isinstance(other, int):
            return Form(self.const + other, self.terms)
        terms = dict(self.terms)
        for atom, factor in other.terms:
            terms[atom] = terms.get(atom, 0) + factor
        return Form.sum_of(self.const + other.const, terms)

    def __sub__(self, other: Form | int) -> Form:
        return self + (-other if isinstance(other, int) else other.times(-1))

    def times(self, factor: int) -> Form:
        return Form.sum_of(self.const * factor, {atom: k * factor for atom, k in self.terms})

    def factor(self, atom: Atom) -> int:
        return next((k for one, k in self.terms if one == atom), 0)

    def with_atom(self, atom: Atom, value: Form) -> Form:
        """The form where ``value`` stands for an atom."""
        factor = self.factor(atom)
        return self - Form(0, ((atom, factor),)) + value.times(factor) if factor else self

    def key(self) -> Hashable:
        """Equal for equal sums, in whatever order their terms came."""
        return self.const, frozenset(self.terms)


def is_nonnegative(form: Form, facts: Sequence[Form], depth: int = DEEPEST) -> bool:
    """Whether a form is 0 or more where all ``facts`` are, as far as adding up some of them tells; lengths are anyway.

    >>> n, i = Form.of(Length(Value("a"), 0)), Form.of("i")
    >>> is_nonnegative(n - 1, [i, n - i - 1]), is_nonnegative(n - 2, [i, n - i - 1])
    (True, False)
    """
    return _follows(form, facts, depth, set())


def _follows(form: Form, facts: Sequence[Form], depth: int, failed: set[tuple[Hashable, int]]) -> bool:
    unknown = next((atom for atom, factor in form.terms if factor < 0 or not isinstance(atom, Length)), None)
    if unknown is None and form.const >= 0:
        return True
    if depth == 0 or (form.key(), depth) in failed:
        return False
    for atom, factor in form.terms if unknown is None else ((unknown, form.factor(unknown)),):
        for fact in facts:
            share = fact.factor(atom)
            if share * factor > 0 and factor % share == 0 and _follows(
                    form - fact.times(factor // share), facts, depth - 1, failed):
                return True
    failed.add((form.key(), depth))
    return False


def mentioned(forms: Iterable[Form]) -> set[Atom]:
    """The atoms of several forms."""
    return {atom for form in forms for atom, _ in form.terms}


class Forms:
    """The forms of integers of a function, each found once."""

    def __init__(self) -> None:
        self.known: dict[Value, Form] = {}

    def form(self, value: Value) -> Form:
        """The sum that a value is, as far as the ops that make it tell."""
        if value not in self.known:
            self.known[value] = self._made(value) or Form.of(value)
        return self.known[value]

    def measured(self, value: Value) -> Form | None:
        """The form of a value that is the length of a dimension; for those who know shapes."""
        return None

    def part(self, part: Any, op: Op) -> Form | None:
        """The form of an integer in a template; None for anything else."""
        if isinstance(part, Slot) and is_int(op.operands[part.index]):
            return self.form(op.operands[part.index])
        return Form(part.value) if isinstance(part, Lit) and type(part.value) is int else None

    def counted(self, loop: Op) -> tuple[Form, Form] | None:
        """The least index of a loop, and the one above the greatest, if it counts by ones, in either direction."""
        if loop.name != "for" or loop.attrs.get("kind", "range") != "range":
            return None
        lo, hi, step = map(self.form, loop.operands[:3])
        if step == Form(-1):
            return hi + 1, lo + 1
        return (lo, hi) if step == Form(1) else None

    def _made(self, value: Value) -> Form | None:
        op = value.owner
        if not isinstance(op, Op):
            return None
        if op.name == "const":
            return Form(op.attrs["value"]) if type(op.attrs["value"]) is int else None
        if op.name in ("convert", "narrow") and is_int(op.operands[0]):
            return self.form(op.operands[0])
        measured = self.measured(value) if op.operands else None
        if measured is None and op.name == "call" and is_int(value) and not op.attrs.get("kwargs"):
            return self._computed(op)
        return measured

    def _computed(self, op: Op) -> Form | None:
        """The form of the result of arithmetic."""
        fn, parts = op.attrs["fn"], [self.part(part, op) for part in op.attrs["args"]]
        if None in parts or len(parts) not in (1, 2):
            return None
        x, y = parts[0] or Form(), parts[-1] or Form()
        if len(parts) == 1:
            return x.times(-1) if fn is operator.neg else None
        if fn is operator.add:
            return x + y
        if fn is operator.sub:
            return x - y
        if fn is operator.mul and not (x.terms and y.terms):
            return x.times(y.const) if x.terms else y.times(x.const)
        return Form.of((fn, x.key(), y.key())) if fn in (operator.floordiv, operator.mod, operator.mul) else None


def is_int(value: Value) -> bool:
    """Whether a value is an integer of 64 bits, Python's or NumPy's."""
    t = strip_const(value.type)
    return isinstance(t, Scalar) and t.dtype == "int64"
