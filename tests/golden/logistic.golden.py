# logistic_value_and_grad, specialised for w: float64[:], b: float, X: float64[:, :], y: float64[:], penalty: float
def logistic_value_and_grad(w, b, X, y, penalty):
    z = X @ w + b
    logaddexp = np.logaddexp(0.0, z)
    likelihood = np.sum(y * z - logaddexp)
    value = penalty * np.dot(w, w) - likelihood
    # reverse sweep
    # 11: return penalty * np.dot(w, w) - likelihood
    w_bar = 2.0 * penalty * w
    # 10: likelihood = np.sum(y * z - np.logaddexp(0.0, z))
    z_bar = np.exp(np.where(logaddexp == z, 0.0, z - logaddexp)) - y
    # 9: z = X @ w + b
    w_bar = w_bar + X.T @ z_bar
    return value, (w_bar, float(np.sum(z_bar)))
