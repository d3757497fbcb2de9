# mixture_value_and_grad, specialised for logits: float64[:], means: float64[:, :], log_scales: float64[:], X: float64[:, :]
def mixture_value_and_grad(logits, means, log_scales, X):
    d = X.shape[1]
    difference = X[:, None, :] - means
    total = np.sum(difference ** 2, axis=2)
    exp = np.exp(-2.0 * log_scales)
    square = total * exp
    log_p = logits - d * log_scales - 0.5 * square
    top = np.max(log_p, axis=1, keepdims=True)
    squeeze_top = np.squeeze(top, 1)
    exp_2 = np.exp(log_p - top)
    total_2 = np.sum(exp_2, axis=1)
    n = len(X)
    top_2 = np.max(logits, axis=0, keepdims=True)
    exp_3 = np.exp(logits - top_2)
    total_3 = np.sum(exp_3, axis=0)
    value = np.sum(squeeze_top + np.log(total_2)) - n * (np.squeeze(top_2, 0) + np.log(total_3))
    # reverse sweep
    # log_sum_exp 10: return np.squeeze(top, axis) + np.log(np.sum(np.exp(a - top), axis=axis))
    logits_bar = strong_quotient(-n, total_3) * exp_3
    top_bar = -np.sum(logits_bar, axis=0, keepdims=True) - n
    # log_sum_exp 9: top = np.max(a, axis=axis, keepdims=True)
    mask = (logits == top_2) | np.isnan(logits)
    logits_bar = logits_bar + np.where(mask, top_bar / np.sum(mask, axis=0, keepdims=True), 0.0)
    # log_sum_exp 10: return np.squeeze(top, axis) + np.log(np.sum(np.exp(a - top), axis=axis))
    log_p_bar = np.expand_dims(1.0 / total_2, 1) * exp_2
    top_bar = 1.0 - np.sum(log_p_bar, axis=1, keepdims=True)
    # log_sum_exp 9: top = np.max(a, axis=axis, keepdims=True)
    mask_2 = (log_p == top) | np.isnan(log_p)
    log_p_bar = log_p_bar + np.where(mask_2, top_bar / np.sum(mask_2, axis=1, keepdims=True), 0.0)
    # 17: log_p = logits - d * log_scales - 0.5 * square
    sum_log_p_bar = np.sum(log_p_bar, axis=0)
    square_bar = -0.5 * log_p_bar
    logits_bar = logits_bar + sum_log_p_bar
    # 16: square = np.sum(difference ** 2, axis=2) * np.exp(-2.0 * log_scales)
    log_scales_bar = -2.0 * np.sum(square_bar * total, axis=0) * exp - d * sum_log_p_bar
    # 15: difference = X[:, None, :] - means
    means_bar = np.sum(-2.0 * difference * np.expand_dims(square_bar * exp, 2), axis=0)
    return value, (logits_bar, means_bar, log_scales_bar)
