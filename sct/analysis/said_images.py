"""Filters of ``scipy.ndimage`` that are said with NumPy and ``scipy.signal``."""

from __future__ import annotations

from scipy import ndimage

from ..runtime import images as ours
from .said import in_line, say

NAMES = """
correlate1d convolve1d uniform_filter1d uniform_filter gaussian_filter1d gaussian_filter correlate convolve sobel prewitt
laplace map_coordinates shift zoom affine_transform rotate gaussian_laplace gaussian_gradient_magnitude
maximum_filter minimum_filter rank_filter median_filter percentile_filter grey_dilation grey_erosion grey_opening grey_closing
"""
say({getattr(ndimage, name): getattr(ours, name) for name in NAMES.split()},
    arrays=("input", "weights", "coordinates", "matrix"))
in_line(ours.correlate1d, ours.uniform_filter1d, ours.gaussian_filter1d,
        ours.continued, ours.like, ours.edges, ours.element, ours.between, ours.bell_slope, ours.twice_at, ours.gaussian_along,
        ours.map_coordinates, ours.mirrored_in, ours.half_ends, ours.spline_between, ours.around, ours.along, ours.windows,
        ours.maximum_filter, ours.minimum_filter, ours.median_filter, ours.odd)
