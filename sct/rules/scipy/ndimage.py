"""The rule of the splines of ``scipy.ndimage``, and its functions without one; others are said in ``runtime/image*.py``."""

# ruff: noqa: F841 - a rule says what it has found by assigning x_bar.
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-incomplete-defs=False, check-untyped-defs=False

from __future__ import annotations

from scipy import ndimage

from ...ir.types import Array
from ...runtime.image_places import coefficients, half_ends
from ..notation import area, linear, refuse_named, vjp
from ..shapes import facts, from_call, promoted

area("ndimage", ndimage)


@from_call
def like_elements(x, axis):
    return Array(promoted("float64", facts(x)[0]), facts(x)[1])


@vjp(coefficients, infer=like_elements)
def coefficients_vjp(x, axis, *, z, z_bar):
    """The system is symmetric but for its ends, whose neighbours count twice: ``B.T = D B D^-1``, ``D`` halves the ends."""
    x_bar = half_ends(coefficients(half_ends(z_bar, axis, 2.0), axis), axis, 0.5)


linear(coefficients, "x")

refuse_named(ndimage, "geometric_transform spline_filter spline_filter1d", because="of splines on grids the values have a rule",
             instead="use map_coordinates")
refuse_named(ndimage, "generic_gradient_magnitude generic_laplace generic_filter generic_filter1d vectorized_filter",
             because="it calls a function with parts of an array in a buffer of its own",
             instead="use gaussian_laplace or median_filter, or a function of windows that are picked by indices")
refuse_named(ndimage, """
    maximum_filter1d minimum_filter1d morphological_gradient morphological_laplace black_tophat white_tophat""",
             because="of filters that pick elements those of boxes have a rule",
             instead="use maximum_filter, minimum_filter, grey_opening or grey_closing")
refuse_named(ndimage, """
    binary_closing binary_dilation binary_erosion binary_fill_holes binary_hit_or_miss binary_opening binary_propagation
    distance_transform_bf distance_transform_cdt distance_transform_edt find_objects generate_binary_structure
    iterate_structure label value_indices watershed_ift""", because="its results are labels, or distances to these",
             instead="call it outside and pass the result")
refuse_named(ndimage, """
    center_of_mass extrema histogram labeled_comprehension maximum maximum_position mean median minimum minimum_position
    standard_deviation sum sum_labels variance""", because="statistics of labels have no rule",
             instead="use np.bincount with weights, or np.sum")
refuse_named(ndimage, "fourier_ellipsoid fourier_gaussian fourier_shift fourier_uniform",
             because="only filters of the array itself have a rule", instead="multiply the transform yourself")
