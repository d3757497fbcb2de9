"""Relaxation of a Poisson problem on a square grid, in place, by slices."""

import numpy as np

ARGNUMS = (0, 1)
SIZES = (40, 200)


def jacobi(u0, f, steps):
    u = np.copy(u0)
    for _ in range(steps):
        u[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - f[1:-1, 1:-1])
    return np.sum(u * u)


def by_hand(u0, f, steps):
    u = np.copy(u0)
    for _ in range(steps):
        u[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - f[1:-1, 1:-1])
    value = np.sum(u * u)
    u_bar = 2.0 * u
    inner_bar = np.zeros_like(u[1:-1, 1:-1])
    for _ in range(steps):
        share = 0.25 * u_bar[1:-1, 1:-1]
        u_bar[1:-1, 1:-1] = 0.0
        u_bar[:-2, 1:-1] += share
        u_bar[2:, 1:-1] += share
        u_bar[1:-1, :-2] += share
        u_bar[1:-1, 2:] += share
        inner_bar -= share
    f_bar = np.zeros_like(f)
    f_bar[1:-1, 1:-1] = inner_bar
    return value, (u_bar, f_bar)


def arguments(n):
    rng = np.random.default_rng(0)
    return rng.random((n, n)), rng.random((n, n)), 50


def for_jax():
    import jax.numpy as jnp
    from jax import lax

    def jacobi(u0, f, steps):
        def step(u, _):
            inner = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - f[1:-1, 1:-1])
            return u.at[1:-1, 1:-1].set(inner), None
        u, _ = lax.scan(step, u0, None, length=steps)
        return jnp.sum(u * u)

    return jacobi
