"""A network with one hidden layer and its mean squared error."""

import numpy as np

from benchmarks.workloads.mlp import mlp

ARGNUMS = ("W1", "b1", "W2", "b2")


def mlp_adjoint_by_hand(W1, b1, W2, b2, X, Y):
    h = np.tanh(X @ W1 + b1)
    r = h @ W2 + b2 - Y
    value = np.mean(r * r)
    r_bar = 2.0 * r / r.size
    W2_bar = h.T @ r_bar
    b2_bar = np.sum(r_bar, axis=0)
    a_bar = r_bar @ W2.T * (1.0 - h * h)
    W1_bar = X.T @ a_bar
    b1_bar = np.sum(a_bar, axis=0)
    return value, (W1_bar, b1_bar, W2_bar, b2_bar)


def arguments():
    rng = np.random.default_rng(0)
    shapes = (4, 5), (5,), (5, 2), (2,), (7, 4), (7, 2)
    return tuple(rng.normal(size=shape) for shape in shapes)
