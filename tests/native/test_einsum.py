"""``np.einsum`` compiled by Numba gives what NumPy's own gives, and is differentiated."""

import numpy as np
import pytest

import sct

numba = pytest.importorskip("numba")

import sct.native.helpers  # noqa: E402 - registers it

RNG = np.random.default_rng(0)
A, B, X, Y, Z, T = (RNG.normal(size=shape) for shape in ((3, 4), (4, 5), 4, 4, 5, (3, 3, 4)))


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SCT_CACHE_DIR", str(tmp_path))


CASES = [("i,i->", (X, Y)), ("ij, jk -> ik", (A, B)), ("iij->j", (T,)), ("ij,ij->i", (A, A[:1])),
         (",i->i", (2.0, A[0].astype(np.float32))), ("i->", (X[:0],)), ("i,i", (X + 1j, Y)),
         ("ij,kj->ik", (A.astype(np.float32), A.astype(np.float32)))]


def test_it_is_numpys():
    lines = [f"def f{k}({', '.join(f'x{n}' for n in range(len(operands)))}):\n"
             f"    return np.einsum({text!r}, {', '.join(f'x{n}' for n in range(len(operands)))})\n"
             for k, (text, operands) in enumerate(CASES)]
    space = {"np": np}
    exec("\n".join(lines), space)
    for k, (text, operands) in enumerate(CASES):
        found, wanted = numba.njit(space[f"f{k}"])(*operands), np.einsum(text, *operands)
        assert np.shape(found) == wanted.shape, text
        np.testing.assert_allclose(found, wanted, rtol=2e-6 if wanted.dtype == np.float32 else 1e-13, err_msg=text)
        assert not wanted.ndim or found.dtype == wanted.dtype


def test_operands_that_do_not_fit():
    with pytest.raises(ValueError, match="broadcast"):
        numba.njit(lambda a, b: np.einsum("i,i->", a, b))(X, Z)


def energy(a, b, x):
    c = np.einsum("ij,jk->ik", a, b)
    return np.einsum("i,i->", np.sin(c[:, 0]), x) + np.sum(np.einsum("ij,i->j", c, x) ** 2)


def test_its_gradient():
    args = A, B, X[:3]
    for k, found in enumerate(sct.grad(energy, (0, 1, 2), backend="numba")(*args)):
        direction = RNG.normal(size=args[k].shape)
        low, high = (energy(*(a + h * direction if n == k else a for n, a in enumerate(args))) for h in (-1e-5, 1e-5))
        assert np.sum(found * direction) == pytest.approx((high - low) / 2e-5, rel=1e-7)
