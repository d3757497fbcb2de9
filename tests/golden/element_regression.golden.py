# element_regression_value_and_grad, specialised for w: float64[:], b: float, X: float64[:, :], y: float64[:], delta: float
def element_regression_value_and_grad(w, b, X, y, delta):
    n = len(y)
    loss = 0.0
    saved_r = []
    w_list = w.tolist()
    y_list = y.tolist()
    X_list = X[:n, :len(w)].tolist()
    for i in range(n):
        p = b
        for j in range(len(w)):
            p += w_list[j] * X_list[i][j]
        r = p - y_list[i]
        saved_r.append(r)
        abs_r = abs(r)
        if abs_r <= delta:
            result = 0.5 * r * r
        else:
            result = delta * (abs_r - 0.5 * delta)
        loss += result
    value = loss / n
    # reverse sweep
    # 21: return loss / len(y)
    loss_bar = 1.0 / n
    # 16: for i in range(len(y)):
    w_bar = np.zeros_like(w)
    w_bar_list = w_bar.tolist()
    b_bar = 0.0
    for i in reversed(range(n)):
        r = saved_r.pop()
        # huber 9: if abs(r) <= delta:
        if abs(r) <= delta:
            # huber 10: return 0.5 * r * r
            r_bar = loss_bar * r
        else:
            # huber 11: return delta * (abs(r) - 0.5 * delta)
            r_bar = loss_bar * delta * np.sign(r)
        # 18: for j in range(len(w)):
        for j in reversed(range(len(w))):
            # 19: p += w[j] * X[i, j]
            w_bar_list[j] += r_bar * X_list[i][j]
        b_bar += r_bar
    w_bar[...] = w_bar_list
    return np.float64(value), (w_bar, float(b_bar))
