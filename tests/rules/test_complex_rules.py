"""Complex arguments of the NumPy rules: compiled, both modes, second order, against differences along complex directions."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

import sct

from .arrays import Normal
from .whole import check_whole

NORMAL = Normal(9)
real, cplx = NORMAL.real, NORMAL.cplx
C, D, K, M, T, Q = cplx(4), cplx(4), cplx(3), cplx(3, 4), cplx(2, 3, 4), cplx(3, 3) + 2 * np.eye(3)
V, W, R = real(4), np.abs(real(4)) + 0.5, real(3, 4)
MASK = np.array([True, False, True, True])
HOLES = np.where(real(3, 4) > -0.8, M, np.nan)
LEFT = -0.6 + 0.3j
"""Where square roots of products and products of square roots differ."""

ELEMENTWISE = [
    np.exp, np.exp2, np.expm1, np.log, np.log2, np.log10, np.log1p, np.sqrt, np.square, np.reciprocal, np.sin, np.cos, np.tan,
    np.arcsin, np.arccos, np.arctan, np.sinh, np.cosh, np.tanh, np.arcsinh, np.arccosh, np.arctanh, np.sinc, np.negative,
    np.positive, np.conj, np.real, np.imag, np.abs, np.angle, np.nan_to_num,
]
QUADRANTS = np.array([0.7 + 0.4j, -0.6 + 0.3j, -0.5 - 0.8j, 0.9 - 0.7j])


@pytest.mark.parametrize("fn", ELEMENTWISE, ids=lambda fn: fn.__name__)
def test_elementwise(fn: Any) -> None:
    check_whole(lambda z: fn(z), [QUADRANTS], rtol=1e-5, h=3e-4)
    check_whole(lambda z: fn(z), [LEFT], rtol=1e-5, h=3e-4)


CASES: list[tuple[Any, list[Any]]] = [
    (lambda a, b: a + b * a, [C, V]), (lambda a, b: a / b, [V, C]), (lambda a, b: a - b, [C, M]), (lambda a: a**3, [C]),
    (lambda a, b: a**b, [C, V]), (lambda a, b: a**b, [V, C]), (lambda a, b: a**b, [-0.7, 1.2 - 0.4j]), (lambda b: 2.0**b, [C]),
    (lambda a, b: np.power(a, b), [C, D]), (lambda a, b: np.float_power(a, b), [C, 0.5]),
    (lambda a, b: np.where(MASK, a, b), [C, V]),
    # reductions
    (lambda a: np.sum(a, axis=(0, -1)), [T]), (lambda a: np.sum(a, 0, where=MASK), [M]), (lambda a: np.mean(a, -2), [M]),
    (lambda a: np.prod(a, axis=1), [M]), (lambda a: np.prod(a * np.array([1.0, 0.0, 1.0, 1.0])), [C]),
    (lambda a: np.cumsum(a, axis=1), [M]), (lambda a: np.cumprod(a, 0), [M]), (lambda a: np.cumprod(a * (MASK * 1.0)), [C]),
    (lambda a: np.nansum(a, 0), [HOLES]), (lambda a: np.nanmean(a, 1), [HOLES]), (lambda a: np.nanprod(a), [HOLES]),
    (lambda a: np.nancumsum(a, 1), [HOLES]), (lambda a: np.nancumprod(a, 0), [HOLES]),
    (lambda a, w: np.average(a, 1, weights=w), [M, W]),
    (lambda a: np.cumulative_sum(a, include_initial=True), [C]),
    (lambda a: np.add.reduce(a, (0, 2)), [T]), (lambda a: np.multiply.reduce(a, 1), [M]),
    (lambda a: np.subtract.reduce(a), [M]),
    (lambda a: np.multiply.accumulate(a, 1), [M]), (lambda a: np.divide.accumulate(a), [C]),
    (lambda a, b: np.multiply.outer(a, b), [C, V]), (lambda a, b: np.divide.outer(a, b), [C, K]),
    (lambda a: np.add.reduceat(a, [1, 0], 1), [M]),
    # what is sampled
    (lambda a: np.diff(a, n=2), [C]), (lambda a: np.ediff1d(a), [M]), (lambda a: np.gradient(a), [C]),
    (lambda a: np.gradient(a, np.cumsum(W), axis=-1, edge_order=2), [M]), (lambda a, x: np.trapezoid(a, x), [M, W]),
    (lambda a, x: np.interp(x, [-2.0, 0.0, 2.0], a), [K, V]), (lambda a, b: np.convolve(a, b), [C, K]),
    (lambda a, b: np.convolve(a, b, "same"), [V, K]), (lambda a, b: np.correlate(a, b, "full"), [C, K]),
    (lambda a, b: np.correlate(a, b, "same"), [K, V]), (lambda p, x: np.polyval(p, x), [C, LEFT]),
    (lambda p, q: np.polymul(p, q), [C, V]), (lambda p, q: np.polyadd(p, q), [C, K]), (lambda p: np.polyder(p, 2), [C]),
    (lambda p: np.polyint(p), [C]), (lambda a: np.vander(a, 3), [C]),
    # products
    (lambda a, b: np.dot(a, b), [M, V]), (lambda a, b: np.inner(a, b), [M, C]), (lambda a, b: np.outer(a, b), [C, K]),
    (lambda a, b: np.vdot(a, b), [C, D]), (lambda a, b: np.vdot(a, b), [V, C]), (lambda a, b: a @ b, [T, C]),
    (lambda a, b: np.tensordot(a, b, ([0, 1], [1, 2])), [M, T]), (lambda a, b: np.kron(a, b), [M, V]),
    (lambda a, b: np.cross(a, b), [K, real(3)]), (lambda a, b: np.einsum("ij,j->i", a, b), [M, V]),
    (lambda a: np.einsum("ii->i", a), [Q]), (lambda a, b: np.vecdot(a, b), [M, C]),
    (lambda a, b: np.vecdot(a, b, axis=0), [M, R]),
    (lambda a, b: np.matvec(a, b), [M, C]), (lambda a, b: np.vecmat(a, b), [K, T]),
    (lambda a: np.linalg.multi_dot([a, a.T, a]), [M]),
    # linear algebra
    (lambda a: np.linalg.slogdet(a), [Q]), (lambda a: np.linalg.det(a), [np.stack([Q, Q.conj()])]),
    (lambda a: np.linalg.norm(a, "nuc"), [M]), (lambda a: np.linalg.norm(a, 3, axis=1), [M]),
    (lambda a: np.linalg.vector_norm(a, ord=1), [M]), (lambda a: np.linalg.matrix_norm(a, ord=-2), [M]),
    (lambda a: np.trace(a, 1), [Q]), (lambda a, b: np.linalg.lstsq(a, b)[0], [cplx(4, 3), V]),
    # arrangement
    (lambda a, b: np.concatenate([a, b], axis=None), [M, V]), (lambda a, b: np.stack([a, b], -1), [C, V]),
    (lambda a, b: np.block([[a, b]]), [M, real(3, 1)]), (lambda a, b: np.append(a, b), [V, C]),
    (lambda a, b: np.insert(a, 1, b), [C, LEFT]), (lambda a: np.delete(a, [0, 2], 1), [M]), (lambda a, b: np.r_[a, b], [V, C]),
    (lambda a: np.tile(a, (2, 2)), [C]), (lambda a: np.repeat(a, [1, 2, 0], 0), [M]), (lambda a: np.pad(a, 1, "reflect"), [M]),
    (lambda a: np.roll(a, (1, -1), (0, 1)), [M]), (lambda a: np.rot90(a), [M]), (lambda a: np.diag(a, -1), [C]),
    (lambda a: np.tril(a), [M]), (lambda a: np.take(a, [0, 2, 2], 1), [M]),
    (lambda a: np.compress([True, False, True], a, 0), [M]),
    (lambda a: np.take_along_axis(a, np.array([0, 5, 5]), None), [M]), (lambda a: np.extract(MASK, a), [C]),
    (lambda a, b: np.choose([0, 1, 1, 0], [a, b]), [C, V]), (lambda a, b: np.select([MASK], [a], b), [C, LEFT]),
    (lambda a: tuple(np.split(a, 2)), [C]), (lambda a: np.resize(a, (2, 9)), [M]), (lambda a: np.meshgrid(a, a[:2]), [C]),
    (lambda a, b: np.linspace(a, b, 4), [LEFT, 1.2]),
    (lambda a: np.full((2, 2), a), [LEFT]), (lambda a, b: np.array([a, b, 1.0]), [LEFT, 0.5]),
    (lambda a: np.ravel(a, "F"), [M]),
    (lambda a: np.apply_along_axis(lambda r: r * np.sum(r), 1, a), [M]), (lambda a: np.vectorize(lambda x: x * x)(a), [C]),
]


@pytest.mark.parametrize(("f", "values"), CASES, ids=map(str, range(len(CASES))))
@pytest.mark.filterwarnings("ignore")
def test_arrays(f: Any, values: list[Any]) -> None:
    check_whole(f, values, rtol=1e-5, h=3e-4)


@pytest.mark.parametrize("f", [
    lambda a: np.sum(np.real(np.poly(a))), lambda a: np.sum(np.real(np.sign(a))),
])
@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_rules_of_real_numbers_refuse_complex_ones(f: Any, mode: str) -> None:
    with pytest.raises(sct.SctError, match="of complex numbers"):
        sct.grad(f)(C) if mode == "reverse" else sct.jvp(f, (C,), (D,))


PARTLY_MISSING = np.array([1.0 - 0.5j, complex(np.nan, 2.0), complex(-2.0, np.nan)])


def test_parts_that_are_numbers_beside_parts_that_are_not() -> None:
    weights = np.array([1.0 + 2.0j, 3.0 - 1.0j, 0.5 + 1.0j])
    gradient = sct.grad(lambda a: np.sum(np.real(np.nan_to_num(a) * weights)))(PARTLY_MISSING)
    np.testing.assert_array_equal(gradient, [1.0 + 2.0j, -1.0j, 0.5])


@pytest.mark.parametrize("fn", [np.fft.fftfreq, np.fft.rfftfreq])
def test_frequencies_of_complex_spacing(fn: Any) -> None:
    check_whole(lambda d: fn(5, d), [LEFT], rtol=1e-5, h=3e-4)


def test_splines_through_complex_values() -> None:
    interpolate = pytest.importorskip("scipy.interpolate")
    check_whole(lambda y, t: interpolate.CubicSpline([0.0, 1.0, 2.5, 3.0], y)(t), [C, np.array([0.3, 1.9])], rtol=1e-5, h=3e-4)


def test_distributions_are_those_of_real_numbers() -> None:
    """SciPy takes complex numbers in some of its methods, which are not analytic there."""
    stats = pytest.importorskip("scipy.stats")
    for f in (lambda a: stats.laplace.pdf(a), lambda a: stats.norm.cdf(0.3, a), lambda a: random.gauss(a[0], 1.0)):
        with pytest.raises(sct.SctError, match="of complex numbers"):
            sct.grad(lambda a: np.sum(np.real(f(a))))(C)
        with pytest.raises(sct.SctError, match="of complex numbers"):
            sct.jvp(f, (C,), (D,))
