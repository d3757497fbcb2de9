"""Rules of sampled functions: convolutions, interpolation, slopes by differences, unwrapped phases, windows."""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from ..ir.types import ANY, Array, Tuple, Type
from ..runtime.helpers import bessel_i, index_add, quotient_or_zero
from .indexing import backwards, like, slab, static, total
from .linalg import mirrored
from .notation import bilinear, vjp
from .shapes import facts, from_call, inexact, promoted
from .ufuncs import masked

# ------------------------------------------------------------------------------------------------ convolutions


@from_call
def convolved(a, v, mode="full") -> Type:
    return Array(promoted(facts(a)[0], facts(v)[0]), (ANY,))


def padded(v, before, size):
    """``v`` behind as many zeros as ``before`` says, and zeros up to ``size``."""
    return np.concatenate([np.zeros(before), v, np.zeros(size - before - len(v))])


def whole(v, n, m, mode):
    """The result of a convolution of lengths ``n`` and ``m`` with the parts that ``mode`` has left out, as zeros."""
    if mode == "full":
        return v
    less = min(n, m)
    return padded(v, less - 1 if mode == "valid" else (less - 1) // 2, n + m - 1)


@vjp(np.convolve, infer=convolved)
def convolve_vjp(a, v, mode="full", *, z, z_bar):
    """The transpose of a convolution with ``v`` is the correlation with it."""
    whole_bar = whole(z_bar, len(a), len(v), mode)
    a_bar = np.correlate(whole_bar, mirrored(v), "valid")
    v_bar = np.correlate(whole_bar, mirrored(a), "valid")


@from_call
def correlated(a, v, mode="valid") -> Type:
    return Array(promoted(facts(a)[0], facts(v)[0]), (ANY,))


@vjp(np.correlate, infer=correlated)
def correlate_vjp(a, v, mode="valid", *, z, z_bar):
    """A convolution with the other one turned around, whose cotangent is turned back."""
    whole_bar = lags(z_bar, len(a), len(v), mode)
    a_bar = np.correlate(whole_bar, v[::-1], "valid")
    v_bar = mirrored(np.correlate(whole_bar, mirrored(a), "valid")[::-1])


def lags(v, n, m, mode):
    """``whole``, for lags: where the second is longer, NumPy counts them from the other end."""
    if mode == "full":
        return v
    if mode == "valid":
        return padded(v, min(n, m) - 1, n + m - 1)
    return padded(v, (m - 1) // 2 if n >= m else n - 1 - (n - 1) // 2, n + m - 1)


# ----------------------------------------------------------------------------------------------- interpolation


@vjp(np.interp)
def interp_vjp(x, xp, fp, left=None, right=None, period=None, *, z, z_bar):
    """At a knot the slope is that of the segment on its right, at the last one of that on its left.

    With a period the knots go round, and ``left`` and ``right`` are not read; all places move against the whole periods that
    NumPy takes out of them.
    """
    period_bar = left_bar = right_bar = None
    if period is None:
        k, t, slope = segment(x, xp, fp)
        inner_bar = masked(z_bar, (x >= xp[0]) & (x <= xp[-1]))
        value_bar = z_bar
        if left is not None:
            value_bar = masked(value_bar, x >= xp[0])
            left_bar = total(masked(z_bar, x < xp[0]))
        if right is not None:
            value_bar = masked(value_bar, x <= xp[-1])
            right_bar = total(masked(z_bar, x > xp[-1]))
        x_bar = inner_bar * slope
        xp_bar, fp_bar = knots_bars(xp, fp, k, t, x_bar, value_bar)
    else:
        order = np.argsort(np.mod(xp, period))
        last, first = order[-1:], order[:1]
        around = np.concatenate([last, order, first])
        lap = np.concatenate([np.full(1, -1.0), np.zeros(len(order)), np.ones(1)])
        knots = np.mod(xp, period)[around] + lap * period
        k, t, slope = segment(np.mod(x, period), knots, fp[around])
        x_bar = z_bar * slope
        each_bar, values_bar = knots_bars(knots, fp[around], k, t, x_bar, z_bar)
        xp_bar, fp_bar = np.zeros_like(xp), np.zeros_like(fp)
        index_add(xp_bar, around, each_bar)
        index_add(fp_bar, around, values_bar)
        gone = lap - np.floor_divide(xp, period)[around]
        period_bar = np.sum(each_bar * gone) - total(x_bar * np.floor_divide(x, period))


def segment(x, xp, fp):
    """Which segment each place is in, how far, and the slope there; a single knot makes a segment without a width."""
    k = np.clip(np.searchsorted(xp, x, "right") - 1, 0, xp.shape[0] - 2)
    width = xp[k + 1] - xp[k]
    return k, np.clip(quotient_or_zero(x - xp[k], width), 0.0, 1.0), quotient_or_zero(fp[k + 1] - fp[k], width)


def knots_bars(xp, fp, k, t, x_bar, value_bar):
    """The cotangents of the knots and of the values there, from those of the places and of the interpolated values."""
    xp_bar, fp_bar = np.zeros_like(xp), np.zeros_like(fp)
    index_add(xp_bar, k, -x_bar * (1.0 - t))
    index_add(xp_bar, k + 1, -x_bar * t)
    index_add(fp_bar, k, value_bar * (1.0 - t))
    index_add(fp_bar, k + 1, value_bar * t)
    return xp_bar, fp_bar


# --------------------------------------------------------------------------------------------------- differences


@vjp(np.ediff1d)
def ediff1d_vjp(ary, to_end=None, to_begin=None, *, z, z_bar):
    """The transpose of a difference, as of ``np.diff``; what is put at the ends takes back its own elements."""
    first = 0 if to_begin is None else np.size(to_begin)
    steps = np.maximum(np.size(ary) - 1, 0)
    ary_bar = like(-np.diff(z_bar[first : first + steps], prepend=0.0, append=0.0)[: np.size(ary)], ary)
    to_begin_bar = None if to_begin is None else like(z_bar[:first], to_begin)
    to_end_bar = None if to_end is None else like(z_bar[first + steps :], to_end)


@from_call
def slopes(f, *varargs, axis=None, edge_order=1) -> Type:
    kind, dims = facts(f)
    each, count = Array(inexact(kind), dims), len(axes_of(axis, len(dims)))
    return each if count == 1 else Tuple((each,) * count)


@vjp(np.gradient, infer=slopes)
def gradient_vjp(f, *varargs, axis=None, edge_order=1, z, z_bar):
    """Coordinates must be constants; steps need not."""
    axes = axes_of(axis, f.ndim)
    parts = (z,) if len(axes) == 1 else z
    bars = (z_bar,) if len(axes) == 1 else z_bar
    f_bar = None
    steps_bar = ()
    for k in range(len(axes)):
        step = spacing(varargs, k)
        if bars[k] is not None:
            term = slopes_back(bars[k], f, step, axes[k], edge_order)
            f_bar = term if f_bar is None else f_bar + term
            steps_bar = steps_bar + (-np.sum(bars[k] * parts[k]) / step if np.ndim(step) == 0 else 0.0,)
        else:
            steps_bar = steps_bar + (0.0,)
    if all(np.ndim(step) == 0 for step in varargs):
        varargs_bar = steps_bar if len(varargs) == len(axes) else (sum(steps_bar),)


@static
def axes_of(axis, ndim):
    """The axes along which there are slopes, in order."""
    return tuple(range(ndim)) if axis is None else (axis % ndim,) if isinstance(axis, int) else tuple(k % ndim for k in axis)


def spacing(varargs, k):
    """The step, or the coordinates, along the ``k``-th axis."""
    return 1.0 if len(varargs) == 0 else varargs[0] if len(varargs) == 1 else varargs[k]


def across(v, ndim, axis):
    """A vector along ``axis`` of an array."""
    behind = ndim - 1 - axis
    if behind == 0:
        return v
    return np.expand_dims(v, 1 if behind == 1 else tuple(range(1, behind + 1)))


def slopes_back(v, f, step, axis, edge_order):
    """The cotangent of the samples ``f`` of which the slopes along ``axis`` have the cotangent ``v``."""
    f_bar = np.zeros_like(f)
    inner = slab(v, axis, 1, -1)
    if np.ndim(step) == 0:
        left, right, second, second_last = step, step, step, step
        half = inner / (2.0 * step)
        index_add(f_bar, within(axis, None, -2), -half)
        index_add(f_bar, within(axis, 2, None), half)
    else:
        h = np.diff(step)
        left, right = h[0], h[-1]
        if edge_order == 2:
            second, second_last = h[1], h[-2]
        before, ahead = across(h[:-1], f.ndim, axis), across(h[1:], f.ndim, axis)
        index_add(f_bar, within(axis, None, -2), -inner * ahead / (before * (before + ahead)))
        index_add(f_bar, within(axis, 1, -1), inner * (ahead - before) / (before * ahead))
        index_add(f_bar, within(axis, 2, None), inner * before / (ahead * (before + ahead)))
    first, final = slab(v, axis, None, 1), slab(v, axis, -1, None)
    if edge_order == 1:
        index_add(f_bar, within(axis, None, 2), two(first / left, axis))
        index_add(f_bar, within(axis, -2, None), two(final / right, axis))
    else:
        index_add(f_bar, within(axis, None, 3), three(first, left, second, axis))
        index_add(f_bar, within(axis, -3, None), -backwards(three(final, right, second_last, axis), axis))
    return f_bar


def within(axis, lo, hi):
    """The index of a part along ``axis``."""
    return (slice(None),) * axis + (slice(lo, hi),) if axis > 0 else slice(lo, hi)


def two(v, axis):
    """What a slope between two samples gives them."""
    return np.concatenate([-v, v], axis)


def three(v, h, k, axis):
    """What a slope of second order at the first sample gives the first three, which are ``h`` and ``k`` apart."""
    return np.concatenate([-v * (2.0 * h + k) / (h * (h + k)), v * (h + k) / (h * k), -v * h / (k * (h + k))], axis)


# --------------------------------------------------------------------------------------------- phases, windows


@vjp(np.unwrap)
def unwrap_vjp(p, discont=None, axis=-1, *, period=6.283185307179586, z, z_bar):
    """The jumps that are taken out are constant."""
    p_bar = z_bar


@vjp(np.kaiser)
def kaiser_vjp(M, beta, *, z, z_bar):
    """A window of one point is 1."""
    u = np.sqrt(1.0 - np.linspace(-1.0, 1.0, M) ** 2)
    slope = np.sum(z_bar * (bessel_i(1, beta * u) * u - z * bessel_i(1, beta))) / bessel_i(0, beta)
    beta_bar = slope if M != 1 else 0.0 * slope


bilinear(np.convolve, "a", "v")
bilinear(np.correlate, "a", "v")
