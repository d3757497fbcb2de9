"""Entropy of counts that may be zero: logarithms of zero are computed, silenced and not taken."""

import numpy as np

ARGNUMS = ("counts",)


def guarded_entropy(counts, floor):
    p = counts / np.sum(counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(p > floor, np.log(p), 0.0)
    return -np.sum(p * logs)


def guarded_entropy_adjoint_by_hand(counts, floor):
    total = np.sum(counts)
    p = counts / total
    taken = p > floor
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(taken, np.log(p), 0.0)
    value = -np.sum(p * logs)
    p_bar = -logs - np.where(taken, 1.0, 0.0)
    counts_bar = p_bar / total
    counts_bar = counts_bar - np.sum(counts_bar * p)
    return value, (counts_bar,)


def arguments():
    return np.array([3.0, 0.5, 1.5, 0.01, 2.0]), 0.005
