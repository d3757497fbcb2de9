"""Mean squared error of a linear model, by loops over elements."""

import numpy as np

ARGNUMS = (0, 1)
SIZES = (100, 1_000)


def linear_regression(w, b, X, y):
    n, m = X.shape
    error = 0.0
    for i in range(n):
        p = b
        for j in range(m):
            p = p + X[i, j] * w[j]
        error += (p - y[i]) ** 2
    return error / n


def by_hand(w, b, X, y):
    n, m = X.shape
    w, X, y = w.tolist(), X.tolist(), y.tolist()  # elements of lists are read four times as fast
    error = 0.0
    residuals = []
    for x, wanted in zip(X, y, strict=True):
        p = b
        for j in range(m):
            p += x[j] * w[j]
        r = p - wanted
        residuals.append(r)
        error += r ** 2
    w_bar = [0.0] * m
    b_bar = 0.0
    for x, r in zip(X, residuals, strict=True):
        p_bar = 2.0 / n * r
        b_bar += p_bar
        for j in range(m):
            w_bar[j] += x[j] * p_bar
    return error / n, (np.array(w_bar), b_bar)


def arguments(n):
    rng = np.random.default_rng(0)
    return rng.normal(size=8), 0.3, rng.normal(size=(n, 8)), rng.normal(size=n)


def for_jax():
    from jax import lax

    def linear_regression(w, b, X, y):
        n, m = X.shape

        def sample(error, i):
            p = lax.fori_loop(0, m, lambda j, p: p + X[i, j] * w[j], b)
            return error + (p - y[i]) ** 2
        return lax.fori_loop(0, n, lambda i, error: sample(error, i), 0.0) / n

    return linear_regression
