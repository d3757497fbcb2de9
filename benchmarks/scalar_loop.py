"""A scalar loop of 1,000 steps with a branch: the function, its generated gradient, HIPS autograd and PyTorch, interleaved.

``python benchmarks/scalar_loop.py [--seconds 10] [--check 3.2]`` prints a Markdown table; with ``--check`` it fails when the
gradient costs more than that many times the function.
"""

import argparse
import os
import platform
import sys
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # before NumPy: every engine gets one thread

import numpy as np

import sct
from sct.cli.bench import compare
from sct.cli.target import Target
from sct.cli.timing import medians

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.workloads.branching import branching

ARGS = (0.7, 0.05, 1000)
ARGNUMS = (0, 1)


def dispatch(seconds):
    """What ``grad`` costs beyond the generated function that it calls."""
    gradient = sct.grad(branching, ARGNUMS)
    direct = gradient.specialize(*ARGS)
    short = (*ARGS[:2], 0)
    times = medians({"called": lambda: gradient(*short), "direct": lambda: direct(*short)}, seconds)
    return times["called"] - times["direct"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long to measure (default: 10)")
    parser.add_argument("--check", type=float, metavar="RATIO", help="the most the gradient may cost, in times the function")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, NumPy {np.__version__}; one thread, CPU time, medians\n")
    rows = compare(Target(branching, ARGS, ARGNUMS), options.seconds)
    print("\n".join(rows))
    print(f"\ndispatch of a plain call: {dispatch(1.0) * 1e6:.2f} µs")
    ratio = float(next(row for row in rows if row.startswith("| sct")).split("|")[3])
    if options.check is not None and ratio > options.check:
        raise SystemExit(f"the gradient costs {ratio:.2f} × the function; at most {options.check} is allowed")


if __name__ == "__main__":
    main()
