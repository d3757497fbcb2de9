"""Takes a value or an op, gives the expression that the user would recognise, for reports and pictures."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from ..errors import InternalError
from ..ir.core import Block, Function, Op, Value
from .expr import LOAD, Expressions, attribute, name
from .externals import Externals, identifier
from .facts import Facts, resolve
from .names import Names
from .plan import Plan

ELLIPSIS = "…"
LIMIT = 60
"""Characters; a longer expression is cut off."""


def wording(what: Value | Op, saved: Mapping[Value, Value] | None = None, depth: int = 4) -> str:
    """The value or op as an expression of the user's variables, at most ``depth`` operations deep.

    ``saved`` says which value each list of saved values holds: what was taken back from it is spelled like that value.
    """
    try:
        words = Wording(depth, saved or {})
        shown = words.define(what) if isinstance(what, Op) else words.of(what)
        text = ast.unparse(shown)
    except (InternalError, KeyError, IndexError, ValueError):
        return ELLIPSIS
    return text if len(text) <= LIMIT else text[:LIMIT - 2].rstrip() + " " + ELLIPSIS


class Wording(Expressions):
    """Spells temporaries out down to variables.

    The text is for reading only: outside objects go by their own names, whatever else may have that name.
    """

    def __init__(self, depth: int, saved: Mapping[Value, Value]) -> None:
        super().__init__(Plan(Facts(Function("", Block()))), Names())
        self.depth = depth
        self.saved = saved

    def of(self, value: Value) -> ast.expr:
        value = self.original(resolve(value))
        if value.hint:
            return name(identifier(value.hint))
        if not isinstance(value.owner, Op) or value.owner.blocks or not self.depth:
            return name(ELLIPSIS)
        self.depth -= 1
        shown = self.define(value.owner)
        self.depth += 1
        return shown

    def define(self, op: Op) -> ast.expr:
        own = {"global": self.data, "invoke": self.invoke}.get(op.name, super().define)
        return own(op)

    def original(self, value: Value) -> Value:
        """The value of the forward sweep that was saved, for one that was taken back."""
        owner = value.owner
        if isinstance(owner, Op) and owner.name == "pop":
            return self.saved.get(owner.operands[0], value)
        if isinstance(owner, Op) and owner.name == "item":
            return self.saved.get(value, value)
        return value

    def object(self, value: object) -> ast.expr:
        root, path = Externals(()).name(value)
        return attribute(name(root), *path)

    def invoke(self, op: Op) -> ast.expr:
        called = op.attrs["callee"].name.removesuffix("_forward")
        return ast.Call(name(identifier(called)), [self.of(v) for v in op.operands], [])

    def data(self, op: Op) -> ast.expr:
        shown: ast.expr = name(str(op.attrs["root"]))
        for kind, part in op.attrs.get("path", ()):
            shown = attribute(shown, part) if kind == "attr" else ast.Subscript(shown, self.literal(part), LOAD)
        return shown
