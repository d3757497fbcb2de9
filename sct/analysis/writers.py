"""Calls that write into an array (``out=``, ``a.fill``, ``a.sort``, ``np.copyto``, ``np.add.at``), said as what they store."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ..ir.core import Value
from ..ir.types import Array, Scalar, strip_const
from .abstract import Abstract, Seq, Static
from .callees import SPECIAL
from .infer import Refusal, Specializer
from .primitives import WRITERS, apply
from .stores import store

WHOLE = Static(Ellipsis)


def fill(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``a.fill(v)``"""
    base, value = _bound(args, kwargs, "value")
    t = strip_const(value.type) if isinstance(value, Value) else None
    if isinstance(t, Array) or isinstance(value, Seq):
        raise Refusal("SCT603", "`fill` takes one number", "use a[...] = b")
    store(sp, base, WHOLE, value)
    return Static(None)


def sort(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``a.sort()``"""
    store(sp, args[0], WHOLE, apply(sp, np.sort, args, kwargs))
    return Static(None)


def copyto(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``np.copyto(a, b)``"""
    target, source = _bound(args, kwargs, "src")
    _same_type(target, source)
    store(sp, target, WHOLE, source)
    return Static(None)


def add_at(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``np.add.at(a, i, v)``: repeated elements count."""
    if kwargs or len(args) != 3:
        raise Refusal("SCT605", "np.add.at takes three arguments", "write them by position")
    _same_type(args[0], args[2])
    store(sp, args[0], args[1], args[2], operator.add, at=True)
    return Static(None)


def write_out(sp: Specializer, fn: Callable[..., Any], args: list[Abstract], kwargs: dict[str, Abstract],
              out: Abstract) -> Abstract:
    """``np.add(x, y, out=a)``: the result is stored, and is ``a`` itself."""
    named = fn in _OUT_BY_NAME and "out" in kwargs
    if not (isinstance(fn, np.ufunc) or named) or "where" in kwargs or isinstance(out, Seq):
        name = getattr(fn, "__name__", "this")
        raise Refusal("SCT605", f"{name} with `out` is not supported", "write a[...] = the call without `out`")
    rest = {key: value for key, value in kwargs.items() if key != "out"}
    result = apply(sp, fn, args[:fn.nin] if isinstance(fn, np.ufunc) else args, rest)
    _same_type(out, result)
    store(sp, out, WHOLE, result)
    return out


def _bound(args: list[Abstract], kwargs: dict[str, Abstract], name: str) -> tuple[Abstract, Abstract]:
    given = [*args, *(value for key, value in kwargs.items() if key == name)]
    if len(given) != 2 or set(kwargs) - {name}:
        raise Refusal("SCT605", "only the form with the array and one value is supported", "write a[...] = value")
    return given[0], given[1]


def _same_type(target: Abstract, value: Abstract) -> None:
    """NumPy refuses to lose digits here, where an assignment would not."""
    t = strip_const(target.type) if isinstance(target, Value) else None
    v = strip_const(value.type) if isinstance(value, Value) else None
    if isinstance(t, Array) and isinstance(v, Array | Scalar) and v.dtype != t.dtype and not (
            isinstance(v, Scalar) and v.python is True and t.differentiable and not v.dtype.startswith("complex")):
        raise Refusal("SCT604", f"an array of {t.dtype} is given a value of {v.dtype}", "convert it with astype")


SPECIAL.update({np.ndarray.fill: fill, np.ndarray.sort: sort, np.copyto: copyto, np.add.at: add_at})
WRITERS["out"] = write_out
_OUT_BY_NAME = (np.clip, np.dot, np.cumsum)
"""Functions besides the ufuncs that put the very result into ``out`` that they would return without it."""
