# mlp_value_and_grad, specialised for W1: float64[:, :], b1: float64[:], W2: float64[:, :], b2: float64[:], X: float64[:, :], Y: float64[:, :]
def mlp_value_and_grad(W1, b1, W2, b2, X, Y):
    h = np.tanh(X @ W1 + b1)
    r = h @ W2 + b2 - Y
    value = np.mean(r * r)
    # reverse sweep
    # 12: return np.mean(r * r)
    r_bar = 2.0 * (r / r.size)
    # 11: r = h @ W2 + b2 - Y
    b2_bar = np.sum(r_bar, axis=0)
    h_bar = r_bar @ W2.T
    W2_bar = h.T @ r_bar
    # 10: h = np.tanh(X @ W1 + b1)
    product = h_bar * (1.0 - h * h)
    b1_bar = np.sum(product, axis=0)
    W1_bar = X.T @ product
    return value, (W1_bar, b1_bar, W2_bar, b2_bar)
