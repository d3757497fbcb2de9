"""Rules of products of arrays (``@``, ``dot``, ``einsum`` …) and of norms, for all dimensions that NumPy accepts.

At a zero vector ``norm`` has derivative 0; ``norm`` with ``ord=inf`` splits ties evenly.
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import operator

import numpy as np

from ..runtime.arrays import phase
from ..runtime.helpers import power_dx, product_or_zero, quotient_or_zero, unbroadcast
from . import shapes
from .facts import is_static, may_be_unit
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
from .notation import bilinear, vjp
from .scalar import or_infinite


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
    """``z[i, j] = sum over k of a[i, k] * b[j, k]``, where ``b`` has ``k`` as its last axis but one, or its only one."""
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
    """``z[i, j] = sum over k of a[i, k] * b[j, k]``, each with ``k`` as its last axis."""
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
    a_bar, b_bar = tensordot_bars(a, b, axes, z_bar)


def tensordot_bars(a, b, axes, z_bar):
    """The cotangents of both factors: ``z_bar`` contracted with the other one over the axes that are left of that one."""
    inner_a, inner_b = pair(axes, np.ndim(a), np.ndim(b))
    outer_a, outer_b = other_axes(inner_a, np.ndim(a)), other_axes(inner_b, np.ndim(b))
    rows = tuple(range(len(outer_a)))
    columns = tuple(range(len(outer_a), len(outer_a) + len(outer_b)))
    a_bar = permuted(contracted(z_bar, columns, b, outer_b), inverse_permutation(outer_a + matched(inner_a, inner_b)))
    b_bar = permuted(contracted(a, outer_a, z_bar, rows), inverse_permutation(matched(inner_b, inner_a) + outer_b))
    return a_bar, b_bar


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
    if v.ndim == 1:
        return v
    if normal_axis(axis, a.ndim) == a.ndim - 1:
        return unbroadcast(v, a)
    return np.moveaxis(unbroadcast(v, np.moveaxis(a, axis, -1)), -1, axis)


def slope(x):
    """The slope of the magnitude of each element, 0 at 0."""
    return np.conj(phase(x)) if np.iscomplexobj(x) else np.sign(x)


@vjp(np.kron)
def kron_vjp(a, b, *, z, z_bar):
    """``z[i * n + j] = a[i] * b[j]`` along each axis: in blocks, ``z`` is the outer product."""
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
        v = np.expand_dims(v, alone)
    if any_may_be_unit(operands, einsum_partners(subscripts, ndims, k)):
        return unbroadcast(v + np.zeros_like(a), a)
    return np.broadcast_to(v, a.shape) if len(alone) > 0 else unbroadcast(v, a)


def any_may_be_unit(operands, places):
    """Whether one of the operands at ``places`` may be spread along a dimension over which others are summed."""
    found = False
    for k in places:
        found = found or may_be_unit(operands[k])
    return found


@static
def einsum_partners(subscripts, ndims, k):
    """The other operands that share a subscript with operand ``k`` which the result lacks.

    >>> einsum_partners("ij,jk,ik->ik", (2, 2, 2), 0), einsum_partners("ij,ij->ij", (2, 2), 0)
    ((1,), ())
    """
    inputs, output = explicit(subscripts, ndims)
    summed = set(inputs[k]) - set(output)
    return tuple(j for j, letters in enumerate(inputs) if j != k and summed & set(letters))


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
    x_bar = norm_bar(x, ord, axis, keepdims, z, z_bar)


def norm_bar(x, ord, axis, keepdims, z, z_bar):
    """The cotangent of what has the norm ``z``."""
    axes = (axis,) if isinstance(axis, int) else normal_axes(None, np.ndim(x)) if axis is None else axis
    top_bar = spread(z_bar, x, axis, keepdims)
    if ord is None or ord == "fro" or (ord == 2 and len(axes) == 1):
        return euclidean_bar(x, axis, keepdims, z, z_bar)
    if len(axes) == 1:
        return vector_norm_bar(x, ord, axes[0], spread(z, x, axis, keepdims), top_bar)
    return matrix_norm_bar(x, ord, axes, top_bar)


def euclidean_bar(x, axis, keepdims, z, z_bar):
    """The cotangent of what has the root of the sum of squares ``z``: the direction of ``x``, conjugated."""
    return spread(z_bar / or_infinite(z), x, axis, keepdims) * mirrored(x)


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
    if ord < 1:  # so that infinite elements have their slope, where infinity times 0 would have none
        return z_bar * product_or_zero(slope(x), magnitude_power(quotient_or_zero(z, np.abs(x)), 1 - ord))
    share = mirrored(x) / or_infinite(z)
    return z_bar * product_or_zero(share, magnitude_power(share, ord - 2))


def magnitude_power(x, exponent):
    """``abs(x) ** exponent``, without NumPy's warning where that is infinite."""
    if is_static(exponent) and exponent >= 0:
        return np.abs(x) ** exponent
    return power_dx(np.abs(x), exponent + 1) / (exponent + 1)


def sums_norm_bar(x, added, compared, largest, z_bar):
    """The cotangent of the largest (smallest) sum of magnitudes along the axis ``added``, ties split evenly."""
    sums = np.sum(np.abs(x), axis=added, keepdims=True)
    best = np.max(sums, axis=compared, keepdims=True, initial=0.0) if largest else np.min(sums, axis=compared, keepdims=True)
    attained = sums == best
    return z_bar / np.sum(attained, axis=compared, keepdims=True) * attained * slope(x)


def spectral_norm_slope(x, ord, axes):
    """The gradient of the sum (``nuc``), the largest (2) or the smallest (-2) of the singular values."""
    in_place = normal_axes(axes, x.ndim) == (x.ndim - 2, x.ndim - 1)  # a transposed matrix has the same singular values
    u, s, vh = np.linalg.svd(x if in_place else np.moveaxis(x, axes, (-2, -1)), full_matrices=False)
    u = u * np.expand_dims(np.sign(s), -2)
    if ord == "nuc":
        slope = u @ vh
    else:
        slope = u[..., :1] @ vh[..., :1, :] if ord == 2 else u[..., -1:] @ vh[..., -1:, :]
    slope = mirrored(slope)
    return slope if in_place else np.moveaxis(slope, (-2, -1), axes)


# -------------------------------------------------------------------------------------------------- forward mode

for product in (np.dot, np.inner, np.outer, np.vdot, np.tensordot, np.cross, np.kron):
    bilinear(product, "a", "b")
bilinear(operator.matmul, "x", "y")
bilinear(np.matmul, "x", "y")
bilinear(np.einsum, "operands")
