"""Integrals of derivatives of a function that was given to a solver: computed at run time, by gradients of the function."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

import numpy as np


@functools.lru_cache(maxsize=256)
def derivative_of(func: Callable[..., Any], ks: tuple[int, ...]) -> Callable[..., Any]:
    """The derivative of ``func`` by its arguments at the positions ``ks``, one after the other, compiled once."""
    sct = importlib.import_module("sct")
    for k in ks:
        func = sct.grad(func, k)
    return func


@functools.lru_cache(maxsize=256)
def jacobian_of(func: Callable[..., Any], k: int) -> Callable[..., Any]:
    """The Jacobian of ``func`` by its ``k``-th argument, compiled once."""
    found: Callable[..., Any] = importlib.import_module("sct").jacfwd(func, k)
    return found


def slope_at(func: Callable[..., Any], ks: tuple[int, ...], x: Any, args: tuple[Any, ...]) -> Any:
    """The derivative of ``func(x, *args)`` by the arguments at the positions ``ks``, numbers.

    >>> import math
    >>> slope_at(math.sin, (), 0.0, ())
    0.0
    """
    return derivative_of(func, ks)(x, *args)


def integral_of_slope(func: Callable[..., Any], ks: tuple[int, ...], a: Any, b: Any, args: tuple[Any, ...], epsabs: Any,
                      epsrel: Any, limit: Any, points: Any) -> Any:
    """``scipy.integrate.quad`` of this derivative; where the first argument in ``ks`` is an array, each element of it."""
    integrate = importlib.import_module("scipy.integrate")
    slope = derivative_of(func, ks)
    if np.ndim(args[ks[0] - 1]) == 0:
        return integrate.quad(slope, a, b, args, epsabs=epsabs, epsrel=epsrel, limit=limit, points=points)[0]
    return integrate.quad_vec(lambda x: slope(x, *args), a, b, epsabs, epsrel, limit=limit, points=points)[0]


def sensitivities(func: Callable[..., Any], y0: Any, t: Any, args: tuple[Any, ...], tfirst: bool, rtol: Any, atol: Any,
                  mxstep: Any) -> tuple[Any, ...]:
    """The derivatives of ``scipy.integrate.odeint`` by the start and by each of ``args``, whose axes are the last ones.

    They solve the equations of variation ``dS/dt = df/dy S + df/dp`` beside the equation itself (Hairer, Norsett and Wanner,
    Solving Ordinary Differential Equations I, 1993, section I.14), with the same solver and tolerances.
    """
    integrate = importlib.import_module("scipy.integrate")
    start = np.asarray(y0, float)
    smooth = [k for k, p in enumerate(args) if np.asarray(p).dtype.kind == "f"]
    rates = [jacobian_of(func, 2 + k) for k in smooth]
    along = jacobian_of(func, 1 if tfirst else 0)
    size = start.size
    width = size + sum(np.size(args[k]) for k in smooth)

    def moving(whole: Any, time: float) -> Any:
        y, moved = whole[:size].copy(), whole[size:].reshape(size, width)
        given = (time, y, *args) if tfirst else (y, time, *args)
        change = np.asarray(along(*given)) @ moved
        if rates:
            change[:, size:] += np.concatenate([np.reshape(rate(*given), (size, -1)) for rate in rates], axis=1)
        return np.concatenate([np.asarray(func(*given)), change.ravel()])

    whole = np.concatenate([start, np.eye(size, width).ravel()])
    found = integrate.odeint(moving, whole, t, rtol=rtol, atol=atol, mxstep=mxstep)[:, size:].reshape(-1, size, width)
    ends = np.cumsum([size, *(np.size(args[k]) for k in smooth)])
    by_args = [np.zeros((len(t), size, *np.shape(p))) for p in args]
    for k, columns in zip(smooth, np.split(found[:, :, size:], ends[:-1] - size, axis=2)[1:], strict=True):
        by_args[k] = columns.reshape(by_args[k].shape)
    return (found[:, :, :size].copy(), *by_args)
