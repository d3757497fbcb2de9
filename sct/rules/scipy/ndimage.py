"""Functions of ``scipy.ndimage`` without a derivative rule, by the reason; linear filters are said in ``runtime/images.py``."""

from __future__ import annotations

from scipy import ndimage

from ..notation import area, refuse_named

area("ndimage", ndimage)

refuse_named(ndimage, """
    affine_transform geometric_transform rotate shift zoom spline_filter spline_filter1d""",
             because="splines on grids have no rule", instead="use map_coordinates of the order 1")
refuse_named(ndimage, "gaussian_gradient_magnitude gaussian_laplace generic_gradient_magnitude generic_laplace",
             because="only filters of the order 0 have a rule", instead="use gaussian_filter, then sobel or laplace")
refuse_named(ndimage, """
    maximum_filter maximum_filter1d minimum_filter minimum_filter1d median_filter percentile_filter rank_filter generic_filter
    generic_filter1d grey_closing grey_dilation grey_erosion grey_opening morphological_gradient morphological_laplace
    black_tophat white_tophat vectorized_filter""",
             because="what it picks, values tell", instead="use np.max or np.median of windows")
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
