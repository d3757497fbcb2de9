"""Kernels that write into arrays, compiled: our gradient under Numba, Numba's function, and a rewriting under jitted JAX.

The functions are programs of ``tests/programs``, written as loops over elements or slices.  A user of JAX writes them anew:
whole rows and columns are masked or shifted instead of sliced, and loops become ``fori_loop`` and ``scan``.
"""

import functools
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import sct
from sct.cli.engines import EngineUnavailable, compiled_by_numba
from sct.cli.timing import samples
from tests.programs import PROGRAMS

from . import kernels_jax
from .comparison import NATIVE, REWRITTEN, jitted

RTOL = 1e-7
COMPILED = "sct, Numba"


@dataclass(frozen=True)
class Kernel:
    """A program at one size, and the arguments to be differentiated."""

    name: str
    size: int
    argnums: tuple[int, ...] = (0,)


KERNELS = (
    Kernel("lu_in_place", 40),
    Kernel("cholesky_by_elements", 40),
    Kernel("gram_schmidt", 40),
    Kernel("modified_gram_schmidt", 40),
    Kernel("thomas", 1_000, (0, 1)),
    Kernel("gauss_seidel", 40, (0, 1)),
    Kernel("jacobi_2d", 100, (0, 1)),
    Kernel("heat_2d", 100),
    Kernel("adi", 40),
    Kernel("conv2d_by_loops", 64, (0, 1)),
    Kernel("bundle_adjustment", 200, (0, 1, 2)),
)


OBJECTIVES = {"bundle_adjustment"}
"""What is no kernel, but a function to be minimised."""


@dataclass
class Timed:
    """What was measured of one kernel."""

    kernel: str
    size: int
    seconds: dict[str, float] = field(default_factory=dict)
    """CPU time of a call, the median."""
    absent: dict[str, str] = field(default_factory=dict)


def timed(kernel: Kernel, seconds: float) -> Timed:
    """All engines in one interleaved run, their gradients compared first."""
    program = next(p for p in PROGRAMS if p.name == kernel.name)
    args = program.arguments(kernel.size)
    makers: dict[str, Callable[[], Callable[[], Any]]] = {
        COMPILED: lambda: functools.partial(sct.grad(program.fun, kernel.argnums, backend="numba"), *args),
        NATIVE: lambda: _on_copies(compiled_by_numba(program.fun), args),
        REWRITTEN: lambda: jitted(getattr(kernels_jax, kernel.name), kernel.argnums, args),
    }
    result, calls = Timed(kernel.name, kernel.size), {}
    expected = sct.grad(program.fun, kernel.argnums)(*args)
    for name, make in makers.items():
        try:
            calls[name] = make()
        except EngineUnavailable as reason:
            result.absent[name] = str(reason)
            continue
        found = calls[name]()
        if name != NATIVE:
            _compare(kernel.name, name, found, expected)
    for name, times in samples(calls, seconds).items():
        result.seconds[name] = statistics.median(times)
    return result


def _on_copies(function: Callable[..., Any], args: tuple[Any, ...]) -> Callable[[], Any]:
    """The function writes into its arguments: each call gets its own, as the gradient makes them for itself."""
    return lambda: function(*(a.copy() if isinstance(a, np.ndarray) else a for a in args))


def _compare(kernel: str, engine: str, found: tuple[Any, ...], expected: tuple[Any, ...]) -> None:
    for one, other in zip(found, expected, strict=True):
        deviation = np.max(np.abs(np.subtract(one, other))) / np.max(np.abs(other))
        if not deviation <= RTOL:
            raise AssertionError(f"{kernel}, {engine}: deviates by {deviation:.1e}")


def measured(seconds: float) -> list[Timed]:
    """All kernels, printed as they come."""
    found = []
    for kernel in KERNELS:
        found.append(timed(kernel, seconds))
        shown = ", ".join(f"{name} {taken * 1e6:.4g} µs" for name, taken in found[-1].seconds.items())
        print(f"{kernel.name} {kernel.size:,}: {shown}", flush=True)
    return found
