"""Filters of ``scipy.signal`` as plain Python: they are looked into."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg, signal


def sosfilt(sos: Any, x: Any, axis: int = -1) -> Any:
    """``scipy.signal.sosfilt``: one section after the other.

    >>> sosfilt(np.array([[1.0, 1.0, 0.0, 1.0, 0.0, 0.0]]), np.array([1.0, 2.0])).tolist()
    [1.0, 3.0]
    """
    y = 1.0 * x
    for k in range(sos.shape[0]):
        y = signal.lfilter(sos[k, :3], sos[k, 3:], y, axis=axis)
    return y


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
    return np.fft.ifft(np.fft.fft(x) * weights)

