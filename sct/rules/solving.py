"""Rules of inverses, determinants, powers and solutions of linear systems: what ``np.linalg`` does without a decomposition.

``det`` is differentiated at singular matrices too (by its cofactors).  ``pinv`` and ``lstsq`` have derivatives where the rank
does not change nearby.  An argument of which only one triangle is read has its cotangent there.
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import math

import numpy as np

from ..errors import RuleError
from ..ir.types import Array
from ..runtime.arrays import cofactors, cofactors_along, cofactors_turning, well_conditioned
from ..runtime.helpers import unbroadcast
from . import shapes
from .indexing import inverse_permutation, like, static
from .linalg import mirrored, stacked, swapped
from .notation import bilinear, linear, vjp, zero
from .shapes import facts, from_call, promoted


def per_matrix(v):
    """One number per matrix of a stack in a shape that broadcasts against the stack."""
    return v if np.ndim(v) == 0 else np.expand_dims(v, (-2, -1))


@vjp(np.linalg.inv, infer=shapes.square)
def inv_vjp(a, *, z, z_bar):
    """Giles 2008, 2.2.3."""
    a_bar = -swapped(z) @ z_bar @ swapped(z)


@vjp(np.linalg.pinv)
def pinv_vjp(a, rcond=None, hermitian=False, *, rtol=None, z, z_bar):
    """Golub and Pereyra 1973, 4.12: the derivative of the pseudoinverse where the rank is constant."""
    whole = pseudoinverse_bar(completed(a) if hermitian else a, rtol if rcond is None else rcond, z, z_bar)
    a_bar = on_lower(whole) if hermitian else whole


def completed(a):
    """The Hermitian matrix of which only the lower triangle of ``a`` is read."""
    below, lower = np.tril(a, -1), np.tril(a)
    return 0.5 * (below + mirrored(swapped(below)) + lower + mirrored(swapped(lower)))


def pseudoinverse_bar(a, cut, z, z_bar):
    """The cotangent of the matrix with the pseudoinverse ``z``."""
    if cut is not None:
        return truncated_inverse_bar(a, cut, z_bar)
    zt, zh, ct = swapped(z), mirrored(swapped(z)), swapped(z_bar)
    above = (ct - a @ (z @ ct)) @ z @ zh
    beside = zh @ z @ (ct - ct @ z @ a)
    return mirrored(above + beside) - zt @ z_bar @ zt


def truncated_inverse_bar(a, cut, z_bar):
    """The cotangent of a pseudoinverse without the singular values below ``cut`` times the largest, which need not be zero.

    Noferini 2017, theorem 3.5, for the function that is ``1 / s`` where ``s`` is kept and 0 elsewhere: its divided differences
    multiply the symmetric and the skew part of ``u.T @ dA @ v``.  The map is its own adjoint.
    """
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    kept = s > cut * s[..., :1]
    f = np.where(kept, 1.0 / np.where(kept, s, 1.0), 0.0)
    si, sj, fi, fj = np.expand_dims(s, -1), np.expand_dims(s, -2), np.expand_dims(f, -1), np.expand_dims(f, -2)
    here, one = np.expand_dims(kept, -1), np.expand_dims(kept, -1) ^ np.expand_dims(kept, -2)
    differences = np.where(one, (fi - fj) / np.where(one, si - sj, 1.0), np.where(here, -fi * fj, 0.0))
    sums = np.where(one, (fi + fj) / np.where(one, si + sj, 1.0), np.where(here, fi * fj, 0.0))
    uh, v, g = mirrored(swapped(u)), mirrored(swapped(vh)), swapped(z_bar)
    inner = uh @ g @ v
    turned = mirrored(swapped(inner))
    within = u @ (0.5 * differences * (inner + turned) + 0.5 * sums * (inner - turned)) @ vh
    squares = np.expand_dims(f * f, -2)
    left = (g @ v - u @ inner) * squares @ vh
    right = u * squares @ (uh @ g - inner @ vh)
    return mirrored(within + left + right)


def on_lower(g):
    """The cotangent of a Hermitian matrix of which only the lower triangle is read, from that of all of its elements."""
    return half_lower(g + mirrored(swapped(g)))


def half_lower(m):
    """The lower triangle with the diagonal halved."""
    return 0.5 * (np.tril(m) + np.tril(m, -1))


@vjp(np.linalg.det)
def det_vjp(a, *, z, z_bar):
    a_bar = per_matrix(z_bar) * cofactors(a, z)


@vjp(cofactors, infer=shapes.square)
def cofactors_vjp(x, det, *, z, z_bar):
    """``det`` is a function of ``x``, so all of the derivative goes to ``x``."""
    x_bar = cofactors_bar(x, det, z, z_bar)
    det_bar = None


def cofactors_bar(x, det, z, z_bar):
    """By the inverse; where that has lost its digits, or does not exist, by the singular values."""
    if well_conditioned(x):
        transposed = swapped(np.linalg.inv(x))
        along = np.sum(z_bar * transposed, axis=(-2, -1), keepdims=True) * z
        return along - per_matrix(det) * (transposed @ swapped(z_bar) @ transposed)
    return cofactors_along(x, z_bar)


@from_call
def like_matrix(x, x_dot):
    (kind, dims), (other, _) = facts(x), facts(x_dot)
    return Array(promoted(kind, other), dims)


@vjp(cofactors_along, infer=like_matrix)
def cofactors_along_vjp(x, x_dot, *, z, z_bar):
    """Second derivatives are symmetric."""
    x_dot_bar = cofactors_along(x, z_bar)
    x_bar = cofactors_turning(z_bar)


@vjp(cofactors_turning, infer=shapes.square)
def cofactors_turning_vjp(g, *, z, z_bar):
    g_bar = cofactors_turning(z_bar)


linear(cofactors_turning, "g")


@vjp(np.linalg.slogdet)
def slogdet_vjp(a, *, z, z_bar):
    """The sign of a complex determinant turns, as its logarithm moves along the imaginary axis."""
    turn = None
    if np.iscomplexobj(a) and z_bar[0] is not None:
        turn = 1j * np.imag(z_bar[0] * z[0])
    if turn is None and z_bar[1] is None:
        a_bar = None
    else:
        log_bar = turn if z_bar[1] is None else z_bar[1] if turn is None else z_bar[1] + turn
        a_bar = per_matrix(log_bar) * swapped(np.linalg.inv(a))


@vjp(np.linalg.solve, infer=shapes.solve)
def solve_vjp(a, b, *, z, z_bar):
    """Giles 2008, 2.3.1."""
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


@vjp(np.linalg.matrix_power, alias="maybe", infer=shapes.square)
def matrix_power_vjp(a, n, *, z, z_bar):
    """Higham 2008, 3.6: the corner of the power of a block triangular matrix is the derivative of the power."""
    at = swapped(a)
    top = np.concatenate([at, z_bar], axis=-1)
    bottom = np.concatenate([np.zeros_like(at), at], axis=-1)
    size = a.shape[-2]
    a_bar = np.linalg.matrix_power(np.concatenate([top, bottom], axis=-2), n)[..., :size, size:]


@vjp(np.linalg.multi_dot, infer=shapes.multi_dot, parts=("arrays",))
def multi_dot_vjp(arrays, *, z, z_bar):
    """The cotangent of a factor is ``z_bar`` between the transposes of what stands before it and behind it."""
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



# ------------------------------------------------------------------------------------------------- least squares


@vjp(np.linalg.lstsq, infer=shapes.lstsq)
def lstsq_vjp(a, b, rcond=None, *, z, z_bar):
    """Golub and Pereyra 1973, 4.12, applied to ``b``: the rank must not change nearby."""
    if z_bar[1] is not None:
        raise RuleError("the residuals of np.linalg.lstsq have no rule",
                        hint="compute `np.sum((a @ x - b) ** 2, axis=0)`")
    if z_bar[0] is not None and rcond is None:
        b_bar, from_solution = solution_bars(a, b, np.linalg.pinv(a), z[0], z_bar[0])
    elif z_bar[0] is not None:
        b_bar, from_solution = truncated_solution_bars(a, b, rcond, z_bar[0])
    else:
        b_bar, from_solution = None, None
    if z_bar[3] is not None:
        u, _, vh = np.linalg.svd(a, full_matrices=False)
        from_values = mirrored(u * z_bar[3] @ vh)
        a_bar = from_values if from_solution is None else from_values + from_solution
    else:
        a_bar = from_solution


def truncated_solution_bars(a, b, cut, x_bar):
    """``solution_bars`` for a solution without the singular values below ``cut`` times the largest."""
    b_bar = like(swapped(np.linalg.pinv(a, cut)) @ columns(x_bar), b)
    return b_bar, truncated_inverse_bar(a, cut, columns(x_bar) @ swapped(columns(b)))


def solution_bars(a, b, inverse, x, x_bar):
    """The cotangents of a matrix, with its pseudoinverse, and of a right-hand side from that of the least-squares solution."""
    x, g = columns(x), mirrored(columns(x_bar))
    adjoint = mirrored(swapped(inverse))
    slope = adjoint @ g
    misfit = columns(b) - a @ x
    moved = misfit @ mirrored(swapped(inverse @ slope)) + adjoint @ x @ mirrored(swapped(g - inverse @ (a @ g)))
    return like(mirrored(slope), b), mirrored(moved) - mirrored(slope) @ swapped(x)


def columns(v):
    """A vector as a matrix of one column."""
    return np.expand_dims(v, -1) if v.ndim == 1 else v


# -------------------------------------------------------------------------------------------------------- tensors


@vjp(np.linalg.tensorinv, infer=shapes.tensorinv)
def tensorinv_vjp(a, ind=2, *, z, z_bar):
    """The inverse of a matrix (Giles 2008, 2.2.3), reshaped."""
    size = math.prod(a.shape[:ind])
    inverse = np.reshape(z, (size, size)).T
    a_bar = np.reshape(-inverse @ np.reshape(z_bar, (size, size)) @ inverse, a.shape)


@vjp(np.linalg.tensorsolve, infer=shapes.tensorsolve)
def tensorsolve_vjp(a, b, axes=None, *, z, z_bar):
    """The solution of a linear system (Giles 2008, 2.3.1), reshaped."""
    order = axes_last(axes, np.ndim(a))
    moved = a if axes is None else np.transpose(a, order)
    rows_bar = np.linalg.solve(np.reshape(moved, (b.size, z.size)).T, np.reshape(z_bar, -1))
    b_bar = like(rows_bar, b)
    whole_bar = np.reshape(-np.outer(rows_bar, z), moved.shape)
    a_bar = whole_bar if axes is None else np.transpose(whole_bar, inverse_permutation(order))


@static
def axes_last(axes, ndim):
    """The order of all axes in which ``axes`` come last, as ``tensorsolve`` moves them.

    >>> axes_last((0,), 3), axes_last(None, 2)
    ((1, 2, 0), (0, 1))
    """
    order = list(range(ndim))
    for k in axes or ():
        order.remove(k)
        order.append(k)
    return tuple(order)


zero(well_conditioned)
linear(np.linalg.solve, "b")
bilinear(np.linalg.multi_dot, "arrays")
