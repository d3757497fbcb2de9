"""What a call of a ufunc says besides its operands (``dtype``, ``casting``, ``order``, ``subok``), as conversions around it.

A rule then sees operands that have the element type in which NumPy computes, and none of these keywords.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..ir.core import Value
from ..ir.types import Array, Scalar, Type, strip_const, type_of
from ..rules import shaping
from .abstract import Abstract, Seq, Static, is_number
from .context import Refusal
from .infer import Specializer

Apply = Callable[[Any, list[Abstract], dict[str, Abstract]], Abstract]
"""Emits a call."""

OPTIONS = frozenset({"dtype", "casting", "order", "subok"})
DEFAULT: dict[str, Any] = {"casting": "same_kind", "order": "K", "subok": True, "dtype": None}


def with_options(sp: Specializer, fn: np.ufunc, args: list[Abstract], kwargs: dict[str, Abstract],
                 apply: Apply) -> Abstract | None:
    """The result of a call with such keywords; None for one without."""
    named = {name: sp.static(a, f"`{name}`") for name, a in kwargs.items() if name in OPTIONS}
    if not named:
        return None
    if "where" in kwargs:
        raise Refusal("SCT605", f"np.{fn.__name__} with `where` and without `out` leaves elements unwritten",
                      "give `out`, or use np.where")
    options = DEFAULT | named
    rest = {name: a for name, a in kwargs.items() if name not in OPTIONS}
    if options["dtype"] is not None or options["casting"] != DEFAULT["casting"]:
        args = _converted(fn, args, options, apply)
    result = apply(fn, args, rest)
    if options["order"] in ("C", "F") and not isinstance(result, Seq):
        result = apply(np.array, [result], {"order": Static(options["order"])}) if _is_array(result) else result
    return result


def _converted(fn: np.ufunc, args: list[Abstract], options: dict[str, Any], apply: Apply) -> list[Abstract]:
    """The operands in the element types of the loop that NumPy chooses."""
    given = [_dtype(a) for a in args[:fn.nin]]
    wanted = None if options["dtype"] is None else np.dtype(options["dtype"])
    chosen: dict[str, Any] = {} if wanted is None else {"signature": (*(None,) * fn.nin, *(wanted,) * fn.nout)}
    try:
        loop = fn.resolve_dtypes((*given, *(None,) * fn.nout), casting=options["casting"], **chosen)
    except TypeError as error:
        raise Refusal("SCT709", f"this always raises TypeError: {error}") from None
    if wanted is not None and loop[fn.nin:] != (wanted,) * fn.nout:
        raise Refusal("SCT605", f"np.{fn.__name__} with `dtype={wanted}` gives results of {loop[fn.nin]}",
                      "convert them with astype")
    if all(isinstance(have, type) for have in given):
        return [apply(loop[0].type, [args[0]], {}), *args[1:]]  # the others take on its type
    return [a if isinstance(have, type) or have == want else _as_kind(a, want, apply)
            for a, have, want in zip(args, given, loop, strict=False)]


def _as_kind(a: Abstract, kind: np.dtype[Any], apply: Apply) -> Abstract:
    if isinstance(a, Static):
        return Static(kind.type(a.value).item())
    return apply(kind.type, [a], {}) if is_made_by_class(a, kind) else apply(shaping.astype_method, [a, Static(kind.type)], {})


def is_made_by_class(a: Abstract, kind: np.dtype[Any]) -> bool:
    """Whether ``kind.type(a)`` converts a number: one of Python's, as its tangent may be, has no method that does."""
    t = strip_const(a.type) if isinstance(a, Value) else None
    if not isinstance(t, Scalar) or not t.differentiable:
        return False
    return kind.kind == "c" or kind.kind == "f" and t.dtype.startswith("float")


def _dtype(a: Abstract) -> Any:
    """The element type of an operand as ``resolve_dtypes`` takes it: a Python number is told by its class."""
    if isinstance(a, Static) and is_number(a.value):
        weak = type(a.value) in (int, float, complex)
        return type(a.value) if weak else np.dtype(type_of(a.value).dtype)  # type: ignore[attr-defined]
    t: Type | None = strip_const(a.type) if isinstance(a, Value) else None
    if not isinstance(t, Scalar | Array):
        raise Refusal("SCT605", "a ufunc with `dtype` or `casting` takes numbers and arrays",
                      "convert the others with np.asarray")
    weak = isinstance(t, Scalar) and t.python is not False and t.dtype != "bool"
    return {"i": int, "f": float, "c": complex}[np.dtype(t.dtype).kind] if weak else np.dtype(t.dtype)


def _is_array(a: Abstract) -> bool:
    return isinstance(a, Value) and isinstance(strip_const(a.type), Array)
