"""An option on the average of a simulated price path."""

import math

import numpy as np

ARGNUMS = ("s0", "sigma", "r")


def asian_option(s0, sigma, r, strike, dt, Z):
    payoff = 0.0
    for z in Z:
        s = s0
        total = 0.0
        for e in z:
            s = s * math.exp((r - 0.5 * sigma ** 2) * dt + sigma * math.sqrt(dt) * e)
            total += s
        average = total / len(z)
        if average > strike:
            payoff += average - strike
    return math.exp(-r * dt * Z.shape[1]) * payoff / len(Z)


def arguments():
    return 100.0, 0.3, 0.02, 100.0, 0.1, np.random.default_rng(0).normal(size=(6, 5))
