"""Arrays that the calls of all families share: vectors, matrices, blocks, float32, complex, with zeros and with holes."""

from __future__ import annotations

import numpy as np


class Normal:
    """Makes normally distributed arrays, the same in every run."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def real(self, *shape: int) -> np.ndarray:
        return self.rng.normal(size=shape)

    def cplx(self, *shape: int) -> np.ndarray:
        return self.rng.normal(size=shape) + 1j * self.rng.normal(size=shape)


RNG = np.random.default_rng(0)
V, M, T = RNG.normal(size=4), RNG.normal(size=(3, 4)), RNG.normal(size=(2, 3, 4))
W = RNG.uniform(0.5, 2.0, size=4)
"""Positive numbers: weights, steps."""
F32 = RNG.normal(size=(2, 3)).astype(np.float32)
C = RNG.normal(size=4) + 1j * RNG.normal(size=4)
MASK = np.array([[True, False, True, True], [True, True, False, True], [False, True, True, True]])
ONE_ZERO = np.array([2.0, 0.0, 5.0])
HOLES = np.where(MASK, M, np.nan)
