"""Writes into arrays of other element types: integers, truth values, complex numbers, less precision; memory from outside."""

import warnings

import numpy as np
import pytest

import sct
from tests.oracle import check, refusal

X = np.array([0.73, 1.31, -0.42, 2.17])
G = np.ones(4)


def into_integers(a):
    b = np.zeros(4, dtype=int)
    b[:] = a * 10
    return (b * a).sum()


def truth_values(a):
    b = np.zeros(4, dtype=bool)
    b[1] = a[0]
    b[2:] = a[:2] > 1
    return (a[b] * a[0]).sum()


def element_cut_by_addition(a):
    b = np.arange(4)
    b[1] += a[1] * 3.7
    np.add.at(b, [0, 0], a[:2] * 3)
    return (b * a * a).sum()


def into_less_precision(a):
    b = np.zeros(4, np.float32)
    b[:] = a * a
    b[1:] *= a[0]
    b += a
    return (b * a).sum()


@pytest.mark.parametrize("fun", [into_integers, truth_values, element_cut_by_addition])
def test_values_are_cut(fun):
    """The derivative is that of the rest, the numbers that were cut being constants; it is said once, with the line."""
    with pytest.warns(sct.DifferentiationWarning, match="`b` holds values of (int64|bool)") as found:
        check(fun, X)
    lines = [(w.filename, w.lineno) for w in found if w.category is sct.DifferentiationWarning]
    assert all(name.endswith("test_writes_types.py") for name, _ in lines)
    assert len(set(lines)) == len(lines)


def test_no_warning_of_what_has_no_derivative():
    def f(a):
        b = np.zeros(4, dtype=int)
        b[:] = np.floor(np.arange(4) * 1.7)
        b[0] = len(a)
        return (b * a).sum()
    with warnings.catch_warnings(action="error"):
        check(f, X)


def test_no_second_warning():
    gradient = sct.grad(into_integers)
    with pytest.warns(sct.DifferentiationWarning):
        gradient(X)
    with warnings.catch_warnings(action="error"):
        gradient(X)


def test_forward_mode_warns_too():
    with pytest.warns(sct.DifferentiationWarning):
        _, change = sct.jvp(into_integers, (X,), (np.ones(4),))
    assert change == np.sum((X * 10).astype(int))


def test_less_precision():
    found = sct.grad(into_less_precision)(X)
    c = np.array([1.0, X[0], X[0], X[0]])
    exact = 3 * X * X * c + 2 * X
    exact[0] += np.sum(X[1:] ** 3)
    assert np.allclose(found, exact, rtol=1e-6)


def test_complex_arrays():
    def f(a):
        b = np.zeros(4, dtype=complex)
        b[:] = a * a
        b[1] *= 2.0 + 1.0j
        b[2:] += 1.0j * a[:2]
        return (b * np.conj(b)).real.sum()
    check(f, X)


@pytest.mark.parametrize("mode", ["grad", "jvp"])
def test_complex_into_real(mode):
    def f(a):
        b = a * 1.0
        b[0] = (1.0j * a[1]) * a[2]
        return b.sum()
    assert refusal(f, X).code == "SCT604"


# ----------------------------------------------------------------------------------------------------- memory from outside

def into_a_global(a):
    G[1] = a[0]
    return (G * a).sum()


def a_global_over_a_view(a):
    g = G[1:]
    g *= a[1:]
    return (g * a[1:]).sum()


def a_global_as_out(a):
    np.multiply(a, a, out=G)
    return G.sum()


def a_global_put(a):
    np.put(G, [0, 1], a[:2])
    return G.sum()


@pytest.mark.parametrize("fun", [into_a_global, a_global_over_a_view, a_global_as_out, a_global_put])
def test_global_arrays(fun):
    before = G.copy()
    error = refusal(fun, X)
    assert error.code in ("SCT608", "SCT600", "SCT601") and "a.copy()" in str(error) and "test_writes_types.py" in str(error)
    assert np.array_equal(G, before)


def test_captured_array():
    kept = np.zeros(4)

    def f(a):
        kept[0] = a[1] ** 2
        return (kept * a).sum()
    error = refusal(f, X)
    assert error.code == "SCT608" and "copy" in str(error) and not kept.any()


def test_array_as_a_default():
    def f(a, kept=np.zeros(4)):
        kept[0] = a[1] ** 2
        return (kept * a).sum()
    error = refusal(f, X)
    assert error.code == "SCT607" and "default" in str(error)


def test_memory_maps(tmp_path):
    data = np.memmap(tmp_path / "data", dtype=float, mode="w+", shape=4)
    data[:] = X

    def f(a):
        a[0] = a[1] ** 2
        return (a * a).sum()

    def g(a):
        data[0] = a[1] ** 2
        return (data * a).sum()
    with pytest.raises(sct.SctError, match="memmap"):
        sct.grad(f)(data)
    with pytest.raises(sct.SctError) as caught:
        sct.grad(g)(X)
    assert "test_writes_types.py" in str(caught.value) and np.array_equal(data, X)


def test_structured_arrays():
    def made(a):
        b = np.zeros(4, dtype=[("u", float), ("v", float)])
        b["u"] = a * a
        return b["u"].sum()

    def given(a, s):
        s["u"] = a
        return s["u"].sum()
    assert "test_writes_types.py" in str(refusal(made, X))
    with pytest.raises(sct.SctError):
        sct.grad(given)(X, np.zeros(4, dtype=[("u", float), ("v", float)]))


def test_arrays_of_objects():
    def made(a):
        b = np.empty(2, dtype=object)
        b[0] = a[0]
        b[1] = a[1]
        return b[0] * b[1]
    assert "test_writes_types.py" in str(refusal(made, X))
    given = np.array([1.0, 2.0, 3.0, 4.0], dtype=object)
    for fun in (stored, added, multiplied, summed):
        error = refusal(fun, X, given)
        assert error.code in ("SCT601", "SCT707") and "test_writes_types.py" in str(error)


def stored(a, s):
    s[0] = a[0]
    return s[0] * a[1]


def added(a, s):
    s += a[0]
    return s[0] * a[1]


def multiplied(a, s):
    return float((s * a)[0])


def summed(a, s):
    b = s - a[0]
    return b[1] * a[0]
