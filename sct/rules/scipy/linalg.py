"""Rules of ``scipy.linalg``, for single matrices; options that say how a matrix is read are refused.

``check_finite`` changes no result.  ``overwrite_…`` is refused: it would destroy what the derivative reads.
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np
from scipy import linalg

from ...errors import RuleError
from ...runtime.arrays import cofactors
from .. import shapes
from ..decompositions import cholesky_bar
from ..indexing import static
from ..linalg import mirrored
from ..notation import area, vjp

area("linalg", linalg)


@static
def one_matrix(ndim):
    """Refuse stacks of matrices."""
    if ndim != 2:
        raise RuleError("functions of scipy.linalg have rules for single matrices", hint="use np.linalg for stacks")


def product_bar(w, z):
    """The cotangent of the matrix of a linear system from that of its right-hand side and the solution."""
    return -np.outer(w, z) if z.ndim == 1 else -w @ z.T


@vjp(linalg.solve, infer=shapes.solve)
def solve_vjp(a, b, *, check_finite=True, z, z_bar):
    one_matrix(a.ndim)
    b_bar = linalg.solve(a.T, z_bar)
    a_bar = product_bar(b_bar, z)


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
    q_bar = linalg.solve_sylvester(a.T, b.T, z_bar)
    a_bar = -q_bar @ z.T
    b_bar = -z.T @ q_bar


@vjp(linalg.solve_continuous_lyapunov, real_only=True)
def solve_continuous_lyapunov_vjp(a, q, *, z, z_bar):
    q_bar = linalg.solve_continuous_lyapunov(a.T, z_bar)
    a_bar = -q_bar @ z.T - q_bar.T @ z
