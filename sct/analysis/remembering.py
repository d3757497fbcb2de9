"""Callees that remember their results (``functools.lru_cache``): called as they are, once, with what carries no derivative.

What such a call returns may have been computed long ago, so nothing of its body is used: the body is visited only to find the
type of its result, and what the call then returns is tested against that.  The result stays with the cache; it is treated as
memory that belongs to somebody else.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir.ops import Lit, SeqOf, Slot
from ..ir.types import ANY, NONE, STR, Array, Scalar, Tuple, Type, strip_const, type_of
from ..runtime import helpers
from . import shapes as sh
from .abstract import NEVER, POISON, Abstract, DataPath, Static
from .context import Refusal
from .infer import Specializer
from .primitives import Arguments
from .visits import varied, visit

_ANNOUNCED = {key: example for example in (1.0, 1, True, 1j, "") for key in (type(example), type(example).__name__)}
"""Annotations of results that say all there is to know, each with an object of the type."""


def call_cached(sp: Specializer, fn: Static, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """The call of a function that remembers, and the test that it returned what its body says."""
    visited = sp.context.remembering
    if fn.value in visited:
        return NEVER  # the type of a recursive call is that of the others
    visited.append(fn.value)
    try:
        t = _result_type(sp, fn, args, kwargs)
    finally:
        visited.pop()
    if visited:
        return sp.as_abstract(sp.builder.block.add_arg("", t))
    collected = Arguments(sp)
    given = tuple(collected.template(a)[0] for a in args)
    named = {k: collected.template(a)[0] for k, a in kwargs.items()}
    attrs: dict[str, Any] = {"remembers": fn.value, "may_raise": True}
    returned = sp.builder.value("call", collected.operands, t, fn=fn.value, args=given, kwargs=named, effect="io", **attrs)
    tested = sp.builder.value("call", [returned], t, fn=helpers.expected, args=(Slot(0), _kind(t)), kwargs={}, **attrs)
    return sp.as_abstract(tested)


def _result_type(sp: Specializer, fn: Static, args: list[Abstract], kwargs: dict[str, Abstract]) -> Type:
    """The type of what the function returns, found by visiting its body; literal numbers may have to vary for a recursion."""
    name, reason = fn.value.__name__, ""
    path = fn.path.attr("__wrapped__") if fn.path is not None else DataPath("const", name, (("attr", "__wrapped__"),), fn.value)
    body = Static(fn.value.__wrapped__, path)
    for vary in (False, True):
        result, reason, _ = visit(sp, body, [varied(a) if vary else a for a in args],
                                  {k: varied(a) if vary else a for k, a in kwargs.items()})
        found = None if result in (POISON, NEVER) else _as_returned(sh.leaf_type(sh.generalise(sh.shape_of(result))))
        if found is not None:
            return found
    announced = getattr(fn.value.__wrapped__, "__annotations__", {}).get("return")
    if announced in _ANNOUNCED:
        return type_of(_ANNOUNCED[announced])
    raise Refusal("SCT708", f"the type of what `{name}` remembers is not known" + (f": {reason}" if reason else ""),
                  "annotate it, as in `-> float`, or call it outside and pass its result as an argument")


def _as_returned(t: Type | None) -> Type | None:
    """What can be said of a remembered value: nothing of the sizes of an array."""
    t = strip_const(t) if t is not None else None
    if isinstance(t, Array):
        return Array(t.dtype, (ANY,) * t.ndim)
    if isinstance(t, Tuple) and t.cls is tuple:
        items = [_as_returned(item) for item in t.items]
        return None if None in items else Tuple(tuple(items))  # type: ignore[arg-type]
    return t if t in (NONE, STR) or (isinstance(t, Scalar) and t.python is not None) else None


def _kind(t: Type) -> Any:
    """The template of what ``helpers.expected`` takes for a type."""
    if isinstance(t, Array):
        return SeqOf(list, (Lit(t.dtype), Lit(t.ndim)))
    if isinstance(t, Tuple):
        return SeqOf(tuple, tuple(map(_kind, t.items)))
    if isinstance(t, Scalar):
        return Lit(_class_of(t))
    return Lit(str if t is STR else None)


def _class_of(t: Scalar) -> type:
    python = {"float64": float, "int64": int, "bool": bool, "complex128": complex}
    return python[t.dtype] if t.python else np.dtype(t.dtype).type


def refuse_active(fn: Any) -> Refusal:
    """Why a remembered result cannot carry a derivative, and the way out."""
    name = fn.__name__
    return Refusal("SCT201", f"`{name}` remembers its results (functools.lru_cache), and here it is called with what carries "
                   "a derivative", f"call `{name}.__wrapped__`, the function under the cache, or wrap its argument in "
                   "sct.stop_gradient")
