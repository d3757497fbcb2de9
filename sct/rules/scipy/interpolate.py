"""Rules of ``scipy.interpolate``: splines by where they are evaluated, cubic ones also by the values that they go through."""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np
from scipy import interpolate

from ...ir.types import Array
from ...runtime.interpolants import cubic_spline_at, interp_spline_at, spline_at
from ..notation import refuse_named, vjp
from ..shapes import facts, from_call, promoted


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


# What has no rule ------------------------------------------------------------------------------------------------------

refuse_named(interpolate, """
    UnivariateSpline InterpolatedUnivariateSpline LSQUnivariateSpline make_smoothing_spline make_splrep make_splprep splrep
    splprep generate_knots""", because="how many knots a smoothing spline has, values tell",
             instead="make it outside, or use CubicSpline")
refuse_named(interpolate, "make_lsq_spline splev splint spalde sproot splder splantider insert",
             because="a spline in this form is a constant", instead="use CubicSpline, of which the values may vary")
refuse_named(interpolate, """
    BivariateSpline LSQBivariateSpline LSQSphereBivariateSpline RectBivariateSpline RectSphereBivariateSpline
    SmoothBivariateSpline SmoothSphereBivariateSpline bisplev bisplrep NdBSpline NdPPoly BPoly""",
             because="splines of several variables have no rule",
             instead="use RegularGridInterpolator, or one CubicSpline after the other")
refuse_named(interpolate, "CloughTocher2DInterpolator LinearNDInterpolator NearestNDInterpolator griddata",
             because="which triangle a point is in, values tell", instead="use RegularGridInterpolator")
refuse_named(interpolate, "RBFInterpolator Rbf", because="its result is an object that keeps weights",
             instead="solve for the weights with np.linalg.solve, and sum up the functions")
refuse_named(interpolate, "BarycentricInterpolator KroghInterpolator FloaterHormannInterpolator lagrange",
             because="its result is an object that keeps a polynomial",
                 instead="use barycentric_interpolate or krogh_interpolate")
refuse_named(interpolate, "AAA approximate_taylor_polynomial pade", because="a rational function that is fitted has no rule",
             instead="use optimize.curve_fit, or barycentric_interpolate")
refuse_named(interpolate, "interp2d", because="SciPy has given it up", instead="use RegularGridInterpolator")
