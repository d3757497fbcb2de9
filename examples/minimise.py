"""Minimise -log(1/(1 + exp(-x)) + 1) / (x² + 1): the minimum is -0.421338 at x = 0.190009."""

import math

import sct


def sigmoid(x):
    return 1.0 / (1.0 + math.exp(-x))


def f(x):
    return -math.log(sigmoid(x) + 1.0) / (x**2 + 1.0)


value_and_slope = sct.value_and_grad(f)
x = 1.0
for _ in range(300):
    value, slope = value_and_slope(x)
    x -= 0.5 * slope
print(x, value)
print(value_and_slope.source)

assert abs(x - 0.190009) < 1e-6
assert abs(value - -0.421338) < 1e-6
