"""Forms of integers that know the extents of arrays, and how such a form is computed before a loop.

Numbers that a loop's own ends are made of may be computed inside of another loop; what they are sums of is often there before.
"""

from __future__ import annotations

import operator
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np

from ..analysis.sums import Form, Forms, Length, is_int, is_nonnegative, mentioned
from ..ir.build import Builder
from ..ir.core import Function, Op, Value, defining_block, enclosing, walk
from ..ir.ops import Lit, SeqOf, SliceOf, Slot
from ..ir.types import INT, Array, Scalar, Tuple, strip_const
from ..passes.shapes import Shapes, length_of, ndim

MAKERS: frozenset[Any] = frozenset({np.zeros, np.empty, np.ones})


class Sizes(Forms):
    """The forms of integers in one function."""

    def __init__(self, function: Function) -> None:
        super().__init__()
        self.shapes = Shapes()
        for op in walk(function.body):
            self.shapes.measure(op)
        self.cuts: dict[Hashable, Length] = {}
        """For extents, and what slices leave out of them, the first dimension that is as long as what remains."""
        self.named: dict[Length, list[Value]] = {}
        """Integers that are the length of a dimension, and arrays that have the dimension."""

    def measured(self, value: Value) -> Form | None:
        measured = length_of(value)
        if measured is None:
            return None
        found = self.extent(*measured)
        for atom, factor in found.terms:
            if isinstance(atom, Length) and factor == 1 and not found.const and len(found.terms) == 1:
                self.note(atom, value)
        return found

    def note(self, length: Length, value: Value) -> None:
        known = self.named.setdefault(length, [])
        if value not in known:
            known.append(value)

    def extent(self, array: Value, dim: int) -> Form:
        """The form of an extent: what an array was made with, where that is known."""
        same = self.shapes.of(array)
        op = same.owner
        if isinstance(op, Op) and op.name == "call" and op.attrs["fn"] in MAKERS and op.attrs["args"]:
            sizes = _sizes(op)
            size = sizes[dim] if len(sizes) == ndim(same) else None
            if isinstance(size, Value) and is_int(size):
                return self.form(size)
            if type(size) is int:
                return Form(size)
        if (whole := _matrix_of(same)) is not None:
            return self.extent(whole, dim + 1)
        length = Length(same, dim)
        if (cut := _cut(array, dim)) is not None:  # equally much of equally long dimensions
            whole, left_out = cut
            length = self.cuts.setdefault((self.extent(whole, dim).key(), left_out), length)
        if same.owner is not None and _cut(array, dim) is None:
            self.note(length, same)
        self.note(length, array)
        return Form.of(length)

    # ---- in the program

    def can_be_written(self, forms: Iterable[Form], loop: Op) -> bool:
        """Whether all that forms are made of is there before a loop."""
        return all(self.source(atom, loop) is not None for atom in mentioned(forms))

    def source(self, atom: Any, loop: Op) -> Value | None:
        """The integer that an atom is, or an array that has the dimension, before a loop."""
        if isinstance(atom, Value):
            return atom if is_known_at(atom, loop) else None
        if isinstance(atom, Length):
            known = [value for value in self.named.get(atom, ()) if is_known_at(value, loop)]
            return next((v for v in known if not isinstance(v.type, Array)), known[0] if known else None)
        return None

    def number(self, form: Form, builder: Builder, loop: Op) -> Value:
        """A form, computed before a loop."""
        total: Value | None = None
        for atom, factor in sorted(form.terms, key=lambda term: term[1] < 0):
            value = self.source(atom, loop)
            assert value is not None
            if isinstance(value.type, Array) and isinstance(atom, Length):
                value = extent_of(builder, value, atom.dim)
            if abs(factor) != 1:
                value = _arithmetic(builder, operator.mul, builder.value("const", (), INT, value=abs(factor)), value)
            total = _added(builder, total, value, factor)
        if total is None:
            return builder.value("const", (), INT, value=form.const)
        const = builder.value("const", (), INT, value=abs(form.const))
        return _added(builder, total, const, form.const) if form.const else total

    def count(self, form: Form, builder: Builder, loop: Op) -> Value:
        """A form, or 0 where it is less than that, computed before a loop."""
        if not form.terms:
            return builder.value("const", (), INT, value=max(form.const, 0))
        number = self.number(form, builder, loop)
        if is_nonnegative(form, ()):
            return number
        return builder.value("call", [number], INT, fn=max, args=(Slot(0), Lit(0)), kwargs={})

    def rounds_of(self, loops: Sequence[Op]) -> list[Form]:
        """What is known of the indices of loops: forms that are not negative."""
        found: list[Form] = []
        for loop in loops:
            if (ends := self.counted(loop)) is not None:
                index = Form.of(loop.blocks[0].args[0])
                found += [index - ends[0], ends[1] - index - 1]
        return found


def is_known_at(value: Value, loop: Op) -> bool:
    """Whether a value is there before ``loop`` starts."""
    block, home = defining_block(value), loop.parent
    if block is None or home is None:
        return False
    if block is home:
        return not isinstance(value.owner, Op) or home.ops.index(value.owner) < home.ops.index(loop)
    return any(block is outer for outer in enclosing(home))


def extent_of(builder: Builder, array: Value, dim: int) -> Value:
    """``len(a)`` or ``a.shape[dim]``."""
    if ndim(array) == 1:
        return builder.value("call", [array], INT, fn=len, args=(Slot(0),), kwargs={})
    shape = builder.value("call", [array], Tuple((INT,) * ndim(array)), fn=np.shape, args=(Slot(0),), kwargs={},
                          spelled="attribute", spelled_name="shape")
    return builder.value("item", [shape], INT, key=dim)


def _added(builder: Builder, total: Value | None, value: Value, sign: int) -> Value:
    """A sum and one more term, which a negative ``sign`` subtracts."""
    if total is not None:
        return _arithmetic(builder, operator.add if sign > 0 else operator.sub, total, value)
    return value if sign > 0 else builder.value("call", [value], INT, fn=operator.neg, args=(Slot(0),), kwargs={})


def _arithmetic(builder: Builder, fn: Any, a: Value, b: Value) -> Value:
    return builder.value("call", [a, b], INT, fn=fn, args=(Slot(0), Slot(1)), kwargs={})


def _sizes(op: Op) -> list[Any]:
    """The extents, values or integers, that an array is made with."""
    template = op.attrs["args"][0]
    made = op.operands[template.index].owner if isinstance(template, Slot) else None
    if isinstance(made, Op) and made.name == "tuple":
        return list(made.operands)
    parts = template.items if isinstance(template, SeqOf) else (template,)
    return [op.operands[part.index] if isinstance(part, Slot) else getattr(part, "value", None) for part in parts]


def _matrix_of(row: Value) -> Value | None:
    """The array of which a value is one row, or a block of its first dimension, chosen by an integer."""
    op = row.owner
    if not isinstance(op, Op) or op.name != "call" or op.attrs["fn"] is not operator.getitem \
            or op.attrs["args"] != (Slot(0), Slot(1)):
        return None
    whole, chosen = op.operands[0], strip_const(op.operands[1].type)
    by_number = isinstance(chosen, Scalar) and isinstance(whole.type, Array)
    return whole if by_number and ndim(whole) == ndim(row) + 1 else None


def _cut(array: Value, dim: int) -> tuple[Value, int] | None:
    """The array of which another is a slice, and how many elements of a dimension are left out."""
    op = array.owner
    if not isinstance(op, Op) or op.name != "call" or op.attrs["fn"] is not operator.getitem:
        return None
    index = op.attrs["args"][1]
    parts = index.items if isinstance(index, SeqOf) and index.kind is tuple else (index,)
    if ndim(op.operands[0]) != ndim(array) or dim >= len(parts) or not all(isinstance(part, SliceOf) for part in parts):
        return None
    lo, hi, step = (_literal(end) for end in (parts[dim].lo, parts[dim].hi, parts[dim].step))
    if lo is None or hi is None or lo < 0 or hi > 0 or step not in (0, 1) or parts[dim].hi == Lit(0):
        return None
    return op.operands[0], lo - hi


def _literal(end: Any) -> int | None:
    """An end of a slice, 0 where it is left out; None where it is not in the text."""
    value = end.value if isinstance(end, Lit) else ""
    return 0 if value is None else value if type(value) is int else None
