"""Arguments that are containers, and random statements that read, change and rebind them.

What can be read of a container is found by walking its value: an item by a computed index where all items are alike, otherwise
by a constant, a field by its name, until a number is reached.
"""

from __future__ import annotations

import random
from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .language import Language

Point = namedtuple("Point", "re im")


@dataclass
class Line:
    """The fields are numbers, arrays, integers and other records."""

    slope: Any
    offset: Any
    degree: int = 1


PRELUDE = '''
import dataclasses
from sct.testing.structures import Line, Point


def descend(items, k):
    return items[k % len(items)] if k <= 0 else 0.5 * descend(items, k - 1) + items[k % len(items)]


def rescaled(items, factor):
    return tuple(factor * item for item in items)


def put(items, k, value):
    items[k % len(items)] = value
    return items[0] * 0.5
'''
"""What programs with such arguments begin with; the classes are those of the arguments."""


def structured_argument(rng: random.Random, kind: str, n: int) -> Any:
    """A container of numbers and arrays of length ``n``."""
    def number() -> float:
        return round(rng.uniform(0.2, 1.9), 3) * rng.choice((1, 1, -1))

    def array() -> np.ndarray:
        return np.array([number() for _ in range(n)])

    def numbers(count: int) -> list[float]:
        return [number() for _ in range(count)]

    several = rng.randint(2, 4)
    choices: dict[str, tuple[Callable[[], Any], ...]] = {
        "tuple": (lambda: tuple(numbers(several)), lambda: tuple(numbers(several)), lambda: (array(), array()),
                  lambda: (number(), array(), 2), lambda: tuple((number(), number()) for _ in range(several)),
                  lambda: (tuple(numbers(2)), [number(), number()]), lambda: ((array(), number()), (array(), number()))),
        "nested": (lambda: {"a": number(), "b": (number(), array()), "n": 2},
                   lambda: [numbers(2), {"u": number(), "v": array()}],
                   lambda: {"w": [array(), array()], "c": numbers(2)}, lambda: (number(), {"p": tuple(numbers(3))}),
                   lambda: {0: number(), 1: number(), 2: number()}, lambda: {"r": {"s": number(), "t": numbers(2)}}),
        "rows": (lambda: [numbers(several) for _ in range(2)], lambda: [numbers(2) for _ in range(several)],
                 lambda: [numbers(k + 1) for k in range(several)], lambda: [array() for _ in range(several)],
                 lambda: tuple(numbers(2) for _ in range(several)), lambda: [(number(), number()) for _ in range(several)],
                 lambda: numbers(several), lambda: [[numbers(2), numbers(2)], [numbers(2), numbers(2)]]),
        "record": (lambda: Line(number(), number()), lambda: Line(array(), number(), 2),
                   lambda: Line(tuple(numbers(2)), numbers(3)), lambda: Point(number(), number()),
                   lambda: Point(array(), tuple(numbers(2))),
                   lambda: Line(Point(number(), number()), Line(number(), array())), lambda: (Point(number(), number()),) * 2,
                   lambda: tuple(Point(number(), number()) for _ in range(several)),
                   lambda: [Line(number(), number()), number()]),
    }
    return rng.choice(choices[kind])()


KINDS = ("tuple", "nested", "rows", "record")


def likeness(x: Any) -> Any:
    """What two items must have in common for a computed index to reach either."""
    if isinstance(x, np.ndarray):
        return x.shape
    if isinstance(x, dict):
        return dict, tuple((key, likeness(item)) for key, item in x.items())
    if isinstance(x, tuple | list):
        inner = {likeness(item) for item in x}
        return type(x), inner.pop() if isinstance(x, list) and len(inner) == 1 else tuple(map(likeness, x))
    return (Line, tuple(map(likeness, vars(x).values()))) if isinstance(x, Line) else type(x)


def alike(x: Any) -> bool:
    """Whether ``x`` is a sequence of items that are all alike."""
    return isinstance(x, tuple | list) and not hasattr(x, "_fields") and len({likeness(item) for item in x}) == 1


class Structured(Language):
    """Writes statements on the containers in ``packs``: the names of parameters and what they hold."""

    # ---- reading ----------------------------------------------------------------------------------------------------

    def step(self, text: str, x: Any) -> tuple[str, Any]:
        """One step into a container: the text of a part and what it holds."""
        if isinstance(x, dict):
            key = self.rng.choice(list(x))
            at = f"{self.small_int(1)} % 3" if key == 0 and len(x) == 3 and self.chance(0.5) else repr(key)
            return f"{text}[{at}]", x[key]
        if isinstance(x, Line) or hasattr(x, "_fields"):
            names = list(vars(x)) if isinstance(x, Line) else list(x._fields)
            k = self.rng.randrange(len(names))
            return f"{text}[{k}]" if hasattr(x, "_fields") and self.chance(0.3) else f"{text}.{names[k]}", getattr(x, names[k])
        k = self.rng.randrange(len(x))
        if alike(x):
            computed = f"{self.small_int(1)} % len({text})"
            place = self.rng.choice((computed, computed, str(k), "-1", "0"))
            return f"{text}[{place}]", x[k if place == str(k) else -1 if place == "-1" else 0]
        return f"{text}[{k}]", x[k]

    def read(self, text: str, x: Any) -> str:
        """A number in a container."""
        while not isinstance(x, float | int | np.ndarray):
            whole = self.whole(text, x)
            if whole and self.chance(0.25):
                return whole
            text, x = self.step(text, x)
        if isinstance(x, np.ndarray):
            return self.rng.choice((f"{text}[{self.index(len(x))}]", f"{text}.sum()", f"np.dot({text}, {text})",
                                    f"{text}[1:].sum()"))
        return text

    def whole(self, text: str, x: Any) -> str:
        """A number made of all items, if they are alike."""
        if not alike(x):
            return ""
        if isinstance(x[0], float):
            return self.rng.choice((
                f"sum({text})", f"max({text})", f"sum(e_ * e_ for e_ in {text})", f"sum({text}[1:])", f"np.array({text}).sum()",
                f"sum(e_ * {self.value(1)} for k_, e_ in enumerate({text}) if k_ != 1)", f"sorted({text})[0]",
                f"{text}[::-1][0]", f"descend({text}, {self.small_int(1)} % 4)", f"sum(rescaled({text}, {self.value(1)}))",
                f"math.hypot(*{text})" if isinstance(x, tuple) and text in self.packs else f"min({text})"))
        if isinstance(x[0], tuple | list) and alike(x[0]) and isinstance(x[0][0], float):
            return self.rng.choice((
                f"sum(sum(r_) for r_ in {text})", f"sum(map(sum, {text}))", f"sum(e_ for r_ in {text} for e_ in r_)",
                f"sum(math.prod(r_) for r_ in {text})", f"sum([e_ * e_ for r_ in {text} for e_ in r_ if e_ > 0.3])"))
        if isinstance(x[0], np.ndarray):
            return self.rng.choice((f"sum({text}).sum()", f"sum((a_ * a_).sum() for a_ in {text})", f"np.stack({text}).sum()",
                                    f"np.concatenate({text}).sum()", f"np.sum({text})"))
        return ""

    def pack(self) -> tuple[str, Any]:
        """One of the containers."""
        return self.rng.choice(list(self.packs.items()))

    def read_pack(self) -> None:
        """A number that is read."""
        self.use("read of a container argument")
        first, second = self.read(*self.pack()), self.read(*self.pack())
        self.emit(f"{self.number_target()} = math.tanh({first} * {self.value(1)} + {second})")

    def part_of_pack(self) -> None:
        """A part under a name of its own, perhaps one of two."""
        text, x = self.pack()
        part, held = self.step(text, x)
        name = self.hidden("piece")
        if alike(x) and self.chance(0.4):
            part = f"{text}[0] if {self.condition(1)} else {text}[-1]"
        self.use("part of a container argument")
        self.emit(f"{name} = {part}")
        self.emit(f"{self.number_target()} = math.sin({self.read(name, held)} + {self.value(1)})")

    # ---- loops ------------------------------------------------------------------------------------------------------

    def over_pack(self) -> None:
        """A loop over items that are alike, or over their indices."""
        text, x = self.pack()
        while not alike(x) and not isinstance(x, float | int | np.ndarray):
            text, x = self.step(text, x)
        if not alike(x):
            return self.read_pack()
        self.use("loop over a container argument")
        item, k, total = self.hidden("item"), self.hidden("k"), self.number_target()
        header, reads = self.rng.choice((
            (f"for {item} in {text}:", [item]), (f"for {k}, {item} in enumerate({text}):", [item, f"{text}[{k} - 1]"]),
            (f"for {item}, {k}_ in zip({text}, {text}[1:]):", [item, f"{k}_"]), (f"for {item} in reversed({text}):", [item]),
            (f"for {k} in range(len({text})):", [f"{text}[{k}]", f"{text}[{k} - 1]"]),
            (f"for {item} in {text}[1:]:", [item]), (f"for {k} in range(4):", [f"{text}[{k} % len({text})]"])))
        with self.block(header):
            if self.chance(0.3):
                self.emit(f"if {self.read(reads[0], x[0])} > {self.literal()}: {self.rng.choice(('continue', 'break'))}")
            self.emit(f"{total} = math.tanh(0.5 * {total} + {self.read(self.rng.choice(reads), x[0])} * {self.value(1)})")
            if self.chance(0.4):
                self.emit(f"{total} += 0.3 * {self.read(self.rng.choice(reads), x[0])}")
            if isinstance(x, list) and isinstance(x[0], float) and "range" in header:
                self.emit(f"{reads[0]} = math.sin({total}) + {self.read(self.rng.choice(reads), x[0])}")
        return None

    def by_two_indices(self) -> None:
        """Rows and columns, both by run-time indices."""
        text, x = self.pack()
        if not alike(x) or not alike(x[0]) or not isinstance(x[0][0], float):
            return self.over_pack()
        self.use("two run-time indices")
        i, j, total = self.hidden("i"), self.hidden("j"), self.number_target()
        with self.block(f"for {i} in range(len({text})):"), \
                self.block(f"for {j} in range(len({text}[{i}])):"):
            at = f"{text}[{i}][{j}]"
            self.emit(f"{total} = math.tanh(0.5 * {total} + {at} * {self.rng.choice((self.value(1), f'{text}[0][{j} - 1]'))})")
            if isinstance(x, list) and isinstance(x[0], list) and self.chance(0.6):
                self.emit(self.rng.choice((f"{at} = {total}", f"{at} *= {self.value(1)}", f"{at} += {text}[{i} - 1][0]",
                                           f"if {self.condition(1)}: {at} = {self.value(1)}")))
        return None

    # ---- changes ----------------------------------------------------------------------------------------------------

    def change_pack(self) -> None:
        """A number in a list, dict, dataclass or array is written; a tuple is made anew."""
        text, x = self.pack()
        if isinstance(x, tuple):
            return self.new_pack(text, x)
        target, held = text, x
        while not isinstance(held, float | int | np.ndarray):
            if isinstance(held, list | Line) and isinstance(x, list | Line) and {type(held), type(x)} != {list}:
                return self.read_pack()
            text, x, (target, held) = target, held, self.step(target, held)
        if not isinstance(held, float | np.ndarray) or isinstance(x, tuple) and isinstance(held, float):
            return self.read_pack()
        self.use("write into a container argument")
        if isinstance(held, np.ndarray):
            return self.emit(self.rng.choice((f"{target}[{self.index(len(held))}] = {self.value(2)}",
                                              f"{target} *= {self.value(1)}", f"{target}[1:] += {self.value(1)}")))
        return self.emit(self.rng.choice((f"{target} = {self.value(2)}", f"{target} = math.sin({target}) * {self.value(1)}",
                                          f"{target} += 0.5 * {self.value(1)}", f"{target} *= {self.value(1)}",
                                          *self.changes_of_list(text, x))))

    def changes_of_list(self, text: str, x: Any) -> list[str]:
        """Statements on a whole list after which it has as many items."""
        if not isinstance(x, list) or not alike(x) or not isinstance(x[0], float) or text.count("[") > 1:
            return []
        return [f"put({text}, {self.small_int(1)}, {self.value(1)})", f"{text}[0], {text}[-1] = {text}[-1], {text}[0]",
                f"{text}.append({text}.pop(0) * {self.value(1)})", f"{text}.reverse()", f"{text}.sort()",
                f"{text}[:] = [0.5 * e_ for e_ in {text}]", f"{text}[1:] = {text}[:-1]",
                f"{text}.insert(0, {text}.pop() + {self.value(1)})"]

    def new_pack(self, text: str, x: Any) -> None:
        """A parameter that is a tuple becomes another one."""
        self.use("container argument made anew")
        if hasattr(x, "_fields"):
            if not isinstance(x[0], float):
                return self.read_pack()
            return self.emit(self.rng.choice((f"{text} = {text}._replace(re={self.value(1)} + {text}.re)",
                                              f"{text} = Point({text}.im, {text}.re)")))
        if not alike(x):
            return self.read_pack()
        made = [f"{text}[1:] + {text}[:1]", f"{text}[::-1]", f"({text}[-1], *{text}[1:])",
                f"{text} if {self.condition(1)} else {text}[::-1]"]
        if isinstance(x[0], float):
            made += [f"rescaled({text}, {self.value(1)})", f"({self.value(1)}, *{text}[1:])",
                     f"tuple(e_ + {self.value(1)} for e_ in {text})"]
        return self.emit(f"{text} = {self.rng.choice(made)}")


Form = Callable[[Any], None]
PACK_SIMPLE: list[tuple[float, Form]] = [
    (10, Structured.read_pack), (6, Structured.part_of_pack), (6, Structured.change_pack)]
PACK_COMPOUND: list[tuple[float, Form]] = [(7, Structured.over_pack), (6, Structured.by_two_indices)]
