"""Derivatives from values of the function alone: n-point stencils of any order, the complex step, Taylor remainders.

The weights of a stencil solve the Vandermonde system that makes it exact for polynomials (Fornberg, Generation of finite
difference formulas on arbitrarily spaced grids, 1988, has a recurrence for them).  The step is chosen by trying several and
keeping the one whose estimate agrees best with its neighbour's, which needs no knowledge of the function's scale.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache, partial
from typing import Any

import numpy as np

STEPS = (3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5)
"""Steps to try, relative to max(1, |x|)."""
SIDES = {"central": (-0.5, 0.5), "forward": (0.0, 1.0), "backward": (-1.0, 0.0)}
"""Where the points of a stencil lie, in widths of it."""


@cache
def stencil(points: int, order: int = 1, side: str = "central") -> tuple[np.ndarray, np.ndarray]:
    """Offsets and weights of the ``points``-point formula for the derivative of this ``order`` at unit step.

    The ``side`` is central, forward or backward.  Points of weight zero are left out.

    >>> offsets, weights = stencil(3)
    >>> offsets.tolist(), weights.tolist()
    ([-1.0, 1.0], [-0.5, 0.5])
    >>> offsets, weights = stencil(3, order=2, side="forward")
    >>> offsets.tolist(), weights.tolist()
    ([0.0, 1.0, 2.0], [1.0, -2.0, 1.0])
    """
    if side not in SIDES:
        raise ValueError(f"a stencil is {', '.join(SIDES)}, not {side!r}")
    if side == "central" and (points < 3 or points % 2 == 0):
        raise ValueError(f"a central stencil has 3, 5, 7 … points, not {points}")
    if not 1 <= order < points:
        raise ValueError(f"a derivative of order {order} takes at least {order + 1} points, not {points}")
    first, last = (round(bound * (points - 1)) for bound in SIDES[side])
    offsets = range(first, last + 1)
    moments = [math.factorial(k) * (k == order) for k in range(points)]
    weights = _solution([[o**k for o in offsets] for k in range(points)], moments)
    used = np.array([(o, w) for o, w in zip(offsets, weights, strict=True) if w], dtype=float).T
    used.setflags(write=False)
    return used[0], used[1]


def _solution(rows: list[list[int]], values: list[int]) -> list[Fraction]:
    """The exact solution of a system of equations in integers: weights are the same on every machine, to the last bit."""
    system = [[*map(Fraction, row), Fraction(value)] for row, value in zip(rows, values, strict=True)]
    for k in range(len(system)):
        pivot = next(r for r in range(k, len(system)) if system[r][k])
        system[k], system[pivot] = system[pivot], system[k]
        system[k] = [x / system[k][k] for x in system[k]]
        for r in range(len(system)):
            if r != k and system[r][k]:
                system[r] = [x - system[r][k] * y for x, y in zip(system[r], system[k], strict=True)]
    return [row[-1] for row in system]


def estimate(line: Callable[[float], float], offsets: np.ndarray, weights: np.ndarray, h: float, order: int = 1) -> float:
    """What a stencil gives at step ``h`` for a function of the displacement."""
    total: float = sum(float(w) * line(float(o) * h) for o, w in zip(offsets, weights, strict=True))
    return total / h**order


def nth_derivative(f: Callable[[float], float], x: float, order: int = 1, points: int | None = None,
                   eps: float | None = None) -> tuple[float, float]:
    """The derivative of any ``order`` of a function of one number, with an estimate of its error.

    ``points`` defaults to four more than are needed, ``eps`` to the best of several steps.

    >>> value, error = nth_derivative(math.exp, 0.0, order=3)
    >>> abs(value - 1.0) < 1e-6 and error < 1e-5
    True
    """
    offsets, weights = stencil(points or 2 * ((order + 1) // 2) + 5, order)
    scale = max(1.0, abs(x))
    steps = (eps, eps / 2) if eps else [scale * h ** (3 / (order + 2)) for h in STEPS]
    return _best([estimate(lambda d: f(x + d), offsets, weights, h, order) for h in steps])


def _searched(at: Callable[[float], float], scale: float, eps: float | None) -> tuple[float, float]:
    """The best of the estimates at several steps; at smaller ones where the function is not defined so far away."""
    best = _best([at(h * scale) for h in ((eps, eps / 2) if eps else STEPS)])
    if math.isnan(best[1]) and not eps:
        best = _best([at(h * scale) for h in (1e-5, 3e-6, 1e-6, 3e-7, 1e-7)])
    return best


def _best(estimates: Sequence[float]) -> tuple[float, float]:
    """Of estimates with falling steps the one that agrees best with the next, and by how much it differs from that."""
    changes = [abs(a - b) for a, b in zip(estimates, estimates[1:], strict=False)]
    best = int(np.nanargmin(changes)) if not np.all(np.isnan(changes)) else 0
    return estimates[best], changes[best]


# -------------------------------------------------------------------------------------------------------------- gradients

def finite_difference(f: Callable[..., Any], args: Sequence[Any], argnum: int = 0, order: int = 5,
                      eps: float | None = None) -> Any:
    """The derivative of the scalar ``f(*args)`` by argument ``argnum``, from ``order``-point central differences.

    ``eps`` fixes the step; otherwise several are tried for every element.  A float gives a float, an array an array.

    >>> round(finite_difference(lambda x: x**3, (2.0,)), 9)
    12.0
    """
    return difference_and_error(f, args, argnum, order, eps)[0]


def difference_and_error(f: Callable[..., Any], args: Sequence[Any], argnum: int = 0, order: int = 5,
                         eps: float | None = None) -> tuple[Any, Any]:
    """As ``finite_difference``, with an estimate of the error: how much the result still depends on the step."""
    offsets, weights = stencil(order)
    x = np.array(args[argnum], dtype=float)
    found, error = np.zeros(x.shape), np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        line = along_element(f, args, argnum, index)
        scale = max(1.0, abs(float(x[index])))
        found[index], error[index] = _searched(partial(estimate, line, offsets, weights), scale, eps)
    if isinstance(args[argnum], np.ndarray):
        return found, error
    return float(found), float(error)


def along_element(f: Callable[..., Any], args: Sequence[Any], argnum: int, index: tuple[int, ...],
                  number: type = float) -> Callable[[Any], Any]:
    """``f`` as a function of the displacement of one element; every call gets its own copies of all arrays."""
    def value(displacement: Any) -> Any:
        moved = [np.array(a) if isinstance(a, np.ndarray) else a for a in args]
        if isinstance(args[argnum], np.ndarray):
            if number is complex:
                moved[argnum] = moved[argnum].astype(complex)
            moved[argnum][index] += displacement
        else:
            shifted = args[argnum] + displacement
            moved[argnum] = type(args[argnum])(shifted) if number is float else shifted
        return number(f(*moved))

    return value


def complex_step(f: Callable[..., Any], args: Sequence[Any], argnum: int = 0, index: tuple[int, ...] = (),
                 eps: float = 1e-30) -> float:
    """The derivative by one element as Im f(x + ih) / h, exact to rounding for functions that are analytic there.

    Nothing is subtracted, so that h may be as small as one likes (Squire and Trapp, Using complex variables to estimate
    derivatives of real functions, 1998).  Raises what ``f`` raises for complex numbers.

    >>> abs(complex_step(lambda x: np.sin(x), (1.0,)) - math.cos(1.0)) < 1e-15
    True
    """
    value = along_element(f, args, argnum, index, complex)(complex(0.0, eps))
    return float(value.imag / eps)


def one_sided(f: Callable[..., Any], args: Sequence[Any], argnum: int, index: tuple[int, ...],
              steps: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """The slopes towards smaller and larger values of one element, for each step."""
    line = along_element(f, args, argnum, index)
    here = line(0.0)
    return np.array([(here - line(-h)) / h for h in steps]), np.array([(line(h) - here) / h for h in steps])


# ----------------------------------------------------------------------------------------------------------------- Taylor

def taylor_remainders(line: Callable[[float], float], *derivatives: float,
                      steps: Sequence[float] = (1e-2, 5e-3, 2.5e-3, 1.25e-3)) -> list[float]:
    """How far ``line(h)`` is from its Taylor polynomial at 0 with these derivatives, for each step.

    With right derivatives up to order k the remainder falls like h to the power k + 1; with a wrong one of order j, like h**j.

    >>> remainders = taylor_remainders(math.exp, 1.0)
    >>> round(taylor_order(remainders), 1)
    2.0
    """
    here = line(0.0)
    return [abs(line(h) - here - sum(d * h**k / math.factorial(k) for k, d in enumerate(derivatives, 1))) for h in steps]


def taylor_order(remainders: Sequence[float]) -> float:
    """The power of the step with which remainders fall, where each step is half of the one before; infinite where they vanish.

    >>> taylor_order([4.0, 1.0, 0.25])
    2.0
    """
    if min(remainders) <= 0.0:
        return math.inf
    return float(np.mean(np.log2(np.array(remainders[:-1]) / np.array(remainders[1:]))))
