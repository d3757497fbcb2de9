"""Gauss-Seidel sweeps over a square grid, element by element, each reading what was just written."""

import numpy as np

ARGNUMS = (0, 1)
SIZES = (16, 40)


def gauss_seidel(u0, f, sweeps):
    u = np.copy(u0)
    n, m = u.shape
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                u[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - f[i, j])
    return np.sum(u * u)


def by_hand(u0, f, sweeps):
    u = np.copy(u0)
    n, m = u.shape
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                u[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - f[i, j])
    value = np.sum(u * u)
    u_bar = 2.0 * u
    f_bar = np.zeros_like(f)
    for _ in range(sweeps):
        for i in reversed(range(1, n - 1)):
            for j in reversed(range(1, m - 1)):
                share = 0.25 * u_bar[i, j]
                u_bar[i, j] = 0.0
                u_bar[i - 1, j] += share
                u_bar[i + 1, j] += share
                u_bar[i, j - 1] += share
                u_bar[i, j + 1] += share
                f_bar[i, j] -= share
    return value, (u_bar, f_bar)


def arguments(n):
    rng = np.random.default_rng(0)
    return rng.random((n, n)), rng.random((n, n)), 10


def for_jax():
    import jax.numpy as jnp
    from jax import lax

    def gauss_seidel(u0, f, sweeps):
        n, m = u0.shape
        rows, columns = jnp.meshgrid(jnp.arange(1, n - 1), jnp.arange(1, m - 1), indexing="ij")
        places = jnp.stack((rows.ravel(), columns.ravel()), axis=1)

        def element(u, place):
            i, j = place
            new = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - f[i, j])
            return u.at[i, j].set(new), None

        def sweep(u, _):
            return lax.scan(element, u, places)
        u, _ = lax.scan(sweep, u0, None, length=sweeps)
        return jnp.sum(u * u)

    return gauss_seidel
