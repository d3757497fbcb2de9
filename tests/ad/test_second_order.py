"""The text of Hessian-vector products: tangents are saved, computed again and dropped together with what they belong to."""

import ast
import math

import numpy as np
import pytest

import sct
from sct.compiler import Request
from sct.transforms import _derivatives


def product(fun, *args):
    """The text of ``hvp`` by the first argument, along ones, checked against second differences of the function."""
    x, rest = args[0], args[1:]
    along = np.ones_like(x) if isinstance(x, np.ndarray) else 1.0
    found, h = sct.hvp(fun, args, (along, *[None] * len(rest))), 1e-4
    ahead, here, behind = (fun(x + k * h * along, *rest) for k in (1, 0, -1))
    assert np.sum(found * along) == pytest.approx((ahead - 2.0 * here + behind) / h ** 2, rel=1e-5, abs=1e-5)
    request = Request(wrt=(0,), sequence=True, kind="hvp", directions=(0,))
    return _derivatives(fun)[0]._compiled(request, [*args, along]).text


def saved(text):
    """The names that each ``append`` saves."""
    calls = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    return [[e.id if isinstance(e, ast.Name) else ast.unparse(e) for e in getattr(c.args[0], "elts", c.args)]
            for c in calls if c.func.attr == "append"]


def smoothed(u, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1] += 0.1 * (u[:-2] - 2.0 * u[1:-1] + u[2:]) * np.cos(u[1:-1])
    return np.sum(u * u)


def test_tangents_that_have_the_shape_already_are_not_spread():
    assert "broadcast_to" not in product(smoothed, np.array([0.1, 0.7, 0.3, 0.9, 0.4]), 3)


def logistic(w, x):
    loss = 0.0
    for i in range(len(x)):
        z = 0.0
        for j in range(len(w)):
            z += w[j] * x[i, j]
        loss += math.log1p(math.exp(-z))
    return loss


def test_what_only_the_gradient_would_be_is_not_computed():
    text = product(logistic, np.array([0.5, -0.2]), np.array([[1.0, 0.3], [-0.4, 2.0], [0.1, 0.6]]))
    assert "w_bar_dot_list[j] +=" in text and "w_bar[" not in text and "w_bar =" not in text


def recurrence(a, n):
    x = np.zeros(n)
    x[0] = a
    for i in range(1, n):
        x[i] = (1.0 + a * x[i - 1]) / (2.0 + x[i - 1])
    return np.sum(x ** 2)


def test_what_is_saved_is_saved_once():
    for names in saved(product(recurrence, 0.7, 6)):
        assert len(set(names)) == len(names)


def exchanged(u0, steps):
    u, v = u0.copy(), np.zeros_like(u0)
    for _ in range(steps):
        v[1:-1] = u[1:-1] + 0.1 * (u[2:] - 2.0 * u[1:-1] + u[:-2]) * u[1:-1]
        u, v = v, u
    return np.sum(u ** 2)


@pytest.mark.parametrize("steps", [0, 1, 2, 5])
def test_exchanged_arrays_are_exchanged_back_with_their_tangents(steps):
    product(exchanged, np.array([0.1, 0.5, 0.2, 0.9, 0.4]), steps)


def looked_up(x, n):
    total = 0.0
    table = np.zeros(n)
    for i in range(n):
        table[i] = x * (i + 1)
        total += table[i] ** 3
        table[i] = 0.0
    return total + np.sum(table)


def test_a_load_of_a_tangent_that_changes_is_not_repeated():
    product(looked_up, 0.6, 4)


def branches(x, n):
    s = x
    for k in range(n):
        if k % 2:
            t = math.sin(s) * x
        else:
            t = s * s * 0.5
        s = s + 0.3 * t
        if s > 3.0:
            break
    return s


@pytest.mark.parametrize("x", [0.4, 1.3])
def test_branches_and_exits(x):
    product(branches, x, 7)


def norms_of_zeros(x, n):
    a, b = np.zeros((n, 2)), np.zeros((n + 1, 2))
    a[0] = x
    b[1:] += a * a
    return np.sum(b[1:] * a) + np.sum(np.zeros((n, n)) + x[0]) * x[1]


def test_arrays_made_with_the_same_sizes_have_one_shape():
    product(norms_of_zeros, np.array([0.3, 0.8]), 3)
