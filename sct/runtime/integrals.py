"""Integrals of functions that return arrays."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any


def vector_integral(func: Callable[..., Any], a: Any, b: Any, args: Any, epsabs: Any, epsrel: Any, limit: Any,
                    points: Any) -> Any:
    """``scipy.integrate.quad`` of each element of what ``func(x, *args)`` returns.

    >>> import numpy as np
    >>> vector_integral(lambda x: np.array([1.0, 2.0 * x]), 0.0, 1.0, (), 1e-8, 1e-8, 50, None).round(12).tolist()
    [1.0, 1.0]
    """
    integrate = importlib.import_module("scipy.integrate")
    return integrate.quad_vec(lambda x: func(x, *args), a, b, epsabs, epsrel, limit=limit, points=points)[0]
