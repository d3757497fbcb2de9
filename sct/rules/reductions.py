"""Rules of the functions that reduce or accumulate along axes: sums, means, products, extrema, differences.

Ties: where several elements attain a maximum or minimum, the cotangent is split evenly among them.  At zero spread the
derivative of ``std`` is taken as 0.  ``prod`` and ``cumprod`` multiply the other factors, never divide: zeros are exact.
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from ..errors import RuleError
from ..runtime.arrays import product_of_others
from ..runtime.helpers import unbroadcast
from .facts import may_be_empty
from .indexing import (
    backwards,
    beside,
    count,
    flat,
    inverse_permutation,
    like,
    normal_axes,
    other_axes,
    reduced,
    slab,
    spread,
    spread_to,
    static,
    total,
)
from .linalg import mirrored
from .notation import linear, vjp
from .scalar import or_infinite


def everything(where):
    """Whether every element takes part: no ``where`` was given."""
    return isinstance(where, bool) and where


def kept(v, where):
    """``v`` where the elements take part in the reduction, else 0."""
    return v if everything(where) else np.where(where, v, 0.0)


def counted(a, axis, keepdims, where):
    """How many elements take part in each result."""
    return count(a, axis) if everything(where) else reduced(np.sum, np.broadcast_to(where, a.shape), axis, keepdims)


# --------------------------------------------------------------------------------------------------- sum and mean


@vjp(np.sum)
def sum_vjp(a, axis=None, dtype=None, *, keepdims=False, initial=0, where=True, z, z_bar):
    a_bar = kept(spread_to(z_bar, a, axis, keepdims), where)
    initial_bar = total(z_bar)


@vjp(np.mean)
def mean_vjp(a, axis=None, dtype=None, *, keepdims=False, where=True, z, z_bar):
    """Each of ``n`` elements has the weight ``1 / n``."""
    if np.ndim(a) == 0:
        a_bar = z_bar
    else:
        a_bar = kept(spread_to(z_bar / counted(a, axis, keepdims, where), a, axis, keepdims), where)


@vjp(np.average)
def average_vjp(a, axis=None, weights=None, returned=False, *, keepdims=False, z, z_bar):
    """``sum(w * a) / sum(w)``: by a weight its slope is what the element exceeds the average by, over the sum of weights."""
    mean, mean_bar = (z[0], zero_if_none(z_bar[0], z[0])) if returned else (z, z_bar)
    if weights is None:
        a_bar = spread_to(mean_bar / count(a, axis), a, axis, keepdims)
    else:
        weights = weights if isinstance(weights, np.ndarray) else np.asarray(weights)
        w = along(weights, a, axis)
        share = spread(mean_bar / reduced(np.sum, np.broadcast_to(w, a.shape), axis, keepdims), a, axis, keepdims)
        a_bar = share * w
        w_bar = share * (a - spread(mean, a, axis, keepdims))
        if returned and z_bar[1] is not None:
            w_bar = w_bar + spread(z_bar[1], a, axis, keepdims)
        weights_bar = w_bar if w.ndim == weights.ndim == a.ndim else across(w_bar, a, axis)


def zero_if_none(bar, z):
    """The cotangent of a result ``z`` that may not have been used."""
    return np.zeros_like(z) if bar is None else bar


def along(v, a, axis):
    """A vector along ``axis``, or an array along several, in a shape that broadcasts against ``a``; a full array as it is."""
    if np.ndim(v) == a.ndim or normal_axes(axis, a.ndim) == (a.ndim - 1,):
        return v
    return np.expand_dims(in_order(v, axis, a), other_axes(axis, a.ndim))


def in_order(v, axis, a):
    """``v``, whose axes are those that ``axis`` names, with them in the order in which ``a`` has them."""
    order = ranked(axis, a.ndim)
    return v if order == tuple(range(len(order))) else np.transpose(v, order)


def across(w_bar, a, axis):
    """The cotangent of weights along ``axis`` from those of the weights of all elements."""
    order, each = ranked(axis, a.ndim), np.sum(w_bar, axis=other_axes(axis, a.ndim))
    return each if order == tuple(range(len(order))) else np.transpose(each, inverse_permutation(order))


@static
def ranked(axis, ndim):
    """Where the named axes stand in ascending order.

    >>> ranked((-1, 0), 3), ranked(1, 2)
    ((1, 0), (0,))
    """
    axes = (axis,) if isinstance(axis, int) else axis
    return tuple(sorted(range(len(axes)), key=lambda k: axes[k] % ndim))


# ------------------------------------------------------------------------------------------------------- variance


def reject_real_type(a, dtype):
    """NumPy leaves the imaginary parts out of the mean where ``dtype`` is real, but not out of the deviations from it."""
    if np.iscomplexobj(a) and is_real_type(dtype):
        raise RuleError("the variance of complex numbers has no rule with a real dtype", hint="take it of np.real(…)")


@static
def is_real_type(dtype):
    return dtype is not None and np.dtype(dtype).kind != "c"


def freedom(a, axis, keepdims, where, ddof):
    """The divisor of a variance, which NumPy lets be 0, not less."""
    count = counted(a, axis, keepdims, where)
    if ddof == 0:
        return count
    return count - 1 if ddof == 1 else np.maximum(count - ddof, 0)


def centred(a, axis, where, mean):
    """Deviations from the mean, which may have been given; of complex numbers their conjugates, half the slope of a square."""
    if mean is not None:
        return mirrored(a - mean if everything(where) else np.where(where, a - mean, 0.0))
    if everything(where):
        return mirrored(a - beside(np.mean, a, axis))
    return mirrored(np.where(where, a - np.mean(a, axis=axis, keepdims=True, where=where), 0.0))


@vjp(np.var)
def var_vjp(a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=True, mean=None, correction=None, z, z_bar):
    """Where ``ddof`` leaves no freedom, NumPy divides by zero without raising, and so do we."""
    reject_real_type(a, dtype)
    ddof = ddof if correction is None else correction
    z_bar = np.real(z_bar) if np.iscomplexobj(z) else z_bar
    if np.ndim(a) == 0:
        a_bar = 0.0
    else:
        left = freedom(a, axis, keepdims, where, ddof)
        scale = 2.0 * z_bar / left if ddof == 0 else z_bar * np.divide(2.0, left)
        a_bar = spread(scale, a, axis, keepdims) * centred(a, axis, where, mean)
        mean_bar = None
        if mean is not None:
            mean_bar = unbroadcast(-a_bar, mean)


@vjp(np.std)
def std_vjp(a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=True, mean=None, correction=None, z, z_bar):
    """The slope of the variance over twice the deviation; 0 where that is 0."""
    reject_real_type(a, dtype)
    ddof = ddof if correction is None else correction
    z, z_bar = (np.real(z), np.real(z_bar)) if np.iscomplexobj(z) else (z, z_bar)
    if np.ndim(a) == 0:
        a_bar = 0.0
    else:
        scale = z_bar * (1.0 / (freedom(a, axis, keepdims, where, ddof) * or_infinite(z)))
        a_bar = spread(scale, a, axis, keepdims) * centred(a, axis, where, mean)
        mean_bar = None
        if mean is not None:
            mean_bar = unbroadcast(-a_bar, mean)


# ------------------------------------------------------------------------------------------------------- products


def read_in(a, z):
    """``a`` as a product reads it: a real ``dtype`` leaves the imaginary parts out."""
    return np.real(a) if np.iscomplexobj(a) and not np.iscomplexobj(z) else a


def others_over(a, axes):
    """For each element the product of the other ones over all ``axes``."""
    if len(axes) == 0:
        return np.ones_like(a)
    if len(axes) == 1:
        return product_of_others(a) if a.ndim == 1 else product_of_others(a, axes[0])
    rows = np.prod(a, axis=axes[-1], keepdims=True)
    return product_of_others(a, axes[-1]) * others_over(rows, axes[:-1])


@vjp(np.prod)
def prod_vjp(a, axis=None, dtype=None, *, keepdims=False, initial=1, where=True, z, z_bar):
    """By each element the slope is the product of the others, by ``initial`` that of all elements."""
    initial = 1 if initial is None else initial
    a = read_in(a, z)
    factors = a if everything(where) else np.where(where, a, 1.0)
    initial_bar = total(z_bar * reduced(np.prod, factors, axis, keepdims))
    a_bar = kept(prod_bar(factors, axis, keepdims, initial, z_bar), where)


def prod_bar(factors, axis, keepdims, initial, z_bar):
    """The cotangent of the ``factors`` of a product that starts with ``initial``."""
    scale = z_bar if isinstance(initial, int) and initial == 1 else z_bar * initial
    if np.ndim(factors) == 0:
        return scale
    if axis is None or factors.ndim == 1:
        return scale * like(product_of_others(flat(factors)), factors)
    return spread(scale, factors, axis, keepdims) * others_over(factors, normal_axes(axis, factors.ndim))


def excluded(a, axis):
    """``a`` along ``axis`` as the factors before each element: a one in front, the last left out."""
    return np.concatenate([np.ones_like(slab(a, axis, None, 1)), slab(a, axis, None, -1)], axis)


def excluded_bar(a, v, axis):
    """The cotangent of ``a`` from ``v``, that of the products of the factors before each element."""
    factors = excluded(a, axis)
    factors_bar = cumprod_bar(factors, axis, np.cumprod(factors, axis), v)
    return np.concatenate([slab(factors_bar, axis, 1, None), np.zeros_like(slab(a, axis, None, 1))], axis)


@vjp(product_of_others)
def product_of_others_vjp(x, axis=-1, *, z, z_bar):
    """The product of those before an element and those behind it, each part by the rule of ``cumprod``."""
    turned = backwards(x, axis)
    before = np.cumprod(excluded(x, axis), axis)
    behind = backwards(np.cumprod(excluded(turned, axis), axis), axis)
    x_bar = excluded_bar(x, z_bar * behind, axis) + backwards(excluded_bar(turned, backwards(z_bar * before, axis), axis), axis)


# ------------------------------------------------------------------------------------------------------- extrema


def extremal(a, axis, keepdims, initial, where, z, z_bar):
    """The cotangent of a maximum or minimum ``z``, split evenly among the elements that attain it; NaN attains any."""
    if np.ndim(a) == 0:
        return z_bar if initial is None else shared_with_start(a, initial, where, z, z_bar)
    a = in_type_of(a, z)
    attained = (a == spread(z, a, axis, keepdims)) | np.isnan(a)
    if not everything(where):
        attained = attained & where
    ties = reduced(np.sum, attained, axis, keepdims)
    if initial is not None:
        ties = ties + is_start(z, initial)
    return np.where(attained, spread(z_bar / ties, a, axis, keepdims), 0.0)


def shared_with_start(a, initial, where, z, z_bar):
    """The cotangent of a number whose maximum or minimum with the ``initial`` value is ``z``."""
    attained = ((a == z) | np.isnan(a)) & where
    return np.where(attained, z_bar / (1 + is_start(z, initial)), 0.0)


def starting(a, axis, keepdims, initial, where, z, z_bar):
    """The cotangent of the ``initial`` value of a maximum or minimum."""
    if np.ndim(a) == 0:
        return np.where(is_start(z, initial), z_bar / (1 + ((a == z) & where)), 0.0)
    a = in_type_of(a, z)
    attained = a == spread(z, a, axis, keepdims)
    if not everything(where):
        attained = attained & where
    ties = reduced(np.sum, attained, axis, keepdims) + 1
    return total(np.where(is_start(z, initial), z_bar / ties, 0.0))


def in_type_of(a, z):
    """``a`` with the element type of ``z``, in which the result has been computed."""
    return a if a.dtype == z.dtype else a.astype(z.dtype)


def is_start(z, initial):
    """Whether an extremum is the value that it started with, rounded to the type of the result."""
    return z == (initial if z.dtype == np.float64 else np.full_like(z, initial))


def max_vjp(a, axis=None, *, keepdims=False, initial=None, where=True, z, z_bar):
    """The elements that are the extremum share what comes back, and ``initial`` with them."""
    a_bar = extremal(a, axis, keepdims, initial, where, z, z_bar)
    initial_bar = None
    if initial is not None:
        initial_bar = starting(a, axis, keepdims, initial, where, z, z_bar)


for extremum in (np.max, np.min, np.amax, np.amin):
    vjp(extremum)(max_vjp)


@vjp(np.ptp)
def ptp_vjp(a, axis=None, *, keepdims=False, z, z_bar):
    """The difference of the maximum and the minimum."""
    highest = reduced(np.max, a, axis, keepdims)
    lowest = reduced(np.min, a, axis, keepdims)
    a_bar = extremal(a, axis, keepdims, None, True, highest, z_bar) - extremal(a, axis, keepdims, None, True, lowest, z_bar)


# ------------------------------------------------------------------------------------------------- accumulations


def summed_behind(v, axis):
    """For each element the sum of itself and those behind it."""
    return np.cumsum(v[::-1])[::-1] if v.ndim == 1 else backwards(np.cumsum(backwards(v, axis), axis=axis), axis)


@vjp(np.cumsum)
def cumsum_vjp(a, axis=None, dtype=None, *, z, z_bar):
    """``z[i] = a[0] + … + a[i]``: each element is part of the sums from its own on."""
    if np.ndim(a) == 0:
        a_bar = z_bar[0]
    elif axis is None or a.ndim == 1:
        a_bar = like(np.cumsum(z_bar[::-1])[::-1], a)
    else:
        a_bar = summed_behind(z_bar, axis)


@vjp(np.cumprod)
def cumprod_vjp(a, axis=None, dtype=None, *, z, z_bar):
    """``dz[j] / da[i] = z[j] / a[i]`` for ``j >= i``, without a division where there are zeros."""
    a = read_in(a, z)
    if np.ndim(a) == 0:
        a_bar = z_bar[0]
    elif axis is None or a.ndim == 1:
        a_bar = like(cumprod_bar(flat(a), 0, z, z_bar), a)
    else:
        a_bar = cumprod_bar(a, axis, z, z_bar)


def cumprod_bar(a, axis, z, z_bar):
    """The cotangent of ``cumprod`` along one axis, exact at zeros; the products may have been asked for in another type."""
    a = in_type_of(a, z)
    if np.all(a):
        result = summed_behind(z_bar * z, axis) / a
    else:
        result = np.cumprod(excluded(a, axis), axis) * nested_behind(a, z_bar, axis)
    return result


def nested_behind(a, v, axis):
    """``r[i] = v[i] + a[i+1] * (v[i+1] + a[i+2] * (…))`` for every ``i`` by doubling the reach, without a division."""
    factor = shifted(a, 1, axis)
    step = 1
    while step < a.shape[axis]:
        v = v + factor * shifted(v, step, axis)
        factor = factor * shifted(factor, step, axis)
        step = 2 * step
    return v


def shifted(v, step, axis):
    """``v[i + step]`` along ``axis``, 0 beyond the end."""
    return np.concatenate([slab(v, axis, step, None), np.zeros_like(slab(v, axis, None, step))], axis)


# ---------------------------------------------------------------------------------- differences and quadrature


@vjp(np.diff, alias="maybe")
def diff_vjp(a, n=1, axis=-1, prepend=None, append=None, *, z, z_bar):
    """The transpose of a difference is the difference the other way round, with zeros at both ends."""
    nothing = 0.0 if z_bar.dtype == np.float64 else z_bar.dtype.type(0.0)
    long_bar = z_bar
    whole = n < 2 and not may_be_empty(a)
    rounds = n if whole else min(n, a.shape[axis] + added(prepend, axis) + added(append, axis))  # the rest is of nothing
    for _ in range(rounds):
        long_bar = -np.diff(long_bar, axis=axis, prepend=nothing, append=nothing)
    start = None if prepend is None else width(prepend, axis)
    stop = None if append is None else -width(append, axis)
    a_bar = slab(long_bar, axis, start, stop)
    prepend_bar = None if prepend is None else edge(slab(long_bar, axis, None, start), prepend)
    append_bar = None if append is None else edge(slab(long_bar, axis, stop, None), append)


def added(v, axis):
    """How many elements ``prepend`` or ``append`` adds."""
    return 0 if v is None else width(v, axis)


def width(v, axis):
    """How many elements a value put before or behind an array adds along ``axis``."""
    return 1 if np.ndim(v) == 0 else v.shape[axis]


def edge(v, value):
    """What a value put at an end receives: a scalar stands for a whole slab."""
    return np.sum(v) if np.ndim(value) == 0 else v


@vjp(np.trapezoid)
def trapezoid_vjp(y, x=None, dx=1.0, axis=-1, *, z, z_bar):
    """The sum of ``0.5 * step * (left + right)``: each area belongs to the two samples, and to the two places, beside it."""
    height_bar = spread(z_bar, y, axis, False)
    if x is None:
        step = dx
        dx_bar = total(z_bar * np.trapezoid(y, axis=axis))
    else:
        step = steps(np.diff(x) if x.ndim == 1 else np.diff(x, axis=axis), y, axis)
        step_bar = 0.5 * height_bar * (slab(y, axis, 1, None) + slab(y, axis, None, -1))
        flat_bar = step_bar if x.ndim == y.ndim else np.sum(step_bar, axis=other_axes(axis, y.ndim))
        x_bar = -np.diff(flat_bar, axis=axis if x.ndim == y.ndim else -1, prepend=0.0, append=0.0)
    area_bar = 0.5 * height_bar * step * np.ones_like(slab(y, axis, 1, None))
    nothing = np.zeros_like(slab(y, axis, None, 1))
    y_bar = np.concatenate([area_bar, nothing], axis) + np.concatenate([nothing, area_bar], axis)


def steps(d, y, axis):
    """Step widths in a shape that broadcasts against the areas between samples ``y``."""
    if d.ndim == y.ndim or normal_axes(axis, y.ndim) == (y.ndim - 1,):
        return d
    return np.expand_dims(d, other_axes(axis, y.ndim))


# ------------------------------------------------------------------------------------------------- forward mode

for summing in (np.sum, np.mean, np.cumsum, np.diff):
    linear(summing, "a")
linear(np.trapezoid, "y")
