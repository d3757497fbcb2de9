"""Writes random functions that exercise control flow and scoping, for comparing lowered IR with the original."""

from __future__ import annotations

import random

NAMES = ("a", "b", "c", "d")


class Writer:
    """One random function ``f(a, b, c)``: always terminates, logs what it does, may raise."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.fresh = 0
        self.lines: list[str] = []

    def text(self) -> str:
        text = self.attempt()
        return text if _compiles(text) else self.text()

    def attempt(self) -> str:
        self.lines = ["def f(a, b, c):", "    d, kept = 1, []"]
        self.block(1, 0, loop=False)
        if self.random.random() < 0.8:
            self.add(1, f"return {self.expr(2)}, a, b, c, d")
        return "\n".join(self.lines) + "\n"

    def add(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)

    def name(self) -> str:
        return self.random.choice(NAMES)

    def new(self, prefix: str) -> str:
        self.fresh += 1
        return f"{prefix}{self.fresh}"

    def block(self, depth: int, nesting: int, loop: bool) -> None:
        for _ in range(self.random.randint(1, 4 if nesting < 2 else 2)):
            self.statement(depth, nesting, loop)

    def statement(self, depth: int, nesting: int, loop: bool) -> None:
        compound = [self.if_, self.if_, self.for_, self.while_, self.forever, self.with_] if nesting < 4 else []
        simple = [self.assign, self.assign, self.augment, self.log, self.swap, self.function, self.function, self.walrus,
                  self.star]
        exits = [self.return_, self.raise_] + ([self.break_, self.continue_] * 2 if loop else [])
        kind = self.random.random()
        if kind < 0.42 and compound:
            self.random.choice(compound)(depth, nesting, loop)
        elif kind < 0.55:
            self.random.choice(exits)(depth)
        else:
            self.random.choice(simple)(depth)

    # ── simple ──

    def assign(self, depth: int) -> None:
        self.add(depth, f"{self.name()} = {self.expr(2)}")

    def augment(self, depth: int) -> None:
        self.add(depth, f"{self.name()} {self.random.choice(['+=', '-='])} {self.expr(1)}")

    def log(self, depth: int) -> None:
        self.add(depth, f"log({self.expr(2)})")

    def swap(self, depth: int) -> None:
        x, y = self.name(), self.name()
        self.add(depth, f"{x}, {y} = {y}, {self.expr(1)}")

    def star(self, depth: int) -> None:
        self.add(depth, f"{self.name()}, *rest = [{self.expr(1)}, {self.expr(0)}, {self.name()}]")
        self.add(depth, f"{self.name()} = len(rest) + rest[0]")

    def walrus(self, depth: int) -> None:
        self.add(depth, f"{self.name()} = ({self.name()} := {self.expr(1)}) + {self.expr(1)}")

    def function(self, depth: int) -> None:
        h = self.new("h")
        kind = self.random.randrange(5)
        if kind == 4:
            self.add(depth, f"kept = [*kept, *[lambda: k + {self.name()} for k in range(2)]]")
            self.add(depth, f"{self.name()} = kept[{self.random.choice([0, -1])}]()")
            return
        if kind == 0:
            self.add(depth, f"{h} = lambda y, z={self.expr(1)}: y + z - {self.name()}")
        elif kind == 1:
            self.add(depth, f"def {h}(y, z={self.expr(1)}):")
            self.add(depth + 1, f"for q in range(3):\n{'    ' * (depth + 2)}if q == z: return {self.name()}")
            self.add(depth + 1, f"return [y + k + {self.name()} for k in range(2)][1]")
        elif kind == 2:
            self.add(depth, f"def {h}(y):")
            self.add(depth + 1, f"return 0 if y <= 0 or y > 9 else {h}(y - 1) + {self.name()}")
        else:
            inner = f"lambda y: (lambda: y - {self.name()})()"
            self.add(depth, f"{h}s = [lambda y: y + k + {self.name()} for k in range(2)] + [{inner}]")
            if self.random.random() < 0.5:
                self.augment(depth)
            self.add(depth, f"{self.name()} = {h}s[0]({self.expr(1)}) - {h}s[1](1) + {h}s[2](2)")
            return
        if self.random.random() < 0.7:
            self.assign(depth)
        self.add(depth, f"{self.name()} = {h}({self.expr(1)})")

    # ── exits ──

    def return_(self, depth: int) -> None:
        self.add(depth, f"return {self.expr(1)}" if self.random.random() < 0.8 else "return")

    def raise_(self, depth: int) -> None:
        if self.random.random() < 0.3:
            self.add(depth, f"assert {self.condition()}, f'no {{{self.name()}!r:>{{4}}}}'")
        else:
            self.add(depth, f"raise ValueError({self.name()})")

    def break_(self, depth: int) -> None:
        self.add(depth, "break")

    def continue_(self, depth: int) -> None:
        self.add(depth, "continue")

    # ── compound ──

    def if_(self, depth: int, nesting: int, loop: bool) -> None:
        self.add(depth, f"if {self.condition()}:")
        self.block(depth + 1, nesting + 1, loop)
        if self.random.random() < 0.2:
            self.add(depth, f"elif {self.condition()}:")
            self.block(depth + 1, nesting + 1, loop)
        if self.random.random() < 0.4:
            self.add(depth, "else:")
            self.block(depth + 1, nesting + 1, loop)

    def loop_else(self, depth: int, nesting: int, loop: bool) -> None:
        if self.random.random() < 0.3:
            self.add(depth, "else:")
            self.block(depth + 1, nesting + 1, loop)

    def for_(self, depth: int, nesting: int, loop: bool) -> None:
        target = self.random.choice([self.name(), self.new("i"), f"{self.new('i')}, {self.name()}"])
        items = f"range({self.random.choice(['3', 'abs(a) % 4', '0', '2, -1, -1'])})"
        self.add(depth, f"for {target} in {f'enumerate({items})' if ',' in target else items}:")
        self.block(depth + 1, nesting + 1, True)
        self.loop_else(depth, nesting, loop)

    def while_(self, depth: int, nesting: int, loop: bool) -> None:
        w = self.new("w")
        self.add(depth, f"{w} = 0")
        test = self.condition()
        if self.random.random() < 0.3:
            test = f"({self.name()} := {self.expr(1)}) != 2"
        if self.random.random() < 0.7:
            self.add(depth, f"while {w} < 3 and ({test}):")
            self.add(depth + 1, f"{w} += 1")
        else:
            self.add(depth, f"while (({w} := {w} + 1) < 4) and ({test}):")
        self.block(depth + 1, nesting + 1, True)
        self.loop_else(depth, nesting, loop)

    def forever(self, depth: int, nesting: int, loop: bool) -> None:
        w = self.new("w")
        self.add(depth, f"{w} = 0")
        self.add(depth, "while True:")
        self.add(depth + 1, f"{w} += 1")
        self.add(depth + 1, f"if {w} > 2: {self.random.choice(['break', 'break', 'return a'])}")
        self.block(depth + 1, nesting + 1, True)
        self.loop_else(depth, nesting, loop)

    def with_(self, depth: int, nesting: int, loop: bool) -> None:
        managers = [f"guard({self.name()})" + (f" as {self.name()}" if self.random.random() < 0.5 else "")
                    for _ in range(self.random.randint(1, 2))]
        self.add(depth, f"with {', '.join(managers)}:")
        self.block(depth + 1, nesting + 1, loop)

    # ── expressions ──

    def condition(self) -> str:
        return self.random.choice([
            f"{self.expr(1)} < {self.expr(1)}", f"{self.expr(0)} <= {self.expr(1)} < {self.expr(0)}", f"{self.name()} % 2",
            f"{self.expr(1)} in (1, {self.name()})", f"not {self.expr(0)}", f"{self.name()} == {self.expr(0)}",
            f"({self.name()} := {self.expr(0)}) > 1 or {self.name()} not in [2, 3]"])

    def expr(self, depth: int) -> str:
        if depth == 0:
            return self.random.choice([self.name(), self.name(), str(self.random.randint(-3, 5))])
        x, y = self.expr(depth - 1), self.expr(depth - 1)
        k = self.random.choice(["k", "k", self.name()])
        return self.random.choice([
            f"({x} + {y})", f"({x} - {y})", f"({x} and {y})", f"({x} or {y})", f"log({x})",
            f"({x} if {self.name()} > 1 else {y})", f"sum({k} + {self.name()} for {k} in range(3) if {k} != {y})",
            f"len([{k} for {k} in range(2) for j in range({k})])",
            f"({x} and ({self.name()} := {y}))",
            f"({x} * 2 % 7)", f"[{x}, {y}][{self.name()} > 0]", f"log({x}, *[{y}], **{{'z': 1}})", f"-{x}",
            f"sum([(last := {k}) + {y} for {k} in range(1, 3)]) + last", f"max(len(f'{{{self.name()}:>{{3}}}}'), {y})"])


def _compiles(text: str) -> bool:
    """Python forbids a walrus that rebinds a comprehension's variable; such programs are written again."""
    try:
        compile(text, "random", "exec")
    except SyntaxError:
        return False
    return True
