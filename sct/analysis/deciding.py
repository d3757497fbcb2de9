"""Takes the arguments of a call, gives those that decide which dimensions its result has as the numbers they are now.

The type of a result is found by trying the call out on stand-ins, where any whole number would stand for an axis: that of
another axis would be a wrong type, and what is derived from it a wrong derivative.  So the derivative is made for the axis that
is given, and dispatch looks whether it is the same in the next call.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from ..ir.core import Value
from ..ir.types import STR, List, Scalar, strip_const
from ..rules.registry import Primitive
from .abstract import Abstract, Seq, Static
from .context import Refusal
from .infer import Specializer

DECIDING = frozenset("""axis axes axis1 axis2 axisa axisb axisc keepdims source destination reps dtype edge_order retstep
    returned full_matrices compute_uv return_index return_inverse return_counts return_sign sparse full cov""".split())
"""Names of the parameters that decide it, how many results there are, or the type of their elements."""


def decided(sp: Specializer, entry: Primitive, args: list[Abstract], kwargs: dict[str, Abstract]) \
        -> tuple[list[Abstract], dict[str, Abstract]]:
    """The arguments of a call, where those that decide which dimensions the result has are plain values."""
    *names, rest = _names(entry.fn)
    args = [_now(sp, a, name) for a, name in zip(args, (*names, *(rest for _ in args)), strict=False)]
    return args, {name: _now(sp, a, name) for name, a in kwargs.items()}


def _now(sp: Specializer, a: Abstract, name: str) -> Abstract:
    """The present value of a whole number, a text or a tuple of them; what decides nothing as it is."""
    if name not in DECIDING or isinstance(a, Static) or not _is_option(a):
        return a
    if isinstance(a, Value) and isinstance(a.type, List):
        raise Refusal("SCT703", f"`{name}` must be known before the function runs", "give a tuple instead of a list")
    try:
        return Static(sp.static(a, f"`{name}`"))
    except Refusal:
        from .trips import open_around
        open_around(sp)
        raise


def _is_option(a: Abstract) -> bool:
    if isinstance(a, Seq):
        return all(isinstance(item, Static) or _is_option(item) for item in a.items)
    t = strip_const(a.type) if isinstance(a, Value) else None
    return t is STR or isinstance(t, Scalar | List) and not t.differentiable


@functools.cache
def _names(fn: Callable[..., Any]) -> tuple[str, ...]:
    """The names of the parameters in positional order, that of those behind them last."""
    try:
        parameters = inspect.signature(fn).parameters.values()
    except (TypeError, ValueError):
        return ("",)
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return *names, next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), "")
