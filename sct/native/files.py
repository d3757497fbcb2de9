"""Takes the text of a module, gives the module, from a file where Numba finds its compiled code again in the next process.

The file lies in a directory of its own under a name made of its content, so that a changed function never meets the code of
the old one.  What else is kept there is written in the same way: whole, or not at all.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import platform
import sys
import tempfile
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numba
import numpy as np

_NOTHING: Mapping[str, Any] = types.MappingProxyType({})


def cache_directory() -> Path:
    """Where modules and their compiled code are kept: ``SCT_CACHE_DIR``, else the user's cache directory."""
    given = os.environ.get("SCT_CACHE_DIR")
    if given:
        return Path(given)
    home = os.environ.get("LOCALAPPDATA") if sys.platform == "win32" else os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "sct" / "native"


@functools.cache
def installation() -> str:
    """What tells the software that makes and runs compiled code here from any other: versions, and our own files.

    Helpers are compiled into the code of those who call them, so each file counts, by its size and the time it was written.
    """
    versions = sys.version, sys.implementation.cache_tag, platform.machine(), numba.__version__, np.__version__
    files = list(_files(str(Path(__file__).parent.parent)))
    return hashlib.sha256(repr((versions, sys.flags.optimize, files)).encode()).hexdigest()


def _files(folder: str) -> Iterator[tuple[str, int, int]]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.name.endswith(".py"):
            found = entry.stat()
            yield entry.path, found.st_size, found.st_mtime_ns
        elif "." not in entry.name and entry.name != "__pycache__" and entry.is_dir():
            yield from _files(entry.path)


def imported(text: str, name: str, foreign: Mapping[str, Any] = _NOTHING) -> types.ModuleType:
    """The module with this text; what was compiled for an equal text, here or in another process, is found again.

    ``foreign`` are objects that the text names and no library has: another module for the text with others.
    """
    digest = hashlib.sha256(f"{installation()}\n{text}".encode()).hexdigest()[:20]
    file_name = f"sct_native_{name}_{digest}"
    full_name = "_".join([file_name, *(f"{id(value):x}" for value in foreign.values())])  # the module keeps them alive
    if full_name in sys.modules:
        return sys.modules[full_name]
    path = _written(text, file_name)
    spec = importlib.util.spec_from_file_location(full_name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    vars(module).update(foreign)
    sys.modules[full_name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[full_name]
        raise
    return module


def write(path: Path, content: bytes) -> None:
    """Write a file under another name first, since another process may be about to read or write it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("wb", dir=path.parent, suffix=".tmp", delete=False) as file:
        file.write(content)
    os.replace(file.name, path)


def _written(text: str, name: str) -> Path:
    """The file of the module."""
    path = cache_directory() / f"{name}.py"
    try:
        if not path.exists() or path.read_bytes() != text.encode():
            write(path, text.encode())
        return path
    except OSError:  # a home that cannot be written to: compiled code lasts as long as the process
        path = Path(tempfile.mkdtemp(prefix="sct_native_")) / f"{name}.py"
        path.write_text(text, encoding="utf-8")
        return path
