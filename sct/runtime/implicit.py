"""What rules of functions that solve equations ask about the functions they are given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def slopes(f: Callable[..., Any], *args: Any) -> tuple[Any, ...]:
    """The derivatives of ``f(*args)``, a number, by its arguments; None where it has none.

    Specialisation puts the gradient of ``f`` in the place of a call.
    """
    raise NotImplementedError("this is part of derivative rules only")


def slopes_of_items(f: Callable[..., Any], *args: Any) -> tuple[Any, ...]:
    """The derivatives of ``f(*args)``, a number, by the items of the last argument, a tuple, likewise."""
    raise NotImplementedError("this is part of derivative rules only")


def slope(f: Callable[..., Any], *args: Any) -> Any:
    """The derivative of ``f(*args)``, a number, by the first argument, likewise."""
    raise NotImplementedError("this is part of derivative rules only")


def paired(x: Any, weights: Any, f: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """``f(x, *args)``, weighted and summed up.

    >>> float(paired(np.zeros(2), np.ones(2), np.exp, ()))
    2.0
    """
    return np.sum(weights * np.asarray(f(x, *args)))


def steepness(x: Any, weights: Any, f: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """The slope of ``f(x, *args)``, a number, by ``x``, weighted and summed up."""
    return np.sum(weights * slope(f, x, *args))


def height(f: Callable[..., Any], x: Any, args: tuple[Any, ...]) -> Any:
    """``f(x, *args)``.

    >>> height(abs, -2.0, ())
    2.0
    """
    return f(x, *args)


def both_ways(x: Any, weights: Any, weight: Any, f: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """The sum of ``steepness`` and of ``weight`` times ``height``."""
    return steepness(x, weights, f, args) + weight * f(x, *args)
