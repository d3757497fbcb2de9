"""A factor that counts as a constant: u = stop_gradient(x*x), z = u*x has the derivative u, not 3x²."""

import sct


def frozen_factor(x):
    u = sct.stop_gradient(x * x)
    z = u * x
    return z


for x in (1.0, 2.0, -3.0):
    slope = sct.grad(frozen_factor)(x)
    print(f"x = {x:4}: derivative {slope}, x² = {x * x}")
    assert slope == x * x

print(sct.source(frozen_factor, 2.0))
