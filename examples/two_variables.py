"""A rational function of two variables: x²y + 1/(x² + y² + 1)."""

import sct


def f(x, y):
    return x**2 * y + 1.0 / (x**2 + y**2 + 1.0)


dx, dy = sct.grad(f, (0, 1))(0.5, -0.5)
print(dx, dy)
print(sct.source(f, 0.5, -0.5))

assert abs(dx - -17.0 / 18.0) < 1e-15
assert abs(dy - 25.0 / 36.0) < 1e-15
