"""The derivative rules by area of NumPy and Python; importing the package fills the registry."""

from . import (
    arranging,
    array_api,
    creation,
    draws,
    inactive,
    joining,
    linalg,
    methods,
    reductions,
    scalar,
    selecting,
    shaping,
    stops,
    ufunc_methods,
    ufuncs,
)

__all__ = ["arranging", "array_api", "creation", "draws", "inactive", "joining", "linalg", "methods", "reductions", "scalar",
           "selecting", "shaping", "stops", "ufunc_methods", "ufuncs"]
