"""Rules of the factorisations of ``scipy.linalg`` and of the solutions that are found with them, for single matrices.

A packed factorisation (``lu_factor``, ``cho_factor``) is an array of which all elements have a derivative: beside the triangle
that is factorised, ``cho_factor`` leaves the matrix as it was.  Where the order of the pivots changes, there is no
derivative.
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np
from scipy import linalg

from ...errors import RuleError
from ...ir.types import ANY, BOOL, Array, Tuple
from ..decompositions import cholesky_bar, complete_qr_bar, eigh_bar, on_triangle, qr_bar, svd_factors_bar
from ..linalg import norm_bar
from ..notation import vjp
from ..shapes import facts, from_call, inexact
from ..solving import pseudoinverse_bar
from .linalg import one_matrix, product_bar

# ------------------------------------------------------------------------------------------------------- Cholesky


@from_call
def packed_cholesky(a, lower=False, *, check_finite=True):
    """The packed factor, and which triangle it is in."""
    kind, dims = facts(a)
    return Tuple((Array(inexact(kind), dims), BOOL))


@vjp(linalg.cho_factor, infer=packed_cholesky, real_only=True)
def cho_factor_vjp(a, lower=False, *, check_finite=True, z, z_bar):
    """Murray 2016, section 3; the other triangle is that of ``a``."""
    one_matrix(a.ndim)
    if lower:
        a_bar = cholesky_bar(np.tril(z[0]), np.tril(z_bar[0])) + np.triu(z_bar[0], 1)
    else:
        a_bar = cholesky_bar(np.triu(z[0]).T, np.triu(z_bar[0]).T).T + np.tril(z_bar[0], -1)


@vjp(linalg.cho_solve, real_only=True, parts=("c_and_lower",))
def cho_solve_vjp(c_and_lower, b, *, check_finite=True, z, z_bar):
    """The matrix is the product of a triangle and its transpose; the other triangle is not read."""
    c, lower = c_and_lower
    one_matrix(c.ndim)
    b_bar = linalg.cho_solve((c, lower), z_bar)
    whole_bar = product_bar(b_bar, z)
    both_bar = whole_bar + whole_bar.T
    c_bar = np.where(lower, np.tril(both_bar @ np.tril(c)), np.triu(np.triu(c) @ both_bar))
    c_and_lower_bar = (c_bar, None)


# ------------------------------------------------------------------------------------------------------------- LU


def lu_factors_bar(lower, upper, lower_bar, upper_bar):
    """The cotangent of the product of both factors.

    Of a matrix that is not square, the rows or columns beyond the square part are solutions of systems with the factors of it.
    """
    rows, columns = lower.shape[0], upper.shape[1]
    if rows == columns:
        return square_factors_bar(lower, upper, lower_bar, upper_bar)
    if rows < columns:
        beyond_bar = linalg.solve_triangular(lower, upper_bar[:, rows:], trans=1, lower=True, unit_diagonal=True)
        first_bar = square_factors_bar(lower, upper[:, :rows], lower_bar - beyond_bar @ upper[:, rows:].T, upper_bar[:, :rows])
        return np.concatenate([first_bar, beyond_bar], axis=1)
    below_bar = linalg.solve_triangular(upper, lower_bar[columns:].T).T
    first_bar = square_factors_bar(lower[:columns], upper, lower_bar[:columns], upper_bar - lower[columns:].T @ below_bar)
    return np.concatenate([first_bar, below_bar], axis=0)


def square_factors_bar(lower, upper, lower_bar, upper_bar):
    """The cotangent of the product of both factors, which are square: de Hoog, Anderssen and Lukas 2011, section 3."""
    inner = np.tril(lower.T @ lower_bar, -1) + np.triu(upper_bar @ upper.T)
    left = linalg.solve_triangular(lower, inner, trans=1, lower=True, unit_diagonal=True)
    return linalg.solve_triangular(upper, left.T).T


def unit_lower(lu):
    """The lower factor in a packed factorisation."""
    return np.tril(lu, -1) + np.eye(lu.shape[0])


def packed_bars(lu, lu_bar):
    """The cotangent of the rows, in the order of the pivots, from that of their packed factors."""
    count = np.minimum(lu.shape[0], lu.shape[1])
    lower = np.tril(lu[:, :count], -1) + np.eye(lu.shape[0], count)
    return lu_factors_bar(lower, np.triu(lu[:count]), np.tril(lu_bar[:, :count], -1), np.triu(lu_bar[:count]))


@from_call
def packed_lu(a, *, check_finite=True):
    kind, dims = facts(a)
    return Tuple((Array(inexact(kind), dims), Array("int32", (ANY,))))


@vjp(linalg.lu_factor, infer=packed_lu, real_only=True)
def lu_factor_vjp(a, *, check_finite=True, z, z_bar):
    """The rows are permuted back by solving with factors that are 1."""
    one_matrix(a.ndim)
    lu, piv = z
    rows = lu.shape[0]
    exchanges = np.concatenate([piv, np.arange(len(piv), rows)])
    a_bar = linalg.lu_solve((np.eye(rows), exchanges), packed_bars(lu, z_bar[0]), trans=1)


@vjp(linalg.lu_solve, real_only=True, parts=("lu_and_piv",))
def lu_solve_vjp(lu_and_piv, b, trans=0, *, check_finite=True, z, z_bar):
    """``A x = b``: ``b_bar = solve(A.T, x_bar)``, ``A_bar = -b_bar x.T`` (Giles 2008, 2.3.1), and of a product of factors
    ``L_bar = A_bar U.T``, ``U_bar = L.T A_bar``, each on its triangle.
    """
    lu, piv = lu_and_piv
    one_matrix(lu.ndim)
    b_bar = linalg.lu_solve((lu, piv), z_bar, trans=1 if trans == 0 else 0)
    whole_bar = product_bar(b_bar, z) if trans == 0 else product_bar(z, b_bar)
    rows_bar = linalg.lu_solve((np.eye(lu.shape[0]), piv), whole_bar)
    lu_bar = np.tril(rows_bar @ np.triu(lu).T, -1) + np.triu(unit_lower(lu).T @ rows_bar)
    lu_and_piv_bar = (lu_bar, None)


@vjp(linalg.lu, real_only=True)
def lu_vjp(a, *, check_finite=True, z, z_bar):
    """De Hoog, Anderssen and Lukas 2011, section 3, with the rows permuted back."""
    one_matrix(a.ndim)
    p, lower, upper = z
    lower_bar = np.zeros_like(lower) if z_bar[1] is None else z_bar[1]
    upper_bar = np.zeros_like(upper) if z_bar[2] is None else z_bar[2]
    a_bar = p @ lu_factors_bar(lower, upper, lower_bar, upper_bar)


# --------------------------------------------------------------------------------- what np.linalg has, too


@vjp(linalg.norm)
def norm_vjp(a, ord=None, axis=None, keepdims=False, *, check_finite=True, z, z_bar):
    a_bar = norm_bar(a, ord, axis, keepdims, z, z_bar)


def standard_problem(b):
    """Refuse generalised eigenvalue problems."""
    if b is not None:
        raise RuleError("generalised eigenvalue problems have no rule",
                        hint="with c = cholesky(b, lower=True), solve the standard one of inv(c) @ a @ inv(c).T")


@vjp(linalg.eigh, real_only=True)
def eigh_vjp(a, b=None, *, lower=True, eigvals_only=False, check_finite=True, z, z_bar):
    """As ``np.linalg.eigh``; the driver that SciPy chooses does not fix the signs of the vectors."""
    one_matrix(a.ndim)
    standard_problem(b)
    uplo = "L" if lower else "U"
    if eigvals_only:
        _, v = linalg.eigh(a, lower=lower)
        a_bar = eigh_bar(z, v, z_bar, None, uplo)
    else:
        a_bar = eigh_bar(z[0], z[1], z_bar[0], z_bar[1], uplo)


@vjp(linalg.eigvalsh, real_only=True)
def eigvalsh_vjp(a, b=None, *, lower=True, check_finite=True, z, z_bar):
    """Giles 2008, 3.1, as ``np.linalg.eigvalsh``."""
    one_matrix(a.ndim)
    standard_problem(b)
    w, v = linalg.eigh(a, lower=lower)
    a_bar = eigh_bar(w, v, z_bar, None, "L" if lower else "U")


@vjp(linalg.svd, real_only=True)
def svd_vjp(a, full_matrices=True, compute_uv=True, *, check_finite=True, z, z_bar):
    """As ``np.linalg.svd``."""
    one_matrix(a.ndim)
    a_bar = svd_factors_bar(a, full_matrices, compute_uv, z, z_bar)


@vjp(linalg.svdvals, real_only=True)
def svdvals_vjp(a, *, check_finite=True, z, z_bar):
    """``u @ diag(z_bar) @ vh`` (Giles 2008, 3.2)."""
    one_matrix(a.ndim)
    u, _, vh = linalg.svd(a, full_matrices=False)
    a_bar = u * z_bar @ vh


@vjp(linalg.qr, real_only=True)
def qr_vjp(a, *, mode="full", check_finite=True, z, z_bar):
    """As ``np.linalg.qr``."""
    one_matrix(a.ndim)
    if mode == "r":
        q, r = linalg.qr(a, mode="economic")
        a_bar = qr_bar(a, q, r, None, z_bar[0][: r.shape[0]])
    elif mode == "economic":
        a_bar = qr_bar(a, z[0], z[1], z_bar[0], z_bar[1])
    elif mode == "full":
        a_bar = complete_qr_bar(a, z, z_bar)
    else:
        raise RuleError(f"scipy.linalg.qr with mode={mode!r} has no rule", hint="use mode='economic'")


@vjp(linalg.pinv, real_only=True)
def pinv_vjp(a, *, rtol=None, check_finite=True, z, z_bar):
    """As ``np.linalg.pinv``."""
    one_matrix(a.ndim)
    a_bar = pseudoinverse_bar(a, rtol, z, z_bar)


@vjp(linalg.pinvh, real_only=True)
def pinvh_vjp(a, *, rtol=None, lower=True, check_finite=True, z, z_bar):
    """As ``np.linalg.pinv`` of a symmetric matrix; one triangle is read."""
    one_matrix(a.ndim)
    side = np.tril(a) if lower else np.triu(a)
    whole = side + side.T - np.diag(np.diagonal(a))
    a_bar = on_triangle(pseudoinverse_bar(whole, rtol, z, z_bar), "L" if lower else "U")


@vjp(linalg.polar, real_only=True)
def polar_vjp(a, side="right", *, z, z_bar):
    """``a = u p``: the change of ``u`` within its columns solves Sylvester's equation with ``p`` (Higham 2008, section 8.1)."""
    one_matrix(a.ndim)
    if side != "right":
        raise RuleError("scipy.linalg.polar has a rule for side='right'", hint="factorise the transposed matrix")
    u, p = z
    u_bar = np.zeros_like(u) if z_bar[0] is None else z_bar[0]
    p_bar = np.zeros_like(p) if z_bar[1] is None else z_bar[1]
    turned = linalg.solve_sylvester(p, p, u.T @ u_bar - p_bar @ p)
    within = u @ (turned - turned.T + p_bar)
    beyond = u_bar - u @ (u.T @ u_bar)
    a_bar = within + linalg.solve(p, beyond.T).T


# ---------------------------------------------------------------------------------------------- tridiagonal matrices


@from_call
def spectrum(d, e, eigvals_only=False, *, check_finite=True):
    kind, (size,) = facts(d)
    values = Array(inexact(kind), (size,))
    return values if eigvals_only else Tuple((values, Array(inexact(kind), (size, size))))


@from_call
def spectrum_alone(d, e, *, check_finite=True):
    kind, dims = facts(d)
    return Array(inexact(kind), dims)


@vjp(linalg.eigh_tridiagonal, infer=spectrum, real_only=True)
def eigh_tridiagonal_vjp(d, e, eigvals_only=False, *, check_finite=True, z, z_bar):
    """As ``np.linalg.eigh``, of which two diagonals are wanted."""
    if eigvals_only:
        _, v = linalg.eigh_tridiagonal(d, e)
        whole = eigh_bar(z, v, z_bar, None, "L")
    else:
        whole = eigh_bar(z[0], z[1], z_bar[0], z_bar[1], "L")
    d_bar, e_bar = np.diagonal(whole), np.diagonal(whole, -1)


@vjp(linalg.eigvalsh_tridiagonal, infer=spectrum_alone, real_only=True)
def eigvalsh_tridiagonal_vjp(d, e, *, check_finite=True, z, z_bar):
    w, v = linalg.eigh_tridiagonal(d, e)
    whole = eigh_bar(w, v, z_bar, None, "L")
    d_bar, e_bar = np.diagonal(whole), np.diagonal(whole, -1)
