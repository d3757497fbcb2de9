"""Entropies of discrete distributions as ``scipy.stats`` computes them, as plain Python: they are looked into."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special


def entropy(pk: Any, qk: Any = None, axis: int = 0) -> Any:
    """``scipy.stats.entropy``: weights that are zero count for nothing.

    >>> round(float(entropy(np.array([1.0, 1.0, 0.0]))), 12)
    0.69314718056
    """
    p = shares(pk, axis)
    if qk is None:
        return np.sum(special.entr(p), axis=axis)
    return np.sum(special.rel_entr(p, shares(qk, axis)), axis=axis)


def shares(weights: Any, axis: int) -> Any:
    """The weights divided by their sum.

    >>> shares(np.array([1.0, 3.0]), 0).tolist()
    [0.25, 0.75]
    """
    return weights / np.sum(weights, axis=axis, keepdims=True)
