"""An option on the average of a price, by Monte Carlo: all paths at once, a loop over time."""

import math

import numpy as np

ARGNUMS = (0, 1, 2)
SIZES = (1_000, 20_000)


def asian_vectorised(s0, sigma, r, strike, dt, Z):
    steps = len(Z)
    s = s0 * np.ones(Z.shape[1])
    total = np.zeros(Z.shape[1])
    for k in range(steps):
        s = s * np.exp((r - 0.5 * sigma ** 2) * dt + sigma * math.sqrt(dt) * Z[k])
        total = total + s
    payoff = np.maximum(total / steps - strike, 0.0)
    return math.exp(-r * dt * steps) * np.mean(payoff)


def by_hand(s0, sigma, r, strike, dt, Z):
    steps, paths = Z.shape
    root = math.sqrt(dt)
    drift = (r - 0.5 * sigma ** 2) * dt
    s = s0 * np.ones(paths)
    total = np.zeros(paths)
    prices = []
    for k in range(steps):
        s = s * np.exp(drift + sigma * root * Z[k])
        prices.append(s)
        total = total + s
    excess = total / steps - strike
    discount = math.exp(-r * dt * steps)
    value = discount * np.mean(np.maximum(excess, 0.0))
    total_bar = np.where(excess > 0.0, discount / (paths * steps), 0.0)
    drift_bar = noise_bar = 0.0
    exponent_bar = np.zeros(paths)
    for k in reversed(range(steps)):
        exponent_bar = exponent_bar + total_bar * prices[k]  # s_bar * s: what all later prices hand back
        drift_bar += np.sum(exponent_bar)
        noise_bar += np.dot(exponent_bar, Z[k])
    s0_bar = np.sum(exponent_bar) / s0
    sigma_bar = root * noise_bar - sigma * dt * drift_bar
    return value, (s0_bar, sigma_bar, dt * drift_bar - value * dt * steps)


def arguments(paths):
    return 100.0, 0.3, 0.02, 100.0, 0.02, np.random.default_rng(0).normal(size=(50, paths))


def for_jax():
    import jax.numpy as jnp
    from jax import lax

    def asian_vectorised(s0, sigma, r, strike, dt, Z):
        steps = len(Z)
        s = s0 * jnp.ones(Z.shape[1])
        total = jnp.zeros(Z.shape[1])

        def step(state, z):
            s, total = state
            s = s * jnp.exp((r - 0.5 * sigma ** 2) * dt + sigma * jnp.sqrt(dt) * z)
            return (s, total + s), None
        (s, total), _ = lax.scan(step, (s, total), Z)
        payoff = jnp.maximum(total / steps - strike, 0.0)
        return jnp.exp(-r * dt * steps) * jnp.mean(payoff)

    return asian_vectorised
