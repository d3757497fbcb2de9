"""Random functions of short vectors: arithmetic, unpacking, displays, branches, loops that carry them, and a few writes."""

import random
from collections import Counter

import numpy as np

from sct.testing.programs import Program

HEAD = """import numpy as np

def field(p, c):
    x, y, z = p
    return np.array([c * (y - x), x * 0.5 - z * y, x * y])

def f(s, a, b, n):
"""
LOOPS = ("for _ in range(n):", "for _ in range(n):", "for i in range(1, n):", "for _ in range(2):", "for a in (0.3, 0.6):")


class VectorWriter:
    """Writes one function of a vector ``s``, of numbers ``a`` and ``b`` and of a count ``n``."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.lines: list[str] = []
        self.vectors = ["s"]

    def number(self, depth: int = 2) -> str:
        if depth == 0 or self.rng.random() < 0.3:
            element = f"{self.rng.choice(self.vectors)}[{self.rng.randrange(-3, 3)}]"
            return self.rng.choice(["a", "b", f"{self.rng.uniform(0.2, 0.9):.2f}", element])
        kind = self.rng.randrange(5)
        if kind == 0:
            return f"np.sin({self.number(depth - 1)})"
        if kind == 1:
            return f"np.sum({self.vector(depth - 1)})"
        return f"({self.number(depth - 1)} {self.rng.choice('+-*')} {self.number(depth - 1)})"

    def vector(self, depth: int = 2) -> str:
        if depth == 0 or self.rng.random() < 0.25:
            return self.rng.choice(self.vectors)
        kind = self.rng.randrange(8)
        if kind == 0:
            return f"np.array([{', '.join(self.number(1) for _ in range(3))}])"
        inner = self.vector(depth - 1)
        if kind < 5:
            return (f"np.tanh({inner})", f"{self.number(1)} * {inner}", f"-{inner}",
                    f"field({inner}, {self.number(1)})")[kind - 1]
        return f"({inner} {self.rng.choice('+-*')} {self.vector(depth - 1)})"

    def emit(self, indent: int, text: str) -> None:
        self.lines.append("    " * indent + text)

    def statement(self, indent: int, loops: int) -> None:
        kind, v, w = self.rng.randrange(12), self.rng.choice(self.vectors), self.rng.choice(self.vectors)
        if kind == 0:
            self.emit(indent, f"if {self.number(1)} > 0.3:")
            self.statement(indent + 1, 0)
            if self.rng.random() < 0.5:
                self.emit(indent, "else:")
                self.statement(indent + 1, 0)
        elif kind == 1 and loops:
            self.loop(indent, loops - 1)
        elif kind == 2 and self.rng.random() < 0.3:
            self.emit(indent, f"{v}[{self.rng.randrange(3)}] = {self.number(1)}")
        elif kind < 8:
            self.emit(indent, (f"a, b, c = {v}", f"b = np.sin({self.number()})", f"{v} = {w}", f"b = b + 0.1 * {v} @ {w}",
                               f"a = {self.number(1)}")[kind - 3] if kind > 2 else f"{v} += 0.1 * {self.vector(1)}")
        else:
            self.emit(indent, (f"{v} = 0.5 * np.tanh({self.vector()})", f"{v} = {self.vector()} * 0.3",
                               f"{v} = {v} + 0.1 * {self.vector(1)}", f"{v} += 0.1 * {self.vector(1)}")[kind - 8])

    def loop(self, indent: int, loops: int) -> None:
        if self.rng.randrange(4) == 0:
            self.emit(indent, f"k{indent} = 0")
            self.emit(indent, f"while k{indent} < n:")
            self.emit(indent + 1, f"k{indent} += 1")
        else:
            self.emit(indent, self.rng.choice(LOOPS))
        if self.rng.random() < 0.6:
            self.emit(indent + 1, f"x, y, z = {self.rng.choice(self.vectors)}")
            self.emit(indent + 1, "a = 0.5 * (x - y * z)")
        for _ in range(self.rng.randint(1, 4)):
            self.statement(indent + 1, loops)
        if self.rng.random() < 0.3:
            self.emit(indent + 1, f"if {self.number(1)} > 0.8:")
            self.emit(indent + 2, self.rng.choice(["break", "continue"]))
        if self.rng.random() < 0.7:
            self.emit(indent + 1, f"s = s + 0.2 * {self.vector(1)}")


def vector_program(seed: int) -> Program:
    """The function of a seed with arguments; now and then the vector has a length that something in it does not fit."""
    writer = VectorWriter(seed)
    rng = writer.rng
    if rng.random() < 0.6:
        writer.emit(1, "u = np.array([a, b * 0.5, 0.3])")
        writer.vectors.append("u")
    if rng.random() < 0.4:
        writer.emit(1, "t = 0.4 * s")
        writer.vectors.append("t")
    for _ in range(rng.randint(0, 2)):
        writer.statement(1, 0)
    writer.loop(1, 1)
    for _ in range(rng.randint(0, 2)):
        writer.statement(1, 1)
    writer.emit(1, "return " + " + ".join(f"np.sum({v} * {v})" for v in writer.vectors) + " + a * b")
    s = np.array([rng.uniform(-1, 1) for _ in range(rng.choice([3, 3, 3, 3, 3, 2, 4]))])
    args = (s, rng.uniform(0.2, 1), rng.uniform(0.2, 1), rng.choice([0, 1, 2, 3]))
    return Program(HEAD + "\n".join(writer.lines) + "\n", args, Counter(), "f", seed)
