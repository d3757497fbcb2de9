"""Rules of the reductions that leave out what is missing: an element that is NaN takes no part."""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from ..runtime.helpers import unbroadcast
from .indexing import flat, like, reduced, spread, spread_to, total
from .linalg import mirrored
from .notation import vjp
from .reductions import cumprod_bar, everything, extremal, prod_bar, read_in, reject_real_type, starting, summed_behind
from .scalar import or_infinite


def present(a, where):
    """Which elements take part."""
    return ~np.isnan(a) if everything(where) else ~np.isnan(a) & where


@vjp(np.nansum)
def nansum_vjp(a, axis=None, dtype=None, *, keepdims=False, initial=0, where=True, z, z_bar):
    a_bar = np.where(present(a, where), spread_to(z_bar, a, axis, keepdims), 0.0)
    initial_bar = total(z_bar)


@vjp(np.nanprod)
def nanprod_vjp(a, axis=None, dtype=None, *, keepdims=False, initial=1, where=True, z, z_bar):
    """``np.prod`` with ones in the place of what is missing."""
    factors = np.where(present(a, where), read_in(a, z), 1.0)
    a_bar = np.where(present(a, where), prod_bar(factors, axis, keepdims, initial, z_bar), 0.0)
    initial_bar = total(z_bar * reduced(np.prod, factors, axis, keepdims))


@vjp(np.nanmean)
def nanmean_vjp(a, axis=None, dtype=None, *, keepdims=False, where=True, z, z_bar):
    there = present(a, where)
    a_bar = np.where(there, spread_to(z_bar / reduced(np.sum, there, axis, keepdims), a, axis, keepdims), 0.0)


def deviations(a, axis, there, mean):
    """What the elements that are there deviate from their mean, or from the one that has been given (see ``centred``)."""
    if mean is None:
        mean = np.nanmean(np.where(there, a, np.nan), axis=axis, keepdims=True)
    return mirrored(np.where(there, a - mean, 0.0))


def freedom(there, axis, keepdims, ddof):
    """The divisor of a variance; where it is not positive, NumPy says NaN."""
    left = reduced(np.sum, there, axis, keepdims) - ddof
    return np.where(left > 0, left, np.nan)


@vjp(np.nanvar)
def nanvar_vjp(a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=True, mean=None, correction=None, z, z_bar):
    """``2 * (a - mean) / (n - ddof)``, where ``n`` elements are there."""
    reject_real_type(a, dtype)
    there = present(a, where)
    z_bar = np.real(z_bar) if np.iscomplexobj(z) else z_bar
    left = freedom(there, axis, keepdims, ddof if correction is None else correction)
    a_bar = spread(z_bar * (2.0 / left), a, axis, keepdims) * deviations(a, axis, there, mean)
    mean_bar = None
    if mean is not None:
        mean_bar = unbroadcast(-a_bar, mean)


@vjp(np.nanstd)
def nanstd_vjp(a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=True, mean=None, correction=None, z, z_bar):
    """The slope of the variance over twice the deviation; 0 where that is 0."""
    reject_real_type(a, dtype)
    there = present(a, where)
    z, z_bar = (np.real(z), np.real(z_bar)) if np.iscomplexobj(z) else (z, z_bar)
    left = freedom(there, axis, keepdims, ddof if correction is None else correction)
    a_bar = spread(z_bar * (1.0 / (left * or_infinite(z))), a, axis, keepdims) * deviations(a, axis, there, mean)
    mean_bar = None
    if mean is not None:
        mean_bar = unbroadcast(-a_bar, mean)


def nanmax_vjp(a, axis=None, *, keepdims=False, initial=None, where=True, z, z_bar):
    """Only where all are missing the result is NaN: then none of them gets anything."""
    a_bar = extremal(a, axis, keepdims, initial, present(a, where), z, z_bar)
    initial_bar = None
    if initial is not None:
        initial_bar = starting(a, axis, keepdims, initial, present(a, where), z, z_bar)


vjp(np.nanmax)(nanmax_vjp)
vjp(np.nanmin)(nanmax_vjp)


@vjp(np.nancumsum)
def nancumsum_vjp(a, axis=None, dtype=None, *, z, z_bar):
    behind = like(summed_behind(z_bar, 0), a) if axis is None else summed_behind(z_bar, axis)
    a_bar = np.where(np.isnan(a), 0.0, behind)


@vjp(np.nancumprod)
def nancumprod_vjp(a, axis=None, dtype=None, *, z, z_bar):
    """``np.cumprod`` with ones in the place of what is missing."""
    factors = np.where(np.isnan(a), 1.0, read_in(a, z))
    if axis is None:
        factors_bar = like(cumprod_bar(flat(factors), 0, z, z_bar), a)
    else:
        factors_bar = cumprod_bar(factors, axis, z, z_bar)
    a_bar = np.where(np.isnan(a), 0.0, factors_bar)
