"""Integrals of samples by ``scipy.integrate``: what stands for them has their values, and the derivatives of these."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

integrate = pytest.importorskip("scipy.integrate")

import sct  # noqa: E402

from .whole import check_whole  # noqa: E402

RNG = np.random.default_rng(8)


def by_step(y, dx):
    return integrate.simpson(y, dx=dx)


def by_place(y, x):
    return integrate.simpson(y, x)


def of_columns(y, x):
    return integrate.simpson(y, x=x, axis=0)


def of_rows(y, x):
    return integrate.simpson(y, x=x, axis=1) * integrate.cumulative_trapezoid(y, x, axis=1)[:, 0]


def of_blocks(y, dx):
    return integrate.simpson(y, dx=dx, axis=1) * integrate.cumulative_simpson(y, dx=dx, axis=1, initial=0)[:, 1] + (
        integrate.cumulative_trapezoid(y, dx=dx, axis=1, initial=0)[:, -1])


def of_few(y, x):
    return np.concatenate([integrate.cumulative_simpson(y, x=x), integrate.cumulative_simpson(y[:2], x=x[:2], initial=0)])


def adding_parabolas(y, x):
    places = np.stack([x, x**2], axis=1)
    return integrate.cumulative_simpson(y, x=x, axis=1) + integrate.cumulative_simpson(y.T, x=places, axis=0).T


def by_romberg(y, dx):
    return integrate.romb(y, dx, axis=1)


def trapezia(y, x):
    return integrate.trapezoid(y, x, axis=0) + integrate.trapezoid(y, dx=0.5, axis=0)


def adding_up(y, dx):
    return integrate.cumulative_trapezoid(y, dx=dx, initial=0)


def adding_up_columns(y, x):
    return integrate.cumulative_trapezoid(y, x, axis=0)


def samples(*shape: int) -> Any:
    return RNG.normal(size=shape)


def places(*shape: int) -> Any:
    return np.cumsum(RNG.uniform(0.5, 1.5, size=shape), axis=0)


CASES = [(by_step, samples(n), 0.3) for n in (1, 2, 5, 6)] + [(by_place, samples(n), places(n)) for n in (2, 5, 6)]
CASES += [(by_step, samples(2, 6), 0.3), (by_place, samples(2, 5), places(5)), (of_columns, samples(6, 2), places(6, 2))]
CASES += [(trapezia, samples(4, 2), places(4, 2)), (adding_up, samples(5), 0.4), (adding_up, samples(2, 4), 0.4),
          (adding_up_columns, samples(4, 2), places(4)), (of_rows, samples(2, 4), places(4)),
          (of_blocks, samples(2, 4, 3), 0.3), (of_blocks, samples(2, 5, 3), 0.3), (of_few, samples(3), places(3)),
          (adding_parabolas, samples(2, 4), places(4)), (by_romberg, samples(2, 5, 3), 0.3),
          (adding_up_columns, samples(4, 2), places(4, 2))]


@pytest.mark.parametrize(("f", "y", "at"), CASES, ids=lambda x: getattr(x, "__name__", str(np.shape(x))))
def test_derivatives_and_values(f: Any, y: Any, at: Any) -> None:
    check_whole(f, [y, at], rtol=1e-5, order=2 if y.ndim == 1 else 1)
    np.testing.assert_allclose(sct.vjp(f, y, at)[0], f(y, at), rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("f", [
    lambda y: integrate.simpson(y, axis=2), lambda y: integrate.cumulative_trapezoid(y, initial=1.0)[0],
    lambda y: integrate.romb(y, show=True), lambda y: integrate.simpson(y, spacing=2.0),
])
def test_what_is_not_supported_is_refused(f: Any) -> None:
    with pytest.raises(sct.SctError):
        sct.grad(f)(samples(5))
