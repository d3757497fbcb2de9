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


def lotka_volterra_adjoint_by_hand(alpha, beta, gamma, delta, x, y, dt, n):
    states = []
    half = 0.5 * dt
    weight = dt / 6.0
    for _ in range(n):
        kx1 = alpha * x - beta * x * y
        ky1 = delta * x * y - gamma * y
        x2 = x + half * kx1
        y2 = y + half * ky1
        kx2 = alpha * x2 - beta * x2 * y2
        ky2 = delta * x2 * y2 - gamma * y2
        x3 = x + half * kx2
        y3 = y + half * ky2
        kx3 = alpha * x3 - beta * x3 * y3
        ky3 = delta * x3 * y3 - gamma * y3
        x4 = x + dt * kx3
        y4 = y + dt * ky3
        kx4 = alpha * x4 - beta * x4 * y4
        ky4 = delta * x4 * y4 - gamma * y4
        states.append((x, y, x2, y2, x3, y3, x4, y4))
        x += weight * (kx1 + 2.0 * kx2 + 2.0 * kx3 + kx4)
        y += weight * (ky1 + 2.0 * ky2 + 2.0 * ky3 + ky4)
    value = x * x + y * y
    x_bar = 2.0 * x
    y_bar = 2.0 * y
    alpha_bar = 0.0
    beta_bar = 0.0
    gamma_bar = 0.0
    delta_bar = 0.0
    for x, y, x2, y2, x3, y3, x4, y4 in reversed(states):
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
