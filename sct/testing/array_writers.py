"""Random helper functions that write to the arrays they are given, and return names of them: what their callers must see.

They are written for two arrays of one length, whichever that is, so that callers may pass whole arrays, slices that overlap,
and one array twice.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

VIEWS = ("v", "w", "v[::-1]", "w[:]", "v[1:]")
"""What a helper may return of its arguments ``v`` and ``w``."""


PARTS = ("v[1:], w[1:]", "v[1:], w[:-1]", "w[1:], v[:-1]", "v[1:], v[:-1]", "v[:len(v) // 2], w[:len(v) // 2]",
         "v[len(v) // 2:], w[len(v) // 2:]", "w[::2], v[::2]", "w[::-1][1:], v[1:]", "np.sin(v[1:]), w[1:]")
"""What a recursive helper gives to its own calls: less than it was given."""


class ArrayWriter:
    """Writes the body of one helper of ``v``, ``w`` (arrays) and ``c`` (a float); a recursive one calls ``again``."""

    def __init__(self, rng: random.Random, earlier: list[tuple[str, str]], again: str = "", like: ArrayWriter | None = None
                 ) -> None:
        self.rng, self.earlier, self.again = rng, earlier, again
        self.returns = rng.choice(("none", "float", "view", "view", "array", *(["end"] if again else [])))
        self.view = rng.choice(VIEWS)
        """One for all exits, so that the result has one length."""
        if like is not None:
            self.returns, self.view = like.returns, like.view
        self.lines: list[str] = []
        self.indent = 1
        self.depth = 0
        self.calls = 0

    def function(self, name: str) -> list[str]:
        """The lines of the helper."""
        if self.again:
            self.smallest()
        for _ in range(self.rng.randint(1, 4)):
            self.statement()
        if self.again:
            self.recursion()
        if self.returns == "end":
            self.emit(f"return {self.again}({self.rng.choice(PARTS)}, {self.value()})")
        else:
            self.emit(f"return {self.result()}")
        return ["", f"def {name}(v, w, c):", *self.lines, ""]

    def smallest(self) -> None:
        """Where the recursion ends."""
        with self.block(f"if len(v) < 2{self.rng.choice(('', '', ' or v[0] > 1.2'))}:"):
            if self.rng.random() < 0.5:
                self.element()
            self.emit(f"return {self.result()}")

    def recursion(self) -> None:
        """A call of itself, whose result is used."""
        if self.calls > 1:
            return self.whole()
        self.calls += 1
        called = f"{self.again}({self.rng.choice(PARTS)}, {self.value()})"
        name = f"r{len(self.lines)}"
        if self.returns == "float":
            self.emit(self.rng.choice((f"c = 0.5 * {called}", f"v[0] += {called}", f"c = c * {called}")))
        elif self.returns == "none" or self.rng.random() < 0.4:
            self.emit(called)
        else:
            self.emit(f"{name} = {called}")
            self.emit(self.rng.choice((f"{name} *= {self.value()}", f"{name} += c", f"{name}[:] = np.sin({name}) * v[0]",
                                       f"w[0] -= 0.1 * np.sum({name})")))
        if self.rng.random() < 0.6:
            self.statement()
        return None

    def emit(self, text: str) -> None:
        self.lines.append("    " * self.indent + text)

    @contextmanager
    def block(self, header: str) -> Iterator[None]:
        self.emit(header)
        self.indent, self.depth = self.indent + 1, self.depth + 1
        yield
        self.indent, self.depth = self.indent - 1, self.depth - 1

    def statement(self) -> None:
        """One statement, perhaps with others in it."""
        forms: list[Callable[[], None]] = [self.element, self.element, self.whole, self.whole, self.call]
        if self.again and self.depth < 2:
            forms += [self.recursion]
        if self.depth < 2:
            forms += [self.elements, self.repeated, self.early, self.branch, self.other_name]
        self.rng.choice(forms)()

    def array(self) -> str:
        return self.rng.choice(("v", "w"))

    def value(self) -> str:
        """A number of moderate size."""
        a, b = self.array(), self.array()
        return self.rng.choice((f"np.sin({a}[0] * c)", f"np.tanh({a}[-1] + {b}[0])", "c", "0.3", f"0.5 * np.cos({a}[0])"))

    def element(self) -> None:
        a, i = self.array(), self.rng.choice(("0", "-1", "len(v) // 2"))
        self.emit(self.rng.choice((f"{a}[{i}] = {self.value()}", f"{a}[{i}] *= {self.value()}", f"{a}[{i}] += {self.value()}")))

    def whole(self) -> None:
        a, b = self.array(), self.array()
        self.emit(self.rng.choice((
            f"{a} *= np.cos({self.value()})", f"{a} += np.tanh({b})", f"{a}[:] = np.sin({b}) * c", f"{a}[1:] -= 0.4 * {a}[:-1]",
            f"{a}[{b} > 0.4] = {self.value()}", f"{a}[...] = {b}[::-1]", f"np.tanh({a}, out={b})", f"{a}.fill({self.value()})",
            f"np.multiply({a}, np.cos({b}), out={a})")))

    def call(self) -> None:
        """An earlier helper, perhaps through a view."""
        if not self.earlier:
            return self.whole()
        name, _ = self.rng.choice(self.earlier)
        given = self.rng.choice(("v, w", "w, v", "v, v", "v[::-1], w", "v[:2], w[-2:]"))
        self.emit(f"{name}({given}, {self.value()})")
        return None

    def elements(self) -> None:
        a = self.array()
        with self.block(f"for i in range(len({a})):"):
            self.emit(self.rng.choice((
                f"{a}[i] = np.sin({a}[i] * c + {a}[i - 1])", f"{a}[i] *= {self.value()}", f"{a}[i] += np.tanh(v[i] * w[-1])")))
            if self.rng.random() < 0.3:
                self.statement()

    def repeated(self) -> None:
        with self.block(f"for _ in range({self.rng.randint(1, 2)}):"):
            self.statement()
            if self.rng.random() < 0.3:
                self.emit("v, w = w, v")

    def early(self) -> None:
        with self.block(f"if {self.array()}[0] > {self.value()} + 0.2:"):
            if self.rng.random() < 0.5:
                self.statement()
            self.emit(f"return {self.result()}")

    def branch(self) -> None:
        with self.block(f"if {self.array()}[-1] > c:"):
            self.statement()
        if self.rng.random() < 0.5:
            with self.block("else:"):
                self.statement()

    def other_name(self) -> None:
        name = f"r{len(self.lines)}"
        self.emit(f"{name} = {self.rng.choice((*VIEWS[:4], 'v if c > 0.1 else w'))}")
        value = self.value()
        self.emit(self.rng.choice((f"{name}[0] = {value}", f"{name} *= {value}", f"{name}[-1] += v[0] * w[0] * 0.1")))

    def result(self) -> str:
        """What each exit returns."""
        if self.returns == "view":
            return self.view
        return {"none": "None", "float": "np.tanh(v[0] + w[-1] * c)", "array": "np.sin(v + w)", "end": "v"}[self.returns]
