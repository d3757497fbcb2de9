"""Fit a robust linear regression to the shipped diabetes table by gradient descent; show the adjoint, its check, its cost.

The loss (``model.py``) is a loop over the patients that calls a helper function with a branch in it.
"""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ..api import value_and_grad
from ..data import FloatArray, diabetes
from ..testing.check import finite_difference
from . import model
from .model import loss
from .progress import Progress
from .timing import medians, readable

DELTA = 75.0
"""Where Huber's loss turns linear, in units of the target: about 1.345 residual standard deviations (Huber 1981)."""
SQUARED = 1e9
"""A ``delta`` that no residual reaches: the same loss is then half the mean squared error, whose minimum has a closed form."""
MILESTONES = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500)
"""Steps at which the loss is printed."""


def example_args() -> tuple[FloatArray, FloatArray, FloatArray, float]:
    """Starting coefficients, standardised measurements with a column of ones, target, ``DELTA``."""
    measurements, target, _ = diabetes()
    standard = (measurements - measurements.mean(axis=0)) / measurements.std(axis=0)
    design = np.column_stack([np.ones(len(target)), standard])
    return np.zeros(design.shape[1]), design, target, DELTA


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``python -m sct demo``."""
    parser.add_argument("--steps", type=int, default=400, help="steps of gradient descent (default: 400)")


def run(options: argparse.Namespace) -> None:
    """Print the whole story."""
    w, X, y, delta = example_args()
    loss_and_slope = value_and_grad(loss)
    _section("The function", _plain_source())
    loss_and_slope(w, X, y, delta)
    _section("Its adjoint, generated from that source", loss_and_slope.source)
    _section("Gradient against finite differences", _check(loss_and_slope))
    print(_heading("Gradient descent with Nesterov's momentum"))
    robust = _descend(loss_and_slope, delta, options.steps, "Huber's loss  ")
    squares = _descend(loss_and_slope, SQUARED, options.steps, "squared loss  ")
    _section("Fitted coefficients", _coefficients(robust, squares))
    _section("Cost", _cost(loss_and_slope, robust))


def _heading(title: str) -> str:
    return f"── {title} " + "─" * max(0, 76 - len(title))


def _section(title: str, text: str) -> None:
    print(_heading(title), "", textwrap.indent(text.rstrip(), "    "), "", sep="\n", flush=True)


def _plain_source() -> str:
    """The text of ``model.py`` below its docstring."""
    return Path(model.__file__).read_text(encoding="utf-8").split('"""', 2)[2].strip()


def _check(loss_and_slope: Callable[..., Any]) -> str:
    _, X, y, delta = example_args()
    w = np.linspace(-20.0, 150.0, X.shape[1])  # anywhere but the start: both branches are taken, no residual is at the kink
    _, slope = loss_and_slope(w, X, y, delta)
    reference = finite_difference(loss, (w, X, y, delta), 0)
    lines = [f"{'':10}{'generated':>16}{'differences':>16}"]
    lines += [f"{name:10}{ours:16.9f}{theirs:16.9f}" for name, ours, theirs in zip(_names(), slope, reference, strict=True)]
    worst = np.max(np.abs(slope - reference)) / np.max(np.abs(reference))
    return "\n".join([*lines, f"largest difference relative to the largest component: {worst:.1e}"])


def _descend(loss_and_slope: Callable[..., Any], delta: float, steps: int, label: str) -> FloatArray:
    """Gradient descent with Nesterov's momentum, dropped whenever it points uphill (O'Donoghue and Candès 2015)."""
    w, X, y, _ = example_args()
    rate = 1.0 / np.linalg.eigvalsh(X.T @ X / len(y))[-1]  # one over the largest curvature
    ahead, age = w, 0
    with Progress(label, steps) as progress:
        for step in range(steps):
            value, slope = loss_and_slope(ahead, X, y, delta)
            if step in MILESTONES or step == steps - 1:
                progress.clear()
                print(f"    {label} step {step:4d}   loss {value:14.6f}", flush=True)
            w, before = ahead - rate * slope, w
            age = 0 if slope @ (w - before) > 0.0 else age + 1
            ahead = w + age / (age + 3.0) * (w - before)
            progress.update(step + 1, f"loss {value:.6f}")
    print(flush=True)
    return w


def _names() -> list[str]:
    return ["intercept", *diabetes()[2]]


def _coefficients(robust: FloatArray, squares: FloatArray) -> str:
    _, X, y, _ = example_args()
    exact = np.linalg.lstsq(X, y, rcond=None)[0]
    lines = [f"{'':10}{'Huber':>12}{'squared':>12}{'closed-form least squares':>28}"]
    lines += [f"{name:10}{a:12.4f}{b:12.4f}{c:28.4f}" for name, a, b, c in zip(_names(), robust, squares, exact, strict=True)]
    return "\n".join([*lines, f"largest difference, squared to closed form: {np.max(np.abs(squares - exact)):.1e}"])


def _cost(loss_and_slope: Callable[..., Any], w: FloatArray) -> str:
    _, X, y, delta = example_args()
    times = medians({"loss": lambda: loss(w, X, y, delta), "both": lambda: loss_and_slope(w, X, y, delta)}, seconds=1.0)
    alone, both = times["loss"], times["both"]
    return (f"function {readable(alone)}, value and gradient {readable(both)}: {both / alone:.2f} × the function\n"
            f"({X.shape[1]} derivatives; one-sided differences would take {X.shape[1] + 1} × the function)")
