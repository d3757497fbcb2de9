"""Rules of further Bessel functions of ``scipy.special`` and of functions that satisfy equations like theirs, by the argument.

Formulas are those of the Digital Library of Mathematical Functions: 10.6.1 and 10.29.1 for scaled functions and those of
Hankel, 10.47.1, 10.47.2 and 10.51 for spherical ones, 10.61 for those of Kelvin, 11.4.25 and 11.4.29 for those of Struve,
12.2 for parabolic cylinder functions.
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np
from scipy import special

from ...runtime.helpers import unbroadcast
from ..notation import NAMES, declare, partials, vjp
from .special import POSITIVE, of_order, on

BY_ORDER = "derivatives by the order have no closed form"
ORDER = {"v": (0.3, 2.5)}

for kind in ("jv", "yv"):
    partials(f"z = special.{kind}e(v, x)", x=f"0.5 * (special.{kind}(v - 1.0, x) - special.{kind}(v + 1.0, x))",
             singular=True, tests=of_order(ORDER, POSITIVE))
    declare(getattr(special, f"{kind}e"), real_only="it scales by the imaginary part")


@vjp(special.hankel1)
def hankel1_vjp(v, x, *, z, z_bar):
    """The order stays real where the argument is complex, so these are no elementwise rules."""
    x_bar = unbroadcast(z_bar * 0.5 * (special.hankel1(v - 1.0, x) - special.hankel1(v + 1.0, x)), x)


@vjp(special.hankel2)
def hankel2_vjp(v, x, *, z, z_bar):
    x_bar = unbroadcast(z_bar * 0.5 * (special.hankel2(v - 1.0, x) - special.hankel2(v + 1.0, x)), x)


@vjp(special.hankel1e)
def hankel1e_vjp(v, x, *, z, z_bar):
    x_bar = unbroadcast(z_bar * (0.5 * (special.hankel1e(v - 1.0, x) - special.hankel1e(v + 1.0, x)) - 1j * z), x)


@vjp(special.hankel2e)
def hankel2e_vjp(v, x, *, z, z_bar):
    x_bar = unbroadcast(z_bar * (0.5 * (special.hankel2e(v - 1.0, x) - special.hankel2e(v + 1.0, x)) + 1j * z), x)


def struve_source(v, x):
    """``(x / 2)^v / (sqrt(pi) gamma(v + 3/2))``, in which Struve's functions differ from those of Bessel."""
    return np.power(0.5 * x, v) * special.rgamma(v + 1.5) * 0.5641895835477563


NAMES["struve_source"] = struve_source
partials("z = special.struve(v, x)", x="0.5 * (special.struve(v - 1.0, x) - special.struve(v + 1.0, x) + struve_source(v, x))",
         tests=of_order(ORDER, POSITIVE))
partials("z = special.modstruve(v, x)", tests=of_order(ORDER, POSITIVE),
         x="0.5 * (special.modstruve(v - 1.0, x) + special.modstruve(v + 1.0, x) + struve_source(v, x))")

# Kelvin's functions: of the second derivative the equation says that it is the other one ------------------------------

for first, second, sign, at_zero in (("ber", "bei", "-", "0.0"), ("bei", "ber", "", "0.5"), ("ker", "kei", "-", "np.inf"),
                                     ("kei", "ker", "", "np.inf")):
    partials(f"z = special.{first}(x)", x=f"special.{first}p(x)", tests=on(x=POSITIVE))
    partials(f"z = special.{first}p(x)", x=f"np.where(x == 0.0, {at_zero}, {sign}special.{second}(x) - z / x)", singular=True,
             tests=on(x=POSITIVE))

# Derivatives of Bessel functions, of whole orders ---------------------------------------------------------------------


def jvp_vjp(v, x, n=1, *, z, z_bar):
    x_bar = unbroadcast(z_bar * special.jvp(v, x, n + 1), x)


def yvp_vjp(v, x, n=1, *, z, z_bar):
    x_bar = unbroadcast(z_bar * special.yvp(v, x, n + 1), x)


def ivp_vjp(v, x, n=1, *, z, z_bar):
    x_bar = unbroadcast(z_bar * special.ivp(v, x, n + 1), x)


def kvp_vjp(v, x, n=1, *, z, z_bar):
    x_bar = unbroadcast(z_bar * special.kvp(v, x, n + 1), x)


for fn, rule in ((special.jvp, jvp_vjp), (special.yvp, yvp_vjp), (special.ivp, ivp_vjp), (special.kvp, kvp_vjp)):
    vjp(fn, unsaid=BY_ORDER)(rule)


# Spherical Bessel functions: the equation says what the second derivative is ----------------------------------------------


def second_derivative(w, slope, n, x, sign):
    """Of what satisfies ``x² w'' + 2 x w' + (sign x² - n (n + 1)) w = 0``."""
    return -2.0 * slope / x - (sign - n * (n + 1) / (x * x)) * w


@vjp(special.spherical_jn, unsaid=BY_ORDER)
def spherical_jn_vjp(n, x, derivative=False, *, z, z_bar):
    slope = second_derivative(special.spherical_jn(n, x), z, n, x, 1.0) if derivative else special.spherical_jn(n, x, True)
    x_bar = unbroadcast(z_bar * slope, x)


@vjp(special.spherical_yn, unsaid=BY_ORDER)
def spherical_yn_vjp(n, x, derivative=False, *, z, z_bar):
    """At 0 it rises from minus infinity."""
    if derivative:
        slope = second_derivative(special.spherical_yn(n, x), z, n, x, 1.0)
    else:
        slope = np.where(x == 0.0, np.inf, special.spherical_yn(n, x, True))
    x_bar = unbroadcast(z_bar * slope, x)


@vjp(special.spherical_in, unsaid=BY_ORDER)
def spherical_in_vjp(n, x, derivative=False, *, z, z_bar):
    slope = second_derivative(special.spherical_in(n, x), z, n, x, -1.0) if derivative else special.spherical_in(n, x, True)
    x_bar = unbroadcast(z_bar * slope, x)


@vjp(special.spherical_kn, unsaid=BY_ORDER)
def spherical_kn_vjp(n, x, derivative=False, *, z, z_bar):
    slope = second_derivative(special.spherical_kn(n, x), z, n, x, -1.0) if derivative else special.spherical_kn(n, x, True)
    x_bar = unbroadcast(z_bar * slope, x)


# Functions with two results -------------------------------------------------------------------------------------------


def both(z_bar, first, second):
    """What two results together say, of which one may be unused, or both are where there are more."""
    if z_bar[0] is None:
        return 0.0 if z_bar[1] is None else z_bar[1] * second
    return z_bar[0] * first if z_bar[1] is None else z_bar[0] * first + z_bar[1] * second


@vjp(special.fresnel)
def fresnel_vjp(x, *, z, z_bar):
    """DLMF 7.2.7, 7.2.8."""
    x_bar = both(z_bar, np.sin(0.5 * np.pi * x * x), np.cos(0.5 * np.pi * x * x))


@vjp(special.itj0y0)
def itj0y0_vjp(x, *, z, z_bar):
    x_bar = both(z_bar, special.j0(x), special.y0(x))


@vjp(special.iti0k0)
def iti0k0_vjp(x, *, z, z_bar):
    x_bar = both(z_bar, special.i0(x), special.k0(x))


@vjp(special.pbdv, unsaid=BY_ORDER)
def pbdv_vjp(v, x, *, z, z_bar):
    x_bar = both(z_bar, z[1], (0.25 * x * x - v - 0.5) * z[0])


@vjp(special.pbvv, unsaid=BY_ORDER)
def pbvv_vjp(v, x, *, z, z_bar):
    x_bar = both(z_bar, z[1], (0.25 * x * x - v - 0.5) * z[0])


@vjp(special.pbwa, unsaid=BY_ORDER)
def pbwa_vjp(a, x, *, z, z_bar):
    x_bar = both(z_bar, z[1], (a - 0.25 * x * x) * z[0])


AT = {"args": [(np.array([0.7, 1.9]),), (0.8,)]}
partials("z = special.itstruve0(x)", x="special.struve(0.0, x)", tests=AT)
partials("z = special.itmodstruve0(x)", x="special.modstruve(0.0, x)", tests=AT)


def amplitude_slope(u, m, z):
    """The derivative of the amplitude by ``m``: Byrd and Friedman, Handbook of Elliptic Integrals, 1971, 710.51."""
    sn, cn, dn, amplitude = z
    zero = m == 0.0
    safe = np.where(zero, 0.5, m)
    moved = 0.5 * ((u - special.ellipeinc(amplitude, m) / (1.0 - safe)) * dn / safe + sn * cn / (1.0 - safe))
    return np.where(zero, -0.25 * (u - sn * cn), moved)


@vjp(special.ellipj)
def ellipj_vjp(u, m, *, z, z_bar):
    """DLMF 22.13.1."""
    sn, cn, dn, _ = z
    weights = [0.0 if z_bar[0] is None else z_bar[0] * cn, 0.0 if z_bar[1] is None else -z_bar[1] * sn,
               0.0 if z_bar[2] is None else -z_bar[2] * m * sn * cn / dn, 0.0 if z_bar[3] is None else z_bar[3]]
    along = weights[0] + weights[1] + weights[2] + weights[3]
    u_bar = unbroadcast(along * dn, u)
    beside = 0.0 if z_bar[2] is None else -0.5 * z_bar[2] * sn * sn / dn
    m_bar = unbroadcast(along * amplitude_slope(u, m, z) + beside, m)


# Unsaid orders of the functions above and of those of special.py ----------------------------------------------------------

for fn in (special.jv, special.yv, special.iv, special.ive, special.kv, special.kve, special.yn, special.kn, special.jve,
           special.yve, special.hankel1, special.hankel2, special.hankel1e, special.hankel2e, special.struve,
           special.modstruve):
    declare(fn, unsaid=BY_ORDER)
