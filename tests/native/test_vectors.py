"""Short vectors become numbers for this backend: the text, run by Python itself, is right, and makes no arrays in its loops."""

import ast
import os

import numpy as np
import pytest

from sct.testing.trial import judge
from tests.native.test_fusion import fused, run
from tests.native.vector_programs import vector_program

SEED = int(os.environ.get("SCT_RANDOM_SEED", "0"))


def field(s, sigma, rho):
    x, y, z = s
    return np.array([sigma * (y - x), x * (rho - z) - y, x * y - z])


def stepped(s, sigma, rho, h, n):
    for _ in range(n):
        k1 = field(s, sigma, rho)
        k2 = field(s + 0.5 * h * k1, sigma, rho)
        s = s + h * k2
    return np.sum(s * s)


def made_in_loops(text):
    """The arrays that are made in loops, as calls."""
    found = [node for loop in ast.walk(ast.parse(text)) if isinstance(loop, ast.For | ast.While) for node in ast.walk(loop)]
    return [ast.unparse(node) for node in found if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("np.")]


def test_a_step_of_runge_kutta_makes_no_arrays():
    args = (np.array([1.0, 2.0, 0.5]), 2.0, 0.7, 0.1, 3)
    value, text = fused(stepped, *args)
    assert value == stepped(*args)
    assert not made_in_loops(text) and "field_" not in text
    assert "k1_0 = sigma * (y - x)" in text


def test_without_rounds_a_vector_of_any_length_stays_as_it_is():
    found, _ = run(stepped, (np.array([1.0, 2.0, 0.5]), 2.0, 0.7, 0.1, 3))
    value, (s_bar, *others) = found(np.array([1.0, 2.0, 0.5, 4.0]), 2.0, 0.7, 0.1, 0)
    assert value == 21.25 and s_bar.tolist() == [2.0, 4.0, 1.0, 8.0] and others == [0.0, 0.0, 0.0]
    with pytest.raises(ValueError, match="unpack"):
        found(np.array([1.0, 2.0, 0.5, 4.0]), 2.0, 0.7, 0.1, 1)


def written(a, b, n):
    s = np.array([a, b])
    for k in range(n):
        t = s
        s = s + 0.1 * np.array([b, a])
        t[0] = k * a
    return np.sum(s * s)


def aliased(a, b, n):
    s, u = np.array([a, b]), np.array([b, a])
    for _ in range(n):
        s, u = u, 0.5 * s * u[0]
    return s[0] * u[1] + np.sum(s)


def branched(a, b, n):
    s = np.array([a, b])
    for k in range(n):
        if a > 0.1 * k:
            s = s * b
        else:
            s = np.array([s[1], a])
        if np.sum(s) > 2.0:
            break
    return s @ s


@pytest.mark.parametrize("fun", [written, aliased, branched], ids=lambda f: f.__name__)
@pytest.mark.parametrize("n", [0, 1, 4])
def test_vectors_that_are_written_exchanged_or_chosen(fun, n):
    value, _ = fused(fun, 0.25, 0.75, n)
    assert value == fun(0.25, 0.75, n)


def engine(fn, args, argnums):
    return run(fn, args, argnums)[0](*args)


@pytest.mark.parametrize("seed", range(SEED, SEED + 40))
def test_random_functions_of_vectors(seed):
    verdict = judge(vector_program(seed), engine)
    assert verdict.kind in ("right", "raises", "unjudged") or verdict.kind == "wrong exception" and "unpack" in verdict.detail
