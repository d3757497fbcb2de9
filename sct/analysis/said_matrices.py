"""Functions of ``scipy.linalg`` that are said with NumPy and others of it."""

from __future__ import annotations

from scipy import linalg

from ..runtime import matrix_functions as ours
from .said import say

say({linalg.cosm: ours.cosm, linalg.sinm: ours.sinm, linalg.tanm: ours.tanm, linalg.coshm: ours.coshm, linalg.sinhm: ours.sinhm,
     linalg.tanhm: ours.tanhm, linalg.expm_frechet: ours.expm_frechet, linalg.circulant: ours.circulant,
     linalg.hankel: ours.hankel, linalg.companion: ours.companion, linalg.leslie: ours.leslie, linalg.fiedler: ours.fiedler,
     linalg.convolution_matrix: ours.convolution_matrix, linalg.khatri_rao: ours.khatri_rao,
     linalg.orthogonal_procrustes: ours.orthogonal_procrustes, linalg.solve_circulant: ours.solve_circulant,
     linalg.matmul_toeplitz: ours.matmul_toeplitz, linalg.diagsvd: ours.diagsvd, linalg.subspace_angles: ours.subspace_angles},
    arrays=("A", "B", "E", "a", "b", "c", "r", "f", "s", "x"))
