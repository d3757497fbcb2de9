"""Operators and methods of the sparse matrices of SciPy, which are constants of a derivative."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse import linalg as sparse_linalg
from scipy.sparse.linalg import spsolve

from ..ir.core import Op, Value
from ..ir.types import Array, Object, strip_const
from ..runtime.sparse import (
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
from .abstract import Abstract, Bound, DataPath, Seq, Static
from .callees import SPECIAL
from .context import Refusal
from .data import read_from_parameter
from .handing import given_by_name, without_options
from .infer import Specializer
from .mapped import as_array
from .primitives import apply

Handler = Callable[[Specializer, list[Abstract], dict[str, Abstract]], Abstract]


def _at_run_time(sp: Specializer, a: Abstract) -> Value:
    """A sparse matrix as a value; one of the user's module is this very one, and read at each call."""
    if not isinstance(a, Static):
        return sp.lift(a)
    path, t = a.path or DataPath("const", "matrix", (), a.value), Object(type(a.value))
    if a.path is not None:
        sp.context.guard("is", path, a.value)
    if path.scope == "param":
        return read_from_parameter(sp, path, t)
    return sp.builder.value("global", (), t, root=path.root, path=path.steps, source=path, current=a.value)


def _element_type(sp: Specializer, a: Value) -> np.dtype[Any] | None:
    """The element type of a sparse matrix, and a guard that it stays so; None where it is not known (in rules)."""
    if isinstance(a.owner, Op) and a.owner.attrs.get("fn") is transposed:
        return _element_type(sp, a.owner.operands[0])
    known = sp.known(a)
    if known is None:
        return None
    sp.context.guard("is", known[1].attr("dtype"), known[0].dtype)
    return known[0].dtype  # type: ignore[no-any-return]


def _dense_operand(sp: Specializer, matrix: Value, a: Abstract) -> Value:
    """What a sparse matrix is multiplied with, in the element type of the result."""
    t = strip_const(a.type) if isinstance(a, Value) else None
    if not isinstance(a, Seq) and not isinstance(t, Array):
        raise Refusal("SCT201", "a sparse matrix is supported times a vector or a dense matrix", "make it dense: `.toarray()`")
    x = as_array(sp, a)
    assert isinstance(x.type, Array)
    own = _element_type(sp, matrix)
    if own is None and not sp.context.splicing:
        raise Refusal("SCT708", "the element type of a sparse matrix is not known here", "pass it as an argument of its own")
    if own is not None and (wide := np.result_type(own, x.type.dtype).name) != x.type.dtype:
        converted = apply(sp, np.ndarray.astype, [x, Static(np.dtype(wide).type)], spelled="astype")
        assert isinstance(converted, Value)
        return converted
    return x


def times(matrix: Any, other: Any) -> None:
    """How a product with a sparse matrix is called, by a method or an operator."""


def _times(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``matrix @ x``"""
    given = given_by_name(times, args, kwargs)
    matrix = _at_run_time(sp, given["matrix"])
    return apply(sp, product, [matrix, _dense_operand(sp, matrix, given["other"])])


def _times_from_left(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``x @ matrix``"""
    given = given_by_name(times, args, kwargs)
    matrix = _at_run_time(sp, given["matrix"])
    x = _dense_operand(sp, matrix, given["other"])
    turned = _transposed(sp, [matrix], {})
    assert isinstance(x.type, Array)
    if x.type.ndim == 1:
        return apply(sp, product, [turned, x])
    return apply(sp, np.transpose, [apply(sp, product, [turned, apply(sp, np.transpose, [x])])])


def _transposed(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    given = given_by_name(sparse.csr_array.transpose, args, kwargs)
    without_options(sparse.csr_array.transpose, given, "self", "use `.T`", "a sparse matrix's `transpose`")
    return apply(sp, transposed, [_at_run_time(sp, args[0])], spelled=".T")


def _shape(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    return apply(sp, size_of, [_at_run_time(sp, args[0])], spelled=".shape")


def _dense(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    given = given_by_name(sparse.csr_array.toarray, args, kwargs)
    without_options(sparse.csr_array.toarray, given, "self", "call it outside", "a sparse matrix's `toarray`")
    matrix = _at_run_time(sp, args[0])
    own = _element_type(sp, matrix)
    if own is None:
        raise Refusal("SCT708", "the element type of a sparse matrix is not known here", "pass it as an argument of its own")
    return apply(sp, dense, [matrix, Static(own.name)])


def _spsolve(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``spsolve(matrix, b)`` of a right-hand side that is dense."""
    given = without_options(spsolve, given_by_name(spsolve, args, kwargs), "A b", "leave it out", "scipy.sparse.linalg.spsolve")
    matrix = _at_run_time(sp, given["A"])
    b = _dense_operand(sp, matrix, given["b"])
    assert isinstance(b.type, Array)
    if not np.issubdtype(b.type.dtype, np.inexact):
        raise Refusal("SCT708", "spsolve of integers is not supported", "make them floats")
    if b.type.ndim == 2 and b.type.dims[1] != "n":
        raise Refusal("SCT204", "spsolve turns a right-hand side with one column into a vector: how many it has is not known",
                      "solve for one column after the other")
    return apply(sp, solution, [matrix, b])


def _iterated(solver: Any) -> Handler:
    """``cg(matrix, b)`` and its kin."""
    def handler(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        given = without_options(solver, given_by_name(solver, args, kwargs), "A b rtol atol maxiter", "leave it out",
                                f"scipy.sparse.linalg.{solver.__name__}")
        matrix, a = given.pop("A"), given.pop("b")
        if isinstance(matrix, Value) and isinstance(strip_const(matrix.type), Array):
            raise Refusal("SCT204", f"scipy.sparse.linalg.{solver.__name__} is supported with a sparse matrix",
                          "use np.linalg.solve for a dense one")
        matrix = _at_run_time(sp, matrix)
        b = _dense_operand(sp, matrix, a)
        if not isinstance(b.type, Array) or b.type.ndim != 1:
            raise Refusal("SCT204", f"scipy.sparse.linalg.{solver.__name__} is supported for one vector",
                          "solve column by column")
        return apply(sp, iterated, [matrix, b, Static(solver.__name__)], given)
    return handler


def _least_squares(solver: Any) -> Handler:
    """``lsqr(matrix, b)`` and ``lsmr(matrix, b)``: of what these return, the solution is known."""
    def handler(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        name = solver.__name__
        known = "A b damp atol btol conlim " + ("iter_lim" if name == "lsqr" else "maxiter")
        given = without_options(solver, given_by_name(solver, args, kwargs), known, "leave it out",
                                f"scipy.sparse.linalg.{name}")
        matrix = _at_run_time(sp, given.pop("A"))
        b = _dense_operand(sp, matrix, given.pop("b"))
        if not isinstance(b.type, Array) or b.type.ndim != 1:
            raise Refusal("SCT204", f"scipy.sparse.linalg.{name} is supported for one vector", "solve column by column")
        x = apply(sp, least_squares, [matrix, b, Static(name)], given)
        return Seq(tuple, [x, *(Bound(Static(_not_known), [Static(name)]) for _ in range(9 if name == "lsqr" else 7))])
    return handler


def _not_known(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    raise Refusal("SCT204", "of a solution by least squares only the first part, the solution, is known", "take `[0]`")


def _expm_multiply(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``expm_multiply(matrix, b)`` at one time."""
    given = without_options(sparse_linalg.expm_multiply, given_by_name(sparse_linalg.expm_multiply, args, kwargs), "A B traceA",
                            "scale the matrix outside, one for each time")
    matrix = _at_run_time(sp, given["A"])
    return apply(sp, exponential_times, [matrix, _dense_operand(sp, matrix, given["B"])])


def _factors(sp: Specializer, fn: Static) -> Any:
    """Which factors these are, which were made outside: they are constants."""
    if fn.path is not None:
        sp.context.guard("is", fn.path, fn.value)
    return fn


def _solve(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``factors.solve(b, trans)``"""
    factors, *given = args
    if not isinstance(factors, Static):
        raise Refusal("SCT710", "which factors these are is not known here", "call their `solve` where they are an argument")
    named = dict(zip(("rhs", "trans"), given, strict=False)) | kwargs
    trans = sp.static(named.get("trans", Static("N")), "`trans` of `solve`")
    b = as_array(sp, named["rhs"])
    assert isinstance(b.type, Array)
    if b.type.dtype != "float64":
        raise Refusal("SCT204", "factors of a sparse matrix solve for vectors of double precision here",
                      "convert it: b.astype(float)")
    return apply(sp, solved, [_factors(sp, factors), b, Static("N" if trans == "N" else "T")])


for _solver in (sparse_linalg.cg, sparse_linalg.cgs, sparse_linalg.bicg, sparse_linalg.bicgstab, sparse_linalg.gmres,
                sparse_linalg.lgmres, sparse_linalg.gcrotmk, sparse_linalg.minres, sparse_linalg.qmr, sparse_linalg.tfqmr):
    if {"rtol", "maxiter"} <= inspect.signature(_solver).parameters.keys():
        SPECIAL[_solver] = _iterated(_solver)
for _form in ("bsr", "coo", "csc", "csr", "dia", "dok", "lil"):
    for _cls in (getattr(sparse, f"{_form}_array"), getattr(sparse, f"{_form}_matrix")):
        SPECIAL.update({_cls.__matmul__: _times, _cls.__rmatmul__: _times_from_left, _cls.dot: _times, _cls.T.fget: _transposed,
                        _cls.transpose: _transposed, _cls.shape.fget: _shape, _cls.toarray: _dense})
SPECIAL.update({sparse.spmatrix.__mul__: _times, sparse.spmatrix.__rmul__: _times_from_left, transposed: _transposed})
SPECIAL.update({spsolve: _spsolve, sparse_linalg.SuperLU.solve: _solve, sparse_linalg.expm_multiply: _expm_multiply,
                sparse_linalg.lsqr: _least_squares(sparse_linalg.lsqr), sparse_linalg.lsmr: _least_squares(sparse_linalg.lsmr)})
