"""What is done with sparse matrices that carry no derivative."""

from __future__ import annotations

import importlib
from typing import Any


def product(matrix: Any, x: Any) -> Any:
    """``matrix @ x``

    >>> import numpy as np
    >>> product(np.eye(2), np.ones(2)).tolist()
    [1.0, 1.0]
    """
    return matrix @ x


def transposed(matrix: Any) -> Any:
    """``matrix.T``

    >>> import numpy as np
    >>> transposed(np.ones((2, 3))).shape
    (3, 2)
    """
    return matrix.T


def size_of(matrix: Any) -> Any:
    """``matrix.shape``

    >>> import numpy as np
    >>> size_of(np.ones((2, 3)))
    (2, 3)
    """
    return matrix.shape


def dense(matrix: Any, dtype: str) -> Any:
    """``matrix.toarray()``, whose elements have this type."""
    found = matrix.toarray()
    if found.dtype != dtype:
        raise TypeError(f"a sparse matrix of {found.dtype} where one of {dtype} was expected")
    return found


def solution(matrix: Any, b: Any) -> Any:
    """``scipy.sparse.linalg.spsolve(matrix, b)``"""
    return importlib.import_module("scipy.sparse.linalg").spsolve(matrix, b)


def iterated(matrix: Any, b: Any, solver: str, rtol: float = 1e-5, atol: float = 0.0, maxiter: int | None = None) -> Any:
    """``scipy.sparse.linalg.cg`` and its kin: the solution, and 0 where it has been found.

    >>> import numpy as np
    >>> x, info = iterated(2.0 * np.eye(2), np.ones(2), "cg")
    >>> x.round(6).tolist(), info
    ([0.5, 0.5], 0)
    """
    solve = getattr(importlib.import_module("scipy.sparse.linalg"), solver)
    options: dict[str, Any] = {} if solver == "minres" else {"atol": atol}
    if maxiter is not None:
        options["maxiter"] = maxiter  # gcrotmk and lgmres take no None
    x, info = solve(matrix, b, rtol=rtol, **options)
    return x, int(info)


def least_squares(matrix: Any, b: Any, solver: str, damp: float = 0.0, **options: Any) -> Any:
    """``scipy.sparse.linalg.lsqr(matrix, b, damp)`` or ``lsmr``: the solution of least squares.

    >>> import numpy as np
    >>> least_squares(np.array([[1.0], [1.0]]), np.array([1.0, 3.0]), "lsqr").round(6).tolist()
    [2.0]
    """
    return getattr(importlib.import_module("scipy.sparse.linalg"), solver)(matrix, b, damp, **options)[0]


def exponential_times(matrix: Any, b: Any) -> Any:
    """``scipy.sparse.linalg.expm_multiply(matrix, b)``"""
    return importlib.import_module("scipy.sparse.linalg").expm_multiply(matrix, b)


def solved(factors: Any, b: Any, trans: str) -> Any:
    """``factors.solve(b, trans)`` of the factors that ``scipy.sparse.linalg.splu`` gives."""
    return factors.solve(b, trans)
