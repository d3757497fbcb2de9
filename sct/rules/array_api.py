"""Rules of the functions that NumPy has from the array API standard: products and norms of stacks of vectors and matrices.

They do what older functions do along the last axis or axes; ``np.linalg.norm`` and its kin say what holds at kinks.
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from ..runtime.helpers import unbroadcast
from . import shapes
from .indexing import normal_axes, slab, spread
from .linalg import euclidean_bar, matmul_bars, matrix_norm_bar, mirrored, swapped, tensordot_bars, vector_norm_bar
from .notation import bilinear, linear, vjp
from .reductions import cumprod_bar, summed_behind
from .selecting import on_diagonal

# ------------------------------------------------------------------------------------------------------ products


def vecdot_vjp(x1, x2, *, axis=-1, z, z_bar):
    """``z = sum(conj(x1) * x2)`` along ``axis``: linear in ``x2``, conjugate linear in ``x1``."""
    each_bar = np.expand_dims(z_bar, axis)
    x1_bar = unbroadcast(mirrored(each_bar * x2), x1)
    x2_bar = unbroadcast(each_bar * mirrored(x1), x2)


vjp(np.vecdot)(vecdot_vjp)
vjp(np.linalg.vecdot)(vecdot_vjp)


if hasattr(np, "matvec"):

    @vjp(np.matvec)
    def matvec_vjp(x1, x2, *, z, z_bar):
        x1_bar = unbroadcast(np.expand_dims(z_bar, -1) * np.expand_dims(x2, -2), x1)
        x2_bar = unbroadcast(np.matvec(swapped(x1), z_bar), x2)

    @vjp(np.vecmat)
    def vecmat_vjp(x1, x2, *, z, z_bar):
        """The vector is conjugated."""
        x1_bar = unbroadcast(mirrored(np.matvec(x2, z_bar)), x1)
        x2_bar = unbroadcast(np.expand_dims(mirrored(x1), -1) * np.expand_dims(z_bar, -2), x2)

    bilinear(np.matvec, "x1", "x2")


@vjp(np.linalg.matmul, infer=shapes.matmul)
def matmul_vjp(x1, x2, *, z, z_bar):
    x1_bar, x2_bar = matmul_bars(x1, x2, z_bar)


@vjp(np.linalg.outer, infer=shapes.outer)
def outer_vjp(x1, x2, *, z, z_bar):
    x1_bar = z_bar @ x2
    x2_bar = x1 @ z_bar


@vjp(np.linalg.tensordot, infer=shapes.tensordot)
def tensordot_vjp(x1, x2, *, axes=2, z, z_bar):
    x1_bar, x2_bar = tensordot_bars(x1, x2, axes, z_bar)


@vjp(np.linalg.cross, infer=shapes.cross_of_vectors)
def cross_vjp(x1, x2, *, axis=-1, z, z_bar):
    x1_bar = unbroadcast(np.linalg.cross(x2, z_bar, axis=axis), x1)
    x2_bar = unbroadcast(np.linalg.cross(z_bar, x1, axis=axis), x2)


# ------------------------------------------------------------------------------------------ parts of matrices


@vjp(np.linalg.trace)
def trace_vjp(x, *, offset=0, dtype=None, z, z_bar):
    each = z_bar if np.ndim(z_bar) == 0 else np.expand_dims(z_bar, (-2, -1))
    x_bar = np.where(np.eye(x.shape[-2], x.shape[-1], offset, dtype=bool), each, 0.0)


@vjp(np.linalg.diagonal, alias="view")
def diagonal_vjp(x, *, offset=0, z, z_bar):
    x_bar = on_diagonal(z_bar, x.shape[-2], x.shape[-1], offset)


@vjp(np.linalg.matrix_transpose, alias="view")
def matrix_transpose_vjp(x, *, z, z_bar):
    x_bar = swapped(z_bar)


# --------------------------------------------------------------------------------------------------------- norms


@vjp(np.linalg.vector_norm)
def vector_norm_vjp(x, *, axis=None, keepdims=False, ord=2, z, z_bar):
    """As ``np.linalg.norm`` of vectors; ``axis`` may name several, whose elements are those of one vector."""
    if ord == 2:
        x_bar = euclidean_bar(x, axis, keepdims, z, z_bar)
    else:
        top, top_bar = spread(z, x, axis, keepdims), spread(z_bar, x, axis, keepdims)
        x_bar = vector_norm_bar(x, ord, normal_axes(axis, np.ndim(x)), top, top_bar)


@vjp(np.linalg.matrix_norm)
def matrix_norm_vjp(x, *, keepdims=False, ord="fro", z, z_bar):
    """As ``np.linalg.norm`` along the last two axes."""
    if ord is None or ord == "fro":
        x_bar = euclidean_bar(x, (-2, -1), keepdims, z, z_bar)
    else:
        x_bar = matrix_norm_bar(x, ord, (-2, -1), spread(z_bar, x, (-2, -1), keepdims))


@vjp(np.linalg.svdvals)
def svdvals_vjp(x, *, z, z_bar):
    u, _, vh = np.linalg.svd(x, full_matrices=False)
    x_bar = mirrored(u * np.expand_dims(z_bar, -2) @ vh)


# ------------------------------------------------------------------------------------------------ accumulations


if hasattr(np, "cumulative_sum"):

    @vjp(np.cumulative_sum)
    def cumulative_sum_vjp(x, *, axis=None, dtype=None, include_initial=False, z, z_bar):
        """Each element is part of the sums from its own on; the initial zero depends on nothing."""
        along = 0 if axis is None else axis
        if np.ndim(x) == 0:
            x_bar = z_bar[-1]
        else:
            x_bar = summed_behind(slab(z_bar, along, 1, None) if include_initial else z_bar, along)

    @vjp(np.cumulative_prod)
    def cumulative_prod_vjp(x, *, axis=None, dtype=None, include_initial=False, z, z_bar):
        """As ``np.cumprod``; the initial one depends on nothing."""
        along = 0 if axis is None else axis
        if np.ndim(x) == 0:
            x_bar = z_bar[-1]
        elif include_initial:
            x_bar = cumprod_bar(x, along, slab(z, along, 1, None), slab(z_bar, along, 1, None))
        else:
            x_bar = cumprod_bar(x, along, z, z_bar)

    linear(np.cumulative_sum, "x")


# ------------------------------------------------------------------------------------------------- forward mode

for product in (np.linalg.matmul, np.linalg.outer, np.linalg.tensordot, np.linalg.cross):
    bilinear(product, "x1", "x2")
for function in (np.linalg.trace, np.linalg.diagonal, np.linalg.matrix_transpose):
    linear(function, "x")
