"""Rules of functions that arrange the elements of an array anew: by rank (``np.partition``), or repeated (``np.resize``)."""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from ..runtime.helpers import index_add
from . import arranged_shapes
from .facts import may_be_empty
from .indexing import flat, like, normal_axis
from .notation import linear, vjp
from .selecting import ranks


@vjp(np.partition, infer=arranged_shapes.in_ranks)
def partition_vjp(a, kth, axis=-1, kind="introselect", *, z, z_bar):
    """Which element went where, their ranks tell: ``np.argpartition`` need not place them as ``np.partition`` does."""
    if axis is None or a.ndim == 1:
        a_bar = like(z_bar[np.argsort(z)][ranks(flat(a), 0)], a)
    else:
        by_rank = np.take_along_axis(z_bar, np.argsort(z, axis), axis)
        a_bar = np.take_along_axis(by_rank, ranks(a, normal_axis(axis, a.ndim)), axis)


@vjp(np.resize, infer=arranged_shapes.resized)
def resize_vjp(a, new_shape, *, z, z_bar):
    """The elements are repeated in turn; where there are none, NumPy gives zeros."""
    size = max(a.size, 1) if may_be_empty(a) else a.size
    once = np.zeros(size, z_bar.dtype)
    index_add(once, np.arange(z.size) % size, flat(z_bar))
    a_bar = like(once[: a.size] if may_be_empty(a) else once, a)


linear(np.resize, "a")
