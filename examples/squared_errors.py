"""Squared errors summed in a loop over elements: err += (y[i] - pred[i])**2."""

import numpy as np

import sct


def squared_errors(pred, y):
    err = 0.0
    for i in range(len(y)):
        err += (y[i] - pred[i]) ** 2
    return err


pred, y = np.array([1.0, 2.0, 4.0]), np.array([1.5, 1.0, 4.0])
gradient = sct.grad(squared_errors)(pred, y)
print(gradient)
print(sct.source(squared_errors, pred, y))

assert np.array_equal(gradient, -2.0 * (y - pred))
