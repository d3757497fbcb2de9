"""Continuous distributions of ``scipy.stats`` whose density is positive to one side of ``loc`` (see ``stats.py``)."""


# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

from .stats import distribution

distribution("expon", "0.0 * u - 1.0", moments={})
distribution("halfnorm", "-u", moments={})
distribution("halflogistic", "-np.tanh(0.5 * u)", moments={})
distribution("halfcauchy", "-2.0 * u / (1.0 + u * u)")
distribution("rayleigh", "1.0 / u - u", moments={})
distribution("maxwell", "2.0 / u - u", moments={})
distribution("levy", "(0.5 / u - 1.5) / u")
for name in ("gamma", "erlang"):
    distribution(name, "quotient_or_zero(a - 1.0, u) - 1.0", a="np.log(u) - special.psi(a)", moments={"a": ("1.0", "1.0")},
                 cumulative={"a": "gammainc_rate(a, u)"})
distribution("invgamma", "(1.0 / u - a - 1.0) / u", a="-np.log(u) - special.psi(a)",
             cumulative={"a": "-u * u * gammainc_rate(a, 1.0 / u)"},
             moments={"a": ("-1.0 / (a - 1.0) ** 2", "-(3.0 * a - 5.0) / ((a - 1.0) ** 3 * (a - 2.0) ** 2)")})
distribution("chi2", "quotient_or_zero(0.5 * df - 1.0, u) - 0.5", df="0.5 * (np.log(0.5 * u) - special.psi(0.5 * df))",
             cumulative={"df": "gammainc_rate(0.5 * df, 0.5 * u)"},
             moments={"df": ("1.0", "2.0")})
distribution("chi", "quotient_or_zero(df - 1.0, u) - u", df="np.log(u) - 0.5 * (0.6931471805599453 + special.psi(0.5 * df))",
             cumulative={"df": "0.5 * gammainc_rate(0.5 * df, 0.5 * u * u) / u"})
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
distribution("invgauss", "-1.5 / u + 0.5 / (u * u) - 0.5 / (mu * mu)", mu="(u - mu) / mu ** 3",
             cumulative={"mu": "-2.0 * np.exp(2.0 / mu + special.log_ndtr(-(u / mu + 1.0) / np.sqrt(u))"
                               " - stats.invgauss.logpdf(u, mu)) / (mu * mu)"},
             moments={"mu": ("1.0", "3.0 * mu * mu")})
distribution("gibrat", "-(1.0 + np.log(u)) / u", moments={})
distribution("wald", "(0.5 / u - 1.5) / u - 0.5", moments={})
distribution("levy_l", "-(1.5 + 0.5 / u) / u", elsewhere="-0.5", domain=(-0.8, -0.2))
distribution("nakagami", "quotient_or_zero(2.0 * nu - 1.0, u) - 2.0 * nu * u",
             nu="np.log(nu) + 1.0 - special.psi(nu) + 2.0 * np.log(u) - u * u",
             cumulative={"nu": "(gammainc_rate(nu, nu * u * u) + u * u) / (2.0 * nu * u)"})
BENT = "special.i1e(b * u) / special.i0e(b * u)"
distribution("rice", f"1.0 / u - u + b * {BENT}", b=f"u * {BENT} - b", cumulative={"b": f"-{BENT}"})
MORE = "np.exp(stats.ncx2.logpdf(u, df + 2.0, nc) - stats.ncx2.logpdf(u, df, nc))"
distribution("ncx2", f"-0.5 + (0.5 * df - 1.0) / u + 0.5 * nc / u * {MORE}", df=None, nc=f"0.5 * ({MORE} - 1.0)",
             cumulative={"nc": f"-{MORE}"}, moments={"df": ("1.0", "2.0"), "nc": ("1.0", "4.0")})
distribution("foldnorm", "c * np.tanh(c * u) - u", c="u * np.tanh(c * u) - c", cumulative={"c": "-np.tanh(c * u)"},
             moments={"c": ("special.erf(0.7071067811865476 * c)",
                            "2.0 * c - 2.0 * stats.foldnorm.mean(c) * special.erf(0.7071067811865476 * c)")})
SQUARE = "(1.0 + u * u + c * c)"
distribution("foldcauchy",
             f"2.0 * u / {SQUARE} - (4.0 * u * {SQUARE} - 8.0 * u * c * c) / ({SQUARE} ** 2 - 4.0 * u * u * c * c)",
             c=f"2.0 * c / {SQUARE} - (4.0 * c * {SQUARE} - 8.0 * c * u * u) / ({SQUARE} ** 2 - 4.0 * u * u * c * c)",
             cumulative={"c": f"-2.0 * u * c / {SQUARE}"})
distribution("burr", "((d + 1.0) * c * special.expit(-c * np.log(u)) - c - 1.0) / u",
             c="1.0 / c + np.log(u) * ((d + 1.0) * special.expit(-c * np.log(u)) - 1.0)",
             d="1.0 / d + special.log_expit(c * np.log(u))",
             cumulative={"c": "u * np.log(u) / c",
                         "d": "u * special.log_expit(c * np.log(u)) / (c * d * special.expit(-c * np.log(u)))"})
distribution("burr12", "(c - 1.0 - (d + 1.0) * c * special.expit(c * np.log(u))) / u",
             c="1.0 / c + np.log(u) * (1.0 - (d + 1.0) * special.expit(c * np.log(u)))",
             d="1.0 / d + special.log_expit(-c * np.log(u))",
             cumulative={"c": "u * np.log(u) / c",
                         "d": "-u * special.log_expit(-c * np.log(u)) / (c * d * special.expit(c * np.log(u)))"})
distribution("mielke", "(k - 1.0 - (s + k) * special.expit(s * np.log(u))) / u",
             k="1.0 / k + np.log(u) + special.log_expit(-s * np.log(u)) / s",
             s="-k * special.log_expit(-s * np.log(u)) / (s * s) - (1.0 + k / s) * special.expit(s * np.log(u)) * np.log(u)",
             cumulative={"k": "u * special.log_expit(s * np.log(u)) / (s * k * special.expit(-s * np.log(u)))",
                         "s": "-u * (special.log_expit(-s * np.log(u)) / s + special.expit(s * np.log(u)) * np.log(u))"
                              " / (s * special.expit(-s * np.log(u)))"})
distribution("kappa3", "-(1.0 + a) * u ** (a - 1.0) / (a + u ** a)",
             a="1.0 / a + np.log(a + u ** a) / (a * a) - (1.0 / a + 1.0) * (1.0 + special.xlogy(u ** a, u)) / (a + u ** a)",
             cumulative={"a": "u * ((a + u ** a) * np.log(a + u ** a) / a - 1.0 - u ** a * np.log(u)) / (a * a)"})
distribution("gompertz", "1.0 - c * np.exp(u)", c="1.0 / c - special.expm1(u)", cumulative={"c": "-special.expm1(-u) / c"})
distribution("exponpow", "(b - 1.0 - b * u ** b * special.expm1(u ** b)) / u",
             b="1.0 / b + np.log(u) * (1.0 - u ** b * special.expm1(u ** b))", cumulative={"b": "u * np.log(u) / b"})
distribution("exponweib", "(c - 1.0 - c * u ** c + c * (a - 1.0) / special.exprel(u ** c)) / u",
             a="1.0 / a + np.log(-special.expm1(-(u ** c)))",
             c="1.0 / c + np.log(u) * (1.0 - u ** c + (a - 1.0) / special.exprel(u ** c))",
             cumulative={"a": "log1p_ratio(-np.exp(-(u ** c)), 1.0) * special.expm1(-(u ** c)) * u / (a * c * u ** c)",
                         "c": "u * np.log(u) / c"})
distribution("fatiguelife", "1.0 / (1.0 + u) - 1.5 / u - (1.0 - 1.0 / (u * u)) / (2.0 * c * c)",
             c="(u - 1.0) ** 2 / (u * c ** 3) - 1.0 / c", cumulative={"c": "-2.0 * u * (u - 1.0) / ((u + 1.0) * c)"},
             moments={"c": ("c", "2.0 * c + 5.0 * c ** 3")})
distribution("loglaplace", "-(1.0 + c * np.sign(u - 1.0)) / u", c="1.0 / c - np.abs(np.log(u))", domain=(0.2, 1.5),
             cumulative={"c": "u * np.log(u) / c"})
distribution("alpha", "((1.0 / u - a) / u - 2.0) / u", a="1.0 / u - a - inverse_mills(a)",
             cumulative={"a": "u * u * (1.0 - inverse_mills(a) / inverse_mills(a - 1.0 / u))"})
distribution("halfgennorm", "-beta * u ** (beta - 1.0)",
             beta="1.0 / beta + special.psi(1.0 / beta) / (beta * beta) - special.xlogy(u ** beta, u)",
             cumulative={"beta": "u * (np.log(u) - gammainc_rate(1.0 / beta, u ** beta) / (beta * beta * u ** beta)) / beta"})
SIGMAS = "(np.log(u) / s)"
distribution("powerlognorm", f"-(1.0 + ({SIGMAS} + (c - 1.0) * inverse_mills(-{SIGMAS})) / s) / u",
             c=f"1.0 / c + special.log_ndtr(-{SIGMAS})",
             s=f"({SIGMAS} ** 2 - 1.0 + (c - 1.0) * {SIGMAS} * inverse_mills(-{SIGMAS})) / s",
             cumulative={"c": f"-u * s * special.log_ndtr(-{SIGMAS}) / (c * inverse_mills(-{SIGMAS}))",
                         "s": "-u * np.log(u) / s"})
distribution("recipinvgauss", "0.5 / (mu * mu * u * u) - 0.5 / u - 0.5", mu="(1.0 / (mu * u) - 1.0) / (mu * mu)",
             cumulative={"mu": "2.0 * np.exp(2.0 / mu + special.log_ndtr(-(1.0 / (mu * u) + 1.0) * np.sqrt(u))"
                               " - stats.recipinvgauss.logpdf(u, mu)) / (mu * mu)"})
distribution("geninvgauss", "(p - 1.0 + 0.5 * b / u) / u - 0.5 * b", p=None,
             b="special.kve(p - 1.0, b) / special.kve(p, b) + p / b - 0.5 * (u + 1.0 / u)")
RISEN = "special.expm1(-c * u)"
HAZARD = f"(a - b * {RISEN})"
distribution("genexpon", f"b * c * np.exp(-c * u) / {HAZARD} - {HAZARD}", a=f"1.0 / {HAZARD} - u",
             b=f"-{RISEN} / {HAZARD} - u - {RISEN} / c",
             c=f"b * np.exp(-c * u) * u * (1.0 / {HAZARD} + 1.0 / c) + b * {RISEN} / (c * c)",
             cumulative={"a": f"u / {HAZARD}", "b": f"(u + {RISEN} / c) / {HAZARD}",
                         "c": f"-b * (u * np.exp(-c * u) + {RISEN} / c) / (c * {HAZARD})"})
RESONANCE = "(u * u - rho * rho)"
distribution("rel_breitwigner", f"-4.0 * u * {RESONANCE} / (rho * rho + {RESONANCE} ** 2)",
             rho=f"2.0 * {RESONANCE} * (u * u + rho * rho) / (rho * (rho * rho + {RESONANCE} ** 2))"
                 " - (0.5 + 0.5 / (1.0 + np.hypot(1.0, 1.0 / rho))) / (rho + rho ** 3)")
