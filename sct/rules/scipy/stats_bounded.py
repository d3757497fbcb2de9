"""Continuous distributions of ``scipy.stats`` whose density is positive on an interval (see ``stats.py``)."""


# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

from .stats import INSIDE, UNIT, distribution

distribution("uniform", "0.0 * u", moments={})
distribution("beta", "quotient_or_zero(a - 1.0, u) - quotient_or_zero(b - 1.0, 1.0 - u)",
             a="np.log(u) - special.psi(a) + special.psi(a + b)",
             b="np.log1p(-u) - special.psi(b) + special.psi(a + b)",
             cumulative={"a": "betainc_rate(a, b, u, 1.0 - u)", "b": "-betainc_rate(b, a, 1.0 - u, u)"},
             support=UNIT,
             moments={"a": ("b / (a + b) ** 2", "b * (b * (b + 1.0) - a * (b + 1.0) - 2.0 * a * a)"
                            " / ((a + b) ** 3 * (a + b + 1.0) ** 2)"),
                      "b": ("-a / (a + b) ** 2", "a * (a * (a + 1.0) - b * (a + 1.0) - 2.0 * b * b)"
                            " / ((a + b) ** 3 * (a + b + 1.0) ** 2)")})
distribution("powerlaw", "quotient_or_zero(a - 1.0, u)", a="1.0 / a + np.log(u)", cumulative={"a": "u * np.log(u) / a"},
             support=UNIT)
for name in ("loguniform", "reciprocal"):
    distribution(name, "-1.0 / u", a="1.0 / (a * np.log(b / a))", b="-1.0 / (b * np.log(b / a))",
                 cumulative={"a": "-u * np.log(b / u) / (a * np.log(b / a))", "b": "-u * np.log(u / a) / (b * np.log(b / a))"},
                 ranges={"x": (2.8, 4.5), "a": (1.5, 2.2), "b": (4.5, 5.5)}, support=INSIDE)
distribution("genpareto", "-(1.0 + c) / (1.0 + c * u)", c="-log1p_ratio(c, u) - (1.0 + c) * log1p_ratio_slope(c, u)",
             cumulative={"c": "(1.0 + c * u) * log1p_ratio_slope(c, u)"}, shapes=(-0.3, 0.6), elsewhere="0.0",
             support=INSIDE)
distribution("genextreme", "(np.exp(-log1p_ratio(-c, u)) - 1.0 + c) / (1.0 - c * u)",
             c="log1p_ratio(-c, u) + (1.0 - c - np.exp(-log1p_ratio(-c, u))) * log1p_ratio_slope(-c, u)",
             cumulative={"c": "(c * u - 1.0) * log1p_ratio_slope(-c, u)"}, shapes=(-0.3, 0.6), elsewhere="0.0",
             support=INSIDE)
distribution("wrapcauchy", "-2.0 * c * np.sin(u) / (1.0 + c * c - 2.0 * c * np.cos(u))", shapes=(0.2, 0.7),
             c="-2.0 * c / (1.0 - c * c) - 2.0 * (c - np.cos(u)) / (1.0 + c * c - 2.0 * c * np.cos(u))")
distribution("truncnorm", "-u", a="stats.truncnorm.pdf(a, a, b)", b="-stats.truncnorm.pdf(b, a, b)",
             ranges={"a": (-1.2, -0.5), "b": (1.2, 2.0)},
             cumulative={"a": "-np.exp(0.5 * (u * u - a * a)) * stats.truncnorm.sf(u, a, b)",
                         "b": "-np.exp(0.5 * (u * u - b * b)) * stats.truncnorm.cdf(u, a, b)"},
             support=INSIDE)
distribution("triang", "1.0 / (u - (u >= c))", c="1.0 / ((u >= c) - c)", support=UNIT, ranges={"c": (0.3, 0.6)},
             elsewhere="0.1",
             cumulative={"c": "-0.5 * (u - (u >= c)) / (c - (u >= c))"}, moments={"c": ("1 / 3", "(2.0 * c - 1.0) / 18.0")})
distribution("trapezoid", "np.where(u < c, 1.0 / u, np.where(u > d, 1.0 / (u - 1.0), 0.0))",
             c="1.0 / (1.0 + d - c) - quotient_or_zero(1.0 * (u < c), c)",
             d="quotient_or_zero(1.0 * (u > d), 1.0 - d) - 1.0 / (1.0 + d - c)", support=UNIT,
             ranges={"x": (0.2, 0.95), "c": (0.55, 0.65), "d": (0.7, 0.75)}, elsewhere="0.1",
             cumulative={"c": "(stats.trapezoid.cdf(u, c, d) - np.minimum(quotient_or_zero(u, c), 1.0) ** 2)"
                              " / ((1.0 + d - c) * stats.trapezoid.pdf(u, c, d))",
                         "d": "(stats.trapezoid.sf(u, c, d) - np.minimum(quotient_or_zero(1.0 - u, 1.0 - d), 1.0) ** 2)"
                              " / ((1.0 + d - c) * stats.trapezoid.pdf(u, c, d))"})
distribution("semicircular", "-u / (1.0 - u * u)", moments={})
distribution("arcsine", "0.5 / (1.0 - u) - 0.5 / u", moments={}, elsewhere="0.3")
distribution("cosine", "-np.tan(0.5 * u)", moments={})
distribution("anglit", "-2.0 * np.tan(2.0 * u)", moments={}, domain=(0.2, 0.6))
PSI = "special.gammainc(1.5, 0.5 * chi * chi)"
distribution("argus", "1.0 / u - u / (1.0 - u * u) + chi * chi * u", support=UNIT,
             chi="3.0 / chi - 0.7978845608028654 * chi * chi * np.exp(-0.5 * chi * chi) / " + PSI + " - chi * (1.0 - u * u)",
             cumulative={"chi": "(special.gammainc(1.5, 0.5 * chi * chi * (1.0 - u * u)) * np.exp(-0.5 * chi * chi * u * u)"
                                " / (" + PSI + " * np.sqrt(1.0 - u * u)) - 1.0 + u * u) / (chi * u)"})
distribution("bradford", "-c / (1.0 + c * u)", c="1.0 / c - 1.0 / ((1.0 + c) * np.log1p(c)) - u / (1.0 + c * u)", support=UNIT,
             cumulative={"c": "(u - (1.0 + c * u) * np.log1p(c * u) / ((1.0 + c) * np.log1p(c))) / c"},
             moments={"c": ("1.0 / (c * c) - 1.0 / ((1.0 + c) * np.log1p(c) ** 2)",
                            "(2.0 / np.log1p(c) - 0.5 - 1.0 / c) / ((1.0 + c) * np.log1p(c) ** 2)"
                            " - 1.0 / (c * c * np.log1p(c))")})
distribution("johnsonsb", "(2.0 * u - 1.0 - b * (a + b * special.logit(u))) / (u * (1.0 - u))", support=UNIT,
             a="-(a + b * special.logit(u))", b="1.0 / b - (a + b * special.logit(u)) * special.logit(u)",
             cumulative={"a": "u * (1.0 - u) / b", "b": "u * (1.0 - u) * special.logit(u) / b"})
distribution("rdist", "quotient_or_zero((2.0 - c) * u, 1.0 - u * u)",
             c="0.5 * (np.log1p(-u * u) - 1.3862943611198906) - special.psi(0.5 * c) + special.psi(c)",
             cumulative={"c": "betainc_rate(0.5 * c, 0.5 * c, 0.5 * (1.0 + u), 0.5 * (1.0 - u))"
                              " - betainc_rate(0.5 * c, 0.5 * c, 0.5 * (1.0 - u), 0.5 * (1.0 + u))"},
             support="np.abs(x - loc) < scale", shapes=(5.2, 5.9), moments={"c": ("0.0 * c", "-1.0 / (c + 1.0) ** 2")})
distribution("vonmises_line", "-kappa * np.sin(u)", kappa="np.cos(u) - special.i1e(kappa) / special.i0e(kappa)")
distribution("weibull_max", "quotient_or_zero(c - 1.0, u) + c * (-u) ** (c - 1.0)",
             c="1.0 / c + np.log(-u) * (1.0 - (-u) ** c)",
             cumulative={"c": "u * np.log(-u) / c"}, support="x < loc", elsewhere="-0.5", domain=(-0.8, -0.2),
             moments={"c": ("special.gamma(1.0 + 1.0 / c) * special.psi(1.0 + 1.0 / c) / (c * c)",
                            "2.0 * (special.gamma(1.0 + 1.0 / c) ** 2 * special.psi(1.0 + 1.0 / c)"
                            " - special.gamma(1.0 + 2.0 / c) * special.psi(1.0 + 2.0 / c)) / (c * c)")})
distribution("truncexpon", "0.0 * u - 1.0", b="-1.0 / special.expm1(b)", support=INSIDE, elsewhere="0.0",
             cumulative={"b": "-special.expm1(u) / special.expm1(b)"},
             moments={"b": ("(b * np.exp(b) / special.expm1(b) - 1.0) / special.expm1(b)",
                            "b * np.exp(b) * (2.0 * b * np.exp(b) / special.expm1(b) - b - 2.0) / special.expm1(b) ** 2")})
PART = "special.expm1(b * np.log(u)) / special.expm1(b * np.log(c))"
distribution("truncpareto", "-(b + 1.0) / u", b="1.0 / b - np.log(u) - np.log(c) / special.expm1(b * np.log(c))",
             c="-b / (c * special.expm1(b * np.log(c)))", support=INSIDE, elsewhere="1.0",
             cumulative={"b": f"u * (np.log(u) - np.log(c) * {PART}) / b", "c": f"-u / c * {PART}"},
             ranges={"x": (1.4, 2.2), "c": (3.0, 4.0)})
AT_A, AT_B = (f"stats.truncweibull_min.pdf({end}, c, a, b)" for end in "ab")
TAIL_A, TAIL_B = (f"special.xlogy({end} ** c, {end}) * np.exp(-({end} ** c))" for end in "ab")
WHOLE = "(np.exp(-(a ** c)) - np.exp(-(b ** c)))"
HERE = "stats.truncweibull_min.pdf(u, c, a, b)"
distribution("truncweibull_min", "quotient_or_zero(c - 1.0, u) - c * u ** (c - 1.0)",
             c=f"1.0 / c + np.log(u) * (1.0 - u ** c) + ({TAIL_A} - {TAIL_B}) / {WHOLE}", a=AT_A, b=f"-{AT_B}",
             cumulative={"c": f"u * np.log(u) / c - (stats.truncweibull_min.sf(u, c, a, b) * {TAIL_A}"
                              f" + stats.truncweibull_min.cdf(u, c, a, b) * {TAIL_B}) / ({WHOLE} * {HERE})",
                         "a": f"-{AT_A} * stats.truncweibull_min.sf(u, c, a, b) / {HERE}",
                         "b": f"-{AT_B} * stats.truncweibull_min.cdf(u, c, a, b) / {HERE}"},
             support=INSIDE, ranges={"a": (0.05, 0.15), "b": (1.2, 2.0)})
HALF = "np.tanh(0.5 * log1p_ratio(-c, u))"
distribution("genhalflogistic", f"(c - {HALF}) / (1.0 - c * u)", c=f"u / (1.0 - c * u) + {HALF} * log1p_ratio_slope(-c, u)",
             cumulative={"c": "(c * u - 1.0) * log1p_ratio_slope(-c, u)"}, support=INSIDE, shapes=(0.3, 0.8), elsewhere="0.3")
POWER = "np.exp(-log1p_ratio(-k, u))"
distribution("kappa4", f"((1.0 - h) * {POWER} / (1.0 - h * {POWER}) - 1.0 + k) / (1.0 - k * u)",
             h=f"log1p_ratio(-h, {POWER}) + (1.0 - h) * log1p_ratio_slope(-h, {POWER})",
             k=f"log1p_ratio(-k, u) + (1.0 - k - (1.0 - h) * {POWER} / (1.0 - h * {POWER})) * log1p_ratio_slope(-k, u)",
             cumulative={"h": f"log1p_ratio_slope(-h, {POWER}) * (1.0 - h * {POWER}) * (1.0 - k * u) / {POWER}",
                         "k": "(k * u - 1.0) * log1p_ratio_slope(-k, u)"},
             ranges={"h": (-0.4, 0.4), "k": (-0.3, 0.5)}, support=INSIDE, elsewhere="0.3")
