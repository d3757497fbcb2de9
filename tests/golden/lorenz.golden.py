def field_forward(s, sigma, rho, beta):
    x, y, z = tuple(s)
    y_minus_x = y - x
    rho_minus_z = rho - z
    return np.array([sigma * y_minus_x, x * rho_minus_z - y, x * y - beta * z]), (sigma, beta, x, y, y_minus_x, rho_minus_z)


def field_backward(context, result_bar):
    sigma, beta, x, y, y_minus_x, rho_minus_z = context
    # 11: return np.array([sigma * (y - x), x * (rho - z) - y, x * y - beta * z])
    result_bar_0 = result_bar[0]
    result_bar_1 = result_bar[1]
    result_bar_2 = result_bar[2]
    z_bar = -result_bar_2 * beta - result_bar_1 * x
    sigma_bar = result_bar_0 * y_minus_x
    product = result_bar_0 * sigma
    y_bar = result_bar_2 * x + (product - result_bar_1)
    x_bar = result_bar_2 * y + (result_bar_1 * rho_minus_z - product)
    # 10: x, y, z = s
    s_bar = np.array([x_bar, y_bar, z_bar])
    return s_bar, sigma_bar


# lorenz_value_and_grad, specialised for s: float64[:], sigma: float, rho: float, beta: float, dt: float, n: int
def lorenz_value_and_grad(s, sigma, rho, beta, dt, n):
    saved = []
    for _ in range(n):
        k1, k1_context = field_forward(s, sigma, rho, beta)
        half_dt = 0.5 * dt
        k2, k2_context = field_forward(s + half_dt * k1, sigma, rho, beta)
        k3, k3_context = field_forward(s + half_dt * k2, sigma, rho, beta)
        k4, k4_context = field_forward(s + dt * k3, sigma, rho, beta)
        saved.append((k1_context, k2_context, k3_context, k4_context))
        s = s + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    value = np.sum(s * s)
    # reverse sweep
    # 21: return np.sum(s * s)
    s_bar = 2.0 * s
    # 15: for _ in range(n):
    dt_over_6 = dt / 6.0
    half_dt = 0.5 * dt
    sigma_bar = 0.0
    for k1_context, k2_context, k3_context, k4_context in reversed(saved):
        # 20: s = s + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        k4_bar = s_bar * dt_over_6
        twice_k4_bar = 2.0 * k4_bar
        # 19: k4 = field(s + dt * k3, sigma, rho, beta)
        field_s_bar, field_sigma_bar = field_backward(k4_context, k4_bar)
        sigma_bar += field_sigma_bar
        s_bar = s_bar + field_s_bar
        k3_bar = twice_k4_bar + field_s_bar * dt
        # 18: k3 = field(s + 0.5 * dt * k2, sigma, rho, beta)
        field_s_bar, field_sigma_bar = field_backward(k3_context, k3_bar)
        sigma_bar += field_sigma_bar
        s_bar = s_bar + field_s_bar
        k2_bar = twice_k4_bar + field_s_bar * half_dt
        # 17: k2 = field(s + 0.5 * dt * k1, sigma, rho, beta)
        field_s_bar, field_sigma_bar = field_backward(k2_context, k2_bar)
        sigma_bar += field_sigma_bar
        s_bar = s_bar + field_s_bar
        k1_bar = k4_bar + field_s_bar * half_dt
        # 16: k1 = field(s, sigma, rho, beta)
        field_s_bar, field_sigma_bar = field_backward(k1_context, k1_bar)
        s_bar = s_bar + field_s_bar
        sigma_bar += field_sigma_bar
    return value, (s_bar, float(sigma_bar))
