"""A loop whose number of steps depends on the data: doubling until the norm exceeds 1000, for scalars, vectors and matrices.

The result is piecewise linear in ``a``, so its gradient is the result divided by ``a``, element by element.
"""

import numpy as np

import sct


def f(a):
    b = 2.0 * a
    while np.linalg.norm(b) < 1000.0:
        b = 2.0 * b
    if np.sum(b) > 0:
        c = b
    else:
        c = 100.0 * b
    return c


def total(a):
    return np.sum(f(a))


rng = np.random.default_rng(0)
for a in (0.37, -0.37, np.float64(2.5), rng.normal(size=4), -np.abs(rng.normal(size=(2, 3)))):
    gradient = sct.grad(f if np.ndim(a) == 0 else total)(a)
    print(gradient)
    assert np.allclose(gradient, f(a) / a, rtol=1e-14)

print(sct.source(total, rng.normal(size=4)))
