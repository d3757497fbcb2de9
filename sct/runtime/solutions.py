"""What SciPy's solvers find, as named tuples: the parts of their results that a program reads and that have a type."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Solution(NamedTuple):
    """Of ``optimize.root`` and ``optimize.minimize``."""

    x: Any
    fun: Any
    success: bool
    status: int
    message: str


class Fitted(NamedTuple):
    """Of ``optimize.least_squares``."""

    x: Any
    cost: float
    success: bool
    status: int
    message: str


class Lowest(NamedTuple):
    """Of ``optimize.minimize_scalar``."""

    x: float
    fun: float
    success: bool


class Crossing(NamedTuple):
    """Of ``optimize.root_scalar``."""

    root: float
    converged: bool
    flag: str
    iterations: int
    function_calls: int


def root_of(fun: Callable[..., Any], x0: Any, args: Any = (), **options: Any) -> Solution:
    """``scipy.optimize.root``.

    >>> root_of(lambda x: x - 2.0, np.array([1.0])).x.round(6).tolist()
    [2.0]
    """
    return _solution(importlib.import_module("scipy.optimize").root(fun, x0, args, **options), "root")


def minimum_of(fun: Callable[..., Any], x0: Any, args: Any = (), **options: Any) -> Solution:
    """``scipy.optimize.minimize``.

    >>> minimum_of(lambda x: np.sum((x - 2.0) ** 2), np.array([1.0])).x.round(6).tolist()
    [2.0]
    """
    found = _solution(importlib.import_module("scipy.optimize").minimize(fun, x0, args, **options), "minimize")
    return found._replace(fun=float(found.fun))


def _solution(found: Any, name: str) -> Solution:
    """A solver that returns an object says there that it has not converged, and nowhere else."""
    if not found.success:
        warnings.warn(f"scipy.optimize.{name} has not converged, its derivative may mean nothing: {found.message}",
                      RuntimeWarning, stacklevel=3)
    status = int(getattr(found, "status", 0))
    return Solution(np.array(found.x, float), found.fun, bool(found.success), status, str(found.message))


def fitted_of(fun: Callable[..., Any], x0: Any, args: Any = (), **options: Any) -> Fitted:
    """``scipy.optimize.least_squares``.

    >>> fitted_of(lambda x: x - 2.0, np.array([1.0])).x.round(6).tolist()
    [2.0]
    """
    found = importlib.import_module("scipy.optimize").least_squares(fun, x0, args=args, **options)
    solution = _solution(found, "least_squares")
    return Fitted(solution.x, float(found.cost), solution.success, solution.status, solution.message)


def lowest_of(fun: Callable[..., Any], args: Any = (), **options: Any) -> Lowest:
    """``scipy.optimize.minimize_scalar``.

    >>> round(lowest_of(lambda x: (x - 2.0) ** 2).x, 6)
    2.0
    """
    found = importlib.import_module("scipy.optimize").minimize_scalar(fun, args=args, **options)
    if not found.success:
        warnings.warn("scipy.optimize.minimize_scalar has not converged, its derivative may mean nothing", RuntimeWarning,
                      stacklevel=2)
    return Lowest(float(found.x), float(found.fun), bool(found.success))


def crossing_of(f: Callable[..., Any], args: Any = (), **options: Any) -> Crossing:
    """``scipy.optimize.root_scalar``.

    >>> round(crossing_of(lambda x: x - 2.0, bracket=[0.0, 3.0]).root, 6)
    2.0
    """
    found = importlib.import_module("scipy.optimize").root_scalar(f, args, **options)
    if not found.converged:
        warnings.warn("scipy.optimize.root_scalar has not converged, its derivative may mean nothing", RuntimeWarning,
                      stacklevel=2)
    return Crossing(float(found.root), bool(found.converged), str(found.flag), int(found.iterations), int(found.function_calls))
