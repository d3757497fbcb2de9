"""Time and memory of the gradient of long loops with and without checkpoints: the table of docs/checkpoint.md.

    python benchmarks/checkpoint.py            # the table
    python benchmarks/checkpoint.py --quick    # the smallest sizes only

Times are medians of ratios of runs that take turns; memory is the peak that ``tracemalloc`` sees during one gradient, beyond
what there was before.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import sct


def recurrence(x: float, n: int) -> float:
    s = x
    for i in range(n):
        s = math.sin(s) * x + 0.1 * math.cos(0.01 * i)
    return s


def until(x: float, n: int) -> float:
    s, k = x, 0
    while k < n:
        s = math.sin(s) * x + 0.3
        k += 1
    return s


def diffusion(u: np.ndarray, n: int) -> float:
    for _ in range(n):
        u = u + 0.1 * (np.roll(u, 1) - 2.0 * u + np.roll(u, -1)) * u
    return np.sum(u * u)


def in_place(v: np.ndarray, n: int) -> float:
    u = v.copy()
    for _ in range(n):
        u[1:-1] += 0.1 * (u[2:] - 2.0 * u[1:-1] + u[:-2]) * u[1:-1]
    return np.sum(u * u)


PROGRAMS: list[tuple[Callable[..., Any], Any, tuple[int, ...]]] = [
    (recurrence, 0.7, (10_000, 100_000, 1_000_000)),
    (until, 0.7, (10_000, 100_000, 1_000_000)),
    (diffusion, np.linspace(0.1, 1.0, 200), (1_000, 10_000)),
    (in_place, np.linspace(0.1, 1.0, 200), (1_000, 10_000)),
]
"""Each function with its first argument and the numbers of steps."""


def peak(gradient: Callable[..., Any], *args: Any) -> int:
    """The largest number of bytes in use at once during a call, beyond those before it."""
    tracemalloc.start()
    try:
        gradient(*args)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def seconds(gradient: Callable[..., Any], *args: Any) -> float:
    start = time.perf_counter()
    gradient(*args)
    return time.perf_counter() - start


def measure(fun: Callable[..., Any], x: Any, n: int, rounds: int) -> tuple[float, float, int, int]:
    """Seconds without checkpoints, the ratio with them, and both peaks."""
    plain, cut = sct.grad(fun), sct.grad(fun, checkpoint="loops")
    assert np.array_equal(plain(x, n), cut(x, n))
    times = [(seconds(plain, x, n), seconds(cut, x, n)) for _ in range(rounds)]
    ratio = statistics.median(b / a for a, b in times)
    return statistics.median(a for a, _ in times), ratio, peak(plain, x, n), peak(cut, x, n)


def table(quick: bool) -> Iterator[str]:
    """The rows of the table, in Markdown."""
    yield from ["| loop | steps | time without | with | memory without | with |", "|---|---:|---:|---:|---:|---:|"]
    for fun, x, counts in PROGRAMS:
        for n in counts[:1] if quick else counts:
            time_, ratio, whole, cut = measure(fun, x, n, 3 if quick else 5)
            yield (f"| `{fun.__name__}` | {n:,} | {time_ * 1e3:,.0f} ms | {ratio:.2f} × | {whole / 1e6:,.2f} MB "
                   f"| {cut / 1e6:,.2f} MB |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="the smallest sizes only")
    for row in table(parser.parse_args().quick):
        print(row, flush=True)
