"""The whole programs of ``tests/programs`` in all modes and orders: forward against reverse mode, symmetry, differences."""

import copy

import numpy as np
import pytest

import sct
from sct.passes import pipeline
from sct.trees import is_leaf, leaves, rebuilt, with_leaves
from tests.programs import PROGRAMS
from tests.sampling import a_part

CURRENT = [pytest.param(p, id=p.name) for p in PROGRAMS if not p.refused]
STEP = 1e-4
def direction(args, seed):
    """Random numbers for the leaves of ``args``."""
    rng = np.random.default_rng(seed)
    return [rng.normal(size=leaf.shape) if isinstance(leaf, np.ndarray) else float(rng.normal()) for leaf in leaves(args)]


def moved(args, h, along):
    """The arguments displaced by ``h`` in a direction."""
    before = copy.deepcopy(args)
    return with_leaves(before, iter([x + h * d for x, d in zip(leaves(before), along, strict=True)]))


def dot(one, other):
    return float(sum(np.sum(np.asarray(a) * np.asarray(b)) for a, b in zip(one, other, strict=True)))


def size(one, other):
    """What rounding is relative to in the product of two vectors."""
    return float(sum(np.sum(np.abs(np.asarray(a) * np.asarray(b))) for a, b in zip(one, other, strict=True))) + 1e-300


def by_differences(line, h=STEP):
    """The five-point derivative at 0."""
    return (8 * (line(h) - line(-h)) - (line(2 * h) - line(-2 * h))) / (12 * h)


@pytest.mark.parametrize("program", CURRENT)
def test_forward_and_reverse_mode_agree(program):
    args = program.arguments(program.size)
    along = direction(args, 1)
    value, change = sct.jvp(program.fun, args, rebuilt(args, iter(along)))
    again, pull_back = sct.vjp(program.fun, *args)
    gradient = leaves(pull_back(type(again)(1.0)))
    assert value == again
    assert abs(float(change) - dot(gradient, along)) <= 1e-12 * size(gradient, along)
    expected = by_differences(lambda h: float(program.fun(*moved(args, h, along))))
    assert float(change) == pytest.approx(expected, rel=1e-6, abs=1e-7 * size(gradient, along))


@pytest.mark.parametrize("program", CURRENT)
def test_hessians_are_symmetric_and_those_of_differences(program):
    args = program.arguments(program.size)
    first, second = direction(args, 2), direction(args, 3)
    along_first = leaves(sct.hvp(program.fun, args, rebuilt(args, iter(first))))
    along_second = leaves(sct.hvp(program.fun, args, rebuilt(args, iter(second))))
    scale = size(along_first, second) + size(along_second, first)
    assert abs(dot(along_first, second) - dot(along_second, first)) <= 1e-11 * scale
    slope = sct.grad(program.fun, tuple(k for k, a in enumerate(args) if leaves(a)))
    expected = by_differences(lambda h: dot(leaves(slope(*moved(args, h, first))), second))
    assert dot(along_first, second) == pytest.approx(expected, rel=1e-5, abs=1e-6 * (1.0 + scale))


LISTS_CHANGE = {"knapsack_table", "gaussian_elimination_of_lists", "expression_on_a_stack", "round_robin", "grouped_moments",
                "recurrence_with_a_memo", "activation_in_a_graph", "states_in_a_list", "layers_that_are_written_to",
                "logistic_path"}
"""Programs in which a list or dict changes in a loop: it could not be put back before a segment runs again."""


@pytest.mark.parametrize("program", CURRENT)
def test_loops_cut_into_segments_have_the_same_gradient(program):
    args = program.arguments(program.size)
    before, wrt = copy.deepcopy(args), tuple(k for k, a in enumerate(args) if leaves(a))
    cut = sct.grad(program.fun, wrt, checkpoint="loops")
    if program.name in LISTS_CHANGE:
        with pytest.raises(sct.UnsupportedSyntaxError, match="cannot be put back"):
            cut(*args)
        return
    with pipeline.without("collect_outer_products"):  # whose sums are those of a segment
        for found, expected in zip(leaves(cut(*args)), leaves(sct.grad(program.fun, wrt)(*before)), strict=True):
            assert np.array_equal(found, expected)
    assert all(np.array_equal(a, b) for a, b in zip(leaves(args), leaves(before), strict=True))


def fresh(a):
    return a.copy() if isinstance(a, np.ndarray) else a


def third_order(program):
    """The slope along one direction of the first argument that can vary, by itself; or None."""
    args = program.arguments(program.size)
    k = next((k for k, a in enumerate(args) if is_leaf(a)), None)
    if k is None:
        return None
    before, after, fun = args[:k], args[k + 1:], program.fun
    along = direction((args[k],), 4)[0]

    def alone(x):  # with copies: a function whose gradient is taken inside writes to memory of its own only
        return fun(*[fresh(a) for a in before], fresh(x), *[fresh(a) for a in after])

    def slope(x):
        return np.sum(along * sct.grad(alone)(x))

    return alone, slope, along, args[k]


THIRD = [pytest.param(p, id=p.name) for p in PROGRAMS if not p.refused]


@pytest.mark.parametrize("program", a_part(3, THIRD))
def test_third_derivatives_are_symmetric_and_those_of_differences(program):
    made = third_order(program)
    if made is None:
        pytest.skip("it has no argument that is a number or array")
    alone, slope, along, x = made
    try:
        first, second = direction((x,), 5)[0], direction((x,), 6)[0]
        found = sct.hvp(slope, (x,), (first,)), sct.hvp(slope, (x,), (second,))
    except sct.SctError as refusal:
        pytest.skip(f"refused: {refusal.code}")
    scale = float(np.sum(np.abs(found[0] * second)) + np.sum(np.abs(found[1] * first))) + 1e-300
    assert abs(float(np.sum(found[0] * second)) - float(np.sum(found[1] * first))) <= 1e-10 * scale
    expected = by_differences(lambda h: float(np.sum(sct.hvp(alone, (x + h * first,), (along,)) * second)))
    assert float(np.sum(found[0] * second)) == pytest.approx(expected, rel=1e-5, abs=1e-5 * (1.0 + scale))
