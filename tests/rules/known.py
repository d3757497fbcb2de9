"""Calls at ties, kinks and infinities with the cotangents that they have by convention, and values of our own functions.

The numbers were computed with forty digits (digamma, Bessel and error functions, elliptic integrals),
    or follow from conventions.
"""

from __future__ import annotations

import importlib.util
import math
import operator
import random

import numpy as np
from numpy import inf, nan

from sct.rules.decompositions import over_gaps, reflected_columns_bar
from sct.rules.linalg import einsum_partners
from sct.rules.solving import cofactors_bar
from sct.runtime.arrays import cofactors, cofactors_along, phase, reflected, settled, well_conditioned
from sct.runtime.cotangents import strong_product, strong_quotient, unbroadcast
from sct.runtime.matrices import _real, one_if_regular, real_sqrtm
from sct.runtime.places import one_hot
from sct.runtime.sequences import first_max, first_min
from sct.runtime.special import (
    bessel_i,
    digamma,
    digamma_of_positive,
    log_or_zero,
    polygamma,
    power_dx,
    power_dxdy,
    power_dy,
    sinc_dx,
)

from .probes import Known, KnownAhead, OfDraw, Probe, Value

A = np.array
TIED, OTHER = A([2.0, 3.0, 1.0, nan, 1.0]), A([2.0, 1.0, 3.0, 1.0, nan])
ON_BOUNDS = A([1.0, 2.0, 0.5, 3.0])
INFINITE, BESIDE = A([inf, -inf, inf, 1.0]), A([inf, -inf, 1.0, -inf])
ATTAINED = A([[1.0, 2.0, 2.0], [3.0, nan, 0.0]])
SINGULAR = A([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]])
REGULAR = A([[2.0, 0.3, -0.4], [0.5, 1.7, 0.2], [-0.1, 0.6, 1.2]])
COMPLEX = REGULAR + 1j * REGULAR[::-1, [1, 0, 2]]
WEIGHTS = A([[0.7, -0.2, 1.1], [0.3, 0.9, -0.6], [1.3, 0.4, 0.8]])


def minors(m: np.ndarray) -> np.ndarray:
    """The cofactors of a matrix of order three by their definition."""
    return A([[m[(i + 1) % 3, (j + 1) % 3] * m[(i + 2) % 3, (j + 2) % 3] - m[(i + 1) % 3, (j + 2) % 3] * m[(i + 2) % 3,
        (j + 1) % 3]
               for j in range(3)] for i in range(3)])


def slope_of_minors(m: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The gradient of their weighted sum; central differences of quadratic polynomials are exact."""
    units = np.eye(9).reshape(3, 3, 3, 3)
    return A([[np.sum(weights * (minors(m + e) - minors(m - e))) / 2 for e in row] for row in units])


TURN = A([[0.6, -0.8, 0.0], [0.8, 0.6, 0.0], [0.0, 0.0, 1.0]])
CONVENTIONS: list[Probe] = [
    Known(np.var, A([2.0, 3.0]), ddof=3, bars=(A([-inf, inf]),)),
    Known(np.var, A([1.0, 2.0, 6.0]), ddof=2, bars=(A([-4.0, -2.0, 6.0]),)),
    *(Known(f, A([1.0, 3.0]), dtype=complex, z_bar=2.0 + 1j, bars=(A([-slope, slope]),))
      for f, slope in ((np.var, 2.0), (np.nanvar, 2.0), (np.std, 1.0), (np.nanstd, 1.0))),
    *(Known(f, sign * 2.0, initial=sign * start, z_bar=3.0, bars=(3.0 * bar, 3.0 - 3.0 * bar))
      for start, bar in ((1.0, 1.0), (2.0, 0.5), (3.0, 0.0)) for f, sign in ((np.max, 1.0), (np.min, -1.0))),
    Known(np.max, 2.0, initial=2.0, where=A(False), bars=(0.0, 1.0)), Known(np.max, nan, initial=2.0, bars=(1.0, 0.0)),
    Known(np.max, 5.0, initial=2.0, where=A(False), bars=(0.0, 1.0)),
    Known(np.nanvar, A([2.0, 3.0]), ddof=2, bars=(A([nan, nan]),)), Known(np.corrcoef, A([2.0, 2.0]), bars=(A([nan, nan]),)),
    Known(np.linalg.norm, A([inf, 2.0]), -1, bars=(A([0.0, 1.0]),)),
    Known(max, 1.0, 1.0, bars=((1.0, 0.0),)), Known(min, 1.0, 1.0, bars=((1.0, 0.0),)),
    Known(max, [1.0, 3.0, 3.0], bars=(([0.0, 1.0, 0.0],),)), Known(min, [2.0, 1.0, 1.0], bars=(([0.0, 1.0, 0.0],),)),
    Known(np.maximum, TIED, OTHER, bars=(A([1.0, 1, 0, 1, 0]), A([0.0, 0, 1, 0, 1]))),
    Known(np.maximum, TIED[:4], 2.0, bars=(A([1.0, 1, 0, 1]), 1.0)),
    Known(np.maximum, 2.0, OTHER, bars=(3.0, A([0.0, 0, 1, 0, 1]))),
    Known(np.minimum, -TIED, -OTHER, bars=(A([1.0, 1, 0, 1, 0]), A([0.0, 0, 1, 0, 1]))),
    Known(np.minimum, -TIED[:4], -2.0, bars=(A([1.0, 1, 0, 1]), 1.0)),
    Known(np.minimum, -2.0, -OTHER, bars=(3.0, A([0.0, 0, 1, 0, 1]))),
    Known(np.fmax, TIED, OTHER, bars=(A([1.0, 1, 0, 0, 1]), A([0.0, 0, 1, 1, 0]))),
    Known(np.fmin, -TIED, -OTHER, bars=(A([1.0, 1, 0, 0, 1]), A([0.0, 0, 1, 1, 0]))),
    Known(np.clip, ON_BOUNDS, 1.0, 2.0, bars=(A([1.0, 1, 0, 0]), 1.0, 1.0)),
    Known(np.clip, ON_BOUNDS, None, 2.0, bars=(A([1.0, 1, 1, 0]), None, 1.0)),
    Known(np.clip, ON_BOUNDS, 1.0, None, bars=(A([1.0, 1, 0, 1]), 1.0)),
    Known(np.clip, A([0.5, 2.0]), 1.0, 1.0, bars=(A([0.0, 0.0]), 1.0, 1.0)),
    Known(np.logaddexp, INFINITE, BESIDE, bars=(A([0.5, 0.5, 1, 1]), A([0.5, 0.5, 0, 0]))),
    Known(np.logaddexp2, INFINITE, BESIDE, bars=(A([0.5, 0.5, 1, 1]), A([0.5, 0.5, 0, 0]))),
    Known(np.logaddexp, BESIDE, INFINITE, bars=(A([0.5, 0.5, 0, 0]), A([0.5, 0.5, 1, 1]))),
    Known(np.hypot, A([0.0]), A([0.0]), bars=(A([0.0]), A([0.0]))),
    Known(np.arctan2, A([0.0]), A([0.0]), bars=(A([0.0]), A([0.0]))),
    Known(abs, 0.0, bars=(0.0,)), Known(math.fabs, 0.0, bars=(0.0,)),
    Known(np.power, A([0.0, 2.0]), 0, bars=(A([0.0, 0.0]),)),
    Known(operator.pow, -1.3, 0.7 + 0.5j, bars=(None, (-1.3) ** (0.7 + 0.5j) * complex(math.log(1.3), math.pi))),
    Known(power_dx, A([0.0]), A([0.0]), bars=(A([0.0]), None)),
    Known(power_dx, -1.3, 1.7 + 0.5j,
          bars=(None, (-1.3) ** (0.7 + 0.5j) * (1 + (1.7 + 0.5j) * complex(math.log(1.3), math.pi)))),
    Known(power_dy, 2.0, 3.0, 8.0, bars=(4 * (1 + 3 * math.log(2.0)), 8 * math.log(2.0) ** 2, None)),
    Known(power_dy, A([0.0, 0.0]), A([1.0, 2.0]), A([0.0, 0.0]), bars=(A([-inf, 0.0]), A([0.0, 0.0]), None)),
    Known(np.divide, A([1.0, 2.0]), 0.0, z_bar=0.0, bars=(A([0.0, 0.0]),)),
    KnownAhead(operator.truediv, A([1.0, 2.0]), 0.0, x_dot=A([0.0, 1.0]), gives=A([0.0, inf])),
    Known(np.trim_zeros, A([0.0, 0.0, 2.0, 0.0, 3.0, 0.0]), bars=(A([0.0, 0, 1, 1, 1, 0]),)),
    Known(np.trim_zeros, A([0.0, 2.0, 0.0]), "b", bars=(A([1.0, 1, 0]),)),
    Known(np.maximum.reduce, A([0.1, 0.3, 0.2]), 0, np.float32, bars=(A([0.0, 1, 0]),)),
    Known(np.max, ATTAINED[0], bars=(A([0.0, 0.5, 0.5]),)), Known(np.max, ATTAINED, bars=(A([[0.0, 0, 0], [0, 1, 0]]),)),
    Known(np.max, ATTAINED, 1, bars=(A([[0.0, 0.5, 0.5], [0, 1, 0]]),)),
    Known(np.max, A([1.0, 2.0]), initial=2.0, bars=(A([0.0, 0.5]), 0.5)),
    Known(np.max, A([2.0, 2.0, 1.0]), initial=2.0, where=A([True, False, True]), bars=(A([0.5, 0.0, 0.0]), 0.5)),
    Known(np.quantile, A([1.0, 2.0, 5.0]), 1.0, bars=(A([0.0, 0.0, 1.0]), 6.0)),
    Known(np.linalg.norm, A([[1.0, 0.0], [0.0, 0.0]]), "nuc", bars=(A([[1.0, 0.0], [0.0, 0.0]]),)),
    Known(np.linalg.norm, A([1.0, -1.0, 2.0]), -inf, bars=(A([0.5, -0.5, 0]),)),
    Known(np.linalg.norm, A([2.0, -2.0, 1.0]), inf, bars=(A([0.5, -0.5, 0]),)),
    Known(np.linalg.norm, A([[1.0, -2.0], [2.0, 1.0]]), inf, bars=(A([[0.5, -0.5], [0.5, 0.5]]),)),
    Known(np.logaddexp, A([1e17, -1e17, 1e17]), A([1e17, -1e17, 0.0]), bars=(A([0.5, 0.5, 1.0]), A([0.5, 0.5, 0.0]))),
    Known(np.logaddexp.reduce, A([1e17, 1e17, 0.0]), bars=(A([0.5, 0.5, 0.0]),)),
    Known(np.logaddexp.reduce, A([-inf, -inf]), bars=(A([0.5, 0.5]),)),
    Known(np.logaddexp.reduce, A([[inf, 1.0], [inf, inf]]), bars=(A([[0.5, 0.0], [0.5, 1.0]]),)),
    Known(np.logaddexp.reduce, A([-inf, -inf]), where=A([True, False]), initial=-inf, bars=(A([1.0, 0.0]),)),
    Known(np.logaddexp.accumulate, A([-inf, -inf, 2.0]), z_bar=A([1.0, 0.0, 0.0]), bars=(A([1.0, 0.0, 0.0]),)),
    Known(np.logaddexp.accumulate, A([-inf, -inf, 2.0]), z_bar=A([0.0, 1.0, 0.0]), bars=(A([0.5, 0.5, 0.0]),)),
    Known(np.maximum.reduceat, A([2.0, 2.0, 1.0]), [0, 2], bars=(A([0.5, 0.5, 1.0]),)),
    Known(np.minimum.reduceat, A([2.0, 2.0, 1.0]), [0, 2], bars=(A([0.5, 0.5, 1.0]),)),
    Known(np.interp, A([0.0, 1.0, 2.0]), A([0.0, 1.0, 2.0]), A([0.0, 1.0, 5.0]), bars=(A([1.0, 4.0, 4.0]),)),
    Known(np.interp, A([0.0, 2.0]), A([0.0, 1.0, 2.0]), A([0.0, 1.0, 5.0]), 7.0, 8.0,
          bars=(A([1.0, 4.0]), None, A([1.0, 0.0, 1.0]), 0.0, 0.0)),
]
SEEN = A([[1.0, 4.0, 2.0], [2.0, 0.0, 3.0], [5.0, 6.0, 0.0]])
UNSEEN = SEEN * [1.0, 1.0, 0.0]
CONVENTIONS += [
    Known(settled, TURN, UNSEEN, 2, bars=(np.zeros((3, 3)), A([[1.0, 1.0, nan]] * 3))),
    Known(settled, TURN[None], UNSEEN[None], 2, bars=(np.zeros((1, 3, 3)), A([[[1.0, 1.0, nan]] * 3]))),
    Known(settled, TURN, SEEN, 2, bars=(np.full((3, 3), nan), A([[1.0, 1.0, nan]] * 3))),
    KnownAhead(settled, TURN, UNSEEN, 2, gives=np.zeros((3, 2)), basis_dot=TURN),
    KnownAhead(settled, TURN, SEEN, 2, gives=np.full((3, 2), nan), basis_dot=TURN),
    KnownAhead(settled, TURN, UNSEEN, 2, gives=UNSEEN[:, :2], slope_dot=UNSEEN),
    KnownAhead(settled, TURN, UNSEEN, 2, gives=np.full((3, 2), nan), slope_dot=SEEN),
    KnownAhead(settled, TURN, SEEN, 2, gives=np.full((3, 2), nan), slope_dot=UNSEEN),
]
"""Columns that are added are seen, or are not: those have a derivative only where the others settle them."""
DRAWS: list[Probe] = [
    *(OfDraw(np.random.seed, getattr(np.random, name), 0.4, 1.3)
      for name in ("normal", "laplace", "logistic", "gumbel", "uniform", "lognormal")),
    *(OfDraw(np.random.seed, getattr(np.random, name), 1.3) for name in ("exponential", "rayleigh")),
    *(OfDraw(random.seed, draw, 0.4, 1.3) for draw in (random.uniform, random.gauss, random.normalvariate)),
]
"""Generators and older states draw by the same lines."""
EPS, BOTH, FIRST = 2.0**-52, np.ones((2, 2)), A([[1.0, 0.0], [1.0, 0.0]])
OFF, JUMPS = A([[0.0, 1.0], [1.0, 0.0]]), A([[0.0, nan], [nan, 0.0]])
VALUES: list[Probe] = [
    *(Value(over_gaps, OFF, A([1.0, 1.0 + steps * EPS]), read, gives=expected) for steps, read, expected in (
        (6, BOTH, JUMPS), (8, BOTH, JUMPS), (16, BOTH, A([[0.0, 1.0], [-1.0, 0.0]]) / (16 * EPS)), (6, FIRST, JUMPS))),
    Value(over_gaps, 0.0 * OFF, A([1.0, 1.0 + 6 * EPS]), 0.0 * BOTH, gives=0.0 * OFF),
    Value(over_gaps, np.stack([OFF, OFF, OFF])[None], A([[[1.0, 1.0 + 6 * EPS], [1e3, 3e3], [0.0, 1.0]]]),
          np.stack([FIRST, FIRST, FIRST])[None], gives=np.stack([JUMPS, A([[0.0, 5e-4], [-5e-4, 0.0]]),
                                                                 A([[0.0, 1.0], [-1.0, 0.0]])])[None]),
    Value(over_gaps, OFF, A([1.0, 3.0]), BOTH, 2, gives=A([[0.0, 0.125], [-0.125, 0.0]])),
    Value(einsum_partners, "ij,jk,ik->ik", (2, 2, 2), 0, gives=(1,)), Value(einsum_partners, "ij,ij->ij", (2, 2), 0, gives=()),
    Value(einsum_partners, "ij,kl->", (2, 2), 0, gives=()),
    Value(real_sqrtm, A([[4.0, 0.0], [0.0, 9.0]]), gives=A([[2.0, 0.0], [0.0, 3.0]])),
    *(Value(_real, A(a) + 1e-18j, A(a), "sqrtm", gives=A(a)) for a in (
        [[-1.0, 2.0], [-2.0, -1.0]], [[1.0, 0.0], [0.0, 2.0]], [[0.0, 0.0], [0.0, 2.0]])),
    *(Value(one_if_regular, A(z), gives=one) for z, one in (
        (np.zeros((0, 0)), 1.0), (np.diag([1.0, 1e-17]), nan), (1e-18 * np.eye(2), 1.0), (np.diag([1.0, 1.5 * EPS]), nan),
        (np.diag([1.0, 2.0 * EPS]), nan), (np.diag([1.0, 1.0, 1e-17]), nan), (np.diag([1.0, 3.0 * EPS]), 1.0))),
    Value(settled, TURN, A([[1.0, 4.0, 2.0], [2.0, 0.0, 3.0], [5.0, 6.0, 0.0]]), 2,
          gives=A([[1.0, 4.0], [2.0, 0.0], [1.4, 5.8]])),
    Value(settled, TURN, (WEIGHTS + WEIGHTS.T) @ TURN, 1, gives=(WEIGHTS + WEIGHTS.T) @ TURN[:, :1]
          - TURN[:, 1:] @ TURN[:, 1:].T @ (WEIGHTS + WEIGHTS.T) @ TURN[:, :1]),
    Value(reflected_columns_bar, np.eye(3), A([[1.0, 4.0, 2.0], [2.0, 0.0, 3.0], [5.0, 6.0, 0.0]]), 2,
          gives=A([[1.0, 4.0], [2.0, 0.0], [3.0, 3.0]])),
    Value(reflected, np.linalg.qr(REGULAR[:, :2], mode="complete")[0], 2, gives=True),
    Value(reflected, np.eye(3), 2, gives=False),
    *(Value(digamma, x, gives=value) for x, value in (
        (-0.3, 2.1133097796353987186), (-2.5, 1.1031566406452431872), (3.0, 0.92278433509846713939),
        (0.7, -1.2200235536979346147), (12.5, 2.4851956512749120482), (0.0, nan), (-1.0, nan))),
    *(Value(polygamma, n, x, gives=value, rtol=5e-14) for n, x, value in (
        (0, 3.0, 0.92278433509846713939), (1, 0.7, 2.8340491566946106268), (2, 1.4, -0.98912862357835695053),
        (6, 0.7, -8761.0434430785896561), (8, 10.2, -0.000062323406736553358881), (3, -0.6, 282.49155533024339078),
            (1, 25.0, 0.040810663257225579187), (2, -1.5, -0.236204051641727403), (1, 0.0, nan),
        (1, -2.0, nan), (1, 1e17, 1e-17), (2, 1e17, -1e-34), (3, 2e17, 2.5e-52), (3, 1e200, 0.0))),
    *(Value(sinc_dx, x, gives=value, rtol=5e-14) for x, value in (
        (0.09, -0.29372783934716800901), (0.05, -0.16408789296847296914), (-0.02, 0.065771390578487272704),
        (0.5, -1.2732395447351626862), (1.3, -0.29976492342010233969),
        (0.06 + 0.03j, -0.19721569608798998625 - 0.097732834418027722602j),
        (np.float64(0.05), np.float64(-0.16408789296847296914)), (A([0.05]), A([-0.16408789296847296914])))),
    *(Value(bessel_i, n, x, gives=value) for n, x, value in (
        (1, 2.0, 1.5906368546373290634), (8, 0.02, 2.4801862876157415713e-21), (0, 5.0, 27.239871823604446895),
        (3, -1.5, -0.080774113016092303856), (1, np.float64(2.0), np.float64(1.5906368546373290634)))),
    *(Value(power_dx, x, y, gives=value) for x, y, value in (
        (3.0, 2, 6.0), (0.0, 0, 0.0), (0.0, 1.0, 1.0), (0.0, 0.5, inf), (np.float64(4.0), 0.5, np.float64(0.25)),
        (4.0, np.float64(0.5), np.float64(0.25)), (4.0, 0.5, 0.25), (4.0, 1.5 + 0j, 3 + 0j), (A([0.0]), 0, A([0.0])))),
    *(Value(power_dxdy, x, y, gives=value) for x, y, value in (
        (0.0, 2.0, 0.0), (0.0, 1.0, -inf), (0.0, 0.5, -inf), (0.0, 0.0, inf), (1.0, 2.5, 1.0), (-1.0, 2.0, nan),
        (np.float64(1.0), 2.5, np.float64(1.0)), (1.0, np.float64(2.5), np.float64(1.0)),
        (1j, 2.0 + 0j, 1j - math.pi), (1.0, A([0.5, 3.0]), A([1.0, 1.0])),
        (A([0.0, 1.0]), A([0.5, 3.0]), A([-inf, 1.0])), (A([0.0, 0.0]), 1.5, A([0.0, 0.0])))),
    *(Value(log_or_zero, x, gives=value) for x, value in (
        (1.0, 0.0), (0.0, 0.0), (-1.0, nan), (0j, 0j), (2j, complex(math.log(2.0), math.pi / 2)), (np.float64(0.0),
            np.float64(0.0)),
        (A([0.0, 1.0]), A([0.0, 0.0])))),
    *(Value(strong_product, *given, gives=value) for *given, value in (
        (0.0, inf, 0.0), (2.0, 3.0, 6.0), (0.0, A([inf, 1.0]), A([0.0, 0.0])), (2.0, A([3.0]), A([6.0])), (0j, inf, 0j),
        (2j, 3.0, 6j), (0j, A([inf]), A([0j])), (2, 3, 6), (0, nan, 0), (A([0.0, 2.0]), A([nan, 3.0]), A([0.0, 6.0])))),
    *(Value(strong_quotient, *given, gives=value) for *given, value in (
        (1.0, 4.0, 0.25), (0.0, 4.0, 0.0), (0.0, 0.0, 0.0), (-1.0, 0.0, -inf), (2j, 4.0, 0.5j), (0j, 0.0, 0j), (1, 4, 0.25),
        (0j, A([0.0]), A([0j])), (0.0, A([0.0, 1.0]), A([0.0, 0.0])), (A([0.0, 2.0]), A([0.0, 4.0]), A([0.0, 0.5])))),
    *(Value(unbroadcast, np.arange(12.0).reshape(2, 2, 3), x, gives=value) for x, value in (
        (np.zeros((2, 1)), A([[24.0], [42.0]])), (np.float64(1.0), np.float64(66.0)), (1.0, 66.0),
        (np.zeros((1, 3)), A([[18.0, 22.0, 26.0]])))),
    Value(phase, np.complex128(0), gives=np.complex128(0)), Value(phase, 0j, gives=0j), Value(phase, 3 + 4j, gives=0.6 + 0.8j),
    *(Value(cofactors, m, det, gives=minors(m), rtol=1e-10) for m, det in ((SINGULAR, 0.0), (REGULAR, np.linalg.det(REGULAR)))),
    *(Value(cofactors_bar, m, np.linalg.det(m), minors(m), WEIGHTS, gives=slope_of_minors(m, WEIGHTS), rtol=1e-8)
      for m in (SINGULAR, REGULAR)),
    *(Value(cofactors_along, m, WEIGHTS, gives=slope_of_minors(m, WEIGHTS), rtol=1e-8) for m in (SINGULAR, REGULAR)),
    *(Value(cofactors_along, m, WEIGHTS, gives=slope_of_minors(m, WEIGHTS), rtol=1e-8)
      for m in (SINGULAR[[1, 0, 2]], REGULAR[[1, 0, 2]], COMPLEX, -1j * COMPLEX.T)),
    Value(cofactors_along, A([[SINGULAR], [REGULAR]]), A([[WEIGHTS], [WEIGHTS.T]]), rtol=1e-8,
          gives=A([[slope_of_minors(SINGULAR, WEIGHTS)], [slope_of_minors(REGULAR, WEIGHTS.T)]])),
    Value(cofactors_bar, A([[REGULAR], [REGULAR.T]]), np.linalg.det(A([[REGULAR], [REGULAR.T]])),
          A([[minors(REGULAR)], [minors(REGULAR.T)]]), A([[WEIGHTS], [WEIGHTS.T]]), rtol=1e-8,
          gives=A([[slope_of_minors(REGULAR, WEIGHTS)], [slope_of_minors(REGULAR.T, WEIGHTS.T)]])),
    Value(cofactors_along, np.stack([SINGULAR, REGULAR]), np.stack([WEIGHTS, WEIGHTS.T]), rtol=1e-8,
          gives=np.stack([slope_of_minors(SINGULAR, WEIGHTS), slope_of_minors(REGULAR, WEIGHTS.T)])),
    *(Value(well_conditioned, m, gives=value) for m, value in (
        (np.eye(2), True), (np.ones((2, 2)), False), (np.diag([1.0, 1e-6]), False), (np.stack([np.eye(2),
            np.diag([1.0, 1e-6])]), False),
        (np.diag([1e6, 1e6]), True), (np.diag([1e-6, 1e-6]), True))),
    Value(digamma_of_positive, 10.0, gives=2.2517525890667211077, rtol=2e-15),
    Value(first_max, [1.0, 3.0, 3.0], gives=1), Value(first_min, [2.0, 1.0, 1.0], gives=1),
    Value(one_hot, (4.0, 5.0, 6.0), 1, 7.0, gives=(0.0, 7.0, 0.0)), Value(one_hot, [4.0, 5.0], 0, 7.0, gives=[7.0, 0.0]),
    Value(one_hot, A([4.0, 5.0]), 0, 7.0, gives=A([7.0, 0.0])),
]

if importlib.util.find_spec("scipy") is not None:
    from scipy import special, stats

    from sct.rules import registry

    registry.load_families()
    from sct.rules.scipy.angular import beyond_one, diric_slope
    from sct.rules.scipy.bessel import amplitude_slope
    from sct.rules.scipy.counts import zeta_slope
    from sct.rules.scipy.incomplete import betainc_slope, gammainc_slope, student_rate
    from sct.rules.scipy.probability import log1p_ratio_slope
    from sct.rules.scipy.special import dawsn_slope, elliptic_difference, erfcx_slope, exprel_slope
    from sct.rules.scipy.stats import log1p_ratio
    from sct.rules.scipy.stats_line import pearson3_slope
    from sct.rules.scipy.structured import diagonal_sums
    from sct.runtime.incomplete import beta_mean
    from sct.runtime.matrices import real_logm

    PARTS, ALPHA = A([0.2, 0.5, 0.3]), A([1.5, 2.0, 3.0])
    CONVENTIONS += [
        Known(special.logsumexp, A([-inf, -inf]), bars=(A([0.0, 0.0]),)),
        Known(special.log_ndtr, A([-60.0, -2.0, 2.0, 60.0]),
            bars=(A([60.0166574202411249, 2.37321553282284087, 0.0552478626789899591, 0.0]),)),
        Known(special.psi, A([2.0, 3.0]), bars=(A([0.64493406684822643647, 0.39493406684822643647]),)),
        *(Known(f, PARTS, ALPHA, z_bar=0.7, bars=(factor * (ALPHA - 1.0) / PARTS,
                                                factor * (np.log(PARTS) - special.psi(ALPHA) + special.psi(np.sum(ALPHA)))))
          for f, factor in ((stats.dirichlet.logpdf, 0.7), (stats.dirichlet.pdf, 0.7 * stats.dirichlet.pdf(PARTS, ALPHA)))),
        Known(special.poch, A([0.0, -1.0, -2.0, -1.0, -0.5, -2.0, -2.0]), A([1.5, 2.0, 1.0, 0.0, 1.0, 0.5, 2.0]),
              bars=(A([math.sqrt(math.pi) / 2.0, -1.0, 1.0, 0.0, 1.0, 4.726543602414709, -3.0]), None)),
        Known(special.poch, A([2.0]), A([2.0]), bars=(A([5.0]), None)),
        Known(special.binom, A([0.0, 1.0, 2.0, 5.0]), A([2.0, 3.0, 3.0, 2.0]),
              bars=(A([-0.5, -1.0 / 6.0, 1.0 / 3.0, 4.5]), None)),
        Known(special.binom, A([1.0, 2.0, 3.0, 3.0]), A([2.0, -1.0, -2.0, 5.0]),
              bars=(None, A([-0.5, 1.0 / 3.0, -0.05, 0.05]))),
        Known(special.yv, A([0.5, -1.5]), A([0.0, 0.0]), bars=(None, A([inf, nan]))),
        *(Known(fn, A([0.0]), bars=(A([-inf]),)) for fn in (special.k0e, special.k1e)),
        Known(special.kve, 0.5, A([0.0]), bars=(None, A([-inf]))),
        Known(special.ive, 0.5, A([0.0]), bars=(None, A([inf]))), Known(special.ive, 1.0, A([0.0]), bars=(None, A([0.5]))),
        Known(special.expn, 0, A([0.5, 2.0]), bars=(None, A([-6.0 * math.exp(-0.5), -0.75 * math.exp(-2.0)]))),
        Known(special.expn, 1, A([0.0]), bars=(None, A([-inf]))), Known(special.expn, 3, A([0.0]), bars=(None, A([-1.0]))),
        Known(special.rel_entr, A([-1.0, 1.0, -1.0, 0.0, 2.0]), A([-1.0, -1.0, 1.0, 1.0, 0.0]),
              bars=(A([nan, nan, nan, -inf, inf]), A([nan, nan, nan, 0.0, -inf]))),
        Known(special.psi, A([-2.0, -0.5]), bars=(A([inf, 8.9348022005446793]),)),
        Known(special.rgamma, A([-1.0, 3.0]), bars=(A([-1.0, -0.46139216754923356970]),)),
        *(Known(distribution, 0.0, 1.5, bars=(0.0, 0.0)) for name in ("lognorm", "pareto")
          for distribution in (getattr(stats, name).cdf, getattr(stats, name).sf)),
    ]
    VALUES += [Value(real_logm, math.e * np.eye(2), gives=np.eye(2))]
    VALUES += [Value(slope, A(x), A(f(x)), gives=A(value), rtol=rtol) for slope, f, x, value, rtol in (
        (erfcx_slope, special.erfcx, 100.5, -0.000055850678529891688519, 1e-13),
        (erfcx_slope, special.erfcx, 120.0, -0.000039175751666671682022, 1e-13),
        (erfcx_slope, special.erfcx, 1000.0, -5.6418873726549666885e-7, 1e-14),
        (erfcx_slope, special.erfcx, -2.0, -436.89199672700740222, 1e-14),
        (dawsn_slope, special.dawsn, 100.5, -0.000049511078832082955655, 1e-13),
        (dawsn_slope, special.dawsn, 120.0, -0.000034725839748456747135, 1e-13),
        (dawsn_slope, special.dawsn, -300.0, -5.5556481507202646369e-6, 1e-14))]
    VALUES += [Value(elliptic_difference, phi, m, special.ellipkinc(phi, m), special.ellipeinc(phi, m), gives=A(value),
        rtol=rtol) for phi, m, value, rtol in (
        (0.7, 5e-5, 0.10363823265909046355, 1e-12), (1.2, -8e-5, 0.43112420509782258888, 1e-12),
        (1.2, 9e-5, 0.43114545554877458325, 1e-12), (0.7, 0.09, 0.10485983160994735945, 1e-12))]
    VALUES += [Value(log1p_ratio_slope, A([c]), A([u]), gives=A([value]), rtol=1e-13) for c, u, value in (
        (0.019, 1.0, -0.48759870265218168613), (-0.015, 1.2, -0.73763676681112032286), (0.3, 2.0, -1.0555958805081728386))]
    VALUES += [Value(log1p_ratio, A(c), A(u), gives=A(value), rtol=1e-15) for c, u, value in (
        (1e-9, 1e3, 999.99950000033333308), (1e4, 1e-9, 9.9999500003333314562e-10),
        (5e-9, 1.5, 1.4999999943750000281), (0.3, 2.0, 1.5666787641524518572), (-4e-9, 2.0, 2.0000000080000000427))]
    VALUES += [Value(pearson3_slope, skew, A(u), gives=np.float64(value), rtol=1e-11) for skew, u, value in (
        (1e-3, 1.2, -0.31194089603748046), (0.25, 1.9, 0.049493635370632649), (0.25, 0.1, -0.059635540533225232),
        (-0.2, 0.7, -0.3042950687024306), (1.5, 0.9, -0.27446703588431733))]
    VALUES += [Value(pearson3_slope, skew, A(u), gives=np.float64(value), rtol=2e-13) for skew, u, value in (
        (0.0039, 10.0, 156.99879325987324), (0.29, 0.0, -0.0120827993012135551))]
    VALUES += [Value(zeta_slope, a, gives=value, rtol=1e-12) for a, value in (
        (1.3, -2.8080944107492024), (2.5, -0.2887406855581931), (7.0, -0.0059835585706383962))]
    VALUES += [Value(amplitude_slope, A(0.7), A(0.0), special.ellipj(0.7, 0.0), gives=A(-0.0518187837514424682), rtol=1e-12)]
    VALUES += [Value(gammainc_slope, A(a), A(x), gives=np.float64(value), rtol=1e-10) for a, x, value in (
        (2.5, 40.0, -2.5267860704828765e-15), (40.0, 2.5, -2.4693094272061884615e-33), (0.3, 1e-12, -0.0076861561068976320637))]
    VALUES += [Value(betainc_slope, A(a), A(b), A(x), A(y), gives=np.float64(value), rtol=1e-12) for a, b, x, y, value in (
        (2.5, 1.5, 1e-20, 1.0, -9.3504147009556864803e-49), (0.02, 1.5, 1e-20, 1.0, -18.315625166557036212),
        (2.5, 1.5, 1.0, 1e-20, -1.8774715927339835788e-30), (2.5, 0.02, 1.0, 1e-20, -0.0039854863070090050491))]
    CONVENTIONS += [Known(beta_mean, j, k, 2.7, 3.5, 0.4, 0.6, A(above), bars=(None, None, *bars)) for j, k, above, bars in (
        (1, 0, True, (0.0410227498879, -0.066044349158, -1.3299124396)), (0, 0, True, (0.0, 0.0, 0.0)),
        (1, 1, True, (0.0461522516384, -0.0896913656386, -0.839606219577)),
        (1, 0, False, (-0.191061262542, 0.0490318926162, 0.407902333017)),
        (1, 1, False, (-0.0832815985635, 0.0199540389407, 0.666915915739)),
        (0, 2, True, (0.0750612792926, -0.160595987912, -0.346869397564)),
        (2, 0, True, (0.0297676662512, -0.0524483893408, -1.13860289843)))]
    CONVENTIONS += [Known(beta_mean, 1, 0, 2.7, 3.5, 0.4, 0.6, A(True), z_bar=2.0, bars=(None, None, 0.0820454997758))]
    VALUES += [Value(diric_slope, A(x), n, A(special.diric(x, n)), gives=A(
        -2.0 * math.sin(x) / 3.0 if n == 3 else -0.25 * (math.sin(0.5 * x) + 3.0 * math.sin(1.5 * x))), rtol=2e-9)
        for n in (3, 4) for x in (2e-4, -1e-4, 2.0 * math.pi + 1e-4, 4.0 * math.pi - 2e-4, 0.7, 2.0 * math.pi + 0.01)]
    VALUES += [Value(student_rate, A(3.0), A(u), gives=A(value), rtol=1e-10) for u, value in (
        (8e-6, 2.11844111161736412e-7), (-8e-6, -2.11844111161736412e-7), (-1.5, -0.122291834382415062))]
    CONVENTIONS += [Known(special.it2struve0, A([0.0]), bars=(A([-2.0 / math.pi]),))]
    VALUES += [Value(diagonal_sums, np.zeros(shape), gives=np.zeros(2)) for shape in ((2, 0), (0, 3))]
    VALUES += [Value(beyond_one, A(x), f, sign, gives=A(value), rtol=1e-15) for x, first, second in (
        (0.9375, 0.24756827935853882, -0.22181043925820819),
        (-0.25, -0.062744564894431693, 0.06225628281658918),
        (2.5, 0.91593565762004921, -0.4193535105872792)) for f, sign, value in (
            (special.i0, 1.0, first), (special.j0, -1.0, second))]
    VALUES += [Value(exprel_slope, A(x), special.exprel(x), gives=A(value), rtol=1e-13) for x, value in (
        (-150.0, 4.4444444444444444e-5), (-50.0, 0.0004), (50.0, 1.0162022836030662e+20), (150.0, 9.2294545564129144e+62))]
KNOWN = CONVENTIONS + DRAWS + VALUES
