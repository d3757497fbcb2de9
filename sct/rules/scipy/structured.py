"""Rules of the matrices of ``scipy.linalg`` that are given by a part of their elements, and of the systems that have them."""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np
from scipy import linalg

from ...errors import RuleError
from ...ir.types import ANY, Array
from ..indexing import static
from ..notation import linear, vjp
from ..shapes import facts, from_call, inexact, promoted
from .linalg import product_bar


@from_call
def blocks(*arrs):
    """``linalg.block_diag``"""
    return Array(promoted(*(facts(a)[0] for a in arrs)), (ANY, ANY))


@static
def no_stack(ndim):
    """Refuse stacks of matrices."""
    if ndim > 2:
        raise RuleError("block_diag has a rule for matrices, vectors and numbers", hint="call it for each matrix of the stack")


@vjp(linalg.block_diag, infer=blocks)
def block_diag_vjp(*arrs, z, z_bar):
    """Each block takes back its own part of the diagonal; vectors are rows, numbers single elements."""
    arrs_bar = ()
    row, column = 0, 0
    for a in arrs:
        no_stack(np.ndim(a))
        height = np.shape(a)[0] if np.ndim(a) == 2 else 1
        width = np.shape(a)[-1] if np.ndim(a) > 0 else 1
        block_bar = z_bar[row : row + height, column : column + width]
        arrs_bar = arrs_bar + (block_bar if np.ndim(a) == 2 else block_bar[0] if np.ndim(a) == 1 else block_bar[0, 0],)
        row, column = row + height, column + width


@static
def one_vector(ndim):
    """Refuse stacks of matrices."""
    if ndim != 1:
        raise RuleError("Toeplitz matrices have rules where the first column and row are vectors")


@from_call
def by_diagonals(c, r=None):
    (kind, dims), (other, beside) = facts(c), facts(c if r is None else r)
    return Array(promoted(kind, other), (dims[0], beside[0]))


def diagonal_sums(m):
    """The sums along the diagonals of a matrix, from the last element of the first row to the last of the first column."""
    rows, columns = m.shape
    count = np.maximum(columns - 1, 0)
    diagonal = np.expand_dims(np.arange(rows), 1) - np.arange(columns) + count
    return np.bincount(np.ravel(diagonal), np.ravel(m), rows + count)


def after_first(v):
    """The row from what the diagonals say: its first element is not read."""
    return np.concatenate([np.zeros(1), v[::-1]])


@vjp(linalg.toeplitz, infer=by_diagonals, real_only=True)
def toeplitz_vjp(c, r=None, *, z, z_bar):
    """Each element stands on a diagonal, and takes back the sum along it; the first one of the row is not read."""
    one_vector(c.ndim)
    sums = diagonal_sums(z_bar)
    count = np.maximum(z_bar.shape[1] - 1, 0)
    if r is None:
        c_bar = sums[count:] + after_first(sums[:count])[: len(c)]
    else:
        c_bar = sums[count:]
        r_bar = after_first(sums[:count])[: len(r)]


@from_call
def solution_by_toeplitz(c_or_cr, b, *, check_finite=True):
    _, dims = facts(b)
    return Array("float64", dims)


@vjp(linalg.solve_toeplitz, infer=solution_by_toeplitz, real_only=True, parts=("c_or_cr",))
def solve_toeplitz_vjp(c_or_cr, b, *, check_finite=True, z, z_bar):
    """The transposed matrix has the first row for its first column; the first element of both is that of the column."""
    if isinstance(c_or_cr, tuple):
        c, r = c_or_cr
        one_vector(c.ndim)
        transposed = (np.concatenate([c[:1], r[1:]]), c)
        b_bar = linalg.solve_toeplitz(transposed, z_bar)
    else:
        one_vector(c_or_cr.ndim)
        b_bar = linalg.solve_toeplitz(c_or_cr, z_bar)
    sums = diagonal_sums(product_bar(b_bar, z))
    count = z.shape[0] - 1
    column_bar, row_bar = sums[count:], after_first(sums[:count])
    c_or_cr_bar = (column_bar, row_bar) if isinstance(c_or_cr, tuple) else column_bar + row_bar


@from_call
def solution_by_bands(l_and_u, ab, b, *, check_finite=True):
    (kind, _), (other, dims) = facts(ab), facts(b)
    return Array(inexact(promoted(kind, other)), dims)


@vjp(linalg.solve_banded, infer=solution_by_bands)
def solve_banded_vjp(l_and_u, ab, b, *, check_finite=True, z, z_bar):
    """Row ``u + d`` of ``ab`` holds the diagonal that is ``d`` below the main one; transposed it moves by ``d``."""
    below, above = l_and_u
    rows = [np.roll(ab[above + d], d) for d in range(below, -above - 1, -1)]
    b_bar = linalg.solve_banded((above, below), np.stack(rows), z_bar)
    ab_bar = np.stack([diagonal_bar(b_bar, z, d) for d in range(-above, below + 1)])


def diagonal_bar(w, z, d):
    """The cotangent of the diagonal that is ``d`` below the main one, by the columns of its elements; 0 outside."""
    shifted = np.concatenate([w[d:], np.zeros_like(w[:d])]) if d >= 0 else np.concatenate([np.zeros_like(w[d:]), w[:d]])
    each = -shifted * z
    return each if z.ndim == 1 else np.sum(each, axis=1)


linear(linalg.block_diag, "arrs")
linear(linalg.toeplitz, "c", "r")
linear(linalg.solve_banded, "b")
