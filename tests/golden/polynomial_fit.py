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


def horner_adjoint_by_hand(c, x, value_bar, c_bar):
    for k in range(len(c)):
        c_bar[k] += value_bar
        value_bar *= x


def polynomial_fit_adjoint_by_hand(c, x, y):
    residuals = []
    loss = 0.0
    for i in range(len(x)):
        r = horner(c, x[i]) - y[i]
        residuals.append(r)
        loss += r ** 2
    c_bar = np.zeros_like(c)
    for i in range(len(x)):
        horner_adjoint_by_hand(c, x[i], 2.0 * residuals[i], c_bar)
    return loss, (c_bar,)


def arguments():
    rng = np.random.default_rng(0)
    return rng.normal(size=4), rng.normal(size=6), rng.normal(size=6)
