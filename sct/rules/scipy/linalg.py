"""Rules of ``scipy.linalg``, for single matrices; options that say how a matrix is read are refused.

``check_finite`` changes no result.  ``overwrite_…`` is refused: it would destroy what the derivative reads.
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np
from scipy import linalg

from ...errors import RuleError
from ...ir.types import Array
from ...runtime.arrays import cofactors
from .. import shapes
from ..decompositions import cholesky_bar, on_triangle
from ..indexing import static
from ..linalg import mirrored
from ..notation import area, vjp
from ..shapes import facts, from_call
from ..solving import half_lower

area("linalg", linalg)


@static
def one_matrix(ndim):
    """Refuse stacks of matrices."""
    if ndim != 2:
        raise RuleError("functions of scipy.linalg have rules for single matrices", hint="use np.linalg for stacks")


def product_bar(w, z):
    """The cotangent of the matrix of a linear system from that of its right-hand side and the solution."""
    return -np.outer(w, z) if z.ndim == 1 else -w @ z.T


@static
def part_read(assume_a):
    """What ``linalg.solve`` reads of a matrix that it is told this about; a list of the words is in its documentation."""
    part = {None: "all", "general": "all", "gen": "all", "banded": "all", "diagonal": "diagonal", "tridiagonal": "tridiagonal",
            "upper triangular": "upper", "lower triangular": "lower", "symmetric": "symmetric", "sym": "symmetric",
            "hermitian": "hermitian", "her": "hermitian", "positive definite": "hermitian", "pos": "hermitian"}.get(assume_a)
    if part is None:
        raise RuleError(f"scipy.linalg.solve does not know assume_a={assume_a!r}")
    return part


def banded_part(m, part):
    """What is left of a matrix of which only some diagonals are read."""
    if part == "diagonal":
        return np.diag(np.diagonal(m))
    if part == "tridiagonal":
        return np.triu(np.tril(m, 1), -1)
    return np.triu(m) if part == "upper" else np.tril(m)


def as_read(a, part, lower):
    """The matrix of the system, from the part of ``a`` that is read."""
    if part == "all":
        return a
    if part == "symmetric" or part == "hermitian":
        side, beside = (np.tril(a), np.tril(a, -1)) if lower else (np.triu(a), np.triu(a, 1))
        return side + (mirrored(beside.T) if part == "hermitian" else beside.T)
    return banded_part(a, part)


def read_bar(g, part, lower):
    """The cotangent of ``a`` from that of ``as_read(a, part, lower)``."""
    if part == "all":
        return g
    if part == "symmetric":
        whole = g + g.T
        return half_lower(whole) if lower else half_lower(whole).T
    return on_triangle(g, "L" if lower else "U") if part == "hermitian" else banded_part(g, part)


@vjp(linalg.solve, infer=shapes.solve)
def solve_vjp(a, b, lower=False, *, check_finite=True, assume_a=None, transposed=False, z, z_bar):
    """The system is that of the part of ``a`` that ``assume_a`` says; SciPy itself finds no part to be zero that is not."""
    one_matrix(a.ndim)
    part = part_read(assume_a)
    m = as_read(a, part, lower)
    b_bar = linalg.solve(m, z_bar) if transposed else linalg.solve(m.T, z_bar)
    m_bar = product_bar(z, b_bar) if transposed else product_bar(b_bar, z)
    a_bar = read_bar(m_bar, part, lower)


@vjp(linalg.inv, infer=shapes.square)
def inv_vjp(a, *, check_finite=True, z, z_bar):
    one_matrix(a.ndim)
    a_bar = -z.T @ z_bar @ z.T


@vjp(linalg.det)
def det_vjp(a, *, check_finite=True, z, z_bar):
    one_matrix(a.ndim)
    a_bar = z_bar * cofactors(a, z)


@vjp(linalg.cholesky, infer=shapes.square)
def cholesky_vjp(a, lower=False, *, check_finite=True, z, z_bar):
    """Murray 2016, section 3, with the cotangent put on the triangle that is read."""
    one_matrix(a.ndim)
    if lower:
        a_bar = cholesky_bar(z, z_bar)
    else:
        a_bar = mirrored(cholesky_bar(mirrored(z.T), mirrored(z_bar.T)).T)


@vjp(linalg.solve_triangular, infer=shapes.solve, real_only=True)
def solve_triangular_vjp(a, b, trans=0, lower=False, unit_diagonal=False, *, check_finite=True, z, z_bar):
    """The cotangent of the matrix lies on the triangle that is read."""
    one_matrix(a.ndim)
    plain = trans in (0, "N")
    b_bar = linalg.solve_triangular(a, z_bar, trans=1 if plain else 0, lower=lower, unit_diagonal=unit_diagonal)
    whole_bar = product_bar(b_bar, z) if plain else product_bar(z, b_bar)
    beside = 1 if unit_diagonal else 0
    a_bar = np.tril(whole_bar, -beside) if lower else np.triu(whole_bar, beside)


@vjp(linalg.solve_sylvester)
def solve_sylvester_vjp(a, b, q, *, z, z_bar):
    """Differentiate ``a z + z b = q``: the adjoint is ``a.T w + w b.T = z_bar``, which is ``q_bar``."""
    q_bar = linalg.solve_sylvester(a.T, b.T, z_bar)
    a_bar = -q_bar @ z.T
    b_bar = -z.T @ q_bar


@vjp(linalg.solve_continuous_lyapunov, real_only=True)
def solve_continuous_lyapunov_vjp(a, q, *, z, z_bar):
    q_bar = linalg.solve_continuous_lyapunov(a.T, z_bar)
    a_bar = -q_bar @ z.T - q_bar.T @ z


@from_call
def first_square(a, b, q, r, **options):
    """As large as the first matrix."""
    _, dims = facts(a)
    return Array("float64", dims)


@vjp(linalg.solve_discrete_lyapunov, real_only=True)
def solve_discrete_lyapunov_vjp(a, q, method=None, *, z, z_bar):
    """``z = a z a.T + q`` (Gajic and Qureshi, Lyapunov Matrix Equation, 1995, section 3.2)."""
    q_bar = linalg.solve_discrete_lyapunov(a.T, z_bar)
    a_bar = q_bar @ a @ z.T + q_bar.T @ a @ z


@vjp(linalg.solve_continuous_are, infer=first_square, real_only=True)
def solve_continuous_are_vjp(a, b, q, r, *, balanced=True, z, z_bar):
    """The change of the solution satisfies Lyapunov's equation of the closed loop (Kao and Hennequin 2020, section 4)."""
    gain = linalg.solve(r, b.T)
    closed = a - b @ (gain @ z)
    q_bar = linalg.solve_continuous_lyapunov(closed, -z_bar)
    both = q_bar + q_bar.T
    a_bar = z @ both
    within = -z @ q_bar @ z
    b_bar = (within + within.T) @ gain.T
    r_bar = -gain @ within @ gain.T


@vjp(linalg.solve_discrete_are, infer=first_square, real_only=True)
def solve_discrete_are_vjp(a, b, q, r, *, balanced=True, z, z_bar):
    """Likewise; the feedback is the best one, so that its change does not count (Kao and Hennequin 2020, section 5)."""
    feedback = linalg.solve(r + b.T @ z @ b, b.T @ z @ a)
    closed = a - b @ feedback
    q_bar = linalg.solve_discrete_lyapunov(closed, z_bar)
    a_bar = z @ closed @ (q_bar + q_bar.T)
    b_bar = -a_bar @ feedback.T
    r_bar = feedback @ q_bar @ feedback.T
