"""A loop over numbers with a branch in it, written to no array: what texts and times of such loops are judged by."""

import math


def scalar_loop(x, k, n):
    s = x
    for _ in range(n):
        if s > 1.0:
            s = s - k * math.sin(s)
        else:
            s = s + k * math.exp(-s) * x
    return s
