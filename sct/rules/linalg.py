"""Rules of products of arrays (``@``, ``dot``, ``einsum`` …) and of ``np.linalg``, for all dimensions that NumPy accepts.

At a zero vector ``norm`` has derivative 0; ``norm`` with ``ord=inf`` splits ties evenly.  ``cholesky`` reads the lower
triangle only, so its cotangent is lower triangular.  ``det`` is differentiated at singular matrices too (by its cofactors).
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import operator

import numpy as np

from ..runtime.arrays import cofactors, phase
from ..runtime.helpers import unbroadcast
from . import shapes
from .indexing import (
    explicit,
    flat,
    inverse_permutation,
    like,
    normal_axes,
    normal_axis,
    other_axes,
    pair,
    spread,
    static,
    total,
)
from .notation import bilinear, linear, vjp


def swapped(m):
    """The matrix, or each matrix of a stack, transposed."""
    return m.T if m.ndim == 2 else np.swapaxes(m, -1, -2)


def stacked(v, a):
    """``v`` summed over the leading dimensions along which the stack of matrices ``a`` was repeated."""
    return v if a.ndim == v.ndim == 2 else unbroadcast(v, a)


# ------------------------------------------------------------------------------------------------------ products


def matmul_bars(x, y, z_bar):
    """The cotangents of both factors of ``x @ y``."""
    if x.ndim == 1 and y.ndim == 1:
        return z_bar * y, z_bar * x
    if y.ndim == 1:
        if x.ndim == 2:
            return np.outer(z_bar, y), x.T @ z_bar
        return np.expand_dims(z_bar, -1) * y, np.tensordot(z_bar, x, x.ndim - 1)
    if x.ndim == 1:
        if y.ndim == 2:
            return y @ z_bar, np.outer(x, z_bar)
        return np.tensordot(z_bar, swapped(y), y.ndim - 1), np.expand_dims(x, -1) * np.expand_dims(z_bar, -2)
    return stacked(z_bar @ swapped(y), x), stacked(swapped(x) @ z_bar, y)


@vjp(operator.matmul, "x @ y", infer=shapes.matmul)
def matmul_vjp(x, y, *, z, z_bar):
    x_bar, y_bar = matmul_bars(x, y, z_bar)


vjp(np.matmul, infer=shapes.matmul)(matmul_vjp)


@vjp(np.dot, infer=shapes.dot)
def dot_vjp(a, b, *, z, z_bar):
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        a_bar = total(z_bar * b) if np.ndim(a) == 0 else z_bar * b
        b_bar = total(z_bar * a) if np.ndim(b) == 0 else z_bar * a
    elif b.ndim <= 2 and a.ndim <= 2 or b.ndim == 1:
        a_bar, b_bar = matmul_bars(a, b, z_bar)
    else:
        rows = tuple(range(a.ndim - 1))
        columns = tuple(range(a.ndim - 1, a.ndim + b.ndim - 2))
        a_bar = np.tensordot(z_bar, b, (columns, other_axes(-2, b.ndim)))
        b_bar = np.moveaxis(np.tensordot(a, z_bar, (rows, rows)), 0, -2)


@vjp(np.inner, infer=shapes.inner)
def inner_vjp(a, b, *, z, z_bar):
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        a_bar = total(z_bar * b) if np.ndim(a) == 0 else z_bar * b
        b_bar = total(z_bar * a) if np.ndim(b) == 0 else z_bar * a
    elif a.ndim == 1 and b.ndim == 1:
        a_bar = z_bar * b
        b_bar = z_bar * a
    elif a.ndim == 2 and b.ndim == 2:
        a_bar = z_bar @ b
        b_bar = z_bar.T @ a
    else:
        rows = tuple(range(a.ndim - 1))
        a_bar = np.tensordot(z_bar, b, b.ndim - 1)
        b_bar = np.tensordot(z_bar, a, (rows, rows))


@vjp(np.outer, infer=shapes.outer)
def outer_vjp(a, b, *, z, z_bar):
    a_bar = like(z_bar @ flat(b), a)
    b_bar = like(flat(a) @ z_bar, b)


def mirrored(x):
    """The conjugate of complex numbers, which is what the slope of a magnitude reads; real ones stay as they are."""
    return np.conj(x) if np.iscomplexobj(x) else x


@vjp(np.vdot, infer=shapes.vdot)
def vdot_vjp(a, b, *, z, z_bar):
    a_bar = like(mirrored(z_bar * flat(b)), a)
    b_bar = like(z_bar * mirrored(flat(a)), b)


@vjp(np.tensordot, infer=shapes.tensordot)
def tensordot_vjp(a, b, axes=2, *, z, z_bar):
    inner_a, inner_b = pair(axes, np.ndim(a), np.ndim(b))
    outer_a, outer_b = other_axes(inner_a, np.ndim(a)), other_axes(inner_b, np.ndim(b))
    rows = tuple(range(len(outer_a)))
    columns = tuple(range(len(outer_a), len(outer_a) + len(outer_b)))
    a_bar = permuted(contracted(z_bar, columns, b, outer_b), inverse_permutation(outer_a + matched(inner_a, inner_b)))
    b_bar = permuted(contracted(a, outer_a, z_bar, rows), inverse_permutation(matched(inner_b, inner_a) + outer_b))


@static
def matched(inner, inner_of_other):
    """The contracted axes in the order in which the axes they meet occur in the other factor.

    >>> matched((5, 3), (1, 0))
    (3, 5)
    """
    return tuple(mine for _, mine in sorted(zip(inner_of_other, inner, strict=True)))


def contracted(v, v_axes, w, w_axes):
    """``tensordot`` over the named axes; plain multiplication where there is a scalar and nothing to contract."""
    if np.ndim(v) == 0 or np.ndim(w) == 0:
        return v * w
    if len(v_axes) == 0:
        return np.tensordot(v, w, 0)
    return np.tensordot(v, w, (v_axes, w_axes))


def permuted(v, axes):
    """``v`` with its axes permuted, where that changes anything."""
    if axes == tuple(range(len(axes))):
        return v
    return v.T if len(axes) == 2 else np.transpose(v, axes)


@vjp(np.cross, infer=shapes.cross)
def cross_vjp(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None, *, z, z_bar):
    """Vectors of three components: ``a × b`` is antisymmetric, so the cotangents are cross products too."""
    at_a, at_b, at_c = (axisa, axisb, axisc) if axis is None else (axis, axis, axis)
    a_bar = unbroadcast_cross(np.cross(b, z_bar, axisa=at_b, axisb=at_c, axisc=-1), a, at_a)
    b_bar = unbroadcast_cross(np.cross(z_bar, a, axisa=at_c, axisb=at_a, axisc=-1), b, at_b)


def unbroadcast_cross(v, a, axis):
    """``v``, whose vectors are along its last axis, in the layout and the shape of ``a``."""
    if a.ndim == 1 and v.ndim == 1:
        return v
    if normal_axis(axis, a.ndim) == a.ndim - 1:
        return unbroadcast(v, a)
    return np.moveaxis(unbroadcast(v, np.moveaxis(a, axis, -1)), -1, axis)


def slope(x):
    """The slope of the magnitude of each element, 0 at 0."""
    return np.conj(phase(x)) if np.iscomplexobj(x) else np.sign(x)


@vjp(np.kron)
def kron_vjp(a, b, *, z, z_bar):
    ndim = np.ndim(z)
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        a_bar = total(z_bar * b) if np.ndim(a) == 0 else z_bar * b
        b_bar = total(z_bar * a) if np.ndim(b) == 0 else z_bar * a
    else:
        blocks_bar = z_bar.reshape(interleaved(padded_shape(a, ndim), padded_shape(b, ndim)))
        even, odd = tuple(range(0, 2 * ndim, 2)), tuple(range(1, 2 * ndim, 2))
        a_bar = like(np.tensordot(blocks_bar, b.reshape(padded_shape(b, ndim)), (odd, tuple(range(ndim)))), a)
        b_bar = like(np.tensordot(blocks_bar, a.reshape(padded_shape(a, ndim)), (even, tuple(range(ndim)))), b)


def padded_shape(a, ndim):
    """The shape with units in front, ``ndim`` long."""
    return (1,) * (ndim - a.ndim) + a.shape


def interleaved(first, second):
    """``(first[0], second[0], first[1], second[1], …)``."""
    shape = ()
    for k in range(len(first)):
        shape = shape + (first[k], second[k])
    return shape


# -------------------------------------------------------------------------------------------------------- einsum


@vjp(np.einsum, alias="maybe", infer=shapes.einsum)
def einsum_vjp(subscripts, *operands, optimize=False, z, z_bar):
    ndims = tuple([np.ndim(x) for x in operands])
    operands_bar = tuple([einsum_bar(subscripts, ndims, k, operands, optimize, z_bar) for k in range(len(operands))])


def einsum_bar(subscripts, ndims, k, operands, optimize, z_bar):
    """The cotangent of the ``k``-th operand: an ``einsum`` of ``z_bar`` with the other operands."""
    a = operands[k]
    formula = einsum_formula(subscripts, ndims, k)
    alone = einsum_alone(subscripts, ndims, k)
    repeats = einsum_repeats(subscripts, ndims, k)
    eyes = tuple([np.eye(a.shape[p]) for p in repeats])
    factors = (z_bar,) + operands[:k] + operands[k + 1 :] + eyes
    v = np.einsum(formula, *factors, optimize=optimize) if optimize else np.einsum(formula, *factors)
    if len(alone) > 0:
        return np.broadcast_to(np.expand_dims(v, alone), a.shape)
    return unbroadcast(v, a)


@static
def einsum_formula(subscripts, ndims, k):
    """The subscripts of the cotangent of operand ``k``: from the result, the other operands and one ``eye`` per repeat.

    >>> einsum_formula("ij,jk->ik", (2, 2), 0), einsum_formula("ii->", (2,), 0), einsum_formula("ij->j", (2,), 0)
    ('ik,jk->ij', ',ia->ia', 'j->j')
    """
    inputs, output = explicit(subscripts, ndims)
    own, others = inputs[k], inputs[:k] + inputs[k + 1 :]
    available = output + "".join(others)
    spare = iter([c for c in "abcdefghijklmnopqrstuvwxyz" if c not in available + own])
    target, eyes = "", []
    for p, c in enumerate(own):
        if c in own[:p]:
            eyes.append(c + next(spare))
            target += eyes[-1][1]
        elif c in available or own.count(c) > 1:
            target += c
    return ",".join((output, *others, *eyes)) + "->" + target


@static
def einsum_alone(subscripts, ndims, k):
    """The axes of operand ``k`` that are summed over and occur nowhere else."""
    inputs, output = explicit(subscripts, ndims)
    available = output + "".join(inputs[:k] + inputs[k + 1 :])
    own = inputs[k]
    return tuple(p for p, c in enumerate(own) if c not in available and own.count(c) == 1)


@static
def einsum_repeats(subscripts, ndims, k):
    """The axes of operand ``k`` whose subscript occurred before in the same operand (a diagonal is taken)."""
    own = explicit(subscripts, ndims)[0][k]
    return tuple(p for p, c in enumerate(own) if c in own[:p])


# --------------------------------------------------------------------------------------------------------- norms


@vjp(np.linalg.norm)
def norm_vjp(x, ord=None, axis=None, keepdims=False, *, z, z_bar):
    axes = (axis,) if isinstance(axis, int) else normal_axes(None, np.ndim(x)) if axis is None else axis
    top_bar = spread(z_bar, x, axis, keepdims)
    if ord is None or ord == "fro" or (ord == 2 and len(axes) == 1):
        x_bar = spread(z_bar / np.where(z == 0.0, 1.0, z), x, axis, keepdims) * mirrored(x)
    elif len(axes) == 1:
        x_bar = vector_norm_bar(x, ord, axes[0], spread(z, x, axis, keepdims), top_bar)
    else:
        x_bar = matrix_norm_bar(x, ord, axes, top_bar)


def matrix_norm_bar(x, ord, axes, z_bar):
    """The cotangent of a matrix norm other than Frobenius'; ``z_bar`` broadcasts against ``x``."""
    if ord in (1, -1):
        return sums_norm_bar(x, axes[0], axes[1], ord > 0, z_bar)
    if ord in (2, -2, "nuc"):
        return z_bar * spectral_norm_slope(x, ord, axes)
    return sums_norm_bar(x, axes[1], axes[0], ord > 0, z_bar)


def vector_norm_bar(x, ord, axis, z, z_bar):
    """The cotangent of a vector norm other than the Euclidean one; ``z`` and ``z_bar`` broadcast against ``x``."""
    if ord == 0:
        return np.zeros_like(x)
    if ord == 1:
        return z_bar * slope(x)
    if ord in (np.inf, -np.inf):
        attained = np.abs(x) == z
        return z_bar / np.sum(attained, axis=axis, keepdims=True) * attained * slope(x)
    return z_bar * slope(x) * (np.abs(x) / np.where(z == 0.0, 1.0, z)) ** (ord - 1)


def sums_norm_bar(x, added, compared, largest, z_bar):
    """The cotangent of the largest (smallest) sum of magnitudes along the axis ``added``, ties split evenly."""
    sums = np.sum(np.abs(x), axis=added, keepdims=True)
    best = np.max(sums, axis=compared, keepdims=True) if largest else np.min(sums, axis=compared, keepdims=True)
    attained = sums == best
    return z_bar / np.sum(attained, axis=compared, keepdims=True) * attained * slope(x)


def spectral_norm_slope(x, ord, axes):
    """The gradient of the sum (``nuc``), the largest (2) or the smallest (-2) of the singular values."""
    in_place = normal_axes(axes, x.ndim) == (x.ndim - 2, x.ndim - 1) and axes[0] % x.ndim < axes[1] % x.ndim
    u, s, vh = np.linalg.svd(x if in_place else np.moveaxis(x, axes, (-2, -1)), full_matrices=False)
    u = u * np.expand_dims(np.sign(s), -2)
    if ord == "nuc":
        slope = u @ vh
    else:
        slope = u[..., :1] @ vh[..., :1, :] if ord == 2 else u[..., -1:] @ vh[..., -1:, :]
    slope = mirrored(slope)
    return slope if in_place else np.moveaxis(slope, (-2, -1), axes)


# ----------------------------------------------------------------------------- inverses, determinants, solutions


def per_matrix(v):
    """One number per matrix of a stack in a shape that broadcasts against the stack."""
    return v if np.ndim(v) == 0 else np.expand_dims(v, (-2, -1))


@vjp(np.linalg.inv, infer=shapes.square)
def inv_vjp(a, *, z, z_bar):
    a_bar = -swapped(z) @ z_bar @ swapped(z)


@vjp(np.linalg.pinv, real_only=True)
def pinv_vjp(a, rcond=None, hermitian=False, *, rtol=None, z, z_bar):
    """Golub and Pereyra 1973, 4.12: the derivative of the pseudoinverse where the rank is constant."""
    zt, ct = swapped(z), swapped(z_bar)
    above = (ct - a @ (z @ ct)) @ z @ zt
    beside = zt @ z @ (ct - ct @ z @ a)
    a_bar = above + beside - zt @ z_bar @ zt


@vjp(np.linalg.det)
def det_vjp(a, *, z, z_bar):
    a_bar = per_matrix(z_bar) * cofactors(a, z)


@vjp(cofactors, infer=shapes.square)
def cofactors_vjp(x, det, *, z, z_bar):
    """Regular matrices only; ``det`` is a function of ``x``, so all of the derivative goes to ``x``."""
    transposed = swapped(np.linalg.inv(x))
    along = np.sum(z_bar * transposed, axis=(-2, -1), keepdims=True) * z
    x_bar = along - per_matrix(det) * (transposed @ swapped(z_bar) @ transposed)
    det_bar = None


@vjp(np.linalg.slogdet)
def slogdet_vjp(a, *, z, z_bar):
    a_bar = None if z_bar[1] is None else per_matrix(z_bar[1]) * swapped(np.linalg.inv(a))


@vjp(np.linalg.solve, infer=shapes.solve)
def solve_vjp(a, b, *, z, z_bar):
    if b.ndim == 1 and a.ndim == 2:
        b_bar = np.linalg.solve(a.T, z_bar)
        a_bar = -np.outer(b_bar, z)
    elif b.ndim == 1:
        column_bar = np.linalg.solve(swapped(a), np.expand_dims(z_bar, -1))
        b_bar = unbroadcast(column_bar[..., 0], b)
        a_bar = -column_bar * np.expand_dims(z, -2)
    else:
        whole_bar = np.linalg.solve(swapped(a), z_bar)
        b_bar = stacked(whole_bar, b)
        a_bar = stacked(-whole_bar @ swapped(z), a)


@vjp(np.linalg.cholesky, infer=shapes.square, real_only=True)
def cholesky_vjp(a, *, z, z_bar):
    """Murray 2016, section 3, with the cotangent put on the triangle that is read."""
    inverse = np.linalg.inv(z)
    middle = swapped(inverse) @ half_lower(swapped(z) @ z_bar) @ inverse
    a_bar = half_lower(middle + swapped(middle))


def half_lower(m):
    """The lower triangle with the diagonal halved."""
    return 0.5 * (np.tril(m) + np.tril(m, -1))


@vjp(np.linalg.matrix_power, alias="maybe", infer=shapes.square)
def matrix_power_vjp(a, n, *, z, z_bar):
    """Higham 2008, 3.6: the corner of the power of a block triangular matrix is the derivative of the power."""
    at = swapped(a)
    top = np.concatenate([at, z_bar], axis=-1)
    bottom = np.concatenate([np.zeros_like(at), at], axis=-1)
    size = a.shape[-2]
    a_bar = np.linalg.matrix_power(np.concatenate([top, bottom], axis=-2), n)[..., :size, size:]


@vjp(np.linalg.multi_dot, infer=shapes.multi_dot)
def multi_dot_vjp(arrays, *, z, z_bar):
    matrices = as_matrices(arrays)
    whole_bar = z_bar
    if arrays[0].ndim == 1:
        whole_bar = np.expand_dims(whole_bar, 0)
    if arrays[-1].ndim == 1:
        whole_bar = np.expand_dims(whole_bar, -1)
    arrays_bar = tuple([like(factor_bar(matrices, k, whole_bar), arrays[k]) for k in range(len(arrays))])


def as_matrices(arrays):
    """The factors of ``multi_dot``: a vector in front is a row, a vector at the end a column."""
    first = np.expand_dims(arrays[0], 0) if arrays[0].ndim == 1 else arrays[0]
    last = np.expand_dims(arrays[-1], -1) if arrays[-1].ndim == 1 else arrays[-1]
    return (first,) + tuple(arrays[1:-1]) + (last,)


def factor_bar(matrices, k, z_bar):
    """The cotangent of the ``k``-th factor of a product of matrices."""
    v = z_bar
    for m in matrices[:k]:
        v = m.T @ v
    for m in matrices[:k:-1]:
        v = v @ m.T
    return v


# ------------------------------------------------------------------------------------------------ decompositions


def gaps(w):
    """``1 / (w[j] - w[i])`` off the diagonal, 0 on it."""
    difference = np.expand_dims(w, -2) - np.expand_dims(w, -1)
    same = np.eye(w.shape[-1], dtype=bool)
    return np.where(same, 0.0, 1.0 / np.where(same, 1.0, difference))


@vjp(np.linalg.svd, real_only=True)
def svd_vjp(a, full_matrices=True, *, z, z_bar):
    """Townsend 2016; vectors of singular values that coincide have no derivative, nor have vectors without one."""
    u, s, vh = z
    u_bar, s_bar, vh_bar = z_bar
    if full_matrices and u_bar is None:
        u = u[..., : s.shape[-1]]
    if full_matrices and vh_bar is None:
        vh = vh[..., : s.shape[-1], :]
    if u_bar is None and vh_bar is None:
        a_bar = u * np.expand_dims(s_bar, -2) @ vh
    else:
        a_bar = svd_vectors_bar(a, u, s, vh, u_bar, s_bar, vh_bar)


def svd_vectors_bar(a, u, s, vh, u_bar, s_bar, vh_bar):
    """The cotangent of ``a`` where some singular vectors have one."""
    v = swapped(vh)
    middle = np.zeros_like(u[..., : s.shape[-1], :]) if s_bar is None else np.expand_dims(s_bar, -2) * np.eye(s.shape[-1])
    outside = np.zeros_like(a)
    if u_bar is not None:
        twist = gaps(s * s) * (swapped(u) @ u_bar - swapped(u_bar) @ u)
        middle = middle + twist * np.expand_dims(s, -2)
        outside = outside + (u_bar - u @ (swapped(u) @ u_bar)) / np.expand_dims(s, -2) @ vh
    if vh_bar is not None:
        v_bar = swapped(vh_bar)
        twist = gaps(s * s) * (vh @ v_bar - vh_bar @ v)
        middle = middle + np.expand_dims(s, -1) * twist
        outside = outside + u @ ((vh_bar - (vh_bar @ v) @ vh) / np.expand_dims(s, -1))
    return u @ middle @ vh + outside


@vjp(np.linalg.eigh, real_only=True)
def eigh_vjp(a, *, z, z_bar):
    """Giles 2008, 3.1, with the cotangent put on the lower triangle, which is what ``eigh`` reads."""
    w, v = z
    w_bar, v_bar = z_bar
    middle = np.zeros_like(v) if w_bar is None else np.expand_dims(w_bar, -2) * np.eye(w.shape[-1])
    if v_bar is not None:
        middle = middle + gaps(w) * (swapped(v) @ v_bar)
    whole = v @ middle @ swapped(v)
    a_bar = half_lower(whole + swapped(whole))


@vjp(np.linalg.qr, real_only=True)
def qr_vjp(a, *, z, z_bar):
    """Walter and Lehmann 2018 (at least as many rows as columns)."""
    q, r = z
    q_bar, r_bar = z_bar
    m = np.zeros_like(r)
    if r_bar is not None:
        m = m + r @ swapped(r_bar)
    if q_bar is not None:
        m = m - swapped(q_bar) @ q
    inner = q @ (np.tril(m) + swapped(np.tril(m, -1)))
    if q_bar is not None:
        inner = inner + q_bar
    a_bar = swapped(np.linalg.solve(r, swapped(inner)))


# -------------------------------------------------------------------------------------------------- forward mode

for product in (np.dot, np.inner, np.outer, np.vdot, np.tensordot, np.cross, np.kron):
    bilinear(product, "a", "b")
bilinear(operator.matmul, "x", "y")
bilinear(np.matmul, "x", "y")
bilinear(np.einsum, "operands")
linear(np.linalg.solve, "b")
bilinear(np.linalg.multi_dot, "arrays")
