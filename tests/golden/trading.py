"""A trading rule over prices read one by one, with every way out of a loop."""

import numpy as np

ARGNUMS = ("prices",)


def trading(prices, threshold, stop_loss):
    wealth = 1.0
    average = prices[0]
    for i in range(1, len(prices)):
        average = 0.8 * average + 0.2 * prices[i]
        gain = prices[i] / prices[i - 1] - 1.0
        if gain == 0.0:
            continue
        if prices[i] < average * threshold:
            wealth *= 1.0 - gain
        else:
            wealth *= 1.0 + gain
        if wealth < stop_loss:
            break
    else:
        wealth *= 1.01
    return wealth


def trading_adjoint_by_hand(prices, threshold, stop_loss):
    wealth = 1.0
    average = prices[0]
    wealths = []
    branches = []
    stopped = False
    i = 0
    for i in range(1, len(prices)):
        wealths.append(wealth)
        average = 0.8 * average + 0.2 * prices[i]
        gain = prices[i] / prices[i - 1] - 1.0
        if gain == 0.0:
            continue
        below = prices[i] < average * threshold
        branches.append(below)
        if below:
            wealth *= 1.0 - gain
        else:
            wealth *= 1.0 + gain
        if wealth < stop_loss:
            stopped = True
            break
    if not stopped:
        wealth *= 1.01
    wealth_bar = 1.0 if stopped else 1.01
    prices_bar = np.zeros_like(prices)
    for i in range(i, 0, -1):
        previous = wealths.pop()
        ratio = prices[i] / prices[i - 1]
        gain = ratio - 1.0
        if gain == 0.0:
            continue
        if branches.pop():
            gain_bar = -wealth_bar * previous
            wealth_bar *= 1.0 - gain
        else:
            gain_bar = wealth_bar * previous
            wealth_bar *= 1.0 + gain
        prices_bar[i] += gain_bar / prices[i - 1]
        prices_bar[i - 1] -= gain_bar * ratio / prices[i - 1]
    return wealth, (prices_bar,)


def arguments():
    return np.exp(np.random.default_rng(0).normal(size=9).cumsum() * 0.1), 0.99, 0.3
