"""Random IR: each pass leaves valid IR that computes the same values, raises the same exceptions and has the same effects."""

import copy
import math

import numpy as np
import pytest

from sct.ir.evaluate import evaluate
from sct.ir.parsing import from_text
from sct.ir.printing import to_text
from sct.ir.rewrite import clone_function
from sct.ir.verify import verify
from sct.passes.arrange import arrange
from sct.passes.cse import merge_common_subexpressions
from sct.passes.dce import eliminate_dead_code
from sct.passes.hoist import hoist_invariants
from sct.passes.pipeline import optimise
from sct.passes.simplify import simplify

from ..ir.random_ir import LOG, arguments, random_function

EXACT = [eliminate_dead_code, merge_common_subexpressions, hoist_invariants]
PROGRAMS = 200


def outcome(fn, args):
    """Results and the log of effects, or the class of the exception."""
    LOG.clear()
    try:
        result = evaluate(fn, copy.deepcopy(args))
    except ArithmeticError as error:
        return type(error), list(LOG)
    return result, list(LOG)


def agree(a, b, exact):
    if isinstance(a, type) or isinstance(b, type):
        return a is b
    if isinstance(a, (tuple, list, np.ndarray)):
        return len(a) == len(b) and all(agree(x, y, exact) for x, y in zip(a, b))
    if exact or not math.isfinite(a):
        return a == b or (a != a and b != b)
    return math.isclose(a, b, rel_tol=1e-8, abs_tol=1e-8 * (1 + abs(a)))


def check(seed, run, exact):
    fn = random_function(seed)
    verify(fn)
    changed = clone_function(fn)
    run(changed)
    verify(changed, after=run.__name__)
    for k in range(3):
        args = arguments(seed + k)
        before, after = outcome(fn, args), outcome(changed, args)
        if not exact and (isinstance(before[0], type) or isinstance(after[0], type) or _large(before)):
            continue                                    # adjoint arithmetic may round to the other side of an overflow
        assert agree(before[0], after[0], exact), f"seed {seed}, {args}\n{to_text(fn)}\n{to_text(changed)}"
        assert agree(before[1], after[1], exact), f"seed {seed}: effects differ"


def _large(found):
    flat = []
    for value in [*found[0], *found[1]]:
        flat += list(value) if isinstance(value, (list, np.ndarray)) else [value]
    return any(not abs(v) < 1e6 for v in flat)


@pytest.mark.parametrize("run", EXACT, ids=lambda run: run.__name__)
def test_exact_passes(run):
    for seed in range(PROGRAMS):
        check(seed, run, exact=True)


@pytest.mark.parametrize("run", [simplify, arrange, optimise], ids=lambda run: run.__name__)
def test_passes_that_round(run):
    for seed in range(PROGRAMS):
        check(seed, run, exact=False)


def test_print_and_read_back():
    for seed in range(50):
        fn = random_function(seed)
        text = to_text(fn)
        names = {"append": LOG.append}
        import contextlib
        names["nullcontext"] = contextlib.nullcontext
        assert to_text(from_text(text, names)) == text
