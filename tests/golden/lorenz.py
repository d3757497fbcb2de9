"""The Lorenz system as vectors of three, integrated by the classical Runge-Kutta method."""

import numpy as np

from benchmarks.workloads.lorenz import field, lorenz

ARGNUMS = ("s", "sigma")


def field_adjoint_by_hand(s, sigma, rho, beta, k_bar):
    x, y, z = s
    u, v, w = k_bar
    sigma_bar = u * (y - x)
    x_bar = v * (rho - z) + w * y - sigma * u
    y_bar = sigma * u - v + w * x
    z_bar = -v * x - beta * w
    return np.array([x_bar, y_bar, z_bar]), sigma_bar


def lorenz_adjoint_by_hand(s, sigma, rho, beta, dt, n):
    stages = []
    for _ in range(n):
        k1 = field(s, sigma, rho, beta)
        s2 = s + 0.5 * dt * k1
        k2 = field(s2, sigma, rho, beta)
        s3 = s + 0.5 * dt * k2
        k3 = field(s3, sigma, rho, beta)
        s4 = s + dt * k3
        k4 = field(s4, sigma, rho, beta)
        stages.append((s, s2, s3, s4))
        s = s + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    value = np.sum(s * s)
    s_bar = 2.0 * s
    sigma_bar = 0.0
    for s, s2, s3, s4 in reversed(stages):
        k4_bar = dt / 6.0 * s_bar
        s4_bar, contribution = field_adjoint_by_hand(s4, sigma, rho, beta, k4_bar)
        sigma_bar += contribution
        s_bar = s_bar + s4_bar
        k3_bar = 2.0 * k4_bar + dt * s4_bar
        s3_bar, contribution = field_adjoint_by_hand(s3, sigma, rho, beta, k3_bar)
        sigma_bar += contribution
        s_bar = s_bar + s3_bar
        k2_bar = 2.0 * k4_bar + 0.5 * dt * s3_bar
        s2_bar, contribution = field_adjoint_by_hand(s2, sigma, rho, beta, k2_bar)
        sigma_bar += contribution
        s_bar = s_bar + s2_bar
        k1_bar = k4_bar + 0.5 * dt * s2_bar
        s1_bar, contribution = field_adjoint_by_hand(s, sigma, rho, beta, k1_bar)
        sigma_bar += contribution
        s_bar = s_bar + s1_bar
    return value, (s_bar, float(sigma_bar))


def arguments():
    return np.array([1.0, 2.0, 20.0]), 10.0, 28.0, 8.0 / 3.0, 0.01, 12
