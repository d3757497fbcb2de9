"""Rules of the functions that move elements without computing: shapes, orders, joins, parts, copies, array literals.

Each is linear, and its cotangent moves the elements back: a join is undone by slices, a repetition by a sum, a gather by an
accumulation at the same indices.
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

from itertools import accumulate

import numpy as np

from ..errors import RuleError
from ..runtime.helpers import diagonal, index_add, unbroadcast
from . import shapes
from .facts import is_static
from .indexing import inverse_permutation, like, normal_axis, pick, slab
from .notation import linear, vjp

# ------------------------------------------------------------------------------------------------ shape and order


def reshape_method(a, *shape, order="C", copy=None):
    """``a.reshape(2, 3)`` and ``a.reshape((2, 3))``."""
    return a.reshape(*shape, order=order, copy=copy)


def transpose_method(a, *axes):
    """``a.transpose()``, ``a.transpose(1, 0)`` and ``a.transpose((1, 0))``."""
    return a.transpose(*axes)


def in_order(v, a, order):
    """``v`` in the shape of ``a``, elements taken and placed in ``order``."""
    if order == "C" or np.ndim(a) == 0:
        return like(v, a)
    if order != "F":
        raise RuleError(f"order={order!r} depends on the memory layout; the orders 'C' and 'F' have rules")
    return v.reshape(a.shape, order="F")


@vjp(np.reshape, alias="maybe", infer=shapes.reshape)
def reshape_vjp(a, shape, order="C", *, copy=None, z, z_bar):
    a_bar = in_order(z_bar, a, order)


@vjp(reshape_method, alias="maybe", infer=shapes.reshape_method)
def reshape_method_vjp(a, *shape, order="C", copy=None, z, z_bar):
    a_bar = in_order(z_bar, a, order)


@vjp(np.ravel, alias="maybe", infer=shapes.ravel)
def ravel_vjp(a, order="C", *, z, z_bar):
    a_bar = z_bar if np.ndim(a) == 1 else in_order(z_bar, a, order)


@vjp(np.ndarray.flatten, infer=shapes.ravel)
def flatten_vjp(a, order="C", *, z, z_bar):
    a_bar = z_bar if a.ndim == 1 else in_order(z_bar, a, order)


def transposed_back(z_bar, axes):
    """The cotangent of a transposition."""
    if axes is None or len(axes) == 0:
        return z_bar.T if np.ndim(z_bar) > 1 else z_bar
    return np.transpose(z_bar, inverse_permutation(axes))


@vjp(np.transpose, alias="view")
def transpose_vjp(a, axes=None, *, z, z_bar):
    a_bar = transposed_back(z_bar, axes)


@vjp(transpose_method, alias="view")
def transpose_method_vjp(a, *axes, z, z_bar):
    a_bar = transposed_back(z_bar, axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes)


@vjp(np.matrix_transpose, alias="view")
def matrix_transpose_vjp(x, *, z, z_bar):
    x_bar = z_bar.T if x.ndim == 2 else np.swapaxes(z_bar, -1, -2)


@vjp(np.swapaxes, alias="view")
def swapaxes_vjp(a, axis1, axis2, *, z, z_bar):
    a_bar = np.swapaxes(z_bar, axis1, axis2)


@vjp(np.moveaxis, alias="view")
def moveaxis_vjp(a, source, destination, *, z, z_bar):
    a_bar = np.moveaxis(z_bar, destination, source)


@vjp(np.expand_dims, alias="view")
def expand_dims_vjp(a, axis, *, z, z_bar):
    a_bar = like(z_bar, a) if np.ndim(a) == 0 else np.squeeze(z_bar, axis)


@vjp(np.squeeze, alias="maybe", infer=shapes.squeeze)
def squeeze_vjp(a, axis=None, *, z, z_bar):
    if np.ndim(a) == np.ndim(z):
        a_bar = z_bar
    else:
        a_bar = np.expand_dims(z_bar, axis) if axis is not None else np.reshape(z_bar, a.shape)


def reshaped_vjp(a, *, z, z_bar):
    a_bar = z_bar if np.ndim(a) == np.ndim(z) else like(z_bar, a)


for at_least in (np.atleast_1d, np.atleast_2d, np.atleast_3d):
    vjp(at_least, alias="maybe")(reshaped_vjp)


@vjp(np.broadcast_to, alias="view", infer=shapes.broadcast_to)
def broadcast_to_vjp(array, shape, *, z, z_bar):
    array_bar = unbroadcast(z_bar, array)


@vjp(np.flip, alias="view")
def flip_vjp(m, axis=None, *, z, z_bar):
    if m.ndim == 1:
        m_bar = z_bar[::-1]
    else:
        m_bar = np.flip(z_bar) if axis is None else np.flip(z_bar, axis)


@vjp(np.flipud, alias="view")
def flipud_vjp(m, *, z, z_bar):
    m_bar = z_bar[::-1]


@vjp(np.fliplr, alias="view")
def fliplr_vjp(m, *, z, z_bar):
    m_bar = z_bar[:, ::-1]


@vjp(np.rot90, alias="view")
def rot90_vjp(m, k=1, axes=(0, 1), *, z, z_bar):
    m_bar = np.rot90(z_bar, -k) if axes == (0, 1) else np.rot90(z_bar, -k, axes)


@vjp(np.roll)
def roll_vjp(a, shift, axis=None, *, z, z_bar):
    back = tuple([-s for s in shift]) if isinstance(shift, (tuple, list)) else -shift
    a_bar = np.roll(z_bar, back) if axis is None else np.roll(z_bar, back, axis)


# ----------------------------------------------------------------------------------------------- copies and types


@vjp(np.copy)
def copy_vjp(a, order="K", *, z, z_bar):
    a_bar = z_bar


@vjp(np.ndarray.copy)
def copy_method_vjp(a, order="C", *, z, z_bar):
    a_bar = z_bar


def astype_method(a, dtype, order="K", casting="unsafe", subok=True, copy=True):
    """``a.astype(float)`` of an array or a NumPy scalar."""
    return a.astype(dtype, order=order, casting=casting, subok=subok, copy=copy)


@vjp(astype_method, alias="copy", infer=shapes.astype)
def astype_vjp(a, dtype, order="K", casting="unsafe", subok=True, copy=True, *, z, z_bar):
    if z.dtype.kind == "c" and a.dtype.kind == "f":
        z_bar = np.real(z_bar)
    a_bar = z_bar if z.dtype == a.dtype else z_bar.astype(a.dtype)


vjp(np.ndarray.astype, alias="copy", infer=shapes.astype)(astype_vjp)


def item_method(a):
    """``a.item()``: the only element as a Python number."""
    return a.item()


@vjp(item_method, infer=shapes.item)
def item_vjp(a, *, z, z_bar):
    a_bar = z_bar if np.ndim(a) == 0 else np.full(a.shape, z_bar)


def tolist_method(a):
    """``a.tolist()``: nested lists of Python numbers."""
    return a.tolist()


@vjp(tolist_method, infer=shapes.tolist)
def tolist_vjp(a, *, z, z_bar):
    a_bar = z_bar if np.ndim(a) == 0 else np.array(z_bar)


def unnested(object, bar, path):
    """For each item of a nested sequence its own part of ``bar``; ``path`` is where ``object`` sits in the whole."""
    if isinstance(object, (tuple, list)):
        return [unnested(object[k], bar, path + (k,)) for k in range(len(object))]
    if len(path) == 0:
        return bar
    return bar[path[0]] if len(path) == 1 else bar[path]


@vjp(np.array, alias="copy", infer=shapes.array)
def array_vjp(object, dtype=None, *, copy=True, order="K", ndmin=0, z, z_bar):
    extra = 0 if ndmin == 0 else np.ndim(z_bar) - depth(object)
    object_bar = unnested(object, z_bar, (0,) * extra)


def depth(object):
    """The number of dimensions of a nested sequence."""
    return 1 + depth(object[0]) if isinstance(object, (tuple, list)) else np.ndim(object)


@vjp(np.asarray, alias="maybe", infer=shapes.asarray)
def asarray_vjp(a, dtype=None, order=None, *, copy=None, z, z_bar):
    a_bar = unnested(a, z_bar, ())


vjp(np.asanyarray, alias="maybe", infer=shapes.asarray)(asarray_vjp)


def contiguous_vjp(a, dtype=None, *, z, z_bar):
    a_bar = unnested(a, z_bar, ()) if isinstance(a, (tuple, list)) else z_bar if np.ndim(a) == np.ndim(z) else z_bar[0]


for contiguous in (np.ascontiguousarray, np.asfortranarray):
    vjp(contiguous, alias="maybe")(contiguous_vjp)


# --------------------------------------------------------------------------------------------------------- joins


def rows(v, array, axis):
    """The parts of ``v`` that the joined rows of one ``array`` take up along ``axis``, as an array."""
    n = normal_axis(axis, v.ndim)
    if array.ndim == v.ndim and n == 0:
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
        if np.ndim(arrays[k]) <= normal_axis(axis, v.ndim) or np.ndim(arrays[k]) < v.ndim:
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
        size = 1 if np.ndim(arrays[k]) == 0 else arrays[k].size
        stop = size if start is None else start + size
        part = slab(v, 0, start, None if k + 1 == len(arrays) else stop)
        found = found + (part if np.ndim(arrays[k]) == 1 else like(part, arrays[k]),)
        start = stop
    return found


@vjp(np.concatenate, infer=shapes.concatenate)
def concatenate_vjp(arrays, axis=0, *, dtype=None, z, z_bar):
    arrays_bar = flat_parts(z_bar, arrays) if axis is None else parts(z_bar, arrays, axis)


@vjp(np.hstack, infer=shapes.hstack)
def hstack_vjp(tup, *, dtype=None, z, z_bar):
    tup_bar = parts(z_bar, tup, 0 if z_bar.ndim == 1 else 1)


@vjp(np.vstack, infer=shapes.vstack)
def vstack_vjp(tup, *, dtype=None, z, z_bar):
    tup_bar = parts(z_bar, tup, 0)


@vjp(np.column_stack, infer=shapes.column_stack)
def column_stack_vjp(tup, *, z, z_bar):
    tup_bar = parts(z_bar, tup, 1)


@vjp(np.dstack)
def dstack_vjp(tup, *, z, z_bar):
    tup_bar = parts(z_bar, tup, 2)


@vjp(np.stack, infer=shapes.stack)
def stack_vjp(arrays, axis=0, *, dtype=None, z, z_bar):
    arrays_bar = [pick(z_bar, axis, k) for k in range(len(arrays))]


@vjp(np.append, infer=shapes.append)
def append_vjp(arr, values, axis=None, *, z, z_bar):
    arr_bar, values_bar = flat_parts(z_bar, (arr, values)) if axis is None else parts(z_bar, (arr, values), axis)


# ------------------------------------------------------------------------------------------- splits and repetitions


def rejoined(z, z_bar, axis):
    """The parts of a split put together again; a part without a cotangent counts as zeros."""
    return np.concatenate([np.zeros_like(z[k]) if z_bar[k] is None else z_bar[k] for k in range(len(z))], axis)


@vjp(np.split, alias="view", infer=shapes.split)
def split_vjp(ary, indices_or_sections, axis=0, *, z, z_bar):
    ary_bar = rejoined(z, z_bar, axis)


vjp(np.array_split, alias="view", infer=shapes.split)(split_vjp)


@vjp(np.hsplit, alias="view", infer=shapes.hsplit)
def hsplit_vjp(ary, indices_or_sections, *, z, z_bar):
    ary_bar = rejoined(z, z_bar, 0 if ary.ndim == 1 else 1)


@vjp(np.vsplit, alias="view", infer=shapes.vsplit)
def vsplit_vjp(ary, indices_or_sections, *, z, z_bar):
    ary_bar = rejoined(z, z_bar, 0)


@vjp(np.repeat, infer=shapes.repeat)
def repeat_vjp(a, repeats, axis=None, *, z, z_bar):
    if axis is None or np.ndim(a) == 1:
        a_bar = like(repeat_bar(z_bar, repeats, 0, 1 if np.ndim(a) == 0 else a.size), a)
    else:
        a_bar = repeat_bar(z_bar, repeats, axis, a.shape[axis])


def repeat_bar(v, repeats, axis, size):
    """The sum over the repetitions of each element along ``axis``."""
    where = normal_axis(axis, v.ndim)
    if isinstance(repeats, int):
        return np.sum(v.reshape(v.shape[:where] + (size, repeats) + v.shape[where + 1 :]), axis=where + 1)
    result = np.zeros(v.shape[:where] + (size,) + v.shape[where + 1 :])
    index_add(result, (slice(None),) * where + (np.repeat(np.arange(size), repeats),), v)
    return result


@vjp(np.tile, infer=shapes.tile)
def tile_vjp(A, reps, *, z, z_bar):
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


# --------------------------------------------------------------------------------------------- order and selection


@vjp(np.sort)
def sort_vjp(a, axis=-1, kind=None, *, z, z_bar):
    if axis is None or a.ndim == 1:
        flat = a if a.ndim == 1 else a.reshape(-1)
        flat_bar = z_bar[ranks(flat, 0)]
        a_bar = flat_bar if a.ndim == 1 else flat_bar.reshape(a.shape)
    else:
        a_bar = np.take_along_axis(z_bar, ranks(a, normal_axis(axis, a.ndim)), axis)


def ranks(a, axis):
    """Where each element of ``a`` goes when sorted along ``axis``."""
    return np.argsort(np.argsort(a)) if axis == a.ndim - 1 else np.argsort(np.argsort(a, axis), axis)


@vjp(np.take, infer=shapes.take)
def take_vjp(a, indices, axis=None, *, z, z_bar):
    a_bar = np.zeros_like(a)
    if a.ndim == 1:
        index_add(a_bar, indices, z_bar)
    elif axis is None:
        index_add(a_bar, np.unravel_index(indices, a.shape), z_bar)
    else:
        index_add(a_bar, (slice(None),) * normal_axis(axis, a.ndim) + (indices,), z_bar)


@vjp(np.take_along_axis)
def take_along_axis_vjp(arr, indices, axis=-1, *, z, z_bar):
    arr_bar = np.zeros_like(arr)
    if arr.ndim == 1:
        index_add(arr_bar, indices, z_bar)
    else:
        index_add(arr_bar, open_mesh(indices, normal_axis(axis, arr.ndim)), z_bar)


def open_mesh(indices, axis):
    """``indices`` along ``axis`` with the positions along the other axes, so that together they index the array."""
    found = ()
    for k in range(indices.ndim):
        if k == axis:
            found = found + (indices,)
        else:
            positions = np.arange(indices.shape[k])
            behind = tuple(range(1, indices.ndim - k))
            found = found + (np.expand_dims(positions, behind) if len(behind) > 0 else positions,)
    return found


@vjp(np.select)
def select_vjp(condlist, choicelist, default=0, *, z, z_bar):
    zero = np.zeros_like(z_bar)
    choicelist_bar = [unbroadcast(np.select(condlist, [z_bar if j == k else zero for j in range(len(condlist))]), choicelist[k])
                      for k in range(len(choicelist))]
    default_bar = unbroadcast(np.select(condlist, [zero for _ in condlist], z_bar), default)


@vjp(np.meshgrid)
def meshgrid_vjp(*xi, copy=True, sparse=False, indexing="xy", z, z_bar):
    xi_bar = tuple([grid_sum(z_bar[k], xi[k], k, sparse, indexing, len(xi)) for k in range(len(xi))])


def grid_sum(v, x, k, sparse, indexing, ndim):
    """The sum over the axes along which the ``k``-th coordinate was repeated."""
    if v is None:
        return None
    axis = 1 - k if indexing == "xy" and ndim > 1 and k < 2 else k
    if sparse:
        return like(v, x)
    summed = np.sum(v, axis=tuple([j for j in range(ndim) if j != axis]))
    return like(summed, x)


# ----------------------------------------------------------------------------------------------------- diagonals


def on_diagonal(v, rows, columns, offset):
    """``v`` (a number, or the entries along the last axis) on a diagonal of a matrix of zeros."""
    on = np.eye(rows, columns, offset, dtype=bool)
    if np.ndim(v) == 0:
        return np.where(on, v, 0.0)
    if offset < 0:
        return np.where(on, np.expand_dims(lengthened(v, columns), -2), 0.0)
    return np.where(on, np.expand_dims(lengthened(v, rows), -1), 0.0)


def lengthened(v, size):
    """``v`` with zeros behind it along the last axis."""
    return np.concatenate([v, np.zeros(v.shape[:-1] + (size - v.shape[-1],))], axis=-1)


@vjp(np.diag, alias="maybe", infer=shapes.diag)
def diag_vjp(v, k=0, *, z, z_bar):
    v_bar = np.diag(z_bar, k) if v.ndim == 1 else on_diagonal(z_bar, v.shape[0], v.shape[1], k)


@vjp(np.diagflat)
def diagflat_vjp(v, k=0, *, z, z_bar):
    v_bar = like(np.diag(z_bar, k), v)


@vjp(np.diagonal, alias="view", infer=shapes.diagonal)
def diagonal_vjp(a, offset=0, axis1=0, axis2=1, *, z, z_bar):
    a_bar = matrices_back(on_diagonal(z_bar, a.shape[axis1], a.shape[axis2], offset), a, axis1, axis2)


@vjp(diagonal, alias="view", infer=shapes.diagonal)
def main_diagonal_vjp(a, offset=0, *, z, z_bar):
    a_bar = matrices_back(on_diagonal(z_bar, a.shape[0], a.shape[1], offset), a, 0, 1)


@vjp(np.trace)
def trace_vjp(a, offset=0, axis1=0, axis2=1, dtype=None, *, z, z_bar):
    each = z_bar if np.ndim(z_bar) == 0 else np.expand_dims(z_bar, (-2, -1))
    on = np.eye(a.shape[axis1], a.shape[axis2], offset, dtype=bool)
    a_bar = matrices_back(np.where(on, each, 0.0), a, axis1, axis2)


def matrices_back(v, a, axis1, axis2):
    """Matrices along the last two axes moved to ``axis1`` and ``axis2``."""
    if (normal_axis(axis1, a.ndim), normal_axis(axis2, a.ndim)) == (a.ndim - 2, a.ndim - 1):
        return v
    return np.moveaxis(v, (-2, -1), (axis1, axis2))


def tril_vjp(m, k=0, *, z, z_bar):
    m_bar = np.tril(z_bar, k) if m.ndim > 1 else np.sum(np.tril(z_bar, k), axis=0)


def triu_vjp(m, k=0, *, z, z_bar):
    m_bar = np.triu(z_bar, k) if m.ndim > 1 else np.sum(np.triu(z_bar, k), axis=0)


vjp(np.tril)(tril_vjp)
vjp(np.triu)(triu_vjp)


# ------------------------------------------------------------------------------------------------------- padding


@vjp(np.pad, infer=shapes.pad)
def pad_vjp(array, pad_width, mode="constant", *, constant_values=0, z, z_bar):
    widths = [before_and_after(pad_width, k, array.ndim) for k in range(array.ndim)]
    if mode == "constant":
        inside = tuple([slice(widths[k][0], widths[k][0] + array.shape[k]) for k in range(array.ndim)])
        array_bar = z_bar[inside[0]] if array.ndim == 1 else z_bar[inside]
    elif mode in ("edge", "reflect", "symmetric", "wrap"):
        array_bar = np.zeros_like(array)
        sources = [np.pad(np.arange(array.shape[k]), widths[k], mode) for k in range(array.ndim)]
        index_add(array_bar, np.ix_(*sources), z_bar)
    else:
        raise RuleError(f"np.pad has a rule for copied elements and constants only, not for mode={mode!r}")


def before_and_after(pad_width, k, ndim):
    """The widths before and behind axis ``k``, from NumPy's ways to write them."""
    if not isinstance(pad_width, (tuple, list)):
        return pad_width, pad_width
    if not isinstance(pad_width[0], (tuple, list)):
        return (pad_width[0], pad_width[0]) if len(pad_width) == 1 else (pad_width[0], pad_width[1])
    pair = pad_width[0] if len(pad_width) == 1 else pad_width[k]
    return (pair[0], pair[0]) if len(pair) == 1 else (pair[0], pair[1])


# -------------------------------------------------------------------------------------------------- forward mode

LINEAR_IN = {
    "a": (
        np.reshape, reshape_method, np.ravel, np.ndarray.flatten, np.transpose, transpose_method, np.swapaxes, np.moveaxis,
        np.expand_dims, np.squeeze, np.roll, np.copy, np.ndarray.copy, np.ndarray.astype, astype_method, item_method,
        tolist_method, np.asarray,
        np.asanyarray, np.ascontiguousarray, np.asfortranarray, np.repeat, np.take, np.diagonal, np.trace,
        np.atleast_1d, np.atleast_2d, np.atleast_3d,
    ),
    "m": (np.flip, np.flipud, np.fliplr, np.rot90, np.tril, np.triu),
    "tup": (np.hstack, np.vstack, np.column_stack, np.dstack),
    "ary": (np.split, np.array_split, np.hsplit, np.vsplit),
    "arrays": (np.concatenate, np.stack),
    "array": (np.broadcast_to, np.pad),
    "v": (np.diag, np.diagflat),
}
"""By parameter, the functions that are linear in it."""

for parameter, functions in LINEAR_IN.items():
    for function in functions:
        linear(function, parameter)
linear(np.matrix_transpose, "x")
linear(diagonal, "a")
linear(np.array, "object")
linear(np.append, "arr", "values")
linear(np.tile, "A")
linear(np.take_along_axis, "arr")
linear(np.select, "choicelist", "default")
linear(np.meshgrid, "xi")
