"""Rules of the continuous distributions of ``scipy.stats``, from one line each: the slope of the logarithm of the density.

``u`` stands for ``(x - loc) / scale``.  Densities, cumulative functions, their logarithms, quantiles and moments follow by the
chain rule.  Where a density is zero, so is its derivative, and that of its logarithm is taken for zero.  Shape parameters of
cumulative functions and quantiles have a derivative where that of the cumulative function has a closed form, and are refused
elsewhere.  The densities are those of Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions, 1994 and 1995.
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


NAMES.update(standard=standard, within=within, relative=relative, log1p_ratio=log1p_ratio)


def distribution(name, slope, *, everywhere=False, cumulative=None, tails=None, moments=None, support="x > loc",
                 elsewhere="0.5", domain=(0.2, 0.8), shapes=(1.5, 3.0), ranges=None, **of_shape):
    """Declare the rules of a continuous distribution.

    ``slope`` is the derivative of the logarithm of the standard density by ``u``, ``of_shape`` are those by the shape
    parameters, ``cumulative`` those of the cumulative function divided by the density; ``everywhere`` says that none is zero,
    ``support`` where it is not, and ``elsewhere`` is some ``u`` there.  ``moments`` are the derivatives of mean and variance by
    each shape parameter.  ``tails`` are the slopes of the logarithms of the cumulative function and of its complement, where a
    difference of two logarithms would lose all digits.
    """
    tests = {"domain": {"x": domain, **dict.fromkeys(of_shape, shapes)} | (ranges or {}), "rtol": 1e-6,
             "wrt": ["x", "loc", "scale", *(cumulative or {})]}
    rules = _Continuous(name, list(of_shape), everywhere, support, elsewhere, cumulative or {}, tests)
    rules.densities(slope, of_shape)
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

    def passed(self, first):
        """The arguments of a method, the first of which is called ``first``."""
        return ", ".join([first, *self.of_shape, "loc", "scale"])

    def at(self, text, u, inside):
        """A formula in ``u`` at the standardised ``u``."""
        u = f"standard({u}, loc, scale)"
        return re.sub(r"\bu\b", u if self.everywhere else f"within({u}, {inside}, {self.elsewhere})", text)

    def term(self, text, inside):
        text = self.at(text, "x", inside)
        return f"({text})" if self.everywhere else f"np.where({inside}, {text}, 0.0)"

    def rule(self, method, given, unsaid, tests, **by):
        partials(f"z = stats.{self.name}.{method}({given})", tests=tests, **by)
        if unsaid:
            declare(getattr(vars(stats)[self.name], method), unsaid=NO_CLOSED_FORM)

    def of_variable(self, method, unsaid=True, tests=None, **by):
        self.rule(method, ", ".join(["x", *self.of_shape, "loc=0", "scale=1"]), unsaid, tests or self.tests, **by)

    def of_parameters(self, method, tests=None, **by):
        ours = {"domain": dict.fromkeys(self.of_shape, (2.5, 4.0)), "rtol": 1e-6}
        self.rule(method, ", ".join([*self.of_shape, "loc=0", "scale=1"]), True, tests or ours, **by)

    def densities(self, slope, by_shape):
        """The density moves with the slope of its logarithm, times itself; by the scale also as one over it."""
        tests = self.tests | {"wrt": ["x", "loc", "scale", *self.of_shape]}
        for method, times, inside in (("pdf", "product_or_zero(z, {})", "z > 0.0"), ("logpdf", "{}", "z > -np.inf")):
            along = times.format(self.term(slope, inside)) + " / scale"
            self.of_variable(method, False, tests, x=along, loc=f"-{along}",
                             scale="-" + times.format(self.term(f"1.0 + u * ({slope})", inside)) + " / scale",
                             **{s: times.format(self.term(text, inside)) for s, text in by_shape.items()})

    def cumulative_functions(self, tails):
        """The slope of a cumulative function is the density, that of its logarithm their quotient."""
        passed = self.passed("x")
        density, logarithm = f"stats.{self.name}.pdf({passed})", f"stats.{self.name}.logpdf({passed})"
        ratio = f"np.exp({logarithm} - z)" if self.everywhere else f"relative({logarithm}, z)"
        lower, upper = tails or (ratio, f"-{ratio}")
        for method, rate in (("cdf", density), ("sf", f"-{density}"), ("logcdf", lower), ("logsf", upper)):
            sign = "" if rate.startswith("-") else "-"
            bare = rate.lstrip("-")
            self.of_variable(method, x=rate, loc=f"{sign}{bare}", scale=f"{sign}{bare} * standard(x, loc, scale)",
                             **{s: f"{rate} * scale * ({self.at(text, 'x', self.support)})"
                                for s, text in self.cumulative.items()})

    def quantiles(self):
        """A quantile moves against the cumulative function, divided by the density."""
        domain = self.tests["domain"]
        beyond = re.sub(r"\bx\b", "z", self.support)
        moved = {s: f"-scale * ({self.at(text, 'z', beyond)})" for s, text in self.cumulative.items()}
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


distribution("norm", "-u", everywhere=True, moments={},
             tails=("inverse_mills(standard(x, loc, scale)) / scale", "-inverse_mills(-standard(x, loc, scale)) / scale"))
distribution("t", "-(df + 1.0) * u / (df + u * u)", everywhere=True, moments={"df": ("0.0 * df", "-2.0 / (df - 2.0) ** 2")},
             cumulative={"df": "student_rate(df, u)"},
             df="0.5 * (special.psi(0.5 * df + 0.5) - special.psi(0.5 * df) - 1.0 / df - np.log1p(u * u / df)"
                " + (df + 1.0) * u * u / (df * (df + u * u)))")
distribution("laplace", "-np.sign(u)", everywhere=True, moments={})
distribution("cauchy", "-2.0 * u / (1.0 + u * u)", everywhere=True)
distribution("logistic", "-np.tanh(0.5 * u)", everywhere=True, moments={})
distribution("gumbel_r", "np.exp(-u) - 1.0", everywhere=True, moments={})
distribution("gumbel_l", "1.0 - np.exp(u)", everywhere=True, moments={})
distribution("hypsecant", "-np.tanh(u)", everywhere=True, moments={})
distribution("uniform", "0.0 * u", moments={})
distribution("expon", "0.0 * u - 1.0", moments={})
distribution("halfnorm", "-u", moments={})
distribution("halflogistic", "-np.tanh(0.5 * u)", moments={})
distribution("halfcauchy", "-2.0 * u / (1.0 + u * u)")
distribution("rayleigh", "1.0 / u - u", moments={})
distribution("maxwell", "2.0 / u - u", moments={})
distribution("levy", "(0.5 / u - 1.5) / u")
distribution("gamma", "quotient_or_zero(a - 1.0, u) - 1.0", a="np.log(u) - special.psi(a)", moments={"a": ("1.0", "1.0")},
             cumulative={"a": "gammainc_rate(a, u)"})
distribution("invgamma", "(1.0 / u - a - 1.0) / u", a="-np.log(u) - special.psi(a)",
             cumulative={"a": "-u * u * gammainc_rate(a, 1.0 / u)"},
             moments={"a": ("-1.0 / (a - 1.0) ** 2", "-(3.0 * a - 5.0) / ((a - 1.0) ** 3 * (a - 2.0) ** 2)")})
distribution("chi2", "quotient_or_zero(0.5 * df - 1.0, u) - 0.5", df="0.5 * (np.log(0.5 * u) - special.psi(0.5 * df))",
             cumulative={"df": "gammainc_rate(0.5 * df, 0.5 * u)"},
             moments={"df": ("1.0", "2.0")})
distribution("chi", "quotient_or_zero(df - 1.0, u) - u", df="np.log(u) - 0.5 * (0.6931471805599453 + special.psi(0.5 * df))",
             cumulative={"df": "0.5 * gammainc_rate(0.5 * df, 0.5 * u * u) / u"})
distribution("beta", "quotient_or_zero(a - 1.0, u) - quotient_or_zero(b - 1.0, 1.0 - u)",
             a="np.log(u) - special.psi(a) + special.psi(a + b)",
             b="np.log1p(-u) - special.psi(b) + special.psi(a + b)",
             cumulative={"a": "betainc_rate(a, b, u, 1.0 - u)", "b": "-betainc_rate(b, a, 1.0 - u, u)"},
             moments={"a": ("b / (a + b) ** 2", "b * (b * (b + 1.0) - a * (b + 1.0) - 2.0 * a * a)"
                            " / ((a + b) ** 3 * (a + b + 1.0) ** 2)"),
                      "b": ("-a / (a + b) ** 2", "a * (a * (a + 1.0) - b * (a + 1.0) - 2.0 * b * b)"
                            " / ((a + b) ** 3 * (a + b + 1.0) ** 2)")})
distribution("betaprime", "quotient_or_zero(a - 1.0, u) - (a + b) / (1.0 + u)",
             a="np.log(u) - np.log1p(u) - special.psi(a) + special.psi(a + b)",
             b="-np.log1p(u) - special.psi(b) + special.psi(a + b)",
             cumulative={"a": "(1.0 + u) ** 2 * betainc_rate(a, b, u / (1.0 + u), 1.0 / (1.0 + u))",
                         "b": "-((1.0 + u) ** 2) * betainc_rate(b, a, 1.0 / (1.0 + u), u / (1.0 + u))"})
distribution("f", "quotient_or_zero(0.5 * dfn - 1.0, u) - 0.5 * (dfn + dfd) * dfn / (dfd + dfn * u)",
             dfn="0.5 * (np.log(dfn * u / (dfd + dfn * u)) + 1.0 - (dfn + dfd) * u / (dfd + dfn * u)"
                 " - special.psi(0.5 * dfn) + special.psi(0.5 * (dfn + dfd)))",
             dfd="0.5 * (np.log(dfd / (dfd + dfn * u)) + 1.0 - (dfn + dfd) / (dfd + dfn * u)"
                 " - special.psi(0.5 * dfd) + special.psi(0.5 * (dfn + dfd)))",
             cumulative={"dfn": "f_rate(dfn, dfd, u, 1)", "dfd": "f_rate(dfn, dfd, u, -1)"})
distribution("gengamma", "(c * (a - u ** c) - 1.0) / u", a="c * np.log(u) - special.psi(a)",
             c="1.0 / c + np.log(u) * (a - u ** c)",
             cumulative={"a": "gammainc_rate(a, u ** c) * u / (c * u ** c)", "c": "u * np.log(u) / c"})
distribution("lognorm", "-(1.0 + np.log(u) / (s * s)) / u", s="(np.log(u) ** 2 / (s * s) - 1.0) / s",
             cumulative={"s": "-u * np.log(u) / s"},
             moments={"s": ("s * np.exp(0.5 * s * s)", "(4.0 * np.exp(2.0 * s * s) - 2.0 * np.exp(s * s)) * s")})
distribution("weibull_min", "quotient_or_zero(c - 1.0, u) - c * u ** (c - 1.0)", c="1.0 / c + np.log(u) * (1.0 - u ** c)",
             cumulative={"c": "u * np.log(u) / c"},
             moments={"c": ("-special.gamma(1.0 + 1.0 / c) * special.psi(1.0 + 1.0 / c) / (c * c)",
                            "2.0 * (special.gamma(1.0 + 1.0 / c) ** 2 * special.psi(1.0 + 1.0 / c)"
                            " - special.gamma(1.0 + 2.0 / c) * special.psi(1.0 + 2.0 / c)) / (c * c)")})
distribution("invweibull", "(c * u ** -c - c - 1.0) / u", c="1.0 / c + np.log(u) * (u ** -c - 1.0)",
             cumulative={"c": "u * np.log(u) / c"})
distribution("fisk", "(c - 1.0 - 2.0 * c * special.expit(c * np.log(u))) / u",
             c="1.0 / c - np.log(u) * np.tanh(0.5 * c * np.log(u))", cumulative={"c": "u * np.log(u) / c"})
distribution("pareto", "-(b + 1.0) / u", b="1.0 / b - np.log(u)", cumulative={"b": "u * np.log(u) / b"}, domain=(2.0, 3.0),
             moments={"b": ("-1.0 / (b - 1.0) ** 2", "-2.0 * (b * b - b - 1.0) / ((b - 1.0) ** 3 * (b - 2.0) ** 2)")})
distribution("lomax", "-(c + 1.0) / (1.0 + u)", c="1.0 / c - np.log1p(u)", cumulative={"c": "(1.0 + u) * np.log1p(u) / c"})
distribution("powerlaw", "quotient_or_zero(a - 1.0, u)", a="1.0 / a + np.log(u)", cumulative={"a": "u * np.log(u) / a"})
distribution("loguniform", "-1.0 / u", a="1.0 / (a * np.log(b / a))", b="-1.0 / (b * np.log(b / a))",
             cumulative={"a": "-u * np.log(b / u) / (a * np.log(b / a))", "b": "-u * np.log(u / a) / (b * np.log(b / a))"},
             ranges={"x": (2.8, 4.5), "a": (1.5, 2.2), "b": (4.5, 5.5)},
             support="stats.loguniform.logpdf(x, a, b, loc, scale) > -np.inf")
distribution("genpareto", "-(1.0 + c) / (1.0 + c * u)", c="-log1p_ratio(c, u) - (1.0 + c) * log1p_ratio_slope(c, u)",
             cumulative={"c": "(1.0 + c * u) * log1p_ratio_slope(c, u)"}, shapes=(-0.3, 0.6), elsewhere="0.0",
             support="stats.genpareto.logpdf(x, c, loc, scale) > -np.inf")
distribution("genextreme", "(np.exp(-log1p_ratio(-c, u)) - 1.0 + c) / (1.0 - c * u)",
             c="log1p_ratio(-c, u) + (1.0 - c - np.exp(-log1p_ratio(-c, u))) * log1p_ratio_slope(-c, u)",
             cumulative={"c": "(c * u - 1.0) * log1p_ratio_slope(-c, u)"}, shapes=(-0.3, 0.6), elsewhere="0.0",
             support="stats.genextreme.logpdf(x, c, loc, scale) > -np.inf")
distribution("invgauss", "-1.5 / u + 0.5 / (u * u) - 0.5 / (mu * mu)", mu="(u - mu) / mu ** 3",
             cumulative={"mu": "-2.0 * np.exp(2.0 / mu + special.log_ndtr(-(u / mu + 1.0) / np.sqrt(u))"
                               " - stats.invgauss.logpdf(u, mu)) / (mu * mu)"},
             moments={"mu": ("1.0", "3.0 * mu * mu")})
distribution("gennorm", "-beta * np.sign(u) * np.abs(u) ** (beta - 1.0)", everywhere=True, domain=(-0.8, -0.2),
             beta="1.0 / beta + special.psi(1.0 / beta) / (beta * beta) - special.xlogy(np.abs(u) ** beta, np.abs(u))")
distribution("loggamma", "c - np.exp(u)", everywhere=True, c="u - special.psi(c)",
             cumulative={"c": "np.exp(-u) * gammainc_rate(c, np.exp(u))"},
             moments={"c": ("special.polygamma(1, c)", "special.polygamma(2, c)")})
MILLS = "0.7978845608028654 / special.erfcx(-0.7071067811865476 * a * u)"
distribution("skewnorm", f"a * {MILLS} - u", everywhere=True, a=f"u * {MILLS}", cumulative={"a": f"-{MILLS} / (1.0 + a * a)"})
distribution("johnsonsu", "-(u / np.sqrt(1.0 + u * u) + b * (a + b * np.arcsinh(u))) / np.sqrt(1.0 + u * u)", everywhere=True,
             a="-(a + b * np.arcsinh(u))", b="1.0 / b - (a + b * np.arcsinh(u)) * np.arcsinh(u)",
             cumulative={"a": "np.sqrt(1.0 + u * u) / b", "b": "np.sqrt(1.0 + u * u) * np.arcsinh(u) / b"})
distribution("vonmises", "-kappa * np.sin(u)", everywhere=True, kappa="np.cos(u) - special.i1e(kappa) / special.i0e(kappa)")
distribution("wrapcauchy", "-2.0 * c * np.sin(u) / (1.0 + c * c - 2.0 * c * np.cos(u))", shapes=(0.2, 0.7),
             c="-2.0 * c / (1.0 - c * c) - 2.0 * (c - np.cos(u)) / (1.0 + c * c - 2.0 * c * np.cos(u))")
distribution("truncnorm", "-u", a="stats.truncnorm.pdf(a, a, b)", b="-stats.truncnorm.pdf(b, a, b)",
             ranges={"a": (-1.2, -0.5), "b": (1.2, 2.0)},
             cumulative={"a": "-np.exp(0.5 * (u * u - a * a)) * stats.truncnorm.sf(u, a, b)",
                         "b": "-np.exp(0.5 * (u * u - b * b)) * stats.truncnorm.cdf(u, a, b)"},
             support="stats.truncnorm.logpdf(x, a, b, loc, scale) > -np.inf")
