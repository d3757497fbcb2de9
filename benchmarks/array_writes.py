"""Programs that write into arrays: what a gradient costs in times the function, at two sizes, interleaved.

``python benchmarks/array_writes.py [--seconds 0.5] [--check] [names…]`` prints Markdown tables.  With ``--check`` it fails when
the in-place Jacobi iteration on a grid of 200 by 200 costs more than 3.5 times the function, Gauss-Seidel by element loops
more than 2.5 times, or when the ratio of any program in ``tests/programs``
grows by half with its size: a gradient must cost a constant factor.
"""

import argparse
import copy
import os
import platform
import sys
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # before NumPy: every engine gets one thread

import numpy as np

import sct
from sct.cli.timing import medians, readable

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.programs import PROGRAMS

LIMITS = {"jacobi_2d, N = 200, by u0 and f": 3.5, "gauss_seidel, N = 40, by u": 2.5, "gauss_seidel, N = 40, by u and f": 2.5}
GROWTH = 1.5
"""The most by which a ratio may grow from the smaller size to the larger."""


def jacobi_arguments():
    rng = np.random.default_rng(0)
    return rng.random((200, 200)), rng.random((200, 200)), 50


def gauss_seidel_arguments():
    rng = np.random.default_rng(0)
    return rng.random((40, 40)), rng.random((40, 40)), 20


def differentiable(args):
    """Positions of the arguments that are floats or hold floats."""
    return tuple(k for k, a in enumerate(args) if isinstance(a, float | dict) or getattr(a, "dtype", None) == np.float64)


def measured(cases, seconds):
    """Seconds of each function and its gradient in one interleaved run: {name: (function, gradient)}."""
    functions = {}
    for name, fun, args, wrt in cases:
        gradient = sct.value_and_grad(fun, wrt)
        gradient(*args)
        functions[name, "function"] = lambda fun=fun, args=args: fun(*copy.deepcopy(args))
        functions[name, "gradient"] = lambda gradient=gradient, args=args: gradient(*args)
    times = medians(functions, seconds)
    return {name: (times[name, "function"], times[name, "gradient"]) for name, *_ in cases}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=0.5, help="how long to measure each program (default: 0.5)")
    parser.add_argument("--check", action="store_true", help="fail where a promise is broken")
    parser.add_argument("names", nargs="*", help="programs of tests/programs (default: all)")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, NumPy {np.__version__}; one thread, CPU time, medians\n")
    by_name = {p.name: p for p in PROGRAMS}
    jacobi, gauss_seidel = by_name["jacobi_2d"].fun, by_name["gauss_seidel"].fun
    what = ((jacobi, jacobi_arguments(), (0, 1)), (gauss_seidel, gauss_seidel_arguments(), 0),
            (gauss_seidel, gauss_seidel_arguments(), (0, 1)))
    targets = [(name, *case) for name, case in zip(LIMITS, what, strict=True)]
    broken = list(promised(measured(targets, 10 * options.seconds)))
    print("\n| program | the function | × at half the size | × at full size |\n|---|---:|---:|---:|")
    for p in PROGRAMS:
        if not p.refused and (not options.names or p.name in options.names):
            broken += constant_factor(p, options.seconds)
    if options.check and broken:
        raise SystemExit("\n".join(broken))


def promised(times):
    """The lines of the two promises; yields those that are broken."""
    print("| program | the function | the gradient | × | at most |\n|---|---:|---:|---:|---:|")
    for name, (function, gradient) in times.items():
        ratio = gradient / function
        print(f"| {name} | {readable(function)} | {readable(gradient)} | {ratio:.2f} | {LIMITS[name]} |", flush=True)
        if ratio > LIMITS[name]:
            yield f"{name}: the gradient costs {ratio:.2f} × the function; at most {LIMITS[name]} is allowed"


def constant_factor(p, seconds):
    """The line of one program; yields what is wrong with it."""
    half, full = max(1, p.large // 2), p.large
    sized = [(n, p.arguments(n)) for n in (half, full)]
    times = measured([(n, p.fun, args, differentiable(args)) for n, args in sized], seconds)
    small, large = (gradient / function for function, gradient in times.values())
    print(f"| {p.name} | {readable(times[full][0])} | {small:.2f} | {large:.2f} |", flush=True)
    if large > GROWTH * small:
        yield f"{p.name}: the gradient costs {small:.2f} × the function at size {half}, {large:.2f} × at size {full}"


if __name__ == "__main__":
    main()
