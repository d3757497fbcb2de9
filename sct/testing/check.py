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

from ..trees import basis, is_complex, leaves, places, rebuilt, with_leaves

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


def check_grads(fun: Callable[..., Any], args: Sequence[Any], order: int = 1, modes: Sequence[str] = ("fwd", "rev"),
                atol: float | None = None, rtol: float | None = None, eps: float | None = None) -> None:
    """Raises ``AssertionError`` unless the derivatives of ``fun`` at ``args`` are those of its finite differences.

    Differentiated are all floats and arrays of floats in ``args``, containers included; where ``fun`` returns several numbers,
    a sum of them with fixed random weights.  ``modes`` are ``"fwd"`` (``jvp``), ``"rev"`` (``vjp``) or both, which are also
    held against each other.  With ``order=2``, for a function of one number, the Hessian is held against differences of the
    gradient, too.  The message names the argument, the element and both numbers.  Also checked: the value is that of ``fun``,
    and the arguments are unchanged.  Tolerances default to 1e-6, and to 2e-2 where float32 takes part; ``eps`` fixes the step.

    >>> check_grads(lambda x, y: x * x * y, (2.0, 3.0), order=2)
    """
    if order not in (1, 2) or not modes or not set(modes) <= {"fwd", "rev"}:
        raise ValueError(f'check_grads knows order 1 and 2, modes "fwd" and "rev"; not order={order}, modes={modes}')
    _Check(fun, args, atol, rtol, eps).run(order, modes)


class _Check:
    """One function at one point."""

    def __init__(self, fun: Callable[..., Any], args: Sequence[Any], atol: float | None, rtol: float | None,
                 eps: float | None) -> None:
        self.fun, self.args = fun, tuple(args)
        self.leaves = leaves(self.args)
        if not self.leaves or any(map(is_complex, self.leaves)):
            raise ValueError("check_grads: no argument is a float or a floating array, or one is complex")
        self.places = places(self.args)
        self.expected = fun(*with_leaves(self.args, map(_copy, self.leaves)))
        self.single = any(getattr(leaf, "dtype", None) == np.float32 for leaf in (*self.leaves, *leaves(self.expected)))
        default = 2e-2 if self.single else 1e-6
        self.atol, self.rtol = default if atol is None else atol, default if rtol is None else rtol
        self.eps = eps or (1e-2 if self.single else None)
        self.rng = np.random.default_rng(0)
        results = leaves(self.expected)
        self.weights = [self._like(leaf) for leaf in results] if np.shape(self.expected) or len(results) != 1 else [1.0]

    def run(self, order: int, modes: Sequence[str]) -> None:
        differences = self._differences(self._weighted)
        found = {mode: self._derivative(mode) for mode in ("rev", "fwd") if mode in modes}
        for mode, gradients in found.items():
            self._compare(_NAMES[mode], gradients, differences, "finite differences give")
        if len(found) == 2:
            self._compare(_NAMES["fwd"], found["fwd"], found["rev"], "reverse mode gives", 1e-3 if self.single else 1e-10)
        if order == 2:
            self._second_order()

    def _like(self, leaf: Any) -> Any:
        drawn = self.rng.normal(size=np.shape(leaf))
        return drawn.astype(leaf.dtype) if isinstance(leaf, np.ndarray) else type(leaf)(drawn)

    def _weighted(self, *moved: Any) -> float:
        return self._sum(leaves(self.fun(*with_leaves(self.args, iter(moved)))))

    def _sum(self, results: Sequence[Any]) -> float:
        return float(sum(np.sum(weight * np.asarray(r, float)) for weight, r in zip(self.weights, results, strict=True)))

    def _differences(self, function: Callable[..., float]) -> list[Any]:
        return [finite_difference(function, self.leaves, k, eps=self.eps) for k in range(len(self.leaves))]

    def _derivative(self, mode: str) -> list[Any]:
        """The gradient of the weighted sum of the results."""
        before = [_copy(leaf) for leaf in self.leaves]
        out, gradients = self._pulled() if mode == "rev" else self._pushed()
        for place, old, new in zip(self.places, before, self.leaves, strict=True):
            if not same_bits(old, new):
                raise AssertionError(f"{_NAMES[mode]} changed {place}")
        if not all(map(same_bits, leaves(out), leaves(self.expected))):
            raise AssertionError(f"{_NAMES[mode]} returns the value {out!r}, the function {self.expected!r}")
        return gradients

    def _pulled(self) -> tuple[Any, list[Any]]:
        out, pull_back = public("vjp")(self.fun, *self.args)
        return out, leaves(pull_back(rebuilt(out, iter(self.weights))))

    def _pushed(self) -> tuple[Any, list[Any]]:
        gradients = [np.zeros(np.shape(leaf)) for leaf in self.leaves]
        out = self.expected
        for gradient, directions in zip(gradients, basis(self.args), strict=True):
            for index, direction in zip(np.ndindex(gradient.shape), directions, strict=True):
                out, change = public("jvp")(self.fun, self.args, direction)
                gradient[index] = self._sum(leaves(change))
        return out, gradients

    def _second_order(self) -> None:
        """Along one random direction: the change of the gradient is the gradient of its component in that direction."""
        if len(self.weights) != 1 or np.shape(self.expected):
            raise ValueError("check_grads: order=2 is for functions that return one number")
        argnums = tuple(k for k, arg in enumerate(self.args) if leaves(arg))
        gradient = public("grad")(self.fun, argnums)
        direction = [self._like(leaf) for leaf in self.leaves]

        def component(*moved: Any) -> float:
            found = leaves(gradient(*with_leaves(self.args, iter(moved))))
            return float(sum(np.sum(d * np.asarray(g, float)) for d, g in zip(direction, found, strict=True)))

        product = public("hvp")(self.fun, self.args, rebuilt(self.args, iter(direction)))
        differences = self._differences(component)
        self._compare("the Hessian times a vector", leaves(product), differences, "differences of gradients give")

    def _compare(self, what: str, found: Sequence[Any], expected: Sequence[Any], otherwise: str,
                 tolerance: float = 0.0) -> None:
        for place, one, other in zip(self.places, found, expected, strict=True):
            if np.shape(one) != np.shape(other):
                raise AssertionError(f"{place}: {what} has shape {np.shape(one)}, the argument {np.shape(other)}")
            off = ~np.isclose(one, other, rtol=tolerance or self.rtol, atol=tolerance or self.atol, equal_nan=True)
            if np.any(off):
                raise AssertionError(_worst(place, what, one, other, otherwise, off))


_NAMES = {"rev": "the gradient", "fwd": "the derivative by forward mode"}


def _worst(place: str, what: str, found: Any, expected: Any, otherwise: str, off: Any) -> str:
    """The element that is off most, and how many are off."""
    worst = np.unravel_index(np.argmax(np.where(off, np.abs(np.subtract(found, expected)), -1.0)), np.shape(found))
    where = place + (f", element {[int(i) for i in worst]}" if worst else "")
    return (f"{where}: {what} is {np.asarray(found)[worst]!r}, {otherwise} {np.asarray(expected)[worst]!r} "
            f"({int(np.sum(off))} of {np.size(found)} elements differ)")


def _copy(leaf: Any) -> Any:
    return np.copy(leaf) if isinstance(leaf, np.ndarray) else leaf


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
