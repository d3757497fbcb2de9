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


def constant(value: Any, x: Any) -> Any:
    """A limit that is a number.

    >>> constant(2.0, 5.0)
    2.0
    """
    return value
