"""Calls with `*`: as many items of an array as the function that is called takes."""

from __future__ import annotations

import inspect
import operator
import types

from ..ir.core import Block, Value
from ..ir.types import Array, List, strip_const
from .abstract import Abstract, Bound, Closure, Static
from .branches import emit_guard
from .context import Refusal
from .displays import sequence_items
from .infer import Specializer
from .primitives import apply, construct
from .subscripts import row

_BY_POSITION = ("POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD")


def spread(sp: Specializer, fn: Abstract, a: Abstract, given: int, names: frozenset[str]) -> list[Abstract]:
    """The arguments that ``*a`` stands for in a call of ``fn`` that has ``given`` others, and keywords of these ``names``."""
    try:
        return sequence_items(sp, a, "a call with `*`")
    except Refusal:
        count = _wanted(sp, fn, given, names)
        if count is None or not isinstance(a, Value) or not isinstance(strip_const(a.type), Array | List):
            raise
    differs, raising = apply(sp, operator.ne, [apply(sp, len, [a]), Static(count)]), Block()
    if isinstance(differs, Value):
        with sp.builder.at(raising):
            error = construct(sp, TypeError, [Static(f"the function takes {count} further positional arguments")], {})
            sp.builder.emit("raise", [error])
        emit_guard(sp, differs, raising, 0, sp.builder.loc)
    return [row(sp, a, Static(k)) for k in range(count)]


def _wanted(sp: Specializer, fn: Abstract, given: int, names: frozenset[str]) -> int | None:
    """How many positional arguments a function needs beside those given; None if it may take more or fewer of them."""
    if isinstance(fn, Bound):
        return _wanted(sp, fn.fn, given + len(fn.args), names | fn.kwargs.keys())
    if isinstance(fn, Static) and isinstance(fn.value, types.FunctionType):
        params = [(p.name, p.kind.name, p.default is not inspect.Parameter.empty)
                  for p in inspect.signature(fn.value).parameters.values()]
    elif isinstance(fn, Closure):
        params = [(p.name, p.kind, p.has_default) for p in sp.context.session.nested(fn.code).info.params]
    else:
        return None
    still = [p for p in params if p[1] in _BY_POSITION and p[0] not in names][given:]
    several = any(kind == "VAR_POSITIONAL" for _, kind, _ in params) or any(default for *_, default in still)
    return None if several else len(still)
