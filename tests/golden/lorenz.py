"""The Lorenz system as vectors of three, integrated by the classical Runge-Kutta method."""

import numpy as np

ARGNUMS = ("s", "sigma")


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


def arguments():
    return np.array([1.0, 2.0, 20.0]), 10.0, 28.0, 8.0 / 3.0, 0.01, 12
