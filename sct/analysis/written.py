"""An array in an argument that the function writes to, as the analysis hands it to those who test arguments at a call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Steps = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Written:
    """An array in an argument that the function writes to: at a call it must share memory with nothing else."""

    param: str
    steps: Steps = ()
    """The way to it: ``("attr", name)`` and ``("item", key)``."""
    reshaped: bool = False
    """Whether it must lie in memory in one piece, as its copy does, because it is reshaped."""
