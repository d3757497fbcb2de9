"""Predators and prey, integrated by the classical Runge-Kutta method in plain scalars."""

ARGNUMS = ("alpha", "beta", "gamma", "delta")


def lotka_volterra(alpha, beta, gamma, delta, x, y, dt, n):
    for _ in range(n):
        kx1 = alpha * x - beta * x * y
        ky1 = delta * x * y - gamma * y
        x2 = x + 0.5 * dt * kx1
        y2 = y + 0.5 * dt * ky1
        kx2 = alpha * x2 - beta * x2 * y2
        ky2 = delta * x2 * y2 - gamma * y2
        x3 = x + 0.5 * dt * kx2
        y3 = y + 0.5 * dt * ky2
        kx3 = alpha * x3 - beta * x3 * y3
        ky3 = delta * x3 * y3 - gamma * y3
        x4 = x + dt * kx3
        y4 = y + dt * ky3
        kx4 = alpha * x4 - beta * x4 * y4
        ky4 = delta * x4 * y4 - gamma * y4
        x += dt / 6.0 * (kx1 + 2.0 * kx2 + 2.0 * kx3 + kx4)
        y += dt / 6.0 * (ky1 + 2.0 * ky2 + 2.0 * ky3 + ky4)
    return x * x + y * y


def arguments():
    return 1.1, 0.4, 0.4, 0.1, 3.0, 2.0, 0.05, 25
