"""Rules of ``scipy.integrate`` for functions: integrals by Leibniz' rule, differential equations by those of variation.

The function must be one of its own that gets in ``args`` all that it is to be differentiated by.
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np
from scipy import integrate

from ...errors import RuleError
from ...ir.types import ANY, FLOAT, Array, Tuple
from ...runtime.integrals import integral_of_slope, sensitivities, slope_at
from ..indexing import static
from ..notation import area, declare, refuse, vjp
from ..shapes import facts, from_call

area("integrate", integrate)

# ------------------------------------------------------------------------------------------------------ integrals


@from_call
def value_and_error(func, a, b, args=(), **options):
    return Tuple((FLOAT, FLOAT))


@vjp(integrate.quad, infer=value_and_error)
def quad_vjp(func, a, b, args=(), *, epsabs=1.49e-8, epsrel=1.49e-8, limit=50, points=None, z, z_bar):
    """Leibniz' rule (Flanders, Differentiation under the Integral Sign, 1973); the estimate of the error has no derivative."""
    if z_bar[1] is not None:
        raise RuleError("the error that scipy.integrate.quad estimates has no derivative", hint="use the integral alone: `[0]`")
    for p in args:
        if isinstance(p, tuple | list):
            raise RuleError("a container of numbers is among the arguments of the integrand", hint="make it an array")
    a_bar = -z_bar[0] * func(a, *args)
    b_bar = z_bar[0] * func(b, *args)
    args_bar = tuple([z_bar[0] * integral_of_slope(func, (k + 1,), a, b, args, epsabs, epsrel, limit, points)
                      for k in range(len(args))])


@from_call
def like_argument(func, ks, a, b, args, *options):
    kind, dims = facts(args[ks[0] - 1])
    return Array("float64", dims) if dims else FLOAT


@static
def also(ks, k):
    """``ks`` and one position more."""
    return (*ks, k)


@vjp(integral_of_slope, infer=like_argument)
def integral_of_slope_vjp(func, ks, a, b, args, epsabs, epsrel, limit, points, *, z, z_bar):
    if any(np.ndim(p) != 0 for p in args):
        raise RuleError("scipy.integrate.quad has second derivatives by numbers only")
    a_bar = -z_bar * slope_at(func, ks, a, args)
    b_bar = z_bar * slope_at(func, ks, b, args)
    args_bar = tuple([z_bar * integral_of_slope(func, also(ks, k + 1), a, b, args, epsabs, epsrel, limit, points)
                      for k in range(len(args))])


@from_call
def slope_type(func, ks, x, args):
    return FLOAT


@vjp(slope_at, infer=slope_type)
def slope_at_vjp(func, ks, x, args, *, z, z_bar):
    x_bar = z_bar * slope_at(func, also(ks, 0), x, args)
    args_bar = tuple([z_bar * slope_at(func, also(ks, k + 1), x, args) for k in range(len(args))])


# ----------------------------------------------------------------------------------------- differential equations


@from_call
def trajectory(func, y0, t, args=(), **options):
    return Array("float64", (facts(t)[1][0], *(facts(y0)[1] or (ANY,))))


@from_call
def sensitivity_types(func, y0, t, args, *options):
    front = (facts(t)[1][0], facts(y0)[1][0])
    by_args = [Array("float64", (*front, *facts(p)[1])) for p in args]
    return Tuple((Array("float64", (*front, front[1])), *by_args))


declare(sensitivities, infer=sensitivity_types)


@vjp(integrate.odeint, infer=trajectory, real_only=True)
def odeint_vjp(func, y0, t, args=(), *, tfirst=False, rtol=None, atol=None, mxstep=0, z, z_bar):
    """The moments ``t`` must be constants; there is no second derivative."""
    if np.ndim(y0) != 1:
        raise RuleError("scipy.integrate.odeint has a rule for a start that is a vector", hint="write np.array([y0])")
    by_start, *by_args = sensitivities(func, y0, t, args, tfirst, rtol, atol, mxstep)
    y0_bar = np.tensordot(z_bar, by_start, 2)
    args_bar = tuple([np.tensordot(z_bar, by_arg, 2) if by_arg.ndim > 2 else np.sum(z_bar * by_arg) for by_arg in by_args])


refuse(integrate.solve_ivp, because="its result is more than the solution", instead="use integrate.odeint(..., tfirst=True)")
