"""A rule, a C function, a clipped adjoint: derivatives that the author of a function writes."""

import ctypes
import ctypes.util
import math

import numpy as np

import sct


def log1pexp(x):
    return np.logaddexp(0.0, x)


sct.rule(log1pexp, x="1 / (1 + np.exp(-x))")
print(sct.source(lambda x: 2.0 * log1pexp(x), 1.0))
assert sct.grad(lambda x: 2.0 * log1pexp(x))(1000.0) == 2.0

library = ctypes.util.find_library("m")
if library is not None:
    c = ctypes.CDLL(library)
    c.cbrt.restype, c.cbrt.argtypes = ctypes.c_double, [ctypes.c_double]

    @sct.custom_vjp
    def cube_root(x) -> float:
        return c.cbrt(x)

    def cube_root_fwd(x):
        z = c.cbrt(x)
        return z, z

    def cube_root_bwd(z, z_bar):
        return (z_bar / (3.0 * z * z),)

    cube_root.defvjp(cube_root_fwd, cube_root_bwd)
    print(sct.source(lambda x: cube_root(x * x), 8.0))
    assert math.isclose(sct.grad(lambda x: cube_root(x * x))(8.0), 2.0 / 3.0 * 8.0 ** (-1.0 / 3.0))


def clip(g):
    return np.clip(g, -1.0, 1.0)


def recurrent(w, steps):
    """A chain whose adjoints would explode."""
    h = w
    for _ in range(steps):
        h = sct.on_gradient(3.0 * h, clip)
    return np.sum(h * w)


print(sct.source(recurrent, np.ones(2), 3))
w = np.array([0.5, 2.0])
assert np.allclose(sct.grad(recurrent)(w, 20), 3.0**20 * w + 3.0 * np.minimum(w * 3.0**0, 1.0))
