"""Quadratic forms of a vector: x @ A @ x with a constant matrix, 2 x·x, and the sum of squares."""

import numpy as np

import sct


def form(x):
    return x @ np.array([[1.0, 2.0], [2.0, 1.0]]) @ x


def doubled(x):
    return 2.0 * np.dot(x, x)


def sum_of_squares(x):
    return np.sum(x**2)


x = np.arange(4.0)
print(sct.grad(form)(np.array([1.0, 2.0])))
print(sct.grad(doubled)(x))

assert np.array_equal(sct.grad(form)(np.array([1.0, 2.0])), [10.0, 8.0])
assert np.array_equal(sct.grad(doubled)(x), 4.0 * x)
assert np.array_equal(sct.grad(sum_of_squares)(np.array([1.0, 2.0, 3.0])), [2.0, 4.0, 6.0])
