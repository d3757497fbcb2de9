"""What the generator of random programs knows while it writes: random numbers, variables in scope, counts of constructs.

Every expression carries a bound on its size, so that programs neither overflow nor need protection at run time: what grows too
large is squashed by a sine or a hyperbolic tangent, denominators stay away from zero, indices are reduced modulo the length.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

LIMIT = 6.0
"""Variables stay within ±LIMIT, accumulators aside."""


@dataclass(frozen=True, slots=True)
class Expr:
    """The text of an expression that binds like an atom, a bound of its size, and whether it may share a variable's memory."""

    text: str
    bound: float = LIMIT
    alias: bool = False

    def __str__(self) -> str:
        return self.text

    def wrapped(self) -> Expr:
        """In parentheses."""
        return Expr(f"({self.text})", self.bound)


@dataclass(frozen=True, slots=True)
class Var:
    """What the generator knows of a variable in scope."""

    kind: str
    """``float int bool vec mat list tuple fn str``."""
    size: tuple[int, ...] = ()
    """The shape of an array, the length of a list or tuple; how many arguments a function takes."""
    fresh: bool = False
    """An array that only its own name reaches: ``+=`` in place is allowed, sharing it is not."""
    fixed: bool = False
    """Must not be assigned: loop counters, variables of an enclosing function."""
    bound: float = LIMIT


@dataclass(frozen=True, slots=True)
class Helper:
    """A function at module level that may be called."""

    name: str
    params: tuple[tuple[str, str], ...]
    """Name and kind (``float int vec fn``) of each parameter."""
    returns: str
    cost: int
    """How many statements a call executes at most."""
    n_optional: int = 0
    """How many trailing parameters have defaults."""
    n_keyword: int = 0
    """How many trailing parameters are keyword-only."""


Form = Callable[[int], Expr]
"""Generates an expression that nests at most so deep."""


@dataclass
class Context:
    """The random numbers, the variables in scope and the counts of constructs used."""

    rng: random.Random
    n: int
    rows: int
    scope: dict[str, Var] = field(default_factory=dict)
    uses: Counter[str] = field(default_factory=Counter)
    helpers: list[Helper] = field(default_factory=list)
    work: int = 1
    """How often the statement being generated runs at most."""
    names: int = 0

    def use(self, construct: str) -> None:
        """Counts a construct."""
        self.uses[construct] += 1

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return self.rng.random() < probability

    def visible(self, kind: str, size: tuple[int, ...] | None = None, alias: bool = True) -> list[str]:
        """The variables of a kind; with ``alias`` false, without those that must not be shared."""
        return [
            name
            for name, var in self.scope.items()
            if var.kind == kind and size in (None, var.size) and (alias or not var.fresh)
        ]

    @contextmanager
    def inner(self, **variables: Var) -> Iterator[None]:
        """A scope in which more variables are visible; what it binds is forgotten afterwards."""
        outer = self.scope
        self.scope = {**outer, **variables}
        try:
            yield
        finally:
            self.scope = outer

    def pick(self, depth: int, leaf: Form, forms: list[tuple[float, Form]]) -> Expr:
        """One of the weighted forms, the leaf where nothing may nest any more."""
        if depth <= 0:
            return leaf(0)
        weights, choices = zip(*forms, strict=True)
        chosen: Form = self.rng.choices(choices, weights)[0]
        return chosen(depth)

    def squashed(self, x: Expr, limit: float = LIMIT) -> Expr:
        """The expression, made smaller than the limit by a bounded function if need be."""
        if x.bound <= limit:
            return x
        forms = [("math.sin({})", 1.0), ("(2.0 * math.tanh({}))", 2.0), ("np.cos({})", 1.0)]
        if len(x.text) < 20:
            forms.append(("({0} / (1.0 + abs({0})))", 1.0))
        form, bound = self.rng.choice(forms)
        return Expr(form.format(x), bound)

    def squashed_vector(self, x: Expr, limit: float = LIMIT) -> Expr:
        """The same for arrays."""
        if x.bound <= limit:
            return x
        return Expr(f"{self.rng.choice(('np.sin', 'np.tanh', 'np.cos', 'np.arctan'))}({x})", 1.6)

    def hidden(self, stem: str) -> str:
        """A new name for a variable that only one expression sees."""
        self.names += 1
        return f"{stem}{self.names}"

    def hide_fresh(self) -> None:
        """Inner functions do not see arrays that are written to."""
        self.scope = {name: var for name, var in self.scope.items() if not var.fresh}

    # What the classes below give each other: an expression generator of each kind, nested at most ``depth`` deep.

    def number(self, depth: int) -> Expr:
        """A float (now and then an int that stands for one)."""
        raise NotImplementedError

    def small_int(self, depth: int = 1) -> Expr:
        """An int within ±4."""
        raise NotImplementedError

    def condition(self, depth: int) -> Expr:
        """A bool."""
        raise NotImplementedError

    def literal(self) -> Expr:
        """A float literal."""
        raise NotImplementedError

    def index(self, n: int) -> str:
        """An index into ``n`` elements."""
        raise NotImplementedError

    def helper_call(self, returns: str, depth: int) -> Expr | None:
        """A call of a module-level function, if one fits."""
        raise NotImplementedError
