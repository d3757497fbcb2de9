"""Rules of the functions that give an array another shape, order of axes or type, and of array literals and copies.

Each is linear, and its cotangent moves the elements back.
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from ..errors import RuleError
from ..runtime.helpers import unbroadcast
from . import arranged_shapes, shapes
from .indexing import inverse_permutation, like, normal_axis
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


@vjp(np.reshape, alias="maybe", infer=arranged_shapes.reshape)
def reshape_vjp(a, shape, order="C", *, copy=None, z, z_bar):
    a_bar = in_order(z_bar, a, order)


@vjp(reshape_method, alias="maybe", infer=arranged_shapes.reshape_method)
def reshape_method_vjp(a, *shape, order="C", copy=None, z, z_bar):
    a_bar = in_order(z_bar, a, order)


@vjp(np.ravel, alias="maybe", infer=arranged_shapes.ravel)
def ravel_vjp(a, order="C", *, z, z_bar):
    a_bar = z_bar if np.ndim(a) == 1 else in_order(z_bar, a, order)


@vjp(np.ndarray.flatten, infer=arranged_shapes.ravel)
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


@vjp(np.rollaxis, alias="view")
def rollaxis_vjp(a, axis, start=0, *, z, z_bar):
    before = start + a.ndim if start < 0 else start
    a_bar = np.moveaxis(z_bar, before - 1 if before > normal_axis(axis, a.ndim) else before, axis)


@vjp(np.expand_dims, alias="view")
def expand_dims_vjp(a, axis, *, z, z_bar):
    a_bar = like(z_bar, a) if np.ndim(a) == 0 else np.squeeze(z_bar, axis)


@vjp(np.squeeze, alias="maybe", infer=arranged_shapes.squeeze)
def squeeze_vjp(a, axis=None, *, z, z_bar):
    """The axes of length 1 are put back."""
    if np.ndim(a) == np.ndim(z):
        a_bar = z_bar
    else:
        a_bar = np.expand_dims(z_bar, axis) if axis is not None else np.reshape(z_bar, a.shape)


def reshaped_vjp(a, *, z, z_bar):
    a_bar = z_bar if np.ndim(a) == np.ndim(z) else like(z_bar, a)


for at_least in (np.atleast_1d, np.atleast_2d, np.atleast_3d):
    vjp(at_least, alias="maybe")(reshaped_vjp)


@vjp(np.broadcast_to, alias="view", infer=arranged_shapes.broadcast_to)
def broadcast_to_vjp(array, shape, *, z, z_bar):
    array_bar = unbroadcast(z_bar, array)


@vjp(np.flip, alias="view")
def flip_vjp(m, axis=None, *, z, z_bar):
    """A reversal is its own transpose."""
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
    """A conversion back; of a real number that became complex only the real part counts."""
    if z.dtype.kind == "c" and a.dtype.kind == "f":
        z_bar = np.real(z_bar)
    a_bar = z_bar if z.dtype == a.dtype else z_bar.astype(a.dtype)


vjp(np.ndarray.astype, alias="copy", infer=shapes.astype)(astype_vjp)


@vjp(np.astype, alias="copy", infer=shapes.astype_function)
def astype_function_vjp(x, dtype, *, copy=True, z, z_bar):
    """As the method ``astype``."""
    if z.dtype.kind == "c" and x.dtype.kind == "f":
        z_bar = np.real(z_bar)
    x_bar = z_bar if z.dtype == x.dtype else z_bar.astype(x.dtype)


@vjp(np.require, alias="maybe", infer=shapes.require)
def require_vjp(a, dtype=None, requirements=None, *, z, z_bar):
    a_bar = unnested(a, z_bar, ())


@vjp(np.asarray_chkfinite, alias="maybe", infer=shapes.asarray)
def asarray_chkfinite_vjp(a, dtype=None, order=None, *, z, z_bar):
    a_bar = unnested(a, z_bar, ())


def item_method(a):
    """``a.item()``: the only element as a Python number."""
    return a.item()


@vjp(item_method, infer=arranged_shapes.item)
def item_vjp(a, *, z, z_bar):
    a_bar = z_bar if np.ndim(a) == 0 else np.full(a.shape, z_bar)


def tolist_method(a):
    """``a.tolist()``: nested lists of Python numbers."""
    return a.tolist()


@vjp(tolist_method, infer=arranged_shapes.tolist)
def tolist_vjp(a, *, z, z_bar):
    a_bar = z_bar if np.ndim(a) == 0 else np.array(z_bar)


def of_number(item, bar, path):
    """The part of ``bar`` that belongs to an item of a tuple; a whole number has none."""
    return None if isinstance(item, (int, np.integer)) else unnested(item, bar, path)


def unnested(object, bar, path):
    """For each item of a nested sequence its own part of ``bar``; ``path`` is where ``object`` sits in the whole."""
    if isinstance(object, tuple) and len(path) > 0:
        return tuple([of_number(object[k], bar, path + (k,)) for k in range(len(object))])
    if isinstance(object, (tuple, list)):
        return [unnested(object[k], bar, path + (k,)) for k in range(len(object))]
    if len(path) == 0:
        return bar
    return bar[path[0]] if len(path) == 1 else bar[path]


@vjp(np.array, alias="copy", infer=shapes.array, as_given=("object",))
def array_vjp(object, dtype=None, *, copy=True, order="K", ndmin=0, z, z_bar):
    extra = 0 if ndmin == 0 else np.ndim(z_bar) - depth(object)
    object_bar = unnested(object, z_bar, (0,) * extra)


def depth(object):
    """The number of dimensions of a nested sequence."""
    return 1 + depth(object[0]) if isinstance(object, (tuple, list)) else np.ndim(object)


@vjp(np.asarray, alias="maybe", infer=shapes.asarray, as_given=("a",))
def asarray_vjp(a, dtype=None, order=None, *, copy=None, z, z_bar):
    a_bar = unnested(a, z_bar, ())


vjp(np.asanyarray, alias="maybe", infer=shapes.asarray, as_given=("a",))(asarray_vjp)


def contiguous_vjp(a, dtype=None, *, z, z_bar):
    a_bar = unnested(a, z_bar, ()) if isinstance(a, (tuple, list)) else z_bar if np.ndim(a) == np.ndim(z) else z_bar[0]


for contiguous in (np.ascontiguousarray, np.asfortranarray):
    vjp(contiguous, alias="maybe", as_given=("a",))(contiguous_vjp)


# -------------------------------------------------------------------------------------------------- forward mode

LINEAR_IN = {
    "a": (
        np.reshape, reshape_method, np.ravel, np.ndarray.flatten, np.transpose, transpose_method, np.swapaxes, np.moveaxis,
        np.expand_dims, np.squeeze, np.roll, np.copy, np.ndarray.copy, np.ndarray.astype, astype_method, item_method,
        tolist_method, np.asarray, np.asanyarray, np.ascontiguousarray, np.asfortranarray, np.rollaxis, np.atleast_1d,
        np.atleast_2d, np.atleast_3d,
    ),
    "m": (np.flip, np.flipud, np.fliplr, np.rot90),
}
"""By parameter, the functions that are linear in it."""

for parameter, functions in LINEAR_IN.items():
    for function in functions:
        linear(function, parameter)
linear(np.matrix_transpose, "x")
linear(np.array, "object")
linear(np.broadcast_to, "array")
