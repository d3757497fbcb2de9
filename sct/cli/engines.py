"""Runs one function under several differentiation tools: each engine takes it as written and gives a call for its gradients.

Tracing tools need their own ``np`` and ``math``; a copy of the function, and of the user's functions it calls, gets those.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import math
import os
import time
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from ..api import grad
from .swapping import MATH_TO_NUMPY, Shim, copy_with, swapping, tensor, torch_function

Gradient = Callable[[], tuple[Any, ...]]
"""Computes the gradients by all requested arguments."""
Engine = Callable[[Callable[..., Any], tuple[int, ...], tuple[Any, ...]], Gradient]
"""(function, argnums, arguments) -> gradient."""

TRACEABLE = 0.5
"""Seconds of an eager run above which a function is not traced to be compiled: its loops would be unrolled for minutes."""


class EngineUnavailable(Exception):
    """The tool is not installed, or cannot run this function; the text says which."""


def sct_engine(fun: Callable[..., Any], argnums: tuple[int, ...], args: tuple[Any, ...]) -> Gradient:
    """The generated adjoint, called as users call it."""
    return functools.partial(grad(fun, argnums), *args)


def native_engine(fun: Callable[..., Any], argnums: tuple[int, ...], args: tuple[Any, ...]) -> Gradient:
    """The same adjoint, compiled by Numba."""
    _import("numba")
    return _guarded(functools.partial(grad(fun, argnums, backend="numba"), *args))


def autograd_engine(fun: Callable[..., Any], argnums: tuple[int, ...], args: tuple[Any, ...]) -> Gradient:
    """HIPS autograd on a copy of the function that sees ``autograd.numpy``."""
    autograd, numpy = _import("autograd"), _import("autograd.numpy")
    shim = Shim(lambda name: getattr(numpy, MATH_TO_NUMPY.get(name, name)), math)
    gradient = autograd.grad(copy_with(fun, swapping(numpy, shim)), argnums)
    return _guarded(lambda: tuple(gradient(*args)))


def torch_engine(fun: Callable[..., Any], argnums: tuple[int, ...], args: tuple[Any, ...]) -> Gradient:
    """PyTorch, eager, one thread, on a copy of the function whose ``np`` and ``math`` accept tensors."""
    torch = _import("torch")
    torch.set_num_threads(1)
    numpy = Shim(torch_function(torch), np, always=("zeros", "ones"))
    mathematics = Shim(torch_function(torch), math)
    copied = copy_with(fun, swapping(numpy, mathematics))

    def gradient() -> tuple[Any, ...]:
        leaves = [tensor(torch, value, i in argnums) for i, value in enumerate(args)]
        copied(*leaves).backward()
        return tuple(np.zeros(leaves[i].shape) if leaves[i].grad is None else leaves[i].grad.numpy() for i in argnums)

    return _guarded(gradient)


def jax_engine(fun: Callable[..., Any], argnums: tuple[int, ...], args: tuple[Any, ...]) -> Gradient:
    """JAX, one operation after the other, on a copy of the function that sees ``jax.numpy``."""
    jax = prepared_jax()
    gradient = jax.grad(_for_jax(fun), argnums)
    return _guarded(lambda: tuple(map(np.asarray, gradient(*args))))


def jitted_jax_engine(fun: Callable[..., Any], argnums: tuple[int, ...], args: tuple[Any, ...]) -> Gradient:
    """JAX, traced and compiled; only what runs eagerly in a bearable time, because tracing unrolls the loops of Python."""
    eager = jax_engine(fun, argnums, args)
    start = time.process_time()
    eager()
    if (seconds := time.process_time() - start) > TRACEABLE:
        raise EngineUnavailable(f"would unroll the loops ({seconds:.1f} s without compiling)")
    return compiled_by_jax(_for_jax(fun), argnums, args)


def compiled_by_jax(fun: Callable[..., Any], argnums: tuple[int, ...], args: tuple[Any, ...]) -> Gradient:
    """The gradient of a function written for JAX, compiled; integers are known when it is."""
    jax = prepared_jax()
    fixed = tuple(k for k, a in enumerate(args) if isinstance(a, int | str))
    gradient = jax.jit(jax.grad(fun, argnums), static_argnums=fixed)
    return _guarded(lambda: tuple(map(np.asarray, gradient(*args))))


def tangent_engine(fun: Callable[..., Any], argnums: tuple[int, ...], args: tuple[Any, ...]) -> Gradient:
    """tangent-ad, which transforms source as we do, on a copy of the function that sees NumPy for ``math``."""
    tangent = _import("tangent")
    copied = copy_with(fun, swapping(np, _numpy_for_math()))
    made: list[Callable[..., Any]] = []

    def gradient() -> tuple[Any, ...]:
        if not made:  # it may fail here already, and its first call prints advice
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                made.append(tangent.grad(copied, wrt=argnums, verbose=0))
                made[0](*args)
        return _as_tuple(made[0](*args))

    return _guarded(gradient)


ENGINES: dict[str, Engine] = {"sct": sct_engine, "sct, Numba": native_engine, "HIPS autograd": autograd_engine,
                              "PyTorch eager": torch_engine, "JAX eager": jax_engine, "JAX jitted": jitted_jax_engine,
                              "tangent-ad": tangent_engine}


def compiled_by_numba(fun: Callable[..., Any]) -> Callable[..., Any]:
    """The function itself under Numba, with the user's functions that it calls."""
    numba = _import("numba")
    compiled: Callable[..., Any] = copy_with(fun, lambda value: value, numba.njit)
    return compiled


def prepared_jax() -> Any:
    """JAX on one thread of the CPU, with numbers of 64 bits."""
    for name, setting in (("JAX_PLATFORMS", "cpu"), ("XLA_FLAGS", _XLA_FLAGS)):
        os.environ.setdefault(name, setting)
    jax = _import("jax")
    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_cpu_enable_async_dispatch", False)  # another thread would be waited for
    return jax


_XLA_FLAGS = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"


def _for_jax(fun: Callable[..., Any]) -> Callable[..., Any]:
    numpy = _import("jax.numpy")
    either = Shim(lambda name: getattr(numpy, MATH_TO_NUMPY.get(name, name)), np)
    mathematics = Shim(lambda name: getattr(numpy, MATH_TO_NUMPY.get(name, name)), math)
    return copy_with(fun, swapping(either, mathematics))


def _numpy_for_math() -> Any:
    named = {name: getattr(np, MATH_TO_NUMPY.get(name, name), getattr(math, name)) for name in dir(math)}
    return types.SimpleNamespace(**named)


def _as_tuple(gradients: Any) -> tuple[Any, ...]:
    return gradients if isinstance(gradients, tuple) else (gradients,)


_PACKAGES = {"tangent": "tangent-ad"}


def _import(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise EngineUnavailable(f"{_PACKAGES.get(name, name.split('.')[0])} is not installed") from None


def _guarded(gradient: Gradient) -> Gradient:
    """The first call tells whether the tool can run the function; any failure of its own means that it cannot."""
    try:
        gradient()
    except Exception as failure:
        reason = str(failure).strip("= \n").splitlines() or [""]
        raise EngineUnavailable(f"cannot run it ({type(failure).__name__}: {reason[0][:100]})") from None
    return gradient
