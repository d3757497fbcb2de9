"""NumPy's functions that call functions, methods of ufuncs without a formula, and what is indexed to make an array."""

from __future__ import annotations

import math

import numpy as np
import pytest

import sct

RNG = np.random.default_rng(1)
V, M, T = RNG.normal(size=4), RNG.normal(size=(3, 4)), RNG.normal(size=(2, 3, 4))
P, Q = RNG.uniform(0.5, 1.5, size=4), RNG.uniform(0.5, 1.5, size=(3, 4))


def softplus(x):
    return math.log1p(math.exp(x)) if x > 0.0 else math.exp(x)


def scaled(v, k):
    return v / np.sum(v * v) * k


def centred(v):
    return v - np.mean(v)


def norm_of(v, power=2.0):
    return np.sum(np.abs(v) ** power)


def hill(x, y):
    return x * y if x > y else x + y * y


wave = np.vectorize(softplus)
hills = np.vectorize(hill)


def along_last(x):
    return np.sum(np.apply_along_axis(centred, 1, x) ** 3)


def along_first(x):
    return np.sum(np.apply_along_axis(scaled, 0, x, 2.0) * np.arange(12.0).reshape(3, 4))


def along_middle(x):
    return np.sum(np.apply_along_axis(centred, 1, x) ** 3 * np.arange(24.0).reshape(2, 3, 4))


def along_to_numbers(x):
    return np.sum(np.apply_along_axis(norm_of, axis=1, arr=x, power=3.0) ** 2)


def along_of_vector(x):
    return np.sum(np.apply_along_axis(scaled, 0, x, 2.0) ** 3)


def over_axes(x):
    return np.sum(np.apply_over_axes(np.sum, x, (0, 2)) ** 2)


def from_function(x):
    return np.sum(np.fromfunction(lambda i, j: x[0] * i + x[1] * j * j, (3, 2)) ** 2)


def vectorized(x):
    return np.sum(wave(x) ** 2)


def vectorized_here(x):
    return np.sum(np.vectorize(lambda u: u * softplus(u))(x))


def vectorized_of_two(x):
    return np.sum(hills(x, 0.3) * np.arange(4.0))


def pieces(x):
    return np.sum(np.piecewise(x, [x < -0.5, x > 0.5], [np.sin, lambda u: u * u, 2.0]) * x)


def pieces_with_all_functions(x):
    return np.sum(np.piecewise(x, [x < 0.0, x >= 0.0], [np.exp, np.cos]))


def outer(x):
    return np.sum(np.multiply.outer(x, x[:2]) ** 3)


def outer_difference(x):
    return np.sum(np.tanh(np.subtract.outer(x, x)) * np.arange(16.0).reshape(4, 4))


def outer_maximum(x):
    return np.sum(np.maximum.outer(x, x[:, :2]) ** 2)


def reduced(x):
    return np.sum(np.subtract.reduce(x, axis=1) ** 2) + np.sum(np.divide.reduce(x) * x[0]) + np.sum(np.hypot.reduce(x, 1))


def accumulated(x):
    return np.sum(np.subtract.accumulate(x, axis=1) ** 3) + np.sum(np.hypot.accumulate(x) ** 3)


def rows(x):
    return np.sum(np.r_[x, 0.5, x[:2] ** 2, 0:3] * np.arange(10.0))


def rows_of_matrix(x):
    return np.sum(np.r_[x, x[:1] ** 2] ** 2)


def columns(x):
    return np.sum(np.c_[x, x**2, np.r_[0:1:4j]] ** 2)


def grid(x):
    i, j = np.mgrid[0:3, 0:4]
    u, v = np.ogrid[0:3, 0:1:4j]
    return np.sum(x * i + x**2 * j) + np.sum(x**3 * (u + v))


def by_index(x):
    return np.sum(x[np.s_[1:, ::2]] ** 2) + np.sum(x[np.index_exp[0]] ** 3)


def kept_real(x):
    return np.sum(np.real_if_close(x * x, tol=10) ** 2) + np.real_if_close(a=x[0])


PROGRAMS = [(along_last, M), (along_first, Q), (along_middle, T), (along_to_numbers, M), (along_of_vector, V), (over_axes, T),
            (from_function, V), (vectorized, V), (vectorized, M), (vectorized_here, M), (vectorized_of_two, V), (pieces, V),
            (pieces_with_all_functions, M), (outer, V), (outer_difference, V), (outer_maximum, M), (reduced, Q),
            (accumulated, Q), (rows, V), (rows_of_matrix, M), (columns, V), (grid, M), (by_index, M), (kept_real, V)]


@pytest.mark.parametrize(("fun", "x"), PROGRAMS, ids=lambda a: getattr(a, "__name__", str(np.shape(a))))
def test_gradient(fun, x):
    value, _ = sct.value_and_grad(fun)(x)
    assert value == fun(x)
    sct.check_grads(fun, (x,), order=2)


def squares(x):
    return x * x


@pytest.mark.parametrize(("fun", "x", "text"), [
    (lambda x: np.sum(np.vectorize(squares, otypes=[int])(x)), V, "options"),
    (lambda x: np.sum(np.arctan2.reduce(x, axis=0, initial=0.5)), V, "initial"),
    (lambda x: np.sum(np.r_["1", x, x]), V, "directions"),
    (lambda x: np.sum(np.roots(x)), V, "real or complex"),
    (lambda x: np.sum(np.real(np.real_if_close(x + 0j))), V, "complex numbers"),
    (lambda x: np.sum(np.multiply.reduceat(x, [0, 2])), V, "parts"),
    (lambda x: np.sum(x.strides), V, "memory"),
])
def test_refused_with_a_reason(fun, x, text):
    with pytest.raises(sct.SctError, match=text):
        sct.grad(fun)(x)
