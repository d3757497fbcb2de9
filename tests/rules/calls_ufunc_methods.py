"""Methods of ufuncs."""

from __future__ import annotations

import numpy as np

from .arrays import F32, MASK, ONE_ZERO, C, M, T, V
from .calls import Call

EXTREMES = (np.maximum, np.minimum)

CALLS = [Call(fn.reduce, a, **kwargs) for fn in (np.add, np.multiply, *EXTREMES) for a, kwargs in (
    (V, {}), (M, {}), (M, {"axis": 1}), (M, {"axis": None}), (T, {"axis": (0, -1)}), (T, {"axis": 1, "keepdims": True}),
    (F32, {}), (M, {"axis": 1, "where": MASK, "initial": 0.3}), (M, {"initial": 0.3}), (M, {"initial": -0.3}),
    (M, {"initial": -9.0}))]
CALLS += [Call(fn.reduce, a, **kwargs) for fn in (np.logaddexp, np.logaddexp2) for a, kwargs in (
    (V, {}), (M, {"axis": 1}), (T, {"axis": 1, "keepdims": True}), (F32, {}), (700.0 * V, {}))]
CALLS += [Call(fn.reduce, a, **kwargs) for fn in (np.logaddexp, np.logaddexp2) for a, kwargs in (
    (V, {"initial": 0.3}), (M, {"axis": 1, "where": MASK, "initial": -np.inf}), (T, {"axis": (0, -1), "initial": 0.7}),
    (M, {"axis": None, "where": MASK, "initial": 0.4, "keepdims": True}))]
CALLS += [Call(np.hypot.reduce, a, **kwargs) for a, kwargs in (
    (V, {}), (M, {"axis": 1, "initial": 0.7}), (T, {"axis": (0, -1), "keepdims": True}), (F32, {}),
    (M, {"axis": None, "where": MASK, "initial": 0.4}))]
CALLS += [Call(fn.accumulate, a, **kwargs) for fn in (np.add, np.multiply, np.logaddexp, *EXTREMES) for a, kwargs in (
    (V, {}), (M, {}), (M, {"axis": 1}), (T, {"axis": 1}), (T, {"axis": -1}), (F32, {}))]
CALLS += [Call(fn.reduceat, a, *args, **kwargs) for fn in (np.add, *EXTREMES) for a, *args, kwargs in (
    (V, [0, 2], {}), (V, np.array([2, 0, 0, 3]), {}), (M, [0, 2], {"axis": 1}), (M, [1, 0, 2], {}), (T, [2, 0], {"axis": 1}),
    (F32, [0, 1], {"axis": 1}))]
CALLS += [Call(np.multiply.reduce, ONE_ZERO), Call(np.add.reduce, C), Call(np.multiply.reduce, C), Call(np.add.accumulate, C),
          Call(np.add.reduceat, C, [0, 2])]
