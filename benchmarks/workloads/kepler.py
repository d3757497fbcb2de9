"""Newton's method in a while loop: the mean of cos E over an orbit, by Kepler's equation."""

import math

ARGNUMS = (0, 1)
SIZES = (200, 2_000)


def kepler(e, step, n):
    total = 0.0
    for k in range(n):
        m = step * k
        x = m
        f = x - e * math.sin(x) - m
        while abs(f) > 1e-12:
            x = x - f / (1.0 - e * math.cos(x))
            f = x - e * math.sin(x) - m
        total += math.cos(x)
    return total / n


def by_hand(e, step, n):
    total = 0.0
    iterates = []
    counts = []
    for k in range(n):
        m = step * k
        x = m
        sine = math.sin(x)
        f = x - e * sine - m
        count = 0
        while abs(f) > 1e-12:
            cosine = math.cos(x)
            slope = 1.0 - e * cosine
            quotient = f / slope
            iterates.append((sine, cosine, slope, quotient))
            count += 1
            x = x - quotient
            sine = math.sin(x)
            f = x - e * sine - m
        counts.append((count, sine))
        total += math.cos(x)
    share = 1.0 / n
    e_bar = step_bar = 0.0
    for k in reversed(range(n)):
        count, sine = counts[k]
        x_bar = -share * sine
        m_bar = 0.0
        for _ in range(count):
            sine, cosine, slope, quotient = iterates.pop()
            f_bar = -x_bar / slope
            slope_bar = -f_bar * quotient
            e_bar -= slope_bar * cosine + f_bar * sine
            x_bar = slope_bar * e * sine  # what f hands back cancels the old x_bar
            m_bar -= f_bar
        step_bar += k * (m_bar + x_bar)
    return total / n, (e_bar, step_bar)


def arguments(n):
    return 0.6, 6.0 / n, n


def for_jax():
    import jax.numpy as jnp
    from jax import lax

    def kepler(e, step, n):
        def solve(total, k):
            m = step * k
            x = m
            f = x - e * jnp.sin(x) - m

            def newton(state, _):  # reverse mode needs a bound on the iterations
                x, f = state
                going = jnp.abs(f) > 1e-12
                new = x - f / (1.0 - e * jnp.cos(x))
                x = jnp.where(going, new, x)
                return (x, jnp.where(going, x - e * jnp.sin(x) - m, f)), None
            (x, f), _ = lax.scan(newton, (x, f), None, length=12)
            return total + jnp.cos(x), None
        total, _ = lax.scan(solve, 0.0, jnp.arange(n))
        return total / n

    return kepler
