"""Functions of real matrices whose result SciPy gives as complex numbers where it is not real."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np


def real_sqrtm(a: Any) -> Any:
    """``scipy.linalg.sqrtm`` of a real matrix without negative eigenvalues: it is real; another one is an error.

    >>> real_sqrtm(np.array([[4.0, 0.0], [0.0, 9.0]])).round(12).tolist()
    [[2.0, 0.0], [0.0, 3.0]]
    """
    return _real(importlib.import_module("scipy.linalg").sqrtm(a), a, "sqrtm")


def real_logm(a: Any) -> Any:
    """``scipy.linalg.logm`` of a real matrix, likewise.

    >>> real_logm(np.eye(2)).tolist()
    [[0.0, 0.0], [0.0, 0.0]]
    """
    return np.asarray(_real(importlib.import_module("scipy.linalg").logm(a), a, "logm"), np.float64)


def one_if_regular(z: Any) -> float:
    """1 for a matrix that has an inverse, NaN for another: what a solution of an equation with it is multiplied by.

    >>> one_if_regular(np.eye(2)), one_if_regular(np.ones((2, 2)))
    (1.0, nan)
    """
    if z.size == 0:
        return 1.0
    s = np.linalg.svd(z, compute_uv=False)
    return 1.0 if s[-1] > len(s) * np.finfo(s.dtype).eps * s[0] else float("nan")


def _real(z: Any, a: Any, name: str) -> Any:
    """The real part where rounding alone made ``z`` complex (Higham, Functions of Matrices, 2008, theorems 1.23 and 1.31)."""
    if not np.iscomplexobj(z):
        return z
    w = np.linalg.eigvals(a)
    if np.any((w.imag == 0.0) & (w.real < 0.0)):
        raise ValueError(f"{name} of a real matrix with negative eigenvalues is complex: make the argument complex, a + 0j")
    return z.real.copy()
