"""Distances of ``scipy.spatial`` that are said in NumPy."""

from __future__ import annotations

from scipy import spatial
from scipy.spatial import distance

from ..runtime import distances as ours
from .said import in_line, say

NAMES = """
euclidean sqeuclidean cityblock chebyshev canberra braycurtis cosine correlation mahalanobis seuclidean minkowski jensenshannon
cdist pdist squareform
"""
OF_SPACE = "distance_matrix minkowski_distance minkowski_distance_p procrustes"
say({getattr(home, name): getattr(ours, name) for home, names in ((distance, NAMES), (spatial, OF_SPACE))
     for name in names.split()}, arrays=("u", "v", "w", "V", "VI", "p", "q", "XA", "XB", "X", "x", "y", "data1", "data2"))
in_line(ours.between, ours.doubled, ours.minkowski_distance)
