"""Rules of ``scipy.interpolate``: splines by where they are evaluated, cubic ones also by the values that they go through."""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np
from scipy import interpolate

from ...ir.types import ANY, Array
from ...runtime.fitpack import basis_of, integral_between, spline_of, surface_of
from ...runtime.helpers import unbroadcast
from ...runtime.interpolants import cubic_spline_at, interp_spline_at, spline_at
from ..notation import refuse_named, vjp
from ..shapes import broadcast, computed, facts, from_call, promoted


@from_call
def like_place(spline, x, nu):
    return Array("float64", facts(x)[1])


@vjp(spline_at, infer=like_place)
def spline_at_vjp(spline, x, nu, *, z, z_bar):
    """At a knot, the slope to its right."""
    x_bar = z_bar * spline_at(spline, x, nu + 1)


@from_call
def values_at(x, y, bc_type, at, nu):
    return Array(promoted("float64", facts(y)[0]), (*facts(at)[1], *facts(y)[1][1:]))


@vjp(cubic_spline_at, infer=values_at)
def cubic_spline_at_vjp(x, y, bc_type, at, nu, *, z, z_bar):
    """The knots ``x`` must be constants."""
    basis, slope = cubic_spline_at(x, np.eye(x.shape[0]), bc_type, at, nu), cubic_spline_at(x, y, bc_type, at, nu + 1)
    y_bar, at_bar = through_values_bars(y, at, basis, slope, z_bar)


def through_values_bars(y, at, basis, slope, z_bar):
    """A spline is linear in its values ``y``: a sum of those through the unit vectors, the ``basis``."""
    if np.ndim(at) == 0:
        return (z_bar * basis, z_bar * slope) if y.ndim == 1 else (np.outer(basis, z_bar), np.sum(z_bar * slope))
    return basis.T @ z_bar, z_bar * slope if y.ndim == 1 else np.sum(z_bar * slope, axis=1)


@from_call
def spline_values_at(x, y, k, at, nu):
    return Array(promoted("float64", facts(y)[0]), (*facts(at)[1], *facts(y)[1][1:]))


@vjp(interp_spline_at, infer=spline_values_at)
def interp_spline_at_vjp(x, y, k, at, nu, *, z, z_bar):
    """As ``cubic_spline_at``."""
    basis, slope = interp_spline_at(x, np.eye(x.shape[0]), k, at, nu), interp_spline_at(x, y, k, at, nu + 1)
    y_bar, at_bar = through_values_bars(y, at, basis, slope, z_bar)


# Splines of FITPACK -----------------------------------------------------------------------------------------------------


@from_call
def spline_values(t, c, k, x, nu):
    return computed("float64", facts(x)[1])


@from_call
def basis_values(t, k, x, nu):
    return Array("float64", (*facts(x)[1], ANY))


@vjp(spline_of, infer=spline_values, real_only=True, unsaid="its knots stay where they are")
def spline_of_vjp(t, c, k, x, nu, *, z, z_bar):
    """A sum of splines, with the coefficients as weights; SciPy may keep more of these than it uses."""
    basis = basis_of(t, k, x, nu)
    used_bar = z_bar * basis if np.ndim(x) == 0 else basis.T @ z_bar
    c_bar = np.concatenate([used_bar, np.zeros(c.shape[0] - used_bar.shape[0])])
    x_bar = z_bar * spline_of(t, c, k, x, nu + 1)


@vjp(basis_of, infer=basis_values, unsaid="its knots stay where they are")
def basis_of_vjp(t, k, x, nu, *, z, z_bar):
    x_bar = np.sum(z_bar * basis_of(t, k, x, nu + 1), axis=-1)


@from_call
def surface_values(spline, x, y, dx, dy):
    return computed("float64", broadcast(facts(x)[1], facts(y)[1]))


@vjp(surface_of, infer=surface_values)
def surface_of_vjp(spline, x, y, dx, dy, *, z, z_bar):
    x_bar = unbroadcast(z_bar * surface_of(spline, x, y, dx + 1, dy), x)
    y_bar = unbroadcast(z_bar * surface_of(spline, x, y, dx, dy + 1), y)


@from_call
def number(spline, a, b):
    return Array("float64", ())


@vjp(integral_between, infer=number)
def integral_between_vjp(spline, a, b, *, z, z_bar):
    a_bar = -z_bar * spline_at(spline, a, 0)
    b_bar = z_bar * spline_at(spline, b, 0)


# What has no rule ------------------------------------------------------------------------------------------------------

refuse_named(interpolate, """
    make_smoothing_spline make_splrep make_splprep splrep
    splprep generate_knots""", because="how many knots a smoothing spline has, values tell",
             instead="make it outside, where it may be called in the function, or use CubicSpline")
refuse_named(interpolate, "make_lsq_spline spalde sproot splder splantider insert",
             because="how its result depends on the spline has no rule",
             instead="call it outside; splev of what it gives has a rule")
refuse_named(interpolate, """
    BivariateSpline LSQSphereBivariateSpline RectSphereBivariateSpline SmoothSphereBivariateSpline bisplev bisplrep NdBSpline
    NdPPoly BPoly""",
             because="of splines of several variables those of RectBivariateSpline and its kin have a rule, by their places",
             instead="make a RectBivariateSpline outside, use RegularGridInterpolator, or one CubicSpline after the other")
refuse_named(interpolate, "CloughTocher2DInterpolator LinearNDInterpolator NearestNDInterpolator griddata",
             because="which triangle a point is in, values tell", instead="use RegularGridInterpolator")
refuse_named(interpolate, "RBFInterpolator Rbf", because="its result is an object that keeps weights",
             instead="solve for the weights with np.linalg.solve, and sum up the functions")
refuse_named(interpolate, "FloaterHormannInterpolator", because="its result is an object that keeps a rational function",
             instead="use barycentric_interpolate or krogh_interpolate")
refuse_named(interpolate, "AAA approximate_taylor_polynomial pade", because="a rational function that is fitted has no rule",
             instead="use optimize.curve_fit, or barycentric_interpolate")
refuse_named(interpolate, "interp2d", because="SciPy has given it up", instead="use RegularGridInterpolator")
