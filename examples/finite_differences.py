"""Numerical differentiation, the independent check: five points give twelve digits of the slope of sin at π/3."""

import math

import sct
from sct.testing.check import finite_difference


def f(x):
    return math.sin(x)


exact = 0.5
numerical = finite_difference(f, (math.pi / 3.0,), 0, order=5)
ours = sct.grad(f)(math.pi / 3.0)
print(f"five points {numerical:.16f}, generated {ours:.16f}")

assert abs(numerical - exact) < 1e-12
assert abs(ours - exact) < 1e-15

print("\nforward differences: truncation error falls with h, rounding error grows")
for exponent in range(1, 16, 2):
    h = 10.0**-exponent
    print(f"h = 1e-{exponent:02d}   error {abs((f(math.pi / 3.0 + h) - f(math.pi / 3.0)) / h - exact):.1e}")
