"""Times functions against each other by medians of interleaved rounds in CPU time: a busy machine disturbs all alike."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from typing import Any

TICK = 2e-3
"""Seconds of CPU time that one measurement should last at least; shorter ones measure the clock."""
SHORT = 0.1
"""Seconds that a function takes at most that is measured warm: with its data in the caches, whatever ran before it."""


def medians(functions: dict[str, Callable[[], Any]], seconds: float = 2.0, least_rounds: int = 5) -> dict[str, float]:
    """Seconds of CPU time per call of each function, measured in turns for about ``seconds``."""
    return {name: statistics.median(times) for name, times in samples(functions, seconds, least_rounds).items()}


def samples(functions: dict[str, Callable[[], Any]], seconds: float = 2.0, least_rounds: int = 5) -> dict[str, list[float]]:
    """Seconds of CPU time per call of each function, in each round.

    Every round measures each function once, one after the other; rounds go on for about ``seconds``.  A function that takes
    longer than that alone is measured once, one that takes a fifth of it three times: the rounds are for the others.
    """
    calls = {name: _calibrate(function) for name, function in functions.items()}
    found = {name: [time_taken] for name, (_, time_taken) in calls.items() if time_taken > seconds}
    taking_turns = {name: function for name, function in functions.items() if name not in found}
    end, rounds = time.perf_counter() + seconds, 0
    collecting = gc.isenabled()
    gc.disable()  # a collection would be billed to whoever happens to run
    try:
        while rounds < least_rounds or time.perf_counter() < end:
            for name, function in taking_turns.items():
                if rounds < 3 or calls[name][1] < seconds / 5:
                    found.setdefault(name, []).append(_measure(function, *calls[name]))
            gc.collect(0)
            rounds += 1
    finally:
        if collecting:
            gc.enable()
    return {name: found[name] for name in functions}


def _calibrate(function: Callable[[], Any]) -> tuple[int, float]:
    """How many calls one measurement takes, and about how long one call; the very first call may have to compile."""
    calls, time_taken = 1, _measure(function)
    while (time_taken := _measure(function, calls, time_taken)) * calls < TICK and calls < 1_000_000:
        calls *= 2
    return calls, time_taken


def _measure(function: Callable[[], Any], calls: int = 1, expected: float = 2 * SHORT) -> float:
    """Seconds of CPU time per call, of ``calls`` calls that take about ``expected`` seconds each."""
    if expected <= SHORT:
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
