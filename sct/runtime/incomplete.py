"""Means of logarithms over a part of a gamma or a beta distribution, which tell how incomplete functions depend on parameters.

The logarithmic derivative by ``a`` of an integral of ``t**(a - 1) * w(t)`` is the mean of ``log(t)`` where ``t`` has that
density.  What is averaged here is positive, so that nothing cancels; Gauss's rule goes to where the density is ``exp(-45)`` of
what it is where the part begins, or to the end: 11 digits.
"""

from __future__ import annotations

from typing import Any

import numpy as np

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(80)
_EVEN, _EVEN_SHARES = 0.5 * (_NODES + 1.0), 0.5 * _WEIGHTS
_DENSE, _DENSE_SHARES = _EVEN**3, 3.0 * _EVEN**2 * _EVEN_SHARES
"""Places between 0 and 1, and those that are dense near 0, with their weights."""
DEPTH = 45.0


def gamma_mean(k: int, a: Any, x: Any, above: Any) -> Any:
    """The mean of ``abs(log(t / x))**k`` where ``t``, of a gamma distribution of shape ``a``, is ``above`` or below ``x``.

    >>> round(float(gamma_mean(1, 1.0, 1.0, True)), 12), round(float(gamma_mean(2, 1.0, 1.0, False)), 12)
    (0.596347362323, 2.819755774952)
    """
    return _in_parts(above, lambda a, x: _mean(*_gamma_above(a, x), k), lambda a, x: _mean(*_gamma_below(a, x), k), a, x)


def beta_mean(j: int, k: int, a: Any, b: Any, x: Any, y: Any, above: Any) -> Any:
    """The mean of ``abs(log(t / x))**j * abs(log((1 - t) / y))**k`` where ``t``, of a beta distribution, is ``above`` or below
    ``x``; ``y`` is ``1 - x``.

    >>> round(float(beta_mean(1, 0, 2.0, 1.0, 0.3, 0.7, False)), 12)
    0.5
    """
    return _in_parts(above, lambda *given: _mean(*_beta_above(*given), j, k), lambda *given: _mean(*_beta_below(*given), j, k),
                     a, b, x, y)


def _in_parts(above: Any, upper: Any, lower: Any, *given: Any) -> Any:
    """What ``upper`` says where ``above`` is true and ``lower`` elsewhere, of columns of the arguments."""
    kind = np.result_type(*given)
    side, *columns = np.broadcast_arrays(above, *(np.asarray(v, float) for v in given))
    found = np.empty(side.shape, kind if kind.kind == "f" else float)
    with np.errstate(all="ignore"):
        for where, mean in ((side, upper), (~side, lower)):
            if np.any(where):
                found[where] = mean(*(v[where][:, None] for v in columns))
    return found[()]


def _mean(logarithm: Any, share: Any, *rest: Any) -> Any:
    """The mean of a product of powers, the bases of which come first, then the exponents."""
    count = len(rest) // 2
    density = np.exp(logarithm - np.max(logarithm, axis=-1, keepdims=True)) * share
    product = density
    for base, power in zip(rest[:count], rest[count:], strict=True):
        product = product * base**power
    return np.sum(product, axis=-1) / np.sum(density, axis=-1)


def _gamma_below(a: Any, x: Any) -> Any:
    """``t = x * exp(-s)``"""
    end = (DEPTH + x) / a
    for _ in range(14):
        end = end - (a * end + x * np.expm1(-end) - DEPTH) / (a - x * np.exp(-end))
    s = end * _DENSE
    return -a * s - x * np.expm1(-s), end * _DENSE_SHARES, s


def _gamma_above(a: Any, x: Any) -> Any:
    """``t = x * exp(s)``: where ``x`` is very small the density changes only far behind it."""
    end = np.log1p(DEPTH / x) + np.minimum(np.sqrt(100.0 / x), 5.0)
    for _ in range(8):
        end = end - (x * np.expm1(end) - a * end - DEPTH) / (x * np.exp(end) - a)
    s, share = _in_two(end, np.maximum(-np.log(x) - 36.0, 0.0))
    return a * s - x * np.expm1(s), share, s


def _in_two(end: Any, far: Any) -> Any:
    """Places between 0 and ``end``: up to ``far``, where little happens, and behind it."""
    s = np.concatenate([far * _EVEN, far + (end - far) * _EVEN], axis=-1)
    return s, np.concatenate([far * _EVEN_SHARES, (end - far) * _EVEN_SHARES], axis=-1)


def _beta_below(a: Any, b: Any, x: Any, y: Any) -> Any:
    """``t = x * exp(-s)``, ``1 - t = y * exp(r)``"""
    more = np.maximum(b - 1.0, 0.0)
    end = (DEPTH - more * np.log(y)) / a
    for _ in range(14):
        slope = a - more * x / (np.exp(end) - x)
        end = end - (a * end - more * np.log1p(-x / y * np.expm1(-end)) - DEPTH) / slope
    s = end * _DENSE
    r = np.log1p(-x / y * np.expm1(-s))
    return -a * s + (b - 1.0) * r, end * _DENSE_SHARES, s, r


def _beta_above(a: Any, b: Any, x: Any, y: Any) -> Any:
    """``t = x * exp(s)`` up to a half, and behind it ``1 - t = rest * exp(-r)``."""
    half, rest = np.maximum(x, 0.5), np.minimum(y, 0.5)
    end = np.log(half / x)
    for _ in range(14):
        left = a * end + (b - 1.0) * np.log1p(-x / y * np.expm1(end)) + DEPTH
        slope = a - (b - 1.0) * x * np.exp(end) / (1.0 - x * np.exp(end))
        end = np.where((left < 0.0) & (slope < 0.0), end - left / slope, end)
    s, share = _in_two(end, np.clip(-np.log(x) - DEPTH, 0.0, end))
    r = np.log1p(-x / y * np.expm1(s))
    logarithm, share_behind, q, p = _beta_below(b, a, rest, half)
    apart = np.log(half / x)
    logarithm = logarithm + (a - 1.0) * apart - np.log(x) + b * np.log(rest / y) + np.log(y)
    return (np.concatenate([a * s + (b - 1.0) * r, logarithm], axis=-1), np.concatenate([share, share_behind], axis=-1),
            np.concatenate([s, apart + p], axis=-1), np.concatenate([-r, q + np.log(y / rest)], axis=-1))
