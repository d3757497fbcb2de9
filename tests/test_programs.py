"""The whole programs of ``tests/programs``: run as they are, judged by finite differences and by dual numbers."""

import copy

import numpy as np
import pytest

import sct
from sct.testing.duals import ReferenceGap
from sct.testing.original import value_and_gradient
from tests.oracle import arrays, check, leaves, same
from tests.programs import PROGRAMS

CURRENT = [pytest.param(p, id=p.name, marks=pytest.mark.xfail(strict=True, raises=sct.SctError, reason=p.refused)
                        if p.refused else ()) for p in PROGRAMS]


def differentiable(args):
    return tuple(k for k, a in enumerate(args) if list(leaves(a)))


@pytest.mark.parametrize("program", CURRENT)
def test_gradient_is_that_of_finite_differences(program):
    """Also: the value is the function's to the last bit, the arguments are what they were, the results share no memory."""
    check(program.fun, *program.arguments(program.size))


@pytest.mark.parametrize("program", [p for p in PROGRAMS if not p.refused], ids=lambda p: p.name)
def test_gradient_is_that_of_dual_numbers(program):
    args = program.arguments(program.size)
    wrt = tuple(k for k in differentiable(args) if not isinstance(args[k], dict))
    try:
        value, expected = value_and_gradient(program.fun, copy.deepcopy(args), wrt)
    except ReferenceGap as gap:
        pytest.skip(f"dual numbers cannot run it: {gap}")
    found, bars = sct.value_and_grad(program.fun, wrt)(*args)
    assert same(float(found), float(value))
    for bar, want in zip(bars, expected, strict=True):
        np.testing.assert_allclose(bar, want, rtol=1e-9, atol=1e-11 * max(1.0, float(np.max(np.abs(want)))))


@pytest.mark.parametrize("program", [p for p in PROGRAMS if not p.refused], ids=lambda p: p.name)
def test_memory_around_the_arguments_is_unchanged(program):
    """Arguments that are views into larger arrays: neither they nor what is around them changes."""
    plain = program.arguments(program.size)
    around, args = zip(*map(embedded, plain), strict=True)
    before = copy.deepcopy(around)
    gradient = sct.value_and_grad(program.fun, differentiable(plain))
    found, expected = gradient(*args), gradient(*plain)
    assert all(map(same, around, before))
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-12)
    for bar, want in zip(arrays(found[1]), arrays(expected[1]), strict=True):
        np.testing.assert_allclose(bar, want, rtol=1e-9, atol=1e-12)


def embedded(a):
    """A larger array, and a view of it that holds what ``a`` holds; anything else as it is."""
    if not isinstance(a, np.ndarray) or a.ndim == 0:
        return a, a
    around = np.full([2 * n + 1 for n in a.shape], 7, a.dtype)
    view = around[tuple(slice(1, None, 2) for _ in a.shape)]
    view[...] = a
    return around, view


# ------------------------------------------------------------------------------------------------------- what is saved

NOTHING_SAVED = ["jacobi_2d", "jacobi_loops", "gauss_seidel", "red_black", "summed_area_table"]
"""Programs that are linear in the arrays that they write."""


def generated(name):
    program = next(p for p in PROGRAMS if p.name == name)
    args = program.arguments(program.size)
    gradient = sct.grad(program.fun, tuple(k for k in differentiable(args) if isinstance(args[k], np.ndarray)))
    gradient(*args)
    forward, reverse = gradient.source.split("# reverse sweep")
    return gradient, forward, reverse


@pytest.mark.parametrize("name", NOTHING_SAVED)
def test_what_is_linear_saves_nothing(name):
    gradient, forward, _ = generated(name)
    assert "append" not in forward, gradient.source
    assert ".copy()" not in forward.replace("u0.copy()", "").replace("img.copy()", "").replace("u.copy()", ""), gradient.source


@pytest.mark.parametrize("name", ["thomas", "lu_in_place", "dynamic_time_warping"])
def test_element_loops_restore_nothing(name):
    """They save numbers; no element of the function's own arrays is written in the reverse sweep."""
    gradient, _, reverse = generated(name)
    lines = [line.strip() for line in reverse.splitlines() if "#" not in line]
    stores = [line for line in lines if any(sign in line for sign in ("] = ", "] += ", "] -= "))]
    assert stores and all("_bar" in line.split("[")[0] for line in stores), gradient.source


@pytest.mark.parametrize("name, innermost", [("cholesky_by_elements", "for k in range(j):"),
                                             ("hmm_forward", "for r in range(k):")])
def test_innermost_loops_that_only_read_save_nothing(name, innermost):
    """What they read of an array that an outer loop writes is restored there, and read again."""
    gradient, forward, _ = generated(name)
    _, inside = forward.rsplit(innermost, 1)
    body, depth = [], None
    for line in inside.splitlines()[1:]:
        depth = depth or len(line) - len(line.lstrip())
        if len(line) - len(line.lstrip()) < depth:
            break
        body.append(line)
    assert body and not any("append" in line for line in body), gradient.source


def test_jacobi_has_no_arrays_that_it_does_not_need():
    gradient, forward, reverse = generated("jacobi_2d")
    assert "_bar" not in forward, gradient.source
    assert "_bar_2" not in reverse, gradient.source
    assert reverse.count("zeros_like") == 2 and "].copy()" not in reverse, gradient.source


def test_what_is_overwritten_is_listed_with_its_size():
    def f(u, n):
        s = 0.0
        for _ in range(n):
            s += np.sum(np.sin(u))
            u[1:-1] = u[1:-1] * u[2:]
        return s
    report = sct.explain(f, np.ones(5), 3)
    saved = [line.split() for line in report.splitlines() if line.split()[:1] == ["saved"]]
    assert len(saved) == 1 and saved[0][1] == "u[1:-1]"
    assert "bytes: 112 + 8 per element" in report and "before it is overwritten" in report
    assert "_bar" not in report
