"""Rules of the discrete distributions of ``scipy.stats``, by their parameters: the slopes of the logarithm of each probability.

``k`` stands for ``k - loc``.  The slope of a cumulative function is that of finitely many probabilities, which telescope: the
probability of one count times a factor (Johnson, Kemp and Kotz, Univariate Discrete Distributions, 2005).
"""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import re

import numpy as np
from scipy import stats

from ..notation import declare, partials
from . import stats as _stats
from .probability import NO_CLOSED_FORM

assert _stats

SHARE = " / np.where(z > -np.inf, np.exp(z), 1.0)"
"""What makes the slope of a logarithm of that of its argument."""


def counts(name, params, args, cumulative=None, **slopes):
    """Declare the rules of a discrete distribution with parameters ``params``.

    ``slopes`` are the derivatives of the logarithm of a probability; ``cumulative`` those of the cumulative function by the
    probability of ``floor(k)``.  ``args`` are calls to test.
    """
    passed = ", ".join(params)
    tests = {"args": args, "wrt": list(slopes)}
    moved = {p: re.sub(r"\bk\b", "(k - loc)", text) for p, text in slopes.items()}
    partials(f"z = stats.{name}.pmf(k, {passed}, loc=0)", tests=tests, **{p: f"z * ({text})" for p, text in moved.items()})
    partials(f"z = stats.{name}.logpmf(k, {passed}, loc=0)", tests=tests,
             **{p: f"np.where(z > -np.inf, {text}, 0.0)" for p, text in moved.items()})
    whole = {p: re.sub(r"\bk\b", "np.floor(k - loc)", text) for p, text in (cumulative or {}).items()}
    there = f"stats.{name}.pmf(np.floor(k - loc), {passed})"
    for method, sign, part in (("cdf", "", ""), ("sf", "-", ""), ("logcdf", "", SHARE), ("logsf", "-", SHARE)):
        if whole:
            partials(f"z = stats.{name}.{method}(k, {passed}, loc=0)", tests=tests | {"wrt": list(whole)},
                     **{p: f"{sign}({text}) * {there}{part}" for p, text in whole.items()})
            declare(getattr(vars(stats)[name], method), unsaid=NO_CLOSED_FORM)
    for method in ("pmf", "logpmf"):
        declare(getattr(vars(stats)[name], method), unsaid="it is defined at whole numbers")


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
