"""Integrals of ``scipy.integrate`` that are made of others, as plain Python: they are looked into."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import integrate, special


def fixed_quad(func: Callable[..., Any], a: Any, b: Any, args: Any = (), n: int = 5) -> Any:
    """``scipy.integrate.fixed_quad``: Gauss's rule.

    >>> round(float(fixed_quad(np.exp, 0.0, 1.0)[0]), 6)
    1.718282
    """
    nodes, weights = special.roots_legendre(n)
    half = 0.5 * (b - a)
    return half * np.sum(weights * func(half * (nodes + 1.0) + a, *args), axis=-1), None


def dblquad(func: Callable[..., Any], a: Any, b: Any, gfun: Any, hfun: Any, args: Any = ()) -> Any:
    """``scipy.integrate.dblquad`` with limits that are functions: an integral of integrals.

    >>> round(dblquad(lambda y, x: x * y, 0.0, 1.0, lambda x: 0.0, lambda x: x)[0], 12)
    0.125
    """
    return integrate.quad(lambda x: integrate.quad(lambda y: func(y, x, *args), gfun(x), hfun(x))[0], a, b)


def tplquad(func: Callable[..., Any], a: Any, b: Any, gfun: Any, hfun: Any, qfun: Any, rfun: Any, args: Any = ()) -> Any:
    """``scipy.integrate.tplquad`` with limits that are functions.

    >>> one = lambda *places: 1.0
    >>> round(tplquad(lambda z, y, x: x * y * z, 0.0, 1.0, lambda x: 0.0, one, lambda x, y: 0.0, one)[0], 12)
    0.125
    """
    def inner(y: Any, x: Any) -> Any:
        return integrate.quad(lambda z: func(z, y, x, *args), qfun(x, y), rfun(x, y))[0]
    return integrate.quad(lambda x: integrate.quad(lambda y: inner(y, x), gfun(x), hfun(x))[0], a, b)


def constant_of_two(value: Any, x: Any, y: Any) -> Any:
    """A limit that is a number, between those of two others.

    >>> constant_of_two(2.0, 5.0, 6.0)
    2.0
    """
    return value


def constant(value: Any, x: Any) -> Any:
    """A limit that is a number.

    >>> constant(2.0, 5.0)
    2.0
    """
    return value
