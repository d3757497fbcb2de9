"""Random statements: every construct of the language, nested in every other.

The generator knows the kind of each variable in scope, how often the current statement runs and whether it is inside a loop, so
that what it writes terminates, uses only bound names and rarely raises.
"""

from __future__ import annotations

from collections.abc import Callable

from .array_writes import WRITES as ARRAY_WRITES
from .array_writes import WRITING_LOOPS
from .changes import Changes
from .containers import Containers
from .context import Var
from .not_taken import NOT_TAKEN, NotTaken
from .perhaps_arrays import PERHAPS
from .structures import PACK_COMPOUND, PACK_SIMPLE, Structured
from .tried_writes import TRIED


class Statements(NotTaken, Changes, Containers, Structured):
    """Writes statements line by line."""

    def statements(self, count: int) -> None:
        """Up to ``count`` statements, nested ones included in the budget."""
        forms = [*SIMPLE, *(WRITES if self.array_writes else ()), *(PACK_SIMPLE if self.packs else ())]
        for _ in range(count):
            if self.budget <= 0:
                return
            self.budget -= 1
            compound = [*COMPOUND, *((*WRITING_LOOPS, *PERHAPS, *TRIED, *NOT_TAKEN) if self.array_writes else ()),
                        *(PACK_COMPOUND if self.packs else ())]
            nested = compound if self.indent < 5 else []
            weights, writers = zip(*forms, *nested, strict=True)
            self.rng.choices(writers, weights)[0](self)

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
        if self.chance(0.15):
            return self.unpack_vector()
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

    def unpack_vector(self) -> None:
        """``a, *rest = v``: the items of a vector, all but the first as a list."""
        self.use("starred unpacking of a vector")
        v = self.squashed_vector(self.vector(self.n, 2))
        first, rest = self.bind("float"), self.bind("list", (self.n - 1,), fixed=True)
        self.emit(f"{first}, *{rest} = {v}")

    def container(self) -> None:
        items = [self.value(2) for _ in range(self.rng.choice((2, 2, 3)))]
        kind = self.rng.choice(("list", "tuple"))
        text = ", ".join(items)
        self.use(kind)
        name = self.target(kind, (len(items),)) if self.chance(0.4) else None
        name = name or self.bind(kind, (len(items),))
        self.emit(f"{name} = {f'[{text}]' if kind == 'list' else f'({text})'}")

    def structure(self) -> None:
        """A dict, a named tuple, a list of lists, or the items of an array as a list."""
        x, y = self.value(2), self.value(2)
        match self.rng.randrange(4):
            case 0:
                self.use("dict")
                second = f'**{{"q": {y}}}' if self.chance(0.2) else f'"q": {y}'
                self.emit(f'{self.bind("dict", fixed=True)} = {{"p": {x}, {second}}}')
            case 1:
                self.use("named tuple")
                name = self.target("point") or self.bind("point")
                self.emit(f"{name} = Point({x}, {self.rng.choice(('', 'im='))}{y})")
            case 2:
                self.use("list of lists")
                text = f"[[{x}, {self.value(1)}], [{self.value(1)}, {y}]]"
                self.emit(f"{self.bind('grid', (2, 2), fixed=True)} = {text}")
            case _:
                self.use("array.tolist()")
                v = self.squashed_vector(self.vector(self.n, 2))
                self.emit(f"{self.bind('list', (self.n,), fixed=True)} = {v}.tolist()")

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
        loops, self.loops = self.loops, 0
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

    def perhaps_unbound(self) -> None:
        """A variable that a branch or a loop binds most of the time, read in a statement that nobody may need."""
        name, kind = self.new_name(), self.rng.choice(("float", "float", "vec"))
        self.use("perhaps unbound")
        if self.chance(0.4):
            with self.block(f"if not ({self.rare_condition()}):"):
                self.emit(f"{name} = {self.of_kind(kind)}")
        else:
            count = self.small_int(1) if self.chance(0.5) else self.rng.randint(1, 3)
            with self.block(f"for {self.hidden('k')} in range({count}):"):
                if self.chance(0.5):
                    self.emit(f"if not ({self.rare_condition()}): {name} = {self.of_kind(kind)}")
                else:
                    self.emit(f"{name} = {self.of_kind(kind)}")
                if self.chance(0.3):
                    self.emit(f"{name} = 0.5 * {name}")
        self.body(self.rng.randint(0, 1))
        if self.chance(0.3):
            self.emit(name)
        elif self.chance(0.5):
            self.emit(f"{self.hidden('unused')} = {name} * 2.0")
        else:
            self.scope[name] = Var(kind, (self.n,) if kind == "vec" else ())

    def errstate(self) -> None:
        self.use("with np.errstate")
        with self.block(f'with np.errstate({self.rng.choice(("all", "divide", "over"))}="ignore"):'):
            outer = dict(self.scope)
            self.body()
            bound = {n: v for n, v in self.scope.items() if n not in outer}
        if "return" not in self.lines[-1] and not self.loops:
            self.scope.update(bound)

    def call_array_writer(self) -> None:
        """A call of a function that writes to its arguments: whole arrays, overlapping slices, one array twice."""
        names = [n for n in self.visible("vec", (self.n,)) if not self.scope[n].fixed]
        if not names or not self.array_writers:
            self.write_array()
            return
        self.use("call of a helper that writes")
        function, returns = self.rng.choice(self.array_writers)
        a, b = self.rng.choice(names), self.rng.choice(names)
        given, size = self.rng.choice(((f"{a}, {b}", self.n), (f"{a}, {b}", self.n), (f"{a}, {a}", self.n),
                                       (f"{a}[1:], {b}[:-1]", self.n - 1), (f"{a}[::-1], {b}", self.n)))
        called = f"{function}({given}, {self.value(1)})"
        size -= returns == "shorter"
        if returns == "none" or size < 1 or self.chance(0.2):
            self.emit(called)
        elif returns == "float":
            self.emit(f"{self.bind('float')} = {called}")
        elif returns == "end":
            end = self.hidden("end")
            self.emit(f"{end} = {called}")
            self.emit(f"{end} *= np.cos({self.value(1)})")
        else:
            name = self.bind("vec", (size,))
            self.emit(f"{name} = {called}")
            if self.chance(0.5):
                self.emit(f"{name}[0] = {self.value(2)}")


Form = Callable[[Statements], None]
SIMPLE: list[tuple[float, Form]] = [
    (5, Statements.assign),
    (5, Statements.augmented),
    (1.2, Statements.assign_int),
    (0.6, Statements.assign_bool),
    (2.5, Statements.assign_vector),
    (0.8, Statements.assign_matrix),
    (0.7, Statements.swap),
    (1.2, Statements.unpack),
    (0.7, Statements.container),
    (0.7, Statements.structure),
    (0.6, Statements.list_comprehension),
    (0.7, Statements.inactive),
    (0.15, Statements.raise_),
    (0.4, Statements.lambda_list),
    (0.4, Statements.ordering),
    (0.4, Statements.folded),
    (0.3, Statements.keyed),
    (0.3, Statements.seen),
    (0.3, Statements.copies),
    (1.2, Statements.change_list),
]
COMPOUND: list[tuple[float, Form]] = [
    (2.5, Statements.if_),
    (0.8, Statements.bound_in_both),
    (0.6, Statements.bound_in_one),
    (1.2, Statements.early_return),
    (1.8, Statements.leave_loop),
    (3, Statements.for_range),
    (3, Statements.for_each),
    (0.5, Statements.for_pairs),
    (0.8, Statements.for_iterator),
    (1, Statements.while_counter),
    (1, Statements.while_data),
    (0.5, Statements.while_true),
    (0.3, Statements.while_walrus),
    (1.5, Statements.accumulate),
    (0.8, Statements.zero_accumulator),
    (0.6, Statements.none_accumulator),
    (0.25, Statements.perhaps_unbound),
    (0.6, Statements.errstate),
    (0.7, Statements.try_),
    (0.6, Statements.match_),
    (0.4, Statements.nonlocal_),
    (0.4, Statements.arranged),
    (1.2, Statements.local_function),
    (0.8, Statements.fill_list),
    (0.4, Statements.stack),
    (0.6, Statements.change_dict),
    (0.5, Statements.list_work),
    (0.3, Statements.buffers_work),
    (0.4, Statements.rows_work),
    (0.4, Statements.pairs_work),
    (0.3, Statements.queue_work),
    (0.3, Statements.arrays_work),
    (0.4, Statements.table_work),
    (0.2, Statements.groups_work),
    (0.6, Statements.change_object),
]
WRITES: list[tuple[float, Form]] = [*ARRAY_WRITES, (3, Statements.call_array_writer)]
