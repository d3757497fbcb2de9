"""Entropy of counts that may be zero: logarithms of zero are computed, silenced and not taken."""

import numpy as np

ARGNUMS = ("counts",)


def guarded_entropy(counts, floor):
    p = counts / np.sum(counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(p > floor, np.log(p), 0.0)
    return -np.sum(p * logs)


def arguments():
    return np.array([3.0, 0.5, 1.5, 0.01, 2.0]), 0.005
