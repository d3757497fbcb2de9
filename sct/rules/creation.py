"""Rules of the functions that make arrays: ``linspace``, ``full`` and ``arange`` carry derivatives, ``zeros`` does not."""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from ..runtime.helpers import unbroadcast
from . import shapes
from .indexing import like, normal_axis, total
from .notation import linear, vjp, zero


def ramp(num, endpoint):
    """The weights of ``stop`` in ``linspace``."""
    return np.linspace(0.0, 1.0, num) if endpoint is True else np.linspace(0.0, 1.0, num, endpoint=endpoint)


def weighted(w, v, axis):
    """The sum of ``v`` along ``axis`` with weights ``w``."""
    v = np.moveaxis(v, axis, 0) if normal_axis(axis, v.ndim) > 0 else v
    return w @ v if v.ndim <= 2 else np.tensordot(w, v, 1)


@vjp(np.linspace, infer=shapes.linspace)
def linspace_vjp(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, *, z, z_bar):
    """``z = (1 - t) * start + t * stop`` with ``t`` from 0 to 1; the step is ``(stop - start) / count``."""
    samples_bar, step_bar = z_bar if retstep else (z_bar, None)
    from_start = from_stop = None
    if samples_bar is not None:
        t = ramp(num, endpoint)
        from_start, from_stop = weighted(1.0 - t, samples_bar, axis), weighted(t, samples_bar, axis)
    if step_bar is not None:
        count = num - 1 if endpoint else num
        each_bar = step_bar / count if count > 0 else 0.0 * step_bar
        from_start = -each_bar if from_start is None else from_start - each_bar
        from_stop = each_bar if from_stop is None else from_stop + each_bar
    start_bar = unbroadcast(from_start, start)
    stop_bar = unbroadcast(from_stop, stop)


@vjp(np.logspace)
def logspace_vjp(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0, *, z, z_bar):
    """``base ** e`` for evenly spaced exponents ``e``: by ``base`` its slope is ``e * z / base``."""
    t = ramp(num, endpoint)
    roots = base if np.ndim(base) == 0 else beside_samples(base, np.ndim(z), axis)
    exponent_bar = z_bar * z * np.log(roots)
    start_bar = unbroadcast(weighted(1.0 - t, exponent_bar, axis), start)
    stop_bar = unbroadcast(weighted(t, exponent_bar, axis), stop)
    exponents = np.linspace(start, stop, num, endpoint=endpoint, axis=axis)
    powers_bar = np.sum(z_bar * z * spread_out(exponents, np.ndim(z), axis), axis=axis)
    base_bar = unbroadcast(powers_bar, base) / base


def beside_samples(base, ndim, axis):
    """Several bases with the axis of the samples."""
    return np.expand_dims(np.reshape(base, (1,) * (ndim - 1 - base.ndim) + base.shape), axis)


def spread_out(exponents, ndim, axis):
    """The exponents, with the axis of the samples where several bases have it."""
    if np.ndim(exponents) == ndim:
        return exponents
    first = np.moveaxis(exponents, axis, 0)
    return np.moveaxis(np.reshape(first, (first.shape[0],) + (1,) * (ndim - first.ndim) + first.shape[1:]), 0, axis)


@vjp(np.geomspace)
def geomspace_vjp(start, stop, num=50, endpoint=True, dtype=None, axis=0, *, z, z_bar):
    """The logarithms are evenly spaced: ``dz / z = (1 - t) * dstart / start + t * dstop / stop``."""
    t = ramp(num, endpoint)
    log_bar = z_bar * z
    start_bar = unbroadcast(weighted(1.0 - t, log_bar, axis) / start, start)
    stop_bar = unbroadcast(weighted(t, log_bar, axis) / stop, stop)


@vjp(np.full, infer=shapes.full)
def full_vjp(shape, fill_value, dtype=None, order="C", *, z, z_bar):
    fill_value_bar = filled_back(z_bar, fill_value)


def filled_back(z_bar, value):
    """The cotangent of what fills an array; dimensions of length 1 in front of it are ignored by NumPy."""
    extra = np.ndim(value) - np.ndim(z_bar)
    return like(unbroadcast(z_bar, value[(0,) * extra]), value) if extra > 0 else unbroadcast(z_bar, value)


@vjp(np.full_like, infer=shapes.full_like)
def full_like_vjp(a, fill_value, dtype=None, order="K", subok=True, shape=None, *, z, z_bar):
    a_bar = np.zeros_like(a)
    fill_value_bar = filled_back(z_bar, fill_value)


@vjp(np.arange, infer=shapes.arange)
def arange_vjp(start_or_stop, stop=None, step=1, *, dtype=None, z, z_bar):
    """The number of elements is piecewise constant: the bound at the end has derivative 0."""
    start_or_stop_bar = 0.0 if stop is None else total(z_bar)
    stop_bar = 0.0
    step_bar = np.arange(len(z)) @ z_bar


zero(np.zeros, np.ones, np.empty, effect="fresh", infer=shapes.filled)
zero(np.zeros_like, np.ones_like, np.empty_like, effect="fresh", infer=shapes.filled_like)
zero(np.eye, np.tri, effect="fresh", infer=shapes.eye)
zero(np.identity, effect="fresh", infer=shapes.identity)

linear(np.linspace, "start", "stop")
linear(np.full, "fill_value")
linear(np.full_like, "fill_value")
