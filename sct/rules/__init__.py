"""The derivative rules by area of NumPy and Python; importing the package fills the registry."""

from . import (
    arranging,
    array_api,
    creation,
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
    sampled,
    scalar,
    selecting,
    shaping,
    statistics,
    stops,
    ufunc_methods,
    ufuncs,
)

__all__ = ["arranging", "array_api", "creation", "draws", "fft", "inactive", "joining", "linalg", "methods", "missing",
           "polynomials", "ranks", "reductions", "refused", "sampled", "scalar", "selecting", "shaping", "statistics", "stops",
           "ufunc_methods", "ufuncs"]
