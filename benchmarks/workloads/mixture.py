"""The log-likelihood of a mixture of spherical Gaussians, with the logarithm of a sum of exponentials written out."""

import numpy as np

ARGNUMS = (0, 1, 2)
SIZES = (200, 5_000)


def log_sum_exp(a):
    top = np.max(a, axis=-1, keepdims=True)
    return top[..., 0] + np.log(np.sum(np.exp(a - top), axis=-1))


def mixture(logits, means, log_scales, X):
    n, d = X.shape
    difference = X[:, None, :] - means
    square = np.sum(difference ** 2, axis=2) * np.exp(-2.0 * log_scales)
    log_p = logits - d * log_scales - 0.5 * square
    return np.sum(log_sum_exp(log_p)) - n * log_sum_exp(logits)


def by_hand(logits, means, log_scales, X):
    n, d = X.shape
    difference = X[:, None, :] - means
    distance = np.sum(difference ** 2, axis=2)
    precision = np.exp(-2.0 * log_scales)
    log_p = logits - d * log_scales - 0.5 * distance * precision
    top = np.max(log_p, axis=1, keepdims=True)
    p = np.exp(log_p - top)
    p_sum = np.sum(p, axis=1)
    top_logit = np.max(logits)
    q = np.exp(logits - top_logit)
    q_sum = np.sum(q)
    value = np.sum(top[:, 0] + np.log(p_sum)) - n * (top_logit + np.log(q_sum))
    log_p_bar = p / p_sum[:, None]
    weight = np.sum(log_p_bar, axis=0)
    logits_bar = weight - n / q_sum * q
    log_scales_bar = precision * np.sum(log_p_bar * distance, axis=0) - d * weight
    means_bar = precision[:, None] * np.einsum("nk,nkd->kd", log_p_bar, difference)
    return value, (logits_bar, means_bar, log_scales_bar)


def arguments(n):
    rng = np.random.default_rng(0)
    return rng.normal(size=5), rng.normal(size=(5, 3)), 0.3 * rng.normal(size=5), rng.normal(size=(n, 3))
