"""How the rules of a continuous distribution of ``scipy.stats`` are written from one line: the slope of the logarithm of the
density.

``u`` stands for ``(x - loc) / scale``.  Densities, cumulative functions, their logarithms, quantiles and moments follow by the
chain rule.  Where a density is zero, so is its derivative, and that of its logarithm is taken for zero.  Shape parameters have
a derivative where that of the density, or of the cumulative function, has a closed form, and are refused elsewhere.  The lines
are in ``stats_line.py``, ``stats_positive.py`` and ``stats_bounded.py``, by where the density is positive.
"""


# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from ..notation import NAMES, area, declare, partials, refuse_named
from .probability import NO_CLOSED_FORM

area("stats", stats, real_only=True)


refuse_named(stats, "spearmanr kendalltau weightedtau somersd rankdata mode siegelslopes theilslopes",
             because="what it picks, or the order of the numbers, values tell", instead="use pearsonr or linregress")


def standard(x, loc, scale):
    """The argument of the standard distribution."""
    moved = x if isinstance(loc, int) and loc == 0 else x - loc
    return moved if isinstance(scale, int) and scale == 1 else moved / scale


def within(u, inside, elsewhere):
    """``u``, where the density is zero some number at which its slopes are numbers."""
    return np.where(inside, u, elsewhere)


def relative(log_part, log_whole):
    """The quotient of two numbers by their logarithms, 0 where the first is 0, whatever the other is."""
    return np.exp(log_part - np.where(log_part == -np.inf, 0.0, log_whole))


def log1p_ratio(c, u):
    """``log(1 + c u) / c``, which tends to ``u`` where ``c`` is zero."""
    small = np.abs(c * u) < 1e-8
    return np.where(small, u * (1.0 - 0.5 * c * u), np.log1p(c * u) / np.where(c == 0.0, 1.0, c))


UNIT = "(x > loc) & (x < loc + scale)"
INSIDE = "stats.{name}.logpdf({given}) > -np.inf"
"""Where a density is positive that is so on an interval, which shapes may bound."""
NAMES.update(standard=standard, within=within, relative=relative, log1p_ratio=log1p_ratio)


def distribution(name, slope, *, everywhere=False, cumulative=None, tails=None, moments=None, support="x > loc",
                 elsewhere="0.5", domain=(0.2, 0.8), shapes=(1.5, 3.0), ranges=None, **of_shape):
    """Declare the rules of a continuous distribution.

    ``slope`` is the derivative of the logarithm of the standard density by ``u``, ``of_shape`` are those by the shape
    parameters, None where that has no closed form, ``cumulative`` those of the cumulative function divided by the density;
    ``everywhere`` says that none is zero, ``support`` where it is not, and ``elsewhere`` is some ``u`` there.  ``moments`` are
    the derivatives of mean and variance by each shape parameter.  ``tails`` are the slopes of the logarithms of the cumulative
    function and of its complement, where a difference of two logarithms would lose all digits.  A distribution that this
    version of SciPy lacks is left out.
    """
    if not hasattr(stats, name):
        return
    tests = {"domain": {"x": domain, **dict.fromkeys(of_shape, shapes)} | (ranges or {}), "rtol": 1e-6,
             "wrt": ["x", "loc", "scale", *(cumulative or {})]}
    of_moments = {"domain": {s: (ranges or {}).get(s, (2.5, 4.0)) for s in of_shape}, "rtol": 1e-6}
    given = ", ".join(["x", *of_shape, "loc", "scale"])
    rules = _Continuous(name, list(of_shape), everywhere, support.format(name=name, given=given), elsewhere, cumulative or {},
                        tests, of_moments)
    rules.densities(slope, {s: text for s, text in of_shape.items() if text is not None})
    rules.cumulative_functions(tails)
    rules.quantiles()
    if moments is not None:
        rules.moments(moments)
    if not of_shape:
        rules.of_parameters("entropy", loc="0", scale="1 / scale")


@dataclass(frozen=True)
class _Continuous:
    """A continuous distribution: writes the rules of its methods, with the arguments of ``distribution``."""

    name: str
    of_shape: list[str]
    everywhere: bool
    support: str
    elsewhere: str
    cumulative: dict[str, str]
    tests: dict[str, Any]
    of_moments: dict[str, Any]

    def passed(self, first):
        """The arguments of a method, the first of which is called ``first``."""
        return ", ".join([first, *self.of_shape, "loc", "scale"])

    def at(self, text, u, inside):
        """A formula in ``u`` at the standardised ``u``."""
        u = f"standard({u}, loc, scale)"
        return re.sub(r"\bu\b", u if self.everywhere else f"within({u}, {inside}, {self.elsewhere})", text)

    def term(self, text, inside, u="x"):
        text = self.at(text, u, inside)
        return f"({text})" if self.everywhere else self.only(text, inside)

    def only(self, text, inside):
        """A formula where it holds, 0 elsewhere."""
        return text if self.everywhere else f"np.where({inside}, {text}, 0.0)"

    def rule(self, method, given, unsaid, tests, **by):
        partials(f"z = stats.{self.name}.{method}({given})", tests=tests, **by)
        if unsaid:
            declare(getattr(vars(stats)[self.name], method), unsaid=NO_CLOSED_FORM)

    def of_variable(self, method, unsaid=True, tests=None, **by):
        self.rule(method, ", ".join(["x", *self.of_shape, "loc=0", "scale=1"]), unsaid, tests or self.tests, **by)

    def of_parameters(self, method, tests=None, **by):
        self.rule(method, ", ".join([*self.of_shape, "loc=0", "scale=1"]), True, tests or self.of_moments, **by)

    def densities(self, slope, by_shape):
        """The density moves with the slope of its logarithm, times itself; by the scale also as one over it."""
        unsaid = len(by_shape) < len(self.of_shape)
        tests = self.tests | {"wrt": ["x", "loc", "scale", *by_shape]}
        for method, times, inside in (("pdf", "product_or_zero(z, {})", "z > 0.0"), ("logpdf", "{}", "z > -np.inf")):
            along = times.format(self.term(slope, inside)) + " / scale"
            self.of_variable(method, unsaid, tests, x=along, loc=f"-{along}",
                             scale="-" + times.format(self.term(f"1.0 + u * ({slope})", inside)) + " / scale",
                             **{s: times.format(self.term(text, inside)) for s, text in by_shape.items()})

    def cumulative_functions(self, tails):
        """The slope of a cumulative function is the density, that of its logarithm their quotient.

        At a bound of the support, where it is 0 or 1, it does not move with a shape.
        """
        passed = self.passed("x")
        moved = {s: f"scale * ({self.at(text, 'x', self.support)})" for s, text in self.cumulative.items()}
        density, logarithm = f"stats.{self.name}.pdf({passed})", f"stats.{self.name}.logpdf({passed})"
        ratio = f"np.exp({logarithm} - z)" if self.everywhere else f"relative({logarithm}, z)"
        lower, upper = tails or (ratio, f"-{ratio}")
        for method, rate in (("cdf", density), ("sf", f"-{density}"), ("logcdf", lower), ("logsf", upper)):
            sign = "" if rate.startswith("-") else "-"
            bare = rate.lstrip("-")
            self.of_variable(method, x=rate, loc=f"{sign}{bare}", scale=f"{sign}{bare} * standard(x, loc, scale)",
                             **{s: f"product_or_zero({self.only(rate, self.support)}, {text})" for s, text in moved.items()})

    def quantiles(self):
        """A quantile moves against the cumulative function, divided by the density."""
        domain = self.tests["domain"]
        beyond = re.sub(r"\bx\b", "z", self.support)
        moved = {s: f"-scale * {self.term(text, beyond, 'z')}" for s, text in self.cumulative.items()}
        for method, sign in (("ppf", ""), ("isf", "-")):
            self.of_variable(method, tests=self.tests | {"domain": domain | {"x": (0.2, 0.8)}},
                             x=f"{sign}1 / stats.{self.name}.pdf({self.passed('z')})", loc="1",
                             scale="standard(z, loc, scale)", **moved)
        tests = self.tests | {"wrt": self.tests["wrt"][1:], "domain": {s: domain[s] for s in self.of_shape}}
        self.of_parameters("median", tests, loc="1", scale="standard(z, loc, scale)", **moved)

    def moments(self, by_shape):
        """The mean moves with ``loc``, and with ``scale`` as it does itself; the variance with its square."""
        mean = {s: f"scale * ({first})" for s, (first, _) in by_shape.items()}
        variance = {s: f"scale * scale * ({second})" for s, (_, second) in by_shape.items()}
        self.of_parameters("mean", loc="1", scale="standard(z, loc, scale)", **mean)
        self.of_parameters("var", loc="0", scale="2.0 * z / scale", **variance)
        self.of_parameters("std", loc="0", scale="z / scale", **{s: f"0.5 * {text} / z" for s, text in variance.items()})
