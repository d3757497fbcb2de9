"""Random loops of every form, and accumulators that change their type in them."""

from __future__ import annotations

from .context import Var
from .writer import Writer


class Loops(Writer):
    """Writes loops; what they contain may leave them."""

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
        self.loops += 1
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
        self.loops -= 1
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
                self.loop(
                    f"for {i}, ({item}, {other}) in enumerate(zip({text}, range({n}))):",
                    n,
                    {i: Var("int", fixed=True), other: Var("int", fixed=True), **element},
                )
            case _:
                self.use(f"for over {'rows' if kind in ('vec', 'list') else 'elements'}")
                self.loop(f"for {item} in {text}:", n, element)
        return None

    def for_iterator(self) -> None:
        """An iterator that is kept: some items are taken, a loop takes the next ones, what is left is summed up."""
        plain = [s for s in self.sources() if s[1] == "float" and ":=" not in s[0]] or [("(0.5, 1.5)", "float", (), 2)]
        it, item, (text, _, _, n) = self.hidden("it"), self.new_name(), self.rng.choice(plain)
        if n * self.work > 150:
            return self.augmented()
        filtered = self.chance(0.25)
        maker = self.iterator(text, filtered)
        self.emit(f"{it} = {maker}")
        if self.chance(0.4):  # what a generator expression reads has changed when it runs
            self.assign()
        if self.chance(0.5) and not filtered:
            self.emit(f"{self.bind('float')} = next({it})")
        first = [f"{item} += 0.3 * next({it}, {self.literal()})"] if maker.startswith("iter") and text in self.scope \
            and self.scope[text].kind == "vec" and self.chance(0.3) else []
        self.loop(f"for {item} in {it}:", n, {item: Var("float")}, first)
        if self.chance(0.5):
            self.emit(f"{self.bind('float')} = 0.2 * sum({it})")
        return None

    def iterator(self, text: str, filtered: bool) -> str:
        """An expression that makes an iterator over the numbers of ``text``, or over some of them."""
        item = self.hidden("e")
        with self.inner(**{item: Var("float", fixed=True)}):
            element, test = self.value(2), f"{item} {self.rng.choice('<>')} {self.literal()}"
        if ":=" in element:  # it would bind a variable whenever an item is taken
            element = f"0.5 * {item}"
        match self.rng.randrange(4):
            case 0:
                self.use("stored generator")
                return f"({element} for {item} in {text}{f' if {test}' if filtered else ''})"
            case 1:
                self.use("stored filter" if filtered else "stored map")
                return f"filter(lambda {item}: {test}, {text})" if filtered else f"map(lambda {item}: {element}, {text})"
            case _:
                self.use("stored iterator")
                return f"iter({text})"

    def sources(self) -> list[tuple[str, str, tuple[int, ...], int]]:
        """What a loop may go over: text, kind and shape of the items, their number."""
        found: list[tuple[str, str, tuple[int, ...], int]] = []
        for name, var in self.scope.items():
            if var.kind == "mat" and not var.fresh:
                found += [(name, "vec", var.size[1:], var.size[0])] * 2
            elif var.kind == "grid":
                found.append((name, "list", var.size[1:], var.size[0]))
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
        bounded = self.rng.choice(("math.sin", "math.tanh"))
        step = f"{x} = {x} * 1.2 + {self.rng.choice((0.4, 0.8))} + 0.2 * {bounded}({self.number(1)})"
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

    def accumulate(self) -> None:
        """A fresh array that is added to in place."""
        self.use("+= on a fresh array")
        two = self.chance(0.25)
        shape = (self.rows, self.n) if two else (self.n,)
        start = self.rng.choice(
            (f"np.zeros({shape if two else self.n})", f"np.zeros_like({self.made(shape)})", f"1.0 * {self.made(shape)}")
        )
        name = self.bind("mat" if two else "vec", shape, fresh=True)
        self.emit(f"{name} = {start}")
        if self.chance(0.7):
            self.for_range_adding(name, shape)
        else:
            self.emit(f"{name} += {self.made(shape)}")
            self.body(1)
        if self.chance(0.3):
            self.emit(f"{name} {self.rng.choice(('+=', '+=', '-='))} {self.value(1)}")

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
