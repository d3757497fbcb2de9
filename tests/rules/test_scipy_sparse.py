"""``scipy.sparse``: products with constant matrices and systems of equations, against differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

sparse = pytest.importorskip("scipy.sparse")
solvers = pytest.importorskip("scipy.sparse.linalg")

import sct  # noqa: E402

from .whole import check_whole  # noqa: E402

RNG = np.random.default_rng(7)
DENSE = np.where(RNG.uniform(size=(4, 3)) < 0.6, RNG.normal(size=(4, 3)), 0.0)
SQUARE = np.eye(4) * 3.0 + np.where(RNG.uniform(size=(4, 4)) < 0.4, RNG.normal(size=(4, 4)), 0.0)
ARRAY, OLD, SYSTEM = sparse.csr_array(DENSE), sparse.csc_matrix(DENSE), sparse.csc_array(SQUARE)
COMPLEX, WHOLE = sparse.csr_array(DENSE * (1.0 + 2.0j)), sparse.coo_array(np.round(3.0 * DENSE).astype(int))
SINGLE = ARRAY.astype(np.float32)
FORMS = ["csr_array", "csc_array", "coo_array", "bsr_array", "dia_array", "lil_array", "dok_array", "csr_matrix", "coo_matrix"]
WIDE, TALL, BLOCK = RNG.normal(size=3), RNG.normal(size=4), RNG.normal(size=(3, 2))


def times(x):
    return np.sin(ARRAY @ x)


def times_old(x):
    return OLD * x + OLD @ x + OLD.dot(x)


def transposed(y):
    return np.sin(ARRAY.T @ y) + ARRAY.transpose() @ y


def from_left(y):
    return (y @ ARRAY) ** 2 + y @ OLD


def rows_from_left(b):
    return (b.T @ ARRAY.T) ** 2


def normal_equations(x):
    return ARRAY.T @ (ARRAY @ x) / ARRAY.shape[0]


def iterated(x):
    for _ in range(3):
        x = np.tanh(ARRAY.T @ (ARRAY @ x))
    return x


def with_dense(x):
    return ARRAY.toarray() @ x


def whole_numbers(x):
    return WHOLE @ x


def complex_matrix(x):
    return COMPLEX @ x * (COMPLEX @ x)


def solve(b):
    return solvers.spsolve(SYSTEM, b) ** 2


def solve_transposed(b):
    return solvers.spsolve(SYSTEM.T, np.sin(b))


def solve_several(b):
    return solvers.spsolve(SYSTEM, np.stack([b, b**2], axis=1))


CASES = [(times, WIDE), (times, BLOCK), (times_old, WIDE), (times_old, BLOCK), (transposed, TALL), (from_left, TALL),
         (rows_from_left, BLOCK), (normal_equations, WIDE), (iterated, WIDE), (with_dense, WIDE), (whole_numbers, WIDE),
         (complex_matrix, WIDE), (complex_matrix, WIDE + 1j * RNG.normal(size=3)), (times, WIDE + 1j * RNG.normal(size=3)),
         (solve, TALL), (solve, TALL + 1j), (solve_transposed, TALL), (solve_several, TALL)]


@pytest.mark.parametrize(("f", "x"), CASES, ids=lambda x: getattr(x, "__name__", ""))
def test_derivatives(f: Any, x: np.ndarray) -> None:
    check_whole(f, [x])


@pytest.mark.parametrize("form", FORMS)
def test_matrices_as_arguments(form: str) -> None:
    def f(x: np.ndarray, matrix: Any) -> float:
        return np.sum((matrix @ x) ** 2) + np.sum(matrix.T @ (matrix @ x)) * matrix.shape[0]
    matrix = getattr(sparse, form)(DENSE)
    expected = 2.0 * DENSE.T @ (DENSE @ WIDE) + 4.0 * DENSE.T @ DENSE @ np.ones(3)
    gradient = sct.grad(f)
    np.testing.assert_allclose(gradient(WIDE, matrix), expected)
    np.testing.assert_allclose(sct.hessian(f)(WIDE, matrix), 2.0 * DENSE.T @ DENSE, atol=1e-12)
    np.testing.assert_allclose(gradient(WIDE, 2.0 * matrix), 4.0 * expected)


def test_another_element_type_is_another_specialisation() -> None:
    def f(x: np.ndarray, matrix: Any) -> float:
        return np.real(np.sum((matrix @ x) ** 2))
    gradient = sct.grad(f)
    for matrix, dense in ((ARRAY, DENSE), (COMPLEX, DENSE * (1.0 + 2.0j)), (WHOLE, np.round(3.0 * DENSE)), (ARRAY, DENSE)):
        np.testing.assert_allclose(gradient(WIDE, matrix), np.real(2.0 * dense.T @ (dense @ WIDE)))
    single = WIDE.astype(np.float32)
    assert gradient(single, SINGLE).dtype == np.float32 and (SINGLE @ single).dtype == np.float32
    np.testing.assert_allclose(gradient(single, SINGLE), 2.0 * DENSE.T @ (DENSE @ WIDE), rtol=1e-5)
    np.testing.assert_allclose(gradient(single, ARRAY), 2.0 * DENSE.T @ (DENSE @ WIDE), rtol=1e-5)


def test_what_is_in_a_matrix_is_read_at_each_call() -> None:
    matrix = sparse.csr_array(DENSE)
    gradient = sct.grad(lambda x, m: np.sum((m @ x) ** 2))
    gradient(WIDE, matrix)
    matrix.data *= 2.0
    np.testing.assert_allclose(gradient(WIDE, matrix), 8.0 * DENSE.T @ (DENSE @ WIDE))


def test_text() -> None:
    def energy(x: np.ndarray, matrix: Any) -> float:
        return np.sum((matrix @ x) ** 2)
    text = sct.source(energy, WIDE, ARRAY)
    assert "matrix.T @ (" in text and "matrix @ x" in text


@pytest.mark.parametrize("f", [
    lambda x: np.sum(sparse.csr_array((x, ([0, 1, 2], [0, 1, 2])), shape=(4, 3)) @ WIDE),
    lambda x: np.sum(sparse.diags(x) @ WIDE), lambda x: np.sum((ARRAY @ ARRAY.T) @ x), lambda x: np.sum((ARRAY * x) @ WIDE),
    lambda x: np.sum(ARRAY.multiply(x).sum()), lambda x: np.sum(solvers.spsolve(SYSTEM, x[:, None])),
    lambda x: np.sum(solvers.minres(SYSTEM, x, shift=1.0)[0]), lambda x: ARRAY @ x[0], lambda x: np.sum(ARRAY[0] @ x),
])
def test_what_has_no_rule_is_refused(f: Any) -> None:
    with pytest.raises(sct.SctError):
        sct.grad(f)(WIDE)


UPWIND = sparse.diags_array([[-1.0] * 3, [3.0] * 4, [-0.5] * 3], offsets=[-1, 0, 1], format="csr")
EVEN = sparse.diags_array([[-1.0] * 3, [3.0] * 4, [-1.0] * 3], offsets=[-1, 0, 1], format="csr")


@pytest.mark.parametrize("f", [
    lambda b: sparse.linalg.cg(EVEN, b, rtol=1e-13)[0] ** 2,
    lambda b: sparse.linalg.gmres(UPWIND, b, rtol=1e-13, atol=1e-14)[0] ** 2,
    lambda b: sparse.linalg.bicgstab(UPWIND, b * b, rtol=1e-13)[0],
    lambda b: sparse.linalg.minres(EVEN, b, rtol=1e-14)[0] ** 2,
], ids=["cg", "gmres", "bicgstab", "minres"])
def test_iterative_solvers(f: Any) -> None:
    check_whole(f, [np.array([1.0, 0.5, -0.3, 2.0])], rtol=1e-5)


def test_iterative_solvers_tell_whether_they_are_done() -> None:
    def work(b: Any) -> Any:
        x, info = sparse.linalg.cg(EVEN, b, rtol=1e-13)
        return x @ b if info == 0 else 0.0
    b = np.array([1.0, 0.5, -0.3, 2.0])
    np.testing.assert_allclose(sct.grad(work)(b), 2.0 * np.linalg.solve(EVEN.toarray(), b), rtol=1e-10)


@pytest.mark.parametrize("f", [lambda b: sparse.linalg.cg(EVEN, b, x0=b)[0][0], lambda b: sparse.linalg.minres(EVEN, b,
    shift=1.0)[0][0],
                               lambda b: sparse.linalg.cg(np.outer(b, b), b)[0][0], lambda b: sparse.eye_array(4) @ b,
                               lambda b: sparse.linalg.lsqr(EVEN, b, x0=b)[0][0], lambda b: sparse.linalg.lsmr(EVEN, b)[2],
                               lambda b: sparse.linalg.splu(EVEN).solve(b)[0],
                               lambda b: sparse.linalg.expm_multiply(EVEN, b, 0.0, 1.0, 3)[0, 0]])
def test_other_solvers_are_refused(f: Any) -> None:
    with pytest.raises(sct.SctError):
        sct.grad(lambda b: np.sum(f(b)))(np.ones(4))


FACTORS = sparse.linalg.splu(UPWIND.tocsc())
NUMBERS = np.array([1.0, 0.5, -0.3])


@pytest.mark.parametrize(("f", "b"), [
    (lambda b: sparse.linalg.lsqr(ARRAY.T, b, atol=1e-14, btol=1e-14)[0] ** 2, NUMBERS[:ARRAY.shape[1]]),
    (lambda b: sparse.linalg.lsmr(ARRAY, b, 0.7, atol=1e-14, btol=1e-14)[0] ** 2, np.resize(NUMBERS, ARRAY.shape[0])),
    (lambda b: sparse.linalg.expm_multiply(UPWIND, b) ** 2, np.resize(NUMBERS, 4)),
    (lambda b: sparse.linalg.expm_multiply(UPWIND, b) ** 2, np.resize(NUMBERS, (4, 2))),
    (lambda b: FACTORS.solve(b) ** 2 * FACTORS.solve(b, "T"), np.resize(NUMBERS, 4)),
    (lambda b: FACTORS.solve(rhs=b) ** 2, np.resize(NUMBERS, (4, 2))),
], ids=["lsqr", "lsmr", "expm_multiply", "of columns", "splu", "splu of columns"])
def test_least_squares_exponentials_and_factors(f: Any, b: np.ndarray) -> None:
    check_whole(f, [b], rtol=1e-5)
    np.testing.assert_allclose(sct.vjp(f, b)[0], f(b), rtol=1e-9, atol=1e-12)
