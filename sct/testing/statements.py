"""Random statements around the random expressions: every construct of control flow, nested in every other.

The generator knows the kind of each variable in scope, how often the current statement runs and whether it is inside a loop, so
that what it writes terminates, uses only bound names and rarely raises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from .expressions import Expr, Expressions, Var

NAMES = ["a", "b", "c", "g", "p", "q", "r", "s", "u", "z", "total", "state", "h", "prev"]
HOSTILE = ["x_bar", "saved_x", "d", "s_bar", "exit_1", "result", "y_bar", "saved", "n_trips", "result_bar", "unbroadcast", "_", "out", "i_bar"]
"""Names that generated code would like to use itself."""


@dataclass
class Loop:
    """What ``continue`` and ``break`` must know of the loop around them."""

    definite: bool = True
    """Whether the body surely ran when the loop is done."""


@dataclass
class Statements(Expressions):
    """Writes statements line by line."""

    lines: list[str] = field(default_factory=list)
    indent: int = 1
    loops: list[Loop] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    budget: int = 12
    array_writes: bool = False
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

    # ---- bodies --------------------------------------------------------------------------------------------------------

    def statements(self, count: int) -> None:
        """Up to ``count`` statements, nested ones included in the budget."""
        for _ in range(count):
            if self.budget <= 0:
                return
            self.budget -= 1
            forms = [*SIMPLE, *(COMPOUND if self.indent < 5 else ())]
            if self.array_writes:
                forms += WRITES
            weights, writers = zip(*forms, strict=True)
            self.rng.choices(writers, weights)[0](self)

    def body(self, count: int | None = None) -> None:
        """The statements of a nested block."""
        self.statements(self.rng.randint(1, 3) if count is None else count)

    def result(self) -> str:
        """An expression to return: a float, never an int, or two."""
        if self.returns == "pair":
            return f"{self.value(1)}, {self.value(1)}"
        return self.rng.choice((f"{self.literal()} * {self.value()}", f"math.sin({self.number(3)}) + {self.literal()} * {self.value(2)}",
                                f"math.tanh({self.number(2)})"))

    # ---- simple statements ---------------------------------------------------------------------------------------------

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

    def assign_int(self) -> None:
        text = str(self.small_int(2))
        name = self.target("int") if self.chance(0.4) else None
        self.emit(f"{name or self.bind('int')} = {text}")

    def assign_bool(self) -> None:
        text = str(self.condition(2))
        name = self.target("bool") if self.chance(0.4) else None
        self.emit(f"{name or self.bind('bool')} = {text}")

    def assign_vector(self) -> None:
        n = self.length()
        x = self.vector(n, 3, alias=False)
        text = str(self.squashed_vector(x))
        name = self.target("vec", (n,)) if self.chance(0.5) else None
        self.emit(f"{name or self.bind('vec', (n,))} = {text}")

    def assign_matrix(self) -> None:
        shape = (self.rows, self.n)
        text = str(self.squashed_vector(self.matrix(*shape, 2)))
        name = self.target("mat", shape) if self.chance(0.5) else None
        if not any(v.fresh and n in text for n, v in self.scope.items()):
            self.emit(f"{name or self.bind('mat', shape)} = {text}")

    def swap(self) -> None:
        names = [n for n, v in self.scope.items() if v.kind == "float" and not v.fixed]
        if len(names) < 2:
            return self.assign()
        self.use("swap")
        chosen = self.rng.sample(names, 3 if len(names) > 2 and self.chance(0.3) else 2)
        self.emit(f"{', '.join(chosen)} = {', '.join(chosen[1:] + chosen[:1])}")
        return None

    def unpack(self) -> None:
        x, y, z = self.value(2), self.value(2), self.value(2)
        match self.rng.randrange(5):
            case 0:
                self.use("nested tuple unpacking")
                a, b, c = self.bind("float"), self.bind("float"), self.bind("float")
                self.emit(f"{a}, ({b}, {c}) = {x}, ({y}, {z})")
            case 1:
                self.use("starred unpacking")
                a, rest = self.bind("float"), self.bind("list", (2,))
                self.emit(f"{a}, *{rest} = {x}, {y}, {z}")
            case 2:
                self.use("starred unpacking")
                first, last = self.bind("float"), self.bind("float")
                middle = self.bind("list", (1,))
                self.emit(f"{first}, *{middle}, {last} = ({x}, {y}, {z})")
            case 3:
                self.use("divmod unpacking")
                a, b = self.bind("float"), self.bind("float")
                self.emit(f"{a}, {b} = divmod({x}, {self.rng.choice((0.8, 1.4))})")
            case _:
                self.use("tuple unpacking")
                a, b = self.target("float") or self.bind("float"), self.bind("float")
                self.emit(f"{a}, {b} = {x}, {y}")

    def container(self) -> None:
        items = [self.value(2) for _ in range(self.rng.choice((2, 2, 3)))]
        kind = self.rng.choice(("list", "tuple"))
        text = ", ".join(items)
        self.use(kind)
        self.emit(f"{self.bind(kind, (len(items),))} = {f'[{text}]' if kind == 'list' else f'({text})'}")

    def list_comprehension(self) -> None:
        item = self.hidden("e")
        n = self.rng.randint(1, 4)
        sources = [(f"range({n})", n, "int")] + [(v, self.scope[v].size[0], "float") for v in self.visible("vec", alias=False)]
        source, length, kind = self.rng.choice(sources)
        with self.inner(**{item: Var(kind, fixed=True)}):
            body = self.value(2)
        self.use("comprehension")
        self.emit(f"{self.bind('list', (length,))} = [{body} for {item} in {source}]")

    def inactive(self) -> None:
        x = self.number(1)
        match self.rng.randrange(5):
            case 0:
                self.use("print")
                self.emit(f'print("value", {x}, sep=": ")')
            case 1:
                self.use("f-string")
                self.emit(f'label = f"{{{x}:.3f}} of {{{self.small_int()}}}"')
                self.taken.add("label")
            case 2:
                self.use("f-string")
                self.emit(f'print(f"{{{self.small_int()}!r:>4}} {{{x}}}")')
            case 3:
                self.use("assert")
                self.emit(f'assert abs({x}) < 1e9, f"too large: {{{x}}}"')
            case _:
                self.use("pass")
                self.emit("pass")

    def raise_(self) -> None:
        self.use("raise")
        self.emit(f"if {self.number(2)} > {self.rng.choice((5.0, 30.0))}:")
        self.emit(f'    raise {self.rng.choice(("ValueError", "ArithmeticError"))}(f"out of range: {{{self.number(1)}}}")')

    # ---- functions -----------------------------------------------------------------------------------------------------

    def local_function(self) -> None:
        """A nested ``def`` or lambda that reads variables of the function around it."""
        if self.loops and self.chance(0.7):
            return self.assign()
        name = self.new_name()
        param = self.hidden("t")
        fixed = {n: Var(v.kind, v.size, v.fresh, True, v.bound) for n, v in self.scope.items()}
        outer, self.scope = self.scope, {**fixed, param: Var("float", fixed=True)}
        self.hide_fresh()
        if self.chance(0.5):
            self.use("lambda")
            default = f", k_={self.small_int(0)}" if self.chance(0.2) else ""
            self.emit(f"{name} = lambda {param}{default}: {self.value()}")
        else:
            self.nested_def(name, param)
        self.scope = outer
        self.scope[name] = Var("fn", (1,), fixed=True)
        if self.chance(0.5):
            self.late_binding(name)
        elif self.chance(0.6):
            called = f"{name}({self.value(1)}) + {self.value(1)}"
            self.emit(f"{self.bind('float')} = 0.5 * ({called})")
        return None

    def nested_def(self, name: str, param: str) -> None:
        self.use("nested def")
        loops, self.loops = self.loops, []
        work, self.work = self.work, self.work * 4
        returns, self.returns = self.returns, "float"
        with self.block(f"def {name}({param}{', scale=' + str(self.literal()) if self.chance(0.3) else ''}):"):
            self.body(self.rng.randint(0, 2))
            self.emit(f"return {self.value(2)}")
        self.loops, self.work, self.returns = loops, work, returns

    def late_binding(self, name: str) -> None:
        """Rebinds a variable that the function may have captured, then calls it."""
        variable = self.target("float")
        if variable is None:
            return
        self.use("late binding")
        self.emit(f"{variable} = {self.value(2)}")
        called = f"{name}({self.value(1)})"
        self.emit(f"{self.bind('float')} = {called}")

    def lambda_list(self) -> None:
        """Lambdas in a list: late-bound or fixed by a default."""
        item, fns = self.hidden("j"), self.new_name()
        self.use("list of lambdas")
        x = self.target("float") or self.bind_literal()
        binding = f", {item}={item}" if self.chance(0.5) else ""
        self.emit(f"{fns} = [lambda t_{binding}: t_ * {x} + {item} for {item} in range({self.rng.randint(2, 3)})]")
        called = f"{fns}[{self.rng.randint(0, 1)}]({self.value(1)}) * 0.1 + sum(f_(0.3) for f_ in {fns}) * 0.1"
        self.emit(f"{self.bind('float')} = {called}")

    def bind_literal(self) -> str:
        text = str(self.literal())
        name = self.bind("float")
        self.emit(f"{name} = {text}")
        return name

    # ---- branches ------------------------------------------------------------------------------------------------------

    def if_(self) -> None:
        self.use("if")
        if self.chance(0.15):
            self.use("walrus")
            name = self.new_name()
            text = self.value(2)
            self.scope[name] = Var("float")
            header = f"if ({name} := {text}) {self.rng.choice('<>')} {self.literal()}:"
        else:
            header = f"if {self.condition(2)}:"
        with self.block(header):
            self.body()
        while self.chance(0.25):
            self.use("elif")
            with self.block(f"elif {self.condition(1)}:"):
                self.body()
        if self.chance(0.5):
            self.use("else")
            with self.block("else:"):
                self.body()

    def bound_in_both(self) -> None:
        """A new variable that each branch binds."""
        name = self.new_name()
        kind, size = self.rng.choice((("float", ()), ("float", ()), ("vec", (self.n,)), ("list", (2,))))
        self.use("bound in both branches")
        for header in (f"if {self.condition(2)}:", "else:"):
            with self.block(header):
                self.body(self.rng.randint(0, 1))
                self.emit(f"{name} = {self.of_kind(kind)}")
        self.scope[name] = Var(kind, size)

    def of_kind(self, kind: str) -> str:
        if kind == "vec":
            return str(self.squashed_vector(self.vector(self.n, 2, alias=False)))
        return self.value(2) if kind == "float" else f"[{self.value(1)}, {self.value(1)}]"

    def bound_in_one(self) -> None:
        """A variable bound in one branch only and used under the same condition."""
        condition = self.condition(1)
        flag = self.bind("bool", fixed=True)
        self.use("bound in one branch")
        kind = self.rng.choice(("float", "float", "vec"))
        self.emit(f"{flag} = {condition}")
        with self.block(f"if {flag}:"):
            name = self.new_name()
            self.emit(f"{name} = {self.of_kind(kind)}")
        self.body(self.rng.randint(0, 2))
        target = self.target("float") or self.bind_literal()
        with self.block(f"if {flag}:"):
            self.scope[name] = Var(kind, (self.n,) if kind == "vec" else ())
            self.emit(f"{target} = {name} * 0.5" if kind == "float" else f"{target} = {name}.sum()")
            self.body(1)

    def early_return(self) -> None:
        self.use("return in a loop" if self.loops else "early return")
        with self.block(f"if {self.rare_condition()}:"):
            self.body(self.rng.randint(0, 1))
            self.emit(f"return {self.result()}")

    def rare_condition(self) -> str:
        """True now and then, so that code after an exit still matters."""
        if self.chance(0.5):
            return str(self.condition(2))
        return f"{self.value(2)} > {round(self.rng.uniform(0.8, 2.5), 1)}"

    def errstate(self) -> None:
        self.use("with np.errstate")
        with self.block(f'with np.errstate({self.rng.choice(("all", "divide", "over"))}="ignore"):'):
            outer = dict(self.scope)
            self.body()
            bound = {n: v for n, v in self.scope.items() if n not in outer}
        if "return" not in self.lines[-1] and not self.loops:
            self.scope.update(bound)

    # ---- loops ---------------------------------------------------------------------------------------------------------

    def leave_loop(self) -> None:
        """``break`` or ``continue`` under a condition."""
        if not self.loops:
            return self.augmented()
        word = self.rng.choice(("break", "continue"))
        self.use(word)
        with self.block(f"if {self.rare_condition()}:"):
            self.body(self.rng.randint(0, 1))
            self.emit(word)
        return None

    def loop(self, header: str, trips: int, variables: dict[str, Var], first: list[str] | None = None) -> None:
        """A loop with its body and now and then an ``else``."""
        outer_work, self.work = self.work, self.work * max(1, trips)
        self.loops.append(Loop())
        with self.block(header):
            self.scope.update(variables)
            for line in first or ():
                self.emit(line)
            if self.chance(0.5):
                self.augmented()
            if self.chance(0.3):
                self.leave_loop()
            if self.chance(0.12):
                self.early_return()
            self.body()
            if self.chance(0.12):
                self.leave_loop()
        self.loops.pop()
        self.work = outer_work
        if self.chance(0.2):
            self.use("else on a loop")
            with self.block("else:"):
                self.body(1)

    def trips(self) -> int:
        """How many iterations fit."""
        return self.rng.choice([t for t in (1, 2, 3, 3, 4, 5, 9) if t * self.work <= 120] or [1])

    def for_range(self) -> None:
        i = self.new_name()
        n = self.trips()
        match self.rng.randrange(8):
            case 0 if n <= 4:
                self.use("for range(computed)")
                header = f"range({self.small_int(2)})"
            case 1:
                self.use("for range negative step")
                header = f"range({n}, 0, -1)" if self.chance(0.5) else f"range({2 * n - 1}, -1, -2)"
            case 2:
                self.use("for range step")
                header = f"range({self.rng.randint(-2, 1)}, {n}, {self.rng.randint(2, 3)})"
            case 3 if self.chance(0.5):
                self.use("for range empty")
                header = self.rng.choice(("range(0)", "range(3, 1)", "range(0, 4, -1)"))
            case 4 if self.visible("vec"):
                self.use("for range(len)")
                header = f"range(len({self.rng.choice(self.visible('vec'))}))"
                n = max(n, self.n, self.rows)
            case 5 if n <= 4:
                self.use("for range(computed)")
                header = f"range({self.rng.randint(-1, 1)}, {self.small_int(1)}, {self.rng.choice((-1, 1, 2))})"
                n = 6
            case _:
                self.use("for range")
                header = f"range({n})"
        keep = self.chance(0.2)
        if keep:
            self.use("loop variable after the loop")
            self.emit(f"{i} = {self.rng.randint(0, 4)}")
        rebind = [f"{i} = {i} + 1"] if self.chance(0.06) else []
        if rebind:
            self.use("loop variable rebound")
        self.loop(f"for {i} in {header}:", n, {i: Var("int", fixed=True)}, rebind)
        if keep:
            self.scope[i] = Var("int", fixed=True)
            product = f"{i} * {self.value(1)}"
            self.emit(f"{self.bind('float')} = {product}")

    def for_each(self) -> None:
        """Over vectors, rows, lists and tuples, plain or through enumerate, zip and reversed."""
        sources = self.sources()
        item, (text, kind, size, n) = self.new_name(), self.rng.choice(sources)
        if n * self.work > 150:
            return self.augmented()
        element = {item: Var(kind, size)}
        match self.rng.randrange(6):
            case 0:
                self.use("for enumerate")
                i, start = self.new_name(), self.rng.choice(("", ", start=2", ", 1"))
                self.loop(f"for {i}, {item} in enumerate({text}{start}):", n, {i: Var("int", fixed=True), **element})
            case 1:
                self.use("for zip")
                other, (text2, kind2, size2, n2) = self.new_name(), self.rng.choice(sources)
                self.loop(f"for {item}, {other} in zip({text}, {text2}):", min(n, n2), {**element, other: Var(kind2, size2)})
            case 2:
                self.use("for reversed")
                self.loop(f"for {item} in reversed({text}):", n, element)
            case 3 if kind == "float":
                self.use("for with nested target")
                i, other = self.new_name(), self.new_name()
                self.loop(f"for {i}, ({item}, {other}) in enumerate(zip({text}, range({n}))):", n,
                          {i: Var("int", fixed=True), other: Var("int", fixed=True), **element})
            case _:
                self.use(f"for over {'rows' if kind == 'vec' else 'elements'}")
                self.loop(f"for {item} in {text}:", n, element)
        return None

    def sources(self) -> list[tuple[str, str, tuple[int, ...], int]]:
        """What a loop may go over: text, kind and shape of the items, their number."""
        found: list[tuple[str, str, tuple[int, ...], int]] = []
        for name, var in self.scope.items():
            if var.kind == "mat" and not var.fresh:
                found += [(name, "vec", var.size[1:], var.size[0])] * 2
            elif var.kind in ("vec", "list", "tuple") and not var.fresh:
                found.append((name, "float", (), var.size[0]))
        found.append((f"({self.literal()}, {self.value(1)}, {self.small_int(0)})", "float", (), 3))
        found.append((f"[{self.value(1)}, {self.literal()}]", "float", (), 2))
        return found

    def for_pairs(self) -> None:
        """Over a display of tuples, or of strings that select what to do."""
        if self.chance(0.5):
            self.use("for over tuples")
            a, b = self.new_name(), self.new_name()
            pairs = ", ".join(f"({self.value(1)}, {self.small_int(0)})" for _ in range(2))
            return self.loop(f"for {a}, {b} in [{pairs}]:", 2, {a: Var("float"), b: Var("int", fixed=True)})
        self.use("for over strings")
        word = self.new_name()
        target = self.target("float") or self.bind_literal()
        with self.block(f'for {word} in ("sin", "half", "none"):'):
            self.emit(f'if {word} == "sin":')
            self.emit(f"    {target} = math.sin({target})")
            self.emit(f'elif {word} == "half":')
            self.emit(f"    {target} = 0.5 * {target} + {self.value(1)}")
        return None

    def while_counter(self) -> None:
        self.use("while with a counter")
        i, n = self.bind("int", fixed=True), self.trips()
        self.emit(f"{i} = 0")
        extra = f" {self.rng.choice(('and', 'or'))} {self.condition(1)}" if self.chance(0.4) else ""
        if " or " in extra[:4]:
            extra = f" and ({self.condition(1)} or {i} < 1)"
        self.loop(f"while {i} < {n}{extra}:", n, {}, [f"{i} += 1"])

    def while_data(self) -> None:
        """Runs until a float passes a threshold."""
        self.use("while on data")
        start, n = self.value(1), self.trips()
        x = self.bind("float", fixed=True)
        self.emit(f"{x} = abs({start}) * 0.2")
        step = f"{x} = {x} * 1.2 + {self.rng.choice((0.4, 0.8))} + 0.2 * {self.rng.choice(('math.sin', 'math.tanh'))}({self.number(1)})"
        self.loop(f"while {x} < {0.4 * n:.1f}:", n, {}, [step])

    def while_true(self) -> None:
        self.use("while True")
        i, n = self.bind("int", fixed=True), self.trips()
        self.emit(f"{i} = {n}")
        self.loop("while True:", n, {}, [f"{i} -= 1", f"if {i} < 0:", "    break"])

    def while_walrus(self) -> None:
        self.use("walrus in while")
        i, n = self.bind("int", fixed=True), self.trips()
        self.emit(f"{i} = {n}")
        self.loop(f"while ({i} := {i} - 1) >= 0:", n, {})

    # ---- accumulators --------------------------------------------------------------------------------------------------

    def accumulate(self) -> None:
        """A fresh array that is added to in place."""
        self.use("+= on a fresh array")
        two = self.chance(0.25)
        shape = (self.rows, self.n) if two else (self.n,)
        start = self.rng.choice((f"np.zeros({shape if two else self.n})", f"np.zeros_like({self.made(shape)})", f"1.0 * {self.made(shape)}"))
        name = self.bind("mat" if two else "vec", shape, fresh=True)
        self.emit(f"{name} = {start}")
        if self.chance(0.7):
            self.for_range_adding(name, shape)
        else:
            self.emit(f"{name} += {self.made(shape)}")
            self.body(1)
        if self.chance(0.3):
            self.emit(f"{name} {self.rng.choice(('+=', '+=', '-='))} {self.value(1)}")

    def made(self, shape: tuple[int, ...]) -> Expr:
        if len(shape) == 1:
            return self.squashed_vector(self.vector(shape[0], 2))
        return self.squashed_vector(self.matrix(*shape, 1))

    def for_range_adding(self, name: str, shape: tuple[int, ...]) -> None:
        i, n = self.new_name(), self.trips()
        with self.inner(**{i: Var("int", fixed=True)}):
            step = f"{name} += {self.made(shape)}"
        self.loop(f"for {i} in range({n}):", n, {i: Var("int", fixed=True)}, [step])

    def zero_accumulator(self) -> None:
        """``0`` (or ``0.0``) that becomes an array or a float in a loop."""
        array = self.chance(0.5)
        self.use("0 becomes an array" if array else "int becomes a float")
        name, i, n = self.new_name(), self.new_name(), self.trips()
        self.emit(f"{name} = {self.rng.choice(('0', '0.0')) if array else '0'}")
        with self.inner(**{i: Var("int", fixed=True)}):
            term = str(self.made((self.n,))) if array else self.value(2)
        step = self.rng.choice((f"{name} = {name} + {term}", f"{name} = {term} + {name}")) if array else f"{name} += {term}"
        self.loop(f"for {i} in range({n}):", n, {i: Var("int", fixed=True)}, [step])
        if array:
            self.emit(f"{self.bind('float')} = 0.1 * np.sum({name})")
        else:
            self.scope[name] = Var("float")

    def none_accumulator(self) -> None:
        """``None`` until the first trip."""
        self.use("None becomes a value")
        array = self.chance(0.5)
        name, i, n = self.new_name(), self.new_name(), self.trips()
        self.emit(f"{name} = None")
        with self.inner(**{i: Var("int", fixed=True)}):
            term = str(self.made((self.n,))) if array else self.value(2)
            more = str(self.made((self.n,))) if array else self.value(2)
        if self.chance(0.5):
            first = [f"{name} = {term} if {name} is None else {name} + {more}"]
        else:
            first = [f"if {name} is None:", f"    {name} = {term}", "else:", f"    {name} = {name} * 0.7 + {more}"]
        self.loop(f"for {i} in range({n}):", n, {i: Var("int", fixed=True)}, first)
        target = self.target("float") or self.bind_literal()
        self.emit(f"if {name} is not None:")
        self.emit(f"    {target} = 0.3 * {f'{name}.sum()' if array else name}")

    # ---- array writes (off by default) ---------------------------------------------------------------------------------

    def write_array(self) -> None:
        names = [n for n in self.visible("vec", (self.n,)) if not self.scope[n].fixed]
        if not names:
            return self.assign_vector()
        name = self.rng.choice(names)
        self.use("array write")
        x = self.value(2)
        self.emit(self.rng.choice((
            f"{name}[{self.index(self.n)}] = {x}", f"{name}[{self.index(self.n)}] += {x}", f"{name}[1:] = {x}", f"{name}[:-1] += {name}[1:]",
            f"{name}[{name} > 0.5] = {x}", f"{name} += {self.made((self.n,))}", f"{name}[:] = {self.made((self.n,))}", f"{name} *= math.cos({x})")))
        return None


Writer = Callable[[Statements], None]
SIMPLE: list[tuple[float, Writer]] = [
    (5, Statements.assign), (5, Statements.augmented), (1.2, Statements.assign_int), (0.6, Statements.assign_bool), (2.5, Statements.assign_vector),
    (0.8, Statements.assign_matrix), (0.7, Statements.swap), (1.2, Statements.unpack), (0.7, Statements.container),
    (0.6, Statements.list_comprehension), (0.7, Statements.inactive), (0.15, Statements.raise_), (0.4, Statements.lambda_list)]
COMPOUND: list[tuple[float, Writer]] = [
    (2.5, Statements.if_), (0.8, Statements.bound_in_both), (0.6, Statements.bound_in_one), (1.2, Statements.early_return),
    (1.8, Statements.leave_loop), (3, Statements.for_range), (3, Statements.for_each), (0.5, Statements.for_pairs), (1, Statements.while_counter),
    (1, Statements.while_data), (0.5, Statements.while_true), (0.3, Statements.while_walrus), (1.5, Statements.accumulate),
    (0.8, Statements.zero_accumulator), (0.6, Statements.none_accumulator), (0.6, Statements.errstate), (1.2, Statements.local_function)]
WRITES: list[tuple[float, Writer]] = [(4, Statements.write_array)]


