# newton_value_and_grad, specialised for mean_anomaly: float, e: float
def newton_value_and_grad(mean_anomaly, e):
    steps = 0
    saved = []
    x = mean_anomaly
    while steps < 20:
        sin_x = math.sin(x)
        f = x - e * sin_x - mean_anomaly
        if abs(f) < 1e-12:
            break
        ratio = f / (1.0 - e * math.cos(x))
        saved.append((x, sin_x, ratio))
        x -= ratio
        steps += 1
    # reverse sweep
    # 11: while steps < 20:
    x_bar = 1.0
    e_bar = 0.0
    mean_anomaly_bar = 0.0
    for x_k, sin_x, ratio in reversed(saved):
        cos_x = math.cos(x_k)
        # 15: x = x - f / (1.0 - e * math.cos(x))
        ratio_2 = x_bar / (1.0 - e * cos_x)
        f_bar = -ratio_2
        product = ratio_2 * ratio
        e_bar -= product * cos_x
        x_bar += product * e * sin_x
        # 12: f = x - e * math.sin(x) - mean_anomaly
        mean_anomaly_bar -= f_bar
        e_bar -= f_bar * sin_x
        x_bar += f_bar - f_bar * e * cos_x
    mean_anomaly_bar += x_bar
    return x, (mean_anomaly_bar, e_bar)
