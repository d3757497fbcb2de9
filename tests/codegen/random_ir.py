"""Makes random structured IR, few names and many clashes: food for the property that printed text means what the IR means."""

from __future__ import annotations

import operator
import random
from typing import Any

import numpy as np

from sct.ir.build import Builder
from sct.ir.core import Block, Function, Loc, Value
from sct.ir.ops import Lit, SliceOf, Slot
from sct.ir.types import BOOL, FLOAT, INT, STR, Array, Cache, List, Object, Tuple, Type

HINTS = ["", "", "", "x", "y", "s", "i", "t", "x_bar", "y_bar", "len", "np", "x_2"]
VECTOR = Array("float64", ("n",))
LOG: list[float] = []


def log(value: float) -> float:
    """An effect: notes the value."""
    LOG.append(value)
    return value


def check(value: float) -> float:
    """A primitive that raises one of three exceptions, or none."""
    if value < -1.0:
        raise OverflowError(f"{value}")
    if value < 0.0:
        raise ValueError(f"{value}")
    return 1.0 / value


class RandomFunction:
    """One random function; ``build`` returns it."""

    def __init__(self, seed: int, size: int = 40) -> None:
        self.rng = random.Random(seed)
        self.left = size
        self.b = Builder(Block(), Loc("<random>", 1))
        self.scopes: list[list[Value]] = [[]]
        self.line = 1
        self.depth = 0

    def build(self) -> Function:
        body = self.b.block
        for hint, kind in (("x", FLOAT), ("y", FLOAT), ("n", INT)):
            self.scopes[0].append(body.add_arg(hint, kind))
        self.vector = self.call(np.zeros, [Lit(4)], [], VECTOR, "v", "fresh")
        self.statements(3)
        if self.rng.random() < 0.6:
            self.b.emit("mark", text="reverse sweep")
            self.statements(3)
        ends = [self.pick() for _ in range(3)]
        self.b.emit("return", [*ends, self.vector], single=False)
        return Function("f", body, Loc("<random>", 1, function="f"))

    # ---- pieces

    def hint(self) -> str:
        return self.rng.choice(HINTS)

    def visible(self, *types: Type) -> list[Value]:
        return [v for scope in self.scopes for v in scope if v.type in types]

    def pick(self, *types: Type) -> Value:
        found = self.visible(*(types or (FLOAT,)))
        if not found or (types[:1] != (VECTOR,) and self.rng.random() < 0.12):
            kind = (types or (FLOAT,))[0]
            value: Any = self.rng.choice([0.0, 0.5, -1.5, 2.0]) if kind is FLOAT else self.rng.randint(-1, 3)
            return self.add("const", [], kind, self.hint(), value=value)
        return self.rng.choice(found[-6:] if self.rng.random() < 0.7 else found)

    def add(self, name: str, operands: list[Value], kind: Type, hint: str = "", **attrs: Any) -> Value:
        value = self.b.value(name, operands, kind, hint, **attrs)
        self.scopes[-1].append(value)
        return value

    def call(self, fn: Any, args: list[Any], operands: list[Value], kind: Type, hint: str, effect: str = "pure") -> Value:
        return self.add("call", operands, kind, hint, fn=fn, args=tuple(args), kwargs={}, effect=effect)

    def binary(self, fn: Any, a: Value, b: Value, kind: Type = FLOAT, hint: str | None = None) -> Value:
        return self.call(fn, [Slot(0), Slot(1)], [a, b], kind, self.hint() if hint is None else hint)

    def condition(self) -> Value:
        fn = self.rng.choice([operator.lt, operator.gt, operator.le, operator.eq])
        value = self.binary(fn, self.pick(), self.pick(), BOOL, "" if self.rng.random() < 0.8 else "c")
        if self.rng.random() < 0.2:
            return self.call(operator.not_, [Slot(0)], [value], BOOL, "")
        if self.rng.random() < 0.2:
            return self.conjunction(value)
        return value

    def conjunction(self, first: Value) -> Value:
        """``a and b`` or ``a or b``."""
        blocks = [Block(), Block()]
        flip = self.rng.random() < 0.5
        for k, block in enumerate(blocks):
            with self.b.at(block):
                self.scopes.append([])
                out = first if (k == 1) is not flip else self.condition()
                self.b.emit("yield", [out])
                self.scopes.pop()
        result = self.b.emit("if", [first], [BOOL], [""], blocks).result
        self.scopes[-1].append(result)
        return result

    # ---- statements

    def statements(self, most: int) -> None:
        for _ in range(self.rng.randint(1, most) + 2):
            if self.left <= 0:
                return
            self.left -= 1
            self.line += self.rng.randint(0, 1)
            self.b.loc = Loc("<random>", self.line, text=f"line {self.line}")
            kinds = [self.arithmetic] * 6 + [
                self.branch, self.ternary, self.loop, self.loop, self.while_, self.effect, self.store, self.load, self.pair,
                self.saved, self.items, self.with_accumulator, self.array, self.unbound_before, self.bound_in_one_branch,
                self.try_]
            if self.depth >= 3:
                kinds = kinds[:6] + [self.ternary, self.effect, self.store, self.load, self.pair]
            self.rng.choice(kinds)()

    def arithmetic(self) -> None:
        fn = self.rng.choice([operator.add, operator.sub, operator.mul, max, operator.neg])
        a = self.pick()
        if fn is operator.neg:
            self.call(fn, [Slot(0)], [a], FLOAT, self.hint())
        elif self.rng.random() < 0.3 and a.hint:
            self.binary(fn, a, self.pick(), hint=a.hint)
        else:
            self.binary(fn, a, self.pick())

    def branch(self) -> None:
        condition = self.condition()
        hints = [self.hint() for _ in range(self.rng.randint(0, 3))]
        blocks = [Block(), Block()]
        for block in blocks:
            self.inside(block, lambda: self.b.emit("yield", [self.pick() for _ in hints]))
        op = self.b.emit("if", [condition], [FLOAT] * len(hints), hints, blocks)
        self.scopes[-1] += op.results

    def try_(self) -> None:
        """Statements that may raise, in the middle or at the end, and handlers of which some look at the exception."""
        hints = [self.hint() for _ in range(self.rng.randint(0, 3))]
        handlers = self.rng.choice([((),), ((ValueError,),), ((ValueError, OverflowError), (ZeroDivisionError,)),
                                    ((ArithmeticError,), ())])
        names = [self.rng.choice(["", "e", "x", "s"]) if classes else "" for classes in handlers]
        blocks = [Block() for _ in range(len(handlers) + 1)]
        self.inside(blocks[0], lambda: self.guarded(hints))
        for block, caught in zip(blocks[1:], names, strict=True):
            error = block.add_arg(caught, Object(Exception)) if caught else None
            self.inside(block, lambda error=error: self.handle(hints, error))  # type: ignore[misc]
        op = self.b.emit("try", [], [FLOAT] * len(hints), hints, blocks, handlers=handlers, names=tuple(names))
        self.scopes[-1] += op.results

    def guarded(self, hints: list[str]) -> None:
        for _ in range(self.rng.randint(1, 2)):
            self.b.value("call", [self.pick()], FLOAT, self.hint(), fn=check, args=(Slot(0),), kwargs={}, may_raise=True)
            if self.rng.random() < 0.5:
                self.statements(1)
            hint = self.rng.choice([*hints, ""])
            self.scopes[-1].append(self.b.value("call", [self.pick()], FLOAT, hint, fn=check, args=(Slot(0),), kwargs={},
                                                may_raise=True))
        self.b.emit("yield", [self.pick() for _ in hints])

    def handle(self, hints: list[str], error: Value | None) -> None:
        if error is not None and self.rng.random() < 0.7:
            said = self.b.value("call", [error], STR, fn=str, args=(Slot(0),), kwargs={})
            self.scopes[-1].append(self.b.value("call", [said], FLOAT, self.hint(), fn=len, args=(Slot(0),), kwargs={}))
        if self.rng.random() < 0.2:
            self.b.emit("raise", [error] if error is not None and self.rng.random() < 0.5 else [])
        else:
            self.b.emit("yield", [self.pick() for _ in hints])

    def ternary(self) -> None:
        condition, blocks = self.condition(), [Block(), Block()]
        for block in blocks:
            with self.b.at(block):
                self.scopes.append([])
                a, b = self.pick(), self.pick()
                self.b.emit("yield", [a if self.rng.random() < 0.4 else self.binary(operator.add, a, b, hint="")])
                self.scopes.pop()
        self.scopes[-1].append(self.b.emit("if", [condition], [FLOAT], [self.hint()], blocks).result)

    def inside(self, block: Block, end: Any, scope: list[Value] | None = None) -> None:
        self.depth += 1
        with self.b.at(block):
            self.scopes.append(list(scope or ()))
            self.statements(2)
            end()
            self.scopes.pop()
        self.depth -= 1

    def tail(self, hints: list[str], exits: int) -> None:
        """End a loop body: plainly, or with an ``if`` that holds exits."""
        if exits and self.rng.random() < 0.5:
            condition, blocks = self.condition(), [Block(), Block()]
            for block in blocks:
                self.inside(block, lambda: self.tail(hints, exits - 1))
            self.b.emit("if", [condition], blocks=blocks, tail=True)
        else:
            kind = "break" if exits < 2 and self.rng.random() < 0.4 else "continue"
            self.b.emit(kind, [self.pick() for _ in hints])

    def loop(self) -> None:
        lo, hi, step = (self.b.value("const", [], INT, value=v) for v in self.rng.choice(
            [(0, 3, 1), (1, 4, 1), (3, 0, -1), (0, 0, 1), (0, 5, 2)]))
        hints = [self.hint() for _ in range(self.rng.randint(0, 3))]
        inits = [self.pick() for _ in hints]
        if self.rng.random() < 0.5:
            hi = self.pick(INT)
            self.b.value("const", [], INT, value=0)
        block = Block()
        counter = block.add_arg(self.rng.choice(["i", "i", "", "s"]), INT)
        args = [block.add_arg(h, FLOAT) for h in hints]
        self.inside(block, lambda: self.tail(hints, 2), [counter, *args])
        reverse = {"reverse": True} if self.rng.random() < 0.2 else {}
        op = self.b.emit("for", [lo, hi, step, *inits], [FLOAT] * len(hints), hints, [block], kind="range", **reverse)
        self.scopes[-1] += op.results

    def while_(self) -> None:
        """At most five trips: the first carried value counts down."""
        hints = ["", *(self.hint() for _ in range(self.rng.randint(0, 2)))]
        count = self.b.value("const", [], FLOAT, value=5.0)
        inits = [count, *(self.pick() for _ in hints[1:])]
        test, body = Block(), Block()
        seen = [test.add_arg(h, FLOAT) for h in hints]
        args = [body.add_arg(h, FLOAT) for h in hints]
        with self.b.at(test):
            self.scopes.append(seen[1:])
            zero = self.b.value("const", [], FLOAT, value=0.0)
            more = self.binary(operator.gt, seen[0], zero, BOOL, "")
            if self.rng.random() < 0.3:
                self.arithmetic()
            self.b.emit("test", [more])
            self.scopes.pop()
        self.inside(body, lambda: self.count_down(args, hints), args[1:])
        self.scopes[-1] += self.b.emit("while", inits, [FLOAT] * len(hints), hints, [test, body]).results[1:]

    def count_down(self, args: list[Value], hints: list[str]) -> None:
        one = self.b.value("const", [], FLOAT, value=1.0)
        left = self.b.value("call", [args[0], one], FLOAT, fn=operator.sub, args=(Slot(0), Slot(1)), kwargs={})
        kind = "break" if self.rng.random() < 0.2 else "continue"
        self.b.emit(kind, [left, *(self.pick() for _ in hints[1:])])

    def effect(self) -> None:
        self.call(log, [Slot(0)], [self.pick()], FLOAT, self.hint(), "io")

    def array(self) -> None:
        self.call(np.negative, [Slot(0)], [self.pick(VECTOR)], VECTOR, self.rng.choice(["", "w", "v"]))

    def store(self) -> None:
        kind = self.rng.choice(["iadd", "index_add", "fill", "iadd"])
        if kind == "iadd":
            self.b.emit("iadd", [self.vector, self.pick(FLOAT, VECTOR)])
        elif kind == "fill":
            self.b.emit("fill", [self.vector])
        else:
            index = self.rng.choice([Lit(1), SliceOf(Lit(1), Lit(None), Lit(None)), SliceOf(Lit(None), Lit(-1), Lit(None))])
            self.b.emit("index_add", [self.vector, self.pick()], args=index)

    def load(self) -> None:
        if self.rng.random() < 0.3:
            self.call(operator.getitem, [Slot(0), SliceOf(Lit(0), Lit(4), Lit(None))], [self.pick(VECTOR)], VECTOR,
                      self.rng.choice(["", "w"]))
        else:
            self.call(operator.getitem, [Slot(0), Lit(self.rng.randint(0, 3))], [self.pick(VECTOR)], FLOAT, self.hint())

    def pair(self) -> None:
        a, b = self.pick(), self.pick()
        both = self.b.value("tuple", [a, b], Tuple((FLOAT, FLOAT)), self.rng.choice(["", "p"]), cls=tuple)
        if self.rng.random() < 0.4:
            self.scopes[-1] += self.b.emit("call", [a, b], [FLOAT, FLOAT], [self.hint(), self.hint()], fn=swap,
                                           args=(Slot(0), Slot(1)), kwargs={}, unpack=True).results
        for k in range(2):
            self.add("item", [both], FLOAT, self.hint(), key=k)

    def saved(self) -> None:
        """Values saved in one loop and taken back in its mirror."""
        cache = self.b.value("cache", [], Cache(FLOAT), "saved_x")
        zero, three, one = (self.b.value("const", [], INT, value=v) for v in (0, 3, 1))
        first, second = Block(), Block()
        i, j = first.add_arg("i", INT), second.add_arg("i", INT)
        self.inside(first, lambda: (self.b.emit("push", [cache, self.pick()]), self.b.emit("continue")), [i])
        self.b.emit("for", [zero, three, one], blocks=[first], kind="range")
        s = self.pick()
        arg = second.add_arg("s", FLOAT)

        def end() -> None:
            value = self.b.value("pop", [cache], FLOAT, "x")
            self.b.emit("continue", [self.binary(operator.add, arg, value)])
        self.inside(second, end, [j, arg])
        loop = self.b.emit("for", [zero, three, one, s], [FLOAT], ["s"], [second], kind="range", reverse=True)
        self.scopes[-1] += loop.results

    def items(self) -> None:
        """A list filled in a loop, as comprehensions are lowered, and a loop over a list."""
        empty = self.b.value("tuple", [], List(FLOAT), "", cls=list)
        zero, three, one = (self.b.value("const", [], INT, value=v) for v in (0, 3, 1))
        block = Block()
        i, acc = block.add_arg("i", INT), block.add_arg("", List(FLOAT))
        with self.b.at(block):
            self.scopes.append([i])
            if self.rng.random() < 0.4:
                self.statements(1)
            grown = self.b.value("append", [acc, self.binary(operator.mul, i, self.pick())], List(FLOAT))
            self.b.emit("continue", [grown])
            self.scopes.pop()
        made = self.b.emit("for", [zero, three, one, empty], [List(FLOAT)], [""], [block], kind="range").result
        if self.rng.random() < 0.5:
            self.call(sum, [Slot(0)], [made], FLOAT, self.hint())
        else:
            self.each(made)

    def each(self, items: Value) -> None:
        zero, one = (self.b.value("const", [], INT, value=v) for v in (0, 1))
        count = self.b.value("call", [items], INT, fn=len, args=(Slot(0),), kwargs={}, may_raise=True)
        block, s = Block(), self.pick()
        k, arg = block.add_arg("", INT), block.add_arg("s", FLOAT)
        with self.b.at(block):
            item = self.b.value("call", [items, k], FLOAT, "item", fn=operator.getitem, args=(Slot(0), Slot(1)), kwargs={})
            self.scopes.append([item, arg, *([k] if self.rng.random() < 0.3 else [])])
            self.statements(1)
            self.b.emit("continue", [self.pick()])
            self.scopes.pop()
        self.scopes[-1] += self.b.emit("for", [zero, count, one, s], [FLOAT], ["s"], [block], kind="range", seqs=1).results

    def unbound_before(self) -> None:
        """A variable that a loop binds in its first trip."""
        undef = self.b.value("undef", [], FLOAT, "last")
        zero, three, one = (self.b.value("const", [], INT, value=v) for v in (0, 3, 1))
        block = Block()
        i = block.add_arg("i", INT)
        block.add_arg("last", FLOAT)
        self.inside(block, lambda: self.b.emit("continue", [self.pick()]), [i])
        self.scopes[-1] += self.b.emit("for", [zero, three, one, undef], [FLOAT], ["last"], [block], kind="range").results

    def bound_in_one_branch(self) -> None:
        """A variable bound in one branch, read under the same condition."""
        condition, blocks = self.condition(), [Block(), Block()]
        self.inside(blocks[0], lambda: self.b.emit("yield", [self.pick()]))
        with self.b.at(blocks[1]):
            self.b.emit("yield", [self.b.value("undef", [], FLOAT, "x")])
        maybe = self.b.emit("if", [condition], [FLOAT], [self.hint()], blocks).result
        self.statements(1)
        blocks = [Block(), Block()]
        for k, block in enumerate(blocks):
            self.inside(block, lambda: self.b.emit("yield", [self.pick()]), [maybe] * (1 - k))
        self.scopes[-1] += self.b.emit("if", [condition], [FLOAT], [self.hint()], blocks).results

    def with_accumulator(self) -> None:
        """``acc += v`` on an array that nothing else refers to."""
        acc = self.b.value("call", [], VECTOR, "acc", fn=np.zeros, args=(Lit(4),), kwargs={}, effect="fresh")
        for _ in range(self.rng.randint(1, 3)):
            acc = self.b.value("iaddv", [acc, self.pick()], VECTOR, "acc", fn=operator.add, args=(Slot(0), Slot(1)))
        self.call(operator.getitem, [Slot(0), Lit(0)], [acc], FLOAT, self.hint())


def swap(a: float, b: float) -> tuple[float, float]:
    """A primitive with two results."""
    return b, a


def random_function(seed: int, size: int = 40) -> Function:
    """The random function of a seed; parameters x, y (floats) and n (int)."""
    return RandomFunction(seed, size).build()


__all__ = ["LOG", "random_function"]
