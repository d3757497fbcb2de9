"""The chain rule through an intermediate variable: y = x**2, z = 2y + 3, so dz/dx = 4x."""

import sct


def z(x):
    y = x**2
    return 2.0 * y + 3.0


print(sct.grad(z)(2.0))
print(sct.source(z, 2.0))

assert sct.grad(z)(2.0) == 8.0
