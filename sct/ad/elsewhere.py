"""Proves of stores behind a read of an element that they change other elements: then the reverse sweep may read it again.

    for k in range(n):
        for i in range(k + 1, n):
            for j in range(k + 1, n):
                a[i, j] -= a[i, k] * a[k, j]

Once ``a[i, k]`` and ``a[k, j]`` were read, nothing is stored there any more: the columns and rows of what is stored are greater
than ``k`` in round ``k`` of the outer loop, and in later ones.  What was read stands there at the end.

For each loop around both the read and the store, a later round of it is looked at; the loops around it are in the same round,
those inside of it in any.  Indices are sums of loop counters and of what stays the same; they are compared by the facts that
loops give.
"""

from __future__ import annotations

import operator
from typing import Any

from ..analysis.sums import Form, Forms, is_nonnegative, mentioned
from ..ir.core import Block, Op, Value, defining_block, enclosing
from ..ir.ops import LOOPS, Lit, SeqOf, SliceOf
from ..ir.rewrite import index_template


class Elsewhere(Forms):
    """Compares the indices of reads and stores of one function."""

    def is_spared(self, read: Op, store: Op, behind: bool) -> bool:
        """Whether no run of ``store`` after a run of ``read`` changes what that read; ``behind``: also in the same round."""
        array = read.operands[0]
        if read.attrs.get("fn") is not operator.getitem or store.name != "store" or store.operands[0] is not array:
            return False
        around, inner = _loops(read), _loops(store)
        common = [loop for loop in around if loop in inner]
        if common and not _is_outside(array, common[0]):
            return False  # another array, or another part of it, in each round
        cases = [*range(len(common)), *([len(common)] if behind or not common else [])]
        return all(self.differ(read, store, around, inner, common, level) for level in cases)

    def differ(self, read: Op, store: Op, around: list[Op], inner: list[Op], common: list[Op], level: int) -> bool:
        """Whether the indices differ where the common loops are in the same round up to a level, and there in a later one."""
        same = {loop.blocks[0].args[0] for loop in common[:level] if loop.name == "for"}
        facts = [fact for loop in around for fact in self.rounds(loop)]
        then = [self.then(fact, common, same) for loop in inner if loop not in common[:level] for fact in self.rounds(loop)]
        facts += then
        if level < len(common):
            facts += self.later(common[level], common, same)
        for one, other in zip(_parts(read), _parts(store), strict=False):
            here, there = self.part(one, read), self.part(other, store)
            low = high = self.then(there, common, same) if there is not None else None
            if isinstance(other, SliceOf) and other.step in (None, Lit(None), Lit(1)):
                low, high = (self.then(end, common, same) if end is not None else None for end in (
                    self.part(other.lo, store), self.part(other.hi, store)))
                high = high - 1 if high is not None else None
            if here is None or not is_nonnegative(here, facts):
                continue  # which element a negative index means only the length tells
            if low is not None and is_nonnegative(low, facts) and is_nonnegative(low - here - 1, facts):
                return True
            if high is not None and is_nonnegative(high, facts) and (low is not None and is_nonnegative(low, facts)) \
                    and is_nonnegative(here - high - 1, facts):
                return True
        return False

    def rounds(self, loop: Op) -> list[Form]:
        """What is known of the index of a loop."""
        lo, hi, step = self.ends(loop)
        if not step:
            return []
        index = Form.of(loop.blocks[0].args[0])
        return [(index - lo).times(step), (hi - index).times(step) - 1]

    def later(self, loop: Op, common: list[Op], same: set[Value]) -> list[Form]:
        """What is known of the index of a loop in a later round."""
        step = self.ends(loop)[2]
        if not step:
            return []
        index = Form.of(loop.blocks[0].args[0])
        return [(self.then(index, common, same) - index).times(step) - 1]

    def ends(self, loop: Op) -> tuple[Form, Form, int]:
        """Where the index of a loop begins and ends, and whether it counts upwards (1) or downwards (-1); 0: unknown."""
        if loop.name != "for" or loop.attrs.get("kind", "range") != "range":
            return Form(), Form(), 0
        lo, hi, step = map(self.form, loop.operands[:3])
        known = not step.terms and not loop.attrs.get("reverse")
        return lo, hi, ((step.const > 0) - (step.const < 0)) * known

    def then(self, form: Form, common: list[Op], same: set[Value]) -> Form:
        """The form at the time of the store: what is computed in a common loop may be something else."""
        for atom in mentioned([form]):
            if common and atom not in same and not (isinstance(atom, Value) and _is_outside(atom, common[0])):
                form = form.with_atom(atom, Form.of(("then", atom)))
        return form


def _loops(op: Op) -> list[Op]:
    """The loops around an op, outermost first."""
    assert op.parent is not None
    around = [block.parent for block in enclosing(op.parent) if block.parent is not None and block.parent.name in LOOPS]
    return around[::-1]


def _is_outside(value: Value, loop: Op) -> bool:
    """Whether a value is there before a loop, and the same in all of its rounds."""
    home: Block | None = loop.parent
    return home is not None and any(defining_block(value) is block for block in enclosing(home))


def _parts(op: Op) -> tuple[Any, ...]:
    """What an index says of the dimensions, as long as each says something of one; none otherwise."""
    index = index_template(op)
    parts = index.items if isinstance(index, SeqOf) and index.kind is tuple else (index,)
    return () if any(part in (Lit(None), Lit(...)) or isinstance(part, SeqOf) for part in parts) else parts
