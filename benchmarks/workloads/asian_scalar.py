"""An option on the average of a price, by Monte Carlo: a loop over paths and one over time, in scalars."""

import math

import numpy as np

ARGNUMS = (0, 1, 2)
SIZES = (20, 200)


def asian_scalar(s0, sigma, r, strike, dt, Z):
    payoff = 0.0
    for z in Z:
        s = s0
        total = 0.0
        for e in z:
            s = s * math.exp((r - 0.5 * sigma ** 2) * dt + sigma * math.sqrt(dt) * e)
            total += s
        average = total / len(z)
        if average > strike:
            payoff += average - strike
    return math.exp(-r * dt * Z.shape[1]) * payoff / len(Z)


def by_hand(s0, sigma, r, strike, dt, Z):
    paths, steps = Z.shape
    noise = sigma * math.sqrt(dt)
    drift = (r - 0.5 * sigma ** 2) * dt
    payoff = 0.0
    kept = []
    for z in Z.tolist():
        s = s0
        total = 0.0
        prices = []
        for e in z:
            s = s * math.exp(drift + noise * e)
            prices.append(s)
            total += s
        average = total / steps
        if average > strike:
            payoff += average - strike
            kept.append((prices, z))
    discount = math.exp(-r * dt * steps)
    value = discount * payoff / paths
    drift_bar = noise_bar = s0_bar = 0.0
    for prices, z in kept:
        exponent_bar = 0.0  # s_bar * s: the sum of this and all later prices
        for s, e in zip(reversed(prices), reversed(z), strict=True):
            exponent_bar += s
            drift_bar += exponent_bar
            noise_bar += exponent_bar * e
        s0_bar += exponent_bar
    share = discount / (paths * steps)
    sigma_bar = share * (noise_bar * math.sqrt(dt) - drift_bar * sigma * dt)
    return value, (share * s0_bar / s0, sigma_bar, share * drift_bar * dt - value * dt * steps)


def arguments(paths):
    return 100.0, 0.3, 0.02, 100.0, 0.02, np.random.default_rng(0).normal(size=(paths, 50))


def for_jax():
    import jax.numpy as jnp
    from jax import lax

    def asian_scalar(s0, sigma, r, strike, dt, Z):
        def path(payoff, z):
            def step(state, e):
                s, total = state
                s = s * jnp.exp((r - 0.5 * sigma ** 2) * dt + sigma * jnp.sqrt(dt) * e)
                return (s, total + s), None
            (s, total), _ = lax.scan(step, (s0, 0.0), z)
            average = total / len(z)
            return payoff + jnp.where(average > strike, average - strike, 0.0), None
        payoff, _ = lax.scan(path, 0.0, Z)
        return jnp.exp(-r * dt * Z.shape[1]) * payoff / len(Z)

    return asian_scalar
