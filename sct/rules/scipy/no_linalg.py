"""Functions of ``scipy.linalg`` without a derivative rule: constants by nature, and the others by the reason."""

from __future__ import annotations

from typing import Any

from scipy import linalg

from ...ir.types import ANY, BOOL, INT, Array, Tuple
from ..notation import refuse_named, zero
from . import linalg as _linalg

assert _linalg


def gives(kind: Any) -> Any:
    """An ``infer`` function: the result type does not depend on the arguments."""
    return lambda args, kwargs: kind


zero(linalg.hilbert, linalg.invhilbert, linalg.helmert, effect="fresh", infer=gives(Array("float64", (ANY, ANY))))
zero(linalg.dft, effect="fresh", infer=gives(Array("complex128", (ANY, ANY))))
zero(linalg.issymmetric, linalg.ishermitian, infer=gives(BOOL))
zero(linalg.bandwidth, infer=gives(Tuple((INT, INT))))

refuse_named(linalg, "null_space orth",
             because="its columns may turn among themselves without any change of the matrix",
             instead="use the projection, a @ pinv(a), which does not")
refuse_named(linalg, "schur rsf2csf cdf2rdf qz ordqz hessenberg",
             because="its factors are not unique, or may jump between blocks",
             instead="use eigh, svd or qr")
refuse_named(linalg, "eig eigvals",
             because="SciPy returns eigenvectors that are real or complex, as values tell",
             instead="use np.linalg.eig(a + 0j)")
refuse_named(linalg, "ldl",
             because="where it pivots in blocks of two, values tell", instead="use cholesky or lu")
refuse_named(linalg, "qr_delete qr_insert qr_update qr_multiply rq",
             because="only the factorisation itself has a rule",
             instead="use qr of the matrix as it is then")
refuse_named(linalg, "cossin",
             because="its factors are not unique where angles are equal", instead="use svd of the blocks")
refuse_named(linalg, "funm",
             because="the function is called with values that are not told", instead="use eigh of a symmetric matrix")
refuse_named(linalg, "cholesky_banded cho_solve_banded eig_banded eigvals_banded solveh_banded",
             because="symmetric banded matrices have no rule", instead="use solve_banded, or the whole matrix")
refuse_named(linalg, "lstsq",
             because="the residuals and their shape depend on the rank, which values tell",
             instead="use np.linalg.lstsq")
refuse_named(linalg, "matrix_balance expm_cond clarkson_woodruff_transform",
             because="it scales or draws as values tell",
             instead="call it outside and pass the result")
refuse_named(linalg, "fiedler_companion hadamard pascal invpascal",
             because="the type of its elements depends on its arguments",
             instead="call it outside and pass the result")
refuse_named(linalg, "find_best_blas_type get_blas_funcs get_lapack_funcs",
             because="its results are functions of a compiled library",
             instead="use the functions of scipy.linalg")
