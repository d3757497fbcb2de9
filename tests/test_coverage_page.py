"""The page that says what has a derivative rule: current, and without a gap among what people call."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sct.testing import coverage

PAGE = Path(__file__).parent.parent / "docs" / "coverage.md"
TEXT = PAGE.read_text(encoding="utf-8")
CURRENT = f"the rules and {coverage.libraries()}."

CALLED = """
take take_along_axis put_along_axis cumprod cumsum diff gradient interp convolve correlate trapezoid median quantile percentile
average cov corrcoef nansum nanmean nanmax nanmin nanstd nanvar nanprod nanmedian nanquantile nanpercentile nancumsum nancumprod
ptp compress select piecewise choose extract apply_along_axis apply_over_axes vectorize bincount histogram polyval polyfit
polyadd polymul polysub polyder polyint
poly meshgrid block r_ c_ s_ pad rot90 flip roll moveaxis rollaxis split array_split hsplit
vsplit dsplit delete insert append resize repeat tile unwrap sinc i0 nan_to_num hypot logaddexp logaddexp2 heaviside float_power
fmod remainder mod kron cross vander tril triu trace diagonal diag diagflat fill_diagonal unique einsum tensordot inner outer
vdot matmul clip where copysign ldexp frexp modf deg2rad cbrt exp2 log2 expm1 real imag conj angle abs
""".split()
INACTIVE = "searchsorted digitize spacing argmax argsort floor sign round nonzero tri ix_ indices isnan shape allclose".split()
REFUSED = "roots matrix frompyfunc intersect1d histogram2d seterr loadtxt".split()


@pytest.mark.parametrize(("names", "state"), [(CALLED, "done"), (INACTIVE, "inactive"), (REFUSED, "refused")],
                         ids=["done", "inactive", "refused"])
def test_what_becomes_of_a_name(names, state):
    assert {name: coverage.status(getattr(np, name))[0] for name in names} == dict.fromkeys(names, state)


def test_nothing_is_missing():
    assert [(title, row) for title, table in coverage.rows().items() for row in table if row[1] == coverage.MISSING] == []


def test_distributions_are_listed_method_by_method():
    pytest.importorskip("scipy")
    states = {name: state for name, state, _ in coverage.rows()[coverage.DISTRIBUTIONS]}
    done = "norm.logpdf t.cdf gamma.ppf beta.logsf poisson.pmf multivariate_normal.entropy dirichlet.mean".split()
    assert {name: states[name] for name in done} == dict.fromkeys(done, "done")
    assert {states[name] for name in ("norm.rvs", "gamma.fit", "zipf.sf", "t.entropy")} == {"refused"}


SCIPY = {
    "linalg": "solve inv det cholesky cho_factor cho_solve lu_factor lu_solve lu solve_triangular expm solve_sylvester "
              "solve_banded toeplitz solve_toeplitz block_diag norm eigh svd qr pinv sqrtm logm",
    "signal": "convolve correlate fftconvolve lfilter",
    "integrate": "simpson trapezoid cumulative_trapezoid quad odeint solve_ivp",
    "optimize": "brentq bisect newton fsolve fixed_point root root_scalar minimize minimize_scalar",
    "interpolate": "CubicSpline PchipInterpolator interp1d", "sparse.linalg": "spsolve",
}


@pytest.mark.parametrize("part", SCIPY)
def test_what_scipy_programs_call_has_a_rule(part):
    pytest.importorskip("scipy")
    states = {name: state for name, state, _ in coverage.rows()[f"scipy.{part}"]}
    assert {name: states[name] for name in SCIPY[part].split()} == dict.fromkeys(SCIPY[part].split(), "done")


def test_every_refusal_says_why():
    assert [row for table in coverage.rows().values() for row in table if row[1] == coverage.REFUSED and not row[2]] == []


@pytest.mark.skipif(CURRENT not in TEXT, reason="the page was written with another NumPy or SciPy")
def test_page_is_current():
    assert coverage.page() == TEXT, "run python -m sct.testing.coverage and read the difference"
