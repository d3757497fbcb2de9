"""Functions that choose, delete, insert and join elements."""

from __future__ import annotations

import numpy as np

from sct.rules import selecting

from .arrays import F32, MASK, C, M, T, V, W
from .calls import Call

COLUMN = np.array([True, False, True])

CALLS = [
    Call(np.compress, V > 0, V), Call(np.compress, COLUMN, M, 0), Call(np.compress, [True, False, True], T, axis=1),
    Call(np.compress, MASK.ravel(), M), Call(np.compress, [False, True], V), Call(np.compress, COLUMN, C),
    Call(selecting.compress_method, V, V > 0), Call(selecting.compress_method, M, COLUMN, 0),
    Call(selecting.compress_method, T, [True, False, True], axis=1), Call(selecting.compress_method, M, MASK.ravel()),
    Call(np.extract, MASK, M), Call(np.extract, V > 0, V),
    Call(np.choose, np.array([0, 1, 1, 0]), [V, W]), Call(np.choose, np.array([0, 2, 1, 0]), [V, 1.5, M]),
    Call(np.choose, np.array([-1, 2, 3, 0]), [V, W], mode="wrap"),
    Call(np.choose, np.array([-1, 2, 1, 0]), [V, W], mode="clip"),
    Call(np.take, V, np.array([-1, 2, 5]), mode="wrap"), Call(np.take, T, [0, 2], 2),
    Call(np.take, M, np.array([-1, 2, 5]), 1, mode="clip"),
    Call(np.take, M, np.array([-1, 2, 5])), Call(np.take, M, np.array([-3, 14]), mode="wrap"), Call(np.take, C, [0, 0]),
    Call(np.take, np.array(1.5), [0, 0]), Call(np.extract, True, np.array(1.5)), Call(np.delete, np.array(1.5), []),
    Call(np.unique, np.array(1.5)), Call(np.trim_zeros, V[:0]),
    Call(np.delete, V, 1), Call(np.delete, V, [0, -1]), Call(np.delete, M, 1, 0), Call(np.delete, M, [0, 2], axis=1),
    Call(np.delete, M, [0, 5]), Call(np.delete, M, slice(0, 3, 2), 1), Call(np.delete, F32, 0, 1),
    Call(np.insert, V, 1, 2.5), Call(np.insert, V, [0, 2], V[:2]), Call(np.insert, V, [3, 1], V[:2]),
    Call(np.insert, V, 2, V[:3]), Call(np.insert, M, 1, 2.5), Call(np.insert, M, 1, 2.5, axis=1),
    Call(np.insert, M, 1, V[:3], axis=1), Call(np.insert, M, [1], M[:, :2], axis=1), Call(np.insert, M, [0, 2], V, 0),
    Call(np.insert, M, 0, V, 0), Call(np.insert, V, slice(0, 3, 2), V[:2]), Call(np.insert, T, 2, 1.5, -1),
    Call(np.unique, M), Call(np.unique, M, axis=1), Call(np.unique, V, return_index=True),
    Call(np.unique, V, return_counts=True, return_inverse=True), Call(np.unique, M, True, axis=0),
    Call(np.trim_zeros, V), Call(np.trim_zeros, V, trim="b"),
    Call(np.block, [V, W]), Call(np.block, [[M, M[:, :1]], [M[:1], 2.5]]), Call(np.block, [[V], [W]]), Call(np.block, [1.5, V]),
    Call(np.block, [[[T], [T[:, :1]]]]), Call(np.block, M), Call(np.block, [[1.5, 2.5], [3.5, 4.5]]),
    Call(np.broadcast_arrays, V, M), Call(np.broadcast_arrays, M[:, :1], 2.5, V), Call(np.broadcast_arrays, V),
    Call(np.dsplit, T, 2), Call(np.dsplit, T, [1, 3]), Call(np.dsplit, T, 2).alone(1),
    Call(np.rollaxis, T, 2), Call(np.rollaxis, T, 0, 2), Call(np.rollaxis, T, -1, 1), Call(np.rollaxis, M, 0, 1),
    Call(np.rollaxis, T, 1, 1), Call(np.rollaxis, T, 0, -1), Call(np.rollaxis, T, 2, -3), Call(np.rollaxis, T, 1, -1),
    Call(np.require, V), Call(np.require, V, float, "W"), Call(np.asarray_chkfinite, M), Call(np.asarray_chkfinite, [1.5, 2.5]),
    Call(np.astype, F32, np.float64), Call(np.astype, V, complex), Call(np.astype, V, np.float64),
    Call(np.sort, V, stable=True), Call(np.sort, M, 0, stable=True),
]
