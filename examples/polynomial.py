"""The slope of x**2 + 4x + 3: 2x + 4, so 8 at x = 2; and the same for two relatives of it."""

import sct


def f(x):
    return x**2 + 4.0 * x + 3.0


def square_of_sum(x):
    return x**2 + 2.0 * x + 1.0


def parabola(x):
    return 3.0 * x**2


slope = sct.grad(f)
print(slope(2.0))
print(slope.source)

assert slope(2.0) == 8.0
assert sct.grad(square_of_sum)(3.0) == 8.0
assert sct.grad(parabola)(1.0) == 6.0
