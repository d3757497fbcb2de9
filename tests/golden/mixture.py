"""The log-likelihood of a mixture of spherical Gaussians, with the logarithm of a sum of exponentials written out."""

import numpy as np

ARGNUMS = ("logits", "means", "log_scales")


def log_sum_exp(a, axis):
    top = np.max(a, axis=axis, keepdims=True)
    return np.squeeze(top, axis) + np.log(np.sum(np.exp(a - top), axis=axis))


def mixture(logits, means, log_scales, X):
    d = X.shape[1]
    difference = X[:, None, :] - means
    square = np.sum(difference ** 2, axis=2) * np.exp(-2.0 * log_scales)
    log_p = logits - d * log_scales - 0.5 * square
    return np.sum(log_sum_exp(log_p, 1)) - len(X) * log_sum_exp(logits, 0)


def mixture_adjoint_by_hand(logits, means, log_scales, X):
    n, d = X.shape
    difference = X[:, None, :] - means
    precision = np.exp(-2.0 * log_scales)
    distance = np.sum(difference ** 2, axis=2)
    square = distance * precision
    log_p = logits - d * log_scales - 0.5 * square
    top = np.max(log_p, axis=1, keepdims=True)
    p = np.exp(log_p - top)
    p_sum = np.sum(p, axis=1, keepdims=True)
    top_logit = np.max(logits)
    q = np.exp(logits - top_logit)
    q_sum = np.sum(q)
    value = np.sum(top + np.log(p_sum)) - n * (top_logit + np.log(q_sum))
    log_p_bar = p / p_sum
    column_sums = np.sum(log_p_bar, axis=0)
    logits_bar = column_sums - n * q / q_sum
    square_bar = -0.5 * log_p_bar
    precision_bar = np.sum(square_bar * distance, axis=0)
    log_scales_bar = -2.0 * precision_bar * precision - d * column_sums
    distance_bar = square_bar * precision
    difference_bar = 2.0 * difference * distance_bar[:, :, None]
    means_bar = -np.sum(difference_bar, axis=0)
    return value, (logits_bar, means_bar, log_scales_bar)


def arguments():
    rng = np.random.default_rng(0)
    return rng.normal(size=3), rng.normal(size=(3, 2)), 0.3 * rng.normal(size=3), rng.normal(size=(9, 2))
