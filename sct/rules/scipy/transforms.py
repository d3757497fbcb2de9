"""Rules of the cosine and sine transforms of ``scipy.fft``: the transpose of the second kind is the third but for one weight.

The kinds are those of Rao and Yip, Discrete Cosine Transform, 1990, section 2.2.  Fourier transforms are those of NumPy.
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np
from scipy import fft

from ...errors import RuleError
from ..indexing import static
from ..notation import area, refuse_named, vjp, zero

area("fft", fft)


@static
def kind_of(type, norm):
    """The kind of the transpose; refuse others than the second and the third."""
    if type not in (2, 3) or norm not in (None, "backward", "ortho"):
        raise RuleError("cosine and sine transforms have rules for the types 2 and 3, with norm=None or 'ortho'")
    return 5 - type


def weighted(v, axis, place, factor):
    """``v`` with one element along ``axis`` times a factor."""
    count = v.shape[axis]
    factors = np.where(np.arange(count) == place % count, factor, 1.0)
    return np.moveaxis(np.moveaxis(v, axis, -1) * factors, -1, axis)


def transposed(transform, z_bar, type, axis, norm, place):
    """The transpose of a transform, unscaled or orthogonal; ``place`` is the element that the third kind counts once."""
    other = kind_of(type, norm)
    if norm == "ortho":
        return transform(z_bar, other, axis=axis, norm="ortho")
    if type == 2:
        return transform(weighted(z_bar, axis, place, 2.0), other, axis=axis)
    return weighted(transform(z_bar, other, axis=axis), axis, place, 0.5)


def inverse_bar(transform, z_bar, type, axis, norm, place):
    """The transpose of the inverse: but for the scale it is the transform of the other kind."""
    whole = transposed(transform, z_bar, kind_of(type, norm), axis, norm, place)
    return whole if norm == "ortho" else whole / (2 * z_bar.shape[axis])


@vjp(fft.dct, real_only=True)
def dct_vjp(x, type=2, *, axis=-1, norm=None, z, z_bar):
    x_bar = transposed(fft.dct, z_bar, type, axis, norm, 0)


@vjp(fft.dst, real_only=True)
def dst_vjp(x, type=2, *, axis=-1, norm=None, z, z_bar):
    x_bar = transposed(fft.dst, z_bar, type, axis, norm, -1)


@vjp(fft.idct, real_only=True)
def idct_vjp(x, type=2, *, axis=-1, norm=None, z, z_bar):
    x_bar = inverse_bar(fft.dct, z_bar, type, axis, norm, 0)


@vjp(fft.idst, real_only=True)
def idst_vjp(x, type=2, *, axis=-1, norm=None, z, z_bar):
    x_bar = inverse_bar(fft.dst, z_bar, type, axis, norm, -1)


zero(fft.next_fast_len, fft.prev_fast_len)
refuse_named(fft, "dctn dstn idctn idstn", because="it has no rule", instead="transform along one axis after the other")
refuse_named(fft, "hfft2 hfftn ihfft2 ihfftn fht ifht fhtoffset", because="it has no rule", instead="use fft, or hfft")
refuse_named(fft, "get_workers set_workers register_backend set_backend set_global_backend skip_backend",
             because="it asks for, or changes, a setting of the whole program", instead="call it outside")
