"""Takes expressions of a normalised tree, gives lowered IR: every operand evaluated once and in Python's order."""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import gast

from ..ir.build import Builder
from ..ir.core import Block, Function, Value
from ..ir.ops import contains
from ..ir.types import DYN
from .capture import Captured
from .generators import is_decision
from .lowered import NestedCode, ParamSpec
from .normalize import hint_of
from .scopes import Scope, assigned, defaults_of, free_names, is_comprehension_target, parameter_nodes

Node = Any
Env = dict[str, Value]

BINARY: dict[type, Callable[..., Any]] = {
    gast.Add: operator.add, gast.Sub: operator.sub, gast.Mult: operator.mul, gast.Div: operator.truediv,
    gast.FloorDiv: operator.floordiv, gast.Mod: operator.mod, gast.Pow: operator.pow, gast.MatMult: operator.matmul,
    gast.BitAnd: operator.and_, gast.BitOr: operator.or_, gast.BitXor: operator.xor, gast.LShift: operator.lshift,
    gast.RShift: operator.rshift,
}
UNARY: dict[type, Callable[..., Any]] = {gast.USub: operator.neg, gast.UAdd: operator.pos, gast.Invert: operator.invert}
COMPARE: dict[type, Callable[..., Any]] = {
    gast.Lt: operator.lt, gast.LtE: operator.le, gast.Gt: operator.gt, gast.GtE: operator.ge, gast.Eq: operator.eq,
    gast.NotEq: operator.ne, gast.Is: operator.is_, gast.IsNot: operator.is_not, gast.In: contains, gast.NotIn: contains,
}


class ExpressionLowerer:
    """Lowers expressions at a moving insertion point; ``env`` maps each local variable to its current SSA value."""

    def __init__(self, scope: Scope, captured: Captured, lower_nested: Callable[[NestedCode], Function]) -> None:
        self.scope = scope
        self.captured = captured
        self.lower_nested = lower_nested
        self.body = Block()
        self.builder = Builder(self.body)
        self.env: Env = {}
        self.unsure: set[Value] = set()
        """Contents of variables that are not bound on every path to here: reading one of them may raise."""
        self.enclosed = False
        """Whether this is code that Python runs as a function of its own: a generator, before 3.12 any comprehension."""
        self.place = captured.loc(scope.node)
        """The location of the statement that is being lowered."""

    # ── emission ──

    def at(self, node: Node) -> None:
        """Let ops that are emitted from here on stand where ``node`` stands: the statement's line, the expression's columns."""
        loc = self.captured.loc(node)
        self.builder.loc = replace(loc, text=self.place.text) if loc.line == self.place.line else self.place

    def op(self, node: Node, kind: str, operands: Sequence[Value] = (), /, hint: str = "", **attrs: Any) -> Value:
        """Emit an op with one result that stands at ``node``."""
        self.at(node)
        op = self.builder.emit(kind, operands, [DYN], [hint])
        op.attrs.update(attrs)
        return op.result

    def effect(self, node: Node, kind: str, operands: Sequence[Value] = (), /, **attrs: Any) -> None:
        """Emit an op without a result."""
        self.at(node)
        self.builder.emit(kind, operands).attrs.update(attrs)

    def constant(self, node: Node, value: Any) -> Value:
        return self.op(node, "const", value=value)

    # ── variables ──

    def bind(self, node: Node, name: str, value: Value) -> None:
        """Make ``value`` the content of a local variable; a fresh temporary takes its name."""
        if not value.hint:
            value.hint = hint_of(name)
        place = self.scope.place(name)
        if place is not None:
            self.effect(node, "share", [value], place=place)
            return
        self.env[name] = value
        self.sync_cell(node, name)

    def sync_cell(self, node: Node, name: str) -> None:
        """Tell nested functions that share the variable what it holds now."""
        cell = self.scope.cells.get(name)
        if cell is not None and name in self.env:
            self.effect(node, "setcell", [self.env[name]], cell=cell, fresh=False)

    def current(self, node: Node, name: str) -> Value:
        """What a local variable holds, or an ``undef`` where it is not bound."""
        found = self.env.get(name)
        if found is None:
            found = self.op(node, "undef", hint=hint_of(name))
            self.unsure.add(found)
        return found

    def read(self, node: Node, name: str) -> Value:
        place = self.scope.place(name)
        if place is not None:
            found = self.op(node, "shared", hint=hint_of(name), place=place)
            return self.op(node, "read", [found], hint=hint_of(name), name=hint_of(name), free=name in self.scope.outer_shared)
        if name in self.scope.order:
            return self.checked(node, name)
        if name in self.scope.outer_cells:
            found = self.op(node, "name", hint=hint_of(name), name=self.scope.outer_cells[name], scope="cell")
            return self.op(node, "read", [found], hint=hint_of(name), name=hint_of(name), free=True)
        scope = "free" if name in self.scope.free else "global"
        return self.op(node, "name", hint=hint_of(name), name=self.mangled(name), scope=scope)

    def checked(self, node: Node, name: str) -> Value:
        """What a local variable holds where it is read; from there on it is known to be bound."""
        value = self.current(node, name)
        if value in self.unsure and "." not in name:  # hidden variables are tested before they are read
            free = self.enclosed or name in self.scope.captures
            value = self.env[name] = self.op(node, "read", [value], hint=name, name=name, free=free)
        return value

    def join_bound(self, ends: Sequence[Value], value: Value) -> None:
        """``value`` is one of ``ends``: as sure to be bound as the least of them."""
        if not self.unsure.isdisjoint(ends):
            self.unsure.add(value)

    def mangled(self, name: str) -> str:
        """The name that ``__name`` inside a class means."""
        owner = self.captured.qualname.split(".")[-2:-1]
        if not name.startswith("__") or name.endswith("__") or not owner or owner[0] == "<locals>":
            return name
        return f"_{owner[0].lstrip('_')}{name}"

    def assign(self, target: Node, value: Value) -> None:
        """Bind ``value`` to a target of any shape."""
        if isinstance(target, gast.Name):
            self.bind(target, target.id, value)
        elif isinstance(target, gast.Tuple | gast.List):
            self.unpack(target, value)
        elif isinstance(target, gast.Attribute):
            obj = self.expr(target.value)
            self.effect(target, "store_attr", [obj, value], name=self.mangled(target.attr), aug=None)
        elif isinstance(target, gast.Subscript):
            obj = self.expr(target.value)
            self.effect(target, "store_item", [obj, self.expr(target.slice), value], aug=None)
        else:
            assert isinstance(target, gast.Starred)
            self.assign(target.value, value)

    def unpack(self, target: Node, value: Value) -> None:
        starred = [k for k, item in enumerate(target.elts) if isinstance(item, gast.Starred)]
        names = [item.value if isinstance(item, gast.Starred) else item for item in target.elts]
        hints = [hint_of(item.id) if isinstance(item, gast.Name) else "" for item in names]
        self.at(target)
        op = self.builder.emit("unpack", [value], [DYN] * len(names), hints, n=len(names), star=starred[0] if starred else None)
        for item, result in zip(names, op.results, strict=True):
            self.assign(item, result)

    # ── regions ──

    def branch(self, node: Node, condition: Value, then: Callable[[], Value], other: Callable[[], Value]) -> Value:
        """An ``if`` with a value; variables that a walrus in it binds are yielded too."""
        env, blocks, values, envs = self.env, [Block(), Block()], [], []
        for block, lower in zip(blocks, (then, other), strict=True):
            self.env = dict(env)
            with self.builder.at(block):
                values.append(lower())
            envs.append(self.env)
        names = self.changed(env, envs)
        columns = []
        for block, value, after in zip(blocks, values, envs, strict=True):
            self.env = after
            with self.builder.at(block):
                columns.append([value, *(self.current(node, name) for name in names)])
                self.effect(node, "yield", columns[-1])
        self.env = env
        self.at(node)
        op = self.builder.emit("if", [condition], [DYN] * (1 + len(names)), ["", *map(hint_of, names)], blocks, tail=False)
        for result, *ends in zip(op.results, *columns, strict=True):
            self.join_bound(ends, result)
        self.bind_all(node, names, op.results[1:])
        return op.results[0]

    def changed(self, before: Env, after: Sequence[Env]) -> list[str]:
        """The variables that hold something else in some of the environments ``after``."""
        return self.scope.sorted(name for env in after for name, value in env.items() if before.get(name) is not value)

    def bind_all(self, node: Node, names: Sequence[str], values: Sequence[Value]) -> None:
        for name, value in zip(names, values, strict=True):
            self.bind(node, name, value)

    # ── expressions ──

    def expr(self, node: Node) -> Value:
        """The value of an expression."""
        return getattr(self, f"_{type(node).__name__}")(node)  # type: ignore[no-any-return]

    def _Constant(self, node: Node) -> Value:
        return self.constant(node, node.value)

    def _Name(self, node: Node) -> Value:
        return self.read(node, node.id)

    def _NamedExpr(self, node: Node) -> Value:
        value = self.expr(node.value)
        self.bind(node, node.target.id, value)
        return value

    def _BinOp(self, node: Node) -> Value:
        operands = [self.expr(node.left), self.expr(node.right)]
        return self.op(node, "binary", operands, op=BINARY[type(node.op)])

    def _UnaryOp(self, node: Node) -> Value:
        operand = node.operand
        if isinstance(node.op, gast.Not):
            return self.op(node, "not", [self.expr(operand)])
        number = isinstance(operand, gast.Constant) and type(operand.value) in (int, float, complex)
        if number and isinstance(node.op, gast.USub):
            return self.constant(node, -operand.value)
        return self.op(node, "unary", [self.expr(operand)], op=UNARY[type(node.op)])

    def _BoolOp(self, node: Node) -> Value:
        return self.boolean(node, list(node.values))

    def boolean(self, node: Node, operands: list[Node]) -> Value:
        """``a and b and …``: yields the operand that decides, evaluating no further."""
        first, rest = self.expr(operands[0]), operands[1:]
        if not rest:
            return first
        if isinstance(node.op, gast.And):
            return self.branch(node, first, lambda: self.boolean(node, rest), lambda: first)
        return self.branch(node, first, lambda: first, lambda: self.boolean(node, rest))

    def _Compare(self, node: Node) -> Value:
        return self.comparison(node, self.expr(node.left), 0)

    def comparison(self, node: Node, left: Value, k: int) -> Value:
        """``left < b < c …`` from the ``k``-th operator on."""
        right = self.expr(node.comparators[k])
        result = self.op(node, "compare", [left, right], op=COMPARE[type(node.ops[k])])
        if isinstance(node.ops[k], gast.NotIn):
            result = self.op(node, "not", [result])
        if k + 1 == len(node.ops):
            return result
        return self.branch(node, result, lambda: self.comparison(node, right, k + 1), lambda: result)

    def _IfExp(self, node: Node) -> Value:
        return self.branch(node, self.expr(node.test), lambda: self.expr(node.body), lambda: self.expr(node.orelse))

    def _Attribute(self, node: Node) -> Value:
        return self.op(node, "attr", [self.expr(node.value)], name=self.mangled(node.attr))

    def _Subscript(self, node: Node) -> Value:
        return self.op(node, "getitem", [self.expr(node.value), self.expr(node.slice)])

    def _Slice(self, node: Node) -> Value:
        parts = [self.constant(node, None) if part is None else self.expr(part) for part in (node.lower, node.upper, node.step)]
        return self.op(node, "slice", parts)

    def _Tuple(self, node: Node) -> Value:
        return self.display(node, tuple)

    def _List(self, node: Node) -> Value:
        return self.display(node, list)

    def _Set(self, node: Node) -> Value:
        return self.display(node, set)

    def display(self, node: Node, kind: type) -> Value:
        star = tuple(isinstance(item, gast.Starred) for item in node.elts)
        items = [self.expr(item.value if starred else item) for item, starred in zip(node.elts, star, strict=True)]
        return self.op(node, "build", items, kind=kind, star=star)

    def _Dict(self, node: Node) -> Value:
        spread = tuple(key is None for key in node.keys)
        pairs = [(self.op(node, "const", [], value=None) if key is None else self.expr(key), self.expr(value))
                 for key, value in zip(node.keys, node.values, strict=True)]
        attrs: dict[str, Any] = {"spread": spread} if any(spread) else {}
        return self.op(node, "dict", [*(key for key, _ in pairs), *(value for _, value in pairs)], n=len(pairs), **attrs)

    def _Call(self, node: Node) -> Value:
        if is_decision(node):
            return self.decision(node)
        operands = [self.expr(node.func)]
        how: list[tuple[str, ...]] = []
        if self.is_bare_super(node):
            owner = self.op(node, "name", name="__class__", scope="free")
            operands += [owner, self.read(node, parameter_nodes(self.scope.node)[0][0].id)]
            how += [("pos",), ("pos",)]
        for arg in node.args:
            starred = isinstance(arg, gast.Starred)
            operands.append(self.expr(arg.value if starred else arg))
            how.append(("star",) if starred else ("pos",))
        for keyword in node.keywords:
            operands.append(self.expr(keyword.value))
            how.append(("dstar",) if keyword.arg is None else ("kw", keyword.arg))
        return self.op(node, "call", operands, args=tuple(how))

    def is_bare_super(self, node: Node) -> bool:
        """Whether a call is ``super()``, which means the class around the method and its first argument."""
        named = isinstance(node.func, gast.Name) and node.func.id == "super" and "super" not in self.scope.order
        return named and not node.args and not node.keywords and "__class__" in self.scope.free

    def _JoinedStr(self, node: Node) -> Value:
        operands: list[Value] = []
        parts = self.format_parts(node, operands)
        return self.op(node, "format", operands, parts=parts)

    def format_parts(self, node: Node, operands: list[Value]) -> tuple[Any, ...]:
        parts: list[Any] = []
        for item in node.values:
            if isinstance(item, gast.Constant):
                parts.append(item.value)
                continue
            operands.append(self.expr(item.value))
            index = len(operands) - 1
            spec = () if item.format_spec is None else self.format_parts(item.format_spec, operands)
            parts.append((index, item.conversion, "".join(spec) if all(isinstance(s, str) for s in spec) else spec))
        return tuple(parts)

    # ── comprehensions ──

    def _ListComp(self, node: Node) -> Value:
        return self.comprehension(node)

    _GeneratorExp = _SetComp = _DictComp = _ListComp

    def decision(self, node: Node) -> Value:
        """``any(e for …)`` and ``all(e for …)``: a loop that is left at the item that decides."""
        name = node.func.id
        operands = [self.expr(node.func), self.comprehension(node.args[0], name)]
        return self.op(node, "call", operands, args=(("pos",),), decided=name)

    def comprehension(self, node: Node, decides: str = "") -> Value:
        """A loop that adds to a container, or decides something; variables that a walrus in it binds are carried along."""
        generator = isinstance(node, gast.GeneratorExp)
        targets = [g.target for g in node.generators]
        own = assigned(targets)
        carried = [name for name in self.scope.sorted(assigned([node])) if not is_comprehension_target(name)]
        first = self.expr(node.generators[0].iter)
        for name in own:
            if name in self.scope.cells:
                undef = self.op(node, "undef", hint=hint_of(name))
                self.effect(node, "setcell", [undef], cell=self.scope.cells[name], fresh=True)
        outer, self.enclosed = self.enclosed, self.enclosed or generator or sys.version_info < (3, 12)
        start = self.constant(node, decides == "all") if decides else self.empty(node)
        result = self.generators(node, 0, first, start, carried, decides)
        self.enclosed = outer
        if not decides and not generator and not isinstance(node, gast.SetComp):
            result = self.op(node, "made", [result])
        if generator:
            assert not isinstance(result.owner, Block) and result.owner is not None
            result.owner.attrs["generator"] = True
        return result

    def empty(self, node: Node) -> Value:
        """What a comprehension starts with."""
        if isinstance(node, gast.DictComp):
            return self.op(node, "dict", (), n=0, spread=(), accumulates=True)
        return self.op(node, "build", (), kind=set if isinstance(node, gast.SetComp) else list, star=(), accumulates=True)

    def generators(self, node: Node, k: int, iterable: Value, accumulated: Value, carried: list[str], decides: str) -> Value:
        """The loop of the ``k``-th ``for`` clause; gives the list, or what has been decided, after it."""
        generator, found = node.generators[k], {"any": "found", "all": "holds"}.get(decides, "")
        inits = [accumulated, *(self.current(node, name) for name in carried)]
        body, env = Block(), dict(self.env)
        item = body.add_arg(hint_of(generator.target.id) if isinstance(generator.target, gast.Name) else "")
        args = [body.add_arg(hint) for hint in [found, *map(hint_of, carried)]]
        with self.builder.at(body):
            for init, arg in zip(inits, args, strict=True):
                self.join_bound([init], arg)
            self.bind_all(generator.target, carried, args[1:])
            self.assign(generator.target, item)
            if decides:
                self.decide(node, k, list(generator.ifs), args[0], carried, decides)
            else:
                after = self.filtered(node, k, list(generator.ifs), args[0], carried)
                self.end_round(node, "continue", after, carried)
        self.env = env
        self.at(node)
        hints = [found, *map(hint_of, carried)]
        op = self.builder.emit("for", [iterable, *inits], [DYN] * len(inits), hints, [body], kind="iter", comprehension=True,
                               decides=decides, known=isinstance(node, gast.SetComp | gast.DictComp))
        for init, result in zip(inits, op.results, strict=True):
            self.join_bound([init], result)
        self.bind_all(node, carried, op.results[1:])
        return op.results[0]

    def filtered(self, node: Node, k: int, tests: list[Node], accumulated: Value, carried: list[str]) -> Value:
        if tests:
            return self.branch(tests[0], self.expr(tests[0]),
                               lambda: self.filtered(node, k, tests[1:], accumulated, carried), lambda: accumulated)
        if k + 1 < len(node.generators):
            return self.generators(node, k + 1, self.expr(node.generators[k + 1].iter), accumulated, carried, "")
        added = [node.key, node.value] if isinstance(node, gast.DictComp) else [node.elt]
        return self.op(node, "append", [accumulated, *map(self.expr, added)])

    def decide(self, node: Node, k: int, tests: list[Node], undecided: Value, carried: list[str], decides: str) -> None:
        """End an iteration: leave the loop if the item passes the tests and decides."""
        def goes_on() -> None:
            self.end_round(node, "continue", undecided, carried)

        def leaves() -> None:
            self.end_round(node, "break", self.constant(node, decides == "any"), carried, exit=1)

        if tests:
            self.either(tests[0], self.expr(tests[0]),
                        lambda: self.decide(node, k, tests[1:], undecided, carried, decides), goes_on)
            return
        if k + 1 < len(node.generators):
            iterable = self.expr(node.generators[k + 1].iter)
            element = self.generators(node, k + 1, iterable, self.constant(node, decides == "all"), carried, decides)
        else:
            element = self.expr(node.elt)
        self.either(node, element, *((leaves, goes_on) if decides == "any" else (goes_on, leaves)))

    def either(self, node: Node, condition: Value, *ends: Callable[[], None]) -> None:
        """An ``if`` both of whose branches end the iteration."""
        env, blocks = self.env, [Block(), Block()]
        for block, end in zip(blocks, ends, strict=True):
            self.env = dict(env)
            with self.builder.at(block):
                end()
        self.env = env
        self.at(node)
        self.builder.emit("if", [condition], blocks=blocks, tail=True)

    def end_round(self, node: Node, how: str, first: Value, carried: list[str], **attrs: Any) -> None:
        """``continue`` or ``break`` with what the loop of a comprehension carries."""
        self.effect(node, how, [first, *(self.current(node, name) for name in carried)], **attrs)

    # ── nested functions ──

    def _Lambda(self, node: Node) -> Value:
        return self.closure(node, "<lambda>")

    def closure(self, node: Node, name: str) -> Value:
        """A nested function: what it captures by value, then its defaults, are operands."""
        shared = {n: place for n in free_names(node) if (place := self.scope.place(n)) is not None}
        names = [n for n in free_names(node) if n not in shared]
        captures = tuple(n for n in names if n in self.scope.order and n not in self.scope.cells)
        cells = {n: self.scope.cells.get(n) or self.scope.outer_cells[n] for n in names
                 if n in self.scope.cells or (n in self.scope.outer_cells and n not in self.scope.order)}
        path = f"{self.scope.path}.{name}:{node.lineno}:{node.col_offset}"
        code = NestedCode(name, node, path, param_specs(node), captures, cells, shared, self.lower_nested)
        defaults = [self.expr(default) for default in defaults_of(node)]
        operands = [*(self.current(node, n) for n in captures), *defaults]
        return self.op(node, "closure", operands, hint="" if name == "<lambda>" else name, code=code, captures=captures,
                       cells=tuple(cells.values()), n_defaults=len(defaults))


def param_specs(node: Node) -> list[ParamSpec]:
    """The parameters of a function's tree."""
    args = node.args
    positional = len(args.posonlyargs) + len(args.args)
    with_default = {arg.id for arg in [*args.posonlyargs, *args.args][positional - len(args.defaults):]}
    with_default |= {arg.id for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True) if default is not None}
    return [ParamSpec(arg.id, kind, arg.id in with_default) for arg, kind in parameter_nodes(node)]
