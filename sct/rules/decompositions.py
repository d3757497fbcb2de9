"""Rules of matrix decompositions: eigenvalues, singular values, ``qr``, ``cholesky``, and condition numbers.

Where eigenvalues (or singular values) coincide, sums over them have derivatives; their vectors have none, and the answer is
not finite there rather than one of many.  Vectors are fixed up to a sign, complex ones up to a phase: the rules hold the phase
that LAPACK gives, so they are right for functions that depend on it, too.  ``eigh`` and ``cholesky`` read one triangle, on
which their cotangent lies.
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from ..errors import RuleError
from ..ir.types import ANY, Array, Tuple
from ..runtime.arrays import matching, reflected, settled
from ..runtime.helpers import quotient_or_zero
from . import shapes
from .linalg import matrix_norm_bar, mirrored, swapped
from .notation import jvp, vjp, zero
from .shapes import facts, from_call
from .solving import completed, half_lower, on_lower, per_matrix


def differences(w):
    """``w[j] - w[i]``."""
    return np.expand_dims(w, -2) - np.expand_dims(w, -1)


def over_gaps(within, w, v_bar, power=1):
    """``within[i, j] / (w[j] ** power - w[i] ** power)`` off the diagonal, 0 on it; ``v_bar`` is the cotangent of the columns.

    It is NaN for columns of equal values, if one of them is read: how they turn is not determined.  Equal are those that differ
    by rounding errors of the largest value of the matrix: over such a gap the quotient would be one, too, of any size.
    """
    same, n = np.eye(w.shape[-1], dtype=bool), w.shape[-1]
    largest = np.expand_dims(np.max(np.abs(w), axis=-1, keepdims=True, initial=0.0), -1)
    equal = np.abs(differences(w)) <= 4.0 * n * np.spacing(largest)
    read = np.any(v_bar != 0.0, axis=-2)
    undetermined = equal & (np.expand_dims(read, -1) | np.expand_dims(read, -2))
    gaps = np.where(same, 1.0, np.where(equal, 0.0, differences(w if power == 1 else w * w)))
    return np.where(same, 0.0, quotient_or_zero(np.where(undetermined, np.nan, within), gaps))


def on_diagonals(w):
    """Vectors on the diagonals of matrices."""
    return np.expand_dims(w, -2) * np.eye(w.shape[-1])


# -------------------------------------------------------------------------------------------- Hermitian matrices


@vjp(np.linalg.eigh)
def eigh_vjp(a, UPLO="L", *, z, z_bar):
    """Giles 2008, 3.1; complex: Boeddeker et al. 2017, 4.6.  LAPACK makes the first (``UPLO="U"``: last) component real."""
    a_bar = eigh_bar(z[0], z[1], z_bar[0], z_bar[1], UPLO)


def eigh_bar(w, v, w_bar, v_bar, uplo):
    """The cotangent of a Hermitian matrix from those of its eigenvalues and vectors."""
    if v_bar is None:
        middle = on_diagonals(w_bar)
    else:
        if np.iscomplexobj(v):
            v_bar = v_bar + at_row(0 if uplo == "L" else -1, v, turns(v, v_bar))
        twist = over_gaps(swapped(v) @ v_bar, w, v_bar)
        middle = twist if w_bar is None else on_diagonals(w_bar) + twist
    return on_triangle(mirrored(v) @ middle @ swapped(v), uplo)


@vjp(np.linalg.eigvalsh)
def eigvalsh_vjp(a, UPLO="L", *, z, z_bar):
    """Giles 2008, 3.1."""
    _, v = np.linalg.eigh(a, UPLO=UPLO)
    a_bar = on_triangle(mirrored(v) * np.expand_dims(z_bar, -2) @ swapped(v), UPLO)


def on_triangle(g, uplo):
    """The cotangent of a Hermitian matrix of which one triangle is read."""
    if uplo == "L":
        return on_lower(g)
    whole = g + mirrored(swapped(g))
    return 0.5 * (np.triu(whole) + np.triu(whole, 1))


def turns(v, v_bar):
    """What turning the phase of each column of ``v`` does to the result."""
    return np.imag(np.sum(v_bar * v, axis=-2, keepdims=True))


def at_row(row, v, turn):
    """The cotangent of the components in one row, which are held real, so that they fix the phases of their columns."""
    here = np.expand_dims(np.arange(v.shape[-2]) == row % v.shape[-2], -1)
    return np.where(here, -1j * turn / np.where(here, v, 1.0), 0.0)


@vjp(np.linalg.cholesky, infer=shapes.square)
def cholesky_vjp(a, *, upper=False, z, z_bar):
    """Murray 2016, section 3, with the cotangent put on the triangle that is read."""
    if upper:
        a_bar = mirrored(swapped(cholesky_bar(mirrored(swapped(z)), mirrored(swapped(z_bar)))))
    else:
        a_bar = cholesky_bar(z, z_bar)


def cholesky_bar(factor, factor_bar):
    """The cotangent of the lower triangle from that of the lower factor."""
    inverse = np.linalg.inv(factor)
    return on_lower(swapped(inverse) @ half_lower(swapped(factor) @ factor_bar) @ mirrored(inverse))


# ---------------------------------------------------------------------------------------------- general matrices


@from_call
def eig_type(a):
    """Complex numbers: whether they are real, only their values tell."""
    kind, dims = facts(a)
    kind = "complex64" if kind in ("float32", "complex64") else "complex128"
    return Tuple((Array(kind, dims[:-1]), Array(kind, dims)), type(np.linalg.eig(np.eye(1))))


@from_call
def eigvals_type(a):
    return eig_type((a,), {}).items[0]


@vjp(np.linalg.eig, infer=eig_type)
def eig_vjp(a, *, z, z_bar):
    """Giles 2008, 3.1.  Vectors keep length 1 (Boeddeker et al. 2017, 4.5) and the component real that LAPACK makes so."""
    w, v = z
    w_bar, v_bar = z_bar
    if v_bar is None:
        middle = on_diagonals(w_bar)
    else:
        held = np.argmax(np.where(np.imag(v) == 0.0, np.abs(v), 0.0), axis=-2)
        here = np.expand_dims(np.arange(v.shape[-1]), -1) == np.expand_dims(held, -2)
        v_bar = v_bar + np.where(here, -1j * turns(v, v_bar) / np.where(here, v, 1.0), 0.0)
        v_bar = v_bar - np.conj(v) * np.real(np.sum(v_bar * v, axis=-2, keepdims=True))
        twist = over_gaps(swapped(v) @ v_bar, w, z_bar[1])
        middle = twist if w_bar is None else on_diagonals(w_bar) + twist
    a_bar = np.linalg.solve(swapped(v), middle @ swapped(v))


@vjp(np.linalg.eigvals, infer=eigvals_type)
def eigvals_vjp(a, *, z, z_bar):
    """Giles 2008, 3.1."""
    w, v = np.linalg.eig(a)
    order = matching(z, w)
    v = np.take_along_axis(v, np.expand_dims(order, -2), axis=-1)
    a_bar = np.linalg.solve(swapped(v), np.expand_dims(z_bar, -1) * swapped(v))


zero(matching)


# ----------------------------------------------------------------------------------------------- singular values


@vjp(np.linalg.svd)
def svd_vjp(a, full_matrices=True, compute_uv=True, hermitian=False, *, z, z_bar):
    """Townsend 2016; vectors of singular values that coincide have no derivative, nor have those without one, if there are
    several."""
    whole = svd_factors_bar(completed(a) if hermitian else a, full_matrices, compute_uv, z, z_bar)
    a_bar = on_lower(whole) if hermitian else whole


def svd_factors_bar(a, full_matrices, compute_uv, z, z_bar):
    """The cotangent of a matrix from those of its singular values and vectors, where they have any."""
    if not compute_uv or full_matrices and z_bar[0] is None and z_bar[2] is None:
        u, _, vh = np.linalg.svd(a, full_matrices=False)
        s_bar = z_bar[1] if compute_uv else z_bar
        return mirrored(u * np.expand_dims(s_bar, -2) @ vh)
    if z_bar[0] is None and z_bar[2] is None:
        return mirrored(z[0] * np.expand_dims(z_bar[1], -2) @ z[2])
    return svd_bar(a, full_matrices, z, z_bar)


def svd_bar(a, full_matrices, z, z_bar):
    """The same where a vector has a cotangent; of full bases those that are added are settled by the others, or by nothing."""
    u, s, vh = z
    u_bar, s_bar, vh_bar = z_bar
    if full_matrices:
        count = s.shape[-1]
        u_bar = None if u_bar is None else first_columns_bar(u, u_bar, count)
        vh_bar = None if vh_bar is None else swapped(first_columns_bar(swapped(vh), swapped(vh_bar), count))
        u, vh = u[..., :count], vh[..., :count, :]
    return svd_vectors_bar(a, u, s, vh, u_bar, s_bar, vh_bar)


def first_columns_bar(u, u_bar, count):
    """The cotangent of the first columns of an orthogonal matrix, which settle the last one, too, if there is one more."""
    if not np.iscomplexobj(u) and u.shape[-1] == count + 1:
        first, last = u[..., :count], u[..., count:]
        return u_bar[..., :count] - last @ (swapped(u_bar[..., count:]) @ first)
    return settled(u, u_bar, count)


@from_call
def fewer_columns(basis, slope, count):
    kind, dims = facts(slope)
    return Array(kind, (*dims[:-1], ANY))


@vjp(settled, infer=fewer_columns)
def settled_vjp(basis, slope, count, *, z, z_bar):
    """The columns that are not settled have no tangent, rather than one of many, nor has what comes of their cotangents."""
    beyond = np.full_like(slope[..., count:], np.nan)
    slope_bar = np.concatenate([z_bar, beyond], axis=-1)
    basis_bar = np.full_like(basis, np.where(np.any(slope[..., count:]), np.nan, 0.0))


@jvp(settled)
def settled_jvp(basis, slope, count, *, z, basis_dot=None, slope_dot=None):
    """Second derivatives: those of the first columns alone."""
    if slope_dot is None:
        z_dot = np.where(np.any(slope[..., count:]), np.nan, np.zeros_like(z))
    else:
        used = np.any(slope[..., count:]) | np.any(slope_dot[..., count:])
        z_dot = np.where(used, np.nan, slope_dot[..., :count])


zero(reflected)


def svd_vectors_bar(a, u, s, vh, u_bar, s_bar, vh_bar):
    """The cotangent of ``a`` where some singular vectors have one."""
    v, uh = mirrored(swapped(vh)), mirrored(swapped(u))
    middle = np.zeros_like(u[..., : s.shape[-1], :]) if s_bar is None else on_diagonals(s_bar)
    outside = np.zeros_like(a)
    if np.iscomplexobj(a):
        u_bar, vh_bar, turned = with_phases(u, s, v, u_bar, vh_bar)
        middle = middle + turned
    if u_bar is not None:
        slope = mirrored(u_bar)
        within = uh @ slope
        middle = middle + over_gaps(within - mirrored(swapped(within)), s, u_bar, 2) * np.expand_dims(s, -2)
        outside = quotient_or_zero(slope - u @ within, np.expand_dims(s, -2)) @ vh
    if vh_bar is not None:
        within = vh @ swapped(vh_bar)
        middle = middle + np.expand_dims(s, -1) * over_gaps(within - mirrored(swapped(within)), s, swapped(vh_bar), 2)
        outside = outside + u @ quotient_or_zero(mirrored(vh_bar) - mirrored(swapped(within)) @ vh, np.expand_dims(s, -1))
    return mirrored(u @ middle @ vh + outside)


def with_phases(u, s, v, u_bar, vh_bar):
    """The cotangents of complex singular vectors, whose phases are fixed by their first components, and what the phases add.

    Only the difference of the phases of both vectors is determined by the matrix.  LAPACK makes the first components of the
    right ones real, or those of the left ones if there are more columns than rows.
    """
    u_bar = np.zeros_like(u) if u_bar is None else u_bar
    v_bar = np.zeros_like(v) if vh_bar is None else np.conj(swapped(vh_bar))
    turn_u, turn_v = turns(u, u_bar), turns(v, v_bar)
    on_right = np.all(np.imag(v[..., 0, :]) == 0.0)
    u_bar = u_bar + np.where(on_right, 0.0, at_row(0, u, turn_u + turn_v))
    v_bar = v_bar + np.where(on_right, at_row(0, v, turn_u + turn_v), 0.0)
    apart = np.where(on_right, -turn_u, turn_v)[..., 0, :]
    return u_bar, np.conj(swapped(v_bar)), 1j * on_diagonals(apart / s)


@vjp(np.linalg.cond)
def cond_vjp(x, p=None, *, z, z_bar):
    """The quotient of the outermost singular values; else the norm times that of the inverse."""
    if p is None or p == 2 or p == -2:
        u, s, vh = np.linalg.svd(x, full_matrices=False)
        above, below = (-1, 0) if p == -2 else (0, -1)
        top = np.expand_dims(u[..., above], -1) * np.expand_dims(vh[..., above, :], -2)
        bottom = np.expand_dims(u[..., below], -1) * np.expand_dims(vh[..., below, :], -2)
        x_bar = per_matrix(z_bar / s[..., below]) * mirrored(top - per_matrix(z) * bottom)
    else:
        inverse = np.linalg.inv(x)
        first, second = np.linalg.norm(x, p, (-2, -1)), np.linalg.norm(inverse, p, (-2, -1))
        turned = swapped(inverse)
        through = turned @ matrix_norm_slope(inverse, p, second) @ turned
        x_bar = per_matrix(z_bar * second) * matrix_norm_slope(x, p, first) - per_matrix(z_bar * first) * through


def matrix_norm_slope(x, p, norm):
    if p == "fro":
        return mirrored(x) / per_matrix(norm)
    return matrix_norm_bar(x, p, (-2, -1), 1.0)


# -------------------------------------------------------------------------------------------------------------- qr


@vjp(np.linalg.qr)
def qr_vjp(a, mode="reduced", *, z, z_bar):
    """Walter and Lehmann 2018; more columns than rows: Roberts and Roberts 2020."""
    if mode == "reduced":
        a_bar = qr_bar(a, z[0], z[1], z_bar[0], z_bar[1])
    elif mode == "complete":
        a_bar = complete_qr_bar(a, z, z_bar)
    elif mode == "r":
        q, r = np.linalg.qr(a)
        a_bar = qr_bar(a, q, r, None, z_bar)
    else:
        raise RuleError(f"np.linalg.qr with mode={mode!r} has no rule", hint="use mode='reduced'")


def complete_qr_bar(a, z, z_bar):
    """The cotangent of ``a``, whose ``q`` is square, and whose ``r`` has zeros below."""
    (q, r), (q_bar, r_bar) = z, z_bar
    count = np.minimum(a.shape[-2], a.shape[-1])
    first_bar = None if q_bar is None else reflected_columns_bar(q, q_bar, count)
    return qr_bar(a, q[..., :count], r[..., :count, :], first_bar, None if r_bar is None else r_bar[..., :count, :])


def reflected_columns_bar(q, q_bar, count):
    """The cotangent of the first columns of a product of reflections, of which the others are a function.

    The product is ``I - v t v^H`` with a unit lower trapezoidal ``v`` (Schreiber and Van Loan 1989), so ``q - I`` without its
    last columns is a multiple of ``v`` (Ballard et al. 2014, section 5), which is what the last ones are made of.
    """
    if not reflected(q, count):
        return first_columns_bar(q, q_bar, count)
    first, added_bar = q[..., :count], q_bar[..., count:]
    top = first[..., :count, :] - np.eye(first.shape[-1], dtype=q.dtype)
    inner = np.linalg.solve(mirrored(swapped(top)), mirrored(swapped(first[..., count:, :])))
    within_bar = swapped(first) @ added_bar - added_bar[..., :count, :]
    inner_bar = mirrored(np.linalg.solve(mirrored(top), within_bar))
    within = np.concatenate([-mirrored(inner) @ swapped(inner_bar), swapped(inner_bar)], axis=-2)
    return q_bar[..., :count] + added_bar @ swapped(inner) + within


def qr_bar(a, q, r, q_bar, r_bar):
    """The cotangent of ``a = q @ r``."""
    if r.shape[-2] == r.shape[-1]:
        return square_qr_bar(q, r, q_bar, r_bar)
    count = q.shape[-1]
    extra = a[..., count:]
    if r_bar is None:
        square_bar, extra_bar = None, np.zeros_like(extra)
    else:
        square_bar, extra_bar = r_bar[..., :count], mirrored(q) @ r_bar[..., count:]
        through = mirrored(extra @ swapped(r_bar[..., count:]))
        q_bar = through if q_bar is None else q_bar + through
    return np.concatenate([square_qr_bar(q, r[..., :count], q_bar, square_bar), extra_bar], axis=-1)


def square_qr_bar(q, r, q_bar, r_bar):
    """The cotangent of ``q @ r``, whose ``r`` is square."""
    if r_bar is None:
        m = -swapped(q_bar) @ q
    else:
        m = r @ swapped(r_bar) if q_bar is None else r @ swapped(r_bar) - swapped(q_bar) @ q
    if np.iscomplexobj(m):
        below = np.tril(m, -1)
        inner = np.conj(q) @ (np.conj(below) + np.real(m) * np.eye(r.shape[-1]) + swapped(below))
    else:
        inner = q @ (np.tril(m) + swapped(np.tril(m, -1)))
    if q_bar is not None:
        inner = inner + q_bar
    return swapped(np.linalg.solve(r, swapped(inner)))
