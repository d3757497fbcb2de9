"""Takes a value or an op, gives the expression that the user would recognise, for reports and pictures."""

from __future__ import annotations

import ast

from ..errors import InternalError
from ..ir.core import Op, Value
from .expr import Expressions, attribute, name
from .externals import Externals, identifier
from .facts import resolve
from .inline import Plan
from .names import Names

ELLIPSIS = "…"


class Wording(Expressions):
    """Spells temporaries out down to the variables of the user's function, as deep as ``depth`` operations.

    The text is for reading: outside objects go by their own names, whatever else has that name.
    """

    def __init__(self, depth: int = 4) -> None:
        super().__init__(_NO_PLAN, Names())
        self.depth = depth

    def of(self, value: Value) -> ast.expr:
        value = resolve(value)
        if value.hint:
            return name(identifier(value.hint.split("·")[0]))
        if not isinstance(value.owner, Op) or value.owner.blocks or not self.depth:
            return name(ELLIPSIS)
        self.depth -= 1
        try:
            return self.define(value.owner)
        except (InternalError, KeyError, IndexError):
            return name(ELLIPSIS)
        finally:
            self.depth += 1

    def object(self, value: object) -> ast.expr:
        root, path = Externals(()).name(value)
        return attribute(name(root), *path)

    def data(self, op: Op) -> ast.expr:
        self.names.externals._names.clear()
        self.names.externals.reserve_data(_data_key(op), str(op.attrs["root"]), None)
        self.names.externals.taken.clear()
        return super().data(op)


def _data_key(op: Op) -> object:
    from .names import data_root
    return data_root(op)[0]
