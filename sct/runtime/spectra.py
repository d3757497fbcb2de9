"""Spectra as ``scipy.signal`` estimates them, as plain Python: they are looked into."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import signal

from .checks import NoRuleError


def window_of(window: Any, nperseg: Any, count: int) -> Any:
    """The window of each part of a signal of so many samples.

    >>> window_of("boxcar", None, 3).tolist(), window_of(np.ones(2), None, 3).tolist()
    ([1.0, 1.0, 1.0], [1.0, 1.0])
    """
    if isinstance(window, str | tuple):
        return signal.get_window(window, min(256 if nperseg is None else nperseg, count))
    return window


def parts(x: Any, length: int, step: int) -> Any:
    """The parts of that length of a signal along its last axis, each a row.

    >>> parts(np.arange(4.0), 2, 1).tolist()
    [[0.0, 1.0], [1.0, 2.0], [2.0, 3.0]]
    """
    starts = step * np.arange((x.shape[-1] - length) // step + 1)
    return x[..., np.expand_dims(starts, -1) + np.arange(length)]


def transformed(x: Any, win: Any, step: int, nfft: int, detrend: Any, both_sides: bool) -> Any:
    """The Fourier transforms of the parts of a signal, a row for each.

    >>> transformed(np.ones(3), np.ones(2), 1, 2, False, False).real.tolist()
    [[2.0, 0.0], [2.0, 0.0]]
    """
    cut = parts(x, win.shape[0], step)
    if detrend:
        cut = signal.detrend(cut, type=detrend)
    return np.fft.fft(cut * win, nfft) if both_sides else np.fft.rfft(cut * win, nfft)


def frequencies(nfft: int, fs: Any, both_sides: bool) -> Any:
    """The frequencies of such a transform.

    >>> frequencies(4, 2.0, False).tolist()
    [0.0, 0.5, 1.0]
    """
    return np.fft.fftfreq(nfft, 1.0 / fs) if both_sides else np.fft.rfftfreq(nfft, 1.0 / fs)


def scale_of(win: Any, fs: Any, scaling: str) -> Any:
    """What a squared transform is multiplied by.

    >>> float(scale_of(np.ones(4), 2.0, "density"))
    0.125
    """
    if scaling not in ("density", "spectrum"):
        raise ValueError(f"Unknown scaling: {scaling!r}")
    return 1.0 / (fs * np.sum(win * win)) if scaling == "density" else 1.0 / np.sum(win) ** 2


def sides(nfft: int) -> Any:
    """How often a frequency of a transform of one side counts.

    >>> sides(4).tolist(), sides(3).tolist()
    ([1.0, 2.0, 1.0], [1.0, 2.0])
    """
    places = np.arange(nfft // 2 + 1)
    return np.where((places == 0) | (2 * places == nfft), 1.0, 2.0)


def powers(x: Any, fs: Any, window: Any, nperseg: Any, noverlap: Any, nfft: Any, detrend: Any, return_onesided: bool,
           scaling: str) -> Any:
    """Frequencies, and the power at each in the parts of a signal along its last axis, a row for each part.

    >>> powers(np.ones(2), 1.0, "boxcar", None, 0, None, False, True, "density")[1].tolist()
    [[2.0, 0.0]]
    """
    win = window_of(window, nperseg, x.shape[-1])
    length = win.shape[0]
    size = length if nfft is None else nfft
    both = np.iscomplexobj(x) or not return_onesided
    found = transformed(x, win, length - (length // 2 if noverlap is None else noverlap), size, detrend, both)
    weights = scale_of(win, fs, scaling) * (1.0 if both else sides(size))
    return frequencies(size, fs, both), (np.real(found) ** 2 + np.imag(found) ** 2) * weights


def welch(x: Any, fs: Any = 1.0, window: Any = "hann", nperseg: Any = None, noverlap: Any = None, nfft: Any = None,
          detrend: Any = "constant", return_onesided: bool = True, scaling: str = "density", axis: int = -1) -> Any:
    """``scipy.signal.welch``: the mean over the parts (Welch 1967).

    >>> welch(np.array([1.0, -1.0]), window="boxcar", detrend=False)[1].tolist()
    [0.0, 2.0]
    """
    f, found = powers(np.moveaxis(x, axis, -1), fs, window, nperseg, noverlap, nfft, detrend, return_onesided, scaling)
    return f, np.moveaxis(np.mean(found, axis=-2), -1, axis)


def periodogram(x: Any, fs: Any = 1.0, window: Any = "boxcar", nfft: Any = None, detrend: Any = "constant",
                return_onesided: bool = True, scaling: str = "density", axis: int = -1) -> Any:
    """``scipy.signal.periodogram``: one part, which is the whole signal, or its beginning.

    >>> periodogram(np.array([1.0, -1.0]))[1].tolist()
    [0.0, 2.0]
    """
    v = np.moveaxis(x, axis, -1)
    length = v.shape[-1] if nfft is None else min(nfft, v.shape[-1])
    f, found = powers(v[..., :length], fs, "boxcar" if window is None else window, length, 0, nfft, detrend, return_onesided,
                      scaling)
    return f, np.moveaxis(found[..., 0, :], -1, axis)


def csd(x: Any, y: Any, fs: Any = 1.0, window: Any = "hann", nperseg: Any = None, noverlap: Any = None, nfft: Any = None,
        detrend: Any = "constant", return_onesided: bool = True, scaling: str = "density", axis: int = -1) -> Any:
    """``scipy.signal.csd`` of signals that are equally long: the mean of the products of the transforms of their parts.

    >>> csd(np.array([1.0, -1.0]), np.array([2.0, -2.0]), window="boxcar", detrend=False)[1].real.tolist()
    [0.0, 4.0]
    """
    first, second = np.moveaxis(x, axis, -1), np.moveaxis(y, axis, -1)
    if first.shape[-1] != second.shape[-1]:
        raise ValueError("scipy.signal.csd has a rule for signals that are equally long")
    win = window_of(window, nperseg, first.shape[-1])
    length = win.shape[0]
    size, step = length if nfft is None else nfft, length - (length // 2 if noverlap is None else noverlap)
    both = np.iscomplexobj(x) or np.iscomplexobj(y) or not return_onesided
    product = np.conj(transformed(first, win, step, size, detrend, both)) * transformed(second, win, step, size, detrend, both)
    mean = np.mean(product, axis=-2) * (scale_of(win, fs, scaling) * (1.0 if both else sides(size)))
    return frequencies(size, fs, both), np.moveaxis(mean, -1, axis)


def coherence(x: Any, y: Any, fs: Any = 1.0, window: Any = "hann", nperseg: Any = None, noverlap: Any = None, nfft: Any = None,
              detrend: Any = "constant", axis: int = -1) -> Any:
    """``scipy.signal.coherence``.

    >>> x = np.array([1.0, -1.0, 2.0, 0.0])
    >>> coherence(x, 2.0 * x, nperseg=2, detrend=False)[1].round(12).tolist()
    [1.0, 1.0]
    """
    f, cross = csd(x, y, fs, window, nperseg, noverlap, nfft, detrend, axis=axis)
    _, of_x = welch(x, fs, window, nperseg, noverlap, nfft, detrend, axis=axis)
    _, of_y = welch(y, fs, window, nperseg, noverlap, nfft, detrend, axis=axis)
    return f, (np.real(cross) ** 2 + np.imag(cross) ** 2) / of_x / of_y


def moments(length: int, step: int, count: int, fs: Any) -> Any:
    """The moments in the middle of parts of that length of so many samples.

    >>> moments(2, 1, 4, 1.0).tolist()
    [1.0, 2.0, 3.0]
    """
    return (0.5 * length + step * np.arange((count - length) // step + 1)) / fs


def spectrogram(x: Any, fs: Any = 1.0, window: Any = ("tukey", 0.25), nperseg: Any = None, noverlap: Any = None,
                nfft: Any = None, detrend: Any = "constant", return_onesided: bool = True, scaling: str = "density",
                axis: int = -1) -> Any:
    """``scipy.signal.spectrogram`` of powers.

    >>> spectrogram(np.array([1.0, -1.0, 1.0]), window="boxcar", nperseg=2)[2].tolist()
    [[0.0], [2.0]]
    """
    v = np.moveaxis(x, axis, -1)
    win = window_of(window, nperseg, v.shape[-1])
    length = win.shape[0]
    overlap = length // 8 if noverlap is None else noverlap
    f, found = powers(v, fs, win, None, overlap, nfft, detrend, return_onesided, scaling)
    return f, moments(length, length - overlap, v.shape[-1], fs), in_place(found, axis)


def in_place(found: Any, axis: int) -> Any:
    """Rows of parts as SciPy has them: the frequencies along ``axis``, the parts along the last one.

    >>> in_place(np.ones((3, 2)), -1).shape
    (2, 3)
    """
    return np.moveaxis(found, -1, axis - 1 if axis < 0 else axis)


def stft(x: Any, fs: Any = 1.0, window: Any = "hann", nperseg: Any = 256, noverlap: Any = None, nfft: Any = None,
         detrend: Any = False, return_onesided: bool = True, boundary: Any = "zeros", padded: bool = True, axis: int = -1,
         scaling: str = "spectrum") -> Any:
    """``scipy.signal.stft`` of a signal with zeros around it, or as it is.

    >>> stft(np.ones(2), window="boxcar", nperseg=2)[2].real.tolist()
    [[0.5, 1.0, 0.5], [-0.5, 0.0, 0.5]]
    """
    v = np.moveaxis(x, axis, -1)
    win = window_of(window, nperseg, v.shape[-1])
    length = win.shape[0]
    size, step = length if nfft is None else nfft, length - (length // 2 if noverlap is None else noverlap)
    if boundary not in ("zeros", None):
        raise NoRuleError("scipy.signal.stft has a rule for boundary='zeros' and None")
    around = length // 2 if boundary == "zeros" else 0
    behind = -(v.shape[-1] + 2 * around - length) % step if padded else 0
    before = np.zeros((*v.shape[:-1], around))
    v = np.concatenate([before, v, before, np.zeros((*v.shape[:-1], behind))], axis=-1)
    both = np.iscomplexobj(x) or not return_onesided
    scale = np.sqrt(scale_of(win, fs, "density" if scaling == "psd" else scaling))
    found = transformed(v, win, step, size, detrend, both) * scale
    return frequencies(size, fs, both), moments(length, step, v.shape[-1], fs) - around / fs, in_place(found, axis)


def istft(Zxx: Any, fs: Any = 1.0, window: Any = "hann", nperseg: Any = None, noverlap: Any = None, nfft: Any = None,
          input_onesided: bool = True, boundary: bool = True, scaling: str = "spectrum") -> Any:
    """``scipy.signal.istft`` with the frequencies along the last axis but one: parts that overlap are added up.

    >>> _, _, z = stft(np.array([1.0, 2.0, 4.0]), nperseg=2)
    >>> istft(z)[1].round(12).tolist()
    [1.0, 2.0, 4.0]
    """
    rows = np.swapaxes(Zxx, -1, -2)
    usual = 2 * (rows.shape[-1] - 1) if input_onesided else rows.shape[-1]
    length = usual if nperseg is None else nperseg
    size = length if input_onesided and length == usual + 1 else usual
    size = size if nfft is None else nfft
    step = length - (length // 2 if noverlap is None else noverlap)
    win = window_of(window, length, length)
    norm = np.sqrt(scale_of(win, fs, "density" if scaling == "psd" else scaling))
    parts = (np.fft.irfft(rows, size) if input_onesided else np.fft.ifft(rows, size))[..., :length]
    cut = parts * (win / norm).astype(parts.dtype)
    count = rows.shape[-2]
    x = np.zeros((*rows.shape[:-2], length + (count - 1) * step), cut.dtype)
    weight = np.zeros(length + (count - 1) * step)
    for k in range(count):
        x[..., k * step : k * step + length] += cut[..., k, :]
        weight[k * step : k * step + length] += win * win
    edge = length // 2 if boundary else 0
    inside = x[..., edge : x.shape[-1] - edge]
    around = weight[edge : x.shape[-1] - edge]
    return np.arange(inside.shape[-1]) / fs, inside / np.where(around > 1e-10, around, 1.0).astype(inside.dtype)
