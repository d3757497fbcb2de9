"""Random statements of the rest of the language: ``try``, ``match``, ``nonlocal``, orderings, ``itertools``, comprehensions."""

from __future__ import annotations

from .context import Var
from .loops import Loops


class Language(Loops):
    """Writes statements whose every variable is bound whatever way is taken."""

    def number_target(self) -> str:
        """A float variable that may be assigned."""
        return self.target("float") or self.bind_literal()

    def try_(self) -> None:
        """A logarithm or a root that may be refused its argument; what the body binds before is its own."""
        self.use("try")
        name, u = self.number_target(), self.hidden("u")
        with self.block("try:"):
            if self.chance(0.4):
                self.use("loop in a try")
                self.emit(f"{u} = {self.value(1)}")
                with self.block(f"for {self.hidden('k')} in range({self.rng.randint(1, 3)}):"):
                    self.emit(f"{u} = 0.5 * {u} * {u} + math.sqrt({self.value(2)} + 0.5)")
            else:
                self.emit(f"{u} = math.log({self.value(2)} + 0.5)")
            self.emit(f"{name} = math.tanh({u}) * {self.value(1)}")
        with self.block(f"except {self.rng.choice(('ValueError', '(ValueError, ZeroDivisionError)', 'Exception as error_'))}:"):
            self.body(self.rng.randint(0, 1))
            self.emit(f"{name} = {self.value(2)}")
        if self.chance(0.3):
            self.use("else on a try")
            with self.block("else:"):
                self.body(1)
        if self.chance(0.2):
            self.use("finally")
            with self.block("finally:"):
                self.emit(f"{self.number_target()} {self.rng.choice('+-')}= 0.25")

    def match_(self) -> None:
        """Literals, sequences, captures and guards."""
        self.use("match")
        if self.chance(0.5):
            with self.block(f"match {self.small_int()} % 4:"):
                for case in (f"case 0 if {self.condition(1)}:", "case 0 | 1:", self.rng.choice(("case 2:", "case _:"))):
                    with self.block(case):
                        self.body(self.rng.randint(1, 2))
            return
        a, b = self.hidden("a"), self.hidden("b")
        with self.block(f"match ({self.value(2)}, {self.value(2)}):"):
            for case in (f"case ({a}, {b}) if {a} > {b}:", self.rng.choice((f"case ({a}, {b}):", f"case [{a}, *_] as {b}_:"))):
                with self.block(case):
                    self.scope[a] = Var("float", fixed=True)
                    self.body(self.rng.randint(0, 1))
                    self.emit(f"{self.number_target()} = 0.5 * {a} + {self.value(1)}")

    def nonlocal_(self) -> None:
        """A nested function that binds a variable of the function around it, called here and there."""
        if self.indent > 2:
            return self.assign()
        self.use("nonlocal")
        name, fn, param = self.bind_literal(), self.hidden("step"), self.hidden("t")
        with self.block(f"def {fn}({param}):"):
            self.emit(f"nonlocal {name}")
            if self.chance(0.4):
                self.emit(f"if {param} > {self.literal()}:")
                self.emit(f"    {name} = math.sin({name} + {param})")
            self.emit(f"{name} = 0.5 * {name} + {param} * {self.literal()}")
            self.emit(f"return math.tanh({name} * {param})")
        if self.chance(0.5):
            total, item = self.number_target(), self.hidden("i")
            with self.block(f"for {item} in range({self.rng.randint(1, 3)}):"):
                self.emit(f"{total} = 0.5 * {total} + {fn}({self.value(1)} + {item})")
        result = f"{fn}({self.value(1)})"
        self.emit(f"{self.bind('float')} = {result} * {name} + {fn}({self.value(1)})")
        self.scope[name] = Var("float", fixed=True, bound=40.0)
        return None

    def ordering(self) -> None:
        """``sorted``, ``max`` and ``min``, also of more items than are known, by a key."""
        key = self.rng.choice(("abs", "lambda t_: -t_", "lambda t_: t_ * t_ - t_", "None", "math.sin"))
        items = self.some_numbers()
        if self.chance(0.5):
            self.use("sorted")
            reverse = self.rng.choice(("", ", reverse=True"))
            return self.emit(f"{self.bind('float')} = sorted({items}, key={key}{reverse})[{self.rng.choice((0, -1))}]")
        self.use("max with a key")
        return self.emit(f"{self.bind('float')} = {self.rng.choice(('max', 'min'))}({items}, key={key})")

    def some_numbers(self) -> str:
        """A vector, or a list of three numbers."""
        vectors = self.visible("vec", alias=False)
        if vectors and self.chance(0.5):
            return self.rng.choice(vectors)
        return f"[{self.value(2)}, {self.value(1)}, {self.value(1)}]"

    def arranged(self) -> None:
        """A loop over what ``itertools`` makes of a few numbers, or of a vector."""
        self.use("itertools")
        triple = f"({self.value(1)}, {self.value(1)}, {self.value(1)})"
        vectors = self.visible("vec", alias=False)
        pairs = [f"itertools.combinations({triple}, 2)", f"itertools.zip_longest({triple}, [0.5], fillvalue=0.1)",
                 f"itertools.product({triple}, repeat=2)", f"itertools.pairwise({triple})",
                 f"zip({triple}, itertools.cycle((0.5, {self.value(1)})))", f"zip({triple}, itertools.count(1))"]
        if vectors:
            v, w = self.rng.choice(vectors), self.rng.choice(vectors)
            pairs += [f"itertools.pairwise({v})", f"itertools.combinations({v}, 2)", f"itertools.product({v}, {triple})",
                      f"itertools.permutations({v}, 2)", f"itertools.zip_longest({v}, {w}[1:], fillvalue=0.3)",
                      f"zip(itertools.chain({v}, {w}), itertools.cycle({triple}))",
                      f"enumerate(itertools.chain({v}, {triple}))"]
        total, a, b = self.number_target(), self.hidden("a"), self.hidden("b")
        with self.block(f"for {a}, {b} in {self.rng.choice(pairs)}:"):
            self.emit(f"{total} = math.tanh(0.5 * {total} + {a} * {b})")

    def folded(self) -> None:
        """``functools.reduce``, ``itertools.accumulate`` and their like as one number."""
        items, x = self.some_numbers(), self.value(1)
        self.use("functools.reduce and itertools.accumulate")
        text = self.rng.choice((
            f"functools.reduce(lambda a_, b_: math.sin(a_) * 0.5 + b_, {items}, {x})",
            f"functools.reduce(lambda a_, b_: 0.5 * a_ * b_, {items})",
            f"sum(itertools.accumulate({items}, lambda a_, b_: 0.5 * a_ + math.cos(b_)))",
            f"sum(itertools.takewhile(lambda t_: t_ < 1.5, {items}), {x})",
            f"sum(itertools.islice({items}, 1, None))",
        ))
        self.emit(f"{self.bind('float')} = math.tanh({text})")

    def seen(self) -> None:
        """A set of small integers that grows, and what is in it."""
        self.use("set")
        name, total = self.hidden("seen"), self.number_target()
        self.emit(f"{name} = {self.rng.choice(('set()', '{2}', 'set([1])'))}")
        for k in self.rng.choices(range(4), k=self.rng.randint(1, 3)):
            self.emit(f"if {k} not in {name}:")
            self.emit(f"    {name}.add({k})")
            self.emit(f"    {total} = math.sin({total}) + {self.value(1)}")
        self.emit(f"for {name}_ in {self.rng.choice((f'sorted({name})', name))}:")
        self.emit(f"    {total} = 0.5 * {total} + {name}_ * {self.value(1)}")

    def keyed(self) -> None:
        """A dict comprehension and a merged dict, and names that are deleted."""
        self.use("dict comprehension")
        d, item = self.hidden("d"), self.hidden("k")
        with self.inner(**{item: Var("int", fixed=True)}):
            body = self.value(2)
        self.emit(f"{d} = {{{item}: {body} for {item} in range(3)}}")
        if self.chance(0.4):
            self.use("dict |")
            self.emit(f"{d} = {d} | {{1: {self.value(1)}, 3: 0.5}}")
        self.emit(f"{self.bind('float')} = {d}[1] * 0.5 + sum({d}.values()) * 0.1")
        if self.chance(0.3):
            self.use("del")
            self.emit(f"del {d}")
