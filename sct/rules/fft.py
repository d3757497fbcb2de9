"""Rules of ``np.fft``: the matrix of a discrete Fourier transform is symmetric, so the transform is its own transpose.

Cotangents follow the convention of plain transposes (no conjugates), so ``fft`` and ``ifft`` map them as they map their
arguments.  A real transform keeps half of a spectrum whose other half mirrors it: ``rfft`` forgets that half (its transpose
pads with zeros and takes the real part), ``irfft`` counts each frequency twice but for the lowest and, in an even length,
the highest.
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import RuleError
from ..ir.types import Array, Type
from ..runtime.arrays import fitted, mirror_counts
from .indexing import static
from .notation import linear, vjp, zero
from .shapes import dim, facts, from_call, promoted

OPPOSITE = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": "backward"}
"""The normalisation of the other direction: scaled where this one is not."""


@static
def opposite(norm):
    """The ``norm`` under which the inverse transform has this one's scale."""
    return OPPOSITE[norm]


@static
def axes_of(axes, s, ndim):
    """The transformed axes, in order.

    >>> axes_of(None, None, 2), axes_of(None, (3,), 3), axes_of((0, -1), None, 3)
    ((0, 1), (2,), (0, 2))
    """
    chosen = tuple(range(ndim)) if axes is None else tuple(axes)
    if axes is None and s is not None:
        chosen = chosen[ndim - len(s):]
    places = tuple(k % ndim for k in chosen)
    if len(set(places)) < len(places):
        raise RuleError("a transform along one axis twice has no rule", hint="transform twice")
    return places


def result(kind: str, size: Callable[[int], int]) -> Callable[..., Any]:
    """``infer`` of a transform to ``kind`` numbers, of which there are ``size(n)`` along the last of the axes."""
    @from_call
    def infer(a: Any, n: Any = None, axis: Any = None, norm: Any = None, s: Any = None, axes: Any = None) -> Type:
        """The type of one transform; lengths that the call does not say are those of the argument."""
        dtype, dims = facts(a)
        if not dims:
            raise RuleError("a Fourier transform needs an array with dimensions")
        narrow = dtype in ("float32", "float16", "complex64")
        precise = {"complex": ("complex128", "complex64"), "float": ("float64", "float32")}[kind][narrow]
        if s is not None:
            return Array(precise, ("?",) * len(dims))
        last = (axis if isinstance(axis, int) else axis[-1] if axis else -1) % len(dims)
        found = dims[last] if kind == "complex" or dims[last] == "n" else "?"  # a signal of one number has a spectrum of one
        if n is not None:
            found = dim(size(n)) if isinstance(n, int) else "?"
        return Array(precise, (*dims[:last], found, *dims[last + 1 :]))
    return infer


COMPLEX = result("complex", lambda n: n)
HALF = result("complex", lambda n: n // 2 + 1)
REAL = result("float", lambda n: n)
"""A spectrum, half of one, a signal."""


def along(transform, v, axis, norm):
    """``transform`` along one axis, spelled without the defaults."""
    if norm is None:
        return transform(v) if axis == -1 else transform(v, axis=axis)
    return transform(v, axis=axis, norm=norm)


def extended(v, length, axis, norm):
    """The transform of ``v`` padded with zeros to ``length``, spelled without the defaults."""
    if norm is None:
        return np.fft.fft(v, length) if axis == -1 else np.fft.fft(v, length, axis)
    return np.fft.fft(v, length, axis, norm)


def over(transform, v, axes, norm):
    """``transform`` over several axes, spelled without the defaults."""
    if norm is None:
        return transform(v) if axes == tuple(range(v.ndim)) else transform(v, axes=axes)
    return transform(v, axes=axes, norm=norm)


# ----------------------------------------------------------------------------------------------------- one axis


@vjp(np.fft.fft, infer=COMPLEX)
def fft_vjp(a, n=None, axis=-1, norm=None, *, z, z_bar):
    a_bar = like_argument(along(np.fft.fft, z_bar, axis, norm), a, n)


@vjp(np.fft.ifft, infer=COMPLEX)
def ifft_vjp(a, n=None, axis=-1, norm=None, *, z, z_bar):
    a_bar = like_argument(along(np.fft.ifft, z_bar, axis, norm), a, n)


@vjp(np.fft.rfft, infer=HALF)
def rfft_vjp(a, n=None, axis=-1, norm=None, *, z, z_bar):
    length = a.shape[axis] if n is None else n
    a_bar = like_argument(np.real(extended(z_bar, length, axis, norm)), a, n)


@vjp(np.fft.irfft, infer=REAL)
def irfft_vjp(a, n=None, axis=-1, norm=None, *, z, z_bar):
    half = np.conj(along(np.fft.rfft, z_bar, axis, opposite(norm)))
    a_bar = like_argument(half * mirror_counts(z, axis), a, n)


@vjp(np.fft.hfft, infer=REAL)
def hfft_vjp(a, n=None, axis=-1, norm=None, *, z, z_bar):
    a_bar = like_argument(along(np.fft.rfft, z_bar, axis, norm) * mirror_counts(z, axis), a, n)


@vjp(np.fft.ihfft, infer=HALF)
def ihfft_vjp(a, n=None, axis=-1, norm=None, *, z, z_bar):
    length = a.shape[axis] if n is None else n
    a_bar = like_argument(np.real(extended(np.conj(z_bar), length, axis, opposite(norm))), a, n)


def like_argument(v, a, n):
    """The cotangent of what was transformed as that of ``a``, which was cropped or padded with zeros to the length ``n``."""
    return v if n is None else fitted(v, a.shape)


@vjp(fitted, "fitted")
def fitted_vjp(x, shape, *, z, z_bar):
    x_bar = fitted(z_bar, x.shape)


# ---------------------------------------------------------------------------------------------------- many axes


@vjp(np.fft.fftn, infer=COMPLEX)
def fftn_vjp(a, s=None, axes=None, norm=None, *, z, z_bar):
    a_bar = like_argument(over(np.fft.fftn, z_bar, axes_of(axes, s, a.ndim), norm), a, s)


@vjp(np.fft.ifftn, infer=COMPLEX)
def ifftn_vjp(a, s=None, axes=None, norm=None, *, z, z_bar):
    a_bar = like_argument(over(np.fft.ifftn, z_bar, axes_of(axes, s, a.ndim), norm), a, s)


@vjp(np.fft.fft2, infer=COMPLEX)
def fft2_vjp(a, s=None, axes=(-2, -1), norm=None, *, z, z_bar):
    a_bar = like_argument(over(np.fft.fftn, z_bar, axes_of(axes, s, a.ndim), norm), a, s)


@vjp(np.fft.ifft2, infer=COMPLEX)
def ifft2_vjp(a, s=None, axes=(-2, -1), norm=None, *, z, z_bar):
    a_bar = like_argument(over(np.fft.ifftn, z_bar, axes_of(axes, s, a.ndim), norm), a, s)


def rfftn_bar(a, s, axes, norm, z_bar):
    """The transpose of the real transform: the forgotten half of the spectrum has no cotangent."""
    places = axes_of(axes, s, a.ndim)
    last = places[-1]
    length = a.shape[last] if s is None or s[-1] == -1 else s[-1]
    spectrum_bar = extended(z_bar, length, last, norm)
    if len(places) > 1:
        spectrum_bar = over(np.fft.fftn, spectrum_bar, places[:-1], norm)
    return like_argument(np.real(spectrum_bar), a, s)


def irfftn_bar(a, s, axes, norm, z, z_bar):
    places = axes_of(axes, s, a.ndim)
    last = places[-1]
    half_bar = np.conj(along(np.fft.rfft, z_bar, last, opposite(norm))) * mirror_counts(z, last)
    if len(places) > 1:
        half_bar = over(np.fft.ifftn, half_bar, places[:-1], norm)
    return like_argument(half_bar, a, s)


@vjp(np.fft.rfftn, infer=HALF)
def rfftn_vjp(a, s=None, axes=None, norm=None, *, z, z_bar):
    a_bar = rfftn_bar(a, s, axes, norm, z_bar)


@vjp(np.fft.rfft2, infer=HALF)
def rfft2_vjp(a, s=None, axes=(-2, -1), norm=None, *, z, z_bar):
    a_bar = rfftn_bar(a, s, axes, norm, z_bar)


@vjp(np.fft.irfftn, infer=REAL)
def irfftn_vjp(a, s=None, axes=None, norm=None, *, z, z_bar):
    a_bar = irfftn_bar(a, s, axes, norm, z, z_bar)


@vjp(np.fft.irfft2, infer=REAL)
def irfft2_vjp(a, s=None, axes=(-2, -1), norm=None, *, z, z_bar):
    a_bar = irfftn_bar(a, s, axes, norm, z, z_bar)


# --------------------------------------------------------------------------------------------- order, frequencies


@vjp(np.fft.fftshift)
def fftshift_vjp(x, axes=None, *, z, z_bar):
    x_bar = np.fft.ifftshift(z_bar, axes)


@vjp(np.fft.ifftshift)
def ifftshift_vjp(x, axes=None, *, z, z_bar):
    x_bar = np.fft.fftshift(z_bar, axes)


@from_call
def frequencies(n, d=1.0, device=None):
    """A vector as long as ``n`` says, of real numbers if the spacing is one."""
    return Array(promoted("float64", facts(d)[0]), ("?",))


@vjp(np.fft.fftfreq, infer=frequencies)
def fftfreq_vjp(n, d=1.0, *, z, z_bar):
    d_bar = -np.sum(z_bar * z) / d


@vjp(np.fft.rfftfreq, infer=frequencies)
def rfftfreq_vjp(n, d=1.0, *, z, z_bar):
    d_bar = -np.sum(z_bar * z) / d


zero(mirror_counts)
linear(fitted, "x")
for transform in (np.fft.fft, np.fft.ifft, np.fft.rfft, np.fft.irfft, np.fft.hfft, np.fft.ihfft, np.fft.fft2, np.fft.ifft2,
                  np.fft.rfft2, np.fft.irfft2, np.fft.fftn, np.fft.ifftn, np.fft.rfftn, np.fft.irfftn):
    linear(transform, "a")
for reordering in (np.fft.fftshift, np.fft.ifftshift):
    linear(reordering, "x")
