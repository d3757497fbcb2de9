"""Random expressions for floats, ints and conditions, as text."""

from __future__ import annotations

from .array_expressions import ArrayExpressions
from .context import LIMIT, Expr, Var

ITEMS = {
    "dict": ("{0}['p']", "{0}['q']", "{0}.get('p', 0.5)", "{0}.get('r', 0.5)", "(0.5 * sum({0}.values()))",
             "sum(0.4 * {0}[k_] for k_ in {0})"),
    "point": ("{0}.re", "{0}.im", "{0}[0]", "{0}[-1]", "(0.5 * sum({0}))"),
    "grid": ("{0}[0][1]", "{0}[-1][0]", "{0}[1][-1]", "(0.5 * sum({0}[0]))"),
}
"""How the numbers in a structure are read."""


class Expressions(ArrayExpressions):
    """Generates scalar expressions; ``depth`` is how deep they may still nest."""

    def literal(self) -> Expr:
        """A float literal without exact ties or special values."""
        value = round(self.rng.uniform(0.1, 1.6), 2)
        return Expr(f"(-{value})" if self.chance(0.2) else f"{value}", 1.6)

    def small_int(self, depth: int = 1) -> Expr:
        """An int within ±4."""
        return self.pick(
            depth,
            self.int_leaf,
            [
                (3, self.int_leaf),
                (1, self.int_mod),
                (1, self.int_floor),
                (1, self.int_of_float),
                (1, self.int_of_array),
                (1, self.int_sum),
                (0.5, self.int_bit),
            ],
        )

    def int_leaf(self, depth: int) -> Expr:
        names = self.visible("int")
        if names and self.chance(0.75):
            return Expr(self.rng.choice(names), 4)
        return Expr(str(self.rng.choice((0, 1, 2, 3, 4))), 4)

    def int_mod(self, depth: int) -> Expr:
        self.use("int %")
        return Expr(
            f"(({self.small_int(depth - 1)} * {self.rng.randint(2, 3)} + {self.rng.randint(0, 3)}) % {self.rng.randint(2, 5)})",
            4,
        )

    def int_floor(self, depth: int) -> Expr:
        self.use("int //")
        return Expr(f"({self.small_int(depth - 1)} // {self.rng.randint(2, 3)})", 4)

    def int_sum(self, depth: int) -> Expr:
        return Expr(f"min({self.small_int(depth - 1)} + {self.small_int(depth - 1)}, 4)", 4)

    def int_bit(self, depth: int) -> Expr:
        self.use("int bit operation")
        return Expr(f"({self.small_int(depth - 1)} {self.rng.choice(('&', '|', '^'))} 1)", 5)

    def int_of_float(self, depth: int) -> Expr:
        self.use("int(float)")
        x = self.squashed(self.number(depth - 1))
        return Expr(self.rng.choice((f"int({x} * 2.0)", f"round({x})", f"int({x} > 0.1)", f"math.floor({x})")), 4)

    def int_of_array(self, depth: int) -> Expr:
        names = self.visible("vec")
        if not names:
            return self.int_leaf(depth)
        self.use("int from array")
        name = self.rng.choice(names)
        return Expr(
            self.rng.choice(
                (
                    f"len({name})",
                    f"{name}.shape[0]",
                    f"{name}.size",
                    f"{name}.ndim",
                    f"int(np.argmax({name}))",
                    f"int(np.sum({name} > 0.2))",
                )
            ),
            4,
        )

    def index(self, n: int) -> str:
        """An index into ``n`` elements."""
        if self.chance(0.4):
            return str(self.rng.randrange(-n, n))
        self.use("computed index")
        return f"{self.small_int()} % {n}"

    def number(self, depth: int) -> Expr:
        """A float (now and then an int that stands for one)."""
        return self.pick(
            depth,
            self.float_leaf,
            [
                (3, self.float_leaf),
                (5, self.arithmetic),
                (2, self.quotient),
                (1.2, self.power),
                (4, self.math_call),
                (1, self.np_scalar),
                (1, self.modulo),
                (0.8, self.conditional),
                (0.8, self.min_max),
                (0.7, self.generator),
                (3.5, self.element),
                (3, self.reduction),
                (1.3, self.product_sum),
                (0.5, self.mask_sum),
                (0.7, self.float_of_int),
                (2, self.call),
                (0.4, self.and_or),
                (0.5, self.where_scalar),
                (0.4, self.unary),
                (0.5, self.matrix_scalar),
                (0.3, self.float_cast),
                (0.25, self.walrus_pair),
            ],
        )

    def float_leaf(self, depth: int) -> Expr:
        names = self.visible("float")
        if names and self.chance(0.82):
            name = self.rng.choice(names)
            return Expr(name, self.scope[name].bound)
        if self.chance(0.25):
            structures = [(n, v.kind) for n, v in self.scope.items() if v.kind in ITEMS]
            if structures:
                name, kind = self.rng.choice(structures)
                self.use(f"read of a {kind}")
                return Expr(self.rng.choice(ITEMS[kind]).format(name))
        if self.chance(0.3):
            items = [(n, v.size[0]) for n, v in self.scope.items() if v.kind in ("list", "tuple")]
            if items:
                name, n = self.rng.choice(items)
                self.use("item of tuple or list")
                return Expr(f"{name}[{self.rng.randrange(-n, n)}]")
        return Expr(f"{self.small_int(0)}", 4) if self.chance(0.2) else self.literal()

    def arithmetic(self, depth: int) -> Expr:
        x, y, op = self.number(depth - 1), self.number(depth - 1), self.rng.choice("+-**")
        return Expr(f"({x} {op} {y})", x.bound * y.bound if op == "*" else x.bound + y.bound)

    def quotient(self, depth: int) -> Expr:
        x, y = self.number(depth - 1), self.number(depth - 1)
        denominator = self.rng.choice((f"(1.5 + abs({y}))", f"(1.0 + {y} * {y})", f"(2.5 - math.sin({y}))"))
        self.use("/")
        return Expr(f"({x} / {denominator})", x.bound)

    def power(self, depth: int) -> Expr:
        self.use("**")
        x = self.number(depth - 1)
        match self.rng.randrange(4):
            case 0:
                return Expr(f"{x} ** 2", x.bound**2).wrapped()
            case 1:
                return Expr(f"{self.squashed(x)} ** 3", 30.0).wrapped()
            case 2:
                return Expr(f"(1.2 + abs({x})) ** {self.literal()}", (1.2 + x.bound) ** 1.6).wrapped()
        return Expr(f"(1.5 + math.sin({x})) ** {self.small_int(0)}", 2.5**4).wrapped()

    def math_call(self, depth: int) -> Expr:
        x = self.number(depth - 1)
        form, bound = self.rng.choice(
            (
                ("math.sin({})", 1.0),
                ("math.cos({})", 1.0),
                ("math.tanh({})", 1.0),
                ("math.exp(math.sin({}))", 2.8),
                ("math.atan({})", 1.6),
                ("math.log(1.3 + abs({}))", 3.0),
                ("math.sqrt(0.7 + abs({}))", 4.0),
                ("math.exp(-abs({}))", 1.0),
                ("math.erf({})", 1.0),
                ("math.log1p(abs({}))", 3.0),
                ("math.hypot({}, 1.1)", x.bound + 1.1),
                ("math.atan2({}, 1.7)", 1.6),
                ("math.asinh({})", 3.0),
                ("math.cosh(math.sin({}))", 1.6),
                ("math.expm1(math.cos({}))", 1.8),
                ("math.fabs({})", x.bound),
                ("abs({})", x.bound),
                ("math.pow(1.4 + math.cos({}), 1.5)", 4.0),
                ("math.degrees(0.01 * math.sin({}))", 0.6),
                ("math.log(2.5 + math.sin({}), 2)", 2.0),
            )
        )
        self.use("math function")
        return Expr(form.format(x), bound)

    def np_scalar(self, depth: int) -> Expr:
        x, y = self.number(depth - 1), self.number(depth - 1)
        form, bound = self.rng.choice(
            (
                ("np.sin({0})", 1.0),
                ("np.tanh({0})", 1.0),
                ("np.maximum({0}, {1})", max(x.bound, y.bound)),
                ("np.exp(-np.abs({0}))", 1.0),
                ("np.minimum({0}, {1})", max(x.bound, y.bound)),
                ("np.log(1.5 + np.square({0}))", 4.0),
                ("np.arctan({0})", 1.6),
                ("np.float64({0})", x.bound),
                ("np.hypot({0}, 1.5)", x.bound + 1.5),
                ("np.clip({0}, -1.5, 1.5)", 1.5),
            )
        )
        self.use("np function of a scalar")
        return Expr(form.format(x, y), bound)

    def modulo(self, depth: int) -> Expr:
        x = self.number(depth - 1)
        y = self.rng.choice((f"{self.rng.choice((0.7, 1.3, 1.9))}", f"(1.5 + math.sin({self.number(depth - 1)}))"))
        match self.rng.randrange(3):
            case 0:
                self.use("float %")
                return Expr(f"({x} % {y})", 2.5)
            case 1:
                self.use("float //")
                return Expr(f"({x} // {y})", 2 * x.bound + 1)
        self.use("divmod")
        return Expr(f"divmod({x}, {y})[{self.rng.randrange(2)}]", 2 * x.bound + 1)

    def conditional(self, depth: int) -> Expr:
        x, y = self.number(depth - 1), self.number(depth - 1)
        self.use("conditional expression")
        return Expr(f"({x} if {self.condition(depth - 1)} else {y})", max(x.bound, y.bound))

    def min_max(self, depth: int) -> Expr:
        items = [self.number(depth - 1) for _ in range(self.rng.choice((2, 2, 3)))]
        self.use("min/max of numbers")
        text = ", ".join(map(str, items))
        if self.chance(0.25):
            text = f"[{text}]"
        return Expr(f"{self.rng.choice(('min', 'max'))}({text})", max(x.bound for x in items))

    def and_or(self, depth: int) -> Expr:
        self.use("and/or of numbers")
        x, y = self.number(depth - 1), self.number(depth - 1)
        return Expr(f"({x} {self.rng.choice(('and', 'or'))} {y})", max(x.bound, y.bound))

    def unary(self, depth: int) -> Expr:
        x = self.number(depth - 1)
        return Expr(f"({self.rng.choice('--+')}{x})", x.bound)

    def float_cast(self, depth: int) -> Expr:
        x = self.number(depth - 1)
        self.use("float()")
        return Expr(f"float({x})", x.bound)

    def float_of_int(self, depth: int) -> Expr:
        self.use("int times float")
        x = self.number(depth - 1)
        return Expr(f"({self.small_int()} * {x})", 4 * x.bound)

    def where_scalar(self, depth: int) -> Expr:
        x, y = self.number(depth - 1), self.number(depth - 1)
        self.use("np.where of scalars")
        return Expr(f"(1.0 * np.where({self.condition(depth - 1)}, {x}, {y}))", max(x.bound, y.bound))

    def walrus_pair(self, depth: int) -> Expr:
        x, name = self.squashed(self.number(depth - 1)), self.hidden("w")
        self.use("walrus")
        return Expr(f"(({name} := {x}) * {self.literal()} + {name} * {name})", 20.0)

    def generator(self, depth: int) -> Expr:
        """A comprehension or a generator argument to ``sum``, ``min`` or ``max``."""
        item = self.hidden("e")
        source, kind = self.iterable(item)
        outer = self.hidden("e") if self.chance(0.2) else ""
        counters = {outer: Var("int", fixed=True)} if outer else {}
        with self.inner(**{item: Var(kind, fixed=True)}, **counters):
            if kind == "int" and self.chance(0.6):
                self.scope[item] = Var("int", fixed=True)
            body = self.squashed(self.number(depth - 1))
            condition = f" if {self.condition(0)}" if self.chance(0.25) else ""
        self.use("comprehension" if self.chance(0.5) else "generator argument")
        around = f"for {outer} in range({self.rng.randint(1, 3)}) " if outer else ""
        if outer:
            self.use("comprehension of two loops")
        text, size = f"{body} {around}for {item} in {source}{condition}", 12 if outer else 4
        match self.rng.randrange(4):
            case 0 if not condition:
                return Expr(f"max({text})")
            case 1 if not condition:
                return Expr(f"min([{text}])")
            case 2:
                return Expr(f"sum([{text}])", size * LIMIT)
        return Expr(f"sum({text})", size * LIMIT)

    def iterable(self, item: str) -> tuple[str, str]:
        """Something with one to four items, never none, and the kind of its items."""
        options: list[tuple[str, str]] = [
            (f"range({self.rng.randint(1, 4)})", "int"),
            (f"range({self.rng.randint(2, 4)}, 0, -1)", "int"),
        ]
        options += [(name, "float") for name in self.visible("vec", alias=False) + self.visible("list") + self.visible("tuple")]
        options.append((f"({self.literal()}, {self.literal()}, {self.number(0)})", "float"))
        return self.rng.choice(options)

    def element(self, depth: int) -> Expr:
        vectors, matrices = self.visible("vec"), self.visible("mat")
        if matrices and self.chance(0.35):
            name = self.rng.choice(matrices)
            rows, columns = self.scope[name].size
            i, j = self.index(rows), self.index(columns)
            self.use("matrix element")
            return Expr(f"{name}[{i}, {j}]" if self.chance(0.6) else f"{name}[{i}][{j}]")
        if not vectors:
            return self.float_leaf(depth)
        name = self.rng.choice(vectors)
        self.use("vector element")
        return Expr(f"{name}[{self.index(self.scope[name].size[0])}]")

    def reduction(self, depth: int) -> Expr:
        n = self.length()
        v = self.vector(n, depth - 1)
        form, factor = self.rng.choice(
            (
                ("np.sum({})", n),
                ("np.mean({})", 1),
                ("np.max({})", 1),
                ("np.min({})", 1),
                ("{}.sum()", n),
                ("{}.mean()", 1),
                ("{}.max()", 1),
                ("{}.min()", 1),
                ("sum({})", n),
                ("np.linalg.norm({})", n),
                ("({} + np.linspace(0.1, 1.3, {n})).std()", 1),
                ("np.var({})", v.bound),
                ("np.prod(np.cos({}))", 1.0),
                ("max({})", 1),
                ("np.sum(np.cumsum({})[1:])", n * n),
                ("{}[1:].sum()", n),
                ("np.sum({}[::-2])", n),
            )
        )
        self.use("reduction")
        return Expr(form.format(v, n=n), factor * v.bound)

    def product_sum(self, depth: int) -> Expr:
        n = self.length()
        v, w = self.vector(n, depth - 1), self.vector(n, depth - 1)
        self.use("dot product")
        form = self.rng.choice(
            (
                "np.dot({}, {})",
                "({} @ {})",
                "{}.dot({})",
                "np.sum({} * {})",
                "np.inner({}, {})",
                "np.sum({}[1:] * {}[:-1])",
                "np.trace(np.outer({}, {}))",
                "sum(p * q for p, q in zip({}, {}))",
                "sum(p * q for p, q in zip({}, {}, strict=True))",
                "np.einsum('i,i->', {}, {})",
            )
        )
        if ":=" in f"{v}{w}" and " for " in form:
            form = "np.dot({}, {})"
        return Expr(form.format(v, w), n * v.bound * w.bound)

    def mask_sum(self, depth: int) -> Expr:
        n = self.length()
        v, w = self.vector(n, depth - 1), self.vector(n, depth - 1)
        self.use("boolean mask")
        return Expr(f"{v}[{w} {self.rng.choice('<>')} {self.literal()}].sum()", n * v.bound)

    def matrix_scalar(self, depth: int) -> Expr:
        m = self.matrix(self.rows, self.n, depth - 1)
        form, factor = self.rng.choice(
            (("np.sum({})", 12.0), ("{}.mean()", 1.0), ("np.max({})", 1.0), ("np.linalg.norm({})", 12.0), ("np.trace({})", 3.0))
        )
        self.use("matrix reduction")
        return Expr(form.format(m), factor * m.bound)

    def call(self, depth: int) -> Expr:
        """A call of a helper, a local function or a function argument."""
        local = [name for name, var in self.scope.items() if var.kind == "fn"]
        if local and self.chance(0.6):
            name = self.rng.choice(local)
            self.use("call of a local function")
            return Expr(f"{name}({self.squashed(self.number(depth - 1))})")
        return self.helper_call("float", depth) or self.float_leaf(depth)

    def helper_call(self, returns: str, depth: int) -> Expr | None:
        """A call of a module-level function, arguments by position and keyword."""
        helpers = [h for h in self.helpers if h.returns == returns and h.cost * self.work <= 600]
        if not helpers:
            return None
        helper = self.rng.choice(helpers)
        self.use("call of a helper")
        n_given = len(helper.params) - (self.rng.randint(0, helper.n_optional) if helper.n_optional else 0)
        given = helper.params[:n_given]
        by_keyword = max(
            helper.n_keyword - (len(helper.params) - n_given), self.rng.choice((0, 0, 1)) if helper.n_optional else 0
        )
        texts = [self.argument(kind, depth - 1) for _, kind in given]
        for i in range(max(0, len(given) - by_keyword), len(given)):
            self.use("keyword argument")
            texts[i] = f"{given[i][0]}={texts[i]}"
        return Expr(f"{helper.name}({', '.join(texts)})")

    def argument(self, kind: str, depth: int) -> str:
        """An argument for a parameter of that kind."""
        if kind == "fn":
            return self.function(depth)
        if kind == "vec":
            return str(self.squashed_vector(self.vector(self.n, depth, alias=False)))
        return str(self.small_int() if kind == "int" else self.squashed(self.number(depth)))

    def function(self, depth: int) -> str:
        """A function of one float as a value."""
        self.use("function as argument")
        options = [n for n, v in self.scope.items() if v.kind == "fn"] + ["math.sin", "math.tanh", "math.cos"]
        options += [h.name for h in self.helpers if [k for _, k in h.params] == ["float"] and not h.n_keyword and h.cost < 20]
        if self.chance(0.5):
            return self.rng.choice(options)
        self.use("lambda")
        name = self.hidden("t")
        with self.inner(**{name: Var("float", fixed=True)}):
            self.hide_fresh()
            return f"lambda {name}: {self.squashed(self.number(depth - 1))}"

    def condition(self, depth: int) -> Expr:
        """A bool."""
        return self.pick(
            depth,
            self.comparison,
            [
                (5, self.comparison),
                (1, self.int_comparison),
                (1, self.chained),
                (1.5, self.bool_operation),
                (0.5, self.negation),
                (0.7, self.array_condition),
                (0.8, self.flag),
                (0.4, self.membership),
            ],
        )

    def comparison(self, depth: int) -> Expr:
        return Expr(f"{self.number(depth - 1)} {self.rng.choice(('<', '>', '<=', '>='))} {self.number(depth - 1)}").wrapped()

    def int_comparison(self, depth: int) -> Expr:
        op = self.rng.choice(("==", "!=", "<", ">="))
        return Expr(f"({self.small_int()} {op} {self.rng.randint(0, 3)})")

    def chained(self, depth: int) -> Expr:
        self.use("chained comparison")
        return Expr(f"(-{self.rng.choice((0.4, 1.1))} < {self.number(depth - 1)} <= {self.number(depth - 1)})")

    def bool_operation(self, depth: int) -> Expr:
        self.use("boolean expression")
        return Expr(f"({self.condition(depth - 1)} {self.rng.choice(('and', 'or'))} {self.condition(depth - 1)})")

    def negation(self, depth: int) -> Expr:
        return Expr(f"(not {self.condition(depth - 1)})")

    def membership(self, depth: int) -> Expr:
        self.use("in")
        return Expr(f"({self.small_int()} {self.rng.choice(('in', 'not in'))} (0, 2, 3))")

    def flag(self, depth: int) -> Expr:
        names = self.visible("bool")
        return Expr(self.rng.choice(names)) if names else self.comparison(depth)

    def array_condition(self, depth: int) -> Expr:
        v = self.vector(self.length(), depth - 1)
        self.use("condition on an array")
        return Expr(
            self.rng.choice((f"np.any({v} > 0.9)", f"({v} < 1.1).all()", f"(np.sum({v}) > 0.3)", f"np.all({v} > -2.0)"))
        )
