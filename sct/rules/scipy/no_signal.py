"""Functions of ``scipy.signal`` without a derivative rule, by the reason."""

from __future__ import annotations

from scipy import signal

from ..notation import refuse_named
from . import signal as _signal

assert _signal

OUTSIDE = "call it outside and pass the result"
refuse_named(signal, """
    bessel besselap buttap butter buttord cheb1ap cheb1ord cheb2ap cheb2ord cheby1 cheby2 ellip ellipap ellipord iirdesign
    iirfilter iirnotch iirpeak iircomb firls firwin firwin2 firwin_2d remez gammatone minimum_phase kaiser_atten kaiser_beta
    kaiserord savgol_coeffs band_stop_obj findfreqs get_window""",
             because="the design of a filter has no rule", instead=OUTSIDE)
refuse_named(signal, """
    StateSpace TransferFunction ZerosPolesGain lti dlti abcd_normalize bilinear bilinear_zpk bode dbode cont2discrete dfreqresp
    dimpulse dlsim dstep freqresp impulse lsim step place_poles lp2bp lp2bp_zpk lp2bs lp2bs_zpk lp2hp lp2hp_zpk lp2lp lp2lp_zpk
    normalize residue residuez invres invresz sos2tf sos2zpk ss2tf ss2zpk tf2sos tf2ss tf2zpk zpk2sos zpk2ss zpk2tf unique_roots
    lfiltic sosfilt_zi""", because="systems in their different forms have no rule", instead=OUTSIDE)
refuse_named(signal, "freqs freqs_zpk freqz freqz_sos freqz_zpk sosfreqz group_delay",
             because="frequency responses have no rule", instead="use np.polyval(b, z) / np.polyval(a, z) on the unit circle")
refuse_named(signal, """
    argrelextrema argrelmax argrelmin find_peaks find_peaks_cwt peak_prominences peak_widths medfilt medfilt2d order_filter
    wiener max_len_seq""", because="what it picks, values tell", instead="use np.median, np.max or np.sort of windows")
refuse_named(signal, """
    ShortTimeFFT stft istft spectrogram periodogram welch csd coherence lombscargle vectorstrength check_COLA check_NOLA
    closest_STFT_dual_window czt CZT ZoomFFT zoom_fft czt_points envelope hilbert2""",
             because="spectral estimates have no rule", instead="use np.fft.rfft of windowed parts")
refuse_named(signal, "resample resample_poly decimate upfirdn sosfiltfilt symiirorder1 symiirorder2 sepfir2d deconvolve",
             because="it has no rule", instead="use np.fft, signal.convolve or signal.lfilter")
refuse_named(signal, "cspline1d cspline1d_eval cspline2d qspline1d qspline1d_eval qspline2d spline_filter gauss_spline",
             because="splines on grids have no rule", instead="use scipy.interpolate.CubicSpline")
refuse_named(signal, "chirp gausspulse sawtooth square sweep_poly unit_impulse choose_conv_method correlation_lags",
             because="it has no rule", instead="write it with NumPy, or " + OUTSIDE)
