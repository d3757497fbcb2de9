"""The loss of a logistic regression, by loops over elements."""

import math

import numpy as np

from .samples import handed_back, predictions

ARGNUMS = (0, 1)
SIZES = (100, 1_000)


def logistic_regression(w, b, X, y):
    n, m = X.shape
    loss = 0.0
    for i in range(n):
        z = b
        for j in range(m):
            z = z + X[i, j] * w[j]
        loss += math.log1p(math.exp(-y[i] * z))
    return loss / n


def by_hand(w, b, X, y):
    X = X.tolist()
    share = 1.0 / len(X)
    loss = 0.0
    slopes = []
    for z, sign in zip(predictions(w.tolist(), b, X), y.tolist(), strict=True):
        e = math.exp(-sign * z)
        slopes.append(-share * sign * e / (1.0 + e))
        loss += math.log1p(e)
    return loss / len(X), handed_back(X, slopes)


def arguments(n):
    rng = np.random.default_rng(0)
    return rng.normal(size=8), 0.3, rng.normal(size=(n, 8)), rng.choice([-1.0, 1.0], n)


def for_jax():
    import jax.numpy as jnp
    from jax import lax

    def logistic_regression(w, b, X, y):
        n, m = X.shape

        def sample(loss, i):
            z = lax.fori_loop(0, m, lambda j, z: z + X[i, j] * w[j], b)
            return loss + jnp.log1p(jnp.exp(-y[i] * z))
        return lax.fori_loop(0, n, lambda i, loss: sample(loss, i), 0.0) / n

    return logistic_regression
