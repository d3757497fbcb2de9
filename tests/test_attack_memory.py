"""Nasty small programs once more: 0-d arrays on some paths, products of lists in forward mode, masks in compiled code."""

import itertools
import math
from functools import partial

import numpy as np
import pytest

import sct
from sct.testing.differences import finite_difference
from tests.oracle import check, check_modes, parameters, program

PROGRAMS = []
X = np.array([0.31, 0.71, 1.1, 0.55])
M = np.array([[1.0, 2.0, 0.5], [0.3, -1.0, 2.0], [0.7, 0.1, 0.25]])
Z = np.array(0.7)
case = partial(program, PROGRAMS)


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


@case(X, modes=True)
def chosen_from_a_tuple(x):
    t, s = (2, x[0], True), 0.0
    for i in range(4):
        u = (t[(i + 1) % 3], x[i] * x[0])
        s += x[i] * t[i % 3] * u[i % 2] ** 2
    return s


@case(X, modes=True)
def chosen_by_a_cycle(x):
    return sum(a * b * b for a, b in zip(x, itertools.cycle([1.0, x[0]])))


@case(X, modes=True)
def chosen_from_tuples_of_tuples(x):
    s = 0.0
    for i in range(4):
        t = ((x[0], (1, x[1])), (x[i], (2, x[3])))
        v, (k, w) = t[i % 2]
        s += v * k * w * t[(i // 2) % 2][1][1] ** 2
    return s


@case(X, 3, modes=True)
def tuples_that_a_loop_rebinds(x, n):
    t, s = ((1.0, x[0]), (x[1], 2)), 0.0
    for i in range(n):
        a, b = t[i % 2]
        s += a * b * t[1][i % 2]
        t = ((b * x[2], a), (1.0, b))
    return s


@case((2, 0.5, 1.5), 3)
def argument_indexed_at_run_time(t, n):
    s = t[1] * 3
    for i in range(n):
        s += t[i % 3] ** 2 * t[(i + 1) % 3]
    return s + t[n % 3] * t[2]


@case((X.copy(), np.array([0.9, -0.4, 0.6, 1.3])), 3)
def argument_of_arrays_indexed_at_run_time(t, n):
    s = t[0].sum() ** 2
    for i in range(n):
        s += t[i % 2][i] ** 2 * t[(i + 1) % 2].sum()
    return s


@case(((1, 2.0), (2, 3.0)), 3)
def nested_argument_indexed_at_run_time(t, n):
    s = t[0][1]
    for i in range(n):
        a, b = t[i % 2]
        s += a * b**2 * t[(i // 2) % 2][1]
    return s


@case((2.0, 0.5), 1, modes=True)
def argument_indexed_once(t, n):
    return t[n] ** 2 + t[n - 1] * t[n]


@case((2.0, 0.5), 3, modes=True)
def argument_indexed_and_rebound(t, n):
    u = t
    for i in range(n):
        u = (u[1] * t[i % 2], u[0] + 1.0)
    return u[0] * u[n % 2]


@case((2.0, 0.5), 3, modes=True)
def argument_in_a_list(t, n):
    kept = []
    for _ in range(n):
        kept.append(t)
    return kept[1][0] * kept[2][1] ** 2 + kept[0][n % 2]


@case((2.0, 0.5), 3)
def argument_or_none(t, n):
    best = None
    for i in range(n):
        if i == 1:
            best = t
    return best[0] * best[1] if best is not None else 0.0


def last_items(t, k):
    return t[0] if k == 0 else last_items(t, k - 1) * t[k % 2]


@case((2.0, 0.5), 3, modes=True)
def argument_indexed_in_a_recursion(t, n):
    return last_items(t, n) + t[(n + 1) % 2]


@case(X, modes=True)
def tuple_with_an_integer_or_none(x):
    best = None
    for i in range(4):
        if best is None or x[i] > best[0]:
            best = (x[i], i, x * i)
    return best[0] * best[1] + best[2].sum()


# ---------------------------------------------------------------------------------------------------------------- harness

@pytest.mark.parametrize(("fun", "args", "options"), parameters(PROGRAMS))
def test_program(fun, args, options):
    check(fun, *args)
    if options.get("modes"):
        check_modes(fun, *args)


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


def test_masks_of_matrices_under_both_backends(tmp_path, monkeypatch):
    pytest.importorskip("numba")
    monkeypatch.setenv("SCT_CACHE_DIR", str(tmp_path))

    def capped(m):
        a = m * 1.0
        a[a > 0.5] = 0.5 * m[0, 0]
        return np.sum(a * a)

    away = M + 0.01  # from the threshold
    slope = finite_difference(capped, (away,))
    for backend in ("python", "numba"):
        np.testing.assert_allclose(sct.grad(capped, backend=backend)(away), slope, rtol=1e-6, atol=1e-9)


def test_element_types_are_no_run_time_values():
    def single(x):
        a = x.astype(np.float32)
        a[0] = 1.0
        return float(np.sum(a * a))

    assert "kind" not in sct.source(single, X)
