"""Slopes of elementary functions as formulas with names, each with the derivative that it has however it is computed.

Differentiated as they are written, these would divide infinity by itself at infinite arguments, multiply it by zero, or
subtract numbers that are nearly equal.  Calls of them are written out once all derivatives are taken.
"""

# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs

from __future__ import annotations

import math

import numpy as np

from .notation import formula

ANYWHERE = {"domain": (-2.0, 2.0)}


@formula(x="-2.0 * z * product_or_zero(z, x)", tests=ANYWHERE)
def lorentzian(x):
    """The slope of the arc tangent, which goes to 0 as ``1 / x**2``."""
    return 1.0 / (1.0 + x * x)


@formula(x="-2.0 * product_or_zero(z, x)", tests=ANYWHERE)
def gaussian(x):
    """The slope of the error function but for a factor."""
    return math.exp(-x * x) if isinstance(x, float) else np.exp(-x * x)


@formula(x="-z * z * product_or_zero(z, x)", tests=ANYWHERE)
def inverse_radius(x):
    """The slope of the inverse hyperbolic sine; a square would overflow where it does not."""
    if np.iscomplexobj(x):
        return 1.0 / np.sqrt(1.0 + x * x)
    return 1.0 / math.hypot(1.0, x) if isinstance(x, float) else 1.0 / np.hypot(1.0, x)


@formula(x="-2.0 * x", tests=ANYWHERE)
def one_minus_square(x):
    """``1 - x * x`` where it does not cancel: close to 1 and -1."""
    return (1.0 - x) * (1.0 + x)
