"""Examples of functions of SciPy that are said in NumPy, as texts in which the names of ``POOL`` stand for arguments."""

from __future__ import annotations

SECTION = "[[0.2, 0.3, 0.1, 1.0, -0.4, 0.1]]"
WAVE = "np.sin(np.arange(24.0) * x)"
LONG = "np.sin(np.arange(64.0) * x)"

TEXTS = {
    **{f"fft.{name}": f"fft.{name}(a)" for name in ("dctn", "idctn", "dstn", "idstn", "hfft2", "hfftn", "ihfft2", "ihfftn")},
    "signal.sosfilt_zi": "signal.sosfilt_zi([[x, 0.3, 0.1, 1.0, -0.4, 0.1]])",
    "signal.sosfiltfilt": f"signal.sosfiltfilt({SECTION}, {WAVE})",
    "signal.deconvolve": "signal.deconvolve(v, w[:2])[0]", "signal.freqz": "signal.freqz(v, w, 5)[1]",
    "signal.resample": "signal.resample(v, 7)", "signal.resample_poly": f"signal.resample_poly({WAVE}, 2, 3)",
    "signal.decimate": f"signal.decimate({LONG}, 2)",
    **{f"signal.{name}": f"signal.{name}({WAVE}, nperseg=8)[1]" for name in ("welch",)},
    "signal.periodogram": f"signal.periodogram({WAVE})[1]",
    **{f"signal.{name}": f"signal.{name}({WAVE}, np.cos(np.arange(24.0) * y), nperseg=8)[1]" for name in ("csd", "coherence")},
    **{f"signal.{name}": f"signal.{name}({WAVE}, nperseg=8)[2]" for name in ("spectrogram", "stft")},
    "signal.istft": "signal.istft(a * 1j + a, nperseg=4)[1]",
    "signal.chirp": "signal.chirp(v, x, r, 2.0 * r)", "signal.gausspulse": "signal.gausspulse(0.1 * v, r)",
    **{f"ndimage.{name}": f"ndimage.{name}(a)" for name in ("sobel", "prewitt", "laplace", "uniform_filter")},
    **{f"ndimage.{name}": f"ndimage.{name}(a, e)" for name in ("correlate1d", "convolve1d")},
    **{f"ndimage.{name}": f"ndimage.{name}(a, s)" for name in ("correlate", "convolve")},
    **{f"ndimage.{name}": f"ndimage.{name}(a, 0.7)" for name in ("gaussian_filter", "gaussian_filter1d")},
    "ndimage.uniform_filter1d": "ndimage.uniform_filter1d(a, 3)",
    "ndimage.map_coordinates": "ndimage.map_coordinates(a, np.stack([k, w[:3]]), order=1)",
    "stats.linregress": "stats.linregress(v, w).slope", "stats.pearsonr": "stats.pearsonr(v, w).statistic",
    **{f"stats.{name}": f"stats.{name}(a)" for name in ("zscore", "skew", "kurtosis", "iqr", "median_abs_deviation", "sem",
                                                        "variation", "circmean", "circvar", "circstd")},
    **{f"stats.{name}": f"stats.{name}(np.exp(a))" for name in ("gmean", "hmean", "entropy", "gstd", "gzscore")},
    "stats.pmean": "stats.pmean(np.exp(a), 3)", "stats.moment": "stats.moment(a, 3)", "stats.zmap": "stats.zmap(a, a * a)",
    "stats.gaussian_kde": "stats.gaussian_kde(v)(e)",
    "linalg.solve_discrete_are": "linalg.solve_discrete_are(s, np.eye(3), p + p.T, np.eye(3))",
    "linalg.matmul_toeplitz": "linalg.matmul_toeplitz((e, v), w)", "linalg.diagsvd": "linalg.diagsvd(e, 3, 4)",
    "linalg.subspace_angles": "linalg.subspace_angles(a.T[:, :2], b.T[:, :2])",
    "integrate.cumulative_simpson": "integrate.cumulative_simpson(a, x=np.cumsum(w))", "integrate.romb": "integrate.romb(e, r)",
    "integrate.tplquad": "integrate.tplquad(lambda q, u, c: np.exp(-x * q * u * c), 0.0, r, 0.0, 1.0, 0.0, 1.0)[0]",
    "interpolate.make_interp_spline": "interpolate.make_interp_spline([0.0, 1.0, 2.5, 3.0], v)(k)",
    "sct.runtime.interpolants.interp_spline_at": "interpolate.make_interp_spline([0.0, 1.0, 2.5, 3.0], v, k=2)(k)",
    **{f"interpolate.{name}": f"interpolate.{name}(np.cumsum(w), v, k)" for name in
       ("barycentric_interpolate", "krogh_interpolate", "pchip_interpolate")},
    **{f"spatial.distance.{name}": f"spatial.distance.{name}(k, w[:3])" for name in
       ("euclidean", "sqeuclidean", "cityblock", "chebyshev", "canberra", "braycurtis", "cosine", "correlation", "minkowski",
        "jensenshannon")},
    "spatial.distance.mahalanobis": "spatial.distance.mahalanobis(k, e, p)",
    "spatial.distance.seuclidean": "spatial.distance.seuclidean(k, e, w[:3])",
    "spatial.distance.cdist": "spatial.distance.cdist(a, b)", "spatial.distance.pdist": "spatial.distance.pdist(a, 'cosine')",
    "spatial.distance.squareform": "spatial.distance.squareform(e)",
    **{f"spatial.{name}": f"spatial.{name}(a, b, 3)" for name in
       ("distance_matrix", "minkowski_distance", "minkowski_distance_p")},
    "spatial.procrustes": "spatial.procrustes(a.T, b.T)[1]",
    **{f"interpolate.{name}": "UNIVARIATE(k)" for name in
       ("UnivariateSpline", "LSQUnivariateSpline", "InterpolatedUnivariateSpline")},
    **{f"interpolate.{name}": "SURFACE.ev(k, w[:3])" for name in
       ("RectBivariateSpline", "SmoothBivariateSpline", "LSQBivariateSpline")},
    **{f"interpolate.{name}": f"interpolate.{name}(np.cumsum(w), v)(k)" for name in
       ("KroghInterpolator", "BarycentricInterpolator", "lagrange")},
    "interpolate.splev": "interpolate.splev(k, (TCK[0], np.concatenate([w, e]), 3))",
    "interpolate.BSpline": "interpolate.BSpline([0.0, 0.0, 1.0, 2.0, 2.0], e, 1)(k)",
    "interpolate.PPoly": "interpolate.PPoly(s, [0.0, 0.4, 0.6, 1.0])(k)",
    "interpolate.Akima1DInterpolator": "interpolate.Akima1DInterpolator([0.0, 0.4, 0.6, 1.0], v)(k)",
    "sct.runtime.fitpack.spline_of": "interpolate.splev(k, TCK)",
    "sct.runtime.fitpack.basis_of": "interpolate.splev(k, TCK, 1)",
    "sct.runtime.fitpack.surface_of": "SURFACE.ev(k, x)", "sct.runtime.fitpack.integral_between": "SPLINE.integrate(x, r)",
    "least_squares": "solvers.lsqr(SPARSE, e, 0.5, atol=1e-14, btol=1e-14)[0]",
    **{f"sparse.linalg.{name}": f"solvers.{name}(SPARSE, e, 0.5, atol=1e-14, btol=1e-14)[0]" for name in ("lsqr", "lsmr")},
    **{name: "solvers.expm_multiply(SPARSE, e)" for name in ("expm_multiply", "sparse.linalg.expm_multiply")},
    "factors.solve": "FACTORS.solve(e)",
    "sct.runtime.image_places.coefficients": "ndimage.shift(a, 0.3)", "ndimage.shift": "ndimage.shift(a, x)",
    "ndimage.zoom": "ndimage.zoom(a, 1.3)", "ndimage.rotate": "ndimage.rotate(a, 20.0 * x)",
    "ndimage.affine_transform": "ndimage.affine_transform(a, 0.3 * s[:2, :2])",
    **{f"ndimage.{name}": f"ndimage.{name}(a, r)" for name in ("gaussian_laplace", "gaussian_gradient_magnitude")},
    **{f"ndimage.{name}": f"ndimage.{name}(a, 3)" for name in
       ("maximum_filter", "minimum_filter", "median_filter", "grey_dilation", "grey_erosion", "grey_opening", "grey_closing")},
    "ndimage.rank_filter": "ndimage.rank_filter(a, 2, 3)", "ndimage.percentile_filter": "ndimage.percentile_filter(a, 40, 3)",
    "signal.medfilt": "signal.medfilt(v)", "signal.medfilt2d": "signal.medfilt2d(a)",
    "interpolate.splint": "interpolate.splint(x, r, (TCK[0], np.concatenate([w, e]), 3))",
    "signal.sawtooth": "signal.sawtooth(v, x)", "signal.sweep_poly": "signal.sweep_poly(v, e)",
}
INEXACT = {*TEXTS}
"""What is said as other statements, the sums of which are rounded in another order."""
COMPLEX_REFUSED = {f"signal.{name}" for name in ("sosfiltfilt", "sosfilt_zi", "decimate", "deconvolve")} | {
    f"ndimage.{name}" for name in ("convolve1d", "correlate1d", "gaussian_filter", "gaussian_filter1d", "laplace", "prewitt",
                                   "sobel", "uniform_filter", "uniform_filter1d")} | {
    "linalg.solve_discrete_are", "interpolate.BSpline", "least_squares", "sparse.linalg.lsqr", "sparse.linalg.lsmr",
    "interpolate.splint", "ndimage.gaussian_laplace", "ndimage.gaussian_gradient_magnitude"}
"""Functions that take complex numbers and are refused with them."""
