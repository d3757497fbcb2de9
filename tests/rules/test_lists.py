"""Lists and tuples where NumPy takes arrays: the gradient is a list like the argument, and agrees with differences."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import sct

X, Y = [0.3, -1.2, 2.5], [[1.2, 0.4], [-0.7, 2.0]]
TALL = np.array([[0.5, 1.5, -1.0], [2.0, 0.1, 0.7]])

OF_A_VECTOR = [
    lambda x: np.sum(np.interp(x, [-2.0, 0.0, 3.0], [1.0, 4.0, 2.0]) ** 2),
    lambda x: np.interp(0.1, [0.0, 0.2, 1.0], x),
    lambda x: np.trapezoid(x, [0, 1, 3]) ** 2,
    lambda x: np.sum(np.kron(x, [1, 2]) ** 2),
    lambda x: np.sum(np.dot([[1, 2, 3], [0, 1, 1]], x) ** 2),
    lambda x: np.einsum("i,ij,j->", x, [[1, 0, 2], [0, 1, 0], [1, 1, 1]], x),
    lambda x: np.sum(np.convolve(x, (1, 2, 1)) ** 2),
    lambda x: np.linalg.norm(np.cross(x, (1.0, 2.0, 0.5))) ** 2,
    lambda x: np.sum(np.choose([0, 1, 0], [x, [1.0, 2.0, 3.0]]) ** 2),
    lambda x: np.sum(np.choose([0, 1, 1], [x, (2, 3, 4)]) * np.array([1.0, 2.0, 3.0])) ** 2,
    lambda x: np.sum(np.select([[True, False, True], [False, False, True]], [x, [1, 2, 3]], x) ** 2),
    lambda x: np.sum(np.broadcast_arrays(x, [[1.0], [2.0]])[0] ** 2),
    lambda x: np.sum(np.concatenate([x, [1.0, 2.0], x]) ** 3),
    lambda x: np.sum(np.stack([x, [1, 2, 3]], 1) ** 3),
    lambda x: np.sum(np.vstack([[1, 2, 3], x]) ** 3) + np.sum(np.column_stack([x, x]) ** 2),
    lambda x: np.sum(np.append(x, [1, 2])) ** 2 + np.sum(np.insert(x, 1, [4, 5]) ** 2),
    lambda x: np.add.reduce(x) ** 2 + np.multiply.reduce(x) + np.sum(np.maximum.accumulate(x) ** 2),
    lambda x: np.sum(np.add.reduceat(x, [0, 2]) ** 2) + np.logaddexp.reduce(x),
    lambda x: np.sum(np.multiply.outer(x, [1, 2]) ** 2),
    lambda x: np.average(x, weights=[1, 2, 3]) ** 2,
    lambda x: np.sum((TALL @ x) ** 2) + np.sum(TALL * x) ** 2,
    lambda x: np.sum(np.where([True, False, True], x, [1, 2, 3]) ** 2),
    lambda x: np.cov(x, [1, 2, 4])[0, 1] ** 2 + np.corrcoef(x, [3, 1, 2])[0, 1],
    lambda x: np.sum(np.polyval([1, 0, 2], x)) + np.sum(np.polyfit([0, 1, 2], x, 1) ** 2),
    lambda x: np.sum(np.gradient(x, [0, 1, 3]) ** 2) + np.sum(np.diff(x, prepend=[1], append=[2, 3]) ** 2),
    lambda x: np.median(x) ** 2 + np.quantile(x, [0.2, 0.7])[1] ** 2 + np.var(x) + np.sum(np.clip(x, 0, [1, 1, 1]) ** 2),
    lambda x: np.sum(np.histogram([0.1, 0.6], [0.0, 0.5, 1.0], range=(0, 1), weights=x[:2])[0] ** 2),
    lambda x: np.sum(np.linalg.solve([[2, 1, 0], [1, 3, 1], [0, 1, 4]], x) ** 2),
    lambda x: np.sum(np.abs(np.fft.fft(x, 5)) ** 2) + np.sum(np.fft.irfft(x) ** 2),
]
OF_A_MATRIX = [
    lambda y: np.linalg.det(y) + np.trace(np.linalg.inv(y)) + np.linalg.norm(y, "nuc"),
    lambda y: np.sum(np.linalg.multi_dot([y, y, [[1, 2], [3, 4]]]) ** 2),
    lambda y: np.einsum("ij,jk,ik->", y, y, [[1, 2], [3, 4]]),
    lambda y: np.sum(np.tensordot(y, [[1, 2], [3, 4]]) ** 2) + np.sum(np.inner(y, [1, 2]) ** 2),
    lambda y: np.sum(np.pad(y, 1, "edge") ** 2) + np.sum(np.take(y, [0, 1, 1], axis=1) ** 2),
    lambda y: np.linalg.slogdet(y)[1] + np.sum(np.linalg.svd(y)[1] ** 2) + np.sum(np.linalg.lstsq(y, [1, 2])[0] ** 2),
    lambda y: np.sum(np.minimum.reduce(y) ** 2) + np.sum(np.add.accumulate(y, 1) ** 2) + np.sum(np.cumprod(y, axis=0)),
]


def five_point(f: Any, x: Any, h: float = 1e-4) -> list[float]:
    """Differences of a function of nested lists in each number of them, in order."""
    numbers, found = np.array(x).reshape(-1), []
    for k in range(len(numbers)):
        def at(t: float, k: int = k) -> float:
            moved = numbers.copy()
            moved[k] += t
            return float(f(moved.reshape(np.shape(x)).tolist()))
        found.append((8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h))
    return found


CASES = [*((f, X) for f in OF_A_VECTOR), *((f, Y) for f in OF_A_MATRIX)]


@pytest.mark.parametrize(("f", "x"), CASES, ids=range(len(CASES)))
def test_lists_are_arrays_to_numpy(f: Any, x: Any) -> None:
    slope = sct.grad(f)(x)
    assert type(slope) is list and np.shape(slope) == np.shape(x)
    np.testing.assert_allclose(np.reshape(slope, -1), five_point(f, x), rtol=1e-6, atol=1e-7)
    along = np.cos(np.arange(np.size(x))).reshape(np.shape(x))
    np.testing.assert_allclose(sct.jvp(f, (x,), (along.tolist(),))[1], np.sum(along * slope), rtol=1e-9)


def test_tuples_and_displays_of_numbers() -> None:
    weights = np.array([1.0, 2.0, 3.0])
    assert sct.grad(lambda x: np.dot(x, weights))((1.0, 2.0, 3.0)) == (1.0, 2.0, 3.0)
    assert sct.grad(lambda a, b: np.einsum("i,i->", [a, 2.0 * b, 1.0], weights), (0, 1))(0.5, 1.5) == (1.0, 4.0)


@pytest.mark.parametrize("choose", [
    lambda c: np.choose([0, 1, 0], c), lambda c: np.select([c[0] > 1.0, c[1] > 3.0], c),
], ids=["choose", "select"])
def test_choices_that_are_one_array(choose: Any) -> None:
    c = np.arange(6.0).reshape(2, 3)
    found = sct.grad(lambda c: np.sum(choose(c) ** 2))(c)
    assert isinstance(found, np.ndarray)
    np.testing.assert_allclose(found, np.where(sct.grad(lambda c: np.sum(choose(c)))(c) > 0.0, 2.0 * c, 0.0))


def test_what_python_refuses_stays_an_error() -> None:
    with pytest.raises((sct.SctError, TypeError)):
        sct.grad(lambda x: np.sum(x @ [1.0, 2.0, 3.0]))(X)


def test_blocks_of_a_list_of_unknown_length() -> None:
    with pytest.raises(sct.SctError, match="np.block takes a list of a length that only run time knows for blocks"):
        sct.grad(lambda x: np.sum(np.block([[x], [x]])))(X)
    assert sct.grad(lambda x: np.sum(np.block([[np.array(x)], [TALL]]) ** 2))(X) == [2.0 * v for v in X]


def test_product_of_the_elements_of_an_array() -> None:
    a = np.array([1.5, -2.0, 0.5])
    gradient = sct.grad(lambda a: math.prod(a, start=2.0))(a)
    assert isinstance(gradient, np.ndarray) and gradient.tolist() == [-2.0, 1.5, -6.0]
    assert sct.hvp(lambda a: math.prod(a), (a,), (np.array([1.0, 0.0, 0.0]),)).tolist() == [0.0, 0.5, -2.0]
