"""The derivative rules by area of NumPy and Python; importing the package fills the registry."""

from . import arranging, array_api, creation, draws, fft, inactive, linalg, methods, reductions, scalar, shaping, stops, ufuncs

__all__ = ["arranging", "array_api", "creation", "draws", "fft", "inactive", "linalg", "methods", "reductions", "scalar",
           "shaping", "stops", "ufuncs"]
