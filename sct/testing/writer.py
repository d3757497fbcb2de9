"""The frame in which random statements are written: lines, indentation, names, scopes, and the commonest statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from .context import Expr, Var
from .expressions import Expressions

NAMES = ["a", "b", "c", "g", "p", "q", "r", "s", "u", "z", "total", "state", "h", "prev"]
HOSTILE = [
    "x_bar",
    "saved_x",
    "d",
    "s_bar",
    "exit_1",
    "result",
    "y_bar",
    "saved",
    "n_trips",
    "result_bar",
    "unbroadcast",
    "_",
    "out",
    "i_bar",
]
"""Names that generated code would like to use itself."""


@dataclass
class Writer(Expressions):
    """Writes statements line by line."""

    lines: list[str] = field(default_factory=list)
    indent: int = 1
    loops: int = 0
    """How many loops of this function are around the statement."""
    taken: set[str] = field(default_factory=set)
    budget: int = 12
    array_writes: bool = False
    array_writers: list[tuple[str, str]] = field(default_factory=list)
    """Module-level functions that write to two arrays, and what they return (see ``array_writers``)."""
    packs: dict[str, Any] = field(default_factory=dict)
    """Parameters that are containers, and what they hold."""
    returns: str = "float"
    """``float`` or ``pair``: what a ``return`` must give."""

    def emit(self, text: str) -> None:
        """Appends a line at the current indentation."""
        self.lines.append("    " * self.indent + text)

    @contextmanager
    def block(self, header: str) -> Iterator[None]:
        """An indented block with its own scope; names it binds are forgotten afterwards."""
        self.emit(header)
        self.indent += 1
        start = len(self.lines)
        with self.inner():
            yield
        if len(self.lines) == start:
            self.emit("pass")
        self.indent -= 1

    def new_name(self) -> str:
        """A name that the function does not use yet, now and then one that generated code would like to have."""
        pool = [n for n in (HOSTILE if self.chance(0.12) else NAMES) if n not in self.taken]
        name = self.rng.choice(pool) if pool else self.hidden(self.rng.choice(NAMES))
        self.taken.add(name)
        return name

    def bind(self, kind: str, size: tuple[int, ...] = (), *, fresh: bool = False, fixed: bool = False) -> str:
        """A new variable of that kind in the current scope."""
        name = self.new_name()
        self.scope[name] = Var(kind, size, fresh, fixed)
        return name

    def target(self, kind: str, size: tuple[int, ...] = ()) -> str | None:
        """An existing variable that may be assigned."""
        names = [n for n, v in self.scope.items() if v.kind == kind and v.size == size and not v.fixed and not v.fresh]
        return self.rng.choice(names) if names else None

    def value(self, depth: int = 3) -> str:
        """A float expression fit for a variable."""
        return str(self.squashed(self.number(depth)))

    def bind_literal(self) -> str:
        text = str(self.literal())
        name = self.bind("float")
        self.emit(f"{name} = {text}")
        return name

    def statements(self, count: int) -> None:
        """Up to ``count`` statements."""
        raise NotImplementedError

    def body(self, count: int | None = None) -> None:
        """The statements of a nested block."""
        self.statements(self.rng.randint(1, 3) if count is None else count)

    def result(self) -> str:
        """An expression to return: a float, never an int, or two."""
        if self.returns == "pair":
            return f"{self.value(1)}, {self.value(1)}"
        return self.rng.choice(
            (
                f"{self.literal()} * {self.value()}",
                f"math.sin({self.number(3)}) + {self.literal()} * {self.value(2)}",
                f"math.tanh({self.number(2)})",
            )
        )

    def rare_condition(self) -> str:
        """True now and then, so that code after an exit still matters."""
        if self.chance(0.5):
            return str(self.condition(2))
        return f"{self.value(2)} > {round(self.rng.uniform(0.8, 2.5), 1)}"

    def assign(self) -> None:
        text = self.value()
        name = self.target("float") if self.chance(0.6) else None
        if name is None:
            name = self.bind("float")
        if self.chance(0.06):
            self.use("annotated assignment")
            self.emit(f"{name}: float = {text}")
        elif self.chance(0.06):
            other = self.bind("float")
            self.use("chained assignment")
            self.emit(f"{name} = {other} = {text}")
        else:
            self.emit(f"{name} = {text}")

    def augmented(self) -> None:
        name = self.target("float")
        if name is None:
            return self.assign()
        self.use("augmented assignment")
        match self.rng.randrange(6):
            case 0:
                self.emit(f"{name} *= {self.rng.choice(('math.cos', 'math.tanh'))}({self.number(2)})")
            case 1:
                self.emit(f"{name} /= 1.2 + abs({self.number(2)})")
            case 2:
                self.emit(f"{name} -= {self.value(2)}")
            case 3 if self.chance(0.3):
                self.emit(f"{name} {self.rng.choice(('%=', '//='))} 1.7")
            case _:
                self.emit(f"{name} += {self.value(2)}")
        return None

    def early_return(self) -> None:
        self.use("return in a loop" if self.loops else "early return")
        with self.block(f"if {self.rare_condition()}:"):
            self.body(self.rng.randint(0, 1))
            self.emit(f"return {self.result()}")

    def made(self, shape: tuple[int, ...]) -> Expr:
        if len(shape) == 1:
            return self.squashed_vector(self.vector(shape[0], 2))
        return self.squashed_vector(self.matrix(shape[0], shape[1], 1))
