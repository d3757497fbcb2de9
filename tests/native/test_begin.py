"""Adjoint vectors begin with the slice that is first added to: right for vectors that are shorter than the slices, too."""

import numpy as np
import pytest

import sct

pytest.importorskip("numba")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SCT_CACHE_DIR", str(tmp_path))


def upwind(u, c, steps):
    for _ in range(steps):
        old = np.copy(u)
        new = np.copy(u)
        new[2:] = old[2:] - c * (old[2:] - old[1:-1]) * old[:-2]
        u = new
    return np.sum(u * u)


def inner(u, c, steps):
    total = 0.0
    for _ in range(steps):
        v = u * u
        total += np.sum(v[1:-1] * c) + np.sum(v[1:-1] * v[2:])
    return total


@pytest.mark.parametrize(("fn", "begins"), [(upwind, "old_bar[-2:] = 0.0"), (inner, "v_bar[:2] = 0.0")])
def test_short_vectors(fn, begins):
    compiled = sct.grad(fn, argnums=(0, 1), backend="numba")
    interpreted = sct.grad(fn, argnums=(0, 1))
    for n in (0, 1, 2, 3, 4, 7):
        u = np.linspace(0.5, 1.7, n)
        for found, wanted in zip(compiled(u, 0.3, 3), interpreted(u, 0.3, 3), strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-14)
    assert begins in compiled.source
