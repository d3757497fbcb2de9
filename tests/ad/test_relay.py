"""What a loop knows of its next state is handed on to the round that has it as its state, in either sweep."""

import copy
import functools
import math

import numpy as np
import pytest

import sct
from sct.testing.differences import finite_difference


def kepler(e, step, n):
    total = 0.0
    for k in range(n):
        m = step * k
        x = m
        f = x - e * math.sin(x) - m
        while abs(f) > 1e-12:
            x = x - f / (1.0 - e * math.cos(x))
            f = x - e * math.sin(x) - m
        total += math.cos(x)
    return total


def pendulum(x, v, h, n):
    force = -math.sin(x)
    for _ in range(n):
        v += 0.5 * h * force
        x += h * v
        force = -math.sin(x)
        v += 0.5 * h * force
    return 0.5 * v * v - math.cos(x)


def leaves_early(x, n):
    s = math.sin(x)
    for _ in range(n):
        x = x + 0.4 * s * math.cos(x)
        s = math.sin(x)
        if s > 0.9:
            break
    return s * math.cos(x)


def of_another_kind(x, n):
    y = x[0]
    s = np.exp(-y)
    for k in range(n):
        y = y + s * x[1]
        s = np.exp(-y)
        x[1] += 0.1 * s
    return y * s


def two_states(x, y, n):
    s, c = math.sin(x), math.tanh(y)
    for k in range(n):
        x, y = y * c + 0.1 * s, x * s + 0.2 * c
        s, c = math.sin(x), math.tanh(y)
        if k % 2:
            y = y + math.sin(x)
            c = math.tanh(y)
    return s * c + x * y


PROGRAMS = [
    (kepler, (0.6, 0.4, 0)), (kepler, (0.6, 0.4, 5)),
    (pendulum, (0.4, -0.2, 0.1, 0)), (pendulum, (0.4, -0.2, 0.1, 1)), (pendulum, (0.4, -0.2, 0.1, 7)),
    (leaves_early, (0.3, 9)), (leaves_early, (0.3, 2)), (leaves_early, (0.3, 0)),
    (two_states, (0.3, -0.8, 0)), (two_states, (0.3, -0.8, 5)),
    (of_another_kind, (np.array([0.3, 0.7]), 4)),
]


@pytest.mark.parametrize("fun, args", PROGRAMS, ids=lambda v: v.__name__ if callable(v) else repr(v)[:30])
def test_gradients_and_second_derivatives_are_right(fun, args):
    *given, n = args
    of_floats = functools.partial(fun, n=n)
    gradient = sct.grad(of_floats, tuple(range(len(given))))

    def moved(t):
        return [np.array(v) + t * (0.3 + k) if np.ndim(v) else v + t * (0.3 + k) for k, v in enumerate(given)]

    def flat(bars):
        return np.concatenate([np.ravel(bar) for bar in (bars if isinstance(bars, tuple) else (bars,))])
    for k, found in enumerate(gradient(*given)):
        wanted = finite_difference(lambda *x: of_floats(*map(copy.copy, x)), given, k)
        np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-8)
    dots = tuple(np.full(np.shape(v), 0.3 + k) if np.ndim(v) else 0.3 + k for k, v in enumerate(given))
    wanted = (flat(gradient(*moved(1e-5))) - flat(gradient(*moved(-1e-5)))) / 2e-5
    np.testing.assert_allclose(flat(sct.hvp(of_floats, tuple(given), dots)), wanted, rtol=1e-5, atol=1e-6)


def calls_in_loops(fun, *args):
    """How often functions of ``math`` are called inside the loops of the generated text."""
    lines = sct.source(sct.grad(fun), *args).splitlines()
    return [line.count("math.") for line in lines if line.startswith("        ") and "#" not in line]


def test_the_reverse_sweep_calls_what_the_program_called_no_more():
    assert sum(calls_in_loops(kepler, 0.6, 0.4, 5)) == 4  # sin m, cos x, sin x, cos x at the end: as in the program


def test_one_function_a_step_of_a_leapfrog():
    """The sine is the force; its slope, the cosine of the next state, is computed once in each round, not twice."""
    assert sum(calls_in_loops(pendulum, 0.4, -0.2, 0.1, 7)) == 2
