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


def newton_adjoint_by_hand(mean_anomaly, e):
    x = mean_anomaly
    iterates = []
    steps = 0
    while steps < 20:
        s = math.sin(x)
        f = x - e * s - mean_anomaly
        if abs(f) < 1e-12:
            break
        c = math.cos(x)
        slope = 1.0 - e * c
        iterates.append((s, c, f, slope))
        x = x - f / slope
        steps += 1
    x_bar = 1.0
    e_bar = 0.0
    mean_anomaly_bar = 0.0
    for s, c, f, slope in reversed(iterates):
        f_bar = -x_bar / slope
        slope_bar = x_bar * f / slope ** 2
        e_bar -= slope_bar * c
        x_bar += slope_bar * e * s
        mean_anomaly_bar -= f_bar
        e_bar -= f_bar * s
        x_bar += f_bar * slope
    mean_anomaly_bar += x_bar
    return x, (mean_anomaly_bar, e_bar)


def arguments():
    return 1.2, 0.6
