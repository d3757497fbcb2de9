"""Random expressions for vectors and matrices of a wanted shape, as text."""

from __future__ import annotations

from .context import LIMIT, Context, Expr, Var


class ArrayExpressions(Context):
    """Generates array expressions; ``depth`` is how deep they may still nest."""

    def length(self) -> int:
        """The length of some vector in scope, mostly."""
        return self.n if self.chance(0.8) else self.rows

    def vector(self, n: int, depth: int, alias: bool = True) -> Expr:
        """A 1-D array of ``n`` elements; with ``alias`` false, it does not expose an array that is written to."""
        leaf = self.vector_leaf if alias else self.shareable_vector
        return self.pick(
            depth,
            lambda d: leaf(n),
            [
                (4, lambda d: leaf(n)),
                (5, lambda d: self.vector_arithmetic(n, d)),
                (3, lambda d: self.vector_ufunc(n, d)),
                (1, lambda d: self.vector_literal(n, d)),
                (1.2, lambda d: self.vector_view(n, d)),
                (1, lambda d: self.vector_shuffle(n, d)),
                (1.5, lambda d: self.vector_of_matrix(n, d)),
                (1, lambda d: self.vector_where(n, d)),
                (0.6, lambda d: self.vector_made(n, d)),
                (0.6, lambda d: self.vector_call(n, d)),
                (0.3, lambda d: self.vector_conditional(n, d)),
            ],
        )

    def vector_leaf(self, n: int) -> Expr:
        names = self.visible("vec", (n,))
        return Expr(self.rng.choice(names), alias=True) if names else self.vector_made(n, 0)

    def shareable_vector(self, n: int) -> Expr:
        names = self.visible("vec", (n,), alias=False)
        return Expr(self.rng.choice(names), alias=True) if names else self.vector_made(n, 0)

    def vector_arithmetic(self, n: int, depth: int) -> Expr:
        x, op = self.vector(n, depth - 1), self.rng.choice("+-**/")
        y = self.vector(n, depth - 1) if self.chance(0.55) else self.number(depth - 1)
        if op == "/":
            return Expr(f"({x} / (1.5 + np.abs({y})))", x.bound)
        x, y = (x, y) if self.chance(0.6) else (y, x)
        self.use("vector arithmetic")
        return Expr(f"({x} {op} {y})", x.bound * y.bound if op == "*" else x.bound + y.bound)

    def vector_ufunc(self, n: int, depth: int) -> Expr:
        x = self.vector(n, depth - 1)
        form, bound = self.rng.choice(
            (
                ("np.sin({})", 1.0),
                ("np.cos({})", 1.0),
                ("np.tanh({})", 1.0),
                ("np.exp(-np.abs({}))", 1.0),
                ("np.log(1.2 + np.abs({}))", 3.0),
                ("np.sqrt(0.8 + np.abs({}))", 4.0),
                ("np.arctan({})", 1.6),
                ("np.abs({})", x.bound),
                ("abs({})", x.bound),
                ("(-{})", x.bound),
                ("np.maximum({}, 0.1)", x.bound),
                ("np.minimum({}, 0.9)", x.bound),
                ("np.clip({}, -1.3, 1.2)", 1.3),
                ("np.square({})", x.bound**2),
                ("({} ** 2)", x.bound**2),
                ("(1.3 + np.abs({})) ** 1.5", 20.0),
                ("({} % 1.7)", 1.7),
                ("({} // 0.9)", 2 * x.bound),
                ("np.sinh(np.sin({}))", 1.2),
                ("np.expm1(np.sin({}))", 1.8),
                ("np.log1p(np.abs({}))", 2.5),
                ("1.0 / (1.0 + np.exp(-np.tanh({})))", 1.0),
            )
        )
        self.use("ufunc of a vector")
        return Expr(f"({form.format(x)})", bound)

    def vector_literal(self, n: int, depth: int) -> Expr:
        self.use("array literal")
        if self.chance(0.3):
            item = self.hidden("e")
            with self.inner(**{item: Var("int", fixed=True)}):
                self.use("comprehension")
                return Expr(f"np.array([{self.squashed(self.number(depth - 1))} for {item} in range({n})])")
        items = [self.squashed(self.number(depth - 1)) for _ in range(n)]
        if "." not in items[0].text:
            items[0] = Expr(f"1.0 * {items[0]}")
        return Expr(f"np.array([{', '.join(map(str, items))}])")

    def vector_view(self, n: int, depth: int) -> Expr:
        x = self.vector(n, depth - 1, alias=False)
        self.use("view of a vector")
        form = self.rng.choice(
            (
                "{}[::-1]",
                "{}[:]",
                "{}.T",
                "{}.reshape(-1)",
                "np.ravel({})",
                "{}.copy()",
                "{}[...]",
                "{}.flatten()",
                "{}.astype(float)",
            )
        )
        return Expr(form.format(x), x.bound, alias=True)

    def vector_shuffle(self, n: int, depth: int) -> Expr:
        x = self.vector(n, depth - 1, alias=False)
        match self.rng.randrange(6):
            case 0:
                self.use("integer array index")
                return Expr(f"{x}[np.array([{', '.join(str(self.rng.randrange(-n, n)) for _ in range(n))}])]", x.bound)
            case 1:
                self.use("concatenate")
                cut = self.rng.randint(0, n - 1)
                return Expr(f"np.concatenate(({x}[{cut}:], {self.vector(n, depth - 1)}[:{cut}]))", LIMIT * 4)
            case 2:
                return Expr(f"np.roll({x}, {self.rng.randint(-1, 2)})", x.bound)
            case 3:
                self.use("stack")
                return Expr(f"np.stack([{x}, {self.vector(n, depth - 1)}])[{self.rng.randint(0, 1)}]", LIMIT * 4)
            case 4:
                return Expr(f"np.sort({x})", x.bound)
        self.use("integer array index")
        return Expr(f"{x}[[{', '.join(str(self.rng.randrange(n)) for _ in range(n))}]]", x.bound)

    def vector_of_matrix(self, n: int, depth: int) -> Expr:
        rows = self.rng.choice((self.rows, self.n))
        m, v = self.matrix(rows, n, depth - 1), self.vector(rows, depth - 1)
        w = self.vector(n, depth - 1)
        form, bound = self.rng.choice(
            (
                ("{m}.sum(axis=0)", rows * m.bound),
                ("np.sum({m}, axis=0)", rows * m.bound),
                ("{m}.mean(axis=0)", m.bound),
                ("np.max({m}, axis=0)", m.bound),
                ("({v} @ {m})", rows * m.bound * v.bound),
                ("np.dot({m}.T, {v})", rows * m.bound * v.bound),
                ("{m}[{i}]", m.bound),
                ("{m}[{i}, :]", m.bound),
                ("{m}.T[:, {i}]", m.bound),
                ("({m} * {v}[:, None]).sum(axis=0)", rows * m.bound * v.bound),
                ("(np.outer({w}, {w}) @ {w})", n * w.bound**3),
                ("({m} + {w})[{i}]", m.bound + w.bound),
            )
        )
        self.use("matrix to vector")
        return Expr(form.format(m=m, v=v, w=w, i=self.index(rows)), bound, alias="[" in form)

    def vector_where(self, n: int, depth: int) -> Expr:
        x, y = self.vector(n, depth - 1), self.vector(n, depth - 1)
        self.use("np.where")
        return Expr(f"np.where({self.vector(n, depth - 1)} > {self.literal()}, {x}, {y})", max(x.bound, y.bound))

    def vector_made(self, n: int, depth: int) -> Expr:
        x = self.squashed(self.number(max(0, depth - 1)))
        self.use("array creation")
        return Expr(
            self.rng.choice(
                (
                    f"({x} * np.ones({n}))",
                    f"(np.zeros({n}) + {x})",
                    f"np.full({n}, 1.0 * {x})",
                    f"({x} * np.arange({n}))",
                    f"({x} + np.linspace(0.1, 0.9, {n}))",
                )
            ),
            4 * x.bound,
        )

    def vector_call(self, n: int, depth: int) -> Expr:
        made = self.helper_call("vec", depth) if n == self.n else None
        return Expr(made.text, made.bound, alias=True) if made else self.shareable_vector(n)

    def vector_conditional(self, n: int, depth: int) -> Expr:
        x, y = self.vector(n, depth - 1, alias=False), self.vector(n, depth - 1, alias=False)
        self.use("conditional expression of arrays")
        return Expr(f"({x} if {self.condition(depth - 1)} else {y})", max(x.bound, y.bound), alias=True)

    def matrix(self, rows: int, columns: int, depth: int) -> Expr:
        """A 2-D array of the given shape."""
        return self.pick(
            depth,
            lambda d: self.matrix_leaf(rows, columns),
            [
                (3, lambda d: self.matrix_leaf(rows, columns)),
                (3, lambda d: self.matrix_arithmetic(rows, columns, d)),
                (2, lambda d: self.matrix_ufunc(rows, columns, d)),
                (2, lambda d: self.matrix_made(rows, columns, d)),
            ],
        )

    def matrix_leaf(self, rows: int, columns: int) -> Expr:
        names = self.visible("mat", (rows, columns))
        if names:
            return Expr(self.rng.choice(names), alias=True)
        turned = self.visible("mat", (columns, rows))
        if turned:
            self.use(".T")
            return Expr(f"{self.rng.choice(turned)}.T", alias=True)
        return self.matrix_made(rows, columns, 0)

    def matrix_arithmetic(self, rows: int, columns: int, depth: int) -> Expr:
        x, op = self.matrix(rows, columns, depth - 1), self.rng.choice("+-*")
        match self.rng.randrange(5):
            case 0:
                y = self.vector(columns, depth - 1)
                self.use("broadcast row")
            case 1:
                v = self.vector(rows, depth - 1)
                y = Expr(self.rng.choice((f"{v}[:, None]", f"{v}.reshape({rows}, 1)", f"np.expand_dims({v}, 1)")), v.bound)
                self.use("broadcast column")
            case 2:
                y = self.number(depth - 1)
            case _:
                y = self.matrix(rows, columns, depth - 1)
        return Expr(f"({x} {op} {y})", x.bound * y.bound if op == "*" else x.bound + y.bound)

    def matrix_ufunc(self, rows: int, columns: int, depth: int) -> Expr:
        x = self.matrix(rows, columns, depth - 1)
        self.use("ufunc of a matrix")
        form, bound = self.rng.choice(
            (
                ("np.sin({})", 1.0),
                ("np.tanh({})", 1.0),
                ("np.abs({})", x.bound),
                ("np.maximum({}, 0.05)", x.bound),
                ("np.where({0} > 0.2, {0}, 0.3)", x.bound),
                ("{}[::-1]", x.bound),
                ("{}[:, ::-1]", x.bound),
            )
        )
        return Expr(form.format(x), bound)

    def matrix_made(self, rows: int, columns: int, depth: int) -> Expr:
        depth = max(0, depth - 1)
        v, w = self.vector(rows, depth), self.vector(columns, depth)
        self.use("matrix made")
        match self.rng.randrange(5):
            case 0:
                return Expr(f"np.outer({v}, {w})", v.bound * w.bound)
            case 1:
                others = [self.vector(columns, depth) for _ in range(rows - 1)]
                return Expr(f"np.stack([{', '.join(map(str, [w, *others]))}])", max(x.bound for x in (w, *others)))
            case 2:
                lines = [", ".join(str(self.squashed(self.number(depth))) for _ in range(columns)) for _ in range(rows)]
                self.use("nested array literal")
                return Expr(f"(1.0 * np.array([{', '.join(f'[{line}]' for line in lines)}]))")
            case 3:
                return Expr(f"({w} * np.ones(({rows}, {columns})))", w.bound)
        return Expr(f"({v}[:, None] * {w})", v.bound * w.bound)
