"""Products with the Hessian in times the gradient, and forward Jacobians per input in times the function, interleaved.

``python benchmarks/second_order.py [--seconds 2] [--check]`` prints Markdown tables; with ``--check`` it fails where ``hvp``
costs more than 2.5 gradients of a loop, or ``jacfwd`` more than 4 runs of the function for each input.
"""

import argparse
import math
import os
import platform
import sys
from functools import partial
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # before NumPy: every engine gets one thread

import numpy as np

import sct
from sct.cli.timing import medians, readable

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.workloads.branching import branching
from tests.programs import PROGRAMS

HVP, JACFWD = 2.5, 4.0
"""The most that is allowed."""


def pendulum(angle, length, steps):
    speed = energy = 0.0
    for _ in range(steps):
        speed += 0.01 * (-9.81 / length * math.sin(angle) - 0.1 * speed)
        angle += 0.01 * speed
        energy += 0.005 * length * length * speed * speed
    return energy


def newton(a, n):
    total = 0.0
    for k in range(n):
        x = a + k
        while abs(x * x - a) > 1e-12:
            x = 0.5 * (x + a / x)
        total += x
    return total


def logistic(w, x, y):
    loss = 0.0
    for i in range(len(y)):
        z = 0.0
        for j in range(len(w)):
            z += w[j] * x[i, j]
        loss += math.log1p(math.exp(-y[i] * z))
    return loss


def smoothed(u, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1] += 0.1 * (u[:-2] - 2.0 * u[1:-1] + u[2:]) * np.cos(u[1:-1])
    return np.sum(u * u)


def loops():
    """Functions, their arguments, and by how many of the first of these they are differentiated."""
    rng = np.random.default_rng(0)
    yield branching, (0.7, 0.05, 1000), 2
    yield pendulum, (0.5, 1.0, 1000), 2
    yield newton, (2.0, 100), 1
    yield logistic, (rng.normal(size=5), rng.normal(size=(60, 5)), rng.choice([-1.0, 1.0], 60)), 1
    yield smoothed, (rng.normal(size=1000), 100), 1
    by_name = {p.name: p for p in PROGRAMS}
    for name, size in (("lotka_volterra_rk4", 100), ("thomas", 200), ("garch_likelihood", 300)):
        program = by_name[name]
        args = program.arguments(size)
        yield program.fun, args, sum(isinstance(a, float | np.ndarray) for a in args)


def one_direction(args, count):
    made = [np.ones_like(a) if isinstance(a, np.ndarray) else 1.0 for a in args[:count]]
    return (*made, *[None] * (len(args) - count))


def products(seconds):
    """A row for each function; yields what costs too much."""
    print("| loop | function | gradient | hvp | hvp / gradient |\n|---|---:|---:|---:|---:|")
    for fun, args, count in loops():
        wrt = tuple(k for k, a in enumerate(args) if isinstance(a, float) or getattr(a, "dtype", None) == np.float64)[:count]
        gradient, along = sct.grad(fun, wrt), one_direction(args, count)
        times = medians({"function": partial(fun, *args), "gradient": partial(gradient, *args),
                         "hvp": partial(sct.hvp, fun, args, along)}, seconds)
        ratio = times["hvp"] / times["gradient"]
        shown = " | ".join(readable(times[name]) for name in ("function", "gradient", "hvp"))
        print(f"| {fun.__name__} | {shown} | {ratio:.2f} |", flush=True)
        if ratio > HVP:
            yield f"{fun.__name__}: hvp costs {ratio:.2f} × the gradient; at most {HVP} is allowed"


def jacobians(seconds):
    """The same of forward mode, for each input."""
    print("\n| loop | inputs | function | jacfwd | per input, in times the function |\n|---|---:|---:|---:|---:|")
    for fun, args, count in ((branching, (0.7, 0.05, 10000), 2), (pendulum, (0.5, 1.0, 10000), 2)):
        jacobian = sct.jacfwd(fun, tuple(range(count)))
        times = medians({"function": partial(fun, *args), "jacfwd": partial(jacobian, *args)}, seconds)
        ratio = times["jacfwd"] / times["function"] / count
        shown = " | ".join(readable(times[name]) for name in ("function", "jacfwd"))
        print(f"| {fun.__name__} | {count} | {shown} | {ratio:.2f} |", flush=True)
        if ratio > JACFWD:
            yield f"{fun.__name__}: jacfwd costs {ratio:.2f} × the function per input; at most {JACFWD} is allowed"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long to measure each function (default: 2)")
    parser.add_argument("--check", action="store_true", help="fail where a promise is broken")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, NumPy {np.__version__}; one thread, CPU time, medians\n")
    broken = [*products(options.seconds), *jacobians(options.seconds)]
    if options.check and broken:
        raise SystemExit("\n".join(broken))


if __name__ == "__main__":
    main()
