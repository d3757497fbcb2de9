"""Two paths from each input to the result: x = u + v, y = u - v, z = xy = u² - v²."""

import sct


def z(u, v):
    x = u + v
    y = u - v
    return x * y


print(sct.grad(z, (0, 1))(3.0, 2.0))
print(sct.source(z, 3.0, 2.0))

assert sct.grad(z, (0, 1))(3.0, 2.0) == (6.0, -4.0)
