"""Rules of the functions that choose elements: by rank, index or condition, on diagonals, and inside of a padding.

A gather is undone by an accumulation at the same indices.
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from ..errors import RuleError
from ..runtime.helpers import added_at, diagonal, flat_index, index_add, unbroadcast
from . import arranged_shapes
from .indexing import like, normal_axis, total
from .notation import linear, vjp

# --------------------------------------------------------------------------------------------- order and selection


@vjp(np.sort)
def sort_vjp(a, axis=-1, kind=None, *, stable=None, z, z_bar):
    """Each element takes back what came to its rank."""
    if axis is None or a.ndim == 1:
        flat = a if a.ndim == 1 else a.reshape(-1)
        flat_bar = z_bar[ranks(flat, 0)]
        a_bar = flat_bar if a.ndim == 1 else flat_bar.reshape(a.shape)
    else:
        a_bar = np.take_along_axis(z_bar, ranks(a, normal_axis(axis, a.ndim)), axis)


def ranks(a, axis):
    """Where each element of ``a`` goes when sorted along ``axis``."""
    return np.argsort(np.argsort(a)) if axis == a.ndim - 1 else np.argsort(np.argsort(a, axis), axis)


@vjp(added_at)
def added_at_vjp(array, index, value, *, z, z_bar):
    """What our rules add has the shape of the place, or is a number."""
    array_bar = z_bar
    value_bar = z_bar[index] if np.ndim(value) > 0 else total(z_bar[index])


@vjp(np.take, infer=arranged_shapes.take)
def take_vjp(a, indices, axis=None, *, mode="raise", z, z_bar):
    """A gather is undone by an accumulation at the same indices, as ``mode`` reads them."""
    if mode != "raise":
        size = a.size if axis is None else a.shape[axis]
        indices = np.clip(indices, 0, size - 1) if mode == "clip" else np.remainder(indices, size)
    a_bar = np.zeros_like(a)
    if np.ndim(a) == 0:
        a_bar = total(z_bar)
    elif a.ndim == 1:
        index_add(a_bar, indices, z_bar)
    elif axis is None:
        index_add(a_bar, flat_index(indices, a.shape), z_bar)
    else:
        index_add(a_bar, (slice(None),) * normal_axis(axis, a.ndim) + (indices,), z_bar)


def compress_method(a, condition, axis=None):
    """``a.compress(condition)``."""
    return a.compress(condition, axis)


def compressed_bar(a, condition, axis, z_bar):
    """The cotangent of ``a``, of which ``condition`` has chosen some along ``axis``."""
    if np.ndim(a) == 0:
        return total(z_bar)
    chosen = np.flatnonzero(condition)
    if axis is None and a.ndim > 1:
        chosen = np.unravel_index(chosen, a.shape)
    elif axis is not None:
        chosen = along(chosen, a, axis)
    a_bar = np.zeros_like(a)
    index_add(a_bar, chosen, z_bar)
    return a_bar


@vjp(np.compress, infer=arranged_shapes.compress)
def compress_vjp(condition, a, axis=None, *, z, z_bar):
    a_bar = compressed_bar(a, condition, axis, z_bar)


@vjp(compress_method, infer=arranged_shapes.compress_method)
def compress_method_vjp(a, condition, axis=None, *, z, z_bar):
    a_bar = compressed_bar(a, condition, axis, z_bar)


@vjp(np.extract, infer=arranged_shapes.extract)
def extract_vjp(condition, arr, *, z, z_bar):
    arr_bar = compressed_bar(arr, np.ravel(condition), None, z_bar)


@vjp(np.delete, infer=arranged_shapes.delete)
def delete_vjp(arr, obj, axis=None, *, z, z_bar):
    left = np.delete(np.arange(np.size(arr) if axis is None else arr.shape[axis]), obj)
    arr_bar = put_back(arr, left, axis, z_bar)


@vjp(np.unique, infer=arranged_shapes.unique)
def unique_vjp(ar, return_index=False, return_inverse=False, return_counts=False, axis=None, *, equal_nan=True, sorted=True,
               z, z_bar):
    """Of equal elements the first one is returned."""
    if not sorted:
        raise RuleError("np.unique with sorted=False gives its values in an order of its own")
    several = return_index or return_inverse or return_counts
    values_bar = z_bar[0] if several else z_bar
    first = z[1] if return_index else np.unique(ar, return_index=True, axis=axis, equal_nan=equal_nan)[1]
    ar_bar = put_back(ar, first, axis, values_bar)


@vjp(np.trim_zeros, infer=arranged_shapes.trim_zeros)
def trim_zeros_vjp(filt, trim="fb", *, z, z_bar):
    """What is left is a slice, whose start is where the first element is that is not zero."""
    if filt.ndim != 1:
        raise RuleError("np.trim_zeros has a rule for vectors only")
    start = np.argmax(np.append(filt != 0, True)) if "f" in trim.lower() else 0
    filt_bar = np.zeros_like(filt)
    index_add(filt_bar, start + np.arange(len(z)), z_bar)


def put_back(a, places, axis, taken_bar):
    """The cotangent of ``a``, whose elements at ``places`` (along an axis, or of all) have the cotangent ``taken_bar``."""
    if np.ndim(a) == 0:
        return total(taken_bar)
    a_bar = np.zeros_like(a)
    if axis is None and a.ndim > 1:
        index_add(a_bar, np.unravel_index(places, a.shape), taken_bar)
    else:
        index_add(a_bar, along(places, a, 0 if axis is None else axis), taken_bar)
    return a_bar


def along(places, a, axis):
    """The index of ``places`` along ``axis``."""
    return (slice(None),) * normal_axis(axis, a.ndim) + (places,) if a.ndim > 1 else places


@vjp(np.choose, parts=("choices",))
def choose_vjp(a, choices, *, mode="raise", z, z_bar):
    """Each choice takes back what came to the places where it was chosen."""
    a = np.asarray(a)
    if mode == "wrap":
        a = a % len(choices)
    elif mode == "clip":
        a = np.clip(a, 0, len(choices) - 1)
    found = [unbroadcast(np.where(a == k, z_bar, 0.0), choices[k]) for k in range(len(choices))]
    choices_bar = np.stack(found) if isinstance(choices, np.ndarray) else found


@vjp(np.take_along_axis, infer=arranged_shapes.take_along_axis)
def take_along_axis_vjp(arr, indices, axis=-1, *, z, z_bar):
    """A gather is undone by an accumulation at the same indices."""
    arr_bar = np.zeros_like(arr)
    if arr.ndim == 1:
        index_add(arr_bar, indices, z_bar)
    elif axis is None:
        index_add(arr_bar, np.unravel_index(indices, arr.shape), z_bar)
    else:
        index_add(arr_bar, open_mesh(indices, arr, normal_axis(axis, arr.ndim)), z_bar)


def open_mesh(indices, a, axis):
    """``indices`` along ``axis`` with the positions along the other axes, so that together they index ``a``."""
    found = ()
    for k in range(indices.ndim):
        if k == axis:
            found = found + (indices,)
        else:
            positions = np.arange(a.shape[k])
            behind = tuple(range(1, indices.ndim - k))
            found = found + (np.expand_dims(positions, behind) if len(behind) > 0 else positions,)
    return found


@vjp(np.select, parts=("choicelist",))
def select_vjp(condlist, choicelist, default=0, *, z, z_bar):
    """Each choice takes back what came to the places where its condition is the first that holds."""
    zero = np.zeros_like(z_bar)
    found = [unbroadcast(np.select(condlist, [z_bar if j == k else zero for j in range(len(condlist))]), choicelist[k])
             for k in range(len(choicelist))]
    choicelist_bar = np.stack(found) if isinstance(choicelist, np.ndarray) else found
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
    """``v``, the entries along the last axis, on a diagonal of a matrix of zeros."""
    on = np.eye(rows, columns, offset, dtype=bool)
    if offset < 0:
        return np.where(on, np.expand_dims(lengthened(v, columns), -2), 0.0)
    return np.where(on, np.expand_dims(lengthened(v, rows), -1), 0.0)


def lengthened(v, size):
    """``v`` with zeros behind it along the last axis."""
    return np.concatenate([v, np.zeros(v.shape[:-1] + (size - v.shape[-1],))], axis=-1)


@vjp(np.diag, alias="maybe", infer=arranged_shapes.diag)
def diag_vjp(v, k=0, *, z, z_bar):
    v_bar = np.diag(z_bar, k) if v.ndim == 1 else on_diagonal(z_bar, v.shape[0], v.shape[1], k)


@vjp(np.diagflat)
def diagflat_vjp(v, k=0, *, z, z_bar):
    v_bar = like(np.diag(z_bar, k), v)


@vjp(np.diagonal, alias="view", infer=arranged_shapes.diagonal)
def diagonal_vjp(a, offset=0, axis1=0, axis2=1, *, z, z_bar):
    a_bar = matrices_back(on_diagonal(z_bar, a.shape[axis1], a.shape[axis2], offset), a, axis1, axis2)


@vjp(diagonal, alias="view", infer=arranged_shapes.diagonal)
def main_diagonal_vjp(a, offset=0, *, z, z_bar):
    a_bar = matrices_back(on_diagonal(z_bar, a.shape[0], a.shape[1], offset), a, 0, 1)


@vjp(np.trace)
def trace_vjp(a, offset=0, axis1=0, axis2=1, dtype=None, *, z, z_bar):
    """Each element of the diagonal takes back all."""
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


@vjp(np.pad, infer=arranged_shapes.pad, as_given=("constant_values",))
def pad_vjp(array, pad_width, mode="constant", *, constant_values=0, z, z_bar):
    """A corner belongs to the last of its axes: NumPy pads one axis after the other."""
    widths = [before_and_after(pad_width, k, array.ndim) for k in range(array.ndim)]
    if mode == "constant":
        inside = tuple([slice(widths[k][0], widths[k][0] + array.shape[k]) for k in range(array.ndim)])
        array_bar = z_bar[inside[0]] if array.ndim == 1 else z_bar[inside]
        sides = [[np.sum(z_bar[(slice(None),) * k + (side,) + inside[k + 1 :]]) for side in beyond(widths[k], array.shape[k])]
                 for k in range(array.ndim)]
        constant_values_bar = sides_back(sides, constant_values)
    elif mode in ("edge", "reflect", "symmetric", "wrap"):
        array_bar = np.zeros_like(array)
        sources = [np.pad(np.arange(array.shape[k]), widths[k], mode) for k in range(array.ndim)]
        index_add(array_bar, np.ix_(*sources), z_bar)
    else:
        raise RuleError(f"np.pad has a rule for copied elements and constants only, not for mode={mode!r}")


def beyond(widths, size):
    """What lies before and behind an axis of ``size`` elements."""
    return slice(None, widths[0]), slice(widths[0] + size, None)


def sides_back(sides, values):
    """The cotangent of ``constant_values`` in each of NumPy's ways to write them, from that of both sides of each axis."""
    if not isinstance(values, (tuple, list)):
        return unbroadcast(np.array(sides), values)
    if not isinstance(values[0], (tuple, list)):
        return columns_back(sides, values)
    if len(values) == 1:
        return [columns_back(sides, values[0])]
    return [columns_back(sides[k : k + 1], values[k]) for k in range(len(values))]


def columns_back(sides, values):
    """The sums over the axes of what lies before and behind them; their sum where one value stands for both."""
    before, behind = sum([pair[0] for pair in sides]), sum([pair[1] for pair in sides])
    return [before + behind] if len(values) == 1 else [before, behind]


def before_and_after(pad_width, k, ndim):
    """The widths before and behind axis ``k``, from NumPy's ways to write them."""
    if not isinstance(pad_width, (tuple, list)):
        return pad_width, pad_width
    if not isinstance(pad_width[0], (tuple, list)):
        return (pad_width[0], pad_width[0]) if len(pad_width) == 1 else (pad_width[0], pad_width[1])
    pair = pad_width[0] if len(pad_width) == 1 else pad_width[k]
    return (pair[0], pair[0]) if len(pair) == 1 else (pair[0], pair[1])


# -------------------------------------------------------------------------------------------------- forward mode

for selecting in (np.take, np.diagonal, np.trace, diagonal):
    linear(selecting, "a")
for masking in (np.tril, np.triu):
    linear(masking, "m")
for on_the_diagonal in (np.diag, np.diagflat):
    linear(on_the_diagonal, "v")
linear(np.pad, "array")
linear(np.take_along_axis, "arr")
linear(added_at, "array", "value")
linear(np.select, "choicelist", "default")
linear(np.meshgrid, "xi")
