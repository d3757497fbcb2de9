"""Takes values, gives the expressions they print as: Python syntax trees, operators infix, callables through their modules."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ..analysis.plans import range_length
from ..errors import InternalError
from ..ir.core import Callee, Op, Value
from ..ir.ops import INFIX, PREFIX, Lit, SeqOf, SliceOf, Slot, contains
from ..ir.types import OrConst, Record, Scalar
from ..runtime.records import instance
from .facts import is_guarded, resolve, scalar, template_values
from .idioms import range_of
from .names import UNUSED, Names, data_root
from .plan import Plan

LOAD = ast.Load()
STORE = ast.Store()

BINARY: dict[str, type[ast.operator]] = {
    "+": ast.Add, "-": ast.Sub, "*": ast.Mult, "/": ast.Div, "//": ast.FloorDiv, "%": ast.Mod, "**": ast.Pow, "@": ast.MatMult,
    "&": ast.BitAnd, "|": ast.BitOr, "^": ast.BitXor, "<<": ast.LShift, ">>": ast.RShift,
}
COMPARE: dict[str, type[ast.cmpop]] = {
    "<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE, "==": ast.Eq, "!=": ast.NotEq, "is": ast.Is, "is not": ast.IsNot,
}
UNARY: dict[str, type[ast.unaryop]] = {"-": ast.USub, "+": ast.UAdd, "~": ast.Invert, "not": ast.Not}
OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}
"""Comparisons whose negation is another comparison for all values, NaN included."""
ORDER_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt}
"""These only for whole numbers."""


def name(text: str) -> ast.Name:
    return ast.Name(text, LOAD)


def target(text: str) -> ast.Name:
    return ast.Name(text, STORE)


def call(function: ast.expr, *args: ast.expr) -> ast.Call:
    return ast.Call(function, list(args), [])


def attribute(base: ast.expr, *path: str) -> ast.expr:
    for part in path:
        base = ast.Attribute(base, part, LOAD)
    return base


def bare_tuple(items: list[ast.expr]) -> ast.expr:
    """A tuple without parentheses, as in ``return a, b``; only for a place where that is legal."""
    if len(items) < 2:
        return ast.Tuple(items, LOAD)
    return name(", ".join(map(ast.unparse, items)))


class Expressions:
    """Builds the syntax of values; collects the outside objects that it names."""

    def __init__(self, plan: Plan, names: Names) -> None:
        self.plan = plan
        self.names = names
        self.folded: dict[Value, ast.expr] = {}
        """Variables that turn out to be printed inside their consumer after all (comprehensions)."""
        self.has_parentheses = False
        """Whether a negation may stand inside ``and`` or ``or``, or a generator in a call."""

    # ---- values

    def of(self, value: Value) -> ast.expr:
        """The expression for a mention of ``value``."""
        value = resolve(value)
        if value in self.plan.inline:
            assert isinstance(value.owner, Op)
            return self.define(value.owner)
        if value in self.folded:
            return self.folded[value]
        return name(self.names.of.get(value, UNUSED))

    def variable(self, value: Value) -> str:
        """The name of a variable."""
        return self.names.of.get(value, UNUSED)

    def define(self, op: Op) -> ast.expr:
        """The expression that computes an op."""
        build = _BUILD.get(op.name)
        if build is None:
            raise InternalError(f"`{op.name}` cannot be printed as an expression")
        return build(self, op)

    # ---- templates and literals

    def template(self, op: Op, template: Any) -> ast.expr:
        if isinstance(template, Slot):
            return self.of(op.operands[template.index])
        if isinstance(template, Lit):
            return self.literal(template.value)
        if isinstance(template, SeqOf):
            return self.sequence(template.kind, [self.template(op, t) for t in template.items])
        if isinstance(template, SliceOf):
            return call(self.object(slice), *(self.template(op, t) for t in (template.lo, template.hi, template.step)))
        if isinstance(template, dict):
            return ast.Dict([self.literal(k) for k in template], [self.template(op, t) for t in template.values()])
        return self.literal(template)

    def index(self, op: Op, template: Any) -> ast.expr:
        """A template between square brackets, where slices print with colons."""
        if isinstance(template, Lit) and isinstance(template.value, slice):
            parts = (template.value.start, template.value.stop, template.value.step)
            return ast.Slice(*(None if p is None else self.literal(p) for p in parts))
        if isinstance(template, SliceOf):
            return ast.Slice(*(self._bound(op, t) for t in (template.lo, template.hi, template.step)))
        if isinstance(template, SeqOf) and template.kind is tuple and template.items:
            return ast.Tuple([self.index(op, t) for t in template.items], LOAD)
        if isinstance(template, Lit) and isinstance(template.value, tuple) and template.value:
            return ast.Tuple([self.index(op, Lit(v)) for v in template.value], LOAD)
        return self.template(op, template)

    def _bound(self, op: Op, template: Any) -> ast.expr | None:
        if template is None or isinstance(template, Lit) and template.value is None:
            return None
        shown = self.template(op, template)
        return None if isinstance(shown, ast.Constant) and shown.value is None else shown

    def sequence(self, kind: type, items: list[ast.expr]) -> ast.expr:
        if kind is tuple:
            return ast.Tuple(items, LOAD)
        if kind is list:
            return ast.List(items, LOAD)
        if kind is set:
            return ast.Set(items)
        return call(self.object(kind), *items)

    def literal(self, value: Any) -> ast.expr:
        """A literal, or the name of an object."""
        if isinstance(value, bool | str | bytes) or value is None or value is ...:
            return ast.Constant(value)
        if type(value) in (int, float):
            return self.number(value)
        if type(value) is complex:
            return ast.Constant(value) if value.real == 0 and math.copysign(1, value.real) > 0 and value.imag >= 0 \
                else call(self.object(complex), self.number(value.real), self.number(value.imag))
        if type(value) in (tuple, list, set):
            return self.sequence(type(value), [self.literal(v) for v in value])
        if type(value) is dict:
            return ast.Dict([self.literal(k) for k in value], [self.literal(v) for v in value.values()])
        if isinstance(value, slice):
            return call(self.object(slice), *map(self.literal, (value.start, value.stop, value.step)))
        if isinstance(value, range):
            return call(self.object(range), *map(self.literal, (value.start, value.stop, value.step)))
        if isinstance(value, Callee):
            return name(self.names.externals.function(value.function))
        return self.numpy_literal(value)

    def number(self, value: int | float) -> ast.expr:
        if value != value:
            return attribute(self.object(np), "nan")
        if value == math.pi:
            return attribute(self.object(math), "pi")
        if value < 0 or value == 0 and math.copysign(1, value) < 0:
            return ast.UnaryOp(ast.USub(), self.number(-value))
        return attribute(self.object(np), "inf") if value == math.inf else ast.Constant(value)

    def numpy_literal(self, value: Any) -> ast.expr:
        if isinstance(value, np.dtype):
            return attribute(self.object(np), value.name) if value.isbuiltin else call(
                attribute(self.object(np), "dtype"), self.literal(value.str))
        if isinstance(value, np.bool | np.number):
            return call(self.object(type(value)), self.literal(value.item()))
        return self.object(value)

    def object(self, value: Any) -> ast.expr:
        """The name of a module, function, class or other object from outside."""
        root, path = self.names.externals.name(value)
        return attribute(name(root), *path)

    # ---- ops

    def call(self, op: Op) -> ast.expr:
        fn, args = op.attrs["fn"], template_values(op)
        kwargs = op.attrs.get("kwargs") or {}
        if fn is operator.getitem:
            return ast.Subscript(self.template(op, args[0]), self.index(op, args[1]), LOAD)
        if not kwargs and not op.attrs.get("spelled") and (built := self.operator(op, fn, args)) is not None:
            return built
        keywords = [ast.keyword(key, self.template(op, t)) for key, t in kwargs.items()]
        shown = [self.template(op, t) for t in args]
        if is_guarded(op) and isinstance(shown[0], ast.Name):
            return ast.BoolOp(ast.And(), [shown[0], ast.BinOp(shown[0], ast.Mult(), shown[1])])
        if op.attrs.get("spelled") == "attribute" and not (op.attrs.get("adjoint") and _may_be_number(op.operands[0])):
            return attribute(shown[0], op.attrs["spelled_name"])
        if op.attrs.get("spelled") == "method":
            return ast.Call(attribute(shown[0], op.attrs["spelled_name"]), shown[1:], keywords)
        if fn in (range, range_length) and (same := range_of(shown)) is not None:
            return same if fn is range else call(self.object(len), same)
        return ast.Call(self.object(fn), shown, keywords)

    def operator(self, op: Op, fn: Callable[..., Any], args: tuple[Any, ...]) -> ast.expr | None:
        """``x + y``, ``x < y``, ``-x``, ``item in xs``; None for a callable that is not an operator."""
        try:
            sign = INFIX.get(fn) or PREFIX.get(fn)
        except TypeError:  # not hashable
            return None
        if len(args) == 2 and sign in BINARY and fn in INFIX:
            return ast.BinOp(self.template(op, args[0]), BINARY[sign](), self.template(op, args[1]))
        if len(args) == 2 and sign in COMPARE:
            return ast.Compare(self.template(op, args[0]), [COMPARE[sign]()], [self.template(op, args[1])])
        if len(args) == 1 and sign and fn in PREFIX:
            return self.negated(op.operands[0]) if fn is operator.not_ else ast.UnaryOp(
                UNARY[sign.strip()](), self.template(op, args[0]))
        if len(args) == 2 and (fn in (contains, operator.contains) or getattr(fn, "__name__", "") == "not_contains"):
            sort = ast.In if fn in (contains, operator.contains) else ast.NotIn
            return ast.Compare(self.template(op, args[1]), [sort()], [self.template(op, args[0])])
        return None

    def negated(self, value: Value) -> ast.expr:
        """``not value``, with the comparison inverted where that is exact."""
        shown = self.of(value)
        if isinstance(shown, ast.UnaryOp) and isinstance(shown.op, ast.Not) and _is_bool(value):
            return shown.operand
        if isinstance(shown, ast.Compare) and len(shown.ops) == 1:
            table = {**OPPOSITE, **ORDER_OPPOSITE} if _compares_integers(resolve(value)) else OPPOSITE
            opposite = table.get(type(shown.ops[0]))
            if opposite is not None and _is_bool(value):
                return ast.Compare(shown.left, [opposite()], shown.comparators)
        self.has_parentheses = True
        return ast.UnaryOp(ast.Not(), shown)

    def invoke(self, op: Op) -> ast.expr:
        function = name(self.names.externals.function(op.attrs["callee"]))
        keywords = [ast.keyword(key, self.template(op, t)) for key, t in (op.attrs.get("kwargs") or {}).items()]
        return ast.Call(function, [self.template(op, t) for t in template_values(op)], keywords)

    def unbound(self, op: Op) -> ast.expr:
        """What is never bound, where nothing runs that reads it: behind its test, or in a loop without iterations."""
        hint = op.results[0].hint
        return name(hint if hint.isidentifier() else "unbound")

    def constant(self, op: Op) -> ast.expr:
        return self.literal(op.attrs["value"])

    def data(self, op: Op) -> ast.expr:
        key, _, _ = data_root(op)
        shown: ast.expr = name(self.names.externals.data_name(key))
        for step in op.attrs.get("path", ()):
            kind, part = step if isinstance(step, tuple) else ("attr", step)
            shown = attribute(shown, part) if kind == "attr" else ast.Subscript(shown, self.literal(part), LOAD)
        return shown

    def tuple(self, op: Op) -> ast.expr:
        return self.sequence(op.attrs.get("cls", tuple), [self.of(v) for v in op.operands])

    def dict(self, op: Op) -> ast.expr:
        keys, items, cls = op.attrs["keys"], [self.of(v) for v in op.operands], op.attrs.get("cls", dict)
        if cls is dict:
            return ast.Dict([self.literal(k) for k in keys], items)
        fields = [ast.keyword(key, item) for key, item in zip(keys, items, strict=True)]
        return ast.Call(self.object(instance), [self.object(cls)], fields)

    def item(self, op: Op) -> ast.expr:
        if isinstance(op.operands[0].type, Record):
            return attribute(self.of(op.operands[0]), op.attrs["key"])
        return ast.Subscript(self.of(op.operands[0]), self.literal(op.attrs["key"]), LOAD)

    def attr(self, op: Op) -> ast.expr:
        return attribute(self.of(op.operands[0]), op.attrs["name"])

    def format(self, op: Op) -> ast.expr:
        return ast.JoinedStr([self._part(op, part) for part in op.attrs["parts"]])

    def _part(self, op: Op, part: Any) -> ast.expr:
        if isinstance(part, str):
            return ast.Constant(part)
        index, conversion, spec = part
        code = ord(conversion) if isinstance(conversion, str) else conversion if conversion else -1
        if isinstance(spec, str):
            spec = [spec] if spec else None
        shown = ast.JoinedStr([self._part(op, p) for p in spec]) if spec else None
        return ast.FormattedValue(self.template(op, template_values(op)[index]), code, shown)

    def pop(self, op: Op) -> ast.expr:
        return call(attribute(self.of(op.operands[0]), "pop"))

    def ternary(self, op: Op) -> ast.expr:
        """``a and b``, ``a or b`` or ``x if c else y``."""
        condition = resolve(op.operands[0])
        values = [resolve(block.ops[-1].operands[0]) for block in op.blocks]
        if values[1] is condition:
            return _conjunction(ast.And(), self.of(condition), self.of(values[0]))
        if values[0] is condition:
            return _conjunction(ast.Or(), self.of(condition), self.of(values[1]))
        return ast.IfExp(self.of(condition), self.of(values[0]), self.of(values[1]))


_BUILD: dict[str, Callable[[Expressions, Op], ast.expr]] = {
    "const": Expressions.constant, "undef": Expressions.unbound,
    "global": Expressions.data, "call": Expressions.call, "invoke": Expressions.invoke,
    "tuple": Expressions.tuple, "dict": Expressions.dict, "item": Expressions.item, "attr": Expressions.attr,
    "format": Expressions.format, "pop": Expressions.pop, "if": Expressions.ternary,
}


def _conjunction(joint: ast.boolop, left: ast.expr, right: ast.expr) -> ast.expr:
    """``left and right``, nested ones flat; ``a < b and b < c`` as ``a < b < c`` where ``b`` is a name or a number."""
    parts: list[ast.expr] = []
    for side in (left, right):
        parts += side.values if isinstance(side, ast.BoolOp) and type(side.op) is type(joint) else [side]
    if isinstance(joint, ast.And):
        parts = _chained(parts)
    return parts[0] if len(parts) == 1 else ast.BoolOp(joint, parts)


def _chained(parts: list[ast.expr]) -> list[ast.expr]:
    merged: list[ast.expr] = []
    for part in parts:
        last = merged[-1] if merged else None
        if isinstance(last, ast.Compare) and isinstance(part, ast.Compare) and _same_atom(last.comparators[-1], part.left):
            merged[-1] = ast.Compare(last.left, last.ops + part.ops, last.comparators + part.comparators)
        else:
            merged.append(part)
    return merged


def _same_atom(a: ast.expr, b: ast.expr) -> bool:
    return isinstance(a, ast.Name) and isinstance(b, ast.Name) and a.id == b.id


def _is_bool(value: Value) -> bool:
    kind = scalar(value)
    return kind is not None and kind.dtype == "bool"


def _compares_integers(value: Value) -> bool:
    op = value.owner
    kinds = [scalar(v) for v in op.operands] if isinstance(op, Op) else []
    return bool(kinds) and all(kind is not None and kind.dtype.startswith(("int", "uint", "bool")) for kind in kinds)


def _may_be_number(value: Value) -> bool:
    """Whether a variable that holds arrays may hold a number of the program instead, which has no ``.shape``."""
    op = value.owner
    if isinstance(op, Op) and op.name == "narrow":
        return _may_be_number(op.operands[0])
    return isinstance(value.type, OrConst) and isinstance(value.type.const, Scalar)
