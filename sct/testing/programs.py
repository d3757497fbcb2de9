"""Random programs as source text with arguments, the material on which the compiler is judged against dual numbers.

``generate(seed)`` gives a module's text with helper functions, module-level constants and a function ``f`` of floats, an int
and arrays that returns a float.  The same seed gives the same program on every machine and Python version.

``python -m sct.testing.programs --count 100000 --seed 0 --jobs 2`` runs the long comparison and writes a summary.
"""

from __future__ import annotations

import linecache
import random
import types
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import numpy as np

from ..trees import leaves, with_leaves
from .array_writers import ArrayWriter
from .changes import PRELUDE
from .context import Helper, Var
from .customs import custom_function
from .statements import Statements
from .structures import KINDS, structured_argument
from .structures import PRELUDE as STRUCTURES


@dataclass(frozen=True)
class Program:
    """A random program."""

    source: str
    args: tuple[Any, ...]
    uses: Counter[str]
    """How often each construct was written."""
    name: str = "f"
    seed: int = 0

    def with_numpy_scalars(self) -> Program:
        """The same program called with ``np.float64`` instead of ``float``."""
        numbers = (np.float64(a) if type(a) is float else a for a in leaves(self.args))
        return replace(self, args=with_leaves(self.args, numbers))

    @property
    def argnums(self) -> tuple[int, ...]:
        """The positions of the floats and arrays, and of containers that hold some."""
        return tuple(i for i, a in enumerate(self.args) if leaves(a))


def generate(seed: int, size: int = 12, *, array_writes: bool = False, customs: bool = False,
             structures: bool = False) -> Program:
    """A program with about ``size`` statements; with ``array_writes``, arrays are written to through all their names.

    With ``customs`` it calls functions whose derivative is declared; with ``structures`` some arguments are containers, which
    without it is so in one program out of five.

    >>> generate(3).source == generate(3).source
    True
    """
    return Generator(seed, size, array_writes, customs, structures).program()


class Generator:
    """Puts constants, helper functions and the function ``f`` together."""

    def __init__(self, seed: int, size: int, array_writes: bool, customs: bool = False, structures: bool = False) -> None:
        self.seed, self.size, self.array_writes, self.customs = seed, size, array_writes, customs
        self.rng = random.Random(seed)
        self.n, self.rows = self.rng.randint(2, 4), self.rng.randint(2, 3)
        self.uses: Counter[str] = Counter()
        self.helpers: list[Helper] = []
        self.writers: list[tuple[str, str]] = []
        """Helpers that write to their arguments, and what they return."""
        self.lines = ["import copy", "import functools", "import itertools", "import math",
                      "from collections import deque, namedtuple",
                      "from functools import partial", "", "import numpy as np", "", 'Point = namedtuple("Point", "re im")',
                      *PRELUDE.splitlines()]
        self.constants: dict[str, Var] = {}
        self.packs = self.structured_parameters(1.0 if structures else 0.2)

    def program(self) -> Program:
        """The program of this seed."""
        self.module_constants()
        if self.customs:
            self.custom_helpers()
        writers = (self.plain_helper, self.plain_helper, self.vector_helper, self.recursive_helper, self.higher_order_helper,
                   self.varargs_helper, self.partial_helper, self.mutual_recursion, self.method_helper, self.pair_helper)
        for writer in self.rng.sample(writers, self.rng.choice((0, 1, 1, 2, 2, 3))):
            writer()
        if self.array_writes:
            self.writing_helpers()
        args = self.main()
        return Program("\n".join(self.lines) + "\n", args, self.uses, seed=self.seed)

    def writer(self, budget: int, **scope: Var) -> Statements:
        """A writer of the statements of one function."""
        made = Statements(self.rng, self.n, self.rows, {**self.constants, **scope}, self.uses, self.helpers, budget=budget,
                          array_writes=self.array_writes, array_writers=self.writers)
        made.taken.update(self.constants, scope)
        return made

    def finish(self, header: str, made: Statements, result: str) -> None:
        """Adds a function with the statements written so far."""
        self.lines += ["", header, *made.lines, f"    return {result}", ""]

    def helper(self, name: str, params: list[tuple[str, str]], returns: str = "float", cost: int = 10, **kinds: int) -> None:
        """Makes a function known to those that follow."""
        self.helpers.append(Helper(name, tuple(params), returns, cost, **kinds))

    # ---- the module ----------------------------------------------------------------------------------------------------

    def module_constants(self) -> None:
        """Globals: a float, an array."""
        if self.rng.random() < 0.4:
            self.uses["global float"] += 1
            self.lines.append(f"SCALE = {round(self.rng.uniform(0.3, 1.5), 2)}")
            self.constants["SCALE"] = Var("float", fixed=True)
        if self.rng.random() < 0.3:
            self.uses["global array"] += 1
            values = ", ".join(str(round(self.rng.uniform(-1.5, 1.5), 2)) for _ in range(self.n))
            self.lines.append(f"WEIGHTS = np.array([{values}])")
            if not self.array_writes:
                self.constants["WEIGHTS"] = Var("vec", (self.n,), fixed=True)

    def custom_helpers(self) -> None:
        """Functions whose derivative is declared; those that follow call them, too."""
        self.lines += ["", "import sct", ""]
        for k in range(self.rng.choice((1, 2, 3))):
            factor, term = (str(round(self.rng.uniform(0.3, 1.2), 2)) for _ in range(2))
            kind, lines, params, returns = custom_function(self.rng, f"own{k}", factor, term)
            self.uses[kind] += 1
            self.lines += lines
            self.helper(f"own{k}", params, returns)

    def writing_helpers(self) -> None:
        """Functions that write to the arrays they are given."""
        for k in range(self.rng.choice((0, 1, 2, 3))):
            name = f"write{k}"
            again = self.rng.choice(("", "", name, f"{name}_too"))
            made = ArrayWriter(self.rng, self.writers, again)
            self.lines += made.function(name)
            if again not in ("", name):
                self.lines += ArrayWriter(self.rng, self.writers, name, like=made).function(again)
            self.writers.append((name, made.returns if made.view != "v[1:]" or made.returns != "view" else "shorter"))
            self.uses["recursion that writes to arrays" if again else "helper that writes to arrays"] += 1

    def plain_helper(self) -> None:
        """Two floats, the second optional or keyword-only; may return early."""
        name = f"helper{len(self.helpers)}"
        made = self.writer(self.rng.randint(1, 5), x=Var("float"), y=Var("float"))
        made.statements(3)
        keyword = self.rng.random() < 0.3
        self.uses["keyword-only parameter" if keyword else "default parameter"] += 1
        self.finish(f"def {name}(x, {'*, ' if keyword else ''}y={made.literal()}):", made, made.value())
        self.helper(name, [("x", "float"), ("y", "float")], cost=40, n_optional=1, n_keyword=int(keyword))

    def vector_helper(self) -> None:
        """A vector in, a vector out, perhaps the very same one; or its reduction."""
        name = f"helper{len(self.helpers)}"
        made = self.writer(self.rng.randint(0, 3), v=Var("vec", (self.n,)), c=Var("float"))
        returns = self.rng.choice(("vec", "float"))
        if returns == "float":
            made.statements(2)
        elif self.rng.random() < 0.5:
            made.assign_vector()
        self.uses["helper on arrays"] += 1
        result = made.value() if returns == "float" else str(made.squashed_vector(made.vector(self.n, 2, alias=False)))
        self.finish(f"def {name}(v, c=0.7):", made, result)
        self.helper(name, [("v", "vec"), ("c", "float")], returns, 40, n_optional=1)

    def recursive_helper(self) -> None:
        """Calls itself with a smaller int."""
        name = f"recurse{len(self.helpers)}"
        made = self.writer(2, n=Var("int", fixed=True), x=Var("float"))
        made.work = 8
        made.emit("if n <= 0:")
        made.emit(f"    return {made.value(2)}")
        made.statements(2)
        self.uses["recursion"] += 1
        inner = f"{name}(n - 1, {made.value(2)})"
        results = (f"math.sin({inner}) + {made.value(1)}", inner, f"0.5 * {inner} * {made.literal()} + x")
        self.finish(f"def {name}(n, x):", made, self.rng.choice(results))
        self.helper(name, [("n", "int"), ("x", "float")], cost=120)

    def mutual_recursion(self) -> None:
        """Two functions that call each other."""
        first, second = f"even{len(self.helpers)}", f"odd{len(self.helpers)}"
        self.uses["mutual recursion"] += 1
        for name, other in ((first, second), (second, first)):
            made = self.writer(1, n=Var("int", fixed=True), x=Var("float"))
            made.emit("if n <= 0:")
            made.emit(f"    return {made.value(1)}")
            self.finish(f"def {name}(n, x):", made, f"0.7 * {other}(n - 1, {made.value(1)}) + {made.literal()} * x")
        self.helper(first, [("n", "int"), ("x", "float")], cost=60)

    def higher_order_helper(self) -> None:
        """Applies a function that it is given."""
        name = f"apply{len(self.helpers)}"
        self.uses["function parameter"] += 1
        made = self.writer(2, x=Var("float"), fn=Var("fn", (1,), fixed=True))
        made.work = 3
        made.emit(f"for _i in range({self.rng.randint(1, 3)}):")
        made.emit(f"    x = {self.rng.choice(('fn(x)', '0.5 * fn(x) + 0.5 * x', 'math.sin(fn(x) + x)'))}")
        made.statements(1)
        self.finish(f"def {name}(fn, x):", made, f"math.tanh({made.number(1)} + fn(x))")
        self.helper(name, [("fn", "fn"), ("x", "float")], cost=100)

    def varargs_helper(self) -> None:
        """``*args`` and ``**kwargs``."""
        name = f"gather{len(self.helpers)}"
        self.uses["*args"] += 1
        made = self.writer(0, x=Var("float"))
        made.emit("total = 0.0")
        made.emit("for item in rest:")
        made.emit(f"    total += item * {made.value(1)}")
        if self.rng.random() < 0.5:
            self.uses["**kwargs"] += 1
            inner = self.rng.choice(('options["y"] * x', 'math.sin(options["y"])'))
            self.finish(f"def {name}_(x, *rest, **options):", made, f"math.tanh(total + {inner})")
            self.lines += [f"def {name}(x, y, z=0.3):", f"    return {name}_(x, *[y, z], x, y=z * y)", ""]
        else:
            self.finish(f"def {name}(x, *rest):", made, "math.sin(total) + 0.1 * x")
        self.helper(name, [("x", "float"), ("y", "float"), ("z", "float")], cost=20)

    def partial_helper(self) -> None:
        """A ``functools.partial`` at module level."""
        name = f"part{len(self.helpers)}"
        self.uses["functools.partial"] += 1
        made = self.writer(0, x=Var("float"), y=Var("float"))
        self.finish(f"def {name}_(y, x):", made, made.value())
        given = self.rng.choice((f"{made.literal()}", f"y={made.literal()}"))
        self.lines += [f"{name} = partial({name}_, {given})", ""]
        keyword = given.startswith("y=")
        self.helper(name, [("x", "float")], cost=10, n_keyword=int(keyword), n_optional=0)

    def method_helper(self) -> None:
        """A small class whose method reads an attribute."""
        name = f"Model{len(self.helpers)}"
        self.uses["bound method"] += 1
        made = self.writer(0, x=Var("float"))
        made.indent = 2
        made.emit("w = self.w")
        made.scope["w"] = Var("float")
        self.lines += ["", f"class {name}:", "    def __init__(self, w):", "        self.w = w", "", "    def apply(self, x):"]
        self.lines += [*made.lines, f"        return {made.value()}", "", "", f"{name.lower()} = {name}({made.literal()})", ""]
        self.helper(f"{name.lower()}.apply", [("x", "float")], cost=10)

    def pair_helper(self) -> None:
        """Returns a tuple, of which callers use one item."""
        name = f"pair{len(self.helpers)}"
        self.uses["tuple result"] += 1
        made = self.writer(2, x=Var("float"), y=Var("float"))
        made.returns = "pair"
        made.emit(f"if {made.condition(1)}:")
        made.emit(f"    return {made.result()}")
        made.statements(1)
        self.finish(f"def {name}_(x, y):", made, f"{made.value(1)}, {made.value(1)}")
        self.lines += [f"def {name}(x, y):", f"    p, q = {name}_(x, y)", f"    return p * {made.literal()} + q", ""]
        self.helper(name, [("x", "float"), ("y", "float")], cost=40)

    def main(self) -> tuple[Any, ...]:
        """The function ``f``; returns its arguments."""
        params: dict[str, tuple[Var, Any]] = {}
        for name in ("x", "y", "t")[: self.rng.randint(1, 3)]:
            params[name] = (Var("float"), self.real())
        params["k"] = (Var("int", fixed=True), self.rng.randint(0, 4))
        params["v"] = (Var("vec", (self.n,)), np.array([self.real() for _ in range(self.n)]))
        if self.rng.random() < 0.6:
            values = [[self.real() for _ in range(self.n)] for _ in range(self.rows)]
            params["m"] = (Var("mat", (self.rows, self.n)), np.array(values))
        made = self.writer(self.size, **{name: var for name, (var, _) in params.items()})
        made.packs = dict(self.packs)
        made.taken.update(self.packs)
        made.emit('"""A random program."""')
        if random.Random(self.seed + 0.5).random() < 0.05:  # the others are what they were
            made.objects_for_items("v")
        made.statements(self.size)
        floats = [n for n, v in made.scope.items() if v.kind == "float" and n not in self.constants]
        arrays = [f"np.sum({n})" for n, v in made.scope.items() if v.kind in ("vec", "mat") and n not in self.constants]
        chosen = self.rng.sample(floats, min(3, len(floats))) + self.rng.sample(arrays, min(1, len(arrays)))
        terms = " + ".join(f"{made.literal()} * {term}" for term in chosen)
        terms += "".join(f" + {made.read(name, value)}" for name, value in self.packs.items())
        self.finish(f"def f({', '.join((*params, *self.packs))}):", made, f"{terms} + {made.value(2)}")
        return (*(value for _, value in params.values()), *self.packs.values())

    def structured_parameters(self, share: float) -> dict[str, Any]:
        """Parameters that are containers, for a share of the programs; the others are what they would be without them."""
        rng = random.Random(self.seed + 0.25)
        packs = {}
        if rng.random() < share:
            self.lines += STRUCTURES.splitlines()
            for name in ("pack", "held")[:rng.choice((1, 1, 2))]:
                kind = rng.choice(KINDS)
                self.uses[f"argument: {kind}"] += 1
                packs[name] = structured_argument(rng, kind, self.n)
        return packs

    def real(self) -> float:
        """A float argument away from zero."""
        return round(self.rng.uniform(0.2, 1.9), 3) * self.rng.choice((1, 1, -1))


_numbers = count()


@contextmanager
def loaded(source: str) -> Iterator[types.ModuleType]:
    """The module of a source text, its lines known to ``linecache`` (and so to ``inspect``) until the block is left."""
    filename = f"<random program {next(_numbers)}>"
    module = types.ModuleType("random_program")
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    try:
        exec(compile(source, filename, "exec"), vars(module))
        yield module
    finally:
        del linecache.cache[filename]


def function_of(module: types.ModuleType, name: str = "f") -> Callable[..., Any]:
    """The program's function."""
    found: Callable[..., Any] = getattr(module, name)
    return found


if __name__ == "__main__":
    from .trial import main

    raise SystemExit(main())
