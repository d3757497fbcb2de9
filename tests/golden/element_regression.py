"""Robust linear regression written with element loops and a helper function."""

import numpy as np

ARGNUMS = ("w", "b")


def huber(r, delta):
    if abs(r) <= delta:
        return 0.5 * r * r
    return delta * (abs(r) - 0.5 * delta)


def element_regression(w, b, X, y, delta):
    loss = 0.0
    for i in range(len(y)):
        p = b
        for j in range(len(w)):
            p += w[j] * X[i, j]
        loss += huber(p - y[i], delta)
    return loss / len(y)


def arguments():
    rng = np.random.default_rng(0)
    return rng.normal(size=3), 0.3, rng.normal(size=(6, 3)), 2 * rng.normal(size=6), 0.8
