"""Compiles the adjoints that are written in C, and calls them with the arguments of the Python function."""

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

FLAGS = ("-O3", "-march=native", "-shared", "-fPIC")


def compiler() -> str | None:
    """Where gcc is, if it is installed."""
    return shutil.which("gcc")


def compiled(source: Path, folder: Path | None = None) -> Any:
    """The function ``value_and_grad`` of a C file."""
    library = Path(folder or tempfile.mkdtemp()) / f"{source.stem}.so"
    subprocess.run([compiler() or "gcc", *FLAGS, str(source), "-o", str(library), "-lm"], check=True, capture_output=True)
    function = ctypes.CDLL(str(library)).value_and_grad
    function.restype = ctypes.c_double
    return function


def bound(function: Any, argnums: Sequence[int], args: Sequence[Any]) -> Callable[[], tuple[Any, ...]]:
    """A call of ``value_and_grad`` with these arguments, which gives the gradients.

    Floats are passed as double, integers as long, arrays as a pointer and their lengths; then for each gradient a pointer to
    where it is to be written.
    """
    passed: list[Any] = []
    for a in args:
        passed += _as_c(a)
    results = [np.empty_like(args[k]) if isinstance(args[k], np.ndarray) else np.empty(()) for k in argnums]
    passed += [r.ctypes.data_as(ctypes.c_void_p) for r in results]

    def gradient() -> tuple[Any, ...]:
        function(*passed)
        return tuple(r.copy() if r.ndim else float(r) for r in results)

    return gradient


def _as_c(a: Any) -> list[Any]:
    if isinstance(a, np.ndarray):
        assert a.dtype == np.float64 and a.flags.c_contiguous
        return [a.ctypes.data_as(ctypes.c_void_p), *map(ctypes.c_long, a.shape)]
    return [ctypes.c_long(a) if isinstance(a, int) else ctypes.c_double(a)]
