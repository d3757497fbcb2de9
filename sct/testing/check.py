"""Holds the derivatives of a function against finite differences of it and against each other, for users and our own tests."""

from __future__ import annotations

import copy
import importlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..runtime.records import fields_of
from ..trees import basis, is_complex, leaves, places, rebuilt, with_leaves
from .differences import (
    complex_step,
    difference_and_error,
    finite_difference,
    one_sided,
    stencil,
    taylor_order,
    taylor_remainders,
)

__all__ = ["changed_argument", "check_grads", "complex_step", "difference_and_error", "finite_difference", "is_differentiable",
           "public", "same_bits", "stencil"]

FEW = 64
"""Up to so many elements forward mode is checked along each of them, else along as many random directions."""


def check_grads(fun: Callable[..., Any], args: Sequence[Any], order: int = 1, modes: Sequence[str] = ("fwd", "rev"),
                atol: float | None = None, rtol: float | None = None, eps: float | None = None) -> None:
    """Raises ``AssertionError`` unless the derivatives of ``fun`` at ``args`` are those of its finite differences.

    Differentiated are all floats and arrays of floats in ``args``, containers included; where ``fun`` returns several numbers,
    a sum of them with fixed random weights.  ``modes`` are ``"fwd"`` (``jvp``), ``"rev"`` (``vjp``) or both, which are also
    held against each other.  ``order=2`` also holds the Hessian times a random vector against differences of the gradient,
    ``order=3`` (for arguments that are numbers or arrays) the change of that along another one; both for functions of one
    number or array.  The message names the argument, the element and both numbers, and says how the Taylor remainder falls.
    Also checked: the value is that of ``fun``, gradients have the type and shape of their arguments, ``vjp_fn`` gives the
    same twice, and the arguments are unchanged.

    Tolerances default to 1e-6, and to 2e-2 where float32 takes part; ``eps`` fixes the step.  They are widened by what the
    differences themselves are unsure of, where the complex step does not tell.  At a kink every slope between those on its
    two sides is right.

    >>> check_grads(lambda x, y: x * x * y, (2.0, 3.0), order=3)
    """
    if order not in (1, 2, 3) or not modes or not set(modes) <= {"fwd", "rev"}:
        raise ValueError(f'check_grads knows order 1, 2 and 3, modes "fwd" and "rev"; not order={order}, modes={modes}')
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
        self.expected = fun(*copy.deepcopy(self.args))
        self.single = any(getattr(leaf, "dtype", None) == np.float32 for leaf in (*self.leaves, *leaves(self.expected)))
        default = 2e-2 if self.single else 1e-6
        self.atol, self.rtol = default if atol is None else atol, default if rtol is None else rtol
        self.eps = eps or (1e-2 if self.single else None)
        self.rng = np.random.default_rng(0)
        results = leaves(self.expected)
        self.weights = [self._like(leaf) for leaf in results] if np.shape(self.expected) or len(results) != 1 else [1.0]

    def run(self, order: int, modes: Sequence[str]) -> None:
        differences = _Differences(self._weighted, self.leaves, self.eps)
        found = {mode: self._derivative(mode) for mode in ("rev", "fwd") if mode in modes}
        for mode, gradients in found.items():
            self._compare(_NAMES[mode], gradients, differences)
        if len(found) == 2:
            self._compare_modes(found["fwd"], found["rev"])
        if order >= 2:
            self._second_order()
        if order == 3:
            self._third_order()

    def _like(self, leaf: Any) -> Any:
        drawn = self.rng.normal(size=np.shape(leaf))
        return drawn.astype(leaf.dtype) if isinstance(leaf, np.ndarray) else type(leaf)(drawn)

    def _weighted(self, *moved: Any) -> Any:
        return self._sum(leaves(self.fun(*with_leaves(copy.deepcopy(self.args), iter(moved)))))

    def _sum(self, results: Sequence[Any]) -> Any:
        return sum(np.sum(weight * np.asarray(r)) for weight, r in zip(self.weights, results, strict=True))

    # ------------------------------------------------------------------------------------------------------- first order
    def _derivative(self, mode: str) -> list[Any]:
        """The gradient of the weighted sum of the results."""
        before = copy.deepcopy(self.args)
        out, gradients = self._pulled() if mode == "rev" else self._pushed()
        changed = _changed(before, self.args, "")
        if changed is not None:
            raise AssertionError(f"{_NAMES[mode]} changed argument {changed}")
        if not all(map(same_bits, leaves(out), leaves(self.expected))):
            raise AssertionError(f"{_NAMES[mode]} returns the value {out!r}, the function {self.expected!r}")
        return gradients

    def _pulled(self) -> tuple[Any, list[Any]]:
        out, pull_back = public("vjp")(self.fun, *self.args)
        cotangent = rebuilt(out, iter(self.weights))
        found, again = leaves(pull_back(cotangent)), leaves(pull_back(cotangent))
        for place, leaf, one, other in zip(self.places, self.leaves, found, again, strict=True):
            if not same_bits(one, other):
                raise AssertionError(f"{place}: vjp_fn gives {one!r} when called first, {other!r} when called again")
            if getattr(one, "dtype", None) != getattr(leaf, "dtype", None):
                raise AssertionError(f"{place}: the gradient is of type {_type(one)}, the argument of type {_type(leaf)}")
        return out, found

    def _pushed(self) -> tuple[Any, list[Any] | list[tuple[list[Any], float]]]:
        """The gradient, or for many elements pairs of a direction and the derivative along it."""
        if sum(map(np.size, self.leaves)) > FEW:
            return self._pushed_along()
        gradients = [np.zeros(np.shape(leaf)) for leaf in self.leaves]
        out = self.expected
        for gradient, directions in zip(gradients, basis(self.args), strict=True):
            for index, direction in zip(np.ndindex(gradient.shape), directions, strict=True):
                out, change = public("jvp")(self.fun, self.args, direction)
                gradient[index] = self._sum(leaves(change))
        return out, gradients

    def _pushed_along(self) -> tuple[Any, list[tuple[list[Any], float]]]:
        found = []
        for _ in range(8):
            direction = [self._like(leaf) for leaf in self.leaves]
            out, change = public("jvp")(self.fun, self.args, rebuilt(self.args, iter(direction)))
            found.append((direction, float(self._sum(leaves(change)))))
        return out, found

    def _compare_modes(self, forward: list[Any], reverse: list[Any]) -> None:
        """The dot-product test: both modes give the same derivative along every direction."""
        tolerance = 1e-3 if self.single else 1e-10
        for place, one, other in zip(self.places, *self._shown(forward, reverse), strict=False):
            off = ~np.isclose(one, other, rtol=tolerance, atol=tolerance, equal_nan=True)
            if np.any(off):
                raise AssertionError(_worst(place, _NAMES["fwd"], one, other, "reverse mode gives", off))

    def _shown(self, forward: list[Any], reverse: list[Any]) -> tuple[list[Any], list[Any]]:
        if not forward or not isinstance(forward[0], tuple):
            return forward, reverse
        scale = [max(1.0, float(sum(np.sum(np.abs(d * g)) for d, g in zip(direction, reverse, strict=True))))
                 for direction, _ in forward]
        dots = [_dot(direction, reverse) / s for (direction, _), s in zip(forward, scale, strict=True)]
        return [np.array([change / s for (_, change), s in zip(forward, scale, strict=True)])], [np.array(dots)]

    # ------------------------------------------------------------------------------------------------------ higher order
    def _second_order(self) -> None:
        """Along one random direction: the change of the gradient is the gradient of its component in that direction."""
        fun, args = self._one_number()
        gradient = public("grad")(fun, tuple(k for k, arg in enumerate(args) if leaves(arg)))
        direction = [self._like(leaf) for leaf in self.leaves]

        def component(*moved: Any) -> float:
            return _dot(direction, leaves(gradient(*with_leaves(args, iter(moved)))))

        product = public("hvp")(fun, args, rebuilt(args, iter(direction)))
        differences = _Differences(component, self.leaves, self.eps, "gradients")
        self._compare("the Hessian times a vector", leaves(product), differences)

    def _third_order(self) -> None:
        """Along two random directions: the change of the Hessian's product with the first one in the second."""
        positions = tuple(k for k, arg in enumerate(self.args) if leaves(arg))
        if len(positions) != len(self.leaves) or any(_is_container(self.args[k]) for k in positions):
            raise ValueError("check_grads: order=3 is for arguments that are numbers or arrays")
        fun, args = self._one_number()
        first, second = (tuple(map(self._like, self.leaves)) for _ in range(2))
        slope = _slope(fun, first, positions) if fun is self.fun else _slope_of_tuple(fun, rebuilt(self.args, iter(first)))

        def component(*moved: Any) -> float:
            given = with_leaves(args, iter(moved))
            return _dot(second, leaves(public("hvp")(fun, given, rebuilt(args, iter(first)))))

        product = public("hvp")(slope, args, rebuilt(args, iter(second)))
        self._compare("the third derivative times two vectors", leaves(product),
                      _Differences(component, self.leaves, self.eps, "Hessians"))

    def _one_number(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """The function, or the weighted sum of the array that it returns; and its arguments."""
        if len(self.weights) != 1 or _is_container(self.expected):
            raise ValueError("check_grads: order=2 and 3 are for functions that return one number or array")
        if not np.shape(self.expected):
            return self.fun, self.args
        fun, weights = self.fun, self.weights[0]

        def weighted(args: Any) -> Any:
            return np.sum(weights * fun(*args))

        return weighted, (self.args,)

    # --------------------------------------------------------------------------------------------------------- comparing
    def _compare(self, what: str, found: Sequence[Any], differences: _Differences) -> None:
        if isinstance(found[0], tuple):
            self._compare_along(what, list(found), differences)
            return
        for k, (place, one) in enumerate(zip(self.places, found, strict=True)):
            if np.shape(one) != np.shape(self.leaves[k]):
                raise AssertionError(f"{place}: {what} has shape {np.shape(one)}, the argument {np.shape(self.leaves[k])}")
            expected = differences.of(k)[0]
            off = np.array(~np.isclose(one, expected, rtol=self.rtol, atol=self.atol, equal_nan=True))
            for index in map(tuple, np.argwhere(off)):
                off[index] = not differences.excuse(k, index, float(np.asarray(one)[index]), self.atol, self.rtol)
            if off.any():
                message = _worst(place, what, one, expected, f"{differences.name} give", off)
                raise AssertionError(message + differences.remainder(found, self.rng))

    def _compare_along(self, what: str, found: list[tuple[list[Any], float]], differences: _Differences) -> None:
        """The derivatives along random directions."""
        expected, errors = zip(*map(differences.of, range(len(self.leaves))), strict=True)
        (one,), (other,) = self._shown(found, list(expected))
        slack = 10 * sum(float(np.sum(error)) for error in errors)
        off = ~np.isclose(one, other, rtol=self.rtol, atol=self.atol + slack, equal_nan=True)
        if off.any():
            raise AssertionError(_worst("along random directions", what, one, other, f"{differences.name} give", off))


def _slope(fun: Callable[..., Any], directions: tuple[Any, ...], positions: tuple[int, ...]) -> Callable[..., Any]:
    """The derivative of ``fun`` along directions of the arguments at these positions; it can be differentiated."""
    gradient = public("grad")(fun, positions)

    def slope(*args: Any) -> Any:
        total = 0.0
        for direction, bar in zip(directions, gradient(*args), strict=True):
            total = total + np.sum(direction * bar)
        return total

    return slope


def _slope_of_tuple(fun: Callable[..., Any], directions: tuple[Any, ...]) -> Callable[..., Any]:
    """The same of a function that takes its arguments as one tuple; None for those that are not differentiable."""
    gradient = public("grad")(fun)

    def slope(args: Any) -> Any:
        total = 0.0
        for direction, bar in zip(directions, gradient(args), strict=True):
            if direction is not None:
                total = total + np.sum(direction * bar)
        return total

    return slope


class _Differences:
    """The derivative of a function by each of its arguments from differences, computed when it is asked for."""

    def __init__(self, function: Callable[..., Any], args: list[Any], eps: float | None, of: str = "") -> None:
        self.function, self.args, self.eps = function, args, eps
        self.name = f"differences of {of}" if of else "finite differences"
        self.found: dict[int, tuple[Any, Any]] = {}

    def of(self, k: int) -> tuple[Any, Any]:
        """The derivative by the ``k``-th argument, and how far it can be trusted."""
        if k not in self.found:
            self.found[k] = difference_and_error(self.function, self.args, k, eps=self.eps)
        return self.found[k]

    def excuse(self, k: int, index: tuple[int, ...], found: float, atol: float, rtol: float) -> bool:
        """Whether a number that is not that of the differences may be right nevertheless: these are unsure, or it is a kink."""
        expected, error = (float(np.asarray(part)[index]) for part in self.of(k))
        if np.isfinite(found) and abs(found - expected) <= 10 * error + atol + rtol * abs(expected):
            try:
                exact = complex_step(self.function, self.args, k, index)
            except Exception:  # not every function takes complex numbers
                return True
            analytic = abs(exact - expected) <= 10 * error + atol
            return not analytic or abs(found - exact) <= atol + rtol * abs(exact)
        return self._is_at_kink(k, index, found, expected, atol, rtol)

    def _is_at_kink(self, k: int, index: tuple[int, ...], found: float, expected: float, atol: float, rtol: float) -> bool:
        """Whether there is a kink within the stencil, and the number fits what is seen from close by.

        At the kink itself the slopes on its two sides differ however near one looks: every number between them is right.
        """
        scale = max(1.0, abs(float(np.asarray(self.args[k])[index])))
        left, right = one_sided(self.function, self.args, k, index, [scale * h for h in (1e-5, 1e-6, 1e-7, 1e-8)])
        gaps = np.abs(right - left)[:3]
        if gaps.min() > 0.5 * gaps.max() > atol + rtol * max(np.abs(left).max(), np.abs(right).max()):
            slack = atol + 1e-3 * gaps.max()
            return bool(min(left[2], right[2]) - slack <= found <= max(left[2], right[2]) + slack)
        near = (left[2:] + right[2:]) / 2
        noise = abs(near[1] - near[0]) + 1e-7 * max(1.0, abs(near[0]))
        return bool(abs(near[0] - expected) > 100 * noise and abs(found - near[0]) <= 10 * noise + atol + rtol * abs(found))

    def remainder(self, found: Sequence[Any], rng: np.random.Generator) -> str:
        """How the Taylor remainder along a random direction falls with the derivative that was found."""
        direction = [rng.normal(size=np.shape(x)) for x in self.args]

        def line(h: float) -> float:
            moved = [x + h * d if isinstance(x, np.ndarray) else type(x)(x + h * d)
                     for x, d in zip(self.args, direction, strict=True)]
            return float(self.function(*moved))

        power = taylor_order(taylor_remainders(line, _dot(direction, found), steps=(1e-4, 5e-5, 2.5e-5, 1.25e-5)))
        return f"; the Taylor remainder falls like h**{power:.1f}, not h**2" if power < 1.5 else ""


_NAMES = {"rev": "the gradient", "fwd": "the derivative by forward mode"}


def _dot(direction: Sequence[Any], found: Sequence[Any]) -> float:
    return float(sum(np.sum(d * np.asarray(g, float)) for d, g in zip(direction, found, strict=True)))


def _worst(place: str, what: str, found: Any, expected: Any, otherwise: str, off: Any) -> str:
    """The element that is off most, and how many are off."""
    worst = np.unravel_index(np.argmax(np.where(off, np.abs(np.subtract(found, expected)), -1.0)), np.shape(found))
    where = place + (f", element {[int(i) for i in worst]}" if worst else "")
    return (f"{where}: {what} is {np.asarray(found)[worst]!s}, {otherwise} {np.asarray(expected)[worst]!s} "
            f"({int(np.sum(off))} of {np.size(found)} elements differ)")


def _type(x: Any) -> str:
    return str(getattr(x, "dtype", type(x).__name__))


def _is_container(x: Any) -> bool:
    return isinstance(x, tuple | list | dict) or fields_of(x) is not None


def _changed(before: Any, after: Any, place: str) -> str | None:
    """Where two trees of arguments differ; None where they do not."""
    if isinstance(before, dict | tuple | list):
        if type(before) is not type(after) or len(before) != len(after):
            return place
        pairs = before.items() if isinstance(before, dict) else enumerate(before)
        parts = ((key, part) for key, part in pairs)
        return next((found for key, part in parts if (found := _changed(
            part, after.get(key) if isinstance(after, dict) else after[key],
            f"{place}[{key!r}]" if place else str(key))) is not None), None)
    if fields_of(before) is not None:
        if type(before) is not type(after):
            return place
        held = ((name, getattr(before, name), getattr(after, name)) for name in fields_of(before) or ())
        return next((found for name, old, new in held if (found := _changed(old, new, f"{place}.{name}")) is not None), None)
    if isinstance(before, np.ndarray | float | int | complex | np.generic):
        return None if np.array_equal(before, after, equal_nan=np.asarray(before).dtype.kind in "fc") else place
    return None


def is_differentiable(x: Any) -> bool:
    """Whether an argument is a float or an array of floats."""
    return isinstance(x, float | np.floating) or (isinstance(x, np.ndarray) and x.dtype.kind == "f")


def changed_argument(before: Sequence[Any], after: Sequence[Any]) -> int | None:
    """The position of the first argument that is not what it was, or None."""
    for i, (a, b) in enumerate(zip(before, after, strict=True)):
        if isinstance(a, np.ndarray) and not (a.shape == b.shape and np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")):
            return i
        if _is_container(a) and _changed(a, b, f"argument {i}") is not None:
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
