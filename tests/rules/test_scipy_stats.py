"""``scipy.stats``: densities, cumulative functions, quantiles, with ``loc`` and ``scale``, and what holds off the support."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest

stats = pytest.importorskip("scipy.stats")

import sct  # noqa: E402
from sct.rules import registry  # noqa: E402
from sct.rules.registry import Primitive  # noqa: E402
from tests.sampling import a_part  # noqa: E402

from . import harness  # noqa: E402
from .whole import check_whole  # noqa: E402

registry.load_families()
FILES = ("scipy/stats.py", "scipy/counts.py")
HERE = [e for e in registry.primitives() if e.vjp is not None and e.where.split(":")[0].endswith(FILES)]
CONTINUOUS = [e for e in HERE if "domain" in e.tests]
DISCRETE = [e for e in HERE if "args" in e.tests]
X = np.array([0.3, 0.5, 0.7])


def cases(entry: Primitive) -> list[harness.Case]:
    """A number with place and scale, arrays with the place alone."""
    if entry in DISCRETE:
        given = entry.tests["args"]
        beyond = [(given[0][0] + far, *given[0][1:]) for far in (-20.0, 50.0)]
        return [harness.Case(args) for args in (*given, *beyond)]
    rng, found = np.random.default_rng(0), []
    domain = entry.tests["domain"]
    numbers = tuple(float(rng.uniform(*domain[p])) for p in domain)
    found.append(harness.Case(numbers, {"loc": 0.1, "scale": 1.1}, 1e-6))
    if "loc" in entry.params and domain:
        arrays = tuple(np.asarray(rng.uniform(*domain[p], 3)) for p in domain)
        found.append(harness.Case((*arrays, 0.05), {}, 1e-6))
    if "x" in domain and "ppf" not in entry.name and "isf" not in entry.name:  # and where many densities are zero
        with warnings.catch_warnings(action="ignore"):  # of erlang, whose shape should be whole
            ends = vars(stats)[entry.name.split(".")[1]].support(*numbers[1:], 0.1, 1.1)
        sides = np.array([-0.7, domain["x"][1], *(end + way for end, way in zip(ends, (-1.3, 1.3)) if np.isfinite(end))])
        found.append(harness.Case((sides, *numbers[1:]), {"loc": 0.1, "scale": 1.1}, 1e-6))
    return found


@pytest.mark.parametrize("entry", a_part(3, CONTINUOUS + DISCRETE), ids=lambda e: e.name)
@pytest.mark.filterwarnings("ignore")
def test_rule_agrees_with_finite_differences(entry: Primitive) -> None:
    for case in cases(entry):
        harness.check(entry, case, np.random.default_rng(1))


SHAPED = [e for e in CONTINUOUS if e.name.endswith((".cdf", ".sf", ".logcdf", ".logsf"))
          and set(e.tests["wrt"]) > {"x", "loc", "scale"}]


@pytest.mark.parametrize("entry", a_part(8, SHAPED), ids=lambda e: e.name)
@pytest.mark.filterwarnings("ignore")
def test_a_cumulative_function_does_not_move_with_a_shape_at_an_end_that_stays(entry: Primitive) -> None:
    """There it is 0 or 1 whatever the shape, and the density is not 0 everywhere: that of ``lomax`` is ``c``."""
    distribution, shapes = vars(stats)[entry.name.split(".")[1]], {p: r for p, r in entry.tests["domain"].items() if p != "x"}
    low, high = ([r[k] for r in shapes.values()] for k in (0, 1))
    for end, other in zip(distribution.support(*low), distribution.support(*high), strict=True):
        if np.isfinite(end) and end == other:
            for given in ([1.0] * len(shapes), low):  # of many a density is neither 0 nor infinite there with shapes of 1
                args = (float(end), *given)
                z = entry.fn(*args)
                found = harness.cotangents(entry, harness.runnable(entry), harness.Case(args), z, 1.0)
                assert np.isfinite(z) <= all(found[p] == 0.0 for p in entry.tests["wrt"] if p in shapes)


def test_quantiles_that_are_an_end_do_not_move_with_a_shape() -> None:
    assert sct.grad(lambda c: stats.lomax.ppf(0.0, c) + stats.weibull_min.isf(1.0, c))(1.5) == 0.0
    assert sct.grad(lambda c: stats.truncexpon.ppf(1.0, c))(1.5) == 1.0


@pytest.mark.parametrize("f", [
    lambda x, m, s: stats.norm.logpdf(x, m, s), lambda x, m, s: stats.norm.cdf(x, loc=m, scale=s),
    lambda x, m, s: stats.norm.logsf(x, m, s), lambda x, m, s: stats.norm.ppf(x, m, s),
    lambda x, a, s: stats.gamma.logpdf(x, a, scale=s), lambda x, df, s: stats.t.pdf(x, df, 0.1, s),
    lambda x, a, b: stats.beta.logpdf(x, a, b), lambda x, a, s: stats.lognorm.sf(x, a, scale=s),
    lambda x, a, s: stats.expon.logsf(x, a - 1.0, s), lambda x, df, s: stats.chi2.pdf(x, df, scale=s),
    lambda x, m, s: stats.cauchy.logcdf(x, m, s), lambda x, m, s: stats.logistic.cdf(x, m, s),
])
@pytest.mark.filterwarnings("ignore")
def test_compiled_in_both_modes_and_at_second_order(f: Any) -> None:
    check_whole(f, [X, 0.9, 1.3], rtol=1e-5)


@pytest.mark.parametrize("f", [
    lambda mu: stats.poisson.logpmf([0, 2, 5], mu), lambda mu: stats.poisson.cdf(2, mu), lambda mu: stats.poisson.pmf(3, mu),
    lambda p: stats.bernoulli.logpmf(1, p / 2), lambda p: stats.binom.pmf([0, 2], 4, p / 2),
])
def test_counts_compiled(f: Any) -> None:
    check_whole(f, [0.7], rtol=1e-5)


MEAN, X2 = np.array([0.1, -0.2, 0.3]), np.array([[0.5, 0.1, -0.3], [1.0, -1.0, 0.2]])
ROOT = np.array([[1.0, 0.0, 0.0], [0.4, 1.2, 0.0], [-0.3, 0.2, 0.9]])


@pytest.mark.parametrize("x", [X2[0], X2], ids=["vector", "vectors"])
@pytest.mark.parametrize("f", [stats.multivariate_normal.logpdf, stats.multivariate_normal.pdf], ids=["logpdf", "pdf"])
def test_multivariate_normal(f: Any, x: np.ndarray) -> None:
    check_whole(lambda x, mean, cov: f(x, mean, cov), [x, MEAN, ROOT @ ROOT.T], rtol=1e-5)
    check_whole(lambda x, root: f(x, MEAN, cov=root @ root.T), [x, ROOT], rtol=1e-5)


@pytest.mark.parametrize("f", [stats.dirichlet.logpdf, stats.dirichlet.pdf], ids=["logpdf", "pdf"])
def test_dirichlet(f: Any) -> None:
    check_whole(lambda x, alpha: f(x / np.sum(x), alpha), [np.array([0.5, 1.0, 2.0]), np.array([1.5, 2.0, 3.0])], rtol=1e-5)


normals = stats.multivariate_normal
WEIGHTS, SHAPES, PLACES = np.array([1.0, 2.0, -3.0]), np.array([1.5, 2.0, 3.0]), np.array([[0.2, 0.1], [0.3, 0.4], [0.5, 0.5]])
FORMS = {
    "vectors of vectors": (lambda x, m, c: np.sum(normals.logpdf(x, m, c) * WEIGHTS), [np.stack([X2, -X2, 2 * X2], 1), MEAN,
                                                                                       ROOT @ ROOT.T]),
    "one of vectors": (lambda x, m, c: np.sum(normals.logpdf(x, m, c)), [X2[:1], MEAN, ROOT @ ROOT.T]),
    "no mean": (lambda x, c: np.sum(normals.pdf(x, cov=c)), [X2, ROOT @ ROOT.T]),
    "numbers": (lambda x, c: np.sum(normals.logpdf(x, cov=c)), [MEAN, 0.7]),
    "a number": (lambda x, m, c: normals.logpdf(x, m, c), [0.3, 0.1, 0.7]),
    "standard": (lambda x: np.sum(normals.pdf(x)), [MEAN]),
    "one variance": (lambda x, m, c: np.sum(normals.logpdf(x, m, c)), [X2, MEAN, 0.7]),
    "variances": (lambda x, m, c: np.sum(normals(m, c).logpdf(x)), [X2, MEAN, np.array([0.7, 0.8, 0.9])]),
    "spread places": (lambda x, m, c: np.sum(normals.logpdf(x, m, c)), [X2[:, :1], MEAN, ROOT @ ROOT.T]),
    "entropy": (lambda m, c: normals.entropy(m, c) + normals(m, c).entropy(), [MEAN, ROOT @ ROOT.T]),
    "entropy of variances": (lambda c: normals.entropy(MEAN, c) + normals.entropy(cov=c[0]), [np.array([0.7, 0.8, 0.9])]),
    "columns": (lambda x, a: np.sum(stats.dirichlet.logpdf(x / np.sum(x, axis=0), a) * WEIGHTS[:2]), [PLACES, SHAPES]),
    "columns without the last row": (lambda x, a: np.sum(stats.dirichlet.pdf(x, a) * WEIGHTS[:2]), [PLACES[:2], SHAPES]),
    "without the last": (lambda x, a: stats.dirichlet(a).logpdf(x), [PLACES[:1, 0], SHAPES[:2]]),
    "moments": (lambda a: stats.dirichlet.entropy(a) + np.sum(WEIGHTS * stats.dirichlet(a).mean() * stats.dirichlet.var(a)),
                [SHAPES]),
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_distributions_of_vectors(form: str) -> None:
    f, args = FORMS[form]
    assert sct.value_and_grad(f)(*args)[0] == f(*args)
    sct.check_grads(f, args, order=2)


# Hard points, refusals ------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("error")
def test_off_the_support_the_density_is_constant() -> None:
    for f in (stats.expon, stats.uniform, stats.rayleigh):
        assert sct.grad(lambda x: f.pdf(x))(-1.0) == 0.0 and sct.grad(lambda x: f.cdf(x))(-1.0) == 0.0
        assert sct.grad(lambda x: f.logpdf(x))(-1.0) == 0.0 and sct.grad(lambda x: f.logcdf(x))(-1.0) == 0.0
        assert sct.hvp(lambda x: f.logcdf(x), (-1.0,), (1.0,)) == 0.0
    assert sct.grad(lambda x, a: stats.gamma.pdf(x, a), (0, 1))(-1.0, 2.0) == (0.0, 0.0)
    assert sct.grad(lambda s: stats.lognorm.cdf(-1.0, s))(0.7) == 0.0
    assert sct.grad(lambda x: stats.uniform.logsf(x))(2.0) == 0.0


def test_tails() -> None:
    assert sct.grad(lambda x: stats.norm.logpdf(x))(-40.0) == 40.0
    assert sct.grad(lambda x: stats.norm.logcdf(x))(-40.0) == pytest.approx(40.0 + 1 / 40 - 2 / 40**3, rel=1e-8)
    assert sct.grad(lambda x: stats.norm.pdf(x))(60.0) == 0.0
    assert sct.grad(lambda p: stats.norm.ppf(p))(0.5) == pytest.approx(math.sqrt(2 * math.pi))


@pytest.mark.parametrize("f", [
    lambda a: stats.nbinom.cdf(1.0, a, 0.4), lambda beta: stats.gennorm.cdf(0.5, beta), lambda k: stats.vonmises.sf(0.5, k),
])
def test_shape_parameters_without_a_closed_form_are_refused(f: Any) -> None:
    for derivative in (sct.grad(f), lambda x: sct.jvp(f, (x,), (1.0,))):
        with pytest.raises(sct.SctError, match="with respect to `(n|beta|kappa)`: that derivative has no closed form"):
            derivative(2.0)
    with pytest.raises(sct.SctError, match="it is defined at whole numbers"):
        sct.grad(lambda k: stats.poisson.pmf(k, 1.0))(2.0)


@pytest.mark.parametrize("f", [
    lambda q, a, b: stats.lognorm.ppf(q, a + b) * stats.weibull_min.isf(q, a) + stats.pareto.median(b) - stats.lomax.ppf(q, b),
    lambda q, a, b: stats.truncnorm.ppf(q, -a, b) + stats.genpareto.isf(q, a - 1.0) + stats.genextreme.ppf(q, b - 1.0),
    lambda q, a, b: stats.johnsonsu.ppf(q, a, b) + stats.invgauss.ppf(q, b) * stats.skewnorm.isf(q, a),
], ids=["logarithms", "tails", "others"])
def test_quantiles_by_shape_parameters(f: Any) -> None:
    check_whole(f, [np.array([0.3, 0.6]), 0.9, 1.4], rtol=1e-5)


@pytest.mark.parametrize("f", [
    lambda x, a, b: stats.genpareto.logpdf(x, a - 1.0) + stats.genextreme.logpdf(x, a, scale=b) + stats.fisk.logpdf(x, a),
    lambda x, a, b: stats.truncnorm.logpdf(x, -a, b) - stats.vonmises.logpdf(x, b) + stats.wrapcauchy.logpdf(x, a * 0.5),
    lambda x, a, b: stats.f.logpdf(x, a, b) + stats.gengamma.logpdf(x, a, b) + stats.betaprime.cdf(x, 2.0, 1.5, scale=b),
    lambda x, a, b: stats.gennorm.logpdf(x, b, loc=a) + stats.skewnorm.logpdf(x, a, scale=b) + stats.johnsonsu.logsf(x, a, b),
    lambda x, a, b: stats.gamma.std(a, scale=b) + stats.beta.var(a, b) * stats.lognorm.mean(a) * x + stats.norm.entropy(a, b),
    lambda x, a, b: stats.nbinom.pmf(3, a, x) - stats.betabinom.pmf(2, 5, a, b) + stats.geom.sf(2, x) * stats.binom.sf(1, 3, x),
], ids=["extremes", "bounded", "ratios", "shapes", "moments", "counts"])
@pytest.mark.filterwarnings("ignore")
def test_many_compiled(f: Any) -> None:
    check_whole(f, [X, 0.9, 1.3], rtol=1e-5)


def test_multinomial() -> None:
    f = lambda p: stats.multinomial.logpmf([1.0, 2.0, 0.0, 3.0], 6, p / np.sum(p))
    check_whole(f, [np.array([0.2, 0.3, 0.4, 0.5])], rtol=1e-5)
    check_whole(lambda p: stats.multinomial.pmf([1.0, 2.0, 3.0], 6, [p, 0.3, 0.7 - p]), [0.2], rtol=1e-5)


def test_shape_parameters_at_which_a_distribution_becomes_another() -> None:
    """Of the generalised Pareto distribution the exponential one, of the extreme value distributions that of Gumbel."""
    slopes = sct.grad(lambda x, c: stats.genpareto.logpdf(x, c), (0, 1))(0.7, 0.0)
    assert slopes == pytest.approx((-1.0, 0.7**2 / 2 - 0.7))
    assert sct.grad(lambda x, c: stats.genextreme.logpdf(x, c))(0.7, 0.0) == pytest.approx(math.exp(-0.7) - 1.0)
    assert sct.grad(lambda x, c: stats.genpareto.logpdf(x, c))(-0.1, 0.3) == 0.0
    u, slope = 0.7, sct.grad(lambda c: stats.genpareto.logpdf(0.7, c))
    for c in (1e-9, 1e-4, -1e-4):
        expected = -u + u * u / 2 + c * (u * u - 2 * u**3 / 3)  # the first terms of its power series
        assert slope(c) == pytest.approx(expected, abs=4 * c * c + 1e-12)


def test_what_has_no_rule_is_refused() -> None:
    with pytest.raises(sct.SctError, match="no derivative rule"):
        sct.grad(lambda x: stats.gamma.entropy(2.0, scale=x))(2.0)
    for f in (lambda x: stats.landau.pdf(x), lambda x: stats.landau(scale=2.0).pdf(x)):
        with pytest.raises(sct.SctError, match=r"`landau.pdf`: its density is an integral.*\n(.*\n)*.*moyal approximates it"):
            sct.grad(f)(2.0)
    for f in (lambda x: stats.levy_stable.cdf(x, 1.2, 0.0), lambda x: stats.nct.logpdf(x, 3.0, 1.0),
              lambda x: stats.kstwobign.sf(x), lambda a: stats.betabinom.cdf(2, 5, a, 1.0), lambda a: stats.zipf.sf(2, a)):
        with pytest.raises(sct.SctError, match="closed form|no functions that SciPy has|sums or integrals"):
            sct.grad(f)(2.0)
    with pytest.raises(sct.SctError, match="allow_singular"):
        sct.grad(lambda x: stats.multivariate_normal.logpdf(x, cov=np.eye(3), allow_singular=True))(MEAN)


def test_distributions_without_a_rule_take_constants() -> None:
    f = lambda x: stats.studentized_range(3, 10).ppf(0.95) * x + stats.hypergeom.pmf(1, 20, 7, 12) * x
    assert sct.grad(f)(2.0) == stats.studentized_range.ppf(0.95, 3, 10) + stats.hypergeom.pmf(1, 20, 7, 12)


# Frozen distributions -------------------------------------------------------------------------------------------------

OUTSIDE, COUNTS, VECTORS = stats.gamma(2.0, scale=1.5), stats.poisson(mu=1.5), stats.multivariate_normal(MEAN, ROOT @ ROOT.T)


@pytest.mark.parametrize(("frozen", "plain"), [
    (lambda x, a, b: stats.norm(a, scale=b).logpdf(x), lambda x, a, b: stats.norm.logpdf(x, a, b)),
    (lambda x, a, b: [d := stats.lognorm(a, 0.1, b), d.cdf(x) * d.mean() + d.ppf(q=0.3) + d.std() * d.median()][1],
     lambda x, a, b: stats.lognorm.cdf(x, a, 0.1, b) * stats.lognorm.mean(a, 0.1, b) + stats.lognorm.ppf(0.3, a, 0.1, b)
     + stats.lognorm.std(a, scale=b) * stats.lognorm.median(a, 0.1, b)),
    (lambda x, a, b: OUTSIDE.logpdf(x * a) + COUNTS.logpmf(2) * b + VECTORS.logpdf(x),
     lambda x, a, b: stats.gamma.logpdf(x * a, 2.0, scale=1.5) + stats.poisson.logpmf(2, 1.5) * b
     + stats.multivariate_normal.logpdf(x, MEAN, ROOT @ ROOT.T)),
    (lambda x, a, b: stats.multivariate_normal(a * x, cov=b * ROOT @ ROOT.T).logpdf(MEAN) * stats.binom(4, b / 2).pmf(2),
     lambda x, a, b: stats.multivariate_normal.logpdf(MEAN, a * x, b * ROOT @ ROOT.T) * stats.binom.pmf(2, 4, b / 2)),
], ids=["one", "several", "outside", "vectors"])
def test_frozen_distributions(frozen: Any, plain: Any) -> None:
    ways = [sct.grad(lambda x, a, b, f=f: np.sum(f(x, a, b)), (0, 1, 2)) for f in (frozen, plain)]
    for got, expected in zip(*(g(X, 0.9, 1.3) for g in ways), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_a_frozen_distribution_among_the_arguments() -> None:
    g = sct.grad(lambda x, d: d.logpdf(x))
    for d in (stats.norm(0.5, 2.0), stats.norm(loc=0.1), stats.gumbel_r(scale=3.0), stats.norm(0.7, 2.0)):
        h = 1e-5
        assert g(0.3, d) == pytest.approx((d.logpdf(0.3 + h) - d.logpdf(0.3 - h)) / (2 * h), rel=1e-8)


@pytest.mark.parametrize(("frozen", "plain"), [
    (lambda x, a, b: stats.rice(a, scale=b).logpdf(x) + stats.burr12(a, b).cdf(x) * stats.triang(x * 0.5).ppf(0.3),
     lambda x, a, b: stats.rice.logpdf(x, a, scale=b) + stats.burr12.cdf(x, a, b) * stats.triang.ppf(0.3, x * 0.5)),
    (lambda x, a, b: stats.skellam(a, b).pmf(1) * x + stats.crystalball(a, b + 1.0).logcdf(x - 2.0),
     lambda x, a, b: stats.skellam.pmf(1, a, b) * x + stats.crystalball.logcdf(x - 2.0, a, b + 1.0)),
], ids=["densities", "counts"])
@pytest.mark.filterwarnings("ignore")
def test_further_distributions_frozen_or_not(frozen: Any, plain: Any) -> None:
    for f in (frozen, plain):
        check_whole(f, [X, 0.9, 1.3], rtol=1e-5)


def test_frozen_distributions_of_one_class_on_the_line_and_on_an_interval() -> None:
    g = sct.grad(lambda x, d: d.pdf(x))
    for d in (stats.vonmises(1.0), stats.vonmises_line(1.0), stats.vonmises(1.0)):
        assert g(5.0, d) == pytest.approx((d.pdf(5.0 + 1e-5) - d.pdf(5.0 - 1e-5)) / 2e-5, abs=1e-9)


def test_a_frozen_distribution_of_vectors_among_the_arguments() -> None:
    g = sct.grad(lambda x, d: d.logpdf(x))
    x = np.array([0.4, 0.6])
    np.testing.assert_allclose(g(x, normals(np.ones(2), np.diag([1.0, 2.0]))), [0.6, 0.2])
    np.testing.assert_allclose(g(x, normals(np.zeros(2), np.eye(2))), [-0.4, -0.6])
    np.testing.assert_allclose(g(x, stats.dirichlet([1.0, 2.0])), [0.0, 1.0 / 0.6])
    with pytest.raises(sct.SctError, match="allow_singular"):
        g(x, normals(np.zeros(2), np.eye(2), allow_singular=True))


def test_the_parameters_of_a_frozen_distribution_are_read_when_it_is_used() -> None:
    d = stats.norm(0.5, 2.0)
    g = sct.grad(lambda x: d.logpdf(x))
    assert g(0.0) == 0.125
    d.args = (1.5, 2.0)
    assert g(0.0) == 0.375


@pytest.mark.parametrize(("f", "message"), [
    (lambda a: stats.norm(a).rvs(), "`rvs` of a frozen distribution `norm`"), (lambda a: OUTSIDE.expect() * a, "`expect`"),
    (lambda a: stats.burr12(a, 2.0).moment(2), "`moment` of a frozen distribution `burr12`"),
    (lambda a: stats.gennorm(a).cdf(1.0), "no closed form"), (lambda a: stats.norm(a).pdf(y=1.0), "`y` is no argument"),
    (lambda a: stats.norm(a)(1.0), "no derivative rule"),
])
def test_frozen_distributions_that_are_refused(f: Any, message: str) -> None:
    with pytest.raises(sct.SctError, match=message):
        sct.grad(f)(2.0)


@pytest.mark.parametrize("f", [lambda mu: np.sum(stats.poisson.cdf(np.array([0.0, 2.0]), mu, loc=-0.6)),
                               lambda mu: np.sum(stats.poisson.sf(np.array([1.0, 2.9]), mu, 0.3))])
def test_counts_between_whole_numbers(f: Any) -> None:
    check_whole(f, [1.4])


def test_levels_by_name() -> None:
    check_whole(lambda q, c: stats.weibull_min.ppf(q=q, c=2.0, scale=c), [0.3, 1.7])
