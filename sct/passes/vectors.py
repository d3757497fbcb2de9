"""Takes short vectors of known length apart, before differentiation: numbers, which a compiler keeps in registers.

Before:

    function f(%s: float64[:], %h: float, %n: int):
      %0: int = const 0
      %1: int = const 1
      %s.1: float64[:] = for %_: int in range(%0, %n, %1) with %s.2: float64[:] = %s:
        %x: np.float64, %y: np.float64 = tuple(%s.2) {unpack, effect='reads', may_raise}
        %2: np.float64 = -%x
        %3: float64[:] = np.array([%y, %2])
        %4: float64[:] = broadcast %h
        %5: float64[:] = %4 * %3
        %s.3: float64[:] = %s.2 + %5
        continue %s.3
      return %s.1 {single}

After:

    function f(%s: float64[:], %h: float, %n: int):
      %0: int = const 0
      %1: int = const 1
      %any_round: bool = %n > %0
      %x: np.float64, %y: np.float64 = if %any_round:
        %x.1: np.float64, %y.1: np.float64 = tuple(%s) {effect='reads', unpack, may_raise}
        yield %x.1, %y.1
      else:
        %2: float = const 0.0
        %3: np.float64 = convert %2
        yield %3, %3
      %x.2: np.float64, %y.2: np.float64 = for %_: int in range(%0, %n, %1) with %x.3: np.float64 = %x, %y.3: np.float64 = %y:
        %4: np.float64 = -%x.3
        %5: np.float64 = %h * %y.3
        %6: np.float64 = %h * %4
        %s_0: np.float64 = %x.3 + %5
        %s_1: np.float64 = %y.3 + %6
        continue %s_0, %s_1
      %s.1: float64[:] = if %any_round:
        %s.2: float64[:] = np.array([%x.2, %y.2])
        yield %s.2
      else:
        yield %s
      return %s.1 {single}

It pays under Numba, where each array that is made costs as much as thirty multiplications: a Runge-Kutta step on vectors of
three takes a tenth of the time.  An array of unknown length is taken apart where each round of a loop begins with unpacking it.
A vector that is given to anything else than arithmetic, reads of its elements and sums is made where it is needed; what is
written to stays an array.
"""

from __future__ import annotations

import operator

import numpy as np

from ..ir.build import Builder
from ..ir.core import Block, Function, Op, Value
from ..ir.ops import Lit, SeqOf, Slot
from ..ir.rewrite import carried_start, erase, exits, insert_before, item_count, keep_carried, keep_results, replace_uses
from ..ir.types import BOOL, FLOAT, NP_FLOAT
from .dce import eliminate_dead_code
from .lengths import Lengths, is_arithmetic, is_display, is_unpacked
from .memory import Memory
from .shapes import spread_number


def take_vectors_apart(function: Function) -> int:
    """Take apart what can be of the vectors of ``function``; how many values."""
    lengths = Lengths(function, Memory(function))
    if not lengths.worthwhile:
        return 0
    rewriting = _Rewriting(function, lengths)
    rewriting.block(function.body)
    replace_uses(function.body, rewriting.replaced)
    for op, old in reversed(rewriting.widened):
        kept = [result not in old for result in op.results]
        (keep_carried if op.name == "for" else keep_results)(op, kept)
    eliminate_dead_code(function)
    return len(rewriting.items)


class _Rewriting:
    """Writes what is computed with the items of vectors beside what is computed with vectors; dead code goes in the end."""

    def __init__(self, function: Function, lengths: Lengths) -> None:
        self.function, self.lengths = function, lengths
        self.items: dict[Value, list[Value]] = {}
        self.replaced: dict[Value, Value] = {}
        self.widened: list[tuple[Op, list[Value]]] = []
        """Loops and branches that pass items on, and their results that are vectors."""

    def block(self, block: Block) -> None:
        for op in list(block.ops):
            if op.name == "for":
                self.loop(op)
            elif op.name == "if":
                self.branch(op)
            else:
                for inner in op.blocks:
                    self.block(inner)
                self.statement(op)

    # ---- one statement

    def statement(self, op: Op) -> None:
        made = Block()
        builder = Builder(made, op.loc)
        length = self.lengths.of(op.results[0]) if len(op.results) == 1 else 0
        if is_unpacked(op) and self.width(op.operands[0]) == len(op.results):
            self.replaced.update(zip(op.results, self.items[op.operands[0]], strict=True))
        elif (item := self.item_read(op)) is not None:
            self.replaced[op.result] = item
        elif op.name == "call" and self.lengths.is_summed(op) and self.width(op.operands[0]):
            self.replaced[op.result] = self.total(op, builder)
        elif length and is_arithmetic(op):
            self.items[op.result] = self.arithmetic(op, builder)
        else:
            if length and is_display(op):
                self.items[op.result] = [self.as_number(self.now(v), builder) for v in op.operands]
                insert_before(op, made.ops)
                for item, hint in zip(self.items[op.result], self.lengths.hints(op.result), strict=True):
                    item.hint = item.hint or hint
            return
        insert_before(op, made.ops)
        if op.results[0] in self.items:
            self.keep(op.result, op)
        erase(op)

    def width(self, value: Value) -> int:
        return len(self.items.get(value, ()))

    def total(self, op: Op, builder: Builder) -> Value:
        total, *rest = self.items[op.operands[0]]
        for item in rest:
            total = builder.value("call", [total, item], op.result.type, fn=operator.add, args=(Slot(0), Slot(1)), kwargs={})
        return total

    def item_read(self, op: Op) -> Value | None:
        """The item that an op like ``s[1]`` reads."""
        if op.name != "call" or op.attrs["fn"] is not operator.getitem or not self.width(op.operands[0]):
            return None
        items, index = self.items[op.operands[0]], op.attrs["args"][1]
        at = index.value if isinstance(index, Lit) else None
        return items[at] if type(at) is int and -len(items) <= at < len(items) else None

    def as_number(self, value: Value, builder: Builder) -> Value:
        return value if value.type == NP_FLOAT else builder.value("convert", [value], NP_FLOAT, value.hint)

    def arithmetic(self, op: Op, builder: Builder) -> list[Value]:
        items, hints = [], self.lengths.hints(op.result)
        for k in range(len(hints)):
            operands = [self.part(v, k) for v in op.operands]
            items.append(builder.value("call", operands, NP_FLOAT, hints[k], fn=op.attrs["fn"], args=op.attrs["args"],
                                       kwargs={}))
        return items

    def part(self, operand: Value, k: int) -> Value:
        """Item ``k`` of an operand, or the number that is combined with all items."""
        if operand in self.items:
            return self.items[operand][k]
        number = spread_number(operand)
        return self.now(operand if number is None else number)

    def now(self, value: Value) -> Value:
        while value in self.replaced:
            value = self.replaced[value]
        return value

    def keep(self, value: Value, after: Op) -> None:
        """Make the vector of its items, for whoever reads it as such; nothing, if nobody does."""
        block = after.parent
        assert block is not None
        self.made_of(value, block, block.ops.index(after) + 1)

    def made_of(self, value: Value, block: Block, at: int) -> None:
        made = Block()
        vector = _vector(Builder(made, value.owner.loc if isinstance(value.owner, Op) else self.function.loc), value,
                         self.items[value])
        for op in made.ops:
            op.parent = block
        block.ops[at:at] = made.ops
        self.replaced[value] = vector

    # ---- what loops and branches pass on

    def loop(self, loop: Op) -> None:
        body, first, count = loop.blocks[0], carried_start(loop), item_count(loop)
        old = [k for k, arg in enumerate(body.args[count:]) if self.lengths.of(arg)]
        results, inits = [loop.results[k] for k in old], [loop.operands[first + k] for k in old]
        passed: list[list[Value]] = []
        for k in old:
            arg = body.args[count + k]
            hints = self.lengths.hints(arg)
            loop.operands += self.start(loop, k)
            self.items[arg] = [body.add_arg(hint, NP_FLOAT) for hint in hints]
            passed.append([Value(hint, NP_FLOAT, loop) for hint in hints])
            loop.results += passed[-1]
        for k in old:
            self.made_of(body.args[count + k], body, 0)
        self.block(body)
        for end in exits(body):
            if end.name in ("continue", "break"):
                for k in old:
                    end.operands += self.items[end.operands[k]]
        if old:
            self.widened.append((loop, results))
        for result, items, init in zip(results, passed, inits, strict=True):
            self.after(loop, result, items, init)

    def start(self, loop: Op, k: int) -> list[Value]:
        """The items at the start: of an array of unknown length only if there are rounds, the first of which unpacks it."""
        init = loop.operands[carried_start(loop) + k]
        if init in self.items:
            return self.items[init]
        arg = loop.blocks[-1].args[item_count(loop) + k]
        made = Block()
        builder = Builder(made, loop.loc)
        condition = builder.value("call", [loop.operands[1], loop.operands[0]], BOOL, "any_round", fn=operator.gt,
                                  args=(Slot(0), Slot(1)), kwargs={})
        then, otherwise = Block(), Block()
        hints = self.lengths.hints(arg)
        with builder.at(then):
            unpacked = builder.emit("call", [self.now(init)], [NP_FLOAT] * len(hints), hints, fn=tuple, args=(Slot(0),),
                                    kwargs={}, effect="reads", unpack=True, may_raise=True)
            builder.emit("yield", unpacked.results)
        with builder.at(otherwise):
            zero = self.as_number(builder.value("const", (), FLOAT, value=0.0), builder)
            builder.emit("yield", [zero] * len(hints))
        chosen = builder.emit("if", [condition], [NP_FLOAT] * len(hints), hints, blocks=[then, otherwise])
        insert_before(loop, made.ops)
        self.lengths.conditions[loop] = condition
        return list(chosen.results)

    def after(self, loop: Op, result: Value, items: list[Value], init: Value) -> None:
        """The vector behind its loop, which is what it was before if there was no round."""
        assert loop.parent is not None
        if self.lengths.of(result):
            self.items[result] = items
            self.keep(result, loop)
            return
        made = Block()
        builder = Builder(made, loop.loc)
        then, otherwise = Block(), Block()
        with builder.at(then):
            builder.emit("yield", [_vector(builder, result, items)])
        with builder.at(otherwise):
            builder.emit("yield", [self.now(init)])
        chosen = builder.emit("if", [self.lengths.conditions[loop]], [result.type], [result.hint], blocks=[then, otherwise])
        at = loop.parent.ops.index(loop) + 1
        for op in made.ops:
            op.parent = loop.parent
        loop.parent.ops[at:at] = made.ops
        self.replaced[result] = chosen.result

    def branch(self, op: Op) -> None:
        for block in op.blocks:
            self.block(block)
        old = [k for k, result in enumerate(op.results) if self.lengths.of(result)]
        vectors = [op.results[k] for k in old]
        for k, vector in zip(old, vectors, strict=True):
            for block in op.blocks:
                if block.ops[-1].name == "yield":
                    block.ops[-1].operands += self.items[block.ops[-1].operands[k]]
            self.items[vector] = [Value(hint, NP_FLOAT, op) for hint in self.lengths.hints(vector)]
            op.results += self.items[vector]
        if old:
            self.widened.append((op, vectors))
        for vector in vectors:
            self.keep(vector, op)


def _vector(builder: Builder, like: Value, items: list[Value]) -> Value:
    template = SeqOf(list, tuple(map(Slot, range(len(items)))))
    return builder.value("call", items, like.type, like.hint, fn=np.array, args=(template,), kwargs={})
