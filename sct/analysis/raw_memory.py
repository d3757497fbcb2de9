"""Refuses, by name, what hands out the memory of an array as such: writes through it could not be seen.

Given what is known before the function runs, these functions are called then, as any other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..ir.core import Value
from ..ir.types import is_array
from .abstract import Abstract, Static
from .callees import SPECIAL, call
from .context import Refusal
from .infer import Specializer

_WAY_OUT = "write to the array itself, `a[i] = v`, or through its slices"


def refuse(name: str) -> Refusal:
    """Why something that is called ``name`` cannot be used here."""
    return Refusal("SCT605", f"`{name}` hands out the memory of an array, and what is written through it cannot be followed",
                   _WAY_OUT)


def _refused(name: str) -> Callable[[Specializer, list[Abstract], dict[str, Abstract]], Any]:
    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Any:
        if not any(isinstance(a, Value) and is_array(a.type) for a in (*args, *kwargs.values())):
            return NotImplemented
        raise refuse(name)
    return build


def _new_array(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Any:
    """``np.ndarray(shape, dtype)`` is ``np.empty``; over memory that it is given it shares that memory."""
    if len(args) > 2 or kwargs.keys() - {"shape", "dtype", "order"}:
        raise refuse("np.ndarray(…, buffer)")
    return call(sp, Static(np.empty), args, kwargs)


SPECIAL.update({
    np.ndarray: _new_array,
    memoryview: _refused("memoryview"),
    np.lib.stride_tricks.as_strided: _refused("as_strided"),
})
