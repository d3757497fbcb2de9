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
    """The derivatives of ``f(*args[:-1], *args[-1])``, a number, by the items of the last argument, a tuple, likewise."""
    raise NotImplementedError("this is part of derivative rules only")


def slopes_of_first_and_items(f: Callable[..., Any], *args: Any) -> tuple[Any, ...]:
    """The derivatives of it by the first argument and by these, likewise."""
    raise NotImplementedError("this is part of derivative rules only")


def slope_function(f: Callable[..., Any], k: int) -> Callable[..., Any]:
    """The derivative of ``f``, a number, by its argument at the position ``k``, likewise."""
    raise NotImplementedError("this is part of derivative rules only")


def has_slope(x: Any) -> bool:
    """Whether ``x`` is a number or an array that may carry a derivative, likewise."""
    raise NotImplementedError("this is part of derivative rules only")


def is_wanted(x: Any) -> bool:
    """Whether the derivative by ``x``, an argument of the function that the rule is of, is asked for, likewise."""
    raise NotImplementedError("this is part of derivative rules only")


def along(f: Callable[..., Any], args: tuple[Any, ...], dots: tuple[Any, ...]) -> tuple[Any, Any]:
    """``f(*args)`` and its change along the tangents ``dots``, None for those that have none, likewise."""
    raise NotImplementedError("this is part of derivative rules only")


def slope(f: Callable[..., Any], *args: Any) -> Any:
    """The derivative of ``f(*args)``, a number, by the first argument, likewise."""
    raise NotImplementedError("this is part of derivative rules only")


def paired(x: Any, weights: Any, f: Callable[..., Any], *args: Any) -> Any:
    """``f(x, *args)``, weighted and summed up.

    >>> float(paired(np.zeros(2), np.ones(2), np.exp))
    2.0
    """
    return np.sum(weights * np.asarray(f(x, *args)))


def steepness(x: Any, weights: Any, f: Callable[..., Any], *args: Any) -> Any:
    """The slope of ``f(x, *args)``, a number, by ``x``, weighted and summed up."""
    return np.sum(weights * slope(f, x, *args))


def height(f: Callable[..., Any], x: Any, *args: Any) -> Any:
    """``f(x, *args)``.

    >>> height(abs, -2.0)
    2.0
    """
    return f(x, *args)


def both_ways(x: Any, weights: Any, weight: Any, f: Callable[..., Any], *args: Any) -> Any:
    """The sum of ``steepness`` and of ``weight`` times ``height``."""
    return steepness(x, weights, f, *args) + weight * f(x, *args)


def rate_pairing(y: Any, weights: Any, t: Any, f: Callable[..., Any], *args: Any) -> Any:
    """The rate ``f(t, y, *args)`` of a differential equation, weighted and summed up.

    >>> float(rate_pairing(np.ones(2), np.ones(2), 3.0, lambda t, y: t * y))
    6.0
    """
    return np.sum(weights * np.asarray(f(t, y, *args)))


def rate(y: Any, t: Any, f: Callable[..., Any], *args: Any) -> Any:
    """The rate of a differential equation.

    >>> rate(np.ones(2), 3.0, lambda t, y: t * y).tolist()
    [3.0, 3.0]
    """
    return np.asarray(f(t, y, *args))
