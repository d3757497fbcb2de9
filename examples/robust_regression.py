"""Huber's loss over a real table by a loop with a helper function and a branch, as in ``python -m sct demo``."""

import numpy as np

import sct
from sct.data import diabetes


def huber(r, delta):
    if abs(r) <= delta:
        return 0.5 * r * r
    return delta * (abs(r) - 0.5 * delta)


def loss(w, X, y, delta=75.0):
    pred = X @ w
    error = 0.0
    for i in range(len(y)):
        error += huber(y[i] - pred[i], delta)
    return error / len(y)


measurements, y, _ = diabetes()
X = np.column_stack([np.ones(len(y)), (measurements - measurements.mean(axis=0)) / measurements.std(axis=0)])
value_and_slope = sct.value_and_grad(loss)

w = np.zeros(X.shape[1])
for _ in range(60):
    value, slope = value_and_slope(w, X, y)
    w -= 0.24 * slope
print(value)
print(value_and_slope.source)

assert value < loss(np.zeros(len(w)), X, y) / 6.0
residual = y - X @ w
assert np.allclose(value_and_slope(w, X, y)[1], -X.T @ np.clip(residual, -75.0, 75.0) / len(y), rtol=1e-12, atol=1e-12)
