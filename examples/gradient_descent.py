"""Gradient descent on x² + exp(-x), whose minimum lies at 0.351734 (where 2x = exp(-x))."""

import math

import sct


def f(x):
    return x**2 + math.exp(-x)


slope = sct.grad(f)
x = 0.0
for _ in range(100):
    x -= 0.2 * slope(x)
print(x)

assert abs(x - 0.351734) < 1e-6
assert abs(2.0 * x - math.exp(-x)) < 1e-12
