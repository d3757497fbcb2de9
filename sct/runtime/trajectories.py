"""Solutions of differential equations, and what their reverse rule integrates backwards."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Trajectory(NamedTuple):
    """What ``scipy.integrate.solve_ivp`` finds: the parts that a program reads and that have a type."""

    t: Any
    y: Any
    success: bool
    status: int
    message: str


def trajectory_of(fun: Callable[..., Any], t_span: Any, y0: Any, t_eval: Any = None, args: Any = (),
                  **options: Any) -> Trajectory:
    """``scipy.integrate.solve_ivp``.

    >>> trajectory_of(lambda t, y: np.ones(1), (0.0, 2.0), np.zeros(1)).y[:, -1].round(6).tolist()
    [2.0]
    """
    solve = importlib.import_module("scipy.integrate").solve_ivp
    found = solve(fun, t_span, y0, t_eval=t_eval, args=tuple(args) or None, **options)
    if not found.success:
        warnings.warn(f"scipy.integrate.solve_ivp has not come to the end: {found.message}", RuntimeWarning, stacklevel=2)
    return Trajectory(found.t, found.y, bool(found.success), int(found.status), str(found.message))


FINER = 0.1
"""How much smaller the tolerances are with which the solution is computed again for the sweep backwards: between the steps it
is interpolated, which is less exact than the steps."""


def pull_back(fun: Callable[..., Any], back: Callable[..., Any], t_span: Any, y0: Any, t: Any, y: Any, args: Any,
              y_bar: Any, **options: Any) -> Any:
    """The cotangents of the start and of the arguments of an equation, one vector, from those of its solution ``y`` at ``t``.

    They solve the adjoint equations ``dw/dt = -(df/dy)^T w``, ``dg/dt = -(df/dp)^T w`` backwards, and ``w`` jumps by the
    cotangent at each of the ``t`` (Cao, Li, Petzold and Serban 2003, section 2; Chen et al. 2018, appendix B).
    ``back(t, (y, w), *args)`` gives the right-hand sides.  ``y`` is interpolated from a solution forwards: solved backwards
    it may be unstable.
    """
    solve = importlib.import_module("scipy.integrate").solve_ivp
    size, given = len(y0), tuple(args)
    forwards, backwards = _tolerances(options)
    scale = float(np.max(np.abs(y_bar), initial=0.0))
    width = len(back(t_span[0], np.concatenate([y0, np.zeros(size)]), *given))
    state = np.zeros(width)
    if scale == 0.0 or not np.isfinite(scale):
        return state * scale
    end = t[-1] if len(t) else t_span[0]
    solution = solve(fun, (t_span[0], end), y0, args=given or None, dense_output=True, **forwards) if end != t_span[0] else None
    for k in range(len(t) - 1, -1, -1):
        state[:size] += y_bar[:, k] / scale
        stop = t[k - 1] if k else t_span[0]
        if solution is not None and stop != t[k]:
            state = _swept(solve, back, solution, (t[k], stop), state, size, given, backwards)
    return state * scale


def _swept(solve: Any, back: Any, solution: Any, span: Any, state: Any, size: int, args: Any, options: dict[str, Any]) -> Any:
    """The adjoint state at the end of ``span`` from that at its beginning, later in time."""
    if not solution.success:
        raise RuntimeError(f"the sweep backwards has no solution to follow: {solution.message}")

    def moving(time: float, moved: Any) -> Any:
        return back(time, np.concatenate([solution.sol(time), moved[:size]]), *args)
    found = solve(moving, span, state, t_eval=span[1:], **options)
    if not found.success:
        raise RuntimeError(f"the adjoint equations could not be solved: {found.message}")
    return found.y[:, -1]


def _tolerances(options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The options of the solution forwards and of the sweep backwards, whose state is scaled to 1 where it begins."""
    rtol, atol = float(np.min(options.get("rtol", 1e-3))), np.asarray(options.get("atol", 1e-6))
    forwards = {**options, "rtol": max(FINER * rtol, 3e-14), "atol": FINER * atol}
    return forwards, {**options, "rtol": rtol, "atol": min(float(np.min(atol)), 1e-3 * rtol)}
