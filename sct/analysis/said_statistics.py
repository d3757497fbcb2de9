"""Statistics of ``scipy.stats`` that are said in NumPy."""

from __future__ import annotations

from scipy import stats

from ..runtime import descriptive, entropies
from .said import say

say({stats.zscore: descriptive.zscore, stats.gmean: descriptive.gmean, stats.hmean: descriptive.hmean,
     stats.pmean: descriptive.pmean, stats.sem: descriptive.sem, stats.variation: descriptive.variation,
     stats.moment: descriptive.moment, stats.skew: descriptive.skew, stats.kurtosis: descriptive.kurtosis,
     stats.iqr: descriptive.iqr, stats.median_abs_deviation: descriptive.median_abs_deviation,
     stats.entropy: entropies.entropy},
    arrays=("a", "x", "weights", "pk", "qk"))
