"""Algebra on the adjoint and folding of what is known: the lines that a person would not have written.

Adjoint ops may be rewritten up to rounding; ops of the user's function are only replaced by what is the same bit for bit.  A
product with zero is never folded (it hides infinities and NaN); an array is never replaced by one that must stay another
object.

Before:

    function f(%x: float, %z_bar: float, %y: float):
      %one: float = const 1.0
      %0: float = %z_bar * %one {adjoint}
      %1: float = %0 * %x {adjoint}
      %2: float = -%y {adjoint}
      %x_bar: float = %1 + %1 {adjoint}
      %x_bar.1: float = %x_bar + %2 {adjoint}
      %3: int = const 3
      %last: int = %3 - 1 {adjoint}
      return %x_bar.1, %last

After (and dead code elimination, which takes what nothing uses any more):

    function f(%x: float, %z_bar: float, %y: float):
      %0: float = %z_bar * %x {adjoint}
      %x_bar: float = 2.0 * %0 {adjoint}
      %x_bar.1: float = %x_bar - %y {adjoint}
      %last: int = const 2 {adjoint}
      return %x_bar.1, %last

It pays because rules are written one at a time: the seed 1.0, signs and constant factors only meet when they are put together.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ..analysis.mixed import mixed_values
from ..ir.core import NOWHERE, Block, Function, Op, Value, walk
from ..ir.ops import IMPLICIT, LOOPS, STORES, Lit, Slot, may_write
from ..ir.rewrite import (
    carried_inits,
    clone_op,
    erase_all,
    exits,
    insert_before,
    is_tail,
    item_count,
    keep_carried,
    resolve,
    splice_branch,
)
from ..ir.types import BOOL, FLOAT, Type
from . import algebra
from .algebra import Apply, Term
from .forms import (
    as_number,
    built_item,
    computes_integer,
    constant_of,
    is_arithmetic,
    is_division,
    is_removable,
    leaves_of,
    loop_around,
    plain_args,
    same_kind,
    transposed_twice,
)
from .memory import Memory, has_memory

_LIMIT = 16
"""How often one op is rewritten at most; each rule shrinks or sorts, so this is only a safety net."""


def simplify(fn: Function) -> int:
    """Simplify ``fn`` in place; how many rewrites."""
    first = Simplifier(fn, algebra.rewrite)
    changed = first.run()
    if first.kept and first.count:  # by now its mirror image in the reverse sweep is gone, which named what is in it
        changed += Simplifier(fn, algebra.rewrite).run()
    return changed


Rewrite = Callable[[Any, list[Term], Type, "Simplifier"], Term | Apply | None]
"""From a call, its arguments and its type to what it should be instead."""


class Simplifier:
    """One walk in textual order: operands are simple before the ops that use them."""

    def __init__(self, fn: Function, rewrite: Rewrite) -> None:
        self.fn, self.rewriting = fn, rewrite
        self.memory = Memory(fn)
        self.mixed = mixed_values(fn)
        """Numbers typed as floats that may be ints, and arrays of them."""
        self.uses: Counter[Value] = Counter()
        self.elsewhere: set[Value] = set()
        """Values with a use that is not adjoint arithmetic."""
        for op in walk(fn.body):
            self.uses.update(op.operands)
            if not is_arithmetic(op):
                self.elsewhere.update(op.operands)
        self.products: dict[frozenset[Value], Value] = {}
        """The visible value that is the product of two others."""
        self.written_late = _written_after_mark(fn, self.memory)
        """Classes of memory that the reverse sweep writes to."""
        self.late = False
        """Whether the current op belongs to the reverse sweep."""
        self.replaced: dict[Value, Value] = {}
        self.loop: Op | None = None
        """The innermost loop around the current op."""
        self.hint = ""
        """The name of the current op's result."""
        self.loc = NOWHERE
        """The user's line to which the current op belongs."""
        self.count = 0
        self.kept = False
        """Whether a branch that is never taken stays because the reverse sweep names what is in it."""

    def run(self) -> int:
        """Rewrite the whole function; how many ops were rewritten or have no use now."""
        self.block(self.fn.body)
        self.return_floats()
        return self.count + erase_all(self.fn.body, self.is_unused)

    def return_floats(self) -> None:
        """Make a float of an integer that is all of a derivative; within a formula ``-n`` is as good as ``-1.0 * n``."""
        for end in [op for op in self.fn.body.ops if op.name in ("return", "tuple", "dict")]:
            for k, value in enumerate(end.operands):
                made = value.owner
                if isinstance(made, Op) and made.attrs.get("adjoint") and value.type == FLOAT and computes_integer(value):
                    end.operands[k] = self.as_float(value, end)

    def as_float(self, value: Value, before: Op) -> Value:
        attrs = {"fn": float, "args": (Slot(0),), "kwargs": {}, "adjoint": True}
        op = Op("call", [value], [], attrs, [], before.parent, before.loc)
        op.results.append(Value(value.hint, FLOAT, op))
        value.hint, self.uses[op.result] = "", 1
        insert_before(before, [op])
        self.count += 1
        return op.result

    def is_unused(self, op: Op) -> bool:
        """Whether rewriting has left ``op`` without a use."""
        return is_removable(op) and not any(self.uses[result] for result in op.results)

    def block(self, block: Block) -> None:
        done: list[Op] = []
        entered: list[frozenset[Value]] = []
        pending = list(reversed(block.ops))
        while pending:
            op = pending.pop()
            op.operands[:] = [resolve(self.replaced, v) if v in self.replaced else v for v in op.operands]
            taken = self.known_branch(op)
            if taken is not None:
                pending += reversed(splice_branch(op, taken))
                continue
            if op.name == "mark":
                self.late = True
            if op.blocks:
                self.region(op)
            if not self.is_replaced(op, done):
                done.append(op)
                if op.name == "call" and op.attrs["fn"] is operator.mul:
                    entered += self.enter_product(op)
        for key in entered:
            del self.products[key]
        block.ops[:] = done

    def enter_product(self, op: Op) -> Iterator[frozenset[Value]]:
        """Remember a product of two numbers or arrays for as long as its block lasts."""
        key = frozenset(op.operands)
        if key not in self.products and len(op.operands) == 2 and not any(map(self.memory.written, (*op.operands, op.result))):
            self.products[key] = op.result
            yield key

    def is_replaced(self, op: Op, done: list[Op]) -> bool:
        """Simplify one op; new ops it needs are added to ``done``.  Whether it is gone itself."""
        if op.name == "call":
            twice = transposed_twice(op)
            if twice is not None and self.may_stand_for(twice, op.result):
                return self.becomes(op.result, twice)
            self.sum_before_sign(op, done)
            return self.call(op, done)
        if op.name in IMPLICIT:
            return op.operands[0].type == op.result.type and self.becomes(op.result, op.operands[0])
        if op.name == "item":
            found = built_item(op)
            return found is not None and self.becomes(op.result, found)
        if op.name == "if":
            return self.branch(op, done)
        return False

    def becomes(self, old: Value, new: Value) -> bool:
        """``new`` takes the place of ``old`` from here on."""
        self.replaced[old] = new
        self.uses[new] += self.uses[old]
        if old in self.elsewhere:
            self.elsewhere.add(new)
        if not new.hint and isinstance(new.owner, Op) and new.owner.attrs.get("adjoint"):
            new.hint = old.hint
        self.count += 1
        return True

    # ---- calls

    def call(self, op: Op, done: list[Op]) -> bool:
        for _ in range(_LIMIT):
            args = plain_args(op)
            if args is None or len(op.results) != 1:
                return False
            self.hint, self.loc = op.result.hint, op.loc
            found = self.rewriting(op.attrs["fn"], args, op.result.type, self)
            if found is None or self.is_float_only_here(op.result, found):
                return False
            if isinstance(found, Apply):
                self.rewrite(op, found, done)
            elif isinstance(found, Lit):
                self.make_const(op, as_number(found.value, op.result.type))
                return False
            elif self.may_stand_for(found, op.result):
                if self.memory.may_merge(found, op.result):
                    self.memory.merge(found, op.result)
                self.becomes(op.result, found)
                self.release(op)
                return True
            else:
                return False
        return False

    def is_float_only_here(self, result: Value, found: Term | Apply) -> bool:
        """Whether ``result`` is certainly a float, as ``1.0 * n`` is, and what is to take its place may be an int."""
        if not self.mixed or result in self.mixed or not result.type.differentiable:
            return False
        leaves = [leaf for leaf in leaves_of(found) if isinstance(leaf, Lit) or leaf.type.differentiable]
        return all(leaf in self.mixed if isinstance(leaf, Value) else type(leaf.value) is int for leaf in leaves)

    def sum_before_sign(self, op: Op, done: list[Op]) -> None:
        """``sum(-x, axis=k)`` becomes ``-sum(x, axis=k)``, which negates fewer numbers."""
        if op.attrs["fn"] is not np.sum or not op.attrs["kwargs"] or not op.attrs.get("adjoint") or len(op.operands) != 1:
            return
        minus = self.inner(op.operands[0], operator.neg)
        if minus is None or not isinstance(minus[0], Value) or minus[0].type != op.operands[0].type:
            return
        total = Op("call", [minus[0]], [], dict(op.attrs), [], op.parent, op.loc)
        total.results.append(Value("", op.result.type, total))
        self.uses[minus[0]] += 1
        self.uses[total.result] = 1
        self.release(op)
        done.append(total)
        op.operands = [total.result]
        op.attrs = {"fn": operator.neg, "args": (Slot(0),), "kwargs": {}, "adjoint": True}
        self.count += 1

    def may_stand_for(self, value: Value, result: Value) -> bool:
        """Whether ``value`` has the type of ``result``, and, for arrays, nobody can tell the two apart."""
        if not same_kind(value.type, result.type):
            return False
        return self.memory.may_merge(value, result) or self.is_arithmetic_only(result) and not self.may_change(value)

    def rewrite(self, op: Op, new: Apply, done: list[Op]) -> None:
        """``op`` computes ``new`` from now on; inner applications become ops before it."""
        for value in leaves_of(new):
            if isinstance(value, Value):
                self.uses[value] += 1
        if new.fn is operator.truediv and op.attrs["fn"] is not operator.truediv:
            op.loc = next((v.owner.loc for v in op.operands if is_division(v.owner)), op.loc)
        self.release(op)
        self.set_call(op, new, done)
        self.count += 1

    def set_call(self, op: Op, new: Apply, done: list[Op]) -> None:
        args = [self.emit(arg, op, done) if isinstance(arg, Apply) else arg for arg in new.args]
        operands = [arg for arg in args if isinstance(arg, Value)]
        slots = iter(range(len(operands)))
        op.attrs = {**op.attrs, "fn": new.fn, "args": tuple(Slot(next(slots)) if isinstance(a, Value) else a for a in args)}
        op.operands = operands

    def emit(self, new: Apply, near: Op, done: list[Op]) -> Value:
        """A new op that computes ``new``; it has the type of ``near`` where the rule does not say another."""
        op = Op("call", [], [], {"fn": new.fn, "args": (), "kwargs": {}, "adjoint": True}, [], near.parent, near.loc)
        op.results.append(Value("", new.kind or near.result.type, op))
        self.uses[op.result] = 1
        self.set_call(op, new, done)
        if self.call(op, done):
            return resolve(self.replaced, op.result)
        done.append(op)
        return op.result

    def make_const(self, op: Op, value: Any) -> None:
        self.release(op)
        op.name, op.operands, op.attrs = "const", [], {"value": value, "adjoint": True}
        self.count += 1

    def release(self, op: Op) -> None:
        """The operands of ``op`` lose a use; what nothing uses any more lets go of its own."""
        for value in op.operands:
            self.uses[value] -= 1
            owner = value.owner
            if isinstance(owner, Op) and self.is_unused(owner):
                self.release(owner)

    # ---- what the rules of algebra ask

    def number(self, term: Term) -> int | float | None:
        """The number that a term is known to be."""
        if isinstance(term, Value):
            owner = term.owner
            while isinstance(owner, Op) and owner.name == "broadcast":
                owner = owner.operands[0].owner
            if not isinstance(owner, Op) or owner.name != "const":
                return None
            constant = owner.attrs["value"]
        else:
            constant = term.value
        return constant if type(constant) in (int, float) else None

    def inner(self, term: Term, fn: Any, shared: bool = False) -> list[Term] | None:
        """The arguments, where ``term`` is an adjoint ``fn(…)`` that nothing else uses (or may use, if ``shared``)."""
        if isinstance(term, Lit) or not isinstance(term.owner, Op):
            return None
        if self.uses[term] != 1 and (not shared or self.memory.written(term)):
            return None
        owner = term.owner
        if owner.name != "call" or owner.attrs["fn"] is not fn:
            return None
        if self.memory.written(term):
            return None  # it may no longer hold what was computed
        # Taking the operation apart reads its operands later, and inside the loop where it is used.
        if loop_around(owner.parent) is not self.loop or any(map(self.may_change, owner.operands)):
            return None
        return plain_args(owner, reading=True)

    def may_change(self, value: Value) -> bool:
        """Whether memory of ``value`` may be written between an adjoint op and one that uses its result."""
        if not self.memory.written(value):
            return False
        return not self.late or self.memory.root(value) in self.written_late

    def product(self, x: Term, y: Term) -> Value | None:
        """A visible value that is ``x * y``."""
        found = self.products.get(frozenset((x, y))) if isinstance(x, Value) and isinstance(y, Value) else None
        return found if found is not None and self.uses[found] else None

    def is_arithmetic_only(self, term: Term) -> bool:
        """Whether only adjoint sums, products and quotients use ``term``."""
        return isinstance(term, Value) and term not in self.elsewhere

    def same_line(self, term: Term) -> bool:
        """Whether ``term`` was computed for the line of the user's that the current op belongs to."""
        owner = term.owner if isinstance(term, Value) else None
        return isinstance(owner, Op) and (owner.loc.file, owner.loc.line) == (self.loc.file, self.loc.line)

    # ---- regions

    def known_branch(self, op: Op) -> Block | None:
        """The branch that an ``if`` on a constant takes, its results already replaced."""
        condition = op.operands[0].owner if op.name == "if" else None
        if not isinstance(condition, Op) or condition.name != "const":
            return None
        taken, other = op.blocks if condition.attrs["value"] else reversed(op.blocks)
        end = taken.ops[-1]
        if end.name == "raise":
            return None
        if not self.late and self.is_read_outside(other):
            self.kept = True
            return None
        if end.name == "yield":
            for result, value in zip(op.results, end.operands, strict=True):
                self.becomes(result, resolve(self.replaced, value))
        self.count += 1
        return taken

    def is_read_outside(self, block: Block) -> bool:
        """Whether the reverse sweep reads what is in this block: by name, until it is saved, or from where that puts it."""
        inside = Counter(v for op in walk(block) for v in op.operands)
        return any(op.name == "push" or any(self.uses[v] > inside[v] for v in op.results) for op in walk(block))

    def region(self, op: Op) -> None:
        outer = self.loop
        if op.name in LOOPS:
            self.drop_constant_carried(op)
            self.loop = op
        for block in op.blocks:
            self.block(block)
        self.loop = outer

    def drop_constant_carried(self, loop: Op) -> None:
        """A variable that every iteration hands on unchanged is its initial value, inside and after the loop."""
        items = item_count(loop)
        ends = [end.operands for end in exits(loop.blocks[-1]) if end.name in ("continue", "break")]
        keep = []
        for k, init in enumerate(carried_inits(loop)):
            args = [block.args[items + k] for block in loop.blocks]
            unchanged = all(end[k] is args[-1] or resolve(self.replaced, end[k]) is init for end in ends)
            keep.append(not unchanged or not all(same_kind(init.type, v.type) for v in (*args, loop.results[k])))
            if not keep[-1]:
                for old in (*args, loop.results[k]):
                    self.becomes(old, init)
        keep_carried(loop, keep)

    def branch(self, op: Op, done: list[Op]) -> bool:
        ends = [block.ops[-1] for block in op.blocks]
        if is_tail(op):
            return self.tail(op, ends, done)
        if all(end.name == "yield" for end in ends):
            for k, result in enumerate(op.results):
                self.same_on_both_sides(op, result, [end.operands[k] for end in ends], done)
        return not op.results and all(len(block.ops) == 1 and block.ops[0].name == "yield" for block in op.blocks)

    def same_on_both_sides(self, op: Op, result: Value, values: Sequence[Value], done: list[Op]) -> None:
        """An ``if`` that yields the same value on both sides, or a constant that tells its condition, decides nothing."""
        yes, no = values
        condition = op.operands[0]
        if yes is no and yes.type == result.type:
            self.becomes(result, yes)
        elif has_memory(result.type):
            return
        elif (constant := constant_of(yes)) is not None and constant == constant_of(no):
            assert isinstance(yes.owner, Op)
            copy = clone_op(yes.owner, {}, op.parent)
            done.append(copy)
            self.becomes(result, copy.result)
        elif condition.type == result.type == BOOL and (constant_of(yes), constant_of(no)) == ((bool, "True"), (bool, "False")):
            self.becomes(result, condition)

    def tail(self, op: Op, ends: list[Op], done: list[Op]) -> bool:
        """A choice between two equal ways to go on is none."""
        first, second = ends
        alone = all(len(block.ops) == 1 for block in op.blocks)
        if not alone or first.name not in ("continue", "break") or first.name != second.name:
            return False
        if first.operands != second.operands or first.attrs != second.attrs:
            return False
        first.parent = op.parent
        done.append(first)
        self.count += 1
        return True


def _written_after_mark(fn: Function, memory: Memory) -> set[Value]:
    at = next((k for k, op in enumerate(fn.body.ops) if op.name == "mark"), len(fn.body.ops))
    found: set[Value] = set()
    for top in fn.body.ops[at:]:
        for op in (top, *(inner for block in top.blocks for inner in walk(block))):
            if op.name not in _HARMLESS and not (op.name in ("call", "invoke") and not may_write(op)):
                found.update(map(memory.root, op.operands[:1] if op.name in _WRITE_FIRST else op.operands))
    return found


_WRITE_FIRST = frozenset({"iadd", "index_add", "fill", *STORES, "iaddv", "append", "pop"})
_HARMLESS = frozenset({"const", "mark", "item", "attr", "tuple", "dict", "cache", "push", "if", "for", "while", "with",
                       "yield", "continue", "break", "test", "return", "raise", "assert", "bound", "global", "undef",
                       "format"}) | IMPLICIT
"""Ops that write to no array (whatever is not here may)."""
