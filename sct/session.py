"""The session: what each stage may ask of the others (lowered functions, lowered rules, specialised callees), cached."""

from __future__ import annotations

import weakref
from typing import Any

from .frontend.capture import capture
from .frontend.lower import lower
from .frontend.rule_bodies import RuleBody, lower_rule
from .ir.core import Function
from .rules.registry import Primitive

_lowered: weakref.WeakKeyDictionary[Any, tuple[Any, Function]] = weakref.WeakKeyDictionary()
_rules: dict[tuple[int, str], tuple[Any, RuleBody]] = {}


class CompilationSession:
    """The session of one compilation: lowered code is shared by all of them, specialised callees are its own."""

    def __init__(self) -> None:
        self._records: dict[Any, Any] = {}
        self.looked_into: dict[Any, None] = {}
        """The Python functions whose source was read."""

    def lowered(self, fun: Any) -> Function:
        """The lowered IR of a Python function; captured anew when its code object was replaced."""
        self.looked_into[fun] = None
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
        key, rule = (id(entry), which), getattr(entry, which)
        found = _rules.get(key)
        if found is None or found[0] is not rule:
            found = _rules[key] = (rule, lower_rule(rule, forward=which.startswith("jvp"), names=entry.names))
        return found[1]

    def typed(self, key: Any) -> Any:
        return self._records.get(key)

    def remember(self, key: Any, record: Any) -> None:
        self._records[key] = record

    def specialised(self) -> list[Function]:
        """The specialised callees, in the order in which they were met."""
        return [record.function for record in self._records.values()]

    def sources(self) -> dict[Function, Function]:
        """For each specialised callee the lowered function that it is a specialisation of."""
        return {record.function: key[0] for key, record in self._records.items()}

    def mark(self) -> int:
        return len(self._records)

    def forget_since(self, mark: int) -> None:
        for key in list(self._records)[mark:]:
            del self._records[key]
