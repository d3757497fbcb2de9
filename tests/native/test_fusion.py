"""What several statements compute, save or add to one place becomes few loops, and few arrays are made or saved."""

import copy
import inspect
import re

import numpy as np
import pytest

from sct.compiler import compile_gradient
from sct.passes.gather import gather_all_additions
from sct.request import Request
from tests.native.test_loops import compiled_for, leaves, lowered


def run(fun, args, argnums=None):
    """What this backend makes of a gradient, to be run by Python, and its text."""
    names = list(inspect.signature(fun).parameters)
    found = tuple(k for k, a in enumerate(args) if isinstance(a, float) or getattr(a, "dtype", None) == np.float64)
    request = Request(found if argnums is None else tuple(argnums), True, value=True, native=True)
    compiled = compile_gradient(fun, names, list(args), request)
    for function in (*compiled.callees, compiled.adjoint):
        gather_all_additions(function)
    return lowered(compiled)


def fused(fun, *args):
    """Runs that beside the plain gradient; gives the value and the text."""
    function, text = run(fun, args)
    wanted = compiled_for(fun, args).function(*copy.deepcopy(args))
    found = function(*copy.deepcopy(args))
    for a, b in zip(leaves(found), leaves(wanted), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-13)
    return found[0], text


def halves(text):
    """The statements of the two sweeps."""
    return ["\n".join(line for line in half.splitlines() if not line.lstrip().startswith("#"))
            for half in text.split("# reverse sweep")]


def advected(u0, nu, r, steps):
    u = np.copy(u0)
    for _ in range(steps):
        old = np.copy(u)
        u[1:-1] = old[1:-1] - r * old[1:-1] * (old[1:-1] - old[:-2]) + nu * (old[2:] - 2.0 * old[1:-1] + old[:-2])
    return np.sum(u * u)


def test_a_stencil_of_slices_saves_its_old_step_alone():
    u0 = 1.0 + 0.5 * np.sin(np.linspace(0.0, 6.0, 7))
    value, text = fused(advected, u0, 0.2, 0.1, 3)
    forward, reverse = halves(text)
    assert "saved_old.append(old)" in forward and forward.count(".append(") == 1
    assert value == advected(u0, 0.2, 0.1, 3)  # the function itself is computed as it was written
    assert reverse.count("np.empty(") == 1  # the adjoint of the sum
    assert len(re.findall(r"old_bar\w*\[i\] \+=", reverse)) == 3  # one loop for each slice


def written_between(x, y):
    t = x * y
    u = np.zeros(len(x))
    for k in range(2):
        u[:] = np.sin(t) + u
        t = t * u
        u *= 0.5
    return np.sum(t + u)


def test_what_reads_memory_that_changes_is_saved():
    fused(written_between, np.linspace(0.1, 0.9, 4), np.linspace(0.3, 0.8, 4))


def gates(a, b):
    total = 0.0
    h = np.zeros(len(a))
    for _ in range(3):
        s = 1.0 / (1.0 + np.exp(-(a + h)))
        h = s * np.tanh(b * s) + s
        total = total + np.sum(h * h)
    return total


def test_slow_functions_are_called_once_and_quick_operations_repeated():
    _, text = fused(gates, np.linspace(0.1, 0.9, 4), np.linspace(0.3, 0.8, 4))
    forward, reverse = halves(text)
    assert forward.count("np.exp(") == forward.count("np.tanh(") == 1 and "np.exp(" not in reverse
    assert "1.0 + " in forward and forward.count("np.empty(") <= 3  # what exp and tanh give, and h


def row_factors(x, w):
    return np.sum(x * np.exp(w))


def test_slow_functions_of_a_row_are_not_called_for_each_row():
    rng = np.random.default_rng(0)
    _, text = fused(row_factors, rng.random((4, 3)), rng.random(3))
    (line,) = [line for line in halves(text)[0].splitlines() if "np.exp(" in line]
    assert len(line) - len(line.lstrip()) == 8


def outer_products(W, x):
    loss = 0.0
    for k in range(len(x)):
        h = np.tanh(W @ x[k])
        loss = loss + np.sum(h * h)
    return loss


def test_outer_products_are_added_element_by_element():
    rng = np.random.default_rng(0)
    _, text = fused(outer_products, rng.random((3, 4)), rng.random((2, 4)))
    assert "np.outer" not in text and "W_bar[i, j] +=" in text


def several_slices(u):
    v = np.zeros(len(u))
    v[1:] = np.sin(u[1:]) * u[:-1]
    w = u[1:] * u[1:] - u[:-1]
    return np.sum(v[1:] * w) + np.sum(u[1:] ** 3)


def test_additions_to_one_slice_are_made_together():
    _, text = fused(several_slices, np.linspace(0.1, 0.9, 6))
    _, reverse = halves(text)
    assert len(re.findall(r"\[i\] \+=", reverse)) < reverse.count("u_bar[") + 4


def aliased(u):
    t = u[1:] * 2.0
    u[:] = u * t[0]
    return np.sum(u[1:] * t) + np.sum(t * t)


@pytest.mark.parametrize("fun", [aliased], ids=lambda f: f.__name__)
def test_what_is_used_after_a_write_is_not_repeated_behind_it(fun):
    fused(fun, np.linspace(0.2, 0.9, 5))


def written_afterwards(x):
    b = x * np.ones(2)
    q = 1.0
    for k in range(2):
        c = b * q
        q = q + np.sum(c * c)
        c[k] += 1.0
    b[0] += 1.0
    return q * b[0]


def flattened(m):
    t = 1.0 * m.T
    flat = t.reshape(-1)
    flat[2] = 1.0
    return np.sum(t * t)


def test_an_array_that_is_written_to_is_not_computed_again():
    fused(written_afterwards, 0.7)


def test_an_array_that_is_flattened_and_written_to_lies_as_numpy_lays_it():
    m = np.array([[1.6, 1.3], [1.7, 1.9], [1.1, -1.4]])
    value, _ = fused(flattened, m)
    assert value == pytest.approx(flattened(m), rel=1e-14)
