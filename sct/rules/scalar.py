"""Derivative rules of Python's operators, its numeric builtins and the whole ``math`` module.

Conventions at kinks and singular points: ``abs`` has derivative 0 at 0; ``min`` and ``max`` give everything to the
argument that they return (the first one on ties); ``x ** 0`` has derivative 0 at every ``x``, ``0 ** y`` has derivative 0 in
``y``; ``sqrt`` and other functions with an infinite slope give an infinity, except where the cotangent is exactly 0: there the
product is 0; ``hypot``, ``dist`` and ``atan2`` have derivative 0 at the origin.
"""

# A rule says what it has found by assigning x_bar, and its body is specialised for each type it meets.
# ruff: noqa: F841
# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from ..ir.types import FLOAT, UNIT, Array, List, Scalar, Tuple, Type, join, strip_const, type_of
from ..runtime.arrays import phase
from ..runtime.helpers import (
    first_max,
    first_min,
    log_or_zero,
    one_hot,
    power_dx,
    power_dxdy,
    power_dy,
    product_or_zero,
    products_of_others,
    quotient_or_zero,
    replaced,
    strong_product,
    strong_quotient,
    unbroadcast,
)
from . import formulas  # noqa: F401 - the partials below call them
from .facts import is_far_from_zero, is_static
from .notation import NAMES, declare, jvp, linear, partials, vjp

SQUARE: dict[str, Any] = {"domain": (-2.0, 2.0)}
POSITIVE: dict[str, Any] = {"domain": (0.3, 3.0)}
INSIDE: dict[str, Any] = {"domain": (-0.9, 0.9)}
ABOVE_ONE: dict[str, Any] = {"domain": (1.2, 3.0)}
AWAY: dict[str, Any] = {"domain": {"x": (-2.0, 2.0), "y": (0.6, 2.6)}}
DIVISION: dict[str, Any] = {"domain": {"x": (-9.0, 9.0), "y": (0.6, 2.6)}}
NUMBERS = [1.5, -0.7, 2.2, 0.4]
POWERS: dict[str, Any] = {"domain": {"x": (0.3, 2.5), "y": (-2.0, 3.0)}, "args": [
    (-1.3, 2), (1.7, 3), (-0.8, -2), (1.2, 0.5), (0.7, 1), (0.7, 0), (2.5, 1.5), (0.0, 3), (0.0, 2), (np.float64(1.3), 2)]}
ARRAY_POWERS: dict[str, Any] = {"domain": POWERS["domain"], "args": POWERS["args"] + [
    (np.array([-1.5, 2.0]), 2), (np.array([1.5, -2.0]), 5), (np.array([0.2, 2.0]), 0.5), (np.array([1.5, 2.0]), -1),
    (np.array([1.5, 2.0]), np.array([3, 0])), (np.array([0.0, -1.0]), np.array([2, 3])), (2.0, np.array([0.3, -1.2]))]}
COMPLEX: dict[str, Any] = {"domain": (-2.0, 2.0), "args": [(1 + 2j,), (np.array([1 - 2j, -0.5 + 0.3j]),)]}

# Operators ------------------------------------------------------------------------------------------------------------

partials("z = x + y", x="1", y="1")
partials("z = x - y", x="1", y="-1")
partials("z = x * y", x="y", y="x")
partials("z = -x", x="-1")
partials("z = +x", x="1")


@vjp(operator.truediv, "x / y", elementwise=True, tests=AWAY)
def truediv_vjp(x, y, *, z, z_bar):
    """Python's division has raised where ``y`` is 0; NumPy's gives an infinity that ``where`` may have masked."""
    if type(z) is float or (is_static(y) and y != 0) or (is_static(x) and is_far_from_zero(y)):
        x_bar = z_bar / y
        y_bar = -x_bar * z
    else:
        x_bar = strong_quotient(z_bar, y)
        y_bar = -strong_product(x_bar, z)


def quotient_dot(y, z, x_dot, y_dot):
    """The tangent of ``z = x / y`` where ``y`` is not zero."""
    if y_dot is None:
        return x_dot / y
    if x_dot is None:
        return -(y_dot * z / y)
    return (x_dot - y_dot * z) / y


def truediv_jvp_plain(x, y, *, z, x_dot=None, y_dot=None):
    z_dot = quotient_dot(y, z, x_dot, y_dot)


@jvp(operator.truediv)
def truediv_jvp(x, y, *, z, x_dot=None, y_dot=None):
    """``(dx - z * dy) / y``."""
    if type(z) is float or (is_static(y) and y != 0):
        z_dot = quotient_dot(y, z, x_dot, y_dot)
    elif y_dot is None:
        z_dot = strong_quotient(x_dot, y)
    elif x_dot is None:
        z_dot = -strong_quotient(strong_product(y_dot, z), y)
    else:
        z_dot = strong_quotient(x_dot - strong_product(y_dot, z), y)


declare(operator.truediv, jvp_plain=truediv_jvp_plain)


@vjp(operator.pow, "x ** y", elementwise=True, tests=ARRAY_POWERS)
def pow_vjp(x, y, *, z, z_bar):
    """A literal exponent prints as one would write it: ``2 * x``, ``3 * x ** 2``, ``0.5 / z``."""
    if is_static(y) and y == 2:
        x_bar = 2 * x * z_bar
    elif is_static(y) and y == 1:
        x_bar = z_bar
    elif is_static(y) and y > 1:
        x_bar = y * x ** (y - 1) * z_bar
    elif is_static(y) and y == 0.5:
        x_bar = strong_quotient(0.5 * z_bar, z)
    else:
        x_bar = strong_product(z_bar, power_dx(x, y))
    if is_static(x) and x > 0:
        y_bar = math.log(x) * z * z_bar
    else:
        y_bar = strong_product(z_bar, power_dy(x + 0j if np.iscomplexobj(z) else x, y, z))


@vjp(operator.mod, "x % y", elementwise=True, tests=DIVISION)
def mod_vjp(x, y, *, z, z_bar):
    """``x - y * floor(x / y)``, in which the quotient is constant between the jumps."""
    x_bar = z_bar
    if type(z) is float:
        y_bar = -z_bar * (x // y)
    else:
        y_bar = -strong_product(z_bar, x // y)


# Builtins -------------------------------------------------------------------------------------------------------------

vjp(pow, elementwise=True, tests=ARRAY_POWERS)(pow_vjp)
partials("z = float(x)", x="1", tests={"kinds": "python"})


@vjp(complex, tests={"args": [(0.5, -1.2), (0.3,), (0.5 + 0.2j, 0.3 - 0.1j)]})
def complex_vjp(real, imag=None, *, z, z_bar):
    """``real + 1j * imag``; the cotangent of a real number is the real part of what comes back."""
    real_bar = z_bar if np.iscomplexobj(real) else np.real(z_bar)
    if imag is not None:
        imag_bar = 1j * z_bar if np.iscomplexobj(imag) else -np.imag(z_bar)
    else:
        imag_bar = None


def or_infinite(radius):
    """A distance as a divisor, infinite where it is 0: what is divided by it is 0 there, and so are all derivatives of that."""
    if isinstance(radius, np.ndarray):
        return np.where(radius == 0.0, np.inf, radius)
    if isinstance(radius, np.float32):
        return np.float32(math.inf) if radius == 0.0 else radius
    return math.inf if radius == 0.0 else radius


def sign(x):
    """The slope of ``abs`` at a real number: 0 at 0.  Python has no sign function; NumPy's is slow on a Python number."""
    return (x > 0) - (x < 0) if type(x) is float else np.sign(x)


@vjp(abs, elementwise=True, tests=COMPLEX)
def abs_vjp(x, *, z, z_bar):
    """The sign; of complex numbers the conjugate of their phase."""
    if np.iscomplexobj(x):
        x_bar = z_bar * np.conj(phase(x))
    else:
        x_bar = z_bar * sign(x)


@vjp(phase, "phase", elementwise=True, tests={"args": [(0.6 - 1.1j,), (np.array([0.3 + 2.0j, -1.5 - 0.2j]),)]})
def phase_vjp(x, *, z, z_bar):
    """The phase moves across its own direction: ``(dx - z Re(conj(z) dx)) / abs(x)``, taken for 0 at 0."""
    x_bar = (z_bar - np.real(z_bar * z) * np.conj(z)) / or_infinite(abs(x))


@vjp(divmod, elementwise=True, tests=DIVISION)
def divmod_vjp(x, y, *, z, z_bar):
    """The quotient is constant between the jumps; the remainder is ``x - y * quotient``."""
    if z_bar[1] is not None:
        x_bar = z_bar[1]
        y_bar = -z_bar[1] * z[0]
    else:
        x_bar = y_bar = None


@vjp(max, tests={"args": [(1.5, -0.5), (-1.0, 2.0), (0.5, 2.0, 1.0), (NUMBERS,), (tuple(NUMBERS),), (np.array(NUMBERS),)]})
def max_vjp(*items, z, z_bar):
    """All goes to the first argument, or item, that is the largest."""
    if len(items) == 1:
        items_bar = (one_hot(items[0], first_max(items[0]), z_bar),)
    elif len(items) == 2:
        items_bar = (0.0 if items[1] > items[0] else z_bar, z_bar if items[1] > items[0] else 0.0)
    else:
        items_bar = one_hot(items, first_max(items), z_bar)


@vjp(min, tests={"args": [(1.5, -0.5), (-1.0, 2.0), (2.0, 0.5, 1.0), (NUMBERS,), (tuple(NUMBERS),), (np.array(NUMBERS),)]})
def min_vjp(*items, z, z_bar):
    """All goes to the first argument, or item, that is the smallest."""
    if len(items) == 1:
        items_bar = (one_hot(items[0], first_min(items[0]), z_bar),)
    elif len(items) == 2:
        items_bar = (0.0 if items[1] < items[0] else z_bar, z_bar if items[1] < items[0] else 0.0)
    else:
        items_bar = one_hot(items, first_min(items), z_bar)


@vjp(sum, tests={"args": [(NUMBERS,), (tuple(NUMBERS), 0.5), (np.array(NUMBERS),), (np.arange(6.0).reshape(3, 2),),
                          ([np.array(NUMBERS), np.array(NUMBERS)], 1.5), ((np.array(NUMBERS), 2.0),),
                          ([np.array(NUMBERS), 2.0],)]})
def sum_vjp(items, start=0, *, z, z_bar):
    """Each item, and the start, takes back all, summed over what was broadcast."""
    if isinstance(items, np.ndarray):
        items_bar = np.broadcast_to(z_bar, items.shape)
    elif isinstance(items, tuple):
        items_bar = tuple(unbroadcast(z_bar, item) for item in items)
    elif np.ndim(z) == 0:
        items_bar = [z_bar] * len(items)
    else:
        items_bar = [unbroadcast(z_bar, item) for item in items]
    start_bar = unbroadcast(z_bar, start)


# The math module ------------------------------------------------------------------------------------------------------
# Where math raises, no derivative is needed: only what is infinite at a point that math accepts is marked singular.

partials("z = math.sqrt(x)", x="1 / (2 * z)", singular=True, tests=POSITIVE)
partials("z = math.cbrt(x)", x="1 / (3 * z) / z", singular=True, tests=POSITIVE)
partials("z = math.exp(x)", x="z")
partials("z = math.exp2(x)", x="math.log(2) * z")
partials("z = math.expm1(x)", x="math.exp(x)")
partials("z = math.log1p(x)", x="1 / (1 + x)", tests=POSITIVE)
partials("z = math.log2(x)", x="1 / (math.log(2) * x)", tests=POSITIVE)
partials("z = math.log10(x)", x="1 / (math.log(10) * x)", tests=POSITIVE)
partials("z = math.sin(x)", x="math.cos(x)")
partials("z = math.cos(x)", x="-math.sin(x)")
partials("z = math.tan(x)", x="1 + z * z", tests=INSIDE)
partials("z = math.asin(x)", x="1 / math.sqrt(one_minus_square(x))", singular=True, tests=INSIDE)
partials("z = math.acos(x)", x="-1 / math.sqrt(one_minus_square(x))", singular=True, tests=INSIDE)
partials("z = math.atan(x)", x="lorentzian(x)")
partials("z = math.sinh(x)", x="math.cosh(x)")
partials("z = math.cosh(x)", x="math.sinh(x)")
partials("z = math.tanh(x)", x="1 - z * z")
partials("z = math.asinh(x)", x="inverse_radius(x)")
partials("z = math.acosh(x)", x="1 / math.sqrt(x - 1) / math.sqrt(x + 1)", singular=True, tests=ABOVE_ONE)
partials("z = math.atanh(x)", x="1 / one_minus_square(x)", tests=INSIDE)
partials("z = math.erf(x)", x="2 / math.sqrt(math.pi) * gaussian(x)")
partials("z = math.erfc(x)", x="-2 / math.sqrt(math.pi) * gaussian(x)")
partials("z = math.gamma(x)", x="z * digamma(x)", tests=POSITIVE)
partials("z = math.lgamma(x)", x="digamma(x)", tests=POSITIVE)
partials("z = math.degrees(x)", x="180 / math.pi")
partials("z = math.radians(x)", x="math.pi / 180")
partials("z = math.fmod(x, y)", x="1", y="(z - x) / y", tests=DIVISION)
partials("z = math.remainder(x, y)", x="1", y="(z - x) / y", tests=DIVISION)
partials("z = math.ldexp(x, n)", x="math.ldexp(1.0, n)", tests={"args": [(1.5, 3), (-0.7, -2)]})
partials("z = math.nextafter(x, y)", x="1", y="0", tests={"args": [(0.5, math.inf)]})
if hasattr(math, "fma"):
    partials("z = math.fma(x, y, w)", x="y", y="x", w="1")

vjp(math.pow, elementwise=True, tests=POWERS)(pow_vjp)


@vjp(math.log, elementwise=True, tests={"domain": {"x": (0.3, 3.0), "base": (1.4, 4.0)}, "args": [(1.7,)]})
def log_vjp(x, base=None, *, z, z_bar):
    """``z = log(x) / log(base)``: by ``base`` the slope is ``-z / (base * log(base))``."""
    if base is None:
        x_bar = z_bar / x
    else:
        x_bar = z_bar / math.log(base) / x
        base_bar = -z_bar * z / math.log(base) / base


@vjp(math.fabs, elementwise=True, tests={"args": [(-0.5,), (1.5,), (np.float64(-0.5),)]})
def fabs_vjp(x, *, z, z_bar):
    x_bar = z_bar * sign(x)


@vjp(math.copysign, elementwise=True, tests={"args": [(-0.5, -2.0), (1.5, -2.0), (-0.5, 1.0), (np.float64(-0.5), 2.0)]})
def copysign_vjp(x, y, *, z, z_bar):
    x_bar = z_bar * sign(x) * math.copysign(1.0, y)
    y_bar = None


@vjp(math.atan2, elementwise=True, tests={"args": [(0.7, 1.2), (0.7, -1.2), (-0.3, 0.4)]})
def atan2_vjp(y, x, *, z, z_bar):
    """``x / r**2`` and ``-y / r**2``: divided twice by the radius, as its square would underflow or overflow first."""
    radius = or_infinite(math.hypot(x, y))
    y_bar = z_bar * (x / radius / radius)
    x_bar = -z_bar * (y / radius / radius)


@vjp(math.hypot, tests={"args": [(3.0, -4.0), (1.5,), (0.3, -2.0, 1.1)]})
def hypot_vjp(*coordinates, z, z_bar):
    """By each coordinate its share of the length, 0 at the origin."""
    radius = or_infinite(z)
    coordinates_bar = tuple(z_bar * (c / radius) for c in coordinates)


@vjp(math.dist, tests={"args": [([1.0, 2.0], [0.5, -1.0]), ((1.0, 2.0), (0.5, -1.0)), (np.array(NUMBERS), np.ones(4))]})
def dist_vjp(p, q, *, z, z_bar):
    """The direction from ``q`` to ``p``, 0 where they are the same point."""
    radius = or_infinite(z)
    if isinstance(p, np.ndarray) and isinstance(q, np.ndarray):
        p_bar = z_bar * ((p - q) / radius)
        q_bar = -p_bar
    else:
        p_bar = [z_bar * ((a - b) / radius) for a, b in zip(p, q, strict=True)]
        q_bar = [-a_bar for a_bar in p_bar]


@vjp(math.fsum, tests={"args": [(NUMBERS,), (tuple(NUMBERS),), (np.array(NUMBERS),)]})
def fsum_vjp(items, *, z, z_bar):
    """Each item takes back all."""
    if isinstance(items, np.ndarray):
        items_bar = np.broadcast_to(z_bar, items.shape)
    else:
        items_bar = [z_bar] * len(items)


@vjp(math.prod, tests={"args": [(NUMBERS,), (tuple(NUMBERS),), (np.array(NUMBERS),), ([2.0, 0.0, 5.0],)],
                       "kwargs": [{}, {"start": 1.5}]})
def prod_vjp(items, *, start=1, z, z_bar):
    """The slope by one factor is the product of the others, which division would not give where one is 0."""
    if isinstance(items, np.ndarray):
        items_bar = z_bar * np.array(products_of_others(items, start))
    else:
        items_bar = [z_bar * others for others in products_of_others(items, start)]
    start_bar = z_bar * math.prod(items)


@vjp(math.modf, elementwise=True, tests={"domain": (0.2, 0.8), "args": [(1.5,), (-1.25,)]})
def modf_vjp(x, *, z, z_bar):
    """The fractional part moves as ``x`` does, the whole part is constant between the jumps."""
    if z_bar[0] is not None:
        x_bar = z_bar[0]
    else:
        x_bar = None


@vjp(math.frexp, elementwise=True, tests={"args": [(5.0,), (-0.3,)]})
def frexp_vjp(x, *, z, z_bar):
    """The mantissa is ``x * 2 ** -exponent``; the exponent is constant between the jumps."""
    if z_bar[0] is not None:
        x_bar = math.ldexp(z_bar[0], -z[1])
    else:
        x_bar = None


if hasattr(math, "sumprod"):

    @vjp(math.sumprod, tests={"args": [([1.0, 2.0], [0.5, -1.0]), ((1.0, 2.0), (0.5, -1.0))]})
    def sumprod_vjp(p, q, *, z, z_bar):
        p_bar = [z_bar * b for b in q]
        q_bar = [z_bar * a for a in p]


linear(float, "x")
linear(complex, "real", "imag")
linear(sum, "items", "start")
linear(math.fsum, "items")

# The helpers of generated code, so that a derivative can be differentiated again --------------------------------------

partials("z = digamma(x)", x="polygamma(1, x)", tests={**POSITIVE, "kinds": "python"})
partials("z = polygamma(n, x)", x="polygamma(n + 1, x)", tests={"args": [(1, 0.7), (2, 1.4)]})
partials("z = bessel_i(n, x)", x="0.5 * (bessel_i(n - 1, x) + bessel_i(n + 1, x))",
         tests={"args": [(0, 0.7), (1, np.array([1.4, -0.3]))]})
NAMES["or_infinite"] = or_infinite
partials("z = log_or_zero(x)", x="1 / or_infinite(x)", singular=True, tests=POSITIVE)


@vjp(product_or_zero, elementwise=True)
def product_or_zero_vjp(x, y, *, z, z_bar):
    """A product, whose factor ``x`` moves it even where it is 0."""
    x_bar = strong_product(z_bar, y)
    y_bar = strong_product(z_bar, x)


@vjp(quotient_or_zero, elementwise=True, tests=AWAY)
def quotient_or_zero_vjp(x, y, *, z, z_bar):
    """``1 / y`` and ``-z / y``, the second of which is 0 where ``x`` is."""
    x_bar = strong_quotient(z_bar, y)
    y_bar = -strong_product(z_bar, quotient_or_zero(z, y))


@vjp(strong_product, elementwise=True)
def strong_product_vjp(x, y, *, z, z_bar):
    """An exactly zero ``x`` wins over what comes back, too."""
    x_bar = strong_product(z_bar, y)
    y_bar = strong_product(x, z_bar)


@vjp(strong_quotient, elementwise=True, tests=AWAY)
def strong_quotient_vjp(x, y, *, z, z_bar):
    x_bar = strong_quotient(z_bar, y)
    y_bar = -strong_product(z, x_bar)


@jvp(strong_quotient)
def strong_quotient_jvp(x, y, *, z, x_dot=None, y_dot=None):
    """``(dx - z * dy) / y``, where an exact zero above wins over what is below."""
    if y_dot is None:
        z_dot = strong_quotient(x_dot, y)
    elif x_dot is None:
        z_dot = -strong_quotient(strong_product(z, y_dot), y)
    else:
        z_dot = strong_quotient(x_dot - strong_product(z, y_dot), y)


@vjp(power_dx, elementwise=True, tests={"args": [(1.3, 2.5), (0.7, 0.6), (np.array([0.5, 1.5]), np.array([3.5, 0.4]))]})
def power_dx_vjp(x, y, *, z, z_bar):
    """Where ``y`` is 0 the exponent is, too: so there is no infinity to be multiplied by zero."""
    if not is_static(y):
        x_bar = strong_product(z_bar, y * power_dx(x, (y - 1) * (y != 0)))
    elif y != 0:
        x_bar = strong_product(z_bar, y * power_dx(x, y - 1))
    else:
        x_bar = None
    y_bar = strong_product(z_bar, power_dxdy(x, y))


@vjp(power_dy, elementwise=True, tests={"args": [(1.3, 2.5, 1.3**2.5)], "wrt": []})
def power_dy_vjp(x, y, power, *, z, z_bar):
    """The power is a function of the others, so all of the derivative goes to these."""
    x_bar = strong_product(z_bar, power_dxdy(x, y))
    y_bar = strong_product(z_bar, z * log_or_zero(x))
    power_bar = None


partials("z = power_dxdy(x, y)", x="y * power_dxdy(x, y - 1) + power_dx(x, y - 1)",
         y="(z + np.power(x, y - 1.0)) * log_or_zero(x)", singular=True,
         tests={"args": [(1.3, 2.5), (0.7, 0.6), (np.array([0.5, 1.5]), np.array([3.5, 0.4]))]})


def unbroadcast_type(args: Any, kwargs: Any) -> Type | None:
    """The shape of ``x``, each dimension of which is 1 where that of ``x_bar`` is."""
    x_bar, x = map(strip_const, args)
    if not isinstance(x_bar, Array) or not isinstance(x, Array) or not 0 < x.ndim <= x_bar.ndim:
        return None
    beside = x_bar.dims[x_bar.ndim - x.ndim :]
    return Array(x_bar.dtype, tuple(UNIT if over == UNIT else own for own, over in zip(x.dims, beside, strict=True)))


@vjp(unbroadcast, infer=unbroadcast_type, tests={"args": [
    (np.ones((3, 2)), np.ones(2)), (np.ones((3, 2)), np.ones((3, 1))), (np.ones(3), 1.0)], "wrt": ["x_bar"]})
def unbroadcast_vjp(x_bar, x, *, z, z_bar):
    x_bar_bar = np.broadcast_to(z_bar, np.shape(x_bar))


def one_hot_type(args: Any, kwargs: Any) -> Type | None:
    """Zeros and the value: which is where is not known before it runs."""
    items, _, value = args
    found = join(strip_const(value), FLOAT) if isinstance(value, Type) else FLOAT
    if isinstance(items, tuple | list) and isinstance(found, Scalar):
        return Tuple((found,) * len(items))
    return List(found) if isinstance(items, List) and isinstance(found, Scalar) else None


@vjp(one_hot, infer=one_hot_type,
     tests={"args": [((1.0, 2.0), 1, 0.5), ([1.0, 2.0], 0, 0.5), (np.ones(2), 1, 0.5)], "wrt": ["value"]})
def one_hot_vjp(items, index, value, *, z, z_bar):
    """The value takes back what comes to its place."""
    if isinstance(z_bar, tuple):
        z_bar = tuple([0.0 if bar is None else bar for bar in z_bar])
    value_bar = z_bar[index]


@vjp(products_of_others, tests={"args": [(NUMBERS,), (tuple(NUMBERS), 1.5), ([2.0, 0.0, 5.0], 0.5),
                                           (np.array(NUMBERS), 0.5)]})
def products_of_others_vjp(items, start=1, *, z, z_bar):
    """The product of all but ``j`` has by ``k`` the slope that is the product of all but both."""
    n = len(items)
    each_bar = [start * sum([z_bar[k] * math.prod([items[i] for i in range(n) if i not in (j, k)])
                             for k in range(n) if k != j]) for j in range(n)]
    items_bar = np.array(each_bar) if isinstance(items, np.ndarray) else each_bar
    start_bar = sum([bar * product for bar, product in zip(z_bar, products_of_others(items, 1), strict=True)])


linear(unbroadcast, "x_bar")
declare(unbroadcast, shape_only=("x",))
declare(one_hot, shape_only=("items",))
linear(one_hot, "value")


def replaced_type(args: Any, kwargs: Any) -> Type | None:
    items, _, value = args
    item = strip_const(value if isinstance(value, Type) else type_of(value))
    found = join(items.item, item) if isinstance(items, List) else None
    return List(found) if isinstance(found, Scalar) else None


@vjp(replaced, infer=replaced_type, alias="fresh", tests={"args": [([1.0, 2.0], 0, 0.5), ([1.0, 2.0, 3.0], -1, 0.5)]})
def replaced_vjp(items, index, value, *, z, z_bar):
    items_bar = replaced(z_bar, index, 0.0)
    value_bar = z_bar[index]


linear(replaced, "items", "value")
