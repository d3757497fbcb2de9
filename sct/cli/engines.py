"""Runs one function under several differentiation tools: each engine takes it as written and gives a call for its gradients.

Tracing tools need their own ``np`` and ``math``; a copy of the function, and of the user's functions it calls, gets those.
"""

from __future__ import annotations

import builtins
import functools
import importlib
import math
import sys
from collections.abc import Callable
from types import CellType, FunctionType, ModuleType
from typing import Any

import numpy as np

from ..api import grad

Gradient = Callable[[], tuple[Any, ...]]
"""Computes the gradients by all requested arguments."""
Engine = Callable[[Callable[..., Any], tuple[int, ...], tuple[Any, ...]], Gradient]
"""(function, argnums, arguments) -> gradient."""
Swap = Callable[[Any], Any]
"""Gives the engine's counterpart of a module or function that the user's code names."""


class EngineUnavailable(Exception):
    """The tool is not installed, or cannot run this function; the text says which."""


def sct_engine(fun: Callable[..., Any], argnums: tuple[int, ...], args: tuple[Any, ...]) -> Gradient:
    """The generated adjoint, called as users call it."""
    return functools.partial(grad(fun, argnums), *args)


def autograd_engine(fun: Callable[..., Any], argnums: tuple[int, ...], args: tuple[Any, ...]) -> Gradient:
    """HIPS autograd on a copy of the function that sees ``autograd.numpy``."""
    autograd, numpy = _import("autograd"), _import("autograd.numpy")
    shim = _Shim(lambda name: getattr(numpy, _MATH_TO_NUMPY.get(name, name)), math)
    gradient = autograd.grad(copy_with(fun, _swap(numpy, shim)), argnums)
    return _guarded(lambda: tuple(gradient(*args)))


def torch_engine(fun: Callable[..., Any], argnums: tuple[int, ...], args: tuple[Any, ...]) -> Gradient:
    """PyTorch, eager, one thread, on a copy of the function whose ``np`` and ``math`` accept tensors."""
    torch = _import("torch")
    torch.set_num_threads(1)
    numpy, mathematics = _Shim(_torch_function(torch), np), _Shim(_torch_function(torch), math)
    copied = copy_with(fun, _swap(numpy, mathematics))

    def gradient() -> tuple[Any, ...]:
        leaves = [_tensor(torch, value, i in argnums) for i, value in enumerate(args)]
        copied(*leaves).backward()
        return tuple(np.zeros(leaves[i].shape) if leaves[i].grad is None else leaves[i].grad.numpy() for i in argnums)

    return _guarded(gradient)


ENGINES: dict[str, Engine] = {"sct": sct_engine, "HIPS autograd": autograd_engine, "PyTorch eager": torch_engine}


def _import(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise EngineUnavailable(f"{name.split('.')[0]} is not installed") from None


def _guarded(gradient: Gradient) -> Gradient:
    """The first call tells whether the tool can run the function; any failure of its own means that it cannot."""
    try:
        gradient()
    except Exception as failure:
        reason = str(failure).splitlines() or [""]
        raise EngineUnavailable(f"cannot run it ({type(failure).__name__}: {reason[0][:100]})") from None
    return gradient


# --- copies of the user's function -----------------------------------------------------------------------------------


def _swap(numpy: Any, mathematics: Any) -> Swap:
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


def copy_with(fun: Callable[..., Any], swap: Swap) -> Callable[..., Any]:
    """A copy of a function in which globals, closure cells and the user's own helpers went through ``swap``.

    >>> import cmath
    >>> copy_with(lambda x: math.sqrt(x), _swap(np, cmath))(-4.0)
    2j
    """
    copied: Callable[..., Any] = _copy(fun, swap, {})
    return copied


def _copy(value: Any, swap: Swap, done: dict[int, Any]) -> Any:
    if not isinstance(value, FunctionType) or _is_library(value):
        return swap(value)
    if id(value) in done:
        return done[id(value)]
    names: dict[str, Any] = {"__builtins__": getattr(value, "__builtins__", builtins)}
    cells = tuple(CellType() for _ in value.__closure__ or ())
    made = done[id(value)] = FunctionType(value.__code__, names, value.__name__, value.__defaults__, cells)
    made.__kwdefaults__ = value.__kwdefaults__
    for name, content in value.__globals__.items():
        if name in _names_used(value.__code__):
            names[name] = _copy(content, swap, done)
    for cell, original in zip(cells, value.__closure__ or (), strict=True):
        cell.cell_contents = _copy(original.cell_contents, swap, done)
    return made


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

_MATH_TO_NUMPY = {"fabs": "abs", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2", "pow": "power",
                  "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh"}
_TO_TORCH = {**_MATH_TO_NUMPY, "pow": "pow", "power": "pow", "concatenate": "cat", "outer": "outer", "array": "as_tensor",
             "asarray": "as_tensor", "absolute": "abs", "copy": "clone", "clip": "clamp"}


class _Shim:
    """Stands for ``np`` or ``math``: a function goes to the engine when an argument is the engine's, else to the original."""

    def __init__(self, find: Callable[[str], Any], original: ModuleType) -> None:
        self._find, self._original, self._made = find, original, dict[str, Any]()

    def __getattr__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _make(self, name: str) -> Any:
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


def _tensor(torch: Any, value: Any, active: bool) -> Any:
    """Numbers and float arrays as tensors where that matters: leaves if active, constants otherwise."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return torch.tensor(value, requires_grad=active)
    return torch.tensor(value, dtype=torch.float64, requires_grad=True) if active else value


def _torch_function(torch: Any) -> Callable[[str], Any]:
    """How ``np.name`` or ``math.name`` is spelled in torch, with plain numbers among the arguments made tensors."""
    def find(name: str) -> Any:
        function = getattr(torch, _TO_TORCH.get(name, name))

        def call(*args: Any, **kwargs: Any) -> Any:
            if name in ("array", "asarray") and isinstance(args[0], list | tuple):
                return torch.stack([torch.as_tensor(item, dtype=torch.float64) for item in args[0]])
            if name in ("maximum", "minimum", "where", "arctan2", "atan2", "hypot"):
                args = tuple(torch.as_tensor(a, dtype=torch.float64) if isinstance(a, float | int) else a for a in args)
            return function(*args, **kwargs)

        return call
    return find
