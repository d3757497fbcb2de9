"""With ``parallel=True`` gradients stay what they are: loops that add up stay loops, what Numba spreads over threads is right.

The programs run in a process of their own with four threads, whatever the machine has.
"""

import copy
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import sct
from sct.trees import leaves
from tests.native.test_corpus import REFUSED, agree
from tests.programs import PROGRAMS

numba = pytest.importorskip("numba")

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SCT_CACHE_DIR", str(tmp_path))


@numba.njit(parallel=True)
def weighted(x, w):
    y = np.empty_like(x)
    total = 0.0
    for i in numba.prange(1, len(x)):
        y[i] = x[i - 1] * w[i]
        total += y[i] * x[0]
    for i in numba.prange(1, len(x)):
        total += y[i] ** 2
    return total


def slope(x, w):
    """total = x0 Σ x_j w_{j+1} + Σ (x_j w_{j+1})²"""
    bar = np.append(x[0] * w[1:] + 2.0 * x[:-1] * w[1:] ** 2, 0.0)
    bar[0] += x[:-1] @ w[1:]
    return bar


@pytest.mark.parametrize("options", [{}, {"backend": "numba"}, {"backend": "numba", "parallel": True}])
def test_parallel_ranges_of_compiled_functions(options):
    x, w = np.linspace(0.1, 2.0, 50), np.cos(np.arange(50.0))
    np.testing.assert_allclose(sct.grad(weighted, **options)(x, w), slope(x, w), rtol=1e-12)


RACES = """
import numpy as np
import numba
import sct
from tests.native.test_parallel import slope, weighted

def gathered(x, index):
    return np.sum(np.sin(x[index]) * x[index[::-1]])

def shifted(x):
    y = x * x
    y[1:] += 0.5 * y[:-1]
    y[:-1] *= np.cos(y[1:])
    y += y[::-1]
    return np.sum(y * y)

def normalised(a):
    rows = a / np.sum(a, axis=1)[:, None]
    return np.mean((rows - np.mean(rows, axis=0)) ** 2) + np.max(np.exp(rows) @ np.ones(a.shape[1]))

assert numba.get_num_threads() == 4
x, rng = np.linspace(0.1, 2.0, 5000), np.random.default_rng(0)
for fun, args in ((gathered, (x, rng.integers(0, 40, 5000))), (shifted, (x,)), (normalised, (rng.random((60, 50)) + 0.1,))):
    wanted = sct.grad(fun)(*args)
    compiled = sct.grad(fun, backend="numba", parallel=True)
    for _ in range(5):
        np.testing.assert_allclose(compiled(*args), wanted, rtol=1e-9, atol=1e-12)
w = np.cos(x)
np.testing.assert_allclose(sct.grad(weighted, backend="numba", parallel=True)(x, w), slope(x, w), rtol=1e-11)
print("right")
"""


def with_threads(script):
    environment = {**os.environ, "NUMBA_NUM_THREADS": "4"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip() or done.stderr[-3000:]


@pytest.mark.long
def test_what_is_added_up_at_one_place_is_not_spread():
    assert with_threads(RACES) == "right"


SPREADS_WHAT_ONLY_RUN_TIME_KNOWS = {"floyd_warshall_by_rows"}
"""A slice of one row is as long as any other slice for its type, and Numba spreads none of these over threads."""


@pytest.mark.long
@pytest.mark.parametrize("program", [p for p in PROGRAMS if p.name not in REFUSED], ids=lambda p: p.name)
def test_the_corpus(program):
    """Numba takes fewer functions in parallel; a gradient that it gives is right."""
    args = program.arguments(program.size)
    wrt = tuple(k for k, a in enumerate(args) if leaves(a))
    expected = sct.value_and_grad(program.fun, wrt)(*copy.deepcopy(args))
    try:
        found = sct.value_and_grad(program.fun, wrt, backend="numba", parallel=True)(*copy.deepcopy(args))
    except sct.MissingRuleError as refusal:
        assert refusal.code == "SCT210" and "leave out `parallel`" in str(refusal)
    except AssertionError as error:
        assert program.name in SPREADS_WHAT_ONLY_RUN_TIME_KNOWS and "do not match" in str(error)
    else:
        agree(found, expected)


@pytest.mark.parametrize(("flag", "printed"), [({"nsz", "contract", "arcp"}, "{'arcp', 'contract', 'nsz'}"),
                                               ({"arcp": True, "nnan": False}, "{'arcp'}"), (set(), "False")])
def test_some_of_fastmath(flag, printed, monkeypatch):
    monkeypatch.setattr(numba.config, "DISABLE_JIT", True)
    monkeypatch.setattr("sct.native.compile.compile_linked", lambda linked: None)
    gradient = sct.grad(weighted, backend="numba", fastmath=flag)
    gradient(np.ones(3), np.ones(3))
    assert f"fastmath={printed})" in gradient.source


def test_flags_that_there_are_not():
    for flags in ({"fastmath": "yes"}, {"fastmath": {"quick"}}, {"parallel": 4}, {"boundscheck": None}):
        with pytest.raises(sct.ArgumentError, match=f"{next(iter(flags))}=.* is not available"):
            sct.grad(weighted, backend="numba", **flags)
