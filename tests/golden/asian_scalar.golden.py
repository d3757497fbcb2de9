# asian_scalar_value_and_grad, specialised for s0: float, sigma: float, r: float, strike: float, dt: float, Z: float64[:, :]
def asian_scalar_value_and_grad(s0, sigma, r, strike, dt, Z):
    n = len(Z)
    payoff = 0.0
    saved_cond = []
    saved = []
    for z in Z:
        total = 0.0
        s = s0
        for e in z:
            exp = math.exp((r - 0.5 * sigma ** 2) * dt + sigma * math.sqrt(dt) * e)
            saved.append((s, exp))
            s *= exp
            total += s
        average = total / len(z)
        cond = average > strike
        saved_cond.append(cond)
        if cond:
            payoff += average - strike
    shape_Z = Z.shape
    exp_2 = math.exp(-r * dt * shape_Z[1])
    product = exp_2 * payoff
    value = product / n
    # reverse sweep
    # 22: return math.exp(-r * dt * Z.shape[1]) * payoff / len(Z)
    ratio = 1.0 / n
    payoff_bar = ratio * exp_2
    r_bar = -ratio * product * shape_Z[1] * dt
    # 13: for z in Z:
    s0_bar = 0.0
    sigma_bar = 0.0
    for z in Z[::-1]:
        # 20: if average > strike:
        average_bar = payoff_bar if saved_cond.pop() else 0.0
        # 19: average = total / len(z)
        total_bar = average_bar / len(z)
        # 16: for e in z:
        s_bar = 0.0
        for e in z[::-1]:
            s, exp = saved.pop()
            # 18: total += s
            s_bar += total_bar
            # 17: s = s * math.exp((r - 0.5 * sigma ** 2) * dt + sigma * math.sqrt(dt) * e)
            s_bar *= exp
            s_bar_s = s * s_bar
            product_2 = s_bar_s * dt
            r_bar += product_2
            sigma_bar += s_bar_s * e * math.sqrt(dt) - sigma * product_2
        s0_bar += s_bar
    return value, (s0_bar, float(sigma_bar), r_bar)
