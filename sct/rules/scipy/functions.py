"""Rules of the functions of matrices of ``scipy.linalg``: exponential, square root, logarithm.

The derivative of a function of a matrix is a corner of the function of a block triangular one (Higham, Functions of Matrices,
2008, theorem 3.6; for the logarithm Al-Mohy, Higham and Relton 2013, section 5).  A square root has an infinite derivative
where the sum of two of its eigenvalues is zero, a logarithm at singular matrices.
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np
from scipy import linalg

from ...ir.types import Array
from ...runtime.helpers import strong_product
from ...runtime.matrices import one_if_regular, real_logm, real_sqrtm
from .. import shapes
from ..notation import refuse, vjp, zero
from ..shapes import facts, from_call
from .linalg import one_matrix


def block_triangle(a, corner):
    """``[[a, corner], [0, a]]``."""
    top = np.concatenate([a, corner], axis=1)
    bottom = np.concatenate([np.zeros_like(corner), a], axis=1)
    return np.concatenate([top, bottom], axis=0)


@vjp(linalg.expm, infer=shapes.square)
def expm_vjp(A, *, z, z_bar):
    """Higham 2008, theorem 3.6: the corner of the exponential of a block triangular matrix; the adjoint has ``A.T``."""
    one_matrix(A.ndim)
    size = A.shape[0]
    A_bar = linalg.expm(block_triangle(A.T, z_bar))[:size, size:]


def sqrtm_vjp(A, *, z, z_bar):
    """``z z = A``: Sylvester's equation for the cotangent, which SciPy solves with other numbers where it has no solution."""
    one_matrix(A.ndim)
    A_bar = strong_product(linalg.solve_sylvester(z.T, z.T, z_bar), one_if_regular(z))


zero(one_if_regular)


vjp(linalg.sqrtm, infer=shapes.square)(sqrtm_vjp)
vjp(real_sqrtm, name="linalg.sqrtm", infer=shapes.square)(sqrtm_vjp)


@from_call
def logarithm_type(A):
    """Double precision, whatever the argument."""
    kind, dims = facts(A)
    return Array("complex128" if kind.startswith("complex") else "float64", dims)


@vjp(linalg.logm, infer=logarithm_type)
def logm_vjp(A, *, z, z_bar):
    """The corner of the logarithm of a block triangular matrix, as of ``expm``."""
    one_matrix(A.ndim)
    size = A.shape[0]
    A_bar = linalg.logm(block_triangle(A.T, z_bar))[:size, size:]


@vjp(real_logm, name="linalg.logm", infer=logarithm_type)
def real_logm_vjp(A, *, z, z_bar):
    """As ``logm``, where the result is known to be real."""
    one_matrix(A.ndim)
    size = A.shape[0]
    A_bar = real_logm(block_triangle(A.T, z_bar))[:size, size:]


refuse(linalg.signm, because="its derivative is only defined off the imaginary axis, which values tell",
       instead="use a @ inv(sqrtm(a @ a))")
refuse(linalg.fractional_matrix_power, because="whether the result is real or complex depends on values",
       instead="use expm(t * logm(a))")
