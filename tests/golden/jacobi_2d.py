"""Relaxation of a Poisson problem on a grid, with two arrays that change places."""

import numpy as np

from tests.programs.equations import jacobi_2d

ARGNUMS = (0, 1)


def jacobi_2d_adjoint_by_hand(u0, f, steps):
    u = u0.copy()
    v = u0.copy()
    h2 = 1.0 / (u0.shape[0] - 1) ** 2
    for _ in range(steps):
        v[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - h2 * f[1:-1, 1:-1])
        u, v = v, u
    value = np.sum(u * u)
    v_bar = 2.0 * u
    u_bar = np.zeros_like(v)
    f_bar = np.zeros_like(f)
    for _ in range(steps):
        share = 0.25 * v_bar[1:-1, 1:-1]
        v_bar[1:-1, 1:-1] = 0.0
        u_bar[:-2, 1:-1] += share
        u_bar[2:, 1:-1] += share
        u_bar[1:-1, :-2] += share
        u_bar[1:-1, 2:] += share
        f_bar[1:-1, 1:-1] -= h2 * share
        u_bar, v_bar = v_bar, u_bar
    u0_bar = u_bar + v_bar
    return value, (u0_bar, f_bar)


def arguments():
    rng = np.random.default_rng(3)
    return rng.normal(size=(7, 6)), rng.normal(size=(7, 6)), 5
