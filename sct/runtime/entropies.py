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
    p = pk / np.sum(pk, axis=axis, keepdims=True)
    if qk is None:
        return np.sum(special.entr(p), axis=axis)
    return np.sum(special.rel_entr(p, qk / np.sum(qk, axis=axis, keepdims=True)), axis=axis)
