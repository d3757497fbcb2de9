"""Measures one workload at one size under every engine that is installed, after comparing the gradients of all of them."""

import functools
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sct.cli.engines import ENGINES, EngineUnavailable, compiled_by_jax, compiled_by_numba, prepared_jax
from sct.cli.timing import samples

from . import c_code
from .workloads import Workload

RTOL = 1e-8
FUNCTION, NATIVE, HAND, C, REWRITTEN = "function", "function, Numba", "by hand", "C", "JAX jitted"
ORDER = (FUNCTION, HAND, "sct", "sct, Numba", NATIVE, "HIPS autograd", "PyTorch eager", "JAX eager", REWRITTEN, "tangent-ad", C)
PATIENCE = 0.5
"""Seconds of CPU time that a call may be expected to take."""
EAGERLY = {"branching"}
"""The loops that are run by eager JAX, too: each takes ten thousand times as long as the function itself."""
Call = Callable[[], Any]


@dataclass
class Result:
    """What was measured of one workload at one size."""

    workload: str
    size: int
    seconds: dict[str, float] = field(default_factory=dict)
    """CPU time of a call, the median."""
    ratios: dict[str, float] = field(default_factory=dict)
    """In times the function in the same round, the median."""
    first_calls: dict[str, float] = field(default_factory=dict)
    """CPU time of making the engine's gradient and calling it once, compilers included."""
    absent: dict[str, str] = field(default_factory=dict)
    """Why an engine did not take part."""
    deviations: dict[str, float] = field(default_factory=dict)
    """From the gradient by hand, in times the largest element."""


def compare(workload: Workload, size: int, seconds: float, smaller: Result | None = None) -> Result:
    """All engines on one workload, in one interleaved run; what took too long at a smaller size does not take part."""
    result = Result(workload.name, size)
    args = workload.arguments(size)
    if smaller is not None:
        growth = size / smaller.size
        result.absent = {name: f"would take about {taken * growth:.0f} s a call"
                         for name, taken in smaller.seconds.items() if taken * growth > PATIENCE}
    calls = _prepared(workload, args, smaller is None, result)
    times = samples(calls, seconds)
    for name, each in times.items():
        result.seconds[name] = statistics.median(each)
        result.ratios[name] = statistics.median(a / b for a, b in zip(each, times[FUNCTION], strict=False))
    return result


def _prepared(workload: Workload, args: tuple[Any, ...], small: bool, result: Result) -> dict[str, Call]:
    """A call for each engine that takes part, ready to be timed."""
    makers: dict[str, Callable[[], Call]] = {
        FUNCTION: lambda: functools.partial(workload.fun, *args),
        HAND: lambda: lambda: workload.by_hand(*args)[1],
        NATIVE: lambda: _checked(functools.partial(compiled_by_numba(workload.fun), *args)),
        C: lambda: _in_c(workload, args),
    }
    for name, engine in ENGINES.items():
        makers[name] = functools.partial(engine, workload.fun, workload.argnums, args)
    if workload.for_jax is not None:
        rewritten = workload.for_jax
        makers[REWRITTEN] = lambda: jitted(rewritten, workload.argnums, args)
    if not small or workload.kind != "arrays" and workload.name not in EAGERLY:
        del makers["JAX eager"]
    calls: dict[str, Call] = {}
    expected = workload.by_hand(*args)[1]
    for name in (name for name in ORDER if name in makers and name not in result.absent):
        start = time.process_time()
        try:
            calls[name] = makers[name]()
        except EngineUnavailable as reason:
            result.absent[name] = str(reason)
            continue
        found = calls[name]()
        result.first_calls[name] = time.process_time() - start
        if name not in (FUNCTION, NATIVE):
            result.deviations[name] = deviation = _deviation(found, expected)
            if deviation > RTOL and name.startswith("sct"):
                raise AssertionError(f"{workload.name}, {name}: deviates by {deviation:.1e} from the gradient by hand")
            if deviation > RTOL:
                result.absent[name] = f"cannot run it (deviates by {deviation:.1e})"
                del calls[name]
    return calls


def jitted(rewritten: Callable[[], Callable[..., Any]], argnums: tuple[int, ...], args: tuple[Any, ...]) -> Call:
    """The gradient of what ``rewritten`` makes for JAX, if that is installed."""
    prepared_jax()
    return compiled_by_jax(rewritten(), argnums, args)


def _checked(call: Call) -> Call:
    """Numba's own primal, or the reason why there is none."""
    try:
        call()
    except Exception as failure:
        raise EngineUnavailable(f"cannot run it ({type(failure).__name__})") from None
    return call


def _in_c(workload: Workload, args: tuple[Any, ...]) -> Call:
    if workload.c_file is None or c_code.compiler() is None:
        raise EngineUnavailable("no gcc" if workload.c_file else "not written in C")
    return c_code.bound(c_code.compiled(workload.c_file), workload.argnums, args)


def _deviation(bars: tuple[Any, ...], expected: tuple[Any, ...]) -> float:
    scales = [max(float(np.max(np.abs(b))), 1e-300) for b in expected]
    return max(float(np.max(np.abs(np.subtract(a, b)))) / s for a, b, s in zip(bars, expected, scales, strict=True))


def fresh_cache() -> None:
    """Compiled code of earlier runs is not found, so that first calls are what they are on a new machine."""
    os.environ["SCT_CACHE_DIR"] = tempfile.mkdtemp()
