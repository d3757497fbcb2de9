"""Lists and tuples among the arguments of NumPy's functions, as the arrays that NumPy makes of them before anything else.

What a parameter takes, its rule says: one that gets a cotangent, or any one of an elementwise function, takes an array or
numbers; one that is declared ``parts`` a sequence of arrays; one declared ``as_given`` a sequence that means something else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..ir.core import Value
from ..ir.ops import INFIX
from ..ir.types import Array, List, Scalar, Tuple, Type, strip_const
from ..rules.registry import Primitive
from . import shapes as sh
from .abstract import Abstract, Seq

Make = Callable[[Abstract], Abstract]
"""What makes an array of a sequence."""


def arrays_for(fn: Callable[..., Any], entry: Primitive | None, args: list[Abstract], kwargs: dict[str, Abstract],
               make: Make) -> tuple[list[Abstract], dict[str, Abstract]]:
    """The arguments of a call as the rule of ``fn`` takes them."""
    if entry is None or entry.zero or entry.user or not (_takes_arrays(fn) or fn in INFIX and any(map(_is_array, args))):
        return args, kwargs
    last = len(entry.params) - 1
    names = [entry.params[min(k, last)] if last >= 0 else "" for k in range(len(args))]
    return ([_taken(entry, name, a, make) for name, a in zip(names, args, strict=True)],
            {name: _taken(entry, name, a, make) for name, a in kwargs.items()})


_SCIPY = ("scipy.special", "scipy.stats", "scipy.linalg", "scipy.signal", "scipy.fft")


def _takes_arrays(fn: Callable[..., Any]) -> bool:
    """Whether a function makes arrays of lists: NumPy's do, methods of ufuncs included, and many of SciPy's."""
    home = getattr(fn, "__module__", None) or ""
    ours = home.split(".")[0] == "numpy" or home.startswith(_SCIPY)
    return ours or isinstance(fn, np.ufunc) or isinstance(getattr(fn, "__self__", None), np.ufunc)


def _is_array(a: Abstract) -> bool:
    return isinstance(_type_of(a), Array)


def _taken(entry: Primitive, name: str, a: Abstract, make: Make) -> Abstract:
    """One argument as the parameter ``name`` takes it."""
    if name in entry.as_given:
        return a
    if name in entry.parts:
        return Seq(a.kind, [_array_of(i, make) for i in a.items]) if isinstance(a, Seq) and a.runtime is None else a
    return _array_of(a, make) if entry.elementwise or name in entry.carrying or _type_of(a).differentiable else a


def _array_of(a: Abstract, make: Make) -> Abstract:
    """The array that a list or tuple of numbers or arrays is to NumPy."""
    t = _type_of(a)
    return make(a) if isinstance(t, List | Tuple) and _holds_numbers(t) else a


def _holds_numbers(t: Type) -> bool:
    """Whether all that a nested sequence holds, if anything, are numbers and arrays."""
    if isinstance(t, List):
        return _holds_numbers(strip_const(t.item))
    if isinstance(t, Tuple):
        return all(_holds_numbers(strip_const(item)) for item in t.items)
    return isinstance(t, Scalar | Array)


def _type_of(a: Abstract) -> Type:
    """The type that an argument has as a run-time value; that of a number where it cannot be one."""
    t = a.type if isinstance(a, Value) else sh.leaf_type(sh.shape_of(a)) if isinstance(a, Seq) else None
    return Scalar("bool") if t is None else strip_const(t)
