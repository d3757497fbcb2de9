"""A vector that solves x = tanh(Ax + b): its derivative by one linear solve, however many iterations were made."""

import numpy as np

import sct


@sct.custom_vjp
def fixed_point(A, b):
    x = np.zeros_like(b)
    for _ in range(200):
        x = np.tanh(A @ x + b)
    return x


def fixed_point_fwd(A, b):
    x = fixed_point(A, b)
    return x, (A, x)


def fixed_point_bwd(res, x_bar):
    A, x = res
    slope = 1.0 - x * x
    w = slope * np.linalg.solve(np.eye(len(x)) - A.T * slope, x_bar)
    return np.outer(w, x), w


fixed_point.defvjp(fixed_point_fwd, fixed_point_bwd)


def loss(A, b):
    return np.sum(fixed_point(A, b) ** 2)


rng = np.random.default_rng(0)
A, b = 0.3 * rng.normal(size=(4, 4)), rng.normal(size=4)
A_bar, b_bar = sct.grad(loss, ("A", "b"))(A, b)
print(f"x = {fixed_point(A, b)}")
print(f"A_bar =\n{A_bar}\nb_bar = {b_bar}")


def differences(f, x, h=1e-6):
    """The gradient by central differences."""
    found = np.zeros_like(x)
    for k in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[k] = h
        found[k] = (f(x + step) - f(x - step)) / (2 * h)
    return found


assert np.allclose(A_bar, differences(lambda A: loss(A, b), A), atol=1e-8)
assert np.allclose(b_bar, differences(lambda b: loss(A, b), b), atol=1e-8)
print(sct.source(loss, A, b))
