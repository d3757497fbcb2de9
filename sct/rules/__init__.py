"""The derivative rules by area of NumPy and Python; importing the package fills the registry."""

from . import (
    arranging,
    array_api,
    creation,
    decompositions,
    draws,
    fft,
    inactive,
    joining,
    linalg,
    methods,
    missing,
    polynomials,
    ranks,
    reductions,
    refused,
    registry,
    sampled,
    scalar,
    selecting,
    shaping,
    solving,
    statistics,
    stops,
    ufunc_methods,
    ufuncs,
)

_SCIPY = {"special": ("special", "incomplete", "bessel", "orthogonal", "angular", "probability", "no_special"),
          "stats": ("stats", "stats_line", "stats_positive", "stats_bounded", "counts", "multivariate", "no_stats"),
          "linalg": ("linalg", "factors", "functions", "structured", "no_linalg"),
          "signal": ("signal", "no_signal"), "fft": ("transforms",), "optimize": ("optimize",),
          "integrate": ("integrate",), "sparse": ("sparse",), "interpolate": ("interpolate",),
          "ndimage": ("ndimage",), "spatial": ("spatial",)}
for _part, _modules in _SCIPY.items():
    registry.family(f"scipy.{_part}", *(f"{__name__}.scipy.{_module}" for _module in _modules))

__all__ = ["arranging", "array_api", "creation", "decompositions", "draws", "fft", "inactive", "joining", "linalg", "methods",
           "missing", "polynomials", "ranks", "reductions", "refused", "registry", "sampled", "scalar", "selecting",
           "shaping", "solving", "statistics", "stops", "ufunc_methods", "ufuncs"]
