"""What the generated code of ``grad(f, debug_nans=True)`` calls behind its statements: is this still a finite number?"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np


class NotFinite(FloatingPointError):
    """A check failed; what it was given, for the message that names the user's line."""

    def __init__(self, value: Any, operands: tuple[Any, ...], result: bool = False) -> None:
        super().__init__(f"{value!r} is not finite")
        self.value, self.operands = value, operands
        self.result = result
        """Whether it is what the user's function returns."""


def finite(value: Any, *operands: Any) -> None:
    """Raises if ``value``, an adjoint or a tangent that was computed from ``operands``, holds a NaN or an infinity.

    >>> finite(1.0), finite([np.zeros(2), None], 2.0)
    (None, None)
    """
    if not is_finite(value):
        raise NotFinite(value, operands)


def defined(value: Any) -> None:
    """Raises if ``value``, what the function returns, holds a NaN; an infinity may be meant."""
    if any(np.isnan(leaf).any() for leaf in numbers(value)):
        raise NotFinite(value, (), result=True)


def note(notes: list[Any], value: Any, *operands: Any) -> None:
    """Remembers where in the forward sweep a NaN or an infinity came out of finite ``operands``: it may do no harm later.

    >>> notes = []
    >>> note(notes, 1.0), note(notes, np.inf, 0.0), note(notes, np.inf, np.inf), len(notes)
    (None, None, None, 1)
    """
    if not is_finite(value) and all(map(is_finite, operands)):
        notes.append((sys._getframe(1).f_lineno, worst(value)))


def is_finite(value: Any) -> bool:
    """Whether every number in ``value`` is finite."""
    return all(np.isfinite(leaf).all() for leaf in numbers(value))


def numbers(value: Any) -> list[Any]:
    """The floats, complex numbers and arrays of these in ``value``."""
    if isinstance(value, np.ndarray):
        return [value] if value.dtype.kind in "fc" else []
    if isinstance(value, list | tuple):
        return [leaf for item in value for leaf in numbers(item)]
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in numbers(item)]
    return [value] if isinstance(value, float | complex | np.inexact) else []


def worst(value: Any) -> Any:
    """The first number in ``value`` that is not finite.

    >>> worst(np.array([1.0, np.inf]))
    np.float64(inf)
    """
    return next((np.ravel(leaf)[~np.isfinite(np.ravel(leaf))][0] for leaf in numbers(value) if not np.all(np.isfinite(leaf))),
                value)
