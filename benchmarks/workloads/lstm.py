"""A recurrent network with long short-term memory, its four gates computed together, over a sequence."""

import numpy as np

ARGNUMS = (0, 1, 2)
SIZES = (16, 64)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def lstm(W, U, b, X, Y):
    n = U.shape[1]
    h = np.zeros(n)
    c = np.zeros(n)
    loss = 0.0
    for t in range(len(X)):
        a = W @ X[t] + U @ h + b
        i = sigmoid(a[:n])
        f = sigmoid(a[n:2 * n])
        o = sigmoid(a[2 * n:3 * n])
        g = np.tanh(a[3 * n:])
        c = f * c + i * g
        h = o * np.tanh(c)
        loss = loss + np.sum((h - Y[t]) ** 2)
    return loss / len(X)


def by_hand(W, U, b, X, Y):
    n = U.shape[1]
    h = np.zeros(n)
    c = np.zeros(n)
    loss = 0.0
    steps = []
    for t in range(len(X)):
        a = W @ X[t] + U @ h + b
        s = sigmoid(a[:3 * n])
        i, f, o = s[:n], s[n:2 * n], s[2 * n:]
        g = np.tanh(a[3 * n:])
        before, h_before = c, h
        c = f * c + i * g
        tanh_c = np.tanh(c)
        h = o * tanh_c
        r = h - Y[t]
        loss = loss + np.dot(r, r)
        steps.append((h_before, before, s, g, tanh_c, r))
    share = 2.0 / len(X)
    h_bar = np.zeros(n)
    c_bar = np.zeros(n)
    A_bar = np.empty((len(X), 4 * n))
    H = np.array([step[0] for step in steps])
    for t in reversed(range(len(X))):
        _, before, s, g, tanh_c, r = steps[t]
        i, f, o = s[:n], s[n:2 * n], s[2 * n:]
        a_bar = A_bar[t]
        h_bar = h_bar + share * r
        c_bar = c_bar + h_bar * o * (1.0 - tanh_c * tanh_c)
        a_bar[:n] = c_bar * g
        a_bar[n:2 * n] = c_bar * before
        a_bar[2 * n:3 * n] = h_bar * tanh_c
        a_bar[:3 * n] *= s * (1.0 - s)
        a_bar[3 * n:] = c_bar * i * (1.0 - g * g)
        c_bar = c_bar * f
        h_bar = a_bar @ U
    return loss / len(X), (A_bar.T @ X, A_bar.T @ H, np.sum(A_bar, axis=0))


def arguments(n):
    rng = np.random.default_rng(0)
    inputs, steps = n // 2, 30
    return (rng.normal(size=(4 * n, inputs)) / 4.0, rng.normal(size=(4 * n, n)) / n, np.zeros(4 * n),
            rng.normal(size=(steps, inputs)), rng.normal(size=(steps, n)))


def for_jax():
    import jax.numpy as jnp
    from jax import lax

    def sigmoid(x):
        return 1.0 / (1.0 + jnp.exp(-x))

    def lstm(W, U, b, X, Y):
        n = U.shape[1]
        h = jnp.zeros(n)
        c = jnp.zeros(n)

        def step(state, xy):
            h, c, loss = state
            x, y = xy
            a = W @ x + U @ h + b
            i = sigmoid(a[:n])
            f = sigmoid(a[n:2 * n])
            o = sigmoid(a[2 * n:3 * n])
            g = jnp.tanh(a[3 * n:])
            c = f * c + i * g
            h = o * jnp.tanh(c)
            return (h, c, loss + jnp.sum((h - y) ** 2)), None
        (h, c, loss), _ = lax.scan(step, (h, c, 0.0), (X, Y))
        return loss / len(X)

    return lstm
