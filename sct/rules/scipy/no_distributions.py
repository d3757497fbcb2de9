"""Distributions of ``scipy.stats`` without a derivative rule, by the reason; constants may be handed to their methods."""

from __future__ import annotations

from scipy import stats

from ..notation import refuse_named
from . import stats as _stats

assert _stats

refuse_named(stats, "levy_stable", because="its density is an integral that has no closed form",
             instead="norm, cauchy and levy are its cases that have rules")
refuse_named(stats, "landau", because="its density is an integral that has no closed form",
             instead="moyal approximates it, and has a rule")
refuse_named(stats, "studentized_range", because="its cumulative function is a double integral that has no closed form",
             instead="call it outside and pass the result")
refuse_named(stats, "ksone kstwo kstwobign", because="its slopes are no functions that SciPy has",
             instead="call it outside and pass the result")
refuse_named(stats, "ncf nct", because="its slopes are no functions that SciPy has",
             instead="f, t and ncx2 have rules; others can be integrated by scipy.integrate.quad")
refuse_named(stats, "gausshyper", because="by most of its parameters its density has no slope in closed form",
             instead="write the density with special.beta and special.hyp2f1")
refuse_named(stats, "irwinhall", because="its density is a spline",
             instead="norm, of mean n / 2 and variance n / 12, is near it")
refuse_named(stats, "tukeylambda", because="what has a closed form is its quantile alone",
             instead="write it: (p ** lam - (1.0 - p) ** lam) / lam")
refuse_named(stats, "hypergeom nhypergeom randint", because="all of its parameters are whole numbers",
             instead="special.betaln extends its probabilities")
refuse_named(stats, "poisson_binom", because="it takes any number of parameters",
             instead="combine the probabilities by np.convolve, one trial at a time")
refuse_named(stats, "nchypergeom_fisher", because="what it is divided by is a sum that has no closed form",
             instead="write the sum with special.binom")
refuse_named(stats, "nchypergeom_wallenius", because="its probabilities are integrals that have no closed form",
             instead="write the integrand for scipy.integrate.quad")
refuse_named(stats, "zipfian", because="what it is divided by is a sum over all counts",
             instead="write it: k ** -a / np.sum(np.arange(1.0, n + 1.0) ** -a)")
