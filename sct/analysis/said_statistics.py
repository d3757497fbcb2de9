"""Statistics of ``scipy.stats`` that are said in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from ..runtime import descriptive, directions, entropies, regressions
from .abstract import Abstract, Bound, DataPath, Static
from .callees import SPECIAL, SPECIAL_CLASSES, call_standard
from .context import Refusal
from .data import from_data
from .elements import rank
from .handing import given_by_name, without_options
from .infer import Specializer
from .mapped import as_array, is_number
from .said import say

say({stats.zscore: descriptive.zscore, stats.gmean: descriptive.gmean, stats.hmean: descriptive.hmean,
     stats.pmean: descriptive.pmean, stats.sem: descriptive.sem, stats.variation: descriptive.variation,
     stats.moment: descriptive.moment, stats.skew: descriptive.skew, stats.kurtosis: descriptive.kurtosis,
     stats.iqr: descriptive.iqr, stats.median_abs_deviation: descriptive.median_abs_deviation,
     stats.zmap: descriptive.zmap, stats.gzscore: descriptive.gzscore, stats.gstd: descriptive.gstd,
     stats.circmean: directions.circmean, stats.circvar: directions.circvar, stats.circstd: directions.circstd,
     stats.entropy: entropies.entropy, stats.linregress: regressions.linregress, stats.pearsonr: regressions.pearsonr},
    arrays=("a", "scores", "compare", "samples", "x", "y", "weights", "pk", "qk"), real_only=True)


def _make_density(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``gaussian_kde(dataset)`` of numbers: something that can be called."""
    given = given_by_name(stats.gaussian_kde, args, kwargs)
    width = given.get("bw_method", Static(None))
    dataset: Any = as_array(sp, given["dataset"])
    without_options(stats.gaussian_kde, given, "dataset bw_method", "sum up the densities", "scipy.stats.gaussian_kde")
    if rank(dataset) != 1 or isinstance(width, Static) and callable(width.value):
        raise Refusal("SCT204", "scipy.stats.gaussian_kde has a rule for numbers", "sum up the densities")
    return Bound(Static(_density_at), [dataset, width])


def _density_at(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``dataset, bw_method, points``"""
    place = given_by_name(stats.gaussian_kde.__call__, [Static(None), *args[2:]], kwargs)["points"]
    points: Any = place if is_number(place) else as_array(sp, place)
    if not is_number(points) and rank(points) > 1:
        raise Refusal("SCT204", "an estimated density at a matrix of places is not supported", "reshape it to a vector")
    return call_standard(sp, regressions.density_at, [*args[:2], points])


def _call_density(sp: Specializer, fn: Static, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """One that was made outside: its numbers are data."""
    made, path = fn.value, fn.path or DataPath("const", "density", (), fn.value)
    if fn.path is not None:
        sp.context.guard("is", fn.path, made)
    if made.dataset.shape[0] != 1 or np.any(made.weights != made.weights[0]):
        raise Refusal("SCT204", "scipy.stats.gaussian_kde has a rule for numbers without weights", "sum up the densities")
    held: Any = from_data(sp, made.dataset, path.attr("dataset"))
    first = call_standard(sp, regressions.first_row, [held])
    return _density_at(sp, [first, from_data(sp, float(made.factor), path.attr("factor")), *args], kwargs)


SPECIAL.update({stats.gaussian_kde: _make_density, _density_at: _density_at})
SPECIAL_CLASSES[stats.gaussian_kde] = _call_density
