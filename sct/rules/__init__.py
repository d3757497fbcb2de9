"""The derivative rules by area of NumPy and Python; importing the package fills the registry."""

from . import creation, draws, inactive, linalg, methods, reductions, scalar, shaping, stops, ufuncs

__all__ = ["creation", "draws", "inactive", "linalg", "methods", "reductions", "scalar", "shaping", "stops", "ufuncs"]
