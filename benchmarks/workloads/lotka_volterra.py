"""Predators and prey by the classical Runge-Kutta method, in plain scalars."""

ARGNUMS = (0, 1, 2, 3)
SIZES = (200, 2_000)


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
        x = x + dt / 6.0 * (kx1 + 2.0 * kx2 + 2.0 * kx3 + kx4)
        y = y + dt / 6.0 * (ky1 + 2.0 * ky2 + 2.0 * ky3 + ky4)
    return x * x + y * y


def by_hand(alpha, beta, gamma, delta, x, y, dt, n):
    half, weight = 0.5 * dt, dt / 6.0
    x, y, stages = forward_sweep(alpha, beta, gamma, delta, x, y, dt, n)
    value = x * x + y * y
    x_bar, y_bar = 2.0 * x, 2.0 * y
    alpha_bar = beta_bar = gamma_bar = delta_bar = 0.0
    for x, y, x2, y2, x3, y3, x4, y4 in reversed(stages):
        p4 = weight * x_bar
        q4 = weight * y_bar
        mixed = q4 * delta - p4 * beta
        x4_bar = p4 * alpha + mixed * y4
        y4_bar = mixed * x4 - q4 * gamma
        p3 = 2.0 * p4 + dt * x4_bar
        q3 = 2.0 * q4 + dt * y4_bar
        mixed = q3 * delta - p3 * beta
        x3_bar = p3 * alpha + mixed * y3
        y3_bar = mixed * x3 - q3 * gamma
        p2 = 2.0 * p4 + half * x3_bar
        q2 = 2.0 * q4 + half * y3_bar
        mixed = q2 * delta - p2 * beta
        x2_bar = p2 * alpha + mixed * y2
        y2_bar = mixed * x2 - q2 * gamma
        p1 = p4 + half * x2_bar
        q1 = q4 + half * y2_bar
        mixed = q1 * delta - p1 * beta
        x_bar += x4_bar + x3_bar + x2_bar + p1 * alpha + mixed * y
        y_bar += y4_bar + y3_bar + y2_bar + mixed * x - q1 * gamma
        xy, xy2, xy3, xy4 = x * y, x2 * y2, x3 * y3, x4 * y4
        alpha_bar += p4 * x4 + p3 * x3 + p2 * x2 + p1 * x
        beta_bar -= p4 * xy4 + p3 * xy3 + p2 * xy2 + p1 * xy
        gamma_bar -= q4 * y4 + q3 * y3 + q2 * y2 + q1 * y
        delta_bar += q4 * xy4 + q3 * xy3 + q2 * xy2 + q1 * xy
    return value, (alpha_bar, beta_bar, gamma_bar, delta_bar)


def forward_sweep(alpha, beta, gamma, delta, x, y, dt, n):
    """The last state, and of each step the four at which the derivatives were taken."""
    half, weight = 0.5 * dt, dt / 6.0
    stages = []
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
        stages.append((x, y, x2, y2, x3, y3, x4, y4))
        x = x + weight * (kx1 + 2.0 * kx2 + 2.0 * kx3 + alpha * x4 - beta * x4 * y4)
        y = y + weight * (ky1 + 2.0 * ky2 + 2.0 * ky3 + delta * x4 * y4 - gamma * y4)
    return x, y, stages


def arguments(n):
    return 1.1, 0.4, 0.4, 0.1, 3.0, 2.0, 10.0 / n, n


def for_jax():
    from jax import lax

    def lotka_volterra(alpha, beta, gamma, delta, x, y, dt, n):
        def step(state, _):
            x, y = state
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
            x = x + dt / 6.0 * (kx1 + 2.0 * kx2 + 2.0 * kx3 + kx4)
            y = y + dt / 6.0 * (ky1 + 2.0 * ky2 + 2.0 * ky3 + ky4)
            return (x, y), None
        (x, y), _ = lax.scan(step, (x, y), None, length=n)
        return x * x + y * y

    return lotka_volterra
