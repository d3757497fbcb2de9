"""Filters of ``scipy.ndimage`` that are said with NumPy and ``scipy.signal``."""

from __future__ import annotations

from scipy import ndimage

from ..runtime import images as ours
from .said import in_line, say

NAMES = """
correlate1d convolve1d uniform_filter1d uniform_filter gaussian_filter1d gaussian_filter correlate convolve sobel prewitt
laplace map_coordinates
"""
say({getattr(ndimage, name): getattr(ours, name) for name in NAMES.split()}, arrays=("input", "weights", "coordinates"))
in_line(ours.correlate1d, ours.uniform_filter1d, ours.gaussian_filter1d,
        ours.continued, ours.like, ours.edges, ours.element, ours.between)
