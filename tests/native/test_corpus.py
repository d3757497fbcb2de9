"""All programs of ``tests/programs`` under both backends: the same values, gradients and types, or a refusal that says where.

A sample runs by default; the others are ``-m long``, because compiling them takes minutes.
"""

import copy
import inspect

import numpy as np
import pytest

import sct
from sct.runtime.records import fields_of
from sct.trees import leaves
from tests.programs import PROGRAMS

pytest.importorskip("numba")

SAMPLE = {"round_robin", "grouped_moments", "activation_in_a_graph", "neurons", "gauss_seidel", "softmax_by_loops",
          "cholesky_by_elements", "floyd_warshall", "iir_filter", "biquad_with_state"}
"""What compiles quickly, one or two of each file."""
REFUSED = {
    "grouped_moments": "members.setdefault(k * k % groups, []).append(x[k])",
    "activation_in_a_graph": "edges[k].append((k + 1) % n)",
}
"""What Numba cannot do, and the line that says it: lists in dicts and lists that are filled."""


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SCT_CACHE_DIR", str(tmp_path))


@pytest.mark.parametrize("program", [pytest.param(p, id=p.name, marks=() if p.name in SAMPLE else pytest.mark.long)
                                     for p in PROGRAMS])
def test_both_backends_agree(program):
    args = program.arguments(program.size)
    wrt = tuple(k for k, a in enumerate(args) if leaves(a))
    expected = sct.value_and_grad(program.fun, wrt)(*copy.deepcopy(args))
    compiled = sct.value_and_grad(program.fun, wrt, backend="numba")
    given = copy.deepcopy(args)
    if program.name in REFUSED:
        refusal = refused(compiled, given)
        assert refusal.code == "SCT210" and REFUSED[program.name] in str(refusal) and 'backend="python"' in str(refusal)
        path, line = inspect.getsourcefile(program.fun), place(program.fun, REFUSED[program.name])
        assert f"{path.rpartition('/')[2]}:{line}:" in str(refusal)
    else:
        found = compiled(*given)
        agree(found, expected)
        agree(compiled(*given), expected)  # the second call takes the dispatcher's fast path
    agree(given, args)


def refused(compiled, given):
    with pytest.raises(sct.MissingRuleError) as caught:
        compiled(*given)
    return caught.value


def place(fun, statement):
    """The line of a statement in the file of a function."""
    lines, first = inspect.getsourcelines(fun)
    return first + next(k for k, line in enumerate(lines) if statement in line)


def agree(found, expected):
    """The same structure, types and shapes, and numbers but for rounding; a ``float`` is as good as a ``np.float64``."""
    if isinstance(expected, np.ndarray):
        assert type(found) is np.ndarray and (found.shape, found.dtype) == (expected.shape, expected.dtype)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11 * max(1.0, np.max(np.abs(expected), initial=0.0)))
    elif isinstance(expected, float):
        assert isinstance(found, float) and found == pytest.approx(expected, rel=1e-9, abs=1e-12)
    else:
        assert type(found) is type(expected)
        parts = parts_of(expected)
        if parts is None:
            assert found == expected
        else:
            for one, other in zip(parts_of(found), parts, strict=True):
                agree(one, other)


def parts_of(x):
    """What a container or dataclass holds; None for anything else."""
    if isinstance(x, dict):
        return [*x, *x.values()]
    if isinstance(x, tuple | list):
        return list(x)
    return None if fields_of(x) is None else [getattr(x, name) for name in fields_of(x)]
