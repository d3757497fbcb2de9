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
    value = x * x + y * y
    x_bar, y_bar = 2.0 * x, 2.0 * y
    alpha_bar = beta_bar = gamma_bar = delta_bar = 0.0
    for x, y, x2, y2, x3, y3, x4, y4 in reversed(stages):
        u = weight * x_bar
        v = weight * y_bar
        xy = x4 * y4
        alpha_bar += u * x4
        beta_bar -= u * xy
        gamma_bar -= v * y4
        delta_bar += v * xy
        mixed = v * delta - u * beta
        a = u * alpha + mixed * y4
        b = mixed * x4 - v * gamma
        x_bar += a
        y_bar += b
        u2 = 2.0 * u
        v2 = 2.0 * v
        p = u2 + dt * a
        q = v2 + dt * b
        xy = x3 * y3
        alpha_bar += p * x3
        beta_bar -= p * xy
        gamma_bar -= q * y3
        delta_bar += q * xy
        mixed = q * delta - p * beta
        a = p * alpha + mixed * y3
        b = mixed * x3 - q * gamma
        x_bar += a
        y_bar += b
        p = u2 + half * a
        q = v2 + half * b
        xy = x2 * y2
        alpha_bar += p * x2
        beta_bar -= p * xy
        gamma_bar -= q * y2
        delta_bar += q * xy
        mixed = q * delta - p * beta
        a = p * alpha + mixed * y2
        b = mixed * x2 - q * gamma
        x_bar += a
        y_bar += b
        p = u + half * a
        q = v + half * b
        xy = x * y
        alpha_bar += p * x
        beta_bar -= p * xy
        gamma_bar -= q * y
        delta_bar += q * xy
        mixed = q * delta - p * beta
        x_bar += p * alpha + mixed * y
        y_bar += mixed * x - q * gamma
    return value, (alpha_bar, beta_bar, gamma_bar, delta_bar)


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
