"""Conventions at ties, knots and infinities of the functions that are not elementwise, and what no difference can see."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest
from numpy import inf, nan

import sct

A = np.array
PROJECT = A([[0.3, -1.0, 2.0], [0.5, 0.5, -1.0]])


def slope(f, x):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return sct.grad(f)(x)


@pytest.mark.parametrize(
    ("f", "x", "expected"),
    [
        (lambda x: np.logaddexp(x, x), -inf, 1.0),
        (lambda x: np.logaddexp(x, x), inf, 1.0),
        (lambda x: np.logaddexp(x, 0.0), -inf, 0.0),
        (lambda x: np.logaddexp(x, 2.0 * x), 800.0, 2.0),
        (lambda x: np.logaddexp2(x, x), -inf, 1.0),
        (lambda x: np.sum(np.logaddexp(x, x[::-1])), A([inf, 3.0]), [2.0, 0.0]),
        (lambda x: np.logaddexp.reduce(x), A([-inf, -inf]), [0.5, 0.5]),
        (lambda x: np.logaddexp.reduce(x), A([inf, 1.0]), [1.0, 0.0]),
        (lambda x: np.logaddexp.reduce(x), A([-1e4, 0.0, 1e4]), [0.0, 0.0, 1.0]),
        (lambda x: np.logaddexp.reduce(x, axis=1)[0], A([[-inf, -inf], [0.0, 1.0]]), [[0.5, 0.5], [0.0, 0.0]]),
        (lambda x: np.logaddexp.accumulate(x)[-1], A([-inf, 2.0]), [0.0, 1.0]),
        (lambda x: np.logaddexp.accumulate(x)[0], A([-inf, 2.0]), [1.0, 0.0]),
        (lambda x: np.logaddexp.accumulate(x)[1], A([-inf, -inf]), [0.5, 0.5]),
        (lambda x: np.median(x), A([2.0, 2.0, 2.0]), [0.0, 1.0, 0.0]),
        (lambda x: np.nanmedian(x), A([nan, 1.0, 3.0]), [0.0, 0.5, 0.5]),
        (lambda q: np.quantile(A([1.0, 2.0, 5.0]), q), 0.5, 6.0),
        (lambda q: np.quantile(A([1.0, 2.0, 5.0]), q), 1.0, 6.0),
        (lambda x: np.unique(x)[0], A([2.0, 1.0, 1.0]), [0.0, 1.0, 0.0]),
        (lambda x: np.sum(np.unique(x) * A([1.0, 10.0])), A([2.0, 1.0, 1.0]), [10.0, 1.0, 0.0]),
        (lambda x: np.trim_zeros(x)[1], A([0.0, 2.0, 0.0, 3.0, 0.0]), [0.0, 0.0, 1.0, 0.0, 0.0]),
        (lambda x: np.trim_zeros(x, "b")[1], A([0.0, 2.0, 0.0, 3.0, 0.0]), [0.0, 1.0, 0.0, 0.0, 0.0]),
        (lambda x: np.interp(x, [0.0, 1.0, 2.0], [0.0, 1.0, 5.0]), 1.0, 4.0),
        (lambda x: np.interp(x, [0.0, 1.0, 2.0], [0.0, 1.0, 5.0]), 2.0, 4.0),
        (lambda x: np.interp(x, [0.0, 1.0, 2.0], [0.0, 1.0, 5.0]), 3.0, 0.0),
        (lambda x: np.sum(np.maximum.accumulate(x)), A([2.0, 2.0, 1.0]), [3.0, 0.0, 0.0]),
        (lambda x: np.maximum.reduce(x), A([2.0, 2.0, 1.0]), [0.5, 0.5, 0.0]),
        (lambda x: np.maximum.reduceat(x, [0, 2])[0], A([2.0, 2.0, 1.0]), [0.5, 0.5, 0.0]),
        (lambda x: np.histogram(x, 2)[1][0], A([1.0, 1.0, 3.0]), [0.5, 0.5, 0.0]),
        (lambda x: np.nanmax(x), A([nan, nan]), [0.0, 0.0]),
        (lambda x: np.nanstd(x), A([1.0, nan, 1.0]), [0.0, 0.0, 0.0]),
        (lambda x: np.nanprod(x), A([nan, 0.0, 3.0]), [0.0, 3.0, 0.0]),
        (lambda x: np.nansum(np.log(x)), A([-1.0, 2.0]), [0.0, 0.5]),
        (lambda x: np.sum(np.polymul(x, [1.0, 1.0])), A([0.0, 2.0]), [1.0, 2.0]),
        (lambda x: np.sum(np.i0(x)) / np.i0(700.0).item(), A([0.0, 700.0]), [0.0, 0.99928545]),
        (lambda x: np.std(x) + np.var(x), np.ones(3), [0.0, 0.0, 0.0]),
    ],
    ids=lambda v: "" if callable(v) else str(v),
)
def test_convention(f, x, expected):
    np.testing.assert_allclose(slope(f, x), expected, rtol=1e-7)


@pytest.mark.parametrize("f", [
    lambda x: np.sum(np.where(x > 0.0, np.sqrt(x), 0.0)), lambda x: np.sum(np.sqrt(x), where=x > 0.0),
    lambda x: np.nansum(np.where(x > 0.0, np.sqrt(x), nan)), lambda x: np.sum(np.where(x > 0.0, 1.0 / x, 0.0)) * 0.5,
], ids=["where", "reduction", "missing", "quotient"])
def test_second_derivatives_of_what_is_left_out_are_zero(f):
    with np.errstate(all="ignore"):
        for left_out in (-1.0, 0.0):
            product = sct.hvp(f, (A([left_out, 4.0]),), (np.ones(2),))
            assert product[0] == 0.0 and math.isfinite(product[1]) and product[1] != 0.0


def test_correlation_of_a_constant_is_nan_as_the_value_is():
    assert np.isnan(slope(lambda x: np.corrcoef(x)[0, 1], A([[1.0, 1.0, 1.0], [1.0, 2.0, 4.0]]))).all()


def test_second_derivatives_where_two_are_equal():
    hessian = sct.hessian(lambda x: np.logaddexp(x[0], x[1]))(A([0.7, 0.7]))
    np.testing.assert_allclose(hessian, [[0.25, -0.25], [-0.25, 0.25]])
    hessian = sct.hessian(lambda x: np.logaddexp.reduce(x))(A([0.7, 0.7]))
    np.testing.assert_allclose(hessian, [[0.25, -0.25], [-0.25, 0.25]])


@pytest.mark.parametrize(
    "f",
    [
        lambda x, n: np.sum(np.geomspace(1.0, x, n) * np.arange(n)),
        lambda x, n: np.sum(np.logspace(0.0, x, n)),
        lambda x, n: np.sum(x * np.ones((n, n))[np.tril_indices(n)]),
    ],
    ids=["geomspace", "logspace", "tril"],
)
def test_sizes_that_only_run_time_knows(f):
    h = 1e-6
    assert math.isclose(sct.grad(f)(1.5, 4), (f(1.5 + h, 4) - f(1.5 - h, 4)) / (2 * h), rel_tol=1e-7)


def test_what_is_added_twice_into_one_array_moves_both_ways():
    """Forward mode transposes the additions of a rule one after the other."""

    def f(x, knots):
        return np.sum(np.interp(x, knots, A([1.0, 4.0, 2.0])) ** 2)

    sct.check_grads(f, (A([0.2, 1.1]), A([0.0, 1.0, 2.0])))


def test_a_rule_that_adds_into_an_array_has_second_derivatives():
    sct.check_grads(lambda x: np.sum(np.pad(x, 2, "edge") ** 3), (PROJECT,), order=2)
    sct.check_grads(lambda x: np.sum(np.maximum.accumulate(x, axis=1) ** 3), (PROJECT,), order=2)


@pytest.mark.parametrize("y", [0, 0.0, 1, 2, np.array([0, 1, 2]), np.array([0.0, 1.0, 2.0])], ids=str)
def test_second_derivative_of_whole_powers_at_zero(y: Any) -> None:
    x, along = np.array([0.0, 1.0, 2.0]), np.array([1.0, 2.0, 3.0])
    found = sct.hvp(lambda x, y: np.sum(np.power(x, y)), (x, y), (along, None))
    np.testing.assert_allclose(found, np.where(np.equal(y, 2), 2.0, 0.0) * along)


def test_second_derivative_of_a_literal_power_at_zero() -> None:
    x, along = np.array([0.0, 1.0]), np.ones(2)
    assert sct.hvp(lambda x: np.sum(np.power(x, 0)), (x,), (along,)).tolist() == [0.0, 0.0]
    assert sct.hvp(lambda x: np.sum(np.power(x, 2)), (x,), (along,)).tolist() == [2.0, 2.0]


POWERS = {(0.0, 0.5): [[-inf, -inf], [-inf, 0.0]], (0.0, 1.0): [[0.0, -inf], [-inf, 0.0]], (0.0, 1.5): [[inf, 0.0], [0.0, 0.0]],
          (0.0, 2.0): [[2.0, 0.0], [0.0, 0.0]], (0.0, 0.0): [[0.0, inf], [inf, 0.0]], (1.0, 2.5): [[3.75, 1.0], [1.0, 0.0]]}
"""Second derivatives of ``x ** y``: limits from the right."""


@pytest.mark.parametrize("at", POWERS, ids=str)
@pytest.mark.filterwarnings("ignore")
def test_second_derivatives_of_powers(at: tuple[float, float]) -> None:
    x, y = at
    assert [list(row) for row in sct.hessian(lambda x, y: x**y, (0, 1))(x, y)] == POWERS[at]
    by_both = sct.grad(lambda x, y: x**y, (0, 1))
    assert [sct.grad(lambda x, y, k=k: by_both(x, y)[k], (0, 1))(x, y) for k in (0, 1)] == [tuple(row) for row in POWERS[at]]
    elements = np.array([x, 2.0]), np.array([y, 1.0])
    found = sct.hessian(lambda x, y: np.sum(x**y), (0, 1))(*elements)
    assert [[entry[0, 0] for entry in row] for row in found] == POWERS[at]


def test_columns_of_a_hessian_do_not_mix_with_infinite_ones() -> None:
    """What does not move stays, even where it would move infinitely fast."""
    expected = [[inf, 0.0], [0.0, 0.75]]
    x = np.array([0.0, 1.0])
    assert sct.hessian(lambda x: np.sum(x**1.5))(x).tolist() == expected
    assert sct.hessian(lambda x: sum(item**1.5 for item in x))(x).tolist() == expected
    assert [list(row) for row in sct.hessian(lambda x, y: x**1.5 + y**1.5, (0, 1))(0.0, 1.0)] == expected
    still = sct.jvp(lambda x, y: x * np.sqrt(y), (1.0, np.float64(0.0)), (1.0, np.float64(0.0)))
    assert still == (0.0, 0.0)


def test_window_of_one_point_is_constant() -> None:
    assert sct.grad(lambda b: np.sum(np.kaiser(1, b)))(0.7) == 0.0
    assert sct.grad(lambda b: np.sum(np.kaiser(3, b)))(0.7) != 0.0


@pytest.mark.parametrize("f", [lambda a: np.sum(np.power.reduce(a)), lambda a: np.arctan2.reduce(a)])
def test_reductions_that_numpy_computes_in_two_ways_are_refused(f: Any) -> None:
    with pytest.raises(sct.SctError, match="otherwise for some arrays"):
        sct.grad(f)(np.array([1.7, 1.2, 1.3]))


def test_determinants_that_scipy_and_numpy_round_differently() -> None:
    linalg = pytest.importorskip("scipy.linalg")
    a = np.outer([0.3, 1.7, -0.4], [1.1, 0.2, 0.9])
    np.testing.assert_allclose(sct.grad(lambda a: linalg.det(a))(a), np.zeros((3, 3)), atol=1e-12)


def test_lists_that_are_appended() -> None:
    weights = np.array([1.0, 2.0, 3.0, 4.0])
    found = sct.grad(lambda v, s: np.sum(np.append(v, [s, 2]) * weights), (0, 1))(np.ones(2), 0.5)
    assert found[0].tolist() == [1.0, 2.0] and found[1] == 3.0


def test_differences_of_nothing() -> None:
    assert sct.grad(lambda x: np.sum(np.ediff1d(x)))(np.zeros(0)).shape == (0,)
    nothing, end = sct.grad(lambda x, y: np.sum(np.ediff1d(x, 2.0 * y, y)), (0, 1))(np.zeros(0), 1.0)
    assert nothing.shape == (0,) and end == 3.0


def put(x: Any, places: Any) -> Any:
    y = 1.0 * x
    np.put(y, places, x[0, 0])
    return y.sum()


@pytest.mark.parametrize("f", [lambda x, k: x.item(k), put, lambda x, k: put(x, [0, k]), lambda x, k: np.take(x, k),
                               lambda x, k: x.item(4), lambda x, k: put(x, np.array([k]))])
def test_places_beyond_the_last_element_raise_as_they_do_in_numpy(f: Any) -> None:
    matrix = np.array([[1.0, 2.0], [3.0, 4.0]])
    for place in (4, -5):
        with pytest.raises(IndexError):
            f(matrix, place)
        with pytest.raises(IndexError):
            sct.grad(f)(matrix, place)
