"""Functions of ``scipy.signal`` without a derivative rule: constants by nature, and the others by the reason.

The design of a filter may be asked for with constants, whose coefficients are constants, too.
"""

from __future__ import annotations

from scipy import signal

from ...ir.types import ANY, INT, MANY, Array, Tuple
from ...runtime.resampling import low_pass, polyphase
from ..notation import area, refuse_named, zero
from . import signal as _signal

assert _signal

area("windows", signal.windows)


def window_type(args, kwargs):  # type: ignore[no-untyped-def]
    """``infer``: numbers of which an argument says how many."""
    return Array("float64", (ANY,))


def filter_type(args, kwargs):  # type: ignore[no-untyped-def]
    """``infer``: a filter, and how many of its results come before the first."""
    return Tuple((Array("float64", (ANY,)), INT))


def sections_type(args, kwargs):  # type: ignore[no-untyped-def]
    """``infer``: rows of coefficients."""
    return Array("float64", (ANY, MANY))


zero(polyphase, infer=filter_type, unsaid="the filter has none by its window")
zero(low_pass, infer=sections_type)
zero(*(getattr(signal.windows, name) for name in """
    barthann bartlett blackman blackmanharris bohman boxcar cosine flattop hamming hann lanczos nuttall parzen
    triang""".split()), infer=window_type)
zero(signal.get_window, signal.windows.kaiser, signal.windows.tukey, signal.windows.gaussian, signal.windows.general_gaussian,
     signal.windows.exponential, signal.windows.general_hamming, infer=window_type,
     unsaid="a window has none by what gives it its form")

OUTSIDE = "call it outside and pass the result"
refuse_named(signal, """
    bessel besselap buttap butter buttord cheb1ap cheb1ord cheb2ap cheb2ord cheby1 cheby2 ellip ellipap ellipord iirdesign
    iirfilter iirnotch iirpeak iircomb firls firwin firwin2 firwin_2d remez gammatone minimum_phase kaiser_atten kaiser_beta
    kaiserord savgol_coeffs band_stop_obj findfreqs""",
             because="the design of a filter has no rule", instead=OUTSIDE, constants=True)
refuse_named(signal, """
    StateSpace TransferFunction ZerosPolesGain lti dlti abcd_normalize bilinear bilinear_zpk bode dbode cont2discrete dfreqresp
    dimpulse dlsim dstep freqresp impulse lsim step place_poles lp2bp lp2bp_zpk lp2bs lp2bs_zpk lp2hp lp2hp_zpk lp2lp lp2lp_zpk
    normalize residue residuez invres invresz sos2tf sos2zpk ss2tf ss2zpk tf2sos tf2ss tf2zpk zpk2sos zpk2ss zpk2tf unique_roots
    lfiltic""", because="systems in their different forms have no rule", instead=OUTSIDE, constants=True)
refuse_named(signal, "freqs freqs_zpk freqz_sos freqz_zpk sosfreqz group_delay",
             because="of frequency responses only that of `freqz` has a rule",
             instead="use freqz, or np.polyval(b, z) / np.polyval(a, z)", constants=True)
refuse_named(signal, """
    argrelextrema argrelmax argrelmin find_peaks find_peaks_cwt peak_prominences peak_widths order_filter wiener
    """, because="what it picks, values tell", instead="use np.median, np.max or np.sort of windows")
refuse_named(signal, "ShortTimeFFT CZT ZoomFFT czt zoom_fft czt_points lombscargle vectorstrength check_COLA check_NOLA"
             " closest_STFT_dual_window envelope hilbert2", because="of spectra those of whole windows have a rule",
             instead="use welch, stft, np.fft.rfft or hilbert")
refuse_named(signal, "symiirorder1 symiirorder2 sepfir2d cspline1d cspline1d_eval cspline2d qspline1d qspline1d_eval qspline2d"
             " spline_filter gauss_spline", because="splines on grids, mirrored at their ends, have no rule",
             instead="use scipy.interpolate.CubicSpline, or signal.convolve of what is mirrored by np.pad")
refuse_named(signal, "square", because="it is constant but for its jumps, and these move with `duty`",
             instead="write it with np.where")
refuse_named(signal, "unit_impulse correlation_lags choose_conv_method max_len_seq", because="its results are constants",
             instead=OUTSIDE, constants=True)
