def horner_forward(c, x):
    value = 0.0
    for k in range(len(c) - 1, -1, -1):
        value = value * x + c[k]
    return value, (c, x)


def horner_backward(context, value_bar):
    c, x = context
    # 10: for k in range(len(c) - 1, -1, -1):
    c_bar = np.zeros_like(c)
    for k in range(len(c)):
        # 11: value = value * x + c[k]
        c_bar[k] += value_bar
        value_bar *= x
    return c_bar


# polynomial_fit_value_and_grad, specialised for c: float64[:], x: float64[:], y: float64[:]
def polynomial_fit_value_and_grad(c, x, y):
    loss = 0.0
    saved = []
    for i in range(len(x)):
        horner, horner_context = horner_forward(c, x[i])
        diff = horner - y[i]
        saved.append((horner_context, diff))
        loss += diff ** 2
    # reverse sweep
    # 17: for i in range(len(x)):
    c_bar = np.zeros_like(c)
    for horner_context, diff in reversed(saved):
        # 18: loss += (horner(c, x[i]) - y[i]) ** 2
        c_bar += horner_backward(horner_context, 2.0 * diff)
    return loss, (c_bar,)
