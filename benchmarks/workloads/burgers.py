"""The viscous Burgers equation in one dimension: a copy of the old step, and slices of it written into the new one."""

import numpy as np

ARGNUMS = (0, 1)
SIZES = (200, 2_000)


def burgers(u0, nu, r, steps):
    u = np.copy(u0)
    for _ in range(steps):
        old = np.copy(u)
        u[1:-1] = old[1:-1] - r * old[1:-1] * (old[1:-1] - old[:-2]) + nu * (old[2:] - 2.0 * old[1:-1] + old[:-2])
    return np.sum(u * u)


def by_hand(u0, nu, r, steps):
    u = np.copy(u0)
    states = []
    for _ in range(steps):
        old = np.copy(u)
        states.append(old)
        u[1:-1] = old[1:-1] - r * old[1:-1] * (old[1:-1] - old[:-2]) + nu * (old[2:] - 2.0 * old[1:-1] + old[:-2])
    value = np.sum(u * u)
    u_bar = 2.0 * u
    nu_bar = 0.0
    for old in reversed(states):
        g = u_bar[1:-1].copy()
        u_bar[1:-1] = 0.0
        nu_bar += np.dot(g, old[2:] - 2.0 * old[1:-1] + old[:-2])
        spread = nu * g
        slope = r * g
        carried = slope * old[1:-1]
        u_bar[2:] += spread
        u_bar[:-2] += spread + carried
        u_bar[1:-1] += g - 2.0 * spread - carried - slope * (old[1:-1] - old[:-2])
    return value, (u_bar, nu_bar)


def arguments(n):
    x = np.linspace(0.0, 1.0, n)
    return 1.0 + 0.5 * np.sin(2.0 * np.pi * x), 0.2, 0.1, 100


def for_jax():
    import jax.numpy as jnp
    from jax import lax

    def burgers(u0, nu, r, steps):
        def step(old, _):
            inner = old[1:-1] - r * old[1:-1] * (old[1:-1] - old[:-2]) + nu * (old[2:] - 2.0 * old[1:-1] + old[:-2])
            return old.at[1:-1].set(inner), None
        u, _ = lax.scan(step, u0, None, length=steps)
        return jnp.sum(u * u)

    return burgers
