"""An option on the average of a simulated price path."""

import math

import numpy as np

from benchmarks.workloads.asian_scalar import asian_scalar

ARGNUMS = ("s0", "sigma", "r")


def asian_scalar_adjoint_by_hand(s0, sigma, r, strike, dt, Z):
    n, m = Z.shape
    root = math.sqrt(dt)
    payoff = 0.0
    averages = []
    steps = []
    for z in Z:
        s = s0
        total = 0.0
        for e in z:
            growth = math.exp((r - 0.5 * sigma ** 2) * dt + sigma * root * e)
            steps.append((s, growth))
            s *= growth
            total += s
        average = total / m
        averages.append(average)
        if average > strike:
            payoff += average - strike
    discount = math.exp(-r * dt * m)
    value = discount * payoff / n
    payoff_bar = discount / n
    r_bar = -value * dt * m
    s0_bar = 0.0
    sigma_bar = 0.0
    for z in Z[::-1]:
        average_bar = payoff_bar if averages.pop() > strike else 0.0
        total_bar = average_bar / m
        s_bar = 0.0
        for e in z[::-1]:
            s, growth = steps.pop()
            s_bar += total_bar
            exponent_bar = s_bar * s * growth
            s_bar *= growth
            r_bar += exponent_bar * dt
            sigma_bar += exponent_bar * (root * e - sigma * dt)
        s0_bar += s_bar
    return value, (s0_bar, float(sigma_bar), r_bar)


def arguments():
    return 100.0, 0.3, 0.02, 100.0, 0.1, np.random.default_rng(0).normal(size=(6, 5))
