"""Rules of the transforms of ``scipy.fft`` by cosines, sines and Bessel functions: their transposes are transforms, too.

The kinds of the first two are those of Rao and Yip, Discrete Cosine Transform, 1990, section 2.2: the transpose of the
second is the third but for one weight.  Fourier transforms are those of NumPy.
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np
from scipy import fft

from ...errors import RuleError
from ..indexing import static
from ..notation import area, declare, linear, refuse_named, vjp, zero

area("fft", fft)


@static
def kind_of(type, norm):
    """The kind of the transpose, but for weights."""
    if type not in (1, 2, 3, 4) or norm not in (None, "backward", "ortho", "forward"):
        raise RuleError("cosine and sine transforms are of the types 1 to 4, with norm=None, 'ortho' or 'forward'")
    return {1: 1, 2: 3, 3: 2, 4: 4}[type]


@static
def of_inverse(norm):
    """The scale of the inverse, which is the transform of the other kind."""
    return {None: "forward", "backward": "forward", "ortho": "ortho", "forward": None}[norm]


def weighted(v, axis, place, factor):
    """``v`` with one element along ``axis`` times a factor."""
    count = v.shape[axis]
    factors = np.where(np.arange(count) == place % count, factor, 1.0)
    return np.moveaxis(np.moveaxis(v, axis, -1) * factors, -1, axis)


def transposed(transform, z_bar, type, axis, norm, place):
    """The transpose of a transform; ``place`` is the element that the third kind counts once."""
    other = kind_of(type, norm)
    if norm == "ortho" or type == 4 or type == 1 and place == -1:
        return transform(z_bar, other, axis=axis, norm=norm)
    if type == 2:
        return transform(weighted(z_bar, axis, place, 2.0), other, axis=axis, norm=norm)
    if type == 3:
        return weighted(transform(z_bar, other, axis=axis, norm=norm), axis, place, 0.5)
    doubled = weighted(weighted(z_bar, axis, 0, 2.0), axis, -1, 2.0)
    return weighted(weighted(transform(doubled, 1, axis=axis, norm=norm), axis, 0, 0.5), axis, -1, 0.5)


def inverse_bar(transform, z_bar, type, axis, norm, place):
    """The transpose of the inverse: that is the transform of the other kind."""
    return transposed(transform, z_bar, kind_of(type, norm), axis, of_inverse(norm), place)


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


@vjp(fft.fht, real_only=True)
def fht_vjp(a, dln, mu, offset=0.0, bias=0.0, *, z, z_bar):
    """A convolution that is turned around, whose matrix is symmetric (Hamilton 2000, appendix B); so is that with a bias."""
    a_bar = fft.fht(z_bar, dln, mu, offset, bias)


@vjp(fft.ifht, real_only=True)
def ifht_vjp(A, dln, mu, offset=0.0, bias=0.0, *, z, z_bar):
    A_bar = fft.ifht(z_bar, dln, mu, offset, bias)


linear(fft.fht, "a")
linear(fft.ifht, "A")
for transform in (fft.fht, fft.ifht):
    declare(transform, unsaid="only its values have a rule, not where they are sampled")
zero(fft.next_fast_len, fft.prev_fast_len)
refuse_named(fft, "fhtoffset", because="it looks for the offset nearest to one given, which jumps",
             instead="call it outside and pass the result")
refuse_named(fft, "get_workers set_workers register_backend set_backend set_global_backend skip_backend",
             because="it asks for, or changes, a setting of the whole program", instead="call it outside")
