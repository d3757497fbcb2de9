"""Rules of the functions that join arrays, split and repeat them: a join is undone by slices, a repetition by a sum."""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

from itertools import accumulate

import numpy as np

from ..errors import RuleError
from ..runtime.helpers import index_add, unbroadcast
from . import arranged_shapes
from .facts import is_static
from .indexing import like, normal_axis, pick, slab
from .notation import linear, vjp

# --------------------------------------------------------------------------------------------------------- joins


def rows(v, array, axis):
    """The parts of ``v`` that the joined rows of one ``array`` take up along ``axis``, as an array."""
    n = normal_axis(axis, v.ndim)
    if n == 0:
        return v.reshape(array.shape)
    if array.ndim != v.ndim + 1:
        raise RuleError("joining the rows of one array has a rule along their own axes only")
    return np.moveaxis(v.reshape(v.shape[:n] + (len(array),) + array.shape[n + 1:]), n, 0)


def parts(v, arrays, axis):
    """The part of ``v`` that each of the joined ``arrays`` takes up along ``axis``, in its own shape."""
    if isinstance(arrays, np.ndarray):
        return rows(v, arrays, axis)
    if not is_static(len(arrays)):
        if isinstance(arrays[0], list):
            raise RuleError("lists are joined in a list of a length that only run time knows: make them arrays, np.array(xs)")
        if np.ndim(arrays[0]) < v.ndim:
            return [dropped(pick(v, axis, k), np.ndim(arrays[0])) for k in range(len(arrays))]
        stops = list(accumulate([np.shape(x)[axis] for x in arrays]))
        return [slab(v, axis, stops[k] - np.shape(arrays[k])[axis], stops[k]) for k in range(len(arrays))]
    found = ()
    start = None
    for k in range(len(arrays)):
        if np.ndim(arrays[k]) < v.ndim:
            at = 0 if start is None else start
            found = found + (dropped(pick(v, axis, at), np.ndim(arrays[k])),)
            start = at + 1
        else:
            size = arrays[k].shape[axis]
            stop = size if start is None else start + size
            found = found + (slab(v, axis, start, None if k + 1 == len(arrays) else stop),)
            start = stop
    return found


def dropped(v, ndim):
    """``v`` without leading dimensions of length 1, down to ``ndim``."""
    if np.ndim(v) == ndim + 2:
        return v[0, 0]
    return v[0] if np.ndim(v) == ndim + 1 else v


def flat_parts(v, arrays):
    """The part of the vector ``v`` that the elements of each of the ``arrays`` take up."""
    if isinstance(arrays, np.ndarray):
        return v.reshape(arrays.shape)
    if not is_static(len(arrays)):
        stops = list(accumulate([np.size(x) for x in arrays]))
        return [like(slab(v, 0, stops[k] - np.size(arrays[k]), stops[k]), arrays[k]) for k in range(len(arrays))]
    found = ()
    start = None
    for k in range(len(arrays)):
        size = 1 if np.ndim(arrays[k]) == 0 else np.size(arrays[k])
        stop = size if start is None else start + size
        part = slab(v, 0, start, None if k + 1 == len(arrays) else stop)
        found = found + (part if np.ndim(arrays[k]) == 1 else like(part, arrays[k]),)
        start = stop
    return found


@vjp(np.concatenate, infer=arranged_shapes.concatenate, parts=("arrays",))
def concatenate_vjp(arrays, axis=0, *, dtype=None, casting="same_kind", z, z_bar):
    arrays_bar = flat_parts(z_bar, arrays) if axis is None else parts(z_bar, arrays, axis)


@vjp(np.hstack, infer=arranged_shapes.hstack, parts=("tup",))
def hstack_vjp(tup, *, dtype=None, casting="same_kind", z, z_bar):
    tup_bar = parts(z_bar, tup, 0 if z_bar.ndim == 1 else 1)


@vjp(np.vstack, infer=arranged_shapes.vstack, parts=("tup",))
def vstack_vjp(tup, *, dtype=None, casting="same_kind", z, z_bar):
    tup_bar = parts(z_bar, tup, 0)


@vjp(np.column_stack, infer=arranged_shapes.column_stack, parts=("tup",))
def column_stack_vjp(tup, *, z, z_bar):
    tup_bar = parts(z_bar, tup, 1)


@vjp(np.dstack, parts=("tup",))
def dstack_vjp(tup, *, z, z_bar):
    tup_bar = parts(z_bar, tup, 2)


@vjp(np.stack, infer=arranged_shapes.stack, parts=("arrays",))
def stack_vjp(arrays, axis=0, *, dtype=None, casting="same_kind", z, z_bar):
    arrays_bar = [pick(z_bar, axis, k) for k in range(len(arrays))]


@vjp(np.block, infer=arranged_shapes.block, as_given=("arrays",))
def block_vjp(arrays, *, z, z_bar):
    arrays_bar = blocks(z_bar, arrays, levels(arrays))


def levels(arrays):
    """How deep lists are nested."""
    return 1 + levels(arrays[0]) if isinstance(arrays, list) else 0


def blocks(v, arrays, level):
    """The part of ``v`` that each array in nested lists takes up: the innermost lists go along the last axis."""
    if not isinstance(arrays, list):
        return like(v, arrays)
    if not is_static(len(arrays)):
        raise RuleError("np.block takes a list of a length that only run time knows for blocks: make it an array, np.array(xs)")
    found = ()
    start = None
    for k in range(len(arrays)):
        size = extent(arrays[k], level)
        stop = size if start is None else start + size
        part = slab(v, -level, start, None if k + 1 == len(arrays) else stop)
        found = found + (blocks(part, arrays[k], level - 1),)
        start = stop
    return found


def extent(arrays, axis):
    """The size of a block along an axis counted from the end; inside of a block, the first of each list tells it."""
    if isinstance(arrays, list):
        return extent(arrays[0], axis)
    return arrays.shape[-axis] if np.ndim(arrays) >= axis else 1


@vjp(np.broadcast_arrays)
def broadcast_arrays_vjp(*args, z, z_bar):
    args_bar = tuple([None if z_bar[k] is None else unbroadcast(z_bar[k], args[k]) for k in range(len(args))])


@vjp(np.insert, infer=arranged_shapes.insert)
def insert_vjp(arr, obj, values, axis=None, *, z, z_bar):
    """Where each element has gone, numbers in place of the elements tell: those below zero are new."""
    where = 0 if axis is None else normal_axis(axis, np.ndim(z))
    size = np.size(arr) if axis is None else arr.shape[axis]
    count = z.shape[where] - size
    places = np.argsort(np.insert(np.arange(size), obj, -1 - np.arange(count)))
    arr_bar = like(np.take(z_bar, places[count:], where), arr)
    new_bar = np.take(z_bar, places[:count][::-1], where)
    if where > 0 and np.ndim(obj) == 0 and not isinstance(obj, slice):
        new_bar = np.moveaxis(new_bar, where, 0)
    values_bar = unbroadcast(new_bar, values)


@vjp(np.append, infer=arranged_shapes.append)
def append_vjp(arr, values, axis=None, *, z, z_bar):
    arr_bar, values_bar = flat_parts(z_bar, (arr, values)) if axis is None else parts(z_bar, (arr, values), axis)


# ------------------------------------------------------------------------------------------- splits and repetitions


def rejoined(z, z_bar, axis):
    """The parts of a split put together again; a part without a cotangent counts as zeros."""
    return np.concatenate([np.zeros_like(z[k]) if z_bar[k] is None else z_bar[k] for k in range(len(z))], axis)


@vjp(np.split, alias="view", infer=arranged_shapes.split)
def split_vjp(ary, indices_or_sections, axis=0, *, z, z_bar):
    ary_bar = rejoined(z, z_bar, axis)


vjp(np.array_split, alias="view", infer=arranged_shapes.split)(split_vjp)


@vjp(np.hsplit, alias="view", infer=arranged_shapes.hsplit)
def hsplit_vjp(ary, indices_or_sections, *, z, z_bar):
    ary_bar = rejoined(z, z_bar, 0 if ary.ndim == 1 else 1)


@vjp(np.vsplit, alias="view", infer=arranged_shapes.vsplit)
def vsplit_vjp(ary, indices_or_sections, *, z, z_bar):
    ary_bar = rejoined(z, z_bar, 0)


@vjp(np.dsplit, alias="view", infer=arranged_shapes.dsplit)
def dsplit_vjp(ary, indices_or_sections, *, z, z_bar):
    ary_bar = rejoined(z, z_bar, 2)


@vjp(np.repeat, infer=arranged_shapes.repeat)
def repeat_vjp(a, repeats, axis=None, *, z, z_bar):
    """Each element takes back the sum over its repetitions."""
    if axis is None or np.ndim(a) == 1:
        a_bar = like(repeat_bar(z_bar, repeats, 0, 1 if np.ndim(a) == 0 else a.size), a)
    else:
        a_bar = repeat_bar(z_bar, repeats, axis, a.shape[axis])


def repeat_bar(v, repeats, axis, size):
    """The sum over the repetitions of each element along ``axis``."""
    where = normal_axis(axis, v.ndim)
    if isinstance(repeats, int):
        return np.sum(v.reshape(v.shape[:where] + (size, repeats) + v.shape[where + 1 :]), axis=where + 1)
    result = np.zeros(v.shape[:where] + (size,) + v.shape[where + 1 :], v.dtype)
    index_add(result, (slice(None),) * where + (np.repeat(np.arange(size), repeats),), v)
    return result


@vjp(np.tile, infer=arranged_shapes.tile)
def tile_vjp(A, reps, *, z, z_bar):
    """The sum of the tiles, each axis split into which tile and where in it."""
    times = (1,) * (np.ndim(z) - count_of(reps)) + (tuple(reps) if isinstance(reps, (tuple, list)) else (reps,))
    sizes = (1,) * (np.ndim(z) - np.ndim(A)) + (A.shape if np.ndim(A) > 0 else ())
    split_shape = ()
    copies = ()
    for k in range(len(times)):
        if not (isinstance(times[k], int) and times[k] == 1 and np.ndim(A) == np.ndim(z)):
            split_shape = split_shape + (times[k],)
            copies = copies + (len(split_shape) - 1,)
        split_shape = split_shape + (sizes[k],)
    A_bar = tiles_sum(z_bar, split_shape, copies, A)


def count_of(reps):
    """The number of dimensions that ``reps`` names."""
    return len(reps) if isinstance(reps, (tuple, list)) else 1


def tiles_sum(v, split_shape, copies, a):
    """The sum of the tiles that ``v`` consists of."""
    if len(copies) == 0:
        return v
    summed = np.sum(v.reshape(split_shape), axis=copies[0] if len(copies) == 1 else copies)
    return summed if np.ndim(summed) == np.ndim(a) else like(summed, a)


# -------------------------------------------------------------------------------------------------- forward mode

for stacking in (np.hstack, np.vstack, np.column_stack, np.dstack):
    linear(stacking, "tup")
for splitting in (np.split, np.array_split, np.hsplit, np.vsplit, np.dsplit):
    linear(splitting, "ary")
linear(np.concatenate, "arrays")
linear(np.stack, "arrays")
linear(np.append, "arr", "values")
linear(np.block, "arrays")
linear(np.insert, "arr", "values")
linear(np.repeat, "a")
linear(np.tile, "A")
