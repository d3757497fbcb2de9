"""Rules of ``scipy.signal``: convolutions and correlations of vectors, and linear filters."""

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


for product in (signal.convolve, signal.fftconvolve, signal.oaconvolve, signal.correlate):
    bilinear(product, "in1", "in2")
