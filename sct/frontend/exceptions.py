"""Takes a ``try`` statement, gives an equivalent one with handlers only: ``else`` and ``finally`` become what they mean.

``else`` runs if the body came to its end.  ``finally`` runs behind the statement, and before an exception passes on:
``except: …; raise``.
"""

from __future__ import annotations

import copy
from typing import Any

import gast

Node = Any


def without_finally(stmt: Node) -> tuple[Node, list[Node]]:
    """The statement without its ``finally``, whose statements come behind it; exceptions run them on their way."""
    if not stmt.finalbody:
        return stmt, []
    inner = stmt.body
    if stmt.handlers or stmt.orelse:
        inner = [_try(stmt.body, stmt.handlers, stmt.orelse, stmt)]
    if not _acts(stmt.finalbody):
        return _try(stmt.body, stmt.handlers, stmt.orelse, stmt), stmt.finalbody
    again = _at(gast.Raise(exc=None, cause=None), stmt)
    passing = _at(gast.ExceptHandler(type=None, name=None, body=[*copy.deepcopy(stmt.finalbody), again]), stmt)
    return _try(inner, [passing], [], stmt), stmt.finalbody


def _acts(body: list[Node]) -> bool:
    """Whether running ``body`` on the way of an exception can make a difference: it may do more than bind variables."""
    nodes = [node for stmt in body for node in gast.walk(stmt)]
    return any(isinstance(node, gast.Call | gast.stmt) and not isinstance(node, _BINDING)
               or isinstance(node, gast.Attribute | gast.Subscript) and not isinstance(node.ctx, gast.Load) for node in nodes)


_BINDING = (gast.Assign, gast.AugAssign, gast.AnnAssign, gast.If, gast.Pass)


def without_else(stmt: Node, flag: str) -> tuple[list[Node], Node, list[Node]]:
    """The statement without its ``else``, what must precede and what must follow it; ``flag`` says that the body is done."""
    if not stmt.orelse:
        return [], stmt, []
    before, done = (_assign(flag, _at(gast.Constant(value=value, kind=None), stmt), stmt) for value in (False, True))
    test = _at(gast.Name(id=flag, ctx=gast.Load(), annotation=None, type_comment=None), stmt)
    after = _at(gast.If(test=test, body=stmt.orelse, orelse=[]), stmt)
    return [before], _try([*stmt.body, done], stmt.handlers, [], stmt), [after]


def _try(body: list[Node], handlers: list[Node], orelse: list[Node], at: Node) -> Node:
    return _at(gast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=[]), at)


def _assign(name: str, value: Node, at: Node) -> Node:
    target = _at(gast.Name(id=name, ctx=gast.Store(), annotation=None, type_comment=None), at)
    return _at(gast.Assign(targets=[target], value=value, type_comment=None), at)


def _at(node: Node, place: Node) -> Node:
    return gast.copy_location(node, place)
