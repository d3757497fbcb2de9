"""The session: what each stage may ask of the others (lowered functions, lowered rules, specialised callees), cached."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import Any

import gast

from .frontend.capture import capture, capture_text
from .frontend.lower import lower
from .ir.core import Function
from .rules.notation import NAMES
from .rules.registry import Primitive


@dataclass
class RuleBody:
    """The lowered body of a derivative rule and what its names stand for."""

    lowered: Function
    result: str
    """The parameter that receives the result of the primal call."""
    cotangent: str
    """The parameter that receives its cotangent."""
    outputs: tuple[str, ...]
    """The parameters whose cotangents the body assigns, in the order in which it returns them."""
    defaults: dict[str, Any]
    owner: Any
    """The Python function in whose module the names of the body are found."""


_lowered: weakref.WeakKeyDictionary[Any, tuple[Any, Function]] = weakref.WeakKeyDictionary()
_rules: dict[tuple[int, str], RuleBody] = {}


class CompilationSession:
    """The session of one compilation: lowered code is shared by all of them, specialised callees are its own."""

    def __init__(self) -> None:
        self._records: dict[Any, Any] = {}

    def lowered(self, fun: Any) -> Function:
        """The lowered IR of a Python function; captured anew when its code object was replaced."""
        found = _lowered.get(fun)
        if found is None or found[0] is not fun.__code__:
            found = _lowered[fun] = (fun.__code__, lower(capture(fun)))
        return found[1]

    def nested(self, code: Any) -> Function:
        """The lowered IR of a function defined inside another."""
        function: Function = code.lowered()
        return function

    def rule(self, entry: Primitive, which: str) -> RuleBody:
        """The lowered rule ``which`` of a primitive."""
        key = (id(entry), which)
        if key not in _rules:
            _rules[key] = lower_rule(getattr(entry, which))
        return _rules[key]

    def typed(self, key: Any) -> Any:
        return self._records.get(key)

    def remember(self, key: Any, record: Any) -> None:
        self._records[key] = record

    def mark(self) -> int:
        return len(self._records)

    def forget_since(self, mark: int) -> None:
        for key in list(self._records)[mark:]:
            del self._records[key]


def lower_rule(rule: Any) -> RuleBody:
    """Lower a rule: its body returns the ``…_bar`` variables that it assigns."""
    captured = capture_text(rule, "rule", dict(NAMES)) if isinstance(rule, str) else capture(rule)
    tree = captured.tree
    keyword_only = [a.id for a in tree.args.kwonlyargs]
    result = next(name for name in keyword_only if f"{name}_bar" in keyword_only)
    params = [a.id for a in (*tree.args.posonlyargs, *tree.args.args, *tree.args.kwonlyargs)]
    params += [tree.args.vararg.id] if tree.args.vararg is not None else []
    assigned = {node.id for node in gast.walk(tree) if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Store)}
    outputs = tuple(p for p in params if f"{p}_bar" in assigned and p != result)
    items = [gast.Name(f"{p}_bar", gast.Load(), None, None) for p in outputs]
    end = gast.Return(gast.Tuple(items, gast.Load()))
    tree.body = [*tree.body, gast.fix_missing_locations(gast.copy_location(end, tree.body[-1]))]
    fun = captured.fun
    defaults = dict(fun.__kwdefaults__ or {})
    positional = [a.id for a in (*tree.args.posonlyargs, *tree.args.args)]
    values = fun.__defaults__ or ()
    defaults.update(zip(positional[len(positional) - len(values):], values, strict=True))
    return RuleBody(lower(captured), result, f"{result}_bar", outputs, defaults, fun)
