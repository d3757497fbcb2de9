"""Rules of ``scipy.optimize`` for functions that return the solution of an equation, by the implicit function theorem.

What solves ``f(x, *args) = 0`` moves with ``args`` as ``dx = -(df/dx)^-1 df/dargs dargs`` says (Krantz and Parks, The Implicit
Function Theorem, 2002, section 1.1); it does not depend on where the search began.  What ``f`` captures is among its ``args``
here (``analysis/handing.py``).
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np
from scipy import optimize

from ...errors import RuleError
from ...ir.types import ANY, BOOL, FLOAT, INT, STR, UNIT, Array, Scalar, Tuple
from ...runtime.implicit import both_ways, height, paired, slope, slopes, slopes_of_items, steepness
from ...runtime.solutions import Crossing, Fitted, Lowest, Solution, crossing_of, fitted_of, lowest_of, minimum_of, root_of
from ..indexing import static
from ..notation import area, refuse_named, vjp, zero
from ..shapes import computed, facts, from_call

area("optimize", optimize)

# ------------------------------------------------------------------------------------------------- one unknown


@from_call
def between(f, a, b, args=(), *further, **options):
    """A Python number."""
    return FLOAT


def solution_bars(f, z, args, z_bar):
    """The cotangents of ``args`` where ``f(z, *args)`` is zero."""
    by_z, *by_args = slopes(f, z, *args)
    return tuple([None if by_arg is None else -z_bar / by_z * by_arg for by_arg in by_args])


@vjp(optimize.brentq, infer=between)
def brentq_vjp(f, a, b, args=(), xtol=2e-12, rtol=8.881784197001252e-16, maxiter=100, *, disp=True, z, z_bar):
    """Differentiate ``f(z, *args) = 0``: ``dz = -df / f_z``; where the search begins does not matter."""
    a_bar = None
    b_bar = None
    args_bar = solution_bars(f, z, args, z_bar)


for bracketing in (optimize.brenth, optimize.bisect, optimize.ridder):
    vjp(bracketing, infer=between)(brentq_vjp)


@vjp(optimize.toms748, infer=between)
def toms748_vjp(f, a, b, args=(), k=1, xtol=2e-12, rtol=8.881784197001252e-16, maxiter=100, *, disp=True, z, z_bar):
    """As ``brentq``."""
    a_bar = None
    b_bar = None
    args_bar = solution_bars(f, z, args, z_bar)


@from_call
def near(func, x0, fprime=None, args=(), *further, **options):
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
    return np.stack([slope(paired, x, row, f, *args) for row in np.eye(x.shape[0])])


@from_call
def roots(func, x0, args=(), *further, **options):
    return Array("float64", facts(x0)[1] or (ANY,))


@vjp(optimize.fsolve, infer=roots)
def fsolve_vjp(func, x0, args=(), fprime=None, *, xtol=1.49012e-8, maxfev=0, epsfcn=None, factor=100, z, z_bar):
    """Differentiate ``func(z, *args) = 0``: one linear system with the transposed Jacobian."""
    x0_bar = None
    w = np.linalg.solve(jacobian(func, z, args).T, -z_bar)
    args_bar = slopes_of_items(paired, z, w, func, args)


@from_call
def fixed(func, x0, args=(), *further, **options):
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


# ------------------------------------------------------------------------------ solvers that return an object


@from_call
def vector_and_facts(fun, x0, args=(), **options):
    x = Array("float64", facts(x0)[1] or (UNIT,))
    return Tuple((x, x, BOOL, INT, STR), Solution)


@vjp(root_of, name="optimize.root", infer=vector_and_facts)
def root_vjp(fun, x0, args=(), *, method="hybr", jac=None, tol=None, options=None, z, z_bar):
    """What is left of the equations at the solution is zero, whatever the arguments."""
    x0_bar = None
    x, _, _, _, _ = z
    only_vectors(np.ndim(x0))
    if z_bar[0] is None:
        args_bar = tuple([None for _ in args])
    else:
        w = np.linalg.solve(jacobian(fun, x, args).T, -z_bar[0])
        args_bar = slopes_of_items(paired, x, w, fun, args)


@static
def only_vectors(ndim):
    """Refuse systems whose unknowns form a matrix."""
    if ndim > 1:
        raise RuleError("a start that is a matrix has no rule", hint="reshape it to a vector")


@from_call
def vector_and_height(fun, x0, args=(), **options):
    return Tuple((Array("float64", facts(x0)[1] or (UNIT,)), FLOAT, BOOL, INT, STR), Solution)


@vjp(minimum_of, name="optimize.minimize", infer=vector_and_height)
def minimize_vjp(fun, x0, args=(), *, method=None, jac=None, hess=None, hessp=None, tol=None, options=None, z, z_bar):
    """What the minimiser and the minimum say of ``args`` (see ``minimum_bars``); the start does not matter."""
    x0_bar = None
    x, _, _, _, _ = z
    args_bar = minimum_bars(fun, x, args, z_bar[0], z_bar[1])


def minimum_bars(fun, x, args, x_bar, h_bar):
    """The cotangents of ``args`` where ``fun(x, *args)`` is least, given those of the place and of the height.

    The slope is zero at the minimiser.  The minimum moves as the function at a fixed place (envelope theorem: Milgrom and Segal
    2002).
    """
    if x_bar is None and h_bar is None:
        return tuple([None for _ in args])
    if x_bar is None:
        return tuple([None if by is None else h_bar * by for by in slopes_of_items(height, fun, x, args)])
    w = against_curvature(fun, x, args, x_bar)
    if h_bar is None:
        return slopes_of_items(steepness, x, w, fun, args)
    return slopes_of_items(both_ways, x, w, h_bar, fun, args)


def against_curvature(fun, x, args, x_bar):
    """The cotangent of the slope of ``fun`` where it is zero, given that of the place."""
    if np.ndim(x) == 0:
        return -x_bar / slope(steepness, x, 1.0, fun, *args)
    return np.linalg.solve(np.stack([slope(steepness, x, row, fun, *args) for row in np.eye(x.shape[0])]), -x_bar)


@from_call
def fitted(fun, x0, args=(), **options):
    return Tuple((Array("float64", facts(x0)[1] or (UNIT,)), FLOAT, BOOL, INT, STR), Fitted)


@vjp(fitted_of, name="optimize.least_squares", infer=fitted)
def least_squares_vjp(fun, x0, args=(), *, jac=None, method=None, ftol=None, xtol=None, gtol=None, max_nfev=None,
                      diff_step=None, tr_solver=None, verbose=0, z, z_bar):
    """The minimiser of half the sum of the squares, to second order: also where these are not zero."""
    x0_bar = None
    x, _, _, _, _ = z
    cost = lambda p, *given: 0.5 * np.sum(np.asarray(fun(p, *given)) ** 2)  # noqa: E731
    args_bar = minimum_bars(cost, x, args, z_bar[0], z_bar[1])


@vjp(optimize.nnls)
def nnls_vjp(A, b, *, maxiter=None, z, z_bar):
    """Where the solution is positive it solves the normal equations; elsewhere it stays zero."""
    x, distance = z
    free = x > 0.0
    weights = np.where(free, 1.0, 0.0)
    used = A * weights
    x_bar = np.zeros_like(x) if z_bar[0] is None else z_bar[0]
    w = np.linalg.solve(used.T @ used + np.diag(1.0 - weights), x_bar * weights)
    left = b - A @ x
    b_bar, A_bar = used @ w, np.outer(left, w) - np.outer(used @ w, x)
    if z_bar[1] is not None:
        along = z_bar[1] / distance * left
        b_bar, A_bar = b_bar + along, A_bar - np.outer(along, x)


@from_call
def place_and_height(fun, args=(), **options):
    return Tuple((FLOAT, FLOAT, BOOL), Lowest)


@vjp(lowest_of, name="optimize.minimize_scalar", infer=place_and_height)
def minimize_scalar_vjp(fun, args=(), *, bracket=None, method=None, tol=None, options=None, z, z_bar):
    x, _, _ = z
    args_bar = minimum_bars(fun, x, args, z_bar[0], z_bar[1])


@from_call
def number_and_facts(f, args=(), **options):
    return Tuple((FLOAT, BOOL, STR, INT, INT), Crossing)


@vjp(crossing_of, name="optimize.root_scalar", infer=number_and_facts)
def root_scalar_vjp(f, args=(), *, method=None, bracket=None, fprime=None, fprime2=None, x0=None, x1=None, xtol=None, rtol=None,
                    maxiter=None, options=None, z, z_bar):
    """As ``brentq``; how the root is found does not matter."""
    x0_bar = None
    x1_bar = None
    bracket_bar = None
    root, _, _, _, _ = z
    args_bar = solution_bars(f, root, args, z_bar[0])


# ------------------------------------------------------------------------------------------------- what has no rule


@from_call
def rows_and_columns(cost_matrix, maximize=False):
    return Tuple((Array("int64", (ANY,)), Array("int64", (ANY,))))


zero(optimize.linear_sum_assignment, infer=rows_and_columns)
refuse_named(optimize, """
    fmin fmin_bfgs fmin_cg fmin_cobyla fmin_l_bfgs_b fmin_ncg fmin_powell fmin_slsqp fmin_tnc brent fminbound golden bracket
    line_search leastsq lsq_linear isotonic_regression""",
             because="only the newer interfaces have a rule", instead="use minimize, minimize_scalar, least_squares or root")
refuse_named(optimize, """
    anderson broyden1 broyden2 diagbroyden excitingmixing linearmixing newton_krylov BroydenFirst InverseJacobian KrylovJacobian
    HessianUpdateStrategy BFGS SR1 LbfgsInvHessProduct""", because="only the newer interfaces have a rule",
             instead="use fsolve or root")
refuse_named(optimize, "basinhopping brute differential_evolution direct dual_annealing shgo",
             because="a global minimum may jump from one place to another",
             instead="begin a local search, minimize, where it ends")
refuse_named(optimize, "linprog milp quadratic_assignment", because="a solution in a corner stays there, or jumps",
             instead="use stop_gradient for the solution")
refuse_named(optimize, "Bounds LinearConstraint NonlinearConstraint", because="bounds and constraints have no rule",
             instead="substitute variables that cannot violate them")
refuse_named(optimize, "approx_fprime check_grad rosen_der rosen_hess rosen_hess_prod",
             because="derivatives by differences are not differentiated", instead="call sct.grad inside")
refuse_named(optimize, "OptimizeResult RootResults linprog_verbose_callback show_options",
             because="it belongs to SciPy's results",
             instead="return a tuple")
