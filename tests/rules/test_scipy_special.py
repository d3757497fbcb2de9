"""``scipy.special``: every rule against finite differences, compiled ones too, and what holds at extreme arguments."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

special = pytest.importorskip("scipy.special")
stats = pytest.importorskip("scipy.stats")

import sct  # noqa: E402
from sct.rules import registry  # noqa: E402
from sct.rules.registry import Primitive  # noqa: E402
from sct.runtime.entropies import shares  # noqa: E402
from sct.runtime.incomplete import beta_mean, gamma_mean  # noqa: E402

from . import harness  # noqa: E402
from .calls import Call, by_primitive, check_rule  # noqa: E402
from .whole import check_single, check_whole  # noqa: E402

registry.load_families()
FILES = tuple(f"scipy/{name}.py" for name in ("special", "incomplete", "bessel", "orthogonal", "angular", "probability"))
HERE = [e for e in registry.primitives() if e.vjp is not None and e.where.split(":")[0].endswith(FILES)]
ENTRIES = [e for e in HERE if e.elementwise]
RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, 4))
CALLS = [Call(fn, X, **how) for fn in (special.softmax, special.log_softmax) for how in ({}, {"axis": 0}, {"axis": (0, 1)})]
CALLS += [Call(special.logsumexp, X, **how) for how in ({}, {"axis": 0}, {"axis": 1, "keepdims": True}, {"axis": (0, 1)},
                                                        {"b": np.abs(X) + 0.1}, {"axis": 1, "b": np.abs(X[0]) + 0.1})]
CALLS += [Call(shares, X * X, axis) for axis in (0, 1)]
CALLS += [Call(special.multigammaln, np.array([[2.5, 4.0]]), 3), Call(special.factorial, np.array([2.0, 3.5]))]
CALLS += [Call(fn, x) for fn in (special.sici, special.shichi, special.airy) for x in (np.array([0.7, 2.3]), 1.4)]
CALLS += [Call(fn, 1.4).alone(k) for fn in (special.sici, special.shichi, special.airy) for k in (0, 1)]
CALLS += [Call(fn, x) for fn in (special.fresnel, special.itj0y0, special.iti0k0) for x in (np.array([0.7, 2.3]), 1.4)]
CALLS += [Call(fn, 1, np.array([0.7, 2.3])) for fn in (special.pbdv, special.pbvv, special.pbwa)]
CALLS += [Call(special.ellipj, np.array([0.3, 1.2]), 0.6), Call(special.ellipj, 0.7, np.array([0.6, 0.3]))]
CALLS += [Call(fn, v, x) for fn in (special.hankel1, special.hankel2, special.hankel1e, special.hankel2e)
          for v, x in ((1, np.array([0.3 + 0.4j, 0.8 + 1.2j])), (2, 1.4))]
CALLS += [Call(fn, v, np.array([0.7, 2.3]), n) for fn in (special.jvp, special.yvp, special.ivp, special.kvp)
          for v, n in ((0, 1), (2, 2))]
CALLS += [Call(fn, n, np.array([0.7, 2.3]), how) for fn in (special.spherical_jn, special.spherical_yn, special.spherical_in,
                                                            special.spherical_kn) for n in (0, 2) for how in (False, True)]
CALLS += [Call(special.lambertw, np.array([0.3 + 0.4j, 2.0 + 0.1j])), Call(special.lambertw, np.array([0.3 + 0.4j]), -1)]
CALLS += [Call(special.assoc_laguerre, np.array([0.3, 1.2]), n, 1) for n in (0, 2)]
CALLS += [Call(special.diric, np.array([0.7, -4.1, 9.0]), n) for n in (3, 4)]
CALLS += [Call(fn, 1, np.array([0.7 + 0.2j, 2.3]), n) for fn in (special.h1vp, special.h2vp) for n in (1, 2)]
CALLS += [Call(fn, x) for fn in (special.itairy, special.it2i0k0, special.it2j0y0) for x in (np.array([0.7, 2.3]), 1.4)]
CALLS += [Call(fn, 1.4).alone(k) for fn in (special.it2i0k0, special.it2j0y0) for k in (0, 1)]
if hasattr(special, "sph_harm_y"):
    CALLS += [Call(special.sph_harm_y, n, m, np.array([0.4, 1.9]), np.array([0.3, -2.0])) for n, m in ((2, 1), (3, -2), (2, 2))]
    CALLS += [Call(special.sph_legendre_p, n, m, np.array([0.4, 1.9])) for n, m in ((2, 1), (3, -2), (2, 2), (1, 0))]
    CALLS += [Call(special.legendre_p, n, np.array([0.4, -0.9])) for n in (0, 1, 4)]
SIDES = np.array([True, False])
CALLS += [Call(gamma_mean, k, np.array([0.7, 2.3]), np.array([1.1, 1.6]), above) for k in (1, 2) for above in (SIDES, True)]
CALLS += [Call(gamma_mean, k, 1.5, np.array([1.2, 0.3]), False) for k in (0, 1)]


def of_place(j: int, k: int, a: Any, b: Any, x: Any, above: Any) -> Any:
    return beta_mean(j, k, a, b, x, 1.0 - x, above)


@pytest.mark.parametrize("above", [SIDES, ~SIDES, True], ids=str)
@pytest.mark.parametrize(("j", "k"), [(1, 0), (0, 1), (1, 1), (2, 0)])
def test_means_of_beta_distributions(j: int, k: int, above: Any) -> None:
    """``1 - x`` comes as an argument of its own, so that differences of the function itself say nothing."""
    values = [np.array([0.7, 2.3]), np.array([1.5, 0.8]), np.array([0.4, 0.7])]
    check_whole(lambda a, b, x: of_place(j, k, a, b, x, above), values, rtol=1e-5)
    check_whole(lambda a: of_place(j, k, a, 1.5, 0.4, above), [np.array([0.7, 2.3])], rtol=1e-5)


@pytest.mark.parametrize("above", [SIDES, True], ids=str)
@pytest.mark.parametrize("k", [1, 2])
def test_means_of_gamma_distributions(k: int, above: Any) -> None:
    check_whole(lambda a, x: gamma_mean(k, a, x, above), [np.array([0.7, 2.3]), np.array([1.5, 0.8])], rtol=1e-5)


def test_everything_is_tested() -> None:
    assert len(ENTRIES) > 80
    own = {"sct.runtime.incomplete.beta_mean"}
    assert {e.name for e in HERE} == {e.name for e in ENTRIES} | set(by_primitive(CALLS)) | own


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.name)
@pytest.mark.filterwarnings("ignore")
def test_rule_agrees_with_finite_differences(entry: Primitive) -> None:
    rng = np.random.default_rng(0)
    for case in harness.cases(entry, rng):
        with np.errstate(all="ignore"):
            harness.check(entry, case, rng)


@pytest.mark.parametrize("call", CALLS, ids=repr)
def test_rule_of_array_function(call: Call) -> None:
    check_rule(call)


def example(entry: Primitive) -> tuple[Any, list[Any]]:
    """A compiled use of an elementwise function: arrays for what is differentiated, constants for the rest."""
    names = list(entry.params)
    case = next(c for c in harness.cases(entry, np.random.default_rng(3)) if all(np.ndim(a) == 1 for a in c.args[-1:]))
    wrt = entry.tests.get("wrt", names)
    fn, args = entry.fn, list(case.args)
    if len(names) == 1:
        return lambda a: fn(a), args
    if len(names) == 2 and (type(args[0]) is int or wrt == names[1:]):
        order = args[0]
        return lambda a: fn(order, a), args[1:]
    if len(names) == 2:
        return lambda a, b: fn(a, b), args
    if len(names) == 3:
        first, second = args[:2]
        return lambda a: fn(first, second, a), args[2:]
    first, second, third = args[:3]
    return lambda a: fn(first, second, third, a), args[3:]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.name)
@pytest.mark.filterwarnings("ignore")
def test_compiled_in_both_modes_and_at_second_order(entry: Primitive) -> None:
    fun, values = example(entry)
    order = 1 if np.iscomplexobj(values[-1]) else 2
    check_whole(fun, values, rtol=1e-5, order=order)
    if not np.iscomplexobj(values[-1]):
        check_single(fun, values, rtol=5e-3)


@pytest.mark.parametrize("f", [
    special.softmax, lambda x: special.log_softmax(x, axis=0), lambda x: special.logsumexp(x, axis=1, b=x * x),
    lambda x: special.multigammaln(x * x + 3.0, 2), lambda x: special.sici(x * x)[1], lambda x: special.airy(x)[0],
    lambda x: special.logsumexp([x[0, 0], x[1, 1]]), lambda x: np.real(special.lambertw(x * x)),
    lambda x: special.fresnel(x)[0] * special.fresnel(x)[1], lambda x: special.comb(x + 6.0, 2.5) * special.perm(x + 9, 3),
    lambda x: special.spherical_jn(1, x * x + 0.3) + special.jvp(1, x, 2), lambda x: special.ellipj(x, 0.6)[1],
    lambda x: special.pbdv(1.5, x * x)[0] * special.itj0y0(x * x + 0.1)[1],
])
def test_array_functions_compiled(f: Any) -> None:
    check_whole(f, [X], rtol=1e-5)


def test_against_many_digits() -> None:
    """The derivatives of functions as another library computes them, with 30 digits."""
    mp = pytest.importorskip("mpmath").mp
    calls = [
        (lambda x: special.struve(1.5, x), lambda x: mp.struveh(1.5, x), 2.3),
        (lambda x: special.ellipkm1(x), lambda x: mp.ellipk(1 - x), 1e-3),
        (lambda x: special.agm(x, 0.7), lambda x: mp.agm(x, 0.7), 2.5),
        (lambda x: np.real(special.lambertw(x)), lambda x: mp.lambertw(x).real, 3.0),
        (lambda x: special.hyperu(1.3, 0.4, x), lambda x: mp.hyperu(1.3, 0.4, x), 0.9),
        (lambda x: special.spherical_jn(2, x), lambda x: mp.sqrt(mp.pi / (2 * x)) * mp.besselj(2.5, x), 1.7),
        (lambda x: special.voigt_profile(0.4, x, 0.3), lambda x: mp.re(mp.exp(-((0.4 + 0.3j) / (x * mp.sqrt(2)))**2) * mp.erfc(
            -1j * (0.4 + 0.3j) / (x * mp.sqrt(2)))) / (x * mp.sqrt(2 * mp.pi)), 0.8),
        (lambda m: special.ellipj(0.7, m)[0], lambda m: mp.ellipfun("sn", 0.7, m=m), 0.6),
        (lambda x: special.eval_jacobi(4, 0.8, 1.3, x), lambda x: mp.jacobi(4, 0.8, 1.3, x), -0.3),
        (lambda x: special.inv_boxcox(1.2, x), lambda x: (1 + 1.2 * x) ** (1 / x), 1e-9),
        (lambda x: special.gdtr(x, 2.5, 0.9), lambda x: mp.gammainc(2.5, 0, x * 0.9, regularized=True), 1.4),
    ]
    with mp.workdps(30):
        for ours, theirs, x in calls:
            assert sct.grad(ours)(x) == pytest.approx(float(mp.diff(theirs, x, h=mp.mpf(10) ** -12)), rel=1e-10)
    assert sct.grad(lambda m: special.ellipj(0.7, m)[3])(0.0) == pytest.approx(-(0.7 - math.sin(0.7) * math.cos(0.7)) / 4)


def test_parameters_of_incomplete_functions_against_many_digits() -> None:
    """Both tails, where they are tiny, and shapes that are small and large: the relative error is below ``1e-10``."""
    mp = pytest.importorskip("mpmath").mp
    h = mp.mpf(10) ** -12

    def slope(f: Any, a: float) -> float:
        return float((f(mp.mpf(a) + h) - f(mp.mpf(a) - h)) / (2 * h))
    with mp.workdps(40):
        for a in (1e-3, 0.3, 1.0, 2.5, 40.0, 2000.0):
            for p in (1e-8, 0.3, 0.7, 1.0 - 1e-8):
                x = special.gammaincinv(a, p)
                if x > 1e-290:
                    ours = special.gammainc if p < 0.5 else special.gammaincc
                    part = (lambda a: mp.gammainc(a, 0, x, True)) if p < 0.5 else (lambda a: mp.gammainc(a, x, mp.inf, True))
                    assert sct.grad(lambda a: ours(a, x))(a) == pytest.approx(slope(part, a), rel=1e-10), (a, p)
        for a, b in ((0.02, 0.3), (0.02, 300.0), (1.0, 2.5), (300.0, 0.02), (20.0, 300.0), (2.5, 2.5)):
            for p in (1e-6, 0.4, 1.0 - 1e-6):
                x = special.betaincinv(a, b, p)
                if 1e-200 < x < 1.0 - 1e-12:
                    by_a, by_b = sct.grad(lambda a, b: special.betainc(a, b, x), (0, 1))(a, b)
                    above = x > a / (a + b)
                    ends, sign = ((x, 1), -1.0) if above else ((0, x), 1.0)
                    assert by_a == pytest.approx(sign * slope(lambda a: mp.betainc(a, b, *ends, True), a), rel=1e-10), (a, b, p)
                    assert by_b == pytest.approx(sign * slope(lambda b: mp.betainc(a, b, *ends, True), b), rel=1e-10), (a, b, p)


def test_incomplete_functions_at_their_ends() -> None:
    for x in (0.0, np.inf):
        assert sct.grad(lambda a: special.gammainc(a, x))(1.5) == 0.0
    for x in (0.0, 1.0):
        assert sct.grad(lambda a, b: special.betainc(a, b, x), (0, 1))(1.5, 2.0) == (0.0, 0.0)
    assert sct.grad(lambda df: stats.t.cdf(0.0, df))(3.0) == 0.0
    by_df = sct.grad(lambda df, x: stats.t.cdf(x, df))
    assert by_df(3.0, 9.9e-6) == pytest.approx(by_df(3.0, 1.01e-5) * 9.9 / 10.1, rel=1e-6)
    assert sct.grad(lambda a: stats.gamma.cdf(-1.0, a))(3.0) == 0.0


def test_kernels_of_dirichlet_near_whole_turns() -> None:
    """``diric(x, 3)`` is ``(1 + 2 cos x) / 3``, ``diric(x, 2)`` is ``cos(x / 2)``."""
    for x in (0.0, 1e-5, 3e-4, 2.0 * math.pi + 1e-4, 0.5, 6.0):
        assert sct.grad(lambda x: np.sum(special.diric(x, 3)))(x) == pytest.approx(-2.0 * math.sin(x) / 3.0, rel=1e-9,
            abs=1e-15)
        assert sct.grad(lambda x: np.sum(special.diric(x, 2)))(x) == pytest.approx(-0.5 * math.sin(0.5 * x), rel=1e-9,
            abs=1e-15)


# Extreme arguments ----------------------------------------------------------------------------------------------------


def test_tails_of_the_normal_distribution() -> None:
    """The slope of the logarithm is the inverse Mills ratio: about ``-x - 1/x`` in the lower tail (DLMF 7.12.1)."""
    slope = sct.grad(lambda x: special.log_ndtr(x))
    for x in (-40.0, -1e3, -1e8):
        assert slope(x) == pytest.approx(-x - 1 / x + 2 / x**3, rel=1e-8)
    assert slope(40.0) == 0.0 and slope(10.0) == pytest.approx(7.69459862670642e-23, rel=1e-12)
    assert sct.grad(lambda x: special.ndtri(special.ndtr(x)))(-8.0) == pytest.approx(1.0, rel=1e-12)


def test_logistic_far_out() -> None:
    assert sct.grad(lambda x: special.expit(x))(-700.0) == pytest.approx(math.exp(-700.0), rel=1e-12)
    assert sct.grad(lambda x: special.expit(x))(40.0) == pytest.approx(math.exp(-40.0), rel=1e-12)
    assert sct.grad(lambda x: special.log_expit(x))(-800.0) == 1.0


def test_logarithms_of_sums_of_nothing() -> None:
    x = np.array([-np.inf, 0.0, 1.0])
    g = sct.grad(lambda x: special.logsumexp(x))(x)
    np.testing.assert_allclose(g, [0.0, 1 / (1 + math.e), math.e / (1 + math.e)])
    assert sct.grad(lambda x: special.logsumexp(x))(np.full(2, -np.inf)).tolist() == [0.0, 0.0]
    assert sct.grad(lambda x: special.logsumexp(x))(np.array([1e300, 0.0])).tolist() == [1.0, 0.0]


@pytest.mark.filterwarnings("ignore")
def test_products_with_logarithms_at_zero() -> None:
    both = sct.grad(lambda x, y: special.xlogy(x, y), (0, 1))
    assert both(0.0, 2.0) == (math.log(2.0), 0.0) and both(0.0, 0.0) == (-math.inf, 0.0)
    assert sct.grad(lambda x, y: special.rel_entr(x, y), 1)(0.0, 0.0) == 0.0
    x = np.array([0.0, 1.0])
    assert sct.grad(lambda x: np.sum(np.where(x > 0, special.xlogy(x, x), 0.0)))(x).tolist() == [0.0, 1.0]


@pytest.mark.filterwarnings("ignore")
def test_edges_of_the_incomplete_beta_function() -> None:
    slope = sct.grad(lambda x, a, b: special.betainc(a, b, x))
    assert slope(0.0, 1.0, 3.0) == pytest.approx(3.0) and slope(1.0, 3.0, 1.0) == pytest.approx(3.0)
    assert slope(0.0, 2.0, 3.0) == 0.0 and slope(0.0, 0.5, 0.5) == math.inf
    assert sct.grad(lambda x: special.gammainc(1.0, x))(0.0) == 1.0


def test_removable_singularities() -> None:
    assert sct.grad(lambda x: special.exprel(x))(0.0) == 0.5
    assert sct.grad(lambda x: special.j1(x))(0.0) == 0.5 and sct.grad(lambda x: special.i1(x))(0.0) == 0.5
    assert sct.grad(lambda x: special.ellipk(x))(0.0) == pytest.approx(math.pi / 8)
    assert sct.grad(lambda x: special.spence(x))(1.0) == -1.0
    assert sct.grad(lambda x: special.boxcox(2.0, x))(0.0) == pytest.approx(math.log(2.0) ** 2 / 2)
    assert sct.grad(lambda x: special.rgamma(x))(-2.0) == pytest.approx(2.0)
    assert sct.grad(lambda m: special.ellipkinc(0.7, m))(0.0) == pytest.approx((1.4 - math.sin(1.4)) / 8)
    assert sct.grad(lambda m: special.ellipeinc(0.7, m))(0.0) == pytest.approx((math.sin(1.4) - 1.4) / 8)
    assert sct.grad(lambda delta: special.pseudo_huber(delta, 2.0))(0.0) == 2.0


def test_arguments_that_are_broadcast_before_they_become_complex() -> None:
    widths = [np.array([0.6, 0.8, 1.1]), np.array([[0.5], [0.9]])]
    check_whole(lambda x, s, g: special.voigt_profile(x, s, g), [X[:2, :3], *widths], rtol=1e-5)


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_reciprocal_gamma_function_at_poles(n: int) -> None:
    """By its expansion about ``-n`` (DLMF 5.7): ``(-1)**n n! (t - psi(n + 1) t**2 + ...)``."""
    factor = (-1) ** n * math.factorial(n)
    harmonic = sum(1 / k for k in range(1, n + 1)) - np.euler_gamma
    assert sct.grad(lambda x: special.rgamma(x))(-float(n)) == pytest.approx(factor)
    assert sct.hvp(lambda x: special.rgamma(x), (-float(n),), (1.0,)) == pytest.approx(-2.0 * factor * harmonic)


@pytest.mark.filterwarnings("ignore")
def test_numbers_at_which_a_formula_would_divide_by_zero() -> None:
    """The function returns a number, or an infinity, and so does its derivative."""
    assert sct.grad(lambda x: special.boxcox(x, 0.5))(0.0) == math.inf
    assert sct.grad(lambda x: special.powm1(x, -1.0))(0.0) == -math.inf
    assert sct.grad(lambda y: special.powm1(0.0, y))(2.0) == 0.0
    assert sct.grad(lambda x: special.rel_entr(x, 0.0))(1.0) == math.inf
    assert sct.grad(lambda x: special.kl_div(x, 0.0))(1.0) == math.inf
    assert math.isnan(sct.grad(lambda x: special.rel_entr(x, 0.0))(0.0))


@pytest.mark.parametrize("x", [1e4, 1e8, 1e15])
def test_slopes_that_would_cancel_far_out(x: float) -> None:
    """``erfcx(x)`` tends to ``1 / (sqrt(pi) x)``, ``dawsn(x)`` to ``1 / (2 x)`` (DLMF 7.12)."""
    assert sct.grad(lambda x: special.erfcx(x))(x) == pytest.approx(-1 / (math.sqrt(math.pi) * x * x), rel=3 / x**2 + 1e-15)
    assert sct.grad(lambda x: special.dawsn(x))(x) == pytest.approx(-0.5 / (x * x), rel=3 / x**2 + 1e-15)
    assert sct.grad(sct.grad(lambda x: special.dawsn(x)))(x) == pytest.approx(1 / x**3, rel=7 / x**2 + 1e-15)


def test_negative_arguments_of_the_digamma_function() -> None:
    """By the recurrence ``psi(x + 1) = psi(x) + 1 / x``, from where the slope is a sum of positive terms (DLMF 5.5.2)."""
    for x in (-0.3, -2.5):
        assert sct.grad(lambda x: special.psi(x))(x) == pytest.approx(sct.grad(lambda x: special.psi(x + 3.0) - 1 / x - 1 / (
            x + 1.0) - 1 / (x + 2.0))(x))
        assert math.isfinite(sct.hvp(lambda x: special.gamma(x), (x,), (1.0,)))


# Refusals -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("f", [
    lambda v: special.jv(v, 1.0), lambda n: special.nbdtr(1, n, 0.5),
    lambda v: special.zeta(v, 1.0), lambda a: special.hyp1f1(a, 1.0, 0.5), lambda n: special.eval_jacobi(2, n, 1.0, 0.5),
])
def test_orders_are_refused(f: Any) -> None:
    with pytest.raises(sct.SctError, match="gives no derivative with respect to"):
        sct.grad(f)(1.5)


def test_other_results_are_refused() -> None:
    with pytest.raises(sct.SctError, match="return_sign"):
        sct.grad(lambda x: special.logsumexp(x, return_sign=True)[0])(X[0])


def test_rules_wait_until_the_program_imports_the_package() -> None:
    import subprocess
    import sys
    program = """
import sys, sct
sct.grad_from_source("def f(x):\\n    return x * x")(1.0)
assert not any(name.startswith("scipy") for name in sys.modules)
import scipy.special
from sct.rules.registry import lookup
assert lookup(scipy.special.erf) is not None
"""
    subprocess.run([sys.executable, "-c", program], check=True)
