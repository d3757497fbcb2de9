"""Sensitivities of option prices: by nesting, per trade by one pullback, and for payoffs that jump."""

import math
from statistics import NormalDist

import numpy as np

import sct


def cdf(x):
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))


def call(spot, strike, vol, rate, time):
    """Black and Scholes (1973)."""
    d1 = (math.log(spot / strike) + (rate + 0.5 * vol**2) * time) / (vol * math.sqrt(time))
    d2 = d1 - vol * math.sqrt(time)
    return spot * cdf(d1) - strike * math.exp(-rate * time) * cdf(d2)


delta, vega = sct.grad(call, "spot"), sct.grad(call, "vol")
gamma, vanna = sct.grad(delta, "spot"), sct.grad(delta, "vol")

spot, strike, vol, rate, time = trade = 100.0, 110.0, 0.25, 0.03, 0.75
d1 = (math.log(spot / strike) + (rate + 0.5 * vol**2) * time) / (vol * math.sqrt(time))
d2 = d1 - vol * math.sqrt(time)
normal, discount = NormalDist(), math.exp(-rate * time)
closed = {
    "delta": (delta, normal.cdf(d1)), "vega": (vega, spot * normal.pdf(d1) * math.sqrt(time)),
    "gamma": (gamma, normal.pdf(d1) / (spot * vol * math.sqrt(time))), "vanna": (vanna, -normal.pdf(d1) * d2 / vol),
}
for name, (greek, formula) in closed.items():
    print(f"{name:6} {greek(*trade): .12f}   closed form {formula: .12f}")
    assert math.isclose(greek(*trade), formula, rel_tol=1e-12)


# ------------------------------------------------------------------------------------------------ many trades, by simulation
z = np.array([normal.inv_cdf((k + 0.5) / 20_000) for k in range(20_000)])  # one stratified draw for each path


def terminal(spots, vols):
    """The prices at the end: a row for each trade, a column for each path."""
    return spots[:, None] * np.exp((rate - 0.5 * vols[:, None] ** 2) * time + vols[:, None] * math.sqrt(time) * z)


def calls(spots, vols, strikes):
    return discount * np.maximum(terminal(spots, vols) - strikes[:, None], 0.0).mean(axis=1)


strikes = np.array([80.0, 95.0, 100.0, 105.0, 130.0])
spots, vols = np.full(5, spot), np.full(5, vol)
prices, pull_back = sct.vjp(lambda spots, vols: calls(spots, vols, strikes), spots, vols)
deltas, vegas = pull_back(np.ones(5))  # no trade depends on another's spot: the sum's gradient is each trade's own
print("deltas", deltas.round(4), "vegas", vegas.round(3))
for k, strike in enumerate(strikes):
    assert math.isclose(prices[k], call(spot, strike, vol, rate, time), rel_tol=1e-3)
    assert math.isclose(deltas[k], delta(spot, strike, vol, rate, time), rel_tol=1e-3)
    assert math.isclose(vegas[k], vega(spot, strike, vol, rate, time), rel_tol=1e-2)


# ----------------------------------------------------------------------------------------------------- a payoff that jumps
def digitals(spots, vols):
    """One unit if the price ends above the strike: each path's payoff is constant but for a jump."""
    return discount * np.where(terminal(spots, vols) > strikes[:, None], 1.0, 0.0).mean(axis=1)


def call_spreads(spots, vols, width):
    """The jump replaced by a ramp around the strike: what a trader would hedge it with."""
    return discount * np.clip((terminal(spots, vols) - strikes[:, None]) / width + 0.5, 0.0, 1.0).mean(axis=1)


def weighted(spots, vols):
    """The likelihood ratio: paths stay where they are, and their density depends on the parameters."""
    ends = sct.stop_gradient(terminal(spots, vols))
    spread = vols[:, None] * math.sqrt(time)
    distance = (np.log(ends / spots[:, None]) - (rate - 0.5 * vols[:, None] ** 2) * time) / spread
    log_density = -0.5 * distance**2 - np.log(spread)
    weight = np.exp(log_density - sct.stop_gradient(log_density))  # 1, with the derivative of the logarithm
    return discount * (np.where(ends > strikes[:, None], 1.0, 0.0) * weight).mean(axis=1)


def deltas_of(prices, *options):
    return sct.vjp(lambda s: prices(s, vols, *options), spots)[1](np.ones(5))[0]


spread = vol * math.sqrt(time)
exact = [discount * normal.pdf((math.log(spot / k) + (rate - 0.5 * vol**2) * time) / spread) / (spot * spread) for k in strikes]
for name, found in {"digital": deltas_of(digitals), "call spread": deltas_of(call_spreads, 2.0),
                    "likelihood": deltas_of(weighted), "exact": np.array(exact)}.items():
    print(f"{name:12}", found.round(6))

assert not deltas_of(digitals).any()  # right for every path, and useless: the derivative of the mean is in the jumps
assert np.allclose(deltas_of(call_spreads, 2.0), exact, rtol=2e-2)
assert np.allclose(deltas_of(weighted), exact, rtol=1e-2)
