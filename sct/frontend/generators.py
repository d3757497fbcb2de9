"""Takes a tree, gives one in which generator expressions that outlive their place are calls of functions of their variables.

``(e for t in xs if c)`` becomes ``generator(target, xs, lambda t: c, lambda t: e)``: the iterable is evaluated where it stands,
the rest when an item is taken.  One that a builtin consumes at once stays as it is, a comprehension.
"""

from __future__ import annotations

from typing import Any

import gast

from ..ir.ops import generator
from .nodes import contains

Node = Any
_AT_ONCE = frozenset({"sum", "list", "tuple", "min", "max", "sorted", "dict", "any", "all", "set", "frozenset", "join", "fsum",
                      "prod"})
"""What takes all the items of its first argument before it returns; that it is the builtin is checked when it is called."""


def consumed_by(call: Node) -> Node | None:
    """The argument of a call that is a generator expression and is run to its end by the call, in order, once."""
    name = getattr(call.func, "id", None) or getattr(call.func, "attr", None)
    first = call.args[0] if call.args else None
    return first if name in _AT_ONCE and isinstance(first, gast.GeneratorExp) else None


def is_decision(call: Node) -> bool:
    """Whether a call is ``any`` or ``all`` of a generator expression, of which no more items are evaluated than decide."""
    plain = isinstance(call.func, gast.Name) and call.func.id in ("any", "all") and len(call.args) == 1 and not call.keywords
    return plain and isinstance(call.args[0], gast.GeneratorExp)


def not_stored(node: Node) -> str:
    """What a generator expression has that keeps it from being taken item by item; empty if nothing."""
    if len(node.generators) > 1:
        return "with several `for`"
    if contains(node, gast.NamedExpr):
        return "with `:=`"
    return "with this target" if _structure(node.generators[0].target) is None else ""


def name_generators(tree: Node) -> Node:
    """``tree`` with its stored generator expressions as calls; shares every part without one."""
    if not contains(tree, gast.GeneratorExp):
        return tree
    return _visit(tree)


def _visit(node: Node, at_once: bool = False) -> Node:
    kept = consumed_by(node) if isinstance(node, gast.Call) else node.iter if isinstance(node, gast.comprehension) else None
    changed = {}
    for name in node._fields:
        old = getattr(node, name, None)
        new = _visit_value(old, kept)
        if new is not old:
            changed[name] = new
    if changed:
        fields = {**{name: getattr(node, name, None) for name in node._fields}, **changed}
        node = gast.copy_location(type(node)(**fields), node)
    return _as_call(node) if isinstance(node, gast.GeneratorExp) and not at_once else node


def _visit_value(value: Any, kept: Node | None) -> Any:
    if isinstance(value, gast.AST):
        return _visit(value, value is kept)
    if isinstance(value, list):
        items = [_visit_value(item, kept) for item in value]
        return items if any(a is not b for a, b in zip(items, value, strict=True)) else value
    return value


def _as_call(node: Node) -> Node:
    """The call that makes a generator: its iterable is an argument, tests and element are functions of the target."""
    (clause,) = node.generators
    names = [_parameter(name) for name in _names(clause.target)]
    functions = [_function(names, body) for body in (*clause.ifs, node.elt)]
    made, target = (gast.Constant(value=value, kind=None) for value in (generator, _structure(clause.target)))
    arguments = [gast.copy_location(target, node), clause.iter, *functions]
    return gast.copy_location(gast.Call(func=gast.copy_location(made, node), args=arguments, keywords=[]), node)


def _function(names: list[Node], body: Node) -> Node:
    arguments = gast.arguments(args=list(names), posonlyargs=[], vararg=None, kwonlyargs=[], kw_defaults=[], kwarg=None,
                               defaults=[])
    return gast.copy_location(gast.Lambda(args=arguments, body=body), body)


def _parameter(name: Node) -> Node:
    return gast.copy_location(gast.Name(id=name.id, ctx=gast.Param(), annotation=None, type_comment=None), name)


def _names(target: Node) -> list[Node]:
    return [target] if isinstance(target, gast.Name) else [name for item in target.elts for name in _names(item)]


def _structure(target: Node) -> Any:
    """``""`` for a name, a tuple of structures for a tuple or list; None for any other target."""
    if isinstance(target, gast.Name):
        return ""
    if not isinstance(target, gast.Tuple | gast.List):
        return None
    parts = tuple(_structure(item) for item in target.elts)
    return None if None in parts else parts
