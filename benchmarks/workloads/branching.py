"""A scalar loop with a branch that depends on the data."""

import math

ARGNUMS = (0, 1)
SIZES = (1_000, 10_000)


def branching(x, k, n):
    s = x
    for _ in range(n):
        if s > 1.0:
            s = s - k * math.sin(s)
        else:
            s = s + k * math.exp(-s) * x
    return s


def by_hand(x, k, n):
    s = x
    states = []
    for _ in range(n):
        states.append(s)
        if s > 1.0:
            s = s - k * math.sin(s)
        else:
            s = s + k * math.exp(-s) * x
    s_bar = 1.0
    x_bar = k_bar = 0.0
    for s_k in reversed(states):
        if s_k > 1.0:
            k_bar -= s_bar * math.sin(s_k)
            s_bar -= s_bar * k * math.cos(s_k)
        else:
            e = s_bar * math.exp(-s_k)
            k_bar += e * x
            x_bar += k * e
            s_bar -= k * e * x
    return s, (x_bar + s_bar, k_bar)


def arguments(n):
    return 0.7, 0.05, n


def for_jax():
    import jax.numpy as jnp
    from jax import lax

    def branching(x, k, n):
        def step(s, _):
            above = s - k * jnp.sin(s)
            below = s + k * jnp.exp(-s) * x
            return jnp.where(s > 1.0, above, below), None
        s, _ = lax.scan(step, x, None, length=n)
        return s

    return branching
