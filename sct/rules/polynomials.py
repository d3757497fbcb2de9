"""Rules of polynomials by their coefficients, the highest power first: their values, products, derivatives and fits."""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from ..errors import RuleError
from ..ir.types import ANY, Array, Type
from ..runtime.helpers import unbroadcast
from .indexing import flat, like
from .linalg import mirrored
from .notation import linear, vjp
from .shapes import dim, facts, from_call, inexact, promoted
from .solving import solution_bars, truncated_solution_bars

EPS = float(np.finfo(float).eps)

# ----------------------------------------------------------------------------------------------------- values


@from_call
def powers(x, N=None, increasing=False) -> Type:
    """``np.vander``"""
    kind, dims = facts(x)
    return Array(promoted(kind, "int64"), (*dims, dims[0] if N is None else dim(N)))


@vjp(np.vander, infer=powers)
def vander_vjp(x, N=None, increasing=False, *, z, z_bar):
    """Each power is the slope of the next one, but for a factor."""
    if increasing:
        x_bar = (z_bar[:, 1:] * z[:, :-1]) @ np.arange(1, z.shape[1])
    else:
        x_bar = (z_bar[:, :-1] * z[:, 1:]) @ np.arange(z.shape[1] - 1, 0, -1)


@vjp(np.polyval)
def polyval_vjp(p, x, *, z, z_bar):
    """The derivative of a polynomial is ``np.polyder``; by its coefficients the slopes are the powers of ``x``."""
    if np.ndim(p) != 1:
        raise RuleError("np.polyval has a rule for vectors of coefficients", hint="evaluate one polynomial after the other")
    x_bar = z_bar * np.polyval(np.polyder(p), x)
    if np.ndim(x) == 0:
        p_bar = z_bar * x ** np.arange(len(p) - 1, -1, -1)
    else:
        p_bar = flat(z_bar) @ np.vander(flat(x), len(p))


# ------------------------------------------------------------------------------------------------- arithmetic


@from_call
def longer(a1, a2) -> Type:
    """``np.polyadd``, ``np.polysub``: as long as the longer one."""
    (left, a), (right, b) = facts(a1), facts(a2)
    return Array(promoted(left, right), (a[0] if a and a == b else ANY,))


@from_call
def lengthened(p, m=1, k=None) -> Type:
    """``np.polyder``, ``np.polyint``: whole numbers multiply or divide the coefficients, which widens single precision."""
    return Array(inexact(promoted(facts(p)[0], "int64")), (ANY,))


@from_call
def product_of(a1, a2) -> Type:
    return Array(promoted(facts(a1)[0], facts(a2)[0]), (ANY,))


def last(v, a):
    """The coefficients of the same powers as those of ``a``."""
    return v[-1] if np.ndim(a) == 0 else v[v.shape[0] - a.shape[0] :]


@vjp(np.polyadd, infer=longer)
def polyadd_vjp(a1, a2, *, z, z_bar):
    a1_bar = last(z_bar, a1)
    a2_bar = last(z_bar, a2)


@vjp(np.polysub, infer=longer)
def polysub_vjp(a1, a2, *, z, z_bar):
    a1_bar = last(z_bar, a1)
    a2_bar = -last(z_bar, a2)


@vjp(np.polymul, infer=product_of)
def polymul_vjp(a1, a2, *, z, z_bar):
    """A product has no leading zeros: those that NumPy has left out count as zeros; no coefficients count as one zero."""
    zero = np.sum(z_bar[:0])
    if np.size(a1) == 0 or np.size(a2) == 0:
        a1_bar, a2_bar = like(np.full(np.size(a1), zero), a1), like(np.full(np.size(a2), zero), a2)
    else:
        whole_bar = np.concatenate([np.full(np.size(a1) + np.size(a2) - 1 - z.shape[0], zero), z_bar])
        a1_bar = like(np.correlate(whole_bar, mirrored(np.atleast_1d(a2)), "valid"), a1)
        a2_bar = like(np.correlate(whole_bar, mirrored(np.atleast_1d(a1)), "valid"), a2)


@vjp(np.polyder, infer=lengthened)
def polyder_vjp(p, m=1, *, z, z_bar):
    """The derivative of all ones tells the factors; the last ``m`` coefficients go away."""
    p_bar = np.concatenate([z_bar * np.polyder(np.ones(len(p)), m), np.zeros(len(p) - len(z))])


@vjp(np.polyint, infer=lengthened)
def polyint_vjp(p, m=1, k=None, *, z, z_bar):
    """The last ``m`` coefficients are the constants ``k``, the first of which is integrated ``m - 1`` times more."""
    p_bar = z_bar[: len(p)] * np.polyint(np.ones(len(p)), m)[: len(p)]
    k_bar = None
    if k is not None:
        times = np.cumprod(np.maximum(np.arange(m), 1))[::-1]
        k_bar = unbroadcast(z_bar[len(p) :] / times, k)


CONJUGATE_PAIRS = "of complex roots it returns real numbers where they come in conjugate pairs, which only values tell"


@vjp(np.poly, real_only=CONJUGATE_PAIRS)
def poly_vjp(seq_of_zeros, *, z, z_bar):
    """The slope by one root is the polynomial of the others, with the other sign; a root 0 in its place adds a coefficient."""
    if np.ndim(seq_of_zeros) != 1:
        raise RuleError("np.poly has a rule for roots; the characteristic polynomial of a matrix has none")
    n = len(seq_of_zeros)
    places = np.arange(n)
    seq_of_zeros_bar = np.array([-np.dot(z_bar[1:], np.poly(np.where(places == k, 0.0, seq_of_zeros))[:-1]) for k in range(n)])


# -------------------------------------------------------------------------------------------------------- fits


def weighted(v, w):
    """The rows of ``v`` times their weights."""
    if w is None:
        return v
    return w * v if v.ndim == 1 else np.expand_dims(w, 1) * v


def per_power(v, s):
    """The numbers ``s``, one for each power, in a shape that broadcasts against coefficients ``v``."""
    return s if v.ndim == 1 else np.expand_dims(s, 1)


@vjp(np.polyfit)
def polyfit_vjp(x, y, deg, rcond=None, *, w=None, z, z_bar):
    """A linear least-squares problem (``np.linalg.lstsq``) whose columns, the weighted powers of ``x``, are scaled to length 1.

    What the scale adds cancels where the fit is unique; where several polynomials fit as well, it tells which one is returned.
    """
    powers = np.vander(x, deg + 1)
    lhs = weighted(powers, w)
    scale = np.sqrt(np.sum(lhs * lhs, axis=0))
    each = per_power(z, scale)
    unit, rhs = lhs / scale, weighted(y, w)
    if rcond is None:
        b_bar, unit_bar = solution_bars(unit, rhs, np.linalg.pinv(unit, len(x) * EPS), z * each, z_bar / each)
    else:
        b_bar, unit_bar = truncated_solution_bars(unit, rhs, rcond, z_bar / each)
    from_scale = z_bar * z if z.ndim == 1 else np.sum(z_bar * z, axis=1)
    scale_bar = -np.sum(unit_bar * lhs, axis=0) / scale**2 - from_scale / scale
    lhs_bar = unit_bar / scale + lhs * (scale_bar / scale)
    powers_bar = weighted(lhs_bar, w)
    x_bar = (powers_bar[:, :-1] * powers[:, 1:]) @ np.arange(deg, 0, -1)
    y_bar = weighted(b_bar, w)
    if w is not None:
        each_bar = b_bar * y
        w_bar = np.sum(lhs_bar * powers, axis=1) + (each_bar if y.ndim == 1 else np.sum(each_bar, axis=1))


linear(np.polyadd, "a1", "a2")
linear(np.polysub, "a1", "a2")
linear(np.polyder, "p")
linear(np.polyint, "p", "k")
