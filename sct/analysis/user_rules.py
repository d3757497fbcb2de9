"""Calls of functions to which the user has given a rule: what they return, found in their source where they have one."""

from __future__ import annotations

import types
from typing import Any

from ..ir.types import Type, type_of
from ..rules.registry import Primitive
from .abstract import NEVER, POISON, Abstract, Static
from .context import Refusal
from .infer import Specializer
from .visits import varied, visit


def result_of(sp: Specializer, entry: Primitive, args: list[Abstract],
              kwargs: dict[str, Abstract]) -> tuple[Type | None, dict[str, Any]]:
    """The type of the result, None where only trying the function out can tell, and attributes of the call."""
    from .custom_calls import CLASSES, OPAQUE, facts_of, refuse_writes, returned_type
    fn, visited = entry.fn, sp.context.remembering
    if isinstance(fn, types.FunctionType) and fn not in visited:
        visited.append(fn)
        try:
            seen = visit(sp, Static(fn), list(map(varied, args)), {name: varied(a) for name, a in kwargs.items()}, inside=True)
        finally:
            visited.pop()
        if seen.result is not POISON and seen.result is not NEVER:
            refuse_writes(entry.name, seen)
            t = returned_type(seen.result)
            if t is None:
                raise Refusal("SCT221", f"{entry.name}, which has a rule, returns something that is no number, array or tuple",
                              "return numbers, arrays or tuples of them")
            return t, facts_of(seen)
    announced = CLASSES.get(getattr(fn, "__annotations__", {}).get("return"))
    return (None if announced is None else type_of(announced())), OPAQUE


def is_users(entry: Any) -> bool:
    """Whether a rule is one of the user's."""
    return entry is not None and entry.user
