"""Polynomials and sampled functions."""

from __future__ import annotations

import numpy as np

from .arrays import F32, C, M, T, V, W
from .calls import Call

RNG = np.random.default_rng(3)
SHORT, LONG = RNG.normal(size=3), RNG.normal(size=6)
KNOTS = np.array([-1.2, -0.1, 0.4, 1.7])
AT = np.array([-2.0, -0.7, 0.1, 0.9, 2.5])
PLACES = np.array([0, 1, 3, 7])
D = C[:3] * (1 - 2j)

POLYNOMIALS = [
    Call(np.vander, V), Call(np.vander, F32[0]), Call(np.polyder, F32[0]), Call(np.polyint, F32[0]),
    Call(np.vander, V, 3), Call(np.vander, V, 3, True), Call(np.vander, V, increasing=True),
    Call(np.polyval, V, 1.3), Call(np.polyval, V, SHORT), Call(np.polyval, V, M), Call(np.polyval, F32[0], 0.5),
    Call(np.polyadd, V, SHORT), Call(np.polyadd, SHORT, V), Call(np.polyadd, V, 2.5), Call(np.polysub, V, SHORT),
    Call(np.polysub, SHORT, V), Call(np.polysub, 2.5, V), Call(np.polymul, V, SHORT), Call(np.polymul, SHORT, 1.5),
    Call(np.polyder, V), Call(np.polyder, LONG, 2), Call(np.polyder, V, m=3), Call(np.polyint, V), Call(np.polyint, V, 2),
    Call(np.polyint, V, k=2.5),
    Call(np.polyint, V, 2, SHORT[:2]), Call(np.polyint, V, 3, 1.5), Call(np.polyint, V, 3, SHORT[:1]),
    Call(np.polyder, V[:1], 2), Call(np.poly, V), Call(np.poly, SHORT), Call(np.polyadd, C, D), Call(np.polymul, C, D),
    Call(np.polyfit, LONG, LONG**2 + np.cos(LONG), 2), Call(np.polyfit, V, W, 1), Call(np.polyfit, V, W, 2, w=np.abs(V) + 0.5),
    Call(np.polyfit, V, M.T, 1), Call(np.polyfit, V, M.T, 2, w=np.abs(V) + 0.5), Call(np.polyfit, V, W, 3),
    Call(np.polyfit, V[:3], W[:3], 4), Call(np.polyfit, V[:3], M[:, :3].T, 3, w=W[:3]),
    Call(np.polyfit, LONG, LONG**2, 3, rcond=0.2),
]
CONVOLUTIONS = [Call(fn, a, v, mode) for fn in (np.convolve, np.correlate) for mode in ("full", "same", "valid")
                for a, v in ((LONG, SHORT), (SHORT, LONG), (LONG, V), (V, LONG), (V, W), (C, D), (D, C))]
CONVOLUTIONS += [Call(np.convolve, V, SHORT), Call(np.correlate, V, SHORT), Call(np.convolve, F32[0], F32[1])]
SLOPES = [
    Call(np.gradient, V), Call(np.gradient, LONG, 0.3), Call(np.gradient, M, axis=1), Call(np.gradient, M, 0.3, axis=0),
    Call(np.gradient, M), Call(np.gradient, M, 0.3), Call(np.gradient, M, 0.3, 0.7), Call(np.gradient, T, axis=(0, 2)),
    Call(np.gradient, LONG, 0.3, edge_order=2), Call(np.gradient, M, axis=1, edge_order=2), Call(np.gradient, T, 0.5, axis=-1),
    Call(np.gradient, M, 0.3, 0.7).alone(1), Call(np.gradient, M, 0.3).alone(0), Call(np.gradient, F32, axis=1),
    Call(np.gradient, V, PLACES), Call(np.gradient, T, PLACES, axis=2), Call(np.gradient, M, 1, PLACES).alone(1),
    Call(np.gradient, V, PLACES, edge_order=2), Call(np.gradient, M, 1, PLACES, edge_order=2),
    Call(np.gradient, M.T, PLACES, axis=0, edge_order=2),
    Call(np.ediff1d, V), Call(np.ediff1d, M), Call(np.ediff1d, V, 2.5), Call(np.ediff1d, V, SHORT, W), Call(np.ediff1d, V[:1]),
    Call(np.ediff1d, V, to_begin=1.5),
]
CALLS = POLYNOMIALS + CONVOLUTIONS + SLOPES + [
    Call(np.interp, 0.1, KNOTS, V), Call(np.interp, AT, KNOTS, V), Call(np.interp, AT, KNOTS, V, 7.0),
    Call(np.interp, AT, KNOTS, V, right=7.0), Call(np.interp, AT, KNOTS, V, 1.5, 7.0), Call(np.interp, M, KNOTS, V),
    Call(np.interp, 9.0 * AT, KNOTS, V, period=4.5), Call(np.interp, 7.3, KNOTS[::-1] * 3.0, V, 0.5, 0.7, 4.5),
    Call(np.interp, 9.0, KNOTS, V, right=2.5), Call(np.interp, -9.0, KNOTS, V),
    Call(np.unwrap, 5.0 * V), Call(np.unwrap, 9.0 * M, axis=0), Call(np.unwrap, V, period=1), Call(np.unwrap, 5.0 * V, 4),
    Call(np.i0, V), Call(np.i0, 3.0 * M), Call(np.kaiser, 5, 3.5), Call(np.kaiser, 8, 0.7), Call(np.kaiser, 1, 0.7),
]
KINKED = [call for call in CALLS if call.fn is np.interp]
