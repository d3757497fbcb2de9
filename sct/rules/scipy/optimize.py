"""Rules of ``scipy.optimize`` for functions that return the solution of an equation, by the implicit function theorem.

What solves ``f(x, *args) = 0`` moves with ``args`` as ``dx = -(df/dx)^-1 df/dargs dargs`` says (Krantz and Parks, The Implicit
Function Theorem, 2002, section 1.1); it does not depend on where the search began.  ``f`` must be a function of its own that
gets in ``args`` all that it is to be differentiated by: one that is made inside is refused.
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np
from scipy import optimize

from ...errors import RuleError
from ...ir.types import ANY, FLOAT, Array, Scalar
from ...runtime.implicit import paired, slope, slopes, slopes_of_items
from ..notation import area, refuse, vjp
from ..shapes import computed, facts, from_call

area("optimize", optimize)

# ------------------------------------------------------------------------------------------------- one unknown


@from_call
def between(f, a, b, args=(), **options):
    """A Python number."""
    return FLOAT


def solution_bars(f, z, args, z_bar):
    """The cotangents of ``args`` where ``f(z, *args)`` is zero."""
    by_z, *by_args = slopes(f, z, *args)
    return tuple([None if by_arg is None else -z_bar / by_z * by_arg for by_arg in by_args])


@vjp(optimize.brentq, infer=between)
def brentq_vjp(f, a, b, args=(), xtol=2e-12, rtol=8.881784197001252e-16, maxiter=100, *, disp=True, z, z_bar):
    a_bar = None
    b_bar = None
    args_bar = solution_bars(f, z, args, z_bar)


for bracketing in (optimize.brenth, optimize.bisect, optimize.ridder):
    vjp(bracketing, infer=between)(brentq_vjp)


@from_call
def near(func, x0, fprime=None, args=(), **options):
    """A NumPy number, for a start that is a number."""
    if facts(x0)[1]:
        raise RuleError("scipy.optimize.newton has a rule for one equation", hint="solve them in a loop")
    return Scalar("float64", False)


@vjp(optimize.newton, infer=near)
def newton_vjp(func, x0, fprime=None, args=(), tol=1.48e-8, maxiter=50, fprime2=None, *, rtol=0.0, disp=True, z, z_bar):
    """``fprime`` and ``fprime2`` only help to find the solution."""
    if np.ndim(x0) != 0:
        raise RuleError("scipy.optimize.newton has a rule for one equation", hint="solve them in a loop")
    x0_bar = None
    args_bar = solution_bars(func, z, args, z_bar)


# --------------------------------------------------------------------------------------------- several unknowns


def jacobian(f, x, args):
    """The matrix of the derivatives of ``f`` by ``x``, a row for each of its results."""
    return np.stack([slope(paired, x, row, f, args) for row in np.eye(x.shape[0])])


@from_call
def roots(func, x0, args=(), **options):
    return Array("float64", facts(x0)[1] or (ANY,))


@vjp(optimize.fsolve, infer=roots)
def fsolve_vjp(func, x0, args=(), fprime=None, *, xtol=1.49012e-8, maxfev=0, epsfcn=None, factor=100, z, z_bar):
    x0_bar = None
    w = np.linalg.solve(jacobian(func, z, args).T, -z_bar)
    args_bar = slopes_of_items(paired, z, w, func, args)


@from_call
def fixed(func, x0, args=(), **options):
    kind, dims = facts(x0)
    return computed("float64", dims)


@vjp(optimize.fixed_point, infer=fixed)
def fixed_point_vjp(func, x0, args=(), xtol=1e-8, maxiter=500, method="del2", *, z, z_bar):
    """The equation is ``func(x, *args) - x = 0``."""
    x0_bar = None
    if np.ndim(x0) == 0:
        by_z, *by_args = slopes(func, z, *args)
        args_bar = tuple([None if by_arg is None else z_bar / (1.0 - by_z) * by_arg for by_arg in by_args])
    else:
        w = np.linalg.solve((np.eye(z.shape[0]) - jacobian(func, z, args)).T, z_bar)
        args_bar = slopes_of_items(paired, z, w, func, args)


refuse(optimize.root, optimize.root_scalar, because="its result is more than the solution",
       instead="use optimize.fsolve, or optimize.brentq and newton for one unknown")
refuse(optimize.minimize, optimize.minimize_scalar, because="its result is more than the minimiser",
       instead="solve for the point where the slope is zero: optimize.fsolve(sct.grad(f), start, args)")
