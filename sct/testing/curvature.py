"""Second derivatives of random programs: the gradient of a weighted sum of a gradient's elements, against its differences.

The gradient itself is judged elsewhere (``trial.py``); here it is the function that is differentiated, by forward mode over its
generated code, so any disagreement with its own differences is a fault of that.
"""

from __future__ import annotations

import ast
import contextlib
import io
import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from ..trees import leaves, places, with_leaves
from .check import public
from .programs import Program, function_of, loaded
from .trial import Verdict, captured, copies, first_line, flat, is_refusal, refusal

STEPS = (1e-5, 2e-6)
"""Two steps of the differences: where they disagree, the program has a kink or is too steep to be judged."""
TOLERANCE = 5e-3
"""Relative to the size of an element, or to 1 for small ones."""


def judge_curvature(program: Program) -> Verdict:
    """Compares second derivatives along random directions with differences of the gradient."""
    quiet = contextlib.redirect_stdout(io.StringIO())
    with quiet, warnings.catch_warnings(action="ignore"), loaded(program.source + _weighted_sum(program)) as module:
        rng = np.random.default_rng(program.seed)
        vars(module)["gradient_"] = public("grad")(function_of(module, program.name), argnums=program.argnums)
        vars(module)["weights_"] = tuple(_direction(rng, part) for part in leaves([program.args[k] for k in program.argnums]))
        weighted = function_of(module, "weighted_")
        value, _, failure = captured(lambda: weighted(*copies(program.args)))
        if failure is not None or not np.isfinite(value):
            return Verdict("unjudged", "the gradient is not a finite number")
        found, _, failure = captured(lambda: public("grad")(weighted, argnums=program.argnums)(*copies(program.args)))
        if failure is not None:
            return Verdict("refused", refusal(failure)) if is_refusal(failure) else Verdict("crash", first_line(failure))
        return _compare(program, weighted, flat(found))


def _compare(program: Program, weighted: Callable[..., Any], found: np.ndarray) -> Verdict:
    estimates = []
    for step in STEPS:
        estimate, _, failure = captured(lambda step=step: _differences(weighted, program, step))  # type: ignore[misc]
        if failure is not None:
            return Verdict("unjudged", "a neighbouring point raises")
        estimates.append(estimate)
    scale = np.maximum(1.0, np.abs(estimates[0]))
    if not np.all(np.isfinite(estimates)) or np.max(np.abs(estimates[0] - estimates[1]) / scale) > TOLERANCE / 5:
        return Verdict("unjudged", "a kink, or too steep")
    nonzero = bool(np.any(estimates[0]))
    if np.all(np.abs(found - estimates[0]) / scale <= TOLERANCE):
        return Verdict("right", nonzero=nonzero)
    return Verdict("wrong gradient", f"{found.tolist()} instead of {estimates[0].tolist()}", nonzero)


def _weighted_sum(program: Program) -> str:
    """The text of a function of the same parameters that sums up the elements of the gradient with fixed weights."""
    tree = ast.parse(program.source)
    (function,) = (n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == program.name)
    names = ", ".join(a.arg for a in function.args.args)
    found = places([program.args[k] for k in program.argnums])
    parts = [re.sub("^argument ([0-9]+)", r"bars_[\1]", place) for place in found]
    lines = [f"    total_ = total_ + np.sum({place} * weights_[{k}])" for k, place in enumerate(parts)]
    return "\n".join(["", "", f"def weighted_({names}):", f"    bars_ = gradient_({names})", "    total_ = 0.0", *lines,
                      "    return total_", ""])


def _direction(rng: np.random.Generator, like: Any) -> Any:
    drawn = rng.normal(size=np.shape(like))
    return drawn if isinstance(like, np.ndarray) else float(drawn)


def _differences(fn: Callable[..., Any], program: Program, step: float) -> np.ndarray:
    found = []
    for k, leaf in enumerate(leaves(program.args)):
        for index in np.ndindex(np.shape(leaf)):
            ahead, behind = (fn(*_displaced(program, k, index, sign * step)) for sign in (1, -1))
            found.append((ahead - behind) / (2 * step))
    return np.array(found, dtype=float)


def _displaced(program: Program, k: int, index: tuple[int, ...], by: float) -> Any:
    """Arguments of which one number is moved: in their ``k``-th number or array."""
    given = leaves(copies(program.args))
    if index:
        given[k][index] += by
    else:
        given[k] += by
    return with_leaves(program.args, iter(given))
