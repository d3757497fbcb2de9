"""Linear regression through the origin on integer data: the slope at coefficient 1 is -28, and descent finds 2."""

import sct


def squared_error(coef, xs, ys):
    error = 0.0
    for i in range(len(xs)):
        error += (ys[i] - coef * xs[i]) ** 2
    return error


slope = sct.grad(squared_error)
xs, ys = [1, 2, 3], [2, 4, 6]
print(slope(1.0, xs, ys))
assert slope(1.0, xs, ys) == -28.0

coef = 1.0
for _ in range(50):
    coef -= 0.02 * slope(coef, xs, ys)
print(coef)
assert abs(coef - 2.0) < 1e-9
