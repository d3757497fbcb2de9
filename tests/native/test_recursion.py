"""Functions that call themselves under Numba: what their halves hand over lies in lists, and the gradient is that of Python."""

import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import sct

pytest.importorskip("numba")


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCT_CACHE_DIR", str(tmp_path_factory.mktemp("native")))
        yield


def nested(x, n):
    return x if n == 0 else math.sin(nested(x, n - 1)) + x


def calls_it_in_a_loop(x, n):
    total = 0.0
    for k in range(n):
        total += nested(x * k, k)
    return total


def like_fibonacci(x, n):
    if n < 2:
        return x * (n + 1.0)
    return like_fibonacci(x, n - 1) * 0.5 + math.sin(like_fibonacci(x, n - 2))


def even(x, n):
    return x if n == 0 else 0.7 * odd(x * x, n - 1) + x


def odd(x, n):
    return x * 2.0 if n == 0 else math.cos(even(x, n - 1))


def mutual(x, n):
    return even(x, n) * odd(x, n)


def in_a_loop(x, n):
    s = x
    for k in range(n):
        s += math.sin(s) * in_a_loop(x, k)
    return s


@pytest.mark.parametrize(("fun", "n"), [(calls_it_in_a_loop, 5), (like_fibonacci, 7), (mutual, 5), (in_a_loop, 4)])
def test_recursion(fun, n):
    compiled = sct.grad(fun, backend="numba")
    slope = (fun(0.4 + 1e-6, n) - fun(0.4 - 1e-6, n)) / 2e-6
    assert compiled(0.4, n) == pytest.approx(slope, rel=1e-7)
    assert compiled(0.4, n) == pytest.approx(sct.grad(fun)(0.4, n), rel=1e-13)
    assert compiled(0.4, n) == compiled(0.4, n)


def vectors(v, n):
    if n == 0:
        return v
    w = vectors(v * 0.5, n - 1)
    return np.tanh(w) * v + w


def of_vectors(v, n):
    return np.sum(vectors(v, n))


def test_recursion_on_arrays():
    v = np.array([0.3, -0.7])
    np.testing.assert_allclose(sct.grad(of_vectors, backend="numba")(v, 3), sct.grad(of_vectors)(v, 3), rtol=1e-13)


def halves(items):
    if len(items) == 1:
        return items[0]
    middle = len(items) // 2
    return halves(items[:middle]) * 0.5 + math.sin(halves(items[middle:]))


def test_what_has_no_type_in_numba_is_refused_or_right():
    items = [0.1, 0.4, 0.9]
    try:
        found = sct.grad(halves, backend="numba")(items)
    except sct.MissingRuleError as error:
        assert error.code == "SCT210" and 'backend="python"' in str(error)
    else:
        assert found == pytest.approx(sct.grad(halves)(items), rel=1e-13)


RECURSIVE = """
import math
import sct

def even(n, x):
    return math.sin(x) if n <= 0 else 0.7 * odd(n - 1, x * 1.1) + x

def odd(n, x):
    return x * x if n <= 0 else 0.7 * even(n - 1, x * 1.1) + x

def down(n, x):
    return math.sin(x) if n <= 0 else 0.7 * down(n - 1, x * 1.1) + x

print(sct.grad(lambda x: even(3, x) + down(3, x), backend="numba")(0.4))
"""


def test_the_next_process_runs_recursive_code_too(tmp_path):
    (tmp_path / "model.py").write_text(RECURSIVE)
    environment = {**os.environ, "SCT_CACHE_DIR": str(tmp_path / "kept"), "PYTHONPATH": str(Path(sct.__file__).parents[1])}
    runs = [subprocess.run([sys.executable, tmp_path / "model.py"], env=environment, capture_output=True, text=True)
            for _ in range(2)]
    assert [run.returncode for run in runs] == [0, 0]
    x = 0.4
    slope = 2 * (1 + 0.77 + 0.77**2) + 0.77**3 * (2 * 1.1**3 * x + math.cos(1.1**3 * x))
    assert [float(run.stdout) for run in runs] == pytest.approx([slope, slope], rel=1e-12)
