"""Signals of another rate as ``scipy.signal`` computes them, as plain Python: they are looked into."""

from __future__ import annotations

import importlib
import math
from typing import Any

import numpy as np
from scipy import signal

from .filters import sosfilt, sosfiltfilt


def resample(x: Any, num: int, axis: int = 0) -> Any:
    """``scipy.signal.resample``: the spectrum is cut off, or continued with zeros; its last part counts half or twice.

    >>> resample(np.array([1.0, 3.0]), 4).round(12).tolist()
    [1.0, 2.0, 3.0, 2.0]
    """
    v = np.moveaxis(x, axis, -1)
    count = v.shape[-1]
    less = min(num, count)
    middle = less // 2 + 1
    at_edge = 1.0 if less % 2 or num == count else 2.0 if num < count else 0.5
    weights = np.where(np.arange(middle) == less // 2, at_edge, 1.0) * (num / count)
    if not np.iscomplexobj(x):
        return np.moveaxis(np.fft.irfft(np.fft.rfft(v)[..., :middle] * weights.astype(x.dtype), num), -1, axis)
    whole = np.fft.fft(v)
    low, high = whole[..., :middle] * (num / count), whole[..., count - (less - middle) :] * (num / count)
    if less % 2 == 0 and num < count:
        edge = np.where(np.arange(middle) == less // 2, 1.0, 0.0) * (num / count)
        low = low + edge * np.expand_dims(whole[..., count - less // 2], -1)
    if less % 2 == 0 and num > count:
        last = 0.5 * low[..., -1:]
        low, high = np.concatenate([low[..., :-1], last], axis=-1), np.concatenate([last, high], axis=-1)
    shape = (*low.shape[:-1], num - low.shape[-1] - high.shape[-1])
    return np.moveaxis(np.fft.ifft(np.concatenate([low, np.zeros(shape), high], axis=-1)), -1, axis)


def polyphase(up: int, down: int, window: Any) -> Any:
    """The filter of ``scipy.signal.resample_poly``, with zeros before it, and how many results come before the first.

    It is longer than what lies between two results, so that none of these lacks a part.

    >>> h, before = polyphase(4, 3, ("kaiser", 5.0))
    >>> len(h), before
    (83, 14)
    """
    widest = max(up, down)
    half = 10 * widest
    before = -half % down
    h = importlib.import_module("scipy.signal").firwin(2 * half + 1, 1.0 / widest, window=window)
    return np.concatenate([np.zeros(before), h * up]), (half + before) // down


def resample_poly(x: Any, up: int, down: int, axis: int = 0, window: Any = ("kaiser", 5.0)) -> Any:
    """``scipy.signal.resample_poly``.

    >>> resample_poly(np.ones(30), 1, 2).round(3).tolist()[5:8]
    [1.009, 0.996, 1.002]
    """
    common = math.gcd(up, down)
    more, fewer = up // common, down // common
    if more == 1 and fewer == 1:
        return 1.0 * x
    count = x.shape[axis]
    h, first = polyphase(more, fewer, window)
    y = np.moveaxis(signal.upfirdn(h, x, more, fewer, axis), axis, -1)
    return np.moveaxis(y[..., first : first - (-count * more // fewer)], -1, axis)


def low_pass(q: int, n: Any) -> Any:
    """The filter of ``scipy.signal.decimate``, in sections.

    >>> low_pass(2, 2).shape
    (1, 6)
    """
    return importlib.import_module("scipy.signal").cheby1(8 if n is None else n, 0.05, 0.8 / q, output="sos")


def decimate(x: Any, q: int, n: Any = None, axis: int = -1, zero_phase: bool = True) -> Any:
    """``scipy.signal.decimate`` with the recursive filter.

    >>> decimate(np.ones(40), 2).round(3).tolist()[:3]
    [0.989, 0.989, 0.989]
    """
    sections = low_pass(q, n)
    y = sosfiltfilt(sections, x, axis) if zero_phase else sosfilt(sections, x, axis)
    return np.moveaxis(np.moveaxis(y, axis, -1)[..., ::q], -1, axis)
