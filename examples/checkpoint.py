"""Fit the diffusivity of a rod to its last temperatures: the gradient of 2000 time steps keeps only about 90 of them.

The forward sweep saves the temperatures at the beginning of each segment of 44 steps; the reverse sweep runs one segment after
the other again, and goes through it backwards.
"""

import tracemalloc

import numpy as np

import sct


def temperatures(c, u, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1] += c * (1.0 + u[1:-1]) * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return u


def misfit(c, u, steps, seen):
    return np.sum((temperatures(c, u, steps) - seen) ** 2)


def peak(gradient, *args):
    """The gradient and the memory that it took."""
    tracemalloc.start()
    found = gradient(*args)
    memory = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found, memory


def main():
    start = np.exp(-np.linspace(-3.0, 3.0, 50) ** 2)
    seen = temperatures(0.2, start, 2000)
    plain, saving = sct.grad(misfit), sct.grad(misfit, checkpoint="loops")
    for gradient in (plain, saving):
        gradient(0.19, start, 2000, seen)  # compiled now, not while memory is measured
    (a, whole), (b, little) = (peak(g, 0.19, start, 2000, seen) for g in (plain, saving))
    assert np.isclose(a, b)
    assert little < whole / 10
    print(f"the gradient {b:.6f} took {whole / little:.0f} times less memory")

    c = 0.19
    for _ in range(20):
        slope = saving(c, start, 2000, seen)
        change = (saving(c + 1e-5, start, 2000, seen) - slope) / 1e-5
        c -= slope / change
    assert abs(c - 0.2) < 1e-6
    print(f"diffusivity: {c:.6f}")


if __name__ == "__main__":
    main()
