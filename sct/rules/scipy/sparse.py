"""Rules of the products and systems of ``scipy.sparse``, by the vector or the dense matrix: sparse matrices are constants.

The cotangent goes through the transposed matrix (Giles 2008, 2.2.2 and 2.3.1).
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

from scipy import sparse

from ...ir.ops import INFIX
from ...ir.types import ANY, INT, Array, Object, Tuple
from ...runtime.sparse import dense, product, size_of, solution, transposed
from ..notation import linear, refuse, vjp, zero
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


linear(product, "x")
linear(solution, "b")


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
