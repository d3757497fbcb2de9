"""Rules of ``scipy.integrate`` for functions: integrals by Leibniz' rule, differential equations by their adjoint equations.

What the functions capture is among their ``args`` here (``analysis/handing.py``).
"""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np
from scipy import integrate

from ...errors import RuleError
from ...ir.types import ANY, BOOL, FLOAT, INT, STR, Array, Tuple
from ...runtime.implicit import (
    along,
    has_slope,
    is_wanted,
    paired,
    rate,
    rate_pairing,
    slope_function,
    slopes_of_first_and_items,
)
from ...runtime.integrals import vector_integral
from ...runtime.quadrature import romberg_weights
from ...runtime.trajectories import Trajectory, pull_back, trajectory_of
from ..indexing import static
from ..notation import area, declare, jvp, refuse_named, vjp, zero
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
    a_bar = -z_bar[0] * func(a, *args)
    b_bar = z_bar[0] * func(b, *args)
    args_bar = tuple([z_bar[0] * integral_of_slope(func, k, a, b, args, epsabs, epsrel, limit, points) if is_wanted(args[k])
                      else None for k in range(len(args))])


def integral_of_slope(func, k, a, b, args, epsabs, epsrel, limit, points):
    """The integral of the derivative of ``func`` by the ``k``-th of its ``args``."""
    slope = slope_function(func, k + 1)
    if np.ndim(args[k]) == 0:
        found = integrate.quad(slope, a, b, args, epsabs=epsabs, epsrel=epsrel, limit=limit, points=points)[0]
    else:
        found = vector_integral(slope, a, b, args, epsabs, epsrel, limit, points)
    return found


@from_call
def like_slope(func, a, b, args, *options):
    """As many dimensions as the first argument that is an array: by that a function of numbers was differentiated."""
    return Array("float64", next(dims for dims in (facts(p)[1] for p in args) if dims))


@vjp(vector_integral, infer=like_slope)
def vector_integral_vjp(func, a, b, args, epsabs, epsrel, limit, points, *, z, z_bar):
    """As ``quad``, of the elements weighted by ``z_bar`` and summed up."""
    a_bar = -np.sum(z_bar * func(a, *args))
    b_bar = np.sum(z_bar * func(b, *args))
    weighted = lambda x, weights, *given: paired(x, weights, func, *given)  # noqa: E731
    args_bar = tuple([integral_of_slope(weighted, k + 1, a, b, (z_bar, *args), epsabs, epsrel, limit, points)
                      if is_wanted(args[k]) else None for k in range(len(args))])


# ----------------------------------------------------------------------------------------- differential equations


@static
def one_vector(ndim):
    """Refuse states that are no vectors."""
    if ndim != 1:
        raise RuleError("differential equations have a rule for a start that is a vector", hint="write np.array([y0])")


def backward(t, whole, f, args):
    """The right-hand sides of the adjoint equations of ``dy/dt = f(t, y, *args)``; ``whole`` is ``y`` and the adjoint state."""
    size = whole.shape[0] // 2
    by_state, *by_args = slopes_of_first_and_items(rate_pairing, whole[:size], whole[size:], t, f, args)
    return -np.concatenate([by_state, *[np.reshape(by_arg, -1) for by_arg in by_args if by_arg is not None]])


def forward(t, whole, f, args, dots):
    """The right-hand sides of an equation and of its tangent; ``whole`` is the state and its tangent."""
    size = whole.shape[0] // 2
    return np.concatenate(along(rate, (whole[:size], t, f, *args), (whole[size:], None, None, *dots)))


def args_bars(flat, size, args):
    """The cotangents of ``args`` in a vector, those of the start in front."""
    bars = ()
    for p in args:
        if has_slope(p):
            count = np.size(p)
            bars = bars + (np.reshape(flat[size : size + count], np.shape(p)) if np.ndim(p) > 0 else flat[size],)
            size = size + count
        else:
            bars = bars + (None,)
    return bars


def tangent_of_start(y0, y0_dot):
    return np.concatenate([y0, np.zeros_like(y0) if y0_dot is None else y0_dot])


@from_call
def trajectory_type(fun, t_span, y0, t_eval=None, args=(), **options):
    moments = (ANY,) if t_eval is None else facts(t_eval)[1]
    return Tuple((Array("float64", moments), Array("float64", (*facts(y0)[1], *moments)), BOOL, INT, STR), Trajectory)


def moments_bar(fun, t, y, args, y_bar):
    """What the cotangents of a solution at the moments ``t`` say of these: it moves on at the rate that the equation gives."""
    return np.array([np.sum(y_bar[:, k] * rate(y[:, k], t[k], fun, *args)) for k in range(t.shape[0])])


def moved_on(fun, t, y, args, t_dot):
    """The tangents of a solution at moments that move, by columns."""
    return np.array([t_dot[k] * rate(y[:, k], t[k], fun, *args) for k in range(t.shape[0])]).T


@vjp(trajectory_of, name="integrate.solve_ivp", infer=trajectory_type, real_only=True, nested=("args", "t_span"))
def solve_ivp_vjp(fun, t_span, y0, t_eval=None, args=(), *, method="RK45", rtol=1e-3, atol=1e-6, max_step=np.inf,
                  first_step=None, jac=None, z, z_bar):
    """Moments that the solver chooses are taken to be constants, but for the last one, the end."""
    one_vector(np.ndim(y0))
    t, y, _, _, _ = z
    y_bar = np.zeros_like(y) if z_bar[1] is None else z_bar[1]
    back = lambda t, whole, *given: backward(t, whole, fun, given)  # noqa: E731
    flat = pull_back(fun, back, t_span, y0, t, y, args, y_bar, method=method, rtol=rtol, atol=atol, max_step=max_step)
    size = y0.shape[0]
    y0_bar = flat[:size]
    args_bar = args_bars(flat, size, args)
    by_rate = moments_bar(fun, t, y, args, y_bar)
    t_bar = by_rate if z_bar[0] is None else by_rate + z_bar[0]
    later = np.sum(y0_bar * rate(y0, t_span[0], fun, *args))
    if t_eval is None:
        t_span_bar = (t_bar[0] - later, t_bar[-1])
    else:
        t_eval_bar = t_bar
        t_span_bar = (-later, 0.0)


@jvp(trajectory_of)
def solve_ivp_jvp(fun, t_span, y0, t_eval=None, args=(), *, method="RK45", rtol=1e-3, atol=1e-6, max_step=np.inf,
                  first_step=None, jac=None, z, t_span_dot=None, y0_dot=None, t_eval_dot=None, args_dot=None):
    """The equation together with its tangent (equations of variation: Hairer, Norsett and Wanner 1993, section I.14)."""
    one_vector(np.ndim(y0))
    t, y, _, _, _ = z
    dots = tuple([None for _ in args]) if args_dot is None else args_dot
    both = lambda t, whole: forward(t, whole, fun, args, dots)  # noqa: E731
    start_dot, end_dot = (None, None) if t_span_dot is None else t_span_dot
    start = tangent_of_start(y0, later_start_dot(fun, t_span[0], y0, args, start_dot, y0_dot))
    found = trajectory_of(both, t_span, start, t, (), method=method, rtol=rtol, atol=atol, max_step=max_step)
    y_dot = found.y[y0.shape[0] :]
    t_dot = ends_dot(t, start_dot, end_dot) if t_eval is None else t_eval_dot
    z_dot = (t_dot, y_dot if t_dot is None else y_dot + moved_on(fun, t, y, args, t_dot), None, None, None)


def later_start_dot(fun, t0, y0, args, t0_dot, y0_dot):
    """The tangent of the state that would have led, from the old moment of the start, to the start at the new one."""
    if t0_dot is None:
        return y0_dot
    earlier = -t0_dot * rate(y0, t0, fun, *args)
    return earlier if y0_dot is None else y0_dot + earlier


def ends_dot(t, start_dot, end_dot):
    """The tangent of the moments that the solver chooses: only the first and the last one move."""
    if start_dot is None and end_dot is None:
        return None
    place = np.arange(t.shape[0])
    first = 0.0 if start_dot is None else start_dot * (place == 0)
    return first if end_dot is None else first + end_dot * (place == t.shape[0] - 1)


@from_call
def flat_type(fun, back, t_span, y0, t, y, args, y_bar, **options):
    return Array("float64", (ANY,))


declare(pull_back, infer=flat_type, nested=("args", "t_span"))


@jvp(pull_back)
def pull_back_jvp(fun, back, t_span, y0, t, y, args, y_bar, *, method="RK45", rtol=1e-3, atol=1e-6, max_step=np.inf, z,
                  t_span_dot=None, y0_dot=None, t_dot=None, y_dot=None, args_dot=None, y_bar_dot=None):
    """The same for the equation together with its tangent: second derivatives are symmetric.  A moment that moves takes the
    cotangent at it along, backwards by the adjoint equations."""
    size = y0.shape[0]
    dots = tuple([None for _ in args]) if args_dot is None else args_dot
    both = lambda t, whole, *given: forward(t, whole, fun, given, dots)  # noqa: E731
    both_back = lambda t, whole, *given: backward(t, whole, both, given)  # noqa: E731
    seeds_dot = np.zeros_like(y_bar) if y_bar_dot is None else y_bar_dot
    start_dot = None if t_span_dot is None else t_span_dot[0]
    moved = np.zeros_like(z)
    if start_dot is not None:
        moved = start_dot * backward(t_span[0], np.concatenate([y0, z[:size]]), fun, args)
    if t_dot is not None:
        ahead = np.array([t_dot[k] * backward(t[k], np.concatenate([y[:, k], y_bar[:, k]]), fun, args)
                          for k in range(t.shape[0])])
        seeds_dot = seeds_dot - ahead[:, :size].T
        moved = moved - np.concatenate([np.zeros(size), np.sum(ahead[:, size:], axis=0)])
    start = tangent_of_start(y0, later_start_dot(fun, t_span[0], y0, args, start_dot, y0_dot))
    flat = pull_back(both, both_back, t_span, start, t, y, args, np.concatenate([seeds_dot, y_bar]), method=method, rtol=rtol,
                     atol=atol, max_step=max_step)
    z_dot = moved + np.concatenate([flat[:size], flat[2 * size :]])


@from_call
def trajectory(func, y0, t, args=(), **options):
    return Array("float64", (facts(t)[1][0], *(facts(y0)[1] or (ANY,))))


@vjp(integrate.odeint, infer=trajectory, real_only=True, nested=("args",))
def odeint_vjp(func, y0, t, args=(), *, tfirst=False, rtol=None, atol=None, mxstep=0, z, z_bar):
    """The first of the moments ``t`` is that of the start."""
    one_vector(np.ndim(y0))
    rates = func if tfirst else lambda t, y, *given: func(y, t, *given)
    back = lambda t, whole, *given: backward(t, whole, rates, given)  # noqa: E731
    flat = pull_back(rates, back, (t[0], t[-1]), y0, t, z.T, args, z_bar.T, method="LSODA",
                     rtol=1.49012e-8 if rtol is None else rtol, atol=1.49012e-8 if atol is None else atol)
    size = y0.shape[0]
    y0_bar = flat[:size]
    args_bar = args_bars(flat, size, args)
    later = np.sum(y0_bar * rate(y0, t[0], rates, *args))
    t_bar = moments_bar(rates, t, z.T, args, z_bar.T) - later * (np.arange(t.shape[0]) == 0)


@jvp(integrate.odeint)
def odeint_jvp(func, y0, t, args=(), *, tfirst=False, rtol=None, atol=None, mxstep=0, z, y0_dot=None, t_dot=None,
               args_dot=None):
    """The tangent satisfies the equation linearised along the solution; both are integrated together."""
    one_vector(np.ndim(y0))
    dots = tuple([None for _ in args]) if args_dot is None else args_dot
    rates = func if tfirst else lambda t, y, *given: func(y, t, *given)
    both = lambda t, whole: forward(t, whole, rates, args, dots)  # noqa: E731
    start_dot = None if t_dot is None else t_dot[0]
    start = tangent_of_start(y0, later_start_dot(rates, t[0], y0, args, start_dot, y0_dot))
    found_dot = integrate.odeint(both, start, t, tfirst=True, rtol=rtol, atol=atol, mxstep=mxstep)[:, y0.shape[0] :]
    z_dot = found_dot if t_dot is None else found_dot + moved_on(rates, t, z.T, args, t_dot).T


# ------------------------------------------------------------------------------------------------- what has no rule

refuse_named(integrate, "BDF DOP853 DenseOutput LSODA OdeSolution OdeSolver RK23 RK45 Radau complex_ode ode",
             because="it is an object that steps", instead="use solve_ivp or odeint")


@from_call
def as_many(count):
    return Array("float64", (ANY,))


zero(romberg_weights, infer=as_many)
refuse_named(integrate, "nquad quad_vec cubature", because="how many integrals, or numbers in one, there are is not told",
             instead="use quad, dblquad or tplquad")
refuse_named(integrate, "nsum qmc_quad tanhsinh", because="its estimate goes with places that its error chooses",
             instead="use quad")
refuse_named(integrate, "solve_bvp", because="boundary value problems have no rule",
             instead="shoot: solve_ivp within scipy.optimize.fsolve")
refuse_named(integrate, "newton_cotes lebedev_rule", because="its results are constants", instead="call it outside",
             constants=True)
