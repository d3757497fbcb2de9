"""A branch chosen at random: the draw happens once, in the forward sweep, and the gradient is that of the branch taken."""

import math
import random

import sct


def f(x):
    if random.random() < 0.5:
        return x + 3.0
    return math.sin(x) + math.cos(x**2)


value_and_slope = sct.value_and_grad(f)
seen = set()
for seed in range(20):
    random.seed(seed)
    value, slope = value_and_slope(2.0)
    random.seed(seed)
    assert value == f(2.0)
    straight = value == 5.0
    seen.add(straight)
    assert slope == 1.0 if straight else abs(slope - (math.cos(2.0) - 4.0 * math.sin(4.0))) < 1e-14

assert seen == {True, False}
print(value_and_slope.source)
