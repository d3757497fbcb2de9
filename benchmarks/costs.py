"""Measures what is not a ratio to the function: dispatch, memory, compile and transform times, sizes of texts."""

import ast
import math
import os
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import sct
from sct.cli.engines import ENGINES, EngineUnavailable
from sct.cli.timing import medians

from . import transform_time
from .workloads.branching import branching, by_hand

STEPS = 100_000


def tiny(x: float) -> float:
    return x * x + 3.0 * x


def dispatch(seconds: float) -> dict[str, float]:
    """Of a function of one line: the derivative itself in times the function, and what a plain call adds, in seconds."""
    gradient = sct.grad(tiny)
    direct = gradient.specialize(2.0)
    unchecked = gradient.specialize(2.0, unchecked=True)
    times = medians({"function": lambda: tiny(2.0), "called": lambda: gradient(2.0), "direct": lambda: direct(2.0),
                     "unchecked": lambda: unchecked(2.0), "nothing": lambda: None}, seconds)
    frame = times["nothing"]
    return {"function": times["function"] - frame, "ratio": (times["direct"] - frame) / (times["function"] - frame),
            "unchecked": (times["unchecked"] - frame) / (times["function"] - frame),
            "added": times["called"] - times["unchecked"]}


def memory() -> dict[str, float]:
    """Bytes in use at the peak for each step of a scalar loop, by tracemalloc, and the cost of checkpoints in time."""
    args = (0.7, 0.05, STEPS)
    plain, cut = sct.grad(branching, (0, 1)), sct.grad(branching, (0, 1), checkpoint="loops")
    found = {"by hand": peak(lambda: by_hand(*args)) / STEPS, "sct": peak(lambda: plain(*args)) / STEPS,
             "with checkpoints": peak(lambda: cut(*args)) / STEPS}
    times = medians({"plain": lambda: plain(*args), "cut": lambda: cut(*args)}, 1.0)
    found["time with checkpoints"] = times["cut"] / times["plain"]
    try:
        traced = ENGINES["HIPS autograd"](branching, (0, 1), (0.7, 0.05, STEPS // 50))
        found["HIPS autograd"] = peak(traced) / (STEPS // 50)
    except EngineUnavailable:
        pass
    return found


def peak(call: Callable[[], Any]) -> int:
    """The most bytes in use during a call, beyond those before it."""
    call()
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


_NATIVE_START = """
import time
import numba, sct, sct.native.compile
from benchmarks import transform_time
function = transform_time.define(transform_time.straight(100))
sct.grad(transform_time.define(transform_time.straight(10)), (0, 1), backend="numba")(0.7, 0.3)  # Numba itself has started
sct.grad(function, (0, 1))(0.7, 0.3)
start = time.process_time(); sct.grad(function, (0, 1))(0.7, 0.3); middle = time.process_time()
sct.grad(function, (0, 1), backend="numba")(0.7, 0.3); end = time.process_time()
print(end - middle - (middle - start), end - middle)
"""


def native_start() -> dict[str, float]:
    """Seconds for 100 statements: what compiling adds to a first call, and a whole first call after that of another process."""
    environment = {**os.environ, "SCT_CACHE_DIR": tempfile.mkdtemp()}
    runs = [subprocess.run([sys.executable, "-c", _NATIVE_START], env=environment, check=True, capture_output=True, text=True)
            for _ in range(4)]
    cold, *warm = (list(map(float, run.stdout.split())) for run in runs)
    return {"cold": cold[0], "warm": sorted(whole for _, whole in warm)[1]}


def transforming(largest: int) -> dict[str, Any]:
    """What ``transform_time.py`` measures: rows of (function, statements, milliseconds), and the times of starting."""
    beyond, first = transform_time.imports()
    return {"rows": [list(row) for row in transform_time.rows(largest)], "import": beyond, "first": first}


def pendulum(angle: float, length: float, steps: int) -> float:
    speed = energy = 0.0
    for _ in range(steps):
        pull = -9.81 / length * math.sin(angle)
        drag = -0.1 * speed
        if abs(speed) > 2.0:
            drag -= 0.05 * speed * abs(speed)
        speed += 0.01 * (pull + drag)
        angle += 0.01 * speed
        kinetic = 0.5 * length * length * speed * speed
        energy += 0.01 * (kinetic + 9.81 * length * (1.0 - math.cos(angle)))
        if energy > 100.0:
            break
    return energy


def orders() -> list[int]:
    """Statements of a function and of its derivatives of the first to the fourth order."""
    sizes, derivative = [14], pendulum
    for _ in range(4):
        derivative = sct.grad(derivative)
        derivative(0.5, 1.0, 20)
        sizes.append(statements(derivative.source))
    return sizes


def statements(text: str) -> int:
    return sum(isinstance(node, ast.stmt) and not isinstance(node, ast.FunctionDef) for node in ast.walk(ast.parse(text)))


def seconds_of(call: Callable[[], Any]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start
