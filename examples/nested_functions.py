"""A composition of elementary functions: sin((x + 2) + (1 + exp(x**2)))."""

import math

import sct


def f(x):
    return math.sin((x + 2.0) + (1.0 + math.exp(x**2)))


value = sct.grad(f)(2.0)
by_hand = math.cos(2.0 + 2.0 + 1.0 + math.exp(4.0)) * (1.0 + 4.0 * math.exp(4.0))
print(value, by_hand)
print(sct.source(f, 2.0))

assert abs(value - -218.46255913) < 1e-8
assert abs(value - by_hand) < 1e-12 * abs(by_hand)
