"""Rules of ``scipy.signal``: convolutions and correlations, linear filters, and what removes trends."""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np
from scipy import signal

from ...errors import RuleError
from ...ir.types import ANY, Array, Tuple
from ...runtime.helpers import unbroadcast
from ..indexing import static
from ..linalg import mirrored
from ..notation import area, bilinear, linear, vjp
from ..shapes import common, facts, from_call, inexact, promoted

area("signal", signal)


@static
def same_number(first, second):
    """Refuse what SciPy refuses when it runs."""
    if first != second:
        raise RuleError("what is convolved must have the same number of dimensions")


def left_out(n, m, mode, count):
    """How much of a result for lengths ``n`` and ``m`` is left out before and behind the ``count`` numbers that ``mode`` keeps.

    With "same" they are as many as the first; with "valid" either one may be the longer.
    """
    before = np.minimum(n, m) - 1 if mode == "valid" else (m - 1) // 2
    return before, n + m - 1 - before - count


def whole(v, first, second, mode):
    """The result of a convolution with the parts that ``mode`` has left out as zeros."""
    if mode == "full":
        return v
    if v.ndim == 1:
        before, behind = left_out(len(first), len(second), mode, len(v))
        return np.concatenate([np.zeros(before), v, np.zeros(behind)])
    return np.pad(v, [left_out(first.shape[k], second.shape[k], mode, v.shape[k]) for k in range(v.ndim)])


def turned(v):
    """Turned around along every axis."""
    return v[::-1] if v.ndim == 1 else np.flip(v)


def convolved_bars(in1, in2, mode, z_bar):
    """The cotangents of both factors: correlations, the parts where the other one lies inside."""
    same_number(in1.ndim, in2.ndim)
    whole_bar = whole(z_bar, in1, in2, mode)
    return signal.correlate(whole_bar, mirrored(in2), "valid"), signal.correlate(whole_bar, mirrored(in1), "valid")


@from_call
def convolved(in1, in2, mode="full", method="auto"):
    (_, dims), (_, other) = facts(in1), facts(in2)
    return Array(common(in1, in2), (ANY,) * len(dims))


@from_call
def convolved_by_fft(in1, in2, mode="full"):
    return convolved((in1, in2), {})


@vjp(signal.convolve, infer=convolved)
def convolve_vjp(in1, in2, mode="full", method="auto", *, z, z_bar):
    in1_bar, in2_bar = convolved_bars(in1, in2, mode, z_bar)


@vjp(signal.fftconvolve, infer=convolved_by_fft)
def fftconvolve_vjp(in1, in2, mode="full", *, z, z_bar):
    in1_bar, in2_bar = convolved_bars(in1, in2, mode, z_bar)


@vjp(signal.oaconvolve, infer=convolved_by_fft)
def oaconvolve_vjp(in1, in2, mode="full", *, z, z_bar):
    in1_bar, in2_bar = convolved_bars(in1, in2, mode, z_bar)


@vjp(signal.correlate, infer=convolved)
def correlate_vjp(in1, in2, mode="full", method="auto", *, z, z_bar):
    """A convolution with the second one turned around and conjugated."""
    in1_bar, turned_bar = convolved_bars(in1, mirrored(turned(in2)), mode, z_bar)
    in2_bar = mirrored(turned(turned_bar))


@vjp(signal.convolve2d, infer=convolved_by_fft)
def convolve2d_vjp(in1, in2, mode="full", *, z, z_bar):
    in1_bar, in2_bar = convolved_bars(in1, in2, mode, z_bar)


@vjp(signal.correlate2d, infer=convolved_by_fft)
def correlate2d_vjp(in1, in2, mode="full", *, z, z_bar):
    """Of an even number of rows or columns, "same" begins one later than a convolution does: both are turned around here."""
    in1_turned_bar, in2_bar = convolved_bars(mirrored(turned(in1)), in2, mode, mirrored(turned(z_bar)))
    in1_bar = mirrored(turned(in1_turned_bar))


@from_call
def filtered(b, a, x, axis=-1, zi=None):
    """An array like the signal; with an initial state the final one, too."""
    parts = (b, a, x) if zi is None else (b, a, x, zi)
    kind = inexact(promoted(*(facts(p)[0] for p in parts)))
    after = Array(kind, facts(x)[1])
    return after if zi is None else Tuple((after, Array(kind, (ANY,) * len(after.dims))))


@vjp(signal.lfilter, infer=filtered, real_only=True)
def lfilter_vjp(b, a, x, axis=-1, zi=None, *, z, z_bar):
    """The adjoint of a causal filter is the filter that runs backwards in time.

    ``a[0] z[n] + a[1] z[n-1] + … = b[0] x[n] + b[1] x[n-1] + …`` along ``axis``: ``w`` is the cotangent of the right-hand
    side, and those of the coefficients are the sums of its products with the delayed signals.
    """
    if zi is None:
        w = backwards(np.ones(1), a, z_bar, axis)
        x_bar = w if w.shape[axis] == 0 else backwards(b, np.ones(1), w, axis)
        b_bar = coefficients_bar(b, w, x, axis)
        a_bar = -coefficients_bar(a, w, z, axis)
    else:
        b_bar, a_bar, x_bar, zi_bar = bars_from_state(b, a, x, axis, zi, z, z_bar)


def bars_from_state(b, a, x, axis, zi, z, z_bar):
    """The same where ``a[0] zi[n]`` is added to the right-hand side, and where ``a[0] zf[n]`` is what is left of it behind the
    last ``z`` (Oppenheim and Schafer, Discrete-Time Signal Processing, 2010, section 6.3.3)."""
    before, (after, zf) = np.moveaxis(x, axis, -1), [np.moveaxis(part, axis, -1) for part in z]
    after_bar = np.zeros_like(after) if z_bar[0] is None else np.moveaxis(z_bar[0], axis, -1)
    zf_bar = np.zeros_like(zf) if z_bar[1] is None else np.moveaxis(z_bar[1], axis, -1)
    lead = a if np.ndim(a) == 0 else a[0]
    left_bar = backwards(a, np.ones(1), zf_bar / lead, -1)
    w = backwards(np.ones(1), a, np.concatenate([after_bar, left_bar], axis=-1), -1)
    steps, count = before.shape[-1], zf.shape[-1]
    x_bar = np.moveaxis(backwards(b, np.ones(1), w, -1)[..., :steps], -1, axis)
    b_bar = coefficients_bar(b, w, np.concatenate([before, np.zeros_like(zf)], axis=-1), -1)
    first_bar = w[..., :count]
    zi_bar = unbroadcast(np.moveaxis(lead * first_bar, -1, axis), zi)
    lead_bar = np.sum(first_bar * np.moveaxis(zi, axis, -1)) - np.sum(w[..., steps:] * zf)
    others_bar = -coefficients_bar(a, w, np.concatenate([after, np.zeros_like(zf)], axis=-1), -1)
    a_bar = others_bar + lead_bar if np.ndim(a) == 0 else others_bar + lead_bar * (np.arange(len(a)) == 0)
    return b_bar, a_bar, x_bar, zi_bar


def backwards(b, a, v, axis):
    """``v`` filtered from its end to its beginning."""
    return np.flip(signal.lfilter(b, a, np.flip(v, axis), axis), axis)


def coefficients_bar(c, w, x, axis):
    """The cotangent of the coefficients ``c`` with which delayed signals ``x`` are added up: a vector, or the only one."""
    rows, signals, steps = np.moveaxis(w, axis, -1), np.moveaxis(x, axis, -1), w.shape[axis]
    if np.ndim(c) == 0:
        return np.sum(rows * signals)
    return np.array([np.sum(rows[..., k:] * signals[..., : np.maximum(steps - k, 0)]) for k in range(len(c))])


@vjp(signal.upfirdn)
def upfirdn_vjp(h, x, up=1, down=1, axis=-1, *, z, z_bar):
    """``z[n]`` is the sum of ``h[n * down - k * up] * x[k]`` over ``k``: filters of ``z_bar`` that lies ``down`` apart."""
    after, signals = np.moveaxis(z_bar, axis, -1), np.moveaxis(x, axis, -1)
    x_bar = np.moveaxis(spread_filtered(h[::-1], after, down, h.shape[0], up, signals.shape[-1]), -1, axis)
    if x.ndim == 1:
        h_bar = spread_filtered(spaced(x, up)[::-1], after, down, (x.shape[0] - 1) * up + 1, 1, h.shape[0])
    else:
        rows, flat = np.reshape(signals, (-1, signals.shape[-1])), np.reshape(after, (-1, after.shape[-1]))
        h_bar = np.sum([spread_filtered(spaced(rows[k], up)[::-1], flat[k], down, (rows.shape[1] - 1) * up + 1, 1, h.shape[0])
                        for k in range(rows.shape[0])], axis=0)


def spread_filtered(h, v, apart, first, step, count):
    """``v``, its samples ``apart``, filtered by ``h``: so many results, every ``step``-th from the ``first`` one on."""
    whole = signal.upfirdn(h, v, apart, 1)
    padded = np.concatenate([whole, np.zeros((*v.shape[:-1], step * count))], axis=-1)
    return padded[..., first - 1 : first - 1 + step * count : step]


def spaced(x, up):
    """A vector with ``up - 1`` zeros between its numbers, and behind the last one."""
    return np.reshape(np.expand_dims(x, 1) * (np.arange(up) == 0), -1)[: (x.shape[0] - 1) * up + 1]


@vjp(signal.detrend)
def detrend_vjp(data, axis=-1, type="linear", bp=0, *, z, z_bar):
    """Removing a trend is an orthogonal projection."""
    data_bar = signal.detrend(z_bar, axis, type, bp)


@from_call
def smoothed(x, *options, **named):
    """Double precision in the shape of the argument, whose stand-ins are shorter than a window."""
    kind, dims = facts(x)
    return Array("float32" if kind == "float32" else "float64", dims)


@vjp(signal.savgol_filter, infer=smoothed, real_only=True)
def savgol_filter_vjp(x, window_length, polyorder, deriv=0, delta=1.0, axis=-1, mode="interp", cval=0.0, *, z, z_bar):
    """A row of ``fit`` says how each number of a window follows from all of it (Savitzky and Golay 1964): the middle one does
    inside, the others at both ends."""
    if x.ndim != 1 or mode != "interp" or window_length % 2 == 0:
        raise RuleError("savgol_filter has a rule for vectors, odd windows and mode='interp'", hint="filter row by row")
    half = window_length // 2
    fit = signal.savgol_filter(np.eye(window_length), window_length, polyorder, deriv, axis=0) / delta**deriv
    count = len(x)
    inside = np.convolve(z_bar[half : count - half], fit[half])
    first = fit[:half].T @ z_bar[:half]
    last = fit[half + 1 :].T @ z_bar[count - half :]
    rest = np.zeros(count - window_length)
    x_bar = inside + np.concatenate([first, rest]) + np.concatenate([rest, last])
    delta_bar = -deriv * np.sum(z_bar * z) / delta


linear(signal.detrend, "data")
for product in (signal.convolve, signal.fftconvolve, signal.oaconvolve, signal.correlate, signal.convolve2d,
                signal.correlate2d):
    bilinear(product, "in1", "in2")
bilinear(signal.upfirdn, "h", "x")
