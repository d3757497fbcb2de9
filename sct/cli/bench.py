"""Times a function, its generated gradient, and the same function under whichever other tools are installed."""

from __future__ import annotations

import argparse
import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from .engines import ENGINES, Engine, EngineUnavailable, compiled_by_numba
from .target import Target, add_target_arguments, find_target
from .timing import medians, readable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``python -m sct bench module:function``."""
    add_target_arguments(parser)
    parser.add_argument("--seconds", type=float, default=3.0, help="how long to measure (default: 3)")


def run(options: argparse.Namespace) -> None:
    """Print a Markdown table: time per gradient, ratio to the function, ratio to ours, largest deviation."""
    target = find_target(options)
    if target.args is None:
        raise SystemExit("bench calls the function: give it --args, or the module EXAMPLE_ARGS or example_args()")
    print("\n".join(compare(target, options.seconds)))


def compare(target: Target, seconds: float) -> list[str]:
    """The lines of the table, then one line for each engine that could not take part."""
    assert target.args is not None
    gradients, absent = _prepare(target)
    ours = gradients["sct"]()
    functions: dict[str, Callable[[], Any]] = {"the function": functools.partial(target.fun, *target.args), **_native(target),
                                               **gradients}
    times = medians(functions, seconds)
    lines = ["| | CPU time | × the function | × sct | largest deviation |", "|---|---:|---:|---:|---:|"]
    for name, time in times.items():
        deviation = f"{_deviation(gradients[name](), ours):.1e}" if name in gradients and name != "sct" else ""
        ratios = f"{time / times['the function']:.2f} | {time / times['sct']:.3g}"
        lines.append(f"| {name} | {readable(time)} | {ratios} | {deviation} |")
    return lines + [""] * bool(absent) + absent


def _native(target: Target) -> dict[str, Callable[[], Any]]:
    """The function itself under Numba, where that can be."""
    assert target.args is not None
    try:
        call = functools.partial(compiled_by_numba(target.fun), *target.args)
        call()
    except Exception:  # Numba may raise anything about code that it does not know; the row is left out then
        return {}
    return {"the function, Numba": call}


def _prepare(target: Target) -> tuple[dict[str, Callable[[], Any]], list[str]]:
    """For each engine a call that gives all gradients; the reasons of those that have none."""
    gradients: dict[str, Callable[[], Any]] = {}
    absent = []
    for name, engine in ENGINES.items():
        try:
            gradients[name] = _ready(engine, target)
        except EngineUnavailable as reason:
            absent.append(f"{name}: {reason}")
    return gradients, absent


def _ready(engine: Engine, target: Target) -> Callable[[], Any]:
    assert target.args is not None
    gradient = engine(target.fun, target.argnums, target.args)
    gradient()  # transforms, and fails here if it fails
    return gradient


def _deviation(theirs: tuple[Any, ...], ours: tuple[Any, ...]) -> float:
    """Largest difference relative to the largest element of each gradient."""
    scale = [max(float(np.max(np.abs(g), initial=0.0)), 1e-300) for g in ours]
    return max(float(np.max(np.abs(np.subtract(a, b)), initial=0.0)) / s for a, b, s in zip(theirs, ours, scale, strict=True))
