"""Rules of the methods of ufuncs: ``reduce`` and ``accumulate`` go along the first axis, ``reduceat`` reduces parts of it.

Only what has a formula of its own is here; other ufuncs are applied one element after the other (see ``analysis/folding.py``).
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import math

import numpy as np

from ..runtime.helpers import index_add
from . import arranged_shapes, registry
from .indexing import normal_axis, reduced, slab, spread, spread_to, total
from .notation import linear, vjp, zero
from .reductions import (
    cumprod_bar,
    everything,
    extremal,
    in_type_of,
    kept,
    nested_behind,
    prod_bar,
    read_in,
    starting,
    summed_behind,
)
from .scalar import or_infinite
from .selecting import along, open_mesh
from .ufuncs import excess

# ------------------------------------------------------------------------------------------------------------ reduce


@vjp(np.add.reduce)
def add_reduce_vjp(array, axis=0, dtype=None, *, keepdims=False, initial=0, where=True, z, z_bar):
    array_bar = kept(spread_to(z_bar, array, axis, keepdims), where)
    initial_bar = total(z_bar)


@vjp(np.multiply.reduce)
def multiply_reduce_vjp(array, axis=0, dtype=None, *, keepdims=False, initial=1, where=True, z, z_bar):
    """As ``np.prod``."""
    initial = 1 if initial is None else initial
    array = read_in(array, z)
    factors = array if everything(where) else np.where(where, array, 1.0)
    array_bar = kept(prod_bar(factors, axis, keepdims, initial, z_bar), where)
    initial_bar = total(z_bar * reduced(np.prod, factors, axis, keepdims))


def extreme_reduce_vjp(array, axis=0, dtype=None, *, keepdims=False, initial=None, where=True, z, z_bar):
    """As ``np.max``: equal ones share what comes back."""
    array_bar = extremal(array, axis, keepdims, initial, where, z, z_bar)
    initial_bar = None
    if initial is not None:
        initial_bar = starting(array, axis, keepdims, initial, where, z, z_bar)


for extreme in (np.maximum, np.minimum):
    vjp(extreme.reduce)(extreme_reduce_vjp)


@vjp(np.logaddexp.reduce)
def logaddexp_reduce_vjp(array, axis=0, dtype=None, *, keepdims=False, initial=None, where=True, z, z_bar):
    """Each element has the share ``exp(array - z)`` of what comes back."""
    top = spread(z, array, axis, keepdims)
    array_bar = kept(spread(z_bar, array, axis, keepdims) * share(array, top, axis, where, np.exp(array - top)), where)
    initial_bar = None
    if initial is not None:
        initial_bar = total(z_bar * np.exp(initial - z))


@vjp(np.logaddexp2.reduce)
def logaddexp2_reduce_vjp(array, axis=0, dtype=None, *, keepdims=False, initial=None, where=True, z, z_bar):
    """Each element has the share ``2 ** (array - z)`` of what comes back."""
    top = spread(z, array, axis, keepdims)
    array_bar = kept(spread(z_bar, array, axis, keepdims) * share(array, top, axis, where, np.exp2(array - top)), where)
    initial_bar = None
    if initial is not None:
        initial_bar = total(z_bar * np.exp2(initial - z))


@vjp(np.hypot.reduce)
def hypot_reduce_vjp(array, axis=0, dtype=None, *, keepdims=False, initial=0, where=True, z, z_bar):
    """Each element has its share of the length, 0 at the origin; that of one element alone is its magnitude."""
    share_bar = z_bar / or_infinite(z)
    array_bar = kept(spread(share_bar, array, axis, keepdims) * array, where)
    initial_bar = None if initial is None else total(share_bar * initial)


def share(array, top, axis, where, found):
    """What has been ``found``; elements that are infinite, or several so large that the result is rounded to them, share it."""
    whole = array == top
    if not everything(where):
        whole = whole & where
    ties = np.sum(whole, axis=axis, keepdims=True)
    return np.where(whole & (np.isinf(top) | (ties > 1)), 1.0 / np.maximum(ties, 1), found)


# -------------------------------------------------------------------------------------------------------- accumulate


@vjp(np.add.accumulate)
def add_accumulate_vjp(array, axis=0, dtype=None, *, z, z_bar):
    array_bar = summed_behind(z_bar, axis)


@vjp(np.multiply.accumulate)
def multiply_accumulate_vjp(array, axis=0, dtype=None, *, z, z_bar):
    array_bar = cumprod_bar(read_in(array, z), axis, z, z_bar)


def extreme_accumulate_vjp(array, axis=0, dtype=None, *, z, z_bar):
    """Each element of the result is the last one that changed it."""
    changed = z != np.concatenate([slab(z, axis, None, 1), slab(z, axis, None, -1)], axis)
    places = positions(array, axis) * changed
    array_bar = np.zeros_like(array)
    index_add(array_bar, open_mesh(np.maximum.accumulate(places, axis), array, normal_axis(axis, array.ndim)), z_bar)


def positions(a, axis):
    """The position of each element along ``axis``, in a shape that broadcasts against ``a``."""
    behind = a.ndim - 1 - normal_axis(axis, a.ndim)
    steps = np.arange(a.shape[axis])
    if behind == 0:
        return steps
    return np.expand_dims(steps, 1 if behind == 1 else tuple(range(1, behind + 1)))


for extreme in (np.maximum, np.minimum):
    vjp(extreme.accumulate)(extreme_accumulate_vjp)


@vjp(np.logaddexp.accumulate)
def logaddexp_accumulate_vjp(array, axis=0, dtype=None, *, z, z_bar):
    """Each result hands on what comes back to it by the share that it has in the next one.

    The first one shares with none: what stands before it is never the same infinity.
    """
    array = in_type_of(array, z)
    before = np.concatenate([-slab(z, axis, None, 1), slab(z, axis, None, -1)], axis)
    kept_bar = nested_behind(np.exp(excess(before, array, z, -math.log(2))), z_bar, axis)
    array_bar = kept_bar * np.exp(excess(array, before, z, -math.log(2)))


# ---------------------------------------------------------------------------------------------------------- reduceat


@vjp(np.add.reduceat, infer=arranged_shapes.in_parts)
def add_reduceat_vjp(array, indices, axis=0, dtype=None, *, z, z_bar):
    """Each element takes back what came to the sum of its part."""
    counts = part_sizes(np.asarray(indices), array.shape[axis])
    array_bar = np.zeros_like(array)
    index_add(array_bar, along(part_places(np.asarray(indices), counts), array, axis), np.repeat(z_bar, counts, axis))


def extreme_reduceat_vjp(array, indices, axis=0, dtype=None, *, z, z_bar):
    """Several largest elements of a part share what comes back."""
    counts = part_sizes(np.asarray(indices), array.shape[axis])
    places = part_places(np.asarray(indices), counts)
    attained = np.take(in_type_of(array, z), places, axis) == np.repeat(z, counts, axis)
    ties = np.add.reduceat(np.where(attained, 1, 0), np.cumsum(counts) - counts, axis)
    array_bar = np.zeros_like(array)
    index_add(array_bar, along(places, array, axis), np.where(attained, np.repeat(z_bar / ties, counts, axis), 0.0))


for extreme in (np.maximum, np.minimum):
    vjp(extreme.reduceat, infer=arranged_shapes.in_parts)(extreme_reduceat_vjp)


def part_sizes(starts, size):
    """How many elements each part has: up to the next start, or one where that does not lie behind."""
    return np.maximum(np.append(starts[1:], size) - starts, 1)


def part_places(starts, counts):
    """The positions of the elements of all parts, one part after the other."""
    return np.arange(np.sum(counts)) - np.repeat(np.cumsum(counts) - counts - starts, counts)


# ------------------------------------------------------------------------------------------------------ no derivative

for ufunc in {u for u in vars(np).values() if isinstance(u, np.ufunc) and u.nin == 2 and u.nout == 1 and u.signature is None}:
    entry = registry.lookup(ufunc)
    if entry is not None and entry.zero:
        zero(ufunc.outer)
    if entry is not None and entry.zero and "dd->d" not in ufunc.types:  # of others the first element is that of the array
        zero(ufunc.reduce, ufunc.accumulate, ufunc.reduceat)

linear(np.add.reduce, "array")
linear(np.add.accumulate, "array")
linear(np.add.reduceat, "array")
