"""Plot sin and its derivative, the gradient of the sum taken at many points at once; with Matplotlib if it is installed."""

import sys

import numpy as np

import sct


def total_sine(x):
    return np.sum(np.sin(x))


x = np.linspace(0.0, 2.0 * np.pi, 200)
derivative = sct.grad(total_sine)(x)
assert np.allclose(derivative, np.cos(x), rtol=0.0, atol=1e-15)

for i in range(0, len(x), 10):
    columns = [" "] * 61
    columns[round(30 + 30 * np.sin(x[i]))] = "s"
    columns[round(30 + 30 * derivative[i])] = "d"
    print("".join(columns))

if len(sys.argv) > 1:  # python sine_and_derivative.py picture.png
    import matplotlib.pyplot as plt

    plt.plot(x, np.sin(x), label="sin")
    plt.plot(x, derivative, label="its derivative")
    plt.legend()
    plt.savefig(sys.argv[1])
