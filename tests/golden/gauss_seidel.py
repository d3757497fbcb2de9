"""Relaxation of a Poisson problem in place, element by element."""

import numpy as np

ARGNUMS = (0, 1)


def gauss_seidel(u, f, h, sweeps):
    n, m = u.shape
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                u[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - h * h * f[i, j])
    return np.sum(u * u)


def gauss_seidel_adjoint_by_hand(u, f, h, sweeps):
    u = u.copy()
    n, m = u.shape
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                u[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - h * h * f[i, j])
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
                f_bar[i, j] -= h * h * share
    return value, (u_bar, f_bar)


def arguments():
    rng = np.random.default_rng(4)
    return rng.normal(size=(6, 5)), rng.normal(size=(6, 5)), 0.3, 3
