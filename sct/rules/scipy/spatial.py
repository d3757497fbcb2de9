"""Functions of ``scipy.spatial`` without a derivative rule, by the reason; distances are said in ``runtime/distances.py``."""

from __future__ import annotations

from scipy import spatial
from scipy.spatial import distance

from ..notation import area, refuse_named

area("spatial", spatial)
area("distance", distance)

refuse_named(distance, "dice hamming jaccard rogerstanimoto russellrao sokalsneath yule",
             because="it counts elements that are equal, which no small change keeps",
             instead="use cityblock or braycurtis, or call it outside and pass the result")
refuse_named(distance, "directed_hausdorff", because="it returns indices with the distance",
             instead="use np.max(np.min(cdist(u, v), axis=1))")
refuse_named(distance, "is_valid_dm is_valid_y num_obs_dm num_obs_y", because="it checks the shape of distances",
             instead="call it outside")
refuse_named(spatial, """
    ConvexHull Delaunay HalfspaceIntersection KDTree Rectangle SphericalVoronoi Voronoi cKDTree convex_hull_plot_2d
    delaunay_plot_2d voronoi_plot_2d tsearch""",
             because="which points are neighbours, values tell",
             instead="make it outside, pass the indices of the neighbours, and compute the distances with NumPy")
refuse_named(spatial, "geometric_slerp", because="it checks its points and their angle by values",
             instead="write it out: np.sin((1 - t) * angle), np.sin(t * angle) over np.sin(angle)")
