"""Rules of the products and systems of ``scipy.sparse``, by the vector or the dense matrix: sparse matrices are constants.

The cotangent goes through the transposed matrix (Giles 2008, 2.2.2 and 2.3.1).
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

from scipy import sparse
from scipy.sparse import linalg as sparse_linalg

from ...ir.ops import INFIX
from ...ir.types import ANY, INT, Array, Object, Tuple
from ...runtime.sparse import (
    dense,
    exponential_times,
    iterated,
    least_squares,
    product,
    size_of,
    solution,
    solved,
    transposed,
)
from ..notation import linear, refuse, refuse_named, vjp, zero
from ..shapes import facts, from_call

INFIX[product] = "@"


@from_call
def product_type(matrix, x):
    """The vector has the element type of the product already."""
    kind, dims = facts(x)
    return Array(kind, (ANY, *dims[1:]))


@vjp(product, name="matrix @ x", infer=product_type)
def product_vjp(matrix, x, *, z, z_bar):
    x_bar = product(transposed(matrix), z_bar)


@from_call
def solution_type(matrix, b):
    kind, dims = facts(b)
    return Array(kind, dims)


@vjp(solution, name="spsolve", infer=solution_type)
def solution_vjp(matrix, b, *, z, z_bar):
    b_bar = solution(transposed(matrix), z_bar)


@from_call
def iterated_type(matrix, b, solver, **options):
    kind, dims = facts(b)
    return Tuple((Array(kind, dims), INT))


@vjp(iterated, name="iterated", infer=iterated_type, real_only=True)
def iterated_vjp(matrix, b, solver, *, rtol=1e-5, atol=0.0, maxiter=None, z, z_bar):
    """The derivative of the solution, by the same method to the same tolerance."""
    b_bar, _ = iterated(transposed(matrix), z_bar[0], solver, rtol=rtol, atol=atol, maxiter=maxiter)


@from_call
def least_squares_type(matrix, b, solver, damp=0.0, **options):
    return Array(facts(b)[0], (ANY,))


@vjp(least_squares, name="least_squares", infer=least_squares_type, real_only=True,
     unsaid="the options of a search are constants")
def least_squares_vjp(matrix, b, solver, damp=0.0, *, atol=1e-6, btol=1e-6, conlim=1e8, iter_lim=None, maxiter=None, z, z_bar):
    """``A (A.T A + d² I)^-1 = (A A.T + d² I)^-1 A``: the transposed matrix has the transposed pseudo-inverse (Ben-Israel and
    Greville, Generalized Inverses, 2003, section 1.1)."""
    if solver == "lsqr":
        b_bar = least_squares(transposed(matrix), z_bar, "lsqr", damp, atol=atol, btol=btol, conlim=conlim, iter_lim=iter_lim)
    else:
        b_bar = least_squares(transposed(matrix), z_bar, "lsmr", damp, atol=atol, btol=btol, conlim=conlim, maxiter=maxiter)


@vjp(exponential_times, name="expm_multiply", infer=solution_type)
def exponential_times_vjp(matrix, b, *, z, z_bar):
    b_bar = exponential_times(transposed(matrix), z_bar)


@from_call
def solved_type(factors, b, trans):
    kind, dims = facts(b)
    return Array(kind, dims)


@vjp(solved, name="factors.solve", infer=solved_type, real_only=True)
def solved_vjp(factors, b, trans, *, z, z_bar):
    b_bar = solved(factors, z_bar, "T" if trans == "N" else "N")


linear(product, "x")
linear(solution, "b")
linear(least_squares, "b")
linear(exponential_times, "b")
linear(solved, "b")


@from_call
def transposed_type(matrix):
    return Object(type(matrix.cls((1, 1)).T))


@from_call
def size_type(matrix):
    return Tuple((INT, INT))


@from_call
def dense_type(matrix, dtype):
    return Array(dtype, (ANY, ANY))


zero(transposed, infer=transposed_type)
zero(size_of, infer=size_type)
zero(dense, infer=dense_type)

FORMS = [f"{form}_{kind}" for form in ("bsr", "coo", "csc", "csr", "dia", "dok", "lil") for kind in ("array", "matrix")]
refuse(*(getattr(sparse, form) for form in FORMS),
       because="a sparse matrix is a constant of the derivative",
       instead="make it outside; of elements that are differentiated, `np.bincount(rows, data * x[columns], m)` is the product")
MADE = "a sparse matrix is a constant of the derivative"
refuse_named(sparse, """
    block_array block_diag bmat diags diags_array eye eye_array expand_dims hstack vstack identity kron kronsum permute_dims
    rand random random_array spdiags sparray spmatrix swapaxes tril triu""", because=MADE, instead="make it outside")
refuse_named(sparse, """
    find get_index_dtype issparse isspmatrix isspmatrix_bsr isspmatrix_coo isspmatrix_csc isspmatrix_csr isspmatrix_dia
    isspmatrix_dok isspmatrix_lil load_npz save_npz safely_cast_index_arrays""", because=MADE, instead="call it outside")
refuse_named(sparse_linalg, """
    LaplacianNd LinearOperator aslinearoperator spilu inv matrix_power expm onenormest norm
    spbandwidth is_sptriangular use_solver""", because=MADE, instead="use spsolve or splu, or call it outside")
refuse_named(sparse_linalg, "eigs eigsh svds lobpcg", because="some eigenvectors of a constant matrix are constants",
             instead="call it outside")
refuse_named(sparse_linalg, "splu factorized SuperLU", because="the factors of a sparse matrix are constants",
             instead="make them outside: lu = splu(matrix), of which lu.solve(b) has a rule")
refuse_named(sparse_linalg, "funm_multiply_krylov", because="functions of sparse matrices have no rule",
             instead="use linalg.expm of the dense matrix, or integrate.solve_ivp")
refuse_named(sparse_linalg, "spsolve_triangular", because="it has the rule of spsolve, which finds the triangle itself",
             instead="use spsolve")
