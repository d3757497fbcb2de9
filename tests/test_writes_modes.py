"""The other derivatives of functions that write into arrays: forward mode, halves that run several times, second order.

The programs are those of the gradient's own tests, where differences judge it; here the gradient judges the others.
"""

import copy
import math
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest

import sct
from sct.runtime.helpers import replicated
from sct.testing.modes import judge_modes
from sct.testing.programs import generate
from tests import test_writers_numpy, test_writes, test_writes_calls, test_writes_recursion
from tests.oracle import call, check, parameters, program, run, tried
from tests.sampling import a_part

MORE = []
X = np.array([0.31, 0.71, 1.1])
A = np.array([[2.0, 0.3, -0.5], [0.1, 1.5, 0.2], [0.4, -0.3, 1.8]])
case = partial(program, MORE)


@case(X)
def tangents_that_rules_hand_through(x):
    a = +x
    a[0] *= x[1]
    b = a + 0.0
    b[1] = a[0] * b[2]
    return np.sum(a * b * x)


@case(0.7)
def tangents_of_another_shape(x):
    a, b, c = np.zeros(3) + x, np.ones(3) * x, np.full(3, x)
    a[0] *= b[1]
    b[1:] += a[:2] * c[1:]
    c[:] = a * b
    return np.sum(a * b * c)


@case(X)
def what_was_negative_before(v):
    b = np.cos(v)
    b[0] += v[1] * v[1]
    return np.sum((b / (1.5 + np.abs(v))) * b)


@case(X)
def arrays_that_never_vary(x):
    a, b = np.zeros(3), np.zeros(3)
    a[0] = 1.0
    b[1] = x[0] * x[1]
    a[1] = b[1] * 2
    b[0] = a[0]
    return np.sum(a * b) * x[2]


@case(X)
def repeated_indices_and_masks(x):
    a, i = x * 2.0, np.array([0, 2, 0])
    a[i] = x * x
    a[i] *= x
    a[[1, 1]] += x[:2]
    np.add.at(a, i, x * a[i])
    a[a > 0.9] *= a[0]
    a.sort()
    return np.sum(a * a * x)


@case(X)
def in_place_powers(x):
    a = x * 1.0
    a **= 2
    a[1:] /= a[:-1]
    a[:2] **= a[1:]
    return np.sum(a)


@case(A, X)
def pivoting(m, b):
    for k in range(3):
        p = k + int(np.argmax(np.abs(m[k:, k])))
        if p != k:
            m[[k, p]] = m[[p, k]]
            b[[k, p]] = b[[p, k]]
        for i in range(k + 1, 3):
            m[i, k] /= m[k, k]
            m[i, k + 1:] -= m[i, k] * m[k, k + 1:]
            b[i] -= m[i, k] * b[k]
    return np.sum(b * b) / m[2, 2]


@case(X)
def views_that_outlive_writes(x):
    a = x * 1.0
    b = a[1:]
    s = np.sum(b * b)
    a *= x
    t = np.sum(b * b)
    b *= a[:-1]
    return s * t + np.sum(a)


@case(0.4, X)
def unbound_on_one_path(x, v):
    with np.errstate(divide="ignore"):
        if x > 2.3:
            return -1.43 * v[0]
    a, w = v * x, v * 1.0
    for _ in range(2):
        w *= np.cos(a[0] * x)
        a, w = w, a
    return np.sum(a) * x


@case(-1.5, X)
def references_that_a_branch_replaces(x, v):
    for _ in range(2):
        if x > 5:
            v = np.tanh(v * x)
            return v[0]
        v += np.cos(v * x)
    return np.sum(v)


PROGRAMS = parameters([*test_writes.PROGRAMS, *test_writes_calls.PROGRAMS, *test_writers_numpy.PROGRAMS,
                       *test_writes_recursion.PROGRAMS, *MORE])


test_gradient = tried(run, MORE)


def directions(args):
    """A direction for each float and array of floats, None for the rest."""
    rng = np.random.default_rng(5)
    drawn = [rng.normal(size=np.shape(a)) for a in args]
    return tuple(float(d) if isinstance(a, float) else d if isinstance(a, np.ndarray) and a.dtype.kind == "f" else None
                 for a, d in zip(args, drawn, strict=True))


def gradient_of(fun, args, dots):
    return sct.grad(fun, argnums=tuple(k for k, d in enumerate(dots) if d is not None))(*copy.deepcopy(args))


@pytest.mark.parametrize(("fun", "args", "options"), PROGRAMS)
def test_forward_mode(fun, args, options):
    dots = directions(args)
    given = copy.deepcopy(args)
    value, change = sct.jvp(fun, given, dots)
    bars = gradient_of(fun, args, dots)
    assert value == call(fun, args, {})
    assert all(np.array_equal(a, b) for a, b in zip(given, args, strict=True))
    assert np.isclose(change, sum(np.sum(b * d) for b, d in zip(bars, (d for d in dots if d is not None), strict=True)))


@pytest.mark.parametrize(("fun", "args", "options"), a_part(2, PROGRAMS))
def test_pulled_back_several_times(fun, args, options):
    bars = gradient_of(fun, args, directions(args))
    value, pull_back = sct.vjp(fun, *copy.deepcopy(args))
    assert value == call(fun, args, {})
    with ThreadPoolExecutor(2) as pool:
        answers = [pull_back(1.0), pull_back(1.0), *pool.map(pull_back, [1.0] * 4)]
    for answer in answers:
        found = [a for a, d in zip(answer, directions(args), strict=True) if d is not None]
        assert all(np.allclose(a, b, rtol=1e-10, atol=1e-13) for a, b in zip(found, bars, strict=True))
        assert all(np.array_equal(a, b) for a, b in zip(answer, answers[0], strict=True) if a is not None)


@pytest.mark.parametrize(("fun", "args", "options"), a_part(2, PROGRAMS))
def test_second_order(fun, args, options):
    dots, h = directions(args), 1e-5
    found = sct.hvp(fun, copy.deepcopy(args), dots)
    found = found if sum(d is not None for d in dots) > 1 else (found,)
    ahead, behind = (gradient_of(fun, [a if d is None else a + s * h * d for a, d in zip(args, dots, strict=True)], dots)
                     for s in (1, -1))
    for one, up, down in zip(found, ahead, behind, strict=True):
        assert np.allclose(one, np.subtract(up, down) / (2 * h), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("seed", a_part(2, range(12)))
def test_random_programs(seed):
    for mode, verdict in judge_modes(generate(seed, 6, array_writes=True)).items():
        assert verdict.kind in ("right", "unjudged", "refused"), (mode, verdict)


# ------------------------------------------------------------------------------------------------------ several results

def solved(a, b):
    """Gauss elimination in place, which returns what it wrote."""
    for k in range(3):
        for i in range(k + 1, 3):
            f = a[i, k] / a[k, k]
            a[i, k:] -= f * a[k, k:]
            b[i] -= f * b[k]
    for k in range(2, -1, -1):
        b[k] = (b[k] - a[k, k + 1:] @ b[k + 1:]) / a[k, k]
    return b


def test_jacobians():
    inverse = np.linalg.inv(A)
    x = inverse @ X
    for jacobian in (sct.jacfwd, sct.jacrev):
        by_a, by_b = jacobian(solved, argnums=(0, 1))(A.copy(), X.copy())
        assert np.allclose(by_b, inverse)
        assert np.allclose(by_a, -np.einsum("ij,k->ijk", inverse, x))


def cubes(x):
    y = x * x
    for i in range(1, len(y)):
        y[i] *= x[i - 1]
    return np.sum(y)


def test_hessian():
    a, b, c = X  # of a² + a b² + b c²
    assert np.allclose(sct.hessian(cubes)(X), [[2, 2 * b, 0], [2 * b, 2 * a, 2 * c], [0, 2 * c, 2 * b]])


_slopes = sct.grad(cubes)


def sum_of_slopes(x):
    return np.sum(_slopes(x) ** 2)


def test_gradient_of_a_gradient():
    assert np.allclose(sct.grad(sum_of_slopes)(X), 2 * sct.hessian(cubes)(X) @ sct.grad(cubes)(X))


def rebound(x, n):
    a = x * x
    for _ in range(n):
        b = a[1:]
        b *= a[:-1]
        a = b
    return np.sum(a * a)


def test_hvp_of_references_that_move():
    v = np.array([0.3, -0.2, 0.7])
    h = 1e-5
    slope = (sct.grad(rebound)(X + h * v, 2) - sct.grad(rebound)(X - h * v, 2)) / (2 * h)
    assert np.allclose(sct.hvp(rebound, (X, 2), (v, None)), slope, rtol=1e-6)


def test_auxiliary_results():
    def f(x):
        a = x * x
        s = np.sum(np.sin(a))
        a[1] = 7.0 * a[0]
        s += np.sum(a)
        return s, a
    out, pull_back, aux = sct.vjp(f, X, has_aux=True)
    first = pull_back(1.0)
    assert np.array_equal(aux, f(X)[1]) and np.array_equal(first, pull_back(1.0))
    _, aux = sct.hessian(f, has_aux=True)(X)
    assert np.array_equal(aux, f(X)[1])
    _, _, aux = sct.jvp(f, (X,), (X,), has_aux=True)
    assert np.array_equal(aux, f(X)[1])


def test_results_of_vjp_are_the_callers():
    """Writing into what came out changes nothing for later cotangents."""
    def f(x):
        a = x * x
        a[0] *= a[1]
        return a
    out, pull_back = sct.vjp(f, X)
    before = pull_back(np.ones(3))
    out[:] = 0.0
    assert np.array_equal(pull_back(np.ones(3))[0], before[0])


def test_copies_share_memory_as_before():
    a = np.asfortranarray(np.arange(12.0).reshape(3, 4))
    held = (a, [a[1:, ::-2], a.T], (a[0],), 3, a[:0])
    b, (view, transposed), (row,), number, empty = replicated(held)
    assert number == 3 and empty.shape == (0, 4) and b.strides == a.strides
    b += 100.0
    assert np.array_equal(view, a[1:, ::-2] + 100) and np.array_equal(transposed, a.T + 100)
    assert np.array_equal(row, a[0] + 100) and not np.may_share_memory(a, b)


def test_the_copied_memory_is_what_is_written():
    """An array that the backward half only reads is handed over as it is."""
    def f(x, w):
        a = x * w
        a[0] = np.sin(a[1])
        return np.sum(a * np.exp(w))
    from sct.compiler import compile_gradient
    from sct.request import Request
    text = compile_gradient(f, ["x", "w"], [X, X], Request((0, 1), True, kind="vjp")).text
    assert "replicated" not in text


def rebound_in_a_loop(v):
    v[:-1] += v[1:]
    total = 0.0
    for _ in range(2):
        v = v * 1.5
        total += np.cos(v[0])
    return total


def saved_under_try(v):
    u = 0.0
    for _ in range(3):
        try:
            w = np.cos(v[0])
            for _ in range(2):
                w = 0.5 * w * w
            u = math.tanh(w) * 0.78 + u
        except ValueError:
            u = 1.0
    return u + np.sum(v)


def list_in_a_loop_under_try(v):
    u = 0.0
    for k in range(3):
        try:
            u = u + math.log(sum([np.sin((1.2 + abs(e * v[k])) ** 1.18) for e in v]))
        except ValueError:
            u = v[0] * u
    return u


def test_lists_that_a_handler_leaves_out():
    v = np.array([0.1, 2.4, 2.5])
    _, pull_back = sct.vjp(list_in_a_loop_under_try, v)
    assert np.allclose(pull_back(1.0)[0], sct.grad(list_in_a_loop_under_try)(v))
    check(list_in_a_loop_under_try, v)


@pytest.mark.parametrize("fun", [rebound_in_a_loop, saved_under_try])
def test_hessian(fun):
    v, h = np.array([0.536, 0.805]), 1e-5
    rows = [(sct.grad(fun)(v + h * e) - sct.grad(fun)(v - h * e)) / (2 * h) for e in np.eye(2)]
    assert np.allclose(sct.hessian(fun)(v), rows, rtol=1e-6, atol=1e-8)
