"""Random typed IR with everything passes look at: exits, carried variables, saved values, buffers, lists, adjoint arithmetic.

``random_function(seed)`` takes (x: float, y: float, n: int, a: float64[:] of length 4) and returns a few floats.  Values stay
bounded (sums are passed through sine), so that rewriting of adjoint arithmetic stays within rounding.
"""

import math
import operator
import random

import numpy as np

from sct.ir.build import Builder
from sct.ir.core import Block, Function, Loc, Value
from sct.ir.ops import Lit, Slot
from sct.ir.types import BOOL, FLOAT, INT, MANY, NP_FLOAT, Array, Cache, List, Object

VECTOR = Array("float64", (MANY,))


def random_function(seed: int, size: int = 12) -> Function:
    """A function that verifies and evaluates on ``ARGUMENTS``."""
    return _Generator(random.Random(seed), size).function()


def arguments(seed: int) -> list:
    """Arguments for one evaluation."""
    rng = random.Random(seed)
    return [rng.uniform(-2, 2), rng.uniform(-2, 2), rng.randrange(0, 4), np.array([rng.uniform(-2, 2) for _ in range(4)])]


class _Generator:
    def __init__(self, rng: random.Random, size: int) -> None:
        self.rng, self.budget = rng, size
        self.body = Block()
        self.build = Builder(self.body, Loc("<random>", 1))
        self.floats: list[Value] = []
        self.ints: list[Value] = []
        self.buffers: list[Value] = []
        self.lists: list[Value] = []
        self.in_loop = 0

    def function(self) -> Function:
        self.floats = [self.body.add_arg("x", FLOAT), self.body.add_arg("y", FLOAT)]
        self.n = self.body.add_arg("n", INT)
        self.array = self.body.add_arg("a", VECTOR)
        self.ints = [self.const(k, INT) for k in (0, 1, 2)]
        self.floats += [self.const(v, FLOAT) for v in (0.0, 1.0, -1.0, 2.0, -0.5)]
        self.statements(self.budget)
        outs = self.rng.sample(self.floats, min(3, len(self.floats)))
        outs += self.rng.sample(self.buffers, min(1, len(self.buffers))) + self.lists[-1:]
        self.build.emit("return", outs)
        return Function("f", self.body)

    # ---- helpers

    def const(self, value, kind, **attrs) -> Value:
        return self.build.value("const", (), kind, value=value, **attrs)

    def call(self, fn, args, kind, hint="", **attrs) -> Value:
        operands = [a for a in args if isinstance(a, Value)]
        slots = iter(range(len(operands)))
        templates = tuple(Slot(next(slots)) if isinstance(a, Value) else a for a in args)
        return self.build.value("call", operands, kind, hint, fn=fn, args=templates, kwargs={}, spelled="", **attrs)

    def float(self) -> Value:
        return self.rng.choice(self.floats[-8:] if self.rng.random() < 0.6 else self.floats)

    def flags(self) -> dict:
        return {"adjoint": True} if self.rng.random() < 0.7 else {}

    def hint(self) -> str:
        return self.rng.choice(["", "", "s", "t", "x_bar"])

    def condition(self) -> Value:
        fn = self.rng.choice([operator.lt, operator.gt])
        return self.call(fn, [self.float(), self.float()], BOOL)

    # ---- statements

    def statements(self, count: int) -> None:
        for _ in range(count):
            self.rng.choice(self.menu())()

    def menu(self) -> list:
        plain = [self.arithmetic] * 8 + [self.load, self.raising, self.buffer_new, self.buffer_write, self.buffer_read,
                                         self.list_new, self.pair, self.with_region, self.unknown, self.array_math,
                                         self.read_write_read]
        if self.budget > 0:
            plain += [self.branch, self.branch, self.for_loop, self.for_loop, self.while_loop, self.saved_loop,
                      self.try_region, self.try_region]
        return plain

    def arithmetic(self) -> None:
        flags = self.flags()
        choice = self.rng.randrange(6)
        if choice == 0:
            value = self.call(operator.neg, [self.float()], FLOAT, self.hint(), **flags)
        elif choice == 1:
            value = self.call(math.sin, [self.float()], FLOAT, self.hint(), **flags)
        elif choice == 2:
            literal = Lit(self.rng.choice([1, 2, -1, 0.0, 1.0, -3.0, 0.5]))
            pair = [literal, self.float()] if self.rng.random() < 0.5 else [self.float(), literal]
            value = self.call(self.rng.choice([operator.add, operator.sub, operator.mul]), pair, FLOAT, self.hint(), **flags)
        elif choice == 3:
            quotient = self.call(operator.truediv, [Lit(1.0), Lit(self.rng.choice([2.0, -1.0, 1.0]))], FLOAT, **flags)
            value = self.call(operator.mul, [self.float(), quotient], FLOAT, **flags)
        else:
            fn = self.rng.choice([operator.add, operator.sub, operator.mul])
            value = self.call(fn, [self.float(), self.float()], FLOAT, self.hint(), **flags)
        self.floats.append(value)
        if self.rng.random() < 0.3:
            self.floats.append(self.call(math.sin, [value], FLOAT))

    def load(self) -> None:
        value = self.call(operator.getitem, [self.array, self.rng.choice(self.ints)], NP_FLOAT, effect="reads", may_raise=True)
        self.floats.append(self.call(float, [value], FLOAT))

    def raising(self) -> None:
        """May divide by zero: then every version of the program must."""
        if self.rng.random() < 0.3:
            self.floats.append(self.call(math.sin, [self.call(operator.truediv, [self.float(), self.float()], FLOAT,
                                                             may_raise=True)], FLOAT, may_raise=True))

    def buffer_new(self) -> None:
        self.buffers.append(self.call(np.zeros, [Lit(4)], VECTOR, "b", effect="fresh"))

    def buffer_write(self) -> None:
        if not self.buffers:
            return
        buffer, kind = self.rng.choice(self.buffers), self.rng.randrange(4)
        if kind == 0:
            self.build.emit("iadd", [buffer, self.rng.choice([self.array, buffer])])
        elif kind == 1 and self.rng.random() < 0.3:
            self.build.emit("fill", [buffer])
        else:
            index = self.rng.choice(self.ints)
            self.build.emit("index_add", [buffer, self.float(), index], args=(Slot(0), Slot(2)), unique=self.rng.random() < 0.5)

    def buffer_read(self) -> None:
        if self.buffers:
            view = self.rng.choice([*self.buffers, self.array])
            value = self.call(operator.getitem, [view, self.rng.choice(self.ints)], NP_FLOAT, effect="reads", **self.flags())
            self.floats.append(self.call(math.sin, [value], FLOAT))

    def array_math(self) -> None:
        """Arrays computed twice alike: some are written to or returned later, some only read."""
        source, factor = self.rng.choice([self.array, *self.buffers]), Lit(self.rng.choice([1.0, 2.0]))
        for _ in range(self.rng.randrange(1, 3)):
            self.buffers.append(self.call(operator.mul, [source, factor], VECTOR, **self.flags()))

    def read_write_read(self) -> None:
        """The same load before and after something that may write to what is loaded, through a view."""
        if not self.buffers:
            return
        buffer, index = self.rng.choice(self.buffers), self.rng.choice(self.ints)
        view = self.call(operator.getitem, [buffer, Lit(slice(0, 3))], VECTOR, effect="reads", **self.flags())
        flags = self.flags()
        for _ in range(2):
            value = self.call(operator.getitem, [self.rng.choice([view, buffer]), index], NP_FLOAT, effect="reads", **flags)
            self.floats.append(self.call(math.sin, [value], FLOAT))
            operands = [self.rng.choice([view, buffer]), self.float(), index]
            self.build.emit("index_add", operands, args=(Slot(0), Slot(2)), unique=True)
            self.nested(1 if self.budget > 0 and self.rng.random() < 0.3 else 0)

    def list_new(self) -> None:
        if self.in_loop:
            return
        start = self.build.value("tuple", [], List(FLOAT), "items", cls=list)
        block, item = self.enter_loop(start)
        more = self.build.value("append", [block.args[1], self.float()], List(FLOAT), "items")
        result, = self.leave_loop(block, [start], [more])
        self.lists.append(result)
        self.floats.append(self.call(float, [self.call(len, [result], INT)], FLOAT))

    def pair(self) -> None:
        """A tuple taken apart again."""
        a, b = self.float(), self.float()
        both = self.build.value("tuple", [a, b], cls=tuple)
        self.floats.append(self.build.value("item", [both], FLOAT, key=self.rng.randrange(2)))

    def unknown(self) -> None:
        """Something that may do anything, and shows that it ran."""
        if self.rng.random() < 0.5:
            self.build.emit("call", [self.float()], fn=LOG.append, args=(Slot(0),), kwargs={}, effect="io")

    # ---- regions

    def scoped(self):
        return list(self.floats), list(self.ints), list(self.buffers), list(self.lists)

    def restore(self, scope) -> None:
        self.floats, self.ints, self.buffers, self.lists = scope

    def nested(self, statements: int) -> None:
        self.budget -= statements
        self.statements(statements)

    def branch(self) -> None:
        condition = self.const(True, BOOL) if self.rng.random() < 0.1 else self.condition()
        blocks = [Block(), Block()]
        count = self.rng.randrange(3)
        for block in blocks:
            scope = self.scoped()
            with self.build.at(block):
                self.nested(self.rng.randrange(3))
                self.build.emit("yield", [self.float() for _ in range(count)])
            self.restore(scope)
        op = self.build.emit("if", [condition], [FLOAT] * count, [self.hint() for _ in range(count)], blocks)
        self.floats += op.results

    def with_region(self) -> None:
        import contextlib
        if self.budget <= 0:
            return
        manager = self.call(contextlib.nullcontext, [], Array("object", ()), effect="io")
        block, scope = Block(), self.scoped()
        with self.build.at(block):
            self.nested(1)
            self.build.emit("yield", [self.float()])
        self.restore(scope)
        self.floats += self.build.emit("with", [manager], [FLOAT], ["w"], [block]).results

    def try_region(self) -> None:
        """A body that may divide by zero anywhere, and a handler that goes on with what was known before."""
        if self.budget <= 0:
            return
        blocks, count = [Block(), Block()], self.rng.randrange(3)
        name = self.rng.choice(["", "e"])
        if name:
            blocks[1].add_arg(name, Object(Exception))
        for k, block in enumerate(blocks):
            scope = self.scoped()
            with self.build.at(block):
                self.nested(self.rng.randrange(3))
                if k == 0 and self.rng.random() < 0.8:
                    self.call(operator.truediv, [self.float(), self.float()], FLOAT, may_raise=True)
                    self.nested(self.rng.randrange(2))
                self.build.emit("yield", [self.float() for _ in range(count)])
            self.restore(scope)
        handlers = (self.rng.choice([(ZeroDivisionError,), (ArithmeticError, ValueError), ()]),)
        op = self.build.emit("try", [], [FLOAT] * count, [self.hint() for _ in range(count)], blocks, handlers=handlers,
                             names=(name,))
        self.floats += op.results

    def for_loop(self) -> None:
        count, block, scope = self.rng.randrange(4), Block(), self.scoped()
        inits = [self.float() for _ in range(count)]
        bounds = [self.ints[0], self.n, self.ints[1]]
        block.add_arg("i", INT)
        self.floats += [block.add_arg(self.hint(), FLOAT) for _ in range(count)]
        self.in_loop += 1
        with self.build.at(block):
            self.nested(self.rng.randrange(1, 4))
            self.exit(count, 2)
        self.in_loop -= 1
        self.restore(scope)
        loop = self.build.emit("for", [*bounds, *inits], [FLOAT] * count, [self.hint() for _ in range(count)], [block],
                               kind="range")
        self.floats += loop.results

    def exit(self, count: int, depth: int) -> None:
        """End a loop body: go on, leave, or choose."""
        if depth and self.rng.random() < 0.4:
            condition, blocks = self.condition(), [Block(), Block()]
            for block in blocks:
                scope = self.scoped()
                with self.build.at(block):
                    self.nested(self.rng.randrange(2))
                    self.exit(count, depth - 1)
                self.restore(scope)
            self.build.emit("if", [condition], blocks=blocks, tail=True)
            return
        args = self.build_args(count)
        if self.rng.random() < 0.2:
            self.build.emit("break", args, exit=self.rng.randrange(1, 3))
        else:
            self.build.emit("continue", args)

    def build_args(self, count: int) -> list[Value]:
        """What a body hands on: often its own argument in the same position."""
        block = self.build.block
        while block.parent is not None and block.parent.name == "if":
            block = block.parent.parent
        own = [v for v in block.args if v.type == FLOAT]
        return [own[k] if own and len(own) > k and self.rng.random() < 0.3 else self.float() for k in range(count)]

    def while_loop(self) -> None:
        count = self.rng.randrange(3)
        test, body, scope = Block(), Block(), self.scoped()
        inits = [self.ints[0], *(self.float() for _ in range(count))]
        for block in (test, body):
            block.add_arg("k", INT)
            for _ in range(count):
                block.add_arg("v", FLOAT)
        with self.build.at(test):
            self.build.emit("test", [self.call(operator.lt, [test.args[0], self.n], BOOL)])
        self.floats += body.args[1:]
        self.in_loop += 1
        with self.build.at(body):
            self.nested(self.rng.randrange(1, 3))
            more = self.call(operator.add, [body.args[0], Lit(1)], INT, "k")
            self.build.emit("continue", [more, *(self.float() for _ in range(count))])
        self.in_loop -= 1
        self.restore(scope)
        loop = self.build.emit("while", inits, [INT] + [FLOAT] * count, ["k"] + ["v"] * count, [test, body])
        self.floats += loop.results[1:]

    def enter_loop(self, *inits: Value):
        block = Block()
        item = block.add_arg("i", INT)
        for init in inits:
            block.add_arg(init.hint, init.type)
        self.scopes = [*getattr(self, "scopes", []), (self.scoped(), self.build.block)]
        self.build.block = block
        self.in_loop += 1
        return block, item

    def leave_loop(self, block, inits, carried, **attrs):
        self.build.emit("continue", carried)
        scope, outer = self.scopes.pop()
        self.build.block = outer
        self.restore(scope)
        self.in_loop -= 1
        return self.build.emit("for", [self.ints[0], self.n, self.ints[1], *inits], [v.type for v in inits],
                               [v.hint for v in inits], [block], kind="range", **attrs).results

    def saved_loop(self) -> None:
        """A loop that saves values and its mirror that takes them back."""
        if self.in_loop:
            return
        caches = [self.build.value("cache", (), Cache(FLOAT), "saved") for _ in range(self.rng.randrange(1, 3))]
        start = self.float()
        block, _ = self.enter_loop(start)
        self.floats.append(block.args[1])
        self.nested(2)
        for cache in caches:
            self.build.emit("push", [cache, self.float()])
        result, = self.leave_loop(block, [start], [self.call(math.sin, [self.float()], FLOAT)])
        self.floats.append(result)
        seed = self.float()
        block, _ = self.enter_loop(seed)
        self.floats.append(block.args[1])
        for cache in caches:
            self.floats.append(self.build.value("pop", [cache], FLOAT, "s"))
        self.nested(2)
        back, = self.leave_loop(block, [seed], [self.call(math.sin, [self.float()], FLOAT)], reverse=True)
        if self.rng.random() < 0.6:
            self.floats.append(back)


LOG: list = []
"""What ``unknown`` calls were made with, in order."""
