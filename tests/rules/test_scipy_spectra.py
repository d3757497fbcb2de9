"""``scipy.signal``: spectra, signals of another rate, waves, sections of filters: values, both modes, second order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

signal = pytest.importorskip("scipy.signal")

import sct  # noqa: E402

from .arrays import Normal  # noqa: E402
from .whole import check_whole  # noqa: E402

real = Normal(6).real
X, Y, M = real(24), real(24), real(2, 20)
ONES = np.where(np.arange(6) == 3, 1.0, 0.0)
SOS = np.array([[0.2, 0.3, 0.1, 1.0, -0.4, 0.1], [0.5, 0.3, 0.0, 1.0, -0.2, 0.0]])
Z = real(5, 4) + 1j*real(5, 4)
CASES: dict[str, tuple[Any, list[Any]]] = {
    "sosfilt from a state": (lambda s, x, zi: signal.sosfilt(s * (1 - ONES) + ONES, x, zi=zi)[0] + np.sum(signal.sosfilt(s
        * (1 - ONES) + ONES, x, zi=zi)[1]), [SOS, X, real(2,2)]),
    "sosfilt_zi": (lambda s: signal.sosfilt_zi(s), [SOS]),
    "sosfiltfilt": (lambda s, x: signal.sosfiltfilt(s * (1 - ONES) + ONES, x), [SOS, X]),
    "sosfiltfilt of the first order": (lambda s, x: signal.sosfiltfilt(np.array([[s, 0.3, 0.0, 1.0, -0.8, 0.0]] * 2), x),
                                       [0.7, X]),
    "sosfiltfilt along columns": (lambda x: signal.sosfiltfilt(SOS, x.T, axis=0), [M]),
    "deconvolve": (lambda a, b: signal.deconvolve(a, b)[0]+np.sum(signal.deconvolve(a, b)[1]), [X[:5].copy(),
        np.array([2.,.3,.1])]),
    "freqz": (lambda b, a: np.abs(signal.freqz(b, a, 6)[1]), [X[:3].copy(), np.array([2.,.3,.1])]),
    "freqz at places": (lambda b, w: np.abs(signal.freqz(b, 1.0, w, fs=2.0)[1]), [X[:3].copy(), np.array([.2,.3,.1])]),
    "freqz, frequencies": (lambda w: signal.freqz([1.0, 2.0], worN=w, fs=2.0)[0] * signal.freqz([1.0], worN=3)[0],
                           [np.array([.2,.3,.1])]),
    "freqz of numbers": (lambda b, a, w: np.abs(signal.freqz(b, a, w)[1])[1:], [0.7, 0.4, np.array([.2,.3,.1])]),
    "freqz, whole": (lambda b: signal.freqz(b, whole=True, worN=4)[1], [X[:3].copy()]),
    "resample": (lambda x: signal.resample(x, 10), [X]),
    "resample rows": (lambda x: signal.resample(x, 31, axis=1), [M]),
    "resample to twice": (lambda x: signal.resample(x, 48), [X]),
    "resample an odd number": (lambda x: signal.resample(x[:7], 7)+signal.resample(x, 7), [X]),
    "resample complex": (lambda x: signal.resample(x*(1+2j), 10)[:7]+signal.resample(x*(1+2j), 7), [X]),
    "resample to as many": (lambda x: signal.resample(x, 24) * np.abs(signal.resample(x*(1+2j), 24)), [X]),
    "resample complex to two": (lambda x: signal.resample(x*(1+2j), 2), [X]),
    "resample complex to more": (lambda x: signal.resample(x*(1+2j), 40) +signal.resample(x[:7]*(1+2j),
        40)+signal.resample(x*(1+2j), 41)[1:], [X]),
    "resample_poly": (lambda x: signal.resample_poly(x, 2, 3), [X]),
    "resample_poly of rows": (lambda x: signal.resample_poly(x, 4, 2, axis=1, window="hann"), [M]),
    "resample_poly to more": (lambda x: signal.resample_poly(x, 4, 3) * signal.resample_poly(x[:16], 2, 2)[0]
                              + signal.resample_poly(x[:16], 1, 2)[0], [X]),
    "upfirdn": (lambda h, x: signal.upfirdn(h, x, 2, 3), [X[:5].copy(), Y]),
    "upfirdn of columns": (lambda h, x: signal.upfirdn(h, x, 3, 2, axis=0), [X[:5].copy(), M]),
    "upfirdn, short": (lambda h, x: signal.upfirdn(h, x, 1, 4), [X[:2].copy(), Y]),
    "decimate": (lambda x: signal.decimate(np.concatenate([x, x*x]), 2), [X]),
    "decimate forwards": (lambda x: signal.decimate(np.concatenate([x, x*x]), 3, 2, zero_phase=False), [X]),
    "welch": (lambda x: signal.welch(x, nperseg=8)[1], [X]),
    "welch with options": (lambda x: signal.welch(x, 2.0, window=("kaiser", 3.0), nperseg=7, noverlap=2, nfft=9,
        detrend="linear", scaling="spectrum", axis=0)[1], [M.T.copy()]),
    "welch of both sides": (lambda x: signal.welch(x, nperseg=8, return_onesided=False)[1], [X]),
    "periodogram": (lambda x: signal.periodogram(x, 3.0)[1]+signal.periodogram(x, window="hann", detrend=False)[1], [X]),
    "periodogram of a part": (lambda x: signal.periodogram(x, nfft=30)[1][:10]+signal.periodogram(x, nfft=19)[1], [X]),
    "csd": (lambda x, y: signal.csd(x, y, nperseg=8)[1], [X, Y]),
    "coherence": (lambda x, y: signal.coherence(x, y, nperseg=8)[1], [X, Y]),
    "spectrogram": (lambda x: signal.spectrogram(x, nperseg=8)[2], [X]),
    "spectrogram of rows": (lambda x: signal.spectrogram(x, nperseg=8)[2], [M]),
    "spectrogram of columns": (lambda x: signal.spectrogram(x, nperseg=8, axis=0)[2], [M.T.copy()]),
    "stft": (lambda x: signal.stft(x, nperseg=8)[2], [X]),
    "stft as it is": (lambda x: signal.stft(x, 2.0, nperseg=7, boundary=None, padded=False, scaling="psd")[2], [X]),
    "stft of steps": (lambda x: signal.stft(x[:21], nperseg=8, noverlap=3)[2], [X]),
    "stft of both sides": (lambda x: signal.stft(x, nperseg=8, return_onesided=False)[2]
                           + signal.stft(x * np.exp(1j * x), nperseg=8)[2], [X]),
    "istft of several": (lambda x: signal.istft(x + 1j*x*x)[1], [real(2, 5, 4)]),
    "istft of an odd length": (lambda x: signal.istft(x + 1j*x*x, nperseg=9)[1], [real(5, 4)]),
    "istft of more frequencies": (lambda x: signal.istft(x + 1j*x*x, nperseg=8)[1]
                                  + signal.istft(x * x, nperseg=8, nfft=12)[1], [real(6, 4)]),
    "istft of both sides": (lambda x: signal.istft(x * (1 + 1j*x), 2.0, nperseg=5, noverlap=3, input_onesided=False,
                                                   boundary=False, scaling="psd")[1], [real(2, 5, 4)]),
    "istft": (lambda x: signal.istft(x + 1j*x*x, nperseg=8)[1], [real(5,4)]),
    "istft of complex": (lambda x: signal.istft(x, nperseg=8, input_onesided=True)[1], [Z]),
    "welch by the window": (lambda x, w: signal.welch(x, window=w)[1], [X, np.abs(real(8))+.3]),
    "welch of complex": (lambda x: signal.welch(x * np.exp(1j * x), nperseg=8)[1], [X]),
    "frequencies": (lambda x: np.concatenate([signal.welch(x, 2.0, nperseg=7)[0], signal.welch(x, 3.0, nperseg=8,
        return_onesided=False)[0], signal.periodogram(x, 0.5, nfft=9)[0], signal.stft(x, 2.0, nperseg=8)[0]]) * x[0], [X]),
    "moments": (lambda x: np.concatenate([signal.spectrogram(x, 2.0, nperseg=8, noverlap=3)[1], signal.stft(x, 2.0,
        nperseg=8)[1], signal.istft(signal.stft(x, nperseg=8)[2], 3.0, nperseg=8)[0]]) * x[0], [X]),
    "chirp": (lambda t, f0, t1, f1: signal.chirp(t, f0, t1, f1)+signal.chirp(t, f0, t1, f1, "quadratic", 20.0)+signal.chirp(t,
        f0, t1, f1, "quad", vertex_zero=False)+signal.chirp(t,f0,t1,f1,"log")+signal.chirp(t,f0,t1,f1,"hyperbolic", 30.0),
            [np.linspace(.1,1,4), 0.5, 1.0, 0.8]),
    "gausspulse": (lambda t, fc: signal.gausspulse(t, fc)+signal.gausspulse(t,fc,retquad=True)[1]*signal.gausspulse(t, fc,
        retenv=True)[1], [np.linspace(-.1,.1,4), 3.0]),
    "sawtooth": (lambda t, w: signal.sawtooth(t, w)+ signal.sawtooth(t), [np.linspace(.1,9,8), 0.4]),
    "sweep_poly": (lambda t, p: signal.sweep_poly(t, p) + signal.sweep_poly(t, p, 30.0),
                   [np.linspace(.1,1,4), np.array([.3,.2,.5])]),
}

RARELY = ("from a state", "coherence", "chirp", "deconvolve",
          "along", "of ", "to ", "rows", "whole", "options", "as it is", "at places", "forwards", "short")


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.long] if any(word in name for word in RARELY) else [])
                                  for name in CASES])
def test_derivatives_and_values(name: str) -> None:
    f, values = CASES[name]
    found = sct.vjp(f, *values)[0]
    np.testing.assert_allclose(found, f(*values), rtol=1e-9, atol=1e-11)
    assert found.dtype == f(*values).dtype
    check_whole(f, values, rtol=1e-5)


def designed(x: Any, order: int) -> Any:
    b, a = signal.butter(order, 0.3)
    window = signal.get_window(("kaiser", 4.0), len(x)) * signal.windows.hann(x.size)
    return signal.lfilter(b, a, x * window) + signal.sosfilt(signal.cheby1(3, 0.5, 0.2, output="sos"), x)


def test_filters_are_designed_from_constants() -> None:
    check_whole(lambda x: designed(x, 3), [X[:6].copy()])
    assert sct.grad(lambda x, n: np.sum(designed(x, n)))(X[:6], 4).shape == (6,)


@pytest.mark.parametrize(("f", "message"), [
    (lambda x: signal.butter(3, x[0])[0], "design of a filter"),
    (lambda x: signal.get_window(("kaiser", x[0]), 5), "its form"), (lambda x: signal.windows.kaiser(5, x[0]), "its form"),
    (lambda x: signal.resample_poly(x, 2, 3, window=("kaiser", x[0])), "by its window"),
    (lambda x: signal.welch(x, average="median")[1], "`average`"), (lambda x: signal.find_peaks(x)[0] * x, "values tell"),
    (lambda x: signal.decimate(x, 2, ftype="fir"), "`ftype`"), (lambda x: signal.square(x, x[0]), "jumps"),
])
def test_what_has_no_rule_is_refused(f: Any, message: str) -> None:
    with pytest.raises(sct.SctError, match=message):
        sct.grad(lambda x: np.sum(f(x)))(np.abs(X))
