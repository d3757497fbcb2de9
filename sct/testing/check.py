"""Checks a gradient against finite differences of the function itself, for users and for our own tests.

Weights of the stencils come from the Vandermonde system (Fornberg 1988 has the recurrence for general points); the step is
chosen by trying several and keeping the one whose estimate agrees best with its neighbour's, which needs no knowledge of the
function's scale.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

STEPS = (3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5)
"""Steps to try, relative to max(1, |x|)."""


def stencil(points: int) -> tuple[np.ndarray, np.ndarray]:
    """Offsets and weights of the central ``points``-point formula for a first derivative at unit step.

    >>> offsets, weights = stencil(3)
    >>> offsets.tolist(), weights.tolist()
    ([-1.0, 1.0], [-0.5, 0.5])
    """
    if points < 3 or points % 2 == 0:
        raise ValueError(f"a central stencil has 3, 5, 7 … points, not {points}")
    half = points // 2
    offsets = np.arange(-half, half + 1.0)
    moments = np.zeros(points)
    moments[1] = 1.0
    weights = np.linalg.solve(np.vander(offsets, increasing=True).T, moments)
    used = offsets != 0
    return offsets[used], weights[used]


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
        line = _line(f, args, argnum, index)
        scale = max(1.0, abs(float(x[index])))
        estimates = [_estimate(line, offsets, weights, h * scale) for h in ((eps, eps / 2) if eps else STEPS)]
        changes = [abs(a - b) for a, b in zip(estimates, estimates[1:], strict=False)]
        best = int(np.nanargmin(changes)) if not np.all(np.isnan(changes)) else 0
        found[index], error[index] = estimates[best], changes[best]
    if isinstance(args[argnum], np.ndarray):
        return found, error
    return float(found), float(error)


def _line(f: Callable[..., Any], args: Sequence[Any], argnum: int, index: tuple[int, ...]) -> Callable[[float], float]:
    """``f`` as a function of the displacement of one element; every call gets its own copies of all arrays."""
    def value(displacement: float) -> float:
        moved = [np.array(a) if isinstance(a, np.ndarray) else a for a in args]
        if isinstance(args[argnum], np.ndarray):
            moved[argnum][index] += displacement
        else:
            moved[argnum] = type(args[argnum])(args[argnum] + displacement)
        return float(f(*moved))

    return value


def _estimate(line: Callable[[float], float], offsets: np.ndarray, weights: np.ndarray, h: float) -> float:
    return sum(float(w) * line(float(o) * h) for o, w in zip(offsets, weights, strict=True)) / h


def check_grads(fun: Callable[..., Any], args: Sequence[Any], order: int = 1, modes: Sequence[str] = ("rev",),
                atol: float | None = None, rtol: float | None = None, eps: float | None = None) -> None:
    """Raises ``AssertionError`` if the gradient of ``fun`` at ``args`` is not that of its finite differences.

    Every float or floating array among ``args`` is differentiated; ``fun`` returns a scalar.  The message names the argument,
    the element and both numbers.  Also checked: the value is that of ``fun``, and the arguments are unchanged.  Tolerances
    default to 1e-6 for float64 and 2e-2 where float32 takes part.  ``order`` above 1 and ``modes`` other than ``"rev"`` raise
    ``NotImplementedError`` so far.
    """
    if order != 1 or tuple(modes) != ("rev",):
        raise NotImplementedError('check_grads does order=1 with modes=("rev",) so far')
    single = any(getattr(a, "dtype", None) == np.float32 for a in args)
    atol, rtol = (2e-2 if single else 1e-6) if atol is None else atol, (2e-2 if single else 1e-6) if rtol is None else rtol
    argnums = tuple(i for i, a in enumerate(args) if is_differentiable(a))
    if not argnums:
        raise ValueError("check_grads: no argument is a float or a floating array")
    before = [np.array(a) if isinstance(a, np.ndarray) else a for a in args]
    value, grads = public("value_and_grad")(fun, argnums=argnums)(*args)
    if (changed := changed_argument(before, args)) is not None:
        raise AssertionError(f"the gradient changed argument {changed}")
    expected = fun(*[np.array(a) if isinstance(a, np.ndarray) else a for a in args])
    if not same_bits(value, expected):
        raise AssertionError(f"value_and_grad returns the value {value!r}, the function {expected!r}")
    for argnum, found in zip(argnums, grads, strict=True):
        difference = finite_difference(fun, args, argnum, eps=eps or (1e-2 if single else None))
        _compare(argnum, found, difference, atol, rtol)


def _compare(argnum: int, found: Any, expected: Any, atol: float, rtol: float) -> None:
    if np.shape(found) != np.shape(expected):
        raise AssertionError(f"argument {argnum}: the gradient has shape {np.shape(found)}, the argument {np.shape(expected)}")
    off = ~np.isclose(found, expected, rtol=rtol, atol=atol, equal_nan=True)
    if not np.any(off):
        return
    worst = np.unravel_index(np.argmax(np.where(off, np.abs(np.subtract(found, expected)), -1.0)), np.shape(found))
    where = f"argument {argnum}" + (f", element {[int(i) for i in worst]}" if worst else "")
    raise AssertionError(f"{where}: the gradient is {np.asarray(found)[worst]!r}, finite differences give "
                         f"{np.asarray(expected)[worst]!r} ({int(np.sum(off))} of {np.size(found)} elements differ)")


def is_differentiable(x: Any) -> bool:
    """Whether an argument is a float or an array of floats."""
    return isinstance(x, float | np.floating) or (isinstance(x, np.ndarray) and x.dtype.kind == "f")


def changed_argument(before: Sequence[Any], after: Sequence[Any]) -> int | None:
    """The position of the first argument that is not what it was, or None."""
    for i, (a, b) in enumerate(zip(before, after, strict=True)):
        if isinstance(a, np.ndarray) and not (a.shape == b.shape and np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")):
            return i
        if isinstance(a, int | float) and not same_bits(a, b):
            return i
    return None


def same_bits(a: Any, b: Any) -> bool:
    """Equal to the last bit, NaN equal to NaN.

    >>> same_bits(0.1 + 0.2, 0.3), same_bits(float("nan"), float("nan"))
    (False, True)
    """
    return bool(np.array_equal(a, b, equal_nan=True)) if np.shape(a) == np.shape(b) else False


def public(name: str) -> Any:
    """A function of the package's public interface, looked up late because it in turn offers ``check_grads``."""
    return getattr(importlib.import_module("sct"), name)
