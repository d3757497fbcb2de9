"""Functions of ``scipy.optimize`` that are said in NumPy."""

from __future__ import annotations

from scipy import optimize

from ..runtime import descriptive
from .said import say

say({optimize.rosen: descriptive.rosen}, arrays=("x",))
