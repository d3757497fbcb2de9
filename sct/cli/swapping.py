"""Makes copies of a user's function in which ``np`` and ``math``, and helpers of the user's own, are a tracing tool's.

A shim stands for ``np`` or ``math``: it goes to the tool where an argument is the tool's, and to the original otherwise.
"""

from __future__ import annotations

import builtins
import math
import sys
from collections.abc import Callable, Collection
from types import CellType, FunctionType, ModuleType
from typing import Any

import numpy as np

Wrap = Callable[[Any], Any]
"""A decorator."""
Swap = Callable[[Any], Any]
"""Gives the engine's counterpart of a module or function that the user's code names."""


def swapping(numpy: Any, mathematics: Any) -> Swap:
    """``np``, ``math`` and functions imported from them by name become those of the engine."""
    def counterpart(value: Any) -> Any:
        if value is np:
            return numpy
        if value is math:
            return mathematics
        name = getattr(value, "__name__", "")
        if getattr(math, name, None) is value:
            return getattr(mathematics, name)
        if callable(value) and not isinstance(value, type) and getattr(np, name, None) is value:
            return getattr(numpy, name)
        return value
    return counterpart


def copy_with(fun: Callable[..., Any], swap: Swap, wrap: Wrap | None = None) -> Callable[..., Any]:
    """A copy of a function in which globals, closure cells and the user's own helpers went through ``swap``.

    Each copied function, helpers included, is decorated with ``wrap``.

    >>> import cmath
    >>> copy_with(lambda x: math.sqrt(x), swapping(np, cmath))(-4.0)
    2j
    """
    copied: Callable[..., Any] = _copy(fun, swap, wrap or (lambda made: made), {})
    return copied


def _copy(value: Any, swap: Swap, wrap: Wrap, done: dict[int, Any]) -> Any:
    if not isinstance(value, FunctionType) or _is_library(value):
        return swap(value)
    if id(value) in done:
        return done[id(value)]
    names: dict[str, Any] = {"__builtins__": getattr(value, "__builtins__", builtins)}
    cells = tuple(CellType() for _ in value.__closure__ or ())
    made = FunctionType(value.__code__, names, value.__name__, value.__defaults__, cells)
    made.__kwdefaults__ = value.__kwdefaults__
    decorated = done[id(value)] = wrap(made)
    for name, content in value.__globals__.items():
        if name in _names_used(value.__code__):
            names[name] = _copy(content, swap, wrap, done)
    for cell, original in zip(cells, value.__closure__ or (), strict=True):
        cell.cell_contents = _copy(original.cell_contents, swap, wrap, done)
    return decorated


def _is_library(function: FunctionType) -> bool:
    package = (function.__module__ or "").split(".")[0]
    return package == "numpy" or package in sys.stdlib_module_names - {"__main__"}


def _names_used(code: Any) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if hasattr(constant, "co_names"):
            names |= _names_used(constant)
    return names


# --- the engines' versions of np and math ----------------------------------------------------------------------------

MATH_TO_NUMPY = {"fabs": "abs", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2", "pow": "power",
                  "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh"}
_TO_TORCH = {**MATH_TO_NUMPY, "pow": "pow", "power": "pow", "concatenate": "cat", "outer": "outer", "array": "as_tensor",
             "asarray": "as_tensor", "absolute": "abs", "copy": "clone", "clip": "clamp"}


class Shim:
    """Stands for ``np`` or ``math``: a function goes to the engine when an argument is the engine's, else to the original.

    Functions that are ``always`` the engine's make what cannot be mixed with its arrays otherwise.
    """

    def __init__(self, find: Callable[[str], Any], original: ModuleType, always: Collection[str] = ()) -> None:
        self._find, self._original, self._always, self._made = find, original, always, dict[str, Any]()

    def __getattr__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _make(self, name: str) -> Any:
        if name in self._always:
            return self._find(name)
        plain = getattr(self._original, name)
        if not callable(plain) or isinstance(plain, type):
            return plain

        def either(*args: Any, **kwargs: Any) -> Any:
            if any(_is_plain(a) for a in args) and all(_is_plain(a) for a in args):
                return plain(*args, **kwargs)
            return self._find(name)(*args, **kwargs)

        return either


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(_is_plain(item) for item in value)
    return isinstance(value, int | float | np.ndarray | np.generic | str) or value is None


def tensor(torch: Any, value: Any, active: bool) -> Any:
    """Numbers and float arrays as tensors where that matters: leaves if active, constants otherwise."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return torch.tensor(value, requires_grad=active)
    return torch.tensor(value, dtype=torch.float64, requires_grad=True) if active else value


def torch_function(torch: Any) -> Callable[[str], Any]:
    """How ``np.name`` or ``math.name`` is spelled in torch, with plain numbers among the arguments made tensors."""
    def find(name: str) -> Any:
        function = getattr(torch, _TO_TORCH.get(name, name))

        def call(*args: Any, **kwargs: Any) -> Any:
            if name in ("array", "asarray") and isinstance(args[0], list | tuple):
                return torch.stack([torch.as_tensor(item, dtype=torch.float64) for item in args[0]])
            if name in ("zeros", "ones"):
                return function(*args, dtype=torch.float64)
            if name in ("max", "min") and "axis" in kwargs:
                return getattr(torch, f"a{name}")(*args, **kwargs)
            if name in ("maximum", "minimum", "where", "arctan2", "atan2", "hypot"):
                args = tuple(torch.as_tensor(a, dtype=torch.float64) if isinstance(a, float | int) else a for a in args)
            return function(*args, **kwargs)

        return call
    return find
