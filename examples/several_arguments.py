"""Partial derivatives by several arguments at once, chosen by position or by name."""

import sct


def plane(a, b, c):
    return 2.0 * a + 3.0 * b + 4.0 * c


def surface(x, y):
    return x**2 + x * y


def slope(x, y):
    return 2.0 * x + 4.0 * y


print(sct.grad(plane, (0, 1, 2))(1.0, 1.0, 1.0))
print(sct.grad(surface, ("x", "y"))(1.0, 2.0))

assert sct.grad(plane, (0, 1, 2))(1.0, 1.0, 1.0) == (2.0, 3.0, 4.0)
assert sct.grad(surface, ("x", "y"))(1.0, 2.0) == (4.0, 1.0)
assert sct.grad(slope, (0, 1))(1.0, 2.0) == (2.0, 4.0)
assert sct.grad(surface, "y")(1.0, 2.0) == 1.0
