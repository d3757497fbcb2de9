"""A nonlinear sweep over the elements of a vector (the Bratu problem): each update takes exp of what it overwrites."""

import math

import numpy as np

ARGNUMS = (0, 1)
SIZES = (100, 1_000)


def bratu(u0, strength, sweeps):
    u = np.copy(u0)
    for _ in range(sweeps):
        for i in range(1, len(u) - 1):
            u[i] = 0.5 * (u[i - 1] + u[i + 1] + strength * math.exp(u[i]))
    return np.sum(u * u)


def by_hand(u0, strength, sweeps):
    u = np.copy(u0)
    n = len(u)
    exponentials = []
    for _ in range(sweeps):
        for i in range(1, n - 1):
            e = math.exp(u[i])
            exponentials.append(e)
            u[i] = 0.5 * (u[i - 1] + u[i + 1] + strength * e)
    value = np.sum(u * u)
    u_bar = 2.0 * u
    strength_bar = 0.0
    for _ in range(sweeps):
        for i in reversed(range(1, n - 1)):
            share = 0.5 * u_bar[i]
            u_bar[i - 1] += share
            u_bar[i + 1] += share
            grown = share * exponentials.pop()
            strength_bar += grown
            u_bar[i] = grown * strength
    return value, (u_bar, float(strength_bar))


def arguments(n):
    return np.linspace(0.0, 0.5, n), 0.01, 10


def for_jax():
    import jax.numpy as jnp
    from jax import lax

    def bratu(u0, strength, sweeps):
        def element(u, i):
            return u.at[i].set(0.5 * (u[i - 1] + u[i + 1] + strength * jnp.exp(u[i]))), None

        def sweep(u, _):
            return lax.scan(element, u, jnp.arange(1, len(u0) - 1))
        u, _ = lax.scan(sweep, u0, None, length=sweeps)
        return jnp.sum(u * u)

    return bratu
