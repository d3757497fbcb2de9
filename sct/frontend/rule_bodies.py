"""Takes a derivative rule, as a function or as text, and gives its lowered body, which returns the cotangents it assigns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gast

from ..ir.core import Function
from ..rules.notation import NAMES
from .capture import capture, capture_text
from .lower import lower


@dataclass
class RuleBody:
    """The lowered body of a derivative rule and what its names stand for."""

    lowered: Function
    result: str
    """The parameter that receives the result of the primal call."""
    cotangent: str
    """The parameter that receives its cotangent; none in a forward rule."""
    outputs: tuple[str, ...]
    """The parameters whose cotangents (in a forward rule: the result, whose tangent) the body assigns and returns, in order."""
    defaults: dict[str, Any]
    owner: Any
    """The Python function in whose module the names of the body are found."""


def lower_rule(rule: Any, forward: bool = False, names: dict[str, Any] | None = None) -> RuleBody:
    """Lower a rule: its body returns the ``…_bar`` variables that it assigns, in a forward rule the ``…_dot`` of the result."""
    captured = capture_text(rule, "rule", dict(names or NAMES)) if isinstance(rule, str) else capture(rule)
    tree = captured.tree
    keyword_only = [a.id for a in tree.args.kwonlyargs]
    params = [a.id for a in (*tree.args.posonlyargs, *tree.args.args, *tree.args.kwonlyargs)]
    params += [tree.args.vararg.id] if tree.args.vararg is not None else []
    assigned = {node.id for node in gast.walk(tree) if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Store)}
    if forward:
        result = next(name for name in keyword_only if f"{name}_dot" in assigned and f"{name}_dot" not in keyword_only)
        cotangent, outputs, suffix = "", (result,), "_dot"
    else:
        result = next(name for name in keyword_only if f"{name}_bar" in keyword_only)
        cotangent, suffix = f"{result}_bar", "_bar"
        outputs = tuple(p for p in params if f"{p}_bar" in assigned and p != result)
    items = [gast.Name(f"{p}{suffix}", gast.Load(), None, None) for p in outputs]
    end = gast.Return(gast.Tuple(items, gast.Load()))
    tree.body = [*tree.body, gast.fix_missing_locations(gast.copy_location(end, tree.body[-1]))]
    fun = captured.fun
    defaults = dict(fun.__kwdefaults__ or {})
    positional = [a.id for a in (*tree.args.posonlyargs, *tree.args.args)]
    values = fun.__defaults__ or ()
    defaults.update(zip(positional[len(positional) - len(values):], values, strict=True))
    return RuleBody(lower(captured), result, cotangent, outputs, defaults, fun)
