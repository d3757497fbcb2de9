"""Filters of ``scipy.signal`` as plain Python: they are looked into."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg, signal

from .checks import NoRuleError


def sosfilt(sos: Any, x: Any, axis: int = -1, zi: Any = None) -> Any:
    """``scipy.signal.sosfilt``: one section after the other.

    >>> sosfilt(np.array([[1.0, 1.0, 0.0, 1.0, 0.0, 0.0]]), np.array([1.0, 2.0])).tolist()
    [1.0, 3.0]
    """
    if np.any(sos[:, 3] != 1.0):
        raise ValueError("sos[:, 3] should be all ones")
    y = x + np.zeros(1, sos.dtype)
    if zi is None:
        for k in range(sos.shape[0]):
            y = signal.lfilter(sos[k, :3], sos[k, 3:], y, axis=axis)
        return y
    left = np.zeros_like(zi)
    for k in range(sos.shape[0]):
        y, left[k] = signal.lfilter(sos[k, :3], sos[k, 3:], y, axis=axis, zi=zi[k])
    return y, left


def sosfilt_zi(sos: Any) -> Any:
    """``scipy.signal.sosfilt_zi``: what reaches a section is what the ones before it let through of a constant signal.

    >>> sosfilt_zi(np.array([[1.0, 1.0, 0.0, 1.0, 0.5, 0.0]])).round(12).tolist()
    [[0.333333333333, 0.0]]
    """
    states = np.zeros((sos.shape[0], 2))
    through = 1.0
    for k in range(sos.shape[0]):
        states[k] = through * lfilter_zi(sos[k, :3], sos[k, 3:])
        through = through * np.sum(sos[k, :3]) / np.sum(sos[k, 3:])
    return states


def sosfiltfilt(sos: Any, x: Any, axis: int = -1) -> Any:
    """``scipy.signal.sosfiltfilt``: as ``filtfilt``, along an axis.

    >>> sosfiltfilt(np.array([[0.5, 0.5, 0.0, 1.0, 0.1, 0.0]]), np.ones(9)).round(6).tolist()[:2]
    [0.826446, 0.826446]
    """
    v = np.moveaxis(x, axis, -1)
    edge = 3 * (2 * sos.shape[0] + 1 - min(np.count_nonzero(sos[:, 2] == 0.0), np.count_nonzero(sos[:, 5] == 0.0)))
    if v.shape[-1] <= edge:
        raise ValueError(f"The length of the input vector x must be greater than padlen, which is {edge}.")
    before, behind = 2.0 * v[..., :1] - v[..., edge:0:-1], 2.0 * v[..., -1:] - v[..., -2 : -(edge + 2) : -1]
    y = np.concatenate([before, v, behind], axis=-1)
    states = sosfilt_zi(sos)
    for _ in range(2):
        start = y[..., :1]
        for k in range(sos.shape[0]):
            y, _ = signal.lfilter(sos[k, :3], sos[k, 3:], y, zi=states[k] * start)
        y = y[..., ::-1]
    return np.moveaxis(y[..., edge : edge + v.shape[-1]], -1, axis)


def lfilter_zi(b: Any, a: Any) -> Any:
    """``scipy.signal.lfilter_zi``: the state in which a constant signal leaves a filter as it is.

    >>> lfilter_zi(np.array([1.0, 1.0]), np.array([1.0, 0.5])).round(12).tolist()
    [0.333333333333]
    """
    size = max(len(a), len(b))
    poles = np.concatenate([a, np.zeros(size - len(a))]) / a[0]
    zeros = np.concatenate([b, np.zeros(size - len(b))]) / a[0]
    shifted = np.concatenate([np.expand_dims(poles[1:], 1), -np.eye(size - 1, size - 2)], axis=1)
    return linalg.solve(np.eye(size - 1) + shifted, zeros[1:] - poles[1:] * zeros[0])


def filtfilt(b: Any, a: Any, x: Any) -> Any:
    """``scipy.signal.filtfilt`` of a vector, which is continued at its ends by turning it around (Gustafsson 1996, section II).

    >>> filtfilt(np.array([0.5, 0.5]), np.array([1.0, 0.1]), np.ones(9)).round(6).tolist()[:2]
    [0.826446, 0.826446]
    """
    if x.ndim != 1:
        raise NoRuleError("scipy.signal.filtfilt has a rule for vectors: filter row by row")
    edge = 3 * max(len(a), len(b))
    before, behind = 2.0 * x[0] - x[edge:0:-1], 2.0 * x[-1] - x[-2 : -(edge + 2) : -1]
    whole = np.concatenate([before, x, behind])
    state = lfilter_zi(b, a)
    ahead, _ = signal.lfilter(b, a, whole, zi=state * whole[0])
    turned = ahead[::-1]
    back, _ = signal.lfilter(b, a, turned, zi=state * turned[0])
    return back[::-1][edge : edge + len(x)]


def hilbert(x: Any) -> Any:
    """``scipy.signal.hilbert`` along the last axis: the analytic signal.

    >>> hilbert(np.array([1.0, 0.0, -1.0, 0.0])).imag.tolist()
    [0.0, 1.0, 0.0, -1.0]
    """
    count = x.shape[-1]
    twice = 2 * np.arange(count)
    weights = np.where(twice == 0, 1.0, np.where(twice < count, 2.0, np.where(twice == count, 1.0, 0.0)))
    return np.fft.ifft(np.fft.fft(x) * weights.astype(x.dtype))


def deconvolve(signal: Any, divisor: Any) -> Any:
    """``scipy.signal.deconvolve`` of a signal that is not shorter than the divisor: the quotient and what remains.

    >>> [part.tolist() for part in deconvolve(np.array([1.0, 3.0, 4.0]), np.array([1.0, 1.0]))]
    [[1.0, 2.0], [0.0, 0.0, 2.0]]
    """
    first = np.where(np.arange(signal.shape[0] - divisor.shape[0] + 1) == 0, 1.0, 0.0)
    quotient = filtered(signal, divisor, first)
    return quotient, signal - np.convolve(divisor, quotient)


def filtered(b: Any, a: Any, x: Any) -> Any:
    """``scipy.signal.lfilter`` under a name that a parameter does not hide.

    >>> filtered([1.0, 1.0], [1.0], np.array([1.0, 2.0])).tolist()
    [1.0, 3.0]
    """
    return signal.lfilter(b, a, x)


def freqz(b: Any, a: Any = 1.0, worN: Any = 512, whole: bool = False, fs: Any = 6.283185307179586) -> Any:
    """``scipy.signal.freqz``: the quotient of two polynomials on the unit circle.

    >>> w, h = freqz(np.array([0.5, 0.5]), worN=2)
    >>> w.round(6).tolist(), abs(h).round(6).tolist()
    ([0.0, 1.570796], [1.0, 0.707107])
    """
    if np.ndim(worN) == 0:
        places = np.arange(worN) * ((2.0 if whole else 1.0) * np.pi / worN)
    else:
        places = worN * (2.0 * np.pi / fs)
    return places * (fs / (2.0 * np.pi)), on_circle(b, places) / on_circle(a, places)


def on_circle(c: Any, w: Any) -> Any:
    """The polynomial with the coefficients ``c`` in ``exp(-1j * w)``.

    >>> on_circle(np.array([1.0, 1.0]), np.array([0.0])).tolist()
    [(2+0j)]
    """
    if np.ndim(c) == 0:
        return c * np.exp(0j * w)
    return np.exp(-1j * np.expand_dims(w, -1) * np.arange(c.shape[0])) @ c
