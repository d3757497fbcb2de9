"""Nasty small programs once more: 0-d arrays on some paths, products of lists in forward mode, masks in compiled code."""

import math

import numpy as np
import pytest

import sct
from tests.oracle import check, parameters, program

PROGRAMS = []
X = np.array([0.31, 0.71, 1.1, 0.55])
M = np.array([[1.0, 2.0, 0.5], [0.3, -1.0, 2.0], [0.7, 0.1, 0.25]])
Z = np.array(0.7)


def case(*args, **options):
    return program(PROGRAMS, *args, **options)


@case(Z, True)
@case(Z, False)
def read_on_one_path(x, c):
    s = 0.3
    if c:
        s = s + x * x
    return s


@case({"a": Z, "b": 2.0}, True)
@case({"a": Z, "b": 2.0}, False)
def item_read_on_one_path(d, c):
    if c:
        return d["a"] * d["b"]
    return d["b"] * 1.0


@case(Z, 0.3, True)
@case(Z, 0.3, False)
def one_of_an_array_and_a_number(x, y, c):
    z = x if c else y
    return z * z


@case(Z, True)
def written_on_one_path(x, c):
    if c:
        x *= 3.0
    y = x[()]
    x[...] = 2.0
    return y * x


@case(Z)
def left_on_some_condition(x):
    s = 1.0
    for i in range(4):
        if s < 0.4:
            break
        s = s * x
        if i == 2:
            continue
        s = s + x
    return s


@case(Z, X)
def largest_and_clipped(x, y):
    return max(x, y[0]) * min(x, 0.5) + np.clip(x, 0.2, 0.9) * abs(x)


# ---------------------------------------------------------------------------------------------------------------- harness

@pytest.mark.parametrize(("fun", "args", "options"), parameters(PROGRAMS))
def test_program(fun, args, options):
    check(fun, *args, **options)


@pytest.mark.parametrize("x", [0.1, 0.7, 0.95])
def test_tangent_of_a_clipped_0d_array(x):
    def clipped(x):
        return np.clip(x, 0.2, 0.9) * x

    value, slope = sct.jvp(clipped, (np.array(x),), (np.array(1.0),))
    assert math.isclose(slope, value / x + (x if 0.2 < x < 0.9 else 0.0))
    assert sct.grad(clipped)(np.array(x)) == slope


def test_every_factor_of_a_product_moves():
    def product(m):
        return np.linalg.multi_dot([m, m.T, m[:, 0]])

    along = np.arange(9.0).reshape(3, 3)
    _, slope = sct.jvp(product, (M,), (along,))
    moved = along @ M.T @ M[:, 0] + M @ along.T @ M[:, 0] + M @ M.T @ along[:, 0]
    np.testing.assert_allclose(slope, moved)


def test_masks_of_matrices_are_refused_by_the_compiled_backend():
    pytest.importorskip("numba")

    def capped(m):
        a = m * 1.0
        a[a > 0.5] = 0.5 * m[0, 0]
        return np.sum(a * a)

    with pytest.raises(sct.MissingRuleError, match="SCT210"):
        sct.grad(capped, backend="numba")(M)
