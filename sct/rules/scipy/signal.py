"""Rules of ``scipy.signal``: convolutions and correlations of vectors, and linear filters."""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np
from scipy import signal

from ...errors import RuleError
from ...ir.types import ANY, Array
from ..indexing import static
from ..linalg import mirrored
from ..notation import area, bilinear, vjp
from ..shapes import common, facts, from_call, inexact, promoted

area("signal", signal)


@static
def vectors(first, second):
    """Refuse convolutions along several axes."""
    if first != 1 or second != 1:
        raise RuleError("convolutions of scipy.signal have rules for vectors", hint="convolve row by row")


def whole(v, n, m, mode):
    """The result for lengths ``n`` and ``m`` with the parts that ``mode`` has left out as zeros.

    With "same" it is as long as the first; with "valid" either one may be the longer.
    """
    if mode == "full":
        return v
    before = np.minimum(n, m) - 1 if mode == "valid" else (m - 1) // 2
    return np.concatenate([np.zeros(before), v, np.zeros(n + m - 1 - before - len(v))])


def convolved_bars(in1, in2, mode, z_bar):
    """The cotangents of both factors: correlations, the parts where the other one lies inside."""
    vectors(in1.ndim, in2.ndim)
    whole_bar = whole(z_bar, len(in1), len(in2), mode)
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
    in1_bar, turned_bar = convolved_bars(in1, mirrored(in2[::-1]), mode, z_bar)
    in2_bar = mirrored(turned_bar[::-1])


@from_call
def filtered(b, a, x, axis=-1):
    return Array(inexact(promoted(facts(b)[0], facts(a)[0], facts(x)[0])), facts(x)[1])


@vjp(signal.lfilter, infer=filtered, real_only=True)
def lfilter_vjp(b, a, x, axis=-1, *, z, z_bar):
    """The adjoint of a causal filter is the filter that runs backwards in time.

    ``a[0] z[n] + a[1] z[n-1] + … = b[0] x[n] + b[1] x[n-1] + …`` along ``axis``: ``w`` is the cotangent of the right-hand
    side, and those of the coefficients are the sums of its products with the delayed signals.
    """
    w = np.flip(signal.lfilter(np.ones(1), a, np.flip(z_bar, axis), axis), axis)
    x_bar = np.flip(signal.lfilter(b, np.ones(1), np.flip(w, axis), axis), axis)
    b_bar = lagged(w, x, len(b), axis)
    a_bar = -lagged(w, z, len(a), axis)


def lagged(w, x, count, axis):
    """The sums of the products of ``w`` with ``x`` delayed by 0, 1 … ``count - 1`` steps."""
    rows = np.reshape(np.moveaxis(w, axis, -1), (-1, w.shape[axis]))
    signals = np.reshape(np.moveaxis(x, axis, -1), (-1, x.shape[axis]))
    steps = w.shape[axis]
    return np.array([np.sum(rows[:, k:] * signals[:, : np.maximum(steps - k, 0)]) for k in range(count)])


for product in (signal.convolve, signal.fftconvolve, signal.oaconvolve, signal.correlate):
    bilinear(product, "in1", "in2")
