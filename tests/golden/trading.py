"""A trading rule over prices read one by one, with every way out of a loop."""

import numpy as np

ARGNUMS = ("threshold", "prices")


def trading(threshold, prices, stop_loss):
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


def arguments():
    return 0.99, np.exp(np.random.default_rng(0).normal(size=9).cumsum() * 0.1), 0.3
