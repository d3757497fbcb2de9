"""Functions of ``scipy.stats`` without a derivative rule, and methods of its distributions, by the reason."""

from __future__ import annotations

from scipy import stats

from .. import registry
from ..notation import refuse, refuse_named
from . import counts as _counts
from . import multivariate as _multivariate
from . import no_distributions as _no_distributions
from . import stats_bounded, stats_line, stats_positive

assert _counts and _multivariate and _no_distributions and stats_bounded and stats_line and stats_positive

refuse_named(stats, """
    alexandergovern anderson anderson_ksamp ansari barnard_exact bartlett binomtest boschloo_exact brunnermunzel bws_test
    chi2_contingency chisquare combine_pvalues cramervonmises cramervonmises_2samp dunnett epps_singleton_2samp f_oneway
    false_discovery_control fisher_exact fligner friedmanchisquare goodness_of_fit jarque_bera kruskal ks_1samp ks_2samp kstest
    kurtosistest levene logrank mannwhitneyu median_test monte_carlo_test mood multiscale_graphcorr normaltest page_trend_test
    permutation_test poisson_means_test power power_divergence quantile_test ranksums shapiro skewtest tiecorrect ttest_1samp
    ttest_ind ttest_ind_from_stats ttest_rel tukey_hsd wilcoxon""",
             because="tests of hypotheses have no rule",
             instead="write the statistic with NumPy, and its probability with the distribution's sf")
refuse_named(stats, """
    chatterjeexi spearmanrho pointbiserialr percentileofscore scoreatpercentile quantile sigmaclip trim1 trim_mean trimboth tmin
    tmax tmean tvar tstd tsem lmoment energy_distance wasserstein_distance wasserstein_distance_nd differential_entropy
    expectile""",
             because="what it picks, or the order of the numbers, values tell",
             instead="write it with np.sort, np.quantile, np.where or np.mean(where=…), which have rules")
refuse_named(stats, "kstat kstatvar describe directional_stats obrientransform",
             because="it gives several numbers, or estimates", instead="use np.mean, np.var, stats.skew and stats.kurtosis")
refuse_named(stats, "binned_statistic binned_statistic_2d binned_statistic_dd cumfreq relfreq",
             because="which bin a number is in, values tell", instead="use np.bincount of indices, with weights")
refuse_named(stats, """
    boxcox boxcox_normmax yeojohnson yeojohnson_normmax ppcc_max fit bayes_mvs mvsdist boxcox_llf yeojohnson_llf""",
             because="what it returns, or one of its parameters, is estimated from the data",
             instead="use special.boxcox of a given parameter, or minimize the likelihood with scipy.optimize")
refuse_named(stats, "boxcox_normplot ppcc_plot probplot yeojohnson_normplot",
             because="it makes a plot", instead="call it outside")
refuse_named(stats, """
    bootstrap BootstrapMethod MonteCarloMethod PermutationMethod ortho_group random_correlation sobol_indices
    special_ortho_group uniform_direction unitary_group""",
             because="its draws carry no derivative", instead="draw outside, or with np.random.default_rng in the function")
refuse_named(stats, """
    Binomial Logistic Mixture Normal Uniform make_distribution truncate order_statistic abs exp log CensoredData ecdf
    rv_continuous rv_discrete rv_histogram Covariance""",
             because="it is an object of SciPy's own", instead="use the functions of stats.norm and its kin")
_VECTORS = "of distributions of vectors, multivariate_normal, dirichlet and multinomial have rules"
_METHODS = {
    "rvs": ("its draws carry no derivative", "draw with np.random.default_rng in the function, and move and scale"),
    "fit": ("it searches for the parameters", "minimize -np.sum(logpdf(…)) with scipy.optimize, which has a rule"),
    "fit_loc_scale": ("it estimates the parameters", "use np.mean and np.std"),
    "expect": ("it integrates a function that it is given", "use scipy.integrate.quad, which has a rule"),
    "stats": ("how many moments it gives depends on a text", "use mean and var"),
    "moment": ("moments of any order have no rule", "use mean and var, or scipy.integrate.quad of x**n * pdf(x)"),
    "nnlf": ("it takes the parameters in a tuple", "use -np.sum(logpdf(…))"),
    "support": ("it carries what the parameters move in a tuple", "write the ends as functions of loc and scale"),
    "interval": ("it gives the two ends in a tuple", "use ppf of (1 - c) / 2 and (1 + c) / 2"),
    "entropy": ("as a function of shape parameters it has no rule", "use scipy.integrate.quad of the density"),
    "mean": ("as a function of these parameters it has no rule", "write it as a function of the parameters"),
    "cdf": ("there is no rule for sums or integrals of this density", "sum up, or use scipy.integrate.quad of, the density"),
    "pdf": ("its density has no rule", "write it with scipy.special"),
    "marginal": ("it gives an object", "use the rows of mean and cov"),
}
_LIKE = {"var": "mean", "std": "mean", "median": "mean", "cov": "mean",
         **dict.fromkeys(("logcdf", "sf", "logsf", "ppf", "isf"), "cdf"), **dict.fromkeys(("logpdf", "pmf", "logpmf"), "pdf")}
_OF_VECTORS = (stats.multivariate_normal, stats.dirichlet, stats.multinomial)
_UNKNOWN = """
    dirichlet_multinomial invwishart matrix_normal matrix_t multivariate_hypergeom multivariate_t normal_inverse_gamma
    random_table vonmises_fisher wishart"""


def _refuse_methods() -> None:
    """Say why of each public method of a distribution that has no rule."""
    known = {entry.fn for entry in registry.primitives()}
    univariate = [d for d in vars(stats).values() if isinstance(d, stats.rv_continuous | stats.rv_discrete)]
    for distribution in (*univariate, *_OF_VECTORS):
        whole = registry._REFUSALS.get(distribution)
        for name in (*_METHODS, *_LIKE):
            method = getattr(distribution, name, None)
            if callable(method) and method not in known:
                because, instead = whole or _METHODS[_LIKE.get(name, name)]
                refuse(method, because=because, instead=instead, constants=_LIKE.get(name, name) in ("pdf", "cdf", "mean"))
    for name in _UNKNOWN.split():
        distribution = getattr(stats, name, None)
        methods = [getattr(distribution, each) for each in dir(distribution) if not each.startswith("_")]
        refuse(*(each for each in (distribution, *methods) if callable(each)), because=_VECTORS,
               instead="write the logarithm of the density with np.linalg.slogdet, np.linalg.solve and special.gammaln")


_refuse_methods()
