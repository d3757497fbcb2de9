"""The gradient of the sum of a matrix: a matrix of ones."""

import numpy as np

import sct


def total(A):
    return np.sum(A)


A = np.arange(6.0).reshape(2, 3)
gradient = sct.grad(total)(A)
print(gradient)

assert np.array_equal(gradient, np.ones((2, 3)))
assert gradient.flags.writeable and not np.shares_memory(gradient, A)
