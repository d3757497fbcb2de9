"""A Wengert list of nine lines, one operation each: (1 + x) / (2 x²), whose slope at 2 is -1/4."""

import sct


def f(x):
    v1 = x
    v2 = 1.0
    v3 = v2 + v1
    v4 = 2.0
    v5 = v1 * v1
    v6 = v4 * v5
    v7 = 1.0 / v6
    v8 = v3 * v7
    v9 = v8
    return v9


print(sct.grad(f)(2.0))
print(sct.source(f, 2.0))

assert abs(sct.grad(f)(2.0) - -0.25) < 1e-15
