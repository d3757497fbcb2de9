"""Options of a primitive that its rule does not know: those that are what they are by default are left out of the call."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from ..rules.registry import Primitive
from .abstract import Abstract, Static
from .context import Refusal

_PLAIN = (bool, int, float, str, type(None))


def without_defaults(entry: Primitive, args: list[Abstract], kwargs: dict[str, Abstract]) \
        -> tuple[list[Abstract], dict[str, Abstract]]:
    """The arguments of a call without those, by keyword or last by position, that say what the function does anyway."""
    if entry.keywords is None or not kwargs and len(args) <= len(entry.params):
        return args, kwargs
    default = _defaults(entry.fn)
    known = entry.keywords.union(entry.params)
    kwargs = {name: a for name, a in kwargs.items() if name in known or name not in default or not _is(a, default[name])}
    names = list(default)
    count = len(args)
    while len(entry.params) < count <= len(names) and _is(args[count - 1], default[names[count - 1]]):
        count -= 1
    return args[:count], kwargs


def refuse_unknown(entry: Primitive | None, kwargs: dict[str, Abstract]) -> None:
    """Refuse an option that the rule does not know where what is declared of the result would hold without it only."""
    if entry is None or entry.keywords is None or entry.vjp is None or not getattr(entry.infer, "takes_options", False):
        return
    for name in kwargs:
        if name not in entry.keywords.union(entry.params):
            raise Refusal("SCT204", f"the derivative rule of {entry.name} does not support the keyword `{name}`",
                          "compute the same without it")


def _is(a: Abstract, default: Any) -> bool:
    """Whether an argument is this plain value."""
    return isinstance(a, Static) and isinstance(a.value, _PLAIN) and isinstance(default, _PLAIN) and a.value == default \
        and (a.value is None) == (default is None)


@functools.cache
def _defaults(fn: Callable[..., Any]) -> dict[str, Any]:
    """What the parameters of a function are by default, in order; nothing where it does not tell, or takes any number."""
    try:
        parameters = inspect.signature(fn).parameters.values()
    except (TypeError, ValueError):
        return {}
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return {}
    return {p.name: p.default for p in parameters if p.kind is not p.VAR_KEYWORD}
