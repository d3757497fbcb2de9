"""Least squares for a polynomial in a helper function with a loop of its own."""

import numpy as np

ARGNUMS = ("c",)


def horner(c, x):
    value = 0.0
    for k in range(len(c) - 1, -1, -1):
        value = value * x + c[k]
    return value


def polynomial_fit(c, x, y):
    loss = 0.0
    for i in range(len(x)):
        loss += (horner(c, x[i]) - y[i]) ** 2
    return loss


def arguments():
    rng = np.random.default_rng(0)
    return rng.normal(size=4), rng.normal(size=6), rng.normal(size=6)
