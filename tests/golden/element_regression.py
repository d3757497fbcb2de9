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


def element_regression_adjoint_by_hand(w, b, X, y, delta):
    n = len(y)
    residuals = []
    loss = 0.0
    for i in range(n):
        p = b
        for j in range(len(w)):
            p += w[j] * X[i, j]
        r = p - y[i]
        residuals.append(r)
        loss += huber(r, delta)
    value = loss / n
    loss_bar = 1.0 / n
    w_bar = np.zeros_like(w)
    b_bar = 0.0
    for i in range(n):
        r = residuals[i]
        if abs(r) <= delta:
            r_bar = loss_bar * r
        else:
            r_bar = loss_bar * delta * np.sign(r)
        for j in range(len(w)):
            w_bar[j] += r_bar * X[i, j]
        b_bar += r_bar
    return value, (w_bar, float(b_bar))


def arguments():
    rng = np.random.default_rng(0)
    return rng.normal(size=3), 0.3, rng.normal(size=(6, 3)), 2 * rng.normal(size=6), 0.8
