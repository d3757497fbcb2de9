"""Calls of functions to which the user has given a rule: what they return, found in their source where they have one."""

from __future__ import annotations

import types
from typing import Any

from ..ir.types import Type, type_of
from ..rules.registry import Primitive
from .abstract import Abstract, Static
from .infer import Specializer
from .visits import varied, visit


def result_of(sp: Specializer, entry: Primitive, args: list[Abstract],
              kwargs: dict[str, Abstract]) -> tuple[Type | None, dict[str, Any]]:
    """The type of the result, None where only trying the function out can tell, and attributes of the call."""
    from .custom_calls import OPAQUE, announced_by, found_in
    fn, visited = entry.fn, sp.context.remembering
    if isinstance(fn, types.FunctionType) and fn not in visited:
        visited.append(fn)
        try:
            seen = visit(sp, Static(fn), list(map(varied, args)), {name: varied(a) for name, a in kwargs.items()}, inside=True)
        finally:
            visited.pop()
        if (found := found_in(entry.name, seen)) is not None:
            return found
    announced = announced_by(fn)
    return (None if announced is None else type_of(announced())), OPAQUE
