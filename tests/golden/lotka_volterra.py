"""Predators and prey, integrated by the classical Runge-Kutta method in plain scalars."""

from benchmarks.workloads.lotka_volterra import forward_sweep, lotka_volterra

ARGNUMS = ("alpha", "beta", "gamma", "delta")


def lotka_volterra_adjoint_by_hand(alpha, beta, gamma, delta, x, y, dt, n):
    half = 0.5 * dt
    weight = dt / 6.0
    x, y, stages = forward_sweep(alpha, beta, gamma, delta, x, y, dt, n)
    value = x * x + y * y
    x_bar = 2.0 * x
    y_bar = 2.0 * y
    alpha_bar = 0.0
    beta_bar = 0.0
    gamma_bar = 0.0
    delta_bar = 0.0
    for x, y, x2, y2, x3, y3, x4, y4 in reversed(stages):
        kx1_bar = weight * x_bar
        ky1_bar = weight * y_bar
        kx2_bar = 2.0 * kx1_bar
        ky2_bar = 2.0 * ky1_bar
        kx3_bar = 2.0 * kx1_bar
        ky3_bar = 2.0 * ky1_bar
        kx4_bar = kx1_bar
        ky4_bar = ky1_bar
        alpha_bar += kx4_bar * x4
        beta_bar -= kx4_bar * x4 * y4
        gamma_bar -= ky4_bar * y4
        delta_bar += ky4_bar * x4 * y4
        x4_bar = kx4_bar * (alpha - beta * y4) + ky4_bar * delta * y4
        y4_bar = ky4_bar * (delta * x4 - gamma) - kx4_bar * beta * x4
        x_bar += x4_bar
        y_bar += y4_bar
        kx3_bar += dt * x4_bar
        ky3_bar += dt * y4_bar
        alpha_bar += kx3_bar * x3
        beta_bar -= kx3_bar * x3 * y3
        gamma_bar -= ky3_bar * y3
        delta_bar += ky3_bar * x3 * y3
        x3_bar = kx3_bar * (alpha - beta * y3) + ky3_bar * delta * y3
        y3_bar = ky3_bar * (delta * x3 - gamma) - kx3_bar * beta * x3
        x_bar += x3_bar
        y_bar += y3_bar
        kx2_bar += half * x3_bar
        ky2_bar += half * y3_bar
        alpha_bar += kx2_bar * x2
        beta_bar -= kx2_bar * x2 * y2
        gamma_bar -= ky2_bar * y2
        delta_bar += ky2_bar * x2 * y2
        x2_bar = kx2_bar * (alpha - beta * y2) + ky2_bar * delta * y2
        y2_bar = ky2_bar * (delta * x2 - gamma) - kx2_bar * beta * x2
        x_bar += x2_bar
        y_bar += y2_bar
        kx1_bar += half * x2_bar
        ky1_bar += half * y2_bar
        alpha_bar += kx1_bar * x
        beta_bar -= kx1_bar * x * y
        gamma_bar -= ky1_bar * y
        delta_bar += ky1_bar * x * y
        x_bar += kx1_bar * (alpha - beta * y) + ky1_bar * delta * y
        y_bar += ky1_bar * (delta * x - gamma) - kx1_bar * beta * x
    return value, (alpha_bar, beta_bar, gamma_bar, delta_bar)


def arguments():
    return 1.1, 0.4, 0.4, 0.1, 3.0, 2.0, 0.05, 25
