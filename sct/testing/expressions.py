"""Random expressions of a wanted kind (float, int, bool, vector, matrix) as text, for the generator of random programs.

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
    """The text of an expression that binds like an atom, a bound of its size, and whether it may share memory with a variable."""

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
        return [name for name, var in self.scope.items()
                if var.kind == kind and size in (None, var.size) and (alias or not var.fresh)]

    @contextmanager
    def inner(self, **variables: Var) -> Iterator[None]:
        """A scope in which more variables are visible; what it binds is forgotten afterwards."""
        outer = self.scope
        self.scope = {**outer, **variables}
        try:
            yield
        finally:
            self.scope = outer


Form = Callable[[int], Expr]


class Expressions(Context):
    """Generates expressions; ``depth`` is how deep they may still nest."""

    # ---- numbers -------------------------------------------------------------------------------------------------------

    def literal(self) -> Expr:
        """A float literal without exact ties or special values."""
        value = round(self.rng.uniform(0.1, 1.6), 2)
        return Expr(f"(-{value})" if self.chance(0.2) else f"{value}", 1.6)

    def small_int(self, depth: int = 1) -> Expr:
        """An int within ±4."""
        return self.pick(depth, self.int_leaf, [
            (3, self.int_leaf), (1, self.int_mod), (1, self.int_floor), (1, self.int_of_float), (1, self.int_of_array),
            (1, self.int_sum), (0.5, self.int_bit)])

    def int_leaf(self, depth: int) -> Expr:
        names = self.visible("int")
        if names and self.chance(0.75):
            return Expr(self.rng.choice(names), 4)
        return Expr(str(self.rng.choice((0, 1, 2, 3, 4))), 4)

    def int_mod(self, depth: int) -> Expr:
        self.use("int %")
        return Expr(f"(({self.small_int(depth - 1)} * {self.rng.randint(2, 3)} + {self.rng.randint(0, 3)}) % {self.rng.randint(2, 5)})", 4)

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
        return Expr(self.rng.choice((f"len({name})", f"{name}.shape[0]", f"{name}.size", f"{name}.ndim", f"int(np.argmax({name}))",
                                     f"int(np.sum({name} > 0.2))")), 4)

    def index(self, n: int) -> str:
        """An index into ``n`` elements."""
        if self.chance(0.4):
            return str(self.rng.randrange(-n, n))
        self.use("computed index")
        return f"{self.small_int()} % {n}"

    # ---- floats --------------------------------------------------------------------------------------------------------

    def number(self, depth: int) -> Expr:
        """A float (now and then an int that stands for one)."""
        return self.pick(depth, self.float_leaf, [
            (3, self.float_leaf), (5, self.arithmetic), (2, self.quotient), (1.2, self.power), (4, self.math_call), (1, self.np_scalar),
            (1, self.modulo), (0.8, self.conditional), (0.8, self.min_max), (0.7, self.generator), (3.5, self.element), (3, self.reduction),
            (1.3, self.product_sum), (0.5, self.mask_sum), (0.7, self.float_of_int), (2, self.call), (0.4, self.and_or),
            (0.5, self.where_scalar), (0.4, self.unary), (0.5, self.matrix_scalar), (0.3, self.float_cast), (0.25, self.walrus_pair)])

    def float_leaf(self, depth: int) -> Expr:
        names = self.visible("float")
        if names and self.chance(0.82):
            name = self.rng.choice(names)
            return Expr(name, self.scope[name].bound)
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
        form, bound = self.rng.choice((
            ("math.sin({})", 1.0), ("math.cos({})", 1.0), ("math.tanh({})", 1.0), ("math.exp(math.sin({}))", 2.8), ("math.atan({})", 1.6),
            ("math.log(1.3 + abs({}))", 3.0), ("math.sqrt(0.7 + abs({}))", 4.0), ("math.exp(-abs({}))", 1.0), ("math.erf({})", 1.0),
            ("math.log1p(abs({}))", 3.0), ("math.hypot({}, 1.1)", x.bound + 1.1), ("math.atan2({}, 1.7)", 1.6), ("math.asinh({})", 3.0),
            ("math.cosh(math.sin({}))", 1.6), ("math.expm1(math.cos({}))", 1.8), ("math.fabs({})", x.bound), ("abs({})", x.bound),
            ("math.pow(1.4 + math.cos({}), 1.5)", 4.0), ("math.degrees(0.01 * math.sin({}))", 0.6), ("math.log(2.5 + math.sin({}), 2)", 2.0)))
        self.use("math function")
        return Expr(form.format(x), bound)

    def np_scalar(self, depth: int) -> Expr:
        x, y = self.number(depth - 1), self.number(depth - 1)
        form, bound = self.rng.choice((
            ("np.sin({0})", 1.0), ("np.tanh({0})", 1.0), ("np.maximum({0}, {1})", max(x.bound, y.bound)), ("np.exp(-np.abs({0}))", 1.0),
            ("np.minimum({0}, {1})", max(x.bound, y.bound)), ("np.log(1.5 + np.square({0}))", 4.0), ("np.arctan({0})", 1.6),
            ("np.float64({0})", x.bound), ("np.hypot({0}, 1.5)", x.bound + 1.5), ("np.clip({0}, -1.5, 1.5)", 1.5)))
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
        with self.inner(**{item: Var(kind, fixed=True)}):
            if kind == "int" and self.chance(0.6):
                self.scope[item] = Var("int", fixed=True)
            body = self.squashed(self.number(depth - 1))
            condition = f" if {self.condition(0)}" if self.chance(0.25) else ""
        self.use("comprehension" if self.chance(0.5) else "generator argument")
        text = f"{body} for {item} in {source}{condition}"
        match self.rng.randrange(4):
            case 0 if not condition:
                return Expr(f"max({text})")
            case 1 if not condition:
                return Expr(f"min([{text}])")
            case 2:
                return Expr(f"sum([{text}])", 4 * LIMIT)
        return Expr(f"sum({text})", 4 * LIMIT)

    def iterable(self, item: str) -> tuple[str, str]:
        """Something with one to four items, never none, and the kind of its items."""
        options: list[tuple[str, str]] = [(f"range({self.rng.randint(1, 4)})", "int"), (f"range({self.rng.randint(2, 4)}, 0, -1)", "int")]
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
        form, factor = self.rng.choice((
            ("np.sum({})", n), ("np.mean({})", 1), ("np.max({})", 1), ("np.min({})", 1), ("{}.sum()", n), ("{}.mean()", 1), ("{}.max()", 1),
            ("{}.min()", 1), ("sum({})", n), ("np.linalg.norm({})", n), ("{}.std()", 1), ("np.var({})", v.bound), ("np.prod(np.cos({}))", 1.0),
            ("max({})", 1), ("np.sum(np.cumsum({})[1:])", n * n), ("{}[1:].sum()", n), ("np.sum({}[::-2])", n)))
        self.use("reduction")
        return Expr(form.format(v), factor * v.bound)

    def product_sum(self, depth: int) -> Expr:
        n = self.length()
        v, w = self.vector(n, depth - 1), self.vector(n, depth - 1)
        self.use("dot product")
        form = self.rng.choice(("np.dot({}, {})", "({} @ {})", "{}.dot({})", "np.sum({} * {})", "np.inner({}, {})", "np.sum({}[1:] * {}[:-1])",
                                "np.trace(np.outer({}, {}))", "sum(p * q for p, q in zip({}, {}))", "np.einsum('i,i->', {}, {})"))
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
        form, factor = self.rng.choice((("np.sum({})", 12.0), ("{}.mean()", 1.0), ("np.max({})", 1.0), ("np.linalg.norm({})", 12.0), ("np.trace({})", 3.0)))
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
        by_keyword = max(helper.n_keyword - (len(helper.params) - n_given), self.rng.choice((0, 0, 1)) if helper.n_optional else 0)
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

    # ---- conditions ----------------------------------------------------------------------------------------------------

    def condition(self, depth: int) -> Expr:
        """A bool."""
        return self.pick(depth, self.comparison, [
            (5, self.comparison), (1, self.int_comparison), (1, self.chained), (1.5, self.bool_operation), (0.5, self.negation),
            (0.7, self.array_condition), (0.8, self.flag), (0.4, self.membership)])

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
        return Expr(self.rng.choice((f"np.any({v} > 0.9)", f"({v} < 1.1).all()", f"(np.sum({v}) > 0.3)", f"np.all({v} > -2.0)")))

    # ---- vectors -------------------------------------------------------------------------------------------------------

    def length(self) -> int:
        """The length of some vector in scope, mostly."""
        return self.n if self.chance(0.8) else self.rows

    def vector(self, n: int, depth: int, alias: bool = True) -> Expr:
        """A 1-D array of ``n`` elements; with ``alias`` false, it does not expose an array that is written to."""
        leaf = self.vector_leaf if alias else self.shareable_vector
        return self.pick(depth, lambda d: leaf(n), [
            (4, lambda d: leaf(n)), (5, lambda d: self.vector_arithmetic(n, d)), (3, lambda d: self.vector_ufunc(n, d)),
            (1, lambda d: self.vector_literal(n, d)), (1.2, lambda d: self.vector_view(n, d)), (1, lambda d: self.vector_shuffle(n, d)),
            (1.5, lambda d: self.vector_of_matrix(n, d)), (1, lambda d: self.vector_where(n, d)), (0.6, lambda d: self.vector_made(n, d)),
            (0.6, lambda d: self.vector_call(n, d)), (0.3, lambda d: self.vector_conditional(n, d))])

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
        form, bound = self.rng.choice((
            ("np.sin({})", 1.0), ("np.cos({})", 1.0), ("np.tanh({})", 1.0), ("np.exp(-np.abs({}))", 1.0), ("np.log(1.2 + np.abs({}))", 3.0),
            ("np.sqrt(0.8 + np.abs({}))", 4.0), ("np.arctan({})", 1.6), ("np.abs({})", x.bound), ("abs({})", x.bound), ("(-{})", x.bound),
            ("np.maximum({}, 0.1)", x.bound), ("np.minimum({}, 0.9)", x.bound), ("np.clip({}, -1.3, 1.2)", 1.3), ("np.square({})", x.bound**2),
            ("({} ** 2)", x.bound**2), ("(1.3 + np.abs({})) ** 1.5", 20.0), ("({} % 1.7)", 1.7), ("({} // 0.9)", 2 * x.bound),
            ("np.sinh(np.sin({}))", 1.2), ("np.expm1(np.sin({}))", 1.8), ("np.log1p(np.abs({}))", 2.5), ("1.0 / (1.0 + np.exp(-np.tanh({})))", 1.0)))
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
        form = self.rng.choice(("{}[::-1]", "{}[:]", "{}.T", "{}.reshape(-1)", "np.ravel({})", "{}.copy()", "{}[...]", "{}.flatten()", "{}.astype(float)"))
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
        form, bound = self.rng.choice((
            ("{m}.sum(axis=0)", rows * m.bound), ("np.sum({m}, axis=0)", rows * m.bound), ("{m}.mean(axis=0)", m.bound), ("np.max({m}, axis=0)", m.bound),
            ("({v} @ {m})", rows * m.bound * v.bound), ("np.dot({m}.T, {v})", rows * m.bound * v.bound), ("{m}[{i}]", m.bound),
            ("{m}[{i}, :]", m.bound), ("{m}.T[:, {i}]", m.bound), ("({m} * {v}[:, None]).sum(axis=0)", rows * m.bound * v.bound),
            ("(np.outer({w}, {w}) @ {w})", n * w.bound**3), ("({m} + {w})[{i}]", m.bound + w.bound)))
        self.use("matrix to vector")
        return Expr(form.format(m=m, v=v, w=w, i=self.index(rows)), bound, alias="[" in form)

    def vector_where(self, n: int, depth: int) -> Expr:
        x, y = self.vector(n, depth - 1), self.vector(n, depth - 1)
        self.use("np.where")
        return Expr(f"np.where({self.vector(n, depth - 1)} > {self.literal()}, {x}, {y})", max(x.bound, y.bound))

    def vector_made(self, n: int, depth: int) -> Expr:
        x = self.squashed(self.number(max(0, depth - 1)))
        self.use("array creation")
        return Expr(self.rng.choice((f"({x} * np.ones({n}))", f"(np.zeros({n}) + {x})", f"np.full({n}, 1.0 * {x})", f"({x} * np.arange({n}))",
                                     f"({x} + np.linspace(0.1, 0.9, {n}))")), 4 * x.bound)

    def vector_call(self, n: int, depth: int) -> Expr:
        made = self.helper_call("vec", depth) if n == self.n else None
        return Expr(made.text, made.bound, alias=True) if made else self.shareable_vector(n)

    def vector_conditional(self, n: int, depth: int) -> Expr:
        x, y = self.vector(n, depth - 1, alias=False), self.vector(n, depth - 1, alias=False)
        self.use("conditional expression of arrays")
        return Expr(f"({x} if {self.condition(depth - 1)} else {y})", max(x.bound, y.bound), alias=True)

    # ---- matrices ------------------------------------------------------------------------------------------------------

    def matrix(self, rows: int, columns: int, depth: int) -> Expr:
        """A 2-D array of the given shape."""
        return self.pick(depth, lambda d: self.matrix_leaf(rows, columns), [
            (3, lambda d: self.matrix_leaf(rows, columns)), (3, lambda d: self.matrix_arithmetic(rows, columns, d)),
            (2, lambda d: self.matrix_ufunc(rows, columns, d)), (2, lambda d: self.matrix_made(rows, columns, d))])

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
        form, bound = self.rng.choice((("np.sin({})", 1.0), ("np.tanh({})", 1.0), ("np.abs({})", x.bound), ("np.maximum({}, 0.05)", x.bound),
                                       ("np.where({0} > 0.2, {0}, 0.3)", x.bound), ("{}[::-1]", x.bound), ("{}[:, ::-1]", x.bound)))
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

    # ---- common --------------------------------------------------------------------------------------------------------

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
