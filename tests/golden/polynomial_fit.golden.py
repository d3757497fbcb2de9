def horner(c, x):
    value = 0.0
    for k in range(len(c) - 1, -1, -1):
        value = value * x + c[k]
    return value


def horner_backward(c, x, value_bar, c_bar):
    # 10: for k in range(len(c) - 1, -1, -1):
    for k in range(len(c)):
        # 11: value = value * x + c[k]
        c_bar[k] += value_bar
        value_bar *= x


# polynomial_fit_value_and_grad, specialised for c: float64[:], x: float64[:], y: float64[:]
def polynomial_fit_value_and_grad(c, x, y):
    n = len(x)
    loss = 0.0
    saved_diff = []
    for i in range(n):
        diff = horner(c, x[i]) - y[i]
        saved_diff.append(diff)
        loss += diff ** 2
    # reverse sweep
    # 17: for i in range(len(x)):
    c_bar = np.zeros_like(c)
    for i in reversed(range(n)):
        diff = saved_diff.pop()
        # 18: loss += (horner(c, x[i]) - y[i]) ** 2
        horner_backward(c, x[i], 2.0 * diff, c_bar)
    return loss, (c_bar,)
