"""log(x²)·sin(x) + 1/x against its derivative by hand: (2/x)·sin x + log(x²)·cos x - 1/x²."""

import math

import sct


def f(x):
    return (math.log(x**2) * math.sin(x)) + 1.0 / x


def by_hand(x):
    return 2.0 / x * math.sin(x) + math.log(x**2) * math.cos(x) - 1.0 / x**2


for x in (-3.0, -0.5, 0.5, 1.0, 2.0):
    print(x, sct.grad(f)(x), by_hand(x))
    assert abs(sct.grad(f)(x) - by_hand(x)) <= 1e-14 * max(1.0, abs(by_hand(x)))
