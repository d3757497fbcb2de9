"""Rules of the discrete distributions of ``scipy.stats``, by their parameters: the slopes of the logarithm of each probability.

``k`` stands for ``k - loc``.  The slope of a cumulative function is that of finitely many probabilities, which telescope: the
probability of one count times a factor (Johnson, Kemp and Kotz, Univariate Discrete Distributions, 2005).
"""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import math
import re

import numpy as np
from scipy import stats

from ..notation import NAMES, declare, partials
from . import stats as _stats
from .probability import NO_CLOSED_FORM

assert _stats

SHARE = " / np.where(z > -np.inf, np.exp(z), 1.0)"
"""What makes the slope of a logarithm of that of its argument."""


def counts(name, params, args, cumulative=None, **slopes):
    """Declare the rules of a discrete distribution with parameters ``params``.

    ``slopes`` are the derivatives of the logarithm of a probability; ``cumulative`` those of the cumulative function by the
    probability of ``floor(k)``.  ``args`` are calls to test.  A distribution that this version of SciPy lacks is left out.
    """
    if not hasattr(stats, name):
        return
    passed = ", ".join(params)
    tests = {"args": args, "wrt": list(slopes)}
    moved = {p: re.sub(r"\bk\b", "(k - loc)", text) for p, text in slopes.items()}
    partials(f"z = stats.{name}.pmf(k, {passed}, loc=0)", tests=tests,
             **{p: f"product_or_zero(z, {text})" for p, text in moved.items()})
    partials(f"z = stats.{name}.logpmf(k, {passed}, loc=0)", tests=tests,
             **{p: f"np.where(z > -np.inf, {text}, 0.0)" for p, text in moved.items()})
    whole = {p: re.sub(r"\bk\b", "np.floor(k - loc)", text) for p, text in (cumulative or {}).items()}
    there = f"stats.{name}.pmf(np.floor(k - loc), {passed})"
    for method, sign, part in (("cdf", "", ""), ("sf", "-", ""), ("logcdf", "", SHARE), ("logsf", "-", SHARE)):
        if whole:
            partials(f"z = stats.{name}.{method}(k, {passed}, loc=0)", tests=tests | {"wrt": list(whole)},
                     **{p: f"{sign}product_or_zero({there}, {text}){part}" for p, text in whole.items()})
            declare(getattr(vars(stats)[name], method), unsaid=NO_CLOSED_FORM)
    for method in ("pmf", "logpmf"):
        declare(getattr(vars(stats)[name], method), unsaid="it is defined at whole numbers")


def zeta_slope(a):
    """The derivative of the logarithm of Riemann's function: Edwards, Riemann's Zeta Function, 1974, 6.4."""
    rate = -2.302585092994046 - 1.0 / (a - 1.0)
    term = 10.0 ** (1.0 - a) / (a - 1.0)
    whole, moved = term, term * rate
    for j in range(1, 10):
        whole = whole + float(j) ** -a
        moved = moved - math.log(j) * float(j) ** -a
    rate = 1.0 / a - 2.302585092994046
    term = a / 12.0 * 10.0 ** (-a - 1.0)
    whole, moved = whole + 0.5 * 10.0 ** -a + term, moved - 1.151292546497023 * 10.0 ** -a + term * rate
    for m, share in ((1.0, 6000.0), (3.0, 4200.0), (5.0, 4000.0), (7.0, 3960.0)):
        term = -term * (a + m) * (a + m + 1.0) / share
        rate = rate + 1.0 / (a + m) + 1.0 / (a + m + 1.0)
        whole, moved = whole + term, moved + term * rate
    return moved / whole


NAMES["zeta_slope"] = zeta_slope
SOME = np.array([0.0, 2.0, 3.0])
CHANCE = np.array([0.3, 0.6, 0.2])
counts("poisson", ["mu"], [(SOME, np.array([0.7, 1.5, 2.2])), (np.array([2.0, 0.0]), 1.3, 1), (1.0, 0.6)],
       mu="k / mu - 1.0", cumulative={"mu": "-1.0"})
counts("bernoulli", ["p"], [(np.array([0.0, 1.0]), CHANCE[:2]), (np.array([1.0, 2.0]), 0.4, 1)],
       p="(k - p) / (p * (1.0 - p))", cumulative={"p": "(k - 1.0) / (1.0 - p)"})
counts("binom", ["n", "p"], [(np.array([0.0, 2.0, 3.0]), 4, CHANCE), (np.array([1.0, 3.0, 2.0]), 4, 0.4, 1)],
       p="(k - n * p) / (p * (1.0 - p))", cumulative={"p": "(k - n) / (1.0 - p)"})
counts("geom", ["p"], [(SOME + 1.0, CHANCE), (np.array([2.0, 5.0]), 0.4, 1)],
       p="1.0 / p - (k - 1.0) / (1.0 - p)", cumulative={"p": "k / p"})
counts("nbinom", ["n", "p"], [(SOME, 2.5, CHANCE), (np.array([1.0, 3.0]), np.array([1.5, 2.0]), 0.4, 1)],
       n="special.psi(k + n) - special.psi(n) + np.log(p)", p="n / p - k / (1.0 - p)", cumulative={"p": "(n + k) / p"})
counts("betabinom", ["n", "a", "b"], [(SOME, 4, np.array([0.7, 1.5, 2.2]), 1.3), (np.array([1.0, 3.0]), 4, 2.0, 0.8, 1)],
       a="special.psi(k + a) - special.psi(n + a + b) - special.psi(a) + special.psi(a + b)",
       b="special.psi(n - k + b) - special.psi(n + a + b) - special.psi(b) + special.psi(a + b)")
counts("betanbinom", ["n", "a", "b"], [(SOME, 4, np.array([0.7, 1.5, 2.2]), 1.3), (np.array([1.0, 3.0]), 4, 2.0, 0.8, 1)],
       a="special.psi(a + n) - special.psi(a + n + b + k) - special.psi(a) + special.psi(a + b)",
       b="special.psi(b + k) - special.psi(a + n + b + k) - special.psi(b) + special.psi(a + b)")
FEWER, MORE = (f"relative(stats.skellam.logpmf({beside}, mu1, mu2), stats.skellam.logpmf(k, mu1, mu2))"
               for beside in ("k - 1.0", "k + 1.0"))
counts("skellam", ["mu1", "mu2"], [(SOME - 1.0, np.array([0.7, 1.5, 2.2]), 1.3), (np.array([-2.0, 3.0]), 0.9, 1.6, 1)],
       mu1=f"{FEWER} - 1.0", mu2=f"{MORE} - 1.0", cumulative={"mu1": "-1.0", "mu2": MORE})
counts("logser", ["p"], [(SOME + 1.0, CHANCE), (np.array([2.0, 5.0]), 0.4, 1)],
       p="k / p + 1.0 / ((1.0 - p) * np.log1p(-p))")  # between whole numbers SciPy's sf is no step function
counts("planck", ["lambda_"], [(SOME, CHANCE), (np.array([2.0, 5.0]), 0.4, 1)],
       lambda_="1.0 / special.expm1(lambda_) - k", cumulative={"lambda_": "(k + 1.0) / special.expm1(lambda_)"})
counts("boltzmann", ["lambda_", "N"], [(SOME, CHANCE, 7), (np.array([2.0, 5.0]), 0.4, 6, 1)],
       lambda_="1.0 / special.expm1(lambda_) - N / special.expm1(N * lambda_) - k",
       cumulative={"lambda_": "(k + 1.0 - N * special.expm1((k + 1.0) * lambda_) / special.expm1(N * lambda_))"
                              " / special.expm1(lambda_)"})
counts("dlaplace", ["a"], [(SOME - 2.0, 0.5 * CHANCE), (np.array([0.0, 5.0]), 0.4, 1)], a="1.0 / np.sinh(a) - np.abs(k)",
       cumulative={"a": "np.where(k < 0.0, np.exp(a) * (k + special.expit(-a)), k + special.expit(a)) / special.expm1(a)"})
counts("yulesimon", ["alpha"], [(SOME + 1.0, CHANCE + 1.0), (np.array([2.0, 5.0]), 1.4, 1)],
       alpha="1.0 / alpha + special.psi(alpha + 1.0) - special.psi(k + alpha + 1.0)")
counts("zipf", ["a"], [(SOME + 1.0, CHANCE + 1.5), (np.array([2.0, 5.0]), 2.4, 1)], a="-np.log(k) - zeta_slope(a)")
