# jacobi_value_and_grad, specialised for u0: float64[:, :], f: float64[:, :], h: float, steps: int
def jacobi_value_and_grad(u0, f, h, steps):
    u = u0.copy()
    v = u0.copy()
    for _ in range(steps):
        v[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - h * h * f[1:-1, 1:-1])
        u, v = v, u
    value = np.sum(u * u)
    # reverse sweep
    # 14: return np.sum(u * u)
    v_bar = 2.0 * u
    # 11: for _ in range(steps):
    h_h = h * h
    u_bar = np.zeros_like(v)
    f_bar = np.zeros_like(f)
    for _ in range(steps):
        # 12: v[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - h * h * f[1:-1, …
        product = 0.25 * v_bar[1:-1, 1:-1]
        v_bar[1:-1, 1:-1] = 0.0
        f_bar[1:-1, 1:-1] += unbroadcast(-product, f[1:-1, 1:-1]) * h_h
        u_bar[1:-1, 2:] += product
        u_bar[1:-1, :-2] += product
        u_bar[2:, 1:-1] += product
        u_bar[:-2, 1:-1] += product
        v_bar, u_bar = u_bar, v_bar
    # 9: u = u0.copy()
    u0_bar = u_bar + v_bar
    return value, (u0_bar, f_bar)
