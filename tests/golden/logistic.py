"""Logistic regression with a quadratic penalty, vectorised."""

import numpy as np

ARGNUMS = ("w", "b")


def logistic(w, b, X, y, penalty):
    z = X @ w + b
    likelihood = np.sum(y * z - np.logaddexp(0.0, z))
    return penalty * np.dot(w, w) - likelihood


def logistic_adjoint_by_hand(w, b, X, y, penalty):
    z = X @ w + b
    likelihood = np.sum(y * z - np.logaddexp(0.0, z))
    value = penalty * np.dot(w, w) - likelihood
    z_bar = 1.0 / (1.0 + np.exp(-z)) - y
    w_bar = 2.0 * penalty * w + X.T @ z_bar
    b_bar = float(np.sum(z_bar))
    return value, (w_bar, b_bar)


def arguments():
    rng = np.random.default_rng(0)
    return rng.normal(size=3), 0.2, rng.normal(size=(8, 3)), (rng.normal(size=8) > 0).astype(float), 0.1
