"""What the parameters of ``scipy.signal`` and ``scipy.ndimage`` are given to try them, and which of them are refused."""

from __future__ import annotations

import numpy as np

from .keyword_values import BASES, CONSTANTS, OVERRIDES, RESULTS, Given, real

WAVE, OTHER, WAVES = real(24), real(24), real(2, 24)
SECTIONS = np.array([[0.2, 0.3, 0.1, 1.0, -0.4, 0.1], [0.5, 0.2, 0.1, 1.0, 0.3, 0.2]])
B, A = np.array([0.2, 0.3, 0.1]), np.array([1.0, -0.4, 0.1])
TIMES = np.linspace(0.05, 0.9, 5)
IMAGE = real(5, 6)
UNEQUAL = IMAGE + 0.01 * np.cos(np.arange(30.0)).reshape(5, 6)
VALUES: dict[str, tuple[list[object], dict[str, object]]] = {
    "signal.sosfilt": ([SECTIONS, WAVES], {"axis": 0, "zi": Given([SECTIONS, WAVE], {"zi": real(2, 2)})}),
    "signal.sosfilt_zi": ([SECTIONS], {}), "signal.lfilter_zi": ([B, A], {}),
    "signal.sosfiltfilt": ([SECTIONS, WAVES], {"axis": Given([SECTIONS, WAVES.T.copy()], {"axis": 0}), "padtype": "even",
                                               "padlen": 5}),
    "signal.filtfilt": ([B, A, WAVE], {"axis": 0, "padtype": "even", "padlen": 5,
                                        "method": "gust", "irlen": Given([B, A, WAVE], {"method": "gust", "irlen": 10})}),
    "signal.hilbert": ([WAVES], {"N": 16, "axis": 0}), "signal.deconvolve": ([real(6), np.array([2.0, 0.3])], {}),
    "signal.freqz": ([B, A], {"a": A, "worN": 5, "whole": True, "plot": None, "fs": 3.0, "include_nyquist": True}),
    "signal.resample": ([WAVES.T.copy(), 16], {"t": np.arange(24.0), "axis": 1, "window": "hann", "domain": "freq"}),
    "signal.resample_poly": ([WAVES.T.copy(), 2, 3], {"axis": 1, "window": ("kaiser", 4.0), "padtype": "mean", "cval": 0.7}),
    "signal.decimate": ([real(2, 64), 2], {"n": 4, "ftype": "fir", "axis": Given([real(64, 2), 2], {"axis": 0}),
                                            "zero_phase": False}),
    "signal.chirp": ([TIMES, 1.0, 1.0, 3.0], {"method": ("quadratic", "logarithmic", "hyperbolic"), "phi": 30.0,
                                              "vertex_zero": Given([TIMES, 1.0, 1.0, 3.0, "quadratic"], {"vertex_zero": False}),
                                              "complex": True}),
    "signal.gausspulse": ([TIMES], {"fc": 3.0, "bw": 0.7, "bwr": -5.0, "tpr": -50, "retquad": True, "retenv": True}),
    "signal.sawtooth": ([TIMES], {"width": 0.6}), "signal.sweep_poly": ([TIMES, np.array([0.3, 1.2])], {"phi": 30.0}),
}
SPECTRA = {"fs": 2.0, "window": ("hamming", "blackman"), "nperseg": 12, "noverlap": 3, "nfft": 32, "detrend": ("linear", False),
           "return_onesided": False, "scaling": "spectrum", "axis": 0, "average": "median", "boundary": None, "padded": False,
           "mode": ("complex", "magnitude")}
for name, args in {"welch": [WAVE], "periodogram": [WAVE], "csd": [WAVE, OTHER], "coherence": [WAVE, OTHER],
                   "spectrogram": [WAVE], "stft": [WAVE]}.items():
    VALUES[f"signal.{name}"] = (args, dict(SPECTRA))
    if name != "periodogram":
        BASES[f"signal.{name}"] = Given(args, {"nperseg": 8})
VALUES["signal.istft"] = ([real(5, 6) + 1j * real(5, 6)], {
    "fs": 2.0, "window": "hamming", "nperseg": 8, "noverlap": 3, "nfft": 8, "input_onesided": False, "boundary": False,
    "time_axis": 0, "freq_axis": 0, "scaling": "psd"})
FILTER = {"axis": 0, "output": np.float32, "mode": ("constant", "nearest", "mirror", "wrap"), "cval": 0.7, "origin": 1,
          "axes": (1,), "order": 1, "truncate": 3.0, "radius": 2, "size": 2, "prefilter": False}
for name in ("convolve", "correlate"):
    VALUES[f"ndimage.{name}"] = ([IMAGE, real(3, 3)], dict(FILTER))
    VALUES[f"ndimage.{name}1d"] = ([IMAGE, real(3)], dict(FILTER))
for name, args in {"gaussian_filter": [0.7], "gaussian_filter1d": [0.7], "laplace": [], "prewitt": [], "sobel": [],
                   "uniform_filter": [], "uniform_filter1d": [3]}.items():
    VALUES[f"ndimage.{name}"] = ([IMAGE, *args], dict(FILTER))
VALUES["ndimage.map_coordinates"] = ([IMAGE, np.array([[0.3, 1.6, 2.2], [1.1, 2.7, 3.4]])], {**FILTER, "order": (0, 2)})
BASES["ndimage.map_coordinates"] = Given(VALUES["ndimage.map_coordinates"][0], {"order": 1})
PICKING = {**FILTER, "footprint": np.ones((2, 2), bool), "structure": np.zeros((3, 3)), "size": 3}
for name, args in {"maximum_filter": [3], "minimum_filter": [3], "median_filter": [3], "rank_filter": [2, 3],
                   "percentile_filter": [40.0, 3], "grey_dilation": [3], "grey_erosion": [3], "grey_opening": [3],
                   "grey_closing": [3], "gaussian_laplace": [0.7], "gaussian_gradient_magnitude": [0.7]}.items():
    VALUES[f"ndimage.{name}"] = ([UNEQUAL, *args], {**PICKING, "axes": (1,),
                                                    "rank": Given([UNEQUAL], {"rank": -2, "size": 3}),
                                                    "percentile": Given([UNEQUAL], {"percentile": 70.0, "size": 3})})
MOVED = {"order": (0, 1), "mode": ("mirror", "constant"), "cval": 0.7, "output": np.float32, "prefilter": False,
         "reshape": False, "grid_mode": True, "offset": 0.3, "axes": (0, 1),
         "output_shape": Given([IMAGE, 0.4 * real(2, 2)], {"output_shape": (3, 4)})}
for name, args in {"shift": [0.4], "zoom": [1.42], "rotate": [17.0], "affine_transform": [0.4 * real(2, 2)]}.items():
    VALUES[f"ndimage.{name}"] = ([IMAGE, *args], dict(MOVED))
VALUES["signal.medfilt"] = ([WAVE], {"kernel_size": 5})
VALUES["signal.medfilt2d"] = ([UNEQUAL], {"kernel_size": 5})
for name, (args, given) in VALUES.items():
    BASES.setdefault(name, Given(args))
    several = {key for key, value in given.items() if isinstance(value, tuple) and key != "axes" and "kaiser" not in value}
    OVERRIDES.update({(name, key): value if key in several else (value,) for key, value in given.items()})
RESULTS.update({f"signal.{name}": ("{}[1]",) for name in ("welch", "periodogram", "csd", "coherence", "istft", "freqz")} |
               {f"signal.{name}": ("{}[2]",) for name in ("spectrogram", "stft")} | {"signal.deconvolve": ("{}[0]",)})
CONSTANTS.update({("signal.gausspulse", "tpr"), ("signal.freqz", "fs"), ("signal.resample_poly", "window"),
                  ("signal.sosfilt", "sos"), ("signal.sosfiltfilt", "sos")})
REFUSED_SIGNALS = {
    "ndimage.maximum_filter ndimage.minimum_filter ndimage.median_filter ndimage.rank_filter ndimage.percentile_filter":
        "axes output footprint",
    "ndimage.grey_dilation ndimage.grey_erosion ndimage.grey_opening ndimage.grey_closing":
        "axes output footprint structure origin",
    "ndimage.gaussian_laplace ndimage.gaussian_gradient_magnitude": "axes output",
    "ndimage.shift ndimage.affine_transform ndimage.rotate": "output prefilter", "ndimage.zoom": "output prefilter grid_mode",
    "ndimage.convolve ndimage.correlate ndimage.uniform_filter": "axes output origin",
    "ndimage.gaussian_filter": "axes output", "ndimage.laplace": "axes output", "signal.spectrogram": "mode",
    "signal.resample_poly": "cval padtype",
    "signal.chirp": "complex", "signal.csd signal.welch": "average", "signal.decimate": "ftype",
    "signal.filtfilt": "axis padtype padlen method irlen", "signal.hilbert": "axis N", "signal.sosfiltfilt": "padtype padlen",
    "signal.freqz": "include_nyquist", "signal.gausspulse": "tpr", "signal.istft": "time_axis freq_axis",
    "signal.resample": "t window domain",
    "ndimage.convolve1d ndimage.correlate1d ndimage.prewitt ndimage.sobel ndimage.uniform_filter1d": "output",
    "ndimage.gaussian_filter1d": "output", "ndimage.map_coordinates": "output prefilter",
}
"""The parameters that are refused, by functions."""
