"""Functions of ``scipy.signal`` that are said with NumPy and others of it."""

from __future__ import annotations

from scipy import signal

from ..runtime import filters, image_windows, resampling, spectra, waveforms
from .said import in_line, say

say({getattr(signal, name): getattr(home, name) for home, names in (
    (filters, "sosfilt sosfilt_zi sosfiltfilt filtfilt lfilter_zi hilbert deconvolve freqz"),
    (resampling, "resample resample_poly decimate"),
    (spectra, "welch periodogram csd coherence spectrogram stft istft"),
    (image_windows, "medfilt medfilt2d"), (waveforms, "chirp gausspulse sawtooth sweep_poly"),
) for name in names.split()},
    arrays=("sos", "x", "y", "b", "a", "zi", "signal", "divisor", "Zxx", "poly", "t", "volume", "input"))
in_line(filters.sosfilt, filters.sosfiltfilt, spectra.window_of, spectra.transformed, spectra.frequencies, spectra.scale_of,
        spectra.powers, spectra.welch, spectra.csd, spectra.in_place)
