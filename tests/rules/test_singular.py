"""Kinks and singular points: the stated convention, no NaN where a derivative exists, an exactly zero cotangent always wins."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
import pytest

import sct.rules.scalar
import sct.rules.ufuncs
from sct.rules.registry import lookup

from .harness import Case, cotangents, runnable


def slopes(fn: Any, *args: Any, z_bar: Any = 1.0) -> list[Any]:
    """The cotangents of all arguments."""
    entry = lookup(fn)
    assert entry is not None
    with np.errstate(all="ignore"):
        z = fn(*args)
    z_bar = np.full_like(z, z_bar) if isinstance(z, np.ndarray) else type(z)(z_bar) if isinstance(z, float) else z_bar
    return list(cotangents(entry, runnable(entry), Case(args), z, z_bar).values())


INFINITE = [(math.sqrt, 0.0), (math.cbrt, 0.0), (math.asin, 1.0), (math.acos, -1.0), (math.acosh, 1.0),
            (np.sqrt, 0.0), (np.cbrt, 0.0), (np.arcsin, 1.0), (np.arccos, -1.0), (np.arccosh, 1.0), (np.arctanh, 1.0),
            (np.log, 0.0), (np.log2, 0.0), (np.log10, 0.0), (np.log1p, -1.0), (np.reciprocal, 0.0)]


@pytest.mark.parametrize(("fn", "x"), INFINITE, ids=lambda v: getattr(v, "__name__", str(v)))
@pytest.mark.filterwarnings("error")
def test_infinite_slope(fn: Any, x: float) -> None:
    (slope,) = slopes(fn, x)
    assert np.isinf(slope)
    (nothing,) = slopes(fn, x, z_bar=0.0)
    assert nothing == 0.0


@pytest.mark.parametrize(("fn", "x"), [(f, x) for f, x in INFINITE if isinstance(f, np.ufunc)],
                         ids=lambda v: getattr(v, "__name__", str(v)))
@pytest.mark.filterwarnings("error")
def test_masked_elements_of_an_array_stay_zero(fn: Any, x: float) -> None:
    entry = lookup(fn)
    assert entry is not None
    a = np.array([x, 1.5 if fn is np.arccosh else 0.5, x])
    with np.errstate(all="ignore"):
        z = fn(a)
    (a_bar,) = cotangents(entry, runnable(entry), Case((a,)), z, np.array([0.0, 1.0, 0.0])).values()
    assert a_bar[0] == a_bar[2] == 0.0


@pytest.mark.parametrize(("fn", "args", "expected"), [
    (abs, (0.0,), [0.0]), (np.abs, (np.array([0.0, -2.0]),), [[0.0, -1.0]]), (math.fabs, (0.0,), [0.0]),
    (max, (1.0, 1.0), [(1.0, 0.0)]), (min, (1.0, 1.0), [(1.0, 0.0)]), (max, ([1.0, 2.0, 2.0],), [([0.0, 1.0, 0.0],)]),
    (np.maximum, (0.0, 0.0), [1.0, 0.0]), (np.minimum, (np.zeros(1), np.zeros(1)), [[1.0], [0.0]]),
    (np.fmax, (0.0, 0.0), [1.0, 0.0]), (np.fmin, (0.0, 0.0), [1.0, 0.0]),
    (np.clip, (np.array([0.0, 1.0]), 0.0, 1.0), [[1.0, 1.0], 0.0, 0.0]),
    (operator.pow, (0.0, 0), [0.0, 0.0]), (operator.pow, (0.0, 1), [1.0, 0.0]), (operator.pow, (0.0, 2.0), [0.0, 0.0]),
    (operator.pow, (np.zeros(3), np.array([0.0, 1.0, 2.0])), [[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]),
    (operator.pow, (0.0, 0.5), [math.inf, 0.0]), (np.power, (np.zeros(1), 0.5), [[math.inf], 0.0]),
    (math.hypot, (0.0, 0.0), [(0.0, 0.0)]), (np.hypot, (0.0, 0.0), [0.0, 0.0]), (math.dist, ([1.0], [1.0]), [[0.0], [0.0]]),
    (math.atan2, (0.0, 0.0), [0.0, 0.0]), (np.arctan2, (0.0, 0.0), [0.0, 0.0]),
    (math.atan2, (3e-200, 4e-200), [1.6e199, -1.2e199]),
    (math.prod, ([2.0, 0.0, 5.0],), [[0.0, 10.0, 0.0]]), (math.pow, (1e-200, -1.0), [-math.inf, -460.51701859880916e200]),
    (np.sinc, (0.0,), [0.0]), (np.sinc, (np.array([1e-9]),), [[-3.2898681336964524e-09]]),
    (operator.truediv, (np.ones(1), np.zeros(1)), [[math.inf], [-math.inf]]),
], ids=lambda v: getattr(v, "__name__", str(v)))
@pytest.mark.filterwarnings("error")
def test_convention(fn: Any, args: tuple[Any, ...], expected: list[Any]) -> None:
    found = slopes(fn, *args)
    for got, want in zip(found, expected, strict=True):
        np.testing.assert_allclose(0.0 if got is None else got, want, rtol=1e-12)


@pytest.mark.filterwarnings("error")
def test_division_where_masked() -> None:
    x_bar, y_bar = slopes(np.divide, np.array([1.0]), np.array([0.0]), z_bar=0.0)
    assert x_bar.tolist() == [0.0] and y_bar.tolist() == [0.0]


@pytest.mark.parametrize("matrix", [np.zeros((2, 2)), np.outer([1.0, 2.0, 3.0], [1.0, 0.0, 1.0]), np.arange(9.0).reshape(3, 3)],
                         ids=["zero", "rank 1", "rank 2"])
def test_third_derivatives_of_determinants_are_refused(matrix: np.ndarray) -> None:
    """Along a line a determinant is a polynomial: its first two derivatives there are right, the third is no number."""
    along = np.cos(np.arange(matrix.size)).reshape(matrix.shape)
    places = np.arange(-2.0, 3.0)
    polynomial = np.poly1d(np.polyfit(places, [np.linalg.det(matrix + t * along) for t in places], 4))
    slope = sct.grad(lambda t: np.linalg.det(matrix + t * along))
    assert np.isclose(slope(0.0), polynomial.deriv(1)(0.0), atol=1e-12)
    assert np.isclose(sct.grad(slope)(0.0), polynomial.deriv(2)(0.0), atol=1e-12)
    for third in (lambda: sct.grad(sct.grad(slope))(0.0), lambda: sct.hvp(slope, (0.0,), (1.0,)),
                  lambda: sct.jvp(sct.grad(slope), (0.0,), (1.0,))):
        with pytest.raises(sct.SctError, match="third derivative of a determinant"):
            third()
