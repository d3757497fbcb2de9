"""Times functions against each other by medians of interleaved rounds in CPU time: a busy machine disturbs all alike."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from typing import Any

TICK = 2e-3
"""Seconds of CPU time that one measurement should last at least; shorter ones measure the clock."""


def medians(functions: dict[str, Callable[[], Any]], seconds: float = 2.0, least_rounds: int = 5) -> dict[str, float]:
    """Seconds of CPU time per call of each function.

    Every round measures each function once, one after the other; rounds go on for about ``seconds``.
    """
    calls = {name: _calibrate(function) for name, function in functions.items()}
    samples: dict[str, list[float]] = {name: [] for name in functions}
    end, rounds = time.perf_counter() + seconds, 0
    collecting = gc.isenabled()
    gc.disable()  # a collection would be billed to whoever happens to run
    try:
        while rounds < least_rounds or time.perf_counter() < end:
            for name, function in functions.items():
                samples[name].append(_measure(function, calls[name]))
            gc.collect(0)
            rounds += 1
    finally:
        if collecting:
            gc.enable()
    return {name: statistics.median(times) for name, times in samples.items()}


def _calibrate(function: Callable[[], Any]) -> int:
    calls = 1
    while calls < 1_000_000 and _measure(function, calls) * calls < TICK:
        calls *= 2
    return calls


def _measure(function: Callable[[], Any], calls: int) -> float:
    if calls > 1:  # a short function is measured warm, whatever ran before it
        function()
    start = time.process_time()
    for _ in range(calls):
        function()
    return (time.process_time() - start) / calls


def readable(seconds: float) -> str:
    """Seconds with three digits and the unit that fits.

    >>> readable(0.00123), readable(4.5e-8), readable(2.0)
    ('1.23 ms', '0.045 µs', '2 s')
    """
    for scale, unit in ((1.0, "s"), (1e-3, "ms")):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} µs"
