"""The Numba backend gives what Python gives: values, gradients, exceptions; and says what it cannot compile."""

import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import sct

numba = pytest.importorskip("numba")

from sct.native.helpers import backwards  # noqa: E402 - needs Numba
from sct.native.spelling import spelled_for_numba  # noqa: E402


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory):
    before = os.environ.get("SCT_CACHE_DIR")
    os.environ["SCT_CACHE_DIR"] = str(tmp_path_factory.mktemp("native"))
    yield
    if before is None:
        del os.environ["SCT_CACHE_DIR"]
    else:
        os.environ["SCT_CACHE_DIR"] = before


def agrees(fun, *args, argnums=0, **flags):
    """The compiled gradient is the interpreted one, and changes no argument."""
    given = [np.copy(a) if isinstance(a, np.ndarray) else a for a in args]
    value, grads = sct.value_and_grad(fun, argnums)(*args)
    compiled = sct.value_and_grad(fun, argnums, backend="numba", **flags)
    native_value, native_grads = compiled(*given)
    assert native_value == pytest.approx(value, rel=1e-12, abs=1e-14)
    for found, wanted in zip(*(g if isinstance(argnums, tuple) else (g,) for g in (native_grads, grads)), strict=True):
        assert type(found) is type(wanted) and np.shape(found) == np.shape(wanted)
        assert getattr(found, "dtype", None) == getattr(wanted, "dtype", None)
        np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-13)
    for before, after in zip(args, given, strict=True):
        np.testing.assert_array_equal(before, after)
    return compiled


def damped(x, n):
    s = 0.0
    for k in range(n):
        if s > 3.0:
            s = s * 0.5
            continue
        s = s + math.sin(x * k) * x
        if s < -50.0:
            break
    return s


def newton(a):
    x = a
    while abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
    return x


def counted_down(x, n):
    for k in range(n, 0, -2):
        x = x * math.cos(x / k)
    return x


def gauss_seidel(u, f, sweeps):
    n = u.shape[0]
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                u[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - f[i, j])
    return np.sum(u * u)


def shifted_in_place(u, n):
    for _ in range(n):
        u[1:] += 0.5 * u[:-1]
        u[:-1] += u[1:]
        u[2:] += u[:-2]
        u[3:] *= u[:-3]
    return np.sum(u**2)


def relative(x, y):
    return x / y


def horner(c, x):
    total = 0.0
    for k in range(len(c) - 1, -1, -1):
        total = total * x + c[k]
    return total


@pytest.mark.parametrize(("fun", "args"), [
    (damped, (0.7, 60)), (newton, (2.0,)), (counted_down, (0.9, 7)), (counted_down, (0.9, 8)),
])
def test_numbers(fun, args):
    agrees(fun, *args)


def test_arrays_that_are_written_to():
    rng = np.random.default_rng(0)
    agrees(gauss_seidel, rng.random((6, 6)), rng.random((6, 6)), 3, argnums=(0, 1))


def test_views_that_overlap():
    agrees(shifted_in_place, np.linspace(0.1, 1.0, 9), 3)


def test_float32_stays():
    agrees(horner, np.linspace(0.5, 1.0, 5).astype(np.float32), np.float32(0.5))


SCALE = 2.0
WEIGHTS = np.array([1.0, -2.0, 0.5])


def with_data(x):
    total = 0.0
    for k in range(len(WEIGHTS)):
        total += weighted(x, k) * SCALE
    return total


def weighted(x, k):
    total = 0.0
    for _ in range(2):
        total += math.sin(x) * WEIGHTS[k] * x
    return total


def test_data_of_the_module_is_read_at_each_call(monkeypatch):
    compiled = agrees(with_data, 0.8)
    monkeypatch.setitem(WEIGHTS_HOME, "SCALE", 5.0)
    monkeypatch.setitem(WEIGHTS_HOME, "WEIGHTS", np.array([3.0, 1.0]))
    assert compiled(0.8)[1] == pytest.approx(sct.grad(with_data)(0.8), rel=1e-13)


WEIGHTS_HOME = globals()


def test_division_by_zero_raises_as_in_python():
    with pytest.raises(ZeroDivisionError):
        sct.grad(relative, backend="numba")(1.0, 0.0)


def reads_an_element(x, k):
    return 2.0 * x[k]


def of_both_kinds(x, y, a):
    t = x / y
    return t * np.sum(a / a[0]) + (x % y) * (x // y) + x / a[1]


def test_divisions_by_numbers_of_python_raise_beside_those_of_elements():
    compiled = agrees(of_both_kinds, 1.5, 0.7, np.array([2.0, 3.0]), argnums=(0, 1, 2))
    assert "divided(x, y)" in compiled.source and "error_model='numpy'" in compiled.source
    with pytest.raises(ZeroDivisionError):
        compiled(1.5, 0.0, np.array([2.0, 3.0]))
    value, (x_bar, y_bar, a_bar) = compiled(1.5, 0.7, np.array([2.0, 0.0]))
    assert value == x_bar == np.inf and a_bar[1] == -np.inf and np.isfinite(y_bar)


def test_an_index_out_of_range_raises():
    with pytest.raises(IndexError):
        sct.grad(reads_an_element, backend="numba")(np.ones(3), 7)


def takes_a_product(x):
    return np.sum(np.einsum("...,...->...", x, x) ** 2)


def test_what_numba_cannot_compile_is_named():
    with pytest.raises(sct.MissingRuleError, match="SCT210: Numba cannot compile `.*einsum") as caught:
        sct.grad(takes_a_product, backend="numba")(np.ones(3))
    assert "return np.sum(np.einsum(" in str(caught.value) and 'backend="python"' in str(caught.value)


def test_unknown_backends_and_options():
    with pytest.raises(sct.ArgumentError, match="numbax"):
        sct.grad(newton, backend="numbax")
    with pytest.raises(sct.ArgumentError, match="no option `fastmath`"):
        sct.grad(newton, fastmath=True)
    with pytest.raises(sct.ArgumentError, match="flush_denormals=True is not available"):
        sct.grad(newton, backend="numba", flush_denormals=True)
    with pytest.raises(sct.ArgumentError, match="no option `turbo`"):
        sct.grad(newton, backend="numba", turbo=True)


def test_options_are_passed_on_and_shown():
    compiled = agrees(damped, 0.7, 60, fastmath=True, boundscheck=False)
    assert "@njit(boundscheck=False, cache=True, error_model='numpy', fastmath=True)" in compiled.source


def decided(x, v):
    total = 0.0
    for k in range(3):
        if any(v[i] > x + k for i in range(len(v)) if i != k):
            total += x * x
        if all(e * x < 2.0 for e in v):
            total += math.sin(x) * v[k]
    return total


@pytest.mark.parametrize("x", [0.4, 1.4])
def test_any_and_all_of_generators(x):
    v = np.array([0.5, 3.0, 1.0])
    found = agrees(decided, x, v)(x, v)[1]
    assert found == pytest.approx((decided(x + 1e-6, v) - decided(x - 1e-6, v)) / 2e-6, rel=1e-8)


def test_numba_is_left_as_it_was_found():
    before = numba.core.types.functions.BaseFunction.get_call_type
    agrees(newton, 3.0)
    with pytest.raises(sct.MissingRuleError):
        sct.grad(takes_a_product, backend="numba")(np.ones(2))
    assert numba.core.types.functions.BaseFunction.get_call_type is before


def test_use_inside_compiled_code():
    compiled = sct.grad(damped, backend="numba").specialize(0.7, 60, unchecked=True)

    @numba.njit
    def summed(xs):
        total = 0.0
        for x in xs:
            total += compiled(x, 60)
        return total

    xs = np.array([0.3, 0.7])
    assert summed(xs) == pytest.approx(sct.grad(damped)(0.3, 60) + sct.grad(damped)(0.7, 60), rel=1e-13)


@numba.njit
def compiled_by_the_user(x, n):
    total = 0.0
    for k in range(n):
        total += math.sin(x * k)
    return total


def test_the_gradient_of_a_compiled_function():
    slope = sum(k * math.cos(0.3 * k) for k in range(5))
    assert sct.grad(compiled_by_the_user, backend="numba")(0.3, 5) == pytest.approx(slope, rel=1e-13)
    assert sct.grad(compiled_by_the_user)(0.3, 5) == pytest.approx(slope, rel=1e-13)


def test_the_next_process_finds_compiled_code(tmp_path):
    (tmp_path / "model.py").write_text(
        "import math\nimport sct\n\n"
        "def swing(x, n):\n    for _ in range(n):\n        x = math.sin(x) * 1.1\n    return x\n\n"
        "g = sct.grad(swing, backend='numba')\nprint(g(0.5, 10), g.specialize(0.5, 10, unchecked=True).stats)\n")
    environment = {**os.environ, "SCT_CACHE_DIR": str(tmp_path / "kept"), "PYTHONPATH": str(Path(sct.__file__).parents[1])}
    runs = [subprocess.run([sys.executable, tmp_path / "model.py"], env=environment, capture_output=True, text=True, check=True)
            for _ in range(2)]
    first, second = (run.stdout.split(" ", 1) for run in runs)
    assert first[0] == second[0]
    assert "cache_hits=Counter()" in first[1] and "cache_misses=Counter()" in second[1]


@pytest.mark.parametrize("bounds", [(0, 5, 1), (1, 9, 3), (9, 1, -3), (3, 3, 1), (0, 7, 2), (5, -1, -1)])
def test_ranges_backwards(bounds):
    assert list(backwards.py_func(*bounds)) == list(reversed(range(*bounds)))
    text = spelled_for_numba(f"reversed(range({', '.join(map(str, bounds))}))")
    assert list(eval(text, {"backwards": backwards.py_func})) == list(reversed(range(*bounds)))


def energy(s, k):
    x, y, z = s
    return k * x * y + z * z


def test_arrays_are_unpacked():
    compiled = agrees(energy, np.array([1.0, 2.0, 3.0]), 0.5, argnums=(0, 1))
    with pytest.raises(ValueError, match="items"):
        compiled(np.ones(4), 0.5)


@pytest.mark.parametrize("name", ["product_or_zero", "quotient_or_zero"])
def test_what_a_zero_wins_over_is_the_same_when_compiled(name):
    from numba import njit

    from sct.runtime.helpers import HELPERS
    helper = HELPERS[name]
    compiled = njit(lambda x, y: helper(x, y))
    expected = {"product_or_zero": [0.0, 0.0, 6.0, math.inf], "quotient_or_zero": [0.0, 0.0, 2.0 / 3.0, 0.0]}[name]
    x, y = np.array([0.0, 0.0, 2.0, 1.0]), np.array([0.0, math.inf, 3.0, math.inf])
    np.testing.assert_array_equal(compiled(x, y), expected)
    np.testing.assert_array_equal(helper(x, y), expected)
    for one, other, wanted in zip(x, y, expected, strict=True):
        assert compiled(float(one), float(other)) == helper(float(one), float(other)) == wanted
