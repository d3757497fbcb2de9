"""Continuous distributions of ``scipy.stats`` whose density is positive everywhere (see ``stats.py``).

The densities are those of Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions, 1994 and 1995; further ones are
those of Kotz, Kozubowski and Podgorski, The Laplace Distribution and Generalizations, 2001 (asymmetric), of Barndorff-Nielsen
1977 (hyperbolic), of Jones and Faddy 2003 (skew ones of Student), and of Gaiser 1982 (Crystal Ball).
"""


# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np
from scipy import special

from ..notation import NAMES
from .stats import distribution

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


def crystalball_scale(beta, m):
    """The factor of the density, and the derivatives of its logarithm by ``beta`` and ``m``."""
    bulk = np.exp(-0.5 * beta * beta)
    factor = 1.0 / (m / (beta * (m - 1.0)) * bulk + 2.5066282746310002 * special.ndtr(beta))
    return factor * bulk * (m / (beta * beta) + 1.0) / (m - 1.0), factor * bulk / (beta * (m - 1.0) ** 2)


def crystalball_slopes(u, beta, m):
    """The derivatives of the logarithm of the density by its arguments: a normal one, with a tail that is a power."""
    of_beta, of_m = crystalball_scale(beta, m)
    tail = u <= -beta
    base = m / beta - beta - np.where(tail, u, -beta)
    left = (m / base, m * (m / (beta * beta) + 1.0) / base - m / beta - beta,
            np.log(m / (beta * base)) + 1.0 - m / (beta * base))
    return np.where(tail, left[0], -u), of_beta + np.where(tail, left[1], 0.0), of_m + np.where(tail, left[2], 0.0)


def crystalball_rates(u, beta, m):
    """Those of the cumulative function by its parameters over the density."""
    of_beta, of_m = crystalball_scale(beta, m)
    tail = u <= -beta
    base = m / beta - beta - np.where(tail, u, -beta)
    share = base / (m - 1.0)
    above = 1.2533141373155001 * special.erfcx(0.7071067811865476 * np.where(tail, 0.0, u))
    by_beta = share * (of_beta - m / beta - beta) + m / (beta * beta) + 1.0
    by_m = share * (of_m + np.log(m / (beta * base)) + 1.0 - 1.0 / (m - 1.0)) - 1.0 / beta
    return np.where(tail, by_beta, -of_beta * above), np.where(tail, by_m, -of_m * above)


def power_of_student(a, b, u):
    """Where a skew distribution of Student stands between -1 and 1, the derivative of its logarithm there, and a square."""
    square = a + b + u * u
    place = u / np.sqrt(square)
    return place, (a + 0.5) / (1.0 + place) - (b + 0.5) / (1.0 - place), square


def pearson3_slope(skew, u):
    """The derivative of the logarithm of the density by the skewness, in which nothing cancels where that is small.

    With ``alpha = 4 / skew**2`` and ``v = skew * u / 2`` it is ``2 alpha / skew`` times the error of Stirling's series in the
    digamma function, and times what ``v - log(1 + v)`` has beyond ``v**2 / (2 + 2 v)``.
    """
    v = 0.5 * skew * u
    near = np.abs(v) < 0.02
    w = np.where(near, v, 0.0)
    series = 1 / 3 - w * (2 / 4 - w * (3 / 5 - w * (4 / 6 - w * (5 / 7 - w * (6 / 8 - w * (7 / 9 - w * 8 / 10))))))
    far = np.where(near, 1.0, v)
    beyond = np.where(near, series, (far + far / (1.0 + far) - 2.0 * np.log1p(far)) / far ** 3)
    normal = np.abs(skew) < 0.3
    alpha = 4.0 / np.where(normal, 1.0, skew) ** 2
    share = 0.25 * np.where(normal, skew, 0.0) ** 2
    stirling = (1 / 12 - share * share * (1 / 120 - share * share * (1 / 252 - share * share / 240))) * skew / 2.0
    digamma = 2.0 * alpha * (np.log(alpha) - special.psi(alpha) - 0.5 / alpha) / np.where(normal, 1.0, skew)
    return 0.5 * beyond * u ** 3 - np.where(normal, stirling, digamma) - 0.5 * u / (1.0 + v)


NAMES.update(crystalball_scale=crystalball_scale, crystalball_slopes=crystalball_slopes, crystalball_rates=crystalball_rates,
             power_of_student=power_of_student, pearson3_slope=pearson3_slope)
distribution("moyal", "0.5 * (np.exp(-u) - 1.0)", everywhere=True, moments={})
distribution("genlogistic", "(c + 1.0) * special.expit(-u) - 1.0", everywhere=True, c="1.0 / c + special.log_expit(u)",
             cumulative={"c": "special.log_expit(u) / (c * special.expit(-u))"})
REST = "inverse_mills(u - 1.0 / K)"
distribution("exponnorm", f"{REST} - 1.0 / K", everywhere=True, K=f"(u - 1.0 / K + {REST}) / (K * K) - 1.0 / K",
             cumulative={"K": f"(1.0 / K - u - {REST}) / K"}, moments={"K": ("1.0", "2.0 * K")})
distribution("powernorm", "-u - (c - 1.0) * inverse_mills(-u)", everywhere=True, c="1.0 / c + special.log_ndtr(-u)",
             cumulative={"c": "-special.log_ndtr(-u) / (c * inverse_mills(-u))"})
distribution("laplace_asymmetric", "np.where(u >= 0.0, -kappa, 1.0 / kappa)", everywhere=True, domain=(-0.8, 0.8),
             kappa="(1.0 - kappa * kappa) / (kappa + kappa ** 3) - u * np.where(u >= 0.0, 1.0, 1.0 / (kappa * kappa))",
             cumulative={"kappa": "np.abs(u) / kappa + 2.0 / (1.0 + kappa * kappa)"},
             moments={"kappa": ("-1.0 - 1.0 / (kappa * kappa)", "2.0 * kappa - 2.0 / kappa ** 3")})
ALONG = "(1.0 + a * np.sign(u))"
distribution("skewcauchy", f"-2.0 * u / ({ALONG} ** 2 + u * u)", everywhere=True, domain=(-0.8, 0.8), shapes=(-0.4, 0.4),
             a=f"2.0 * np.abs(u) * u / ({ALONG} * ({ALONG} ** 2 + u * u))",
             cumulative={"a": f"-np.abs(u) / {ALONG} - (1.0 + (u / {ALONG}) ** 2) * np.arctan2({ALONG}, np.abs(u))"})
distribution("dgamma", "quotient_or_zero(a - 1.0, u) - np.sign(u)", domain=(-0.8, 0.8), a="np.log(np.abs(u)) - special.psi(a)",
             cumulative={"a": "np.sign(u) * gammainc_rate(a, np.abs(u))"}, support="x != loc",
             moments={"a": ("0.0 * a", "2.0 * a + 1.0")})
distribution("dweibull", "quotient_or_zero(c - 1.0, u) - c * np.sign(u) * np.abs(u) ** (c - 1.0)", domain=(-0.8, 0.8),
             c="1.0 / c + np.log(np.abs(u)) * (1.0 - np.abs(u) ** c)", support="x != loc",
             cumulative={"c": "u * np.log(np.abs(u)) / c"})
distribution("pearson3", "-(skew + 2.0 * u) / (2.0 + skew * u)", shapes=(3.0, 4.0), elsewhere="0.0",
             skew="pearson3_slope(skew, u)", moments={"skew": ("0.0 * skew", "0.0 * skew")})
distribution("crystalball", "crystalball_slopes(u, beta, m)[0]", everywhere=True, beta="crystalball_slopes(u, beta, m)[1]",
             m="crystalball_slopes(u, beta, m)[2]", ranges={"x": (-1.6, 0.8), "beta": (0.3, 0.6), "m": (2.0, 3.0)},
             cumulative={"beta": "crystalball_rates(u, beta, m)[0]", "m": "crystalball_rates(u, beta, m)[1]"})
TAILS = "special.k0e(a * np.hypot(1.0, u)) / special.k1e(a * np.hypot(1.0, u))"
SKEWED = "np.sqrt(a * a - b * b)"
distribution("norminvgauss", f"b - 2.0 * u / (1.0 + u * u) - a * u / np.hypot(1.0, u) * {TAILS}", everywhere=True,
             a=f"a / {SKEWED} - np.hypot(1.0, u) * {TAILS}", b=f"u - b / {SKEWED}", ranges={"a": (1.5, 2.5), "b": (0.3, 0.8)},
             moments={"a": (f"-a * b / {SKEWED} ** 3", f"2.0 * a / {SKEWED} ** 3 - 3.0 * a ** 3 / {SKEWED} ** 5"),
                      "b": (f"a * a / {SKEWED} ** 3", f"3.0 * a * a * b / {SKEWED} ** 5")})
TAILS = "special.kve(p - 1.5, a * np.hypot(1.0, u)) / special.kve(p - 0.5, a * np.hypot(1.0, u))"
WHOLE = f"special.kve(p - 1.0, {SKEWED}) / special.kve(p, {SKEWED})"
distribution("genhyperbolic", f"b - a * u / np.hypot(1.0, u) * {TAILS}", everywhere=True, p=None,
             a=f"(2.0 * p * a / {SKEWED} + a * {WHOLE}) / {SKEWED} - (2.0 * p - 1.0) / a - np.hypot(1.0, u) * {TAILS}",
             b=f"u - b * (2.0 * p / {SKEWED} + {WHOLE}) / {SKEWED}",
             ranges={"p": (0.4, 1.8), "a": (1.5, 2.5), "b": (0.3, 0.8)})
PLACE, INSIDE, SQUARE = (f"power_of_student(a, b, u)[{k}]" for k in range(3))
BOTH = f"special.psi(a + b) - 0.6931471805599453 - 0.5 / (a + b) - 0.5 * {INSIDE} * {PLACE} / {SQUARE}"
HALF = f"0.5 * (1.0 {{0}} {PLACE})"
STRETCH = f"2.0 * {SQUARE} * np.sqrt({SQUARE}) / (a + b)"
distribution("jf_skew_t", f"{INSIDE} * (a + b) / {SQUARE} ** 1.5", everywhere=True,
             a=f"np.log1p({PLACE}) - special.psi(a) + {BOTH}", b=f"np.log1p(-{PLACE}) - special.psi(b) + {BOTH}",
             cumulative={"a": f"{STRETCH} * betainc_rate(a, b, {HALF.format('+')}, {HALF.format('-')}) - 0.5 * u / (a + b)",
                         "b": f"-{STRETCH} * betainc_rate(b, a, {HALF.format('-')}, {HALF.format('+')}) - 0.5 * u / (a + b)"})
