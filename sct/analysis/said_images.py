"""Filters of ``scipy.ndimage`` that are said with NumPy and ``scipy.signal``."""

from __future__ import annotations

from scipy import ndimage

from ..runtime import image_places, image_windows, images
from .said import in_line, say

NAMES = {
    images: """
        correlate1d convolve1d uniform_filter1d uniform_filter gaussian_filter1d gaussian_filter correlate convolve sobel
        prewitt laplace gaussian_laplace gaussian_gradient_magnitude""",
    image_places: "map_coordinates shift zoom affine_transform rotate",
    image_windows: """
        maximum_filter minimum_filter rank_filter median_filter percentile_filter grey_dilation grey_erosion grey_opening
        grey_closing""",
}
say({getattr(ndimage, name): getattr(home, name) for home, names in NAMES.items() for name in names.split()},
    arrays=("input", "weights", "coordinates", "matrix"))
in_line(images.correlate1d, images.uniform_filter1d, images.gaussian_filter1d, images.continued, images.like, images.edges,
        images.bell_slope, images.twice_at, images.gaussian_along,
        image_places.map_coordinates, image_places.element, image_places.between, image_places.mirrored_in,
        image_places.half_ends, image_places.spline_between, image_places.around, image_places.along,
        image_windows.windows, image_windows.maximum_filter, image_windows.minimum_filter, image_windows.median_filter,
        image_windows.odd)
