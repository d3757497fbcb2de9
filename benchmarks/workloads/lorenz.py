"""The Lorenz system by the classical Runge-Kutta method, its state a vector of three."""

import numpy as np

ARGNUMS = (0, 1, 2, 3)
SIZES = (100, 1_000)


def field(s, sigma, rho, beta):
    x, y, z = s
    return np.array([sigma * (y - x), x * (rho - z) - y, x * y - beta * z])


def lorenz(s, sigma, rho, beta, dt, n):
    for _ in range(n):
        k1 = field(s, sigma, rho, beta)
        k2 = field(s + 0.5 * dt * k1, sigma, rho, beta)
        k3 = field(s + 0.5 * dt * k2, sigma, rho, beta)
        k4 = field(s + dt * k3, sigma, rho, beta)
        s = s + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    return np.sum(s * s)


def field_backward(s, sigma, rho, beta, k_bar):
    x, y, z = s
    u, v, w = k_bar
    s_bar = np.array([v * (rho - z) + w * y - sigma * u, sigma * u - v + w * x, -v * x - beta * w])
    return s_bar, u * (y - x), v * x, -w * z


def by_hand(s, sigma, rho, beta, dt, n):
    half, weight = 0.5 * dt, dt / 6.0
    stages = []
    for _ in range(n):
        k1 = field(s, sigma, rho, beta)
        s2 = s + half * k1
        k2 = field(s2, sigma, rho, beta)
        s3 = s + half * k2
        k3 = field(s3, sigma, rho, beta)
        s4 = s + dt * k3
        k4 = field(s4, sigma, rho, beta)
        stages.append((s.tolist(), s2.tolist(), s3.tolist(), s4.tolist()))
        s = s + weight * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    value = np.sum(s * s)
    s_bar = 2.0 * s
    sigma_bar = rho_bar = beta_bar = 0.0
    for s1, s2, s3, s4 in reversed(stages):
        k_bar = weight * s_bar
        twice = 2.0 * k_bar
        s4_bar, sigma_4, rho_4, beta_4 = field_backward(s4, sigma, rho, beta, k_bar.tolist())
        s3_bar, sigma_3, rho_3, beta_3 = field_backward(s3, sigma, rho, beta, (twice + dt * s4_bar).tolist())
        s2_bar, sigma_2, rho_2, beta_2 = field_backward(s2, sigma, rho, beta, (twice + half * s3_bar).tolist())
        s1_bar, sigma_1, rho_1, beta_1 = field_backward(s1, sigma, rho, beta, (k_bar + half * s2_bar).tolist())
        s_bar = s_bar + s4_bar + s3_bar + s2_bar + s1_bar
        sigma_bar += sigma_4 + sigma_3 + sigma_2 + sigma_1
        rho_bar += rho_4 + rho_3 + rho_2 + rho_1
        beta_bar += beta_4 + beta_3 + beta_2 + beta_1
    return value, (s_bar, sigma_bar, rho_bar, beta_bar)


def arguments(n):
    return np.array([1.0, 2.0, 20.0]), 10.0, 28.0, 8.0 / 3.0, 1.0 / n, n


def for_jax():
    import jax.numpy as jnp
    from jax import lax

    def field(s, sigma, rho, beta):
        x, y, z = s
        return jnp.array([sigma * (y - x), x * (rho - z) - y, x * y - beta * z])

    def lorenz(s, sigma, rho, beta, dt, n):
        def step(s, _):
            k1 = field(s, sigma, rho, beta)
            k2 = field(s + 0.5 * dt * k1, sigma, rho, beta)
            k3 = field(s + 0.5 * dt * k2, sigma, rho, beta)
            k4 = field(s + dt * k3, sigma, rho, beta)
            return s + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4), None
        s, _ = lax.scan(step, s, None, length=n)
        return jnp.sum(s * s)

    return lorenz
