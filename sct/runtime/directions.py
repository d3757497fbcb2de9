"""Statistics of angles as ``scipy.stats`` computes them, as plain Python: they are looked into.

The formulas are those of Mardia and Jupp, Directional Statistics, 2000, sections 2.2 and 2.3.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def circmean(samples: Any, high: Any = 6.283185307179586, low: Any = 0, axis: Any = None) -> Any:
    """``scipy.stats.circmean``.

    >>> round(float(circmean(np.array([0.1, 2 * np.pi - 0.3]))), 12)
    6.18318530718
    """
    period = high - low
    angles = samples * ((2.0 * np.pi) / period)
    mean = np.arctan2(np.sum(np.sin(angles), axis=axis), np.sum(np.cos(angles), axis=axis))
    return (mean * (period / (2.0 * np.pi)) - low) % period + low


def circvar(samples: Any, high: Any = 6.283185307179586, low: Any = 0, axis: Any = None) -> Any:
    """``scipy.stats.circvar``.

    >>> round(float(circvar(np.array([0.0, np.pi / 2]))), 12)
    0.292893218813
    """
    return 1.0 - length_of_mean(samples * ((2.0 * np.pi) / (high - low)), axis)


def circstd(samples: Any, high: Any = 6.283185307179586, low: Any = 0, axis: Any = None, normalize: bool = False) -> Any:
    """``scipy.stats.circstd``.

    >>> round(float(circstd(np.array([0.0, np.pi / 2]))), 12)
    0.832554611158
    """
    period = high - low
    spread = (-2 * np.log(length_of_mean(samples * ((2.0 * np.pi) / period), axis))) ** 0.5
    return spread if normalize else spread * (period / (2.0 * np.pi))


def length_of_mean(angles: Any, axis: Any) -> Any:
    """How long the mean of unit vectors is; rounding may make it more than one.

    >>> float(length_of_mean(np.array([0.3, 0.3 + np.pi]), None)) < 1e-15
    True
    """
    sine, cosine = np.mean(np.sin(angles), axis=axis), np.mean(np.cos(angles), axis=axis)
    return np.minimum((sine**2.0 + cosine**2.0) ** 0.5, 1.0)
