"""Newton's method for Kepler's equation: a while loop that returns as soon as it has converged."""

import math

ARGNUMS = ("mean_anomaly", "e")


def newton(mean_anomaly, e):
    x = mean_anomaly
    steps = 0
    while steps < 20:
        f = x - e * math.sin(x) - mean_anomaly
        if abs(f) < 1e-12:
            return x
        x = x - f / (1.0 - e * math.cos(x))
        steps += 1
    return x


def arguments():
    return 1.2, 0.6
