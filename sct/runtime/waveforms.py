"""Waves of ``scipy.signal``, as plain Python: they are looked into."""

from __future__ import annotations

from typing import Any

import numpy as np


def chirp(t: Any, f0: Any, t1: Any, f1: Any, method: str = "linear", phi: Any = 0, vertex_zero: bool = True) -> Any:
    """``scipy.signal.chirp``.

    >>> round(float(chirp(0.5, 1.0, 1.0, 1.0)), 12)
    -1.0
    """
    if method in ("linear", "lin", "li"):
        turns = f0 * t + 0.5 * (f1 - f0) / t1 * t * t
    elif method in ("quadratic", "quad", "q"):
        bend = (f1 - f0) / t1**2
        turns = f0 * t + bend * t**3 / 3.0 if vertex_zero else f1 * t + bend * ((t1 - t) ** 3 - t1**3) / 3.0
    elif method in ("logarithmic", "log", "lo"):
        growth = np.log(f1 / f0) / t1
        turns = f0 * np.expm1(growth * t) / growth
    elif method in ("hyperbolic", "hyp"):
        pole = f1 * t1 / (f1 - f0)
        turns = -pole * f0 * np.log(np.abs(1.0 - t / pole))
    else:
        raise ValueError(f"method must be 'linear', 'quadratic', 'logarithmic' or 'hyperbolic', not {method!r}")
    return np.cos(2.0 * np.pi * turns + np.deg2rad(phi))


def gausspulse(t: Any, fc: Any = 1000.0, bw: Any = 0.5, bwr: Any = -6.0, retquad: bool = False, retenv: bool = False) -> Any:
    """``scipy.signal.gausspulse`` at some times.

    >>> float(gausspulse(0.0))
    1.0
    """
    narrow = -((np.pi * fc * bw) ** 2) / (4.0 * np.log(10.0 ** (bwr / 20.0)))
    envelope = np.exp(-narrow * t * t)
    wave = envelope * np.cos(2.0 * np.pi * fc * t)
    if not retquad and not retenv:
        return wave
    beside = envelope * np.sin(2.0 * np.pi * fc * t)
    if not retenv:
        return wave, beside
    return (wave, beside, envelope) if retquad else (wave, envelope)


def sawtooth(t: Any, width: Any = 1.0) -> Any:
    """``scipy.signal.sawtooth``: lines up and down.

    >>> float(sawtooth(np.pi)), float(sawtooth(np.pi, 0.5))
    (0.0, 1.0)
    """
    part = np.mod(t, 2.0 * np.pi) / (2.0 * np.pi)
    rises = part < width
    up = np.where(rises, width, 1.0)
    down = np.where(rises, 0.0, width)
    wave = np.where(rises, 2.0 * part / up - 1.0, (1.0 + down - 2.0 * part) / (1.0 - down))
    return np.where((width >= 0.0) & (width <= 1.0), np.asarray(wave, np.float64), np.nan)


def sweep_poly(t: Any, poly: Any, phi: Any = 0.0) -> Any:
    """``scipy.signal.sweep_poly`` of a vector of coefficients.

    >>> round(float(sweep_poly(0.5, np.array([1.0]))), 12)
    -1.0
    """
    return np.cos(2.0 * np.pi * np.polyval(np.polyint(poly), t) + np.deg2rad(phi))
