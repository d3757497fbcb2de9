# guarded_entropy_value_and_grad, specialised for counts: float64[:], floor: float
def guarded_entropy_value_and_grad(counts, floor):
    sum_counts = np.sum(counts)
    p = counts / sum_counts
    with np.errstate(divide='ignore', invalid='ignore'):
        mask = p > floor
        logs = np.where(mask, np.log(p), 0.0)
    value = -np.sum(p * logs)
    # reverse sweep
    # 11: logs = np.where(p > floor, np.log(p), 0.0)
    p_bar = strong_quotient(np.where(mask, -p, 0.0), p) - logs
    # 9: p = counts / np.sum(counts)
    counts_bar = strong_quotient(p_bar, sum_counts)
    counts_bar = counts_bar - np.sum(strong_product(counts_bar, p))
    return value, (counts_bar,)
